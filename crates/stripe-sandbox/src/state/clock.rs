//! The clock and what falls due on the way.

use std::cmp::Ordering;

use super::Sandbox;

/// Something that happens by itself. It carries what it expects to find: when the world has moved on in the meantime
/// (a subscription was canceled, a period changed), it does nothing. That is cheaper than searching the heap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Three days before a trial's end.
    TrialWillEnd { subscription: String, trial_end: i64 },
    /// A period, or a trial, is over.
    PeriodEnd { subscription: String, end: i64 },
    /// A draft invoice is an hour old.
    Finalize { invoice: String },
    /// An open invoice is tried again.
    Retry { invoice: String, attempts: u32 },
    /// Collection is no longer paused.
    Resume { subscription: String, at: i64 },
    /// The first payment was not made in 23 hours.
    Expire { subscription: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    at: i64,
    /// Keeps what is due in the same second in the order in which it was scheduled.
    order: u64,
    action: Action,
}

impl Ord for Due {
    /// Reversed: the heap's greatest is what is due first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.at, other.order).cmp(&(self.at, self.order))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Sandbox {
    /// Moves the clock to `t` (Unix seconds) and does what falls due until then, in time order. A `t` in the past
    /// changes nothing.
    pub fn advance_to(&mut self, t: i64) {
        while let Some(due) = self.due.peek() {
            if due.at > t {
                break;
            }
            let Some(due) = self.due.pop() else { break };
            self.now = self.now.max(due.at);
            if let Err(error) = self.run(&due.action) {
                tracing::error!(%error, action = ?due.action, "a due action was refused");
            }
        }
        self.now = self.now.max(t);
    }

    /// When the next thing falls due, Unix seconds.
    #[must_use]
    pub fn next_due(&self) -> Option<i64> {
        self.due.peek().map(|due| due.at)
    }

    pub(super) fn schedule(&mut self, at: i64, action: Action) {
        self.due_count += 1;
        self.due.push(Due { at, order: self.due_count, action });
    }

    fn run(&mut self, action: &Action) -> crate::error::Result<()> {
        match action {
            Action::TrialWillEnd { subscription, trial_end } => self.trial_will_end(subscription, *trial_end),
            Action::PeriodEnd { subscription, end } => self.period_end(subscription, *end),
            Action::Finalize { invoice } => self.finalize_due(invoice),
            Action::Retry { invoice, attempts } => self.retry_due(invoice, *attempts),
            Action::Resume { subscription, at } => self.resume_due(subscription, *at),
            Action::Expire { subscription } => self.expire_incomplete(subscription),
        }
    }
}
