//! Words of plans, subscriptions, payments, MRR and Stripe's events.

use super::{Tone, phrase};
use crm_types::billing::{EventState, TransactionKind, TransactionStatus, TransactionType};
use crm_types::mrr::MovementType;
use crm_types::plans::{MappingSource, Stream, Tier};
use crm_types::revenue::{PayoutParty, ShareBase, ShareScope, StatementStatus};
use crm_types::subscriptions::SubscriptionStatus;

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
        TransactionStatus::Disputed => "Disputed",
    }
}

/// A transaction state's tone.
pub const fn transaction_tone(status: TransactionStatus) -> Tone {
    match status {
        TransactionStatus::Succeeded => Tone::Positive,
        TransactionStatus::Failed | TransactionStatus::Disputed => Tone::Negative,
        TransactionStatus::Pending => Tone::Info,
        TransactionStatus::Refunded => Tone::Neutral,
    }
}

/// A transaction's state in a list: of a dispute, what failed is good news.
pub const fn transaction_state(kind: TransactionKind, status: TransactionStatus) -> (Tone, &'static str) {
    match (kind, status) {
        (TransactionKind::Dispute, TransactionStatus::Failed) => (Tone::Positive, "Dispute won"),
        (TransactionKind::Dispute, TransactionStatus::Pending) => (Tone::Warning, "Dispute open"),
        _ => (transaction_tone(status), transaction_status(status)),
    }
}

/// Payment, refund or dispute.
pub const fn transaction_kind(kind: TransactionKind) -> &'static str {
    match kind {
        TransactionKind::Payment => "Payment",
        TransactionKind::Refund => "Refund",
        TransactionKind::Dispute => "Dispute",
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

/// Of what a payment is shared.
pub const fn share_base(base: ShareBase) -> &'static str {
    match base {
        ShareBase::Gross => "All that was paid",
        ShareBase::NetOfTax => "What was paid, without tax",
        ShareBase::NetOfFees => "What was paid, without tax and payment fees",
    }
}

/// Who gets a statement.
pub const fn payout_party(party: PayoutParty) -> &'static str {
    match party {
        PayoutParty::Coach => "Coach",
        PayoutParty::Organization => "Organization",
    }
}

/// How far a statement is.
pub const fn statement_status(status: StatementStatus) -> &'static str {
    match status {
        StatementStatus::Open => "Month open",
        StatementStatus::Closed => "Closed",
        StatementStatus::Approved => "Approved",
        StatementStatus::Paid => "Paid",
    }
}

/// The tone of how far a statement is.
pub const fn statement_tone(status: StatementStatus) -> Tone {
    match status {
        StatementStatus::Open => Tone::Neutral,
        StatementStatus::Closed => Tone::Info,
        StatementStatus::Approved => Tone::Warning,
        StatementStatus::Paid => Tone::Positive,
    }
}

/// For whom a rule is.
pub const fn share_scope(scope: ShareScope) -> &'static str {
    match scope {
        ShareScope::Default => "All coaches",
        ShareScope::Organization => "An organization",
        ShareScope::Relationship => "One client",
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

/// Why MRR moved. What was paused and comes back has the same reason.
pub fn movement_reason(kind: MovementType, reason: &str) -> String {
    match (kind, reason) {
        (MovementType::Reactivation | MovementType::Expansion, "paused") => "Resumed".to_owned(),
        _ => super::phrase(reason),
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
