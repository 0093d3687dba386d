//! Customers: the list, and what belongs to one of them.

mod bulk;
mod edit;
mod export;
mod import;
mod notes;

use crate::params::{PageQuery, Params};
use crate::version::etag;
use crate::{ApiResult, AppState};
use actix_web::http::header::ETAG;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get};
use chrono::NaiveDate;
use crm_domain::billing::transactions_list::{self, TransactionFilter};
use crm_domain::customers::filter::CustomerFilter;
use crm_domain::customers::list as customers;
use crm_domain::customers::search::Search;
use crm_domain::customers::value;
use crm_domain::filter::{AmountRange, Day, DayRange, Text};
use crm_domain::page::PageRequest;
use crm_domain::subscriptions::list::{self as subscriptions, SubscriptionFilter};
use crm_types::billing::{Transaction, TransactionSort};
use crm_types::customer_value::{Attribution, CustomerValue, TierTransition};
use crm_types::customers::{Customer, CustomerSort, CustomerType, LifecycleState, LifecycleTransition, Priority};
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use crm_types::page::Count;
use crm_types::plans::{Stream, Tier};
use crm_types::subscriptions::{Subscription, SubscriptionSort};
use crm_types::{Currency, Page};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    // Before `/customers/{id}`, which would take `tags` and the like for an id.
    bulk::configure(cfg);
    export::configure(cfg);
    import::configure(cfg);
    edit::configure(cfg);
    notes::configure(cfg);
    cfg.service(list)
        .service(find)
        .service(lifecycle)
        .service(list_subscriptions)
        .service(list_transactions)
        .service(find_value)
        .service(find_attribution);
}

/// Filters, order and page of the customer list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CustomerQuery {
    /// Words that are all in name, e-mail, phone, Stripe id or organisation, in any case. When nobody has them, slips of the pen are
    /// forgiven.
    q: Option<String>,
    /// What the person is to the business.
    #[serde(rename = "type")]
    customer_type: Option<CustomerType>,
    /// Where in the journey.
    lifecycle: Option<LifecycleState>,
    /// Stream of the subscription that pays most.
    stream: Option<Stream>,
    /// Tier, for individuals.
    tier: Option<Tier>,
    /// Acquisition source, exactly.
    source: Option<String>,
    /// Currency of the MRR; with `paying_at`, of the MRR then.
    currency: Option<Currency>,
    /// How much they matter.
    priority: Option<Priority>,
    /// Has this tag.
    tag: Option<String>,
    /// Who of the staff looks after them.
    owner: Option<UserId>,
    /// The business that they belong to.
    organization: Option<OrganizationId>,
    /// Who coaches them now.
    coach: Option<CustomerId>,
    /// Whether they coach: somebody, or for pay.
    coaches: Option<bool>,
    /// `true` lists those who were archived instead of the others.
    #[param(default = false)]
    archived: Option<bool>,
    /// Whether the person pays now.
    paying: Option<bool>,
    /// Whose MRR, in `currency` or else the reporting currency, was above 0 at the end of that day.
    #[param(example = "2026-10-31")]
    paying_at: Option<NaiveDate>,
    /// Known since this day or later.
    from: Option<NaiveDate>,
    /// Known since this day or earlier.
    to: Option<NaiveDate>,
    /// MRR of at least so many minor units: in `currency`, else in the reporting currency.
    mrr_min: Option<i64>,
    /// MRR of at most so many minor units: in `currency`, else in the reporting currency.
    mrr_max: Option<i64>,
    /// Paid at least so many minor units so far: in `currency`, else in the reporting currency.
    lifetime_min: Option<i64>,
    /// Paid at most so many minor units so far: in `currency`, else in the reporting currency.
    lifetime_max: Option<i64>,
    /// The order.
    #[param(default = "-created_at")]
    sort: Option<CustomerSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row.
    #[param(default = "capped")]
    count: Option<Count>,
}

