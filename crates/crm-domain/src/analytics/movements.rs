//! From the MRR at the start to the MRR at the end, by type of movement.

use super::moves::Moves;
use super::scope::{ReportRequest, Scope};
use super::snapshot;
use crate::db::Result;
use crm_types::Money;
use crm_types::analytics::{MovementStep, MovementSummary, MovementTotal};
use crm_types::mrr::MovementType;
use sqlx::PgPool;
use std::ops::Range;

/// The waterfall of a period, and of each step when an interval is asked for. Start, end and each type are summed up on their
/// own, and the difference is what is left.
pub async fn movements(pool: &PgPool, request: ReportRequest) -> Result<MovementSummary> {
    let mut tx = snapshot(pool).await?;
    let scope = Scope::of_days(&mut tx, request).await?;
    let moves = Moves::read(&mut tx, &scope).await?;
    tx.commit().await?;
    let money = |minor| Money::new(minor, scope.currency);
    let totals = |steps: Range<usize>| -> Vec<MovementTotal> {
        let total = |movement: &MovementType| {
            let moved = moves.of(steps.clone(), *movement, |_, _| true);
            MovementTotal { movement: *movement, amount: money(moved.minor), count: moved.count }
        };
        MovementType::ALL.iter().map(total).collect()
    };
    let at = |step| moves.before(step, |_, _| true);
    let steps = match request.interval {
        None => Vec::new(),
        Some(_) => scope.steps.iter().enumerate().collect(),
    };
    let steps = steps.into_iter().map(|(i, step)| MovementStep {
        from: step.from,
        to: step.to,
        start: money(at(i)),
        movements: totals(i..i + 1),
        end: money(at(i + 1)),
    });
    let (steps, movements) = (steps.collect(), totals(0..scope.steps.len()));
    let (start, end) = (at(0), at(scope.steps.len()));
    let moved: i64 = movements.iter().map(|total| total.amount.minor).sum();
    Ok(MovementSummary {
        currency: scope.currency,
        from: scope.period.from,
        to: scope.period.to,
        start: money(start),
        movements,
        end: money(end),
        difference: money(end - start - moved),
        as_of: scope.as_of,
        rates: moves.rates(),
        steps,
    })
}
