//! What stands round every page: sidebar, topbar, the phone's tab bar, keyboard shortcuts.

mod actions;
mod address;
mod brand;
mod keys;
mod live;
pub mod navigation;
mod palette;
mod shortcuts;
mod sidebar;
mod tabbar;
mod theme;
mod topbar;

pub use actions::{PageAction, PageActions, use_page_actions};
pub use brand::Brand;
pub use palette::{PaletteOpen, use_palette};
pub use theme::{Theme, ThemeToggle, use_theme};

use crate::browser;
use crate::chunks;
use crate::glance::live;
use crate::routes;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use palette::PaletteDialog;
use shortcuts::Shortcuts;
use sidebar::Sidebar;
use std::time::Duration;
use tabbar::Tabbar;
use topbar::Topbar;

/// The pages that fill the window and scroll within.
const FILLING: [&str; 4] = [routes::CUSTOMERS, routes::SUBSCRIPTIONS, routes::TRANSACTIONS, routes::MRR_MOVEMENTS];

/// When the first page has had the line for itself long enough.
const AT_LEISURE: Duration = Duration::from_secs(2);

/// The frame round the page.
#[component]
pub fn Shell(
    /// The page.
    children: Children,
) -> impl IntoView {
    let shortcuts = RwSignal::new(false);
    let palette = PaletteOpen { shown: RwSignal::new(false), text: RwSignal::new(String::new()), shortcuts };
    provide_context(palette);
    PageActions::provide();
    keys::use_global_keys(palette);
    address::keep_in_step();
    focus_page_on_route_change();
    set_timeout(chunks::prefetch, AT_LEISURE);
    let path = use_location().pathname;
    let class = live(move || if FILLING.contains(&path.get().as_str()) { "page page--fill" } else { "page" });
    let skip = move |ev: leptos::ev::MouseEvent| {
        ev.prevent_default();
        browser::focus("main");
    };
    view! {
        <a class="skip" href="#main" on:click=skip>"Skip to content"</a>
        <div class="shell">
            <Sidebar/>
            <div class="shell__main">
                <Topbar palette=palette/>
                <main class=class id="main" tabindex="-1">{children()}</main>
            </div>
            <Tabbar/>
        </div>
        <Shortcuts open=shortcuts/>
        <PaletteDialog open=palette/>
    }
}

/// A new page starts at its top for the keyboard as well, and a screen reader reads its title.
fn focus_page_on_route_change() {
    let path = use_location().pathname;
    Effect::watch(
        move || path.get(),
        move |_, _, _| {
            crate::components::close_popover(sidebar::ID);
            // Once the page is drawn.
            request_animation_frame(|| browser::focus("main"));
        },
        false,
    );
}
