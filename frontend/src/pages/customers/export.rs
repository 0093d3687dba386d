//! The customers that the list shows now, or those of them that are chosen, as a file.

use crate::api::customers;
use crate::components::{FileMenu, Linking};
use crate::list::{List, Selection};
use crate::session::use_session;
use crm_types::customers_bulk::ExportFormat;
use leptos::prelude::*;

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
    let session = use_session();
    let link = move |format: ExportFormat| -> Linking {
        let params = list.params.with_untracked(|params| {
            list.spec.matching(params).with("sort", list.spec.sort_of(params)).with("format", format.as_str())
        });
        let ids = untrack(|| selection.and_then(Selection::ids));
        let ids = ids.map(|ids| ids.iter().filter_map(|id| id.parse().ok()).collect());
        Box::pin(async move { customers::export(session, &params, ids).await })
    };
    let formats = vec![
        ("rows", "CSV, for any spreadsheet", ExportFormat::Csv),
        ("grid", "Excel workbook", ExportFormat::Xlsx),
        ("note", "JSON lines, for programs", ExportFormat::Ndjson),
    ];
    view! { <FileMenu id=menu label="Export" failed="Not exported" class=class formats=formats link=Callback::new(link)/> }
}
