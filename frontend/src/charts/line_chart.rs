//! A line chart that can be read by pointer, touch and keyboard, with a band where something is only expected.

use super::area::series_class;
use super::axis::{cursor_line, grid_lines, time_labels};
use super::cursor::Cursor;
use super::legend::KeyShape;
use super::lines::{LineData, LineLayout};
use super::measure::use_width;
use super::path::tenth;
use super::reader::{ChartFrame, Drawing, Reads, WIDTH};
use super::table::{Cell, ChartTable};
use super::tip::{TipData, TipRow};
use crate::format::{MISSING, day, day_long};
use crm_types::analytics::Step;
use leptos::html::Figure;
use leptos::prelude::*;

/// A chart of values over time.
#[component]
pub fn LineChart(
    /// What it shows.
    #[prop(into)]
    data: Signal<LineData>,
    /// The rows behind a line (or all) on a day, by their indices.
    href: Callback<(usize, Option<usize>), String>,
) -> impl IntoView {
    let figure = NodeRef::<Figure>::new();
    let width = use_width(figure, WIDTH);
    let layout = Memo::new(move |_| data.with(|data| LineLayout::new(data, width.get())));
    let hit = move |(x, y): (f64, f64)| {
        let found = layout.with_untracked(|layout| data.with_untracked(|data| layout.hit(data, x, y)));
        found.map(|(day, series)| Cursor { day, series })
    };
    let marks = move |at| data.with(|data| layout.with(|layout| marks(data, layout, at).into_any()));
    let reads = Reads {
        figure,
        raw: RwSignal::new(None),
        hit: Callback::new(hit),
        size: Signal::derive(move || data.with(|data| (data.days.len(), data.lines.len()))),
        reading: Callback::new(move |at| data.with(|data| reading(data, at))),
        href: Callback::new(move |at: Cursor| href.run((at.day, at.series))),
        title: Signal::derive(move || data.with(|data| data.title.clone())),
    };
    let tip = move |at: Cursor| data.with(|data| tip_of(data, at, &|line| href.run((at.day, line))));
    let drawing = Drawing {
        size: Signal::derive(move || layout.with(|layout| (layout.width, layout.height))),
        x_of: Callback::new(move |day: usize| layout.with(|layout| layout.xs.get(day).copied())),
        still: Callback::new(move |()| layout.with(|layout| still(layout).into_any())),
        marks: Callback::new(marks),
        tip: Callback::new(tip),
        summary: Signal::derive(move || data.with(summary)),
    };
    view! { <ChartFrame drawing=drawing reads=reads/> }
}

fn still(layout: &LineLayout) -> impl IntoView + use<> {
    let (left, right, ..) = layout.plot;
    let band = layout.band.clone().map(|(class, d)| view! { <path class=format!("area fill {class}") d=d></path> });
    let lines = layout.shapes.iter().map(|shape| {
        let class = format!("ln {}{}", shape.class, if shape.dashed { " ln--expected" } else { "" });
        view! { <path class=class d=shape.d.clone()></path> }
    });
    view! {
        <g>
            {grid_lines(&layout.ticks, left, right)}
            {band}
            {lines.collect_view()}
            {time_labels(&layout.labels, layout.height)}
        </g>
    }
}

fn marks(data: &LineData, layout: &LineLayout, at: Cursor) -> Option<impl IntoView + use<>> {
    let x = *layout.xs.get(at.day)?;
    let (_, _, top, bottom) = layout.plot;
    let dots = layout.dots(data, at.day).into_iter().map(|(line, y)| {
        let class = data.lines.get(line).map_or("s0", |line| series_class(line.color));
        let r = if at.series == Some(line) { "5" } else { "4" };
        view! { <circle class=format!("pt fill {class}") cx=tenth(x) cy=tenth(y) r=r></circle> }
    });
    Some(view! { <g>{cursor_line(x, (top, bottom))}{dots.collect_view()}</g> })
}

fn tip_of(data: &LineData, at: Cursor, href: &dyn Fn(Option<usize>) -> String) -> TipData {
    let lines = data.lines.iter().enumerate().filter_map(|(index, line)| {
        Some(TipRow {
            key: line.shape().class(line.color),
            label: line.label.clone(),
            text: data.unit.text(data.value(index, at.day)?),
            href: href(Some(index)),
            current: at.series == Some(index),
        })
    });
    let band = data.band.as_ref().zip(data.band_on(at.day)).map(|(band, ends)| TipRow {
        key: KeyShape::Band.class(band.color),
        label: band.label.clone(),
        text: ends_of(data, ends),
        href: String::new(),
        current: false,
    });
    TipData { title: data.name(at.day, day_long), rows: lines.chain(band).collect(), total: None }
}

fn ends_of(data: &LineData, (low, high): (i64, i64)) -> String {
    format!("{} – {}", data.unit.text(low), data.unit.text(high))
}

