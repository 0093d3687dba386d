//! The customers that the list shows now, as a file.

use crate::api::customers;
use crate::components::{Icon, Menu, MenuItem, use_toasts};
use crate::list::List;
use crate::session::use_session;
use crm_types::customers_bulk::ExportFormat;
use leptos::prelude::*;
use leptos::task::spawn_local;

const MENU: &str = "export-menu";

/// The button with its formats.
#[component]
pub fn Export(list: List) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let fetch = move |format: ExportFormat| {
        Callback::new(move |()| {
            let params = list.params.with_untracked(|params| {
                list.spec.matching(params).with("sort", list.spec.sort_of(params)).with("format", format.as_str())
            });
            spawn_local(async move {
                match customers::export(session, &params).await {
                    // The reply is a file to keep, so that the page stays.
                    Ok(link) => drop(window().location().assign(&link.url)),
                    Err(error) => toasts.failed(format!("Not exported: {}", error.detail())),
                }
            });
        })
    };
    view! {
        <button class="btn" type="button" popovertarget=MENU aria-haspopup="menu"><Icon name="export"/>"Export"</button>
        <Menu id=MENU label="Export">
            <MenuItem icon="rows" label="CSV, for any spreadsheet".to_owned() on_press=fetch(ExportFormat::Csv)/>
            <MenuItem icon="grid" label="Excel workbook".to_owned() on_press=fetch(ExportFormat::Xlsx)/>
            <MenuItem icon="note" label="JSON lines, for programs".to_owned() on_press=fetch(ExportFormat::Ndjson)/>
        </Menu>
    }
}
