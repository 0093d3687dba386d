//! Asks for exchange rates when it is time, if there is an address to ask.

use crate::config::RatesConfig;
use crate::rate_feed;
use crate::server::Stopping;
use crm_domain::db::Result;
use crm_domain::exchange_rates::feed;
use sqlx::PgPool;
use std::time::Duration;

const LOOK: Duration = Duration::from_secs(60);

/// Works until told to stop.
pub async fn run(pool: PgPool, config: RatesConfig, mut stopping: Stopping) {
    loop {
        let look = async {
            if let Some(url) = feed::due(&pool).await? {
                ask(&pool, config, &url).await?;
            }
            Result::Ok(())
        };
        if let Err(error) = look.await {
            tracing::warn!(%error, "exchange rates could not be written down; it tries again");
        }
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// Asks an address, and writes down what it said.
///
/// # Errors
/// When the database fails.
pub async fn ask(pool: &PgPool, config: RatesConfig, url: &str) -> Result<()> {
    let reply = rate_feed::ask(url, config.local).await;
    if let Err(error) = &reply {
        tracing::warn!(error, "no exchange rates came in");
    }
    feed::answered(pool, url, reply.as_deref().map_err(String::as_str)).await
}
