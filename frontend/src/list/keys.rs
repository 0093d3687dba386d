//! The keyboard in a list: `j` and `k` go from row to row, Enter opens, `x` selects, `/` searches, Escape closes the preview.

use super::filters::SEARCH;
use super::{List, Selection};
use crate::browser;
use leptos::ev;
use leptos::prelude::*;

/// The row links, in order.
const LINKS: &str = ".tbl [data-row] .who__name";

/// Listens while the list is on the page.
pub fn use_list_keys(list: List, selection: Option<Selection>) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        if browser::is_typing(event.target().as_ref()) || !browser::all("dialog[open], :popover-open").is_empty() {
            return;
        }
        let handled = match event.key().as_str() {
            "j" => step(list, true),
            "k" => step(list, false),
            "/" => browser::by_id(SEARCH).map(|field| browser::focus_and_select(&field)).is_some(),
            "x" => selection.is_some_and(|selection| press_current(list, selection)),
            "Escape" => close_peek(list) || selection.is_some_and(Selection::clear),
            _ => false,
        };
        if handled {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Selects the row that has the focus, or is previewed, or lets it go.
fn press_current(list: List, selection: Selection) -> bool {
    let focused = document().active_element().and_then(|element| element.closest("[data-row]").ok().flatten());
    let row = focused.and_then(|row| row.get_attribute("data-row"));
    let row = row.or_else(|| list.params.with_untracked(|p| p.get("peek").map(str::to_owned)));
    let Some(row) = row else { return false };
    selection.press(&row, false);
    true
}

/// Goes to the next row or the one before; an open preview follows.
pub fn step(list: List, forward: bool) -> bool {
    let links = browser::all(LINKS);
    let active = document().active_element();
    let peeked = list.params.with_untracked(|p| p.get("peek").map(str::to_owned));
    let row_of = |link: &web_sys::HtmlElement| {
        link.closest("[data-row]").ok().flatten().and_then(|row| row.get_attribute("data-row"))
    };
    let at = links.iter().position(|l| active.as_ref() == Some(l.as_ref())).or_else(|| {
        let peeked = peeked.as_deref()?;
        links.iter().position(|l| row_of(l).as_deref() == Some(peeked))
    });
    let next = match (at, forward) {
        (None, _) => Some(0),
        (Some(at), true) => at.checked_add(1),
        (Some(at), false) => at.checked_sub(1),
    };
    let Some(link) = next.and_then(|n| links.get(n)) else { return false };
    browser::focus_element(link);
    if peeked.is_some()
        && let Some(row) = row_of(link)
    {
        list.peek(&row);
    }
    true
}

/// Closes the preview and puts the focus back on its row.
pub fn close_peek(list: List) -> bool {
    let Some(peeked) = list.params.with_untracked(|p| p.get("peek").map(str::to_owned)) else { return false };
    list.peek("");
    let row = browser::all("[data-row]").into_iter().find(|r| r.get_attribute("data-row").as_deref() == Some(&peeked));
    if let Some(link) = row.and_then(|r| r.query_selector(".who__name").ok().flatten())
        && let Ok(link) = wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(link)
    {
        browser::focus_element(&link);
    }
    true
}
