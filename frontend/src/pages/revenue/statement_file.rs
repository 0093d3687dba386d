//! A statement as a file, or on paper.

use crate::api::revenue;
use crate::components::{FileMenu, Linking, MenuItem};
use crate::session::use_session;
use crm_types::ids::PayoutStatementId;
use crm_types::revenue::StatementFormat;
use leptos::prelude::*;

/// The button with its formats.
#[component]
pub fn StatementFile(id: PayoutStatementId) -> impl IntoView {
    let session = use_session();
    let link = move |format| -> Linking { Box::pin(revenue::statement_file(session, id, format)) };
    let formats = vec![
        ("rows", "CSV, for any spreadsheet", StatementFormat::Csv),
        ("grid", "Excel workbook", StatementFormat::Xlsx),
    ];
    // A browser that does not print has nothing to say about it.
    let print = Callback::new(move |()| drop(window().print()));
    view! {
        <FileMenu id="statement-file" label="Download" failed="Not downloaded" formats=formats link=Callback::new(link)>
            <MenuItem icon="note" label="Print".to_owned() on_press=print/>
        </FileMenu>
    }
}
