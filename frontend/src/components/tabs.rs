//! Tabs that are pages of their own: links with `aria-current`.

use crate::browser;
use crate::glance::live;
use crate::params::Params;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// Path and name of each tab.
#[component]
pub fn RouteTabs(
    /// What the tabs are of, for screen readers.
    label: &'static str,
    /// Path and name; the one under whose path the page is, is current.
    tabs: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    links(label, tabs, |_, to| to.to_owned(), |path, to| path.starts_with(to))
}

/// Tabs that look at the same days: each link keeps period, comparison and currency of the address.
#[component]
pub fn PeriodTabs(
    /// What the tabs are of, for screen readers.
    label: &'static str,
    /// Path and name; the one whose path is the page's is current.
    tabs: Vec<(&'static str, &'static str)>,
) -> impl IntoView {
    links(label, tabs, same_days, |path, to| path == to)
}

/// The links: `href` is of the address's search and a tab's path, `current` of the page's path and a tab's.
fn links(
    label: &'static str,
    tabs: Vec<(&'static str, &'static str)>,
    href: fn(&str, &str) -> String,
    current: fn(&str, &str) -> bool,
) -> impl IntoView {
    let location = use_location();
    let (path, search) = (location.pathname, location.search);
    // Narrow screens scroll them sideways: the current one must not be the one that is out of sight.
    Effect::new(move |_| {
        path.track();
        request_animation_frame(|| {
            if let Some(tab) = browser::all(".tabs [aria-current]").first() {
                browser::show_element(tab);
            }
        });
    });
    let tab = move |(to, name): (&'static str, &'static str)| {
        let href = live(move || href(&search.get(), to));
        let current = live(move || current(&path.get(), to).then_some("page"));
        view! { <a class="tab" href=href aria-current=current>{name}</a> }
    };
    view! { <nav class="tabs" aria-label=label>{tabs.into_iter().map(tab).collect_view()}</nav> }
}

fn same_days(search: &str, to: &str) -> String {
    let params = Params::parse(search);
    let kept = ["from", "to", "compare", "currency"].map(|name| (name, params.get(name).unwrap_or_default()));
    Params::from_pairs(&kept).with_path(to)
}

#[cfg(test)]
mod tests {
    use super::same_days;

    #[test]
    fn another_tab_shows_the_same_days() {
        let search = "?from=2026-10-01&to=2026-10-31&group=tier&currency=eur";
        assert_eq!(
            same_days(search, "/analytics/streams"),
            "/analytics/streams?from=2026-10-01&to=2026-10-31&currency=eur"
        );
        assert_eq!(same_days("", "/"), "/");
    }
}
