//! The ledger by day, added up by step: what there was before, and what each step moved.

use super::converted::Converted;
use super::scope::Scope;
use super::standing::read_tier;
use crate::db::Result;
use crate::exchange_rates::DayMove;
use crate::mrr::amount::PlanKey;
use crate::row::parse;
use chrono::NaiveDate;
use crm_types::exchange_rates::RateUse;
use crm_types::mrr::MovementType;
use crm_types::plans::{Stream, Tier};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// Amount and number of movements.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Moved {
    pub minor: i64,
    pub count: i64,
}

/// What was moved before the first step (0) and in each (from 1). A row of no known type counts to start and end alone, so that
/// what is left of the waterfall tells of it.
#[derive(Debug)]
pub(super) struct Moves {
    rows: Vec<(usize, Option<MovementType>, PlanKey, Moved)>,
    /// How other currencies were converted, where they were.
    pub converted: Option<Converted>,
}

impl Moves {
    /// Reads the steps of the scope. Start and end are sums of the same rows as what is between them.
    pub(super) async fn read(db: &mut PgConnection, scope: &Scope) -> Result<Self> {
        let starts: Vec<NaiveDate> = scope.steps.iter().map(|step| step.from).collect();
        if scope.converted {
            let converted = Converted::read(db, scope.currency, scope.period, scope.as_of).await?;
            let row = |m: &DayMove| {
                let moved = Moved { minor: m.minor, count: m.count };
                (starts.partition_point(|start| *start <= m.day), m.movement, m.part, moved)
            };
            return Ok(Self { rows: converted.moves.iter().map(row).collect(), converted: Some(converted) });
        }
        let rows = sqlx::query!(
            r#"SELECT width_bucket(day, $3::date[]) AS "step!", movement AS "movement!", stream AS "stream!", tier AS "tier!",
                      sum(amount_minor)::bigint AS "minor!", sum(movements)::bigint AS "count!"
               FROM mrr_daily_since($1, ($3::date[])[1], $2) WHERE day <= $4 GROUP BY 1, 2, 3, 4"#,
            scope.currency.code(),
            scope.as_of,
            &starts,
            scope.period.to
        )
        .fetch_all(db)
        .await?;
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            let part: PlanKey = (parse::<Stream>("stream", &row.stream)?, read_tier(&row.tier)?);
            let moved = Moved { minor: row.minor, count: row.count };
            read.push((usize::try_from(row.step).unwrap_or(0), row.movement.parse().ok(), part, moved));
        }
        Ok(Self { rows: read, converted: None })
    }

    /// The rates that were used, where anything was converted.
    pub(super) fn rates(&self) -> Option<Vec<RateUse>> {
        self.converted.as_ref().map(|converted| converted.used.told())
    }

    /// MRR before a step (counted from 0) of certain parts.
    pub(super) fn before(&self, step: usize, holds: impl Fn(Stream, Option<Tier>) -> bool) -> i64 {
        self.rows
            .iter()
            .filter(|(i, _, part, _)| *i <= step && holds(part.0, part.1))
            .map(|(.., moved)| moved.minor)
            .sum()
    }

    /// Where anything was moved within the steps, each once.
    pub(super) fn cells(&self) -> BTreeSet<(MovementType, Stream, Option<Tier>)> {
        let within = self.rows.iter().filter(|(step, .., moved)| *step > 0 && moved.count != 0);
        within.filter_map(|(_, movement, part, _)| Some(((*movement)?, part.0, part.1))).collect()
    }

    /// What steps (counted from 0) moved by one type.
    pub(super) fn of(
        &self,
        steps: std::ops::Range<usize>,
        movement: MovementType,
        holds: impl Fn(Stream, Option<Tier>) -> bool,
    ) -> Moved {
        let mut sum = Moved::default();
        for (i, of, part, moved) in &self.rows {
            if *of == Some(movement) && i.checked_sub(1).is_some_and(|i| steps.contains(&i)) && holds(part.0, part.1) {
                sum.minor += moved.minor;
                sum.count += moved.count;
            }
        }
        sum
    }
}
