//! Organisations: businesses that customers belong to.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::version::{IfMatch, etag};
use crate::{ApiResult, AppState};
use actix_web::http::header::ETAG;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, patch, post};
use crm_domain::filter::Text;
use crm_domain::organizations::edit;
use crm_domain::organizations::list::{self as organizations, OrganizationFilter};
use crm_domain::organizations::revenue::of_organization;
use crm_domain::page::PageRequest;
use crm_types::ids::OrganizationId;
use crm_types::organizations::{
    NewOrganization, Organization, OrganizationKind, OrganizationPatch, OrganizationRevenue, OrganizationSort,
    OrganizationStatus,
};
use crm_types::page::Count;
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(create).service(find).service(update).service(archive).service(restore).service(revenue);
}

/// Filters, order and page of the list of organisations.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct OrganizationQuery {
    /// Words that are all in name, e-mail, phone or website, in any case.
    q: Option<String>,
    /// What kind of business it is.
    #[param(inline)]
    kind: Option<OrganizationKind>,
    /// Where the business with them stands.
    #[param(inline)]
    status: Option<OrganizationStatus>,
    /// `true` lists those that were archived instead of the others.
    #[param(default = false)]
    archived: Option<bool>,
    /// The order.
    #[param(default = "name")]
    sort: Option<OrganizationSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Organisations, a page at a time
///
/// Each with how many of its customers coach, how many do not, and what they pay a month.
#[utoipa::path(tag = "organizations", operation_id = "list_organizations", params(OrganizationQuery), responses(
    (status = 200, description = "A page of organisations", body = Page<Organization>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym", "kind": "gym", "status": "active",
            "website": "https://iron-gym.example", "email": "hello@iron-gym.example", "phone": "+1 555 0100", "notes": null,
            "coaches": 3, "clients": 41, "paying_clients": 36, "mrr": [{"minor": 148000, "currency": "usd"}], "created_at": "2026-02-01T09:30:00Z", "updated_at": "2026-02-11T09:30:01Z",
            "archived_at": null, "version": 2
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/organizations")]
async fn list(state: Data<AppState>, query: Params<OrganizationQuery>) -> ApiResult<Json<Page<Organization>>> {
    let query = query.0;
    let filter = OrganizationFilter {
        q: query.q.map(|q| Text::parse("q", &q)).transpose()?.flatten(),
        kind: query.kind,
        status: query.status,
        archived: query.archived.unwrap_or(false),
    };
    let sort = query.sort.unwrap_or(OrganizationSort::Name);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(organizations::list(&state.read_pool, &filter, sort, &page).await?))
}

/// Creates an organisation
///
/// Customers are put into it with `organization_id`.
#[utoipa::path(tag = "organizations", operation_id = "create_organization",
    request_body(content = NewOrganization, example = json!({"name": "Iron Gym", "kind": "gym", "website": "iron-gym.example"})),
    responses(
        (status = 201, description = "The organisation", body = Organization),
        (status = 409, description = "Another organisation has this name", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/organizations")]
async fn create(state: Data<AppState>, by: By, body: Body<NewOrganization>) -> ApiResult {
    let organization = edit::create(&state.pool, &by.0, &body).await?;
    let location = format!("/api/organizations/{}", organization.id);
    Ok(HttpResponse::Created()
        .insert_header(("Location", location))
        .insert_header((ETAG, etag(organization.version)))
        .json(organization))
}

/// One organisation
#[utoipa::path(tag = "organizations", operation_id = "find_organization",
    params(("id" = OrganizationId, Path, description = "Our id")),
    responses((status = 200, description = "The organisation", body = Organization)))]
#[get("/organizations/{id}")]
async fn find(state: Data<AppState>, id: Path<OrganizationId>) -> ApiResult<Json<Organization>> {
    Ok(Json(organizations::find(&state.read_pool, *id).await?))
}

/// Changes an organisation
///
/// A JSON merge patch with the version that you saw, in the body or as `If-Match`. When somebody was faster the reply is 409
/// with the organisation as it is now in `current`, and nothing is saved. Its customers are found by a new name at once.
#[utoipa::path(tag = "organizations", operation_id = "update_organization",
    params(("id" = OrganizationId, Path, description = "Our id"), IfMatch),
    request_body(content = OrganizationPatch, example = json!({"version": 2, "status": "trial", "phone": null})),
    responses(
        (status = 200, description = "The organisation as it is now", body = Organization),
        (status = 409, description = "Somebody changed it since, or another one has this name", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[patch("/organizations/{id}")]
async fn update(
    state: Data<AppState>,
    by: By,
    id: Path<OrganizationId>,
    if_match: IfMatch,
    body: Body<OrganizationPatch>,
) -> ApiResult {
    let version = if_match.or(body.version)?;
    reply(edit::update(&state.pool, &by.0, *id, version, &body).await?)
}

/// Archives an organisation
///
/// It leaves the lists, and its name is free; its customers keep it. Once more is no error.
#[utoipa::path(tag = "organizations", operation_id = "archive_organization",
    params(("id" = OrganizationId, Path, description = "Our id")),
    responses((status = 200, description = "The archived organisation", body = Organization)))]
#[post("/organizations/{id}/archive")]
async fn archive(state: Data<AppState>, by: By, id: Path<OrganizationId>) -> ApiResult {
    reply(edit::archive(&state.pool, &by.0, *id).await?)
}

/// Restores an archived organisation
#[utoipa::path(tag = "organizations", operation_id = "restore_organization",
    params(("id" = OrganizationId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The organisation", body = Organization),
        (status = 409, description = "Another organisation has its name by now", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/organizations/{id}/restore")]
async fn restore(state: Data<AppState>, by: By, id: Path<OrganizationId>) -> ApiResult {
    reply(edit::restore(&state.pool, &by.0, *id).await?)
}

fn reply(organization: Organization) -> ApiResult {
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(organization.version))).json(organization))
}

/// What those who belong to an organisation pay a month
///
/// By stream: `rev3_b2b` is what it pays itself, `rev2_coaching` what its coaches pay for their software, `rev1_individual` what its
/// clients pay. Together they are the organisation's `mrr`.
#[utoipa::path(tag = "organizations", operation_id = "get_revenue_of_organization",
    params(("id" = OrganizationId, Path, description = "Our id")),
    responses((status = 200, description = "The MRR by stream", body = OrganizationRevenue, example = json!({
        "streams": [
            {"stream": "rev3_b2b", "people": 1, "mrr": {"minor": 49900, "currency": "usd"}},
            {"stream": "rev1_individual", "people": 36, "mrr": {"minor": 98100, "currency": "usd"}}
        ],
        "penetration": 0.88
    }))))]
#[get("/organizations/{id}/revenue")]
async fn revenue(state: Data<AppState>, id: Path<OrganizationId>) -> ApiResult<Json<OrganizationRevenue>> {
    Ok(Json(of_organization(&state.read_pool, *id).await?))
}
