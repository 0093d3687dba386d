//! Rules by which revenue is shared, and the ledger, over HTTP.

use crate::business::{self, ADA, BOB};
use crate::support::TestApp;
use crm_domain::billing::apply;
use crm_types::accounts::Role;
use crm_types::coaching::CoachingRelationship;
use crm_types::revenue::{RevenueMonth, RevenueShare, ShareRule, ShareScope};
use crm_types::{Currency, Money, Page};
use serde_json::json;

const RULES: &str = "/api/revenue/share-rules";

#[tokio::test]
async fn a_published_rule_shares_what_clients_paid_and_says_how() {
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
    let relationship: CoachingRelationship = admin.post_json("/api/coaching-relationships", &coached).await.json();
    let rule = json!({"relationship_id": relationship.id, "coach_bp": 3050, "starts_at": "2026-01-01T00:00:00Z"});
    let rule = admin.post_json(RULES, &rule).await;
    assert_eq!(rule.status, 201);
    let rule: ShareRule = rule.json();
    assert_eq!((rule.scope, rule.coach.map(|coach| coach.id)), (ShareScope::Relationship, Some(relationship.coach.id)));
    apply::drain(&mut app.pool().acquire().await.unwrap()).await.unwrap();

    let usd = |minor| Money::new(minor, Currency::USD);
    let path = format!("/api/revenue/shares?coach={BOB}&count=exact&sort=occurred_at");
    let shares: Page<RevenueShare> = admin.get(&path).await.json();
    let [payment, refund] = &shares.items[..] else { panic!("{shares:?}") };
    assert_eq!(payment.user_payment_amount.minor + refund.user_payment_amount.minor, 600);
    assert_eq!(payment.coach_share_percentage, 30.5);
    for share in &shares.items {
        let parts = [share.coach_share_amount, share.organization_share_amount, share.prometheus_revenue];
        assert_eq!(parts.iter().map(|part| part.minor).sum::<i64>(), share.shared_amount.minor);
        assert_eq!((share.customer.id.to_string(), share.rule_id), (ADA.to_owned(), rule.id));
    }
    assert_eq!(shares.sums, [usd(183)], "30.5 % of what stayed paid");
    let months: Vec<RevenueMonth> = admin.get("/api/revenue/months").await.json();
    assert_eq!(months.iter().map(|month| month.coaches.minor).sum::<i64>(), 183);
    let one: ShareRule = admin.get(&format!("/api/crm/revenue/share-rules/{}", rule.id)).await.json();
    assert_eq!(one.client.unwrap().id.to_string(), ADA);
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let app = TestApp::spawn().await;
    let (admin, analyst, viewer) =
        (app.client(Role::Admin).await, app.client(Role::Analyst).await, app.client(Role::Viewer).await);
    for (body, field) in [
        (json!({"coach_bp": 10_001}), "coach_bp"),
        (json!({"coach_bp": 6_000, "organization_bp": 4_001}), "organization_bp"),
        (json!({"coach_bp": 1, "organization_id": ADA}), "organization_id"),
        (json!({"coach_bp": 1, "relationship_id": ADA}), "relationship_id"),
        (json!({"coach_bp": 1, "share": 1}), "share"),
    ] {
        assert_eq!(admin.post_json(RULES, &body).await.problem(422).errors[0].field, field, "{body}");
    }
    let at = json!({"coach_bp": 3_000, "organization_bp": 7_000, "starts_at": "2026-01-01T00:00:00Z"});
    let rule: ShareRule = admin.post_json(RULES, &at).await.json();
    assert_eq!(admin.post_json(RULES, &at).await.problem(409).errors[0].field, "starts_at");
    let end = format!("{RULES}/{}/end", rule.id);
    let before = json!({"ends_at": "2025-01-01T00:00:00Z"});
    assert_eq!(admin.post_json(&end, &before).await.problem(422).errors[0].field, "ends_at");
    assert_eq!(analyst.get(RULES).await.json::<Page<ShareRule>>().total, 1);
    analyst.post_json(&end, &json!({})).await.problem(403);
    viewer.get("/api/revenue/shares").await.problem(403);
    assert!(admin.post_json(&end, &json!({})).await.json::<ShareRule>().ends_at.is_some());
    let later = json!({"coach_bp": 1, "starts_at": "2999-01-01T00:00:00Z"});
    let later: ShareRule = admin.post_json(RULES, &later).await.json();
    assert_eq!(admin.post_json(&format!("{RULES}/{}/end", later.id), &json!({})).await.status, 204);
    admin.get(&format!("{RULES}/{}", later.id)).await.problem(404);
    for (query, field) in [("month=2026-13-01", "month"), ("from=2026-02-01&to=2026-01-01", "from"), ("q=x", "q")] {
        assert_eq!(admin.get(&format!("/api/revenue/shares?{query}")).await.problem(422).errors[0].field, field);
    }
    assert_eq!(admin.get("/api/revenue/months?months=121").await.problem(422).errors[0].field, "months");
}
