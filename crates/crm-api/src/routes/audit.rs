//! The audit log.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use crm_domain::audit::list::{self as audit, AuditFilter};
use crm_domain::filter::{DayRange, Text};
use crm_domain::page::PageRequest;
use crm_types::Page;
use crm_types::audit::{AuditEntry, AuditSort};
use crm_types::page::Count;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list);
}

/// Filters, order and page of the audit log.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AuditQuery {
    /// That one change.
    id: Option<i64>,
    /// The user or API key.
    actor_id: Option<Uuid>,
    /// Exactly, such as `customer.updated`.
    action: Option<String>,
    /// Kind of thing, such as `customer`.
    resource: Option<String>,
    /// Its id.
    resource_id: Option<String>,
    /// First day, in the account's time zone.
    from: Option<NaiveDate>,
    /// Last day, included.
    to: Option<NaiveDate>,
    /// The order.
    #[param(default = "-id")]
    sort: Option<AuditSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Who changed what, newest first
#[utoipa::path(tag = "audit", operation_id = "list_audit_log", params(AuditQuery), responses(
    (status = 200, description = "A page of changes", body = Page<AuditEntry>, example = json!({
        "items": [{
            "id": 17, "at": "2026-11-02T09:30:00Z", "actor_kind": "user", "actor_id": "019a1b2c-0000-7000-8000-000000000001",
            "actor_name": "Ada", "address": "192.0.2.7", "request_id": "7d3f0f4e-8a8e-4a5e-9a8e-0f2f6a1b2c3d",
            "action": "customer.updated", "resource": "customer", "resource_id": "019a1b2c-0000-7000-8000-000000000002",
            "before": {"priority": "medium"}, "after": {"priority": "vip"}
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/audit-log")]
async fn list(state: Data<AppState>, query: Params<AuditQuery>) -> ApiResult<Json<Page<AuditEntry>>> {
    let query = query.0;
    let text = |name, value: Option<String>| value.map(|value| Text::parse(name, &value)).transpose();
    let filter = AuditFilter {
        id: query.id,
        actor_id: query.actor_id,
        action: text("action", query.action)?.flatten(),
        resource: text("resource", query.resource)?.flatten(),
        resource_id: text("resource_id", query.resource_id)?.flatten(),
        days: DayRange::new(query.from, query.to)?,
    };
    let sort = query.sort.unwrap_or(AuditSort::IdDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(audit::list(&state.read_pool, &filter, sort, &page).await?))
}
