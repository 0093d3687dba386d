//! The list of shares, and what was shared by month.

use crate::customers::list::read_organization;
use crate::db::Result;
use crate::filter::{DayRange, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::{RowExt, parse};
use chrono::NaiveDate;
use crm_types::billing::TransactionKind;
use crm_types::customers::CustomerRef;
use crm_types::ids::{CustomerId, OrganizationId, RevenueShareId, ShareRuleId, SubscriptionId};
use crm_types::revenue::{RevenueMonth, RevenueShare, RevenueShareSort};
use crm_types::{Currency, Money, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct RevenueShareFilter {
    /// Who paid.
    pub customer: Option<CustomerId>,
    /// Who coaches them.
    pub coach: Option<CustomerId>,
    /// Where they are coached.
    pub organization: Option<OrganizationId>,
    /// In or out.
    pub kind: Option<TransactionKind>,
    /// Currency.
    pub currency: Option<Currency>,
    /// The month to which it counts.
    pub month: Option<NaiveDate>,
    /// When the money moved.
    pub days: DayRange,
}

/// One page of shares. An exact count adds up the coach's shares where the list is of one coach, else the organisation's where
/// it is of one, else all that was shared.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &RevenueShareFilter,
    sort: RevenueShareSort,
    page: &PageRequest,
) -> Result<Page<RevenueShare>> {
    let keyset = Keyset::new(order(sort), filter, page)?;
    let amount = match (filter.coach, filter.organization) {
        (Some(_), _) => "sum(s.coach_minor)",
        (None, Some(_)) => "sum(s.organization_minor)",
        (None, None) => "sum(s.shared_minor)",
    };
    let sum = Sum { currency: "s.currency", amount };
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), Some(sum)).await?;
    let shown = Shown {
        inner: "s.*",
        outer: "page.*, b.id AS subscription_id, \
                (SELECT customer_called(k) FROM customers k WHERE k.id = page.customer_id) AS customer_name, \
                (SELECT customer_called(k) FROM customers k WHERE k.id = page.coach_id) AS coach_name, \
                (SELECT o.name FROM organizations o WHERE o.id = page.organization_id) AS organization_name",
        joins: " LEFT JOIN subscriptions b ON b.stripe_subscription_id = page.stripe_subscription_id",
    };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn order(sort: RevenueShareSort) -> Order {
    use RevenueShareSort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::OccurredAt | S::OccurredAtDescending => &[("s.occurred_at", Kind::Time), ("s.id", Kind::Id)],
            S::CoachShare | S::CoachShareDescending => &[("s.coach_minor", Kind::Int), ("s.id", Kind::Id)],
        },
        descending: sort.as_str().starts_with('-'),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &RevenueShareFilter) {
    query.push(" FROM revenue_shares s WHERE true");
    if let Some(customer) = filter.customer {
        query.push(" AND s.customer_id = ").push_bind(customer.0);
    }
    if let Some(coach) = filter.coach {
        query.push(" AND s.coach_id = ").push_bind(coach.0);
    }
    if let Some(organization) = filter.organization {
        query.push(" AND s.organization_id = ").push_bind(organization.0);
    }
    push_equal(query, "s.kind", filter.kind.map(TransactionKind::as_str));
    push_equal(query, "s.currency", filter.currency.as_ref().map(Currency::code));
    if let Some(month) = filter.month {
        query.push(" AND s.month = ").push_bind(month);
    }
    filter.days.push(query, "s.occurred_at");
}

fn read(row: &PgRow) -> sqlx::Result<RevenueShare> {
    let person = |id: &str, name: &str| {
        Ok::<_, sqlx::Error>(CustomerRef { id: CustomerId(row.try_get(id)?), name: row.try_get(name)? })
    };
    let percent = |column: &str| Ok::<_, sqlx::Error>(f64::from(row.try_get::<i32, _>(column)?) / 100.0);
    Ok(RevenueShare {
        id: RevenueShareId(row.try_get("id")?),
        business_key: row.try_get("business_key")?,
        kind: row.word("kind")?,
        customer: person("customer_id", "customer_name")?,
        coach: person("coach_id", "coach_name")?,
        organization: read_organization(row)?,
        subscription_id: row.try_get::<Option<Uuid>, _>("subscription_id")?.map(SubscriptionId),
        rule_id: ShareRuleId(row.try_get("rule_id")?),
        base: row.word("base")?,
        user_payment_amount: row.money("paid_minor", "currency")?,
        shared_amount: row.money("shared_minor", "currency")?,
        coach_share_amount: row.money("coach_minor", "currency")?,
        coach_share_percentage: percent("coach_bp")?,
        organization_share_amount: row.money("organization_minor", "currency")?,
        organization_share_percentage: percent("organization_bp")?,
        prometheus_revenue: row.money("platform_minor", "currency")?,
        period_start: row.try_get("period_start")?,
        period_end: row.try_get("period_end")?,
        month: row.try_get("month")?,
        reverses: row.try_get::<Option<Uuid>, _>("reverses")?.map(RevenueShareId),
        occurred_at: row.try_get("occurred_at")?,
        created_at: row.try_get("recorded_at")?,
    })
}

/// What was shared in each of the newest months, newest first, currencies apart.
///
/// # Errors
/// When the database fails.
pub async fn months(pool: &PgPool, newest: i32) -> Result<Vec<RevenueMonth>> {
    let rows = sqlx::query!(
        r#"SELECT month, currency, paid_minor, shared_minor, coach_minor, organization_minor, platform_minor,
                  EXISTS (SELECT FROM revenue_closings c WHERE c.month >= m.month) AS "closed!"
           FROM revenue_monthly m
         WHERE month > (SELECT max(month) FROM revenue_monthly) - make_interval(months => $1::int4)
         ORDER BY month DESC, currency"#,
        newest,
    )
    .fetch_all(pool)
    .await?;
    let mut months = Vec::with_capacity(rows.len());
    for row in rows {
        let currency: Currency = parse("currency", &row.currency)?;
        let money = |minor: i64| Money::new(minor, currency);
        months.push(RevenueMonth {
            month: row.month,
            paid: money(row.paid_minor),
            shared: money(row.shared_minor),
            coaches: money(row.coach_minor),
            organizations: money(row.organization_minor),
            platform: money(row.platform_minor),
            closed: row.closed,
        });
    }
    Ok(months)
}

#[cfg(test)]
#[path = "shares_tests.rs"]
mod tests;
