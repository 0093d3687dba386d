//! The customers that the list shows now, or those of them that are chosen, as a file.

use crate::api::customers;
use crate::components::{Icon, Menu, MenuItem, use_toasts};
use crate::list::{List, Selection};
use crate::session::use_session;
use crm_types::customers_bulk::ExportFormat;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button with its formats.
#[component]
pub fn Export(
    /// The list.
    list: List,
    /// Only what is chosen of it.
    #[prop(optional)]
    selection: Option<Selection>,
) -> impl IntoView {
    let (menu, class) = match selection {
        Some(_) => ("export-chosen-menu", "btn btn--sm"),
        None => ("export-menu", "btn"),
    };
    let (session, toasts) = (use_session(), use_toasts());
    let fetch = move |format: ExportFormat| {
        Callback::new(move |()| {
            let params = list.params.with_untracked(|params| {
                list.spec.matching(params).with("sort", list.spec.sort_of(params)).with("format", format.as_str())
            });
            let ids = untrack(|| selection.and_then(Selection::ids));
            let ids = ids.map(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect());
            spawn_local(async move {
                match customers::export(session, &params, ids).await {
                    // The reply is a file to keep, so that the page stays.
                    Ok(link) => drop(window().location().assign(&link.url)),
                    Err(error) => toasts.failed(format!("Not exported: {}", error.detail())),
                }
            });
        })
    };
    view! {
        <button class=class type="button" popovertarget=menu aria-haspopup="menu"><Icon name="export"/>"Export"</button>
        <Menu id=menu label="Export">
            <MenuItem icon="rows" label="CSV, for any spreadsheet".to_owned() on_press=fetch(ExportFormat::Csv)/>
            <MenuItem icon="grid" label="Excel workbook".to_owned() on_press=fetch(ExportFormat::Xlsx)/>
            <MenuItem icon="note" label="JSON lines, for programs".to_owned() on_press=fetch(ExportFormat::Ndjson)/>
        </Menu>
    }
}
