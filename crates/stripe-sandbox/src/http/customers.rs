//! `/v1/customers`.

use actix_web::{HttpResponse, web};

use super::call::Call;
use super::form::Form;
use crate::state::object::PaymentBehaviour;
use crate::state::{CustomerChange, NewCustomer};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/customers", web::get().to(list))
        .route("/customers", web::post().to(create))
        .route("/customers/{id}", web::get().to(get))
        .route("/customers/{id}", web::post().to(update))
        .route("/customers/{id}", web::delete().to(delete));
}

async fn list(call: Call) -> HttpResponse {
    call.list(|sandbox, form| Ok(sandbox.list_customers(form.text("email"), &form.page()?)))
}

async fn create(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let id = sandbox.create_customer(NewCustomer {
            email: form.owned("email"),
            name: form.owned("name"),
            phone: form.owned("phone"),
            country: form.owned("address[country]"),
            locale: form.owned("preferred_locales[0]"),
            tax_bp: 0,
            behaviour: behaviour(form).unwrap_or_default(),
            metadata: form.metadata(),
        });
        sandbox.customer_json(&id)
    })
}

/// Stripe's test payment methods decide how payments go. Without one, they succeed: the sandbox has no card forms.
fn behaviour(form: &Form) -> Option<PaymentBehaviour> {
    let method = form.text("payment_method").or_else(|| form.text("invoice_settings[default_payment_method]"))?;
    Some(match method {
        "" => PaymentBehaviour::NoMethod,
        "pm_card_chargeCustomerFail" | "pm_card_chargeDeclined" => PaymentBehaviour::Decline,
        _ => PaymentBehaviour::Succeed,
    })
}

async fn get(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.customer_json(&id))
}

async fn update(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        let change = CustomerChange {
            email: form.owned("email"),
            name: form.owned("name"),
            phone: form.owned("phone"),
            metadata: form.metadata(),
        };
        sandbox.update_customer(&id, change)?;
        if let Some(behaviour) = behaviour(form) {
            sandbox.set_payment_behaviour(&id, behaviour)?;
        }
        sandbox.customer_json(&id)
    })
}

async fn delete(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, _| {
        sandbox.delete_customer(&id)?;
        sandbox.customer_json(&id)
    })
}
