//! The state of the system, for the health page.

use crate::{ApiResult, AppState};
use actix_web::get;
use actix_web::web::{Data, Json};
use crm_domain::system;
use crm_types::system::SystemHealth;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(health);
}

/// The state of the system
///
/// `mrr_difference` is the sum of the whole ledger less the MRR of all subscriptions: anything but 0 is a fault of ours.
#[utoipa::path(tag = "system", operation_id = "system_health", responses(
    (status = 200, description = "What an admin wants to know when something seems wrong", body = SystemHealth, example = json!({
        "version": "0.1.0", "postgres_version": "16.4", "database_bytes": 73_400_320, "started_at": "2026-10-11T09:00:00Z",
        "memory_bytes": 52_428_800, "worker_running": true,
        "inbox": {
            "pending": 0, "done": 182_340, "ignored": 1_204, "parked": 3, "dead": 1, "oldest_pending_at": null,
            "last_received_at": "2026-10-11T09:30:01Z", "unmapped_prices": 1
        },
        "webhook_secrets": 1, "stripe_api_key": false, "webhook_url": "https://crm.example.com/webhooks/stripe",
        "mrr_difference": [{"minor": 0, "currency": "usd"}], "recompute_pending": 0
    })),
))]
#[get("/system/health")]
async fn health(state: Data<AppState>) -> ApiResult<Json<SystemHealth>> {
    let database = system::inspect(&state.pool).await?;
    let stripe = &state.config.stripe;
    Ok(Json(SystemHealth {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        postgres_version: database.postgres_version,
        database_bytes: database.bytes,
        started_at: state.started_at,
        memory_bytes: resident_bytes(),
        worker_running: database.worker_running,
        inbox: database.inbox,
        webhook_secrets: u32::try_from(stripe.webhook_secrets.len()).unwrap_or(u32::MAX),
        stripe_api_key: stripe.api_key.is_some(),
        webhook_url: format!("{}/webhooks/stripe", state.config.http.origin()),
        mrr_difference: database.mrr_difference,
        recompute_pending: database.recompute_pending,
    }))
}

/// Resident memory of this process, where Linux's `/proc` says it.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
}
