use super::*;
use crate::customers::{edit, notes};
use crate::fixture::{self, exact, walk};
use crate::interactions::list::{InteractionFilter, list};
use crate::interactions::timeline::timeline;
use crm_types::customers::CustomerPatch;
use crm_types::interactions::{
    InteractionChannel, InteractionDirection, InteractionKind, Sentiment, TimelineEvent, TimelineKind,
};

fn staff() -> Actor {
    Actor::system("test")
}

fn call(at: &str) -> NewInteraction {
    NewInteraction {
        kind: InteractionKind::Call,
        channel: None,
        direction: InteractionDirection::Outbound,
        summary: Some(" About the invoice. ".into()),
        outcome: None,
        sentiment: Some(Sentiment::Positive),
        follow_up_at: None,
        occurred_at: Some(at.parse().unwrap()),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn each_month_has_its_partition_also_when_it_comes_first(pool: PgPool) {
    let customer = CustomerId(fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await);
    let times = [
        "1970-01-01T00:00:00Z",
        "2025-12-31T23:59:59.999999Z",
        "2026-01-01T00:00:00Z",
        "2026-01-31T23:59:59Z",
        "2026-02-01T00:00:00Z",
    ];
    for at in times {
        let written = create(&pool, &staff(), customer, &call(at)).await.unwrap();
        assert_eq!(
            (written.channel, written.summary.as_deref()),
            (InteractionChannel::Phone, Some("About the invoice."))
        );
    }
    let partitions: Vec<(String, i64)> =
        sqlx::query_as("SELECT tableoid::regclass::text, count(*) FROM interactions GROUP BY 1 ORDER BY 1")
            .fetch_all(&pool)
            .await
            .unwrap();
    let expected = [("interactions_2026_01", 2), ("interactions_2026_02", 1), ("interactions_past", 2)];
    assert_eq!(partitions, expected.map(|(name, n)| (name.to_owned(), n)));
    let filter = InteractionFilter { customer, kind: Some(InteractionKind::Call) };
    let (pool_, filter_) = (&pool, &filter);
    let all = walk(|page| async move { list(pool_, filter_, &page).await }, |i| i.id.to_string()).await;
    assert_eq!(
        all.iter().map(|i| i.occurred_at).collect::<Vec<_>>(),
        times.map(|at| at.parse::<DateTime<Utc>>().unwrap()).into_iter().rev().collect::<Vec<_>>()
    );
    let visits = InteractionFilter { customer, kind: Some(InteractionKind::Visit) };
    assert_eq!(list(&pool, &visits, &exact()).await.unwrap().total, 0);

    // Two who are the first of a month at once.
    let (one, two) = (call("2026-03-05T00:00:00Z"), call("2026-03-06T00:00:00Z"));
    let actor = staff();
    let (one, two) = tokio::join!(create(&pool, &actor, customer, &one), create(&pool, &actor, customer, &two));
    assert!(one.is_ok() && two.is_ok(), "{one:?} {two:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_is_refused_at_its_field(pool: PgPool) {
    let customer = CustomerId(fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await);
    let good = || call("2026-01-05T00:00:00Z");
    for (new, field) in [
        (NewInteraction { occurred_at: Some("2999-01-01T00:00:00Z".parse().unwrap()), ..good() }, "occurred_at"),
        (NewInteraction { occurred_at: Some("1969-12-31T00:00:00Z".parse().unwrap()), ..good() }, "occurred_at"),
        (NewInteraction { follow_up_at: Some("2026-01-05T00:00:00Z".parse().unwrap()), ..good() }, "follow_up_at"),
        (NewInteraction { summary: Some("x".repeat(10_001)), ..good() }, "summary"),
        (NewInteraction { summary: Some("a\0b".into()), ..good() }, "summary"),
    ] {
        match create(&pool, &staff(), customer, &new).await.unwrap_err() {
            DomainError::Invalid { field: found, .. } => assert_eq!(found, field),
            other => panic!("{other}"),
        }
    }
    let nobody = create(&pool, &staff(), CustomerId(Uuid::nil()), &good()).await.unwrap_err();
    assert!(matches!(nobody, DomainError::NotFound { .. }));
    let written: i64 = sqlx::query_scalar("SELECT count(*) FROM interactions").fetch_one(&pool).await.unwrap();
    assert_eq!(written, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_timeline_is_all_that_happened_in_its_order(pool: PgPool) {
    let customer = CustomerId(fixture::customer(&pool, "Ada", "2026-01-01T00:00:00Z").await);
    let coach = CustomerId(fixture::customer(&pool, "Coach", "2026-01-01T00:00:00Z").await);
    fixture::run(
        &pool,
        "INSERT INTO lifecycle_transitions (customer_id, position, at, to_state, reason, stripe_event_id)
         SELECT id, 0, '2026-01-01Z', 'lead', 'created', '' FROM customers WHERE name = 'Ada';
         INSERT INTO transactions (id, business_key, payment_key, customer_id, kind, status, transaction_type, currency, amount_minor, occurred_at)
         SELECT gen_random_uuid(), 'in_1', 'in_1', id, 'payment', 'succeeded', 'subscription', 'usd', 900, '2026-01-03Z'
         FROM customers WHERE name = 'Ada';
         INSERT INTO tier_transitions (id, customer_id, stripe_event_id, from_tier, to_tier, reason, currency, mrr_impact_minor, occurred_at, reverses)
         SELECT t.id::uuid, c.id, 'evt', 'tier1', 'tier2', t.reason, 'usd', 833, '2026-01-04Z', t.reverses::uuid
         FROM customers c, (VALUES (lpad('1', 32, '0'), 'upgrade', NULL), (lpad('2', 32, '0'), 'upgrade', NULL),
                                   (lpad('3', 32, '0'), 'upgrade', lpad('2', 32, '0')), (lpad('4', 32, '0'), 'coaching_started', NULL))
                           AS t (id, reason, reverses)
         WHERE c.name = 'Ada'",
    )
    .await;
    create(&pool, &staff(), customer, &call("2026-01-02T00:00:00Z")).await.unwrap();
    create(&pool, &staff(), coach, &call("2026-01-02T00:00:00Z")).await.unwrap();
    notes::create(&pool, &staff(), customer, "Prefers mornings").await.unwrap();
    for (version, coach) in [(1, Some(coach)), (2, None)] {
        let patch = CustomerPatch { coach_id: Some(coach), ..CustomerPatch::default() };
        edit::update(&pool, &staff(), customer, version, &patch).await.unwrap();
    }
    let pool_ = &pool;
    let seen = |kinds: &'static [TimelineKind]| async move {
        let page = |page| async move { timeline(pool_, customer, kinds, &page).await };
        let entries = walk(page, |entry| entry.key.clone()).await;
        assert!(entries.is_sorted_by(|a, b| (a.at, &a.key) > (b.at, &b.key)));
        let kinds = entries.iter().map(|entry| match &entry.event {
            TimelineEvent::Interaction { .. } => "interaction",
            TimelineEvent::Lifecycle { .. } => "lifecycle",
            TimelineEvent::Tier { .. } => "tier",
            TimelineEvent::Payment { .. } => "payment",
            TimelineEvent::Note { .. } => "note",
            TimelineEvent::CoachingBegan { .. } => "began",
            TimelineEvent::CoachingEnded { .. } => "ended",
        });
        kinds.collect::<Vec<_>>()
    };
    assert_eq!(
        seen(TimelineKind::ALL).await,
        ["ended", "began", "note", "tier", "payment", "interaction", "lifecycle"]
    );
    assert_eq!(seen(&[TimelineKind::Coaching, TimelineKind::Payment]).await, ["ended", "began", "payment"]);
    for (kind, name) in [
        (TimelineKind::Interaction, "interaction"),
        (TimelineKind::Lifecycle, "lifecycle"),
        (TimelineKind::Tier, "tier"),
        (TimelineKind::Note, "note"),
    ] {
        let of = timeline(&pool, customer, &[kind], &exact()).await.unwrap();
        assert!(of.total == 1 && of.items[0].key.starts_with(name), "{kind}: {of:?}");
    }
    let page = timeline(&pool, customer, TimelineKind::ALL, &exact()).await.unwrap();
    match &page.items[0].event {
        TimelineEvent::CoachingEnded { coach, reason } => {
            assert_eq!((coach.name.as_str(), reason.as_deref()), ("Coach", Some("removed")));
        }
        other => panic!("{other:?}"),
    }
}
