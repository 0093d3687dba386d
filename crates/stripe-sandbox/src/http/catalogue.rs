//! `/v1/products`, `/v1/prices`, `/v1/coupons`.

use actix_web::{HttpResponse, web};

use super::call::Call;
use super::form::Form;
use crate::calendar::Interval;
use crate::error::{Error, Result};
use crate::state::NewPrice;
use crate::state::object::{CouponDuration, CouponTerms};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/products", web::get().to(list_products))
        .route("/products", web::post().to(create_product))
        .route("/products/{id}", web::get().to(get_product))
        .route("/products/{id}", web::post().to(update_product))
        .route("/prices", web::get().to(list_prices))
        .route("/prices", web::post().to(create_price))
        .route("/prices/{id}", web::get().to(get_price))
        .route("/prices/{id}", web::post().to(update_price))
        .route("/coupons", web::get().to(list_coupons))
        .route("/coupons", web::post().to(create_coupon))
        .route("/coupons/{id}", web::get().to(get_coupon));
}

async fn list_products(call: Call) -> HttpResponse {
    call.list(|sandbox, form| Ok(sandbox.list_products(&form.page()?)))
}

async fn create_product(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let name = form.required("name")?;
        let id = sandbox.create_product(name, form.text("description"), form.metadata());
        sandbox.product_json(&id)
    })
}

async fn get_product(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.product_json(&id))
}

async fn update_product(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        sandbox.update_product(&id, form.text("name"), form.flag("active")?, form.metadata())?;
        sandbox.product_json(&id)
    })
}

async fn list_prices(call: Call) -> HttpResponse {
    call.list(|sandbox, form| Ok(sandbox.list_prices(form.text("product"), &form.page()?)))
}

async fn create_price(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let id = sandbox.create_price(NewPrice {
            product: form.required("product")?.to_owned(),
            currency: form.required("currency")?.to_owned(),
            unit_amount: form.int("unit_amount")?.ok_or_else(|| Error::required("unit_amount"))?,
            recurring: recurring(form)?,
            nickname: form.owned("nickname"),
            lookup_key: form.owned("lookup_key"),
            metadata: form.metadata(),
        })?;
        sandbox.price_json(&id)
    })
}

fn recurring(form: &Form) -> Result<Option<(Interval, u32)>> {
    let Some(interval) = form.word("recurring[interval]", Interval::parse)? else { return Ok(None) };
    let count = form.int("recurring[interval_count]")?.unwrap_or(1);
    let invalid = |_| Error::invalid("recurring[interval_count]", "This value must be greater than 0.");
    Ok(Some((interval, u32::try_from(count).map_err(invalid)?)))
}

async fn get_price(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.price_json(&id))
}

async fn update_price(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        sandbox.update_price(&id, form.text("nickname"), form.flag("active")?, form.metadata())?;
        sandbox.price_json(&id)
    })
}

async fn list_coupons(call: Call) -> HttpResponse {
    call.list(|sandbox, form| Ok(sandbox.list_coupons(&form.page()?)))
}

async fn create_coupon(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let id = form.required("id")?;
        let name = form.text("name").unwrap_or(id);
        let id = sandbox.create_coupon(id, name, terms(form)?, duration(form)?)?;
        sandbox.coupon_json(&id)
    })
}

fn terms(form: &Form) -> Result<CouponTerms> {
    if let Some(minor) = form.int("amount_off")? {
        let currency = form.required("currency")?.to_owned();
        return Ok(CouponTerms::Amount { minor, currency });
    }
    let percent = form.required("percent_off")?;
    let invalid = || Error::invalid("percent_off", format!("Invalid percent_off: {percent}"));
    let value: f64 = percent.parse().map_err(|_| invalid())?;
    if !(0.0..=100.0).contains(&value) {
        return Err(invalid());
    }
    // 0 to 10,000: the cast cannot lose anything but what lies below a basis point.
    Ok(CouponTerms::Percent((value * 100.0).round() as u32))
}

fn duration(form: &Form) -> Result<CouponDuration> {
    match form.text("duration").unwrap_or("once") {
        "once" => Ok(CouponDuration::Once),
        "forever" => Ok(CouponDuration::Forever),
        "repeating" => {
            let months = form.int("duration_in_months")?.and_then(|months| u32::try_from(months).ok());
            months.map(CouponDuration::Repeating).ok_or_else(|| Error::required("duration_in_months"))
        }
        other => Err(Error::invalid("duration", format!("Invalid duration: {other}"))),
    }
}

async fn get_coupon(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.coupon_json(&id))
}
