use crate::business::{self, ADA, BOB};
use crate::support::TestApp;
use crm_types::accounts::Role;
use crm_types::billing::Transaction;
use crm_types::customers::{Customer, LifecycleState};
use crm_types::subscriptions::Subscription;
use crm_types::{Currency, Money, Page};

#[tokio::test]
async fn the_list_is_filtered_ordered_and_paged() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let client = app.client(Role::Viewer).await;
    let names = |page: &Page<Customer>| page.items.iter().filter_map(|c| c.name.clone()).collect::<Vec<_>>();

    let all: Page<Customer> = client.get("/api/customers").await.json();
    assert_eq!((names(&all), all.total, all.total_capped), (vec!["Bob".into(), "Ada".into()], 2, false));
    for (query, wanted) in [
        ("q=ADA%40ex", vec!["Ada"]),
        ("type=rev2_coach&currency=eur&paying=true", vec!["Bob"]),
        ("lifecycle=rev1_user&stream=rev1_individual&tier=tier2", vec!["Ada"]),
        ("source=organic", vec![]),
        ("coaches=true", vec!["Bob"]),
        ("coaches=false", vec!["Ada"]),
        ("paying_at=2026-01-05", vec!["Ada"]),
        ("paying_at=2026-03-10&currency=eur", vec!["Bob"]),
        ("sort=name&limit=1", vec!["Ada"]),
        ("sort=-mrr&count=exact", vec!["Bob", "Ada"]),
        ("sort=lifecycle", vec!["Ada", "Bob"]),
        ("mrr_min=1901&currency=eur", vec!["Bob"]),
        ("mrr_min=1", vec!["Ada"]),
        ("mrr_max=1900&lifetime_max=0", vec!["Ada"]),
        ("to=2025-12-31", vec![]),
    ] {
        let page: Page<Customer> = client.get(&format!("/api/crm/customers?{query}")).await.json();
        assert_eq!(names(&page), wanted, "{query}");
    }
    let first: Page<Customer> = client.get("/api/customers?sort=name&limit=1").await.json();
    let next = format!("/api/customers?sort=name&limit=1&cursor={}", first.next_cursor.unwrap());
    let second: Page<Customer> = client.get(&next).await.json();
    assert_eq!((names(&second), second.next_cursor), (vec!["Bob".into()], None));
}

#[tokio::test]
async fn hostile_parameters_are_422_with_their_name() {
    let app = TestApp::spawn().await;
    let client = app.client(Role::Viewer).await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("cursor=%00", "cursor"),
        ("cursor=", "cursor"),
        ("cursor=bm90IGEgY3Vyc29y", "cursor"),
        ("sort=password", "sort"),
        ("sort=mrr;DROP%20TABLE%20customers", "sort"),
        ("q=%00", "q"),
        ("source=a%00b", "source"),
        ("type=king", "type"),
        ("currency=xxz", "currency"),
        ("paying=1", "paying"),
        ("paying_at=2026-02-30", "paying_at"),
        ("paying_at=0001-01-01", "paying_at"),
        ("count=all", "count"),
        ("mrr=5", "mrr"),
        ("mrr_min=2&mrr_max=1", "mrr_min"),
        ("lifetime_min=much", "lifetime_min"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("limit=1&limit=2", "limit"),
    ] {
        let problem = client.get(&format!("/api/customers?{query}")).await.problem(422);
        assert_eq!(problem.errors.iter().map(|e| e.field.as_str()).collect::<Vec<_>>(), [field], "{query}");
    }
    let long = format!("/api/customers?q={}", "a".repeat(300));
    assert_eq!(client.get(&long).await.problem(422).errors[0].code, "too_long");
    for harmless in ["q=%25%27%22--", "q=", "q=%F0%9F%A6%8A", "source=%27%20OR%20true"] {
        let page: Page<Customer> = client.get(&format!("/api/customers?{harmless}")).await.json();
        assert_eq!(page.total, 0);
    }
}

#[tokio::test]
async fn a_customer_with_what_belongs_to_it() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let client = app.client(Role::Support).await;
    let ada: Customer = client.get(&format!("/api/customers/{ADA}")).await.json();
    assert_eq!((ada.name.as_deref(), ada.mrr), (Some("Ada"), Some(Money::new(1_900, Currency::USD))));

    let lifecycle: serde_json::Value = client.get(&format!("/api/customers/{ADA}/lifecycle")).await.json();
    let steps = lifecycle["items"].as_array().unwrap();
    assert_eq!((steps.len(), steps[1]["to"].as_str()), (2, Some(LifecycleState::Rev1User.as_str())));

    let subscriptions: Page<Subscription> =
        client.get(&format!("/api/customers/{ADA}/subscriptions?count=exact")).await.json();
    assert_eq!((subscriptions.total, subscriptions.sums), (1, vec![Money::new(1_900, Currency::USD)]));
    let transactions: Page<Transaction> =
        client.get(&format!("/api/customers/{BOB}/transactions?limit=5")).await.json();
    assert_eq!(transactions.items.iter().map(|t| t.business_key.as_str()).collect::<Vec<_>>(), ["in_2"]);

    for path in ["", "/lifecycle", "/subscriptions", "/transactions"] {
        client.get(&format!("/api/customers/00000000-0000-7000-8000-000000000000{path}")).await.problem(404);
        client.get(&format!("/api/customers/1{path}")).await.problem(404);
    }
    client.get(&format!("/api/customers/{ADA}/transactions?customer_id={BOB}")).await.problem(422);
    // Who may see customers but not payments.
    let viewer = app.client(Role::Viewer).await;
    viewer.get(&format!("/api/customers/{ADA}/transactions")).await.problem(403);
}