/// What a screen reader hears at a point: one line, or all of them with the band.
fn reading(data: &LineData, at: Cursor) -> String {
    let date = data.name(at.day, day);
    let of = |index: usize| {
        let line = data.lines.get(index)?;
        let value = data.value(index, at.day).map_or_else(|| MISSING.to_owned(), |value| data.unit.text(value));
        Some(format!("{} {value}", line.label))
    };
    let mut parts: Vec<String> = match at.series {
        Some(index) => of(index).into_iter().collect(),
        None => (0..data.lines.len()).filter(|index| data.value(*index, at.day).is_some()).filter_map(of).collect(),
    };
    if let Some((band, ends)) = data.band.as_ref().zip(data.band_on(at.day)) {
        parts.push(format!("{} {}", band.label, ends_of(data, ends)));
    }
    format!("{date}: {}", if parts.is_empty() { MISSING.into() } else { parts.join(", ") })
}

/// The whole chart in a sentence for each line.
fn summary(data: &LineData) -> String {
    let Some(last) = data.days.len().checked_sub(1) else { return data.title.clone() };
    let line = |line: &super::lines::LineSeries| {
        let mut values = line.values.iter().copied().flatten();
        let (from, to) = (values.next()?, values.next_back());
        let from_to = match to {
            Some(to) => format!("from {} to {}", data.unit.text(from), data.unit.text(to)),
            None => data.unit.text(from),
        };
        Some(format!(" {}: {from_to}.", line.label))
    };
    let lines: String = data.lines.iter().filter_map(line).collect();
    format!("{} from {} to {}.{lines}", data.title, data.name(0, day), data.name(last, day))
}

/// The same figures as a table.
pub fn line_table(data: &LineData, href: &dyn Fn(usize, Option<usize>) -> String) -> ChartTable {
    let first = match data.step {
        _ if !data.names.is_empty() => "Month",
        Step::Day => "Day",
        Step::Week => "Week to",
        Step::Month => "Month to",
    };
    let labels = data.lines.iter().map(|line| line.label.clone());
    let band = data.band.iter().map(|band| band.label.clone());
    let row = |at: usize| {
        let cell = |line: usize| match data.value(line, at) {
            Some(value) => {
                let href = href(at, Some(line));
                Cell { text: data.unit.text(value), href: (!href.is_empty()).then_some(href) }
            }
            None => Cell { text: MISSING.into(), href: None },
        };
        let band = data.band.iter().map(|_| Cell {
            text: data.band_on(at).map_or_else(|| MISSING.into(), |ends| ends_of(data, ends)),
            href: None,
        });
        (data.name(at, day), (0..data.lines.len()).map(cell).chain(band).collect())
    };
    ChartTable {
        head: std::iter::once(first.to_owned()).chain(labels).chain(band).collect(),
        rows: (0..data.days.len()).map(row).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::tests::forecast;
    use super::*;

    #[test]
    fn the_chart_says_what_it_shows() {
        assert_eq!(
            summary(&forecast()),
            "MRR forecast from Aug 31, 2026 to Nov 30, 2026. MRR: from $1,000 to $2,000. Expected: from $2,000 to $3,000."
        );
        let at = |day, series| reading(&forecast(), Cursor { day, series });
        assert_eq!(at(0, None), "Aug 31, 2026: MRR $1,000");
        assert_eq!(at(2, Some(1)), "Oct 31, 2026: Expected $2,500, 80% interval $2,000 – $3,000");
        assert_eq!(at(0, Some(1)), "Aug 31, 2026: Expected –");
    }

    #[test]
    fn the_tooltip_lists_what_has_a_value() {
        let tip = tip_of(&forecast(), Cursor { day: 2, series: None }, &|line| format!("/{line:?}"));
        let rows: Vec<_> = tip.rows.iter().map(|row| (row.label.as_str(), row.text.as_str())).collect();
        assert_eq!(rows, [("Expected", "$2,500"), ("80% interval", "$2,000 – $3,000")]);
        assert_eq!((tip.rows[0].key.as_str(), tip.rows[1].key.as_str()), ("key s1 key--dash", "key s1 key--band"));
        assert_eq!((tip.rows[0].href.as_str(), tip.rows[1].href.as_str()), ("/Some(1)", ""));
    }

    #[test]
    fn the_table_has_a_row_for_each_day() {
        let table =
            line_table(&forecast(), &|day, line| if line == Some(0) { format!("/{day}") } else { String::new() });
        assert_eq!(table.head, ["Month to", "MRR", "Expected", "80% interval"]);
        let texts = |row: usize| table.rows[row].1.iter().map(|cell| cell.text.as_str()).collect::<Vec<_>>();
        assert_eq!(texts(0), ["$1,000", "–", "–"]);
        assert_eq!(texts(3), ["–", "$3,000", "$2,000 – $4,000"]);
        assert_eq!((&table.rows[0].1[0].href, &table.rows[3].1[1].href), (&Some("/0".into()), &None));
    }
}
