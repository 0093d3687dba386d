//! The demo's staff talk with people who join a gym.

use anyhow::Result;
use chrono::TimeDelta;
use crm_domain::audit::Actor;
use crm_domain::interactions::create::create;
use crm_types::customers::Customer;
use crm_types::interactions::{InteractionDirection as D, InteractionKind as K, InteractionOutcome as O};
use crm_types::interactions::{NewInteraction, Sentiment as S};
use sqlx::PgPool;

const CONTACTS: [(K, D, O, Option<S>, &str); 5] = [
    (K::Inquiry, D::Inbound, O::Resolved, None, "Asked which plan includes motion tracking."),
    (K::Call, D::Outbound, O::Answered, Some(S::Positive), "Welcome call. Wants to train three times a week."),
    (K::Visit, D::Inbound, O::Resolved, Some(S::Positive), "First session at the gym, shown around."),
    (K::Sms, D::Outbound, O::LeftMessage, None, "Reminder of the first session."),
    (K::Complaint, D::Inbound, O::Unresolved, Some(S::Negative), "The app loses its connection in the basement."),
];

/// Logs what passed in the first days of somebody; `number` says where in the usual course it stopped.
pub async fn log(pool: &PgPool, person: &Customer, number: usize) -> Result<()> {
    let mut at = person.created_at;
    for (kind, direction, outcome, sentiment, summary) in CONTACTS.into_iter().take(number % CONTACTS.len() + 1) {
        at += TimeDelta::hours(7);
        let new = NewInteraction {
            kind,
            channel: None,
            direction,
            summary: Some(summary.into()),
            outcome: Some(outcome),
            sentiment,
            follow_up_at: (outcome == O::Unresolved).then(|| at + TimeDelta::days(7)),
            occurred_at: Some(at),
        };
        create(pool, &Actor::system("demo"), person.id, &new).await?;
    }
    Ok(())
}
