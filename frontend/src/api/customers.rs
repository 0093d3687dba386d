//! Customers: what staff change, and their notes.

use super::{ApiError, Method, get_text, request, send, send_file, send_json};
use crate::params::Params;
use crate::session::Session;
use crm_types::customers::{Customer, CustomerNote, CustomerPatch, NewCustomer, NoteText};
use crm_types::customers_bulk::{BulkRequest, ExportLink, ExportSelection};
use crm_types::customers_import::{Import, ImportRun};
use crm_types::ids::{CustomerId, ImportId};
use crm_types::jobs::Job;

/// All customers.
pub const CUSTOMERS: &str = "/api/customers";

/// One customer.
pub fn customer(id: impl std::fmt::Display) -> String {
    format!("{CUSTOMERS}/{id}")
}

/// A customer's notes.
pub fn notes(customer: impl std::fmt::Display) -> String {
    format!("{CUSTOMERS}/{customer}/notes")
}

/// Files of customers.
pub const IMPORTS: &str = "/api/customers/imports";

/// A file of customers.
pub fn import(id: impl std::fmt::Display) -> String {
    format!("{IMPORTS}/{id}")
}

/// Sends a file of customers.
pub async fn send_import(session: Session, file: &web_sys::File) -> Result<Import, ApiError> {
    let name = js_sys::encode_uri_component(&file.name());
    send_file(session, &format!("{IMPORTS}?file_name={name}"), "text/csv", file).await
}

/// Makes customers out of a file, or says what would happen.
pub async fn run_import(session: Session, id: ImportId, run: &ImportRun) -> Result<Job, ApiError> {
    send_json(session, Method::Post, &format!("{}/run", import(id)), run).await
}

/// The rows of a file that were wrong, as a file.
pub async fn import_errors(session: Session, id: ImportId) -> Result<String, ApiError> {
    get_text(session, &format!("{}/errors", import(id))).await
}

/// Creates a customer.
pub async fn create(session: Session, new: &NewCustomer) -> Result<Customer, ApiError> {
    send_json(session, Method::Post, CUSTOMERS, new).await
}

/// Changes a customer; 409 with the present one in `current` when somebody was faster.
pub async fn change(session: Session, id: &str, patch: &CustomerPatch) -> Result<Customer, ApiError> {
    send_json(session, Method::Patch, &customer(id), patch).await
}

/// Takes a customer out of the lists.
pub async fn archive(session: Session, id: &str) -> Result<(), ApiError> {
    send(session, Method::Delete, &customer(id)).await
}

/// Brings a customer back.
pub async fn restore(session: Session, id: &str) -> Result<(), ApiError> {
    send(session, Method::Post, &format!("{}/restore", customer(id))).await
}

/// Begins one change to many customers.
pub async fn bulk(session: Session, request: &BulkRequest) -> Result<Job, ApiError> {
    send_json(session, Method::Post, &format!("{CUSTOMERS}/bulk"), request).await
}

/// A link that fetches the matching customers as a file, once; with ids, only these.
pub async fn export(session: Session, params: &Params, ids: Option<Vec<CustomerId>>) -> Result<ExportLink, ApiError> {
    let path = params.with_path(&format!("{CUSTOMERS}/export"));
    match ids {
        Some(ids) => send_json(session, Method::Post, &path, &ExportSelection { ids }).await,
        None => request(session, Method::Post, &path).await,
    }
}

/// Writes a note.
pub async fn write_note(session: Session, customer: &str, body: &str) -> Result<CustomerNote, ApiError> {
    let note = NoteText { body: body.to_owned(), version: None };
    send_json(session, Method::Post, &notes(customer), &note).await
}

/// Changes a note's text; 409 with the present one in `current` when somebody was faster.
pub async fn change_note(
    session: Session,
    customer: &str,
    note: &CustomerNote,
    body: &str,
) -> Result<CustomerNote, ApiError> {
    let text = NoteText { body: body.to_owned(), version: Some(note.version) };
    send_json(session, Method::Patch, &format!("{}/{}", notes(customer), note.id), &text).await
}

/// Deletes a note.
pub async fn delete_note(session: Session, customer: &str, note: &CustomerNote) -> Result<(), ApiError> {
    send(session, Method::Delete, &format!("{}/{}", notes(customer), note.id)).await
}
