//! The Stripe connection and the inbox of its events.

use super::SettingsFrame;
use super::inbox::Inbox;
use crate::api::{settings, stripe_events};
use crate::browser;
use crate::components::{Ago, ErrorBox, Icon, SkeletonCard, use_toasts};
use crate::format::count;
use crate::glance::drawn;
use crate::labels::counted;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::billing::InboxStats;
use crm_types::system::SystemHealth;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn StripePage() -> impl IntoView {
    let session = use_session();
    let realtime = use_realtime();
    let health =
        use_query::<SystemHealth>(move || session.may(Permission::SystemRead).then(|| settings::HEALTH.into()));
    let stats =
        use_query::<InboxStats>(move || session.may(Permission::StripeRead).then(|| stripe_events::STATS.into()))
            .refresh_on(realtime.billing())
            .refresh_on(realtime.inbox());
    view! {
        <SettingsFrame tab="Stripe">
            <div class="grid">
                <section class="card c5" aria-labelledby="connection">
                    <header class="card__head card__head--line"><h2 id="connection">"Connection"</h2></header>
                    {drawn(move || match (session.denied(Permission::SystemRead), health.get()) {
                        (Some(why), _) => view! { <p class="card__body muted">{why}</p> }.into_any(),
                        (None, Some(health)) => view! { <Connection health=health/> }.into_any(),
                        (None, None) => loading_or_failed("Connection", health),
                    })}
                </section>
                <section class="card c7" aria-labelledby="inbox-stats">
                    <header class="card__head card__head--line"><h2 id="inbox-stats">"Inbox"</h2></header>
                    {drawn(move || match (session.denied(Permission::StripeRead), stats.get()) {
                        (Some(why), _) => view! { <p class="card__body muted">{why}</p> }.into_any(),
                        (None, Some(stats)) => view! { <Stats stats=stats/> }.into_any(),
                        (None, None) => loading_or_failed("Inbox", stats),
                    })}
                </section>
            </div>
            <Show when=move || session.may(Permission::StripeRead)><Inbox stats=stats/></Show>
        </SettingsFrame>
    }
}

fn loading_or_failed<T: Clone + Send + Sync + 'static>(what: &'static str, query: Query<T>) -> AnyView {
    match query.error().get() {
        Some(error) => {
            let retry = Callback::new(move |()| query.refresh());
            view! { <ErrorBox what=what error=error on_retry=retry/> }.into_any()
        }
        None => view! { <SkeletonCard label=format!("Loading: {what}") lines=5/> }.into_any(),
    }
}

/// Where Stripe sends to, and whether it may.
#[component]
fn Connection(health: SystemHealth) -> impl IntoView {
    let toasts = use_toasts();
    let url = StoredValue::new(health.webhook_url.clone());
    let copy = move |_| {
        spawn_local(async move {
            let url = url.get_value();
            if browser::copy(&url).await {
                toasts.done("Webhook address copied");
            } else {
                toasts.failed("The browser does not allow copying. Select the address and copy it by hand.");
            }
        });
    };
    let secrets = match health.webhook_secrets {
        0 => "None: webhooks are refused".to_owned(),
        n => counted(n.into(), "secret is active", "secrets are active"),
    };
    view! {
        <div class="card__body stack">
            <dl class="kv">
                <dt>"Webhook address"</dt>
                <dd>
                    <span class="mono">{health.webhook_url}</span>" "
                    <button class="btn btn--link" type="button" on:click=copy>"Copy address"</button>
                </dd>
                <dt>"Signing"</dt><dd>{secrets}</dd>
                <dt>"API key"</dt><dd>{if health.stripe_api_key { "Set" } else { "Not set: nothing is sent to Stripe" }}</dd>
            </dl>
            <details class="as-table">
                <summary><Icon name="right" small=true/>"How to connect Stripe"</summary>
                <ol class="steps">
                    <li>"In Stripe’s dashboard open Developers, Webhooks, and add an endpoint with the address above."</li>
                    <li>"Choose the events of customers, products, prices, subscriptions, invoices, payment intents, charges, refunds and disputes, or all of them: what is not used is kept and ignored."</li>
                    <li>"Put the endpoint’s signing secret into "<code>"STRIPE_WEBHOOK_SECRETS"</code>" and restart. To change a secret, list the old and the new one, separated by a comma, until Stripe uses the new one."</li>
                    <li>"Send a test event from Stripe: it shows up in the inbox below."</li>
                </ol>
            </details>
        </div>
    }
}

/// How many events in each state, each a link to them.
#[component]
fn Stats(stats: InboxStats) -> impl IntoView {
    let s = stats;
    let tile = |label: &'static str, state: &'static str, n: i64| {
        let href = routes::list(routes::SETTINGS_STRIPE, &[("state", state)]);
        view! {
            <article class="stat">
                <h3 class="stat__label"><a href=href data-noscroll="">{label}</a></h3>
                <p class="stat__value">{count(n)}</p>
            </article>
        }
    };
    let unmapped = (s.unmapped_prices > 0).then(|| {
        view! {
            <p class="note"><Icon name="alert"/><span>
                {counted(s.unmapped_prices, "price counts", "prices count")}" for no stream yet. "
                <a href=routes::SETTINGS_PRICES>"Map prices"</a>
            </span></p>
        }
    });
    view! {
        <div class="card__body stack">
            <div class="stats stats--5">
                {tile("Pending", "pending", s.pending)}
                {tile("Applied", "done", s.done)}
                {tile("Ignored", "ignored", s.ignored)}
                {tile("Parked", "parked", s.parked)}
                {tile("Dead", "dead", s.dead)}
            </div>
            {unmapped}
            <p class="small muted">
                "Last event "<Ago at=s.last_received_at/>
                {s.oldest_pending_at.map(|at| view! { " · oldest pending "<Ago at=Some(at)/> })}
            </p>
        </div>
    }
}
