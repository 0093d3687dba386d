//! Access tokens: JWTs of one algorithm, good for a quarter of an hour at most.
//!
//! They carry whose session it is and nothing else: role and rights are looked up, so that a change counts at once.

use crate::config::Secret;
use crm_types::ids::{SessionId, UserId};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Seconds that an access token is good for.
pub const ACCESS_SECONDS: u64 = 15 * 60;
/// Seconds between the steps of a log-in.
pub const TICKET_SECONDS: u64 = 5 * 60;
const ISSUER: &str = "prometheus-crm";
/// Clocks of our own nodes may differ by so many seconds.
const LEEWAY: u64 = 5;

/// What a token is for. One for the event stream opens nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The REST API.
    Api,
    /// The event stream, from a cookie.
    Events,
    /// The second step of a log-in. In place of a session it carries the fingerprint of the password of the first step.
    SecondFactor,
}

impl Audience {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Api => "crm-api",
            Self::Events => "crm-events",
            Self::SecondFactor => "crm-second-factor",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Api => "access",
            Self::Events => "events",
            Self::SecondFactor => "ticket",
        }
    }

    const fn seconds(self) -> u64 {
        match self {
            Self::Api | Self::Events => ACCESS_SECONDS,
            Self::SecondFactor => TICKET_SECONDS,
        }
    }
}

/// What a valid token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// Whose it is.
    pub user: UserId,
    /// The session it was given to.
    pub session: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Wire {
    iss: String,
    aud: String,
    sub: Uuid,
    sid: Uuid,
    typ: String,
    iat: u64,
    exp: u64,
}

/// Makes and checks tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl Tokens {
    /// With the secret that all nodes share.
    pub fn new(secret: &Secret) -> Self {
        let bytes = secret.expose().as_bytes();
        Self { encoding: EncodingKey::from_secret(bytes), decoding: DecodingKey::from_secret(bytes) }
    }

    /// A token that is good from now on for [`ACCESS_SECONDS`], a ticket for [`TICKET_SECONDS`].
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn issue(&self, claims: Claims, audience: Audience) -> Result<String, jsonwebtoken::errors::Error> {
        let now = jsonwebtoken::get_current_timestamp();
        let wire = Wire {
            iss: ISSUER.to_owned(),
            aud: audience.as_str().to_owned(),
            sub: claims.user.0,
            sid: claims.session.0,
            typ: audience.kind().to_owned(),
            iat: now,
            exp: now + audience.seconds(),
        };
        encode(&Header::new(Algorithm::HS256), &wire, &self.encoding)
    }

    /// What a token says, if it is one of ours, for that audience, and still good. Why not is nobody's business.
    pub fn verify(&self, token: &str, audience: Audience) -> Option<Claims> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = LEEWAY;
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[audience.as_str()]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        let wire = decode::<Wire>(token, &self.decoding, &rules).ok()?.claims;
        let short = wire.exp.saturating_sub(wire.iat) <= audience.seconds();
        (wire.typ == audience.kind() && short)
            .then_some(Claims { user: UserId(wire.sub), session: SessionId(wire.sid) })
    }
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens(***)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::get_current_timestamp as now;
    use serde_json::{Value, json};

    const SECRET: &str = "0123456789abcdef0123456789abcdef";

    fn tokens() -> Tokens {
        Tokens::new(&Secret::new(SECRET))
    }

    fn good() -> Value {
        let (sub, sid) = (Uuid::nil(), Uuid::max());
        json!({"iss": ISSUER, "aud": "crm-api", "sub": sub, "sid": sid, "typ": "access", "iat": now(), "exp": now() + 60})
    }

    fn signed(claims: &Value, algorithm: Algorithm, secret: &str) -> String {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
    }

    fn accepted(token: &str) -> bool {
        tokens().verify(token, Audience::Api).is_some()
    }

    #[test]
    fn our_own_token_comes_back() {
        let claims = Claims { user: UserId(Uuid::now_v7()), session: SessionId(Uuid::now_v7()) };
        let token = tokens().issue(claims, Audience::Api).unwrap();
        assert_eq!(tokens().verify(&token, Audience::Api), Some(claims));
        assert_eq!(tokens().verify(&token, Audience::Events), None, "the stream's audience is another");
        assert!(accepted(&signed(&good(), Algorithm::HS256, SECRET)), "the forgeries below differ in one thing");
    }

    #[test]
    fn a_claim_that_is_missing_or_wrong_is_refused() {
        let changes: [(&str, Value); 12] = [
            ("iss", Value::Null),
            ("iss", json!("somebody")),
            ("aud", Value::Null),
            ("aud", json!("crm-events")),
            ("typ", Value::Null),
            ("typ", json!("refresh")),
            ("exp", Value::Null),
            ("exp", json!(now() - LEEWAY - 2)),
            ("exp", json!(now() + ACCESS_SECONDS + 60)),
            ("iat", Value::Null),
            ("sub", json!("owner")),
            ("sid", Value::Null),
        ];
        let forged = changes.len();
        for (claim, value) in changes {
            let mut claims = good();
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().remove(claim)),
                ref value => claims[claim] = value.clone(),
            }
            assert!(!accepted(&signed(&claims, Algorithm::HS256, SECRET)), "{claim} = {value}");
        }
        println!("trust: JWT: {forged} tokens with a claim missing, wrong, expired or too long: 0 accepted");
    }

    #[test]
    fn another_algorithm_secret_or_signature_is_refused() {
        assert!(!accepted(&signed(&good(), Algorithm::HS512, SECRET)), "another algorithm, right secret");
        assert!(!accepted(&signed(&good(), Algorithm::HS256, "fedcba9876543210fedcba9876543210")));
        let token = signed(&good(), Algorithm::HS256, SECRET);
        let parts: Vec<&str> = token.split('.').collect();
        // {"alg":"none","typ":"JWT"}
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{none}.{}.{}", parts[1], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}A.{}", parts[0], parts[1], parts[2]),
            String::new(),
            "...".to_owned(),
        ] {
            assert!(!accepted(&forged), "{forged}");
        }
        println!("trust: JWT: alg none, HS512, another secret, cut or lengthened signatures: 0 accepted");
    }
}
