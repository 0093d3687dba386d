//! What webhooks missed: swept, compared, repaired, read from before. Stripe is played by its objects alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

#[path = "support/stripe.rs"]
#[allow(dead_code, reason = "each test binary uses its own part")]
mod stripe;

use chrono::{DateTime, TimeDelta, Utc};
use crm_domain::audit::Actor;
use crm_domain::billing::inbox::Delivery;
use crm_domain::billing::refetch::{self, Wanted as Refetch};
use crm_domain::billing::{apply, inbox};
use crm_domain::healing::differences::{self, DifferenceFilter};
use crm_domain::healing::source::{List, Listed, Source, Unread, Wanted};
use crm_domain::healing::{backfill, reconcile, state, sweep};
use crm_domain::jobs::list::{self as jobs, Viewer};
use crm_domain::jobs::{self as work, Step};
use crm_domain::page::PageRequest;
use crm_types::healing::{BackfillRequest, Difference, DifferenceSort, Healing, RepairRequest, RepairState};
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobState};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;
use stripe::{DAY, Life, Shape, T0, invariants, rows};

/// Objects by list, newest first, given out two at a time; what goes wrong first; and what was asked.
#[derive(Default)]
struct Stripe {
    lists: HashMap<&'static str, Vec<Value>>,
    faults: Mutex<Vec<Unread>>,
    asked: Mutex<Vec<Wanted>>,
    clock: i64,
}

impl Source for Stripe {
    async fn list(&self, wanted: &Wanted) -> Result<Listed, Unread> {
        self.asked.lock().unwrap().push(wanted.clone());
        if let Some(fault) = self.faults.lock().unwrap().pop() {
            return Err(fault);
        }
        let all = self.lists.get(wanted.list.name()).cloned().unwrap_or_default();
        let since = wanted.since.map(|since| since.timestamp());
        let mut rest: Vec<Value> = all
            .into_iter()
            .skip_while(|object| wanted.after.as_ref().is_some_and(|after| object["id"] != json!(after)))
            .skip(usize::from(wanted.after.is_some()))
            .filter(|object| since.is_none_or(|since| object["created"].as_i64().unwrap() >= since))
            .collect();
        let more = rest.len() > 2;
        rest.truncate(2);
        Ok(Listed { at: at(self.clock), data: rest, more })
    }
}

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap()
}

fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.raw).unwrap()
}

impl Stripe {
    /// The account in which all this happened, and that remembers no events.
    fn after(events: &[Delivery], clock: i64) -> Self {
        let mut stripe = Self { clock, ..Self::default() };
        let mut objects: HashMap<String, (i64, Value)> = HashMap::new();
        for event in events {
            let (event, at) = (body(event), event.created.timestamp());
            let object = event["data"]["object"].clone();
            let slot = objects.entry(object["id"].as_str().unwrap().to_owned()).or_insert((at, object.clone()));
            if at >= slot.0 {
                *slot = (at, object);
            }
        }
        for (_, object) in objects.into_values() {
            stripe.add(object);
        }
        stripe
    }

    fn add(&mut self, object: Value) {
        let list = match object["object"].as_str().unwrap() {
            "customer" => List::Customers,
            "subscription" => List::Subscriptions,
            "invoice" => List::Invoices,
            "invoice_payment" => List::InvoicePayments,
            "payment_intent" => List::PaymentIntents,
            "refund" => List::Refunds,
            "dispute" => List::Disputes,
            "event" => List::Events,
            other => panic!("{other}"),
        };
        let rows = self.lists.entry(list.name()).or_default();
        rows.push(object);
        rows.sort_by_key(|row| (std::cmp::Reverse(row["created"].as_i64()), row["id"].to_string()));
    }

    fn remembers(mut self, events: &[Delivery]) -> Self {
        events.iter().for_each(|event| self.add(body(event)));
        self
    }

    fn fails(&self, message: &str, wait: Option<u64>, lasting: bool) {
        let fault = Unread { message: message.into(), wait: wait.map(Duration::from_secs), lasting };
        self.faults.lock().unwrap().push(fault);
    }

