//! Marks that are links. The router only sees HTML anchors, so that SVG ones are followed here.

use leptos::ev::MouseEvent;
use leptos_router::hooks::use_navigate;

/// Follows an SVG link without leaving the app. With a modifier or another button the browser does what it always does.
pub fn use_follow() -> impl Fn(&MouseEvent, &str) + Clone + 'static {
    let navigate = use_navigate();
    move |ev, href| {
        let plain = ev.button() == 0 && !(ev.ctrl_key() || ev.meta_key() || ev.shift_key() || ev.alt_key());
        if plain && !ev.default_prevented() {
            ev.prevent_default();
            navigate(href, Default::default());
        }
    }
}
