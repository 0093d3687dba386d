//! What the wire's enums are called on the screen, and the tone of those that are states.

mod contacts;
mod money;
mod people;
mod staff;
mod words;

pub use contacts::{
    coaching_status, coaching_tone, interaction_channel, interaction_direction, interaction_kind, interaction_outcome,
    organization_kind, organization_status, organization_tone, sentiment, timeline_kind,
};
pub use money::{
    event_state, event_tone, mapping_source, movement, movement_reason, movement_tone, payout_party, plan, share_base,
    share_scope, statement_status, statement_tone, stream, subscription_status, subscription_tone, tier,
    transaction_kind, transaction_state, transaction_status, transaction_tone, transaction_type,
};
pub use people::{customer_type, field_kind, lifecycle, lifecycle_tone, priority};
pub use staff::{may, permission, role, user_state, user_state_tone};
pub use words::{billed, counted, every, initials, phrase};

use crm_types::accounts::Role;
use crm_types::billing::{EventState, TransactionKind, TransactionStatus, TransactionType};
use crm_types::customers::{CustomerType, LifecycleState, Priority};
use crm_types::interactions::{
    InteractionChannel, InteractionDirection, InteractionKind, InteractionOutcome, Sentiment,
};
use crm_types::mrr::MovementType;
use crm_types::organizations::{OrganizationKind, OrganizationStatus};
use crm_types::plans::{Stream, Tier};
use crm_types::revenue::{PayoutParty, ShareBase, ShareScope, StatementStatus};
use crm_types::subscriptions::SubscriptionStatus;

/// The colour of a badge: it only says what its word says as well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Green.
    Positive,
    /// Red.
    Negative,
    /// Amber.
    Warning,
    /// Light blue.
    Info,
    /// Grey.
    Neutral,
}

/// A value as filters take it, and what it is called.
pub type Choice = (&'static str, &'static str);

macro_rules! choices {
    ($($(#[$meta:meta])* $name:ident: $type:ty => $label:path;)+) => {$(
        $(#[$meta])*
        pub fn $name() -> Vec<Choice> {
            <$type>::ALL.iter().map(|v| (v.as_str(), $label(*v))).collect()
        }
    )+};
}

choices! {
    /// All roles.
    roles: Role => role;
    /// All streams.
    streams: Stream => stream;
    /// All tiers.
    tiers: Tier => tier;
    /// All priorities.
    priorities: Priority => priority;
    /// All customer types.
    customer_types: CustomerType => customer_type;
    /// All lifecycle states.
    lifecycle_states: LifecycleState => lifecycle;
    /// All subscription states.
    subscription_statuses: SubscriptionStatus => subscription_status;
    /// All transaction states.
    transaction_statuses: TransactionStatus => transaction_status;
    /// Payment and refund.
    transaction_kinds: TransactionKind => transaction_kind;
    /// Of what payments may be shared.
    share_bases: ShareBase => share_base;
    /// Who may get a statement.
    payout_parties: PayoutParty => payout_party;
    /// How far statements may be.
    statement_statuses: StatementStatus => statement_status;
    /// For whom rules may be.
    share_scopes: ShareScope => share_scope;
    /// What was paid for.
    transaction_types: TransactionType => transaction_type;
    /// All movement types.
    movements: MovementType => movement;
    /// All states of a Stripe event.
    event_states: EventState => event_state;
    /// All kinds of contact; those that people write down come first.
    interaction_kinds: InteractionKind => interaction_kind;
    /// All ways of contact.
    interaction_channels: InteractionChannel => interaction_channel;
    /// Who may have begun.
    interaction_directions: InteractionDirection => interaction_direction;
    /// What may come of a contact.
    interaction_outcomes: InteractionOutcome => interaction_outcome;
    /// How a customer may feel.
    sentiments: Sentiment => sentiment;
    /// All kinds of organization.
    organization_kinds: OrganizationKind => organization_kind;
    /// Where the business with an organization may stand.
    organization_statuses: OrganizationStatus => organization_status;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_has_its_own_name() {
        for choices in [
            streams(),
            tiers(),
            customer_types(),
            lifecycle_states(),
            movements(),
            event_states(),
            organization_kinds(),
        ] {
            let mut names: Vec<_> = choices.iter().map(|(_, name)| *name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), choices.len());
        }
    }
}
