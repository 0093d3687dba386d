//! `/v1/invoices`, `/v1/invoice_payments`.

use actix_web::{HttpResponse, web};

use super::call::Call;
use super::subscriptions;
use crate::state::Proration;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/invoices", web::get().to(list))
        .route("/invoices/create_preview", web::post().to(preview))
        .route("/invoices/{id}", web::get().to(get))
        .route("/invoices/{id}/pay", web::post().to(pay))
        .route("/invoices/{id}/void", web::post().to(void))
        .route("/invoice_payments", web::get().to(list_payments))
        .route("/invoice_payments/{id}", web::get().to(get_payment));
}

async fn list(call: Call) -> HttpResponse {
    call.list(|sandbox, form| {
        let (customer, subscription) = (form.text("customer"), form.text("subscription"));
        Ok(sandbox.list_invoices(customer, subscription, form.text("status"), &form.page()?))
    })
}

/// Of a change of items only, which is what is asked for here.
async fn preview(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let subscription = form.required("subscription")?;
        let changes = subscriptions::changes(form, "subscription_details[items]")?;
        let proration = form.word("subscription_details[proration_behavior]", Proration::parse)?.unwrap_or_default();
        let at = form.int("subscription_details[proration_date]")?;
        sandbox.preview_change(subscription, &changes, proration, at)
    })
}

async fn get(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.invoice_json(&id))
}

async fn pay(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, _| {
        sandbox.pay_invoice(&id)?;
        sandbox.invoice_json(&id)
    })
}

async fn void(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, _| {
        sandbox.void(&id)?;
        sandbox.invoice_json(&id)
    })
}

async fn list_payments(call: Call) -> HttpResponse {
    call.list(|sandbox, form| Ok(sandbox.list_invoice_payments(form.text("invoice"), &form.page()?)))
}

async fn get_payment(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.invoice_payment_json(&id))
}
