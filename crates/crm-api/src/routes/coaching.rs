//! Coaching: who coaches whom, and who did.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use crm_domain::coaching::coaches::{self, CoachFilter};
use crm_domain::coaching::edit;
use crm_domain::coaching::list::{self as coaching, CoachingFilter};
use crm_domain::customers::search::Search;
use crm_domain::page::PageRequest;
use crm_domain::revenue::rules;
use crm_types::coaching::{
    Coach, CoachSort, CoachingEnd, CoachingRelationship, CoachingSort, CoachingStatus, NewCoachingRelationship,
};
use crm_types::ids::{CoachingRelationshipId, CustomerId, OrganizationId};
use crm_types::page::Count;
use crm_types::revenue::CoachingShare;
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_coaches).service(list).service(begin).service(pause).service(resume).service(end).service(share);
}

/// Filters, order and page of the list of coaches.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CoachQuery {
    /// Words that are all in name, e-mail, phone, Stripe id or organisation, in any case. When nobody has them, slips of the pen are
    /// forgiven.
    q: Option<String>,
    /// The business that they belong to.
    organization: Option<OrganizationId>,
    /// The order.
    #[param(default = "name")]
    sort: Option<CoachSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Coaches, a page at a time
///
/// Customers who coach somebody now or pay for the coaching software, each with how many they coach.
#[utoipa::path(tag = "coaching", operation_id = "list_coaches", params(CoachQuery), responses(
    (status = 200, description = "A page of coaches", body = Page<Coach>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage", "email": "charles@example.com",
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"}, "clients": 12,
            "mrr": [{"minor": 19000, "currency": "usd"}], "created_at": "2026-02-01T09:30:00Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/coaches")]
async fn list_coaches(state: Data<AppState>, query: Params<CoachQuery>) -> ApiResult<Json<Page<Coach>>> {
    let query = query.0;
    let filter = CoachFilter {
        q: query.q.map(|q| Search::parse("q", &q)).transpose()?.flatten(),
        organization: query.organization,
    };
    let sort = query.sort.unwrap_or(CoachSort::Name);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(coaches::list(&state.read_pool, &filter, sort, &page).await?))
}

/// Filters, order and page of the list of coaching relationships.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CoachingQuery {
    /// Who coaches.
    coach: Option<CustomerId>,
    /// Who is coached.
    client: Option<CustomerId>,
    /// Where.
    organization: Option<OrganizationId>,
    /// How it stands.
    status: Option<CoachingStatus>,
    /// The order.
    #[param(default = "-started_at")]
    sort: Option<CoachingSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Coaching relationships, a page at a time, those that are over included
#[utoipa::path(tag = "coaching", operation_id = "list_coaching_relationships", params(CoachingQuery), responses(
    (status = 200, description = "A page of relationships", body = Page<CoachingRelationship>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000031",
            "coach": {"id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage"},
            "client": {"id": "019a1b2c-0000-7000-8000-000000000001", "name": "Ada Lovelace"},
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"},
            "status": "ended", "started_at": "2026-02-01T09:30:00Z", "ended_at": "2026-05-01T09:30:00Z", "end_reason": "replaced"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/coaching-relationships")]
async fn list(state: Data<AppState>, query: Params<CoachingQuery>) -> ApiResult<Json<Page<CoachingRelationship>>> {
    let query = query.0;
    let filter = CoachingFilter {
        coach: query.coach,
        client: query.client,
        organization: query.organization,
        status: query.status,
    };
    let sort = query.sort.unwrap_or(CoachingSort::StartedAtDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(coaching::list(&state.read_pool, &filter, sort, &page).await?))
}

/// Begins a coaching relationship
///
/// A client has one coach at a time. To change the coach in one step, set `coach_id` of the customer.
#[utoipa::path(tag = "coaching", operation_id = "begin_coaching_relationship",
    request_body(content = NewCoachingRelationship, example = json!({
        "coach_id": "019a1b2c-0000-7000-8000-000000000002", "client_id": "019a1b2c-0000-7000-8000-000000000001"
    })),
    responses(
        (status = 201, description = "The relationship", body = CoachingRelationship),
        (status = 409, description = "Somebody coaches the client at that time", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/coaching-relationships")]
async fn begin(state: Data<AppState>, by: By, body: Body<NewCoachingRelationship>) -> ApiResult {
    Ok(HttpResponse::Created().json(edit::begin(&state.pool, &by.0, &body).await?))
}

/// Lets a coaching relationship rest
///
/// The client still has this coach, and no other. Once more is no error.
#[utoipa::path(tag = "coaching", operation_id = "pause_coaching_relationship",
    params(("id" = CoachingRelationshipId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The relationship", body = CoachingRelationship),
        (status = 409, description = "It is over", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/coaching-relationships/{id}/pause")]
async fn pause(state: Data<AppState>, by: By, id: Path<CoachingRelationshipId>) -> ApiResult {
    Ok(HttpResponse::Ok().json(edit::pause(&state.pool, &by.0, *id).await?))
}

/// Goes on with a coaching relationship that rested. Once more is no error.
#[utoipa::path(tag = "coaching", operation_id = "resume_coaching_relationship",
    params(("id" = CoachingRelationshipId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The relationship", body = CoachingRelationship),
        (status = 409, description = "It is over", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/coaching-relationships/{id}/resume")]
async fn resume(state: Data<AppState>, by: By, id: Path<CoachingRelationshipId>) -> ApiResult {
    Ok(HttpResponse::Ok().json(edit::resume(&state.pool, &by.0, *id).await?))
}

/// Ends a coaching relationship
///
/// It stays in the history, and ends now unless `ended_at` says when it did. Once more is no error, and leaves the end as it was.
#[utoipa::path(tag = "coaching", operation_id = "end_coaching_relationship",
    params(("id" = CoachingRelationshipId, Path, description = "Our id")),
    request_body(content = CoachingEnd, example = json!({"reason": "Moved away"})),
    responses((status = 200, description = "The relationship", body = CoachingRelationship)))]
#[post("/coaching-relationships/{id}/end")]
async fn end(state: Data<AppState>, by: By, id: Path<CoachingRelationshipId>, body: Body<CoachingEnd>) -> ApiResult {
    Ok(HttpResponse::Ok().json(edit::end(&state.pool, &by.0, *id, &body).await?))
}

/// How what the client of a coaching relationship pays is shared
///
/// By the nearest rule that holds now; for a relationship that is over, by that which held at its end.
#[utoipa::path(tag = "coaching", operation_id = "get_share_of_coaching_relationship",
    params(("id" = CoachingRelationshipId, Path, description = "Our id")),
    responses((status = 200, description = "The rule, if one holds", body = CoachingShare, example = json!({
        "rule": {
            "id": "019a1b2c-0000-7000-8000-000000000041", "scope": "organization",
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"}, "relationship_id": null, "coach": null,
            "client": null, "base": "gross", "coach_bp": 3000, "organization_bp": 1000, "starts_at": "2026-01-01T00:00:00Z",
            "ends_at": null
        }
    }))))]
#[get("/coaching-relationships/{id}/share")]
async fn share(state: Data<AppState>, id: Path<CoachingRelationshipId>) -> ApiResult<Json<CoachingShare>> {
    Ok(Json(rules::of_relationship(&state.read_pool, *id).await?))
}
