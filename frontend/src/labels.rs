//! What the wire's enums are called on the screen, and the tone of those that are states.

mod contacts;
mod words;

pub use contacts::{
    coaching_status, coaching_tone, interaction_channel, interaction_direction, interaction_kind, interaction_outcome,
    organization_kind, organization_status, organization_tone, sentiment, timeline_kind,
};
pub use words::{billed, counted, every, initials, phrase};

use crm_types::accounts::{Permission, Role};
use crm_types::billing::{EventState, TransactionKind, TransactionStatus, TransactionType};
use crm_types::customers::{CustomerType, LifecycleState, Priority};
use crm_types::interactions::{
    InteractionChannel, InteractionDirection, InteractionKind, InteractionOutcome, Sentiment,
};
use crm_types::mrr::MovementType;
use crm_types::organizations::{OrganizationKind, OrganizationStatus};
use crm_types::plans::{MappingSource, Stream, Tier};
use crm_types::profiles::FieldKind;
use crm_types::subscriptions::SubscriptionStatus;
use crm_types::users::UserState;

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

/// A priority's name.
pub const fn priority(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "Low",
        Priority::Medium => "Medium",
        Priority::High => "High",
        Priority::Vip => "VIP",
    }
}

/// What an answer is.
pub const fn field_kind(kind: FieldKind) -> &'static str {
    match kind {
        FieldKind::Text => "A line of text",
        FieldKind::LongText => "Some paragraphs",
        FieldKind::Number => "A number",
        FieldKind::Date => "A day",
        FieldKind::Choice => "One of several",
        FieldKind::YesNo => "Yes or no",
    }
}

/// A role's name.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Analyst => "Analyst",
        Role::Marketer => "Marketer",
        Role::Support => "Support",
        Role::Viewer => "Viewer",
    }
}

/// Whether somebody can log in.
pub const fn user_state(state: UserState) -> &'static str {
    match state {
        UserState::Active => "Active",
        UserState::Invited => "Invited",
        UserState::Disabled => "Disabled",
    }
}

/// The tone of whether somebody can log in.
pub const fn user_state_tone(state: UserState) -> Tone {
    match state {
        UserState::Active => Tone::Positive,
        UserState::Invited => Tone::Info,
        UserState::Disabled => Tone::Neutral,
    }
}

/// What a permission allows.
pub const fn permission(permission: Permission) -> &'static str {
    use Permission as P;
    match permission {
        P::AnalyticsRead => "See figures",
        P::CustomersRead => "See customers",
        P::CustomersWrite => "Create and change customers",
        P::OrganizationsRead => "See organizations",
        P::OrganizationsWrite => "Create and change organizations",
        P::SubscriptionsRead => "See subscriptions and MRR movements",
        P::TransactionsRead => "See payments and refunds",
        P::PlansRead => "See prices",
        P::PlansWrite => "Map prices",
        P::StripeRead => "See Stripe’s events",
        P::StripeWrite => "Apply Stripe’s events again",
        P::SettingsRead => "See settings",
        P::SettingsWrite => "Change settings",
        P::SystemRead => "See the system’s health",
        P::AuditRead => "See who changed what",
        P::UsersRead => "See who is on the staff",
        P::UsersWrite => "Manage the staff",
        P::ApiKeysRead => "See API keys",
        P::ApiKeysWrite => "Make and revoke API keys",
        P::JobsRead => "See and stop everybody’s long work",
    }
}

/// The same within a sentence: `create and change customers`.
pub fn may(allowed: Permission) -> String {
    let mut words = permission(allowed).to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    words
}

/// A stream's name.
pub const fn stream(stream: Stream) -> &'static str {
    match stream {
        Stream::Rev1Individual => "REV 1 Individual",
        Stream::Rev2Coaching => "REV 2 Coaching",
        Stream::Rev3B2b => "REV 3 B2B",
    }
}

/// A tier's name.
pub const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Tier1 => "Basic",
        Tier::Tier2 => "Standard",
        Tier::Tier3 => "Premium",
    }
}

/// The name of a tier or stream, as the tier ledger has them.
pub fn plan(key: &str) -> String {
    match (key.parse(), key.parse()) {
        (Ok(of_tier), _) => tier(of_tier).into(),
        (_, Ok(of_stream)) => stream(of_stream).into(),
        _ => phrase(key),
    }
}

/// A customer type's name.
pub const fn customer_type(kind: CustomerType) -> &'static str {
    match kind {
        CustomerType::Lead => "Lead",
        CustomerType::Prospect => "Prospect",
        CustomerType::FreeTrial => "Free trial",
        CustomerType::Rev1User => "Individual",
        CustomerType::Rev2Coach => "Coach",
        CustomerType::Rev3Org => "Organization",
    }
}

