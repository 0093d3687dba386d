//! Stripe as it is read from. Who asks over the network is another crate's business.

use chrono::{DateTime, Utc};
use crm_types::healing::ReconciledKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::future::Future;
use std::time::Duration;

/// Objects that a page holds at most: Stripe gives no more.
pub const PAGE: usize = 100;

/// A list of Stripe's, newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// What happened, of the last 30 days.
    Events,
    /// Products.
    Products,
    /// Prices.
    Prices,
    /// Coupons.
    Coupons,
    /// Customers that were not deleted.
    Customers,
    /// Subscriptions, ended ones as well.
    Subscriptions,
    /// Invoices.
    Invoices,
    /// Which payment paid which invoice.
    InvoicePayments,
    /// Payment intents.
    PaymentIntents,
    /// Charges.
    Charges,
    /// Refunds.
    Refunds,
    /// Disputes.
    Disputes,
}

impl List {
    /// As Stripe's paths have it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Products => "products",
            Self::Prices => "prices",
            Self::Coupons => "coupons",
            Self::Customers => "customers",
            Self::Subscriptions => "subscriptions",
            Self::Invoices => "invoices",
            Self::InvoicePayments => "invoice_payments",
            Self::PaymentIntents => "payment_intents",
            Self::Charges => "charges",
            Self::Refunds => "refunds",
            Self::Disputes => "disputes",
        }
    }

    /// The list of a kind that is compared.
    pub const fn of(kind: ReconciledKind) -> Self {
        match kind {
            ReconciledKind::Subscription => Self::Subscriptions,
            ReconciledKind::Invoice => Self::Invoices,
            ReconciledKind::Refund => Self::Refunds,
            ReconciledKind::Dispute => Self::Disputes,
        }
    }
}

/// A page that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Of this list.
    pub list: List,
    /// What comes after the object with this id: older ones.
    pub after: Option<String>,
    /// Nothing that was made before.
    pub since: Option<DateTime<Utc>>,
}

/// A page that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// When, by Stripe's clock.
    pub at: DateTime<Utc>,
    /// The objects, each with an id.
    pub data: Vec<Value>,
    /// Whether there are older ones.
    pub more: bool,
}

impl Listed {
    /// The id of the last object, after which the next page begins.
    pub(super) fn last(&self) -> Option<String> {
        self.data.last().and_then(id_of).map(str::to_owned)
    }
}

/// An object's id.
pub(super) fn id_of(object: &Value) -> Option<&str> {
    object.get("id").and_then(Value::as_str)
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Unread {
    /// A sentence for people.
    pub message: String,
    /// How long Stripe wants to be left alone.
    pub wait: Option<Duration>,
    /// To ask the same again does not help: the key is wrong, or there is no such thing.
    pub lasting: bool,
}

/// Stripe, read page by page. Each call asks once, and is bounded in time.
pub trait Source: Sync {
    /// A page of a list.
    fn list(&self, wanted: &Wanted) -> impl Future<Output = Result<Listed, Unread>> + Send;
}

/// How long to wait before something that failed so often is asked for again, in seconds.
pub(crate) fn pause(failures: i32, unread: &Unread, most: f64) -> f64 {
    let growing = 2_f64.powi(failures.clamp(1, 30) - 1).min(most);
    growing.max(unread.wait.map_or(0.0, |wait| wait.as_secs_f64().min(3_600.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stripes_own_word_is_kept() {
        let unread = |wait| Unread { message: String::new(), wait, lasting: false };
        let silent = unread(None);
        assert_eq!([1, 2, 5, 40].map(|failures| pause(failures, &silent, 300.0)), [1.0, 2.0, 16.0, 300.0]);
        assert_eq!(pause(1, &unread(Some(Duration::from_secs(20))), 300.0), 20.0);
        assert_eq!(pause(1, &unread(Some(Duration::from_secs(999_999))), 300.0), 3_600.0, "nobody waits for days");
    }
}