impl CustomerQuery {
    fn parse(self) -> ApiResult<(CustomerFilter, CustomerSort, PageRequest)> {
        let filter = CustomerFilter {
            q: self.q.map(|q| Search::parse("q", &q)).transpose()?.flatten(),
            customer_type: self.customer_type,
            lifecycle: self.lifecycle,
            stream: self.stream,
            tier: self.tier,
            source: self.source.map(|source| Text::parse("source", &source)).transpose()?.flatten(),
            currency: self.currency,
            priority: self.priority,
            tag: self.tag.map(|tag| Text::parse("tag", &tag)).transpose()?.flatten(),
            owner: self.owner,
            organization: self.organization,
            coach: self.coach,
            coaches: self.coaches,
            archived: self.archived.unwrap_or(false),
            paying: self.paying,
            paying_at: self.paying_at.map(|day| Day::parse("paying_at", day)).transpose()?,
            created: DayRange::new(self.from, self.to)?,
            mrr: AmountRange::new("mrr_min", self.mrr_min, self.mrr_max)?,
            lifetime: AmountRange::new("lifetime_min", self.lifetime_min, self.lifetime_max)?,
        };
        let sort = self.sort.unwrap_or(CustomerSort::CreatedAtDescending);
        Ok((filter, sort, PageRequest::new(self.limit, self.cursor, self.count)?))
    }
}

/// Customers, a page at a time
///
/// Search over name, e-mail, phone, Stripe id and organisation; `total` stops at 10,000 unless `count=exact`.
#[utoipa::path(tag = "customers", operation_id = "list_customers", params(CustomerQuery), responses(
    (status = 200, description = "A page of customers", body = Page<Customer>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000001", "email": "ada@example.com", "billing_email": "ada@example.com",
            "name": "Ada Lovelace", "phone": null, "customer_type": "rev1_user", "lifecycle_state": "rev1_user",
            "stream": "rev1_individual", "tier": "tier2", "mrr": {"minor": 1900, "currency": "usd"},
            "lifetime_value": {"minor": 15200, "currency": "usd"},
            "acquisition_source": "referral", "utm_campaign": "spring", "stripe_customer_id": "cus_NffrFeUfNV2Hib",
            "locale": "en-GB", "time_zone": "Europe/London", "priority": "vip", "tags": ["beta"],
            "owner": {"id": "019a1b2c-0000-7000-8000-000000000009", "name": "Grace"},
            "organization": {"id": "019a1b2c-0000-7000-8000-000000000021", "name": "Iron Gym"},
            "coach": {"id": "019a1b2c-0000-7000-8000-000000000002", "name": "Charles Babbage"},
            "first_paid_at": "2026-02-11T09:30:00Z", "created_at": "2026-02-01T09:30:00Z", "updated_at": "2026-02-11T09:30:01Z",
            "archived_at": null, "version": 4
        }],
        "next_cursor": "WyItY3JlYXRlZF9hdCIsIi4uLiJd", "total": 10000, "total_capped": true
    })),
))]
#[get("/customers")]
async fn list(state: Data<AppState>, query: Params<CustomerQuery>) -> ApiResult<Json<Page<Customer>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(customers::list(&state.read_pool, &filter, sort, &page).await?))
}

/// One customer
#[utoipa::path(tag = "customers", operation_id = "find_customer", params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, description = "The customer; `ETag` is for `If-Match` of a change", body = Customer)))]
#[get("/customers/{id}")]
async fn find(state: Data<AppState>, id: Path<CustomerId>) -> ApiResult {
    let customer = state.customer_reads.find(*id).await?;
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(customer.version))).json(customer))
}

/// All steps of a journey.
#[derive(Debug, Serialize, ToSchema)]
struct Lifecycle {
    /// Oldest first.
    items: Vec<LifecycleTransition>,
    /// Moves between tiers and streams, oldest first.
    tiers: Vec<TierTransition>,
}

/// A customer's journey, oldest step first
#[utoipa::path(tag = "customers", operation_id = "customer_lifecycle",
    params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, description = "Every change of the lifecycle state and of the tier", body = Lifecycle, example = json!({
        "items": [
            {"from": null, "to": "lead", "at": "2026-02-01T09:30:00Z", "reason": "created"},
            {"from": "lead", "to": "free_trial", "at": "2026-02-01T09:31:00Z", "reason": "trial_started"}
        ],
        "tiers": [{
            "from": "tier1", "to": "tier2", "mrr_impact": {"minor": 1000, "currency": "usd"}, "reason": "upgrade",
            "at": "2026-04-02T10:00:00Z"
        }]
    }))))]
