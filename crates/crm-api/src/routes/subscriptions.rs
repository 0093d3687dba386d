//! Subscriptions, as they are now or as they were on a day.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json, Path};
use chrono::NaiveDate;
use crm_domain::customers::search::Search;
use crm_domain::filter::{Day, DayRange, Text};
use crm_domain::page::PageRequest;
use crm_domain::subscriptions::list::{self as subscriptions, SubscriptionFilter};
use crm_types::ids::{CustomerId, SubscriptionId};
use crm_types::page::Count;
use crm_types::plans::{Stream, Tier};
use crm_types::subscriptions::{Subscription, SubscriptionDetails, SubscriptionSort, SubscriptionStatus};
use crm_types::{Currency, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(find);
}

/// Filters, order and page of the subscription list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SubscriptionQuery {
    /// Part of the customer's name, e-mail, phone or Stripe id; or Stripe's subscription id.
    q: Option<String>,
    /// Our status, now.
    status: Option<SubscriptionStatus>,
    /// Stream; with `as_of`: only the MRR that counted there.
    stream: Option<Stream>,
    /// Tier; with `as_of`: only the MRR that counted there.
    tier: Option<Tier>,
    /// Currency; with `as_of`, the reporting currency when not given.
    currency: Option<Currency>,
    /// Whose.
    customer_id: Option<CustomerId>,
    /// Has this Stripe price now. `mrr` is then what its items with that price add, unless `as_of` is given.
    price_id: Option<String>,
    /// Has a price of this plan now. `mrr` is then what its items of that plan add, unless `as_of` is given.
    plan_id: Option<String>,
    /// Whether it is active or past due now, also with `as_of`: neither in its trial, nor paused, nor over.
    counted: Option<bool>,
    /// `mrr` is then the sum of the subscription's movements before the end of that day, and only subscriptions that had
    /// any are listed.
    #[param(example = "2026-10-31")]
    as_of: Option<NaiveDate>,
    /// In its trial at the end of that day.
    #[param(example = "2026-10-31")]
    trialing_at: Option<NaiveDate>,
    /// Whether it is set to end and has not ended.
    scheduled: Option<bool>,
    /// Whether it is active or past due and goes on after its period.
    renews: Option<bool>,
    /// Its period ends on that day or later. Of a trial: the trial.
    #[param(example = "2026-11-01")]
    period_end_from: Option<NaiveDate>,
    /// Its period ends on that day or earlier.
    #[param(example = "2026-11-07")]
    period_end_to: Option<NaiveDate>,
    /// The order. By MRR it compares minor units of whole subscriptions: filter by currency to compare like with like.
    #[param(default = "-mrr")]
    sort: Option<SubscriptionSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up MRR by currency in `sums`.
    #[param(default = "capped")]
    count: Option<Count>,
}

impl SubscriptionQuery {
    fn parse(self) -> ApiResult<(SubscriptionFilter, SubscriptionSort, PageRequest)> {
        let filter = SubscriptionFilter {
            q: self.q.map(|q| Search::parse("q", &q)).transpose()?.flatten(),
            status: self.status,
            stream: self.stream,
            tier: self.tier,
            currency: self.currency,
            customer_id: self.customer_id,
            price_id: self.price_id.map(|price| Text::parse("price_id", &price)).transpose()?.flatten(),
            plan_id: self.plan_id.map(|plan| Text::parse("plan_id", &plan)).transpose()?.flatten(),
            counted: self.counted,
            as_of: self.as_of.map(|day| Day::parse("as_of", day)).transpose()?,
            trialing_at: self.trialing_at.map(|day| Day::parse("trialing_at", day)).transpose()?,
            scheduled: self.scheduled,
            renews: self.renews,
            period_end: DayRange::named(
                ("period_end_from", "period_end_to"),
                self.period_end_from,
                self.period_end_to,
            )?,
        };
        let sort = self.sort.unwrap_or(SubscriptionSort::MrrDescending);
        Ok((filter, sort, PageRequest::new(self.limit, self.cursor, self.count)?))
    }
}

