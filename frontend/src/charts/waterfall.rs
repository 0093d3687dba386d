//! From the amount at the start to the amount at the end, one bar for each kind of change, each bar a link.

use super::area::gutter;
use super::axis::grid_lines;
use super::link::use_follow;
use super::measure::use_width;
use super::path::tenth;
use super::scale::Linear;
use super::steps::{BarKind, Steps};
use crate::format::{money_compact, signed_compact};
use crm_types::{Currency, Money};
use leptos::html::Figure;
use leptos::prelude::*;

/// Before it is measured.
const WIDTH: f64 = 440.0;
/// Below this width the chart is drawn lower.
const NARROW: f64 = 380.0;
/// What a character of a label takes at 11 px.
const CHARACTER: f64 = 6.6;
/// What a line of them takes.
const LINE: f64 = 12.0;

/// The width of a text.
fn width_of(text: &str) -> f64 {
    text.chars().count() as f64 * CHARACTER
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallBar {
    /// Below the bar: `Reactivation`.
    pub label: String,
    /// The same where there is little room: `React.`.
    pub short: String,
    /// Minor units: a level for the first and last bar, a signed change for the others.
    pub amount: i64,
    /// The rows behind it.
    pub href: String,
}

/// What a waterfall shows: the level at the start, the changes, the level at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FallData {
    /// `MRR movement, Oct 1 – 31, 2026`.
    pub title: String,
    /// Of every amount.
    pub currency: Currency,
    /// The level before the first change.
    pub start: FallBar,
    /// In order.
    pub changes: Vec<FallBar>,
    /// The level after the last one.
    pub end: FallBar,
}

impl FallData {
    fn steps(&self) -> Steps {
        let changes: Vec<_> = self.changes.iter().map(|bar| bar.amount).collect();
        Steps::new(self.start.amount, &changes, self.end.amount)
    }

    /// The value at the bottom of the axis, for the note that says so when it is not 0.
    pub fn axis_from(&self) -> Money {
        Money::new(self.steps().axis_from(), self.currency)
    }
}

/// A placed bar.
#[derive(Debug, Clone, PartialEq)]
struct Placed {
    class: &'static str,
    /// Left and width of the slot, of which the bar takes two thirds.
    slot: (f64, f64),
    /// Top and bottom.
    y: (f64, f64),
    /// Where the connector to the next bar lies.
    level: f64,
    text_class: &'static str,
    text: String,
    /// Of two amounts that would run into each other the larger one stays; levels always do.
    size: u64,
    label: String,
    /// The baseline of the label.
    foot: f64,
    name: String,
    href: String,
}

impl Placed {
    /// Whether the amounts above two bars would run into each other.
    fn meets(&self, other: &Self) -> bool {
        let apart = (self.slot.0 - other.slot.0).abs();
        apart < (width_of(&self.text) + width_of(&other.text)) / 2.0 + 4.0 && (self.y.0 - other.y.0).abs() < LINE
    }
}

/// A placed waterfall.
#[derive(Debug, Clone, PartialEq)]
struct Layout {
    width: f64,
    height: f64,
    left: f64,
    ticks: Vec<(f64, String)>,
    bars: Vec<Placed>,
}

