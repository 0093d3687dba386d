//! The phone's tab bar: four places, and the sidebar behind "More".

use super::navigation::{groups, is_current};
use super::sidebar;
use crate::components::Icon;
use crate::glance::live;
use crate::session::use_session;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The tab bar.
#[component]
pub fn Tabbar() -> impl IntoView {
    let session = use_session();
    let path = use_location().pathname;
    let tabs = move || {
        let entries = groups(session).into_iter().flat_map(|(_, entries)| entries).take(4);
        entries
            .map(|e| {
                let current = live(move || is_current(e.href, &path.get()).then_some("page"));
                view! { <a href=e.href aria-current=current><Icon name=e.icon/>{e.short}</a> }
            })
            .collect_view()
    };
    view! {
        <nav class="tabbar" aria-label="Phone">
            {tabs}
            <button type="button" popovertarget=sidebar::ID><Icon name="menu"/>"More"</button>
        </nav>
    }
}
