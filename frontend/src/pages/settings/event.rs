//! One Stripe event: what became of it, why, and its exact body.

use super::SettingsFrame;
use crate::api::stripe_events;
use crate::components::{ActionButton, Badge, ErrorBox, Icon, Moment, SkeletonCard, use_toasts};
use crate::glance::Glance;
use crate::labels;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::billing::StripeEventDetail;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

/// Beside the inbox.
#[component]
pub fn EventPreview(id: String) -> impl IntoView {
    event_view(move || Some(id.clone()), "drawer__sec")
}

/// At its own address.
#[component]
pub fn EventPage() -> impl IntoView {
    let params = use_params_map();
    view! {
        <SettingsFrame tab="Stripe event">
            <nav class="crumbs mt-3" aria-label="Breadcrumb">
                <Icon name="left" small=true/><a href=routes::SETTINGS_STRIPE>"Stripe"</a>
            </nav>
            <div class="card">{event_view(move || params.glance(|p| p.get("id")), "card__body")}</div>
        </SettingsFrame>
    }
}

fn event_view(id: impl Fn() -> Option<String> + Send + Sync + 'static, section: &'static str) -> impl IntoView {
    let realtime = use_realtime();
    let query = use_query::<StripeEventDetail>(move || id().map(|id| stripe_events::event(&id)))
        .refresh_on(realtime.billing())
        .refresh_on(realtime.inbox());
    move || match (query.get(), query.error().get()) {
        (Some(detail), _) => view! { <Detail detail=detail section=section query=query/> }.into_any(),
        (None, Some(error)) => {
            let retry = Callback::new(move |()| query.refresh());
            view! { <ErrorBox what="Event" error=error on_retry=retry/> }.into_any()
        }
        (None, None) => view! { <SkeletonCard label="Loading the event" lines=8/> }.into_any(),
    }
}

#[component]
fn Detail(detail: StripeEventDetail, section: &'static str, query: Query<StripeEventDetail>) -> impl IntoView {
    let e = detail.event;
    let body = pretty(&detail.body);
    view! {
        <section class=section>
            <h2 class="break">{e.kind.clone()}</h2>
            <p class="mono small muted break">{e.id.clone()}</p>
            <div class="row row--wrap mt-3">
                <Badge text=labels::event_state(e.state) tone=labels::event_tone(e.state) dot=true/>
                {(!e.livemode).then(|| view! { <Badge text="Test mode"/> })}
                <Replay id=e.id.clone() query=query/>
            </div>
            {e.reason.map(|why| view! { <p class="note mt-3"><Icon name="alert"/><span>{why}</span></p> })}
        </section>
        <section class=section>
            <dl class="kv">
                <dt>"Object"</dt><dd class="mono">{e.object_id.unwrap_or_else(|| crate::format::MISSING.into())}</dd>
                <dt>"API version"</dt><dd class="mono">{e.api_version.unwrap_or_else(|| crate::format::MISSING.into())}</dd>
                <dt>"Tries"</dt><dd>{crate::format::count(e.attempts.into())}</dd>
                <dt>"At Stripe"</dt><dd><Moment at=Some(e.created) exact=true/></dd>
                <dt>"Received"</dt><dd><Moment at=Some(e.received_at) exact=true/></dd>
                <dt>"Settled"</dt><dd><Moment at=e.settled_at exact=true/></dd>
            </dl>
        </section>
        <section class=section>
            <h3>"Body"</h3>
            <pre class="code" tabindex="0" role="region" aria-label="The event’s body">{body}</pre>
        </section>
    }
}

#[component]
fn Replay(id: String, query: Query<StripeEventDetail>) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let press = Callback::new(move |()| {
        busy.set(true);
        let id = id.clone();
        spawn_local(async move {
            match stripe_events::replay(session, &id).await {
                Ok(_) => toasts.done("The event will be applied again"),
                Err(error) => toasts.failed(format!("Not replayed: {}", error.detail())),
            }
            busy.try_set(false);
            query.refresh();
        });
    });
    let denied = Signal::derive(move || session.denied(Permission::StripeWrite));
    view! {
        <ActionButton label="Replay event".to_owned() icon="refresh" class="btn--sm push" on_press=press busy=busy denied=denied/>
    }
}

/// Indented; a body that is no JSON is shown as it came.
fn pretty(body: &str) -> String {
    serde_json::from_str::<serde_json::Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn bodies_are_indented_when_they_can_be() {
        assert_eq!(pretty(r#"{"a":[1]}"#), "{\n  \"a\": [\n    1\n  ]\n}");
        assert_eq!(pretty("{\"a\":"), "{\"a\":");
    }
}
