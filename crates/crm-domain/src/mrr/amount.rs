//! What a subscription is worth a month: exact, rounded once, divided by stream and tier.

use crate::exact::{Exact, largest_remainder, parse_decimal, round_half_away};
use crate::subscriptions::version::{Item, Snapshot};
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::plans::{Interval, Stream, Tier};
use crm_types::settings::CancellationPolicy;
use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Where an amount belongs.
pub type PlanKey = (Stream, Option<Tier>);

/// The account's policies that decide what MRR counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// `forever` coupons reduce MRR.
    pub discounts_forever: bool,
    /// `once` and `repeating` coupons reduce MRR.
    pub discounts_limited: bool,
    /// When a cancellation counts.
    pub cancellation: CancellationPolicy,
}

impl Default for Policy {
    fn default() -> Self {
        Self { discounts_forever: true, discounts_limited: false, cancellation: CancellationPolicy::PeriodEnd }
    }
}

/// Stripe's coupon in our normal form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coupon {
    /// Percent as a decimal, such as `25.5`.
    pub percent_off: Option<String>,
    /// Minor units off each invoice, by currency.
    #[serde(default)]
    pub amounts_off: Vec<(Currency, i64)>,
    /// `forever`, `once` or `repeating`.
    pub duration: String,
}

/// Everything outside the subscription that its MRR depends on.
#[derive(Debug, Default)]
pub struct Catalog {
    /// The mapping of each price.
    pub prices: HashMap<String, PlanKey>,
    /// The coupon behind each discount id.
    pub discounts: HashMap<String, Coupon>,
    /// The account's policies.
    pub policy: Policy,
}

/// An amount that does not fit; the event that carries it is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the subscription's monthly amount is too large to count")]
pub struct Overflow;

/// The most minor units a month that a subscription may be worth: ten trillion dollars. Sums of it fit into an `i64`.
const MOST: i128 = 1_000_000_000_000_000;

/// Refuses a subscription whose full monthly amount is beyond counting, before it becomes a fact.
pub fn check(snapshot: &Snapshot) -> Result<(), Overflow> {
    let amounts: Option<Vec<Exact>> = snapshot.items.iter().map(item_monthly).collect();
    let total = amounts.as_deref().and_then(sum).ok_or(Overflow)?;
    if total <= Ratio::from_integer(MOST) { Ok(()) } else { Err(Overflow) }
}

/// Whether a subscription in this state counts at all.
pub fn counts(snapshot: &Snapshot, policy: &Policy) -> bool {
    let requested = snapshot.cancel_at_period_end || snapshot.cancel_at.is_some();
    matches!(snapshot.status.as_str(), "active" | "past_due")
        && !snapshot.paused
        && !(requested && policy.cancellation == CancellationPolicy::Request)
}

/// MRR by stream and tier, in minor units of the subscription's currency; parts of 0 are left out.
///
/// Year / 12, month / n, week x 52/12, day x 365/12; percent discounts first, then amounts; metered, tiered and
/// unmapped prices count 0. Source: docs/METRICS.md, "MRR".
pub fn monthly(snapshot: &Snapshot, catalog: &Catalog) -> Result<Vec<(PlanKey, i64)>, Overflow> {
    if !counts(snapshot, &catalog.policy) {
        return Ok(Vec::new());
    }
    let amounts = after_discounts(snapshot, catalog)?;
    let mut parts: Vec<(PlanKey, Exact)> = Vec::new();
    for (item, amount) in snapshot.items.iter().zip(amounts) {
        let Some(key) = catalog.prices.get(&item.price) else { continue };
        match parts.iter_mut().find(|(k, _)| k == key) {
            Some((_, sum)) => *sum = sum.checked_add(&amount).ok_or(Overflow)?,
            None => parts.push((*key, amount)),
        }
    }
    parts.sort_by_key(|(key, _)| *key);
    let shares: Vec<Exact> = parts.iter().map(|(_, share)| *share).collect();
    let total = sum(&shares).and_then(round_half_away).ok_or(Overflow)?;
    let minors = largest_remainder(total, &shares);
    Ok(parts.into_iter().map(|(key, _)| key).zip(minors).filter(|(_, minor)| *minor != 0).collect())
}

/// What each item adds to MRR, in the order of the items: they add up to `parts`, which are what [`monthly`] gave.
pub fn shares(snapshot: &Snapshot, catalog: &Catalog, parts: &[(PlanKey, i64)]) -> Result<Vec<i64>, Overflow> {
    let mut shares = vec![0; snapshot.items.len()];
    if parts.is_empty() {
        return Ok(shares);
    }
    let amounts = after_discounts(snapshot, catalog)?;
    for (key, minor) in parts {
        let of_part = snapshot.items.iter().zip(&amounts).zip(&mut shares);
        let of_part = of_part.filter(|((item, _), _)| catalog.prices.get(&item.price) == Some(key));
        let (exact, slots): (Vec<Exact>, Vec<&mut i64>) = of_part.map(|((_, amount), slot)| (*amount, slot)).unzip();
        for (slot, share) in slots.into_iter().zip(largest_remainder(*minor, &exact)) {
            *slot = share;
        }
    }
    Ok(shares)
}

