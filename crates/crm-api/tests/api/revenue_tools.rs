//! Fees, minimums, the simulator, statements as files and the board of identities, over HTTP.

use crate::business::{self, ADA, BOB};
use crate::customers_bulk::finished;
use crate::support::{Client, TestApp};
use crm_domain::billing::apply;
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::customers_bulk::ExportLink;
use crm_types::invariants::{Identity, InvariantBoard};
use crm_types::jobs::{Job, JobState};
use crm_types::revenue::{PaymentFee, PayoutStatement, RevenueShare, ShareRule};
use crm_types::revenue_simulation::{SimulatedParty, Simulation};
use reqwest::Method;
use serde_json::json;
use std::time::Duration;

const SIMULATIONS: &str = "/api/revenue/simulations";

/// Bob coaches Ada, who paid 9.00 in January 2026 and got 3.00 back; shared 30 to 0.
async fn shared() -> (TestApp, Client) {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    sqlx::raw_sql(
        "UPDATE prices SET stream = 'rev1_individual', tier = 'tier1' WHERE id = 'price_1';
         UPDATE transactions SET lines = jsonb_build_array(jsonb_build_object('price', 'price_1', 'amount', amount_minor))
         WHERE kind = 'payment' AND status = 'succeeded'",
    )
    .execute(app.pool())
    .await
    .unwrap();
    let admin = app.client(Role::Admin).await;
    let coached = json!({"coach_id": BOB, "client_id": ADA, "started_at": "2026-01-01T00:00:00Z"});
    assert_eq!(admin.post_json("/api/coaching-relationships", &coached).await.status, 201);
    let rule = json!({"coach_bp": 3_000, "starts_at": "2026-01-01T00:00:00Z"});
    assert_eq!(admin.post_json("/api/revenue/share-rules", &rule).await.status, 201);
    settle(&app).await;
    (app, admin)
}

async fn settle(app: &TestApp) {
    apply::drain(&mut app.pool().acquire().await.unwrap()).await.unwrap();
}

