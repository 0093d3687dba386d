//! What opens from a button: a native popover, so that Escape, a click outside and the focus work by themselves.

use crate::browser;
use crate::glance::{Glance, live};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Space between button and popover.
const GAP: f64 = 4.0;
/// Least space to the edge of the window.
const EDGE: f64 = 8.0;

/// Puts a popover at the button that opens it; for `on:beforetoggle`. Set through the CSSOM, which a strict content
/// security policy allows.
pub fn place_popover(event: &web_sys::Event) {
    let Some(popover) = event.target().and_then(|t| t.dyn_into::<HtmlElement>().ok()) else { return };
    let buttons = browser::all(&format!("[popovertarget='{}']", popover.id()));
    let Some(at) = buttons.iter().map(|b| b.get_bounding_client_rect()).find(|r| r.width() > 0.0) else { return };
    let size = |v: Result<wasm_bindgen::JsValue, _>| v.ok().and_then(|v| v.as_f64()).unwrap_or_default();
    let (width, height) = (size(window().inner_width()), size(window().inner_height()));
    // Below when the button is in the upper part of the window, above otherwise; towards the middle of the window.
    let (top, bottom) = match at.bottom() < height * 0.6 {
        true => (px(at.bottom() + GAP), "auto".to_owned()),
        false => ("auto".to_owned(), px(height - at.top() + GAP)),
    };
    let (left, right) = match at.left() + at.width() / 2.0 < width / 2.0 {
        true => (px(at.left().max(EDGE)), "auto".to_owned()),
        false => ("auto".to_owned(), px((width - at.right()).max(EDGE))),
    };
    for (name, value) in [("top", top), ("bottom", bottom), ("left", left), ("right", right)] {
        // A refused value leaves the popover where the style sheet puts it.
        let _ = popover.style().set_property(name, &value);
    }
}

/// Closes a popover by its id; nothing happens when it is closed.
pub fn close_popover(id: &str) {
    if let Some(popover) = browser::by_id(id) {
        let _ = popover.hide_popover();
    }
}

fn px(length: f64) -> String {
    format!("{length:.0}px")
}

/// A menu of actions; its button has `popovertarget` with the same id.
#[component]
pub fn Menu(
    /// Unique on the page.
    id: &'static str,
    /// What the menu is of, for screen readers.
    label: &'static str,
    /// [`MenuItem`]s.
    children: Children,
) -> impl IntoView {
    let items = move || browser::all(&format!("#{id} [role=menuitem]"));
    let step = move |by: isize| {
        let items = items();
        let current = document().active_element();
        let at = items.iter().position(|item| current.as_ref() == Some(item.as_ref()));
        let last = items.len().cast_signed() - 1;
        let next = match at {
            Some(at) => (at.cast_signed() + by).rem_euclid(last + 1),
            None if by > 0 => 0,
            None => last,
        };
        if let Some(item) = usize::try_from(next).ok().and_then(|n| items.get(n)) {
            browser::focus_element(item);
        }
    };
    view! {
        <div
            class="menu"
            id=id
            popover="auto"
            role="menu"
            aria-label=label
            on:beforetoggle=move |ev| place_popover(&ev)
            on:toggle=move |ev| if is_open(&ev) { step(1) }
            on:keydown=move |ev| match ev.key().as_str() {
                "ArrowDown" => { ev.prevent_default(); step(1) }
                "ArrowUp" => { ev.prevent_default(); step(-1) }
                "Tab" => close_popover(id),
                _ => {}
            }
            on:click=move |_| close_popover(id)
        >
            {children()}
        </div>
    }
}

fn is_open(event: &web_sys::Event) -> bool {
    event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
        .is_some_and(|e| e.matches(":popover-open").unwrap_or(false))
}

/// An action of a menu.
#[component]
pub fn MenuItem(
    /// An icon.
    icon: &'static str,
    /// A verb with an object.
    #[prop(into)]
    label: Signal<String>,
    /// What it does.
    #[prop(into)]
    on_press: Callback<()>,
    /// Why it cannot be done, if so.
    #[prop(optional, into)]
    denied: Signal<Option<String>>,
) -> impl IntoView {
    let toasts = super::use_toasts();
    let off = move || denied.glance(Option::is_some);
    let press = move |ev: web_sys::MouseEvent| match untrack(|| denied.get()) {
        Some(why) => {
            ev.stop_propagation();
            toasts.refused(why);
        }
        None => on_press.run(()),
    };
    view! {
        <button class="menu__item" type="button" role="menuitem" tabindex="-1"
            // Not `disabled`: the keyboard must reach it to learn the reason.
            aria-disabled=live(move || off().then_some("true")) title=denied aria-description=denied
            on:click=press>
            <super::Icon name=icon/>
            <span>{label}</span>
        </button>
    }
}
