//! What Stripe is asked to do: menus, dialogs, and what became of it.

mod asked;
mod billing;
mod cancel;
mod change;
mod coupon;
mod pause;
mod price;
mod refund;
mod start;
mod subscription;

pub use asked::{Asked, Connection};
pub use billing::Billing;
pub use refund::Refund;
pub use subscription::SubscriptionActions;

use crate::api::stripe_actions::{ACTIONS, CONNECTION, SUBSCRIPTIONS, TRANSACTIONS};
use crate::components::Notes;
use crate::query::{changed, use_query};
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::stripe_actions::{StripeAction, StripeActionState, StripeConnection};
use leptos::prelude::*;

/// Why nothing can be asked: the role, or no Stripe.
pub fn use_denied(permission: Permission) -> Signal<Option<String>> {
    let session = use_session();
    let denied = session.denied(permission);
    let reads = session.may(Permission::SubscriptionsRead);
    let connection = use_query::<StripeConnection>(move || reads.then(|| CONNECTION.into()));
    Signal::derive(move || denied.clone().or_else(|| connection.get().and_then(|connection| connection.how)))
}

/// Says what was asked, and reads again what shows it.
pub fn asked(toasts: Notes, action: &StripeAction) {
    let how = match action.state {
        StripeActionState::Confirmed => "done",
        _ => "asked; it counts once Stripe confirms it",
    };
    toasts.done(format!("{}: {how}", action.summary));
    for resource in [ACTIONS, SUBSCRIPTIONS, TRANSACTIONS] {
        changed(resource);
    }
    if let Some(id) = action.subscription_id {
        changed(&format!("{SUBSCRIPTIONS}/{id}"));
    }
    if let Some(id) = action.transaction_id {
        changed(&format!("{TRANSACTIONS}/{id}"));
    }
}
