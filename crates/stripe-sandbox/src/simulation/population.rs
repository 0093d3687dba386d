//! The same business in bulk: lives that are told one by one, without a clock and without events, for millions of people.
//!
//! What a life holds is what Stripe's snapshots would hold, and each is drawn from its own number alone.

use super::arrivals::{Arrivals, second_of_day};
use super::catalogue::{Catalogue, Currency};
use super::marketing::Source;
use super::people::identity;
use super::{BusinessConfig, people};
use crate::calendar::{DAY, HOUR, Interval};
use crate::event::Event;
use crate::rng::Rng;
use crate::state::Sandbox;
use crate::state::object::Metadata;
use std::collections::HashMap;

const TRIAL: i64 = 10 * DAY;
/// Of ten thousand who subscribe: individuals, coaches, organisations.
const KINDS: [u32; 3] = [9_778, 217, 5];
/// Who leaves comes back so often, once at most.
const RETURNS: f64 = 0.6;

/// Everybody who ever signed up.
#[derive(Debug)]
pub struct Population {
    config: BusinessConfig,
    end: i64,
    catalogue: Catalogue,
    /// By price id.
    offers: HashMap<String, Offer>,
    events: Vec<Event>,
    /// Midnight of each day, and how many signed up before it ended.
    days: Vec<(i64, u64)>,
}

/// One person, as Stripe would have told it all.
#[derive(Debug, Clone, PartialEq)]
pub struct Life {
    /// `cus_...`.
    pub customer: String,
    /// Full name; an organisation's own.
    pub name: String,
    /// E-mail, of nobody else.
    pub email: String,
    /// Phone, of most.
    pub phone: Option<String>,
    /// Signed up, Unix seconds.
    pub created: i64,
    /// About the first visit.
    pub metadata: Metadata,
    /// Snapshots of the subscriptions, oldest first; none for who only looked.
    pub states: Vec<State>,
    /// Money, oldest first.
    pub payments: Vec<Payment>,
}

/// A snapshot of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which of the person's subscriptions, from 0.
    pub subscription: u32,
    /// When, Unix seconds.
    pub at: i64,
    /// Stripe's status.
    pub status: &'static str,
    /// What is bought.
    pub price: Offer,
    /// Units.
    pub quantity: i64,
    /// The current period.
    pub period: (i64, i64),
    /// The trial, if there was one.
    pub trial: Option<(i64, i64)>,
    /// Cancelled, or asked to be.
    pub canceled_at: Option<i64>,
    /// Ended.
    pub ended_at: Option<i64>,
    /// Why it was cancelled.
    pub reason: Option<&'static str>,
}

/// A price of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// `price_...`.
    pub id: String,
    /// ISO code in lower case.
    pub currency: String,
    /// Minor units per unit.
    pub unit_amount: i64,
    /// Billed every month or year.
    pub interval: Interval,
}

/// An invoice that was paid, or an attempt that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// For which of the person's subscriptions, from 0.
    pub subscription: u32,
    /// When, Unix seconds.
    pub at: i64,
    /// Minor units.
    pub amount: i64,
    /// In this currency.
    pub currency: String,
    /// Whether the money came.
    pub paid: bool,
    /// What went back of it later, and when.
    pub refund: Option<(i64, i64)>,
}

impl Population {
    /// Everybody who signs up from `config.start` for `config.days`.
    #[must_use]
    pub fn new(config: BusinessConfig) -> Self {
        let mut sandbox =
            Sandbox::new(config.seed, config.start).with_shape(config.shape).with_log_limit(config.log_limit);
        let catalogue = Catalogue::create(&mut sandbox);
        let mut arrivals = Arrivals::new(&config);
        let mut total = 0;
        let days = (0..i64::from(config.days))
            .map(|day| {
                let midnight = config.start + day * DAY;
                total += u64::from(arrivals.on_day(midnight));
                (midnight, total)
            })
            .collect();
        let end = config.start + i64::from(config.days) * DAY;
        let offers = sandbox.prices.iter().filter_map(|price| {
            let (interval, _) = price.recurring?;
            let (id, currency) = (price.id.clone(), price.currency.clone());
            Some((price.id.clone(), Offer { id, currency, unit_amount: price.unit_amount, interval }))
        });
        let offers = offers.collect();
        Self { config, end, catalogue, offers, events: sandbox.drain_events(), days }
    }

