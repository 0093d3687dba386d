//! Long work as its author sees it: a note with a bar, a way to stop it, then what came of it with a way back.

use crate::api::{ApiError, customers, from_json, get_text, jobs};
use crate::browser::sleep;
use crate::components::Notes;
use crate::format::count;
use crate::pages::jobs::{job_title, outcome, skipped};
use crate::query::changed;
use crate::realtime::Realtime;
use crate::session::Session;
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobState};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;
use std::time::Duration;

/// How often we look whether an event came in.
const LOOK: Duration = Duration::from_millis(150);
/// After so many looks we ask without an event: its connection may be broken.
const LOOKS: u32 = 12;

/// What following a job needs of the app.
#[derive(Clone, Copy)]
pub struct Follower {
    /// Who asks.
    pub session: Session,
    /// Where it is told.
    pub toasts: Notes,
    /// What says that it moved on.
    pub realtime: Realtime,
}

impl Follower {
    /// Follows a job of ours on customers until it is over, also when the page is left.
    pub fn follow(self, job: Job) {
        spawn_local(self.watch(job));
    }

    /// Boxed, because the undoing of a job is a job.
    fn watch(self, mut job: Job) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(async move {
            let (id, toasts) = (job.id, self.toasts);
            let cancel = Callback::new(move |()| {
                spawn_local(async move {
                    if let Err(error) = jobs::cancel(self.session, id).await {
                        toasts.failed(format!("Not stopped: {}", error.detail()));
                    }
                });
            });
            let note = toasts.progress(cancel);
            while !job.state.is_over() {
                note.tell(running(&job), job.done, job.total);
                self.next_news().await;
                match self.read(id).await {
                    Ok(now) => job = now,
                    // Out of reach for now.
                    Err(error) if error.status() == 0 => {}
                    Err(error) => {
                        note.close();
                        return toasts.failed(format!("How far the work is cannot be read: {}", error.detail()));
                    }
                }
            }
            note.close();
            changed(customers::CUSTOMERS);
            self.tell_end(&job);
        })
    }

    async fn next_news(self) {
        let seen = self.realtime.jobs().get_untracked();
        for _ in 0..LOOKS {
            sleep(LOOK).await;
            if self.realtime.jobs().get_untracked() != seen {
                return;
            }
        }
    }

    async fn read(self, id: JobId) -> Result<Job, ApiError> {
        let text = get_text(self.session, &jobs::job(id)).await?;
        from_json(&text).map_err(|error| ApiError::unreadable(&error.to_string()))
    }

    fn tell_end(self, job: &Job) {
        let (toasts, id) = (self.toasts, job.id);
        let words = over(job);
        match job.state {
            JobState::Failed => toasts.failed(words),
            _ if job.can_undo => {
                let undo = Callback::new(move |()| {
                    spawn_local(async move {
                        match jobs::undo(self.session, id).await {
                            Ok(job) => self.watch(job).await,
                            Err(error) => toasts.failed(format!("Not undone: {}", error.detail())),
                        }
                    });
                });
                toasts.done_with(words, "Undo", undo);
            }
            _ => toasts.done(words),
        }
    }
}

/// `Add the tag vip: 120 of 318`.
fn running(job: &Job) -> String {
    let title = job_title(job);
    match job.total {
        Some(total) if job.cancelling => format!("{title}: stopping after {} of {}", count(job.done), count(total)),
        Some(total) => format!("{title}: {} of {}", count(job.done), count(total)),
        None => format!("{title}…"),
    }
}

/// `Archive customers: 318 changed, 2 skipped (2 have a running subscription)`.
fn over(job: &Job) -> String {
    let why: Vec<String> = job.skips.iter().map(|skip| skipped(skip.reason, skip.count)).collect();
    let why = if why.is_empty() { String::new() } else { format!(" ({})", why.join(", ")) };
    let (title, outcome) = (job_title(job), format!("{}{why}", outcome(job)));
    match (job.state, &job.error) {
        (JobState::Failed, Some(error)) => format!("{title} failed: {error} So far: {outcome}."),
        (JobState::Failed, None) => format!("{title} failed. So far: {outcome}."),
        (JobState::Cancelled, _) => format!("{title} was stopped: {outcome}"),
        _ => format!("{title}: {outcome}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(state: &str, more: serde_json::Value) -> Job {
        let mut job = json!({
            "id": "019a1b2c-0000-7000-8000-000000000001", "kind": "customers.bulk", "state": state, "done": 120, "total": 1318,
            "changed": 118, "created": 0, "skipped": 2, "failed": 0, "skips": [], "errors": [], "rate": null,
            "eta_seconds": null, "error": null, "cancelling": false, "action": {"archive": {}}, "undoes": null,
            "import_id": null, "dry_run": false, "can_undo": true, "created_by": {"id": null, "name": "Ada"},
            "created_at": "2026-11-02T09:30:00Z", "started_at": null, "finished_at": null
        });
        job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(job).unwrap()
    }

    #[test]
    fn a_job_is_told_while_it_runs_and_when_it_is_over() {
        assert_eq!(running(&job("running", json!({}))), "Archive customers: 120 of 1,318");
        assert_eq!(running(&job("queued", json!({"total": null}))), "Archive customers…");
        let stopping = json!({"cancelling": true});
        assert_eq!(running(&job("running", stopping)), "Archive customers: stopping after 120 of 1,318");
        assert_eq!(over(&job("succeeded", json!({}))), "Archive customers: 118 changed, 2 skipped");
        assert_eq!(over(&job("cancelled", json!({}))), "Archive customers was stopped: 118 changed, 2 skipped");
        let full = json!({"error": "The disk is full."});
        let words = "Archive customers failed: The disk is full. So far: 118 changed, 2 skipped.";
        assert_eq!(over(&job("failed", full)), words);
    }
}
