//! What those who belong to an organisation pay a month: read from `organization_totals`, which follows `customers` by triggers.

use super::list::find;
use crate::db::Result;
use crate::row::parse;
use crm_types::Money;
use crm_types::ids::OrganizationId;
use crm_types::organizations::{OrganizationRevenue, OrganizationStream};
use sqlx::{PgConnection, PgPool};

/// By stream and currency, and how many of its clients pay.
///
/// # Errors
/// When there is no such organisation, or the database fails.
pub async fn of_organization(pool: &PgPool, id: OrganizationId) -> Result<OrganizationRevenue> {
    let organization = find(pool, id).await?;
    let rows = sqlx::query!(
        "SELECT currency, stream, people, mrr_minor FROM organization_totals
         WHERE organization_id = $1 AND stream <> '' AND currency <> '' AND (people <> 0 OR mrr_minor <> 0)
         ORDER BY stream DESC, currency",
        id.0,
    )
    .fetch_all(pool)
    .await?;
    let streams = rows.into_iter().map(|row| {
        Ok(OrganizationStream {
            stream: parse("stream", &row.stream)?,
            people: row.people,
            mrr: Money::new(row.mrr_minor, parse("currency", &row.currency)?),
        })
    });
    let clients = organization.clients;
    Ok(OrganizationRevenue {
        streams: streams.collect::<sqlx::Result<_>>()?,
        penetration: (clients > 0).then(|| organization.paying_clients as f64 / clients as f64),
    })
}

/// Counts anew. The totals are right without it; a rebuild takes nothing for granted.
pub async fn recount(db: &mut PgConnection) -> Result<()> {
    sqlx::query!("SELECT portfolio_totals_recount()").execute(db).await?;
    Ok(())
}

#[cfg(test)]
#[path = "revenue_tests.rs"]
mod tests;
