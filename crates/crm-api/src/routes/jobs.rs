//! Long work: how far it is, stopping it, taking it back.

use crate::auth::{By, Caller};
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use crm_domain::customers::bulk;
use crm_domain::jobs::list::{self as jobs, JobFilter, Viewer};
use crm_domain::jobs::{self as work};
use crm_domain::page::PageRequest;
use crm_types::accounts::Permission;
use crm_types::ids::JobId;
use crm_types::jobs::{Job, JobKind, JobSort, JobState};
use crm_types::page::Count;
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(find).service(cancel).service(undo);
}

/// Everybody sees what they asked for; some roles see all.
fn viewer(who: &Caller) -> Viewer {
    if who.may(Permission::JobsRead) { Viewer::Everybody } else { Viewer::Of(who.id()) }
}

/// 202 with the job, and where to ask for it.
pub(super) fn accepted(job: &Job) -> HttpResponse {
    HttpResponse::Accepted().insert_header(("Location", format!("/api/jobs/{}", job.id))).json(job)
}

/// Filters, order and page of the list of jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct JobQuery {
    /// What kind of work.
    kind: Option<JobKind>,
    /// Where it stands.
    state: Option<JobState>,
    /// The order.
    #[param(default = "-created_at")]
    sort: Option<JobSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Long work, newest first
///
/// What you asked for; with the permission `jobs:read`, everybody's.
#[utoipa::path(tag = "jobs", operation_id = "list_jobs", params(JobQuery), responses(
    (status = 200, description = "A page of jobs", body = Page<Job>),
))]
#[get("/jobs")]
async fn list(state: Data<AppState>, who: Caller, query: Params<JobQuery>) -> ApiResult<Json<Page<Job>>> {
    let query = query.0;
    let filter = JobFilter { viewer: viewer(&who), kind: query.kind, state: query.state };
    let sort = query.sort.unwrap_or(JobSort::CreatedAtDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(jobs::list(&state.read_pool, &filter, sort, &page).await?))
}

/// One piece of long work
///
/// `done` of `total` rows, the rate, the time left, and what came of it. The event `job.progress` says when to ask again.
#[utoipa::path(tag = "jobs", operation_id = "find_job", params(("id" = JobId, Path, description = "The job")), responses(
    (status = 200, description = "The job", body = Job, example = json!({
        "id": "019a1b2c-0000-7000-8000-000000000001", "kind": "customers.bulk", "state": "succeeded", "done": 4815, "total": 4815,
        "changed": 4812, "created": 0, "skipped": 3, "failed": 0, "skips": [{"reason": "unchanged", "count": 3}], "errors": [],
        "rate": 21000.0, "eta_seconds": null, "error": null, "cancelling": false, "action": {"add_tags": ["press"]}, "undoes": null,
        "import_id": null, "dry_run": false, "can_undo": true,
        "created_by": {"id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace"}, "created_at": "2026-11-02T09:30:00Z",
        "started_at": "2026-11-02T09:30:00Z", "finished_at": "2026-11-02T09:30:01Z"
    })),
))]
#[get("/jobs/{id}")]
async fn find(state: Data<AppState>, who: Caller, id: Path<JobId>) -> ApiResult<Json<Job>> {
    Ok(Json(jobs::find(&state.pool, *id, viewer(&who)).await?))
}

/// Stops long work
///
/// At once while it waits, else after the batch that it is at. What was done before stays. Once more is no error.
#[utoipa::path(tag = "jobs", operation_id = "cancel_job", params(("id" = JobId, Path, description = "The job")), responses(
    (status = 200, description = "The job, which stops or has stopped", body = Job),
    (status = 409, description = "It was over already", body = Problem, content_type = "application/problem+json"),
))]
#[post("/jobs/{id}/cancel")]
async fn cancel(state: Data<AppState>, who: Caller, id: Path<JobId>) -> ApiResult<Json<Job>> {
    Ok(Json(work::cancel(&state.pool, *id, viewer(&who)).await?))
}

/// Takes a change to many customers back
///
/// A job of its own, for those whom the other one changed: tags that it gave are taken away, and the other way round; owner
/// and priority become what they were unless somebody changed them since. Possible once, within 30 days.
#[utoipa::path(tag = "jobs", operation_id = "undo_job", params(("id" = JobId, Path, description = "The job to take back")),
    responses(
        (status = 202, description = "The job that takes it back", body = Job,
            headers(("Location" = String, description = "Where to ask for the job"))),
        (status = 409, description = "There is nothing to take back", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/jobs/{id}/undo")]
async fn undo(state: Data<AppState>, who: Caller, by: By, id: Path<JobId>) -> ApiResult {
    Ok(accepted(&bulk::undo(&state.pool, &by.0, *id, viewer(&who)).await?))
}
