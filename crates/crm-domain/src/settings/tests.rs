use super::*;
use crate::audit::Actor;
use crate::db::DomainError;
use crate::fixture::{self, NewMovement, refused};
use crm_types::Currency;
use crm_types::settings::{AccountSettingsPatch, CancellationPolicy};
use sqlx::PgPool;

fn patch(version: i64) -> AccountSettingsPatch {
    AccountSettingsPatch { version, ..AccountSettingsPatch::default() }
}

async fn queued(pool: &PgPool) -> Vec<String> {
    sqlx::query_scalar("SELECT reason FROM recompute_queue").fetch_all(pool).await.unwrap()
}

fn staff() -> Actor {
    Actor::system("test")
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_a_policy_makes_everyone_be_recomputed(pool: PgPool) {
    fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    fixture::run(&pool, "INSERT INTO customers (id, created_at) VALUES (gen_random_uuid(), now())").await;
    let name = AccountSettingsPatch {
        account_name: Some("  Gym & Söhne ".into()),
        reporting_currency: Some(Currency::EUR),
        ..patch(1)
    };
    let settings = update(&pool, &staff(), &name).await.unwrap();
    assert_eq!((settings.account_name.as_str(), settings.version), ("Gym & Söhne", 2));
    assert_eq!(settings, find(&pool).await.unwrap());
    assert!(queued(&pool).await.is_empty());

    // Nothing changes: no new version.
    assert_eq!(
        update(&pool, &staff(), &AccountSettingsPatch { discounts_forever: Some(true), ..patch(2) })
            .await
            .unwrap()
            .version,
        2
    );
    assert!(queued(&pool).await.is_empty());

    let policy = AccountSettingsPatch { cancellation: Some(CancellationPolicy::Request), ..patch(2) };
    assert_eq!(update(&pool, &staff(), &policy).await.unwrap().version, 3);
    assert_eq!(queued(&pool).await, ["policy"]);
    assert_eq!(
        update(&pool, &staff(), &AccountSettingsPatch { discounts_limited: Some(true), ..patch(3) })
            .await
            .unwrap()
            .version,
        4
    );
    assert_eq!(queued(&pool).await, ["policy"]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_comes_second_is_told_the_current_version(pool: PgPool) {
    let first = AccountSettingsPatch { account_name: Some("A".into()), ..patch(1) };
    let actor = staff();
    let (one, two) = tokio::join!(update(&pool, &actor, &first), update(&pool, &actor, &first));
    let (won, lost) = if one.is_ok() { (one, two) } else { (two, one) };
    assert_eq!(won.unwrap().version, 2);
    match lost.unwrap_err() {
        DomainError::Conflict { field, message } => {
            assert_eq!(field.as_deref(), Some("version"));
            assert!(message.contains("current version is 2"), "{message}");
        }
        other => panic!("{other:?}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn bad_values_are_refused_with_their_field(pool: PgPool) {
    for name in ["", "  ", "a\nb", "a\0b", &"x".repeat(81)] {
        let bad = AccountSettingsPatch { account_name: Some(name.into()), ..patch(1) };
        assert_eq!(refused(update(&pool, &staff(), &bad).await), "account_name", "{name}");
    }
    for zone in ["", "Mars/Olympus", "EST5EDT,M3.2.0", "posix/Europe/Berlin", "localtime", "'; --", "UTC\0", "+02"] {
        let bad = AccountSettingsPatch { time_zone: Some(zone.into()), ..patch(1) };
        assert_eq!(refused(update(&pool, &staff(), &bad).await), "time_zone", "{zone}");
    }
    assert_eq!(find(&pool).await.unwrap().version, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_changed_time_zone_moves_the_days_of_the_ledger(pool: PgPool) {
    let customer = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let subscription = fixture::subscription(&pool, customer, "usd", 1_900, "2026-01-01T00:00:00Z").await;
    let new =
        NewMovement::first(customer, subscription, "usd", &[("rev1_individual", "tier1", 900)], "2026-03-10T23:30:00Z");
    let mistake = fixture::movement(&pool, &new).await;
    fixture::reverse(&pool, mistake).await;
    fixture::movement(&pool, &new).await;
    let lines: &[_] = &[("rev1_individual", "tier1", -900), ("rev1_individual", "tier2", 1_900)];
    let at = "2026-03-11T10:00:00Z";
    fixture::movement(
        &pool,
        &NewMovement { movement: "expansion", before: 900, lines, at, paying_since: Some(new.at), ..new },
    )
    .await;
    let days = |pool: PgPool| async move {
        sqlx::query_as::<_, (String, String, String, i64, i64)>(
            "SELECT day::text, movement, tier, amount_minor, movements FROM mrr_daily ORDER BY 1, 2, 3",
        )
        .fetch_all(&pool)
        .await
        .unwrap()
    };
    let row = |day: &str, movement: &str, tier: &str, amount, n| {
        (day.to_owned(), movement.to_owned(), tier.to_owned(), amount, n)
    };
    fixture::roll_up(&pool).await;
    let expansion =
        [row("2026-03-11", "expansion", "tier1", -900, 0), row("2026-03-11", "expansion", "tier2", 1_900, 1)];
    let mut wanted = vec![row("2026-03-10", "new", "tier1", 900, 1)];
    wanted.extend(expansion.clone());
    assert_eq!(days(pool.clone()).await, wanted);

    let berlin = AccountSettingsPatch { time_zone: Some("Europe/Berlin".into()), ..patch(1) };
    update(&pool, &staff(), &berlin).await.unwrap();
    let mut wanted = expansion.to_vec();
    wanted.push(row("2026-03-11", "new", "tier1", 900, 1));
    assert_eq!(days(pool.clone()).await, wanted);
}

/// A subscription as Stripe sent it, at 9 dollars a month.
async fn subscribed(pool: &PgPool, name: &str, change: impl Fn(&mut crate::subscriptions::version::Snapshot)) {
    use crate::subscriptions::version::{Item, Version};
    let customer = fixture::customer(pool, name, "2026-01-01T00:00:00Z").await;
    let stripe_id: String = sqlx::query_scalar("SELECT stripe_customer_id FROM customers WHERE id = $1")
        .bind(customer)
        .fetch_one(pool)
        .await
        .unwrap();
    let id = fixture::subscription(pool, customer, "usd", 900, "2026-01-01T00:00:00Z").await;
    let item = Item {
        price: "price_1".into(),
        quantity: 1,
        unit_amount: Some("900".into()),
        interval: crm_types::plans::Interval::Month,
        interval_count: 1,
        metered: false,
        transform: None,
        discounts: vec![],
    };
    let mut body = crate::mrr::amount::tests::snapshot("active", vec![item]);
    change(&mut body);
    sqlx::query("UPDATE subscriptions SET cancel_at = $2 WHERE id = $1")
        .bind(id)
        .bind(body.cancel_at)
        .execute(pool)
        .await
        .unwrap();
    let subscription = format!("sub_{}", id.simple());
    let version = Version {
        event_id: format!("evt_{name}"),
        subscription,
        at: fixture::at("2026-01-05T00:00:00Z"),
        rank: 18,
        body,
    };
    let mut connection = pool.acquire().await.unwrap();
    crate::subscriptions::upsert::store_versions(&mut connection, &[(stripe_id.clone(), version)]).await.unwrap();
    let coupon =
        crate::mrr::amount::Coupon { percent_off: Some("50".into()), amounts_off: vec![], duration: "once".into() };
    let coupon = serde_json::to_value(crate::billing::facts::Body::Coupon(coupon)).unwrap();
    let discounted = (name == "Discounted").then_some(stripe_id);
    sqlx::query(
        "INSERT INTO stripe_objects
         SELECT 'co_half', 'coupon', NULL, now(), 0, '', $1 WHERE $2 IS NOT NULL
         UNION ALL SELECT 'di_' || $2, 'discount', $2, now(), 0, '', '{\"coupon\": \"co_half\"}'::jsonb WHERE $2 IS NOT NULL",
    )
    .bind(coupon)
    .bind(discounted)
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_another_policy_would_do_is_told_before_it_does(pool: PgPool) {
    use crm_types::Money;
    use crm_types::settings::PolicyChange;
    fixture::run(
        &pool,
        "INSERT INTO prices (id, currency, unit_amount, interval, mapped_stream, mapped_tier, seen_at, seen_rank, seen_event)
         VALUES ('price_1', 'usd', 900, 'month', 'rev1_individual', 'tier1', now(), 0, '')",
    )
    .await;
    subscribed(&pool, "Plain", |_| ()).await;
    subscribed(&pool, "Leaving", |body| {
        body.cancel_at_period_end = true;
        body.cancel_at = Some(fixture::at("2026-12-31T00:00:00Z"));
    })
    .await;
    let change = PolicyChange { cancellation: Some(CancellationPolicy::Request), ..PolicyChange::default() };
    let said = preview(&pool, &change).await.unwrap();
    assert_eq!((said.customers, said.computed, said.rewritten), (1, 1, 1));
    let changes: Vec<_> = said.changes.iter().map(|c| (c.before, c.after)).collect();
    assert_eq!(changes, [(Money::new(900, Currency::USD), Money::new(0, Currency::USD))]);
    // Nothing is changed by asking, and what is asked for again changes nothing.
    assert_eq!(find(&pool).await.unwrap().version, 1);
    assert!(queued(&pool).await.is_empty());
    let same = PolicyChange { cancellation: Some(CancellationPolicy::PeriodEnd), ..PolicyChange::default() };
    let said = preview(&pool, &same).await.unwrap();
    assert_eq!((said.customers, said.changes), (0, vec![]));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_policy_of_discounts_is_previewed_for_who_has_one(pool: PgPool) {
    use crm_types::settings::PolicyChange;
    fixture::run(
        &pool,
        "INSERT INTO prices (id, currency, unit_amount, interval, mapped_stream, mapped_tier, seen_at, seen_rank, seen_event)
         VALUES ('price_1', 'usd', 900, 'month', 'rev1_individual', 'tier1', now(), 0, '')",
    )
    .await;
    subscribed(&pool, "Plain", |_| ()).await;
    subscribed(&pool, "Discounted", |_| ()).await;
    // The discount's id is known only now.
    fixture::run(
        &pool,
        "UPDATE subscription_versions v SET body = body || jsonb_build_object('discounts', jsonb_build_array('di_' || v.stripe_customer_id))",
    )
    .await;
    let change = PolicyChange { discounts_limited: Some(true), ..PolicyChange::default() };
    let said = preview(&pool, &change).await.unwrap();
    assert_eq!((said.customers, said.rewritten), (1, 1));
    assert_eq!(said.changes.iter().map(|c| (c.before.minor, c.after.minor)).collect::<Vec<_>>(), [(900, 450)]);
}
