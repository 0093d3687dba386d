use crate::config::Config;
use crate::database::Database;
use anyhow::Result;
use clap::Args;
use crm_domain::billing::inbox::{self, Delivery};
use crm_domain::billing::{apply, settle};
use sqlx::PgPool;
use std::time::{Duration, Instant};
use stripe_sandbox::{Business, BusinessConfig};

const DAY: i64 = 86_400;
const TOGETHER: usize = 500;

/// What business is stored.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// About how many people sign up
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    customers: u32,
    /// Days of history, ending today
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// Same seed and end, same business
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The last day, as Unix time; today when left out
    #[arg(long)]
    until: Option<i64>,
}

pub(super) async fn run(arguments: Arguments, config: Config) -> Result<()> {
    let database = Database::attach(&config).await?;
    let result = work(&arguments, &database).await;
    database.close().await;
    result
}

async fn work(arguments: &Arguments, database: &Database) -> Result<()> {
    database.migrate().await?;
    let pool = &database.background_pool;
    let began = Instant::now();
    let end = arguments.until.unwrap_or_else(|| chrono::Utc::now().timestamp()) / DAY * DAY;
    let start = end - i64::from(arguments.days) * DAY;
    let mut business = Business::new(BusinessConfig {
        seed: arguments.seed,
        customers: arguments.customers,
        start,
        days: arguments.days,
        log_limit: 0,
        ..BusinessConfig::default()
    });
    let mut events = 0_u64;
    for day in 1..=i64::from(arguments.days) {
        let deliveries = business.step_to(start + day * DAY).into_iter().map(|event| Delivery::parse(event.body));
        let deliveries: Vec<Delivery> = deliveries.collect::<Result<_, _>>().map_err(anyhow::Error::msg)?;
        for some in deliveries.chunks(TOGETHER) {
            events += inbox::store(pool, some).await?;
        }
        if day % 30 == 0 {
            super::say(format_args!("day {day} of {}: {events} events", arguments.days));
        }
    }
    super::say(format_args!("{events} events stored; applying them"));
    apply_all(pool).await?;
    super::say(format_args!("Done after {:.1} s.", began.elapsed().as_secs_f64()));
    Ok(())
}

/// Applies here, unless a server that runs already does; then waits for it.
async fn apply_all(pool: &PgPool) -> Result<()> {
    let mut connection = pool.acquire().await?;
    if apply::try_lock(&mut connection).await? {
        let applied = apply::drain(&mut connection).await;
        apply::unlock(&mut connection).await?;
        applied?;
        return Ok(());
    }
    while settle::pending(pool, 1).await? > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}
