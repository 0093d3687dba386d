//! Long work: what it is, how far it is, and what came of it.

use crate::customers_bulk::BulkAction;
use crate::ids::{ImportId, JobId, UserId};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What kind of work.
    JobKind {
        /// One change to many customers.
        CustomersBulk => "customers.bulk",
        /// Takes such a change back, where it changed something.
        CustomersUndo => "customers.undo",
        /// Customers out of a file.
        CustomersImport => "customers.import",
        /// A period replayed under other share rules.
        RevenueSimulation => "revenue.simulation",
        /// Whether all ledgers add up.
        RevenueCheck => "revenue.check",
        /// Stripe's objects beside ours.
        StripeReconciliation => "stripe.reconciliation",
        /// A whole account, read from Stripe.
        StripeBackfill => "stripe.backfill",
    }
}

text_enum! {
    /// Where the work stands.
    JobState {
        /// Waits for its turn.
        Queued => "queued",
        /// Is being done.
        Running => "running",
        /// Done, rows that were skipped or wrong included.
        Succeeded => "succeeded",
        /// Given up: see `error`. What was done before stays.
        Failed => "failed",
        /// Stopped by somebody. What was done before stays.
        Cancelled => "cancelled",
    }
}

impl JobState {
    /// Whether nothing will happen any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed | Self::Cancelled)
    }
}

/// Who had a job done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct JobAuthor {
    /// A member of staff; null for an API key or the system.
    pub id: Option<UserId>,
    /// Their name as it was then.
    pub name: String,
}

/// A piece of long work.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// What kind of work.
    pub kind: JobKind,
    /// Where it stands.
    pub state: JobState,
    /// Rows that were dealt with, whatever came of them.
    pub done: i64,
    /// Rows there are; null until they were counted.
    pub total: Option<i64>,
    /// Of `done`: rows that are different now. In a dry run: that would be.
    pub changed: i64,
    /// Of `changed`: rows that are new.
    pub created: i64,
    /// Of `done`: rows that were left as they are, with why in `skips`.
    pub skipped: i64,
    /// Of `done`: rows that are wrong.
    pub failed: i64,
    /// Why rows were skipped, most frequent first.
    pub skips: Vec<SkipCount>,
    /// The first rows that are wrong, at most 20.
    pub errors: Vec<RowError>,
    /// Rows a second; null until it can be told, and once it is over the mean.
    pub rate: Option<f64>,
    /// Seconds left at that rate; null when it cannot be told or nothing is left.
    pub eta_seconds: Option<i64>,
    /// Why it failed; while it runs, why it waits.
    pub error: Option<String>,
    /// Somebody asked it to stop; it will after the batch that it is at.
    pub cancelling: bool,
    /// What is done to each customer, for bulk work and its undoing; for an import, the tags that every row gets.
    pub action: Option<BulkAction>,
    /// The job that this one takes back.
    pub undoes: Option<JobId>,
    /// The import that is run.
    pub import_id: Option<ImportId>,
    /// Says what would happen, and changes nothing.
    pub dry_run: bool,
    /// Whether `POST /api/jobs/{id}/undo` would do something.
    pub can_undo: bool,
    /// Who had it done.
    pub created_by: JobAuthor,
    /// Asked for.
    pub created_at: DateTime<Utc>,
    /// Begun.
    pub started_at: Option<DateTime<Utc>>,
    /// Over.
    pub finished_at: Option<DateTime<Utc>>,
}

/// How many rows were skipped for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkipCount {
    /// Why.
    pub reason: SkipReason,
    /// How many.
    pub count: i64,
}

text_enum! {
    /// Why a row was left as it is.
    SkipReason {
        /// It already was as it should become.
        Unchanged => "unchanged",
        /// Nobody has this id.
        NotFound => "not_found",
        /// A subscription of theirs runs.
        SubscriptionRuns => "subscription_runs",
        /// They would have more than 50 tags.
        TooManyTags => "too_many_tags",
        /// Another customer has their e-mail by now.
        EmailTaken => "email_taken",
        /// They are the coach, or coach them.
        CoachesThem => "coaches_them",
        /// They, or the coach, are archived.
        Archived => "archived",
        /// Somebody changed it since.
        ChangedSince => "changed_since",
        /// The customer exists, and those who exist were to be skipped.
        Exists => "exists",
        /// The same e-mail stands in a row above.
        Duplicate => "duplicate",
    }
}

/// What is wrong with one row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RowError {
    /// Line of the file where the row begins; the header is on line 1.
    pub line: i64,
    /// The column's name in the file; null when it is not about one.
    pub column: Option<String>,
    /// A sentence for people.
    pub message: String,
}

text_enum! {
    /// The orders of the list of jobs.
    JobSort {
        /// Newest first; the default.
        CreatedAtDescending => "-created_at",
        /// Oldest first.
        CreatedAt => "created_at",
    }
}
