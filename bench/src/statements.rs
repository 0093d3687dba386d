//! Which statements PostgreSQL spent its time on, those within triggers and functions included.

use crate::say;
use anyhow::Result;
use private_postgres::Config;
use sqlx::PgPool;

/// What is printed of the text of a statement.
const LENGTH: i32 = 110;

/// Has the cluster keep statistics of statements.
pub fn watch(mut config: Config) -> Config {
    for (name, value) in [("shared_preload_libraries", "pg_stat_statements"), ("pg_stat_statements.track", "all")] {
        config.settings.push((name.into(), value.into()));
    }
    config
}

/// Prints the most expensive statements since the last call. What a statement's triggers did counts as its own time, too.
pub async fn print(pool: &PgPool) -> Result<()> {
    sqlx::query("CREATE EXTENSION IF NOT EXISTS pg_stat_statements").execute(pool).await?;
    let rows: Vec<(f64, i64, String)> = sqlx::query_as(
        "SELECT total_exec_time + total_plan_time, calls, left(regexp_replace(query, '\\s+', ' ', 'g'), $1)
         FROM pg_stat_statements ORDER BY 1 DESC LIMIT 40",
    )
    .bind(LENGTH)
    .fetch_all(pool)
    .await?;
    for (ms, calls, statement) in rows {
        say(&format!("    {ms:>9.0} ms {calls:>8} x  {statement}"));
    }
    sqlx::query("SELECT pg_stat_statements_reset()").execute(pool).await?;
    Ok(())
}
