//! A business lives a year through signed webhooks, some twice and some out of order; then everything must add up.

use crate::support::TestApp;
use crm_domain::billing::{apply, rebuild};
use crm_types::accounts::Role;
use serde_json::Value;
use sqlx::PgPool;
use stripe_sandbox::{ApiShape, Business, BusinessConfig, Delivery};

pub const SECRET: &str = "whsec_simulated_year";
const DAY: i64 = 86_400;

/// Posts a year of a business, and applies it.
pub async fn play(app: &TestApp, shape: ApiShape, customers: u32) {
    let config = BusinessConfig { customers, shape, log_limit: 0, ..BusinessConfig::default() };
    let (start, days) = (config.start, i64::from(config.days));
    let mut business = Business::new(config);
    let mut delivery = Delivery::new(app.url("/webhooks/stripe"), SECRET);
    delivery.duplicates = 0.1;
    delivery.reorder = 0.3;
    let client = reqwest::Client::new();
    for month in 1..=13 {
        let events = delivery.plan(business.step_to(start + (days * month / 13) * DAY));
        let report = delivery.send(&client, &events, 16).await.unwrap();
        assert_eq!((report.refused, report.failed), (0, 0));
    }
    drain(app).await;
}

/// The server's worker applies, or this does; either way nothing is left.
pub async fn drain(app: &TestApp) {
    apply::drain(&mut app.pool().acquire().await.unwrap()).await.unwrap();
}

async fn number(pool: &PgPool, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(pool).await.unwrap_or_else(|e| panic!("{sql}: {e}"))
}

/// All derived rows in one text, without our ids and clocks.
async fn digest(pool: &PgPool) -> Vec<String> {
    let sql = "
        SELECT 'customer ' || (to_jsonb(c) - '{version,updated_at}'::text[])::text FROM customers c
        UNION ALL SELECT 'subscription ' || (to_jsonb(s) - 'updated_at')::text FROM subscriptions s
        UNION ALL SELECT 'movement ' || (to_jsonb(m) - 'recorded_at')::text FROM mrr_movements m
        UNION ALL SELECT 'line ' || to_jsonb(l)::text FROM mrr_movement_lines l
        UNION ALL SELECT 'transaction ' || (to_jsonb(t) - 'updated_at')::text FROM transactions t
        UNION ALL SELECT 'journey ' || to_jsonb(l)::text FROM lifecycle_transitions l
        UNION ALL SELECT 'tier ' || (to_jsonb(t) - 'recorded_at')::text FROM tier_transitions t
        UNION ALL SELECT 'price ' || to_jsonb(p)::text FROM price_totals p WHERE subscriptions <> 0
        UNION ALL SELECT 'day ' || to_jsonb(d)::text FROM mrr_daily d WHERE amount_minor <> 0 OR movements <> 0
        ORDER BY 1";
    sqlx::query_scalar(sql).fetch_all(pool).await.unwrap()
}

