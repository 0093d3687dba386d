//! Stripe's webhooks come in here.

use crate::inbox::NotStored;
use crate::{ApiError, ApiResult, AppState};
use actix_web::{HttpRequest, HttpResponse, post, web};
use crm_domain::billing::inbox::{Delivery, MAX_BODY};
use crm_domain::billing::signature;
use crm_types::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(receive);
}

/// The answer to a webhook that is stored.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Received {
    /// Always true.
    pub received: bool,
}

/// Takes a Stripe event. 200 means that it is stored and will be applied exactly once, however often it is sent.
///
/// The `Stripe-Signature` header must carry a signature of the exact body, at most 300 seconds old, by one of the active
/// secrets (`STRIPE_WEBHOOK_SECRETS`).
#[utoipa::path(tag = "billing", operation_id = "stripe_webhook",
    params(("Stripe-Signature" = String, Header, description = "`t=<unix time>,v1=<hex hmac-sha256>`")),
    request_body(content = serde_json::Value, description = "A Stripe event of any API version, at most 512 KiB"),
    responses(
        (status = 200, description = "Stored", body = Received, example = json!({"received": true})),
        (status = 400, description = "The signature is wrong, too old or ahead of time, or the body is not a Stripe event",
            body = Problem, content_type = "application/problem+json"),
        (status = 413, description = "The body is larger than 512 KiB", body = Problem, content_type = "application/problem+json"),
        (status = 503, description = "Not stored; send it again", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/webhooks/stripe")]
async fn receive(state: web::Data<AppState>, request: HttpRequest, body: web::Payload) -> ApiResult {
    let Ok(body) = body.to_bytes_limited(MAX_BODY).await else {
        return Err(refuse("too_large", ApiError::too_large(MAX_BODY)));
    };
    let body = body.map_err(|_| refuse("truncated", ApiError::bad_request("The body ended early.")))?;
    let secrets: Vec<&str> = state.config.stripe.webhook_secrets.iter().map(|s| s.expose()).collect();
    if secrets.is_empty() {
        let detail = "No webhook secret is set here. Set STRIPE_WEBHOOK_SECRETS to the signing secret of the endpoint at Stripe.";
        return Err(refuse("no_secret", ApiError::not_ready(detail)));
    }
    let header = request.headers().get("stripe-signature").and_then(|v| v.to_str().ok()).unwrap_or_default();
    signature::verify(header, &body, &secrets, chrono::Utc::now()).map_err(|error| {
        refuse(
            "signature",
            ApiError::bad_request(format!("The webhook was not accepted: {error}.")).with_kind("signature"),
        )
    })?;
    let delivery = Delivery::parse(body.to_vec()).map_err(|error| refuse("body", ApiError::bad_request(error)))?;
    state.inbox.accept(delivery).await.map_err(|error| match error {
        NotStored::Full | NotStored::Database(_) => refuse("not_stored", ApiError::unavailable(error)),
    })?;
    Ok(HttpResponse::Ok().json(Received { received: true }))
}

fn refuse(why: &'static str, error: ApiError) -> ApiError {
    metrics::counter!("stripe_webhooks_refused_total", "why" => why).increment(1);
    error
}
