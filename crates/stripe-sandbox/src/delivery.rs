//! Webhook deliveries as a receiver meets them: signed, some twice, some out of order, retried.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::{StreamExt, stream};
use reqwest::header::CONTENT_TYPE;

use crate::event::Event;
use crate::rng::Rng;
use crate::sign::signature_header;

/// Where events go, and how badly.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The receiver.
    pub url: String,
    /// The endpoint's secret, `whsec_...`.
    pub secret: String,
    /// The chance of an event to be sent twice, 0 to 1.
    pub duplicates: f64,
    /// The chance of an event to be sent late, 0 to 1.
    pub reorder: f64,
    /// How many places late at most.
    pub window: usize,
    /// Same seed and events, same plan.
    pub seed: u64,
    /// How often an event is tried before it is given up.
    pub attempts: u32,
    /// The wait before the second try; doubled for each further one, 30 seconds at most.
    pub backoff: Duration,
}

/// How a delivery went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Answered 2xx.
    pub acknowledged: u64,
    /// Answered with something that a retry does not change (3xx, 4xx).
    pub refused: u64,
    /// Given up after all attempts.
    pub failed: u64,
    /// Further tries.
    pub retries: u64,
}

/// A delivery that could not even begin.
#[derive(Debug, thiserror::Error)]
pub enum DeliveryError {
    /// The receiver's address is none.
    #[error("'{0}' is not an http(s) address")]
    Address(String),
}

enum Outcome {
    Acknowledged,
    Refused,
    Failed,
}

impl Delivery {
    /// What a receiver has to live with at Stripe: 3 % twice, 10 % late.
    #[must_use]
    pub fn new(url: impl Into<String>, secret: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            secret: secret.into(),
            duplicates: 0.03,
            reorder: 0.1,
            window: 32,
            seed: 7,
            attempts: 8,
            backoff: Duration::from_millis(200),
        }
    }

    /// The order of sending: some events later than they happened, some again.
    #[must_use]
    pub fn plan(&self, events: Vec<Event>) -> Vec<Event> {
        // Batches of one business differ in their first event, and so do their plans.
        let first = events.first().map_or(0, |event| {
            event.id.bytes().fold(0_u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)))
        });
        let mut rng = Rng::new(self.seed, first);
        let window = self.window as u64;
        let mut places: Vec<(u64, Event)> = Vec::with_capacity(events.len());
        for (place, event) in (0_u64..).zip(events) {
            if rng.chance(self.duplicates) {
                places.push((place + 1 + rng.below(window), event.clone()));
            }
            let late = if rng.chance(self.reorder) { 1 + rng.below(window) } else { 0 };
            places.push((place + late, event));
        }
        // Stable: what was not moved keeps its order.
        places.sort_by_key(|(place, _)| *place);
        places.into_iter().map(|(_, event)| event).collect()
    }

    /// Posts the events, so many at a time, and waits for all of them.
    ///
    /// # Errors
    /// When the address is not one. What the receiver does is in the report.
    pub async fn send(
        &self,
        client: &reqwest::Client,
        events: &[Event],
        concurrency: usize,
    ) -> Result<Report, DeliveryError> {
        let url = reqwest::Url::parse(&self.url).map_err(|_| DeliveryError::Address(self.url.clone()))?;
        // Collected first: a stream that holds this closure could not be spawned.
        let deliveries: Vec<_> = events.iter().map(|event| self.deliver(client, url.clone(), event)).collect();
        let report = stream::iter(deliveries)
            .buffer_unordered(concurrency.max(1))
            .fold(Report::default(), |mut report, (outcome, tries)| async move {
                match outcome {
                    Outcome::Acknowledged => report.acknowledged += 1,
                    Outcome::Refused => report.refused += 1,
                    Outcome::Failed => report.failed += 1,
                }
                report.retries += u64::from(tries.saturating_sub(1));
                report
            })
            .await;
        Ok(report)
    }

    /// One event until it is settled; with the number of tries.
    async fn deliver(&self, client: &reqwest::Client, url: reqwest::Url, event: &Event) -> (Outcome, u32) {
        let mut wait = self.backoff;
        for attempt in 1..=self.attempts.max(1) {
            let request = client
                .post(url.clone())
                .header(CONTENT_TYPE, "application/json; charset=utf-8")
                // Each try is signed anew: receivers refuse signatures that are five minutes old.
                .header("Stripe-Signature", signature_header(&self.secret, unix_now(), &event.body))
                .body(event.body.clone());
            match request.send().await.map(|response| response.status()) {
                Ok(status) if status.is_success() => return (Outcome::Acknowledged, attempt),
                Ok(status) if !status.is_server_error() && status.as_u16() != 429 => {
                    tracing::warn!(%status, event = event.id, "the receiver refused an event");
                    return (Outcome::Refused, attempt);
                }
                _ if attempt == self.attempts.max(1) => return (Outcome::Failed, attempt),
                _ => {}
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(Duration::from_secs(30));
        }
        (Outcome::Failed, self.attempts)
    }
}

/// Signatures carry the real time, whatever the sandbox's clock shows.
fn unix_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