/// A lifecycle state's name.
pub const fn lifecycle(state: LifecycleState) -> &'static str {
    match state {
        LifecycleState::Lead => "Lead",
        LifecycleState::Prospect => "Prospect",
        LifecycleState::FreeTrial => "Free trial",
        LifecycleState::Rev1User => "Paying individual",
        LifecycleState::Rev1Coached => "Paying, coached",
        LifecycleState::Rev2Coach => "Paying coach",
        LifecycleState::Rev3Org => "Paying organization",
        LifecycleState::Churned => "Churned",
        LifecycleState::Reactivated => "Reactivated",
    }
}

/// A lifecycle state's tone.
pub const fn lifecycle_tone(state: LifecycleState) -> Tone {
    match state {
        LifecycleState::Lead | LifecycleState::Prospect => Tone::Neutral,
        LifecycleState::FreeTrial => Tone::Info,
        LifecycleState::Churned => Tone::Negative,
        _ => Tone::Positive,
    }
}

/// A subscription state's name.
pub const fn subscription_status(status: SubscriptionStatus) -> &'static str {
    match status {
        SubscriptionStatus::FreeTrial => "Free trial",
        SubscriptionStatus::Active => "Active",
        SubscriptionStatus::PastDue => "Past due",
        SubscriptionStatus::Paused => "Paused",
        SubscriptionStatus::Cancelled => "Cancelled",
    }
}

/// A subscription state's tone.
pub const fn subscription_tone(status: SubscriptionStatus) -> Tone {
    match status {
        SubscriptionStatus::FreeTrial => Tone::Info,
        SubscriptionStatus::Active => Tone::Positive,
        SubscriptionStatus::PastDue => Tone::Negative,
        SubscriptionStatus::Paused | SubscriptionStatus::Cancelled => Tone::Neutral,
    }
}

/// A transaction state's name.
pub const fn transaction_status(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Succeeded => "Paid",
        TransactionStatus::Failed => "Failed",
        TransactionStatus::Pending => "Pending",
        TransactionStatus::Refunded => "Refunded",
    }
}

/// A transaction state's tone.
pub const fn transaction_tone(status: TransactionStatus) -> Tone {
    match status {
        TransactionStatus::Succeeded => Tone::Positive,
        TransactionStatus::Failed => Tone::Negative,
        TransactionStatus::Pending => Tone::Info,
        TransactionStatus::Refunded => Tone::Neutral,
    }
}

/// Payment or refund.
pub const fn transaction_kind(kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::Payment => "Payment",
        TransactionKind::Refund => "Refund",
    }
}

/// What was paid for.
pub const fn transaction_type(kind: TransactionType) -> &'static str {
    match kind {
        TransactionType::Subscription => "Subscription",
        TransactionType::Upgrade => "Change within a period",
        TransactionType::OneTime => "One-time",
    }
}

/// A movement type's name.
pub const fn movement(kind: MovementType) -> &'static str {
    match kind {
        MovementType::New => "New",
        MovementType::Reactivation => "Reactivation",
        MovementType::Expansion => "Expansion",
        MovementType::Contraction => "Contraction",
        MovementType::Churn => "Churn",
        MovementType::Fx => "Exchange rate",
    }
}

/// A movement type's tone.
pub const fn movement_tone(kind: MovementType) -> Tone {
    match kind {
        MovementType::New | MovementType::Reactivation | MovementType::Expansion => Tone::Positive,
        MovementType::Contraction | MovementType::Churn => Tone::Negative,
        MovementType::Fx => Tone::Neutral,
    }
}

/// The name of a Stripe event's state.
pub const fn event_state(state: EventState) -> &'static str {
    match state {
        EventState::Pending => "Pending",
        EventState::Done => "Applied",
        EventState::Ignored => "Ignored",
        EventState::Parked => "Parked",
        EventState::Dead => "Dead",
    }
}

/// The tone of a Stripe event's state.
pub const fn event_tone(state: EventState) -> Tone {
    match state {
        EventState::Pending => Tone::Info,
        EventState::Done => Tone::Positive,
        EventState::Ignored => Tone::Neutral,
        EventState::Parked => Tone::Warning,
        EventState::Dead => Tone::Negative,
    }
}

/// Who mapped a price.
pub const fn mapping_source(source: MappingSource) -> &'static str {
    match source {
        MappingSource::Admin => "An admin, here",
        MappingSource::PriceMetadata => "The price’s metadata",
        MappingSource::ProductMetadata => "The product’s metadata",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_words() {
        for p in Permission::ALL {
            assert!(!permission(*p).contains(':'), "{p}");
        }
    }

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
