//! A customer at Stripe: a new subscription, links for them, and what was asked.

use super::start::{CheckoutForm, StartForm};
use super::{Asked, Connection, use_denied};
use crate::api::stripe_actions as api;
use crate::components::{ActionButton, Dialog, use_toasts};
use crate::query::Query;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::customers::Customer;
use crm_types::ids::CustomerId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The card.
#[component]
pub fn Billing(
    /// Whose.
    id: Memo<String>,
    /// The customer.
    customer: Query<Customer>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let refused = use_denied(Permission::SubscriptionsWrite);
    let archived = move || customer.map(|c| c.archived_at.is_some()).unwrap_or(false);
    let denied = Signal::derive(move || {
        refused.get().or_else(|| archived().then(|| "This customer is archived. Restore them first.".to_owned()))
    });
    let unknown = Signal::derive(move || {
        let known = customer.map(|c| c.stripe_customer_id.is_some()).unwrap_or(false);
        denied.get().or_else(|| (!known).then(|| "Stripe does not know this customer yet.".to_owned()))
    });
    let (starting, checkout) = (RwSignal::new(false), RwSignal::new(false));
    let busy = RwSignal::new(false);
    // With whose it is: the page may show another customer by the time that it comes.
    let link = RwSignal::new(None::<(CustomerId, String)>);
    let own_link = move || link.get().filter(|(whose, _)| customer.map(|c| c.id) == Some(*whose)).map(|(_, url)| url);
    let whom = move || untrack(|| customer.map(|c| c.id));
    let portal = Callback::new(move |()| {
        let Some(id) = whom() else { return };
        busy.set(true);
        spawn_local(async move {
            match api::billing_portal(session, id).await {
                Ok(found) => drop(link.try_set(Some((id, found.url)))),
                Err(error) => toasts.failed(format!("No link: {}", error.detail())),
            }
            busy.try_set(false);
        });
    });
    let opens = |open: RwSignal<bool>| Callback::new(move |()| open.set(true));
    view! {
        <section class="card" aria-labelledby="billing">
            <header class="card__head card__head--line"><h2 id="billing">"Billing at Stripe"</h2></header>
            <div class="card__body stack">
                <Connection/>
                <div class="row row--wrap">
                    <ActionButton label="New subscription".to_owned() icon="plus" denied=denied on_press=opens(starting)/>
                    <ActionButton label="Checkout link".to_owned() denied=denied on_press=opens(checkout)/>
                    <ActionButton label="Billing portal link".to_owned() busy=busy denied=unknown on_press=portal/>
                </div>
                {move || own_link().map(|url| view! {
                    <p class="small" role="status">"For the customer only: "<a href=url.clone() target="_blank" rel="noreferrer">{url.clone()}</a></p>
                })}
            </div>
        </section>
        <Asked by="customer_id" id=id/>
        <Dialog id="new-subscription" title=Signal::stored("New subscription".to_owned()) open=starting>
            {move || whom().map(|customer| view! { <StartForm customer=customer open=starting/> })}
        </Dialog>
        <Dialog id="checkout-link" title=Signal::stored("Checkout link".to_owned()) open=checkout>
            {move || whom().map(|customer| view! { <CheckoutForm customer=customer open=checkout link=link/> })}
        </Dialog>
    }
}
