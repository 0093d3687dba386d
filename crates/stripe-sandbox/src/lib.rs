//! A small stateful Stripe look-alike, and a simulated business that lives in it.
//!
//! [`Sandbox`] is an account in memory: objects, verbs and a clock that only moves when told to. Every change leaves
//! [`Event`]s behind, whose bytes are the same for the same seed and the same calls. [`serve`] speaks the part of
//! Stripe's REST API that is called, [`Delivery`] posts signed webhooks the way Stripe does (twice at times, and not
//! always in order), and [`Business`] plays a fitness app's year.

#![recursion_limit = "256"]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod calendar;
mod delivery;
mod error;
mod event;
mod http;
mod ids;
mod rng;
mod shape;
mod sign;
mod simulation;
mod state;

pub use calendar::Interval;
pub use delivery::{Delivery, DeliveryError, Report};
pub use error::{Error, Result};
pub use event::Event;
pub use http::{Recorder, WrittenRequest, serve, serve_recorded};
pub use shape::ApiShape;
pub use sign::signature_header;
pub use simulation::population::{Life, Offer, Payment, Population, State};
pub use simulation::{Business, BusinessConfig};
pub use state::billing_object::{PauseBehaviour, Status, TrialEnd};
pub use state::object::{CouponDuration, CouponTerms, Metadata, PaymentBehaviour};
pub use state::{
    CancelReason, CustomerChange, EventQuery, ItemChange, NewCustomer, NewItem, NewPrice, NewSubscription, Page,
    Proration, Sandbox,
};
