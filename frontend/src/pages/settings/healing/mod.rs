//! What webhooks missed: found, compared with Stripe, repaired, read from before.

mod backfill;
mod differences;
mod reconciliation;
mod sweep;

use super::SettingsFrame;
use crate::api::{ApiError, healing};
use crate::components::{ActionButton, EmptyState, ErrorBox, SkeletonCard, use_toasts};
use crate::glance::drawn;
use crate::query::{Query, changed, use_query};
use crate::realtime::use_realtime;
use crate::session::{Session, use_session};
use backfill::BackfillCard;
use crm_types::accounts::Permission;
use crm_types::healing::Healing;
use crm_types::ids::DifferenceId;
use differences::Differences;
use leptos::prelude::*;
use leptos::task::spawn_local;
use reconciliation::ReconciliationCard;
use std::pin::Pin;
use sweep::SweepCard;

/// The page.
#[component]
pub fn HealingPage() -> impl IntoView {
    let (session, realtime) = (use_session(), use_realtime());
    let query = use_query::<Healing>(move || session.may(Permission::StripeRead).then(|| healing::HEALING.into()))
        .refresh_on(realtime.healing())
        .refresh_on(realtime.jobs());
    let retry = Callback::new(move |()| query.refresh());
    let connected = Memo::new(move |_| query.map(|healing| healing.connected));
    view! {
        <SettingsFrame tab="Healing">
            {drawn(move || match (session.denied(Permission::StripeRead), connected.get(), query.error().get()) {
                (Some(why), ..) => view! { <p class="muted mt-3">{why}</p> }.into_any(),
                (None, Some(true), _) => view! { <Cards query=query/> }.into_any(),
                (None, Some(false), _) => view! {
                    <section class="card mt-3">
                        <EmptyState icon="refresh" title="Stripe is not connected"
                            text="With a key, what webhooks missed is asked for every hour, and everything is compared with Stripe every day. Set STRIPE_API_KEY to a secret or restricted key of your Stripe account, and start the server again."/>
                    </section>
                }
                .into_any(),
                (None, None, Some(error)) => view! { <ErrorBox what="Healing" error=error on_retry=retry/> }.into_any(),
                (None, None, None) => view! { <SkeletonCard label="Loading what is known of Stripe" lines=8/> }.into_any(),
            })}
        </SettingsFrame>
    }
}

#[component]
fn Cards(query: Query<Healing>) -> impl IntoView {
    view! {
        <div class="grid">
            <SweepCard query=query/>
            <ReconciliationCard query=query/>
        </div>
        <Differences/>
        <BackfillCard query=query/>
    }
}

/// Asks something of the server.
type Asking = Pin<Box<dyn Future<Output = Result<String, ApiError>>>>;

/// A button that asks for something, and tells what came of it.
#[component]
fn Ask(
    /// A verb with an object.
    #[prop(into)]
    label: String,
    /// Of what, for screen readers.
    #[prop(optional)]
    of: String,
    /// More classes.
    #[prop(optional)]
    class: &'static str,
    /// It is being done already.
    #[prop(optional, into)]
    running: Signal<bool>,
    /// What is asked; gives what to tell.
    ask: fn(Session, Vec<DifferenceId>) -> Asking,
    /// Of which rows, for what is about some.
    #[prop(optional)]
    ids: Vec<DifferenceId>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let asked = RwSignal::new(false);
    let denied = Signal::stored(session.denied(Permission::StripeWrite));
    let press = Callback::new(move |()| {
        asked.set(true);
        let asking = ask(session, ids.clone());
        spawn_local(async move {
            match asking.await {
                Ok(words) => toasts.done(words),
                Err(error) => toasts.failed(format!("Not done: {}", error.detail())),
            }
            asked.try_set(false);
            changed(healing::HEALING);
            changed(healing::DIFFERENCES);
        });
    });
    let busy = Signal::derive(move || running.get() || asked.get());
    view! { <ActionButton label=label of=of class=class busy=busy denied=denied on_press=press/> }
}
