//! Which colour and shape is which series.

use super::area::series_class;
use leptos::prelude::*;

/// How a series is drawn, and so its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyShape {
    /// Filled.
    Area,
    /// A line.
    Line,
    /// A dashed line: expected, not a fact.
    Dashed,
    /// Where something lies with some confidence.
    Band,
}

impl KeyShape {
    /// The classes of the key of a series with one of the chart colours.
    pub fn class(self, color: usize) -> String {
        let shape = match self {
            Self::Area => "",
            Self::Line => " key--line",
            Self::Dashed => " key--dash",
            Self::Band => " key--band",
        };
        format!("key {}{shape}", series_class(color))
    }
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendItem {
    /// The series.
    pub label: String,
    /// Which of the chart colours, from 0.
    pub color: usize,
    /// How it is drawn.
    pub shape: KeyShape,
    /// The rows behind it.
    pub href: Option<String>,
}

/// The keys of a chart's series, from the bottom up.
#[component]
pub fn Legend(
    /// The entries.
    #[prop(into)]
    items: Signal<Vec<LegendItem>>,
) -> impl IntoView {
    let entry = |item: LegendItem| {
        let key = item.shape.class(item.color);
        let label = match item.href {
            Some(href) => view! { <a href=href>{item.label}</a> }.into_any(),
            None => item.label.into_any(),
        };
        view! { <li><span class=key></span>{label}</li> }
    };
    view! { <ul class="legend">{move || items.get().into_iter().map(entry).collect_view()}</ul> }
}
