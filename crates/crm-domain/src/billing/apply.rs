//! The worker's step: claim a batch of the inbox, store its facts, compute what they touch, settle it. One transaction.
//!
//! One worker at a time holds `APPLIER_LOCK`, on the connection that it works with: when either dies, so does the other.
//! Whoever computes ledgers (a step, a rebuild) takes turns by `TURN_LOCK`, for the length of a transaction.

use super::facts::{Body, CustomerFact, Fact, ObjectFact, PriceFact, ProductFact, Stamp};
use super::normalise::{Normalised, normalise};
use super::{objects, recompute, refetch, settle, transactions};
use crate::db::{DomainError, Result};
use crate::subscriptions::version::Version;
use crate::{customers, plans, realtime, revenue, stripe_actions, subscriptions};
use chrono::{DateTime, Utc};
use crm_types::realtime::RealtimeEvent;
use sqlx::{Connection, PgConnection};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The advisory lock of the one applier: "crm apply" in ASCII.
pub const APPLIER_LOCK: i64 = 0x63_726d_6170_706c;

/// The advisory lock of whoever writes ledgers now: "crm turn".
const TURN_LOCK: i64 = 0x63_726d_7475_726e;

/// Events that one transaction takes at most.
pub const BATCH: i64 = 1_000;

/// What a step did.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Step {
    /// Events that were settled (done, ignored, parked or dead) or put off.
    pub events: usize,
    /// Customers of the queue that were computed again.
    pub customers: usize,
    /// Ledger rows that were written.
    pub movements: usize,
}

impl Step {
    /// Nothing to do now.
    pub const fn is_idle(&self) -> bool {
        self.events == 0 && self.customers == 0
    }
}

/// An event of the inbox that waits to be applied.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// `evt_...`.
    pub event_id: String,
    /// The exact bytes.
    pub raw: Vec<u8>,
}

