//! Words of customers and their journey.

use super::Tone;
use crm_types::customers::{CustomerType, LifecycleState, Priority};
use crm_types::profiles::FieldKind;

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
