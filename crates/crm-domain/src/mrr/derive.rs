//! From the set of a customer's snapshots to its history: a pure fold over them in time order.
//!
//! The result depends on the set alone, so any order of delivery, with duplicates, gives the same movements.

use super::amount::{self, Catalog, Overflow, PlanKey};
use super::coached::{Spell, Turn, turns};
use crate::subscriptions::version::{Snapshot, Version};
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::customers::{CustomerType, LifecycleState};
use crm_types::mrr::MovementType;
use crm_types::plans::Stream;
use std::collections::BTreeMap;

/// What an individual plan is called beside other streams, and beside itself, while somebody coaches who has it.
const COACHED: &str = "rev1_coached";

/// A change of a customer's MRR, as it must stand in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// Stripe's subscription id.
    pub subscription: String,
    /// The event that caused it.
    pub event_id: String,
    /// Orders movements of one instant.
    pub tie: i16,
    /// Why.
    pub movement: MovementType,
    /// In this currency.
    pub currency: Currency,
    /// The customer's MRR in that currency before.
    pub before: i64,
    /// And after.
    pub after: i64,
    /// How it divides; adds up to `after - before`.
    pub lines: Vec<(PlanKey, i64)>,
    /// More about the why.
    pub reason: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Since when the customer paid without a break; null for `new` and `reactivation`.
    pub paying_since: Option<DateTime<Utc>>,
}

impl Movement {
    /// Stream and tier of the line that moved most; ties go to the first.
    pub fn main_line(&self) -> Option<PlanKey> {
        self.lines.iter().rev().max_by_key(|(_, minor)| minor.unsigned_abs()).map(|(key, _)| *key)
    }
}

/// A step of the journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transition {
    /// Null for the first.
    pub from: Option<LifecycleState>,
    /// From then on.
    pub to: LifecycleState,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// The event that caused it; empty for the first, and for what staff said.
    pub event_id: String,
}

/// A move between tiers or streams, or into coaching and out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TierMove {
    /// `tier1` ..., `rev1_coached` or a stream.
    pub from: String,
    /// `tier1` ..., `rev1_coached` or a stream.
    pub to: String,
    /// `upgrade`, `downgrade`, or how coaching turned.
    pub reason: String,
    /// In this currency.
    pub currency: Currency,
    /// What it did to MRR.
    pub impact: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The event that caused it; empty for coaching.
    pub event_id: String,
}

/// Where one subscription stands after all its snapshots.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Stripe's subscription id.
    pub subscription: String,
    /// The newest snapshot.
    pub body: Snapshot,
    /// MRR by stream and tier.
    pub parts: Vec<(PlanKey, i64)>,
    /// The share of each item of `body` in it.
    pub shares: Vec<i64>,
    /// Main stream and tier, also when it counts nothing now.
    pub plan: Option<PlanKey>,
    /// When the trial really began.
    pub trialed_from: Option<DateTime<Utc>>,
    /// When it really ended; null while it runs.
    pub trialed_until: Option<DateTime<Utc>>,
    /// Whether it became active after the trial.
    pub converted: Option<bool>,
}

/// A customer's history and where it leads.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// The ledger as it should be, oldest first.
    pub movements: Vec<Movement>,
    /// The journey, oldest first.
    pub transitions: Vec<Transition>,
    /// Moves between tiers and streams.
    pub tier_moves: Vec<TierMove>,
    /// Every subscription, by Stripe's id.
    pub standings: BTreeMap<String, Standing>,
    /// When MRR first rose above 0.
    pub first_paid_at: Option<DateTime<Utc>>,
    /// The currency of the newest snapshot that counted, else of the newest.
    pub currency: Option<Currency>,
    /// `acquisition_source` of the oldest subscription that has one.
    pub source: Option<String>,
}

impl History {
    /// MRR now, in one currency.
    pub fn mrr(&self, currency: Currency) -> i64 {
        self.standings
            .values()
            .filter(|s| s.body.currency == currency)
            .flat_map(|s| &s.parts)
            .map(|(_, minor)| minor)
            .sum()
    }

    /// The part that pays most now.
    pub fn main_plan(&self) -> Option<PlanKey> {
        main_plan(&self.standings)
    }

    /// The state of the journey now.
    pub fn state(&self) -> LifecycleState {
        self.transitions.last().map_or(LifecycleState::Lead, |t| t.to)
    }

