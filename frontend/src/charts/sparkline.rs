//! A line without axes beside a figure that says the value.

use super::path::{line, spark, tenth};
use leptos::prelude::*;

const WIDTH: f64 = 64.0;
const HEIGHT: f64 = 24.0;

/// Hidden from screen readers: the figure beside it and its change say the same in words.
#[component]
pub fn Sparkline(
    /// Oldest first; missing values are bridged.
    #[prop(into)]
    values: Signal<Vec<Option<f64>>>,
) -> impl IntoView {
    let points = Memo::new(move |_| values.with(|values| spark(values, WIDTH, HEIGHT)));
    let dot = move || {
        let (x, y) = points.with(|points| points.last().copied())?;
        Some(view! { <circle cx=tenth(x) cy=tenth(y) r="2"></circle> })
    };
    view! {
        <svg class="spark" viewBox=format!("0 0 {WIDTH} {HEIGHT}") aria-hidden="true">
            <path d=move || points.with(|points| line(points))></path>
            {dot}
        </svg>
    }
}
