//! How many rows match, and what their amounts add up to.

use crate::db::Result;
use crate::row::RowExt;
use crm_types::Money;
use crm_types::page::{Count, TOTAL_CAP};
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// Totals of a list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Totals {
    pub total: i64,
    pub capped: bool,
    pub sums: Vec<Money>,
    /// Ids of the page's rows, when counting came by them.
    pub found: Option<Vec<Uuid>>,
}

/// The amount that an exact count adds up: SQL expressions for its currency and for the aggregate.
pub(crate) struct Sum {
    pub currency: &'static str,
    pub amount: &'static str,
}

impl Totals {
    /// Of so many that were counted, up to one more than the cap.
    pub(super) fn counted(n: i64) -> Self {
        Self { total: n.min(TOTAL_CAP), capped: n > TOTAL_CAP, ..Self::default() }
    }

    /// Counts what `source` (from `FROM` to the last condition) matches. Capped counting stops at the cap; exact
    /// counting reads every matching row.
    pub(crate) async fn count(
        pool: &PgPool,
        count: Count,
        source: impl FnOnce(&mut QueryBuilder<Postgres>),
        sum: Option<Sum>,
    ) -> Result<Self> {
        match (count, sum) {
            (Count::Capped, _) => {
                let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT");
                source(&mut query);
                query.push(format_args!(" LIMIT {}) AS counted", TOTAL_CAP + 1));
                let n: i64 = query.build_query_scalar().persistent(false).fetch_one(pool).await?;
                Ok(Self::counted(n))
            }
            (Count::Exact, None) => {
                let mut query = QueryBuilder::new("SELECT count(*)");
                source(&mut query);
                let total = query.build_query_scalar().persistent(false).fetch_one(pool).await?;
                Ok(Self { total, ..Self::default() })
            }
            (Count::Exact, Some(Sum { currency, amount })) => {
                let mut query = QueryBuilder::new("SELECT ");
                query.push(format_args!(
                    "{currency} AS currency, count(*) AS n, coalesce({amount}, 0)::bigint AS amount"
                ));
                source(&mut query);
                query.push(" GROUP BY 1 ORDER BY 1");
                let rows = query.build().persistent(false).fetch_all(pool).await?;
                let mut totals = Self { sums: Vec::with_capacity(rows.len()), ..Self::default() };
                for row in &rows {
                    totals.total += row.try_get::<i64, _>("n")?;
                    totals.sums.push(row.money("amount", "currency")?);
                }
                Ok(totals)
            }
        }
    }
}
