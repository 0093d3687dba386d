//! Measures webhooks from acknowledgement to applied, beside pgbench on the same PostgreSQL in the same run.
//!
//! Machines differ and are noisy; a ratio between two programs on one machine in one minute says more than a rate.

mod bundle;
mod load;
mod pgbench;
mod scale;
mod server;
mod statements;

use anyhow::{Context, Result};
use clap::Parser;
use server::Server;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use stripe_sandbox::{Business, BusinessConfig, Event};

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
    /// Print the statements that cost the database most while events were applied
    #[arg(long)]
    statements: bool,
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
    let config = if arguments.statements { statements::watch(config) } else { config };
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
        beside_others(&server, &pool, duration).await?;
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

    // A business's year, then half a year more in which half of its customers have a coach who shares in what they pay.
    let config = BusinessConfig { customers: arguments.customers, log_limit: 0, ..BusinessConfig::default() };
    let (end, mut business) = (config.start + i64::from(config.days) * 86_400, Business::new(config));
    if arguments.statements {
        statements::print(&pool).await?;
    }
    apply(&server, &pool, business.step_to(end), arguments.connections, "applied", inserts).await?;
    if arguments.statements {
        statements::print(&pool).await?;
    }
    coach_half(&pool, end).await?;
    let coached = business.step_to(end + 182 * 86_400);
    apply(&server, &pool, coached, arguments.connections, "applied, half of them coached", inserts).await?;
    if arguments.statements {
        statements::print(&pool).await?;
    }

    let duration = Duration::from_secs(arguments.seconds);
    let alone = load::to_figure(&server, &pool, 99, duration).await?;
    say(&format!("webhook to MRR in the database       p50 {:.0} ms, p95 {:.0} ms", alone.0, alone.1));
    beside_others(&server, &pool, duration).await?;
    say(&format!("memory of the server, at its highest {:.0} MiB resident", server.peak_mib()?));
    bundle::print(&arguments.bundle)?;
    server.stop().await
}

/// A single change while the events of a whole business come in as steadily as they can for a large one.
async fn beside_others(server: &Server, pool: &PgPool, duration: Duration) -> Result<()> {
    const RATE: u32 = 200;
    // Once for each run on a database that was kept.
    let seed = chrono::Utc::now().timestamp().cast_unsigned();
    // Ids come of the seed: another one, or the two would be one account.
    let config = BusinessConfig { seed: seed + 1, customers: 3_000, log_limit: 0, ..BusinessConfig::default() };
    let end = config.start + i64::from(config.days) * 86_400;
    let others = load::steadily(server, Business::new(config).step_to(end), RATE);
    let (p50, p95) = load::to_figure(server, pool, seed, duration).await?;
    anyhow::ensure!(!others.is_finished(), "the other events came to their end, or failed");
    others.abort();
    say(&format!("  beside {RATE} events/s of others          p50 {p50:.0} ms, p95 {p95:.0} ms"));
    Ok(())
}

/// Sends events, and measures from the first POST until none is pending.
async fn apply(
    server: &Server,
    pool: &PgPool,
    events: Vec<Event>,
    connections: usize,
    what: &str,
    inserts: f64,
) -> Result<()> {
    drained(pool).await?;
    let count = events.len();
    let began = Instant::now();
    load::send_all(server, events, connections).await?;
    let sent = began.elapsed();
    drained(pool).await?;
    let applied = count as f64 / began.elapsed().as_secs_f64();
    line(what, applied, "/s", "pgbench, one row an event", inserts, "/s");
    say(&format!(
        "    {count} events: all acknowledged after {:.1} s, all applied after {:.1} s",
        sent.as_secs_f64(),
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Gives every second customer one of fifty coaches, and the coaches a share from an instant on.
async fn coach_half(pool: &PgPool, from: i64) -> Result<()> {
    sqlx::query(
        "INSERT INTO share_rules (id, scope, base, coach_bp, organization_bp, during)
         VALUES (gen_random_uuid(), 'default', 'net_of_tax', 5000, 1000, tstzrange(to_timestamp($1), NULL))",
    )
    .bind(from as f64)
    .execute(pool)
    .await?;
    sqlx::query(
        "WITH people AS (SELECT id, row_number() OVER (ORDER BY id) AS n FROM customers)
         INSERT INTO coaching_relationships (id, coach_id, client_id, during)
         SELECT gen_random_uuid(), coach.id, client.id, tstzrange(to_timestamp($1), NULL)
         FROM people client JOIN people coach ON coach.n = 1 + client.n % 50
         WHERE client.n > 50 AND client.n % 2 = 0",
    )
    .bind(from as f64)
    .execute(pool)
    .await?;
    while sqlx::query_scalar("SELECT EXISTS (SELECT FROM recompute_queue)").fetch_one(pool).await? {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

async fn drained(pool: &PgPool) -> Result<()> {
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
