//! The address bar says what the page shows.
//!
//! After Back and Forward, `leptos_router` 0.8.17 takes the page before for the current one: a link to it changes the
//! page but not the address bar. Then reload, Back and a copied link are wrong, so the address is put right here.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::JsValue;

/// The router writes the address itself once the new page is drawn; this is well after.
const SETTLED: Duration = Duration::from_millis(120);

/// Watches the router's address while the app is on the page.
pub fn keep_in_step() {
    let location = use_location();
    let wanted = Memo::new(move |_| {
        let search = location.search.get();
        let path = location.pathname.get();
        if search.is_empty() { path } else { format!("{path}?{search}") }
    });
    Effect::watch(
        move || wanted.get(),
        move |wanted_then: &String, _, _| {
            let wanted_then = wanted_then.clone();
            set_timeout(
                move || {
                    // Somewhere else by now: that change has its own turn.
                    if wanted.try_get_untracked().as_ref() == Some(&wanted_then)
                        && shown().as_ref() != Some(&wanted_then)
                    {
                        push(&wanted_then);
                    }
                },
                SETTLED,
            );
        },
        false,
    );
}

fn shown() -> Option<String> {
    let location = window().location();
    Some(format!("{}{}", location.pathname().ok()?, location.search().ok()?))
}

fn push(address: &str) {
    if let Ok(history) = window().history() {
        // Refused only for another origin.
        let _ = history.push_state_with_url(&JsValue::NULL, "", Some(address));
    }
}