#[actix_web::test]
async fn after_a_year_everything_adds_up_and_rebuild_gives_the_same_rows() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
    play(&app, ApiShape::Current, 250).await;
    let pool = app.pool();
    assert!(number(pool, "SELECT count(*) FROM mrr_movements_effective").await > 100, "a business that moves");
    assert_eq!(number(pool, "SELECT count(*) FROM stripe_events WHERE state IN ('dead', 'pending')").await, 0);
    assert!(
        number(pool, "SELECT count(*) FROM stripe_events WHERE state = 'parked'").await > 0,
        "one price is not mapped"
    );

    // Money: what customers paid at the sandbox is what our transactions say.
    assert_eq!(number(pool, "SELECT count(*) FROM (SELECT currency, sum(mrr_minor) a FROM subscriptions GROUP BY 1) s FULL JOIN
        (SELECT currency, sum(amount_minor) b FROM mrr_movements GROUP BY 1) m USING (currency) WHERE coalesce(a, 0) <> coalesce(b, 0)").await, 0);
    assert_eq!(number(pool, "SELECT count(*) FROM (SELECT before_minor, lag(after_minor, 1, 0::int8) OVER
        (PARTITION BY customer_id, currency ORDER BY occurred_at, tie, stripe_event_id) p FROM mrr_movements_effective) m WHERE before_minor <> p").await, 0);

    // Figures and the rows behind them, through the API.
    let client = app.client(Role::Analyst).await;
    let get = async |path: String| -> Value {
        let reply = client.get(&path).await;
        assert_eq!(reply.status.as_u16(), 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
        serde_json::from_slice(&reply.body).unwrap()
    };
    let sum = |page: &Value, currency: &str| {
        page["sums"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|m| m["currency"] == currency)
            .map_or(0, |m| m["minor"].as_i64().unwrap())
    };
    let mut months = 0;
    for (from, to) in [
        ("2025-03-01", "2025-03-31"),
        ("2025-08-01", "2025-08-31"),
        ("2025-11-15", "2025-12-31"),
        ("2025-01-01", "2025-12-31"),
    ] {
        for currency in ["usd", "eur", "jpy"] {
            let overview = get(format!("/api/analytics/overview?from={from}&to={to}&currency={currency}")).await;
            let mrr = overview["mrr"]["value"]["minor"].as_i64().unwrap_or_else(|| panic!("{overview}"));
            let rows = get(format!("/api/subscriptions?as_of={to}&currency={currency}&count=exact&limit=1")).await;
            assert_eq!(sum(&rows, currency), mrr, "MRR {currency} {to}");
            let paying = get(format!("/api/customers?paying_at={to}&currency={currency}&count=exact&limit=1")).await;
            assert_eq!(paying["total"], overview["paying_customers"]["value"], "paying {currency} {to}");
            let trials = get(format!("/api/subscriptions?trialing_at={to}&count=exact&limit=1")).await;
            assert_eq!(trials["total"], overview["trials_running"]["value"], "trials {to}");
            let moved =
                get(format!("/api/mrr-movements?from={from}&to={to}&currency={currency}&count=exact&limit=1")).await;
            assert_eq!(
                sum(&moved, currency),
                overview["net_new_mrr"]["value"]["minor"].as_i64().unwrap(),
                "net new {currency} {to}"
            );
            let churned =
                get(format!("/api/mrr-movements?movement=churn&paying_at_start=true&from={from}&to={to}&currency={currency}&count=exact&limit=1")).await;
            let before = from.parse::<chrono::NaiveDate>().unwrap().pred_opt().unwrap();
            let at_start = get(format!("/api/customers?paying_at={before}&currency={currency}&count=exact&limit=1"))
                .await["total"]
                .as_f64()
                .unwrap();
            match overview["customer_churn_rate"]["value"].as_f64() {
                Some(rate) => assert!(
                    (rate - churned["total"].as_f64().unwrap() / at_start).abs() < 1e-9,
                    "churn {currency} {to}"
                ),
                None => assert_eq!(at_start, 0.0, "churn {currency} {to}"),
            }
            // Whole months are read from counts, other days from the ledger: both say what the rows say.
            let report =
                get(format!("/api/analytics/churn?from={from}&to={to}&currency={currency}&interval=month")).await;
            let total = &report["total"];
            assert_eq!(total["customer_churn_rate"], overview["customer_churn_rate"]["value"], "churn {currency} {to}");
            assert_eq!(total["end_customers"], overview["paying_customers"]["value"], "end {currency} {to}");
            assert_eq!(total["end_mrr"]["minor"], mrr, "end {currency} {to}");
            assert_eq!(total["churned_customers"], churned["total"], "left {currency} {to}");
            let waterfall = get(format!("/api/analytics/movements?from={from}&to={to}&currency={currency}")).await;
            assert_eq!(
                (&waterfall["difference"]["minor"], waterfall["end"]["minor"].as_i64()),
                (&Value::from(0), Some(mrr))
            );
            for total in waterfall["movements"].as_array().unwrap() {
                let kind = total["movement"].as_str().unwrap();
                let rows = get(format!(
                    "/api/mrr-movements?movement={kind}&from={from}&to={to}&currency={currency}&count=exact&limit=1"
                ))
                .await;
                assert_eq!(sum(&rows, currency), total["amount"]["minor"].as_i64().unwrap(), "{kind} {currency} {to}");
                assert_eq!(rows["total"], total["count"], "{kind} {currency} {to}");
            }
            for group in ["stream", "tier"] {
                let series = get(format!(
                    "/api/analytics/mrr?from={from}&to={to}&step=day&group_by={group}&currency={currency}"
                ))
                .await;
                let last: i64 = series["series"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|s| s["values"].as_array().unwrap().last().unwrap().as_i64().unwrap())
                    .sum();
                assert_eq!(last, mrr, "{group} {currency} {to}");
            }
            months += 1;
        }
    }
    assert_eq!(months, 12);

    let before = digest(pool).await;
    let rebuilt = rebuild::rebuild(&mut pool.acquire().await.unwrap(), |_| {}).await.unwrap();
    assert_eq!(rebuilt.corrections, 0);
    let after = digest(pool).await;
    let differing: Vec<_> = before.iter().zip(&after).filter(|(a, b)| a != b).take(3).collect();
    assert!(before == after, "{} rows before, {} after; {differing:#?}", before.len(), after.len());
}

#[actix_web::test]
async fn the_old_shape_of_the_api_tells_the_same_year() {
    let figures = async |shape| {
        let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
        play(&app, shape, 60).await;
        let sql = "SELECT 'm ' || movement || ' ' || currency || ' ' || amount_minor || ' ' || occurred_at || ' ' || reason FROM mrr_movements_effective
            UNION ALL SELECT 't ' || (SELECT billing_email FROM customers c WHERE c.id = customer_id) || ' ' || kind || ' ' || status || ' ' || amount_minor || ' ' || refunded_minor || ' ' || occurred_at FROM transactions
            UNION ALL SELECT 'l ' || to_state || ' ' || at || ' ' || reason FROM lifecycle_transitions ORDER BY 1";
        sqlx::query_scalar::<_, String>(sql).fetch_all(app.pool()).await.unwrap()
    };
    let (current, old) = (figures(ApiShape::Current).await, figures(ApiShape::PreBasil).await);
    let differing: Vec<_> = current.iter().zip(&old).filter(|(a, b)| a != b).take(3).collect();
    assert!(current == old, "{} and {} rows; {differing:#?}", current.len(), old.len());
}
