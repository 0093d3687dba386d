//! What other rules would do to MRR, before they do it: the histories of whom they touch, derived with them and without.

use super::amount::{Catalog, PlanKey};
use super::derive::{History, derive};
use crate::db::{DomainError, Result};
use crate::subscriptions::version::Version;
use chrono::{DateTime, Utc};
use crm_types::plans::MappingChange;
use crm_types::{Currency, Money};
use std::collections::BTreeMap;

/// Customers that are computed for a preview; of more, the first ones stand for the others.
pub(crate) const MOST: i64 = 5_000;
/// Customers whose snapshots are read together.
pub(crate) const TOGETHER: usize = 500;

/// The effect on those who were added so far.
#[derive(Default)]
pub(crate) struct Effect {
    /// MRR of a currency, stream and tier, before and after.
    sums: BTreeMap<(Currency, PlanKey), (i64, i64)>,
    /// Customers whose movements would be corrected.
    pub(crate) rewritten: i64,
}

impl Effect {
    /// Adds a customer: what is, and what would be.
    pub(crate) fn add(&mut self, before: &History, after: &History) {
        self.rewritten += i64::from(before.movements != after.movements);
        self.add_side(before, |(before, _)| before);
        self.add_side(after, |(_, after)| after);
    }

    fn add_side(&mut self, history: &History, side: fn(&mut (i64, i64)) -> &mut i64) {
        for standing in history.standings.values() {
            for (key, minor) in &standing.parts {
                *side(self.sums.entry((standing.body.currency, *key)).or_default()) += minor;
            }
        }
    }

    /// Where MRR would be another.
    pub(crate) fn changes(self) -> Vec<MappingChange> {
        let changes = self.sums.into_iter().filter(|(_, (before, after))| before != after);
        let change = |((currency, (stream, tier)), (before, after))| MappingChange {
            stream,
            tier,
            before: Money::new(before, currency),
            after: Money::new(after, currency),
        };
        changes.map(change).collect()
    }
}

/// A customer's history under such rules. Coaching moves no MRR. `field` is what is to blame when it comes to too much.
pub(crate) fn history(
    versions: &[Version],
    catalog: &Catalog,
    since: DateTime<Utc>,
    field: &'static str,
) -> Result<History> {
    derive(versions, &[], catalog, since).map_err(|error| DomainError::invalid(field, "too_large", error.to_string()))
}