async fn simulated(client: &Client, body: &serde_json::Value) -> Simulation {
    let reply = client.post_json(SIMULATIONS, body).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let started: Simulation = reply.json();
    assert_eq!(reply.header("location"), format!("{SIMULATIONS}/{}", started.id));
    let waiting = async {
        loop {
            let now: Simulation = client.get(&format!("{SIMULATIONS}/{}", started.id)).await.json();
            if now.state.is_over() {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("it ends")
}

#[tokio::test]
async fn a_simulation_shows_who_would_get_what_and_may_be_published() {
    let (app, admin) = shared().await;
    let analyst = app.client(Role::Analyst).await;
    let before: Page<RevenueShare> = admin.get("/api/revenue/shares").await.json();
    let months = json!({"from": "2026-01-31", "to": "2026-01-02", "rules": [{"coach_bp": 5_000}]});
    let found = simulated(&analyst, &months).await;
    assert_eq!((found.state, found.done, found.total), (JobState::Succeeded, 1, Some(1)));
    let total = &found.totals[0];
    assert_eq!((total.shares, total.now.paid.minor), (2, 600));
    assert_eq!((total.now.coaches.minor, total.proposed.coaches.minor, total.proposed.platform.minor), (180, 300, 300));
    let path = format!("{SIMULATIONS}/{}/parties?count=exact", found.id);
    let parties: Page<SimulatedParty> = analyst.get(&path).await.json();
    assert_eq!(parties.items[0].coach.as_ref().unwrap().id.to_string(), BOB);
    assert_eq!((parties.items[0].difference.minor, parties.sums[0].minor, parties.total), (120, 120, 1));
    let none: Page<SimulatedParty> = analyst.get(&format!("{path}&party=organization")).await.json();
    assert_eq!(none.total, 0);
    let after: Page<RevenueShare> = admin.get("/api/revenue/shares").await.json();
    assert_eq!(serde_json::to_value(&after).unwrap(), serde_json::to_value(&before).unwrap(), "nothing was changed");

    let publish = format!("{SIMULATIONS}/{}/publish", found.id);
    analyst.post_json(&publish, &json!({})).await.problem(403);
    let at = json!({"starts_at": "2026-01-02T00:00:00Z"});
    let rules: Vec<ShareRule> = admin.post_json(&publish, &at).await.json();
    assert_eq!((rules.len(), rules[0].coach_bp), (1, 5_000));
    assert_eq!(admin.post_json(&publish, &at).await.problem(409).errors[0].field, "starts_at");
    settle(&app).await;
    let shares: Page<RevenueShare> = admin.get(&format!("/api/revenue/shares?coach={BOB}&count=exact")).await.json();
    assert_eq!(shares.sums[0].minor, 300, "what was simulated is what it came to");
}

#[tokio::test]
async fn what_cannot_be_simulated_is_refused_with_its_field() {
    let (app, admin) = shared().await;
    let viewer = app.client(Role::Viewer).await;
    let rule = |coach: i32, organization: i32| json!([{"coach_bp": coach, "organization_bp": organization}]);
    for (body, field) in [
        (json!({"from": "2026-01-01", "to": "2026-01-01", "rules": rule(6_000, 4_001)}), "rules.0.organization_bp"),
        (json!({"from": "2026-01-01", "to": "2026-01-01", "rules": rule(-1, 0)}), "rules.0.coach_bp"),
        (json!({"from": "2026-01-01", "to": "2026-01-01", "rules": []}), "rules"),
        (json!({"from": "2026-02-01", "to": "2026-01-01", "rules": rule(1, 0)}), "to"),
        (json!({"from": "2999-02-01", "to": "2999-02-01", "rules": rule(1, 0)}), "from"),
        (
            json!({"from": "2026-01-01", "to": "2026-01-01", "rules": [{"coach_bp": 1, "organization_id": ADA}]}),
            "rules.0.organization_id",
        ),
    ] {
        assert_eq!(admin.post_json(SIMULATIONS, &body).await.problem(422).errors[0].field, field, "{body}");
    }
    viewer
        .post_json(SIMULATIONS, &json!({"from": "2026-01-01", "to": "2026-01-01", "rules": rule(1, 0)}))
        .await
        .problem(403);
    let other: Job = admin.post("/api/revenue/invariants/check").await.json();
    admin.get(&format!("{SIMULATIONS}/{}", other.id)).await.problem(404);
    admin.get(&format!("{SIMULATIONS}/{}/parties", other.id)).await.problem(404);
}

#[tokio::test]
async fn a_declared_fee_is_taken_off_where_the_rule_says_so() {
    let (app, admin) = shared().await;
    let fee = json!({"rate_bp": 1_000, "fixed_minor": 10, "starts_at": "2026-01-01T00:00:00Z"});
    let path = "/api/revenue/payment-fees/usd";
    let declared: PaymentFee = admin.send_json(Method::PUT, path, &fee).await.json();
    assert_eq!((declared.rate_bp, declared.fixed.minor), (1_000, 10));
    assert_eq!(admin.get("/api/revenue/payment-fees").await.json::<Vec<PaymentFee>>(), [declared]);
    let bad = json!({"rate_bp": 10_001});
    assert_eq!(admin.send_json(Method::PUT, path, &bad).await.problem(422).errors[0].field, "rate_bp");
    let rule = json!({"coach_bp": 5_000, "base": "net_of_fees", "starts_at": "2026-01-02T00:00:00Z"});
    assert_eq!(admin.post_json("/api/revenue/share-rules", &rule).await.status, 201);
    settle(&app).await;
    let query = format!("/api/revenue/shares?coach={BOB}&kind=payment&sort=-coach_share_amount");
    let shares: Page<RevenueShare> = admin.get(&query).await.json();
    // Nine dollars less ten per cent and ten cents.
    assert_eq!((shares.items[0].shared_amount.minor, shares.items[0].coach_share_amount.minor), (800, 400));
    // Stripe's own word stands before that.
    sqlx::query("UPDATE transactions SET fee_minor = 56 WHERE business_key = 'in_1'")
        .execute(app.pool())
        .await
        .unwrap();
    sqlx::query("INSERT INTO recompute_queue (customer_id, reason) SELECT id, 'test' FROM customers")
        .execute(app.pool())
        .await
        .unwrap();
    settle(&app).await;
    let shares: Page<RevenueShare> = admin.get(&query).await.json();
    assert!(
        shares.items.iter().any(|share| share.shared_amount.minor == 844 && share.reverses.is_none()),
        "{shares:?}"
    );
}

#[tokio::test]
async fn a_statement_is_a_file_with_a_token_or_a_ticket() {
    let (app, admin) = shared().await;
    let (viewer, nobody) = (app.client(Role::Viewer).await, app.anonymous());
    let statements: Page<PayoutStatement> = admin.get("/api/revenue/statements").await.json();
    let file = format!("/api/revenue/statements/{}/file", statements.items[0].id);
    let csv = admin.get(&file).await;
    assert_eq!(csv.status, 200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"statement-2026-01-bob.csv\"");
    assert!(csv.text().contains("Payable,,,,,,,,,1.80,,"), "{}", csv.text());
    let link: ExportLink = admin.post(&format!("{file}?format=xlsx")).await.json();
    assert!(link.url.starts_with(&format!("{file}?ticket=")));
    let book = nobody.get(&link.url).await;
    assert!(book.status == 200 && book.header("content-type").ends_with("sheet") && book.body.starts_with(b"PK"));
    nobody.get(&link.url).await.problem(404);
    nobody.get(&format!("{file}?ticket=x")).await.problem(404);
    nobody.get(&format!("{file}?format=csv")).await.problem(401);
    viewer.get(&file).await.problem(403);
    viewer.post(&file).await.problem(403);
    assert_eq!(admin.get(&format!("{file}?format=pdf")).await.problem(422).errors[0].field, "format");
    admin.get(&file.replace(&statements.items[0].id.to_string(), ADA)).await.problem(404);
}

#[tokio::test]
async fn the_board_of_identities_is_filled_by_a_job() {
    let (app, admin) = shared().await;
    let analyst = app.client(Role::Analyst).await;
    let board = "/api/revenue/invariants";
    assert_eq!(analyst.get(board).await.json::<InvariantBoard>().checked_at, None);
    analyst.post(&format!("{board}/check")).await.problem(403);
    let reply = admin.post(&format!("{board}/check")).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let job = finished(&admin, &reply.json()).await;
    assert_eq!(job.state, JobState::Succeeded, "{:?}", job.error);
    let found: InvariantBoard = analyst.get(board).await.json();
    assert!(found.checked_at.is_some() && found.job.is_none());
    // The business was written past the applier: its subscriptions have no events that MRR could follow from.
    for identity in found.identities.into_iter().filter(|found| found.identity != Identity::MrrIsMovements) {
        assert_eq!(identity.wrong, 0, "{:?}", identity.identity);
        assert!(identity.differences.iter().all(|money| money.minor == 0));
    }
}
