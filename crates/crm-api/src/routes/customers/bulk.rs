//! One change to many customers.

use super::CustomerQuery;
use crate::auth::By;
use crate::extract::Body;
use crate::routes::jobs::accepted;
use crate::{ApiError, ApiResult, AppState, params};
use actix_web::post;
use actix_web::web::Data;
use crm_domain::customers::bulk::{self, Chosen};
use crm_domain::customers::filter::CustomerFilter;
use crm_types::customers::CustomerSort;
use crm_types::customers_bulk::BulkRequest;
use crm_types::jobs::Job;
use serde_json::{Map, Value};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(change_many);
}

/// Changes many customers
///
/// Those with these `ids`, or `all_matching` the list's query parameters; whom these find is decided when the job begins. A
/// million take a while: the reply is a job. Who is changed has a row of the audit log, as if by hand; who is left as they are
/// is counted with the reason, such as a running subscription with `archive`.
#[utoipa::path(tag = "customers", operation_id = "change_customers",
    request_body(content = BulkRequest, example = json!({"action": {"add_tags": ["press"]}, "all_matching": {"q": "gmail", "tier": "tier2"}})),
    responses((status = 202, description = "The job", body = Job,
        headers(("Location" = String, description = "Where to ask for the job")))))]
#[post("/customers/bulk")]
async fn change_many(state: Data<AppState>, by: By, body: Body<BulkRequest>) -> ApiResult {
    let BulkRequest { action, ids, all_matching } = body.0;
    let chosen = match (ids, all_matching) {
        (Some(ids), None) => Chosen::Ids(ids),
        (None, Some(query)) => Chosen::Matching(Box::new(matching(&query)?)),
        _ => return Err(ApiError::invalid_field("ids", "required", "Give either `ids` or `all_matching`.")),
    };
    Ok(accepted(&bulk::start(&state.pool, &by.0, action, chosen).await?))
}

/// The filter that the list would have with these parameters, parsed as those are.
fn matching(query: &Map<String, Value>) -> ApiResult<CustomerFilter> {
    let mut text = form_urlencoded::Serializer::new(String::new());
    for (name, value) in query {
        match value {
            Value::Null => {}
            Value::String(value) => {
                text.append_pair(name, value);
            }
            Value::Bool(_) | Value::Number(_) => {
                text.append_pair(name, &value.to_string());
            }
            Value::Array(_) | Value::Object(_) => {
                let message = "Use a text, a number or a boolean, as in the list's address.";
                return Err(ApiError::invalid_field(format!("all_matching.{name}"), "invalid", message));
            }
        }
    }
    Ok(whole_list(&text.finish())?.0)
}

/// Filter and order of the whole list: a page of it cannot be asked for.
pub(super) fn whole_list(query: &str) -> ApiResult<(CustomerFilter, CustomerSort)> {
    for (name, _) in form_urlencoded::parse(query.as_bytes()) {
        if matches!(&*name, "limit" | "cursor" | "count") {
            let message = format!("`{name}` belongs to a page; this is about all rows.");
            return Err(ApiError::invalid_field(name, "unknown_field", message));
        }
    }
    let (filter, sort, _) = params::parse::<CustomerQuery>(query)?.parse()?;
    Ok((filter, sort))
}
