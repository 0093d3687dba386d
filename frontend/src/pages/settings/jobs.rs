//! Long work: what was asked for, and what came of it.

use super::SettingsFrame;
use crate::api::jobs;
use crate::components::{ErrorBox, SkeletonCard};
use crate::glance::drawn;
use crate::labels::Choice;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::pages::jobs::{JobCard, job_state, job_title, job_tone, outcome};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobKind, JobState};
use leptos::prelude::*;

static SPEC: ListSpec = ListSpec {
    path: routes::SETTINGS_JOBS,
    api: "/api/jobs",
    title: "Jobs",
    one: "job",
    many: "jobs",
    permission: Permission::CustomersRead,
    search: "",
    filters: &[
        Filter::new("state", "State", FilterKind::Choice(states)),
        Filter::new("kind", "Kind", FilterKind::Choice(kinds)),
    ],
    columns: &[
        Column::new("What", "lead"),
        Column::new("State", ""),
        Column::new("Result", "p2 wrap"),
        Column::sorted("Asked for", "num", "created_at", "-created_at"),
    ],
    sort: "-created_at",
    sum: "",
    empty: "Imports and changes to many customers at once are listed here while they run, and afterwards.",
};

fn states() -> Vec<Choice> {
    JobState::ALL.iter().map(|state| (state.as_str(), job_state(*state))).collect()
}

fn kinds() -> Vec<Choice> {
    let name = |kind: &JobKind| match kind {
        JobKind::CustomersBulk => "Changes to many customers",
        JobKind::CustomersUndo => "Undone changes",
        JobKind::CustomersImport => "Imports",
        JobKind::RevenueSimulation => "Simulated share rules",
        JobKind::RevenueCheck => "Checks of the ledgers",
        JobKind::StripeReconciliation => "Comparisons with Stripe",
        JobKind::StripeBackfill => "Reads of the Stripe account",
    };
    JobKind::ALL.iter().map(|kind| (kind.as_str(), name(kind))).collect()
}

/// The page.
#[component]
pub fn JobsPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().jobs(), row);
    view! {
        <SettingsFrame tab="Jobs">
            <section class="inbox">
                <div><h2>"Jobs"</h2><ListTotal list=list/></div>
                <ListBody list=list preview=Some(preview)/>
            </section>
        </SettingsFrame>
    }
}

fn row(job: &Job) -> Row {
    let id = job.id.to_string();
    let result = match (job.state, job.total) {
        (JobState::Queued, _) => String::new(),
        (JobState::Running, Some(total)) if total > 0 => format!("{}%", job.done * 100 / total),
        (JobState::Running, _) => "Starting".into(),
        _ => outcome(job),
    };
    Row {
        href: routes::list(routes::SETTINGS_JOBS, &[("peek", &id)]),
        id,
        lead: Lead::thing(job_title(job), job.created_by.name.clone()),
        cells: vec![
            Cell::State(job_tone(job.state), job_state(job.state).into()),
            Cell::Text(result),
            Cell::Moment(Some(job.created_at)),
        ],
    }
}

fn preview(id: String) -> AnyView {
    // What the address says is anybody's to write.
    let wanted = id.parse::<JobId>().ok();
    let query = use_query::<Job>(move || wanted.map(jobs::job)).refresh_on(use_realtime().jobs());
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(job), _) => {
            let file =
                job.import_id.map(|id| view! { <p><a href=routes::customers_import(id)>"Open the file"</a></p> });
            view! { <div class="drawer__sec stack"><JobCard job=job on_change=retry/>{file}</div> }.into_any()
        }
        (None, Some(error)) => view! { <ErrorBox what="Job" error=error on_retry=retry/> }.into_any(),
        (None, None) if wanted.is_none() => {
            view! { <p class="drawer__sec muted">"There is no such job."</p> }.into_any()
        }
        (None, None) => view! { <SkeletonCard label="Loading the job"/> }.into_any(),
    })
}
