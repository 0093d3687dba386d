//! Places a line chart: lines over time, with gaps where there is no value, and a band between two of them.

use super::area::{NARROW, gutter, series_class};
use super::legend::KeyShape;
use super::path::{self, Pixel};
use super::scale::{Linear, nice_ticks};
use super::time_axis::{TimeLabel, labels, nearest, positions};
use super::unit::Unit;
use chrono::NaiveDate;
use crm_types::analytics::Step;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineSeries {
    /// For legend and tooltip.
    pub label: String,
    /// Which of the chart colours, from 0.
    pub color: usize,
    /// What is not a fact but expected is dashed.
    pub dashed: bool,
    /// One for each day; `None` leaves a gap.
    pub values: Vec<Option<i64>>,
}

impl LineSeries {
    /// How it is drawn.
    pub fn shape(&self) -> KeyShape {
        if self.dashed { KeyShape::Dashed } else { KeyShape::Line }
    }
}

/// Where a value lies with some confidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BandSeries {
    /// `80% interval`.
    pub label: String,
    /// Which of the chart colours, from 0.
    pub color: usize,
    /// Lower and upper end, one for each day.
    pub values: Vec<Option<(i64, i64)>>,
}

/// What a line chart shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineData {
    /// `MRR and what it is expected to be`.
    pub title: String,
    /// Of all values.
    pub unit: Unit,
    /// The step between two days.
    pub step: Step,
    /// Oldest first.
    pub days: Vec<NaiveDate>,
    /// What the points are called where they are no dates: `M3`, one for each day. Empty for dates.
    pub names: Vec<String>,
    /// In the order of the legend.
    pub lines: Vec<LineSeries>,
    /// Below the lines.
    pub band: Option<BandSeries>,
    /// Whether the axis begins at 0; else it begins below the lowest value.
    pub from_zero: bool,
}

impl LineData {
    /// A line's value on a day.
    pub fn value(&self, line: usize, day: usize) -> Option<i64> {
        self.lines.get(line)?.values.get(day).copied().flatten()
    }

    /// What a point is called, in words or as its date is written.
    pub fn name(&self, day: usize, written: fn(NaiveDate) -> String) -> String {
        let named = self.names.get(day).cloned();
        named.or_else(|| self.days.get(day).copied().map(written)).unwrap_or_default()
    }

    /// The ends of the band on a day.
    pub fn band_on(&self, day: usize) -> Option<(i64, i64)> {
        self.band.as_ref()?.values.get(day).copied().flatten()
    }

    fn all(&self) -> impl Iterator<Item = i64> {
        let lines = self.lines.iter().flat_map(|line| line.values.iter().copied().flatten());
        let band = self.band.iter().flat_map(|band| band.values.iter().copied().flatten());
        lines.chain(band.flat_map(|(low, high)| [low, high]))
    }
}

/// A drawn line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineShape {
    /// Its colour.
    pub class: &'static str,
    /// Expected, not a fact.
    pub dashed: bool,
    /// Its path.
    pub d: String,
}

/// A placed line chart.
#[derive(Debug, Clone, PartialEq)]
pub struct LineLayout {
    /// The box.
    pub width: f64,
    /// The box.
    pub height: f64,
    /// Left, right, top and bottom of the plot in it.
    pub plot: (f64, f64, f64, f64),
    /// The pixel of each day.
    pub xs: Vec<f64>,
    /// The value axis: pixel and label.
    pub ticks: Vec<(f64, String)>,
    /// The time axis.
    pub labels: Vec<TimeLabel>,
    /// The lines.
    pub shapes: Vec<LineShape>,
    /// The band: its colour and path.
    pub band: Option<(&'static str, String)>,
    y: Linear,
}

impl LineLayout {
    /// Places the data in a box of this width.
    pub fn new(data: &LineData, width: f64) -> Self {
        let height = if width < NARROW { 220.0 } else { 252.0 };
        let zero = data.from_zero.then_some(0);
        let low = data.all().chain(zero).min().unwrap_or(0);
        let high = data.all().chain(zero).max().unwrap_or(0);
        let values = nice_ticks(low, high);
        let texts: Vec<_> = values.iter().map(|value| data.unit.axis(*value)).collect();
        let left = gutter(&texts);
        let plot = (left, (width - 10.0).max(left + 1.0), 10.0, height - 24.0);
        let bounds = (values.first().copied().unwrap_or(0), values.last().copied().unwrap_or(1));
        let y = Linear { domain: (bounds.0 as f64, bounds.1 as f64), range: (plot.3, plot.2) };
        let xs = positions(&data.days, (plot.0, plot.1));
        let at = |value: i64| y.at(value as f64);
        let shape = |line: &LineSeries| LineShape {
            class: series_class(line.color),
            dashed: line.dashed,
            d: pieces(&xs, &line.values).iter().map(|piece| path::line(&heights(piece, at))).collect(),
        };
        let band = |band: &BandSeries| {
            let edge = |piece: &[(f64, (i64, i64))], pick: fn((i64, i64)) -> i64| -> Vec<Pixel> {
                piece.iter().map(|(x, ends)| (*x, at(pick(*ends)))).collect()
            };
            let areas = pieces(&xs, &band.values);
            let areas = areas.iter().map(|piece| path::area(&edge(piece, |ends| ends.1), &edge(piece, |ends| ends.0)));
            (series_class(band.color), areas.collect())
        };
        Self {
            width,
            height,
            plot,
            ticks: values.iter().map(|value| at(*value)).zip(texts).collect(),
            labels: labels(&data.days, &xs, data.step)
                .into_iter()
                .map(|label| match data.names.get(label.index) {
                    Some(name) => TimeLabel { text: name.clone(), ..label },
                    None => label,
                })
                .collect(),
            shapes: data.lines.iter().map(shape).collect(),
            band: data.band.as_ref().map(band),
            xs,
            y,
        }
    }