#[get("/customers/{id}/lifecycle")]
async fn lifecycle(state: Data<AppState>, id: Path<CustomerId>) -> ApiResult<Json<Lifecycle>> {
    let items = customers::lifecycle(&state.read_pool, *id).await?;
    Ok(Json(Lifecycle { items, tiers: value::tiers(&state.read_pool, *id).await? }))
}

/// What a customer paid, a row for each currency.
#[derive(Debug, Serialize, ToSchema)]
struct Values {
    /// That of their MRR first.
    items: Vec<CustomerValue>,
}

/// What a customer paid and owes
///
/// A row for each currency: paid, refunded, and what is still open.
#[utoipa::path(tag = "customers", operation_id = "customer_value", params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, description = "What they paid and owe; no rows before the first invoice", body = Values, example = json!({
        "items": [{
            "lifetime_value": {"minor": 15_200, "currency": "usd"}, "paid": {"minor": 17_100, "currency": "usd"},
            "refunded": {"minor": 1900, "currency": "usd"}, "outstanding": {"minor": 1900, "currency": "usd"}, "open_invoices": 1,
            "outstanding_since": "2026-10-11T09:30:00Z", "payments": 9, "failed_payments": 1, "last_paid_at": "2026-09-11T09:30:00Z"
        }]
    }))))]
#[get("/customers/{id}/value")]
async fn find_value(state: Data<AppState>, id: Path<CustomerId>) -> ApiResult<Json<Values>> {
    Ok(Json(Values { items: value::value(&state.read_pool, *id).await? }))
}

/// Where a customer came from
#[utoipa::path(tag = "customers", operation_id = "customer_attribution",
    params(("id" = CustomerId, Path, description = "Our id")),
    responses((status = 200, description = "The first touch", body = Attribution, example = json!({
        "source": "referral", "utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "spring", "utm_content": null,
        "utm_term": null, "landing_page": "/pricing", "referrer": "https://example.com/", "first_seen_at": "2026-02-01T09:30:00Z"
    }))))]
#[get("/customers/{id}/attribution")]
async fn find_attribution(state: Data<AppState>, id: Path<CustomerId>) -> ApiResult<Json<Attribution>> {
    Ok(Json(value::attribution(&state.read_pool, *id).await?))
}

/// A customer's subscriptions, newest first
#[utoipa::path(tag = "customers", operation_id = "customer_subscriptions",
    params(("id" = CustomerId, Path, description = "Our id"), PageQuery),
    responses((status = 200, description = "A page of subscriptions", body = Page<Subscription>)))]
#[get("/customers/{id}/subscriptions")]
async fn list_subscriptions(
    state: Data<AppState>,
    id: Path<CustomerId>,
    query: Params<PageQuery>,
) -> ApiResult<Json<Page<Subscription>>> {
    customers::require(&state.read_pool, *id).await?;
    let filter = SubscriptionFilter { customer_id: Some(*id), ..SubscriptionFilter::default() };
    let sort = SubscriptionSort::CreatedAtDescending;
    Ok(Json(subscriptions::list(&state.read_pool, &filter, sort, &query.0.page()?).await?))
}

/// A customer's payments and refunds, newest first
#[utoipa::path(tag = "customers", operation_id = "customer_transactions",
    params(("id" = CustomerId, Path, description = "Our id"), PageQuery),
    responses((status = 200, description = "A page of transactions", body = Page<Transaction>)))]
#[get("/customers/{id}/transactions")]
async fn list_transactions(
    state: Data<AppState>,
    id: Path<CustomerId>,
    query: Params<PageQuery>,
) -> ApiResult<Json<Page<Transaction>>> {
    customers::require(&state.read_pool, *id).await?;
    let filter = TransactionFilter { customer_id: Some(*id), ..TransactionFilter::default() };
    let sort = TransactionSort::OccurredAtDescending;
    Ok(Json(transactions_list::list(&state.read_pool, &filter, sort, &query.0.page()?).await?))
}
