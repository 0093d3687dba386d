//! How fresh the page is.

use crate::components::Ago;
use crate::glance::live;
use crate::realtime::{Freshness, use_realtime};
use chrono::{DateTime, Local, Utc};
use leptos::prelude::*;

/// Live, reconnecting or stale, with the time of the last change.
#[component]
pub fn Live() -> impl IntoView {
    let realtime = use_realtime();
    let freshness = realtime.freshness();
    let class = live(move || match freshness.get() {
        Freshness::Live => "live",
        Freshness::Reconnecting => "live live--reconnecting",
        Freshness::Stale(_) => "live live--stale",
    });
    let words = live(move || match freshness.get() {
        Freshness::Live => "Live".to_owned(),
        Freshness::Reconnecting => "Reconnecting".to_owned(),
        Freshness::Stale(since) => stale_words(since),
    });
    view! {
        <span class=class>
            <span class="live__dot" aria-hidden="true"></span>
            // Only the state is announced; the seconds would never stop talking.
            <span role="status">{words}</span>
            <Show when=move || freshness.get() == Freshness::Live>
                <span class="only-desk">"· updated "<Ago at=realtime.updated()/></span>
            </Show>
        </span>
    }
}

fn stale_words(since: Option<DateTime<Utc>>) -> String {
    match since {
        Some(since) => format!("Stale · from {}", since.with_timezone(&Local).format("%H:%M")),
        None => "Stale".into(),
    }
}