    /// How many they are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.days.last().map_or(0, |(_, total)| *total)
    }

    /// The events of the catalogue that they buy from.
    #[must_use]
    pub fn catalogue_events(&self) -> &[Event] {
        &self.events
    }

    /// The life of one of them, counted from 0 in the order in which they signed up.
    #[must_use]
    pub fn life(&self, number: u64) -> Life {
        let mut rng = Rng::new(self.config.seed, number + 1);
        let day = self.days.partition_point(|(_, before)| *before <= number);
        let midnight = self.days.get(day).map_or(self.config.start, |(midnight, _)| *midnight);
        let currency = match rng.weighted(&[70, 22, 8]) {
            0 => Currency::Usd,
            1 => Currency::Eur,
            _ => Currency::Jpy,
        };
        let serial = usize::try_from(number).unwrap_or(usize::MAX);
        let (name, email, _) = identity(&mut rng, currency, serial);
        let source = Source::draw(&mut rng);
        let metadata = source.metadata(&mut rng);
        let phone = rng.chance(0.6).then(|| format!("+1 555 {:03} {:04}", rng.below(1_000), rng.below(10_000)));
        let created = midnight + second_of_day(&mut rng);
        let mut life = Life {
            customer: format!("cus_Pop{number:010}"),
            name,
            email,
            phone,
            created,
            metadata,
            states: Vec::new(),
            payments: Vec::new(),
        };
        // One in twelve only looks.
        if rng.chance(0.92) {
            let kind = match rng.weighted(&KINDS) {
                0 => people::Kind::Individual,
                1 => people::Kind::Coached,
                _ => people::Kind::Organisation,
            };
            // None when the catalogue has no such price, which it has.
            let _ = Course::new(self, &mut rng, kind, currency, created).run(&mut life);
            self.returns(&mut rng, kind, currency, &mut life);
        }
        life
    }

    /// Some of those who left subscribe once more, without a trial.
    fn returns(&self, rng: &mut Rng, kind: people::Kind, currency: Currency, life: &mut Life) {
        let Some(left) = life.states.last().and_then(|state| state.ended_at) else { return };
        if rng.chance(RETURNS) {
            let back = left + rng.between(20 * DAY, 240 * DAY);
            let mut course = Course::new(self, rng, kind, currency, back);
            (course.subscription, course.trial, course.anchor) = (1, None, back);
            let _ = course.run(life);
        }
    }

    fn offer(&self, kind: people::Kind, currency: Currency, level: usize, yearly: bool) -> Option<&Offer> {
        let id = match kind {
            people::Kind::Coached => self.catalogue.coaching(level),
            people::Kind::Organisation => Some(self.catalogue.seat.as_str()),
            _ => self.catalogue.tier(level, currency, yearly),
        };
        self.offers.get(id?)
    }
}

/// A subscription on its way.
struct Course<'a> {
    population: &'a Population,
    rng: &'a mut Rng,
    subscription: u32,
    kind: people::Kind,
    currency: Currency,
    level: usize,
    yearly: bool,
    quantity: i64,
    trial: Option<(i64, i64)>,
    /// When the first paid period began, and how many came after it.
    anchor: i64,
    periods: u32,
}

impl<'a> Course<'a> {
    fn new(population: &'a Population, rng: &'a mut Rng, kind: people::Kind, currency: Currency, created: i64) -> Self {
        let level = rng.weighted(&[50, 35, 15]);
        let yearly = kind == people::Kind::Individual && rng.chance(0.15);
        let quantity = if kind == people::Kind::Organisation { rng.between(5, 60) } else { 1 };
        let begin = created + rng.between(60, 2 * HOUR);
        let trial = (kind == people::Kind::Individual && rng.chance(0.65)).then_some((begin, begin + TRIAL));
        let anchor = trial.map_or(begin, |(_, until)| until);
        Self { population, rng, subscription: 0, kind, currency, level, yearly, quantity, trial, anchor, periods: 0 }
    }

    fn run(mut self, life: &mut Life) -> Option<()> {
        let now = self.population.end;
        let begin = self.trial.map_or(self.anchor, |(from, _)| from);
        if begin >= now {
            return Some(());
        }
        if let Some(trial) = self.trial {
            life.states.push(self.state(begin, "trialing", trial)?);
            if trial.1 >= now {
                return Some(());
            }
            if !self.rng.chance(0.66) {
                let ended = self.state(trial.1, "canceled", trial)?;
                life.states.push(State { canceled_at: Some(trial.1), ended_at: Some(trial.1), ..ended });
                return Some(());
            }
        }
        self.pay_periods(life, now)
    }

