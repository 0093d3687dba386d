//! `/v1/billing_portal/sessions` and `/v1/checkout/sessions`: links to pages that the sandbox does not have.

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::call::Call;
use crate::error::{Error, Result};
use crate::state::Sandbox;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/billing_portal/sessions", web::post().to(portal))
        .route("/checkout/sessions", web::post().to(checkout));
}

async fn portal(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let customer = form.required("customer")?;
        living(sandbox, customer)?;
        let id = sandbox.next_id("bps_");
        Ok(json!({
            "id": id,
            "object": "billing_portal.session",
            "configuration": "bpc_sandbox",
            "created": sandbox.now(),
            "customer": customer,
            "customer_account": null,
            "flow": null,
            "livemode": false,
            "locale": null,
            "on_behalf_of": null,
            "return_url": form.text("return_url"),
            "url": format!("https://billing.stripe.com/p/session/test_{id}"),
        }))
    })
}

async fn checkout(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        if form.required("mode")? != "subscription" {
            return Err(Error::invalid("mode", "The sandbox only sells subscriptions."));
        }
        form.required("success_url")?;
        if let Some(customer) = form.text("customer") {
            living(sandbox, customer)?;
        }
        let items = form.members("line_items");
        let first = items.first().ok_or_else(|| Error::required("line_items"))?;
        sandbox.price_json(first.required("price")?)?;
        let id = sandbox.next_id("cs_test_");
        Ok(json!({
            "id": id,
            "object": "checkout.session",
            "created": sandbox.now(),
            "customer": form.text("customer"),
            "customer_email": form.text("customer_email"),
            "expires_at": sandbox.now() + 86_400,
            "livemode": false,
            "mode": "subscription",
            "payment_status": "unpaid",
            "status": "open",
            "success_url": form.text("success_url"),
            "url": format!("https://checkout.stripe.com/c/pay/{id}"),
        }))
    })
}

fn living(sandbox: &Sandbox, customer: &str) -> Result<()> {
    let found = sandbox.customer_json(customer)?;
    if found.get("deleted") == Some(&json!(true)) {
        return Err(Error::Missing { object: "customer", id: customer.to_owned() });
    }
    Ok(())
}
