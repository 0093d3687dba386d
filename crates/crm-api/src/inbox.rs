//! Webhooks on their way into the database: deliveries that arrive together are stored by one statement.
//!
//! Every one that is acknowledged is a committed row; under load that costs one commit for hundreds of them.

use crm_domain::billing::inbox::{self, Delivery};
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, Notify, mpsc, oneshot};

/// Statements under way at once: while one commits, the next gathers.
const WRITERS: usize = 2;
/// Deliveries in one statement.
const TOGETHER: usize = 512;
/// Deliveries that may wait. Beyond it senders are told to come again.
const WAITING: usize = 8_192;
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

struct Waiting {
    delivery: Delivery,
    stored: oneshot::Sender<Result<(), String>>,
}

/// The way into the inbox.
#[derive(Debug, Clone)]
pub struct Inbox {
    queue: mpsc::Sender<Waiting>,
    arrived: Arc<Notify>,
}

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.delivery.event_id)
    }
}

impl Inbox {
    /// Starts the writers. They end when the last clone is dropped.
    pub fn start(pool: &PgPool) -> Self {
        let (queue, receiver) = mpsc::channel(WAITING);
        let receiver = Arc::new(Mutex::new(receiver));
        let arrived = Arc::new(Notify::new());
        for _ in 0..WRITERS {
            tokio::spawn(write(pool.clone(), receiver.clone(), arrived.clone()));
        }
        Self { queue, arrived }
    }

    /// Stores a delivery. When this returns `Ok`, it is committed.
    ///
    /// # Errors
    /// When it is not certain that it was stored.
    pub async fn accept(&self, delivery: Delivery) -> Result<(), NotStored> {
        let (stored, answer) = oneshot::channel();
        self.queue.try_send(Waiting { delivery, stored }).map_err(|_| NotStored::Full)?;
        match tokio::time::timeout(PATIENCE, answer).await {
            Ok(Ok(Ok(()))) => Ok(()),
            Ok(Ok(Err(error))) => Err(NotStored::Database(error)),
            Ok(Err(_)) => Err(NotStored::Database("stopping".into())),
            Err(_) => Err(NotStored::Database("no answer in time".into())),
        }
    }

    /// Resolves when something was stored since the last call.
    pub async fn arrived(&self) {
        self.arrived.notified().await;
    }
}

async fn write(pool: PgPool, receiver: Arc<Mutex<mpsc::Receiver<Waiting>>>, arrived: Arc<Notify>) {
    let mut waiting = Vec::with_capacity(TOGETHER);
    loop {
        if receiver.lock().await.recv_many(&mut waiting, TOGETHER).await == 0 {
            return;
        }
        let (deliveries, answers): (Vec<Delivery>, Vec<_>) = waiting.drain(..).map(|w| (w.delivery, w.stored)).unzip();
        let result = match tokio::time::timeout(PATIENCE, inbox::store(&pool, &deliveries)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(_) => Err("no answer in time".to_owned()),
        };
        if let Err(error) = &result {
            tracing::error!(error, deliveries = deliveries.len(), "webhooks were not stored");
        }
        metrics::counter!("stripe_webhooks_stored_total").increment(if result.is_ok() {
            deliveries.len() as u64
        } else {
            0
        });
        for answer in answers {
            // Who does not wait any more will send it again.
            let _ = answer.send(result.clone());
        }
        arrived.notify_one();
    }
}
