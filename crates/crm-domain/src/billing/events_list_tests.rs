use super::super::{events_replay::replay, events_stats::stats};
use super::*;
use crate::fixture::{self, exact, refused, walk, walk_by};
use crm_types::billing::ReplayRequest;

fn ids(ids: &[&str]) -> ReplayRequest {
    ReplayRequest { ids: ids.iter().map(ToString::to_string).collect(), state: None }
}

async fn inbox(pool: &PgPool) {
    for (id, state, on) in [
        ("evt_1", "done", None),
        ("evt_2", "dead", None),
        ("evt_3", "parked", Some("price_1")),
        ("evt_4", "pending", None),
        ("evt_5", "ignored", None),
        ("evt_51", "done", None),
    ] {
        fixture::event(pool, id, state, on).await;
    }
    fixture::run(pool, "UPDATE stripe_event_counters SET n = CASE state WHEN 'done' THEN 2 ELSE 1 END").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn events_are_found_by_state_type_and_the_beginning_of_an_id(pool: PgPool) {
    inbox(&pool).await;
    let text = |text: &str| Text::parse("q", text).unwrap();
    let none = EventFilter::default;
    let today = chrono::Utc::now().date_naive();
    for (filter, wanted) in [
        (none(), vec!["evt_1", "evt_2", "evt_3", "evt_4", "evt_5", "evt_51"]),
        (EventFilter { state: Some(EventState::Parked), ..none() }, vec!["evt_3"]),
        (EventFilter { q: text("evt_5"), ..none() }, vec!["evt_5", "evt_51"]),
        (EventFilter { q: text("cus_evt_5"), ..none() }, vec!["evt_5", "evt_51"]),
        (EventFilter { q: text("evt%"), ..none() }, vec![]),
        (EventFilter { kind: text("customer.created"), q: text("evt_1"), ..none() }, vec!["evt_1"]),
        (EventFilter { kind: text("customer"), ..none() }, vec![]),
        (EventFilter { days: DayRange::new(None, today.pred_opt()).unwrap(), ..none() }, vec![]),
    ] {
        let found = list(&pool, &filter, StripeEventSort::ReceivedAt, &exact()).await.unwrap();
        assert_eq!(found.items.iter().map(|e| e.id.as_str()).collect::<Vec<_>>(), wanted, "{filter:?}");
    }
    let filter = none();
    for sort in StripeEventSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows = walk(|page| async move { list(pool, filter, *sort, &page).await }, |e| e.id.clone()).await;
        let ends = (rows[0].id.as_str(), rows[5].id.as_str());
        assert_eq!(ends, if *sort == StripeEventSort::ReceivedAt { ("evt_1", "evt_51") } else { ("evt_51", "evt_1") });
    }
    let detail = find(&pool, &text("evt_2").unwrap()).await.unwrap();
    assert_eq!((detail.body.as_str(), detail.event.state, detail.event.attempts), (r#"{"id":1}"#, EventState::Dead, 3));
    assert!(matches!(find(&pool, &text("evt_9").unwrap()).await, Err(DomainError::NotFound { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn replaying_keeps_the_counters_right(pool: PgPool) {
    inbox(&pool).await;
    let before = stats(&pool).await.unwrap();
    assert_eq!((before.pending, before.done, before.ignored, before.parked, before.dead), (1, 2, 1, 1, 1));
    assert!(before.oldest_pending_at.is_some() && before.last_received_at.is_some());

    // Pending and unknown ids are passed over; one named twice counts once.
    let reply = replay(&pool, &ids(&["evt_1", "evt_1", "evt_4", "evt_5", "evt_none"])).await.unwrap();
    assert_eq!(reply.replayed, 2);
    let after = stats(&pool).await.unwrap();
    assert_eq!((after.pending, after.done, after.ignored, after.parked, after.dead), (3, 1, 0, 1, 1));

    for (state, replayed) in [(EventState::Dead, 1), (EventState::Parked, 1), (EventState::Dead, 0)] {
        let request = ReplayRequest { ids: vec![], state: Some(state) };
        assert_eq!(replay(&pool, &request).await.unwrap().replayed, replayed);
    }
    let after = stats(&pool).await.unwrap();
    assert_eq!((after.pending, after.done, after.ignored, after.parked, after.dead), (5, 1, 0, 0, 0));
    let detail = find(&pool, &Text::parse("id", "evt_3").unwrap().unwrap()).await.unwrap().event;
    assert_eq!((detail.state, detail.attempts, detail.reason, detail.settled_at), (EventState::Pending, 0, None, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_replay_wakes_the_applier(pool: PgPool) {
    inbox(&pool).await;
    let mut listener = sqlx::postgres::PgListener::connect_with(&pool).await.unwrap();
    listener.listen(crate::billing::inbox::CHANNEL).await.unwrap();
    replay(&pool, &ids(&["evt_2"])).await.unwrap();
    assert_eq!(listener.recv().await.unwrap().channel(), crate::billing::inbox::CHANNEL);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_replay_says_what_is_to_be_replayed(pool: PgPool) {
    let state = |state| ReplayRequest { ids: vec![], state: Some(state) };
    let both = ReplayRequest { state: Some(EventState::Dead), ..ids(&["evt_1"]) };
    let many: Vec<String> = (0..1_001).map(|i| format!("evt_{i}")).collect();
    for (request, field) in [
        (ReplayRequest::default(), "ids"),
        (both, "state"),
        (state(EventState::Done), "state"),
        (state(EventState::Pending), "state"),
        (state(EventState::Ignored), "state"),
        (ReplayRequest { ids: many, state: None }, "ids"),
        (ids(&["evt_\0"]), "ids"),
    ] {
        assert_eq!(refused(replay(&pool, &request).await), field);
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn more_events_than_are_counted_are_walked_in_both_orders(pool: PgPool) {
    fixture::many(&pool).await;
    let filter = EventFilter { q: Text::parse("q", "0").unwrap(), ..EventFilter::default() };
    for sort in StripeEventSort::ALL {
        let (pool, filter) = (&pool, &filter);
        let rows = walk_by(200, |page| async move { list(pool, filter, *sort, &page).await }, |e| e.id.clone()).await;
        assert_eq!(rows.len(), fixture::MANY, "{sort}");
    }
}
