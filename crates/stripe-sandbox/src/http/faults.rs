//! Faults to order, for tests: `POST /v1/test_helpers/faults` says what goes wrong with the requests that follow. Stripe has
//! no such thing.

use std::sync::PoisonError;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::RETRY_AFTER;
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use serde_json::json;

use super::Service;
use super::call::Call;
use super::form::Form;
use crate::error::{Error as Refused, Result};

/// How long a request hangs: longer than anybody waits.
const LONG: Duration = Duration::from_secs(120);

/// What goes wrong with one request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fault {
    kind: Kind,
    /// The request is done first, and only its reply is lost.
    done: bool,
    /// How long the caller is told to wait, in seconds.
    retry_after: Option<i64>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Status(u16),
    Garbage,
    Hang,
}

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.route("/test_helpers/faults", web::post().to(order));
}

async fn order(call: Call, service: web::Data<Service>) -> HttpResponse {
    call.read(|_, form| {
        let (fault, count) = parse(form)?;
        let mut faults = service.faults.lock().unwrap_or_else(PoisonError::into_inner);
        faults.clear();
        faults.extend(std::iter::repeat_n(fault, count));
        Ok(json!({ "object": "test_helpers.faults", "count": count }))
    })
}

/// `kind` is a status, `garbage` or `hang`; `count` says how many requests (1); `done` whether they are done all the same;
/// `retry_after` what a status tells of when to come again.
fn parse(form: &Form) -> Result<(Fault, usize)> {
    let kind = match form.required("kind")? {
        "garbage" => Kind::Garbage,
        "hang" => Kind::Hang,
        status => {
            let status = status.parse().ok().filter(|status| (400..600).contains(status));
            Kind::Status(status.ok_or_else(|| Refused::invalid("kind", "Say a status, garbage or hang."))?)
        }
    };
    let count = usize::try_from(form.int("count")?.unwrap_or(1)).unwrap_or_default();
    let (done, retry_after) = (form.flag("done")?.unwrap_or(false), form.int("retry_after")?);
    Ok((Fault { kind, done, retry_after }, count))
}

/// The middleware.
pub(super) async fn befall<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> std::result::Result<ServiceResponse<BoxBody>, Error> {
    let service = request.app_data::<web::Data<Service>>().cloned();
    let spared = request.path().starts_with("/v1/test_helpers/");
    let fault = service
        .filter(|_| !spared)
        .and_then(|service| service.faults.lock().unwrap_or_else(PoisonError::into_inner).pop_front());
    let Some(fault) = fault else { return Ok(next.call(request).await?.map_into_boxed_body()) };
    let request = match fault.done {
        true => next.call(request).await?.into_parts().0,
        false => request.into_parts().0,
    };
    Ok(ServiceResponse::new(request, fault.reply().await))
}

impl Fault {
    async fn reply(self) -> HttpResponse {
        let (status, kind, message) = match self.kind {
            Kind::Garbage => return HttpResponse::Ok().content_type("text/html").body("<html>It works!</html>"),
            Kind::Hang => {
                tokio::time::sleep(LONG).await;
                (504, "api_error", "Too late.")
            }
            Kind::Status(402) => (402, "card_error", "Your card was declined."),
            Kind::Status(429) => (429, "invalid_request_error", "Request rate limit exceeded."),
            Kind::Status(status) => (status, "api_error", "An unknown error occurred."),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut reply = HttpResponse::build(status);
        if let Some(seconds) = self.retry_after {
            reply.insert_header((RETRY_AFTER, seconds.to_string()));
        }
        reply.json(json!({ "error": { "type": kind, "message": message } }))
    }
}
