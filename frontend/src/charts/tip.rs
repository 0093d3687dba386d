//! A chart's tooltip: date, series from top to bottom as stacked, total.

use super::path::tenth;
use leptos::prelude::*;

/// The room for a tooltip beside the cursor.
const WIDTH: f64 = 260.0;
/// Between cursor and tooltip.
const GAP: f64 = 12.0;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TipRow {
    /// The classes of the series' key.
    pub key: String,
    /// The series.
    pub label: String,
    /// Its value.
    pub text: String,
    /// The rows behind it; empty for none.
    pub href: String,
    /// Whether the pointer is on it.
    pub current: bool,
}

/// What a tooltip says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TipData {
    /// The date.
    pub title: String,
    /// From top to bottom.
    pub rows: Vec<TipRow>,
    /// The sum and the rows behind it, when there is more than one series.
    pub total: Option<(String, String)>,
}

/// Beside the cursor, inside the chart's SVG: placed by attributes, because the page allows no inline style.
#[component]
pub fn TipBox(
    /// What it says.
    tip: Signal<Option<TipData>>,
    /// Where the cursor is.
    x: f64,
    /// How wide the chart is.
    width: f64,
) -> impl IntoView {
    let left = x > width / 2.0;
    let at = if left { x - GAP - WIDTH } else { x + GAP };
    let class = if left { "tip-at tip-at--left" } else { "tip-at" };
    view! {
        <foreignObject class=class x=tenth(at) y="14" width=tenth(WIDTH) height="1">
            {move || tip.get().is_some().then(|| view! { <Tip tip=tip links=false/> })}
        </foreignObject>
    }
}

/// The tooltip itself. Under a narrow chart its lines are links, because a finger cannot aim at a mark.
#[component]
pub fn Tip(
    /// What it says.
    tip: Signal<Option<TipData>>,
    /// Whether the lines are links.
    links: bool,
) -> impl IntoView {
    let line = move |key: Option<String>, label: String, text: String, href: String| {
        let key = key.map(|key| view! { <span class=key></span> });
        let label = if links && !href.is_empty() {
            view! { <a href=href>{label}</a> }.into_any()
        } else {
            view! { <span>{label}</span> }.into_any()
        };
        view! { {key}{label}<span>{text}</span> }
    };
    let lines = move |tip: TipData| {
        let rows = tip.rows.into_iter().map(|row| {
            let class = if row.current { "tip__row tip__row--at" } else { "tip__row" };
            view! { <div class=class>{line(Some(row.key), row.label, row.text, row.href)}</div> }
        });
        let total = tip.total.map(|(text, href)| {
            view! { <div class="tip__row tip__row--sum">{line(None, "Total".into(), text, href)}</div> }
        });
        view! { <p class="tip__title">{tip.title}</p>{rows.collect_view()}{total} }
    };
    let class = if links { "tip tip--under" } else { "tip" };
    view! { <div class=class aria-hidden=(!links).then_some("true")>{move || tip.get().map(lines)}</div> }
}
