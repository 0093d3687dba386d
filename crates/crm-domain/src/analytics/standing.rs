//! Who pays at the end of days, and what became in periods of those who paid when they began.

use super::Period;
use super::chain::{Kept, Paying, Segment, month_of};
use super::counts;
use super::scope::Scope;
use crate::db::Result;
use crate::row::parse;
use chrono::{Days, NaiveDate};
use crm_types::plans::Tier;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Paying customers and their MRR at the end of the days that were asked for.
#[derive(Debug)]
pub(super) struct PayingAt {
    days: Vec<NaiveDate>,
    changes: Vec<(usize, Segment, Paying)>,
}

impl PayingAt {
    pub(super) async fn read(db: &mut PgConnection, scope: &Scope, mut days: Vec<NaiveDate>) -> Result<Self> {
        days.sort_unstable();
        days.dedup();
        let ends: Vec<NaiveDate> = days.iter().map(|day| day.checked_add_days(Days::new(1)).unwrap_or(*day)).collect();
        let Some(last) = days.last().copied() else { return Ok(Self { days, changes: Vec::new() }) };
        let rows = sqlx::query!(
            r#"SELECT width_bucket(day, $2::date[]) AS "bucket!", stream, tier, coached, sum(customers)::bigint AS "customers!",
                      sum(mrr_minor)::bigint AS "mrr!"
               FROM paying_daily WHERE currency = $1 AND day <= $3 GROUP BY 1, 2, 3, 4"#,
            scope.currency.code(),
            &ends,
            last
        )
        .fetch_all(db)
        .await?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let at = segment(&row.stream, &row.tier, row.coached)?;
            let bucket = usize::try_from(row.bucket).unwrap_or(0);
            changes.push((bucket, at, Paying { customers: row.customers, mrr: row.mrr }));
        }
        for ((currency, day, at), sum) in &scope.back.paying {
            if *currency == scope.currency && *day <= last {
                changes.push((days.partition_point(|d| d < day), *at, *sum));
            }
        }
        Ok(Self { days, changes })
    }

    /// At the end of one of the days that were asked for, of those who stand in certain places.
    pub(super) fn at_end_of(&self, day: NaiveDate, holds: impl Fn(Segment) -> bool) -> Paying {
        let until = self.days.partition_point(|d| *d < day);
        let mut sum = Paying::default();
        for (bucket, at, change) in &self.changes {
            if *bucket <= until && holds(*at) {
                sum.customers += change.customers;
                sum.mrr += change.mrr;
            }
        }
        sum
    }
}

/// What became of those who paid when each period began, by where they stood then.
pub(super) type KeptBy = BTreeMap<Segment, Kept>;

/// Reads it from the months' counts where the periods are whole months, else from the movements of their days.
pub(super) async fn kept_in(db: &mut PgConnection, scope: &Scope, periods: &[Period]) -> Result<Vec<KeptBy>> {
    let mut kept = from_months(db, scope, periods).await?;
    let others: Vec<Period> = periods.iter().filter(|p| !p.is_whole_months(scope.newest)).copied().collect();
    let (Some(from), Some(to)) = (others.iter().map(|p| p.from).min(), others.iter().map(|p| p.to).max()) else {
        return Ok(kept);
    };
    let read = Period { from, to }.readable()?;
    let ids = sqlx::query_scalar!(
        "SELECT DISTINCT customer_id FROM mrr_movements
         WHERE currency = $1 AND occurred_at >= account_day_start($2) AND occurred_at < account_day_start($3::date + 1)
           AND recorded_at <= coalesce($4::timestamptz, 'infinity')",
        scope.currency.code(),
        read.from,
        read.to,
        scope.as_of
    )
    .fetch_all(&mut *db)
    .await?;
    let chains = counts::chains_of(db, &ids, scope.currency, scope.as_of).await?;
    for (period, kept) in periods.iter().zip(&mut kept).filter(|(p, _)| !p.is_whole_months(scope.newest)) {
        for (at, change) in chains.iter().filter_map(|chain| chain.kept_in(*period)) {
            add(kept, at, change);
        }
    }
    Ok(kept)
}

async fn from_months(db: &mut PgConnection, scope: &Scope, periods: &[Period]) -> Result<Vec<KeptBy>> {
    let months = |p: &Period| p.is_whole_months(scope.newest).then(|| (p.from, month_of(p.to)));
    let wanted: Vec<Option<(NaiveDate, NaiveDate)>> = periods.iter().map(months).collect();
    let since: Vec<Option<NaiveDate>> = wanted.iter().map(|w| w.map(|(since, _)| since)).collect();
    let until: Vec<Option<NaiveDate>> = wanted.iter().map(|w| w.map(|(_, until)| until)).collect();
    let rows = sqlx::query!(
        r#"SELECT p.i AS "i!", r.stream, r.tier, r.coached, sum(r.retained_minor)::bigint AS "retained!", sum(r.kept_minor)::bigint AS "kept!",
                  sum(r.churned)::bigint AS "churned!"
           FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS p (since, until, i)
           JOIN retention_monthly r ON r.currency = $1 AND r.since = p.since AND r.month BETWEEN p.since AND p.until
           GROUP BY 1, 2, 3, 4"#,
        scope.currency.code(),
        &since as &[Option<NaiveDate>],
        &until as &[Option<NaiveDate>]
    )
    .fetch_all(db)
    .await?;
    let mut kept = vec![KeptBy::new(); periods.len()];
    for row in rows {
        let Some(sums) = usize::try_from(row.i - 1).ok().and_then(|i| kept.get_mut(i)) else { continue };
        let change = Kept { retained: row.retained, kept: row.kept, churned: row.churned };
        add(sums, segment(&row.stream, &row.tier, row.coached)?, change);
    }
    for (wanted, sums) in wanted.iter().zip(&mut kept) {
        let Some((first, last)) = wanted else { continue };
        for ((currency, since, month, at), change) in &scope.back.kept {
            if *currency == scope.currency && since == first && month <= last {
                add(sums, *at, *change);
            }
        }
    }
    Ok(kept)
}

fn add(sums: &mut KeptBy, at: Segment, change: Kept) {
    let sum = sums.entry(at).or_default();
    sum.retained += change.retained;
    sum.kept += change.kept;
    sum.churned += change.churned;
}

/// The sum over certain places.
pub(super) fn sum_of(kept: &KeptBy, holds: impl Fn(Segment) -> bool) -> Kept {
    let mut sum = Kept::default();
    for (_, change) in kept.iter().filter(|(at, _)| holds(**at)) {
        sum.retained += change.retained;
        sum.kept += change.kept;
        sum.churned += change.churned;
    }
    sum
}

fn segment(stream: &str, tier: &str, coached: bool) -> Result<Segment> {
    Ok(Segment { stream: parse("stream", stream)?, tier: read_tier(tier)?, coached })
}

pub(super) fn read_tier(tier: &str) -> sqlx::Result<Option<Tier>> {
    if tier.is_empty() { Ok(None) } else { parse("tier", tier).map(Some) }
}
