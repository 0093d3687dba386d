//! What the forecast is told: cohorts and MRR from the rollups, never from history.

use super::known::{Known, MonthFlow};
use super::month::Month;
use super::project::Flow;
use super::told;
use crate::analytics::{AsOf, counts, known_until};
use crate::db::{DomainError, Result};
use crate::row::parse;
use crate::settings;
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::analytics_forecast::ForecastReport;
use crm_types::analytics_retention::{Cohort, CohortCell, CohortsOf};
use crm_types::plans::{Stream, Tier};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;

/// Discounts for a year that make sense, in basis points.
const DISCOUNTS: std::ops::RangeInclusive<i32> = 100..=10_000;

/// MRR in the months to come and what customers are worth, in a currency or the reporting currency, by what was written down
/// by a time. A payment is worth `discount_bp` less for each year that it is later.
pub async fn forecast(
    pool: &PgPool,
    as_of: Option<AsOf>,
    currency: Option<Currency>,
    discount_bp: i32,
) -> Result<ForecastReport> {
    if !DISCOUNTS.contains(&discount_bp) {
        return Err(DomainError::invalid(
            "discount_bp",
            "out_of_range",
            "Discount by 1 % to 100 % a year: 100 to 10000.",
        ));
    }
    let mut tx = pool.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let currency = match currency {
        Some(currency) => currency,
        None => settings::find(&mut *tx).await?.reporting_currency,
    };
    let (as_of, newest) = known_until(&mut tx, as_of).await?;
    // The month of the newest day is not over.
    let until = Month::of(newest).plus(-1);
    let changes = cohorts(&mut tx, currency, until, as_of).await?;
    let months = months(&mut tx, currency, until, as_of).await?;
    tx.commit().await?;
    Ok(ForecastReport { as_of, ..told::report_of(known(currency, until, &changes, &months), discount_bp) })
}

/// What a month did to a cohort.
struct CohortChange {
    cohort: Month,
    month: Month,
    plan: &'static Plan,
    started: i64,
    customers: i64,
    mrr: i64,
}

/// What a month did to MRR.
struct MonthChange {
    month: Month,
    plan: &'static Plan,
    mrr: i64,
    flow: Flow,
}

/// What customers begin with: individuals by tier, coaching and B2B.
#[derive(Debug, PartialEq, Eq)]
struct Plan {
    key: &'static str,
    label: &'static str,
}

/// In the order in which they are shown.
static PLANS: [Plan; 6] = [
    Plan { key: "tier1", label: "Basic" },
    Plan { key: "tier2", label: "Standard" },
    Plan { key: "tier3", label: "Premium" },
    Plan { key: "rev1_individual", label: "REV 1 without tier" },
    Plan { key: "rev2_coaching", label: "REV 2 Coaching" },
    Plan { key: "rev3_b2b", label: "REV 3 B2B" },
];

fn plan(stream: &str, tier: &str) -> Result<&'static Plan> {
    let stream: Stream = parse("stream", stream)?;
    let tier = if tier.is_empty() { None } else { Some(parse::<Tier>("tier", tier)?) };
    Ok(plan_of(stream, tier))
}

fn plan_of(stream: Stream, tier: Option<Tier>) -> &'static Plan {
    let [basic, standard, premium, without, coaching, b2b] = &PLANS;
    match (stream, tier) {
        (Stream::Rev1Individual, Some(Tier::Tier1)) => basic,
        (Stream::Rev1Individual, Some(Tier::Tier2)) => standard,
        (Stream::Rev1Individual, Some(Tier::Tier3)) => premium,
        (Stream::Rev1Individual, None) => without,
        (Stream::Rev2Coaching, _) => coaching,
        (Stream::Rev3B2b, _) => b2b,
    }
}

async fn cohorts(
    db: &mut PgConnection,
    currency: Currency,
    until: Month,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<CohortChange>> {
    let rows = sqlx::query!(
        r#"SELECT cohort, month, stream, tier, sum(started)::bigint AS "started!", sum(customers)::bigint AS "customers!",
                  sum(mrr_minor)::bigint AS "mrr!"
           FROM cohort_monthly WHERE currency = $1 AND month <= $2 GROUP BY cohort, month, stream, tier"#,
        currency.code(),
        until.first_day()
    )
    .fetch_all(&mut *db)
    .await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        changes.push(CohortChange {
            cohort: Month::of(row.cohort),
            month: Month::of(row.month),
            plan: plan(&row.stream, &row.tier)?,
            started: row.started,
            customers: row.customers,
            mrr: row.mrr,
        });
    }
    // What was written down since is taken off again.
    for ((_, cohort, month, (stream, tier), _), sum) in counts::back_to(db, currency, as_of).await?.stayed {
        let (cohort, month) = (Month::of(cohort), Month::of(month));
        if month <= until {
            let (started, customers, mrr) = (sum.started, sum.customers, sum.mrr);
            changes.push(CohortChange { cohort, month, plan: plan_of(stream, tier), started, customers, mrr });
        }
    }
    Ok(changes)
}

