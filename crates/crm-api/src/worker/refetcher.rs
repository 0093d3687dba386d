//! Asks Stripe for objects that cannot be known from its events alone, and for those that are to be repaired. Runs when there is an
//! API key.

use crate::server::Stopping;
use crate::stripe::Reader;
use crm_domain::billing::refetch::{self, Wanted};
use crm_domain::db::Result;
use sqlx::PgPool;
use std::time::Duration;

const LOOK: Duration = Duration::from_secs(1);

/// Works until told to stop.
pub async fn run(pool: PgPool, reader: Option<Reader>, mut stopping: Stopping) {
    let Some(reader) = reader else { return };
    while !*stopping.borrow() {
        match refetch::due(&pool).await {
            Ok(wanted) => {
                for one in wanted {
                    if let Err(error) = fetch(&pool, &reader, &one).await {
                        tracing::error!(object = one.id, %error, "what Stripe answered was not stored");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "what to ask Stripe for is not known"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
}

async fn fetch(pool: &PgPool, reader: &Reader, wanted: &Wanted) -> Result<()> {
    match reader.object(&wanted.kind, &wanted.id).await {
        Ok(answer) => refetch::store(pool, wanted, answer.body, answer.at).await,
        Err(unread) => {
            tracing::warn!(object = wanted.id, error = unread.message, "Stripe could not be asked");
            refetch::put_off(pool, wanted, &unread).await
        }
    }
}
