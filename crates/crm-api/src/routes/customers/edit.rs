//! Creating, changing, archiving and restoring customers.

use crate::auth::By;
use crate::extract::Body;
use crate::params::Params;
use crate::version::{IfMatch, etag};
use crate::{ApiResult, AppState};
use actix_web::http::header::ETAG;
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, delete, get, patch, post};
use crm_domain::customers::edit;
use crm_domain::filter::Text;
use crm_types::Problem;
use crm_types::customers::{Customer, CustomerPatch, NewCustomer};
use crm_types::ids::CustomerId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(tags).service(create).service(update).service(archive).service(restore);
}

/// Creates a customer
///
/// For people whom Stripe does not know. When Stripe reports a customer with the same e-mail, it is this one.
#[utoipa::path(tag = "customers", operation_id = "create_customer",
    request_body(content = NewCustomer, example = json!({"email": "ada@example.com", "name": "Ada Lovelace", "tags": ["beta"]})),
    responses(
        (status = 201, description = "The customer", body = Customer),
        (status = 409, description = "Another customer has this e-mail", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/customers")]
async fn create(state: Data<AppState>, by: By, body: Body<NewCustomer>) -> ApiResult {
    let customer = edit::create(&state.pool, &by.0, &body).await?;
    let location = format!("/api/customers/{}", customer.id);
    Ok(HttpResponse::Created()
        .insert_header(("Location", location))
        .insert_header((ETAG, etag(customer.version)))
        .json(customer))
}

/// Changes a customer
///
/// A JSON merge patch with the version that you saw, in the body or as `If-Match`. When somebody was faster the reply is 409
/// with the customer as they are now in `current`, and nothing is saved. E-mail, name and phone that were set here stay when
/// Stripe says otherwise, until they are set to null.
#[utoipa::path(tag = "customers", operation_id = "update_customer",
    params(("id" = CustomerId, Path, description = "Our id"), IfMatch),
    request_body(content = CustomerPatch, example = json!({"version": 3, "priority": "vip", "phone": null})),
    responses(
        (status = 200, description = "The customer as they are now", body = Customer),
        (status = 409, description = "Somebody changed them since, or another customer has this e-mail", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[patch("/customers/{id}")]
async fn update(
    state: Data<AppState>,
    by: By,
    id: Path<CustomerId>,
    if_match: IfMatch,
    body: Body<CustomerPatch>,
) -> ApiResult {
    let version = if_match.or(body.version)?;
    reply(edit::update(&state.pool, &by.0, *id, version, &body).await?)
}

/// Archives a customer
///
/// They leave the lists, and their e-mail is free; nothing is deleted. The coaching that they give or get ends now, for the
/// reason `archived`, and does not go on when they are restored. 409 while a subscription of theirs runs. Once more is no
/// error.
#[utoipa::path(tag = "customers", operation_id = "archive_customer", params(("id" = CustomerId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The archived customer", body = Customer),
        (status = 409, description = "A subscription still runs", body = Problem, content_type = "application/problem+json"),
    ))]
#[delete("/customers/{id}")]
async fn archive(state: Data<AppState>, by: By, id: Path<CustomerId>) -> ApiResult {
    reply(edit::archive(&state.pool, &by.0, *id).await?)
}

/// Restores an archived customer
#[utoipa::path(tag = "customers", operation_id = "restore_customer", params(("id" = CustomerId, Path, description = "Our id")),
    responses(
        (status = 200, description = "The customer", body = Customer),
        (status = 409, description = "Another customer has their e-mail by now", body = Problem,
            content_type = "application/problem+json"),
    ))]
#[post("/customers/{id}/restore")]
async fn restore(state: Data<AppState>, by: By, id: Path<CustomerId>) -> ApiResult {
    reply(edit::restore(&state.pool, &by.0, *id).await?)
}

fn reply(customer: Customer) -> ApiResult {
    Ok(HttpResponse::Ok().insert_header((ETAG, etag(customer.version))).json(customer))
}

/// Which tags to suggest.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TagQuery {
    /// Part of the tag, in any case.
    q: Option<String>,
}

/// Tags.
#[derive(Debug, Serialize, ToSchema)]
struct Tags {
    /// In alphabetical order, at most 200.
    items: Vec<String>,
}

/// Tags that customers were given
#[utoipa::path(tag = "customers", operation_id = "customer_tags", params(TagQuery), responses(
    (status = 200, description = "Tags", body = Tags, example = json!({"items": ["beta", "press"]})),
))]
#[get("/customers/tags")]
async fn tags(state: Data<AppState>, query: Params<TagQuery>) -> ApiResult<Json<Tags>> {
    let q = query.0.q.map(|q| Text::parse("q", &q)).transpose()?.flatten();
    Ok(Json(Tags { items: edit::tags(&state.read_pool, q.as_ref(), 200).await? }))
}
