//! Reading with a cache: what was seen before is shown at once and quietly read again.
//!
//! The cache keeps the JSON text by address. A reply that is equal to what is shown changes nothing on the page.

use crate::api::{ApiError, from_json, get_text};
use crate::session::{Session, use_session};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Arc;

/// How many replies are kept.
const KEPT: usize = 80;

thread_local! {
    /// Oldest first.
    static CACHE: RefCell<Vec<(String, Arc<str>)>> = const { RefCell::new(Vec::new()) };
    /// What is shown now, and what was until a moment ago.
    static SHOWN: RefCell<Vec<Raw>> = const { RefCell::new(Vec::new()) };
}

/// Reads a resource again wherever it is shown: after it was changed here.
pub fn changed(resource: &str) {
    let shown = SHOWN.with_borrow(Clone::clone);
    for raw in shown.into_iter().filter(|raw| raw.is_shown()) {
        if raw.url.get_untracked().is_some_and(|url| path(&url) == path(resource)) {
            raw.refresh();
        }
    }
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
pub struct Loaded<T> {
    /// The address.
    pub url: Arc<str>,
    /// What it said.
    pub value: Arc<T>,
}

/// Something that is read from the server.
///
/// The signal holds it without its type, so that what reads and tells of changes is compiled once and not for every
/// resource: that is a tenth of the bundle.
pub struct Query<T> {
    raw: Raw,
    decoded: PhantomData<fn() -> T>,
}

impl<T> Clone for Query<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Query<T> {}

impl<T: Send + Sync + 'static> Query<T> {
    /// The newest value with its address. While a new address of the same resource loads, the former value; see
    /// [`Query::is_busy`].
    pub fn loaded(self) -> Option<Loaded<T>> {
        let (url, value) = self.raw.value.get()?;
        Some(Loaded { url, value: value.downcast().ok()? })
    }

    /// The newest value.
    pub fn get(self) -> Option<T>
    where
        T: Clone,
    {
        self.map(T::clone)
    }

    /// Reads a part of the value.
    pub fn map<U>(self, part: impl FnOnce(&T) -> U) -> Option<U> {
        self.loaded().map(|l| part(&l.value))
    }

    /// Why the newest reading failed; the former value of the same address stays.
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
        self.raw.refresh_on(topic);
        self
    }
}

/// Reads an address, and the next one whenever it changes; `None` waits.
pub fn use_query<T>(url: impl Fn() -> Option<String> + Send + Sync + 'static) -> Query<T>
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    Query { raw: Raw::new(Signal::derive(url), decode::<T>), decoded: PhantomData }
}

/// A value without its type.
type Any = Arc<dyn std::any::Any + Send + Sync>;

fn decode<T: DeserializeOwned + Send + Sync + 'static>(text: &str) -> Result<Any, ApiError> {
    match from_json::<T>(text) {
        Ok(value) => Ok(Arc::new(value)),
        Err(error) => Err(ApiError::unreadable(&error.to_string())),
    }
}

/// The part that does not depend on the type, so that it is compiled once.
#[derive(Clone, Copy)]
struct Raw {
    session: Session,
    url: Signal<Option<String>>,
    decode: fn(&str) -> Result<Any, ApiError>,
    value: RwSignal<Option<(Arc<str>, Any)>>,
    /// What the value was decoded from.
    text: StoredValue<Option<Arc<str>>>,
    error: RwSignal<Option<ApiError>>,
    busy: RwSignal<bool>,
    /// Counts readings: the reply to an older one is dropped.
    turn: StoredValue<u32>,
    /// Asked to read again while a reading was on its way.
    again: StoredValue<bool>,
}

impl Raw {
    fn new(url: Signal<Option<String>>, decode: fn(&str) -> Result<Any, ApiError>) -> Self {
        let raw = Self {
            session: use_session(),
            url: Memo::new(move |_| url.get()).into(),
            decode,
            value: RwSignal::new(None),
            text: StoredValue::new(None),
            error: RwSignal::new(None),
            busy: RwSignal::new(false),
            turn: StoredValue::new(0),
            again: StoredValue::new(false),
        };
        SHOWN.with_borrow_mut(|shown| {
            shown.retain(|other| other.is_shown());
            shown.push(raw);
        });
        Effect::new(move |_| {
            let Some(url) = raw.url.get() else { return };
            raw.show_cached(&url);
            raw.read(url);
        });
        raw
    }

    /// False once the part of the page that it belongs to is gone.
    fn is_shown(self) -> bool {
        self.turn.try_get_value().is_some()
    }

    /// What is in the cache replaces what is shown; a different resource clears it.
    fn show_cached(self, url: &str) {
        if let Some(text) = cached(url) {
            self.show(url, text);
        } else if self.value.with_untracked(|v| v.as_ref().is_some_and(|(old, _)| path(old) != path(url))) {
            self.text.set_value(None);
            self.value.set(None);
        }
    }

    /// Decodes and shows; the same text for the same address changes nothing.
    fn show(self, url: &str, text: Arc<str>) {
        let same_text = self.text.with_value(|old| old.as_ref() == Some(&text));
        let same_url = self.value.with_untracked(|v| v.as_ref().is_some_and(|(old, _)| **old == *url));
        if same_text && same_url {
            return;
        }
        match (self.decode)(&text) {
            Ok(value) => {
                self.text.set_value(Some(text));
                self.value.set(Some((url.into(), value)));
            }
            Err(error) => self.error.set(Some(error)),
        }
    }

    fn refresh_on(self, topic: Signal<u32>) {
        Effect::watch(move || topic.get(), move |_, _, _| self.refresh(), false);
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
                self.show(&url, text);
            }
            Err(error) => {
                // What another address said is no answer to this one.
                if self.value.with_untracked(|v| v.as_ref().is_some_and(|(old, _)| **old != *url)) {
                    self.text.set_value(None);
                    self.value.set(None);
                }
                self.error.set(Some(error));
            }
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
