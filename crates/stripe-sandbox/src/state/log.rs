//! List Events: <https://docs.stripe.com/api/events/list>.

use super::Sandbox;
use crate::event::Event;

/// What List Events is asked for.
#[derive(Debug, Clone, Default)]
pub struct EventQuery {
    /// Only events created at or after this Unix second.
    pub created_gte: Option<i64>,
    /// Only events created at or before this Unix second.
    pub created_lte: Option<i64>,
    /// Only events older than the event with this id.
    pub starting_after: Option<String>,
    /// Only these types; `invoice.*` matches every type of an object. Empty: all.
    pub kinds: Vec<String>,
    /// At most so many.
    pub limit: usize,
}

impl EventQuery {
    fn matches(&self, event: &Event) -> bool {
        self.created_gte.is_none_or(|from| event.created >= from)
            && self.created_lte.is_none_or(|to| event.created <= to)
            && (self.kinds.is_empty() || self.kinds.iter().any(|kind| kind_matches(kind, &event.kind)))
    }
}

fn kind_matches(pattern: &str, kind: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == kind, |prefix| kind.starts_with(prefix))
}

impl Sandbox {
    pub(super) fn remember(&mut self, event: &Event) {
        if self.log_limit == 0 {
            return;
        }
        if self.log.len() >= self.log_limit {
            self.log.pop_front();
        }
        self.log.push_back(event.clone());
    }

    /// The next `count` events are not sent, as if nobody had answered; when they are forgotten, List Events does not know them either,
    /// as Stripe after 30 days.
    pub fn lose_events(&mut self, count: usize, forgotten: bool) {
        self.astray = (count, forgotten);
    }

    /// Remembered events, newest first, and whether there are more.
    #[must_use]
    pub fn list_events(&self, query: &EventQuery) -> (Vec<&Event>, bool) {
        let after = query.starting_after.as_deref();
        let mut matching = self
            .log
            .iter()
            .rev()
            .skip_while(|event| after.is_some_and(|id| event.id != id))
            .skip(usize::from(after.is_some()))
            .filter(|event| query.matches(event));
        let page: Vec<&Event> = matching.by_ref().take(query.limit).collect();
        (page, matching.next().is_some())
    }

    /// One remembered event.
    #[must_use]
    pub fn event(&self, id: &str) -> Option<&Event> {
        self.log.iter().find(|event| event.id == id)
    }
}
