use super::*;
use crate::filter::{Day, Text};
use crate::fixture::{self, NewMovement, exact, page, refused, walk, walk_by};
use crm_types::Currency;
use crm_types::Money;
use crm_types::customers::{CustomerType, LifecycleState, Priority};
use crm_types::plans::{Stream, Tier};
use uuid::Uuid;

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_walks_every_row_once_though_keys_are_tied(pool: PgPool) {
    for i in 0..11 {
        let name = ["Ada", "ada", "Zoë", ""][i % 4];
        let id = fixture::customer(&pool, name, ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00.000001Z"][i % 2]).await;
        let sql = "UPDATE customers SET mrr_minor = $2, currency = 'usd' WHERE id = $1";
        sqlx::query(sql).bind(id).bind((i % 3) as i64 * 500).execute(&pool).await.unwrap();
    }
    let filter = CustomerFilter::default();
    let mut orders = Vec::new();
    for sort in CustomerSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |c| c.id.to_string()).await;
        assert_eq!(rows.len(), 11, "{sort}");
        orders.push(rows.iter().map(|c| c.id).collect::<Vec<_>>());
    }
    // Each descending order is the ascending one backwards, also among equals.
    for pair in orders.chunks(2) {
        assert_eq!(pair[0], pair[1].iter().rev().copied().collect::<Vec<_>>());
    }
    let by_mrr = list(&pool, &filter, CustomerSort::MrrDescending, &page(4, None)).await.unwrap();
    assert!(by_mrr.items.iter().all(|c| c.mrr == Some(Money::new(1_000, Currency::USD))) || by_mrr.items.len() == 4);
    assert_eq!((by_mrr.total, by_mrr.total_capped), (11, false));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cursor_is_for_its_order_and_filter_alone(pool: PgPool) {
    for _ in 0..4 {
        fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    }
    let all = CustomerFilter::default();
    let first = list(&pool, &all, CustomerSort::CreatedAt, &page(2, None)).await.unwrap();
    let cursor = first.next_cursor.unwrap();
    let with = |cursor: &str| page(2, Some(cursor.to_owned()));
    assert_eq!(list(&pool, &all, CustomerSort::CreatedAt, &with(&cursor)).await.unwrap().items.len(), 2);

    assert_eq!(refused(list(&pool, &all, CustomerSort::Name, &with(&cursor)).await), "cursor");
    assert_eq!(refused(list(&pool, &all, CustomerSort::CreatedAtDescending, &with(&cursor)).await), "cursor");
    let other = CustomerFilter { paying: Some(false), ..all.clone() };
    assert_eq!(refused(list(&pool, &other, CustomerSort::CreatedAt, &with(&cursor)).await), "cursor");
    for hostile in ["", "x", "AAAA", "W10", "'; DROP TABLE customers; --", "\0", &cursor[1..], &"A".repeat(100_000)] {
        assert_eq!(refused(list(&pool, &all, CustomerSort::CreatedAt, &with(hostile)).await), "cursor", "{hostile}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_cursor_that_was_tampered_with_is_refused_and_never_reaches_sql(pool: PgPool) {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    for name in ["Ada", "Bob"] {
        fixture::customer(&pool, name, "2026-01-01T00:00:00Z").await;
    }
    let filter = CustomerFilter::default();
    let first = list(&pool, &filter, CustomerSort::Name, &page(1, None)).await.unwrap();
    let json = String::from_utf8(URL_SAFE_NO_PAD.decode(first.next_cursor.unwrap()).unwrap()).unwrap();
    let id = first.items[0].id.to_string();
    for (old, new) in
        [("\"ada\"", "7"), ("\"ada\"", "null"), ("\"ada\"", r#""\u0000""#), (id.as_str(), "not an id"), ("],", ",1],")]
    {
        assert!(json.contains(old));
        let cursor = URL_SAFE_NO_PAD.encode(json.replace(old, new));
        assert_eq!(refused(list(&pool, &filter, CustomerSort::Name, &page(1, Some(cursor))).await), "cursor", "{new}");
    }
    // A changed key is only another place to start from.
    let cursor = URL_SAFE_NO_PAD.encode(json.replace("\"ada\"", "\"x') OR true --\""));
    assert!(list(&pool, &filter, CustomerSort::Name, &page(1, Some(cursor))).await.unwrap().items.is_empty());
}

#[sqlx::test(migrations = "../../migrations")]
async fn search_finds_parts_in_any_case_and_takes_wildcards_literally(pool: PgPool) {
    for name in ["Jürgen Öz", "100% Fit_Club", "100x Fit Club", r"back\slash", "O'Brien"] {
        fixture::customer(&pool, name, "2026-01-01T00:00:00Z").await;
    }
    for (q, names) in [
        ("jÜRGEN", vec!["Jürgen Öz"]),
        ("100%", vec!["100% Fit_Club"]),
        ("fit_c", vec!["100% Fit_Club"]),
        (r"k\s", vec![r"back\slash"]),
        ("o'b", vec!["O'Brien"]),
        ("%", vec!["100% Fit_Club"]),
        ("nobody", vec![]),
    ] {
        let filter = CustomerFilter { q: Search::parse("q", q).unwrap(), ..CustomerFilter::default() };
        let found = list(&pool, &filter, CustomerSort::Name, &exact()).await.unwrap();
        assert_eq!(found.items.iter().filter_map(|c| c.name.as_deref()).collect::<Vec<_>>(), names, "{q}");
        assert_eq!(found.total, i64::try_from(names.len()).unwrap());
    }
    assert!(Search::parse("q", "a\0b").is_err());
    assert!(Search::parse("q", &"a".repeat(256)).is_err());
}

#[sqlx::test(migrations = "../../migrations")]
async fn filters_narrow_to_what_they_name(pool: PgPool) {
    let coach = fixture::customer(&pool, "Coach", "2026-01-01T00:00:00Z").await;
    fixture::customer(&pool, "Lead", "2026-01-01T00:00:00Z").await;
    sqlx::query(
        "UPDATE customers SET customer_type = 'rev2_coach', lifecycle_state = 'rev2_coach', stream = 'rev2_coaching',
             mrr_minor = 19900, currency = 'eur', acquisition_source = 'referral' WHERE id = $1",
    )
    .bind(coach)
    .execute(&pool)
    .await
    .unwrap();
    let none = CustomerFilter::default;
    for filter in [
        CustomerFilter { customer_type: Some(CustomerType::Rev2Coach), ..none() },
        CustomerFilter { lifecycle: Some(LifecycleState::Rev2Coach), ..none() },
        CustomerFilter { stream: Some(Stream::Rev2Coaching), ..none() },
        CustomerFilter { source: Text::parse("source", "referral").unwrap(), ..none() },
        CustomerFilter { currency: Some(Currency::EUR), ..none() },
        CustomerFilter { paying: Some(true), ..none() },
    ] {
        let found = list(&pool, &filter, CustomerSort::CreatedAt, &exact()).await.unwrap();
        assert_eq!(found.items.iter().map(|c| c.id.0).collect::<Vec<_>>(), [coach], "{filter:?}");
    }
    let tier = CustomerFilter { tier: Some(Tier::Tier3), ..none() };
    assert_eq!(list(&pool, &tier, CustomerSort::CreatedAt, &exact()).await.unwrap().total, 0);
    let leads = CustomerFilter { paying: Some(false), ..none() };
    let leads = list(&pool, &leads, CustomerSort::CreatedAt, &exact()).await.unwrap();
    assert_eq!((leads.total, leads.items[0].mrr), (1, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_was_paying_at_the_end_of_a_day(pool: PgPool) {
    let id = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(&pool, id, "usd", 0, "2026-01-01T00:00:00Z").await;
    let new = NewMovement {
        customer: id,
        subscription,
        movement: "new",
        currency: "usd",
        before: 0,
        lines: &[("rev1_individual", "tier1", 900)],
        // Still 9 March in New York.
        at: "2026-03-10T03:59:59Z",
        paying_since: None,
    };
    fixture::movement(&pool, &new).await;
    let churn = NewMovement { movement: "churn", before: 900, lines: &[("rev1_individual", "tier1", -900)], ..new };
    fixture::movement(&pool, &NewMovement { at: "2026-03-12T04:00:00Z", paying_since: Some(churn.at), ..churn }).await;
    fixture::run(&pool, "UPDATE account_settings SET time_zone = 'America/New_York'").await;
    for (day, currency, paying) in [
        ("2026-03-08", None, 0),
        ("2026-03-09", None, 1),
        ("2026-03-11", Some(Currency::USD), 1),
        ("2026-03-11", Some(Currency::EUR), 0),
        ("2026-03-12", None, 0),
    ] {
        let paying_at = Some(Day::parse("paying_at", day.parse().unwrap()).unwrap());
        let filter = CustomerFilter { paying_at, currency, ..CustomerFilter::default() };
        let found = list(&pool, &filter, CustomerSort::CreatedAtDescending, &exact()).await.unwrap();
        assert_eq!((found.items.len(), found.total), (paying, paying as i64), "{day} {currency:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_customer_and_the_journey(pool: PgPool) {
    let id = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    sqlx::query(
        "INSERT INTO lifecycle_transitions VALUES
             ($1, '2026-02-01Z', 1, 'lead', 'free_trial', 'trial_started', 'evt_2'),
             ($1, '2026-01-01Z', 0, NULL, 'lead', 'created', 'evt_1')",
    )
    .bind(id)
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(find(&pool, CustomerId(id)).await.unwrap().name.as_deref(), Some("Ada"));
    let steps = lifecycle(&pool, CustomerId(id)).await.unwrap();
    assert_eq!(
        steps.iter().map(|s| (s.from, s.to)).collect::<Vec<_>>(),
        [(None, LifecycleState::Lead), (Some(LifecycleState::Lead), LifecycleState::FreeTrial)]
    );
    let nobody = CustomerId(Uuid::nil());
    assert!(matches!(find(&pool, nobody).await, Err(DomainError::NotFound { .. })));
    assert!(matches!(lifecycle(&pool, nobody).await, Err(DomainError::NotFound { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn counting_stops_at_the_cap_unless_exact(pool: PgPool) {
    fixture::many(&pool).await;
    let filter = CustomerFilter::default();
    let capped = list(&pool, &filter, CustomerSort::CreatedAt, &page(1, None)).await.unwrap();
    assert_eq!((capped.total, capped.total_capped), (10_000, true));
    let all = list(&pool, &filter, CustomerSort::CreatedAt, &exact()).await.unwrap();
    assert_eq!((all.total, all.total_capped, all.items.len()), (10_001, false, 50));
}

#[test]
fn a_page_has_1_to_200_rows() {
    for (limit, fine) in [
        (Some(0), false),
        (Some(1), true),
        (Some(200), true),
        (Some(201), false),
        (Some(u32::MAX), false),
        (None, true),
    ] {
        assert_eq!(PageRequest::new(limit, None, None).is_ok(), fine, "{limit:?}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_rows_than_are_counted_are_walked_in_every_order(pool: PgPool) {
    fixture::many(&pool).await;
    let paying_at = Some(Day::parse("paying_at", "2026-01-01".parse().unwrap()).unwrap());
    for filter in [CustomerFilter::default(), CustomerFilter { paying_at, ..CustomerFilter::default() }] {
        for sort in CustomerSort::ALL {
            let (pool, filter) = (&pool, &filter);
            let rows =
                walk_by(200, |page| async move { list(pool, filter, *sort, &page).await }, |c| c.id.to_string()).await;
            assert_eq!(rows.len(), fixture::MANY, "{sort}");
            let keys: Vec<String> = rows.iter().map(|c| key(c, *sort)).collect();
            let in_order = |a: &String, b: &String| if sort.as_str().starts_with('-') { a >= b } else { a <= b };
            assert!(keys.is_sorted_by(in_order), "{sort}");
        }
        let all = list(&pool, &filter, CustomerSort::Name, &exact()).await.unwrap();
        assert_eq!((all.total, all.total_capped), (10_001, false));
    }
}

/// What a row is sorted by, as a text that sorts alike.
fn key(c: &Customer, sort: CustomerSort) -> String {
    use CustomerSort as S;
    let money = |money: Option<Money>| format!("{:020}", money.map_or(0, |m| m.minor));
    let plan = || format!("{:?}", (c.stream.map(Stream::as_str), c.tier.map(Tier::as_str)));
    match sort {
        S::Name | S::NameDescending => c.name.clone().unwrap_or_default(),
        S::Mrr | S::MrrDescending => money(c.mrr),
        S::LifetimeValue | S::LifetimeValueDescending => money(c.lifetime_value),
        S::CreatedAt | S::CreatedAtDescending => c.created_at.to_rfc3339(),
        S::Lifecycle | S::LifecycleDescending => {
            format!("{:02}", LifecycleState::ALL.iter().position(|s| *s == c.lifecycle_state).unwrap())
        }
        S::Plan | S::PlanDescending => plan(),
        S::Priority | S::PriorityDescending => {
            format!("{}", Priority::ALL.iter().position(|p| *p == c.priority).unwrap())
        }
        S::Source | S::SourceDescending => c.acquisition_source.clone().unwrap_or_default(),
    }
}
