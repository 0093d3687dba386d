//! The OpenAPI document and Swagger UI.

use crate::{ApiError, ApiResult, app};
use actix_web::http::header;
use actix_web::{HttpResponse, web};
use std::sync::{Arc, LazyLock};
use utoipa_swagger_ui::Config;

pub(crate) fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/api/openapi.json", web::get().to(document))
        .route("/docs", web::get().to(index))
        .route("/docs/", web::get().to(index))
        .route("/docs/{file}", web::get().to(file));
}

static DOCUMENT: LazyLock<serde_json::Result<String>> = LazyLock::new(|| app::document().to_json());

async fn document() -> ApiResult {
    match &*DOCUMENT {
        Ok(json) => Ok(HttpResponse::Ok().content_type("application/json").body(json.as_str())),
        Err(error) => Err(ApiError::internal(anyhow::anyhow!("the document cannot be written: {error}"))),
    }
}

/// Swagger UI's own links are relative to `/docs/`.
async fn index() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/index.html")).finish()
}

async fn file(path: web::Path<String>) -> ApiResult {
    let config = Config::new(["/api/openapi.json"]).try_it_out_enabled(true).persist_authorization(false);
    match utoipa_swagger_ui::serve(&path, Arc::new(config)) {
        Ok(Some(file)) => Ok(HttpResponse::Ok().content_type(file.content_type).body(file.bytes.into_owned())),
        Ok(None) => Err(ApiError::not_found("Swagger UI has no such file.")),
        Err(error) => Err(ApiError::internal(anyhow::anyhow!("Swagger UI: {error}"))),
    }
}
