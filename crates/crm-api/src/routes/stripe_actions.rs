//! What staff ask Stripe to do. Pending until Stripe's webhook tells that it happened.

mod links;
mod lists;
mod refund;
mod subscriptions;

use crate::auth::Caller;
use crate::openapi::problem_reply;
use crate::{ApiError, idempotency};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use crm_domain::stripe_actions::RequestKey;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::future::{Ready, ready};
use utoipa::IntoResponses;
use utoipa::openapi::{RefOr, Response};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    subscriptions::configure(cfg);
    refund::configure(cfg);
    links::configure(cfg);
    lists::configure(cfg);
}

/// How asking Stripe fails, whatever is asked: for the document.
enum StripeFails {}

impl IntoResponses for StripeFails {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        [(402, "The bank declined the payment"), (502, "Stripe failed"), (503, "Stripe cannot be reached")]
            .into_iter()
            .map(|(status, why)| (status.to_string(), problem_reply(why)))
            .collect()
    }
}

/// Names the request at Stripe as the caller named it here: sent again, for whatever reason, it is done once.
struct Named(Option<RequestKey>);

impl FromRequest for Named {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let key = request.headers().get(idempotency::HEADER).map(|key| key.as_bytes().to_vec());
        ready(Caller::from_request(request, payload).into_inner().map(|caller| {
            Self(key.map(|key| {
                let path = request.path().replacen("/api/crm/", "/api/", 1);
                let digest =
                    Sha256::new().chain_update(caller.id()).chain_update(path).chain_update([0]).chain_update(key);
                RequestKey::new(&hex::encode(digest.finalize()))
            }))
        }))
    }
}
