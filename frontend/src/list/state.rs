//! A list's state: the address in, rows out. New rows wait behind a pill; nothing moves under the reader.

use super::shape::{COLUMNS, DENSITY};
use super::{ListSpec, Row, Shape};
use crate::api::ApiError;
use crate::glance::Glance;
use crate::params::Params;
use crate::query::{Query, use_query};
use crm_types::{Money, Page};
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// Which cursor was left for which one: the way back of this visit. Keyset pages only know the way forward.
    static TRAIL: RefCell<Vec<(String, String)>> = const { RefCell::new(Vec::new()) };
}

/// How long the way back may get.
const TRAIL_MAX: usize = 500;

/// A page of rows as it is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The API's address.
    pub url: Arc<str>,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many match.
    pub total: i64,
    /// Whether counting stopped early.
    pub capped: bool,
    /// The sum of what matches, one for each currency.
    pub sums: Vec<Money>,
    /// The next page's cursor.
    pub next: Option<String>,
}

/// A list.
#[derive(Clone, Copy)]
pub struct List {
    /// What it is.
    pub spec: &'static ListSpec,
    /// The address' query.
    pub params: Memo<Params>,
    /// Which columns are shown, and how high rows are.
    pub shape: Memo<Shape>,
    /// What is shown.
    pub shown: RwSignal<Option<Arc<Shown>>>,
    /// What was read since, and would move rows.
    waiting: RwSignal<Option<Arc<Shown>>>,
    /// Why the newest reading failed.
    pub error: Signal<Option<ApiError>>,
    /// Whether a reading is on its way.
    pub busy: Signal<bool>,
    retry: Callback<()>,
    go: Callback<(Params, bool)>,
}

/// Reads the list that the address describes, and again whenever the topic moves.
pub fn use_list<T>(spec: &'static ListSpec, topic: Signal<u32>, row: fn(&T) -> Row) -> List
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let location = use_location();
    // While the router leaves this page, the address is already that of the next one.
    let here = Memo::new(move |former: Option<&Params>| {
        let search = location.search.get();
        let stays = location.pathname.glance(|p| p == spec.path);
        if stays { Params::parse(&search) } else { former.cloned().unwrap_or_default() }
    });
    let query: Query<Page<T>> = use_query(move || Some(here.glance(|p| spec.api_url(p)))).refresh_on(topic);
    let newest = Signal::derive(move || {
        query.loaded().map(|l| {
            Arc::new(Shown {
                rows: l.value.items.iter().map(row).collect(),
                total: l.value.total,
                capped: l.value.total_capped,
                sums: l.value.sums.clone(),
                next: l.value.next_cursor.clone(),
                url: l.url,
            })
        })
    });
    List::new(spec, here, newest, query.error(), query.is_busy(), Callback::new(move |()| query.refresh()))
}

impl List {
    fn new(
        spec: &'static ListSpec,
        params: Memo<Params>,
        newest: Signal<Option<Arc<Shown>>>,
        error: Signal<Option<ApiError>>,
        busy: Signal<bool>,
        retry: Callback<()>,
    ) -> Self {
        let navigate = use_navigate();
        let go = Callback::new(move |(params, replace): (Params, bool)| {
            let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
            navigate(&params.with_path(spec.path), options);
        });
        let shape = Memo::new(move |_| params.glance(|p| Shape::read(spec, p)));
        let (shown, waiting) = (RwSignal::new(None), RwSignal::new(None));
        let list = Self { spec, params, shape, shown, waiting, error, busy, retry, go };
        Effect::new(move |_| list.take(newest.get()));
        list
    }

    /// What was read is shown at once when it moves no row: a new address, or the same rows in the same order.
    fn take(self, newest: Option<Arc<Shown>>) {
        let moves = self.shown.with_untracked(|shown| would_move(shown.as_deref(), newest.as_deref()));
        if moves {
            self.waiting.set(newest);
        } else {
            self.waiting.set(None);
            self.shown.set(newest);
        }
    }

    /// The pill's words, while something waits.
    pub fn pill(self) -> Signal<Option<String>> {
        Signal::derive(move || {
            let fresh = self.waiting.glance(|waiting| {
                let waiting = waiting.as_ref()?;
                self.shown.glance(|shown| Some(new_rows(shown.as_ref()?, waiting)))
            })?;
            Some(if fresh == 0 { "List changed".to_owned() } else { format!("{fresh} new") })
        })
    }

    /// Shows what waits.
    pub fn show_new(self) {
        let waiting = self.waiting.get_untracked();
        if waiting.is_some() {
            self.waiting.set(None);
            self.shown.set(waiting);
        }
    }

    /// Reads again after an error.
    pub fn retry(self) {
        self.retry.run(());
    }

    /// Goes to another address of this list, from its first page.
    pub fn filter(self, change: impl FnOnce(Params) -> Params) {
        let params = self.params.get_untracked().without(&["cursor", "page"]);
        self.go.run((change(params), false));
    }

