//! Stacks series on one another and says which one lies at a point.

/// A series' lower and upper edge at one day.
pub type Band = (i64, i64);

/// Stacks the series in the order given: the first is at the bottom. Result: for each series its band per day.
///
/// A series shorter than `len` counts 0 for the rest.
pub fn stack(series: &[Vec<i64>], len: usize) -> Vec<Vec<Band>> {
    let mut base = vec![0_i64; len];
    let layer = |values: &Vec<i64>| {
        let values = values.iter().copied().chain(std::iter::repeat(0));
        base.iter_mut()
            .zip(values)
            .map(|(base, value)| {
                let lower = *base;
                *base = base.saturating_add(value);
                (lower, *base)
            })
            .collect()
    };
    series.iter().map(layer).collect()
}

/// The highest point of the stack.
pub fn top(bands: &[Vec<Band>]) -> i64 {
    bands.iter().flatten().map(|(_, upper)| *upper).max().unwrap_or(0).max(0)
}

/// Keeps the first `keep` series and adds the rest up to one, as `Other`. Fewer than that stay as they are.
pub fn fold_rest(series: &[Vec<i64>], keep: usize) -> (Vec<Vec<i64>>, bool) {
    if series.len() <= keep {
        return (series.to_vec(), false);
    }
    let (kept, rest) = series.split_at(keep);
    let len = rest.iter().map(Vec::len).max().unwrap_or(0);
    let sum_at = |i: usize| rest.iter().filter_map(|values| values.get(i)).fold(0_i64, |sum, v| sum.saturating_add(*v));
    let mut series = kept.to_vec();
    series.push((0..len).map(sum_at).collect());
    (series, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_series_stands_on_the_one_before() {
        let bands = stack(&[vec![1, 2], vec![10, 20], vec![100]], 2);
        assert_eq!(bands, [vec![(0, 1), (0, 2)], vec![(1, 11), (2, 22)], vec![(11, 111), (22, 22)]]);
        assert_eq!(top(&bands), 111);
        assert_eq!(top(&[]), 0);
    }

    #[test]
    fn what_is_too_much_for_the_palette_becomes_one() {
        let series = vec![vec![1, 1], vec![2, 2], vec![4, 4], vec![8]];
        assert_eq!(fold_rest(&series, 4), (series.clone(), false));
        assert_eq!(fold_rest(&series, 2), (vec![vec![1, 1], vec![2, 2], vec![12, 4]], true));
    }
}
