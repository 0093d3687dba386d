//! How the clients of a coach were over time: a pure count over who was coached when and how their MRR moved.

use chrono::{DateTime, NaiveDate, Utc};
use crm_types::coaching::{CoachMonth, CoachMonths};
use crm_types::{Currency, Money};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// That a client was coached, half-open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Coached {
    pub client: Uuid,
    pub from: DateTime<Utc>,
    pub to: Option<DateTime<Utc>>,
}

/// A movement of a client's MRR.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Moved {
    pub client: Uuid,
    pub currency: Currency,
    pub at: DateTime<Utc>,
    pub amount: i64,
}

/// What clients pay a month at an instant: by client, and there by currency.
type Paid = HashMap<Uuid, BTreeMap<Currency, i64>>;

/// Counts `months`: the first day of each and the instant at which it begins; the last one ends `now`.
pub(super) fn months(
    coached: &[Coached],
    moved: &[Moved],
    months: &[(NaiveDate, DateTime<Utc>)],
    now: DateTime<Utc>,
) -> CoachMonths {
    let instants = months.iter().map(|(_, from)| *from).chain(std::iter::once(now));
    let states: Vec<(BTreeSet<Uuid>, Paid)> =
        instants.map(|at| (coached_before(coached, at), paid_before(moved, at))).collect();
    let counted = states.windows(2).zip(months).filter_map(|(pair, (month, _))| match pair {
        [start, end] => Some(counted(*month, start, end)),
        _ => None,
    });
    let (paying_at_start, still_paying) = match (states.first(), states.last()) {
        (Some(start), Some(end)) => kept(start, end),
        _ => (0, 0),
    };
    let months = counted.collect();
    CoachMonths { months, paying_at_start, still_paying, retention: rate(still_paying, paying_at_start) }
}

fn counted(month: NaiveDate, start: &(BTreeSet<Uuid>, Paid), end: &(BTreeSet<Uuid>, Paid)) -> CoachMonth {
    let (clients, paid) = end;
    let paying: Vec<&BTreeMap<Currency, i64>> = clients.iter().filter_map(|client| paid.get(client)).collect();
    let mut mrr: BTreeMap<Currency, i64> = BTreeMap::new();
    for (currency, minor) in paying.iter().copied().flatten() {
        *mrr.entry(*currency).or_default() += minor;
    }
    let (paying_at_start, still_paying) = kept(start, end);
    CoachMonth {
        month,
        clients: count(clients.len()),
        paying_clients: count(paying.len()),
        mrr: mrr.into_iter().map(|(currency, minor)| Money::new(minor, currency)).collect(),
        paying_at_start,
        still_paying,
        retention: rate(still_paying, paying_at_start),
    }
}

/// Who was coached and paid at the start, and how many of them pay at the end.
fn kept((clients, paid): &(BTreeSet<Uuid>, Paid), (_, then): &(BTreeSet<Uuid>, Paid)) -> (i64, i64) {
    let paying: HashSet<&Uuid> = clients.iter().filter(|client| paid.contains_key(client)).collect();
    (count(paying.len()), count(paying.iter().filter(|client| then.contains_key(**client)).count()))
}

/// Who was coached just before an instant.
fn coached_before(coached: &[Coached], at: DateTime<Utc>) -> BTreeSet<Uuid> {
    coached.iter().filter(|c| c.from < at && c.to.is_none_or(|to| to >= at)).map(|c| c.client).collect()
}

/// What whoever paid something then paid.
fn paid_before(moved: &[Moved], at: DateTime<Utc>) -> Paid {
    let mut paid = Paid::new();
    for m in moved.iter().filter(|m| m.at < at) {
        *paid.entry(m.client).or_default().entry(m.currency).or_default() += m.amount;
    }
    for of_client in paid.values_mut() {
        of_client.retain(|_, minor| *minor != 0);
    }
    paid.retain(|_, of_client| !of_client.is_empty());
    paid
}

fn rate(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "portfolio_tests.rs"]
mod tests;
