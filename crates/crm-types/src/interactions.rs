//! Interactions: what passed between a customer and the business, and the timeline of all that happened with somebody.

use crate::Money;
use crate::billing::{TransactionKind, TransactionStatus};
use crate::customers::{CustomerRef, LifecycleState};
use crate::ids::InteractionId;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What kind of contact it was.
    InteractionKind {
        /// A call.
        Call => "call",
        /// Somebody was there.
        Visit => "visit",
        /// A text message.
        Sms => "sms",
        /// A chat.
        Chat => "chat",
        /// An e-mail that somebody wrote.
        Email => "email",
        /// Somebody asked about something.
        Inquiry => "inquiry",
        /// A review.
        Review => "review",
        /// A complaint.
        Complaint => "complaint",
        /// Something was booked.
        Booking => "booking",
        /// A ticket.
        SupportTicket => "support_ticket",
        /// Somebody took part in a webinar.
        WebinarAttend => "webinar_attend",
        /// A payment that another system reports.
        Payment => "payment",
        /// An e-mail of a campaign was opened.
        EmailOpen => "email_open",
        /// A link in one was followed.
        EmailClick => "email_click",
        /// Somebody logged in to the app.
        AppLogin => "app_login",
        /// Somebody used a feature.
        FeatureUse => "feature_use",
    }
}

text_enum! {
    /// By which way.
    InteractionChannel {
        /// Phone.
        Phone => "phone",
        /// Face to face.
        InPerson => "in_person",
        /// Text message.
        Sms => "sms",
        /// Chat.
        Chat => "chat",
        /// E-mail.
        Email => "email",
        /// The app.
        App => "app",
        /// The website.
        Web => "web",
        /// A social network.
        Social => "social",
    }
}

text_enum! {
    /// Who began.
    InteractionDirection {
        /// The customer.
        Inbound => "inbound",
        /// The business.
        Outbound => "outbound",
    }
}

text_enum! {
    /// What came of it.
    InteractionOutcome {
        /// They talked.
        Answered => "answered",
        /// Nobody answered.
        NoAnswer => "no_answer",
        /// A message was left.
        LeftMessage => "left_message",
        /// It is settled.
        Resolved => "resolved",
        /// It is not settled.
        Unresolved => "unresolved",
    }
}

text_enum! {
    /// How the customer felt about it.
    Sentiment {
        /// Well.
        Positive => "positive",
        /// Neither.
        Neutral => "neutral",
        /// Badly.
        Negative => "negative",
    }
}

impl InteractionKind {
    /// The usual way of such a contact.
    pub const fn usual_channel(self) -> InteractionChannel {
        match self {
            Self::Call => InteractionChannel::Phone,
            Self::Visit => InteractionChannel::InPerson,
            Self::Sms => InteractionChannel::Sms,
            Self::Chat => InteractionChannel::Chat,
            Self::Email
            | Self::EmailOpen
            | Self::EmailClick
            | Self::Inquiry
            | Self::Complaint
            | Self::SupportTicket => InteractionChannel::Email,
            Self::Review | Self::Booking | Self::WebinarAttend | Self::Payment => InteractionChannel::Web,
            Self::AppLogin | Self::FeatureUse => InteractionChannel::App,
        }
    }
}

/// Something that passed between a customer and the business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Interaction {
    /// Its id.
    pub id: InteractionId,
    /// What kind of contact.
    pub kind: InteractionKind,
    /// By which way.
    pub channel: InteractionChannel,
    /// Who began.
    pub direction: InteractionDirection,
    /// What it was about: plain text.
    pub summary: Option<String>,
    /// What came of it.
    pub outcome: Option<InteractionOutcome>,
    /// How the customer felt about it.
    pub sentiment: Option<Sentiment>,
    /// When to come back to it.
    pub follow_up_at: Option<DateTime<Utc>>,
    /// Who wrote it down.
    pub author: String,
    /// When it was.
    pub occurred_at: DateTime<Utc>,
    /// Written down.
    pub created_at: DateTime<Utc>,
}

/// Writes down an interaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewInteraction {
    /// What kind of contact.
    pub kind: InteractionKind,
    /// By which way; the usual one of its kind when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<InteractionChannel>,
    /// Who began.
    pub direction: InteractionDirection,
    /// What it was about: at most 10,000 characters of plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// What came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<InteractionOutcome>,
    /// How the customer felt about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentiment: Option<Sentiment>,
    /// When to come back to it: after it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_up_at: Option<DateTime<Utc>>,
    /// When it was, not in the future; now when not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub occurred_at: Option<DateTime<Utc>>,
}

text_enum! {
    /// A kind of what stands in a timeline.
    TimelineKind {
        /// Contacts.
        Interaction => "interaction",
        /// Changes of the lifecycle: trials, subscriptions that began, ended and came back.
        Lifecycle => "lifecycle",
        /// Changes of tier or stream, up and down.
        Tier => "tier",
        /// Payments, refunds, disputes and those that failed.
        Payment => "payment",
        /// Notes of the staff.
        Note => "note",
        /// Coaching that began or ended.
        Coaching => "coaching",
    }
}

/// Something that happened with a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// Unique within the timeline.
    pub key: String,
    /// What.
    pub event: TimelineEvent,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TimelineEvent {
    /// They were in contact.
    Interaction {
        /// What kind of contact.
        kind: InteractionKind,
        /// By which way.
        channel: InteractionChannel,
        /// Who began.
        direction: InteractionDirection,
        /// What it was about.
        summary: Option<String>,
        /// What came of it.
        outcome: Option<InteractionOutcome>,
        /// How the customer felt about it.
        sentiment: Option<Sentiment>,
        /// When to come back to it.
        follow_up_at: Option<DateTime<Utc>>,
        /// Who wrote it down.
        author: String,
    },
    /// The journey went on.
    Lifecycle {
        /// Null for the first state.
        from: Option<LifecycleState>,
        /// The state from then on.
        to: LifecycleState,
        /// Why: such as `trial_started`.
        reason: String,
    },
    /// Another tier or stream.
    Tier {
        /// A tier or a stream: `tier1`, `rev2_coaching`, ...
        from: String,
        /// A tier or a stream.
        to: String,
        /// What it did to MRR.
        mrr_impact: Money,
        /// `upgrade` or `downgrade`.
        reason: String,
    },
    /// Money moved, or should have. Only for who may see payments.
    Payment {
        /// Payment, refund or dispute.
        kind: TransactionKind,
        /// Where it stands.
        status: TransactionStatus,
        /// Refunds are negative.
        amount: Money,
        /// The invoice's number as the customer sees it.
        invoice_number: Option<String>,
        /// Why it failed, was refunded or is disputed.
        reason: Option<String>,
    },
    /// Staff wrote a note.
    Note {
        /// Who.
        author: String,
        /// Plain text.
        body: String,
    },
    /// Somebody began to coach them.
    CoachingBegan {
        /// Who.
        coach: CustomerRef,
    },
    /// Somebody coaches them no more.
    CoachingEnded {
        /// Who.
        coach: CustomerRef,
        /// Why, such as `replaced`.
        reason: Option<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_says_its_type() {
        let note = TimelineEvent::Note { author: "Ada".into(), body: "Called".into() };
        let json = r#"{"type":"note","author":"Ada","body":"Called"}"#;
        assert_eq!(serde_json::to_string(&note).unwrap(), json);
        assert_eq!(serde_json::from_str::<TimelineEvent>(json).unwrap(), note);
        assert!(serde_json::from_str::<NewInteraction>(r#"{"kind":"call"}"#).is_err(), "who began must be said");
    }
}
