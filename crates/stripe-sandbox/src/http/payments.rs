//! `/v1/payment_intents`, `/v1/charges`, `/v1/refunds`, `/v1/disputes`.

use actix_web::{HttpResponse, web};

use super::call::Call;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/payment_intents", web::get().to(list_intents))
        .route("/payment_intents/{id}", web::get().to(get_intent))
        .route("/charges", web::get().to(list_charges))
        .route("/charges/{id}", web::get().to(get_charge))
        .route("/refunds", web::get().to(list_refunds))
        .route("/refunds", web::post().to(create_refund))
        .route("/refunds/{id}", web::get().to(get_refund))
        .route("/disputes", web::get().to(list_disputes))
        .route("/disputes/{id}", web::get().to(get_dispute))
        .route("/test_helpers/disputes", web::post().to(create_dispute))
        .route("/test_helpers/disputes/{id}/close", web::post().to(close_dispute));
}

async fn list_intents(call: Call) -> HttpResponse {
    call.list(|sandbox, form| Ok(sandbox.list_payment_intents(form.text("customer"), &form.page()?)))
}

async fn get_intent(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.payment_intent_json(&id))
}

async fn list_charges(call: Call) -> HttpResponse {
    call.list(|sandbox, form| {
        let (customer, intent) = (form.text("customer"), form.text("payment_intent"));
        Ok(sandbox.list_charges(customer, intent, &form.page()?))
    })
}

async fn get_charge(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.charge_json(&id))
}

async fn list_refunds(call: Call) -> HttpResponse {
    call.list(|sandbox, form| {
        let (charge, intent) = (form.text("charge"), form.text("payment_intent"));
        Ok(sandbox.list_refunds(charge, intent, &form.page()?))
    })
}

async fn create_refund(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let charge = match form.text("payment_intent") {
            Some(intent) => sandbox.charge_of_payment_intent(intent)?,
            None => form.required("charge")?.to_owned(),
        };
        let id = sandbox.refund(&charge, form.int("amount")?, form.text("reason"), form.metadata())?;
        sandbox.refund_json(&id)
    })
}

async fn get_refund(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.refund_json(&id))
}

async fn list_disputes(call: Call) -> HttpResponse {
    call.list(|sandbox, form| {
        let (charge, intent) = (form.text("charge"), form.text("payment_intent"));
        Ok(sandbox.list_disputes(charge, intent, &form.page()?))
    })
}

async fn get_dispute(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.dispute_json(&id))
}

/// At Stripe certain test cards do that.
async fn create_dispute(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let charge = match form.text("payment_intent") {
            Some(intent) => sandbox.charge_of_payment_intent(intent)?,
            None => form.required("charge")?.to_owned(),
        };
        let id = sandbox.dispute(&charge, form.text("reason").unwrap_or("fraudulent"))?;
        sandbox.dispute_json(&id)
    })
}

/// `won` says how.
async fn close_dispute(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        sandbox.close_dispute(&id, form.flag("won")?.unwrap_or(false))?;
        sandbox.dispute_json(&id)
    })
}
