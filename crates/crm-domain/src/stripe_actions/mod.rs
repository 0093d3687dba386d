//! What staff ask Stripe to do.
//!
//! An action is written down before Stripe is asked, with the key under which it is asked: what Stripe does under one key it
//! does once, so that a request that was not answered is sent again without harm. What changes here comes from the webhook
//! alone, which carries the key of the request that caused it.

mod confirm;
mod links;
pub mod list;
mod perform;
mod port;
mod preview;
mod refund;
mod start;
mod subscription;

pub(crate) use confirm::confirm;
pub use links::{billing_portal, checkout, coupons};
pub use perform::RequestKey;
pub use port::{Answer, Ask, ChangeAsk, Checkout, NewCustomer, Person, Port, Refusal, Stripe};
pub use preview::preview;
pub use refund::refund;
pub use start::start;
pub use subscription::{apply_coupon, cancel, change, pause, reactivate, remove_coupon, resume};

#[cfg(test)]
mod tests;
