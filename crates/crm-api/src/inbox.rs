//! Webhooks on their way into the database: deliveries that arrive together are stored by one statement.
//!
//! Every one that is acknowledged is a committed row; under load that costs one commit for hundreds of them.

use crate::together::{Bounds, Together, Unanswered};
use crm_domain::billing::inbox::{self, Delivery};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;

/// Senders beyond those who may wait are told to come again.
const BOUNDS: Bounds = Bounds { runners: 2, together: 512, waiting: 8_192 };
/// Stripe gives up after some seconds; it had better hear a 503 before.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why a delivery was not stored. The sender tries again.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    /// More wait than may.
    #[error("too many webhooks wait to be stored")]
    Full,
    /// The database said no, or nothing in time.
    #[error("the inbox could not be written: {0}")]
    Database(String),
}

/// The way into the inbox.
#[derive(Debug, Clone)]
pub struct Inbox {
    writers: Together<Delivery, Result<(), String>>,
    arrived: Arc<Notify>,
}

impl Inbox {
    /// Starts the writers. They end when the last clone is dropped.
    pub fn start(pool: &PgPool) -> Self {
        let (pool, arrived) = (pool.clone(), Arc::new(Notify::new()));
        let told = arrived.clone();
        let writers = Together::start(BOUNDS, move |deliveries| {
            let (pool, arrived) = (pool.clone(), told.clone());
            async move {
                let stored = write(&pool, &deliveries).await;
                arrived.notify_one();
                vec![stored; deliveries.len()]
            }
        });
        Self { writers, arrived }
    }

    /// Stores a delivery. When this returns `Ok`, it is committed.
    ///
    /// # Errors
    /// When it is not certain that it was stored.
    pub async fn accept(&self, delivery: Delivery) -> Result<(), NotStored> {
        match tokio::time::timeout(PATIENCE, self.writers.ask(delivery)).await {
            Ok(Ok(stored)) => stored.map_err(NotStored::Database),
            Ok(Err(Unanswered::Full)) => Err(NotStored::Full),
            Ok(Err(stopping)) => Err(NotStored::Database(stopping.to_string())),
            Err(_) => Err(NotStored::Database("no answer in time".into())),
        }
    }

    /// Resolves when something was stored since the last call.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }
}

async fn write(pool: &PgPool, deliveries: &[Delivery]) -> Result<(), String> {
    let stored = match tokio::time::timeout(PATIENCE, inbox::store(pool, deliveries)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer in time".to_owned()),
    };
    match &stored {
        Ok(()) => metrics::counter!("stripe_webhooks_stored_total").increment(deliveries.len() as u64),
        Err(error) => tracing::error!(error, deliveries = deliveries.len(), "webhooks were not stored"),
    }
    stored
}
