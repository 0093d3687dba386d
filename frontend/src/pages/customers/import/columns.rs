//! Each column with its first values, and what it holds.

use crate::format::MISSING;
use crate::glance::{Glance, live};
use crate::labels::Choice;
use crm_types::customers_import::{ImportColumn, ImportField};
use leptos::prelude::*;

/// What each column holds; `None` is left out.
pub(super) type Mapping = RwSignal<Vec<Option<ImportField>>>;

/// Values that are shown of a column.
const EXAMPLES: usize = 3;

/// Whether somebody can be made out of a row.
pub(super) fn mapped(mapping: &[Option<ImportField>]) -> bool {
    use ImportField as F;
    mapping.iter().flatten().any(|field| matches!(field, F::Email | F::Name | F::FirstName | F::LastName | F::Phone))
}

fn fields() -> Vec<Choice> {
    let name = |field: &ImportField| match field {
        ImportField::Email => "E-mail",
        ImportField::Name => "Name",
        ImportField::FirstName => "First name",
        ImportField::LastName => "Last name",
        ImportField::Phone => "Phone",
        ImportField::Locale => "Language",
        ImportField::TimeZone => "Time zone",
        ImportField::Priority => "Priority",
        ImportField::Tags => "Tags",
        ImportField::OwnerEmail => "Owner’s e-mail",
        ImportField::Organization => "Organization, by name",
        ImportField::AcquisitionSource => "Source",
        ImportField::CreatedAt => "Known since",
    };
    ImportField::ALL.iter().map(|field| (field.as_str(), name(field))).collect()
}

#[component]
pub(super) fn Columns(columns: Vec<ImportColumn>, preview: Vec<Vec<String>>, mapping: Mapping) -> impl IntoView {
    let rows = columns.into_iter().enumerate().map(move |(index, column)| {
        let examples: Vec<String> = preview
            .iter()
            .filter_map(|row| row.get(index).filter(|cell| !cell.trim().is_empty()))
            .take(EXAMPLES)
            .map(|cell| cell.chars().take(60).collect())
            .collect();
        let name = if column.name.is_empty() { format!("Column {}", index + 1) } else { column.name };
        let examples = if examples.is_empty() { MISSING.into() } else { examples.join(" · ") };
        view! {
            <tr role="row">
                <th role="rowheader" scope="row" class="break">{name.clone()}</th>
                <td role="cell" class="break muted">{examples}</td>
                <td role="cell"><Choose index=index label=format!("What {name} holds") mapping=mapping/></td>
            </tr>
        }
    });
    view! {
        <div class="tbl-wrap" tabindex="0" role="region" aria-label="Columns of the file">
            // On a phone each column is a block; that drops the native roles, so they are said again.
            <table role="table" class="tbl tbl--map">
                <caption class="vh">"Columns of the file"</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">"Column"</th><th role="columnheader" scope="col">"First values"</th>
                        <th role="columnheader" scope="col">"Holds"</th>
                    </tr>
                </thead>
                <tbody role="rowgroup">{rows.collect_view()}</tbody>
            </table>
        </div>
    }
}

/// What a column holds. A field that another column had before is taken from it.
#[component]
fn Choose(index: usize, label: String, mapping: Mapping) -> impl IntoView {
    let value = Memo::new(move |_| mapping.glance(|mapping| mapping.get(index).copied().flatten()));
    let choose = move |ev: leptos::ev::Event| {
        let field = event_target_value(&ev).parse::<ImportField>().ok();
        mapping.update(|mapping| {
            for (at, other) in mapping.iter_mut().enumerate() {
                if at == index {
                    *other = field;
                } else {
                    other.take_if(|other| Some(*other) == field);
                }
            }
        });
    };
    let options = fields()
        .into_iter()
        .map(|(v, text)| view! { <option value=v selected=live(move || value.get().is_some_and(|f| f.as_str() == v))>{text}</option> })
        .collect_view();
    view! {
        <select class="input" aria-label=label on:change=choose>
            <option value="" selected=live(move || value.get().is_none())>"Leave out"</option>
            {options}
        </select>
    }
}
