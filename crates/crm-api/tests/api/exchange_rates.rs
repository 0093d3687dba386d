//! Exchange rates over HTTP, and figures by them.

use crate::support::{Client, Reply, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::analytics::{MovementSummary, MrrSeries, Overview};
use crm_types::analytics_streams::BridgeReport;
use crm_types::exchange_rates::{ExchangeRate, ExchangeRateSettings, RateImport};
use crm_types::mrr::MovementType;
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

async fn put(client: &Client, path: &str, rate: &str) -> Reply {
    client.send_json(Method::PUT, &format!("/api/exchange-rates/{path}"), &json!({"rate": rate})).await
}

async fn send(client: &Client, kind: &str, path: &str, file: impl Into<reqwest::Body>) -> Reply {
    let request = client.request(Method::POST, &format!("/api/exchange-rates/import{path}"));
    client.send(request.header("content-type", kind).body(file)).await
}

#[tokio::test]
async fn figures_are_shown_in_each_currency_and_in_all_of_them() {
    let app = TestApp::spawn().await;
    crate::business::write(app.pool()).await;
    let admin = app.client(Role::Admin).await;
    let days = "from=2026-03-01&to=2026-03-31";
    let refused = admin.get(&format!("/api/analytics/overview?{days}&currency=reporting")).await.problem(422);
    assert_eq!((refused.errors[0].field.as_str(), refused.errors[0].code.as_str()), ("currency", "no_rate"));
    assert_eq!(refused.detail, "No rate for EUR on or before 2026-03-10. Rates are kept in Settings, Currencies.");

    let file = "day,currency,rate\n2026-03-10,EUR,1.1\n2026-03-17,EUR,1.2\n2026-03-24,EUR,1.2\n2026-03-31,EUR,1.2\n";
    let imported: RateImport = send(&admin, "text/csv", "", file).await.json();
    assert_eq!((imported.created, imported.failed, imported.dry_run), (4, 0, false));
    let analyst = app.client(Role::Analyst).await;
    let ask = async |report: &str, currency: &str| {
        let reply = analyst.get(&format!("/api/analytics/{report}?{days}&currency={currency}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text());
        reply
    };
    // $19 and €199 at 1.2.
    let overview: Overview = ask("overview", "reporting").await.json();
    assert_eq!((overview.mrr.value.unwrap().minor, overview.scheduled_churn.minor), (1_900 + 23_880, 23_880));
    assert_eq!(overview.currencies.len(), 2);
    assert_eq!(overview.rates.unwrap()[0].rate.to_string(), "1.2");
    let movements: MovementSummary = ask("movements", "reporting").await.json();
    let of = |kind| movements.movements.iter().find(|total| total.movement == kind).map(|total| total.amount.minor);
    assert_eq!((of(MovementType::New), of(MovementType::Fx)), (Some(21_890), Some(1_990)));
    assert_eq!((movements.start.minor, movements.end.minor, movements.difference.minor), (1_900, 25_780, 0));
    let series: MrrSeries = ask("mrr", "reporting").await.json();
    assert_eq!((series.currency.code(), *series.total.last().unwrap()), ("usd", 25_780));
    let bridge: BridgeReport = ask("bridge", "reporting").await.json();
    assert_eq!((bridge.end.minor, bridge.difference.minor), (25_780, 0));
    let euros: Overview = ask("overview", "eur").await.json();
    assert_eq!((euros.mrr.value.unwrap().minor, euros.rates), (19_900, None));
    // What is not converted says so.
    for report in ["churn", "ltv", "cohorts", "streams", "payments"] {
        let problem = analyst.get(&format!("/api/analytics/{report}?{days}&currency=reporting")).await.problem(422);
        assert_eq!(problem.errors[0].field, "currency", "{report}");
    }
    let one = format!("/api/analytics/mrr?currency=reporting&customer_id={}", crate::business::BOB);
    assert_eq!(analyst.get(&one).await.problem(422).errors[0].field, "currency");
}

#[tokio::test]
async fn rates_are_for_who_may_change_settings() {
    let app = TestApp::spawn().await;
    let admin = app.client(Role::Admin).await;
    let entered: ExchangeRate = put(&admin, "eur/2026-03-02", "1.0842").await.json();
    assert_eq!(entered.rate.to_string(), "1.0842");
    let found: Page<ExchangeRate> =
        admin.get("/api/exchange-rates?currency=eur&source=entered&from=2026-03-02").await.json();
    assert_eq!((found.total, found.items), (1, vec![entered]));
    for (path, rate, field) in [
        ("usd/2026-03-02", "1", "currency"),
        ("eur/2999-01-01", "1", "day"),
        ("eur/2026-03-02", "0", "rate"),
        ("eur/2026-03-02", "-1.5", "rate"),
        ("eur/2026-03-02", "", "rate"),
    ] {
        assert_eq!(put(&admin, path, rate).await.problem(422).errors[0].field, field, "{path} {rate}");
    }
    put(&admin, "zzz/2026-03-02", "1").await.problem(404);
    let analyst = app.client(Role::Analyst).await;
    put(&analyst, "eur/2026-03-03", "1.1").await.problem(403);
    assert_eq!(analyst.get("/api/exchange-rates").await.status, 200);
    for _ in 0..2 {
        assert_eq!(admin.delete("/api/exchange-rates/eur/2026-03-02").await.status, 204);
    }
    assert_eq!(admin.get("/api/exchange-rates").await.json::<Page<ExchangeRate>>().total, 0);
}

#[tokio::test]
async fn a_file_is_tried_first_and_may_not_be_endless() {
    let app = TestApp::spawn().await;
    let admin = app.client(Role::Admin).await;
    let file = "Date;Currency;Rate\n2026-03-02;EUR;1,0842\n2026-03-03;XXZ;1\n2026-03-04;EUR;0\n";
    let dry: RateImport = send(&admin, "text/csv; charset=utf-8", "?dry_run=true", file).await.json();
    assert_eq!((dry.rows, dry.created, dry.failed, dry.dry_run), (3, 1, 2, true));
    let told: Vec<_> = dry.errors.iter().map(|e| (e.line, e.column.as_deref().unwrap(), e.message.as_str())).collect();
    assert_eq!(told, [(3, "Currency", "`XXZ` is not an ISO 4217 currency."), (4, "Rate", "A rate is above 0.")]);
    assert_eq!(admin.get("/api/exchange-rates").await.json::<Page<ExchangeRate>>().total, 0);
    let long = "2026-03-02,EUR,1.08\n".repeat(500_000);
    assert!(send(&admin, "text/csv", "", long).await.problem(413).detail.contains("5 MB"));
    send(&admin, "application/json", "", "{}").await.problem(415);
    assert_eq!(send(&admin, "text/csv", "", "a,b\n").await.problem(422).errors[0].field, "file");
}

/// Answers every request with the same, and gives the address.
async fn answering(status: &'static str, body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let mut request = [0; 4_096];
            let _ = stream.read(&mut request).await;
            let length = body.len();
            let reply = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            let _ = stream.write_all(reply.as_bytes()).await;
        }
    });
    format!("http://{address}/latest")
}