impl Layout {
    fn new(data: &FallData, width: f64) -> Self {
        let height = if width < NARROW { 220.0 } else { 252.0 };
        let steps = data.steps();
        let amount = |minor| Money::new(minor, data.currency);
        let texts: Vec<_> = steps.ticks.iter().map(|tick| money_compact(amount(*tick))).collect();
        let left = gutter(&texts);
        let bounds = (steps.ticks.first().copied().unwrap_or(0), steps.ticks.last().copied().unwrap_or(1));
        let count = steps.bars.len().max(1) as f64;
        let slot = (width - 2.0 - left).max(1.0) / count;
        let sources = || std::iter::once(&data.start).chain(&data.changes).chain(std::iter::once(&data.end));
        // Names are short where they do not fit in full, and on two lines in turn where not even these do.
        let in_full = sources().all(|bar| width_of(&bar.label) <= slot);
        let in_turn = !in_full && sources().any(|bar| width_of(&bar.short) > slot);
        let foot = if in_turn { 22.0 + LINE } else { 22.0 };
        // Above the highest tick there is room for the label of a bar that reaches it.
        let y = Linear { domain: (bounds.0 as f64, bounds.1 as f64), range: (height - foot, 22.0) };
        let place = |(index, (bar, source)): (usize, (&super::steps::Bar, &FallBar))| {
            let (class, text_class) = match bar.kind {
                BarKind::Level => ("bar-end", "t-strong"),
                BarKind::Gain => ("bar-pos", "t-pos"),
                BarKind::Loss => ("bar-neg", "t-neg"),
                BarKind::Nothing => ("bar-mute", "t-mute"),
            };
            let level = bar.kind == BarKind::Level;
            let text = if level { money_compact(amount(source.amount)) } else { signed_compact(amount(source.amount)) };
            // A change of little or nothing is still a line to point at.
            let (top, bottom) = (y.at(bar.high as f64), y.at(bar.low as f64));
            Placed {
                class,
                slot: (left + slot * index as f64, slot),
                y: (top.min(bottom - 1.0), bottom),
                level: y.at(bar.level as f64),
                text_class,
                name: format!("{} {text}", source.label),
                text,
                size: if level { u64::MAX } else { source.amount.unsigned_abs() },
                label: if in_full { source.label.clone() } else { source.short.clone() },
                foot: height - 5.0 - if in_turn && index % 2 == 1 { LINE } else { 0.0 },
                href: source.href.clone(),
            }
        };
        let mut bars: Vec<_> = steps.bars.iter().zip(sources()).enumerate().map(place).collect();
        // Where the bars are too narrow for it, the axis says the currency for all.
        if bars.iter().any(|bar| width_of(&bar.text) > slot) {
            bars.iter_mut().for_each(|bar| bar.text = without_symbol(&bar.text));
        }
        // What then has no room is in the table.
        let meets_a_larger = |bar: &Placed| bars.iter().any(|other| other.size > bar.size && bar.meets(other));
        let crowded: Vec<bool> = bars.iter().map(meets_a_larger).collect();
        bars.iter_mut().zip(crowded).filter(|(_, crowded)| *crowded).for_each(|(bar, _)| bar.text.clear());
        Self {
            width,
            height,
            left,
            ticks: steps.ticks.iter().map(|tick| y.at(*tick as f64)).zip(texts).collect(),
            bars,
        }
    }
}

/// The digits of an amount with its sign and unit.
fn without_symbol(text: &str) -> String {
    let sign: String = text.chars().take_while(|c| "+−".contains(*c)).collect();
    format!("{sign}{}", text.trim_start_matches(|c: char| !c.is_ascii_digit()))
}

/// A waterfall.
#[component]
pub fn Waterfall(
    /// What it shows.
    #[prop(into)]
    data: Signal<FallData>,
) -> impl IntoView {
    let figure = NodeRef::<Figure>::new();
    let width = use_width(figure, WIDTH);
    let follow = use_follow();
    let layout = Memo::new(move |_| data.with(|data| Layout::new(data, width.get())));
    let drawn = move || layout.with(|layout| draw(layout, &follow));
    let view_box = move || layout.with(|layout| format!("0 0 {} {}", layout.width, layout.height));
    view! {
        <figure class="chart-box" node_ref=figure>
            <svg class="chart" role="group" viewBox=view_box aria-label=move || data.with(|data| data.title.clone())>
                {drawn}
            </svg>
        </figure>
    }
}

