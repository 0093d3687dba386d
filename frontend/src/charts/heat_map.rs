//! A cohort heat map: a table whose cells have the colour of their share, read by the arrow keys.

use super::heat::{domain, heat_class, step};
use super::unit::Unit;
use crate::browser;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatCell {
    /// What decides the colour; without it there is no value.
    pub share: Option<f64>,
    /// What it says: `94.6`.
    pub text: String,
    /// What it says when it is read alone: `Feb 2026, month 1: 94.6%, 768 of 812 customers`.
    pub reading: String,
    /// Its month is not over: the figure will still change.
    pub open: bool,
    /// The rows behind it; empty for none.
    pub href: String,
}

/// A cohort.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatRow {
    /// `Feb ’26`.
    pub name: String,
    /// `812`.
    pub size: String,
    /// The rows behind the size; empty for none.
    pub href: String,
    /// From month 0 on; as many as have begun.
    pub cells: Vec<HeatCell>,
}

/// What a heat map shows.
#[derive(Debug, Clone, PartialEq)]
pub struct HeatData {
    /// For who does not see it: `Share of each cohort still paying, by months since the first payment, in percent`.
    pub title: String,
    /// What the second column is: `Size`.
    pub size: &'static str,
    /// Oldest first.
    pub rows: Vec<HeatRow>,
}

impl HeatData {
    fn domain(&self) -> (f64, f64) {
        domain(self.rows.iter().flat_map(|row| row.cells.iter().filter_map(|cell| cell.share)))
    }

    fn widths(&self) -> Vec<usize> {
        self.rows.iter().map(|row| row.cells.len()).collect()
    }

    fn reading(&self, (row, column): (usize, usize)) -> Option<&str> {
        Some(self.rows.get(row)?.cells.get(column)?.reading.as_str())
    }
}

/// A heat map.
#[component]
pub fn HeatMap(
    /// What it shows.
    #[prop(into)]
    data: Signal<HeatData>,
    /// Unique on the page.
    id: &'static str,
) -> impl IntoView {
    let at = RwSignal::new((0_usize, 0_usize));
    let read = RwSignal::new(false);
    let reading = move || match read.get() {
        true => data.with(|data| data.reading(at.get()).unwrap_or_default().to_owned()),
        false => "Read the cells with the arrow keys.".to_owned(),
    };
    let on_key = move |ev: KeyboardEvent| {
        let modified = ev.ctrl_key() || ev.meta_key() || ev.alt_key() || ev.shift_key();
        let next = data.with_untracked(|data| step(at.get_untracked(), &ev.key(), &data.widths()));
        if let (false, Some(next)) = (modified, next) {
            ev.prevent_default();
            if let Some(cell) = browser::by_id(&cell_id(id, next)) {
                _ = cell.focus();
            }
        }
    };
    // A cell is reached by keys, by the pointer or by Tab: the one that has the focus is where the reader is.
    let on_focus = move |ev: leptos::ev::FocusEvent| {
        let cell = ev.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(place) = cell.and_then(|cell| place_of(id, &cell.id())) {
            at.set(place);
            read.set(true);
        }
    };
    // Where the reader was may not be there any more: Tab must still find a cell.
    Effect::new(move |_| {
        if data.with(|data| data.reading(at.get_untracked()).is_none()) {
            at.set((0, 0));
            read.set(false);
        }
    });
    view! {
        <div class="cohort-wrap" tabindex="-1" on:keydown=on_key on:focusin=on_focus>
            {move || data.with(|data| table(data, id, at))}
        </div>
        // A cell that has the focus says the same by itself.
        <p class="cohort-read">{reading}</p>
    }
}

