//! What can be done to a running subscription.

use super::Sandbox;
use super::billing_object::{Cancellation, PauseBehaviour};
use super::catalogue::merge;
use super::clock::Action;
use super::object::Metadata;
use crate::error::{Error, Result};

/// Why a subscription is canceled, as Stripe's `cancellation_details`.
#[derive(Debug, Clone, Default)]
pub struct CancelReason {
    /// One of Stripe's words: `too_expensive`, `unused`, `missing_features`, ...
    pub feedback: Option<String>,
    /// In the customer's words.
    pub comment: Option<String>,
}

/// One item to add (no `id`), to change or to remove.
#[derive(Debug, Clone, Default)]
pub struct ItemChange {
    /// The item's id; none adds an item.
    pub id: Option<String>,
    /// The new price.
    pub price: Option<String>,
    /// The new quantity.
    pub quantity: Option<i64>,
    /// Removes the item.
    pub deleted: bool,
}

/// What a change in the middle of a period costs, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Proration {
    /// On the next invoice.
    #[default]
    CreateProrations,
    /// Now.
    AlwaysInvoice,
    /// Nothing.
    None,
}

impl Proration {
    /// Stripe's `proration_behavior`.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "create_prorations" => Some(Self::CreateProrations),
            "always_invoice" => Some(Self::AlwaysInvoice),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

const FEEDBACK: [&str; 8] = [
    "customer_service",
    "low_quality",
    "missing_features",
    "other",
    "switched_service",
    "too_complex",
    "too_expensive",
    "unused",
];

impl Sandbox {
    /// Pauses collection: the status stays, invoices are not collected. With `resumes_at` (Unix seconds) it ends by
    /// itself.
    ///
    /// # Errors
    /// When the subscription is missing or over, or the date is past.
    pub fn pause_collection(
        &mut self,
        subscription: &str,
        behaviour: PauseBehaviour,
        resumes_at: Option<i64>,
    ) -> Result<()> {
        self.running(subscription)?;
        if let Some(at) = resumes_at {
            if at <= self.now {
                let message = "`resumes_at` must be in the future.";
                return Err(Error::invalid("pause_collection[resumes_at]", message));
            }
            self.schedule(at, Action::Resume { subscription: subscription.to_owned(), at });
        }
        self.change_subscription(subscription, |sub| sub.pause = Some((behaviour, resumes_at)))
    }

    /// Collects again.
    ///
    /// # Errors
    /// When the subscription is missing or over.
    pub fn resume(&mut self, subscription: &str) -> Result<()> {
        self.running(subscription)?;
        self.change_subscription(subscription, |sub| sub.pause = None)
    }

    pub(super) fn resume_due(&mut self, subscription: &str, at: i64) -> Result<()> {
        let sub = self.subscriptions.get(subscription)?;
        let due = sub.pause.is_some_and(|(_, resumes_at)| resumes_at == Some(at));
        if sub.status.is_over() || !due {
            return Ok(());
        }
        self.resume(subscription)
    }

    /// Cancels now; nothing is paid back (see [`Sandbox::refund`]).
    ///
    /// # Errors
    /// When the subscription is missing or over, or the feedback is not one of Stripe's words.
    pub fn cancel(&mut self, subscription: &str, reason: CancelReason) -> Result<()> {
        self.running(subscription)?;
        let cancellation = requested(reason)?;
        self.track(subscription, |sandbox| {
            sandbox.subscriptions.get_mut(subscription)?.cancellation = cancellation;
            sandbox.end_subscription(subscription)
        })
    }

    /// Cancels when the current period, or the trial, is over.
    ///
    /// # Errors
    /// As [`Sandbox::cancel`].
    pub fn cancel_at_period_end(&mut self, subscription: &str, reason: CancelReason) -> Result<()> {
        self.running(subscription)?;
        let cancellation = requested(reason)?;
        let now = self.now;
        self.change_subscription(subscription, |sub| {
            sub.cancel_at_period_end = true;
            sub.canceled_at = Some(now);
            sub.cancellation = cancellation;
        })
    }

    /// Takes a cancellation at period end back.
    ///
    /// # Errors
    /// When the subscription is missing or over.
    pub fn keep(&mut self, subscription: &str) -> Result<()> {
        self.running(subscription)?;
        self.change_subscription(subscription, |sub| {
            sub.cancel_at_period_end = false;
            sub.canceled_at = None;
            sub.cancellation = Cancellation::default();
        })
    }

    /// Sets metadata keys; an empty value removes a key.
    ///
    /// # Errors
    /// When the subscription is missing.
    pub fn set_subscription_metadata(&mut self, id: &str, changes: Metadata) -> Result<()> {
        self.change_subscription(id, |sub| merge(&mut sub.metadata, changes))
    }

    /// Ends a trial now: the first period starts and is invoiced.
    ///
    /// # Errors
    /// When the subscription is missing or not in a trial.
    pub fn end_trial_now(&mut self, subscription: &str) -> Result<()> {
        let now = self.now;
        let sub = self.running(subscription)?;
        if sub.status != super::billing_object::Status::Trialing {
            return Err(Error::invalid("trial_end", "This subscription is not in a trial."));
        }
        self.track(subscription, |sandbox| {
            let sub = sandbox.subscriptions.get_mut(subscription)?;
            sub.trial = sub.trial.map(|(start, _)| (start, now));
            sub.period_end = now;
            sandbox.period_end(subscription, now)
        })
    }
}

fn requested(reason: CancelReason) -> Result<Cancellation> {
    if reason.feedback.as_ref().is_some_and(|feedback| !FEEDBACK.contains(&feedback.as_str())) {
        let message = format!("Invalid feedback: must be one of {}", FEEDBACK.join(", "));
        return Err(Error::invalid("cancellation_details[feedback]", message));
    }
    Ok(Cancellation { reason: Some("cancellation_requested"), feedback: reason.feedback, comment: reason.comment })
}
