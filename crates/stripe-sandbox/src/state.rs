//! The account: every object, a clock that only moves when told to, and the events that changes leave behind.

pub(crate) mod billing_object;
mod catalogue;
mod clock;
mod coupon;
mod customer;
mod cycle;
mod dispute;
mod invoice;
mod log;
pub(crate) mod object;
mod payment;
mod proration;
mod read;
mod refund;
mod subscription;
mod subscription_change;
pub(crate) mod table;

use std::collections::{BinaryHeap, VecDeque};

use serde_json::Value;

pub use catalogue::NewPrice;
pub use customer::{CustomerChange, NewCustomer};
pub use log::EventQuery;
pub use read::Page;
pub use subscription::{NewItem, NewSubscription};
pub use subscription_change::{CancelReason, ItemChange, Proration};

use crate::event::{Event, RequestInfo, previous_attributes};
use crate::ids::IdSource;
use crate::shape::ApiShape;
use billing_object::{Invoice, InvoicePayment, Subscription};
use clock::Due;
use object::{Charge, Coupon, Customer, Discount, Dispute, PaymentIntent, Price, Product, Refund};
use table::Table;

/// How many events List Events remembers unless told otherwise.
const DEFAULT_LOG_LIMIT: usize = 20_000;

/// A Stripe account in memory. Ids, events and their order are a function of the seed and of the calls made.
#[derive(Debug)]
pub struct Sandbox {
    pub(crate) shape: ApiShape,
    now: i64,
    ids: IdSource,
    pub(crate) products: Table<Product>,
    pub(crate) prices: Table<Price>,
    pub(crate) coupons: Table<Coupon>,
    pub(crate) discounts: Table<Discount>,
    pub(crate) customers: Table<Customer>,
    pub(crate) subscriptions: Table<Subscription>,
    pub(crate) invoices: Table<Invoice>,
    pub(crate) invoice_payments: Table<InvoicePayment>,
    pub(crate) payment_intents: Table<PaymentIntent>,
    pub(crate) charges: Table<Charge>,
    pub(crate) refunds: Table<Refund>,
    pub(crate) disputes: Table<Dispute>,
    due: BinaryHeap<Due>,
    due_count: u64,
    outbox: Vec<Event>,
    log: VecDeque<Event>,
    log_limit: usize,
    /// Events that go astray: how many of the next ones, and whether List Events forgets them too.
    astray: (usize, bool),
    request: RequestInfo,
    /// The subscription whose changes an outer change will tell.
    tracked: Option<String>,
}

impl Sandbox {
    /// An empty account whose clock stands at `now` (Unix seconds).
    #[must_use]
    pub fn new(seed: u64, now: i64) -> Self {
        Self {
            shape: ApiShape::default(),
            now,
            ids: IdSource::new(seed),
            products: Table::default(),
            prices: Table::default(),
            coupons: Table::default(),
            discounts: Table::default(),
            customers: Table::default(),
            subscriptions: Table::default(),
            invoices: Table::default(),
            invoice_payments: Table::default(),
            payment_intents: Table::default(),
            charges: Table::default(),
            refunds: Table::default(),
            disputes: Table::default(),
            due: BinaryHeap::new(),
            due_count: 0,
            outbox: Vec::new(),
            log: VecDeque::new(),
            log_limit: DEFAULT_LOG_LIMIT,
            astray: (0, false),
            request: RequestInfo::default(),
            tracked: None,
        }
    }

    /// Speaks another API version from now on.
    #[must_use]
    pub fn with_shape(mut self, shape: ApiShape) -> Self {
        self.shape = shape;
        self
    }

    /// Remembers so many events for List Events; 0 remembers none.
    #[must_use]
    pub fn with_log_limit(mut self, limit: usize) -> Self {
        self.log_limit = limit;
        self
    }

    /// The clock, Unix seconds.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The API shape spoken.
    #[must_use]
    pub fn shape(&self) -> ApiShape {
        self.shape
    }

    /// Events since the last call, in the order in which they happened.
    pub fn drain_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.outbox)
    }

    /// Tells what API request the following changes belong to; events carry it.
    pub(crate) fn begin_request(&mut self, idempotency_key: Option<&str>) -> String {
        let id = self.ids.next_short("req_");
        self.request = RequestInfo { id: Some(id.clone()), idempotency_key: idempotency_key.map(str::to_owned) };
        id
    }

    /// Changes from here on are Stripe's own again.
    pub(crate) fn end_request(&mut self) {
        self.request = RequestInfo::default();
    }

    /// An id for something that the account does not keep.
    pub(crate) fn next_id(&mut self, prefix: &str) -> String {
        self.ids.next(prefix)
    }

    fn emit(&mut self, kind: &str, object: Value) {
        self.record(kind, object, None);
    }

    /// Emits `kind` with what differs between the two renderings; nothing when they are equal.
    fn emit_change(&mut self, kind: &str, before: &Value, after: Value) {
        if let Some(previous) = previous_attributes(before, &after) {
            self.record(kind, after, Some(previous));
        }
    }

    fn record(&mut self, kind: &str, object: Value, previous: Option<Value>) {
        let id = self.ids.next("evt_");
        let event = Event::new(id, self.now, kind, object, previous, self.shape, &self.request);
        let (astray, forgotten) = self.astray;
        self.astray.0 = astray.saturating_sub(1);
        if astray == 0 || !forgotten {
            self.remember(&event);
        }
        if astray == 0 {
            self.outbox.push(event);
        }
    }
}
