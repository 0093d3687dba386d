//! What explains the change of MRR between two dates: by stream or tier and by type of movement, with who moved most.

use super::moves::Moves;
use super::part::{Part, parts};
use super::scope::{ReportRequest, Scope};
use super::snapshot;
use super::standing::read_tier;
use crate::db::Result;
use crate::row::parse;
use chrono::NaiveDate;
use crm_types::analytics::{GroupBy, Step};
use crm_types::analytics_streams::{BridgeCell, BridgeCustomer, BridgeReport, BridgeSegment};
use crm_types::ids::CustomerId;
use crm_types::mrr::MovementType;
use crm_types::plans::{Stream, Tier};
use crm_types::{Currency, Money};
use sqlx::{PgConnection, PgPool};

/// The bridge of a period. Each segment adds up by itself, and all of them to MRR.
pub async fn bridge(pool: &PgPool, request: ReportRequest, group_by: GroupBy) -> Result<BridgeReport> {
    let mut tx = snapshot(pool).await?;
    // Steps only cut the period for reading.
    let scope = Scope::of_days(&mut tx, ReportRequest { interval: Some(Step::Month), ..request }).await?;
    let moves = Moves::read(&mut tx, &scope).await?;
    let largest = largest(&mut tx, &scope, &moves).await?;
    tx.commit().await?;
    let money = |minor| Money::new(minor, scope.currency);
    let all = scope.steps.len();
    let segment = |(part, always): (Part, bool)| {
        let holds = |stream, tier| part.holds(stream, tier);
        let (start, end) = (moves.before(0, holds), moves.before(all, holds));
        let cell = |movement: &MovementType| {
            let moved = moves.of(0..all, *movement, holds);
            let mut customers: Vec<&Largest> =
                largest.iter().filter(|l| l.movement == *movement && part.holds(l.stream, l.tier)).collect();
            customers.sort_by_key(|l| (std::cmp::Reverse(l.minor.unsigned_abs()), l.customer));
            let customers = customers.into_iter().take(SHOWN as usize);
            BridgeCell {
                movement: *movement,
                amount: money(moved.minor),
                count: moved.count,
                customers: customers
                    .map(|l| BridgeCustomer { id: l.customer, name: l.name.clone(), amount: money(l.minor) })
                    .collect(),
            }
        };
        let cells: Vec<BridgeCell> = MovementType::ALL.iter().map(cell).collect();
        let moved: i64 = cells.iter().map(|cell| cell.amount.minor).sum();
        let empty = start == 0 && end == 0 && cells.iter().all(|cell| cell.count == 0);
        (always || !empty).then(|| BridgeSegment {
            key: part.key().to_owned(),
            label: part.label().to_owned(),
            stream: part.stream(),
            tier: part.tier(),
            start: money(start),
            cells,
            end: money(end),
            difference: money(end - start - moved),
        })
    };
    let segments: Vec<BridgeSegment> = parts(group_by).into_iter().filter_map(segment).collect();
    let (start, end) = (moves.before(0, |_, _| true), moves.before(all, |_, _| true));
    let moved: i64 = segments.iter().flat_map(|s| &s.cells).map(|cell| cell.amount.minor).sum();
    Ok(BridgeReport {
        currency: scope.currency,
        from: scope.period.from,
        to: scope.period.to,
        as_of: scope.as_of,
        start: money(start),
        end: money(end),
        difference: money(end - start - moved),
        segments,
        rates: moves.rates(),
    })
}

/// So many customers are shown for each cell.
const SHOWN: i64 = 3;

struct Largest {
    movement: MovementType,
    stream: Stream,
    tier: Option<Tier>,
    customer: CustomerId,
    name: String,
    minor: i64,
    day: NaiveDate,
}

/// The largest movements of each cell that has any, by where most of them is; of all currencies, each by the rate of its day,
/// where amounts are converted.
async fn largest(db: &mut PgConnection, scope: &Scope, moves: &Moves) -> Result<Vec<Largest>> {
    let Some(converted) = &moves.converted else { return largest_in(db, scope, moves, scope.currency).await };
    let mut all = Vec::new();
    for currency in &converted.currencies {
        for one in largest_in(db, scope, moves, *currency).await? {
            all.push(Largest { minor: converted.rates.convert(one.minor, *currency, one.day)?, ..one });
        }
    }
    Ok(all)
}

/// Those in one currency. Read from the index of the cell, within the days of the period.
async fn largest_in(db: &mut PgConnection, scope: &Scope, moves: &Moves, currency: Currency) -> Result<Vec<Largest>> {
    let cells = moves.cells();
    let rows = sqlx::query!(
        r#"SELECT cell.movement AS "movement!", cell.stream AS "stream!", cell.tier AS "tier!", top.customer_id AS "customer!",
                  customer_called(c) AS "name!", top.amount_minor AS "minor!", account_day(top.occurred_at) AS "day!"
           FROM unnest($5::text[], $6::text[], $7::text[]) AS cell (movement, stream, tier)
           CROSS JOIN LATERAL (
               -- Sorted from the index alone; whether one was reversed is asked of the first of them. As many of them may have been as
               -- there are reversals, which are of the same cell and time.
               SELECT sorted.id FROM (
                   SELECT m.id, m.amount_minor FROM mrr_movements m
                   WHERE m.currency = $1 AND m.movement = cell.movement AND m.stream = cell.stream AND coalesce(m.tier, '') = cell.tier
                     AND m.occurred_at >= account_day_start($2) AND m.occurred_at < account_day_start($3::date + 1)
                     AND m.reverses IS NULL AND m.recorded_at <= coalesce($4::timestamptz, 'infinity')
                   ORDER BY abs(m.amount_minor) DESC, m.id
                   LIMIT $8 + (SELECT count(*) FROM mrr_movements r
                               WHERE r.currency = $1 AND r.movement = cell.movement AND r.stream = cell.stream AND coalesce(r.tier, '') = cell.tier
                                 AND r.occurred_at >= account_day_start($2) AND r.occurred_at < account_day_start($3::date + 1)
                                 AND r.reverses IS NOT NULL)) AS sorted
               WHERE NOT EXISTS (SELECT FROM mrr_movements r
                                 WHERE r.reverses = sorted.id AND r.recorded_at <= coalesce($4::timestamptz, 'infinity'))
               LIMIT $8) AS chosen
           JOIN mrr_movements top ON top.id = chosen.id
           JOIN customers c ON c.id = top.customer_id"#,
        currency.code(),
        scope.period.from,
        scope.period.to,
        scope.as_of,
        &cells.iter().map(|(movement, ..)| movement.as_str()).collect::<Vec<_>>() as &[&str],
        &cells.iter().map(|(_, stream, _)| stream.as_str()).collect::<Vec<_>>() as &[&str],
        &cells.iter().map(|(.., tier)| tier.map_or("", |tier| tier.as_str())).collect::<Vec<_>>() as &[&str],
        SHOWN
    )
    .fetch_all(db)
    .await?;
    let largest = rows.into_iter().map(|row| {
        Ok(Largest {
            movement: parse("movement", &row.movement)?,
            stream: parse("stream", &row.stream)?,
            tier: read_tier(&row.tier)?,
            customer: CustomerId(row.customer),
            name: row.name,
            minor: row.minor,
            day: row.day,
        })
    });
    Ok(largest.collect::<sqlx::Result<_>>()?)
}

#[cfg(test)]
#[path = "bridge_tests.rs"]
mod tests;