/// Subscriptions, a page at a time
///
/// With `as_of`, the rows behind the MRR of a day: with `count=exact` their `sums` are that MRR.
#[utoipa::path(tag = "subscriptions", operation_id = "list_subscriptions", params(SubscriptionQuery), responses(
    (status = 200, description = "A page of subscriptions", body = Page<Subscription>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000002", "customer_id": "019a1b2c-0000-7000-8000-000000000001",
            "customer_name": "Ada Lovelace", "stripe_subscription_id": "sub_1MowQVLkdIwHu7ix", "status": "active",
            "stripe_status": "active", "stream": "rev1_individual", "tier": "tier2", "plan": "Standard",
            "mrr": {"minor": 1900, "currency": "usd"}, "interval": "month", "interval_count": 1, "quantity": 1,
            "current_period_start": "2026-10-11T09:30:00Z", "current_period_end": "2026-11-11T09:30:00Z",
            "trial_start": "2026-02-01T09:30:00Z", "trial_end": "2026-02-11T09:30:00Z", "converted_from_trial": true,
            "cancel_at": null, "ended_at": null, "cancel_reason": null, "created_at": "2026-02-01T09:30:00Z",
            "pending": "cancel_at_period_end", "recovery": null
        }],
        "next_cursor": null, "total": 1, "total_capped": false, "sums": [{"minor": 1900, "currency": "usd"}]
    })),
))]
#[get("/subscriptions")]
async fn list(state: Data<AppState>, query: Params<SubscriptionQuery>) -> ApiResult<Json<Page<Subscription>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(subscriptions::list(&state.read_pool, &filter, sort, &page).await?))
}

/// One subscription, as it is now, with its items
///
/// What the items add to MRR adds up to what the subscription does.
#[utoipa::path(tag = "subscriptions", operation_id = "find_subscription",
    params(("id" = SubscriptionId, Path, description = "Our id")),
    responses((status = 200, description = "The subscription", body = SubscriptionDetails, example = json!({
        "id": "019a1b2c-0000-7000-8000-000000000002", "customer_id": "019a1b2c-0000-7000-8000-000000000001",
        "customer_name": "Iron Gym", "stripe_subscription_id": "sub_1MowQVLkdIwHu7ix", "status": "active",
        "stripe_status": "active", "stream": "rev3_b2b", "tier": null, "plan": "Gym + Coaching",
        "mrr": {"minor": 136700, "currency": "usd"}, "interval": "month", "interval_count": 1, "quantity": 73,
        "current_period_start": "2026-10-11T09:30:00Z", "current_period_end": "2026-11-11T09:30:00Z",
        "trial_start": null, "trial_end": null, "converted_from_trial": null, "cancel_at": null, "ended_at": null,
        "cancel_reason": null, "created_at": "2026-02-01T09:30:00Z", "pending": null, "recovery": null, "coupons": ["FALL25"],
        "items": [
            {"plan_id": "prod_gym", "plan": "Gym", "price_id": "price_gym", "price": "Seat", "stream": "rev3_b2b", "tier": null,
             "quantity": 72, "unit_amount": {"minor": 1800, "currency": "usd"}, "amount": {"minor": 129600, "currency": "usd"},
             "interval": "month", "interval_count": 1, "metered": false, "mrr": {"minor": 129600, "currency": "usd"}},
            {"plan_id": "prod_coach", "plan": "Coaching", "price_id": "price_coach", "price": null, "stream": "rev2_coaching",
             "tier": null, "quantity": 1, "unit_amount": {"minor": 7100, "currency": "usd"},
             "amount": {"minor": 7100, "currency": "usd"}, "interval": "month", "interval_count": 1, "metered": false,
             "mrr": {"minor": 7100, "currency": "usd"}}
        ]
    }))))]
#[get("/subscriptions/{id}")]
async fn find(state: Data<AppState>, id: Path<SubscriptionId>) -> ApiResult<Json<SubscriptionDetails>> {
    Ok(Json(subscriptions::find(&state.read_pool, *id).await?))
}
