//! Plans over HTTP, and that their figures are those of everything else.

use crate::business;
use crate::simulated_year::{self, SECRET};
use crate::support::{Client, TestApp};
use crm_types::accounts::Role;
use crm_types::analytics::Overview;
use crm_types::mrr::MrrMovement;
use crm_types::plans::{Plan, Price, PriceMappingReply, Stream, Tier};
use crm_types::subscriptions::{Subscription, SubscriptionDetails};
use crm_types::{Currency, Money, Page};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn plans_and_prices_are_read() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    for role in [Role::Owner, Role::Admin, Role::Analyst, Role::Viewer] {
        let client = app.client(role).await;
        let page: Page<Plan> = client.get("/api/plans?count=exact").await.json();
        let found: Vec<_> =
            page.items.iter().map(|p| (p.id.as_str(), p.name.as_str(), p.subscribers, p.cancelling)).collect();
        assert_eq!(found, [("price_2", "price_2", 1, 1), ("prod_1", "Standard", 1, 0)]);
        assert_eq!(page.sums, [Money::new(19_900, Currency::EUR), Money::new(1_900, Currency::USD)]);
    }
    let client = app.client(Role::Viewer).await;
    let one: Plan = client.get("/api/crm/plans/prod_1").await.json();
    assert_eq!((one.prices.len(), one.prices[0].id.as_str(), one.mrr[0].minor), (1, "price_1", 1_900));
    let price: Price = client.get("/api/prices/price_1").await.json();
    assert_eq!(price, one.prices[0]);
    for unknown in ["/api/plans/prod_9", "/api/plans/%00", "/api/plans/%20", "/api/prices/price_9", "/api/prices/%00"] {
        client.get(unknown).await.problem(404);
    }
    for (path, field) in [
        ("plans?sort=price", "sort"),
        ("plans?stream=gyms", "stream"),
        ("plans?active=perhaps", "active"),
        ("plans?limit=0", "limit"),
        ("plans?cursor=x", "cursor"),
        ("plans?q=%00", "q"),
        ("plans?colour=red", "colour"),
        ("prices?active=perhaps", "active"),
        ("prices?product_id=%00", "product_id"),
        ("subscriptions?plan_id=%00", "plan_id"),
        ("mrr-movements?plan_id=%00", "plan_id"),
        ("subscriptions?counted=perhaps", "counted"),
    ] {
        assert_eq!(client.get(&format!("/api/{path}")).await.problem(422).errors[0].field, field, "{path}");
    }
    let found: Page<Price> = client.get("/api/prices?q=standard&product_id=prod_1&active=true").await.json();
    assert_eq!((found.total, found.items[0].id.as_str()), (1, "price_1"));
    let details: SubscriptionDetails =
        client.get(&format!("/api/subscriptions/{}", business::SUBSCRIPTION)).await.json();
    assert_eq!(
        (details.items.len(), details.items[0].plan.as_str(), details.items[0].mrr),
        (1, "Standard", details.subscription.mrr)
    );

    for (plan, count) in [("prod_1", 2), ("price_2", 1), ("prod_9", 0)] {
        let path = format!("/api/mrr-movements?plan_id={plan}&count=exact");
        assert_eq!(client.get(&path).await.json::<Page<MrrMovement>>().total, count, "{plan}");
    }

    let other = json!({"name": "Shop", "scopes": ["customers:read"]});
    let key: Value = app.client(Role::Owner).await.post_json("/api/api-keys", &other).await.json();
    let reply = app.anonymous().with_token(key["key"].as_str().unwrap()).get("/api/plans").await.problem(403);
    assert_eq!(reply.permission.as_deref(), Some("plans:read"));
}

async fn every_plan(client: &Client) -> Page<Plan> {
    client.get("/api/plans?count=exact&limit=200&sort=-mrr").await.json()
}

