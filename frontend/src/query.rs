//! Reading with a cache: what was seen before is shown at once and quietly read again.
//!
//! The cache keeps the JSON text by address. A reply that is equal to what is shown changes nothing on the page.

use crate::api::{ApiError, get_text};
use crate::session::{Session, use_session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::sync::Arc;

/// How many replies are kept.
const KEPT: usize = 80;

thread_local! {
    /// Oldest first.
    static CACHE: RefCell<Vec<(String, Arc<str>)>> = const { RefCell::new(Vec::new()) };
}

/// Forgets all replies: after log-out.
pub fn clear_cache() {
    CACHE.with_borrow_mut(Vec::clear);
}

fn cached(url: &str) -> Option<Arc<str>> {
    CACHE.with_borrow(|cache| cache.iter().find(|(u, _)| u == url).map(|(_, text)| text.clone()))
}

fn keep(url: &str, text: &Arc<str>) {
    CACHE.with_borrow_mut(|cache| {
        cache.retain(|(u, _)| u != url);
        if cache.len() >= KEPT {
            cache.remove(0);
        }
        cache.push((url.to_owned(), text.clone()));
    });
}

/// A reply with the address that it answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded<T> {
    /// The address.
    pub url: String,
    /// What it said.
    pub value: T,
}

/// Something that is read from the server.
pub struct Query<T: Send + Sync + 'static> {
    data: RwSignal<Option<Loaded<T>>>,
    raw: Raw,
}

impl<T: Send + Sync + 'static> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Query<T> {}

impl<T: Clone + Send + Sync + 'static> Query<T> {
    /// The newest value. While a new address of the same resource loads, the former value; see [`Query::is_busy`].
    pub fn get(self) -> Option<T> {
        self.data.with(|d| d.as_ref().map(|d| d.value.clone()))
    }

    /// Reads a part of the value without cloning the rest.
    pub fn map<U>(self, part: impl FnOnce(&T) -> U) -> Option<U> {
        self.data.with(|d| d.as_ref().map(|d| part(&d.value)))
    }

    /// The value with its address.
    pub fn loaded(self) -> Signal<Option<Loaded<T>>> {
        self.data.into()
    }

    /// Why the newest reading failed; the former value stays.
    pub fn error(self) -> Signal<Option<ApiError>> {
        self.raw.error.into()
    }

    /// Whether a reading is on its way.
    pub fn is_busy(self) -> Signal<bool> {
        self.raw.busy.into()
    }

    /// Reads again.
    pub fn refresh(self) {
        self.raw.refresh();
    }

    /// Reads again whenever a signal changes, such as a topic of [`crate::realtime`].
    pub fn refresh_on(self, topic: Signal<u32>) -> Self {
        Effect::watch(move || topic.get(), move |_, _, _| self.refresh(), false);
        self
    }
}

/// Reads an address, and the next one whenever it changes; `None` waits.
pub fn use_query<T>(url: impl Fn() -> Option<String> + Send + Sync + 'static) -> Query<T>
where
    T: DeserializeOwned + PartialEq + Clone + Send + Sync + 'static,
{
    let raw = Raw::new(Signal::derive(url));
    let data = RwSignal::new(None::<Loaded<T>>);
    Effect::new(move |_| {
        let Some((url, text)) = raw.text.get() else { return data.set(None) };
        match serde_json::from_str::<T>(&text) {
            Ok(value) => data.set(Some(Loaded { url, value })),
            Err(error) => raw.error.set(Some(ApiError::unreadable(&error.to_string()))),
        }
    });
    Query { data, raw }
}

/// The part that does not depend on the type, so that it is compiled once.
#[derive(Clone, Copy)]
struct Raw {
    session: Session,
    url: Signal<Option<String>>,
    text: RwSignal<Option<(String, Arc<str>)>>,
    error: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
    /// Counts readings: the reply to an older one is dropped.
    turn: StoredValue<u32>,
    /// Asked to read again while a reading was on its way.
    again: StoredValue<bool>,
}

impl Raw {
    fn new(url: Signal<Option<String>>) -> Self {
        let raw = Self {
            session: use_session(),
            url: Memo::new(move |_| url.get()).into(),
            text: RwSignal::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
            again: StoredValue::new(false),
        };
        Effect::new(move |_| {
            let Some(url) = raw.url.get() else { return };
            raw.show_cached(&url);
            raw.read(url);
        });
        raw
    }

    /// What is in the cache replaces what is shown; a different resource clears it.
    fn show_cached(self, url: &str) {
        if let Some(text) = cached(url) {
            self.text.set(Some((url.to_owned(), text)));
        } else if self.text.with_untracked(|t| t.as_ref().is_some_and(|(old, _)| path(old) != path(url))) {
            self.text.set(None);
        }
    }

    fn refresh(self) {
        if self.busy.get_untracked() {
            self.again.set_value(true);
        } else if let Some(url) = self.url.get_untracked() {
            self.read(url);
        }
    }

    fn read(self, url: String) {
        let turn = self.turn.get_value().wrapping_add(1);
        self.turn.set_value(turn);
        self.again.set_value(false);
        self.busy.set(true);
        spawn_local(async move {
            let reply = get_text(self.session, &url).await;
            // The page may be gone, or want something else by now.
            if self.turn.try_get_value() == Some(turn) {
                self.settle(url, reply);
            }
        });
    }

    fn settle(self, url: String, reply: Result<String, ApiError>) {
        match reply {
            Ok(text) => {
                let text: Arc<str> = text.into();
                keep(&url, &text);
                if self.error.with_untracked(Option::is_some) {
                    self.error.set(None);
                }
                let same = self.text.with_untracked(|t| t.as_ref().is_some_and(|(u, old)| *u == url && *old == text));
                if !same {
                    self.text.set(Some((url, text)));
                }
            }
            Err(error) => self.error.set(Some(error)),
        }
        self.busy.set(false);
        if self.again.get_value() {
            self.refresh();
        }
    }
}

fn path(url: &str) -> &str {
    url.split_once('?').map_or(url, |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_keeps_the_newest() {
        clear_cache();
        for i in 0..KEPT + 10 {
            keep(&format!("/api/{i}"), &Arc::from("1"));
        }
        keep("/api/20", &Arc::from("2"));
        assert_eq!(cached("/api/9"), None, "the oldest went");
        assert_eq!(cached("/api/20").as_deref(), Some("2"), "a newer reply replaces the older");
        assert_eq!(CACHE.with_borrow(Vec::len), KEPT);
        clear_cache();
        assert_eq!(cached("/api/20"), None);
    }
}
