//! Places a stacked area chart: everything that is drawn, as numbers and path data.

use super::path::{self, Pixel};
use super::scale::{Linear, nice_ticks};
use super::stack::{Band, fold_rest, stack, top};
use super::time_axis::{TimeLabel, labels, nearest, positions};
use crate::format::money_compact;
use chrono::NaiveDate;
use crm_types::analytics::Step;
use crm_types::{Currency, Money};

/// Series that keep a colour of their own; the rest is added up.
pub const MOST_SERIES: usize = 6;
/// Below this width the chart is drawn lower and its reading stands under it.
pub const NARROW: f64 = 480.0;

/// One series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaSeries {
    /// For legend and tooltip.
    pub label: String,
    /// Which of the chart colours, from 0; the same series keeps its colour when others are left out.
    pub color: usize,
    /// Minor units, one for each day.
    pub values: Vec<i64>,
}

/// What a stacked area chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaData {
    /// `MRR by stream`.
    pub title: String,
    /// Of every amount.
    pub currency: Currency,
    /// The step between two days.
    pub step: Step,
    /// Oldest first.
    pub days: Vec<NaiveDate>,
    /// From the bottom up.
    pub series: Vec<AreaSeries>,
}

impl AreaData {
    /// The same with all series from the seventh on added up as `Other`.
    #[must_use]
    pub fn folded(mut self) -> Self {
        let values: Vec<_> = self.series.iter().map(|series| series.values.clone()).collect();
        let (mut values, folded) = fold_rest(&values, MOST_SERIES);
        if folded {
            self.series.truncate(MOST_SERIES);
            self.series.push(AreaSeries {
                label: "Other".into(),
                color: MOST_SERIES,
                values: values.pop().unwrap_or_default(),
            });
        }
        self
    }

    /// One series' amount on a day; 0 where there is none.
    pub fn amount(&self, series: usize, day: usize) -> Money {
        let value = self.series.get(series).and_then(|series| series.values.get(day)).copied().unwrap_or(0);
        Money::new(value, self.currency)
    }

    /// The class that gives a series its colour.
    pub fn class(&self, series: usize) -> &'static str {
        series_class(self.series.get(series).map_or(MOST_SERIES, |series| series.color))
    }

    /// All series together on a day.
    pub fn total(&self, day: usize) -> Money {
        let sum = (0..self.series.len()).fold(0_i64, |sum, series| sum.saturating_add(self.amount(series, day).minor));
        Money::new(sum, self.currency)
    }
}

/// The class that gives a series its colour: `s1` to `s6`, `s0` for the rest.
pub fn series_class(index: usize) -> &'static str {
    ["s1", "s2", "s3", "s4", "s5", "s6"].get(index).copied().unwrap_or("s0")
}

/// A drawn series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaShape {
    /// Its colour.
    pub class: &'static str,
    /// The filled area.
    pub area: String,
    /// Its upper edge.
    pub line: String,
}

/// A placed stacked area chart.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaLayout {
    /// The box.
    pub width: f64,
    /// The box.
    pub height: f64,
    /// Left, right, top and bottom of the plot in it.
    pub plot: (f64, f64, f64, f64),
    /// The pixel of each day.
    pub xs: Vec<f64>,
    /// The value axis: pixel and label; the first is the axis itself.
    pub ticks: Vec<(f64, String)>,
    /// The time axis.
    pub labels: Vec<TimeLabel>,
    /// From the bottom up.
    pub shapes: Vec<AreaShape>,
    bands: Vec<Vec<Band>>,
    y: Linear,
}

impl AreaLayout {
    /// Places the data in a box of this width.
    pub fn new(data: &AreaData, width: f64) -> Self {
        let height = if width < NARROW { 220.0 } else { 252.0 };
        let values: Vec<_> = data.series.iter().map(|series| series.values.clone()).collect();
        let bands = stack(&values, data.days.len());
        let values = nice_ticks(0, top(&bands));
        let texts: Vec<_> = values.iter().map(|v| money_compact(Money::new(*v, data.currency))).collect();
        let left = gutter(&texts);
        let plot = (left, (width - 10.0).max(left + 1.0), 10.0, height - 24.0);
        let highest = values.last().copied().unwrap_or(1) as f64;
        let y = Linear { domain: (0.0, highest), range: (plot.3, plot.2) };
        let xs = positions(&data.days, (plot.0, plot.1));
        let edge = |pick: fn(&Band) -> i64, bands: &[Band]| -> Vec<Pixel> {
            xs.iter().zip(bands).map(|(x, band)| (*x, y.at(pick(band) as f64))).collect()
        };
        let shape = |(index, bands): (usize, &Vec<Band>)| {
            let (lower, upper) = (edge(|band| band.0, bands), edge(|band| band.1, bands));
            AreaShape { class: data.class(index), area: path::area(&upper, &lower), line: path::line(&upper) }
        };
        Self {
            width,
            height,
            plot,
            ticks: values.iter().map(|v| y.at(*v as f64)).zip(texts).collect(),
            labels: labels(&data.days, &xs, data.step),
            shapes: bands.iter().enumerate().map(shape).collect(),
            xs,
            bands,
            y,
        }
    }