#[tokio::test]
async fn an_address_is_asked_for_rates() {
    let app = TestApp::spawn_with(&[("CRM_RATES_LOCAL", "true")]).await;
    let admin = app.client(Role::Admin).await;
    admin.post("/api/exchange-rates/fetch").await.problem(409);
    let body = r#"{"amount":1.0,"base":"EUR","date":"2026-03-02","rates":{"USD":1.25,"GBP":0.8}}"#;
    for (version, (status, body, error)) in (1..).zip([
        ("200 OK", body, None),
        ("200 OK", "<html>", Some("The reply is not JSON with base, date and rates.")),
        ("503 Service Unavailable", "", Some("127.0.0.1 answered with 503 Service Unavailable.")),
        ("302 Found", "", Some("127.0.0.1 answered with 302 Found. Name the address that it leads to.")),
    ]) {
        let patch = json!({"version": version, "url": answering(status, body).await});
        let saved = admin.send_json(Method::PATCH, "/api/exchange-rates/settings", &patch).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        let asked: ExchangeRateSettings = admin.post("/api/exchange-rates/fetch").await.json();
        assert_eq!(
            (asked.error.as_deref(), asked.newest_day.map(|day| day.to_string()).as_deref()),
            (error, Some("2026-03-02"))
        );
    }
    let found: Page<ExchangeRate> = admin.get("/api/exchange-rates?source=url").await.json();
    let rates: Vec<_> = found.items.iter().map(|rate| format!("{} {}", rate.currency, rate.rate)).collect();
    assert_eq!(rates, ["gbp 1.5625", "eur 1.25"]);
}

#[tokio::test]
async fn nobody_sends_the_server_to_its_own_network() {
    let app = TestApp::spawn().await;
    let admin = app.client(Role::Admin).await;
    for url in ["http://example.com/", "https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/", "rates"] {
        let patch = json!({"version": 1, "url": url});
        let problem = admin.send_json(Method::PATCH, "/api/exchange-rates/settings", &patch).await.problem(422);
        assert_eq!(problem.errors[0].field, "url", "{url}");
    }
    // A name may lead anywhere: it is looked at when it is gone to.
    let patch = json!({"version": 1, "url": "https://localhost/"});
    assert_eq!(admin.send_json(Method::PATCH, "/api/exchange-rates/settings", &patch).await.status, 200);
    let asked: ExchangeRateSettings = admin.post("/api/exchange-rates/fetch").await.json();
    assert_eq!(asked.error.as_deref(), Some("The address is not one of the public network."));
}
