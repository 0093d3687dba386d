//! Statements as files.

use crate::auth::By;
use crate::params::Params;
use crate::{ApiError, ApiResult, AppState};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Data, Json, Path};
use actix_web::{HttpResponse, get, post};
use crm_domain::revenue::statement_file::{self, Request};
use crm_types::Problem;
use crm_types::customers_bulk::ExportLink;
use crm_types::ids::PayoutStatementId;
use crm_types::revenue::StatementFormat;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(link).service(download);
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// The shape of the file.
    #[param(default = "csv")]
    format: Option<StatementFormat>,
    /// Of a link; instead of an access token and `format`.
    ticket: Option<String>,
}

/// A link to a statement as a file
///
/// For a browser, which downloads without a log-in of its own: the link is good once, for 60 seconds.
#[utoipa::path(tag = "revenue", operation_id = "link_payout_statement_file",
    params(("id" = PayoutStatementId, Path, description = "Our id"), ("format" = Option<StatementFormat>, Query, description = "`csv` when not given")),
    responses((status = 200, description = "The link", body = ExportLink, example = json!({
        "url": "/api/revenue/statements/5b0c7e52-4a3f-4ad1-8f0e-0d0e6c2b9a11/file?ticket=3q2-7w", "expires_at": "2026-11-02T09:31:00Z"
    }))))]
#[post("/revenue/statements/{id}/file")]
async fn link(
    state: Data<AppState>,
    by: By,
    id: Path<PayoutStatementId>,
    query: Params<FileQuery>,
) -> ApiResult<Json<ExportLink>> {
    let request = Request { statement: *id, format: query.0.format.unwrap_or(StatementFormat::Csv) };
    let (ticket, expires_at) = statement_file::ticket(&state.pool, &by.0, &request).await?;
    Ok(Json(ExportLink { url: format!("/api/revenue/statements/{}/file?ticket={ticket}", *id), expires_at }))
}

/// A statement as a file: its rows, and what it comes to
///
/// CSV or Excel. In CSV, cells that a spreadsheet would run get an apostrophe in front. Either with an access token, or with a
/// `ticket` and nothing else. At most 100,000 rows.
#[utoipa::path(tag = "revenue", operation_id = "download_payout_statement",
    params(("id" = PayoutStatementId, Path, description = "Our id"), FileQuery),
    responses(
        (status = 200, description = "The file", content((String = "text/csv"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "It is not there, or the ticket was used or is too old", body = Problem,
            content_type = "application/problem+json"),
        (status = 409, description = "It has too many rows for a file", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/revenue/statements/{id}/file")]
async fn download(
    state: Data<AppState>,
    by: Option<By>,
    id: Path<PayoutStatementId>,
    query: Params<FileQuery>,
) -> ApiResult {
    let (actor, request) = match by {
        Some(by) => (by.0, Request { statement: *id, format: query.0.format.unwrap_or(StatementFormat::Csv) }),
        None => {
            let redeemed = statement_file::redeem(&state.pool, &query.0.ticket.unwrap_or_default()).await?;
            let good = redeemed.filter(|(_, request)| request.statement == *id);
            good.ok_or_else(|| {
                ApiError::not_found("This link was used already, or is older than a minute. Download again.")
            })?
        }
    };
    let file = statement_file::make(&state.read_pool, &state.pool, &actor, &request).await?;
    let content_type = match request.format {
        StatementFormat::Csv => "text/csv; charset=utf-8",
        StatementFormat::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", file.name)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(file.bytes))
}
