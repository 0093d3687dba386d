use super::*;
use crate::audit::Actor;
use crate::billing::events_stats::stats;
use crate::db::DomainError;
use crate::filter::Text;
use crate::fixture::{self, exact, refused, walk};
use crm_types::plans::{MappingSource, PriceMapping, Stream, Tier};
use crm_types::{Currency, Money};
use sqlx::PgPool;

async fn catalogue(pool: &PgPool) {
    fixture::run(
        pool,
        "INSERT INTO products (id, name, stream, tier, seen_at, seen_rank, seen_event) VALUES
             ('prod_a', 'Zumba', 'rev3_b2b', NULL, now(), 0, ''), ('prod_b', 'apple', NULL, NULL, now(), 0, '');
         INSERT INTO prices (id, product_id, currency, unit_amount, interval, stream, tier, seen_at, seen_rank, seen_event) VALUES
             ('price_1', 'prod_b', 'usd', 1999.5, 'month', NULL, NULL, now(), 0, ''),
             ('price_2', 'prod_a', 'jpy', 500, 'year', NULL, NULL, now(), 0, ''),
             ('price_3', 'prod_b', 'usd', NULL, NULL, 'rev1_individual', 'tier2', now(), 0, ''),
             ('price_4', NULL, 'usd', 1, 'month', NULL, NULL, now(), 0, '');",
    )
    .await;
}

fn id(text: &str) -> Text {
    Text::parse("id", text).unwrap().unwrap()
}

#[sqlx::test(migrations = "../../migrations")]
async fn prices_without_a_stream_come_first(pool: PgPool) {
    catalogue(&pool).await;
    let filter = PriceFilter::default();
    let (pool, filter) = (&pool, &filter);
    let rows = walk(|page| async move { list_prices(pool, filter, &page).await }, |p| p.id.clone()).await;
    let known: Vec<_> = rows.iter().map(|p| (p.id.as_str(), p.stream, p.mapped_by)).collect();
    assert_eq!(
        known,
        [
            ("price_4", None, None),
            ("price_1", None, None),
            ("price_3", Some(Stream::Rev1Individual), Some(MappingSource::PriceMetadata)),
            ("price_2", Some(Stream::Rev3B2b), Some(MappingSource::ProductMetadata)),
        ]
    );
    assert_eq!(rows[1].unit_amount, Some(Money::new(2_000, Currency::USD)));
    for (mapped, total) in [(true, 2), (false, 2)] {
        assert_eq!(
            list_prices(pool, &PriceFilter { mapped: Some(mapped), ..PriceFilter::default() }, &exact())
                .await
                .unwrap()
                .total,
            total
        );
    }
    assert_eq!(stats(pool).await.unwrap().unmapped_prices, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_mapping_releases_events_and_queues_who_ever_had_the_price(pool: PgPool) {
    catalogue(&pool).await;
    fixture::event(&pool, "evt_1", "parked", Some("price_1")).await;
    fixture::event(&pool, "evt_2", "parked", Some("price_4")).await;
    let ada = fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await;
    let bob = fixture::customer(&pool, "Bob", "2026-01-01T00:00:00Z").await;
    fixture::subscription(&pool, bob, "usd", 900, "2026-01-01T00:00:00Z").await;
    sqlx::query("INSERT INTO subscription_prices SELECT 'price_1', stripe_customer_id FROM customers WHERE id = $1")
        .bind(ada)
        .execute(&pool)
        .await
        .unwrap();
    let page = list_prices(&pool, &PriceFilter::default(), &exact()).await.unwrap();
    let price = page.items.iter().find(|p| p.id == "price_1").unwrap();
    assert_eq!((price.parked_events, price.subscriptions), (1, 1));

    let mut listener = sqlx::postgres::PgListener::connect_with(&pool).await.unwrap();
    listener.listen(crate::billing::inbox::CHANNEL).await.unwrap();
    let mapping = PriceMapping { stream: Stream::Rev1Individual, tier: Some(Tier::Tier3) };
    let reply = map(&pool, &Actor::system("test"), &id("price_1"), &mapping).await.unwrap();
    listener.recv().await.unwrap();
    assert_eq!((reply.released_events, reply.customers_to_recompute), (1, 1));
    assert_eq!(
        (reply.price.tier, reply.price.mapped_by, reply.price.parked_events),
        (Some(Tier::Tier3), Some(MappingSource::Admin), 0)
    );
    let inbox = stats(&pool).await.unwrap();
    assert_eq!((inbox.pending, inbox.parked, inbox.unmapped_prices), (1, 1, 1));
    let queued: Vec<(uuid::Uuid, String)> =
        sqlx::query_as("SELECT customer_id, reason FROM recompute_queue").fetch_all(&pool).await.unwrap();
    assert_eq!(queued, [(ada, "price_mapping".to_owned())]);

    // Again, to another stream: nobody is queued twice.
    let reply =
        map(&pool, &Actor::system("test"), &id("price_1"), &PriceMapping { stream: Stream::Rev2Coaching, tier: None })
            .await
            .unwrap();
    assert_eq!(
        (reply.price.stream, reply.price.tier, reply.customers_to_recompute),
        (Some(Stream::Rev2Coaching), None, 0)
    );
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_tier_is_for_individuals(pool: PgPool) {
    catalogue(&pool).await;
    for (stream, tier) in [
        (Stream::Rev1Individual, None),
        (Stream::Rev2Coaching, Some(Tier::Tier1)),
        (Stream::Rev3B2b, Some(Tier::Tier2)),
    ] {
        assert_eq!(
            refused(map(&pool, &Actor::system("test"), &id("price_1"), &PriceMapping { stream, tier }).await),
            "tier"
        );
    }
    let mapping = PriceMapping { stream: Stream::Rev3B2b, tier: None };
    let unknown = map(&pool, &Actor::system("test"), &id("price_9"), &mapping).await;
    assert!(matches!(unknown, Err(DomainError::NotFound { .. })));
}
