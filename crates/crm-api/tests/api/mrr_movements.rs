use crate::business::{self, ADA, SUBSCRIPTION};
use crate::support::TestApp;
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::mrr::MrrMovement;

#[tokio::test]
async fn the_ledger_by_type_part_and_day() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let client = app.client(Role::Viewer).await;
    for (query, amounts) in [
        ("", vec![19_900, 1_000, 900]),
        ("movement=new,expansion&sort=amount", vec![900, 1_000, 19_900]),
        ("movement=expansion&stream=rev1_individual", vec![1_000]),
        ("tier=tier1&sort=occurred_at", vec![900, -900]),
        ("currency=eur", vec![19_900]),
        ("from=2026-02-01&to=2026-02-28&paying_at_start=true", vec![1_000]),
        ("from=2026-01-01&paying_at_start=true", vec![]),
        (&format!("customer_id={ADA}&subscription_id={SUBSCRIPTION}"), vec![1_000, 900]),
    ] {
        let page: Page<MrrMovement> = client.get(&format!("/api/mrr-movements?count=exact&{query}")).await.json();
        assert_eq!(page.items.iter().map(|m| m.amount.minor).collect::<Vec<_>>(), amounts, "{query}");
        assert_eq!(page.sums.iter().map(|sum| sum.minor).sum::<i64>(), amounts.iter().sum::<i64>(), "{query}");
    }
    for (query, field) in [
        ("movement=new,up", "movement"),
        ("movement=", "movement"),
        ("paying_at_start=true", "from"),
        ("subscription_id=x", "subscription_id"),
        ("sort=name", "sort"),
    ] {
        assert_eq!(
            client.get(&format!("/api/mrr-movements?{query}")).await.problem(422).errors[0].field,
            field,
            "{query}"
        );
    }
}
