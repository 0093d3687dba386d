//! A table of rows. On a phone each row is a card; `display: grid` drops the native roles, so they are said again.

use super::{Cell, Column, Row};
use crate::components::Icon;
use crate::glance::{Glance, live};
use leptos::prelude::*;

/// How a head sorts: `aria-sort` and the address of the next sort.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeadSort {
    /// `ascending`, `descending` or none.
    pub direction: Option<&'static str>,
    /// Where a press leads; none when the column can't be sorted by.
    pub href: Option<String>,
}

/// The rows of a list.
#[component]
pub fn RowTable(
    /// What the rows are, for screen readers.
    #[prop(into)]
    caption: String,
    /// The columns; the first is the row's head.
    columns: &'static [Column],
    /// How each column sorts, in the order of the columns.
    #[prop(optional, into)]
    sorts: Signal<Vec<HeadSort>>,
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<Row>>,
    /// The row that is previewed.
    #[prop(optional, into)]
    peeked: Signal<Option<String>>,
) -> impl IntoView {
    let head = move |(i, column): (usize, &Column)| {
        let sort = Memo::new(move |_| sorts.glance(|s| s.get(i).cloned().unwrap_or_default()));
        let label = column.label;
        let content = move || match sort.glance(|s| s.href.clone()) {
            Some(href) => {
                let icon = move || if sort.glance(|s| s.direction == Some("ascending")) { "arrup" } else { "arrdn" };
                view! {
                    <a class="tbl__sort" href=href data-noscroll="">
                        {label}<Icon name=Signal::derive(icon) small=true/>
                    </a>
                }
                .into_any()
            }
            None => label.into_any(),
        };
        let class = column.class;
        view! {
            <th role="columnheader" scope="col" class=class aria-sort=live(move || sort.get().direction)>{content}</th>
        }
    };
    let body = move |row: Row| {
        let id = row.id.clone();
        let current = Signal::derive(move || peeked.glance(|p| p.as_deref() == Some(id.as_str())));
        view! {
            <tr role="row" data-row=row.id class:is-peeked=current>
                <td role="cell" class="lead">{row.lead.view(row.href, current)}</td>
                {cells(columns, row.cells)}
            </tr>
        }
    };
    view! {
        <table role="table" class="tbl tbl--cards">
            <caption class="vh">{caption}</caption>
            <thead role="rowgroup"><tr role="row">{columns.iter().enumerate().map(head).collect_view()}</tr></thead>
            <tbody role="rowgroup"><For each=move || rows.get() key=Clone::clone children=body/></tbody>
        </table>
    }
}

/// A short table within a card, that is neither sorted nor paged.
#[component]
pub fn PlainTable(
    /// What the rows are, for screen readers.
    #[prop(into)]
    caption: String,
    /// The columns; the first is the row's head.
    columns: &'static [Column],
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<Row>>,
) -> impl IntoView {
    view! { <div class="tbl-wrap"><RowTable caption=caption columns=columns rows=rows/></div> }
}

fn cells(columns: &'static [Column], cells: Vec<Cell>) -> impl IntoView {
    columns
        .iter()
        .skip(1)
        .zip(cells)
        .map(|(column, cell)| view! { <td role="cell" class=column.class data-label=column.label>{cell.view()}</td> })
        .collect_view()
}
