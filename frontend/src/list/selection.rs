//! Which rows are chosen, for one change to many of them.

use super::List;
use crate::glance::Glance;
use leptos::prelude::*;
use std::collections::BTreeSet;

/// The chosen rows of a list. They stay when another page of it is opened, and go when other rows match.
#[derive(Clone, Copy)]
pub struct Selection {
    ids: RwSignal<BTreeSet<String>>,
    /// Everything that matches, also what is not on this page.
    all: RwSignal<bool>,
    /// Where a range begins.
    anchor: StoredValue<Option<String>>,
    list: List,
}

impl Selection {
    /// Nothing is chosen yet.
    pub fn new(list: List) -> Self {
        let selection = Self {
            ids: RwSignal::new(BTreeSet::new()),
            all: RwSignal::new(false),
            anchor: StoredValue::new(None),
            list,
        };
        let matching = Memo::new(move |_| list.params.glance(|p| list.spec.matching(p)));
        Effect::watch(move || matching.get(), move |_, _, _| selection.clear(), false);
        selection
    }

    /// Whether a row is chosen.
    pub fn has(self, id: &str) -> bool {
        self.all.get() || self.ids.with(|ids| ids.contains(id))
    }

    /// How many rows are chosen.
    pub fn count(self) -> i64 {
        if self.all.get() {
            return self.list.shown.glance(|shown| shown.as_ref().map_or(0, |shown| shown.total));
        }
        i64::try_from(self.ids.with(BTreeSet::len)).unwrap_or(i64::MAX)
    }

    /// The ids, unless everything that matches is chosen.
    pub fn ids(self) -> Option<Vec<String>> {
        (!self.all.get()).then(|| self.ids.with(|ids| ids.iter().cloned().collect()))
    }

    /// Whether everything that matches is chosen.
    pub fn is_all(self) -> bool {
        self.all.get()
    }

    /// Whether all, some or none of the rows on the page are chosen: `Some(true)`, `None`, `Some(false)`.
    pub fn of_page(self) -> Option<bool> {
        let rows = self.rows();
        let chosen = rows.iter().filter(|id| self.has(id)).count();
        match chosen {
            0 => Some(false),
            n if n == rows.len() => Some(true),
            _ => None,
        }
    }

    /// Chooses a row or lets it go; with `range`, does the same with all from the one before to this one.
    pub fn press(self, id: &str, range: bool) {
        let rows = untrack(|| self.rows());
        let anchor = self.anchor.get_value().filter(|_| range);
        let before = untrack(|| self.chosen(&rows));
        self.keep(pressed(&before, &rows, anchor.as_deref(), id));
        self.anchor.set_value(Some(id.to_owned()));
    }

    /// Chooses all rows on the page, or lets them go.
    pub fn press_page(self) {
        let rows = untrack(|| self.rows());
        let mut ids = untrack(|| self.chosen(&rows));
        if untrack(|| self.of_page()) == Some(true) {
            ids.retain(|id| !rows.contains(id));
        } else {
            ids.extend(rows);
        }
        self.keep(ids);
    }

    /// Chooses everything that matches.
    pub fn choose_all(self) {
        self.all.set(true);
    }

    /// Chooses nothing; false when nothing was chosen.
    pub fn clear(self) -> bool {
        // The list may be left by now.
        let some = self.ids.try_with_untracked(|ids| !ids.is_empty()).unwrap_or_default();
        let all = self.all.try_get_untracked().unwrap_or_default();
        self.all.try_set(false);
        self.ids.try_set(BTreeSet::new());
        some || all
    }

    fn keep(self, ids: BTreeSet<String>) {
        self.all.set(false);
        self.ids.set(ids);
    }

    /// Of "everything", what is on the page stays chosen once one row is let go.
    fn chosen(self, rows: &[String]) -> BTreeSet<String> {
        if self.all.get() { rows.iter().cloned().collect() } else { self.ids.get() }
    }

    fn rows(self) -> Vec<String> {
        self.list.shown.glance(|shown| {
            shown.as_ref().map(|shown| shown.rows.iter().map(|row| row.id.clone()).collect()).unwrap_or_default()
        })
    }
}

/// The chosen ids after a press. The pressed row decides whether those of a range are chosen or let go.
fn pressed(before: &BTreeSet<String>, rows: &[String], anchor: Option<&str>, id: &str) -> BTreeSet<String> {
    let place = |id: &str| rows.iter().position(|row| row == id);
    let mut after = before.clone();
    let on = !before.contains(id);
    let range = match (anchor.and_then(place), place(id)) {
        (Some(from), Some(to)) => rows.get(from.min(to)..=from.max(to)).unwrap_or_default().to_vec(),
        _ => vec![id.to_owned()],
    };
    for id in range {
        if on {
            after.insert(id);
        } else {
            after.remove(&id);
        }
    }
    after
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> BTreeSet<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_range_goes_from_the_press_before_to_this_one() {
        let rows: Vec<String> = ["a", "b", "c", "d", "e"].map(str::to_owned).into();
        for (before, anchor, id, after) in [
            ("", None, "b", "b"),
            ("b", None, "b", ""),
            ("b", Some("b"), "d", "b c d"),
            ("d", Some("d"), "b", "b c d"),
            ("b c d", Some("d"), "b", ""),
            ("x b", Some("gone"), "d", "x b d"),
            ("x", Some("a"), "e", "a b c d e x"),
        ] {
            assert_eq!(pressed(&ids(before), &rows, anchor, id), ids(after), "{before} {anchor:?} {id}");
        }
    }
}
