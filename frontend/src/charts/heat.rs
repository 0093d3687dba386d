//! Which of seven colours a share has, and where a key leads in a grid of cells.

/// How many colours there are.
const STEPS: f64 = 7.0;

/// From what share to what the colours go: a round one below the lowest, up to a round one above the highest, so that a table
/// of 76 to 100 % does not have one colour.
pub fn domain(shares: impl Iterator<Item = f64>) -> (f64, f64) {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for share in shares.filter(|share| share.is_finite()) {
        (low, high) = (low.min(share), high.max(share));
    }
    if low > high {
        return (0.0, 1.0);
    }
    // A hair of room, so that 0.8 / 0.05 does not become 15.999.
    let (low, high) = ((low * 20.0 + 1e-9).floor() / 20.0, (high * 20.0 - 1e-9).ceil() / 20.0);
    if high > low { (low, high) } else { (low - 0.05, low) }
}

/// The class that gives a share its colour: `h1` to `h7`.
pub fn heat_class(share: f64, (low, high): (f64, f64)) -> &'static str {
    let step = ((share - low) / (high - low) * STEPS).floor();
    match step {
        s if s < 1.0 => "h1",
        s if s < 2.0 => "h2",
        s if s < 3.0 => "h3",
        s if s < 4.0 => "h4",
        s if s < 5.0 => "h5",
        s if s < 6.0 => "h6",
        _ => "h7",
    }
}

/// Row and column where a key leads from another cell, or `None` when it is not for the grid. `widths` are how many cells each
/// row has: younger cohorts have fewer.
pub fn step((row, column): (usize, usize), key: &str, widths: &[usize]) -> Option<(usize, usize)> {
    let last_row = widths.len().checked_sub(1)?;
    let (row, column) = match key {
        "ArrowLeft" => (row, column.saturating_sub(1)),
        "ArrowRight" => (row, column + 1),
        "ArrowUp" => (row.saturating_sub(1), column),
        "ArrowDown" => (row + 1, column),
        "Home" => (row, 0),
        "End" => (row, usize::MAX),
        "PageUp" => (0, column),
        "PageDown" => (last_row, column),
        _ => return None,
    };
    let row = row.min(last_row);
    let last = widths.get(row)?.checked_sub(1)?;
    Some((row, column.min(last)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_span_what_there_is() {
        assert_eq!(domain([0.76, 1.0, 0.91].into_iter()), (0.75, 1.0));
        assert_eq!(domain([0.8, 1.32].into_iter()), (0.8, 1.35));
        assert_eq!(domain([1.0, 1.0].into_iter()), (0.95, 1.0));
        assert_eq!(domain(std::iter::empty()), (0.0, 1.0));
        assert_eq!(domain([f64::NAN].into_iter()), (0.0, 1.0));
        let classes = [0.75, 0.79, 0.83, 0.87, 0.9, 0.94, 0.97, 1.0].map(|share| heat_class(share, (0.75, 1.0)));
        assert_eq!(classes, ["h1", "h2", "h3", "h4", "h5", "h6", "h7", "h7"]);
        assert_eq!((heat_class(0.1, (0.75, 1.0)), heat_class(f64::NAN, (0.0, 1.0))), ("h1", "h7"));
    }

    #[test]
    fn keys_stay_within_the_triangle() {
        let widths = [4, 3, 1];
        for (from, key, to) in [
            ((0, 0), "ArrowRight", Some((0, 1))),
            ((0, 3), "ArrowRight", Some((0, 3))),
            ((0, 3), "ArrowDown", Some((1, 2))),
            ((1, 2), "PageDown", Some((2, 0))),
            ((2, 0), "ArrowDown", Some((2, 0))),
            ((2, 0), "ArrowUp", Some((1, 0))),
            ((1, 1), "Home", Some((1, 0))),
            ((1, 0), "End", Some((1, 2))),
            ((0, 0), "ArrowLeft", Some((0, 0))),
            ((0, 0), "Tab", None),
        ] {
            assert_eq!(step(from, key, &widths), to, "{from:?} {key}");
        }
        assert_eq!(step((0, 0), "End", &[]), None);
        assert_eq!(step((0, 0), "End", &[0]), None);
    }
}
