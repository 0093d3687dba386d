//! The few things asked of the browser itself.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

/// The width up to which a screen counts as a phone; the style sheet has the same.
const PHONE: &str = "(max-width: 760px)";

/// Whether the page is shown on a phone's width now.
pub fn is_phone() -> bool {
    window().match_media(PHONE).ok().flatten().is_some_and(|m| m.matches())
}

/// Whether the keys have the names that they have on a Mac.
pub fn is_mac() -> bool {
    window().navigator().user_agent().is_ok_and(|agent| agent.contains("Mac OS"))
}

/// What local storage has under a name.
pub fn stored(name: &str) -> Option<String> {
    window().local_storage().ok()??.get_item(name).ok()?
}

/// Keeps a value under a name; `None` forgets it. Without storage (private mode) the choice lasts for this page.
pub fn store(name: &str, value: Option<&str>) {
    if let Ok(Some(storage)) = window().local_storage() {
        // A full or forbidden storage only costs the memory of a choice.
        let _ = match value {
            Some(value) => storage.set_item(name, value),
            None => storage.remove_item(name),
        };
    }
}

/// The element with an id.
pub fn by_id(id: &str) -> Option<HtmlElement> {
    document().get_element_by_id(id)?.dyn_into().ok()
}

/// Moves the keyboard focus to the element with an id.
pub fn focus(id: &str) {
    if let Some(element) = by_id(id) {
        focus_element(&element);
    }
}

/// Moves the keyboard focus. An element that cannot have it is left alone.
pub fn focus_element(element: &HtmlElement) {
    let _ = element.focus();
}

/// Scrolls the element with an id into view, as little as possible.
pub fn show_nearest(id: &str) {
    if let Some(element) = by_id(id) {
        show_element(&element);
    }
}

/// The same for an element.
pub fn show_element(element: &HtmlElement) {
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
    element.scroll_into_view_with_scroll_into_view_options(&options);
}

/// Selects the text of an input after moving the focus there.
pub fn focus_and_select(element: &HtmlElement) {
    focus_element(element);
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.select();
    }
}

/// All elements that match a selector, in document order.
pub fn all(selector: &str) -> Vec<HtmlElement> {
    let Ok(list) = document().query_selector_all(selector) else { return Vec::new() };
    (0..list.length()).filter_map(|i| list.get(i)?.dyn_into().ok()).collect()
}

/// Whether the event comes from where text is typed.
pub fn is_typing(target: Option<&web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|t| t.dyn_ref::<HtmlElement>()) else { return false };
    match element.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => element
            .dyn_ref::<HtmlInputElement>()
            .is_none_or(|i| !matches!(i.type_().as_str(), "checkbox" | "radio" | "button" | "submit")),
        _ => element.is_content_editable(),
    }
}

/// The value of the input or select that an event is about.
pub fn value_of(event: &web_sys::Event) -> String {
    event_target_value(event)
}

/// Copies text to the clipboard; false when the browser forbids it.
pub async fn copy(text: &str) -> bool {
    let clipboard = window().navigator().clipboard();
    wasm_bindgen_futures::JsFuture::from(clipboard.write_text(text)).await.is_ok()
}

/// Waits.
pub async fn sleep(duration: Duration) {
    gloo_timers::future::sleep(duration).await;
}

/// A clock that ticks every second, for "4 s ago". One for the whole app.
#[derive(Clone, Copy)]
pub struct Clock(RwSignal<DateTime<Utc>>);

impl Clock {
    /// Starts the clock and gives it to everything below.
    pub fn provide() {
        let now = RwSignal::new(Utc::now());
        // Runs as long as the app does.
        let started = set_interval_with_handle(move || now.set(Utc::now()), Duration::from_secs(1));
        drop(started);
        provide_context(Self(now));
    }

    /// Now; reading it subscribes to the ticks.
    pub fn now(self) -> DateTime<Utc> {
        self.0.get()
    }
}

/// The app's clock.
pub fn use_clock() -> Clock {
    use_context::<Clock>().unwrap_or_else(|| Clock(RwSignal::new(Utc::now())))
}

/// Gives a text to the browser as a file to keep. A browser that refuses leaves nothing.
pub fn save_text(name: &str, text: &str) {
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("text/csv");
    let parts = js_sys::Array::of1(&text.into());
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, &kind) else { return };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else { return };
    let link = document().create_element("a").ok().and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok());
    if let Some(link) = link {
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    let _ = web_sys::Url::revoke_object_url(&url);
}
