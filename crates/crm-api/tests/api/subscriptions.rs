use crate::business::{self, ADA, SUBSCRIPTION};
use crate::support::TestApp;
use crm_types::accounts::Role;
use crm_types::subscriptions::Subscription;
use crm_types::{Currency, Money, Page};

#[tokio::test]
async fn subscriptions_as_they_are_and_as_they_were() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let client = app.client(Role::Viewer).await;
    let (usd, eur) = (|minor| Money::new(minor, Currency::USD), |minor| Money::new(minor, Currency::EUR));
    for (query, mrr, sums) in [
        ("", vec![eur(19_900), usd(1_900)], vec![]),
        ("count=exact&sort=mrr", vec![usd(1_900), eur(19_900)], vec![eur(19_900), usd(1_900)]),
        ("as_of=2026-01-31&count=exact", vec![usd(900)], vec![usd(900)]),
        ("as_of=2026-02-05&tier=tier2&count=exact", vec![usd(1_900)], vec![usd(1_900)]),
        ("as_of=2026-02-05&tier=tier1&count=exact", vec![], vec![]),
        ("as_of=2026-12-31&currency=eur&sort=-created_at&count=exact", vec![eur(19_900)], vec![eur(19_900)]),
        ("scheduled=true&count=exact", vec![eur(19_900)], vec![eur(19_900)]),
        ("trialing_at=2026-01-31", vec![], vec![]),
        ("status=active&stream=rev1_individual&price_id=price_1&q=ada", vec![usd(1_900)], vec![]),
        (&format!("customer_id={ADA}&sort=current_period_end"), vec![usd(1_900)], vec![]),
    ] {
        let page: Page<Subscription> = client.get(&format!("/api/subscriptions?{query}")).await.json();
        assert_eq!((page.items.iter().map(|s| s.mrr).collect::<Vec<_>>(), page.sums), (mrr, sums), "{query}");
    }
    let one: Subscription = client.get(&format!("/api/subscriptions/{SUBSCRIPTION}")).await.json();
    assert_eq!((one.plan.as_str(), one.stripe_subscription_id.as_str()), ("Standard", "sub_ada"));
    client.get(&format!("/api/subscriptions/{ADA}")).await.problem(404);
    for (query, field) in [
        ("status=trialing", "status"),
        ("as_of=today", "as_of"),
        ("sort=plan", "sort"),
        ("customer_id=1", "customer_id"),
    ] {
        assert_eq!(client.get(&format!("/api/subscriptions?{query}")).await.problem(422).errors[0].field, field);
    }
}
