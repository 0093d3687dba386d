//! What people are going to do, in time order.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::people::Act;

/// A step of the business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Move {
    /// Midnight: the day's sign-ups are drawn.
    DayBegins,
    /// Somebody new.
    SignUp,
    /// Somebody known, by their place in the list of people.
    Act { person: usize, act: Act },
}

#[derive(Debug, PartialEq, Eq)]
struct Planned {
    at: i64,
    order: u64,
    step: Move,
}

impl Ord for Planned {
    /// Reversed: the heap's greatest is what comes first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[derive(Debug, Default)]
pub(super) struct Agenda {
    planned: BinaryHeap<Planned>,
    count: u64,
}

impl Agenda {
    pub(super) fn plan(&mut self, at: i64, step: Move) {
        self.count += 1;
        self.planned.push(Planned { at, order: self.count, step });
    }

    pub(super) fn next_until(&mut self, t: i64) -> Option<(i64, Move)> {
        if self.planned.peek()?.at > t {
            return None;
        }
        self.planned.pop().map(|planned| (planned.at, planned.step))
    }
}
