//! The admin single-page app: one WASM module that calls only the REST API.
//!
//! Everything compiles for the host as well, so that codecs, formatters and charts are tested natively.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

pub mod api;
pub mod app;
pub mod browser;
pub mod charts;
pub mod chunks;
pub mod components;
pub mod drafts;
pub mod format;
pub mod glance;
pub mod jobs;
pub mod labels;
pub mod list;
pub mod pages;
pub mod palette;
pub mod params;
pub mod query;
pub mod realtime;
pub mod recent;
pub mod routes;
pub mod session;
pub mod shell;

/// Called by the generated glue once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    app::mount();
}
