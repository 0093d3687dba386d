//! A row in the drawer, beside its list.

use super::keys::{close_peek, step};
use super::{List, Row};
use crate::browser;
use crate::components::Drawer;
use crate::glance::Glance;
use crate::routes;
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// What the drawer shows for a row's id.
pub type Preview = fn(String) -> AnyView;

/// A plain press on a row's link previews it. With a modifier, another button, or on a phone it opens the page.
pub fn open_preview(list: List, event: &MouseEvent) {
    let modified = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
    if modified || event.button() != 0 || browser::is_phone() {
        return;
    }
    let Some(target) = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else { return };
    // Elsewhere on the row counts as well, but other links and buttons keep their meaning.
    let inner = target.closest("a:not(.who__name), button, .check").ok().flatten();
    let row = target.closest("[data-row]").ok().flatten().and_then(|row| row.get_attribute("data-row"));
    if let (None, Some(row)) = (inner, row) {
        event.prevent_default();
        list.peek(&row);
    }
}

/// The drawer with a row.
pub fn peek(list: List, id: String, preview: Option<Preview>) -> impl IntoView {
    let row = {
        let id = id.clone();
        move || {
            list.shown.glance(|s| {
                let rows = &s.as_ref()?.rows;
                let at = rows.iter().position(|r| r.id == id)?;
                Some((at, rows.get(at)?.clone()))
            })
        }
    };
    let row = Memo::new(move |_| row());
    let label = move || row.glance(|r| r.as_ref().map(|(_, r)| r.lead.title.clone()).unwrap_or_default());
    let position = move || {
        let total = list.shown.glance(|s| s.as_ref().map_or(0, |s| s.total));
        let before = (list.page() - 1) * crm_types::page::DEFAULT_LIMIT as usize;
        row.glance(|r| r.as_ref().map(|(at, _)| format!("{} of {}", before + at + 1, crate::format::count(total))))
            .unwrap_or_else(|| "Not in this list".into())
    };
    let fallback = format!("{}/{id}", list.spec.path);
    let href = move || row.glance(|r| r.as_ref().map_or_else(|| fallback.clone(), |(_, r)| r.href.clone()));
    view! {
        <Drawer
            label=Signal::derive(label)
            position=Signal::derive(position)
            href=Signal::derive(href)
            on_step=Callback::new(move |forward| { step(list, forward); })
            on_close=Callback::new(move |()| { close_peek(list); })
        >
            {match preview {
                Some(preview) => preview(id),
                None => (move || row.glance(|r| r.clone().map(|(_, row)| whole(list.spec, row)))).into_any(),
            }}
        </Drawer>
    }
}

/// All that a row says, also in columns that are not shown.
fn whole(spec: &'static super::ListSpec, row: Row) -> impl IntoView {
    let facts = spec.columns.iter().skip(1).zip(row.cells);
    // What belongs to a customer has no page of its own.
    let opens = if row.href.starts_with(routes::CUSTOMERS) { "Open customer" } else { "Open full page" };
    view! {
        <section class="drawer__sec"><h2>{row.lead.title}</h2><p class="who__sub">{row.lead.sub}</p></section>
        <section class="drawer__sec">
            <dl class="kv">
                {facts.map(|(column, cell)| view! { <dt>{column.label}</dt><dd>{cell.view()}</dd> }).collect_view()}
            </dl>
        </section>
        <div class="drawer__foot"><a class="btn btn--primary" href=row.href>{opens}</a></div>
    }
}