    /// Everything that is asked of it, at once.
    async fn work(&self, pool: &PgPool) {
        loop {
            let swept = sweep::step(pool, self).await.unwrap();
            let worked = work::step_asking(pool, self).await.unwrap();
            if !swept && worked == Step::Idle {
                break;
            }
        }
        apply(pool).await;
    }
}

async fn apply(pool: &PgPool) {
    apply::drain(&mut pool.acquire().await.unwrap()).await.unwrap();
    while differences::heal(pool).await.unwrap() > 0 {}
}

async fn deliver(pool: &PgPool, events: &[Delivery]) {
    inbox::store(pool, events).await.unwrap();
    apply(pool).await;
}

async fn state(pool: &PgPool) -> Healing {
    state::find(pool, true).await.unwrap()
}

async fn sweep(pool: &PgPool, stripe: &Stripe) -> Healing {
    sweep::ask(pool).await.unwrap();
    stripe.work(pool).await;
    state(pool).await
}

async fn differences(pool: &PgPool) -> Vec<Difference> {
    let page = PageRequest::default();
    let found = differences::list(pool, &DifferenceFilter::default(), DifferenceSort::FoundAt, &page).await.unwrap();
    found.items
}

fn told(differences: &[Difference]) -> Vec<(&str, &str, Option<&str>, Option<&str>)> {
    let mut told: Vec<_> = differences
        .iter()
        .map(|d| (d.object_id.as_str(), d.field.as_str(), d.ours.as_deref(), d.stripes.as_deref()))
        .collect();
    told.sort_unstable();
    told
}

async fn job(pool: &PgPool, id: JobId) -> Job {
    jobs::find(pool, id, Viewer::Everybody).await.unwrap()
}

async fn reconcile(pool: &PgPool, stripe: &Stripe) -> Job {
    let id = reconcile::start(pool, &Actor::system("test")).await.unwrap().id;
    stripe.work(pool).await;
    job(pool, id).await
}

