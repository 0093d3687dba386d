//! Which colour is which series.

use super::area::series_class;
use leptos::prelude::*;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LegendItem {
    /// The series.
    pub label: String,
    /// Which of the chart colours, from 0.
    pub color: usize,
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
        let key = format!("key {}", series_class(item.color));
        let label = match item.href {
            Some(href) => view! { <a href=href>{item.label}</a> }.into_any(),
            None => item.label.into_any(),
        };
        view! { <li><span class=key></span>{label}</li> }
    };
    view! { <ul class="legend">{move || items.get().into_iter().map(entry).collect_view()}</ul> }
}
