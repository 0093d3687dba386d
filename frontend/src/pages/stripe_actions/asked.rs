//! What was asked of Stripe, and what became of it.

use crate::api::stripe_actions::{ACTIONS, CONNECTION};
use crate::components::{Ago, Badge, ErrorBox, Icon};
use crate::glance::{drawn, live};
use crate::labels;
use crate::params::Params;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::stripe_actions::{StripeAction, StripeConnection};
use leptos::prelude::*;

/// The newest of them about something; nothing when there are none.
#[component]
pub fn Asked(
    /// The filter: `subscription_id`, `customer_id` or `transaction_id`.
    by: &'static str,
    /// Whose.
    #[prop(into)]
    id: Signal<String>,
) -> impl IntoView {
    let reads = use_session().may(Permission::SubscriptionsRead);
    let url = move || {
        let id = id.get();
        (reads && !id.is_empty()).then(|| Params::from_pairs(&[(by, id.as_str()), ("limit", "5")]).with_path(ACTIONS))
    };
    let query = use_query::<Page<StripeAction>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let none = move || query.map(|page| page.items.is_empty()).unwrap_or(true) && query.error().get().is_none();
    view! {
        <section class="card" aria-labelledby="asked-of-stripe" hidden=live(none)>
            <header class="card__head card__head--line"><h2 id="asked-of-stripe">"Asked of Stripe"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) => view! {
                    <dl class="kv kv--state card__body">{page.items.into_iter().map(row).collect_view()}</dl>
                }
                .into_any(),
                (None, Some(error)) => view! { <ErrorBox what="What was asked" error=error on_retry=retry/> }.into_any(),
                (None, None) => ().into_any(),
            })}
        </section>
    }
}

fn row(action: StripeAction) -> impl IntoView {
    let at = Signal::stored(Some(action.asked_at));
    view! {
        <dt>
            {action.summary}
            <span class="sub">{action.asked_by}", "<Ago at=at/></span>
            {action.reason.map(|why| view! { <span class="sub">{why}</span> })}
        </dt>
        <dd><Badge text=labels::stripe_action_state(action.state) tone=labels::stripe_action_tone(action.state) dot=true/></dd>
    }
}

/// Says that Stripe is not connected, and how to connect it.
#[component]
pub fn Connection() -> impl IntoView {
    let reads = use_session().may(Permission::SubscriptionsRead);
    let query = use_query::<StripeConnection>(move || reads.then(|| CONNECTION.into()));
    move || {
        query.get().and_then(|connection| connection.how).map(|how| {
            view! { <p class="note"><Icon name="alert"/><span>{how}</span></p> }
        })
    }
}
