//! Statements: what a month comes to for a coach or an organisation.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{get, post};
use chrono::{Datelike, NaiveDate};
use crm_domain::filter::Day;
use crm_domain::page::PageRequest;
use crm_domain::revenue::statements::{self, StatementFilter};
use crm_types::ids::{CustomerId, OrganizationId, PayoutStatementId};
use crm_types::page::Count;
use crm_types::revenue::{PayoutParty, PayoutStatement, StatementPayment, StatementSort, StatementStatus};
use crm_types::{Currency, Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(find).service(approve).service(withdraw_approval).service(pay);
}

/// Filters, order and page of the list of statements.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct StatementQuery {
    /// Of the month of that day.
    #[param(example = "2026-10-01")]
    month: Option<NaiveDate>,
    /// Of coaches or of organizations.
    party: Option<PayoutParty>,
    /// Of this coach.
    coach: Option<CustomerId>,
    /// Of this organization.
    organization: Option<OrganizationId>,
    /// In this currency.
    currency: Option<Currency>,
    /// That far.
    status: Option<StatementStatus>,
    /// Whether there is something to pay.
    payable: Option<bool>,
    /// The order. By amount it compares minor units: filter by currency to compare like with like.
    #[param(default = "-month")]
    sort: Option<StatementSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up in `sums` what is payable, by currency.
    #[param(default = "capped")]
    count: Option<Count>,
}

/// Statements of coaches and organizations, a page at a time
///
/// Those of months that are not closed say what they come to so far (`open`).
#[utoipa::path(tag = "revenue", operation_id = "list_payout_statements", params(StatementQuery), responses(
    (status = 200, description = "A page of statements", body = Page<PayoutStatement>, example = json!({
        "items": [{
            "id": "5b0c7e52-4a3f-4ad1-8f0e-0d0e6c2b9a11", "month": "2026-10-01", "party": "coach",
            "coach": {"id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage"}, "organization": null,
            "carried": {"minor": -570, "currency": "usd"}, "earned": {"minor": 57000, "currency": "usd"},
            "refunded": {"minor": -1140, "currency": "usd"}, "minimum": {"minor": 5000, "currency": "usd"},
            "payable": {"minor": 55290, "currency": "usd"}, "forward": {"minor": 0, "currency": "usd"},
            "status": "approved", "approved_at": "2026-11-02T09:30:00Z", "paid_at": null, "payment_reference": null
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/revenue/statements")]
async fn list(state: Data<AppState>, query: Params<StatementQuery>) -> ApiResult<Json<Page<PayoutStatement>>> {
    let query = query.0;
    let month = query.month.map(|month| Day::parse("month", month)).transpose()?;
    let filter = StatementFilter {
        month: month.and_then(|month| month.date().with_day(1)),
        party: query.party,
        coach: query.coach,
        organization: query.organization,
        currency: query.currency,
        status: query.status,
        payable: query.payable,
    };
    let sort = query.sort.unwrap_or(StatementSort::MonthDescending);
    let page = PageRequest::new(query.limit, query.cursor, query.count)?;
    Ok(Json(statements::list(&state.read_pool, &filter, sort, &page).await?))
}

/// A statement
#[utoipa::path(tag = "revenue", operation_id = "find_payout_statement",
    params(("id" = PayoutStatementId, Path, description = "Our id")),
    responses((status = 200, description = "The statement", body = PayoutStatement)))]
#[get("/revenue/statements/{id}")]
async fn find(state: Data<AppState>, id: Path<PayoutStatementId>) -> ApiResult<Json<PayoutStatement>> {
    Ok(Json(statements::find(&state.read_pool, *id).await?))
}

/// Approves a statement: it is to be paid. Once more is no error.
#[utoipa::path(tag = "revenue", operation_id = "approve_payout_statement",
    params(("id" = PayoutStatementId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The statement", body = PayoutStatement),
        (status = 409, description = "Its month is open, it is paid, or there is nothing to pay", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/revenue/statements/{id}/approve")]
async fn approve(state: Data<AppState>, by: By, id: Path<PayoutStatementId>) -> ApiResult<Json<PayoutStatement>> {
    Ok(Json(statements::approve(&state.pool, &by.0, *id).await?))
}

/// Takes the approval of a statement back. Once more is no error.
#[utoipa::path(tag = "revenue", operation_id = "withdraw_payout_statement_approval",
    params(("id" = PayoutStatementId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The statement", body = PayoutStatement),
        (status = 409, description = "It is paid already, or its month is open", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/revenue/statements/{id}/withdraw-approval")]
async fn withdraw_approval(
    state: Data<AppState>,
    by: By,
    id: Path<PayoutStatementId>,
) -> ApiResult<Json<PayoutStatement>> {
    Ok(Json(statements::withdraw_approval(&state.pool, &by.0, *id).await?))
}

/// Marks an approved statement as paid
///
/// Once more is no error, unless with another reference. No money is moved: that is for your bank.
#[utoipa::path(tag = "revenue", operation_id = "pay_payout_statement",
    params(("id" = PayoutStatementId, Path, description = "Our id")),
    request_body(content = StatementPayment, example = json!({"payment_reference": "SEPA 2026-11-03 17"})),
    responses(
        (status = 200, description = "The statement", body = PayoutStatement),
        (status = 409, description = "It is not approved, or paid with another reference", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/revenue/statements/{id}/pay")]
async fn pay(
    state: Data<AppState>,
    by: By,
    id: Path<PayoutStatementId>,
    body: Body<StatementPayment>,
) -> ApiResult<Json<PayoutStatement>> {
    Ok(Json(statements::pay(&state.pool, &by.0, *id, body.payment_reference.as_deref()).await?))
}
