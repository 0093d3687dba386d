use super::*;
use crate::fixture::{self, exact, page, walk};
use crate::plans::{PriceFilter, list_prices};
use crate::subscriptions::list::{self as subscriptions, SubscriptionFilter};
use crm_types::subscriptions::SubscriptionSort;
use serde_json::json;
use uuid::Uuid;

/// Standard in dollars (two prices) and euros, Coaching, a price of no product, and a product that nobody sells any more.
async fn catalogue(pool: &PgPool) {
    fixture::run(
        pool,
        "INSERT INTO products (id, name, active, stream, tier, seen_at, seen_rank, seen_event) VALUES
             ('prod_std', 'Standard 100%', true, 'rev1_individual', 'tier2', now(), 0, ''), ('prod_coach', 'Coaching', true, NULL, NULL, now(), 0, ''),
             ('prod_old', 'apple', false, NULL, NULL, now(), 0, '');
         INSERT INTO prices (id, product_id, nickname, currency, unit_amount, interval, active, stream, seen_at, seen_rank, seen_event) VALUES
             ('std_month', 'prod_std', 'Monthly', 'usd', 1000, 'month', true, NULL, now(), 0, ''),
             ('std_year', 'prod_std', 'Yearly', 'usd', 9000, 'year', false, NULL, now(), 0, ''),
             ('std_eur', 'prod_std', NULL, 'eur', 900, 'month', true, NULL, now(), 0, ''),
             ('coach', 'prod_coach', NULL, 'usd', 5000, 'month', true, 'rev2_coaching', now(), 0, ''),
             ('lonely', NULL, 'Day pass', 'jpy', 500, 'month', true, NULL, now(), 0, ''),
             ('unheard', 'prod_unheard', NULL, 'usd', 1, 'month', true, NULL, now(), 0, '');",
    )
    .await;
}

/// A subscription in a state to prices with their shares of its MRR.
async fn subscribe(pool: &PgPool, customer: Uuid, status: &str, currency: &str, items: &[(&str, i64)]) -> Uuid {
    let mrr: i64 = items.iter().map(|(_, mrr)| mrr).sum();
    let id = fixture::subscription(pool, customer, currency, mrr, "2026-01-01T00:00:00Z").await;
    change(pool, id, status, items).await;
    id
}

async fn change(pool: &PgPool, id: Uuid, status: &str, items: &[(&str, i64)]) {
    let kept: Vec<_> = items
        .iter()
        .map(|(price, mrr)| json!({"price": price, "quantity": 1, "interval": "month", "interval_count": 1, "metered": false, "mrr": mrr}))
        .collect();
    let ids: Vec<&str> = items.iter().map(|(price, _)| *price).collect();
    sqlx::query("UPDATE subscriptions SET status = $2, price_ids = $3, items = $4, mrr_minor = $5 WHERE id = $1")
        .bind(id)
        .bind(status)
        .bind(ids)
        .bind(json!(kept))
        .bind(items.iter().map(|(_, mrr)| mrr).sum::<i64>())
        .execute(pool)
        .await
        .unwrap();
}

async fn set_to_end(pool: &PgPool, id: Uuid) {
    sqlx::query("UPDATE subscriptions SET cancel_at = '2027-01-01Z' WHERE id = $1")
        .bind(id)
        .execute(pool)
        .await
        .unwrap();
}

/// The totals as triggers kept them and as they are when counted anew.
async fn both_totals(pool: &PgPool) -> [Vec<(String, String, String, bool, i64, i64, i64)>; 2] {
    const READ: &str =
        "SELECT * FROM price_totals WHERE subscriptions <> 0 OR of_plan <> 0 OR mrr_minor <> 0 ORDER BY 1, 2, 3, 4";
    let kept = sqlx::query_as(READ).fetch_all(pool).await.unwrap();
    crate::plans::recount(&mut pool.acquire().await.unwrap()).await.unwrap();
    [kept, sqlx::query_as(READ).fetch_all(pool).await.unwrap()]
}

fn money(minor: i64, currency: Currency) -> Money {
    Money::new(minor, currency)
}

