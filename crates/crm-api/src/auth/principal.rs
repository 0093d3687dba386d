use super::address;
use crate::{ApiError, request};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use crm_domain::api_keys::StoredKey;
use crm_domain::audit::Actor;
use crm_types::accounts::{Permission, User};
use crm_types::audit::ActorKind;
use crm_types::ids::SessionId;
use std::future::{Ready, ready};
use std::sync::Arc;
use uuid::Uuid;

/// Who asks, as the guard found out.
#[derive(Debug, Clone)]
pub enum Caller {
    /// A member of staff who is logged in.
    Person(Principal),
    /// Another program, by its API key.
    Key(Arc<StoredKey>),
}

impl Caller {
    /// Their id: of the user, or of the key.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Person(who) => who.user.id.0,
            Self::Key(key) => key.id.0,
        }
    }

    /// Whether the role or the key's scopes carry the permission.
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Person(who) => who.user.role.may(permission),
            Self::Key(key) => key.scopes.contains(&permission),
        }
    }

    /// 403 that names what is missing.
    pub fn lacks(&self, permission: Permission) -> ApiError {
        match self {
            Self::Person(_) => ApiError::forbidden(permission),
            Self::Key(key) => ApiError::forbidden_key(&key.name, permission),
        }
    }

    fn actor(&self, address: Option<String>) -> Actor {
        match self {
            Self::Person(who) => Actor::user(&who.user, address, request::current_id()),
            Self::Key(key) => Actor {
                kind: ActorKind::ApiKey,
                id: Some(key.id.0),
                name: key.name.clone(),
                address,
                request_id: request::current_id(),
            },
        }
    }
}

/// The member of staff who asks: role and name are today's, not those of the log-in. An API key is refused.
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

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let from = address::of(request).to_string();
        ready(caller(request).map(|caller| Self(caller.actor(Some(from)))))
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request))
    }
}

impl FromRequest for Principal {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(caller(request).and_then(|caller| match caller {
            Caller::Person(who) => Ok(who),
            Caller::Key(_) => Err(ApiError::people_only()),
        }))
    }
}

fn caller(request: &HttpRequest) -> Result<Caller, ApiError> {
    let caller = request.extensions().get::<Caller>().cloned();
    caller.ok_or_else(|| ApiError::internal(anyhow::anyhow!("a public route wants to know who asks")))
}