    /// What the person is to the business: the highest stream ever paid for, else how far the journey came.
    pub fn customer_type(&self) -> CustomerType {
        let highest = self.movements.iter().flat_map(|m| &m.lines).map(|((stream, _), _)| *stream).max();
        match (highest, self.state()) {
            (Some(Stream::Rev1Individual), _) => CustomerType::Rev1User,
            (Some(Stream::Rev2Coaching), _) => CustomerType::Rev2Coach,
            (Some(Stream::Rev3B2b), _) => CustomerType::Rev3Org,
            (None, LifecycleState::FreeTrial) => CustomerType::FreeTrial,
            (None, LifecycleState::Lead) => CustomerType::Lead,
            (None, _) => CustomerType::Prospect,
        }
    }
}

/// Computes the history of one customer, who was coached at these times. `known_since` is when the journey begins.
pub fn derive(
    versions: &[Version],
    coached: &[Spell],
    catalog: &Catalog,
    known_since: DateTime<Utc>,
) -> Result<History, Overflow> {
    let mut ordered: Vec<&Version> = versions.iter().collect();
    ordered.sort_by(|a, b| {
        (a.at, a.rank, &a.subscription, &a.event_id).cmp(&(b.at, b.rank, &b.subscription, &b.event_id))
    });
    let mut fold = Fold::begin(known_since);
    let mut turns = turns(coached).into_iter().peekable();
    for version in ordered {
        while let Some(turn) = turns.next_if(|turn| turn.at <= version.at) {
            fold.turn(&turn);
        }
        fold.step(version, catalog)?;
    }
    turns.for_each(|turn| fold.turn(&turn));
    // Only of where each stands in the end.
    for standing in fold.history.standings.values_mut() {
        standing.shares = amount::shares(&standing.body, catalog, &standing.parts)?;
    }
    Ok(fold.history)
}

struct Fold {
    history: History,
    /// MRR and the beginning of the paying spell, by currency.
    spells: BTreeMap<Currency, (i64, Option<DateTime<Utc>>)>,
    /// Pays again after churn, with this main stream.
    came_back_with: Option<Stream>,
    lapsed: bool,
    /// Somebody coaches them.
    coached: bool,
}

