//! `stripe-sandbox`: the API on a port, and a business that lives in it and sends webhooks.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use clap::Parser;
use stripe_sandbox::{Business, BusinessConfig, Delivery, serve};

/// A Stripe look-alike with a simulated fitness app in it.
#[derive(Debug, Parser)]
#[command(version)]
struct Options {
    /// Port of the API on the loopback interface.
    #[arg(long, default_value_t = 12_111, env = "STRIPE_SANDBOX_PORT")]
    port: u16,
    /// Where webhooks go; without it none are sent and List Events tells what happened.
    #[arg(long, env = "STRIPE_SANDBOX_WEBHOOK_URL")]
    webhook_url: Option<String>,
    /// The secret that webhooks are signed with.
    #[arg(long, default_value = "whsec_sandbox", env = "STRIPE_SANDBOX_WEBHOOK_SECRET")]
    webhook_secret: String,
    /// The key that clients of the API send.
    #[arg(long, default_value = "sk_test_sandbox", env = "STRIPE_SANDBOX_API_KEY")]
    api_key: String,
    /// Same seed, same business.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// About so many customers sign up in the first year.
    #[arg(long, default_value_t = 2_000)]
    customers: u32,
    /// The first second, Unix; the start of 2025 unless given.
    #[arg(long, default_value_t = BusinessConfig::default().start)]
    start: i64,
    /// Simulated seconds per real second.
    #[arg(long, default_value_t = 3_600)]
    speed: u32,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    tracing_subscriber::fmt().with_env_filter(filter()).init();
    let options = Options::parse();
    let listener = TcpListener::bind(("127.0.0.1", options.port))?;
    let address = listener.local_addr()?;
    let config = BusinessConfig {
        seed: options.seed,
        customers: options.customers,
        start: options.start,
        ..BusinessConfig::default()
    };
    let business = Business::new(config);
    let service = serve(listener, business.sandbox(), options.api_key.clone());
    tracing::info!(url = %format!("http://{address}/"), "the sandbox is served");
    tokio::select! {
        served = service => served?,
        () = live(business, &options) => {}
        stopped = tokio::signal::ctrl_c() => stopped?,
    }
    Ok(())
}

fn filter() -> tracing_subscriber::EnvFilter {
    tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into())
}

/// Plays the business and sends what happens, until the future is dropped.
async fn live(mut business: Business, options: &Options) {
    let delivery = options.webhook_url.as_ref().map(|url| Delivery::new(url, options.webhook_secret.as_str()));
    let client = reqwest::Client::new();
    let (begun, start) = (Instant::now(), business.now());
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    loop {
        tick.tick().await;
        let played = begun.elapsed().as_millis() * u128::from(options.speed) / 1_000;
        let events = business.step_to(start.saturating_add(i64::try_from(played).unwrap_or(i64::MAX)));
        if events.is_empty() {
            continue;
        }
        let Some(delivery) = &delivery else { continue };
        match delivery.send(&client, &delivery.plan(events), 4).await {
            Ok(report) => tracing::info!(?report, now = business.now(), "delivered"),
            Err(error) => tracing::error!(%error, "not delivered"),
        }
    }
}
