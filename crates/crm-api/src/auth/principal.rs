use crate::{ApiError, request};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use crm_domain::audit::Actor;
use crm_types::accounts::User;
use crm_types::ids::SessionId;
use std::future::{Ready, ready};
use std::sync::Arc;

/// Who asks, as the guard found out: role and name are today's, not those of the log-in.
#[derive(Debug, Clone)]
pub struct Principal {
    /// The user.
    pub user: Arc<User>,
    /// The session that the token belongs to.
    pub session: SessionId,
}

/// Who changes something, for the audit log.
#[derive(Debug, Clone)]
pub struct By(pub Actor);

impl FromRequest for By {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let address = request.peer_addr().map(|peer| peer.ip().to_string());
        let by = |who: Principal| Self(Actor::user(&who.user, address, request::current_id()));
        ready(Principal::from_request(request, payload).into_inner().map(by))
    }
}

impl FromRequest for Principal {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let principal = request.extensions().get::<Self>().cloned();
        ready(principal.ok_or_else(|| ApiError::internal(anyhow::anyhow!("a public route wants to know who asks"))))
    }
}
