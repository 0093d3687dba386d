//! A table of rows. On a phone each row is a card; `display: grid` drops the native roles, so they are said again.

use super::{Cell, Column, Row, Selection, Shape};
use crate::browser;
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
    /// Which columns, and how high; a phone's cards show the usual ones.
    #[prop(optional)]
    shape: Shape,
    /// Which rows are chosen, where rows can be.
    #[prop(optional_no_strip)]
    selection: Option<Selection>,
) -> impl IntoView {
    let shape = if browser::is_phone() { Shape::default() } else { shape };
    // Who chose the columns wants to see them, if need be by scrolling sideways.
    let class_of = if shape.is_chosen() { lasting } else { <str>::to_owned };
    let shown = shape.shown(columns);
    let head = move |(i, column): (usize, &'static Column)| {
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
        let class = class_of(column.class);
        view! {
            <th role="columnheader" scope="col" class=class aria-sort=live(move || sort.get().direction)>{content}</th>
        }
    };
    let check_all = selection.map(|selection| {
        view! {
            <th role="columnheader" scope="col" class="check">
                <input class="check-box" type="checkbox" aria-label="Select all rows of this page"
                    prop:checked=live(move || selection.of_page() == Some(true))
                    prop:indeterminate=live(move || selection.of_page().is_none())
                    on:change=move |_| selection.press_page()/>
            </th>
        }
    });
    let heads = shown.iter().copied().map(head).collect_view();
    let shown = StoredValue::new(shown);
    let cells = move |cells: Vec<Cell>| {
        let cell = |(at, cell)| {
            let column = shown.with_value(|shown| shown.iter().find(|(i, _)| *i == at).map(|(_, column)| *column))?;
            let class = class_of(column.class);
            Some(view! { <td role="cell" class=class data-label=column.label>{Cell::view(cell)}</td> })
        };
        (1..).zip(cells).filter_map(cell).collect_view()
    };
    let body = move |row: Row| {
        let id = row.id.clone();
        let chosen = selection.map(|selection| {
            let id = id.clone();
            live(move || selection.has(&id).then_some("true"))
        });
        let check = selection.zip(chosen).map(|(selection, chosen)| {
            let (id, label) = (id.clone(), format!("Select {}", row.lead.title));
            view! {
                <td role="cell" class="check">
                    <input class="check-box" type="checkbox" aria-label=label prop:checked=live(move || chosen.get().is_some())
                        on:click=move |ev: web_sys::MouseEvent| selection.press(&id, ev.shift_key())/>
                </td>
            }
        });
        let current = Signal::derive(move || peeked.glance(|p| p.as_deref() == Some(id.as_str())));
        view! {
            <tr role="row" data-row=row.id class:is-peeked=current aria-selected=chosen>
                {check}
                <td role="cell" class="lead">{row.lead.view(row.href, current)}</td>
                {cells(row.cells)}
            </tr>
        }
    };
    view! {
        <table role="table" class=if shape.compact { "tbl tbl--cards tbl--compact" } else { "tbl tbl--cards" }>
            <caption class="vh">{caption}</caption>
            <thead role="rowgroup"><tr role="row">{check_all}{heads}</tr></thead>
            <tbody role="rowgroup"><For each=move || rows.get() key=Clone::clone children=body/></tbody>
        </table>
    }
}

/// The class of a column that stays however narrow the list gets.
fn lasting(class: &str) -> String {
    class.split(' ').filter(|c| !matches!(*c, "p2" | "p3" | "p4")).collect::<Vec<_>>().join(" ")
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