    /// Day and line under a pixel: the line is the nearest one, when it is near.
    pub fn hit(&self, data: &LineData, x: f64, y: f64) -> Option<(usize, Option<usize>)> {
        const NEAR: f64 = 12.0;
        let day = nearest(&self.xs, x)?;
        let distance = |line: usize| data.value(line, day).map(|value| (self.y.at(value as f64) - y).abs());
        let lines = (0..data.lines.len()).filter_map(|line| Some((line, distance(line)?)));
        let line = lines.filter(|(_, distance)| *distance <= NEAR).min_by(|a, b| a.1.total_cmp(&b.1));
        Some((day, line.map(|(line, _)| line)))
    }

    /// The lines that have a value on a day, with its pixel, for the dots.
    pub fn dots(&self, data: &LineData, day: usize) -> Vec<(usize, f64)> {
        let dot = |line: usize| data.value(line, day).map(|value| (line, self.y.at(value as f64)));
        (0..data.lines.len()).filter_map(dot).collect()
    }
}

/// The stretches without a gap.
fn pieces<T: Copy>(xs: &[f64], values: &[Option<T>]) -> Vec<Vec<(f64, T)>> {
    let mut pieces = vec![Vec::new()];
    for (x, value) in xs.iter().zip(values) {
        match (value, pieces.last_mut()) {
            (Some(value), Some(piece)) => piece.push((*x, *value)),
            (None, Some(piece)) if !piece.is_empty() => pieces.push(Vec::new()),
            _ => {}
        }
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn heights(piece: &[(f64, i64)], at: impl Fn(i64) -> f64) -> Vec<Pixel> {
    piece.iter().map(|(x, value)| (*x, at(*value))).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crm_types::Currency;

    pub fn forecast() -> LineData {
        let line = |label: &str, dashed, values: [Option<i64>; 4]| LineSeries {
            label: label.into(),
            color: 0,
            dashed,
            values: values.to_vec(),
        };
        LineData {
            title: "MRR forecast".into(),
            unit: Unit::Money(Currency::USD),
            step: Step::Month,
            days: ["2026-08-31", "2026-09-30", "2026-10-31", "2026-11-30"].map(|d| d.parse().unwrap()).to_vec(),
            names: vec![],
            lines: vec![
                line("MRR", false, [Some(100_000), Some(200_000), None, None]),
                line("Expected", true, [None, Some(200_000), Some(250_000), Some(300_000)]),
            ],
            band: Some(BandSeries {
                label: "80% interval".into(),
                color: 0,
                values: vec![None, Some((200_000, 200_000)), Some((200_000, 300_000)), Some((200_000, 400_000))],
            }),
            from_zero: true,
        }
    }

    #[test]
    fn a_gap_breaks_the_line_and_not_the_path() {
        let layout = LineLayout::new(&forecast(), 640.0);
        assert_eq!(layout.shapes[0].d.matches('M').count(), 1);
        assert!(layout.shapes[1].dashed && layout.shapes[1].d.starts_with(&format!("M{}", path::tenth(layout.xs[1]))));
        let (_, band) = layout.band.clone().unwrap();
        assert!(band.ends_with('Z') && band.matches('M').count() == 1);
        let mut gap = forecast();
        gap.lines[0].values = vec![Some(1), None, Some(1), None];
        assert_eq!(LineLayout::new(&gap, 640.0).shapes[0].d.matches('M').count(), 2);
        assert!(pieces::<i64>(&[1.0], &[None]).is_empty());
    }

    #[test]
    fn the_axis_holds_the_band_and_begins_where_it_is_told() {
        let texts = |data: &LineData| -> Vec<String> {
            LineLayout::new(data, 640.0).ticks.into_iter().map(|(_, text)| text).collect()
        };
        assert_eq!(texts(&forecast()), ["$0", "$1K", "$2K", "$3K", "$4K"]);
        let rates = LineData {
            unit: Unit::Rate,
            from_zero: false,
            band: None,
            lines: vec![LineSeries {
                label: "NRR".into(),
                color: 0,
                dashed: false,
                values: vec![Some(9_700), Some(10_300), Some(9_900), Some(10_000)],
            }],
            ..forecast()
        };
        assert_eq!(texts(&rates), ["96%", "98%", "100%", "102%", "104%"]);
        assert_eq!(texts(&LineData { lines: vec![], band: None, ..forecast() }), ["$0", "$0.01", "$0.02", "$0.03"]);
    }

    #[test]
    fn points_may_have_names() {
        let named = LineData { names: ["M0", "M1", "M2", "M3"].map(str::to_owned).to_vec(), ..forecast() };
        let layout = LineLayout::new(&named, 640.0);
        assert_eq!(layout.labels.iter().map(|label| label.text.as_str()).collect::<Vec<_>>(), ["M0", "M1", "M2", "M3"]);
        assert_eq!(
            (named.name(2, crate::format::day), forecast().name(0, crate::format::day)),
            ("M2".into(), "Aug 31, 2026".into())
        );
    }

    #[test]
    fn a_pixel_finds_its_day_and_the_line_beside_it() {
        let (data, layout) = (forecast(), LineLayout::new(&forecast(), 640.0));
        let expected = layout.dots(&data, 2);
        assert_eq!(expected.len(), 1);
        let (line, y) = expected[0];
        assert_eq!(layout.hit(&data, layout.xs[2] + 3.0, y + 5.0), Some((2, Some(line))));
        assert_eq!(layout.hit(&data, layout.xs[2], y + 60.0), Some((2, None)));
        assert_eq!(layout.dots(&data, 1).len(), 2);
    }
}
