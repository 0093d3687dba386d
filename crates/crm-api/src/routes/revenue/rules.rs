//! The rules by which revenue is shared.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use crm_domain::page::PageRequest;
use crm_domain::revenue::rules::{self, ShareRuleFilter};
use crm_types::ids::{CoachingRelationshipId, OrganizationId, ShareRuleId};
use crm_types::page::Count;
use crm_types::revenue::{NewShareRule, ShareRule, ShareRuleEnd, ShareRuleSort, ShareScope};
use crm_types::{Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(find).service(create).service(end);
}

/// Filters, order and page of the list of rules.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ShareRuleQuery {
    /// For whom.
    scope: Option<ShareScope>,
    /// For this organization.
    organization: Option<OrganizationId>,
    /// For this coaching relationship.
    relationship: Option<CoachingRelationshipId>,
    /// Which hold at that instant.
    #[param(example = "2026-10-11T09:30:00Z")]
    at: Option<DateTime<Utc>>,
    /// The order.
    #[param(default = "-starts_at")]
    sort: Option<ShareRuleSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Rules by which revenue is shared, a page at a time, those that are over or yet to come included
#[utoipa::path(tag = "revenue", operation_id = "list_share_rules", params(ShareRuleQuery), responses(
    (status = 200, description = "A page of rules", body = Page<ShareRule>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000051", "scope": "organization",
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"}, "relationship_id": null,
            "coach": null, "client": null, "base": "gross", "coach_bp": 3000, "organization_bp": 1000,
            "starts_at": "2026-01-01T00:00:00Z", "ends_at": null
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/revenue/share-rules")]
async fn list(state: Data<AppState>, query: Params<ShareRuleQuery>) -> ApiResult<Json<Page<ShareRule>>> {
    let query = query.0;
    let filter = ShareRuleFilter {
        scope: query.scope,
        organization: query.organization,
        relationship: query.relationship,
        at: query.at,
    };
    let sort = query.sort.unwrap_or(ShareRuleSort::StartsAtDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(rules::list(&state.read_pool, &filter, sort, &page).await?))
}

/// A rule
#[utoipa::path(tag = "revenue", operation_id = "find_share_rule",
    params(("id" = ShareRuleId, Path, description = "Our id")),
    responses((status = 200, description = "The rule", body = ShareRule)))]
#[get("/revenue/share-rules/{id}")]
async fn find(state: Data<AppState>, id: Path<ShareRuleId>) -> ApiResult<Json<ShareRule>> {
    Ok(Json(rules::find(&state.read_pool, *id).await?))
}

/// Publishes a rule
///
/// It takes over from what holds for the same at its first instant, until the next that is there already. The nearest rule that
/// holds when a payment is made decides: that of the coaching relationship, else that of its organization, else the one for all.
/// Payments since its first instant are shared anew.
#[utoipa::path(tag = "revenue", operation_id = "create_share_rule",
    request_body(content = NewShareRule, example = json!({"coach_bp": 3000, "organization_bp": 1000, "base": "gross"})),
    responses(
        (status = 201, description = "The rule", body = ShareRule),
        (status = 409, description = "Another begins at that very instant", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/revenue/share-rules")]
async fn create(state: Data<AppState>, by: By, body: Body<NewShareRule>) -> ApiResult {
    Ok(HttpResponse::Created().json(rules::create(&state.pool, &by.0, &body).await?))
}

/// Ends a rule
///
/// One that has not begun is withdrawn (204), and the one that it was to take over from goes on. Payments since its end are shared anew, by the next rule further out.
#[utoipa::path(tag = "revenue", operation_id = "end_share_rule",
    params(("id" = ShareRuleId, Path, description = "Our id")),
    request_body(content = ShareRuleEnd, example = json!({"ends_at": "2026-12-31T23:00:00Z"})),
    responses(
        (status = 200, description = "The rule, with its end", body = ShareRule),
        (status = 204, description = "It had not begun, and is gone"),
    ))]
#[post("/revenue/share-rules/{id}/end")]
async fn end(state: Data<AppState>, by: By, id: Path<ShareRuleId>, body: Body<ShareRuleEnd>) -> ApiResult {
    Ok(match rules::end(&state.pool, &by.0, *id, body.ends_at).await? {
        Some(rule) => HttpResponse::Ok().json(rule),
        None => HttpResponse::NoContent().finish(),
    })
}
