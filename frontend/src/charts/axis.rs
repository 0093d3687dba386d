//! The axes as SVG: horizontal gridlines only, the first one being the axis; labels below; and the line that reads both.

use super::path::tenth;
use super::time_axis::TimeLabel;
use leptos::prelude::*;

/// Gridlines with their labels. `ticks` are pixel and label, the axis first.
pub fn grid_lines(ticks: &[(f64, String)], left: f64, right: f64) -> impl IntoView + use<> {
    let line = |(index, (y, text)): (usize, &(f64, String))| {
        let class = if index == 0 { "axis-line" } else { "grid-line" };
        view! {
            <g>
                <line class=class x1=tenth(left) x2=tenth(right) y1=tenth(*y) y2=tenth(*y)></line>
                <text x=tenth(left - 8.0) y=tenth(y + 4.0) text-anchor="end">{text.clone()}</text>
            </g>
        }
    };
    ticks.iter().enumerate().map(line).collect_view()
}

/// The labels of the time axis at the foot of a box of this height.
pub fn time_labels(labels: &[TimeLabel], height: f64) -> impl IntoView + use<> {
    let baseline = tenth(height - 6.0);
    let label = |label: &TimeLabel| {
        view! { <text x=tenth(label.x) y=baseline.clone() text-anchor=label.anchor.as_str()>{label.text.clone()}</text> }
    };
    labels.iter().map(label).collect_view()
}

/// The line through a day, from the top of the plot to its bottom.
pub fn cursor_line(x: f64, (top, bottom): (f64, f64)) -> impl IntoView + use<> {
    view! { <line class="cursor" x1=tenth(x) x2=tenth(x) y1=tenth(top) y2=tenth(bottom)></line> }
}
