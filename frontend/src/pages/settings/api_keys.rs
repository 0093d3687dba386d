//! How other programs log in.

use super::SettingsFrame;
use crate::api::api_keys;
use crate::components::{ActionButton, Badge, EmptyState, ErrorBox, Moment, SkeletonCard, use_toasts};
use crate::glance::drawn;
use crate::labels::{self, Tone};
use crate::query::{changed, use_query};
use crate::session::use_session;
use chrono::Utc;
use create::NewKey;
use crm_types::accounts::Permission;
use crm_types::api_keys::ApiKey;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

mod create;

#[derive(Clone, PartialEq, Deserialize)]
struct Items {
    items: Vec<ApiKey>,
}

/// The page.
#[component]
pub fn ApiKeysPage() -> impl IntoView {
    let query = use_query::<Items>(|| Some(api_keys::API_KEYS.into()));
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <SettingsFrame tab="API keys">
            <section class="card" aria-labelledby="api-keys">
                <header class="card__head card__head--line">
                    <h2 id="api-keys">"API keys"</h2>
                    <div class="end"><NewKey/></div>
                </header>
                {drawn(move || match (query.get(), query.error().get()) {
                    (Some(keys), _) if keys.items.is_empty() => view! {
                        <EmptyState icon="lock" title="No API keys yet"
                            text="A key lets another program, such as your website, use the REST API as far as you allow it."/>
                    }.into_any(),
                    (Some(keys), _) => view! {
                        <ul class="price-list">{keys.items.into_iter().map(|key| view! { <Key key=key/> }).collect_view()}</ul>
                    }.into_any(),
                    (None, Some(error)) => view! { <ErrorBox what="API keys" error=error on_retry=retry/> }.into_any(),
                    (None, None) => view! { <SkeletonCard label="Loading API keys"/> }.into_any(),
                })}
            </section>
            <p class="sect small muted">
                "A program sends its key as "<code>"Authorization: Bearer crm_live_…"</code>". What it can do is described at "
                <a href="/docs" rel="external">"API documentation"</a>"."
            </p>
        </SettingsFrame>
    }
}

/// Whether a key works.
fn state(key: &ApiKey) -> (&'static str, Tone) {
    match (key.revoked_at, key.expires_at) {
        (Some(_), _) => ("Revoked", Tone::Neutral),
        (None, Some(end)) if end <= Utc::now() => ("Expired", Tone::Warning),
        _ => ("Active", Tone::Positive),
    }
}

#[component]
fn Key(key: ApiKey) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::ApiKeysWrite));
    let busy = RwSignal::new(false);
    let asking = RwSignal::new(false);
    let id = key.id;
    let revoke = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match api_keys::revoke(session, id).await {
                Ok(()) => toasts.done("Key revoked"),
                Err(error) => toasts.failed(format!("Not revoked: {}", error.detail())),
            }
            changed(api_keys::API_KEYS);
            busy.try_set(false);
        });
    });
    let works = key.revoked_at.is_none();
    let (word, tone) = state(&key);
    let scopes = key.scopes.iter().map(|scope| labels::permission(*scope)).collect::<Vec<_>>().join(" · ");
    let maker = key.created_by.map(|maker| format!(" by {}", maker.name));
    let end = key.expires_at.map(|end| view! { " · expires "<Moment at=Some(end)/> });
    let used = match key.last_used_at {
        Some(at) => view! { " · last used "<Moment at=Some(at) exact=true/> }.into_any(),
        None => " · never used".into_any(),
    };
    view! {
        <li class="price">
            <div class="price__what">
                <h3 class="break">{key.name}" "<Badge text=word tone=tone dot=true/></h3>
                <p class="small break">{scopes}</p>
                <p class="small muted">"Made "<Moment at=Some(key.created_at)/>{maker}{used}{end}</p>
            </div>
            {move || match (works, asking.get()) {
                (false, _) => ().into_any(),
                (true, false) => view! {
                    <ActionButton label="Revoke".to_owned() class="btn--sm" denied=denied
                        on_press=Callback::new(move |()| asking.set(true))/>
                }.into_any(),
                // It cannot be undone.
                (true, true) => view! {
                    <span class="small">"Programs that use it stop working at once."</span>
                    <button class="btn btn--sm" type="button" on:click=move |_| asking.set(false)>"Keep key"</button>
                    <ActionButton label="Revoke key".to_owned() class="btn--sm btn--danger" busy=busy on_press=revoke/>
                }.into_any(),
            }}
        </li>
    }
}
