//! Logs and metrics.
//!
//! A line holds the request's id, method and route pattern: no query, no headers, no bodies, so no secrets.

use crate::config::TelemetryConfig;
use crate::request;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{Error, HttpMessage};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal;
use std::sync::OnceLock;
use tracing::Span;
use tracing_actix_web::{RequestId, RootSpanBuilder};
use tracing_subscriber::EnvFilter;

/// Starts logging to stderr: for people on a terminal, else JSON. A second call changes nothing.
pub fn init(config: &TelemetryConfig) {
    let filter = EnvFilter::new(&config.filter);
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(true);
    // Only a subscriber that is there already makes this fail, and then that one logs.
    let _ = match std::io::stderr().is_terminal() {
        true => logs.compact().try_init(),
        false => logs.json().flatten_event(true).with_current_span(true).with_span_list(false).try_init(),
    };
}

/// Seconds; the webhook is expected in the first few, a report in the last.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Starts counting. The recorder is the process's, so a second call gives the same handle.
///
/// # Errors
/// When another recorder was installed.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    static INSTALLING: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _alone = INSTALLING.lock();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?
        .install_recorder()?;
    metrics::describe_histogram!("http_request_duration_seconds", "Time from the request's head to the reply's.");
    metrics::describe_gauge!("db_pool_connections", "Connections of a pool, by state.");
    metrics::describe_gauge!("realtime_clients", "Open event streams.");
    Ok(HANDLE.get_or_init(|| handle).clone())
}

/// Probes and webhooks come all the time, by the thousand: they are logged for who asks. The rest is people.
pub fn is_machines(route: &str) -> bool {
    matches!(route, "/healthz" | "/readyz" | "/metrics" | "/webhooks/stripe" | "/api/webhooks/stripe")
}

fn request_id(request: &ServiceRequest) -> Option<String> {
    request.extensions().get::<RequestId>().map(ToString::to_string)
}

/// The span around a request.
#[derive(Debug)]
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let route = request::pattern(request);
        let route = route.as_deref();
        if route.is_some_and(is_machines) {
            return tracing::debug_span!("request", method = %request.method(), route, request_id = request_id(request));
        }
        tracing::info_span!("request", method = %request.method(), route, request_id = request_id(request))
    }

    fn on_request_end<B: MessageBody>(_: Span, _: &Result<ServiceResponse<B>, Error>) {}
}
