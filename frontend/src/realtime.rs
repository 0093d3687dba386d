//! Server-sent events: a page subscribes to a topic and reads again when it moves.
//!
//! `EventSource` reconnects by itself after a broken connection and resumes with `Last-Event-ID`. When the server
//! refuses it (the cookie ran out) the browser gives up, so the app renews the session and opens a new one.

use crate::api::from_json;
use crate::browser::{sleep, use_clock};
use crate::session::{Phase, Session};
use chrono::{DateTime, TimeDelta, Utc};
use crm_types::realtime::RealtimeEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

const EVENTS: &str = "/api/events";
/// Without a connection for so long, what is shown is called stale.
const STALE_AFTER: TimeDelta = TimeDelta::seconds(15);
/// Events within this time are one change for the page.
const GATHER: Duration = Duration::from_millis(100);
/// The same while events keep coming, so that a flood does not keep the page reading.
const GATHER_BUSY: Duration = Duration::from_millis(400);
/// What counts as "keep coming".
const BUSY_WITHIN: TimeDelta = TimeDelta::milliseconds(1_500);

/// How fresh the page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// Connected.
    Live,
    /// The connection broke; what is shown is seconds old.
    Reconnecting,
    /// It has been broken for long; the time is when it was last whole.
    Stale(Option<DateTime<Utc>>),
}

/// What changed since the last look; gathered for a moment before it is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Moved {
    mrr: bool,
    billing: bool,
    inbox: bool,
    jobs: bool,
    healing: bool,
}

impl Moved {
    const ALL: Self = Self { mrr: true, billing: true, inbox: true, jobs: true, healing: true };

    fn by(event: &RealtimeEvent) -> Self {
        match event {
            // A movement comes from a bill, so the lists of bills moved as well.
            RealtimeEvent::MrrChanged { .. } => Self { mrr: true, billing: true, ..Self::default() },
            RealtimeEvent::BillingChanged { .. }
            | RealtimeEvent::CustomerUpdated { .. }
            | RealtimeEvent::OrganizationUpdated { .. } => Self { billing: true, ..Self::default() },
            RealtimeEvent::InboxAttention { .. } => Self { inbox: true, ..Self::default() },
            // What it did to the customers is shown once it is over, not after every batch.
            RealtimeEvent::JobProgress { state, .. } => {
                Self { jobs: true, billing: state.is_over(), ..Self::default() }
            }
            RealtimeEvent::HealingChanged => Self { healing: true, ..Self::default() },
            RealtimeEvent::Reset => Self::ALL,
        }
    }

    fn or(self, other: Self) -> Self {
        Self {
            mrr: self.mrr || other.mrr,
            billing: self.billing || other.billing,
            inbox: self.inbox || other.inbox,
            jobs: self.jobs || other.jobs,
            healing: self.healing || other.healing,
        }
    }
}

