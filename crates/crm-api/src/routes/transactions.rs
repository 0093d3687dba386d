//! Payments and refunds.

use crate::params::Params;
use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json};
use chrono::NaiveDate;
use crm_domain::billing::transactions_list::{self as transactions, TransactionFilter};
use crm_domain::customers::search::Search;
use crm_domain::filter::DayRange;
use crm_domain::page::PageRequest;
use crm_types::billing::{Transaction, TransactionKind, TransactionSort, TransactionStatus, TransactionType};
use crm_types::ids::CustomerId;
use crm_types::page::Count;
use crm_types::{Currency, Page};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list);
}

/// Filters, order and page of the transaction list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TransactionQuery {
    /// A business key or invoice number, exactly; or part of the customer's name, e-mail, phone or Stripe id.
    q: Option<String>,
    /// Where it stands.
    status: Option<TransactionStatus>,
    /// Payment or refund.
    kind: Option<TransactionKind>,
    /// What for.
    #[serde(rename = "type")]
    transaction_type: Option<TransactionType>,
    /// Whose.
    customer_id: Option<CustomerId>,
    /// Currency.
    currency: Option<Currency>,
    /// First day, in the account's time zone.
    #[param(example = "2026-10-01")]
    from: Option<NaiveDate>,
    /// Last day (inclusive).
    #[param(example = "2026-10-31")]
    to: Option<NaiveDate>,
    /// The order. By amount it compares minor units: filter by currency to compare like with like.
    #[param(default = "-occurred_at")]
    sort: Option<TransactionSort>,
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `next_cursor` of the page before, with the same filters and order.
    cursor: Option<String>,
    /// `exact` counts every matching row and adds up in `sums` what moved (`succeeded` and `refunded`), by currency.
    #[param(default = "capped")]
    count: Option<Count>,
}

impl TransactionQuery {
    fn parse(self) -> ApiResult<(TransactionFilter, TransactionSort, PageRequest)> {
        let filter = TransactionFilter {
            q: self.q.map(|q| Search::parse("q", &q)).transpose()?.flatten(),
            status: self.status,
            kind: self.kind,
            transaction_type: self.transaction_type,
            customer_id: self.customer_id,
            currency: self.currency,
            days: DayRange::new(self.from, self.to)?,
        };
        let sort = self.sort.unwrap_or(TransactionSort::OccurredAtDescending);
        Ok((filter, sort, PageRequest::new(self.limit, self.cursor, self.count)?))
    }
}

/// Payments and refunds, a page at a time
#[utoipa::path(tag = "transactions", operation_id = "list_transactions", params(TransactionQuery), responses(
    (status = 200, description = "A page of transactions", body = Page<Transaction>, example = json!({
        "items": [{
            "id": "019a1b2c-0000-7000-8000-000000000003", "business_key": "in_1MtHbELkdIwHu7ix",
            "customer_id": "019a1b2c-0000-7000-8000-000000000001", "customer_name": "Ada Lovelace",
            "subscription_id": "019a1b2c-0000-7000-8000-000000000002", "kind": "payment", "status": "succeeded",
            "transaction_type": "subscription", "amount": {"minor": 1900, "currency": "usd"},
            "tax": {"minor": 0, "currency": "usd"}, "fee": null, "refunded": {"minor": 0, "currency": "usd"},
            "invoice_number": "A-0001", "stripe_invoice_id": "in_1MtHbELkdIwHu7ix",
            "stripe_payment_intent_id": "pi_3MtwBwLkdIwHu7ix", "reason": null, "occurred_at": "2026-10-11T09:30:00Z"
        }],
        "next_cursor": null, "total": 1, "total_capped": false
    })),
))]
#[get("/transactions")]
async fn list(state: Data<AppState>, query: Params<TransactionQuery>) -> ApiResult<Json<Page<Transaction>>> {
    let (filter, sort, page) = query.0.parse()?;
    Ok(Json(transactions::list(&state.read_pool, &filter, sort, &page).await?))
}
