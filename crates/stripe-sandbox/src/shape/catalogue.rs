//! Products, prices, plans, coupons and discounts.

use serde_json::{Value, json};

use super::{ApiShape, extend, set};
use crate::state::Sandbox;
use crate::state::object::{Coupon, CouponDuration, CouponTerms, Discount, Price, Product};

pub(crate) fn product(product: &Product, shape: ApiShape) -> Value {
    let mut object = json!({
        "id": product.id,
        "object": "product",
        "active": product.active,
        "created": product.created,
        "default_price": null,
        "description": product.description,
        "images": [],
        "livemode": false,
        "metadata": product.metadata,
        "name": product.name,
        "package_dimensions": null,
        "shippable": null,
        "statement_descriptor": null,
        "tax_code": null,
        "type": "service",
        "unit_label": null,
        "updated": product.created,
        "url": null,
    });
    let list = if shape.is_current() { "marketing_features" } else { "attributes" };
    set(&mut object, list, json!([]));
    object
}

pub(crate) fn price(price: &Price, shape: ApiShape) -> Value {
    json!({
        "id": price.id,
        "object": "price",
        "active": price.active,
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "custom_unit_amount": null,
        "livemode": false,
        "lookup_key": price.lookup_key,
        "metadata": price.metadata,
        "nickname": price.nickname,
        "product": price.product,
        "recurring": recurring(price, shape),
        "tax_behavior": "unspecified",
        "tiers_mode": null,
        "transform_quantity": null,
        "type": if price.recurring.is_some() { "recurring" } else { "one_time" },
        "unit_amount": price.unit_amount,
        "unit_amount_decimal": price.unit_amount.to_string(),
    })
}

fn recurring(price: &Price, shape: ApiShape) -> Value {
    let Some((interval, count)) = price.recurring else { return Value::Null };
    let mut recurring = json!({
        "interval": interval.as_str(),
        "interval_count": count,
        "trial_period_days": null,
        "usage_type": "licensed",
    });
    set(&mut recurring, if shape.is_current() { "meter" } else { "aggregate_usage" }, Value::Null);
    recurring
}

/// The legacy twin of a price, which subscription items still carry.
pub(crate) fn plan(price: &Price, shape: ApiShape) -> Value {
    let (interval, count) = price.recurring.unwrap_or_default();
    let mut plan = json!({
        "id": price.id,
        "object": "plan",
        "active": price.active,
        "amount": price.unit_amount,
        "amount_decimal": price.unit_amount.to_string(),
        "billing_scheme": "per_unit",
        "created": price.created,
        "currency": price.currency,
        "interval": interval.as_str(),
        "interval_count": count.max(1),
        "livemode": false,
        "metadata": price.metadata,
        "nickname": price.nickname,
        "product": price.product,
        "tiers_mode": null,
        "transform_usage": null,
        "trial_period_days": null,
        "usage_type": "licensed",
    });
    set(&mut plan, if shape.is_current() { "meter" } else { "aggregate_usage" }, Value::Null);
    plan
}

pub(crate) fn coupon(coupon: &Coupon) -> Value {
    let (percent, amount, currency) = match &coupon.terms {
        CouponTerms::Percent(bp) if bp % 100 == 0 => (json!(bp / 100), Value::Null, Value::Null),
        CouponTerms::Percent(bp) => (json!(f64::from(*bp) / 100.0), Value::Null, Value::Null),
        CouponTerms::Amount { minor, currency } => (Value::Null, json!(minor), json!(currency)),
    };
    let (duration, months) = match coupon.duration {
        CouponDuration::Once => ("once", None),
        CouponDuration::Forever => ("forever", None),
        CouponDuration::Repeating(months) => ("repeating", Some(months)),
    };
    json!({
        "id": coupon.id,
        "object": "coupon",
        "amount_off": amount,
        "created": coupon.created,
        "currency": currency,
        "duration": duration,
        "duration_in_months": months,
        "livemode": false,
        "max_redemptions": null,
        "metadata": {},
        "name": coupon.name,
        "percent_off": percent,
        "redeem_by": null,
        "times_redeemed": coupon.times_redeemed,
        "valid": true,
    })
}

/// Since clover a discount names its coupon (`source.coupon`); before, it embedded it.
pub(crate) fn discount(sandbox: &Sandbox, discount: &Discount) -> Value {
    let mut object = json!({
        "id": discount.id,
        "object": "discount",
        "checkout_session": null,
        "customer": discount.customer,
        "end": discount.end,
        "invoice": null,
        "invoice_item": null,
        "promotion_code": null,
        "start": discount.start,
        "subscription": discount.subscription,
    });
    if sandbox.shape.is_current() {
        extend(
            &mut object,
            json!({
                "customer_account": null,
                "subscription_item": null,
                "source": { "type": "coupon", "coupon": discount.coupon },
            }),
        );
    } else {
        let embedded = sandbox.coupons.find(&discount.coupon).map_or(Value::Null, coupon);
        set(&mut object, "coupon", embedded);
    }
    object
}