/// MRR in each currency: of all plans by their sums and their rows, of all subscriptions, and of the dashboard.
async fn agree(client: &Client) {
    let plans = every_plan(client).await;
    let overview: Overview = client.get("/api/analytics/overview").await.json();
    let subscriptions: Page<Subscription> = client.get("/api/subscriptions?count=exact&limit=1").await.json();
    let not_nothing: Vec<Money> = subscriptions.sums.into_iter().filter(|sum| sum.minor != 0).collect();
    assert!(!plans.sums.is_empty());
    assert_eq!(plans.sums, not_nothing);
    assert_eq!(plans.sums, overview.currencies);
    for sum in &plans.sums {
        let of = |money: &[Money]| money.iter().filter(|m| m.currency == sum.currency).map(|m| m.minor).sum::<i64>();
        assert_eq!(plans.items.iter().map(|plan| of(&plan.mrr)).sum::<i64>(), sum.minor);
        let code = sum.currency.code();
        let series: Value = client.get(&format!("/api/analytics/mrr?currency={code}")).await.json();
        assert_eq!(
            series["total"].as_array().unwrap().last().unwrap().as_i64(),
            Some(sum.minor),
            "{code} in the series"
        );
    }
    for plan in &plans.items {
        let with = |filter: &str| format!("/api/subscriptions?plan_id={}&count=exact&limit=1&{filter}", plan.id);
        for (figure, filter) in [
            (plan.subscribers, "counted=true"),
            (plan.trials, "status=free_trial"),
            (plan.cancelling, "scheduled=true"),
        ] {
            let rows: Page<Subscription> = client.get(&with(filter)).await.json();
            assert_eq!(rows.total, figure, "{} {filter}", plan.name);
        }
    }
}

#[actix_web::test]
async fn a_year_of_a_business_adds_up_by_plan_before_and_after_a_new_mapping() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
    simulated_year::play(&app, stripe_sandbox::ApiShape::Current, 200).await;
    let admin = app.client(Role::Admin).await;
    agree(&admin).await;

    // Items add up to their subscription.
    let page: Page<Subscription> = admin.get("/api/subscriptions?counted=true&limit=200&sort=-mrr").await.json();
    let mut several = 0;
    for row in &page.items {
        let details: SubscriptionDetails = admin.get(&format!("/api/subscriptions/{}", row.id)).await.json();
        assert_eq!(details.items.iter().map(|item| item.mrr.minor).sum::<i64>(), row.mrr.minor, "{}", row.id);
        assert_eq!(details.items.iter().map(|item| item.quantity).sum::<i64>(), row.quantity);
        several += usize::from(details.items.len() > 1);
    }
    assert!(several > 0, "somebody has two plans");

    // The plan that individuals pay most for moves to another tier, and takes its MRR along.
    let plans = every_plan(&admin).await;
    let plan = plans
        .items
        .iter()
        .find(|p| p.streams.first().is_some_and(|s| s.tier == Some(Tier::Tier1)) && !p.mrr.is_empty());
    let plan = plan.expect("a plan of the first tier");
    let worth = plan.mrr.iter().find(|m| m.currency == Currency::USD).expect("dollars").minor;
    let of_tier = async |tier: &str| {
        let path = "/api/analytics/mrr?currency=usd&group_by=tier";
        let series: Value = admin.get(path).await.json();
        let lines = series["series"].as_array().unwrap();
        let line = lines.iter().find(|line| line["key"] == tier).unwrap();
        line["values"].as_array().unwrap().last().unwrap().as_i64().unwrap()
    };
    let (first, third) = (of_tier("tier1").await, of_tier("tier3").await);
    for price in &plan.prices {
        let mapping = json!({"stream": "rev1_individual", "tier": "tier3"});
        let reply: PriceMappingReply =
            admin.send_json(Method::PUT, &format!("/api/prices/{}/mapping", price.id), &mapping).await.json();
        assert_eq!((reply.price.stream, reply.price.tier), (Some(Stream::Rev1Individual), Some(Tier::Tier3)));
    }
    simulated_year::drain(&app).await;
    assert_eq!((of_tier("tier1").await, of_tier("tier3").await), (first - worth, third + worth));
    agree(&admin).await;
    let moved: Plan = admin.get(&format!("/api/plans/{}", plan.id)).await.json();
    assert_eq!((moved.mrr, moved.subscribers), (plan.mrr.clone(), plan.subscribers), "only where it counts changed");
}
