//! ARPA, and what a customer is worth until they leave.

use super::chain::{Paying, Segment, month_of, next_month};
use super::overview::divide;
use super::part::parts;
use super::retention::share;
use super::scope::{ReportRequest, Scope};
use super::standing::{KeptBy, PayingAt, kept_in, sum_of};
use super::{Period, snapshot};
use crate::db::Result;
use chrono::{Months, NaiveDate};
use crm_types::analytics::GroupBy;
use crm_types::analytics_retention::{LifetimeValue, LtvGroup, LtvReport, LtvStep};
use crm_types::{Currency, Money};
use sqlx::PgPool;

/// So many full months' churn is the mean of.
const MONTHS: u32 = 6;

/// Lifetime value at the end of a period and of each of its steps, and by stream or tier.
pub async fn ltv(pool: &PgPool, request: ReportRequest, group_by: Option<GroupBy>) -> Result<LtvReport> {
    let mut tx = snapshot(pool).await?;
    let scope = Scope::of_year(&mut tx, request).await?.with_counts(&mut tx).await?;
    let first = full_months(scope.period.from, scope.newest);
    let months: Vec<Period> =
        std::iter::successors(first.first().map(|month| month.from), |from| Some(next_month(*from)))
            .map(month)
            .take_while(|month| month.to <= scope.period.to)
            .collect();
    let kept = kept_in(&mut tx, &scope, &months).await?;
    let days = months.iter().map(|month| month.day_before()).chain(scope.steps.iter().map(|step| step.to)).collect();
    let paying = PayingAt::read(&mut tx, &scope, days).await?;
    tx.commit().await?;
    let read = Read { currency: scope.currency, newest: scope.newest, paying, months, kept };
    let churn = full_months(scope.period.to, scope.newest);
    let groups = group_by.map(parts).unwrap_or_default().into_iter().filter_map(|(part, always)| {
        let value = read.at(scope.period.to, |at| part.holds(at.stream, at.tier));
        let (key, label) = (part.key().to_owned(), part.label().to_owned());
        (always || value.customers > 0).then_some(LtvGroup { key, label, value })
    });
    Ok(LtvReport {
        currency: scope.currency,
        from: scope.period.from,
        to: scope.period.to,
        interval: scope.interval,
        as_of: scope.as_of,
        churn_from: churn.first().map_or(scope.period.to, |month| month.from),
        churn_to: churn.last().map_or(scope.period.to, |month| month.to),
        total: read.at(scope.period.to, |_| true),
        steps: scope.steps.iter().map(|s| LtvStep { day: s.to, value: read.at(s.to, |_| true) }).collect(),
        groups: groups.collect(),
    })
}

/// The last full months that were over at the end of a day.
fn full_months(day: NaiveDate, newest: NaiveDate) -> Vec<Period> {
    let day = day.min(newest);
    let this = month_of(day);
    // A month's last day is over when another has begun.
    let end = if month(this).to == day && day < newest { next_month(this) } else { this };
    let begin = |n| end.checked_sub_months(Months::new(n)).unwrap_or(end);
    (1..=MONTHS).rev().map(|n| month(begin(n))).collect()
}

fn month(from: NaiveDate) -> Period {
    Period { from, to: from }.whole_month()
}

struct Read {
    currency: Currency,
    newest: NaiveDate,
    paying: PayingAt,
    months: Vec<Period>,
    kept: Vec<KeptBy>,
}

impl Read {
    fn at(&self, day: NaiveDate, holds: impl Fn(Segment) -> bool + Copy) -> LifetimeValue {
        let wanted = full_months(day, self.newest);
        let of_months = self.months.iter().zip(&self.kept).filter(|(month, _)| wanted.contains(month));
        let rates: Vec<f64> = of_months
            .filter_map(|(month, kept)| {
                let start = self.paying.at_end_of(month.day_before(), holds);
                share(sum_of(kept, holds).churned, start.customers)
            })
            .collect();
        lifetime_value(self.paying.at_end_of(day, holds), &rates, self.currency)
    }
}

fn lifetime_value(paying: Paying, churn: &[f64], currency: Currency) -> LifetimeValue {
    let mean = (!churn.is_empty()).then(|| churn.iter().sum::<f64>() / churn.len() as f64);
    // From what is not rounded yet.
    let worth = mean.filter(|mean| *mean > 0.0 && paying.customers > 0);
    let worth = worth.map(|mean| (paying.mrr as f64 / paying.customers as f64 / mean).round());
    LifetimeValue {
        mrr: Money::new(paying.mrr, currency),
        customers: paying.customers,
        arpa: divide(paying.mrr, paying.customers).map(|minor| Money::new(minor, currency)),
        mean_churn_rate: mean,
        churn_months: i64::try_from(churn.len()).unwrap_or(0),
        // Beyond 2^53 a float is no exact number of minor units.
        ltv: worth.filter(|minor| *minor < 9.0e15).map(|minor| Money::new(minor as i64, currency)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_100_dollars_at_5_percent() {
        let paying = Paying { customers: 20, mrr: 200_000 };
        let value = lifetime_value(paying, &[0.05; 6], Currency::USD);
        assert_eq!(value.arpa, Some(Money::new(10_000, Currency::USD)));
        assert_eq!(value.ltv, Some(Money::new(200_000, Currency::USD)));
        let mixed = lifetime_value(paying, &[0.0, 0.1, 0.05], Currency::USD);
        assert_eq!((mixed.churn_months, mixed.ltv), (3, Some(Money::new(200_000, Currency::USD))));
    }

    #[test]
    fn nobody_and_no_churn_have_none() {
        assert_eq!(lifetime_value(Paying::default(), &[0.05], Currency::USD).ltv, None);
        assert_eq!(lifetime_value(Paying::default(), &[0.05], Currency::USD).arpa, None);
        assert_eq!(lifetime_value(Paying { customers: 1, mrr: 900 }, &[0.0; 6], Currency::USD).ltv, None);
        assert_eq!(lifetime_value(Paying { customers: 1, mrr: 900 }, &[], Currency::USD).mean_churn_rate, None);
    }

    #[test]
    fn the_last_six_full_months() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let of = |at: &str, newest: &str| {
            let months = full_months(day(at), day(newest));
            (months.len(), months[0].from.to_string(), months[5].to.to_string())
        };
        let expect = |from: &str, to: &str| (6, from.to_owned(), to.to_owned());
        assert_eq!(of("2026-07-15", "2026-07-15"), expect("2026-01-01", "2026-06-30"));
        assert_eq!(of("2026-06-30", "2026-07-15"), expect("2026-01-01", "2026-06-30"));
        assert_eq!(of("2026-06-30", "2026-06-30"), expect("2025-12-01", "2026-05-31"));
        assert_eq!(of("2027-01-01", "2026-07-15"), expect("2026-01-01", "2026-06-30"));
    }
}
