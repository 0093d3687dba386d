//! Identities that always hold, and what the last look at them found.

use crate::Money;
use crate::jobs::Job;
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What must always hold.
    Identity {
        /// The three parts of a share are what is shared.
        SharesAddUp => "shares_add_up",
        /// Never more goes back of a payment's shares than was shared.
        SharesNotNegative => "shares_not_negative",
        /// Shared revenue by month is the ledger's.
        MonthsAreTheLedger => "months_are_the_ledger",
        /// What each coach and organisation has by month is the ledger's.
        PartiesAreTheLedger => "parties_are_the_ledger",
        /// A closed statement is the sum of its rows.
        StatementsAreTheirRows => "statements_are_their_rows",
        /// What a statement carries forward is what the next one begins with.
        BalancesAreCarried => "balances_are_carried",
        /// No more went back of a payment than was paid.
        RefundsWithinPayments => "refunds_within_payments",
        /// The MRR of all subscriptions is the sum of all movements.
        MrrIsMovements => "mrr_is_movements",
        /// A movement is the sum of its lines.
        MovementsAreTheirLines => "movements_are_their_lines",
        /// MRR by day is the ledger's.
        DaysAreTheLedger => "days_are_the_ledger",
    }
}

/// The board.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InvariantBoard {
    /// All identities.
    pub identities: Vec<Invariant>,
    /// When the one that was looked at longest ago was; null when one never was.
    pub checked_at: Option<DateTime<Utc>>,
    /// A check that waits or runs.
    pub job: Option<Job>,
}

/// What the last check of an identity found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Invariant {
    /// Which.
    pub identity: Identity,
    /// When it was checked; null when it never was.
    pub checked_at: Option<DateTime<Utc>>,
    /// How long that took, in milliseconds.
    pub took_ms: Option<i64>,
    /// What was compared: payments, months, statements ...
    pub compared: i64,
    /// What of that differs.
    pub wrong: i64,
    /// By how much in all, currencies apart: each 0 while the identity holds.
    pub differences: Vec<Money>,
}
