//! The list of payments and refunds.

use crate::customers::search::Search;
use crate::db::Result;
use crate::filter::{DayRange, push_equal};
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Sum};
use crate::row::RowExt;
use crm_types::billing::{Transaction, TransactionKind, TransactionSort, TransactionStatus, TransactionType};
use crm_types::ids::{CustomerId, SubscriptionId, TransactionId};
use crm_types::{Currency, Money, Page};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// What to narrow the transaction list with.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TransactionFilter {
    /// The business key or invoice number, exactly, or what the customer is found by.
    pub q: Option<Search>,
    /// Where it stands.
    pub status: Option<TransactionStatus>,
    /// In or out.
    pub kind: Option<TransactionKind>,
    /// What for.
    pub transaction_type: Option<TransactionType>,
    /// Whose.
    pub customer_id: Option<CustomerId>,
    /// Currency.
    pub currency: Option<Currency>,
    /// When it happened at Stripe.
    pub days: DayRange,
}

/// One page of transactions. An exact count adds up the amounts that moved: `succeeded`, `refunded` and `disputed`.
pub async fn list(
    pool: &PgPool,
    filter: &TransactionFilter,
    sort: TransactionSort,
    page: &PageRequest,
) -> Result<Page<Transaction>> {
    let filter = &TransactionFilter { q: Search::forgiving(filter.q.as_ref(), pool).await?, ..filter.clone() };
    let keyset = Keyset::new(order(sort), filter, page)?;
    let sum = Sum {
        currency: "t.currency",
        amount: "sum(t.amount_minor) FILTER (WHERE t.status IN ('succeeded', 'refunded', 'disputed'))",
    };
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), Some(sum)).await?;
    let shown = Shown {
        inner: "t.*",
        outer: "page.*, s.id AS subscription_id, coalesce(c.name, c.billing_email::text, c.email::text) AS customer_name",
        joins: " JOIN customers c ON c.id = page.customer_id \
                LEFT JOIN subscriptions s ON s.stripe_subscription_id = page.stripe_subscription_id",
    };
    keyset.read(pool, shown, totals, |query| push_source(query, filter), read).await
}

fn order(sort: TransactionSort) -> Order {
    use TransactionSort as S;
    Order {
        name: sort.as_str(),
        columns: match sort {
            S::OccurredAt | S::OccurredAtDescending => &[("t.occurred_at", Kind::Time), ("t.id", Kind::Id)],
            S::Amount | S::AmountDescending => &[("t.amount_minor", Kind::Int), ("t.id", Kind::Id)],
        },
        descending: matches!(sort, S::OccurredAtDescending | S::AmountDescending),
    }
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &TransactionFilter) {
    query.push(" FROM transactions t WHERE true");
    if let Some(q) = &filter.q {
        query.push(
            " AND t.id IN (SELECT f.id FROM transactions f JOIN customer_search c ON c.id = f.customer_id WHERE true",
        );
        q.push(query);
        for column in ["business_key", "invoice_number"] {
            query.push(format_args!(" UNION ALL SELECT f.id FROM transactions f WHERE f.{column} = "));
            query.push_bind(q.as_str().to_owned());
        }
        query.push(")");
    }
    push_equal(query, "t.status", filter.status.map(TransactionStatus::as_str));
    push_equal(query, "t.kind", filter.kind.map(TransactionKind::as_str));
    push_equal(query, "t.transaction_type", filter.transaction_type.map(TransactionType::as_str));
    push_equal(query, "t.currency", filter.currency.as_ref().map(Currency::code));
    if let Some(customer) = filter.customer_id {
        query.push(" AND t.customer_id = ").push_bind(customer.0);
    }
    filter.days.push(query, "t.occurred_at");
}

fn read(row: &PgRow) -> sqlx::Result<Transaction> {
    let fee: Option<i64> = row.try_get("fee_minor")?;
    Ok(Transaction {
        id: TransactionId(row.try_get("id")?),
        business_key: row.try_get("business_key")?,
        customer_id: CustomerId(row.try_get("customer_id")?),
        customer_name: row.try_get("customer_name")?,
        subscription_id: row.try_get::<Option<Uuid>, _>("subscription_id")?.map(SubscriptionId),
        kind: row.word("kind")?,
        status: row.word("status")?,
        transaction_type: row.word("transaction_type")?,
        amount: row.money("amount_minor", "currency")?,
        tax: row.money("tax_minor", "currency")?,
        fee: fee.map(|minor| Ok::<_, sqlx::Error>(Money::new(minor, row.word("currency")?))).transpose()?,
        refunded: row.money("refunded_minor", "currency")?,
        invoice_number: row.try_get("invoice_number")?,
        stripe_invoice_id: row.try_get("stripe_invoice_id")?,
        stripe_payment_intent_id: row.try_get("stripe_payment_intent_id")?,
        reason: row.try_get("reason")?,
        occurred_at: row.try_get("occurred_at")?,
    })
}

#[cfg(test)]
#[path = "transactions_list_tests.rs"]
mod tests;