/// As the refetcher does: asks for what is wished for, and stores what Stripe has.
async fn refetch(pool: &PgPool, stripe: &Stripe) -> usize {
    let wanted: Vec<Refetch> = refetch::due(pool).await.unwrap();
    for one in &wanted {
        let object = stripe.lists.values().flatten().find(|object| object["id"] == json!(one.id)).unwrap().clone();
        refetch::store(pool, one, object, at(stripe.clock)).await.unwrap();
    }
    apply(pool).await;
    wanted.len()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_missed_event_is_swept_up_and_nothing_twice(pool: PgPool) {
    let one = Life::new(Shape::Current, "sw");
    let events = one.six_events();
    let (lost, heard): (Vec<_>, Vec<_>) = events.clone().into_iter().partition(|event| event.event_id == "evt_4_sw");
    deliver(&pool, &heard).await;
    let mut stripe = Stripe { clock: T0 + 41 * DAY, ..Stripe::default() }.remembers(&events);
    // Nobody reads such events: they are not missing.
    stripe.add(json!({"id": "evt_x", "object": "event", "type": "payout.paid", "created": T0, "data": {"object": {"id": "po_1"}}}));
    let healing = sweep(&pool, &stripe).await;
    assert_eq!((healing.sweep.last_seen, healing.sweep.last_found, healing.sweep.found_ever), (7, 1, 1));
    assert!(
        healing.sweep.finished_at.is_some() && healing.sweep.began_at.is_none() && healing.sweep.due_at > Utc::now()
    );

    let swept = rows(&pool, &one).await;
    assert_eq!(swept["transactions"][0]["business_key"], "in_X", "{} came in", lost[0].kind);
    invariants(&pool).await;

    // The next one reads from where the last one ended, an hour back, and finds nothing.
    let healing = sweep(&pool, &stripe).await;
    assert_eq!((healing.sweep.last_seen, healing.sweep.last_found, healing.sweep.found_ever), (1, 0, 1));
    let since = stripe.asked.lock().unwrap().last().unwrap().since.unwrap();
    assert_eq!(since, at(T0 + 40 * DAY) - TimeDelta::hours(1));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_on_its_way_is_left_to_its_webhook_unless_somebody_asks(pool: PgPool) {
    let one = Life::new(Shape::Current, "yo");
    let young = one.customer("1", "customer.created", T0, "Yo");
    let stripe = Stripe { clock: T0 + 30, ..Stripe::default() }.remembers(&[young]);
    sqlx::query("UPDATE healing_sweep SET due_at = now()").execute(&pool).await.unwrap();
    stripe.work(&pool).await;
    assert_eq!(state(&pool).await.sweep.last_found, 0);
    assert_eq!(sweep(&pool, &stripe).await.sweep.last_found, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_sweep_that_stripe_does_not_answer_goes_on_where_it_was(pool: PgPool) {
    let events = Life::new(Shape::Current, "go").six_events();
    let stripe = Stripe { clock: T0 + 41 * DAY, ..Stripe::default() }.remembers(&events);
    sweep::ask(&pool).await.unwrap();
    assert!(sweep::step(&pool, &stripe).await.unwrap());
    let began = state(&pool).await.sweep;
    assert_eq!((began.seen, began.found, began.problem), (2, 2, None));
    stripe.fails("Stripe takes no more requests just now.", Some(20), false);
    assert!(sweep::step(&pool, &stripe).await.unwrap());
    let waits = state(&pool).await.sweep;
    assert_eq!((waits.seen, waits.problem.as_deref()), (2, Some("Stripe takes no more requests just now.")));
    let pause = (waits.due_at - Utc::now()).num_seconds();
    assert!((15..=20).contains(&pause), "as long as Stripe wants: {pause}");
    assert!(!sweep::step(&pool, &stripe).await.unwrap(), "it waits");
    let over = sweep(&pool, &stripe).await.sweep;
    assert_eq!((over.last_seen, over.last_found, over.problem), (6, 6, None));
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_at_one_sweep_store_a_page_once(pool: PgPool) {
    let events = Life::new(Shape::Current, "tw").six_events();
    let stripe = Stripe { clock: T0 + 41 * DAY, ..Stripe::default() }.remembers(&events);
    sweep::ask(&pool).await.unwrap();
    loop {
        let (a, b) = tokio::join!(sweep::step(&pool, &stripe), sweep::step(&pool, &stripe));
        if !a.unwrap() && !b.unwrap() {
            break;
        }
    }
    let sweep = state(&pool).await.sweep;
    assert_eq!((sweep.last_seen, sweep.last_found), (6, 6));
    let (one, other) = (Actor::system("a"), Actor::system("b"));
    let (a, b) = tokio::join!(reconcile::start(&pool, &one), reconcile::start(&pool, &other));
    assert_eq!(a.unwrap().id, b.unwrap().id, "one comparison at a time");
}

#[sqlx::test(migrations = "../../migrations")]
async fn drift_is_found_named_and_repaired(pool: PgPool) {
    let one = Life::new(Shape::Current, "dr");
    let mut events = one.six_events();
    events.push(one.invoice_payment("d", T0 + 10 * DAY + 61, 900));
    events.push(one.refund("r", "refund.created", T0 + 20 * DAY, "succeeded", 400));
    let stripe = Stripe::after(&events, T0 + 50 * DAY);
    // The cancellation and the refund were never heard of.
    let heard: Vec<_> =
        events.iter().filter(|e| !["evt_6_dr", "evt_r_dr"].contains(&e.event_id.as_str())).cloned().collect();
    deliver(&pool, &heard).await;
    let done = reconcile(&pool, &stripe).await;
    assert_eq!((done.state, done.done, done.total, done.changed), (JobState::Succeeded, 3, Some(3), 2));
    let found = differences(&pool).await;
    let ended = "2026-02-10T00:00:00Z";
    assert_eq!(
        told(&found),
        [
            ("re_dr", "object", None, Some("succeeded")),
            ("sub_dr", "canceled_at", None, Some(ended)),
            ("sub_dr", "ended_at", None, Some(ended)),
            ("sub_dr", "status", Some("active"), Some("canceled")),
        ]
    );
    let now = state(&pool).await.reconciliation;
    assert_eq!((now.differing, now.drift_bp, now.repairing), (2, Some(6_667), 0));
    assert_eq!(
        now.counts.iter().map(|c| (c.compared, c.differing, c.here)).collect::<Vec<_>>(),
        [(1, 1, 1), (1, 0, 1), (1, 1, 0), (0, 0, 0)]
    );

    let of_refund = found.iter().find(|d| d.object_id == "re_dr").unwrap().id;
    let asked = differences::repair(&pool, &RepairRequest { ids: vec![of_refund], all: false }).await.unwrap();
    assert_eq!((asked.objects, state(&pool).await.reconciliation.repairing), (1, 1));
    assert_eq!(refetch(&pool, &stripe).await, 1);
    assert_eq!(told(&differences(&pool).await).len(), 3, "the refund is there now");
    assert_eq!(differences::repair(&pool, &RepairRequest { ids: vec![], all: true }).await.unwrap().objects, 1);
    refetch(&pool, &stripe).await;
    assert_eq!(differences(&pool).await.len(), 0);
    assert_eq!(state(&pool).await.reconciliation.drift_bp, Some(0));

    // The same rows as if its webhooks had come; only the events that caused them are others.
    let rows = rows(&pool, &one).await;
    assert_eq!(rows["subscriptions"][0]["status"], "cancelled");
    assert_eq!(rows["movements"][2]["movement"], "churn");
    assert_eq!(rows["movements"][2]["occurred_at"], "2026-02-10T00:00:00+00:00", "it left when it left");
    let money: Vec<Value> = rows["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| json!([t["business_key"], t["amount_minor"]]))
        .collect();
    assert_eq!(json!(money), json!([["in_X", 900], ["re_X", -400]]));
    invariants(&pool).await;
    assert_eq!(reconcile(&pool, &stripe).await.changed, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_difference_that_heals_itself_vanishes(pool: PgPool) {
    let one = Life::new(Shape::Current, "he");
    let events = one.six_events();
    let stripe = Stripe::after(&events, T0 + 50 * DAY);
    deliver(&pool, &events[..5]).await;
    reconcile(&pool, &stripe).await;
    assert_eq!(differences(&pool).await.len(), 3);
    deliver(&pool, &events[5..]).await;
    assert_eq!(differences(&pool).await.len(), 0, "its webhook came late");

    // What waits in the inbox is no difference.
    let two = Life::new(Shape::Current, "wa");
    inbox::store(&pool, &two.six_events()).await.unwrap();
    let stripe = Stripe::after(&two.six_events(), T0 + 50 * DAY);
    let id = reconcile::start(&pool, &Actor::system("test")).await.unwrap().id;
    while work::step_asking(&pool, &stripe).await.unwrap() != Step::Idle {}
    assert_eq!((job(&pool, id).await.changed, differences(&pool).await.len()), (0, 0));
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_is_newer_here_than_stripes_answer_does_not_differ(pool: PgPool) {
    let one = Life::new(Shape::Current, "ne");
    let events = one.six_events();
    deliver(&pool, &events).await;
    // The page was read before the last event happened, and compared after that had come.
    let stripe = Stripe::after(&events[..5], events[4].created.timestamp());
    assert_eq!(reconcile(&pool, &stripe).await.changed, 0);
    assert_eq!(told(&differences(&pool).await), []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_repair_that_stripe_does_not_answer_says_why(pool: PgPool) {
    let one = Life::new(Shape::Current, "no");
    let events = one.six_events();
    let stripe = Stripe::after(&events, T0 + 50 * DAY);
    deliver(&pool, &events[..5]).await;
    reconcile(&pool, &stripe).await;
    let all = RepairRequest { ids: vec![], all: true };
    differences::repair(&pool, &all).await.unwrap();
    let wanted = refetch::due(&pool).await.unwrap().remove(0);
    let fails = |lasting| Unread { message: "Stripe cannot be reached.".into(), wait: None, lasting };
    refetch::put_off(&pool, &wanted, &fails(false)).await.unwrap();
    let first = differences(&pool).await.remove(0);
    assert_eq!(
        (first.repair, first.repair_problem.as_deref()),
        (Some(RepairState::Asked), Some("Stripe cannot be reached."))
    );
    refetch::put_off(&pool, &wanted, &fails(true)).await.unwrap();
    assert_eq!(differences(&pool).await[0].repair, None, "given up");
    differences::repair(&pool, &all).await.unwrap();
    assert_eq!(refetch(&pool, &stripe).await, 1);
    assert_eq!(differences(&pool).await.len(), 0);
    // Asked too often without an answer: the wish is forgotten, and the difference says so.
    deliver(&pool, &Life::new(Shape::Current, "np").six_events()[..5]).await;
    let stripe = Stripe::after(&Life::new(Shape::Current, "np").six_events(), T0 + 50 * DAY);
    reconcile(&pool, &stripe).await;
    differences::repair(&pool, &all).await.unwrap();
    sqlx::query("UPDATE stripe_refetches SET attempts = 6").execute(&pool).await.unwrap();
    assert!(refetch::due(&pool).await.unwrap().is_empty());
    assert_eq!(differences(&pool).await[0].repair, None);
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_answer_that_is_refused_or_garbage_leaves_nothing_half_done(pool: PgPool) {
    let one = Life::new(Shape::Current, "ga");
    let mut stripe = Stripe::after(&one.six_events(), T0 + 50 * DAY);
    let id = reconcile::start(&pool, &Actor::system("test")).await.unwrap().id;
    stripe.fails("Stripe’s answer could not be read.", None, false);
    assert_eq!(work::step_asking(&pool, &stripe).await.unwrap(), Step::Failed(id));
    let waits = job(&pool, id).await;
    assert_eq!((waits.state, waits.error.as_deref()), (JobState::Running, Some("Stripe’s answer could not be read.")));
    assert_eq!(work::step_asking(&pool, &stripe).await.unwrap(), Step::Idle, "it waits a little");
    sqlx::query("UPDATE jobs SET not_before = now()").execute(&pool).await.unwrap();
    assert_eq!(work::step_asking(&pool, &stripe).await.unwrap(), Step::Worked(id));
    assert_eq!(job(&pool, id).await.error, None);
    // The key was taken away: to ask again does not help.
    stripe.fails("Stripe does not accept our key.", None, true);
    assert_eq!(work::step_asking(&pool, &stripe).await.unwrap(), Step::Failed(id));
    let failed = job(&pool, id).await;
    assert_eq!((failed.state, failed.error.as_deref()), (JobState::Failed, Some("Stripe does not accept our key.")));
    assert_eq!(state(&pool).await.reconciliation.finished_at, None);

    // An object that nobody can read is named as such.
    stripe.add(json!({"id": "re_odd", "object": "refund", "created": T0, "amount": "much"}));
    reconcile(&pool, &stripe).await;
    let found = differences(&pool).await;
    let odd = found.iter().find(|d| d.object_id == "re_odd").unwrap();
    assert_eq!(odd.field, "object");
    assert!(odd.stripes.as_ref().unwrap().starts_with("cannot be read: data.object names neither"), "{odd:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_backfill_that_was_killed_goes_on_and_gives_the_rows_of_the_webhooks(pool: PgPool) {
    let lives = [Life::new(Shape::Current, "ba"), Life::new(Shape::Current, "bb")];
    let mut events = Vec::new();
    for one in &lives {
        // What is not told by an object, an upgrade in between, is not known afterwards.
        events.extend(one.six_events().into_iter().filter(|event| !event.event_id.starts_with("evt_5")));
        events.push(one.invoice_payment("d", T0 + 10 * DAY + 61, 900));
        events.push(one.refund("r", "refund.created", T0 + 20 * DAY, "succeeded", 400));
    }
    for event in events.iter_mut().filter(|event| event.event_id.starts_with("evt_6")) {
        let text = String::from_utf8(event.raw.clone()).unwrap();
        event.raw =
            text.replace("price_standard", "price_basic").replace("1900", "900").replace("tier2", "tier1").into_bytes();
    }
    let stripe = Stripe::after(&events, T0 + 50 * DAY);
    let id = backfill::start(&pool, &Actor::system("test"), &BackfillRequest::default()).await.unwrap().id;
    for _ in 0..6 {
        assert_eq!(work::step_asking(&pool, &stripe).await.unwrap(), Step::Worked(id));
    }
    // kill -9 in the middle of a batch: its transaction is gone with its connection.
    let mut dead = pool.acquire().await.unwrap().detach();
    sqlx::raw_sql("BEGIN; SELECT FROM jobs FOR NO KEY UPDATE").execute(&mut dead).await.unwrap();
    assert_eq!(work::step_asking(&pool, &stripe).await.unwrap(), Step::Idle, "somebody is at it");
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut dead).await.unwrap();
    sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&pool).await.unwrap();
    let half = state(&pool).await.backfill.unwrap();
    assert_eq!((half.reading.as_deref(), half.lists_done, half.lists), (Some("invoices"), 6, 12));
    let resumed = async {
        while job(&pool, id).await.state != JobState::Succeeded {
            work::step_asking(&pool, &stripe).await.unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(20), resumed).await.unwrap();
    apply(&pool).await;
    let over = state(&pool).await.backfill.unwrap();
    assert_eq!((over.reading, over.lists_done, over.can_resume), (None, 12, false));

    let mut backfilled = Vec::new();
    for one in &lives {
        backfilled.push(plain(rows(&pool, one).await));
    }
    invariants(&pool).await;
    assert_eq!(reconcile(&pool, &stripe).await.changed, 0);
    // Read once more, nothing is new; and once its webhooks come after all, nothing is another.
    let again = backfill::start(&pool, &Actor::system("test"), &BackfillRequest::default()).await.unwrap();
    stripe.work(&pool).await;
    assert_eq!(job(&pool, again.id).await.created, 0);
    deliver(&pool, &events).await;
    for (one, backfilled) in lives.iter().zip(&backfilled) {
        assert_eq!(&plain(rows(&pool, one).await), backfilled);
    }
    invariants(&pool).await;
}

/// Rows without the events that caused them.
fn plain(rows: Value) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.retain(|name, _| {
                    !["stripe_event_id", "event_id", "tie", "seen_at", "seen_rank"].contains(&name.as_str())
                });
                fields.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut rows = rows;
    strip(&mut rows);
    rows
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_backfill_that_was_stopped_goes_on_where_it_was(pool: PgPool) {
    let stripe = Stripe::after(&Life::new(Shape::Current, "st").six_events(), T0 + 50 * DAY);
    let resume = BackfillRequest { resume: true };
    let refused = backfill::start(&pool, &Actor::system("test"), &resume).await;
    assert!(refused.is_err(), "there is nothing to go on with");
    let first = backfill::start(&pool, &Actor::system("test"), &BackfillRequest::default()).await.unwrap();
    for _ in 0..6 {
        work::step_asking(&pool, &stripe).await.unwrap();
    }
    work::cancel(&pool, first.id, Viewer::Everybody).await.unwrap();
    stripe.work(&pool).await;
    let stopped = state(&pool).await.backfill.unwrap();
    assert_eq!((stopped.job.state, stopped.lists_done, stopped.can_resume), (JobState::Cancelled, 6, true));
    stripe.asked.lock().unwrap().clear();
    backfill::start(&pool, &Actor::system("test"), &resume).await.unwrap();
    stripe.work(&pool).await;
    assert_eq!(stripe.asked.lock().unwrap().first().unwrap().list, List::Invoices);
    assert_eq!(state(&pool).await.backfill.unwrap().job.state, JobState::Succeeded);
}
