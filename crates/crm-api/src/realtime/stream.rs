use super::{Hub, Sent, WORTH};
use crate::AppState;
use actix_web::web::{Bytes, Data};
use crm_domain::realtime::{self, Missed};
use crm_types::ids::SessionId;
use crm_types::realtime::RealtimeEvent;
use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::sync::watch;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// A comment so often keeps proxies from closing the stream.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// With what the session cache believes, a revoked session's stream ends within 5 s.
const SESSION_CHECK: Duration = Duration::from_secs(2);

/// One open event stream.
pub struct Stream {
    state: Data<AppState>,
    session: SessionId,
    receiver: broadcast::Receiver<Sent>,
    stopping: watch::Receiver<bool>,
    /// The last event that this stream was given.
    last: i64,
    waiting: VecDeque<Bytes>,
    heartbeat: Interval,
    session_check: Interval,
}

impl Stream {
    /// Joins; with `last_event_id`, continues after that event.
    pub fn join(state: Data<AppState>, session: SessionId, last_event_id: Option<i64>) -> Self {
        let hub: &Hub = &state.hub;
        let receiver = hub.sender.subscribe();
        let newest = hub.newest.load(Ordering::Acquire);
        metrics::gauge!("realtime_clients").increment(1);
        // The id alone, so that a stream which breaks before its first event can continue as well.
        let hello = match last_event_id {
            None => format!("retry: 2000\nid: {newest}\n\n"),
            Some(_) => "retry: 2000\n\n".to_owned(),
        };
        Self {
            session,
            receiver,
            stopping: hub.stopping.subscribe(),
            last: last_event_id.unwrap_or(newest),
            waiting: VecDeque::from([hello.into()]),
            heartbeat: every(HEARTBEAT),
            session_check: every(SESSION_CHECK),
            state,
        }
    }

    /// Queues what the log has after the last event that this stream was given.
    ///
    /// # Errors
    /// When the database does not answer; the client comes back with the same `Last-Event-ID`.
    pub async fn catch_up(&mut self) -> Result<(), crate::ApiError> {
        let mut conn = self.state.pool.acquire().await?;
        let events = match realtime::since(&mut conn, self.last, WORTH).await? {
            Missed::Events(events) => events.into_iter().map(Sent::from).collect(),
            Missed::TooMuch { newest } => vec![Sent::new(newest, &RealtimeEvent::Reset)],
        };
        for sent in events {
            self.last = sent.id;
            self.waiting.push_back(sent.frame);
        }
        Ok(())
    }

    /// The next piece to send; `None` ends the stream.
    pub async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(frame) = self.waiting.pop_front() {
                return Some(frame);
            }
            let woken = tokio::select! {
                _ = self.stopping.wait_for(|stop| *stop) => return None,
                received = self.receiver.recv() => Woken::Received(received),
                _ = self.session_check.tick() => Woken::SessionCheck,
                _ = self.heartbeat.tick() => return Some(Bytes::from_static(b": still here\n\n")),
            };
            match woken {
                Woken::Received(Ok(sent)) if sent.id > self.last => {
                    self.last = sent.id;
                    return Some(sent.frame);
                }
                Woken::Received(Ok(_)) => {}
                Woken::Received(Err(RecvError::Lagged(_))) => self.catch_up().await.ok()?,
                Woken::Received(Err(RecvError::Closed)) => return None,
                // A database that does not answer revokes nobody.
                Woken::SessionCheck => {
                    if let Ok(None) = self.state.sessions.user(self.session).await {
                        return None;
                    }
                }
            }
        }
    }
}

/// Why a stream has something to do.
enum Woken {
    Received(Result<Sent, RecvError>),
    SessionCheck,
}

impl Drop for Stream {
    fn drop(&mut self) {
        metrics::gauge!("realtime_clients").decrement(1);
    }
}

fn every(period: Duration) -> Interval {
    let mut interval = interval(period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval.reset();
    interval
}
