//! What a list is: where it lives, what its columns are, how it can be filtered and sorted.

use super::Filter;
use crate::params::Params;
use crm_types::accounts::Permission;
use crm_types::page::DEFAULT_LIMIT;

/// A column after the first, or the first.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its head.
    pub label: &'static str,
    /// The API's names for ascending and descending; empty where it has none.
    pub sort: (&'static str, &'static str),
    /// `num`, and `p2` to `p4` for what goes first when the list gets narrow.
    pub class: &'static str,
    /// Whether it is only shown when somebody asks for it.
    pub optional: bool,
}

impl Column {
    /// A column that cannot be sorted by.
    pub const fn new(label: &'static str, class: &'static str) -> Self {
        Self { label, sort: ("", ""), class, optional: false }
    }

    /// A column with the API's names for ascending and descending.
    pub const fn sorted(label: &'static str, class: &'static str, up: &'static str, down: &'static str) -> Self {
        Self { label, sort: (up, down), class, optional: false }
    }

    /// The same, but not shown until somebody asks for it.
    #[must_use]
    pub const fn optional(self) -> Self {
        Self { optional: true, ..self }
    }

    /// Its name in an address: `known_since`.
    pub fn key(&self) -> String {
        let word = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
        self.label.chars().map(word).collect()
    }

    /// What `aria-sort` says, when the list is sorted by this column.
    pub fn direction(&self, sort: &str) -> Option<&'static str> {
        match sort {
            "" => None,
            s if s == self.sort.0 => Some("ascending"),
            s if s == self.sort.1 => Some("descending"),
            _ => None,
        }
    }

    /// The sort that a press on the head asks for: the other direction, else the more useful first one.
    pub fn next_sort(&self, sort: &str, numeric: bool) -> Option<&'static str> {
        let (up, down) = self.sort;
        let first = if numeric { [down, up] } else { [up, down] };
        let next = match self.direction(sort) {
            Some("ascending") => [down, up],
            Some(_) => [up, down],
            None => first,
        };
        next.into_iter().find(|s| !s.is_empty())
    }
}

/// A list.
#[derive(Debug, Clone, Copy)]
pub struct ListSpec {
    /// The page's path; the API's is the same after `/api`, unless `api` says otherwise.
    pub path: &'static str,
    /// The API's path.
    pub api: &'static str,
    /// The page's name.
    pub title: &'static str,
    /// One of them, in lower case.
    pub one: &'static str,
    /// Many of them.
    pub many: &'static str,
    /// Who may read it.
    pub permission: Permission,
    /// What the search field looks through; empty for no search.
    pub search: &'static str,
    /// What it can be filtered by.
    pub filters: &'static [Filter],
    /// The first is the row's head.
    pub columns: &'static [Column],
    /// The sort of an address that names none.
    pub sort: &'static str,
    /// What the sums above the list are of: "MRR". Empty for none.
    pub sum: &'static str,
    /// What to do when there is nothing at all.
    pub empty: &'static str,
}

impl ListSpec {
    /// The API's address for a page's address: its filters, an exact count, and nothing that only the page knows.
    pub fn api_url(&self, params: &Params) -> String {
        let mut query = self.matching(params).with("cursor", params.get("cursor").unwrap_or_default());
        query.set("sort", self.sort_of(params));
        query.set("limit", &DEFAULT_LIMIT.to_string());
        query.set("count", "exact");
        query.with_path(self.api)
    }

    /// What decides which rows match: filters and search, without order and page.
    pub fn matching(&self, params: &Params) -> Params {
        let known: Vec<_> = params.iter().filter(|(name, _)| self.filters_by(name)).collect();
        Params::from_pairs(&known)
    }

    /// Whether a parameter decides which rows match.
    pub fn filters_by(&self, name: &str) -> bool {
        name == "q" || self.filters.iter().any(|f| f.key == name)
    }

    /// The sort in force.
    pub fn sort_of<'a>(&self, params: &'a Params) -> &'a str {
        let asked = params.get("sort").unwrap_or(self.sort);
        let offered = self.columns.iter().any(|c| c.direction(asked).is_some());
        if offered { asked } else { self.sort }
    }

    /// The filters in force, with their values, in the list's order.
    pub fn active<'a>(&self, params: &'a Params) -> Vec<(&'static Filter, &'a str)> {
        self.filters.iter().filter_map(|f| Some((f, params.get(f.key)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::FilterKind;

    const SPEC: ListSpec = ListSpec {
        path: "/things",
        api: "/api/things",
        title: "Things",
        one: "thing",
        many: "things",
        permission: Permission::CustomersRead,
        search: "Name",
        filters: &[Filter { key: "tier", label: "Tier", kind: FilterKind::Choice(crate::labels::tiers) }],
        columns: &[Column::sorted("Name", "", "name", "-name"), Column::sorted("End", "num", "end", "")],
        sort: "-name",
        sum: "",
        empty: "",
    };

    #[test]
    fn the_api_gets_filters_and_never_the_pages_own_state() {
        let params = Params::parse("tier=tier1&peek=3&page=2&cursor=abc&q=a b&evil=1");
        assert_eq!(SPEC.api_url(&params), "/api/things?tier=tier1&q=a+b&cursor=abc&sort=-name&limit=50&count=exact");
        assert_eq!(SPEC.sort_of(&Params::parse("sort=unknown")), "-name");
        assert_eq!(SPEC.sort_of(&Params::parse("sort=end")), "end");
    }

    #[test]
    fn a_press_on_a_head_turns_the_sort() {
        let [name, end] = SPEC.columns else { panic!("two columns") };
        assert_eq!(name.next_sort("-name", false), Some("name"));
        assert_eq!(name.next_sort("name", false), Some("-name"));
        assert_eq!(name.next_sort("end", true), Some("-name"), "numbers start with the largest");
        assert_eq!(end.next_sort("end", true), Some("end"), "there is no other direction");
        assert_eq!(Column::new("Plan", "").next_sort("name", false), None);
    }
}
