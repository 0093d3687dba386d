//! Reading at scale: one customer, lists, searches and exports among a million, beside pgbench's primary-key select.

use crate::load::Lane;
use crate::server::Server;
use crate::{line, pgbench, say};
use anyhow::{Context, Result, ensure};
use chrono::{TimeDelta, Utc};
use private_postgres::Cluster;
use sqlx::{Connection, PgConnection, PgPool};
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Ids to ask for, so many that no cache of a few rows helps.
const IDS: usize = 200_000;

/// One kind of page: its name, and the queries that ask for it; `{next}` follows the cursor of the page before.
type Kind = (&'static str, &'static [&'static str]);

const CUSTOMERS: [Kind; 6] = [
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

/// What a dashboard or a report asks, with the days that it shows at first; those who ask for the same at once share an answer.
/// `{day}` and `{month}` are others for each connection: then nobody shares.
const REPORTS: [Kind; 18] = [
    ("overview", &["overview", "overview?compare=year"]),
    ("mrr", &["mrr", "mrr?group_by=tier", "mrr?group_by=stream", "mrr?interval=month"]),
    ("movements", &["movements", "movements?interval=month"]),
    ("churn", &["churn", "churn?group_by=tier"]),
    ("ltv", &["ltv", "ltv?group_by=stream"]),
    ("trials", &["trials"]),
    ("cohorts", &["cohorts", "cohorts?group_by=tier", "cohorts?group_by=source"]),
    ("streams", &["streams"]),
    ("bridge", &["bridge", "bridge?group_by=stream"]),
    ("payments", &["payments", "payments?interval=month"]),
    ("recognised", &["recognised"]),
    ("forecast", &["forecast"]),
    ("movements, as of yesterday", &["movements?as_of={yesterday}"]),
    ("mrr, as of yesterday", &["mrr?as_of={yesterday}"]),
    ("overview, each of other days", &["overview?to={day}"]),
    ("churn, each of other days", &["churn?from={month}"]),
    ("streams, each of other days", &["streams?from={month}"]),
    ("bridge, each of other days", &["bridge?to={day}"]),
];

/// The rows behind the figures of a dashboard.
const ROWS: [Kind; 8] = [
    ("mrr-movements", &["mrr-movements", "mrr-movements?movement=churn", "mrr-movements?stream=rev3_b2b&sort=-amount"]),
    (
        "subscriptions",
        &["subscriptions", "subscriptions?status=past_due", "subscriptions?scheduled=true&sort=current_period_end"],
    ),
    ("transactions", &["transactions", "transactions?status=failed", "transactions?kind=refund&sort=-amount"]),
    ("revenue/shares", &["revenue/shares", "revenue/shares?kind=refund"]),
    ("revenue/statements", &["revenue/statements", "revenue/statements?party=coach"]),
    ("coaches", &["coaches", "coaches?sort=-clients"]),
    ("organizations", &["organizations", "organizations?sort=-mrr"]),
    ("revenue/months, invariants", &["revenue/months", "revenue/invariants"]),
];

/// Measures everything at scale on a server whose database has just been seeded.
pub async fn measure(
    cluster: &Cluster,
    server: &Server,
    pool: &PgPool,
    connections: usize,
    duration: Duration,
) -> Result<()> {
    let token = log_in(server, pool).await?;
    let ids: Vec<String> = sqlx::query_scalar("SELECT id::text FROM customers ORDER BY random() LIMIT $1")
        .bind(IDS as i64)
        .fetch_all(pool)
        .await?;
    let selects = pgbench::selects(cluster, connections, duration.as_secs())?;
    let requests: Vec<Vec<u8>> = ids.iter().map(|id| get(&token, &format!("/api/customers/{id}"))).collect();
    let requests = Arc::new(requests);
    let source = |lane: usize| customers(requests.clone(), lane * requests.len() / connections);
    // pgbench has just written its table; these rows are read in first.
    load(server, connections, duration, source).await?;
    let mut times = load(server, connections, duration, source).await?;
    let rate = times.len() as f64 / duration.as_secs_f64();
    line("GET /api/customers/{id}", rate, "/s", "pgbench --select-only", selects, "/s");
    say(&format!("    {}", percentiles(&mut times)?));
    for (path, kinds) in [("/api/customers", &CUSTOMERS[..]), ("/api/analytics/", &REPORTS[..]), ("/api/", &ROWS[..])] {
        for (name, queries) in kinds {
            let mut times = load(server, connections, duration, |lane| pages(&token, path, queries, lane)).await?;
            let rate = times.len() as f64 / duration.as_secs_f64();
            say(&format!("GET {path:<15} {name:<38} {rate:>7.0}/s   {}", percentiles(&mut times)?));
        }
    }
    Ok(())
}

/// Runs `crm-api seed` and says how long it took, unless the database was seeded before.
pub async fn seed(program: &std::path::Path, cluster: &Cluster, customers: u32) -> Result<()> {
    if is_seeded(cluster).await {
        return Ok(());
    }
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

/// A new database has no such table.
async fn is_seeded(cluster: &Cluster) -> bool {
    let Ok(mut db) = PgConnection::connect(&cluster.database_url()).await else { return false };
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM customers)").fetch_one(&mut db).await.unwrap_or(false)
}

async fn log_in(server: &Server, pool: &PgPool) -> Result<String> {
    // A database that was kept has its owner.
    let owned: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM users)").fetch_one(pool).await?;
    let (path, name) = if owned { ("/api/auth/login", "") } else { ("/api/setup", r#""name":"Bench","#) };
    let body = format!(r#"{{{name}"email":"bench@example.com","password":"correct horse battery staple"}}"#);
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut lane = Lane::open(server.address).await?;
    let reply: serde_json::Value = serde_json::from_slice(lane.send(request.as_bytes()).await?)?;
    Ok(reply.get("access_token").and_then(|token| token.as_str()).context("no access token")?.to_owned())
}

fn get(token: &str, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n").into_bytes()
}

/// Sends requests over and over, and gives the time of each. A connection's source makes them, from the reply to the one before.
async fn load<S>(
    server: &Server,
    connections: usize,
    duration: Duration,
    source: impl Fn(usize) -> S,
) -> Result<Vec<Duration>>
where
    S: FnMut(&[u8]) -> Result<Vec<u8>> + Send + 'static,
{
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for lane in 0..connections {
        let (mut next, address) = (source(lane), server.address);
        tasks.spawn(async move {
            let mut connection = Lane::open(address).await?;
            let (mut request, mut times) = (next(b"")?, Vec::new());
            while began.elapsed() < duration {
                let sent = Instant::now();
                let reply = connection.send(&request).await?;
                times.push(sent.elapsed());
                request = next(reply)?;
            }
            anyhow::Ok(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = tasks.join_next().await {
        all.extend(times??);
    }
    Ok(all)
}

/// Asks for one customer after the other, each connection beginning elsewhere.
fn customers(requests: Arc<Vec<Vec<u8>>>, first: usize) -> impl FnMut(&[u8]) -> Result<Vec<u8>> + Send + 'static {
    let mut at = first;
    move |_| {
        at = (at + 1) % requests.len();
        requests.get(at).cloned().context("no customers")
    }
}

/// Asks for pages, one of the queries after the other.
fn pages(
    token: &str,
    path: &'static str,
    queries: &'static [&'static str],
    first: usize,
) -> impl FnMut(&[u8]) -> Result<Vec<u8>> + Send + use<> {
    let days_ago = |days| (Utc::now() - TimeDelta::days(days)).date_naive().to_string();
    let (token, yesterday, day) = (token.to_owned(), days_ago(1), days_ago(1 + first as i64));
    let month = days_ago(31 * (1 + first as i64 % 12)).get(..8).unwrap_or_default().to_owned() + "01";
    let (mut queries, mut asked) = (queries.iter().cycle().skip(first), "");
    move |reply| {
        let cursor = match asked.contains("{next}") {
            true => serde_json::from_slice::<serde_json::Value>(reply)?.get("next_cursor").cloned(),
            false => None,
        };
        let next = cursor.as_ref().and_then(|cursor| cursor.as_str()).map(|cursor| format!("&cursor={cursor}"));
        asked = queries.next().context("no queries")?;
        let query = asked.replace("{next}", &next.unwrap_or_default());
        let query = query.replace("{yesterday}", &yesterday).replace("{month}", &month).replace("{day}", &day);
        Ok(get(&token, &format!("{path}{query}")))
    }
}

fn percentiles(times: &mut [Duration]) -> Result<String> {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).context("nothing was measured");
    let ms = |time: &Duration| time.as_secs_f64() * 1_000.0;
    Ok(format!("p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms", ms(at(50)?), ms(at(95)?), ms(at(99)?)))
}
