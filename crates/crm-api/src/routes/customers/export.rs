//! Customers as a file.

use super::CustomerQuery;
use super::bulk::whole_list;
use crate::auth::By;
use crate::extract::Maybe;
use crate::{ApiError, ApiResult, AppState};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpRequest, HttpResponse, get, post};
use chrono::Utc;
use crm_domain::audit::Actor;
use crm_domain::customers::export::{self, Request};
use crm_types::Problem;
use crm_types::customers_bulk::{ExportFormat, ExportLink, ExportSelection};
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{Semaphore, mpsc};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Downloads that run at once: each keeps a connection.
static DOWNLOADS: Semaphore = Semaphore::const_new(4);
/// Pieces that wait for the network.
const WAITING: usize = 4;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(link).service(download);
}

/// Which file, beside the filters and the order of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes parameters that are taken out of the query by hand")]
struct ExportQuery {
    /// The shape of the file.
    #[param(default = "csv")]
    format: Option<ExportFormat>,
}

/// A link to customers as a file
///
/// For a browser, which downloads without a log-in of its own: the link is good once, for 60 seconds. The query is that of the
/// list, without `limit`, `cursor` and `count`. With a body, only the customers that it names go into the file.
#[utoipa::path(tag = "customers", operation_id = "link_customers_export", params(CustomerQuery, ExportQuery),
    request_body(content = Option<ExportSelection>, example = json!({"ids": ["019a1b2c-0000-7000-8000-000000000001"]})),
    responses(
        (status = 200, description = "The link", body = ExportLink,
            example = json!({"url": "/api/customers/export?ticket=3q2-7w", "expires_at": "2026-11-02T09:31:00Z"})),
    ))]
#[post("/customers/export")]
async fn link(
    state: Data<AppState>,
    by: By,
    request: HttpRequest,
    body: Maybe<ExportSelection>,
) -> ApiResult<Json<ExportLink>> {
    let wanted = Request { ids: body.0.map(|chosen| chosen.ids), ..parse(request.query_string())? };
    let (ticket, expires_at) = export::ticket(&state.pool, &by.0, &wanted).await?;
    Ok(Json(ExportLink { url: format!("/api/customers/export?ticket={ticket}"), expires_at }))
}

/// Customers as a file
///
/// All that match the list's filters, in its order, of any size: CSV, Excel, or a JSON object a line. In CSV, cells that a
/// spreadsheet would run get an apostrophe in front; the import takes it away again. Either with an access token and the
/// list's query (without `limit`, `cursor` and `count`), or with a `ticket` and nothing else.
#[utoipa::path(tag = "customers", operation_id = "export_customers",
    params(CustomerQuery, ExportQuery, ("ticket" = Option<String>, Query, description = "Of a link; instead of an access token")),
    responses(
        (status = 200, description = "The file", content((String = "text/csv"), (String = "application/x-ndjson"),
            (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
        (status = 404, description = "The ticket was used, or is too old", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Four downloads run already", body = Problem, content_type = "application/problem+json"),
    ))]
#[get("/customers/export")]
async fn download(state: Data<AppState>, by: Option<By>, request: HttpRequest) -> ApiResult {
    let Ok(permit) = DOWNLOADS.try_acquire() else { return Err(ApiError::too_many_requests(5)) };
    let (actor, wanted) = match by {
        Some(by) => (by.0, parse(request.query_string())?),
        None => redeem(&state, request.query_string()).await?,
    };
    let export = export::open(&state.read_pool, &state.pool, &actor, &wanted).await?;
    let (sender, pieces) = mpsc::channel(WAITING);
    tokio::spawn(async move {
        export.write(sender).await;
        drop(permit);
    });
    let body = stream::unfold(pieces, |mut pieces| async move {
        let piece =
            pieces.recv().await?.map(Bytes::from).inspect_err(|error| tracing::error!(%error, "an export broke off"));
        // The connection is cut, so that nobody takes half a file for a whole one.
        Some((piece, pieces))
    });
    let (extension, content_type) = match wanted.format {
        ExportFormat::Csv => ("csv", "text/csv; charset=utf-8"),
        ExportFormat::Ndjson => ("ndjson", "application/x-ndjson"),
        ExportFormat::Xlsx => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    };
    let name = format!("attachment; filename=\"customers-{}.{extension}\"", Utc::now().format("%Y-%m-%d"));
    Ok(HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(body))
}

/// Format, filters and order.
fn parse(query: &str) -> ApiResult<Request> {
    let (mut format, mut rest) = (None, form_urlencoded::Serializer::new(String::new()));
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "format" if format.is_none() => {
                let parsed = value.parse::<ExportFormat>();
                let refuse = |error| ApiError::invalid_field("format", "unknown_value", format!("{error}"));
                format = Some(parsed.map_err(refuse)?);
            }
            _ => {
                rest.append_pair(&name, &value);
            }
        }
    }
    let (filter, sort) = whole_list(&rest.finish())?;
    Ok(Request { format: format.unwrap_or(ExportFormat::Csv), filter, ids: None, sort })
}

async fn redeem(state: &AppState, query: &str) -> ApiResult<(Actor, Request)> {
    let ticket = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "ticket").map(|(_, ticket)| ticket);
    let redeemed = export::redeem(&state.pool, &ticket.unwrap_or_default()).await?;
    redeemed.ok_or_else(|| ApiError::not_found("This link was used already, or is older than a minute. Export again."))
}
