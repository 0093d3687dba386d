//! Churn and retention, of a period and of its steps.

use super::chain::{Kept, Paying};
use super::moves::Moves;
use super::part::{Part, parts};
use super::scope::{ReportRequest, Scope};
use super::standing::{KeptBy, PayingAt, kept_in, sum_of};
use super::{Period, snapshot};
use crate::db::Result;
use crm_types::Money;
use crm_types::analytics::GroupBy;
use crm_types::analytics_retention::{ChurnReport, Retention, RetentionGroup, RetentionStep};
use crm_types::mrr::MovementType;
use sqlx::PgPool;
use std::ops::Range;

/// Who stayed and who left in a period and in each of its steps, and by stream or tier.
///
/// Whole months are read from the months' counts; other days from their own movements, at most 92 days of them.
pub async fn churn(pool: &PgPool, request: ReportRequest, group_by: Option<GroupBy>) -> Result<ChurnReport> {
    let mut tx = snapshot(pool).await?;
    let scope = Scope::of_year(&mut tx, request).await?.with_counts(&mut tx).await?;
    let periods: Vec<Period> = [scope.period].into_iter().chain(scope.steps.iter().copied()).collect();
    let kept = kept_in(&mut tx, &scope, &periods).await?;
    let days = periods.iter().flat_map(|period| [period.day_before(), period.to]).collect();
    let read = Read {
        paying: PayingAt::read(&mut tx, &scope, days).await?,
        moves: Moves::read(&mut tx, &scope).await?,
        kept,
        scope,
    };
    tx.commit().await?;
    let groups =
        group_by.map(parts).unwrap_or_default().into_iter().filter_map(|(part, always)| read.group(part, always));
    Ok(ChurnReport {
        currency: read.scope.currency,
        from: read.scope.period.from,
        to: read.scope.period.to,
        interval: read.scope.interval,
        as_of: read.scope.as_of,
        total: read.total(None),
        steps: read.steps(None),
        groups: groups.collect(),
    })
}

struct Read {
    scope: Scope,
    paying: PayingAt,
    moves: Moves,
    /// Of the period, then of each step.
    kept: Vec<KeptBy>,
}

impl Read {
    fn total(&self, part: Option<Part>) -> Retention {
        self.figures(self.scope.period, 0..self.scope.steps.len(), self.kept.first(), part)
    }

    fn steps(&self, part: Option<Part>) -> Vec<RetentionStep> {
        let of_steps = self.scope.steps.iter().zip(self.kept.iter().skip(1)).enumerate();
        let steps = of_steps.map(|(i, (step, kept))| RetentionStep {
            from: step.from,
            to: step.to,
            complete: self.scope.is_complete(*step),
            figures: self.figures(*step, i..i + 1, Some(kept), part),
        });
        steps.collect()
    }

    fn group(&self, part: Part, always: bool) -> Option<RetentionGroup> {
        let total = self.total(Some(part));
        let empty = total.start_customers == 0 && total.end_customers == 0 && total.new.minor == 0;
        (always || !empty).then(|| RetentionGroup {
            key: part.key().to_owned(),
            label: part.label().to_owned(),
            total,
            steps: self.steps(Some(part)),
        })
    }

    fn figures(&self, period: Period, steps: Range<usize>, kept: Option<&KeptBy>, part: Option<Part>) -> Retention {
        let holds = |stream, tier| part.is_none_or(|part| part.holds(stream, tier));
        let moved = |movement| self.moves.of(steps.clone(), movement, holds).minor;
        let none = KeptBy::new();
        let of = Figures {
            start: self.paying.at_end_of(period.day_before(), |at| holds(at.stream, at.tier)),
            end: self.paying.at_end_of(period.to, |at| holds(at.stream, at.tier)),
            kept: sum_of(kept.unwrap_or(&none), |at| holds(at.stream, at.tier)),
            start_mrr: self.moves.before(steps.start, holds),
            end_mrr: self.moves.before(steps.end, holds),
            new: moved(MovementType::New),
            reactivation: moved(MovementType::Reactivation),
            expansion: moved(MovementType::Expansion),
            contraction: moved(MovementType::Contraction),
            churn: moved(MovementType::Churn),
        };
        of.rates(|minor| Money::new(minor, self.scope.currency))
    }
}

/// What rates are made of. MRR and movements are of what is paid for; `start`, `end` and `kept` are of customers, who belong
/// where most of what they pay for is. Of everybody, both are the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    pub start: Paying,
    pub end: Paying,
    pub kept: Kept,
    pub start_mrr: i64,
    pub end_mrr: i64,
    pub new: i64,
    pub reactivation: i64,
    pub expansion: i64,
    pub contraction: i64,
    pub churn: i64,
}

impl Figures {
    pub(super) fn rates(&self, money: impl Fn(i64) -> Money) -> Retention {
        let (lost, won) = (-(self.churn + self.contraction), self.expansion + self.reactivation);
        let (retained, kept) = (self.start.mrr + self.kept.retained, self.start.mrr + self.kept.kept);
        Retention {
            start_customers: self.start.customers,
            churned_customers: self.kept.churned,
            end_customers: self.end.customers,
            customer_churn_rate: share(self.kept.churned, self.start.customers),
            start_mrr: money(self.start_mrr),
            new: money(self.new),
            reactivation: money(self.reactivation),
            expansion: money(self.expansion),
            contraction: money(self.contraction),
            churn: money(self.churn),
            end_mrr: money(self.end_mrr),
            gross_mrr_churn_rate: share(lost, self.start_mrr),
            net_mrr_churn_rate: share(lost - won, self.start_mrr),
            retained_mrr: money(retained),
            kept_mrr: money(kept),
            nrr: share(retained, self.start.mrr),
            grr: share(kept, self.start.mrr),
            quick_ratio: share(self.new + won, lost),
        }
    }
}

/// A part of a whole; none when there is nothing to have a part of.
pub(super) fn share(part: i64, whole: i64) -> Option<f64> {
    // Exact in a float up to 2^53 minor units.
    (whole > 0).then(|| part as f64 / whole as f64)
}

#[cfg(test)]
#[path = "retention_tests.rs"]
mod tests;
