//! When somebody was coached, as the fold over a customer's history takes it: a set of facts of staff, as snapshots are of
//! Stripe.

use chrono::{DateTime, Utc};

/// A time in which somebody coached the customer without a pause, half-open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spell {
    /// Since when.
    pub from: DateTime<Utc>,
    /// Until when; null while it goes on.
    pub to: Option<DateTime<Utc>>,
    /// Began after a pause.
    pub resumed: bool,
    /// Ended with a pause.
    pub paused: bool,
}

impl Spell {
    /// Coached from then on.
    pub const fn since(from: DateTime<Utc>) -> Self {
        Self { from, to: None, resumed: false, paused: false }
    }
}

/// From then on somebody coaches the customer, or nobody does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Turn {
    pub at: DateTime<Utc>,
    pub coached: bool,
    pub reason: &'static str,
}

/// When it turned, oldest first. Where one coach takes over from another at the same instant, nothing turns.
pub(super) fn turns(spells: &[Spell]) -> Vec<Turn> {
    let mut ordered: Vec<&Spell> = spells.iter().collect();
    ordered.sort_by_key(|spell| (spell.from, spell.to.is_none(), spell.to));
    let mut joined: Vec<Spell> = Vec::with_capacity(ordered.len());
    for spell in ordered {
        match joined.last_mut() {
            Some(before) if before.to.is_none_or(|to| to >= spell.from) => {
                if before.to.is_some_and(|to| spell.to.is_none_or(|end| end >= to)) {
                    (before.to, before.paused) = (spell.to, spell.paused);
                }
            }
            _ => joined.push(spell.clone()),
        }
    }
    let turn = |at, coached, reason| Turn { at, coached, reason };
    let both = |spell: Spell| {
        let began = turn(spell.from, true, if spell.resumed { "coaching_resumed" } else { "coaching_started" });
        let ended = spell.to.map(|at| turn(at, false, if spell.paused { "coaching_paused" } else { "coaching_ended" }));
        std::iter::once(began).chain(ended)
    };
    joined.into_iter().flat_map(both).collect()
}

#[cfg(test)]
#[path = "coached_tests.rs"]
mod tests;
