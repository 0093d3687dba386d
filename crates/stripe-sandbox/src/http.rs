//! The sandbox as a service: the part of Stripe's REST API that is called.

mod call;
mod catalogue;
mod customers;
mod events;
mod expand;
mod faults;
mod form;
mod invoices;
mod payments;
mod record;
mod refusal;
mod sessions;
mod subscriptions;

use std::collections::{HashMap, VecDeque};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpResponse, HttpServer, web};

use crate::state::Sandbox;
use call::KnownReply;
use faults::Fault;
pub use record::WrittenRequest;
use refusal::Refusal;

/// What every worker shares.
struct Service {
    sandbox: Arc<Mutex<Sandbox>>,
    api_key: String,
    /// Replies by `Idempotency-Key`.
    replies: Mutex<HashMap<String, KnownReply>>,
    /// Told of each request that changes something, before it does.
    recorder: Option<Recorder>,
    /// What goes wrong with the next requests.
    faults: Mutex<VecDeque<Fault>>,
}

/// Who is told of requests that change something.
pub type Recorder = Box<dyn Fn(&WrittenRequest) + Send + Sync>;

/// Serves the sandbox until the process ends or the future is dropped. `api_key` is what clients send as a bearer
/// token or as the user name of basic authentication.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(listener: TcpListener, sandbox: Arc<Mutex<Sandbox>>, api_key: String) -> std::io::Result<()> {
    serve_recorded(listener, sandbox, api_key, None).await
}

/// The same, with somebody who is told of each request that changes something: done again at the same instants, they
/// give the same account.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve_recorded(
    listener: TcpListener,
    sandbox: Arc<Mutex<Sandbox>>,
    api_key: String,
    recorder: Option<Recorder>,
) -> std::io::Result<()> {
    let (replies, faults) = (Mutex::default(), Mutex::default());
    let service = web::Data::new(Service { sandbox, api_key, replies, recorder, faults });
    start(listener, service)?.await
}

/// Apart from the wait, because actix's builder must not live in a future that moves between threads.
fn start(listener: TcpListener, service: web::Data<Service>) -> std::io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(service.clone())
            .service(
                web::scope("/v1")
                    .wrap(from_fn(faults::befall))
                    .configure(catalogue::routes)
                    .configure(customers::routes)
                    .configure(subscriptions::routes)
                    .configure(invoices::routes)
                    .configure(payments::routes)
                    .configure(sessions::routes)
                    .configure(faults::routes)
                    .configure(events::routes),
            )
            .default_service(web::to(unknown))
    });
    Ok(server.workers(2).disable_signals().listen(listener)?.run())
}

async fn unknown(request: actix_web::HttpRequest) -> HttpResponse {
    Refusal::unknown_url(request.method().as_str(), request.path()).reply()
}
