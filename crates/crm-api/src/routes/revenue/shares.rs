//! The ledger of shared revenue.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::{Datelike, NaiveDate};
use crm_domain::filter::{Day, DayRange};
use crm_domain::page::PageRequest;
use crm_domain::revenue::shares::{self, RevenueShareFilter};
use crm_types::billing::TransactionKind;
use crm_types::ids::{CustomerId, OrganizationId};
use crm_types::page::Count;
use crm_types::revenue::{RevenueShare, RevenueShareSort};
use crm_types::{Currency, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list);
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
async fn list(state: Data<AppState>, query: Params<RevenueShareQuery>) -> ApiResult<Json<Page<RevenueShare>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(shares::list(&state.read_pool, &filter, sort, &page).await?))
}
