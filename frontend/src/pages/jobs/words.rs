use crate::format::count;
use crate::labels::{self, Tone, counted};
use crm_types::customers_bulk::BulkAction;
use crm_types::jobs::{Job, JobKind, JobState, SkipReason};

/// What a job does: "Add the tags press, vip".
pub fn job_title(job: &Job) -> String {
    match (job.kind, &job.action) {
        (JobKind::CustomersImport, _) if job.dry_run => "Check a file of customers".into(),
        (JobKind::CustomersImport, _) => "Import customers".into(),
        (JobKind::RevenueSimulation, _) => "Simulate share rules".into(),
        (JobKind::RevenueCheck, _) => "Check the ledgers".into(),
        (JobKind::StripeReconciliation, _) => "Compare with Stripe".into(),
        (JobKind::StripeBackfill, _) => "Read the Stripe account".into(),
        (JobKind::CustomersUndo, Some(action)) => format!("Undo: {}", action_title(action)),
        (JobKind::CustomersUndo, None) => "Undo".into(),
        (JobKind::CustomersBulk, Some(action)) => action_title(action),
        (JobKind::CustomersBulk, None) => "Change customers".into(),
    }
}

fn action_title(action: &BulkAction) -> String {
    let tags = |tags: &[String]| match tags {
        [one] => format!("the tag {one}"),
        many => format!("the tags {}", many.join(", ")),
    };
    match action {
        BulkAction::AddTags(given) => format!("Add {}", tags(given)),
        BulkAction::RemoveTags(given) => format!("Remove {}", tags(given)),
        BulkAction::SetOwner(Some(_)) => "Set the owner".into(),
        BulkAction::SetOwner(None) => "Remove the owner".into(),
        BulkAction::SetOrganization(Some(_)) => "Set the organization".into(),
        BulkAction::SetOrganization(None) => "Remove the organization".into(),
        BulkAction::SetCoach(Some(_)) => "Set the coach".into(),
        BulkAction::SetCoach(None) => "Remove the coach".into(),
        BulkAction::SetPriority(priority) => format!("Set the priority to {}", labels::priority(*priority)),
        BulkAction::Archive {} => "Archive customers".into(),
        BulkAction::Restore {} => "Restore customers".into(),
    }
}

/// What a state is called.
pub const fn job_state(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "Waiting",
        JobState::Running => "Running",
        JobState::Succeeded => "Done",
        JobState::Failed => "Failed",
        JobState::Cancelled => "Stopped",
    }
}

/// The tone of a state.
pub const fn job_tone(state: JobState) -> Tone {
    match state {
        JobState::Queued | JobState::Cancelled => Tone::Neutral,
        JobState::Running => Tone::Info,
        JobState::Succeeded => Tone::Positive,
        JobState::Failed => Tone::Negative,
    }
}

/// What came of a job: "4,812 changed, 3 skipped".
pub fn outcome(job: &Job) -> String {
    match job.kind {
        JobKind::RevenueSimulation => {
            let changed = counted(job.changed, "client", "clients");
            return format!(
                "{} replayed, the shares of {changed} would differ",
                counted(job.done, "client", "clients")
            );
        }
        JobKind::RevenueCheck => return format!("{} checked", counted(job.done, "identity", "identities")),
        JobKind::StripeReconciliation => {
            return format!("{} compared, {} differed", counted(job.done, "object", "objects"), count(job.changed));
        }
        JobKind::StripeBackfill => {
            return format!("{} read, {} not known before", counted(job.done, "object", "objects"), count(job.created));
        }
        _ => {}
    }
    let updated = job.changed - job.created;
    let (created_word, changed_word) = match (job.kind, job.dry_run) {
        (_, true) => ("would be created", "would be updated"),
        (JobKind::CustomersImport, _) => ("created", "updated"),
        _ => ("created", "changed"),
    };
    let mut parts = Vec::new();
    let mut part = |n: i64, word: &str| {
        if n > 0 {
            parts.push(format!("{} {word}", count(n)));
        }
    };
    part(job.created, created_word);
    part(updated, changed_word);
    part(job.skipped, "skipped");
    part(job.failed, if job.failed == 1 { "row is wrong" } else { "rows are wrong" });
    if parts.is_empty() { "Nothing to change".into() } else { parts.join(", ") }
}

