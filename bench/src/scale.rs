//! Reading at scale: one customer, lists, searches and exports among a million, beside pgbench's primary-key select.

use crate::load::Lane;
use crate::server::Server;
use crate::{line, pgbench, say};
use anyhow::{Context, Result, ensure};
use private_postgres::Cluster;
use sqlx::PgPool;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Ids to ask for, so many that no cache of a few rows helps.
const IDS: usize = 200_000;

/// What one kind of page is asked with; `{next}` follows the cursor of the page before.
const LISTS: [(&str, &[&str]); 6] = [
    ("the newest, page after page", &["?limit=50{next}"]),
    (
        "sorted by each column",
        &[
            "?sort=name",
            "?sort=-mrr",
            "?sort=-lifetime_value",
            "?sort=lifecycle",
            "?sort=-plan",
            "?sort=source",
            "?sort=-priority",
            "?sort=created_at",
        ],
    ),
    (
        "one filter",
        &[
            "?lifecycle=churned",
            "?tier=tier3",
            "?stream=rev3_b2b",
            "?source=event",
            "?type=rev2_coach",
            "?paying=true",
            "?currency=jpy",
            "?lifetime_min=20000",
        ],
    ),
    (
        "two filters and an order",
        &[
            "?tier=tier3&lifecycle=churned&sort=-lifetime_value",
            "?stream=rev2_coaching&source=referral&sort=-mrr",
            "?lifecycle=free_trial&source=influencer&sort=name",
            "?mrr_min=10000&currency=usd&sort=-mrr",
        ],
    ),
    (
        "search",
        &["?q=lovelace", "?q=smith+oli", "?q=priya+nguyen", "?q=555+123", "?q=okafor", "?q=ta", "?q=zo%C3%AB+wright"],
    ),
    ("misspelt search", &["?q=smiht", "?q=washigton", "?q=johnsen+olivai", "?q=andersson", "?q=mac+loed"]),
];

/// Measures everything at scale on a server whose database has just been seeded.
pub async fn measure(
    cluster: &Cluster,
    server: &Server,
    pool: &PgPool,
    connections: usize,
    duration: Duration,
) -> Result<()> {
    let token = log_in(server).await?;
    let ids: Vec<String> = sqlx::query_scalar("SELECT id::text FROM customers ORDER BY random() LIMIT $1")
        .bind(IDS as i64)
        .fetch_all(pool)
        .await?;
    let selects = pgbench::selects(cluster, connections, duration.as_secs())?;
    let requests: Vec<Vec<u8>> = ids.iter().map(|id| get(&token, &format!("/api/customers/{id}"))).collect();
    let mut times = answer(server, Arc::new(requests), connections, duration).await?;
    let rate = times.len() as f64 / duration.as_secs_f64();
    line("GET /api/customers/{id}", rate, "/s", "pgbench --select-only", selects, "/s");
    say(&format!("    {}", percentiles(&mut times)?));
    for (name, queries) in LISTS {
        let mut times = pages(server, &token, queries, connections, duration).await?;
        say(&format!(
            "GET /api/customers, {name:<28} {:>7.0}/s   {}",
            times.len() as f64 / duration.as_secs_f64(),
            percentiles(&mut times)?
        ));
    }
    Ok(())
}

/// Runs `crm-api seed` and says how long it took.
pub fn seed(program: &std::path::Path, cluster: &Cluster, customers: u32) -> Result<()> {
    let began = Instant::now();
    let status = Command::new(program)
        .args(["seed", "--customers", &customers.to_string()])
        .env("DATABASE_URL", cluster.database_url())
        .env("CRM_JWT_SECRET", "0123456789012345678901234567890123456789")
        .status()
        .with_context(|| format!("could not start {}", program.display()))?;
    ensure!(status.success(), "crm-api seed failed");
    say(&format!("crm-api seed --customers {customers:<13} {:>8.1} s", began.elapsed().as_secs_f64()));
    Ok(())
}

async fn log_in(server: &Server) -> Result<String> {
    let body = r#"{"name":"Bench","email":"bench@example.com","password":"correct horse battery staple"}"#;
    let request = format!(
        "POST /api/setup HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut lane = Lane::open(server.address).await?;
    let reply: serde_json::Value = serde_json::from_slice(lane.send(request.as_bytes()).await?)?;
    Ok(reply.get("access_token").and_then(|token| token.as_str()).context("no access token")?.to_owned())
}

fn get(token: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// Sends these requests over and over. Gives the time of each.
async fn answer(
    server: &Server,
    requests: Arc<Vec<Vec<u8>>>,
    connections: usize,
    duration: Duration,
) -> Result<Vec<Duration>> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for lane in 0..connections {
        let (requests, address) = (requests.clone(), server.address);
        tasks.spawn(async move {
            let mut connection = Lane::open(address).await?;
            let mut times = Vec::new();
            for request in requests.iter().cycle().skip(lane * requests.len() / connections) {
                if began.elapsed() >= duration {
                    break;
                }
                let sent = Instant::now();
                connection.send(request).await?;
                times.push(sent.elapsed());
            }
            anyhow::Ok(times)
        });
    }
    gather(tasks).await
}

/// Asks for pages, each connection with one of the queries after the other.
async fn pages(
    server: &Server,
    token: &str,
    queries: &'static [&'static str],
    connections: usize,
    duration: Duration,
) -> Result<Vec<Duration>> {
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for lane in 0..connections {
        let (token, address) = (token.to_owned(), server.address);
        tasks.spawn(async move {
            let mut connection = Lane::open(address).await?;
            let mut next = String::new();
            let mut times = Vec::new();
            for query in queries.iter().cycle().skip(lane) {
                if began.elapsed() >= duration {
                    break;
                }
                let request = get(&token, &format!("/api/customers{}", query.replace("{next}", &next)));
                let sent = Instant::now();
                let body = connection.send(&request).await?;
                times.push(sent.elapsed());
                if query.contains("{next}") {
                    let page: serde_json::Value = serde_json::from_slice(body)?;
                    let cursor = page.get("next_cursor").and_then(|cursor| cursor.as_str());
                    next = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
                }
            }
            anyhow::Ok(times)
        });
    }
    gather(tasks).await
}

async fn gather(mut tasks: JoinSet<Result<Vec<Duration>>>) -> Result<Vec<Duration>> {
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

fn percentiles(times: &mut [Duration]) -> Result<String> {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).context("nothing was measured");
    let ms = |time: &Duration| time.as_secs_f64() * 1_000.0;
    Ok(format!("p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms", ms(at(50)?), ms(at(95)?), ms(at(99)?)))
}
