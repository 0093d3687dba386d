//! Keys that work on every page. Lists add their own.

use super::PaletteOpen;
use super::navigation::groups;
use super::sidebar::RAIL;
use crate::browser;
use crate::session::use_session;
use chrono::{DateTime, TimeDelta, Utc};
use leptos::ev;
use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

/// How long `g` waits for its second key.
const SECOND_KEY: TimeDelta = TimeDelta::milliseconds(1_200);

/// Listens while the app is on the page.
pub fn use_global_keys(palette: PaletteOpen) {
    let session = use_session();
    let navigate = use_navigate();
    let leader = StoredValue::new(None::<DateTime<Utc>>);
    let handle = window_event_listener(ev::keydown, move |event| {
        // Also while typing; but not over another dialog.
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            let shown = palette.shown.get_untracked();
            palette.shown.set(!shown && browser::all("dialog[open]").is_empty());
            return;
        }
        let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
        if modified || event.default_prevented() || browser::is_typing(event.target().as_ref()) {
            return;
        }
        if !browser::all("dialog[open]").is_empty() {
            return;
        }
        let key = event.key();
        let led = leader.get_value().is_some_and(|at| Utc::now() - at < SECOND_KEY);
        leader.set_value((key == "g" && !led).then(Utc::now));
        if led {
            let entries = groups(session).into_iter().flat_map(|(_, entries)| entries);
            if let Some(entry) = entries.into_iter().find(|e| e.key == key) {
                event.prevent_default();
                navigate(entry.href, Default::default());
            }
            return;
        }
        match key.as_str() {
            "?" => palette.shortcuts.set(true),
            "[" => {
                if let Some(rail) = browser::by_id(RAIL) {
                    rail.click();
                }
            }
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}
