//! Revenue shared among coaches, organisations and the platform.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use crm_domain::filter::{Day, DayRange};
use crm_domain::page::PageRequest;
use crm_domain::revenue::rules::{self, ShareRuleFilter};
use crm_domain::revenue::shares::{self, RevenueShareFilter};
use crm_types::billing::TransactionKind;
use crm_types::ids::{CoachingRelationshipId, CustomerId, OrganizationId, ShareRuleId};
use crm_types::page::Count;
use crm_types::revenue::{
    NewShareRule, RevenueMonth, RevenueShare, RevenueShareSort, ShareRule, ShareRuleEnd, ShareRuleSort, ShareScope,
};
use crm_types::{Currency, Page, Problem};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Months that a caller gets who does not say how many.
const MONTHS: i32 = 12;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list_shares)
        .service(list_months)
        .service(list_rules)
        .service(find_rule)
        .service(create_rule)
        .service(end_rule);
}

/// Filters, order and page of the ledger of shared revenue.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RevenueShareQuery {
    /// Who paid.
    customer: Option<CustomerId>,
    /// Who coaches them.
    coach: Option<CustomerId>,
    /// Where they are coached.
    organization: Option<OrganizationId>,
    /// Payment or refund.
    kind: Option<TransactionKind>,
    /// Currency.
    currency: Option<Currency>,
    /// The month to which it counts: any day of it.
    #[param(example = "2026-10-01")]
    month: Option<NaiveDate>,
    /// First day on which the money moved, in the account's time zone.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive).
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// The order. By amount it compares minor units: filter by currency to compare like with like.
    #[param(default = "-occurred_at")]
    sort: Option<RevenueShareSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up in `sums`, by currency, the coach's shares where the list is of one coach,
    /// else the organization's where it is of one, else all that was shared.
    #[param(default = "capped")]
    count: Option<Count>,
}

impl RevenueShareQuery {
    fn parse(self) -> ApiResult<(RevenueShareFilter, RevenueShareSort, PageRequest)> {
        let month = self.month.map(|month| Day::parse("month", month)).transpose()?;
        let filter = RevenueShareFilter {
            customer: self.customer,
            coach: self.coach,
            organization: self.organization,
            kind: self.kind,
            currency: self.currency,
            month: month.and_then(|month| month.date().with_day(1)),
            days: DayRange::new(self.from, self.to)?,
        };
        let sort = self.sort.unwrap_or(RevenueShareSort::OccurredAtDescending);
        Ok((filter, sort, PageRequest::new(self.limit, self.cursor, self.count)?))
    }
}

/// How payments and refunds were shared, a page at a time
///
/// A ledger: rows are never changed. What turned out otherwise is taken back by a row that names it in `reverses`, with the same
/// amounts and the other sign; another row says how it is shared instead. What a coach earned is the sum of all of their rows.
#[utoipa::path(tag = "revenue", operation_id = "list_revenue_shares", params(RevenueShareQuery), responses(
    (status = 200, description = "A page of shares", body = Page<RevenueShare>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000041", "business_key": "in_1MtHbELkdIwHu7ix", "kind": "payment",
            "customer": {"id": "019a1b2c-0000-7000-8000-000000000001", "name": "Ada Lovelace"},
            "coach": {"id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage"},
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"},
            "subscription_id": "019a1b2c-0000-7000-8000-000000000011", "rule_id": "019a1b2c-0000-7000-8000-000000000051",
            "base": "gross", "user_payment_amount": {"minor": 1900, "currency": "usd"},
            "shared_amount": {"minor": 1900, "currency": "usd"},
            "coach_share_amount": {"minor": 570, "currency": "usd"}, "coach_share_percentage": 30.0,
            "organization_share_amount": {"minor": 190, "currency": "usd"}, "organization_share_percentage": 10.0,
            "prometheus_revenue": {"minor": 1140, "currency": "usd"},
            "period_start": "2026-10-11T09:30:00Z", "period_end": "2026-11-11T09:30:00Z", "month": "2026-10-01",
            "reverses": null, "occurred_at": "2026-10-11T09:30:02Z", "created_at": "2026-10-11T09:30:03Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/revenue/shares")]
async fn list_shares(state: Data<AppState>, query: Params<RevenueShareQuery>) -> ApiResult<Json<Page<RevenueShare>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(shares::list(&state.read_pool, &filter, sort, &page).await?))
}

/// How far back the sums by month go.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MonthsQuery {
    /// How many of the newest months: 1 to 120.
    #[param(minimum = 1, maximum = 120, default = 12)]
    months: Option<i32>,
}

/// What was shared by month, newest first, currencies apart
#[utoipa::path(tag = "revenue", operation_id = "list_revenue_months", params(MonthsQuery), responses(
    (status = 200, description = "Months in which anything was shared", body = Vec<RevenueMonth>, example = json!([{
        "month": "2026-10-01", "paid": {"minor": 190000, "currency": "usd"}, "shared": {"minor": 190000, "currency": "usd"},
        "coaches": {"minor": 57000, "currency": "usd"}, "organizations": {"minor": 19000, "currency": "usd"},
        "platform": {"minor": 114000, "currency": "usd"}, "closed": true
    }])),
))]
#[get("/revenue/months")]
async fn list_months(state: Data<AppState>, query: Params<MonthsQuery>) -> ApiResult<Json<Vec<RevenueMonth>>> {
    let months = query.0.months.unwrap_or(MONTHS);
    if !(1..=120).contains(&months) {
        return Err(crate::error::ApiError::invalid_field("months", "out_of_range", "Ask for 1 to 120 months."));
    }
    Ok(Json(shares::months(&state.read_pool, months).await?))
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
async fn list_rules(state: Data<AppState>, query: Params<ShareRuleQuery>) -> ApiResult<Json<Page<ShareRule>>> {
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
async fn find_rule(state: Data<AppState>, id: Path<ShareRuleId>) -> ApiResult<Json<ShareRule>> {
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
async fn create_rule(state: Data<AppState>, by: By, body: Body<NewShareRule>) -> ApiResult {
    Ok(HttpResponse::Created().json(rules::create(&state.pool, &by.0, &body).await?))
}

/// Ends a rule
///
/// One that has not begun is withdrawn: 204. Payments since its end are shared anew, by the next rule further out.
#[utoipa::path(tag = "revenue", operation_id = "end_share_rule",
    params(("id" = ShareRuleId, Path, description = "Our id")),
    request_body(content = ShareRuleEnd, example = json!({"ends_at": "2026-12-31T23:00:00Z"})),
    responses(
        (status = 200, description = "The rule, with its end", body = ShareRule),
        (status = 204, description = "It had not begun, and is gone"),
    ))]
#[post("/revenue/share-rules/{id}/end")]
async fn end_rule(state: Data<AppState>, by: By, id: Path<ShareRuleId>, body: Body<ShareRuleEnd>) -> ApiResult {
    Ok(match rules::end(&state.pool, &by.0, *id, body.ends_at).await? {
        Some(rule) => HttpResponse::Ok().json(rule),
        None => HttpResponse::NoContent().finish(),
    })
}
