//! The bar above every page.

use super::PaletteOpen;
use super::brand::BrandMark;
use super::live::Live;
use super::theme::ThemeToggle;
use crate::browser;
use crate::components::{Avatar, Icon, Menu, MenuItem, use_toasts};
use crate::glance::{Glance, live};
use crate::labels;
use crate::routes;
use crate::session::use_session;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The bar.
#[component]
pub fn Topbar(
    /// Opens the palette and the sheet of shortcuts.
    palette: PaletteOpen,
) -> impl IntoView {
    let find = move |_| palette.shown.set(true);
    let key = if browser::is_mac() { "⌘K" } else { "Ctrl K" };
    view! {
        <header class="topbar">
            <a class="only-phone" href=routes::DASHBOARD aria-label="Prometheus, home"><BrandMark/></a>
            <button class="search only-desk" type="button" aria-haspopup="dialog" aria-label="Search or do something" on:click=find>
                <Icon name="search"/><span>"Search or do something"</span><kbd>{key}</kbd>
            </button>
            <span class="topbar__spacer"></span>
            <button class="btn btn--ghost btn--icon only-phone" type="button" aria-haspopup="dialog"
                aria-label="Search or do something" on:click=find>
                <Icon name="search"/>
            </button>
            <Live/>
            <ThemeToggle/>
            <button class="btn btn--ghost btn--icon only-desk" type="button" aria-label="Keyboard shortcuts"
                title="Keyboard shortcuts  ?" on:click=move |_| palette.shortcuts.set(true)>
                <Icon name="help"/>
            </button>
            <Account/>
        </header>
    }
}

#[component]
fn Account() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let user = session.user();
    let name = Memo::new(move |_| user.glance(|u| u.as_ref().map(|u| u.name.clone()).unwrap_or_default()));
    let who = live(move || user.glance(|u| u.as_ref().map(|u| format!("{} · {}", u.email, labels::role(u.role)))));
    let leave = move |everywhere: bool| {
        Callback::new(move |()| {
            spawn_local(async move {
                if let Err(error) = session.log_out(everywhere).await {
                    toasts.failed(format!("Not logged out: {}", error.detail()));
                }
            });
        })
    };
    view! {
        <button class="btn btn--ghost btn--icon" type="button" popovertarget="account-menu" aria-haspopup="menu"
            aria-label=live(move || format!("Account of {}", name.get()))>
            {move || view! { <Avatar name=name.get() class="av--me"/> }}
        </button>
        <Menu id="account-menu" label="Account">
            <div class="menu__label" role="presentation"><b>{name}</b><br/>{who}</div>
            <div class="menu__sep" role="separator"></div>
            <MenuItem icon="login" label="Log out".to_owned() on_press=leave(false)/>
            <MenuItem icon="lock" label="Log out everywhere".to_owned() on_press=leave(true)/>
        </Menu>
    }
}
