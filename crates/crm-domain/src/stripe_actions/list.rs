//! What was asked, newest first.

use crate::db::{DomainError, Result};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::Page;
use crm_types::ids::{CustomerId, StripeActionId, SubscriptionId, TransactionId};
use crm_types::stripe_actions::{StripeAction, StripeActionSort, StripeActionState};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// What to narrow the list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct StripeActionFilter {
    /// About this customer.
    pub customer: Option<CustomerId>,
    /// About this subscription.
    pub subscription: Option<SubscriptionId>,
    /// About this payment.
    pub transaction: Option<TransactionId>,
    /// That far.
    pub state: Option<StripeActionState>,
}

/// Of a `stripe_actions` that is called `page`. A webhook that has not come for so long may never come.
const COLUMNS: &str = "page.*, s.id AS subscription_id, t.id AS transaction_id, \
    CASE WHEN page.state = 'pending' AND page.asked_at < now() - interval '15 minutes' THEN 'unconfirmed' ELSE page.state END AS shown";
const JOINS: &str = " LEFT JOIN subscriptions s ON s.stripe_subscription_id = coalesce(page.made, page.subject) \
    LEFT JOIN transactions t ON t.business_key = page.subject";

/// One page of actions.
///
/// # Errors
/// When the cursor is of another list, or the database fails.
pub async fn list(
    pool: &PgPool,
    filter: &StripeActionFilter,
    sort: StripeActionSort,
    page: &PageRequest,
) -> Result<Page<StripeAction>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("a.asked_at", Kind::Time), ("a.id", Kind::Id)],
        descending: sort == StripeActionSort::AskedAtDescending,
    };
    let keyset = Keyset::new(order, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    let shown = Shown { inner: "a.*", outer: COLUMNS, joins: JOINS };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &StripeActionFilter) {
    query.push(" FROM stripe_actions a WHERE true");
    if let Some(customer) = filter.customer {
        query.push(" AND a.customer_id = ").push_bind(customer.0);
    }
    if let Some(subscription) = filter.subscription {
        for (word, column) in [(" AND (", "subject"), (" OR ", "made")] {
            query.push(format_args!(
                "{word}a.{column} = (SELECT k.stripe_subscription_id FROM subscriptions k WHERE k.id = "
            ));
            query.push_bind(subscription.0).push(")");
        }
        query.push(")");
    }
    if let Some(transaction) = filter.transaction {
        query.push(" AND a.subject = (SELECT k.business_key FROM transactions k WHERE k.id = ");
        query.push_bind(transaction.0).push(")");
    }
    const LATE: &str = "a.asked_at < now() - interval '15 minutes'";
    match filter.state {
        None => {}
        Some(StripeActionState::Pending) => drop(query.push(format_args!(" AND a.state = 'pending' AND NOT {LATE}"))),
        Some(StripeActionState::Unconfirmed) => {
            query.push(format_args!(" AND (a.state = 'unconfirmed' OR a.state = 'pending' AND {LATE})"));
        }
        Some(state) => drop(query.push(" AND a.state = ").push_bind(state.as_str())),
    }
}

/// One action.
pub(super) async fn one(db: &mut PgConnection, id: StripeActionId) -> Result<StripeAction> {
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM stripe_actions page").push(JOINS).push(" WHERE page.id = ").push_bind(id.0);
    let row = query.build().fetch_optional(db).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("action", id))?)?)
}

fn read(row: &PgRow) -> sqlx::Result<StripeAction> {
    Ok(StripeAction {
        id: StripeActionId(row.try_get("id")?),
        kind: row.word("kind")?,
        state: row.word("shown")?,
        customer_id: CustomerId(row.try_get("customer_id")?),
        subscription_id: row.try_get::<Option<Uuid>, _>("subscription_id")?.map(SubscriptionId),
        transaction_id: row.try_get::<Option<Uuid>, _>("transaction_id")?.map(TransactionId),
        summary: row.try_get("summary")?,
        reason: row.try_get("reason")?,
        asked_by: row.try_get("asked_by")?,
        asked_at: row.try_get("asked_at")?,
        settled_at: row.try_get("settled_at")?,
    })
}
