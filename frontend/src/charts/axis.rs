//! The value axis as SVG: horizontal gridlines only, the first one being the axis.

use super::path::tenth;
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
