use crate::db::{DomainError, Result};
use crm_types::accounts::{Permission, UserRef};
use crm_types::api_keys::ApiKey;
use crm_types::ids::{ApiKeyId, UserId};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, QueryBuilder, Row};
use uuid::Uuid;

const SELECT: &str =
    "SELECT k.id, k.name, k.scopes, k.created_by, u.name AS created_by_name, k.created_at, k.expires_at,
    k.last_used_at, k.revoked_at FROM api_keys k LEFT JOIN users u ON u.id = k.created_by";

/// All keys, newest first; those that do not work any more come last.
///
/// # Errors
/// When the database fails.
pub async fn list(pool: &PgPool) -> Result<Vec<ApiKey>> {
    let mut query = QueryBuilder::new(SELECT);
    query.push(
        " ORDER BY k.revoked_at IS NOT NULL OR coalesce(k.expires_at <= now(), false), k.created_at DESC, k.id DESC",
    );
    let rows = query.build().fetch_all(pool).await?;
    Ok(rows.iter().map(read).collect::<sqlx::Result<_>>()?)
}

/// A key as it is, kept so until the transaction ends.
pub(super) async fn lock(tx: &mut PgConnection, id: ApiKeyId) -> Result<ApiKey> {
    let mut query = QueryBuilder::new(SELECT);
    query.push(" WHERE k.id = ").push_bind(id.0).push(" FOR UPDATE OF k");
    let row = query.build().fetch_optional(tx).await?;
    Ok(read(&row.ok_or_else(|| DomainError::not_found("API key", id))?)?)
}

fn read(row: &PgRow) -> sqlx::Result<ApiKey> {
    let maker: Option<Uuid> = row.try_get("created_by")?;
    let name: Option<String> = row.try_get("created_by_name")?;
    Ok(ApiKey {
        id: ApiKeyId(row.try_get("id")?),
        name: row.try_get("name")?,
        scopes: permissions(&row.try_get::<Vec<String>, _>("scopes")?),
        created_by: maker.zip(name).map(|(id, name)| UserRef { id: UserId(id), name }),
        created_at: row.try_get("created_at")?,
        expires_at: row.try_get("expires_at")?,
        last_used_at: row.try_get("last_used_at")?,
        revoked_at: row.try_get("revoked_at")?,
    })
}

/// A scope that this version does not know gives nothing.
pub(super) fn permissions(scopes: &[String]) -> Vec<Permission> {
    scopes.iter().filter_map(|scope| scope.parse().ok()).collect()
}