/// Takes the applier's lock on this connection. False when another process has it.
pub async fn try_lock(db: &mut PgConnection) -> Result<bool> {
    Ok(sqlx::query_scalar!(r#"SELECT pg_try_advisory_lock($1) AS "held!""#, APPLIER_LOCK).fetch_one(db).await?)
}

/// Makes the planner take indexes on this connection. The applier only looks up by key; but its plans are kept, and those
/// that were made while the inbox was small would go on scanning it when it has millions of rows.
pub async fn prefer_indexes(db: &mut PgConnection) -> Result<()> {
    sqlx::query_scalar!(
        r#"SELECT concat(set_config('enable_seqscan', 'off', false), set_config('jit', 'off', false)) AS "set!""#
    )
    .fetch_one(db)
    .await?;
    Ok(())
}

/// Waits until nobody else writes ledgers; the turn ends with the transaction.
pub(crate) async fn take_turn(tx: &mut PgConnection) -> Result<()> {
    sqlx::query_scalar!("SELECT pg_advisory_xact_lock($1)", TURN_LOCK).fetch_one(tx).await?;
    Ok(())
}

/// Gives the applier's lock back.
pub async fn unlock(db: &mut PgConnection) -> Result<()> {
    sqlx::query_scalar!("SELECT pg_advisory_unlock($1)", APPLIER_LOCK).fetch_one(db).await?;
    Ok(())
}

/// Does the next piece of work.
///
/// An event that the database refuses is tried alone, put off with growing pauses, and given up with its reason.
pub async fn step(db: &mut PgConnection) -> Result<Step> {
    let claimed = settle::claim(db, BATCH).await?;
    if claimed.is_empty() {
        let mut tx = db.begin().await?;
        take_turn(&mut tx).await?;
        let (customers, movements) = recompute::queued(&mut tx, 500).await?;
        if customers > 0 {
            announce(&mut tx, movements, customers, 0, 0).await?;
        }
        tx.commit().await?;
        return Ok(Step { events: 0, customers, movements });
    }
    match apply(db, &claimed).await {
        Err(error) if is_about_the_data(&error) => {
            let mut total = Step::default();
            for event in &claimed {
                match apply(db, std::slice::from_ref(event)).await {
                    Ok(step) => total.movements += step.movements,
                    Err(error) if is_about_the_data(&error) => {
                        settle::put_off(db, &event.event_id, &error.to_string()).await?
                    }
                    Err(error) => return Err(error),
                }
                total.events += 1;
            }
            Ok(total)
        }
        other => other,
    }
}

/// Applies everything that is pending now. For the command line and for tests.
pub async fn drain(db: &mut PgConnection) -> Result<Step> {
    let mut total = Step::default();
    loop {
        let step = step(db).await?;
        if step.is_idle() {
            return Ok(total);
        }
        total.events += step.events;
        total.customers += step.customers;
        total.movements += step.movements;
    }
}

/// The database answered, and said no: trying the same again at once would not help. A lost connection is not that.
fn is_about_the_data(error: &DomainError) -> bool {
    match error {
        DomainError::Database(sqlx::Error::Database(error)) => {
            // Shutdown, crash recovery, too many connections, out of disk: the server's state, not the event.
            !error.code().is_some_and(|code| {
                code.starts_with("57P") || code.starts_with("53") || code.starts_with("08") || code.starts_with("58")
            })
        }
        DomainError::Database(sqlx::Error::Encode(_) | sqlx::Error::ColumnDecode { .. }) => true,
        DomainError::Database(_) => false,
        _ => true,
    }
}

async fn apply(db: &mut PgConnection, claimed: &[Claimed]) -> Result<Step> {
    let mut batch = Batch::default();
    for event in claimed {
        batch.add(&event.event_id, normalise(&event.raw));
    }
    let mut tx = db.begin().await?;
    take_turn(&mut tx).await?;
    let movements = batch.write(&mut tx).await?;
    settle::settle(&mut tx, &batch.verdicts).await?;
    stripe_actions::confirm(&mut tx, claimed, &batch.verdicts).await?;
    let count = |f: fn(&Verdict) -> bool| batch.verdicts.iter().filter(|(_, v)| f(v)).count();
    announce(
        &mut tx,
        movements,
        count(|v| matches!(v, Verdict::Done)),
        count(|v| matches!(v, Verdict::Parked { .. })),
        count(|v| matches!(v, Verdict::Dead(_))),
    )
    .await?;
    tx.commit().await?;
    Ok(Step { events: claimed.len(), customers: 0, movements })
}

/// Tells open pages: `done` events were applied, or customers computed again.
async fn announce(db: &mut PgConnection, movements: usize, done: usize, parked: usize, dead: usize) -> Result<()> {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    if parked + dead > 0 {
        realtime::publish(db, &RealtimeEvent::InboxAttention { parked: number(parked), dead: number(dead) }).await?;
    }
    if movements > 0 {
        realtime::publish(db, &RealtimeEvent::MrrChanged { movements: number(movements) }).await?;
    } else if done > 0 {
        realtime::publish(db, &RealtimeEvent::BillingChanged { events: number(done) }).await?;
    }
    Ok(())
}

/// What becomes of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Applied.
    Done,
    /// A type that we do not use.
    Ignored,
    /// Waits for something.
    Parked {
        /// The id that it waits for.
        on: String,
        /// A sentence for people.
        reason: String,
    },
    /// Not readable.
    Dead(String),
}

/// The facts of a batch, each object once in its newest snapshot.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) verdicts: Vec<(String, Verdict)>,
    customers: HashMap<String, CustomerFact>,
    products: BTreeMap<String, ProductFact>,
    prices: BTreeMap<String, PriceFact>,
    objects: BTreeMap<String, ObjectFact>,
    /// Snapshots that wait for the verdict on their prices: event, customer, snapshot, prices.
    versions: Vec<(String, String, Version, Vec<String>)>,
    refund_events: HashMap<String, Vec<String>>,
    seen: BTreeMap<String, DateTime<Utc>>,
}

