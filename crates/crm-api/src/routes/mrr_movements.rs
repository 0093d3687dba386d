//! The MRR movement ledger, as it counts.

use crate::params::{AnyOf, Params};
use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use crm_domain::filter::{DayRange, Text};
use crm_domain::mrr::list::{self as movements, MovementFilter};
use crm_domain::page::PageRequest;
use crm_types::ids::{CustomerId, SubscriptionId};
use crm_types::mrr::{MovementSort, MovementType, MrrMovement};
use crm_types::page::Count;
use crm_types::plans::{Stream, Tier};
use crm_types::{Currency, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list);
}

/// Filters, order and page of the movement list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct MovementQuery {
    /// One type or several, separated by commas: new, reactivation, expansion, contraction, churn, fx.
    #[param(value_type = Option<String>, example = "expansion,contraction")]
    movement: Option<AnyOf<MovementType>>,
    /// Movements with a part in this stream; `amount` is that part.
    stream: Option<Stream>,
    /// Movements with a part in this tier; `amount` is that part.
    tier: Option<Tier>,
    /// Currency.
    currency: Option<Currency>,
    /// Whose MRR.
    customer_id: Option<CustomerId>,
    /// The subscription that moved.
    subscription_id: Option<SubscriptionId>,
    /// Of subscriptions that have a price of this plan now.
    plan_id: Option<String>,
    /// First day, in the account's time zone.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive).
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// Only customers who were paying when `from` began, and without a break until the movement.
    paying_at_start: Option<bool>,
    /// The order. By amount it compares minor units: filter by currency to compare like with like.
    #[param(default = "-occurred_at")]
    sort: Option<MovementSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up `amount` by currency in `sums`.
    #[param(default = "capped")]
    count: Option<Count>,
}

impl MovementQuery {
    fn parse(self) -> ApiResult<(MovementFilter, MovementSort, PageRequest)> {
        let filter = MovementFilter {
            movements: self.movement.map(|any| any.0).unwrap_or_default(),
            stream: self.stream,
            tier: self.tier,
            currency: self.currency,
            customer_id: self.customer_id,
            subscription_id: self.subscription_id,
            plan_id: self.plan_id.map(|plan| Text::parse("plan_id", &plan)).transpose()?.flatten(),
            days: DayRange::new(self.from, self.to)?,
            paying_at_start: self.paying_at_start.unwrap_or_default(),
        };
        let sort = self.sort.unwrap_or(MovementSort::OccurredAtDescending);
        Ok((filter, sort, PageRequest::new(self.limit, self.cursor, self.count)?))
    }
}

/// MRR movements, a page at a time
///
/// Without movements that were reversed, and without the reversals. With `count=exact`, `sums` is what the waterfall of
/// the same filters shows.
#[utoipa::path(tag = "mrr", operation_id = "list_mrr_movements", params(MovementQuery), responses(
    (status = 200, description = "A page of movements", body = Page<MrrMovement>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000004", "customer_id": "019a1b2c-0000-7000-8000-000000000001",
            "customer_name": "Ada Lovelace", "subscription_id": "019a1b2c-0000-7000-8000-000000000002",
            "movement": "expansion", "amount": {"minor": 1000, "currency": "usd"},
            "before": {"minor": 900, "currency": "usd"}, "after": {"minor": 1900, "currency": "usd"},
            "stream": "rev1_individual", "tier": "tier2", "reason": "upgrade", "occurred_at": "2026-10-11T09:30:00Z",
            "recorded_at": "2026-10-11T09:30:01Z", "stripe_event_id": "evt_1NG8Du2eZvKYlo2C"
        }],
        "next_cursor": null, "total": 1, "total_capped": false, "sums": [{"minor": 1000, "currency": "usd"}]
    })),
))]
#[get("/mrr-movements")]
async fn list(state: Data<AppState>, query: Params<MovementQuery>) -> ApiResult<Json<Page<MrrMovement>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(movements::list(&state.read_pool, &filter, sort, &page).await?))
}
