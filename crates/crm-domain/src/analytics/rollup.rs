//! What is added up from the ledger, computed afresh from it.

use super::counts;
use crate::db::Result;
use sqlx::PgConnection;

/// Replaces `mrr_daily`, the counts of customers, and the sums of trials and payments by what the ledger says in the account's time zone. The applier adds to the same rows as it
/// writes movements: an amount for each line, and one movement on the header's stream and tier (one less for a reversal).
pub async fn rebuild(connection: &mut PgConnection) -> Result<()> {
    sqlx::query!("DELETE FROM mrr_daily").execute(&mut *connection).await?;
    sqlx::query!(
        "INSERT INTO mrr_daily (currency, day, movement, stream, tier, amount_minor, movements)
         SELECT currency, (occurred_at AT TIME ZONE (SELECT time_zone FROM account_settings))::date AS day,
                movement, stream, tier, sum(amount_minor), sum(movements)
         FROM (SELECT m.currency, m.occurred_at, m.movement, l.stream, l.tier, l.amount_minor, 0 AS movements
               FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id
               UNION ALL
               SELECT m.currency, m.occurred_at, m.movement, m.stream, coalesce(m.tier, ''), 0,
                      CASE WHEN m.reverses IS NULL THEN 1 ELSE -1 END
               FROM mrr_movements m) AS parts
         GROUP BY currency, day, movement, stream, tier"
    )
    .execute(&mut *connection)
    .await?;
    sqlx::query!("SELECT totals_recount()").execute(&mut *connection).await?;
    sqlx::query!("SELECT recognised_recount()").execute(&mut *connection).await?;
    counts::rebuild(connection).await
}
