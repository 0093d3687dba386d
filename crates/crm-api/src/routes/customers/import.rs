//! Customers out of a file.

use crate::auth::By;
use crate::extract::Body;
use crate::params::{PageQuery, Params};
use crate::routes::jobs::accepted;
use crate::{ApiError, ApiResult, AppState};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Json, Path, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use crm_domain::customers::import::{self, Chunk};
use crm_domain::filter::Text;
use crm_types::customers_import::{Import, ImportRun, ImportSort};
use crm_types::ids::ImportId;
use crm_types::jobs::Job;
use crm_types::{Page, Problem};
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use tokio::sync::mpsc;
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

/// Pieces of a file that wait to be read.
const WAITING: usize = 4;

pub(super) fn configure(cfg: &mut ServiceConfig) {
    cfg.service(list).service(create).service(find).service(run).service(errors);
}

/// What the file is called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct FileQuery {
    /// As the sender calls it.
    file_name: Option<String>,
}

/// Takes a file of customers in
///
/// CSV with a line of names first, as the body of the request. Letters (UTF-8, UTF-16 with a mark, else Windows-1252) and
/// delimiter (comma, semicolon, tab, bar) are found out. Nothing is created yet: see `run`. At most 100 MB, unless
/// `CRM_IMPORT_LIMIT_MB` says otherwise.
#[utoipa::path(tag = "customers", operation_id = "create_customer_import", params(FileQuery),
    request_body(content = String, content_type = "text/csv", example = "email,name\nada@example.com,Ada Lovelace\n"),
    responses(
        (status = 201, description = "The file, its columns and first rows", body = Import),
        (status = 413, description = "The file is too large", body = Problem, content_type = "application/problem+json"),
        (status = 415, description = "The body is not text/csv", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/customers/imports")]
async fn create(
    state: Data<AppState>,
    by: By,
    request: HttpRequest,
    query: Params<FileQuery>,
    body: Payload,
) -> ApiResult {
    let file_name = query.0.file_name.map(|name| Text::parse("file_name", &name)).transpose()?.flatten();
    let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let content_type = header(CONTENT_TYPE).and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !["text/csv", "text/plain", "application/vnd.ms-excel"].contains(&content_type.to_ascii_lowercase().as_str()) {
        return Err(ApiError::unsupported_media_type("text/csv"));
    }
    let limit = state.config.http.import_limit;
    if header(CONTENT_LENGTH).and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let (sender, chunks) = mpsc::channel(WAITING);
    let name = file_name.as_ref().map(Text::as_str);
    let (sent, received) = tokio::join!(send(body, limit, sender), import::receive(&state.pool, &by.0, name, chunks));
    sent?;
    let import = received?;
    let location = format!("/api/customers/imports/{}", import.id);
    Ok(HttpResponse::Created().insert_header(("Location", location)).json(import))
}

/// Passes the body on as it arrives, no faster than it is taken.
async fn send(mut body: Payload, limit: usize, sender: mpsc::Sender<Chunk>) -> ApiResult<()> {
    let mut bytes = 0;
    while let Some(piece) = body.next().await {
        let piece: Bytes = piece?;
        bytes += piece.len();
        if bytes > limit {
            return Err(too_large(limit));
        }
        if sender.send(Chunk::Bytes(piece.to_vec())).await.is_err() {
            return Ok(());
        }
    }
    // When nobody takes the end, whoever took the rest says why.
    let _ = sender.send(Chunk::End).await;
    Ok(())
}

fn too_large(limit: usize) -> ApiError {
    let megabytes = limit / 1_000_000;
    ApiError::too_large(limit)
        .with_detail(format!("A file may have {megabytes} MB. Split it, or ask an admin to raise CRM_IMPORT_LIMIT_MB."))
}

/// Files of customers, newest first, without their rows
#[utoipa::path(tag = "customers", operation_id = "list_customer_imports", params(PageQuery), responses(
    (status = 200, description = "A page of files", body = Page<Import>),
))]
#[get("/customers/imports")]
async fn list(state: Data<AppState>, query: Params<PageQuery>) -> ApiResult<Json<Page<Import>>> {
    let page = query.0.page()?;
    Ok(Json(import::list::list(&state.read_pool, ImportSort::CreatedAtDescending, &page).await?))
}

/// A file of customers, with its first rows and its newest run
#[utoipa::path(tag = "customers", operation_id = "find_customer_import",
    params(("id" = ImportId, Path, description = "The file")), responses((status = 200, description = "The file", body = Import)))]
#[get("/customers/imports/{id}")]
async fn find(state: Data<AppState>, id: Path<ImportId>) -> ApiResult<Json<Import>> {
    Ok(Json(import::list::find(&state.pool, *id).await?))
}

/// Makes customers out of a file
///
/// A job. Rows that are wrong are kept with the reason and do not stop it; of two rows with one e-mail the first counts. A dry
/// run says what would happen and changes nothing.
#[utoipa::path(tag = "customers", operation_id = "run_customer_import",
    params(("id" = ImportId, Path, description = "The file")),
    request_body(content = ImportRun,
        example = json!({"mapping": ["email", "name", null], "dry_run": true, "on_existing": "skip", "add_tags": ["fair-2026"]})),
    responses(
        (status = 202, description = "The job", body = Job, headers(("Location" = String, description = "Where to ask for the job"))),
        (status = 409, description = "It is run already", body = Problem, content_type = "application/problem+json"),
    ))]
#[post("/customers/imports/{id}/run")]
async fn run(state: Data<AppState>, by: By, id: Path<ImportId>, body: Body<ImportRun>) -> ApiResult {
    Ok(accepted(&import::run(&state.pool, &by.0, *id, body.0).await?))
}

/// The rows of a file that were wrong
///
/// As CSV with a column `error`, of the newest run or dry run: to be mended and sent again.
#[utoipa::path(tag = "customers", operation_id = "customer_import_errors",
    params(("id" = ImportId, Path, description = "The file")),
    responses((status = 200, description = "The rows", body = String, content_type = "text/csv")))]
#[get("/customers/imports/{id}/errors")]
async fn errors(state: Data<AppState>, id: Path<ImportId>) -> ApiResult {
    let errors = import::errors(&state.pool, *id).await?;
    let body = stream::unfold(errors, |mut errors| async move {
        let piece = errors.next().await.transpose()?;
        Some((piece.map(Bytes::from), errors))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"import-errors.csv\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(body))
}
