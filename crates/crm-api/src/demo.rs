//! A business to look at: it lives a year in fast forward while you watch, then goes on.
//!
//! Everything comes in as it would from Stripe: signed webhooks, some twice, some out of order.

mod books;
mod contacts;
mod feed;
mod gyms;
mod journal;
mod position;
mod rates;

use crate::config::{Config, Secret};
use crate::server::{self, Running};
use anyhow::{Context, Result};
use crm_domain::accounts::{self, Email, NewPassword, NewUser};
use crm_domain::audit::Actor;
use crm_domain::settings;
use crm_types::accounts::{DemoLogin, Role};
use crm_types::settings::AccountSettingsPatch;
use journal::Journal;
use position::Position;
use std::net::TcpListener;
use stripe_sandbox::{Business, BusinessConfig};

/// Demo log-in: e-mail.
pub const EMAIL: &str = "owner@demo.test";
/// Demo log-in: password.
pub const PASSWORD: &str = "prometheus-demo";
/// The key of the Stripe that the demo brings along.
const API_KEY: &str = "sk_test_prometheus_demo";

/// What demo is played.
#[derive(Debug, Clone)]
pub struct Options {
    /// About so many people sign up in the year.
    pub customers: u32,
    /// Same seed, same business.
    pub seed: u64,
    /// Days that are played in fast forward.
    pub days: u32,
    /// Days a second at most in fast forward; what the machine can do otherwise.
    pub days_per_second: f64,
}

/// A running demo.
pub struct Demo {
    /// The server, to be stopped.
    pub running: Running,
    /// Plays the business until it is dropped.
    pub feed: tokio::task::JoinHandle<()>,
}

/// Starts the server, a Stripe of its own, and the business.
///
/// # Errors
/// When the server cannot start, or the data belong to another demo.
pub async fn start(mut config: Config, options: &Options) -> Result<Demo> {
    if config.database.url.is_none() {
        // Apart from real data, which may be here too.
        config.data_dir = config.data_dir.join("demo");
    }
    std::fs::create_dir_all(&config.data_dir).with_context(|| format!("cannot make {}", config.data_dir.display()))?;
    let position = Position::load_or_begin(&config.data_dir, options)?;

    let data_dir = config.data_dir.clone();
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no port for the demo's Stripe")?;
    let stripe = format!("http://{}/", listener.local_addr()?);
    let secret = format!("whsec_{}", uuid::Uuid::new_v4().simple());
    config.stripe.webhook_secrets.push(Secret::new(&secret));
    config.stripe.api_key = Some(Secret::new(API_KEY));
    config.stripe.api_base = stripe.parse().context("the demo's Stripe has no address")?;

    let login = DemoLogin { email: EMAIL.into(), password: PASSWORD.into() };
    let running = server::launch(config, Some(login)).await?;
    ensure_owner(&running).await?;
    gyms::found(&running.state.background_pool).await?;
    rates::bring(&running.state.background_pool, position.first_day()).await?;
    let mut business = business(&position);
    let journal = Journal::open(&data_dir)?;
    let recorder = Some(journal.recorder());
    tokio::spawn(stripe_sandbox::serve_recorded(listener, business.sandbox(), API_KEY.into(), recorder));
    // What was sent before a restart happens again, to the same bytes, and is not sent again.
    journal.replay(&mut business, position.sent_until, &stripe).await?;
    let target = format!("http://127.0.0.1:{}/webhooks/stripe", running.address.port());
    let pool = running.state.background_pool.clone();
    let feed = tokio::spawn(feed::run(business, position, target, secret, pool, options.days_per_second));
    Ok(Demo { running, feed })
}

fn business(position: &Position) -> Business {
    Business::new(BusinessConfig {
        seed: position.seed,
        customers: position.customers,
        start: position.start,
        days: position.days,
        ..BusinessConfig::default()
    })
}

async fn ensure_owner(running: &Running) -> Result<()> {
    let mut conn = running.state.pool.acquire().await?;
    if !accounts::is_setup_needed(&mut conn).await? {
        return Ok(());
    }
    drop(conn);
    let (email, password) = (Email::parse(EMAIL)?, NewPassword::parse(PASSWORD)?);
    let hash = running.state.passwords.hash(password).await.map_err(|e| anyhow::anyhow!("{e}"))?;
    let mut tx = running.state.pool.begin().await?;
    accounts::create_first_owner(
        &mut tx,
        NewUser { email, name: "Demo Owner".into(), role: Role::Owner, password_hash: hash },
    )
    .await?;
    tx.commit().await?;
    let pool = &running.state.pool;
    let version = settings::find(pool).await?.version;
    let patch = AccountSettingsPatch {
        version,
        account_name: Some("Northwind Fitness".into()),
        ..AccountSettingsPatch::default()
    };
    settings::update(pool, &Actor::system("demo"), &patch).await?;
    Ok(())
}
