//! What a saved view keeps of a list's address, and how the two differ.

use super::shape::{COLUMNS, DENSITY, Shape};
use super::{List, ListSpec};
use crate::params::Params;
use crm_types::views::{NewView, SavedView, ViewPatch};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// The parameter that names the view.
pub const VIEW: &str = "view";

/// Filters, order and columns, in one way of writing them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    params: BTreeMap<String, String>,
    columns: Option<Vec<String>>,
    sort: Option<String>,
}

impl Content {
    /// What an address shows. What the list does not know is left out.
    pub fn of(spec: &ListSpec, params: &Params, shape: &Shape) -> Self {
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut kept: BTreeMap<String, String> =
            params.iter().filter(|(name, _)| spec.filters_by(name)).map(pair).collect();
        if shape.compact {
            kept.insert(DENSITY.into(), shape.density_text().into());
        }
        let columns = shape.columns_text(spec.columns);
        let columns = (!columns.is_empty()).then(|| columns.split(',').map(str::to_owned).collect());
        let sort = Some(spec.sort_of(params)).filter(|sort| *sort != spec.sort).map(str::to_owned);
        Self { params: kept, columns, sort }
    }

    /// What a view shows.
    pub fn of_view(spec: &ListSpec, view: &SavedView) -> Self {
        let address = address(spec, view);
        Self::of(spec, &address, &Shape::read(spec, &address))
    }

    /// What the list shows to who has just come to it.
    pub fn usual(spec: &ListSpec) -> Self {
        let nothing = Params::default();
        Self::of(spec, &nothing, &Shape::read(spec, &nothing))
    }

    /// What is shown now.
    pub fn shown(list: List) -> Self {
        let shape = list.shape.get();
        list.params.with(|params| Self::of(list.spec, params, &shape))
    }

    /// A new view of it.
    pub fn named(self, spec: &ListSpec, name: String, shared: bool) -> NewView {
        NewView { list: spec.path.into(), name, params: self.params, columns: self.columns, sort: self.sort, shared }
    }

    /// What a view must change to show it.
    pub fn patch(self, version: i64) -> ViewPatch {
        ViewPatch {
            version: Some(version),
            params: Some(self.params),
            columns: Some(self.columns),
            sort: Some(self.sort),
            ..ViewPatch::default()
        }
    }
}

/// A view's address. It names the order even when that is the usual one, so that it differs from the short link
/// `?view=ID` also when the view has no filter.
pub fn address(spec: &ListSpec, view: &SavedView) -> Params {
    let mut params = Params::default().with(VIEW, &view.id.to_string());
    let kept = |name: &str| spec.filters_by(name) || name == DENSITY;
    for (name, value) in view.params.iter().filter(|(name, _)| kept(name)) {
        params.set(name, value);
    }
    if let Some(columns) = &view.columns {
        params.set(COLUMNS, &columns.join(","));
    }
    params.with("sort", view.sort.as_deref().unwrap_or(spec.sort))
}

/// Whether an address says only which view it is of.
pub fn is_short(spec: &ListSpec, params: &Params) -> bool {
    let says = |name: &str| spec.filters_by(name) || ["sort", COLUMNS, DENSITY].contains(&name);
    params.get(VIEW).is_some() && !params.iter().any(|(name, _)| says(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::customers::SPEC;
    use chrono::DateTime;
    use crm_types::accounts::UserRef;

    fn view(params: &[(&str, &str)], columns: Option<&[&str]>, sort: Option<&str>) -> SavedView {
        SavedView {
            id: "019a1b2c-0000-7000-8000-000000000005".parse().unwrap(),
            list: "/customers".into(),
            name: "V".into(),
            params: params.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
            columns: columns.map(|c| c.iter().map(|c| (*c).to_owned()).collect()),
            sort: sort.map(str::to_owned),
            shared: false,
            owner: UserRef { id: "019a1b2c-0000-7000-8000-000000000009".parse().unwrap(), name: "Ada".into() },
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    fn shown(address: &str) -> Content {
        let params = Params::parse(address);
        Content::of(&SPEC, &params, &Shape::read(&SPEC, &params))
    }

    #[test]
    fn a_view_and_its_address_say_the_same() {
        let view = view(&[("paying", "true"), ("q", "a b"), ("evil", "1")], Some(&["mrr", "tags"]), Some("-mrr"));
        let link = address(&SPEC, &view).with_path("/customers");
        let id = view.id;
        assert_eq!(link, format!("/customers?view={id}&paying=true&q=a+b&cols=mrr,tags&sort=-mrr"));
        let (_, query) = link.split_once('?').unwrap();
        assert_eq!(shown(query), Content::of_view(&SPEC, &view));
        // Order of the parameters, page, preview and the order of columns make no other view of it.
        let same = format!("cols=tags,mrr&sort=-mrr&q=a+b&paying=true&view={id}&page=2&cursor=x&peek=1");
        assert_eq!(shown(&same), Content::of_view(&SPEC, &view));
    }

    #[test]
    fn every_difference_is_one() {
        let view = view(&[("paying", "true")], None, None);
        let link = address(&SPEC, &view);
        assert_eq!(link.get("sort"), Some(SPEC.sort), "not the short link");
        let base = Content::of_view(&SPEC, &view);
        for (name, value) in
            [("paying", ""), ("tier", "tier1"), ("q", "x"), ("sort", "mrr"), ("cols", "mrr"), ("density", "compact")]
        {
            let changed = link.clone().with(name, value);
            assert_ne!(Content::of(&SPEC, &changed, &Shape::read(&SPEC, &changed)), base, "{name}");
        }
    }

    #[test]
    fn a_short_link_says_only_which_view() {
        for (address, short) in [
            ("view=1", true),
            ("view=1&peek=2", true),
            ("view=1&sort=-mrr", false),
            ("view=1&paying=true", false),
            ("paying=true", false),
            ("", false),
        ] {
            assert_eq!(is_short(&SPEC, &Params::parse(address)), short, "{address}");
        }
    }
}
