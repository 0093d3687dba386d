use super::words::{job_state, job_title, job_tone, outcome, skipped, speed};
use crate::api::{ApiError, jobs};
use crate::components::{ActionButton, Badge, Moment, use_toasts};
use crate::format::count;
use crate::session::use_session;
use crm_types::jobs::{Job, JobState};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A job: progress while it runs, then what came of it.
#[component]
pub fn JobCard(
    /// The job as it is now.
    job: Job,
    /// Something was asked of it: read it again.
    on_change: Callback<()>,
) -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let busy = RwSignal::new(false);
    let (id, over) = (job.id, job.state.is_over());
    let told = move |result: Result<Job, ApiError>, done: &str, not: &str| {
        match result {
            Ok(_) => toasts.done(done),
            Err(error) => toasts.failed(format!("{not}: {}", error.detail())),
        }
        busy.try_set(false);
        on_change.run(());
    };
    let cancel = Callback::new(move |()| {
        busy.set(true);
        spawn_local(
            async move { told(jobs::cancel(session, id).await, "It stops after the present rows", "Not stopped") },
        );
    });
    let undo = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move { told(jobs::undo(session, id).await, "It is being taken back", "Not taken back") });
    });
    let cancelling = job.cancelling;
    view! {
        <div class="stack stack--3">
            <div class="between">
                <h3>{job_title(&job)}</h3>
                <Badge text=job_state(job.state) tone=job_tone(job.state) dot=true/>
            </div>
            {if over { result(&job).into_any() } else { progress(&job).into_any() }}
            <div class="row row--wrap">
                {(!over && !cancelling).then(|| view! {
                    <ActionButton label="Stop".to_owned() class="btn--sm" on_press=cancel busy=busy/>
                })}
                {(!over && cancelling).then(|| view! { <p class="small muted" role="status">"Stopping after the present rows"</p> })}
                {job.can_undo.then(|| view! {
                    <ActionButton label="Undo".to_owned() class="btn--sm" icon="refresh" on_press=undo busy=busy/>
                })}
                <p class="small muted">"By "{job.created_by.name}" · "<Moment at=Some(job.created_at) exact=true/></p>
            </div>
        </div>
    }
}

fn progress(job: &Job) -> impl IntoView {
    let (done, total) = (job.done, job.total);
    let told = match total {
        Some(total) if total > 0 => format!("{}% · {} of {}", done * 100 / total, count(done), count(total)),
        _ if done > 0 => format!("{} so far", count(done)),
        _ => "Starting".into(),
    };
    let name = format!("{}, progress", job_title(job));
    view! {
        <div class="stack stack--2">
            <progress class="progress" max=total.unwrap_or(1).to_string() value=done.to_string() aria-label=name></progress>
            <div class="between small"><span>{told}</span><span class="muted">{speed(job.rate, job.eta_seconds)}</span></div>
        </div>
    }
}

fn result(job: &Job) -> impl IntoView {
    let words = match job.state {
        JobState::Failed => format!("Stopped by a fault. Until then: {}.", outcome(job)),
        JobState::Cancelled => format!("Stopped. Until then: {}.", outcome(job)),
        _ => format!("{}.", outcome(job)),
    };
    let why = job.skips.iter().map(|skip| skipped(skip.reason, skip.count)).collect::<Vec<_>>();
    view! {
        <div class="stack stack--2">
            <p role="status">{words}</p>
            {job.error.clone().map(|error| view! { <p class="note">{error}</p> })}
            {(!why.is_empty()).then(|| view! {
                <ul class="small muted">{why.into_iter().map(|why| view! { <li>{why}</li> }).collect_view()}</ul>
            })}
            <p class="small muted">{speed(job.rate, None)}</p>
        </div>
    }
}