fn in_order(amounts: &[Money]) -> Vec<Money> {
    let mut amounts: Vec<Money> = amounts.iter().filter(|amount| amount.minor != 0).copied().collect();
    amounts.sort_by_key(|amount| amount.currency);
    amounts
}

/// What the subscriptions add up to, by their sums and row by row.
async fn mrr_of(pool: &PgPool, filter: &SubscriptionFilter) -> Vec<Money> {
    let page = subscriptions::list(pool, filter, SubscriptionSort::Mrr, &exact()).await.unwrap();
    let sums = in_order(&page.sums);
    for sum in &sums {
        let rows = page.items.iter().filter(|row| row.mrr.currency == sum.currency);
        assert_eq!(rows.map(|row| row.mrr.minor).sum::<i64>(), sum.minor);
    }
    sums
}

async fn plan(pool: &PgPool, id: &str) -> Plan {
    find(pool, &Text::parse("id", id).unwrap().unwrap()).await.unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn figures_are_those_of_the_subscriptions_that_have_the_plan(pool: PgPool) {
    catalogue(&pool).await;
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    for (status, currency, items) in [
        ("active", "usd", &[("std_month", 1_000)][..]),
        ("past_due", "usd", &[("std_month", 1_000), ("coach", 5_000)]),
        // Two prices of one plan are one subscriber; the same price twice is one as well.
        ("active", "usd", &[("std_month", 1_000), ("std_year", 750)]),
        ("active", "usd", &[("coach", 5_000), ("coach", 2_500)]),
        ("free_trial", "usd", &[("std_month", 0)]),
        ("paused", "usd", &[("std_month", 0)]),
        ("cancelled", "usd", &[("std_month", 0)]),
        ("active", "eur", &[("std_eur", 900)]),
        ("active", "jpy", &[("lonely", 500)]),
    ] {
        subscribe(&pool, ada, status, currency, items).await;
    }
    set_to_end(&pool, subscribe(&pool, ada, "active", "eur", &[("std_eur", 900)]).await).await;
    set_to_end(&pool, subscribe(&pool, ada, "free_trial", "eur", &[("std_eur", 0)]).await).await;

    for (id, subscribers, trials, cancelling, mrr) in [
        ("prod_std", 5, 2, 2, vec![money(3_750, Currency::USD), money(1_800, Currency::EUR)]),
        ("prod_coach", 2, 0, 0, vec![money(12_500, Currency::USD)]),
        ("lonely", 1, 0, 0, vec![money(500, Currency::JPY)]),
        ("prod_old", 0, 0, 0, vec![]),
    ] {
        let found = plan(&pool, id).await;
        assert_eq!(
            (found.subscribers, found.trials, found.cancelling, &found.mrr),
            (subscribers, trials, cancelling, &mrr),
            "{id}"
        );
        // The rows behind each figure are as many.
        let plan_id = Text::parse("plan_id", id).unwrap();
        for (figure, filter) in [
            (subscribers, SubscriptionFilter { counted: Some(true), ..SubscriptionFilter::default() }),
            (cancelling, SubscriptionFilter { scheduled: Some(true), ..SubscriptionFilter::default() }),
        ] {
            let filter = SubscriptionFilter { plan_id: plan_id.clone(), ..filter };
            let rows = subscriptions::list(&pool, &filter, SubscriptionSort::Mrr, &exact()).await.unwrap();
            assert_eq!(rows.total, figure, "{id}");
        }
        // And add up to it, each with what it pays for this plan alone.
        let filter = SubscriptionFilter { plan_id, ..SubscriptionFilter::default() };
        assert_eq!(mrr_of(&pool, &filter).await, in_order(&found.mrr), "{id}");
        for price in &found.prices {
            let filter = SubscriptionFilter {
                price_id: Text::parse("price_id", &price.id).unwrap(),
                ..SubscriptionFilter::default()
            };
            let rows = subscriptions::list(&pool, &filter, SubscriptionSort::Mrr, &exact()).await.unwrap();
            assert_eq!(rows.total, price.subscriptions, "{}", price.id);
            assert_eq!(mrr_of(&pool, &filter).await, in_order(&price.mrr), "{}", price.id);
        }
    }
    let standard = plan(&pool, "prod_std").await;
    assert_eq!(standard.streams, [PlanStream { stream: Stream::Rev1Individual, tier: Some(Tier::Tier2) }]);
    let prices: Vec<_> = standard.prices.iter().map(|p| (p.id.as_str(), p.subscriptions, p.subscribers)).collect();
    assert_eq!(prices, [("std_eur", 3, 2), ("std_month", 6, 3), ("std_year", 1, 1)], "archived ones come last");

    // Nothing adds two currencies, and nothing is left out.
    let all = list(&pool, &PlanFilter::default(), PlanSort::Name, &exact()).await.unwrap();
    let every =
        subscriptions::list(&pool, &SubscriptionFilter::default(), SubscriptionSort::Mrr, &exact()).await.unwrap();
    assert_eq!(all.sums, every.sums);
    assert_eq!(all.sums, [money(1_800, Currency::EUR), money(500, Currency::JPY), money(16_250, Currency::USD)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn totals_follow_whatever_is_written(pool: PgPool) {
    catalogue(&pool).await;
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let first = subscribe(&pool, ada, "free_trial", "usd", &[("std_month", 0)]).await;
    let second = subscribe(&pool, ada, "active", "usd", &[("std_month", 1_000), ("std_year", 750)]).await;
    let figures = async || {
        let [kept, counted] = both_totals(&pool).await;
        assert_eq!(kept, counted);
        let plan = plan(&pool, "prod_std").await;
        (plan.subscribers, plan.trials, plan.mrr.first().map_or(0, |mrr| mrr.minor))
    };
    assert_eq!(figures().await, (1, 1, 1_750));
    change(&pool, first, "active", &[("std_month", 1_000)]).await;
    assert_eq!(figures().await, (2, 0, 2_750));
    change(&pool, second, "active", &[("coach", 5_000), ("std_year", 750)]).await;
    assert_eq!(figures().await, (2, 0, 1_750));
    // A renewal changes the row and no total.
    let before: Vec<String> =
        sqlx::query_scalar("SELECT xmin::text FROM price_totals ORDER BY 1").fetch_all(&pool).await.unwrap();
    fixture::run(&pool, "UPDATE subscriptions SET current_period_end = now()").await;
    let after: Vec<String> =
        sqlx::query_scalar("SELECT xmin::text FROM price_totals ORDER BY 1").fetch_all(&pool).await.unwrap();
    assert_eq!(before, after);
    // Stripe tells late that the price belongs to another product.
    fixture::run(&pool, "UPDATE prices SET product_id = 'prod_coach' WHERE id = 'std_year'").await;
    assert_eq!(figures().await, (1, 0, 1_000));
    assert_eq!(plan(&pool, "prod_coach").await.subscribers, 1, "both of its prices are of one plan now");
    fixture::run(&pool, "DELETE FROM subscriptions").await;
    assert_eq!(figures().await, (0, 0, 0));
}

#[sqlx::test(migrations = "../../migrations")]
async fn plans_are_found_and_filtered(pool: PgPool) {
    catalogue(&pool).await;
    let ids = async |filter: PlanFilter| {
        let found = list(&pool, &filter, PlanSort::Name, &exact()).await.unwrap();
        assert_eq!(found.total, i64::try_from(found.items.len()).unwrap());
        found.items.into_iter().map(|plan| plan.id).collect::<Vec<_>>()
    };
    for (q, expected) in [
        ("STAND", &["prod_std"][..]),
        ("100%", &["prod_std"]),
        ("_%", &[]),
        ("yearly standard", &["prod_std"]),
        ("std_eur", &["prod_std"]),
        ("day pass", &["lonely"]),
        ("prod_unheard", &["prod_unheard"]),
        ("standard coaching", &[]),
    ] {
        let filter = PlanFilter { q: Text::parse("q", q).unwrap(), ..PlanFilter::default() };
        assert_eq!(ids(filter).await, expected, "{q}");
    }
    let default = PlanFilter::default;
    for (filter, expected) in [
        (PlanFilter { stream: Some(Stream::Rev2Coaching), ..default() }, &["prod_coach"][..]),
        (PlanFilter { tier: Some(Tier::Tier2), ..default() }, &["prod_std"]),
        (PlanFilter { tier: Some(Tier::Tier2), stream: Some(Stream::Rev2Coaching), ..default() }, &[]),
        (PlanFilter { active: Some(false), ..default() }, &["prod_old"]),
        (PlanFilter { active: Some(true), ..default() }, &["prod_coach", "lonely", "prod_unheard", "prod_std"]),
        (PlanFilter { mapped: Some(false), ..default() }, &["lonely", "prod_unheard"]),
        (PlanFilter { mapped: Some(true), ..default() }, &["prod_old", "prod_coach", "prod_std"]),
        (PlanFilter { currency: Some(Currency::EUR), ..default() }, &["prod_std"]),
        (PlanFilter { currency: Some(Currency::JPY), ..default() }, &["lonely"]),
    ] {
        assert_eq!(ids(filter.clone()).await, expected, "{filter:?}");
    }
    let missing = find(&pool, &Text::parse("id", "prod_nobody").unwrap().unwrap()).await;
    assert!(matches!(missing, Err(DomainError::NotFound { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn every_order_walks_every_plan_once(pool: PgPool) {
    catalogue(&pool).await;
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    subscribe(&pool, ada, "active", "usd", &[("coach", 5_000)]).await;
    subscribe(&pool, ada, "active", "eur", &[("std_eur", 900)]).await;
    subscribe(&pool, ada, "active", "eur", &[("std_eur", 90_000)]).await;
    let (pool, filter) = (&pool, &PlanFilter::default());
    for sort in PlanSort::ALL {
        let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |plan| plan.id.clone()).await;
        assert_eq!(rows.len(), 5, "{sort}");
    }
    let first =
        async |sort, filter: &PlanFilter| list(pool, filter, sort, &page(1, None)).await.unwrap().items[0].id.clone();
    assert_eq!(first(PlanSort::SubscribersDescending, filter).await, "prod_std");
    assert_eq!(first(PlanSort::MrrDescending, filter).await, "prod_coach", "dollars are what is reported in");
    let euros = PlanFilter { currency: Some(Currency::EUR), ..PlanFilter::default() };
    assert_eq!(first(PlanSort::MrrDescending, &euros).await, "prod_std");
    assert_eq!(first(PlanSort::NameDescending, filter).await, "prod_std");
    // A cursor belongs to its order and filter.
    let next = list(pool, filter, PlanSort::Name, &page(1, None)).await.unwrap().next_cursor;
    assert_eq!(fixture::refused(list(pool, filter, PlanSort::Mrr, &page(1, next.clone())).await), "cursor");
    assert_eq!(fixture::refused(list(pool, &euros, PlanSort::Name, &page(1, next)).await), "cursor");
}

#[sqlx::test(migrations = "../../migrations")]
async fn prices_are_found(pool: PgPool) {
    catalogue(&pool).await;
    let default = PriceFilter::default;
    let text = |text: &str| Text::parse("q", text).unwrap();
    for (filter, expected) in [
        (PriceFilter { q: text("standard yearly"), ..default() }, &["std_year"][..]),
        (PriceFilter { q: text("LONELY"), ..default() }, &["lonely"]),
        (PriceFilter { product_id: text("prod_std"), ..default() }, &["std_eur", "std_month", "std_year"]),
        (PriceFilter { product_id: text("prod_std"), active: Some(false), ..default() }, &["std_year"]),
        (PriceFilter { product_id: text("prod_s"), ..default() }, &[]),
    ] {
        let found = list_prices(&pool, &filter, &exact()).await.unwrap();
        assert_eq!(found.items.iter().map(|p| p.id.as_str()).collect::<Vec<_>>(), expected, "{filter:?}");
    }
}