/// Why so many rows were left: "3 already so".
pub fn skipped(reason: SkipReason, n: i64) -> String {
    let of = |one: &str, many: &str| format!("{} {}", count(n), if n == 1 { one } else { many });
    match reason {
        SkipReason::Unchanged => of("was so already", "were so already"),
        SkipReason::NotFound => of("is not there any more", "are not there any more"),
        SkipReason::SubscriptionRuns => of("has a running subscription", "have a running subscription"),
        SkipReason::TooManyTags => of("would have more than 50 tags", "would have more than 50 tags"),
        SkipReason::EmailTaken => {
            of("stayed archived: their e-mail belongs to another", "stayed archived: their e-mail belongs to another")
        }
        SkipReason::CoachesThem => of("is the coach, or coaches them", "are the coach, or coach them"),
        SkipReason::Archived => of("is archived, or the coach is", "are archived, or the coach is"),
        SkipReason::ChangedSince => of("was changed again since", "were changed again since"),
        SkipReason::Exists => of("exists already", "exist already"),
        SkipReason::Duplicate => of("repeats an e-mail from a row above", "repeat an e-mail from a row above"),
    }
}

/// `1,240 rows a second · 14 s left`.
pub(super) fn speed(rate: Option<f64>, seconds: Option<i64>) -> String {
    let rate = rate.map(|rate| {
        #[allow(clippy::cast_possible_truncation, reason = "a rate of rows is far below")]
        let rate = (rate.round() as i64).max(1);
        format!("{} a second", counted(rate, "row", "rows"))
    });
    let left = seconds.map(|seconds| match seconds {
        0..120 => format!("{seconds} s left"),
        120..7_200 => format!("{} min left", seconds / 60),
        _ => format!("{} h left", seconds / 3_600),
    });
    rate.into_iter().chain(left).collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn job(with: Value) -> Job {
        let mut job = json!({
            "id": "019a1b2c-0000-7000-8000-000000000001", "kind": "customers.bulk", "state": "succeeded", "done": 0, "total": 0,
            "changed": 0, "created": 0, "skipped": 0, "failed": 0, "skips": [], "errors": [], "rate": null, "eta_seconds": null,
            "error": null, "cancelling": false, "action": {"add_tags": ["a", "b"]}, "undoes": null, "import_id": null,
            "dry_run": false, "can_undo": false, "created_by": {"id": null, "name": "x"}, "created_at": "2026-01-01T00:00:00Z",
            "started_at": null, "finished_at": null
        });
        for (name, value) in with.as_object().unwrap() {
            job[name] = value.clone();
        }
        serde_json::from_value(job).unwrap()
    }

    #[test]
    fn a_job_is_told_in_words() {
        assert_eq!(job_title(&job(json!({}))), "Add the tags a, b");
        assert_eq!(
            job_title(&job(json!({"kind": "customers.undo", "action": {"archive": {}}}))),
            "Undo: Archive customers"
        );
        assert_eq!(outcome(&job(json!({"changed": 4_812, "skipped": 3}))), "4,812 changed, 3 skipped");
        let import = json!({"kind": "customers.import", "action": null, "dry_run": true, "changed": 5, "created": 3, "failed": 1});
        let import = job(import);
        assert_eq!(job_title(&import), "Check a file of customers");
        assert_eq!(outcome(&import), "3 would be created, 2 would be updated, 1 row is wrong");
        assert_eq!(outcome(&job(json!({}))), "Nothing to change");
        assert_eq!(speed(Some(1_240.4), Some(14)), "1,240 rows a second · 14 s left");
        assert_eq!(speed(None, Some(600)), "10 min left");
    }
}