/// Each item's monthly amount, less what coupons take off it.
fn after_discounts(snapshot: &Snapshot, catalog: &Catalog) -> Result<Vec<Exact>, Overflow> {
    let mut amounts = Vec::with_capacity(snapshot.items.len());
    for item in &snapshot.items {
        let coupons = applicable(&item.discounts, catalog);
        let full = item_monthly(item).ok_or(Overflow)?;
        amounts.push(
            discounted(vec![full], &coupons, item, snapshot.currency)
                .ok_or(Overflow)?
                .first()
                .copied()
                .unwrap_or_default(),
        );
    }
    if let Some(first) = snapshot.items.first() {
        let coupons = applicable(&snapshot.discounts, catalog);
        amounts = discounted(amounts, &coupons, first, snapshot.currency).ok_or(Overflow)?;
    }
    Ok(amounts)
}

/// Months in a billing period, as a fraction: 12 for a year, 12/52 for a week.
fn months(interval: Interval, count: i32) -> Exact {
    let n = i128::from(count.max(1));
    match interval {
        Interval::Year => Ratio::from_integer(12 * n),
        Interval::Month => Ratio::from_integer(n),
        Interval::Week => Ratio::new(12 * n, 52),
        Interval::Day => Ratio::new(12 * n, 365),
    }
}

fn item_monthly(item: &Item) -> Option<Exact> {
    if item.metered || item.unit_amount.is_none() {
        return Some(Ratio::from_integer(0));
    }
    charge(item)?.checked_div(&months(item.interval, item.interval_count))
}

/// What the item costs each time, before discounts; none for what is metered or tiered.
pub fn charge(item: &Item) -> Option<Exact> {
    let unit = item.unit_amount.as_deref().filter(|_| !item.metered)?;
    let unit = parse_decimal(unit)?;
    let quantity = match item.transform {
        Some(t) if t.divide_by > 0 => {
            let whole = item.quantity / t.divide_by;
            whole + i64::from(t.round_up && item.quantity % t.divide_by != 0)
        }
        _ => item.quantity,
    };
    unit.checked_mul(&Ratio::from_integer(i128::from(quantity.max(0))))
}

fn sum(amounts: &[Exact]) -> Option<Exact> {
    amounts.iter().try_fold(Ratio::from_integer(0), |total, amount| total.checked_add(amount))
}

fn applicable<'a>(ids: &[String], catalog: &'a Catalog) -> Vec<&'a Coupon> {
    ids.iter()
        .filter_map(|id| catalog.discounts.get(id))
        .filter(|coupon| match coupon.duration.as_str() {
            "forever" => catalog.policy.discounts_forever,
            _ => catalog.policy.discounts_limited,
        })
        .collect()
}

/// Applies coupons to amounts that are invoiced together: percents to each, amounts in proportion, never below 0.
fn discounted(mut amounts: Vec<Exact>, coupons: &[&Coupon], item: &Item, currency: Currency) -> Option<Vec<Exact>> {
    let zero = Ratio::from_integer(0);
    for percent in coupons.iter().filter_map(|c| c.percent_off.as_deref()) {
        let keep = (Ratio::from_integer(100) - parse_decimal(percent)?).max(zero) / Ratio::from_integer(100);
        for amount in &mut amounts {
            *amount = amount.checked_mul(&keep)?;
        }
    }
    for coupon in coupons {
        let Some((_, off)) = coupon.amounts_off.iter().find(|(c, _)| *c == currency) else { continue };
        let total = sum(&amounts)?;
        if total <= zero {
            continue;
        }
        let off = Ratio::from_integer(i128::from(*off)).checked_div(&months(item.interval, item.interval_count))?;
        let keep = total.checked_sub(&off)?.max(zero).checked_div(&total)?;
        for amount in &mut amounts {
            *amount = amount.checked_mul(&keep)?;
        }
    }
    Some(amounts)
}

/// When the cancellation that is set will take effect.
pub fn scheduled_end(snapshot: &Snapshot) -> Option<DateTime<Utc>> {
    snapshot.cancel_at.or(if snapshot.cancel_at_period_end { snapshot.period_end } else { None })
}

#[cfg(test)]
#[path = "amount_tests.rs"]
pub(crate) mod tests;
