//! MRR and paying customers at the end of any day: running sums of the ledger by day.

use crate::db::Result;
use crate::exchange_rates::DayMove;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::mrr::MovementType;
use sqlx::PgConnection;

/// What was there at an instant.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Balance {
    /// Minor units.
    pub mrr: i64,
    /// Customers whose MRR is above 0.
    pub customers: i64,
}

/// Balances at the end of days, oldest first; days without movements have none of their own.
#[derive(Debug)]
pub(crate) struct Balances(Vec<(NaiveDate, Balance)>);

impl Balances {
    /// Reads one currency from `earliest` to `latest`; everything before is summed up into the day before.
    pub(crate) async fn read(
        connection: &mut PgConnection,
        currency: Currency,
        earliest: NaiveDate,
        latest: NaiveDate,
    ) -> Result<Self> {
        let rows = sqlx::query!(
            r#"SELECT day AS "day!", sum(amount_minor)::bigint AS "mrr!",
                      sum(CASE WHEN movement IN ('new', 'reactivation') THEN movements
                               WHEN movement = 'churn' THEN -movements ELSE 0 END)::bigint AS "customers!"
               FROM mrr_daily_since($1, $2, NULL) WHERE day <= $3 GROUP BY 1 ORDER BY 1"#,
            currency.code(),
            earliest,
            latest
        )
        .fetch_all(connection)
        .await?;
        let running = rows.into_iter().scan(Balance::default(), |balance, row| {
            balance.mrr += row.mrr;
            balance.customers += row.customers;
            Some((row.day, *balance))
        });
        Ok(Self(running.collect()))
    }

    /// Of movements that were converted, oldest first; a customer who pays in two currencies is one in each.
    pub(super) fn of(moves: &[DayMove]) -> Self {
        let mut running: Vec<(NaiveDate, Balance)> = Vec::new();
        let mut balance = Balance::default();
        for moved in moves {
            balance.mrr += moved.minor;
            balance.customers += match moved.movement {
                Some(MovementType::New | MovementType::Reactivation) => moved.count,
                Some(MovementType::Churn) => -moved.count,
                _ => 0,
            };
            match running.last_mut() {
                Some((day, last)) if *day == moved.day => *last = balance,
                _ => running.push((moved.day, balance)),
            }
        }
        Self(running)
    }

    /// With those of later days, which begin with what there was before.
    pub(super) fn followed_by(mut self, later: Self) -> Self {
        self.0.extend(later.0);
        self
    }

    /// The balance at the end of a day.
    pub(crate) fn at_end_of(&self, day: NaiveDate) -> Balance {
        let until = self.0.partition_point(|(d, _)| *d <= day);
        until.checked_sub(1).and_then(|i| self.0.get(i)).map_or_else(Balance::default, |(_, balance)| *balance)
    }
}
