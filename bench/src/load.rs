//! Webhooks over plain keep-alive connections: the client should cost as little as it can on the cores it shares.

use crate::server::{SECRET, Server};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use sqlx::PgPool;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use stripe_sandbox::{
    ApiShape, Event, Interval, ItemChange, Metadata, NewCustomer, NewItem, NewPrice, NewSubscription, Proration,
    Sandbox, signature_header,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::{JoinHandle, JoinSet};

/// An event of 3 KB whose type is not used here.
pub fn ignored_event(prefix: &str, n: usize) -> Vec<u8> {
    let text = "A plain sentence that makes the event as large as those of Stripe usually are. ".repeat(33);
    json!({"id": format!("{prefix}_{n:010}"), "object": "event", "type": "climate.order.created", "created": 1_767_225_600, "livemode": false,
        "api_version": "2025-12-15.clover", "data": {"object": {"id": format!("climorder_{n}"), "note": text}}})
    .to_string()
    .into_bytes()
}

/// Posts distinct events for so long. Gives acknowledgements a second.
pub async fn acknowledgements(server: &Server, connections: usize, duration: Duration) -> Result<f64> {
    // Made and signed before the clock starts. As many as could ever be sent.
    let per_connection = 5_000 * usize::try_from(duration.as_secs())? / connections.max(1) * 8;
    let mut lanes = Vec::new();
    for lane in 0..connections {
        lanes.push(Lane::open(server.address).await?.with_requests(
            (0..per_connection).map(|n| request(&ignored_event("evt_ack", lane * per_connection + n))).collect(),
        ));
    }
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for mut lane in lanes {
        tasks.spawn(async move {
            let mut sent = 0_usize;
            while began.elapsed() < duration && lane.send_next().await? {
                sent += 1;
            }
            anyhow::Ok(sent)
        });
    }
    let mut total = 0;
    while let Some(sent) = tasks.join_next().await {
        total += sent??;
    }
    Ok(total as f64 / began.elapsed().as_secs_f64())
}

/// Posts all events, in order of the queue, over so many connections.
pub async fn send_all(server: &Server, events: Vec<Event>, connections: usize) -> Result<()> {
    let requests: Arc<Vec<Vec<u8>>> = Arc::new(events.iter().map(|event| request(&event.body)).collect());
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = JoinSet::new();
    for _ in 0..connections {
        let (requests, next, address) = (requests.clone(), next.clone(), server.address);
        tasks.spawn(async move {
            let mut lane = Lane::open(address).await?;
            while let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) {
                lane.send(request).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// Posts events at a steady rate over one connection, until the task is ended or none is left.
pub fn steadily(server: &Server, events: Vec<Event>, per_second: u32) -> JoinHandle<Result<()>> {
    let address = server.address;
    tokio::spawn(async move {
        let mut lane = Lane::open(address).await?;
        let mut beat = tokio::time::interval(Duration::from_secs(1) / per_second);
        for event in events {
            beat.tick().await;
            lane.send(&request(&event.body)).await?;
        }
        Ok(())
    })
}

/// One change after the other, each from its POST until its MRR can be read. Gives p50 and p95 in milliseconds.
pub async fn to_figure(server: &Server, pool: &PgPool, seed: u64, duration: Duration) -> Result<(f64, f64)> {
    let mut sandbox = Sandbox::new(seed, 1_767_225_600).with_shape(ApiShape::Current).with_log_limit(0);
    let metadata: Metadata =
        [("stream", "rev1_individual"), ("tier", "tier1")].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let product = sandbox.create_product("Bench", None, Metadata::default());
    let recurring = Some((Interval::Month, 1));
    let price = sandbox.create_price(NewPrice {
        product,
        currency: "usd".into(),
        unit_amount: 900,
        recurring,
        metadata,
        ..NewPrice::default()
    })?;
    let email = Some(format!("bench{seed}@example.com"));
    let customer = sandbox.create_customer(NewCustomer { email, ..NewCustomer::default() });
    let items = vec![NewItem { price, quantity: 1 }];
    let subscription =
        sandbox.create_subscription(NewSubscription { customer, items, ..NewSubscription::default() })?;
    let item = sandbox.subscription_json(&subscription)?;
    let item = item.pointer("/items/data/0/id").and_then(|id| id.as_str()).context("no item")?.to_owned();
    let mut lane = Lane::open(server.address).await?;
    let mut times = Vec::new();
    let start = Instant::now();
    for quantity in 1.. {
        if quantity > 1 {
            sandbox.advance_to(1_767_225_600 + quantity);
            let change = ItemChange { id: Some(item.clone()), quantity: Some(quantity), ..ItemChange::default() };
            sandbox.change_items(&subscription, &[change], Proration::None)?;
        }
        let events: Vec<Vec<u8>> = sandbox.drain_events().iter().map(|event| request(&event.body)).collect();
        let began = Instant::now();
        for event in &events {
            lane.send(event).await?;
        }
        while sqlx::query_scalar::<_, i64>("SELECT mrr_minor FROM subscriptions WHERE stripe_subscription_id = $1")
            .bind(&subscription)
            .fetch_optional(pool)
            .await?
            != Some(quantity * 900)
        {
            ensure!(began.elapsed() < Duration::from_secs(30), "the change to {quantity} was not applied");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        times.push(began.elapsed().as_secs_f64() * 1_000.0);
        if times.len() > 60 && start.elapsed() > duration {
            break;
        }
    }
    // The first is the customer that begins.
    times.remove(0);
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().context("nothing was measured");
    Ok((at(50)?, at(95)?))
}

fn request(body: &[u8]) -> Vec<u8> {
    let signature = signature_header(SECRET, chrono::Utc::now().timestamp(), body);
    let mut request = format!(
        "POST /webhooks/stripe HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nStripe-Signature: {signature}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    request.extend_from_slice(body);
    request
}

/// One connection.
pub struct Lane {
    stream: TcpStream,
    buffer: Vec<u8>,
    requests: std::vec::IntoIter<Vec<u8>>,
}

impl Lane {
    pub async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(4096), requests: Vec::new().into_iter() })
    }

    fn with_requests(mut self, requests: Vec<Vec<u8>>) -> Self {
        self.requests = requests.into_iter();
        self
    }

    async fn send_next(&mut self) -> Result<bool> {
        let Some(request) = self.requests.next() else { return Ok(false) };
        self.send(&request).await?;
        Ok(true)
    }

    /// Sends a request and gives the body of the reply.
    pub async fn send(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        loop {
            ensure!(self.stream.read_buf(&mut self.buffer).await? > 0, "the server hung up");
            if let Some(head) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                let text = std::str::from_utf8(self.buffer.get(..head).unwrap_or_default())?;
                let length = text
                    .lines()
                    .find_map(|l| l.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().to_owned()));
                let length: usize = length.context("no length")?.parse()?;
                if self.buffer.len() >= head + 4 + length {
                    ensure!(text.starts_with("HTTP/1.1 20"), "refused: {}", text.lines().next().unwrap_or_default());
                    return Ok(self.buffer.get(head + 4..).unwrap_or_default());
                }
            }
        }
    }
}
