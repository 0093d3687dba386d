//! Where the bars of a waterfall stand.

use super::scale::nice_ticks;

/// What a bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BarKind {
    /// The amount at the start or at the end: stands on the axis.
    Level,
    /// A gain, from the level before up.
    Gain,
    /// A loss, from the level before down.
    Loss,
    /// A change of 0.
    Nothing,
}

/// A bar, in values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bar {
    /// Its kind.
    pub kind: BarKind,
    /// Lower edge.
    pub low: i64,
    /// Upper edge.
    pub high: i64,
    /// The level after it, where the connector to the next bar lies.
    pub level: i64,
}

/// A waterfall, in values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Steps {
    /// Start, changes, end.
    pub bars: Vec<Bar>,
    /// The value axis.
    pub ticks: Vec<i64>,
}

impl Steps {
    /// Lays out `start + changes = end`. The axis begins at 0 unless the changes would be too small to read: then it
    /// begins at a round number below all levels, and the chart says so.
    pub fn new(start: i64, changes: &[i64], end: i64) -> Self {
        let mut level = start;
        let mut bars = vec![Bar { kind: BarKind::Level, low: 0, high: start, level: start }];
        for change in changes {
            let before = level;
            level = level.saturating_add(*change);
            let kind = match change {
                0 => BarKind::Nothing,
                1.. => BarKind::Gain,
                _ => BarKind::Loss,
            };
            bars.push(Bar { kind, low: before.min(level), high: before.max(level), level });
        }
        bars.push(Bar { kind: BarKind::Level, low: 0, high: end, level: end });
        let levels = || bars.iter().map(|bar| bar.level);
        let (lowest, highest) = (levels().min().unwrap_or(0), levels().max().unwrap_or(0));
        let cut = lowest > 0 && highest - lowest < highest / 4;
        // Air below the lowest level, so that no bar has the height 0.
        let from = if cut { (lowest - ((highest - lowest) / 5).max(lowest / 100)).max(0) } else { lowest.min(0) };
        let ticks = nice_ticks(from, highest.max(0));
        let axis = ticks.first().copied().unwrap_or(0);
        for bar in &mut bars {
            if bar.kind == BarKind::Level {
                (bar.low, bar.high) = if axis > 0 { (axis, bar.level) } else { (bar.level.min(0), bar.level.max(0)) };
            }
        }
        Self { bars, ticks }
    }

    /// The value at the bottom of the axis.
    pub fn axis_from(&self) -> i64 {
        self.ticks.first().copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_changes_cut_the_axis() {
        let steps = Steps::new(412_380, &[31_500, 4_200, 12_665, -5_300, -14_965], 440_480);
        assert!(steps.axis_from() > 0);
        assert_eq!(steps.bars[0], Bar { kind: BarKind::Level, low: steps.axis_from(), high: 412_380, level: 412_380 });
        assert_eq!(steps.bars[1], Bar { kind: BarKind::Gain, low: 412_380, high: 443_880, level: 443_880 });
        assert_eq!(steps.bars[5].kind, BarKind::Loss);
        assert_eq!(steps.bars[5].level, 440_480);
    }

    #[test]
    fn growth_from_nothing_starts_at_zero() {
        let steps = Steps::new(0, &[500, 0, -100], 400);
        assert_eq!(steps.axis_from(), 0);
        assert_eq!(steps.bars[0], Bar { kind: BarKind::Level, low: 0, high: 0, level: 0 });
        assert_eq!(steps.bars[2], Bar { kind: BarKind::Nothing, low: 500, high: 500, level: 500 });
        assert_eq!(Steps::new(0, &[], 0).ticks, [0, 1, 2, 3]);
    }

    #[test]
    fn every_bar_lies_on_the_axis_and_joins_the_one_before() {
        let amounts = [-900_000, -40_000, -1, 0, 1, 25_000, 700_000];
        let starts = [0, 1, 50_000, 1_000_000, 1_000_000_000];
        let pairs = amounts.iter().flat_map(|a| amounts.map(|b| (*a, b)));
        for (start, (a, b)) in pairs.flat_map(|pair| starts.map(|start| (start, pair))) {
            let changes = [a, b, a / 3, -b];
            let steps = Steps::new(start, &changes, start + changes.iter().sum::<i64>());
            let (bottom, top) = (steps.axis_from(), *steps.ticks.last().unwrap());
            for bar in &steps.bars {
                assert!(bottom <= bar.low && bar.low <= bar.high && bar.high <= top, "{bar:?} on {:?}", steps.ticks);
            }
            for pair in steps.bars.windows(2) {
                let ends = pair[1].kind == BarKind::Level && pair[1].level == pair[0].level;
                assert!(ends || pair[1].low == pair[0].level || pair[1].high == pair[0].level, "{pair:?}");
            }
        }
    }
}
