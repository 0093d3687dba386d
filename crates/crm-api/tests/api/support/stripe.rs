//! A Stripe that answers over HTTP and sends webhooks, and a CRM that has its key.

use super::{Client, TestApp};
use crm_types::accounts::Role;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use stripe_sandbox::{Delivery, Event, Interval, Metadata, NewPrice, Sandbox};

/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600;
pub const DAY: i64 = 86_400;
/// The key that this Stripe knows.
pub const KEY: &str = "sk_test_stripe";
const SECRET: &str = "whsec_test_stripe";

pub struct Stripe {
    pub app: TestApp,
    pub admin: Client,
    pub sandbox: Arc<Mutex<Sandbox>>,
    address: String,
    service: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.service.abort();
    }
}

impl Stripe {
    /// Serves the sandbox, and starts a CRM that asks it with the key.
    pub async fn connect(sandbox: Sandbox, key: &str) -> Self {
        let sandbox = Arc::new(Mutex::new(sandbox));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = tokio::spawn(stripe_sandbox::serve(listener, sandbox.clone(), KEY.into()));
        let settings = [
            ("STRIPE_WEBHOOK_SECRETS", SECRET),
            ("STRIPE_API_KEY", key),
            ("STRIPE_API_BASE", &address),
            ("STRIPE_TIMEOUT_MS", "500"),
        ];
        let app = TestApp::spawn_with(&settings).await;
        let admin = app.client(Role::Admin).await;
        Self { app, admin, sandbox, address, service }
    }

    /// Delivers what happened, and waits until it is applied.
    pub async fn webhooks(&self) {
        let events = self.sandbox.lock().unwrap().drain_events();
        self.deliver(&events).await;
        self.applied().await;
    }

    pub async fn deliver(&self, events: &[Event]) {
        let delivery = Delivery::new(self.app.url("/webhooks/stripe"), SECRET);
        let report = delivery.send(&reqwest::Client::new(), events, 1).await.unwrap();
        assert_eq!((report.refused, report.failed), (0, 0));
    }

    pub async fn applied(&self) {
        self.eventually("SELECT count(*) FROM stripe_events WHERE state = 'pending'", 0).await;
    }

    pub async fn eventually(&self, sql: &str, expected: i64) {
        let mut found = -1;
        for _ in 0..600 {
            found = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(self.app.pool()).await.unwrap();
            if found == expected {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(25)).await;
        }
        panic!("{found} instead of {expected}: {sql}");
    }

    /// What goes wrong with the next requests to Stripe; `done`: what was asked happens all the same.
    pub async fn fault(&self, kind: &str, count: u32, done: bool) {
        let url = format!("{}/v1/test_helpers/faults", self.address);
        let form = format!("kind={kind}&count={count}&done={done}");
        let request = reqwest::Client::new().post(url).bearer_auth(KEY);
        let reply =
            request.header("Content-Type", "application/x-www-form-urlencoded").body(form).send().await.unwrap();
        assert_eq!(reply.status(), 200);
    }

    /// Time passes at Stripe, and there alone.
    pub fn pass(&self, seconds: i64) {
        let mut stripe = self.sandbox.lock().unwrap();
        let now = stripe.now();
        stripe.advance_to(now + seconds);
    }
}

/// A product with a monthly price in dollars, of individuals in a tier; gives the price's id.
pub fn price(stripe: &mut Sandbox, name: &str, minor: i64, tier: &str) -> String {
    let metadata: Metadata =
        [("stream", "rev1_individual"), ("tier", tier)].map(|(k, v)| (k.to_owned(), v.to_owned())).into();
    let product = stripe.create_product(name, None, Metadata::default());
    let recurring = Some((Interval::Month, 1));
    let new =
        NewPrice { product, currency: "usd".into(), unit_amount: minor, recurring, metadata, ..NewPrice::default() };
    stripe.create_price(new).unwrap()
}
