//! Charts: tested functions that place marks, and thin SVG views over them.
//!
//! A chart is drawn at its measured width, is read by pointer, touch and keyboard, says in words what it shows, and has
//! its figures below as a table. Every mark leads to the rows behind it.

mod area;
mod axis;
mod cursor;
mod heat;
mod heat_map;
mod legend;
mod line_chart;
mod lines;
mod link;
mod measure;
mod path;
mod reader;
mod scale;
mod sparkline;
mod stack;
mod stacked_area;
mod steps;
mod table;
mod time_axis;
mod tip;
mod unit;
mod waterfall;

pub use area::{AreaData, AreaSeries, MOST_SERIES};
pub use heat_map::{HeatCell, HeatData, HeatKey, HeatMap, HeatRow};
pub use legend::{KeyShape, Legend, LegendItem};
pub use line_chart::{LineChart, line_table};
pub use lines::{BandSeries, LineData, LineSeries};
pub use link::use_follow;
pub use sparkline::Sparkline;
pub use stacked_area::StackedArea;
pub use table::{AsTable, Cell, ChartTable, FigureTable};
pub use unit::{Unit, ratio};
pub use waterfall::{FallBar, FallData, Waterfall};
