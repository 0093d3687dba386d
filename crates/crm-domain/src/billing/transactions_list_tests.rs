use super::*;
use crate::fixture::{self, exact, walk, walk_by};
use crm_types::Money;

async fn transaction(pool: &PgPool, customer: Uuid, key: &str, status: &str, amount: i64, at: &str) {
    sqlx::query(
        "INSERT INTO transactions (id, business_key, payment_key, customer_id, stripe_subscription_id, kind, status,
                                   transaction_type, currency, amount_minor, invoice_number, occurred_at)
         VALUES ($1, $2, $2, $3, (SELECT stripe_subscription_id FROM subscriptions WHERE customer_id = $3),
                 CASE WHEN $5 < 0 THEN 'refund' ELSE 'payment' END, $4, 'subscription', 'usd', $5, 'A-' || $2, $6)",
    )
    .bind(Uuid::now_v7())
    .bind(key)
    .bind(customer)
    .bind(status)
    .bind(amount)
    .bind(fixture::at(at))
    .execute(pool)
    .await
    .unwrap();
}

async fn business(pool: &PgPool) -> [Uuid; 2] {
    let ada = fixture::customer(pool, "Ada", "2026-01-01T00:00:00Z").await;
    let bob = fixture::customer(pool, "Bob", "2026-01-01T00:00:00Z").await;
    fixture::subscription(pool, ada, "usd", 1_900, "2026-01-01T00:00:00Z").await;
    transaction(pool, ada, "in_1", "succeeded", 1_900, "2026-01-01T12:00:00Z").await;
    transaction(pool, ada, "re_1", "refunded", -1_900, "2026-01-02T12:00:00Z").await;
    transaction(pool, ada, "in_2", "failed", 1_900, "2026-02-01T12:00:00Z").await;
    transaction(pool, bob, "in_3", "pending", 900, "2026-02-01T12:00:00Z").await;
    transaction(pool, bob, "in_4", "succeeded", 900, "2026-02-01T12:00:00Z").await;
    [ada, bob]
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_money_that_moved_is_added_up(pool: PgPool) {
    let [ada, bob] = business(&pool).await;
    let none = TransactionFilter::default;
    let text = |text: &str| Search::parse("q", text).unwrap();
    let days = |from: &str, to: &str| DayRange::new(from.parse().ok(), to.parse().ok()).unwrap();
    for (filter, keys, sum) in [
        (none(), vec!["in_1", "re_1", "in_2", "in_3", "in_4"], 900),
        (TransactionFilter { status: Some(TransactionStatus::Failed), ..none() }, vec!["in_2"], 0),
        (TransactionFilter { kind: Some(TransactionKind::Refund), ..none() }, vec!["re_1"], -1_900),
        (TransactionFilter { customer_id: Some(CustomerId(bob)), ..none() }, vec!["in_3", "in_4"], 900),
        (TransactionFilter { days: days("2026-01-01", "2026-01-01"), ..none() }, vec!["in_1"], 1_900),
        (TransactionFilter { days: days("2026-01-02", ""), ..none() }, vec!["re_1", "in_2", "in_3", "in_4"], -1_000),
        (TransactionFilter { q: text("in_2"), ..none() }, vec!["in_2"], 0),
        (TransactionFilter { q: text("A-re_1"), ..none() }, vec!["re_1"], -1_900),
        (TransactionFilter { q: text("BO"), ..none() }, vec!["in_3", "in_4"], 900),
    ] {
        let found = list(&pool, &filter, TransactionSort::OccurredAt, &exact()).await.unwrap();
        let mut got: Vec<&str> = found.items.iter().map(|t| t.business_key.as_str()).collect();
        // Three have the same time.
        got.sort_by_key(|key| keys.iter().position(|k| k == key));
        assert_eq!(got, keys, "{filter:?}");
        assert_eq!(found.sums, [Money::new(sum, Currency::USD)], "{filter:?}");
    }
    let of_ada = TransactionFilter { customer_id: Some(CustomerId(ada)), ..none() };
    let found = list(&pool, &of_ada, TransactionSort::OccurredAtDescending, &exact()).await.unwrap();
    assert!(found.items.iter().all(|t| t.subscription_id.is_some() && t.customer_name.as_deref() == Some("Ada")));
    let euros = TransactionFilter { currency: Some(Currency::EUR), ..none() };
    assert_eq!(list(&pool, &euros, TransactionSort::Amount, &exact()).await.unwrap().total, 0);
    let upgrades = TransactionFilter { transaction_type: Some(TransactionType::Upgrade), ..none() };
    assert_eq!(list(&pool, &upgrades, TransactionSort::Amount, &exact()).await.unwrap().total, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_walks_every_row_once_though_keys_are_tied(pool: PgPool) {
    business(&pool).await;
    let filter = TransactionFilter::default();
    for sort in TransactionSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |t| t.id.to_string()).await;
        assert_eq!(rows.len(), 5, "{sort}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_rows_than_are_counted_are_walked_in_every_order(pool: PgPool) {
    fixture::many(&pool).await;
    let filter = TransactionFilter { currency: Some(Currency::USD), ..TransactionFilter::default() };
    for sort in TransactionSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows =
            walk_by(200, |page| async move { list(pool, filter, *sort, &page).await }, |t| t.id.to_string()).await;
        assert_eq!(rows.len(), fixture::MANY, "{sort}");
        match sort {
            TransactionSort::Amount => assert!(rows.iter().map(|t| t.amount.minor).is_sorted()),
            TransactionSort::AmountDescending => assert!(rows.iter().rev().map(|t| t.amount.minor).is_sorted()),
            TransactionSort::OccurredAt => assert!(rows.iter().map(|t| t.occurred_at).is_sorted()),
            TransactionSort::OccurredAtDescending => assert!(rows.iter().rev().map(|t| t.occurred_at).is_sorted()),
        }
    }
}
