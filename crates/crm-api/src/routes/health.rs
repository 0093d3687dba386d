//! For machines that watch: alive, ready, figures.

use crate::{ApiError, ApiResult, AppState, database};
use actix_web::{HttpResponse, get, web};
use crm_types::Problem;
use sqlx::PgPool;
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(healthz).service(readyz).service(figures);
}

/// Whether the process answers. The database is not asked: restarting us would not mend it.
#[utoipa::path(tag = "health", responses((status = 200, description = "Alive", body = String, example = "ok")))]
#[get("/healthz")]
async fn healthz() -> &'static str {
    "ok"
}

/// Whether requests can be served: the database answers, and has the tables of this version.
#[utoipa::path(tag = "health", responses(
    (status = 200, description = "Ready", body = String, example = "ready"),
    (status = 503, description = "Not ready", body = Problem, content_type = "application/problem+json"),
))]
#[get("/readyz")]
async fn readyz(state: web::Data<AppState>) -> ApiResult<&'static str> {
    match database::is_migrated(&state.pool).await? {
        true => Ok("ready"),
        false => Err(ApiError::unavailable(anyhow::anyhow!("migrations are missing"))),
    }
}

/// Figures in the Prometheus text format.
#[utoipa::path(tag = "health", responses((status = 200, description = "Figures", body = String)))]
#[get("/metrics")]
async fn figures(state: web::Data<AppState>) -> HttpResponse {
    for (name, pool) in [("requests", &state.pool), ("background", &state.background_pool)] {
        sample(name, pool);
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(state.metrics.render())
}

fn sample(name: &'static str, pool: &PgPool) {
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    metrics::gauge!("db_pool_connections", "pool" => name, "state" => "idle").set(idle);
    metrics::gauge!("db_pool_connections", "pool" => name, "state" => "busy").set(pool.size().saturating_sub(idle));
}
