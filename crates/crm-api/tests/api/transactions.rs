use crate::business::{self, ADA, SUBSCRIPTION};
use crate::support::TestApp;
use crm_types::accounts::Role;
use crm_types::billing::Transaction;
use crm_types::{Currency, Money, Page};

#[tokio::test]
async fn payments_and_refunds_with_what_moved() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let client = app.client(Role::Analyst).await;
    let (usd, eur) = (|minor| Money::new(minor, Currency::USD), |minor| Money::new(minor, Currency::EUR));
    for (query, keys, sums) in [
        ("", vec!["in_2", "re_1", "in_1"], vec![]),
        ("count=exact&sort=amount", vec!["re_1", "in_1", "in_2"], vec![eur(0), usd(600)]),
        ("status=refunded&kind=refund&type=subscription&count=exact", vec!["re_1"], vec![usd(-300)]),
        ("from=2026-01-06&to=2026-01-31", vec!["re_1"], vec![]),
        ("currency=eur", vec!["in_2"], vec![]),
        ("q=in_1", vec!["in_1"], vec![]),
        (&format!("customer_id={ADA}&sort=occurred_at&q=ada"), vec!["in_1", "re_1"], vec![]),
    ] {
        let page: Page<Transaction> = client.get(&format!("/api/transactions?{query}")).await.json();
        assert_eq!(
            (page.items.iter().map(|t| t.business_key.as_str()).collect::<Vec<_>>(), page.sums),
            (keys, sums),
            "{query}"
        );
    }
    let page: Page<Transaction> = client.get("/api/transactions?q=in_1").await.json();
    assert_eq!(page.items[0].subscription_id.map(|id| id.to_string()).as_deref(), Some(SUBSCRIPTION));
    for (query, field) in [
        ("from=2026-02-01&to=2026-01-01", "from"),
        ("status=open", "status"),
        ("kind=", "kind"),
        ("amount=1", "amount"),
    ] {
        assert_eq!(client.get(&format!("/api/transactions?{query}")).await.problem(422).errors[0].field, field);
    }
}
