//! Typed ids. All are UUIDv7, so that they sort by creation and index well.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

ids! {
    /// A person, from first touch on.
    CustomerId,
    /// A subscription of ours (Stripe's id is kept beside it).
    SubscriptionId,
    /// A payment, refund or dispute.
    TransactionId,
    /// A row of the MRR movement ledger.
    MovementId,
    /// A member of staff.
    UserId,
    /// What staff wrote about a customer.
    NoteId,
    /// A saved view of a list.
    ViewId,
    /// A login of a member of staff on one device.
    SessionId,
    /// How another program logs in.
    ApiKeyId,
    /// A piece of long work.
    JobId,
    /// A file of customers that was sent in.
    ImportId,
    /// A business that customers belong to.
    OrganizationId,
    /// That somebody coaches somebody.
    CoachingRelationshipId,
    /// A contact with a customer.
    InteractionId,
    /// A rule by which revenue is shared.
    ShareRuleId,
    /// A row of the ledger of shared revenue.
    RevenueShareId,
    /// What a month comes to for a coach or an organisation.
    PayoutStatementId,
    /// Something that Stripe was asked to do.
    StripeActionId,
    /// A field in which we and Stripe differ.
    DifferenceId,
    /// A rate of a currency on a day.
    ExchangeRateId,
}
