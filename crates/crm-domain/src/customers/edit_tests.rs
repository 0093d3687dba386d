use super::*;
use crate::billing::facts::{CustomerFact, Stamp};
use crate::customers::filter::CustomerFilter;
use crate::customers::list;
use crate::customers::upsert;
use crate::fixture;
use crate::page::PageRequest;
use crm_types::customers::{CustomerSort, Priority};
use crm_types::ids::UserId;
use std::collections::BTreeMap;

fn staff() -> Actor {
    Actor::system("test")
}

fn person(email: &str, name: &str) -> NewCustomer {
    NewCustomer { email: Some(email.into()), name: Some(name.into()), ..NewCustomer::default() }
}

fn fact(id: &str, email: &str, name: &str, at: i64) -> CustomerFact {
    CustomerFact {
        id: id.into(),
        email: Some(email.into()),
        name: Some(name.into()),
        phone: Some("+1".into()),
        metadata: serde_json::json!({}),
        deleted: false,
        created: chrono::DateTime::from_timestamp(at, 0).unwrap(),
        stamp: Stamp { at: chrono::DateTime::from_timestamp(at, 0).unwrap(), rank: 0, event: format!("evt_{at}") },
    }
}

/// As the applier does it.
async fn stripe_says(pool: &PgPool, facts: &[CustomerFact]) {
    let mut conn = pool.acquire().await.unwrap();
    upsert::adopt(&mut conn, facts).await.unwrap();
    let seen: BTreeMap<_, _> = facts.iter().map(|fact| (fact.id.clone(), fact.created)).collect();
    upsert::store(&mut conn, &seen, facts).await.unwrap();
}

async fn audited(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_living_customer_has_an_e_mail(pool: PgPool) {
    let ada = create(&pool, &staff(), &person("Ada@Example.com", "Ada")).await.unwrap();
    assert_eq!((ada.email.as_deref(), ada.version, ada.priority), (Some("ada@example.com"), 1, Priority::Medium));
    let twin = create(&pool, &staff(), &person("ada@example.com", "Other")).await.unwrap_err();
    assert!(
        matches!(twin, DomainError::Database(e) if e.as_database_error().unwrap().constraint() == Some("customers_email_key"))
    );
    archive(&pool, &staff(), ada.id).await.unwrap();
    let other = create(&pool, &staff(), &person("ada@example.com", "Other")).await.unwrap();
    assert!(restore(&pool, &staff(), ada.id).await.is_err(), "the address is taken by now");
    archive(&pool, &staff(), other.id).await.unwrap();
    let back = restore(&pool, &staff(), ada.id).await.unwrap();
    assert_eq!((back.archived_at, back.version), (None, 3));
    let actions = ["created", "archived", "created", "archived", "restored"].map(|verb| format!("customer.{verb}"));
    assert_eq!(audited(&pool).await, actions, "what failed left no trace");
    assert_eq!(list::lifecycle(&pool, ada.id).await.unwrap()[0].reason, "created");
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_saw_an_old_version_saves_nothing(pool: PgPool) {
    let ada = create(&pool, &staff(), &person("ada@example.com", "Ada")).await.unwrap();
    let patch =
        CustomerPatch { priority: Some(Priority::Vip), phone: Some(Some("+44".into())), ..CustomerPatch::default() };
    let first = update(&pool, &staff(), ada.id, 1, &patch).await.unwrap();
    assert_eq!((first.version, first.priority, first.phone.as_deref()), (2, Priority::Vip, Some("+44")));
    let second = CustomerPatch { tags: Some(vec!["b".into(), "a".into()]), ..CustomerPatch::default() };
    match update(&pool, &staff(), ada.id, 1, &second).await.unwrap_err() {
        DomainError::Stale { current, .. } => {
            assert_eq!((&current["version"], &current["priority"]), (&2.into(), &"vip".into()))
        }
        other => panic!("{other}"),
    }
    let tagged = update(&pool, &staff(), ada.id, 2, &second).await.unwrap();
    assert_eq!((tagged.tags.as_slice(), tagged.version), (&["a".to_owned(), "b".to_owned()][..], 3));
    let same = update(&pool, &staff(), ada.id, 3, &second).await.unwrap();
    assert_eq!(same.version, 3, "nothing changed");
    assert_eq!(tags(&pool, None, 10).await.unwrap(), ["a", "b"]);
    assert_eq!(audited(&pool).await.len(), 3);
    let found = CustomerFilter { tag: crate::filter::Text::parse("tag", "a").unwrap(), ..CustomerFilter::default() };
    let page = list::list(&pool, &found, CustomerSort::Name, &PageRequest::default()).await.unwrap();
    assert_eq!(page.items, [tagged]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_staff_typed_in_outlives_a_snapshot_of_stripes(pool: PgPool) {
    let ada = create(&pool, &staff(), &person("ada@example.com", "Ada")).await.unwrap();
    stripe_says(&pool, &[fact("cus_1", "ADA@example.com", "A. Lovelace", 1_000)]).await;
    let adopted = list::find(&pool, ada.id).await.unwrap();
    assert_eq!(adopted.stripe_customer_id.as_deref(), Some("cus_1"), "the same person");
    assert_eq!((adopted.name.as_deref(), adopted.phone.as_deref()), (Some("Ada"), Some("+1")));
    let patch =
        CustomerPatch { name: Some(None), email: Some(Some("new@example.com".into())), ..CustomerPatch::default() };
    update(&pool, &staff(), ada.id, adopted.version, &patch).await.unwrap();
    stripe_says(&pool, &[fact("cus_1", "ada@example.com", "Countess", 2_000)]).await;
    let after = list::find(&pool, ada.id).await.unwrap();
    assert_eq!((after.name.as_deref(), after.email.as_deref()), (Some("Countess"), Some("new@example.com")));
    assert_eq!(after.billing_email.as_deref(), Some("ada@example.com"));
    // An address that staff gave to one is not taken away by another's bill.
    stripe_says(&pool, &[fact("cus_2", "new@example.com", "Other", 3_000)]).await;
    assert_eq!(list::find(&pool, ada.id).await.unwrap().email.as_deref(), Some("new@example.com"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_still_subscribes_is_not_archived(pool: PgPool) {
    let id = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    fixture::subscription(&pool, id, "usd", 900, "2026-01-01T00:00:00Z").await;
    assert!(matches!(archive(&pool, &staff(), CustomerId(id)).await, Err(DomainError::Conflict { .. })));
    fixture::run(&pool, "UPDATE subscriptions SET status = 'cancelled', mrr_minor = 0").await;
    assert!(archive(&pool, &staff(), CustomerId(id)).await.unwrap().archived_at.is_some());
    let gone =
        list::list(&pool, &CustomerFilter::default(), CustomerSort::Name, &PageRequest::default()).await.unwrap();
    assert_eq!(gone.total, 0);
    let kept = CustomerFilter { archived: true, ..CustomerFilter::default() };
    assert_eq!(list::list(&pool, &kept, CustomerSort::Name, &PageRequest::default()).await.unwrap().total, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn references_must_exist(pool: PgPool) {
    let zone = NewCustomer { time_zone: Some("Mars/Olympus".into()), ..person("a@b.c", "A") };
    let owner = NewCustomer { owner_id: Some(UserId(Uuid::nil())), ..person("a@b.c", "A") };
    for (new, field) in [(zone, "time_zone"), (owner, "owner_id")] {
        match create(&pool, &staff(), &new).await {
            Err(DomainError::Invalid { field: found, .. }) => assert_eq!(found, field),
            other => panic!("{other:?}"),
        }
    }
}
