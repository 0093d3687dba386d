//! Reading a chart by keyboard: a cursor that moves over days and series.

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The day.
    pub day: usize,
    /// The series, or the total.
    pub series: Option<usize>,
}

/// Where a key leads, or `None` when it is not for the chart.
///
/// Left, right, Home and End go through the days, Page up and down through them by seven; up and down go through the
/// stack: total, top series, ..., bottom series. Without a cursor the last day's total is where it starts.
pub fn moved(cursor: Option<Cursor>, key: &str, days: usize, series: usize) -> Option<Cursor> {
    let last = days.checked_sub(1)?;
    let Some(now) = cursor else {
        let known = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
        let day = if key == "Home" { 0 } else { last };
        return known.contains(&key).then_some(Cursor { day, series: None });
    };
    let day = match key {
        "ArrowLeft" => now.day.saturating_sub(1),
        "ArrowRight" => now.day + 1,
        "PageUp" => now.day.saturating_sub(7),
        "PageDown" => now.day + 7,
        "Home" => 0,
        "End" => last,
        _ => now.day,
    };
    let series = match key {
        "ArrowDown" => match now.series {
            None => series.checked_sub(1),
            Some(at) => Some(at.saturating_sub(1)),
        },
        "ArrowUp" => now.series.map(|at| at + 1).filter(|at| *at < series),
        "ArrowLeft" | "ArrowRight" | "PageUp" | "PageDown" | "Home" | "End" => now.series,
        _ => return None,
    };
    Some(Cursor { day: day.min(last), series })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: usize, series: Option<usize>) -> Option<Cursor> {
        Some(Cursor { day, series })
    }

    #[test]
    fn arrows_walk_and_stop_at_the_edges() {
        for (from, key, to) in [
            (None, "ArrowLeft", at(9, None)),
            (None, "Home", at(0, None)),
            (None, "Enter", None),
            (at(5, Some(1)), "ArrowLeft", at(4, Some(1))),
            (at(0, None), "ArrowLeft", at(0, None)),
            (at(9, None), "ArrowRight", at(9, None)),
            (at(5, None), "PageDown", at(9, None)),
            (at(5, None), "PageUp", at(0, None)),
            (at(5, None), "Home", at(0, None)),
            (at(5, Some(2)), "End", at(9, Some(2))),
            (at(5, None), "ArrowDown", at(5, Some(2))),
            (at(5, Some(2)), "ArrowDown", at(5, Some(1))),
            (at(5, Some(0)), "ArrowDown", at(5, Some(0))),
            (at(5, Some(0)), "ArrowUp", at(5, Some(1))),
            (at(5, Some(2)), "ArrowUp", at(5, None)),
            (at(5, None), "ArrowUp", at(5, None)),
            (at(5, None), "Tab", None),
        ] {
            assert_eq!(moved(from, key, 10, 3), to, "{from:?} {key}");
        }
        assert_eq!(moved(None, "End", 0, 3), None);
        assert_eq!(moved(at(0, None), "ArrowDown", 1, 0), at(0, None));
    }
}
