//! The second step of a log-in.

use super::codes;
use crate::db::Result;
use chrono::Utc;
use crm_types::ids::UserId;
use sqlx::PgConnection;

/// Whether a log-in of the user asks for a code.
///
/// # Errors
/// When the database fails.
pub async fn is_needed(conn: &mut PgConnection, user: UserId) -> Result<bool> {
    let confirmed = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL) AS "needed!""#,
        user.0
    )
    .fetch_one(conn)
    .await?;
    Ok(confirmed)
}

/// Whether the code is one of the app's that was not used yet, or a recovery code. It is used up. Of several requests with
/// one code, one gets true: they wait on the row.
///
/// # Errors
/// When the database fails.
pub async fn redeem(tx: &mut PgConnection, user: UserId, code: &str) -> Result<bool> {
    let row = sqlx::query!(
        "SELECT secret, last_step FROM second_factors WHERE user_id = $1 AND confirmed_at IS NOT NULL FOR UPDATE",
        user.0
    )
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else { return Ok(false) };
    let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if let Some(step) = codes::step_of(&row.secret, &digits, Utc::now().timestamp(), row.last_step) {
        sqlx::query!("UPDATE second_factors SET last_step = $2 WHERE user_id = $1", user.0, step).execute(tx).await?;
        return Ok(true);
    }
    let digest = codes::recovery_digest(code);
    let used = sqlx::query!(
        "UPDATE recovery_codes SET used_at = now() WHERE user_id = $1 AND hash = $2 AND used_at IS NULL",
        user.0,
        digest.as_slice()
    )
    .execute(tx)
    .await?;
    Ok(used.rows_affected() == 1)
}