/// What moves somebody on in the journey.
#[derive(Clone, Copy)]
enum Cause<'a> {
    Billing(&'a Version),
    Coaching(&'a Turn),
}

impl Fold {
    fn begin(known_since: DateTime<Utc>) -> Self {
        let first = Transition {
            from: None,
            to: LifecycleState::Lead,
            at: known_since,
            reason: "first_seen".into(),
            event_id: String::new(),
        };
        Self {
            history: History { transitions: vec![first], ..History::default() },
            spells: BTreeMap::new(),
            came_back_with: None,
            lapsed: false,
            coached: false,
        }
    }

    /// Coaching begins or ends: a step of the journey for who pays as an individual, and a move that costs nothing. For others it is
    /// nothing of their journey.
    fn turn(&mut self, turn: &Turn) {
        self.coached = turn.coached;
        if held_stream(&self.history.standings) != Some(Stream::Rev1Individual) {
            return;
        }
        if let (Some(plan @ (Stream::Rev1Individual, _)), Some(currency)) =
            (self.history.main_plan(), self.history.currency)
        {
            let alone = plan_name(plan);
            let (from, to) = if turn.coached { (alone, COACHED) } else { (COACHED, alone) };
            self.history.tier_moves.push(TierMove {
                from: from.into(),
                to: to.into(),
                reason: turn.reason.into(),
                currency,
                impact: 0,
                at: turn.at,
                event_id: String::new(),
            });
        }
        self.post_transition(Cause::Coaching(turn));
    }

    fn step(&mut self, version: &Version, catalog: &Catalog) -> Result<(), Overflow> {
        let parts = amount::monthly(&version.body, catalog)?;
        let plan_before = self.history.main_plan();
        let old = self.history.standings.get(&version.subscription).cloned();
        let new = standing(old.as_ref(), version, &parts, catalog);
        self.history.standings.insert(version.subscription.clone(), new);
        if self.history.currency.is_none() || !parts.is_empty() {
            self.history.currency = Some(version.body.currency);
        }
        if self.history.source.is_none() {
            self.history.source.clone_from(&version.body.source);
        }
        let impact = self.post_movement(version, old.as_ref(), &parts);
        self.post_tier_move(version, plan_before, impact);
        self.post_transition(Cause::Billing(version));
        Ok(())
    }

    /// Compares what the subscription counted before and counts now. Gives the change of the customer's MRR.
    fn post_movement(&mut self, version: &Version, old: Option<&Standing>, parts: &[(PlanKey, i64)]) -> i64 {
        let mut lines: BTreeMap<PlanKey, i64> = parts.iter().copied().collect();
        for (key, minor) in old.map(|s| s.parts.as_slice()).unwrap_or_default() {
            *lines.entry(*key).or_default() -= minor;
        }
        let lines: Vec<(PlanKey, i64)> = lines.into_iter().filter(|(_, minor)| *minor != 0).collect();
        if lines.is_empty() {
            return 0;
        }
        let change: i64 = lines.iter().map(|(_, minor)| minor).sum();
        let currency = version.body.currency;
        let paid_before = self.history.first_paid_at.is_some();
        let (mrr, since) = self.spells.entry(currency).or_insert((0, None));
        let (before, after) = (*mrr, *mrr + change);
        let movement = match (before, after) {
            (0, _) if paid_before => MovementType::Reactivation,
            (0, _) => MovementType::New,
            (_, 0) => MovementType::Churn,
            (b, a) if a < b => MovementType::Contraction,
            _ => MovementType::Expansion,
        };
        let paying_since = *since;
        *mrr = after;
        *since = match (before, after) {
            (_, 0) => None,
            (0, _) => Some(version.at),
            _ => *since,
        };
        if after > 0 {
            self.history.first_paid_at.get_or_insert(version.at);
        }
        self.history.movements.push(Movement {
            subscription: version.subscription.clone(),
            event_id: version.event_id.clone(),
            tie: version.rank,
            movement,
            currency,
            before,
            after,
            lines,
            reason: reason(movement, old.map(|s| &s.body), &version.body).into(),
            occurred_at: version.at,
            paying_since: if before == 0 { None } else { paying_since },
        });
        change
    }

    fn post_tier_move(&mut self, version: &Version, before: Option<PlanKey>, impact: i64) {
        let (Some(from), Some(to)) = (before, self.history.main_plan()) else { return };
        if from == to {
            return;
        }
        // Between tiers, coaching stays what it is; between streams it is left, or come to.
        let name = |plan: PlanKey, other: PlanKey| match plan {
            (Stream::Rev1Individual, _) if self.coached && other.0 != plan.0 => COACHED,
            _ => plan_name(plan),
        };
        self.history.tier_moves.push(TierMove {
            from: name(from, to).into(),
            to: name(to, from).into(),
            reason: if to > from { "upgrade" } else { "downgrade" }.into(),
            currency: version.body.currency,
            impact,
            at: version.at,
            event_id: version.event_id.clone(),
        });
    }

    fn post_transition(&mut self, cause: Cause) {
        let from = self.history.state();
        let paying = held_stream(&self.history.standings);
        let in_trial = self.history.standings.values().any(|s| s.body.status == "trialing");
        let returns = paying.is_some() && self.lapsed;
        let to = match paying {
            Some(stream) => {
                if returns {
                    self.lapsed = false;
                    self.came_back_with = Some(stream);
                }
                match stream {
                    Stream::Rev1Individual if self.coached => LifecycleState::Rev1Coached,
                    _ if self.came_back_with == Some(stream) => LifecycleState::Reactivated,
                    Stream::Rev1Individual => LifecycleState::Rev1User,
                    Stream::Rev2Coaching => LifecycleState::Rev2Coach,
                    Stream::Rev3B2b => LifecycleState::Rev3Org,
                }
            }
            None => {
                self.lapsed = self.history.first_paid_at.is_some();
                self.came_back_with = None;
                match (in_trial, self.lapsed) {
                    (true, _) => LifecycleState::FreeTrial,
                    (false, true) => LifecycleState::Churned,
                    (false, false) => LifecycleState::Prospect,
                }
            }
        };
        if from == to {
            return;
        }
        let (version, at) = match cause {
            Cause::Billing(version) => (Some(version), version.at),
            Cause::Coaching(turn) => (None, turn.at),
        };
        let reason = match (to, cause) {
            (_, Cause::Coaching(turn)) => turn.reason,
            (LifecycleState::FreeTrial, _) => "trial_started",
            (LifecycleState::Churned, Cause::Billing(version)) if version.body.status == "unpaid" => "unpaid",
            (LifecycleState::Churned, _) => "cancelled",
            (LifecycleState::Reactivated, _) => "returned",
            _ if returns => "returned",
            (LifecycleState::Prospect, _) if from == LifecycleState::FreeTrial => "trial_ended",
            (LifecycleState::Prospect, _) => "checkout_started",
            _ if from == LifecycleState::FreeTrial => "trial_converted",
            _ if matches!(from, LifecycleState::Lead | LifecycleState::Prospect) => "first_payment",
            _ => "stream_changed",
        };
        let event_id = version.map(|version| version.event_id.clone()).unwrap_or_default();
        self.history.transitions.push(Transition { from: Some(from), to, at, reason: reason.into(), event_id });
    }
}

fn standing(old: Option<&Standing>, version: &Version, parts: &[(PlanKey, i64)], catalog: &Catalog) -> Standing {
    let body = version.body.clone();
    let trialing = body.status == "trialing";
    let mut trialed_from = old.and_then(|s| s.trialed_from);
    let mut trialed_until = old.and_then(|s| s.trialed_until);
    if trialing && trialed_from.is_none() {
        trialed_from = Some(body.trial_start.unwrap_or(version.at));
    }
    if !trialing && trialed_from.is_some() {
        trialed_until.get_or_insert(version.at);
    }
    let converted = match trialed_until {
        None => None,
        Some(_) => Some(old.and_then(|s| s.converted).unwrap_or(false) || body.status == "active"),
    };
    let plan = parts.iter().max_by_key(|(_, minor)| *minor).map(|(key, _)| *key);
    let listed = || body.items.iter().filter_map(|item| catalog.prices.get(&item.price)).max().copied();
    Standing {
        subscription: version.subscription.clone(),
        plan: plan.or_else(listed),
        parts: parts.to_vec(),
        shares: Vec::new(),
        trialed_from,
        trialed_until,
        converted,
        body,
    }
}

fn main_plan(standings: &BTreeMap<String, Standing>) -> Option<PlanKey> {
    standings.values().flat_map(|s| &s.parts).max_by_key(|(key, minor)| (key.0, *minor, key.1)).map(|(key, _)| *key)
}

/// The highest stream that the customer pays for, or has paused.
fn held_stream(standings: &BTreeMap<String, Standing>) -> Option<Stream> {
    standings
        .values()
        .filter(|s| {
            !s.parts.is_empty()
                || (s.body.paused
                    && s.body.status == "active"
                    && s.trialed_from.is_none_or(|_| s.converted == Some(true)))
        })
        .filter_map(|s| s.plan.map(|(stream, _)| stream))
        .max()
}

fn plan_name((stream, tier): PlanKey) -> &'static str {
    tier.map_or(stream.as_str(), |t| t.as_str())
}

