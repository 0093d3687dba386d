//! A customer's interactions.

use crate::customers::list::require;
use crate::db::Result;
use crate::filter::push_equal;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown};
use crate::row::RowExt;
use crm_types::Page;
use crm_types::ids::{CustomerId, InteractionId};
use crm_types::interactions::{Interaction, InteractionKind};
use serde::Serialize;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row};

/// Whose, and which.
#[derive(Debug, Clone, Serialize)]
pub struct InteractionFilter {
    /// Whose.
    pub customer: CustomerId,
    /// What kind of contact.
    pub kind: Option<InteractionKind>,
}

/// One page of interactions, newest first.
///
/// # Errors
/// When there is no such customer, the cursor is of another list, or the database fails.
pub async fn list(pool: &PgPool, filter: &InteractionFilter, page: &PageRequest) -> Result<Page<Interaction>> {
    require(pool, filter.customer).await?;
    let columns = &[("i.occurred_at", Kind::Time), ("i.id", Kind::Id)];
    let keyset = Keyset::new(Order { name: "-occurred_at", columns, descending: true }, filter, page)?;
    let totals = keyset.totals(pool, page.count(), |query| push_source(query, filter), None).await?;
    keyset.read(pool, Shown::rows("i.*"), totals, |query| push_source(query, filter), read).await
}

fn push_source(query: &mut QueryBuilder<Postgres>, filter: &InteractionFilter) {
    query.push(" FROM interactions i WHERE i.customer_id = ").push_bind(filter.customer.0);
    push_equal(query, "i.kind", filter.kind.map(InteractionKind::as_str));
}

fn read(row: &PgRow) -> sqlx::Result<Interaction> {
    Ok(Interaction {
        id: InteractionId(row.try_get("id")?),
        kind: row.word("kind")?,
        channel: row.word("channel")?,
        direction: row.word("direction")?,
        summary: row.try_get("summary")?,
        outcome: row.optional_word("outcome")?,
        sentiment: row.optional_word("sentiment")?,
        follow_up_at: row.try_get("follow_up_at")?,
        author: row.try_get("author_name")?,
        occurred_at: row.try_get("occurred_at")?,
        created_at: row.try_get("created_at")?,
    })
}
