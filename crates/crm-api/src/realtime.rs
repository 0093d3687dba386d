//! Tells open pages what changed: one listener per process, any number of streams.

mod stream;

pub use stream::Stream;

use actix_web::web::Bytes;
use anyhow::Result;
use crm_domain::realtime::{self, LoggedEvent, Missed};
use crm_types::realtime::RealtimeEvent;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// Events that wait for a slow stream before it has to read the log.
const WAITING: usize = 256;
/// Events that are worth sending one by one; who missed more reads everything again.
const WORTH: i64 = 500;

/// One event as it goes out.
#[derive(Debug, Clone)]
struct Sent {
    id: i64,
    frame: Bytes,
}

impl Sent {
    fn new(id: i64, event: &RealtimeEvent) -> Self {
        let data = serde_json::to_string(event).unwrap_or_default();
        Self { id, frame: format!("id: {id}\nevent: {}\ndata: {data}\n\n", event.name()).into() }
    }
}

impl From<LoggedEvent> for Sent {
    fn from(logged: LoggedEvent) -> Self {
        Self::new(logged.id, &logged.event)
    }
}

/// Where streams join.
#[derive(Debug, Clone)]
pub struct Hub {
    pool: PgPool,
    sender: broadcast::Sender<Sent>,
    /// The newest event that was sent to all streams.
    newest: Arc<AtomicI64>,
    stopping: watch::Sender<bool>,
}

impl Hub {
    /// Without a listener yet. `pool` gives it its connection.
    pub fn new(pool: PgPool) -> Self {
        let (sender, _) = broadcast::channel(WAITING);
        Self { pool, sender, newest: Arc::default(), stopping: watch::Sender::new(false) }
    }

    /// Starts at the log's end. Done before the first stream joins, so that nothing is published unseen in between.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn prepare(&self) -> Result<()> {
        let newest = realtime::newest(&mut *self.pool.acquire().await?).await?;
        self.newest.store(newest, Ordering::Release);
        Ok(())
    }

    /// Ends all streams and the listener.
    pub fn stop(&self) {
        self.stopping.send_replace(true);
    }

    /// Listens until [`Hub::stop`], through any loss of the database.
    pub async fn run(&self) {
        let mut stopping = self.stopping.subscribe();
        loop {
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                result = self.listen() => if let Err(error) = result {
                    tracing::warn!(error = format!("{error:#}"), "the realtime listener lost the database; it tries again");
                },
            }
            tokio::select! {
                _ = stopping.wait_for(|stop| *stop) => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    async fn listen(&self) -> Result<()> {
        let mut listener = PgListener::connect_with(&self.pool).await?;
        listener.listen(realtime::CHANNEL).await?;
        loop {
            // Also after a reconnect, which `None` stands for: what came meanwhile is in the log.
            self.catch_up().await?;
            listener.try_recv().await?;
            while listener.next_buffered().is_some() {}
        }
    }

    /// Sends what the log has and the streams have not.
    async fn catch_up(&self) -> Result<()> {
        let newest = self.newest.load(Ordering::Acquire);
        let events = match realtime::since(&mut *self.pool.acquire().await?, newest, WORTH).await? {
            Missed::Events(events) => events.into_iter().map(Sent::from).collect(),
            Missed::TooMuch { newest } => vec![Sent::new(newest, &RealtimeEvent::Reset)],
        };
        for sent in events {
            let id = sent.id;
            // Nobody listens: nobody is told.
            let _ = self.sender.send(sent);
            // After sending: a stream that joins in between gets the event twice rather than never.
            self.newest.store(id, Ordering::Release);
        }
        Ok(())
    }
}