async fn months(
    db: &mut PgConnection,
    currency: Currency,
    until: Month,
    as_of: Option<DateTime<Utc>>,
) -> Result<Vec<MonthChange>> {
    let rows = sqlx::query!(
        r#"SELECT month AS "month!", stream AS "stream!", tier AS "tier!", sum(amount_minor)::bigint AS "mrr!",
                  coalesce(sum(amount_minor) FILTER (WHERE movement = 'new'), 0)::bigint AS "started!",
                  coalesce(sum(amount_minor) FILTER (WHERE movement IN ('expansion', 'contraction')), 0)::bigint AS "changed!"
           FROM (SELECT month, movement, stream, tier, amount_minor FROM mrr_monthly WHERE currency = $1
                 UNION ALL
                 SELECT date_trunc('month', account_day(m.occurred_at))::date, m.movement, l.stream, l.tier, -l.amount_minor
                 FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id
                 WHERE m.recorded_at > $3 AND m.currency = $1) AS d
           WHERE month <= $2 GROUP BY 1, stream, tier"#,
        currency.code(),
        until.first_day(),
        as_of
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(MonthChange {
                month: Month::of(row.month),
                plan: plan(&row.stream, &row.tier)?,
                mrr: row.mrr,
                flow: Flow { started: row.started, changed: row.changed },
            })
        })
        .collect()
}

/// Adds up what each month changed.
fn known(currency: Currency, until: Month, changes: &[CohortChange], months: &[MonthChange]) -> Known {
    let of_plan = |plan: &Plan| changes.iter().filter(|change| change.plan == plan).collect::<Vec<_>>();
    let mut flows: Vec<MonthFlow> = Vec::new();
    let mut levels: BTreeMap<Month, i64> = BTreeMap::new();
    for change in months {
        *levels.entry(change.month).or_default() += change.mrr;
        let same = |flow: &&mut MonthFlow| flow.month == change.month && flow.key == change.plan.key;
        match flows.iter_mut().find(same) {
            Some(found) => {
                found.flow.started += change.flow.started;
                found.flow.changed += change.flow.changed;
            }
            None => flows.push(MonthFlow { month: change.month, key: change.plan.key.to_owned(), flow: change.flow }),
        }
    }
    // Nobody may have begun with a plan that customers move to: what that won counts all the same.
    let moved = |plan: &Plan| flows.iter().any(|flow| flow.key == plan.key && flow.flow != Flow::default());
    let of = |plan: &'static Plan| {
        let cohorts = stood(&of_plan(plan), until);
        let there = !cohorts.is_empty() || moved(plan);
        there.then(|| CohortsOf { key: plan.key.to_owned(), label: plan.label.to_owned(), cohorts })
    };
    let plans: Vec<CohortsOf> = PLANS.iter().filter_map(of).collect();
    let first = levels.keys().next().copied().unwrap_or(until);
    let mut mrr = 0;
    let level = |month: Month| {
        mrr += levels.get(&month).copied().unwrap_or(0);
        (month, mrr)
    };
    Known {
        currency,
        until,
        everybody: stood(&changes.iter().collect::<Vec<_>>(), until),
        plans,
        flows,
        levels: (0..=until.since(first)).map(|later| first.plus(later)).map(level).collect(),
    }
}

/// How each cohort stood at the end of each month, oldest first.
fn stood(changes: &[&CohortChange], until: Month) -> Vec<Cohort> {
    let mut cohorts: BTreeMap<Month, BTreeMap<Month, (i64, i64, i64)>> = BTreeMap::new();
    for change in changes {
        let sum = cohorts.entry(change.cohort).or_default().entry(change.month).or_default();
        sum.0 += change.started;
        sum.1 += change.customers;
        sum.2 += change.mrr;
    }
    let cohort = |(began, months): (Month, BTreeMap<Month, (i64, i64, i64)>)| {
        let (mut size, mut customers, mut mrr) = (0, 0, 0);
        let cell = |k: u32| {
            if let Some(change) = months.get(&began.plus(k.cast_signed())) {
                size += change.0;
                customers += change.1;
                mrr += change.2;
            }
            CohortCell { k, customers, mrr, customer_retention: None, mrr_retention: None, complete: true }
        };
        let ages = u32::try_from(until.since(began)).unwrap_or(0);
        let cells = (0..=ages).map(cell).collect();
        Cohort { month: began.first_day(), size, cells }
    };
    cohorts.into_iter().map(cohort).filter(|cohort| cohort.size != 0).collect()
}