    /// Day and series under a pixel. Above the stack and below it there is a day, but no series.
    pub fn hit(&self, x: f64, y: f64) -> Option<(usize, Option<usize>)> {
        let day = nearest(&self.xs, x)?;
        let inside = |bands: &Vec<Band>| {
            bands
                .get(day)
                .is_some_and(|(low, high)| low < high && y <= self.y.at(*low as f64) && y >= self.y.at(*high as f64))
        };
        Some((day, self.bands.iter().position(inside)))
    }

    /// The pixel of each series' upper edge on a day, for the dots.
    pub fn dots(&self, day: usize) -> Vec<f64> {
        self.bands.iter().filter_map(|bands| bands.get(day)).map(|(_, upper)| self.y.at(*upper as f64)).collect()
    }
}

/// The room that an axis' labels need at 11 px.
pub fn gutter(texts: &[String]) -> f64 {
    let longest = texts.iter().map(|text| text.chars().count()).max().unwrap_or(0);
    (longest as f64 * 6.6 + 12.0).max(36.0).round()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> AreaData {
        AreaData {
            title: "MRR by stream".into(),
            currency: Currency::USD,
            step: Step::Month,
            days: ["2026-08-31", "2026-09-30", "2026-10-31"].map(|d| d.parse().unwrap()).to_vec(),
            series: vec![
                AreaSeries { label: "REV 1".into(), color: 0, values: vec![100_000, 200_000, 300_000] },
                AreaSeries { label: "REV 2".into(), color: 1, values: vec![0, 100_000, 100_000] },
            ],
        }
    }

    #[test]
    fn the_chart_fills_its_box() {
        let layout = AreaLayout::new(&data(), 640.0);
        assert_eq!((layout.xs[0], layout.xs[2]), (layout.plot.0, 630.0));
        let texts: Vec<_> = layout.ticks.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(texts, ["$0", "$1K", "$2K", "$3K", "$4K"]);
        assert_eq!((layout.ticks[0].0, layout.ticks[4].0), (228.0, 10.0));
        assert!(layout.shapes[1].line.ends_with("L630 10"), "the top of the stack is the highest tick");
        assert_eq!(layout.dots(0), [173.5, 173.5]);
        assert_eq!(AreaLayout::new(&data(), 326.0).height, 220.0);
    }

    #[test]
    fn a_pixel_has_a_day_and_a_series() {
        let layout = AreaLayout::new(&data(), 640.0);
        assert_eq!(layout.hit(629.0, 200.0), Some((2, Some(0))));
        assert_eq!(layout.hit(629.0, 30.0), Some((2, Some(1))));
        assert_eq!(layout.hit(layout.plot.0, 30.0), Some((0, None)), "above the stack");
        assert_eq!(layout.hit(layout.plot.0, 240.0), Some((0, None)), "below the axis");
        let empty = AreaData { days: vec![], series: vec![], ..data() };
        assert_eq!(AreaLayout::new(&empty, 640.0).hit(1.0, 1.0), None);
    }

    #[test]
    fn a_seventh_series_becomes_other() {
        let mut many = data();
        many.series = (1..=8).map(|n| AreaSeries { label: n.to_string(), color: 0, values: vec![n, n, n] }).collect();
        let folded = many.clone().folded();
        assert_eq!(folded.series.len(), 7);
        assert_eq!(
            folded.series[6],
            AreaSeries { label: "Other".into(), color: MOST_SERIES, values: vec![15, 15, 15] }
        );
        assert_eq!(folded.total(2), many.total(2));
        assert_eq!(data().folded(), data());
    }
}
