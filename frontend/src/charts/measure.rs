//! The width that a chart has, so that its viewBox is 1:1 and text stays 11 px.

use leptos::html::Figure;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;

type Callback = Closure<dyn FnMut(js_sys::Array)>;

/// Follows the width of a figure; `guess` until it is in the page.
pub fn use_width(figure: NodeRef<Figure>, guess: f64) -> Signal<f64> {
    let (width, set_width) = signal(0.0_f64);
    let observer = StoredValue::new_local(None::<(web_sys::ResizeObserver, Callback)>);
    Effect::new(move |_| {
        let Some(element) = figure.get() else { return };
        set_width.set(element.get_bounding_client_rect().width());
        let callback: Callback = Closure::new(move |entries: js_sys::Array| {
            if let Ok(entry) = entries.get(0).dyn_into::<web_sys::ResizeObserverEntry>() {
                // A hidden figure has no width; the last one it had is the better guess.
                let now = entry.content_rect().width();
                if now > 0.0 && set_width.try_update_untracked(|w| *w != now).unwrap_or(false) {
                    set_width.set(now);
                }
            }
        });
        if let Ok(resizes) = web_sys::ResizeObserver::new(callback.as_ref().unchecked_ref()) {
            resizes.observe(&element);
            observer.set_value(Some((resizes, callback)));
        }
    });
    on_cleanup(move || {
        observer.try_update_value(|held| {
            if let Some((resizes, _)) = held.take() {
                resizes.disconnect();
            }
        });
    });
    Signal::derive(move || Some(width.get()).filter(|width| *width > 0.0).unwrap_or(guess))
}
