//! Words of organizations, coaching and interactions.

use super::Tone;
use crm_types::coaching::CoachingStatus;
use crm_types::interactions::{
    InteractionChannel, InteractionDirection, InteractionKind, InteractionOutcome, Sentiment, TimelineKind,
};
use crm_types::organizations::{OrganizationKind, OrganizationStatus};

/// What kind of business it is.
pub const fn organization_kind(kind: OrganizationKind) -> &'static str {
    match kind {
        OrganizationKind::Gym => "Gym",
        OrganizationKind::Club => "Club",
        OrganizationKind::PhysioClinic => "Physio clinic",
        OrganizationKind::SportsTeam => "Sports team",
    }
}

/// Where the business with an organization stands.
pub const fn organization_status(status: OrganizationStatus) -> &'static str {
    match status {
        OrganizationStatus::Active => "Active",
        OrganizationStatus::Trial => "Trial",
        OrganizationStatus::Churned => "Churned",
    }
}

/// The tone of where the business with an organization stands.
pub const fn organization_tone(status: OrganizationStatus) -> Tone {
    match status {
        OrganizationStatus::Active => Tone::Positive,
        OrganizationStatus::Trial => Tone::Info,
        OrganizationStatus::Churned => Tone::Neutral,
    }
}

/// What kind of contact it was.
pub const fn interaction_kind(kind: InteractionKind) -> &'static str {
    match kind {
        InteractionKind::Call => "Call",
        InteractionKind::Visit => "Visit",
        InteractionKind::Sms => "Text message",
        InteractionKind::Chat => "Chat",
        InteractionKind::Email => "E-mail",
        InteractionKind::Inquiry => "Inquiry",
        InteractionKind::Review => "Review",
        InteractionKind::Complaint => "Complaint",
        InteractionKind::Booking => "Booking",
        InteractionKind::SupportTicket => "Support ticket",
        InteractionKind::WebinarAttend => "Webinar attended",
        InteractionKind::Payment => "Payment elsewhere",
        InteractionKind::EmailOpen => "E-mail opened",
        InteractionKind::EmailClick => "Link in an e-mail followed",
        InteractionKind::AppLogin => "Logged in to the app",
        InteractionKind::FeatureUse => "Used a feature",
    }
}

/// By which way a contact was.
pub const fn interaction_channel(channel: InteractionChannel) -> &'static str {
    match channel {
        InteractionChannel::Phone => "Phone",
        InteractionChannel::InPerson => "Face to face",
        InteractionChannel::Sms => "Text message",
        InteractionChannel::Chat => "Chat",
        InteractionChannel::Email => "E-mail",
        InteractionChannel::App => "App",
        InteractionChannel::Web => "Website",
        InteractionChannel::Social => "Social network",
    }
}

/// Who began a contact.
pub const fn interaction_direction(direction: InteractionDirection) -> &'static str {
    match direction {
        InteractionDirection::Inbound => "The customer",
        InteractionDirection::Outbound => "We",
    }
}

/// A kind of what happened.
pub const fn timeline_kind(kind: TimelineKind) -> &'static str {
    match kind {
        TimelineKind::Interaction => "Interactions",
        TimelineKind::Lifecycle => "Lifecycle",
        TimelineKind::Tier => "Changes of plan",
        TimelineKind::Payment => "Payments",
        TimelineKind::Note => "Notes",
        TimelineKind::Coaching => "Coaching",
    }
}

/// What came of a contact.
pub const fn interaction_outcome(outcome: InteractionOutcome) -> &'static str {
    match outcome {
        InteractionOutcome::Answered => "Answered",
        InteractionOutcome::NoAnswer => "No answer",
        InteractionOutcome::LeftMessage => "Message left",
        InteractionOutcome::Resolved => "Resolved",
        InteractionOutcome::Unresolved => "Unresolved",
    }
}

/// How a customer felt.
pub const fn sentiment(sentiment: Sentiment) -> &'static str {
    match sentiment {
        Sentiment::Positive => "Positive",
        Sentiment::Neutral => "Neutral",
        Sentiment::Negative => "Negative",
    }
}

/// How a coaching relationship stands.
pub const fn coaching_status(status: CoachingStatus) -> &'static str {
    match status {
        CoachingStatus::Active => "Active",
        CoachingStatus::Paused => "Paused",
        CoachingStatus::Ended => "Ended",
    }
}

/// The tone of how a coaching relationship stands.
pub const fn coaching_tone(status: CoachingStatus) -> Tone {
    match status {
        CoachingStatus::Active => Tone::Positive,
        CoachingStatus::Paused => Tone::Warning,
        CoachingStatus::Ended => Tone::Neutral,
    }
}