    /// The same while typing: Back does not stop at every letter.
    pub fn filter_quietly(self, change: impl FnOnce(Params) -> Params) {
        let params = self.params.get_untracked().without(&["cursor", "page"]);
        self.go.run((change(params), true));
    }

    /// Shows other columns, or rows of another height. The rows stay, and Back does not stop at it.
    pub fn reshape(self, shape: &Shape) {
        let params = self.params.get_untracked();
        // In a view it is the view that changes, else what this browser is used to.
        if params.get("view").is_none() {
            shape.remember(self.spec);
        }
        let columns = shape.columns_text(self.spec.columns);
        let params = params.with(COLUMNS, &columns).with(DENSITY, shape.density_text());
        self.go.run((params, true));
    }

    /// Goes to an address of this list as it is given, such as a view's; nowhere once the list is left.
    pub fn show(self, params: Params, replace: bool) {
        self.go.try_run((params, replace));
    }

    /// Opens or closes the preview; the cursor stays.
    pub fn peek(self, id: &str) {
        let open = self.params.with_untracked(|p| p.get("peek").is_some());
        // Stepping through previews is one stop for Back.
        self.go.run((self.params.get_untracked().with("peek", id), open));
    }

    /// Which page this is, from 1.
    pub fn page(self) -> usize {
        self.params.glance(|p| p.get("page").and_then(|n| n.parse().ok()).unwrap_or(1).max(1))
    }

    /// The address of the next page.
    pub fn next_href(self) -> Option<String> {
        let next = self.shown.glance(|s| s.as_ref()?.next.clone())?;
        let page = self.page();
        self.params.glance(|p| {
            remember(p.get("cursor").unwrap_or_default(), &next);
            let params = p.clone().without(&["peek"]).with("cursor", &next).with("page", &(page + 1).to_string());
            Some(params.with_path(self.spec.path))
        })
    }

    /// The address of the page before, and whether it is the first one only because the way back is not known.
    pub fn previous_href(self) -> Option<(String, bool)> {
        let page = self.page();
        self.params.glance(|p| {
            let before = trail(p.get("cursor")?);
            let known = before.is_some();
            let page = if known && page > 2 { (page - 1).to_string() } else { String::new() };
            let params = p.clone().without(&["peek"]).with("cursor", &before.unwrap_or_default()).with("page", &page);
            Some((params.with_path(self.spec.path), !known))
        })
    }
}

fn remember(cursor: &str, next: &str) {
    TRAIL.with_borrow_mut(|trail| {
        if !trail.iter().any(|(n, _)| n == next) {
            if trail.len() >= TRAIL_MAX {
                trail.remove(0);
            }
            trail.push((next.to_owned(), cursor.to_owned()));
        }
    });
}

fn trail(cursor: &str) -> Option<String> {
    TRAIL.with_borrow(|trail| trail.iter().find(|(next, _)| next == cursor).map(|(_, before)| before.clone()))
}

/// Whether showing the newest would move rows that somebody reads.
fn would_move(shown: Option<&Shown>, newest: Option<&Shown>) -> bool {
    let (Some(shown), Some(newest)) = (shown, newest) else { return false };
    let same = shown.rows.len() == newest.rows.len() && shown.rows.iter().zip(&newest.rows).all(|(a, b)| a.id == b.id);
    shown.url == newest.url && !shown.rows.is_empty() && !same
}

/// How many rows came in.
fn new_rows(shown: &Shown, newest: &Shown) -> usize {
    let before: Vec<&str> = shown.rows.iter().map(|r| r.id.as_str()).collect();
    newest.rows.iter().filter(|r| !before.contains(&r.id.as_str())).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Lead;

    fn shown(url: &str, ids: &[&str]) -> Shown {
        let row =
            |id: &&str| Row { id: (*id).into(), href: String::new(), lead: Lead::thing(*id, ""), cells: Vec::new() };
        let rows = ids.iter().map(row).collect();
        Shown { url: url.into(), rows, total: 0, capped: false, sums: Vec::new(), next: None }
    }

    #[test]
    fn only_what_moves_rows_waits() {
        let now = shown("/a", &["1", "2"]);
        for (newest, moves) in [
            (shown("/a", &["1", "2"]), false),
            (shown("/b", &["3"]), false),
            (shown("/a", &["3", "1"]), true),
            (shown("/a", &["2", "1"]), true),
            (shown("/a", &["1"]), true),
        ] {
            assert_eq!(would_move(Some(&now), Some(&newest)), moves, "{newest:?}");
        }
        assert!(!would_move(None, Some(&now)));
        assert!(!would_move(Some(&shown("/a", &[])), Some(&now)), "nobody reads an empty list");
        assert_eq!(new_rows(&now, &shown("/a", &["4", "3", "1"])), 2);
        assert_eq!(new_rows(&now, &shown("/a", &["2", "1"])), 0);
    }

    #[test]
    fn the_way_back_is_remembered() {
        remember("", "c1");
        remember("c1", "c2");
        remember("x", "c2");
        assert_eq!(trail("c2").as_deref(), Some("c1"));
        assert_eq!(trail("c1").as_deref(), Some(""));
        assert_eq!(trail("c9"), None);
    }
}
