use super::read::{Read, Reader};
use crate::billing::facts::{
    Body, Charge, Dispute, Fact, FailedAttempt, Fee, Invoice, InvoiceLine, InvoicePayment, ObjectFact, PaymentIntent,
    Refund, Stamp,
};

fn object(source: &Reader<'_>, id: String, stamp: Stamp, body: Body) -> Fact {
    Fact::Object(ObjectFact { id, customer: source.id("customer"), stamp, body })
}

pub fn invoice(object_: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Vec<Fact>> {
    let id = object_.required_id("id")?;
    object_.required_id("customer")?;
    let currency = object_.currency("currency")?;
    let status = match object_.maybe_text("status") {
        Some(status) => status,
        None if object_.flag("paid") => "paid".to_owned(),
        None => return Err(format!("{}.status is missing or not text", object_.path())),
    };
    let status_rank = match status.as_str() {
        "draft" => 0,
        "open" => 1,
        _ => 2,
    };
    let type_rank = match kind {
        "invoice.created" => 0,
        "invoice.finalized" => 1,
        "invoice.payment_failed" => 2,
        _ => 3,
    };
    let parent = object_.maybe_object("parent").and_then(|p| p.maybe_object("subscription_details"));
    let line_subscription = || {
        object_.list("lines")?.iter().find_map(|line| {
            line.id("subscription")
                .or_else(|| line.maybe_object("parent")?.maybe_object("subscription_item_details")?.id("subscription"))
        })
    };
    let tax = object_.maybe_integer("tax").or_else(|| {
        let rows = object_.list("total_taxes").or_else(|| object_.list("total_tax_amounts"))?;
        Some(rows.iter().filter_map(|t| t.maybe_integer("amount")).fold(0, i64::saturating_add))
    });
    let amount_paid = object_.maybe_integer("amount_paid").unwrap_or(0);
    let amount_due = object_.integer("amount_due")?;
    let paid_at = object_.maybe_object("status_transitions").and_then(|t| t.maybe_instant("paid_at"));
    let stamp = stamp(status_rank * 4 + type_rank);
    let mut facts = Vec::new();
    if kind == "invoice.payment_failed" {
        let attempt = object_.maybe_integer("attempt_count").unwrap_or(1).to_string();
        let body = Body::FailedAttempt(FailedAttempt {
            of_invoice: true,
            invoice: Some(id.clone()),
            payment_intent: object_.id("payment_intent"),
            amount: object_.maybe_integer("amount_remaining").unwrap_or(amount_due),
            currency,
            attempt: attempt.clone(),
            reason: object_.maybe_object("last_finalization_error").and_then(|e| e.maybe_text("message")),
            at: stamp.at,
        });
        facts.push(object(object_, format!("{id}:failed:{attempt}"), stamp.clone(), body));
    }
    let body = Body::Invoice(Invoice {
        number: object_.maybe_text("number"),
        subscription: object_
            .id("subscription")
            .or_else(|| parent.and_then(|p| p.id("subscription")))
            .or_else(line_subscription),
        currency,
        amount_paid,
        amount_remaining: object_.maybe_integer("amount_remaining").unwrap_or(amount_due.saturating_sub(amount_paid)),
        tax: tax.unwrap_or(0),
        billing_reason: object_.maybe_text("billing_reason"),
        out_of_band: object_.flag("paid_out_of_band"),
        created: object_.maybe_instant("created").unwrap_or(stamp.at),
        paid_at: paid_at.or_else(|| (status == "paid").then_some(stamp.at)),
        payment_intent: object_.id("payment_intent"),
        charge: object_.id("charge"),
        lines: object_.list("lines").unwrap_or_default().iter().map(line).collect(),
        status,
    });
    facts.push(object(object_, id, stamp, body));
    Ok(facts)
}

fn line(line: &Reader<'_>) -> InvoiceLine {
    // Since basil the price is named within `pricing`.
    let details = || line.maybe_object("pricing")?.maybe_object("price_details")?.id("price");
    let discounts = line.list("discount_amounts").unwrap_or_default();
    let discounts = discounts.iter().filter_map(|d| d.maybe_integer("amount")).fold(0, i64::saturating_add);
    let period = line.maybe_object("period");
    InvoiceLine {
        price: line.id("price").or_else(details).or_else(|| line.id("plan")),
        amount: line.maybe_integer("amount").unwrap_or(0).saturating_sub(discounts),
        from: period.as_ref().and_then(|p| p.maybe_instant("start")),
        to: period.as_ref().and_then(|p| p.maybe_instant("end")),
    }
}

pub fn invoice_payment(object_: &Reader<'_>, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    let payment = object_.object("payment")?;
    let body = Body::InvoicePayment(InvoicePayment {
        invoice: Some(object_.required_id("invoice")?),
        payment_intent: payment.id("payment_intent"),
        charge: payment.id("charge"),
    });
    Ok(object(object_, object_.required_id("id")?, stamp(1), body))
}

pub fn payment_intent(object_: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Vec<Fact>> {
    let id = object_.required_id("id")?;
    let status = object_.text("status")?.to_owned();
    let rank = match status.as_str() {
        "processing" => 1,
        "canceled" => 2,
        "succeeded" => 3,
        _ => 0,
    };
    let stamp = stamp(rank);
    let currency = object_.currency("currency")?;
    let amount = object_.integer("amount")?;
    let error = object_.maybe_object("last_payment_error");
    let last_error = error.as_ref().and_then(|e| e.maybe_text("message").or_else(|| e.maybe_text("code")));
    // Before 2022-11-15 charges were listed inside.
    let listed = || object_.list("charges").and_then(|c| c.first().and_then(|c| c.id("id")));
    let latest_charge = object_.id("latest_charge").or_else(listed);
    let mut facts = Vec::new();
    if kind == "payment_intent.payment_failed" {
        let charge = error.as_ref().and_then(|e| e.id("charge")).or_else(|| latest_charge.clone());
        let attempt = charge.unwrap_or_else(|| stamp.at.timestamp().to_string());
        let body = Body::FailedAttempt(FailedAttempt {
            of_invoice: false,
            invoice: object_.id("invoice"),
            payment_intent: Some(id.clone()),
            amount,
            currency,
            attempt: attempt.clone(),
            reason: last_error.clone(),
            at: stamp.at,
        });
        facts.push(object(object_, format!("{id}:failed:{attempt}"), stamp.clone(), body));
    }
    let body = Body::PaymentIntent(PaymentIntent {
        status,
        amount,
        amount_received: object_.maybe_integer("amount_received").unwrap_or(0),
        currency,
        invoice: object_.id("invoice"),
        for_invoice: object_.id("invoice").is_some() || described_as_invoice(object_),
        latest_charge,
        last_error,
        created: object_.maybe_instant("created").unwrap_or(stamp.at),
    });
    facts.push(object(object_, id, stamp, body));
    Ok(facts)
}

/// Since basil a payment intent does not name its invoice, and the event that links the two comes only with success.
/// Stripe's own description tells them from payments that were made directly.
fn described_as_invoice(object_: &Reader<'_>) -> bool {
    let description = object_.maybe_text("description").unwrap_or_default();
    ["Subscription creation", "Subscription update", "Subscription cycle", "Payment for Invoice", "Invoice "]
        .iter()
        .any(|beginning| description.starts_with(beginning))
}

pub fn charge(object_: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Vec<Fact>> {
    // Anything under `charge` is the charge itself, or about something that is not used.
    if object_.maybe_text("object").is_some_and(|o| o != "charge") {
        return Ok(Vec::new());
    }
    let rank = i16::from(kind == "charge.refunded") + i16::from(kind != "charge.pending");
    let mut facts = Vec::new();
    for entry in object_.list("refunds").unwrap_or_default() {
        facts.push(refund(&entry, &|_| stamp(0))?);
    }
    facts.extend(fee(object_, stamp(0)));
    let stamp = stamp(rank);
    let body = Body::Charge(Charge {
        status: object_.text("status")?.to_owned(),
        amount: object_.integer("amount")?,
        amount_refunded: object_.maybe_integer("amount_refunded").unwrap_or(0),
        currency: object_.currency("currency")?,
        payment_intent: object_.id("payment_intent"),
        invoice: object_.id("invoice"),
        created: object_.maybe_instant("created").unwrap_or(stamp.at),
    });
    facts.push(object(object_, object_.required_id("id")?, stamp, body));
    Ok(facts)
}

/// The fee stands in the charge's balance transaction, which events name by its id unless somebody expanded it. It is a fact
/// of its own: a later event of the charge that only names it does not take it away.
fn fee(charge: &Reader<'_>, stamp: Stamp) -> Option<Fact> {
    let balance = charge.maybe_object("balance_transaction")?;
    let body = Body::Fee(Fee {
        charge: charge.id("id"),
        amount: balance.maybe_integer("fee")?,
        currency: balance.currency("currency").ok()?,
    });
    Some(object(charge, balance.id("id")?, stamp, body))
}

pub fn refund(object_: &Reader<'_>, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    // Before 2018 a refund had no status: it had succeeded.
    let status = object_.maybe_text("status").unwrap_or_else(|| "succeeded".to_owned());
    let rank = match status.as_str() {
        "pending" | "requires_action" => 1,
        "succeeded" => 2,
        _ => 3,
    };
    let charge = object_.id("charge");
    let payment_intent = object_.id("payment_intent");
    if charge.is_none() && payment_intent.is_none() {
        return Err(format!("{} names neither a charge nor a payment intent", object_.path()));
    }
    let stamp = stamp(rank);
    let body = Body::Refund(Refund {
        status,
        amount: object_.integer("amount")?,
        currency: object_.currency("currency")?,
        charge,
        payment_intent,
        reason: object_.maybe_text("failure_reason").or_else(|| object_.maybe_text("reason")),
        created: object_.maybe_instant("created").unwrap_or(stamp.at),
    });
    Ok(object(object_, object_.required_id("id")?, stamp, body))
}

pub fn dispute(object_: &Reader<'_>, kind: &str, stamp: &dyn Fn(i16) -> Stamp) -> Read<Fact> {
    let status = object_.text("status")?.to_owned();
    let status_rank = match status.as_str() {
        "warning_needs_response" => 0,
        "warning_under_review" => 1,
        "needs_response" => 2,
        "under_review" => 3,
        _ => 4,
    };
    // Events of one second: what moved the money is newer than what announced it.
    let type_rank = match kind {
        "charge.dispute.created" => 0,
        "charge.dispute.updated" => 1,
        "charge.dispute.funds_withdrawn" => 2,
        "charge.dispute.funds_reinstated" => 3,
        _ => 4,
    };
    let charge = object_.id("charge");
    let payment_intent = object_.id("payment_intent");
    if charge.is_none() && payment_intent.is_none() {
        return Err(format!("{} names neither a charge nor a payment intent", object_.path()));
    }
    let stamp = stamp(status_rank * 8 + type_rank);
    // Stripe lists what a dispute moved within it: out, and back in when it was won.
    let moves = object_.list("balance_transactions").unwrap_or_default();
    let net = moves.iter().filter_map(|m| m.maybe_integer("amount")).fold(0, i64::saturating_add);
    let out = moves.iter().filter(|m| m.maybe_integer("amount").is_some_and(|amount| amount < 0));
    let withdrawn_at = out.filter_map(|m| m.maybe_instant("created")).min();
    let body = Body::Dispute(Dispute {
        status,
        amount: object_.integer("amount")?,
        currency: object_.currency("currency")?,
        charge,
        payment_intent,
        reason: object_.maybe_text("reason"),
        withdrawn: net < 0 || (moves.is_empty() && kind == "charge.dispute.funds_withdrawn"),
        at: withdrawn_at.or_else(|| object_.maybe_instant("created")).unwrap_or(stamp.at),
    });
    Ok(object(object_, object_.required_id("id")?, stamp, body))
}