fn reason(movement: MovementType, old: Option<&Snapshot>, new: &Snapshot) -> &'static str {
    let was = |status: &str| old.is_some_and(|o| o.status == status);
    let was_paused = old.is_some_and(|o| o.paused || o.status == "paused");
    let quantity = |s: &Snapshot| s.items.iter().map(|i| i.quantity).sum::<i64>();
    match movement {
        MovementType::New if was("trialing") => "trial_converted",
        MovementType::New => "subscribed",
        MovementType::Reactivation if was_paused => "paused",
        MovementType::Reactivation if was("unpaid") => "recovered",
        MovementType::Reactivation => "returned",
        MovementType::Churn | MovementType::Contraction if new.paused || new.status == "paused" => "paused",
        MovementType::Churn | MovementType::Contraction if new.status == "unpaid" => "unpaid",
        MovementType::Churn | MovementType::Contraction if new.status == "canceled" => {
            match new.cancel_reason.as_deref() {
                Some("payment_failed") => "payment_failed",
                _ => "cancelled",
            }
        }
        MovementType::Churn if new.cancel_at_period_end || new.cancel_at.is_some() => "cancellation_requested",
        MovementType::Expansion if old.is_none() || was("trialing") => "subscription_added",
        MovementType::Expansion if was_paused => "paused",
        MovementType::Expansion | MovementType::Contraction
            if old.is_some_and(|o| {
                o.discounts != new.discounts
                    || o.items.iter().map(|i| &i.discounts).ne(new.items.iter().map(|i| &i.discounts))
            }) =>
        {
            "discount"
        }
        MovementType::Expansion | MovementType::Contraction
            if old.is_some_and(|o| o.items.len() == new.items.len() && quantity(o) != quantity(new)) =>
        {
            "quantity"
        }
        MovementType::Expansion => "upgrade",
        MovementType::Contraction => "downgrade",
        MovementType::Churn => "ended",
        MovementType::Fx => "exchange_rate",
    }
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
