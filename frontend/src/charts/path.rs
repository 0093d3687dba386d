//! Path data, with one digit after the point: a tenth of a pixel is more than a screen shows.

use std::fmt::Write;

/// A point in pixels.
pub type Pixel = (f64, f64);

/// A line through the points; empty for none.
pub fn line(points: &[Pixel]) -> String {
    let mut d = String::with_capacity(points.len() * 12);
    draw(&mut d, 'M', points.iter().copied());
    d
}

/// A closed area between an upper and a lower edge.
pub fn area(upper: &[Pixel], lower: &[Pixel]) -> String {
    if upper.is_empty() {
        return String::new();
    }
    let mut d = line(upper);
    draw(&mut d, 'L', lower.iter().rev().copied());
    d.push('Z');
    d
}

/// A sparkline's points in a box of `width` x `height`: evenly spaced, 3 px of air for the dot at the end.
///
/// Missing values are skipped, so that a rate without a base leaves a bridge and not a zero.
pub fn spark(values: &[Option<f64>], width: f64, height: f64) -> Vec<Pixel> {
    const AIR: f64 = 3.0;
    let known = || values.iter().flatten().copied();
    let (low, high) = (known().fold(f64::INFINITY, f64::min), known().fold(f64::NEG_INFINITY, f64::max));
    let last = values.len().saturating_sub(1).max(1) as f64;
    let x = super::scale::Linear { domain: (0.0, last), range: (0.0, width - AIR) };
    let y = super::scale::Linear { domain: (low, high), range: (height - AIR, AIR) };
    values.iter().enumerate().filter_map(|(i, value)| value.map(|value| (x.at(i as f64), y.at(value)))).collect()
}

fn draw(d: &mut String, first: char, points: impl Iterator<Item = Pixel>) {
    for (i, (x, y)) in points.enumerate() {
        let command = if i == 0 { first } else { 'L' };
        // Writing to a String cannot fail.
        let _ = write!(d, "{command}{} {}", tenth(x), tenth(y));
    }
}

/// A coordinate as text: `12`, `12.5`; what is not a number becomes 0 and not a broken path.
pub fn tenth(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded.is_finite() { format!("{}", rounded + 0.0) } else { "0".into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_short() {
        assert_eq!(line(&[]), "");
        assert_eq!(line(&[(42.0, 171.12), (91.04, 169.25)]), "M42 171.1L91 169.3");
        assert_eq!(area(&[(0.0, 1.0), (2.0, 1.0)], &[(0.0, 5.0), (2.0, 5.0)]), "M0 1L2 1L2 5L0 5Z");
        assert_eq!(area(&[], &[]), "");
        assert_eq!(tenth(-0.01), "0");
        assert_eq!(tenth(f64::NAN), "0");
    }

    #[test]
    fn a_spark_fills_its_box_and_bridges_gaps() {
        let points = spark(&[Some(1.0), None, Some(3.0)], 64.0, 24.0);
        assert_eq!(points, [(0.0, 21.0), (61.0, 3.0)]);
        assert_eq!(spark(&[Some(5.0), Some(5.0)], 64.0, 24.0), [(0.0, 12.0), (61.0, 12.0)]);
        assert_eq!(spark(&[None, None], 64.0, 24.0), []);
        assert_eq!(spark(&[], 64.0, 24.0), []);
    }
}