/// What is called by the browser, and for which event.
type Listener = (&'static str, Closure<dyn FnMut(MessageEvent)>);

/// The connection and its topics. A topic is a number that grows with every change.
#[derive(Clone, Copy)]
pub struct Realtime {
    mrr: RwSignal<u32>,
    billing: RwSignal<u32>,
    inbox: RwSignal<u32>,
    jobs: RwSignal<u32>,
    healing: RwSignal<u32>,
    connected: RwSignal<bool>,
    /// When the connection was last known to be whole.
    contact: RwSignal<Option<DateTime<Utc>>>,
    /// When something last changed, or was read afresh.
    updated: RwSignal<Option<DateTime<Utc>>>,
    gathered: StoredValue<Option<Moved>>,
    told: StoredValue<Option<DateTime<Utc>>>,
    source: StoredValue<Option<EventSource>, LocalStorage>,
    listeners: StoredValue<Vec<Listener>, LocalStorage>,
}

/// The app's realtime connection.
///
/// # Panics
/// Outside of the app's component tree.
#[allow(clippy::expect_used, reason = "the context is provided by the root component")]
pub fn use_realtime() -> Realtime {
    use_context::<Realtime>().expect("a realtime connection")
}

impl Realtime {
    /// Connects while somebody is logged in.
    pub fn provide(session: Session) {
        let realtime = Self {
            mrr: RwSignal::new(0),
            billing: RwSignal::new(0),
            inbox: RwSignal::new(0),
            jobs: RwSignal::new(0),
            healing: RwSignal::new(0),
            connected: RwSignal::new(false),
            contact: RwSignal::new(None),
            updated: RwSignal::new(None),
            gathered: StoredValue::new(None),
            told: StoredValue::new(None),
            source: StoredValue::new_local(None),
            listeners: StoredValue::new_local(Vec::new()),
        };
        realtime.listeners.set_value(realtime.make_listeners(session));
        provide_context(realtime);
        let logged_in = Memo::new(move |_| session.phase().get() == Phase::LoggedIn);
        Effect::new(move |_| {
            realtime.close();
            if logged_in.get() {
                realtime.open();
            }
        });
    }

    /// MRR, subscriptions or customers changed.
    pub fn mrr(self) -> Signal<u32> {
        self.mrr.into()
    }

    /// Customers, subscriptions or transactions changed, with or without a movement.
    pub fn billing(self) -> Signal<u32> {
        self.billing.into()
    }

    /// Events were parked or died.
    pub fn inbox(self) -> Signal<u32> {
        self.inbox.into()
    }

    /// Long work moved on.
    pub fn jobs(self) -> Signal<u32> {
        self.jobs.into()
    }

    /// A sweep, a comparison with Stripe or a repair moved on.
    pub fn healing(self) -> Signal<u32> {
        self.healing.into()
    }

    /// When something last changed.
    pub fn updated(self) -> Signal<Option<DateTime<Utc>>> {
        self.updated.into()
    }

    /// How fresh the page is, now.
    pub fn freshness(self) -> Signal<Freshness> {
        let clock = use_clock();
        Memo::new(move |_| freshness(self.connected.get(), self.contact.get(), || clock.now())).into()
    }

    fn make_listeners(self, session: Session) -> Vec<Listener> {
        let event: fn(Self, MessageEvent) = |realtime, message| {
            let event = message.data().as_string().and_then(|d| from_json::<RealtimeEvent>(&d).ok());
            // What cannot be read is read as "anything may have changed".
            realtime.gather(event.as_ref().map_or(Moved::ALL, Moved::by));
        };
        let mut listeners: Vec<Listener> = [
            "mrr.changed",
            "billing.changed",
            "customer.updated",
            "organization.updated",
            "job.progress",
            "inbox.attention",
            "healing.changed",
            "reset",
        ]
        .map(|name| (name, Closure::new(move |message| event(self, message))))
        .into();
        listeners.push(("open", Closure::new(move |_| self.opened())));
        listeners.push(("error", Closure::new(move |_| self.broke(session))));
        listeners
    }

    fn open(self) {
        let Ok(source) = EventSource::new(EVENTS) else { return };
        self.listeners.with_value(|listeners| {
            for (name, listener) in listeners {
                let added = source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
                debug_assert!(added.is_ok());
            }
        });
        self.source.set_value(Some(source));
    }

    fn close(self) {
        self.source.update_value(|source| {
            if let Some(source) = source.take() {
                source.close();
            }
        });
        self.connected.set(false);
    }

    fn opened(self) {
        let first = self.contact.get_untracked().is_none();
        self.contact.set(Some(Utc::now()));
        self.connected.set(true);
        if first {
            self.updated.set(Some(Utc::now()));
        } else {
            // Something may have happened that a new connection does not resume.
            self.gather(Moved::ALL);
        }
    }

    fn broke(self, session: Session) {
        if self.connected.get_untracked() {
            self.contact.set(Some(Utc::now()));
            self.connected.set(false);
        }
        let given_up = self.source.with_value(|s| s.as_ref().is_some_and(|s| s.ready_state() == EventSource::CLOSED));
        if given_up {
            spawn_local(async move {
                sleep(Duration::from_secs(3)).await;
                if session.phase().get_untracked() == Phase::LoggedIn && session.renew().await.is_ok() {
                    self.close();
                    self.open();
                } else if session.phase().get_untracked() == Phase::LoggedIn {
                    self.broke(session);
                }
            });
        }
    }

    /// Tells the topics after a short while, once for everything that came in it.
    fn gather(self, moved: Moved) {
        self.contact.set(Some(Utc::now()));
        let before = self.gathered.get_value();
        self.gathered.set_value(Some(before.unwrap_or_default().or(moved)));
        if before.is_some() {
            return;
        }
        let busy = self.told.get_value().is_some_and(|told| Utc::now() - told < BUSY_WITHIN);
        let wait = if busy { GATHER_BUSY } else { GATHER };
        set_timeout(move || self.tell(), wait);
    }

    fn tell(self) {
        let Some(moved) = self.gathered.get_value() else { return };
        self.gathered.set_value(None);
        self.told.set_value(Some(Utc::now()));
        self.updated.set(Some(Utc::now()));
        for (moved, topic) in [
            (moved.mrr, self.mrr),
            (moved.billing, self.billing),
            (moved.inbox, self.inbox),
            (moved.jobs, self.jobs),
            (moved.healing, self.healing),
        ] {
            if moved {
                topic.update(|n| *n = n.wrapping_add(1));
            }
        }
    }
}

/// Only asks for the time while it matters, so that a live page does not tick.
fn freshness(connected: bool, contact: Option<DateTime<Utc>>, now: impl FnOnce() -> DateTime<Utc>) -> Freshness {
    match contact {
        _ if connected => Freshness::Live,
        Some(contact) if now() - contact > STALE_AFTER => Freshness::Stale(Some(contact)),
        _ => Freshness::Reconnecting,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_connection_turns_stale_after_a_while() {
        let contact = DateTime::UNIX_EPOCH;
        let after = |seconds| freshness(false, Some(contact), || contact + TimeDelta::seconds(seconds));
        assert_eq!(after(1), Freshness::Reconnecting);
        assert_eq!(after(15), Freshness::Reconnecting);
        assert_eq!(after(16), Freshness::Stale(Some(contact)));
        assert_eq!(freshness(true, None, || contact), Freshness::Live);
        assert_eq!(freshness(false, None, || contact), Freshness::Reconnecting, "the first connection is on its way");
    }

    #[test]
    fn an_event_moves_its_topics() {
        assert_eq!(
            Moved::by(&RealtimeEvent::MrrChanged { movements: 1 }),
            Moved { mrr: true, billing: true, ..Moved::default() }
        );
        assert_eq!(Moved::by(&RealtimeEvent::Reset), Moved::ALL);
        let both = Moved::by(&RealtimeEvent::InboxAttention { parked: 1, dead: 0 })
            .or(Moved::by(&RealtimeEvent::BillingChanged { events: 2 }));
        assert_eq!(both, Moved { billing: true, inbox: true, ..Moved::default() });
    }
}
