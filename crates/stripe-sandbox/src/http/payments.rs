//! `/v1/payment_intents`, `/v1/charges`, `/v1/refunds`.

use actix_web::{HttpResponse, web};

use super::call::Call;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/payment_intents/{id}", web::get().to(get_intent))
        .route("/charges", web::get().to(list_charges))
        .route("/charges/{id}", web::get().to(get_charge))
        .route("/refunds", web::get().to(list_refunds))
        .route("/refunds", web::post().to(create_refund))
        .route("/refunds/{id}", web::get().to(get_refund));
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
