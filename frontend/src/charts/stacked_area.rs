//! A stacked area chart that can be read by pointer, touch and keyboard, and whose every point is a link.

use super::area::{AreaData, AreaLayout};
use super::axis::{cursor_line, grid_lines, time_labels};
use super::cursor::Cursor;
use super::measure::use_width;
use super::path::tenth;
use super::reader::{ChartFrame, Drawing, Reads, WIDTH};
use super::tip::{TipData, TipRow};
use crate::format::{day, day_long, money_whole};
use leptos::html::Figure;
use leptos::prelude::*;

/// A chart of amounts over time.
#[component]
pub fn StackedArea(
    /// What it shows.
    #[prop(into)]
    data: Signal<AreaData>,
    /// The rows behind a series (or the total) on a day, by their indices.
    href: Callback<(usize, Option<usize>), String>,
) -> impl IntoView {
    let figure = NodeRef::<Figure>::new();
    let width = use_width(figure, WIDTH);
    let layout = Memo::new(move |_| data.with(|data| AreaLayout::new(data, width.get())));
    let hit = move |(x, y): (f64, f64)| {
        layout.with_untracked(|layout| layout.hit(x, y)).map(|(day, series)| Cursor { day, series })
    };
    let marks = move |at| data.with(|data| layout.with(|layout| marks(data, layout, at).into_any()));
    let reads = Reads {
        figure,
        raw: RwSignal::new(None),
        hit: Callback::new(hit),
        size: Signal::derive(move || data.with(|data| (data.days.len(), data.series.len()))),
        reading: Callback::new(move |at| data.with(|data| reading(data, at))),
        href: Callback::new(move |at: Cursor| href.run((at.day, at.series))),
        title: Signal::derive(move || data.with(|data| data.title.clone())),
    };
    let tip = move |at: Cursor| data.with(|data| tip_of(data, at, &|series| href.run((at.day, series))));
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

fn still(layout: &AreaLayout) -> impl IntoView + use<> {
    let (left, right, ..) = layout.plot;
    let areas = layout.shapes.iter();
    let areas = areas.map(|s| view! { <path class=format!("area fill {}", s.class) d=s.area.clone()></path> });
    let lines = layout.shapes.iter();
    let lines = lines.map(|s| view! { <path class=format!("ln {}", s.class) d=s.line.clone()></path> });
    view! {
        <g>
            {grid_lines(&layout.ticks, left, right)}
            {areas.collect_view()}
            {lines.collect_view()}
            {time_labels(&layout.labels, layout.height)}
        </g>
    }
}

fn marks(data: &AreaData, layout: &AreaLayout, at: Cursor) -> Option<impl IntoView + use<>> {
    let x = *layout.xs.get(at.day)?;
    let (_, _, top, bottom) = layout.plot;
    let dots = layout.dots(at.day).into_iter().enumerate().map(|(index, y)| {
        let r = if at.series == Some(index) { "5" } else { "4" };
        view! { <circle class=format!("pt fill {}", data.class(index)) cx=tenth(x) cy=tenth(y) r=r></circle> }
    });
    Some(view! { <g>{cursor_line(x, (top, bottom))}{dots.collect_view()}</g> })
}

fn tip_of(data: &AreaData, at: Cursor, href: &dyn Fn(Option<usize>) -> String) -> TipData {
    let row = |index: usize| TipRow {
        key: format!("key {}", data.class(index)),
        label: data.series.get(index).map(|series| series.label.clone()).unwrap_or_default(),
        text: money_whole(data.amount(index, at.day)),
        href: href(Some(index)),
        current: at.series == Some(index),
    };
    TipData {
        title: data.days.get(at.day).map(|d| day_long(*d)).unwrap_or_default(),
        rows: (0..data.series.len()).rev().map(row).collect(),
        total: (data.series.len() > 1).then(|| (money_whole(data.total(at.day)), href(None))),
    }
}

/// What a screen reader hears at a point.
fn reading(data: &AreaData, at: Cursor) -> String {
    let date = data.days.get(at.day).map(|d| day(*d)).unwrap_or_default();
    let total = money_whole(data.total(at.day));
    match at.series.and_then(|index| Some((index, data.series.get(index)?))) {
        Some((index, series)) => {
            format!("{date}, {}: {} of {total}", series.label, money_whole(data.amount(index, at.day)))
        }
        None => format!("{date}, total: {total}"),
    }
}

/// The whole chart in two sentences.
fn summary(data: &AreaData) -> String {
    let (Some(first), Some(last)) = (data.days.first(), data.days.last()) else { return data.title.clone() };
    let end = data.days.len() - 1;
    let (from, to) = (data.total(0), data.total(end));
    let verb = match to.minor.cmp(&from.minor) {
        std::cmp::Ordering::Greater => "It rises",
        std::cmp::Ordering::Less => "It falls",
        std::cmp::Ordering::Equal => "It goes",
    };
    let parts = data.series.iter().enumerate();
    let parts: Vec<_> =
        parts.map(|(i, series)| format!("{} {}", series.label, money_whole(data.amount(i, end)))).collect();
    format!(
        "{} from {} to {}. {verb} from {} to {}: {}.",
        data.title,
        day(*first),
        day(*last),
        money_whole(from),
        money_whole(to),
        parts.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::super::area::AreaSeries;
    use super::*;
    use crm_types::Currency;
    use crm_types::analytics::Step;

    fn data() -> AreaData {
        AreaData {
            title: "MRR by stream".into(),
            currency: Currency::USD,
            step: Step::Month,
            days: vec!["2026-09-30".parse().unwrap(), "2026-10-31".parse().unwrap()],
            series: vec![
                AreaSeries { label: "REV 1".into(), color: 0, values: vec![100_000, 200_000] },
                AreaSeries { label: "REV 2".into(), color: 1, values: vec![50_000, 50_000] },
            ],
        }
    }

    #[test]
    fn the_chart_says_what_it_shows() {
        assert_eq!(
            summary(&data()),
            "MRR by stream from Sep 30, 2026 to Oct 31, 2026. It rises from $1,500 to $2,500: REV 1 $2,000, REV 2 $500."
        );
        assert_eq!(reading(&data(), Cursor { day: 1, series: Some(1) }), "Oct 31, 2026, REV 2: $500 of $2,500");
        assert_eq!(reading(&data(), Cursor { day: 0, series: None }), "Sep 30, 2026, total: $1,500");
    }

    #[test]
    fn the_tooltip_lists_the_series_as_they_are_stacked() {
        let tip = tip_of(&data(), Cursor { day: 1, series: None }, &|series| format!("/{series:?}"));
        assert_eq!(tip.title, "October 31, 2026");
        let rows: Vec<_> =
            tip.rows.iter().map(|row| (row.label.as_str(), row.text.as_str(), row.key.as_str())).collect();
        assert_eq!(rows, [("REV 2", "$500", "key s2"), ("REV 1", "$2,000", "key s1")]);
        assert_eq!(tip.rows[0].href, "/Some(1)");
        assert_eq!(tip.total, Some(("$2,500".into(), "/None".into())));
    }
}