impl Batch {
    pub(super) fn add(&mut self, event_id: &str, normalised: Normalised) {
        let (facts, prices) = match normalised {
            Normalised::Facts { facts, prices } => (facts, prices),
            Normalised::Ignored => return self.verdicts.push((event_id.to_owned(), Verdict::Ignored)),
            Normalised::Dead(reason) => return self.verdicts.push((event_id.to_owned(), Verdict::Dead(reason))),
        };
        for fact in facts {
            self.add_fact(event_id, fact, &prices);
        }
        self.verdicts.push((event_id.to_owned(), Verdict::Done));
    }

    fn add_fact(&mut self, event_id: &str, fact: Fact, prices: &[String]) {
        match fact {
            Fact::Customer(fact) => {
                self.saw(&fact.id, fact.created.min(fact.stamp.at));
                if newer(self.customers.get(&fact.id).map(|f| &f.stamp), &fact.stamp) {
                    self.customers.insert(fact.id.clone(), *fact);
                }
            }
            Fact::Product(fact) => {
                if newer(self.products.get(&fact.id).map(|f| &f.stamp), &fact.stamp) {
                    self.products.insert(fact.id.clone(), fact);
                }
            }
            Fact::Price(fact) => {
                if newer(self.prices.get(&fact.id).map(|f| &f.stamp), &fact.stamp) {
                    self.prices.insert(fact.id.clone(), fact);
                }
            }
            Fact::Version { customer, version } => {
                self.saw(&customer, version.at);
                self.versions.push((event_id.to_owned(), customer, *version, prices.to_vec()));
            }
            Fact::Object(fact) => {
                if let Some(customer) = &fact.customer {
                    self.saw(customer, fact.stamp.at);
                }
                if matches!(fact.body, Body::Refund(_) | Body::Dispute(_)) {
                    self.refund_events.entry(fact.id.clone()).or_default().push(event_id.to_owned());
                }
                if newer(self.objects.get(&fact.id).map(|f| &f.stamp), &fact.stamp) {
                    self.objects.insert(fact.id.clone(), fact);
                }
            }
        }
    }

    /// Whether there is no fact in it: only events that we do not use.
    fn is_empty(&self) -> bool {
        self.customers.is_empty()
            && self.products.is_empty()
            && self.prices.is_empty()
            && self.objects.is_empty()
            && self.versions.is_empty()
            && self.seen.is_empty()
    }

    fn saw(&mut self, customer: &str, at: DateTime<Utc>) {
        let since = self.seen.entry(customer.to_owned()).or_insert(at);
        *since = at.min(*since);
    }

    /// Stores the facts and computes what they touch. Gives how many ledger rows were written.
    async fn write(&mut self, db: &mut PgConnection) -> Result<usize> {
        if self.is_empty() {
            return Ok(0);
        }
        let touched_customers = self.write_facts(db).await?;
        let mut known = customers::upsert::known(db, &self.seen.keys().cloned().collect::<Vec<_>>()).await?;
        let touched = touched_customers.iter().filter_map(|id| Some((id.clone(), *known.get(id)?))).collect();
        let computed = recompute::customers(db, &touched).await?;
        let payments: Vec<String> =
            self.objects.values().filter(|o| o.body.is_payment()).map(|o| o.id.clone()).collect();
        let outcome = transactions::reconcile(db, &payments, &mut known).await?;
        computed.store(db, known.values()).await?;
        revenue::ledger::reconcile(db, &known.values().map(|k| k.id).collect::<Vec<_>>()).await?;
        let awaited: Vec<String> = outcome.waiting.values().cloned().collect();
        refetch::note_gaps(db, &self.seen.keys().cloned().collect::<Vec<_>>(), &awaited).await?;
        for (refund, on) in outcome.waiting {
            for event in self.refund_events.remove(&refund).unwrap_or_default() {
                let what = if self.is_dispute(&refund) { "dispute" } else { "refund" };
                let reason = format!("{what} {refund} waits for its payment {on}");
                self.park(&event, &on, reason);
            }
        }
        settle::release(db, &outcome.known).await?;
        Ok(computed.movements)
    }

    fn is_dispute(&self, id: &str) -> bool {
        self.objects.get(id).is_some_and(|object| matches!(object.body, Body::Dispute(_)))
    }

