//! Measures webhooks from acknowledgement to applied, beside pgbench on the same PostgreSQL in the same run.
//!
//! Machines differ and are noisy; a ratio between two programs on one machine in one minute says more than a rate.

mod bundle;
mod load;
mod pgbench;
mod scale;
mod server;

use anyhow::{Context, Result};
use clap::Parser;
use server::Server;
use sqlx::postgres::PgPoolOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use stripe_sandbox::{Business, BusinessConfig};

/// Measure the server beside pgbench.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server's program
    #[arg(long)]
    server: PathBuf,
    /// Seconds of each load
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections of each load
    #[arg(long, default_value_t = 16)]
    connections: usize,
    /// Sign-ups of the business whose year is applied
    #[arg(long, default_value_t = 1_500)]
    customers: u32,
    /// Measure reading instead, among so many customers: `--scale 1000000`
    #[arg(long)]
    scale: Option<u32>,
    /// Keep the database in this directory, and seed it only when it is new
    #[arg(long)]
    data: Option<PathBuf>,
    /// The built browser bundle
    #[arg(long, default_value = "frontend/dist")]
    bundle: PathBuf,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(run(arguments))
}

async fn run(arguments: Arguments) -> Result<()> {
    let passing = std::env::temp_dir().join(format!("crm-bench-{}", std::process::id()));
    let dir = arguments.data.as_ref().unwrap_or(&passing);
    let config = private_postgres::Config::new(dir.join("pg")).for_this_machine();
    // Durable, as in production: every commit waits for the disk.
    let mut cluster = tokio::task::spawn_blocking(move || private_postgres::start(&config)).await??;
    let result = measure(&arguments, &cluster).await;
    cluster.stop()?;
    if arguments.data.is_none() {
        std::fs::remove_dir_all(&passing).context("could not tidy up")?;
    }
    result
}

async fn measure(arguments: &Arguments, cluster: &private_postgres::Cluster) -> Result<()> {
    let url = cluster.database_url();
    if let Some(customers) = arguments.scale {
        scale::seed(&arguments.server, cluster, customers).await?;
    }
    let mut server = Server::start(&arguments.server, &url).await?;
    let pool = PgPoolOptions::new().max_connections(2).connect(&url).await?;
    say(&format!(
        "{} connections, {} s each, PostgreSQL {} with durable commits, {} cores",
        arguments.connections,
        arguments.seconds,
        cluster.binaries().major,
        std::thread::available_parallelism().map_or(0, usize::from)
    ));

    if arguments.scale.is_some() {
        let duration = Duration::from_secs(arguments.seconds);
        scale::measure(cluster, &server, &pool, arguments.connections, duration).await?;
        say(&format!("memory of the server, at its highest {:.0} MiB resident", server.peak_mib()?));
        return server.stop().await;
    }

    // The single-row insert that a webhook is, by pgbench.
    sqlx::query("CREATE TABLE bench_events (LIKE stripe_events INCLUDING ALL)").execute(&pool).await?;
    let body = load::ignored_event("evt_pgbench", 0);
    let inserts = pgbench::inserts(cluster, &body, arguments.connections, arguments.seconds)?;

    // The same event as webhooks. Its type is not one that we use: applying costs next to nothing.
    let acknowledged =
        load::acknowledgements(&server, arguments.connections, Duration::from_secs(arguments.seconds)).await?;
    line("webhook acknowledgement", acknowledged, "/s", "pgbench, same row", inserts, "/s");

    // A business's year, from the first POST until nothing is pending.
    let config = BusinessConfig { customers: arguments.customers, log_limit: 0, ..BusinessConfig::default() };
    let (start, days) = (config.start, i64::from(config.days));
    let events = Business::new(config).step_to(start + days * 86_400);
    drained(&pool).await?;
    let count = events.len();
    let began = Instant::now();
    load::send_all(&server, events, arguments.connections).await?;
    let sent = began.elapsed();
    drained(&pool).await?;
    let applied = count as f64 / began.elapsed().as_secs_f64();
    line("applied, POST to nothing pending", applied, "/s", "pgbench, one row an event", inserts, "/s");
    say(&format!(
        "    {count} events: all acknowledged after {:.1} s, all applied after {:.1} s",
        sent.as_secs_f64(),
        began.elapsed().as_secs_f64()
    ));

    let latency = load::to_figure(&server, &pool).await?;
    say(&format!("webhook to MRR in the database       p50 {:.0} ms, p95 {:.0} ms", latency.0, latency.1));
    say(&format!("memory of the server, at its highest {:.0} MiB resident", server.peak_mib()?));
    bundle::print(&arguments.bundle)?;
    server.stop().await
}

async fn drained(pool: &sqlx::PgPool) -> Result<()> {
    loop {
        let pending: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM stripe_events WHERE state = 'pending')")
            .fetch_one(pool)
            .await?;
        if !pending {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn line(what: &str, ours: f64, unit: &str, peer: &str, theirs: f64, peer_unit: &str) {
    say(&format!("{what:<36} {ours:>8.0}{unit}   {peer}: {theirs:.0}{peer_unit}   ratio {:.2}", ours / theirs));
}

pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
