//! The time axis: where days lie, which of them get a label, which one is nearest to the pointer.

use super::scale::Linear;
use crate::format::{day_short, month_year};
use chrono::{Datelike, NaiveDate};
use crm_types::analytics::Step;

/// Room that a label takes, with the gap after it.
const LABEL_WIDTH: f64 = 64.0;

/// Where a label hangs on its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// At the left edge.
    Start,
    /// In between.
    Middle,
    /// At the right edge.
    End,
}

impl Anchor {
    /// As SVG's `text-anchor` wants it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// One label below the axis.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeLabel {
    /// Which day.
    pub index: usize,
    /// Its pixel.
    pub x: f64,
    /// `Oct 5`, `Oct`, or `Oct ’25` where the year begins or changes.
    pub text: String,
    /// How it hangs.
    pub anchor: Anchor,
}

/// The pixel of each day, in proportion to time: a step that has only begun is narrower.
pub fn positions(days: &[NaiveDate], range: (f64, f64)) -> Vec<f64> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Vec::new() };
    let since = |day: NaiveDate| (day - *first).num_days() as f64;
    let scale = Linear { domain: (0.0, since(*last)), range };
    days.iter().map(|day| scale.at(since(*day))).collect()
}

/// Labels for as many points as have room, evenly spaced, always with the first one.
pub fn labels(days: &[NaiveDate], xs: &[f64], step: Step) -> Vec<TimeLabel> {
    let (Some(first_x), Some(last_x)) = (xs.first(), xs.last()) else { return Vec::new() };
    let room = ((last_x - first_x) / LABEL_WIDTH).floor().max(1.0) as usize;
    let stride = (days.len().saturating_sub(1)).div_ceil(room).max(1);
    let mut labels: Vec<TimeLabel> = Vec::new();
    for (index, (day, x)) in days.iter().zip(xs).enumerate().step_by(stride) {
        let before = labels.last().and_then(|label| days.get(label.index));
        let new_year = before.is_none_or(|before| before.year() != day.year());
        let text = match (step, new_year) {
            (Step::Month, true) => month_year(*day),
            (Step::Month, false) => day.format("%b").to_string(),
            (Step::Day | Step::Week, _) => day_short(*day),
        };
        let anchor = match () {
            () if days.len() == 1 => Anchor::Middle,
            () if index == 0 => Anchor::Start,
            () if last_x - x < LABEL_WIDTH / 4.0 => Anchor::End,
            () => Anchor::Middle,
        };
        // The last step may be a short one: its label would run into the one before.
        let crowded = labels.last().is_some_and(|label| x - label.x < LABEL_WIDTH * 0.6);
        if !crowded {
            labels.push(TimeLabel { index, x: *x, text, anchor });
        }
    }
    labels
}

/// The index of the point nearest to a pixel.
pub fn nearest(xs: &[f64], x: f64) -> Option<usize> {
    let distance = |candidate: &f64| (candidate - x).abs();
    xs.iter().enumerate().min_by(|a, b| distance(a.1).total_cmp(&distance(b.1))).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Days;

    fn days(first: &str, step: u64, n: u64) -> Vec<NaiveDate> {
        let first: NaiveDate = first.parse().unwrap();
        (0..n).map(|i| first + Days::new(i * step)).collect()
    }

    fn texts(labels: &[TimeLabel]) -> Vec<&str> {
        labels.iter().map(|l| l.text.as_str()).collect()
    }

    #[test]
    fn a_short_last_step_is_narrower() {
        let days = ["2026-09-30", "2026-10-10", "2026-10-15"].map(|d| d.parse().unwrap());
        assert_eq!(positions(&days, (0.0, 150.0)), [0.0, 100.0, 150.0]);
        assert!(positions(&[], (0.0, 1.0)).is_empty());
        assert_eq!(positions(&days[..1], (0.0, 150.0)), [75.0]);
    }

    #[test]
    fn labels_take_the_room_there_is() {
        let month_ends = ["2025-10-31", "2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31"];
        let days_of_year = month_ends.map(|d| d.parse().unwrap());
        let xs = positions(&days_of_year, (0.0, 600.0));
        let wide = labels(&days_of_year, &xs, Step::Month);
        assert_eq!(texts(&wide), ["Oct ’25", "Nov", "Dec", "Jan ’26", "Feb", "Mar"]);
        assert_eq!((wide[0].anchor, wide[1].anchor, wide[5].anchor), (Anchor::Start, Anchor::Middle, Anchor::End));
        let xs = positions(&days_of_year, (0.0, 200.0));
        assert_eq!(texts(&labels(&days_of_year, &xs, Step::Month)), ["Oct ’25", "Dec", "Feb ’26"]);
        let month = days("2026-10-01", 1, 30);
        let xs = positions(&month, (0.0, 280.0));
        assert_eq!(texts(&labels(&month, &xs, Step::Day)), ["Oct 1", "Oct 9", "Oct 17", "Oct 25"]);
        assert_eq!(labels(&[], &[], Step::Day), []);
    }

    #[test]
    fn labels_never_touch() {
        for n in 1..400 {
            let month = days("2026-01-01", 1, n);
            let xs = positions(&month, (42.0, 630.0));
            let labels = labels(&month, &xs, Step::Day);
            assert!(!labels.is_empty() && labels[0].index == 0);
            assert!(labels.windows(2).all(|w| w[1].x - w[0].x >= LABEL_WIDTH * 0.6), "{n}");
        }
    }

    #[test]
    fn the_pointer_finds_the_nearest_day() {
        let xs = [0.0, 10.0, 20.0];
        assert_eq!(nearest(&xs, -5.0), Some(0));
        assert_eq!(nearest(&xs, 14.0), Some(1));
        assert_eq!(nearest(&xs, 16.0), Some(2));
        assert_eq!(nearest(&[], 1.0), None);
    }
}