    /// Stores the facts alone. Gives the Stripe customers whose history they touch.
    pub(super) async fn write_facts(&mut self, db: &mut PgConnection) -> Result<HashSet<String>> {
        let facts: Vec<CustomerFact> = self.customers.values().cloned().collect();
        customers::upsert::adopt(db, &facts).await?;
        customers::upsert::store(db, &self.seen, &facts).await?;
        self.write_catalog(db).await?;

        let objects: Vec<ObjectFact> = self.objects.values().cloned().collect();
        let changed_coupons = changed_coupons(db, &objects).await?;
        objects::store(db, &objects).await?;
        if !changed_coupons.is_empty() {
            objects::recompute_users_of(db, &changed_coupons).await?;
        }

        let mut touched: HashSet<String> = self.customers.keys().cloned().collect();
        touched.extend(
            objects.iter().filter(|o| matches!(o.body, Body::Discount { .. })).filter_map(|o| o.customer.clone()),
        );
        let needed: HashSet<&String> = self.versions.iter().flat_map(|(.., prices)| prices).collect();
        let mapped = plans::upsert::mapping(db, &needed.into_iter().cloned().collect::<Vec<_>>()).await?;
        let mut versions = Vec::new();
        for (event, customer, version, prices) in std::mem::take(&mut self.versions) {
            match prices.iter().find(|p| !mapped.contains_key(*p)) {
                Some(price) => self.park(&event, price, format!("price {price} is not mapped to a revenue stream")),
                None => {
                    touched.insert(customer.clone());
                    versions.push((customer, version));
                }
            }
        }
        subscriptions::upsert::store_versions(db, &versions).await?;
        refetch::note_ties(db, &versions.into_iter().map(|(_, v)| v.subscription).collect::<Vec<_>>()).await?;
        Ok(touched)
    }

    /// Products and prices. Where a mapping becomes known, what waited for it goes on; where it changes, customers are queued.
    async fn write_catalog(&mut self, db: &mut PgConnection) -> Result<()> {
        if self.products.is_empty() && self.prices.is_empty() {
            return Ok(());
        }
        let mut prices: Vec<String> = self.prices.keys().cloned().collect();
        if !self.products.is_empty() {
            prices.extend(plans::upsert::prices_of(db, &self.products.keys().cloned().collect::<Vec<_>>()).await?);
        }
        let before = plans::upsert::mapping(db, &prices).await?;
        plans::upsert::store_products(db, &self.products.values().cloned().collect::<Vec<_>>()).await?;
        plans::upsert::store_prices(db, &self.prices.values().cloned().collect::<Vec<_>>()).await?;
        let after = plans::upsert::mapping(db, &prices).await?;
        settle::release(db, &after.keys().cloned().collect::<Vec<_>>()).await?;
        let changed: Vec<String> =
            before.into_iter().filter(|(price, key)| after.get(price) != Some(key)).map(|(price, _)| price).collect();
        if !changed.is_empty() {
            plans::upsert::recompute_users_of(db, &changed, "price_metadata").await?;
        }
        Ok(())
    }

    fn park(&mut self, event: &str, on: &str, reason: String) {
        if let Some((_, verdict)) = self.verdicts.iter_mut().find(|(id, _)| id == event) {
            *verdict = Verdict::Parked { on: on.to_owned(), reason };
        }
    }
}

fn newer(stored: Option<&Stamp>, stamp: &Stamp) -> bool {
    stored.is_none_or(|stored| stamp > stored)
}

/// Coupons of the batch that say something new: whoever has a discount of one must be computed again.
async fn changed_coupons(db: &mut PgConnection, facts: &[ObjectFact]) -> Result<Vec<String>> {
    let fresh: Vec<(&String, &crate::mrr::amount::Coupon)> = facts
        .iter()
        .filter_map(|f| if let Body::Coupon(coupon) = &f.body { Some((&f.id, coupon)) } else { None })
        .collect();
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let stored = objects::coupons(db, &fresh.iter().map(|(id, _)| (*id).clone()).collect::<Vec<_>>()).await?;
    Ok(fresh.into_iter().filter(|(id, coupon)| stored.get(*id) != Some(*coupon)).map(|(id, _)| id.clone()).collect())
}