    /// From the first paid period until the person leaves or the story ends.
    fn pay_periods(&mut self, life: &mut Life, now: i64) -> Option<()> {
        let mut newest = self.state(self.anchor, "active", self.period())?;
        life.states.push(newest.clone());
        loop {
            let (from, until) = self.period();
            self.collect(life, from)?;
            if until >= now {
                break;
            }
            if self.rng.chance(if self.yearly { 0.25 } else { 0.03 }) {
                let asked = self.rng.between(from, until);
                let reason = self.rng.pick(&["too_expensive", "unused", "switched_service", "other"]).copied();
                let gone = self.state(until, "canceled", (from, until))?;
                life.states.push(State { canceled_at: Some(asked), ended_at: Some(until), reason, ..gone });
                return Some(());
            }
            self.periods += 1;
            let changed = self.changes();
            newest = self.state(until, "active", self.period())?;
            if changed {
                life.states.push(newest.clone());
            }
        }
        // The newest renewal says when the current period ends.
        if life.states.last().is_some_and(|last| last.period != newest.period) {
            life.states.push(newest);
        }
        Some(())
    }

    /// Whether somebody moves to another tier, or an organisation to another size.
    fn changes(&mut self) -> bool {
        if self.kind == people::Kind::Organisation {
            let before = self.quantity;
            if self.rng.chance(0.1) {
                self.quantity = (before + self.rng.between(-6, 12)).max(3);
            }
            return self.quantity != before;
        }
        let before = self.level;
        if self.rng.chance(0.025) {
            self.level = if self.rng.chance(0.7) { (before + 1).min(2) } else { before.saturating_sub(1) };
        }
        self.level != before
    }

    fn collect(&mut self, life: &mut Life, at: i64) -> Option<()> {
        let offer = self.offer()?;
        let (currency, amount) = (offer.currency.clone(), offer.unit_amount * self.quantity);
        if self.rng.chance(0.03) {
            let (subscription, currency) = (self.subscription, currency.clone());
            life.payments.push(Payment { subscription, at, amount, currency, paid: false, refund: None });
        }
        let at = at + 1 + self.rng.between(0, HOUR);
        let refund = self.rng.chance(0.012).then(|| {
            let part = if self.rng.chance(0.6) { amount } else { amount / 2 };
            (part, at + self.rng.between(HOUR, 20 * DAY))
        });
        let refund = refund.filter(|(part, when)| *part > 0 && *when < self.population.end);
        if at < self.population.end {
            let subscription = self.subscription;
            life.payments.push(Payment { subscription, at, amount, currency, paid: true, refund });
        }
        Some(())
    }

    fn offer(&self) -> Option<&'a Offer> {
        self.population.offer(self.kind, self.currency, self.level, self.yearly)
    }

    fn period(&self) -> (i64, i64) {
        let interval = if self.yearly { Interval::Year } else { Interval::Month };
        (interval.after(self.anchor, self.periods), interval.after(self.anchor, self.periods + 1))
    }

    fn state(&self, at: i64, status: &'static str, period: (i64, i64)) -> Option<State> {
        Some(State {
            subscription: self.subscription,
            at,
            status,
            price: self.offer()?.clone(),
            quantity: self.quantity,
            period,
            trial: self.trial,
            canceled_at: None,
            ended_at: None,
            reason: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn population(customers: u32) -> Population {
        Population::new(BusinessConfig { customers, ..BusinessConfig::default() })
    }

    #[test]
    fn a_life_depends_on_its_number_alone() {
        let population = population(3_000);
        assert!((2_900..3_100).contains(&population.count()), "{}", population.count());
        for number in [0, 1, 1_500, population.count() - 1] {
            assert_eq!(population.life(number), population.life(number));
        }
        let created: Vec<i64> = (0..population.count()).map(|n| population.life(n).created / DAY).collect();
        assert!(created.is_sorted(), "people are counted in the order of their days");
    }

    #[test]
    fn lives_are_told_in_order_and_end_before_the_end() {
        let population = population(3_000);
        let lives: Vec<Life> = (0..population.count()).map(|number| population.life(number)).collect();
        for life in &lives {
            assert!(life.states.iter().map(|s| s.at).is_sorted() && life.states.iter().all(|s| s.at < population.end));
            assert!(life.payments.iter().all(|p| p.at < population.end && p.amount > 0));
            assert!(life.states.iter().all(|s| !s.price.id.is_empty() && s.period.0 < s.period.1));
        }
        let ended = lives.iter().filter(|l| l.states.last().is_some_and(|s| s.status == "canceled")).count();
        let paid = lives.iter().filter(|l| !l.payments.is_empty()).count();
        let refunds = lives.iter().flat_map(|l| &l.payments).filter(|p| p.refund.is_some()).count();
        assert!(ended > 500 && paid > 1_500 && refunds > 20, "{ended} {paid} {refunds}");
        let back = lives.iter().filter(|l| l.states.iter().any(|s| s.subscription == 1)).count();
        assert!(back > 50, "{back}");
        let emails: std::collections::HashSet<&str> = lives.iter().map(|l| l.email.as_str()).collect();
        assert_eq!(emails.len(), lives.len());
    }
}
