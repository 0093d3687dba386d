//! The sidebar; on a phone the same element is a popover behind "More".

use super::brand::BrandMark;
use super::navigation::{Entry, groups, is_current};
use crate::api::settings;
use crate::browser::{store, stored};
use crate::components::Icon;
use crate::glance::live;
use crate::query::use_query;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::settings::AccountSettings;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The sidebar's id; the phone's "More" opens it.
pub const ID: &str = "nav";
/// The checkbox that collapses it; `[` presses it.
pub const RAIL: &str = "rail";

/// The sidebar.
#[component]
pub fn Sidebar() -> impl IntoView {
    let session = use_session();
    let account =
        use_query::<AccountSettings>(move || session.may(Permission::SettingsRead).then(|| settings::SETTINGS.into()));
    let name = live(move || {
        account.map(|a| a.account_name.clone()).filter(|n| !n.is_empty()).unwrap_or_else(|| "Prometheus".into())
    });
    let group = |(heading, entries): (&'static str, Vec<Entry>)| {
        view! {
            <div class="side__group">
                {(!heading.is_empty()).then(|| view! { <h2>{heading}</h2> })}
                <ul>{entries.into_iter().map(|e| view! { <li><NavLink href=e.href name=e.name icon=e.icon/></li> }).collect_view()}</ul>
            </div>
        }
    };
    view! {
        <aside class="side" id=ID popover="auto" aria-label="Sidebar">
            <div class="side__in">
                <a class="side__brand" href=routes::DASHBOARD title="Prometheus CRM"><BrandMark/><span class="ellip">{name}</span></a>
                <nav class="side__nav" aria-label="Main">
                    {move || groups(session).into_iter().map(group).collect_view()}
                </nav>
                <div class="side__foot">
                    <NavLink href=routes::SETTINGS name="Settings" icon="gear"/>
                    <label class="btn btn--ghost btn--icon btn--sm only-desk" title="Collapse sidebar  [">
                        <input class="vh" type="checkbox" id=RAIL aria-label="Collapse sidebar"
                            prop:checked=stored(RAIL).is_some()
                            on:change=move |ev| store(RAIL, event_target_checked(&ev).then_some("1"))/>
                        <Icon name="collapse"/>
                    </label>
                </div>
            </div>
        </aside>
    }
}

#[component]
fn NavLink(href: &'static str, name: &'static str, icon: &'static str) -> impl IntoView {
    let path = use_location().pathname;
    let current = live(move || is_current(href, &path.get()).then_some("page"));
    view! {
        <a class="nav-item" href=href title=name aria-current=current><Icon name=icon/><span>{name}</span></a>
    }
}
