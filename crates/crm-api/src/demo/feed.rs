//! Sends the business's events: a day at a time in fast forward, then slowly until the present, then with it.

use super::position::Position;
use super::{books, gyms, rates};
use anyhow::Result;
use crm_domain::billing::settle;
use sqlx::PgPool;
use std::time::Duration;
use stripe_sandbox::{Business, Delivery};

const DAY: i64 = 86_400;
/// Days after which newcomers are put into organisations.
const MONTH: i64 = 30;
/// What passes in a second of the slow part, until the present is reached.
const SLOW_STEP: i64 = 120;
const CONCURRENCY: usize = 16;
/// Fast forward waits when so many events are not applied yet, so that the picture keeps up.
const BEHIND: i64 = 2_000;

/// Plays until the task is dropped. What cannot be sent is sent again: the business is deterministic.
pub async fn run(
    business: Business,
    position: Position,
    target: String,
    secret: String,
    pool: PgPool,
    days_per_second: f64,
) {
    let mut feed =
        Feed { business, position, delivery: Delivery::new(target, secret), client: reqwest::Client::new(), pool };
    if let Err(error) = feed.play(days_per_second).await {
        tracing::error!(error = format!("{error:#}"), "the demo's business stopped");
    }
}

struct Feed {
    business: Business,
    position: Position,
    delivery: Delivery,
    client: reqwest::Client,
    pool: PgPool,
}

impl Feed {
    async fn play(&mut self, days_per_second: f64) -> Result<()> {
        let pause = Duration::from_secs_f64(1.0 / days_per_second.clamp(0.01, 10_000.0));
        let mut tick = tokio::time::interval(pause);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.position.sent_until < self.position.fast_until() {
            tick.tick().await;
            self.send_until(self.position.sent_until + DAY).await?;
            self.wait_until_shown().await?;
            let (until, end) = (self.position.sent_until, self.position.fast_until());
            if until >= end || until / DAY % MONTH == 0 {
                gyms::fill(&self.pool).await?;
            }
        }
        tracing::info!("the demo's year is over; the business goes on slowly");
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        loop {
            tick.tick().await;
            let next = (self.position.sent_until + SLOW_STEP).min(chrono::Utc::now().timestamp());
            if next > self.position.sent_until {
                self.send_until(next).await?;
            }
            books::settle_up(&self.pool).await?;
            rates::bring(&self.pool, self.position.first_day()).await?;
        }
    }

    async fn send_until(&mut self, t: i64) -> Result<()> {
        let events = self.delivery.plan(self.business.step_to(t));
        let mut rest = events.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(512));
            let report = self.delivery.send(&self.client, now, CONCURRENCY).await?;
            anyhow::ensure!(report.refused == 0, "{} events were refused", report.refused);
            if report.failed == 0 {
                rest = later;
            }
        }
        self.position.sent(t)
    }

    async fn wait_until_shown(&self) -> Result<()> {
        loop {
            if settle::pending(&self.pool, BEHIND).await? < BEHIND {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
