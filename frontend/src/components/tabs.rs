//! Tabs that are pages of their own: links with `aria-current`.

use crate::browser;
use crate::glance::live;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Path and name of each tab.
#[component]
pub fn RouteTabs(
    /// What the tabs are of, for screen readers.
    label: &'static str,
    /// Path and name.
    tabs: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    let path = use_location().pathname;
    // Narrow screens scroll them sideways: the current one must not be the one that is out of sight.
    Effect::new(move |_| {
        path.track();
        request_animation_frame(|| {
            if let Some(tab) = browser::all(".tabs [aria-current]").first() {
                browser::show_element(tab);
            }
        });
    });
    let tab = move |(href, name): (&'static str, &'static str)| {
        let current = live(move || path.get().starts_with(href).then_some("page"));
        view! { <a class="tab" href=href aria-current=current>{name}</a> }
    };
    view! { <nav class="tabs" aria-label=label>{tabs.into_iter().map(tab).collect_view()}</nav> }
}
