//! `/v1/subscriptions`.

use actix_web::{HttpResponse, web};

use super::call::Call;
use super::form::Form;
use crate::error::{Error, Result};
use crate::state::billing_object::{PauseBehaviour, TrialEnd};
use crate::state::{CancelReason, ItemChange, NewItem, NewSubscription, Proration, Sandbox};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/subscriptions", web::get().to(list))
        .route("/subscriptions", web::post().to(create))
        .route("/subscriptions/{id}", web::get().to(get))
        .route("/subscriptions/{id}", web::post().to(update))
        .route("/subscriptions/{id}", web::delete().to(cancel))
        .route("/subscriptions/{id}/resume", web::post().to(resume));
}

async fn list(call: Call) -> HttpResponse {
    call.list(|sandbox, form| {
        let page = form.page()?;
        Ok(sandbox.list_subscriptions(form.text("customer"), form.text("status"), &page))
    })
}

async fn create(call: Call) -> HttpResponse {
    call.write(|sandbox, form| {
        let id = sandbox.create_subscription(NewSubscription {
            customer: form.required("customer")?.to_owned(),
            items: items(form)?,
            trial_days: trial_days(form, sandbox.now())?,
            trial_end: form
                .word("trial_settings[end_behavior][missing_payment_method]", TrialEnd::parse)?
                .unwrap_or_default(),
            coupon: coupon(form).filter(|coupon| !coupon.is_empty()).map(str::to_owned),
            error_if_incomplete: form.text("payment_behavior") == Some("error_if_incomplete"),
            metadata: form.metadata(),
        })?;
        sandbox.subscription_json(&id)
    })
}

fn items(form: &Form) -> Result<Vec<NewItem>> {
    let members = form.members("items");
    let parse = |(index, item): (usize, &Form)| {
        let missing = || Error::required(&format!("items[{index}][price]"));
        Ok(NewItem { price: item.owned("price").ok_or_else(missing)?, quantity: item.int("quantity")?.unwrap_or(1) })
    };
    members.iter().enumerate().map(parse).collect()
}

fn trial_days(form: &Form, now: i64) -> Result<u32> {
    if let Some(days) = form.int("trial_period_days")? {
        let invalid = |_| Error::invalid("trial_period_days", "This value must be greater than or equal to 0.");
        return u32::try_from(days).map_err(invalid);
    }
    match form.text("trial_end") {
        None | Some("now") => Ok(0),
        Some(_) => {
            let seconds = form.int("trial_end")?.unwrap_or(now) - now;
            let invalid = || Error::invalid("trial_end", "The sandbox takes whole days from now, in the future.");
            if seconds % crate::calendar::DAY != 0 {
                return Err(invalid());
            }
            u32::try_from(seconds / crate::calendar::DAY).map_err(|_| invalid())
        }
    }
}

/// `coupon` before basil, `discounts[0][coupon]` since.
fn coupon(form: &Form) -> Option<&str> {
    form.text("discounts[0][coupon]").or_else(|| form.text("discounts")).or_else(|| form.text("coupon"))
}

async fn get(call: Call, id: web::Path<String>) -> HttpResponse {
    call.read(|sandbox, _| sandbox.subscription_json(&id))
}

async fn update(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        sandbox.subscription_json(&id)?;
        change_terms(sandbox, &id, form)?;
        change_state(sandbox, &id, form)?;
        sandbox.subscription_json(&id)
    })
}

/// Items to change.
pub(super) fn changes(form: &Form, prefix: &str) -> Result<Vec<ItemChange>> {
    let change = |item: &Form| {
        Ok(ItemChange {
            id: item.owned("id"),
            price: item.owned("price"),
            quantity: item.int("quantity")?,
            deleted: item.flag("deleted")?.unwrap_or(false),
        })
    };
    form.members(prefix).iter().map(change).collect()
}

/// What is paid for and how much.
fn change_terms(sandbox: &mut Sandbox, id: &str, form: &Form) -> Result<()> {
    match coupon(form) {
        None => {}
        Some("") => sandbox.remove_coupon(id)?,
        Some(coupon) => sandbox.apply_coupon(id, coupon)?,
    }
    if form.has("items") {
        let proration = form.word("proration_behavior", Proration::parse)?.unwrap_or_default();
        sandbox.change_items_at(id, &changes(form, "items")?, proration, form.int("proration_date")?)?;
    }
    if form.has("metadata") {
        sandbox.set_subscription_metadata(id, form.metadata())?;
    }
    Ok(())
}

/// Whether and until when.
fn change_state(sandbox: &mut Sandbox, id: &str, form: &Form) -> Result<()> {
    match form.flag("cancel_at_period_end")? {
        None => {}
        Some(true) => sandbox.cancel_at_period_end(id, reason(form))?,
        Some(false) => sandbox.keep(id)?,
    }
    if form.text("pause_collection") == Some("") {
        sandbox.resume(id)?;
    } else if form.has("pause_collection") {
        let behaviour = form.word("pause_collection[behavior]", PauseBehaviour::parse)?;
        let behaviour = behaviour.ok_or_else(|| Error::required("pause_collection[behavior]"))?;
        sandbox.pause_collection(id, behaviour, form.int("pause_collection[resumes_at]")?)?;
    }
    match form.text("trial_end") {
        None => Ok(()),
        Some("now") => sandbox.end_trial_now(id),
        Some(_) => Err(Error::invalid("trial_end", "The sandbox can only end a trial now.")),
    }
}

fn reason(form: &Form) -> CancelReason {
    CancelReason {
        feedback: form.owned("cancellation_details[feedback]"),
        comment: form.owned("cancellation_details[comment]"),
    }
}

async fn cancel(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, form| {
        sandbox.cancel(&id, reason(form))?;
        sandbox.subscription_json(&id)
    })
}

async fn resume(call: Call, id: web::Path<String>) -> HttpResponse {
    call.write(|sandbox, _| {
        sandbox.resume_paused(&id)?;
        sandbox.subscription_json(&id)
    })
}