fn draw<F: Fn(&leptos::ev::MouseEvent, &str) + Clone + 'static>(layout: &Layout, follow: &F) -> impl IntoView + use<F> {
    let height = layout.height - 6.0;
    let bars = layout.bars.iter().map(|bar| {
        let (left, width) = bar.slot;
        let middle = tenth(left + width / 2.0);
        let (top, bottom) = bar.y;
        let (href, follow) = (bar.href.clone(), follow.clone());
        view! {
            <g>
                <a href=bar.href.clone() aria-label=bar.name.clone() on:click=move |ev| follow(&ev, &href)>
                    <rect class="hit" x=tenth(left) y="6" width=tenth(width) height=tenth(height)></rect>
                    <rect class=bar.class x=tenth(left + width / 6.0) y=tenth(top) width=tenth(width * 2.0 / 3.0)
                        height=tenth(bottom - top) rx="2"></rect>
                    <text class=bar.text_class x=middle.clone() y=tenth(top - 5.0) text-anchor="middle">{bar.text.clone()}</text>
                    <text x=middle y=tenth(bar.foot) text-anchor="middle">{bar.label.clone()}</text>
                </a>
            </g>
        }
    });
    let connector = |pair: &[Placed]| {
        let [from, to] = pair else { return None };
        let inset = from.slot.1 / 6.0;
        let (x1, x2) = (from.slot.0 + from.slot.1 - inset, to.slot.0 + inset);
        let y = tenth(from.level);
        Some(view! { <line class="connector" x1=tenth(x1) x2=tenth(x2) y1=y.clone() y2=y></line> })
    };
    view! {
        <g>
            {grid_lines(&layout.ticks, layout.left, layout.width - 2.0)}
            {bars.collect_view()}
            {layout.bars.windows(2).filter_map(connector).collect_view()}
        </g>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, amount: i64) -> FallBar {
        FallBar { label: label.into(), short: format!("{label}."), amount, href: format!("/{label}") }
    }

    fn data() -> FallData {
        FallData {
            title: "MRR movement".into(),
            currency: Currency::USD,
            start: bar("Sep 30", 41_238_000),
            changes: vec![bar("New", 4_836_500), bar("Fx", 0), bar("Churn", -2_026_500)],
            end: bar("Oct 31", 44_048_000),
        }
    }

    #[test]
    fn bars_are_placed_and_named() {
        let layout = Layout::new(&data(), 440.0);
        let seen: Vec<_> = layout.bars.iter().map(|b| (b.class, b.name.as_str(), b.href.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("bar-end", "Sep 30 $412.4K", "/Sep 30"),
                ("bar-pos", "New +$48.4K", "/New"),
                ("bar-mute", "Fx $0", "/Fx"),
                ("bar-neg", "Churn −$20.3K", "/Churn"),
                ("bar-end", "Oct 31 $440.5K", "/Oct 31"),
            ]
        );
        assert!(layout.bars.iter().all(|b| b.y.1 - b.y.0 >= 1.0 && b.slot.0 >= layout.left));
        let last = layout.bars.last().unwrap();
        assert!((last.slot.0 + last.slot.1 - 438.0).abs() < 0.001, "the bars fill the width");
        assert!(data().axis_from().minor > 0);
    }

    #[test]
    fn what_would_run_into_each_other_is_left_out_or_on_another_line() {
        let changes =
            [("New", 120_000), ("Reactivation", 12_000), ("Expansion", 60_000), ("Churn", -30_000), ("Fx", 100)];
        let data = FallData {
            changes: changes.map(|(label, amount)| bar(label, amount)).to_vec(),
            start: bar("Oct 28", 8_840_000),
            end: bar("Nov 27", 9_002_100),
            ..data()
        };
        let layout = Layout::new(&data, 270.0);
        let (feet, texts): (Vec<_>, Vec<_>) = layout.bars.iter().map(|bar| (bar.foot, bar.text.as_str())).unzip();
        assert_eq!(feet[..4], [215.0, 203.0, 215.0, 203.0]);
        assert!(layout.bars.iter().all(|bar| bar.y.1 <= 186.0), "the bars stand above both lines");
        assert_eq!((texts[1], texts[2], texts[6]), ("+1.2K", "", "90K"), "{texts:?}");
        assert_eq!(layout.bars[2].name, "Reactivation +$120", "its link still says it");
        assert!(Layout::new(&data, 800.0).bars.iter().all(|bar| !bar.text.is_empty() && bar.foot == 247.0));
    }

    #[test]
    fn narrow_bars_leave_the_currency_to_the_axis() {
        let layout = Layout::new(&data(), 200.0);
        assert_eq!((layout.bars[1].text.as_str(), layout.bars[1].label.as_str()), ("+48.4K", "New."));
        assert_eq!(without_symbol("−KWD\u{a0}1.5K"), "−1.5K");
    }
}
