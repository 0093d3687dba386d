//! How the customers of each month stay, in heads and in MRR.

use super::chain::{Stayed, month_of, next_month};
use super::part::{Part, parts};
use super::retention::share;
use super::scope::{ReportRequest, Scope};
use super::snapshot;
use super::standing::read_tier;
use crate::db::{DomainError, Result};
use crate::mrr::amount::PlanKey;
use crate::row::parse;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::analytics::{GroupBy, Step};
use crm_types::analytics_retention::{Cohort, CohortCell, CohortGroup, CohortReport, CohortsOf};
use crm_types::plans::Stream;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;

/// The most cohorts of one report.
const MOST: usize = 60;

/// The cohorts of the months of a period, from the counts by cohort and month.
pub async fn cohorts(pool: &PgPool, request: ReportRequest, group_by: Option<CohortGroup>) -> Result<CohortReport> {
    if request.interval.is_some_and(|interval| interval != Step::Month) {
        return Err(DomainError::invalid("interval", "out_of_range", "Cohorts are of months."));
    }
    let mut tx = snapshot(pool).await?;
    let request = ReportRequest { interval: Some(Step::Month), ..request };
    let scope = Scope::of_year(&mut tx, request).await?.with_counts(&mut tx).await?;
    let months: Vec<NaiveDate> = scope.steps.iter().map(|step| month_of(step.from)).collect();
    if months.len() > MOST {
        return Err(DomainError::invalid("from", "out_of_range", format!("Ask for at most {MOST} cohorts.")));
    }
    let rows = read(&mut tx, &scope, &months).await?;
    tx.commit().await?;
    let table = |holds: &dyn Fn(&PlanKey, &str) -> bool| of_months(&rows, &months, scope.newest, holds);
    Ok(CohortReport {
        currency: scope.currency,
        from: months.first().copied().unwrap_or(scope.period.from),
        to: months.last().copied().unwrap_or(scope.period.to),
        as_of: scope.as_of,
        cohorts: table(&|_, _| true),
        groups: group_by.map(|by| groups(by, &rows, table)).unwrap_or_default(),
    })
}

/// What a month did to the customers of a cohort who began with a part, from a source.
struct Row {
    cohort: NaiveDate,
    month: NaiveDate,
    plan: PlanKey,
    source: String,
    sum: Stayed,
}

async fn read(db: &mut PgConnection, scope: &Scope, months: &[NaiveDate]) -> Result<Vec<Row>> {
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
    let found = sqlx::query!(
        "SELECT cohort, month, stream, tier, source, started, customers, mrr_minor FROM cohort_monthly
         WHERE currency = $1 AND cohort BETWEEN $2 AND $3",
        scope.currency.code(),
        first,
        last
    )
    .fetch_all(db)
    .await?;
    let mut rows = Vec::with_capacity(found.len());
    for row in found {
        rows.push(Row {
            cohort: row.cohort,
            month: row.month,
            plan: (parse::<Stream>("stream", &row.stream)?, read_tier(&row.tier)?),
            source: row.source,
            sum: Stayed { started: row.started, customers: row.customers, mrr: row.mrr_minor },
        });
    }
    let back = |(currency, cohort, month, plan, source): &(Currency, NaiveDate, NaiveDate, PlanKey, String),
                sum: &Stayed| {
        (*currency == scope.currency && first <= cohort && cohort <= last).then(|| Row {
            cohort: *cohort,
            month: *month,
            plan: *plan,
            source: source.clone(),
            sum: *sum,
        })
    };
    rows.extend(scope.back.stayed.iter().filter_map(|(key, sum)| back(key, sum)));
    Ok(rows)
}

fn of_months(
    rows: &[Row],
    months: &[NaiveDate],
    newest: NaiveDate,
    holds: &dyn Fn(&PlanKey, &str) -> bool,
) -> Vec<Cohort> {
    let mut changes: BTreeMap<(NaiveDate, NaiveDate), Stayed> = BTreeMap::new();
    for row in rows.iter().filter(|row| holds(&row.plan, &row.source)) {
        let sum = changes.entry((row.cohort, row.month)).or_default();
        sum.started += row.sum.started;
        sum.customers += row.sum.customers;
        sum.mrr += row.sum.mrr;
    }
    months.iter().map(|month| cohort(*month, newest, &changes)).collect()
}

fn cohort(cohort: NaiveDate, newest: NaiveDate, changes: &BTreeMap<(NaiveDate, NaiveDate), Stayed>) -> Cohort {
    let of_cohort = changes.range((cohort, NaiveDate::MIN)..=(cohort, NaiveDate::MAX));
    let size = of_cohort.map(|(_, sum)| sum.started).sum();
    let (mut now, mut first_mrr, mut month) = (Stayed::default(), 0, cohort);
    let mut cells = Vec::new();
    for k in 0.. {
        if month > newest {
            break;
        }
        if let Some(change) = changes.get(&(cohort, month)) {
            now.customers += change.customers;
            now.mrr += change.mrr;
        }
        if k == 0 {
            first_mrr = now.mrr;
        }
        cells.push(CohortCell {
            k,
            customers: now.customers,
            mrr: now.mrr,
            customer_retention: share(now.customers, size),
            mrr_retention: share(now.mrr, first_mrr),
            complete: next_month(month) <= newest,
        });
        month = next_month(month);
    }
    Cohort { month: cohort, size, cells }
}

fn groups(
    by: CohortGroup,
    rows: &[Row],
    table: impl Fn(&dyn Fn(&PlanKey, &str) -> bool) -> Vec<Cohort>,
) -> Vec<CohortsOf> {
    let of_parts = |by| {
        let table = |(part, always): (Part, bool)| {
            let cohorts = table(&|plan, _| part.holds(plan.0, plan.1));
            let (key, label) = (part.key().to_owned(), part.label().to_owned());
            (always || cohorts.iter().any(|cohort| cohort.size != 0)).then_some(CohortsOf { key, label, cohorts })
        };
        parts(by).into_iter().filter_map(table).collect()
    };
    match by {
        CohortGroup::Stream => of_parts(GroupBy::Stream),
        CohortGroup::Tier => of_parts(GroupBy::Tier),
        CohortGroup::Source => {
            let mut sizes: BTreeMap<&str, i64> = BTreeMap::new();
            for row in rows {
                *sizes.entry(&row.source).or_default() += row.sum.started;
            }
            let mut sources: Vec<(&str, i64)> = sizes.into_iter().filter(|(_, size)| *size != 0).collect();
            // Where most came from first; those of whom it is not known last.
            sources.sort_by_key(|(source, size)| (source.is_empty(), -*size, *source));
            let of_source = |(source, _): (&str, i64)| CohortsOf {
                key: source.to_owned(),
                label: if source.is_empty() { "Unknown".to_owned() } else { source.to_owned() },
                cohorts: table(&|_, of| of == source),
            };
            sources.into_iter().map(of_source).collect()
        }
    }
}
