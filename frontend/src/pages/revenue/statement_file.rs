//! A statement as a file, or on paper.

use crate::api::revenue;
use crate::components::{Icon, Menu, MenuItem, use_toasts};
use crate::session::use_session;
use crm_types::ids::PayoutStatementId;
use crm_types::revenue::StatementFormat;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The button with its formats.
#[component]
pub fn StatementFile(id: PayoutStatementId) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let fetch = move |format: StatementFormat| {
        Callback::new(move |()| {
            spawn_local(async move {
                match revenue::statement_file(session, id, format).await {
                    // The reply is a file to keep, so that the page stays.
                    Ok(link) => drop(window().location().assign(&link.url)),
                    Err(error) => toasts.failed(format!("Not downloaded: {}", error.detail())),
                }
            });
        })
    };
    // A browser that does not print has nothing to say about it.
    let print = Callback::new(move |()| drop(window().print()));
    view! {
        <button class="btn" type="button" popovertarget="statement-file" aria-haspopup="menu"><Icon name="export"/>"Download"</button>
        <Menu id="statement-file" label="Download">
            <MenuItem icon="rows" label="CSV, for any spreadsheet".to_owned() on_press=fetch(StatementFormat::Csv)/>
            <MenuItem icon="grid" label="Excel workbook".to_owned() on_press=fetch(StatementFormat::Xlsx)/>
            <MenuItem icon="note" label="Print".to_owned() on_press=print/>
        </Menu>
    }
}
