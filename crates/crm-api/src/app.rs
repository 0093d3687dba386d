//! The application: what handlers share, and where each capability's routes are mounted.

use crate::auth::{
    api_keys::ApiKeys, limit::Limits, passwords::Passwords, sessions::Sessions, throttle::Throttle, token::Tokens,
};
use crate::config::Config;
use crate::customer_reads::CustomerReads;
use crate::inbox::Inbox;
use crate::realtime::Hub;
use crate::reports::Reports;
use crate::stripe::{Gateway, Reader};
use crate::{auth, compress, error, headers, idempotency, openapi, request, routes};
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use chrono::{DateTime, Utc};
use crm_types::accounts::DemoLogin;
use metrics_exporter_prometheus::PrometheusHandle;
use sqlx::PgPool;
use tracing_actix_web::TracingLogger;
use utoipa_actix_web::service_config::ServiceConfig;
use utoipa_actix_web::{AppExt, scope};

/// What handlers share: `state: web::Data<AppState>`.
#[derive(Debug)]
pub struct AppState {
    /// For requests. Waits 2 s for a connection, then 503; a statement is cut off after 15 s.
    pub pool: PgPool,
    /// For reads that may lag a moment behind: the replica's, when there is one, else the same as `pool`.
    pub read_pool: PgPool,
    /// For workers: no limit on a statement's time, and connections that requests cannot take away.
    pub background_pool: PgPool,
    /// All settings.
    pub config: Config,
    /// Makes and checks access tokens.
    pub tokens: Tokens,
    /// Whose session it is, and whether it still counts.
    pub sessions: Sessions,
    /// Which API keys open.
    pub api_keys: ApiKeys,
    /// Hashes passwords, a few at a time.
    pub passwords: Passwords,
    /// Slows down guessing at log-in.
    pub throttle: Throttle,
    /// How many requests a minute are answered.
    pub limits: Limits,
    /// Single customers.
    pub customer_reads: CustomerReads,
    /// Reports that are being made.
    pub reports: Reports,
    /// Takes Stripe's events in.
    pub inbox: Inbox,
    /// Asks Stripe, when there is a key.
    pub stripe: Option<Gateway>,
    /// Reads from it; there when that is.
    pub reader: Option<Reader>,
    /// Tells open pages what changed.
    pub hub: Hub,
    /// What `/metrics` shows.
    pub metrics: PrometheusHandle,
    /// Since when this process runs.
    pub started_at: DateTime<Utc>,
    /// The demo's log-in, in the demo.
    pub demo: Option<DemoLogin>,
}

/// Routes below `/api`, and the same again below `/api/crm`. One line for each capability.
fn api(cfg: &mut ServiceConfig) {
    routes::setup::configure(cfg);
    routes::auth::configure(cfg);
    routes::events::configure(cfg);
    routes::analytics::configure(cfg);
    routes::forecast::configure(cfg);
    routes::customers::configure(cfg);
    routes::profiles::configure(cfg);
    routes::interactions::configure(cfg);
    routes::organizations::configure(cfg);
    routes::coaching::configure(cfg);
    routes::coaches::configure(cfg);
    routes::subscriptions::configure(cfg);
    routes::transactions::configure(cfg);
    routes::revenue::configure(cfg);
    routes::mrr_movements::configure(cfg);
    routes::stripe_events::configure(cfg);
    routes::stripe_actions::configure(cfg);
    routes::healing::configure(cfg);
    routes::plans::configure(cfg);
    routes::prices::configure(cfg);
    routes::settings::configure(cfg);
    routes::exchange_rates::configure(cfg);
    routes::system::configure(cfg);
    routes::audit::configure(cfg);
    routes::own_account::configure(cfg);
    routes::account_links::configure(cfg);
    routes::second_factor::configure(cfg);
    routes::users::configure(cfg);
    routes::api_keys::configure(cfg);
    routes::views::configure(cfg);
    routes::jobs::configure(cfg);
    // The same webhook as at the root, which the document lists.
    cfg.map(|cfg| {
        routes::webhooks::configure(&mut ServiceConfig::new(cfg));
        cfg
    });
}

/// Routes at the root: what is not the API.
fn root(cfg: &mut ServiceConfig) {
    routes::health::configure(cfg);
    routes::webhooks::configure(cfg);
}

/// The OpenAPI document of all routes. The alias is not listed.
pub fn document() -> utoipa::openapi::OpenApi {
    let (_, document) = App::new()
        .into_utoipa_app()
        .openapi(openapi::base())
        .configure(root)
        .service(scope("/api").configure(api))
        .split_for_parts();
    openapi::finish(document)
}

/// The application, for one worker thread.
pub fn build(
    state: web::Data<AppState>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = actix_web::Error,
        InitError = (),
    >,
> {
    App::new()
        .app_data(state)
        .app_data(error::json_config())
        .app_data(error::query_config())
        .app_data(error::path_config())
        .app_data(error::payload_config())
        .wrap(from_fn(idempotency::honour))
        .wrap(from_fn(auth::guard::enforce))
        .wrap(from_fn(headers::secure))
        .wrap(from_fn(compress::shorten))
        .wrap(from_fn(request::surround))
        .wrap(TracingLogger::<crate::telemetry::RequestSpan>::new())
        .configure(routes::docs::configure)
        .into_utoipa_app()
        .configure(root)
        .service(scope("/api/crm").configure(api))
        .service(scope("/api").configure(api))
        .into_app()
        .default_service(web::to(crate::assets::serve))
}