fn table(data: &HeatData, id: &'static str, at: RwSignal<(usize, usize)>) -> impl IntoView + use<> {
    let months = data.widths().into_iter().max().unwrap_or(0);
    let domain = data.domain();
    let head = (0..months).map(|month| view! { <th scope="col">{format!("M{month}")}</th> });
    let rows = data.rows.iter().enumerate().map(|(index, row)| {
        let cells = row.cells.iter().enumerate().map(|(column, cell)| {
            let place = (index, column);
            let class = match cell.share {
                _ if cell.open => "open",
                Some(share) => heat_class(share, domain),
                None => "",
            };
            let tabindex = move || if at.get() == place { "0" } else { "-1" };
            let (text, reading, href) = (cell.text.clone(), cell.reading.clone(), cell.href.clone());
            let content = match href.is_empty() {
                true => {
                    view! { <span id=cell_id(id, place) tabindex=tabindex role="img" aria-label=reading>{text}</span> }
                        .into_any()
                }
                false => view! { <a id=cell_id(id, place) tabindex=tabindex href=href aria-label=reading>{text}</a> }
                    .into_any(),
            };
            view! { <td class=class>{content}</td> }
        });
        let missing = (row.cells.len()..months).map(|_| view! { <td></td> });
        let size = match row.href.is_empty() {
            true => row.size.clone().into_any(),
            false => view! { <a href=row.href.clone()>{row.size.clone()}</a> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row">{row.name.clone()}</th>
                <td class="n">{size}</td>
                {cells.collect_view()}
                {missing.collect_view()}
            </tr>
        }
    });
    // Years of months are wider than a screen, and scroll.
    let class = if months > 18 { "cohort cohort--long" } else { "cohort" };
    view! {
        <table class=class>
            <caption class="vh">{data.title.clone()}</caption>
            <thead><tr><th scope="col">"Cohort"</th><th scope="col">{data.size}</th>{head.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
}

/// What the colours mean.
#[component]
pub fn HeatKey(
    /// Of which heat map.
    #[prop(into)]
    data: Signal<HeatData>,
) -> impl IntoView {
    let ends = Memo::new(move |_| data.with(HeatData::domain));
    view! {
        <span class="heat-key" aria-hidden="true">
            {move || end(ends.get().0)}<span></span>
            <i class="h1"></i><i class="h2"></i><i class="h3"></i><i class="h4"></i><i class="h5"></i><i class="h6"></i><i class="h7"></i>
            <span></span>{move || end(ends.get().1)}
            <span class="heat-key__open"><i class="open"></i>"month in progress"</span>
        </span>
    }
}

/// An end of the scale: `75%`.
fn end(share: f64) -> String {
    Unit::Rate.axis(Unit::rate(share))
}

fn cell_id(id: &str, (row, column): (usize, usize)) -> String {
    format!("{id}-{row}-{column}")
}

fn place_of(id: &str, cell: &str) -> Option<(usize, usize)> {
    let (row, column) = cell.strip_prefix(id)?.strip_prefix('-')?.split_once('-')?;
    Some((row.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_knows_its_place() {
        for place in [(0, 0), (11, 3), (2, 24)] {
            assert_eq!(place_of("cohorts", &cell_id("cohorts", place)), Some(place));
        }
        assert_eq!(place_of("cohorts", "other-1-2"), None);
        assert_eq!(place_of("cohorts", "cohorts-x-2"), None);
    }

    #[test]
    fn the_map_is_as_wide_as_its_oldest_cohort() {
        let cell = |share: f64| HeatCell {
            share: Some(share),
            text: String::new(),
            reading: format!("{share}"),
            open: false,
            href: String::new(),
        };
        let row = |shares: &[f64]| HeatRow {
            name: String::new(),
            size: String::new(),
            href: String::new(),
            cells: shares.iter().map(|share| cell(*share)).collect(),
        };
        let data =
            HeatData { title: String::new(), size: "Size", rows: vec![row(&[1.0, 0.9, 0.82]), row(&[1.0, 0.95])] };
        assert_eq!(data.widths(), [3, 2]);
        assert_eq!(data.domain(), (0.8, 1.0));
        assert_eq!((data.reading((1, 1)), data.reading((1, 2))), (Some("0.95"), None));
    }
}
