//! What Stripe said, as a problem.

use super::ApiError;
use actix_web::http::StatusCode;
use crm_domain::stripe_actions::Refusal;
use crm_types::FieldError;

/// Our fields, by what the names of Stripe's parameters hold.
const FIELDS: [(&str, &str); 6] = [
    ("coupon", "coupon"),
    ("discount", "coupon"),
    ("price", "price_id"),
    ("quantity", "quantity"),
    ("amount", "amount"),
    ("resumes_at", "resumes_at"),
];

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        let passing = |kind: &str| {
            let mut error = Self::not_ready(detail.clone()).with_kind(kind);
            error.problem.title = "Stripe is not available just now".to_owned();
            error.problem.retry_after = Some(30);
            error
        };
        let gateway = |kind: &str| Self::new(StatusCode::BAD_GATEWAY, kind, "Stripe failed", detail.clone());
        match refusal {
            Refusal::NotConnected => {
                Self::new(StatusCode::CONFLICT, "stripe-not-connected", "Stripe is not connected", detail)
            }
            Refusal::Declined(_) => {
                Self::new(StatusCode::PAYMENT_REQUIRED, "stripe-declined", "The payment was declined", detail)
            }
            Refusal::Invalid { param, message } => {
                let named = |text: &str| FIELDS.iter().find(|(part, _)| text.contains(part)).map(|(_, field)| *field);
                // Of what is missing, often the sentence alone says what it is: `No such coupon: 'X'`.
                let missing = message.strip_prefix("No such ").and_then(|rest| rest.split(':').next());
                match param.as_deref().and_then(named).or_else(|| missing.and_then(named)) {
                    Some(field) => Self::invalid(vec![FieldError::new(field, "stripe", detail)]),
                    None => Self::conflict(detail).with_kind("stripe-refused"),
                }
            }
            Refusal::Busy | Refusal::Unreachable => passing("stripe-unavailable"),
            Refusal::Silent => passing("stripe-silent"),
            Refusal::Broken | Refusal::Unreadable => gateway("stripe-failed"),
            Refusal::Unauthorized(_) => gateway("stripe-key"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_its_status_and_a_sentence() {
        let invalid = |param: Option<&str>| Refusal::Invalid { param: param.map(str::to_owned), message: "No.".into() };
        for (refusal, status, field) in [
            (Refusal::NotConnected, 409, None),
            (Refusal::Declined("Your card was declined.".into()), 402, None),
            (invalid(Some("discounts[0][coupon]")), 422, Some("coupon")),
            (invalid(Some("items[0][price]")), 422, Some("price_id")),
            (invalid(None), 409, None),
            (
                Refusal::Invalid { param: Some("id".into()), message: "No such coupon: 'X'.".into() },
                422,
                Some("coupon"),
            ),
            (Refusal::Unauthorized("Invalid API Key.".into()), 502, None),
            (Refusal::Busy, 503, None),
            (Refusal::Unreachable, 503, None),
            (Refusal::Silent, 503, None),
            (Refusal::Broken, 502, None),
            (Refusal::Unreadable, 502, None),
        ] {
            let error = ApiError::from(refusal.clone());
            let problem = error.problem();
            assert_eq!(problem.status, status, "{refusal:?}");
            assert!(problem.detail.ends_with('.'), "{refusal:?}: {}", problem.detail);
            assert_eq!(problem.errors.first().map(|error| error.field.as_str()), field, "{refusal:?}");
        }
    }
}
