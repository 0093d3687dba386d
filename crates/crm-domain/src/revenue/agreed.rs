//! How a made-up business shares its revenue.

use crate::db::Result;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// What coaches get, and what organisations get, in basis points.
const TERMS: (i32, i32) = (3_000, 1_000);

/// Writes a rule for all that holds since then, unless there is one.
///
/// # Errors
/// When the database fails.
pub async fn agree(db: &mut PgConnection, since: DateTime<Utc>) -> Result<()> {
    let (coach_bp, organization_bp) = TERMS;
    sqlx::query!(
        "INSERT INTO share_rules (id, scope, base, coach_bp, organization_bp, during)
         SELECT $1, 'default', 'gross', $2, $3, tstzrange($4, NULL)
         WHERE NOT EXISTS (SELECT FROM share_rules WHERE scope = 'default')",
        Uuid::now_v7(),
        coach_bp,
        organization_bp,
        since,
    )
    .execute(db)
    .await?;
    Ok(())
}
