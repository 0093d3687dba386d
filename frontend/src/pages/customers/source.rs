//! Where a customer came from.

use crate::components::{ErrorBox, Moment, SkeletonCard};
use crate::glance::drawn;
use crate::labels;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crm_types::customer_value::Attribution;
use leptos::prelude::*;

/// The first touch: source, campaign and the page they came in by.
#[component]
pub fn Source(id: Memo<String>) -> impl IntoView {
    let url = move || Some(format!("/api/customers/{}/attribution", id.get()));
    let query = use_query::<Attribution>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <section class="card" aria-labelledby="source">
            <header class="card__head card__head--line"><h2 id="source">"Where they came from"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(touch), _) => view! { <FirstTouch touch=touch/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Where they came from" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading where they came from" lines=3/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn FirstTouch(touch: Attribution) -> impl IntoView {
    let source = touch.source.as_deref().map(labels::phrase);
    let known = [
        ("Campaign", touch.utm_campaign),
        ("UTM source", touch.utm_source),
        ("UTM medium", touch.utm_medium),
        ("UTM content", touch.utm_content),
        ("UTM term", touch.utm_term),
        ("Came in by", touch.landing_page),
        ("Led there by", touch.referrer),
    ];
    let known = known.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    view! {
        <div class="card__body">
            <dl class="kv">
                <dt>"Source"</dt><dd>{source.unwrap_or_else(|| "Not known".into())}</dd>
                {known.map(|(name, value)| view! { <dt>{name}</dt><dd class="break">{value}</dd> }).collect_view()}
                <dt>"Known since"</dt><dd><Moment at=Some(touch.first_seen_at)/></dd>
            </dl>
        </div>
    }
}
