//! A new subscription, or a link by which the customer starts one.

use super::asked;
use super::coupon::CouponField;
use super::price::PriceSelect;
use crate::api::ApiError;
use crate::api::stripe_actions as api;
use crate::components::{Check, DialogForm, ErrorNote, Field, FormErrors, Sending, use_toasts};
use crate::session::use_session;
use crm_types::FieldError;
use crm_types::ids::CustomerId;
use crm_types::stripe_actions::{CheckoutRequest, NewStripeSubscription, TRIAL_DAYS};
use leptos::prelude::*;

/// What is subscribed to.
#[derive(Clone, Copy)]
struct Draft {
    price: RwSignal<String>,
    quantity: RwSignal<String>,
    trial: RwSignal<bool>,
}

impl Draft {
    fn new() -> Self {
        Self {
            price: RwSignal::new(String::new()),
            quantity: RwSignal::new("1".to_owned()),
            trial: RwSignal::new(true),
        }
    }

    /// Price and quantity, or what is wrong with them.
    fn read(self) -> Result<(String, i64), ApiError> {
        let price = self.price.get_untracked();
        let quantity = self.quantity.get_untracked().trim().parse().ok();
        let errors = [
            price.is_empty().then(|| FieldError::new("price_id", "required", "Choose a price.")),
            quantity.is_none().then(|| FieldError::new("quantity", "invalid", "Write a whole number.")),
        ];
        match quantity {
            Some(quantity) if !price.is_empty() => Ok((price, quantity)),
            _ => Err(ApiError::of_fields(errors.into_iter().flatten().collect())),
        }
    }
}

#[component]
fn DraftFields(draft: Draft, errors: FormErrors) -> impl IntoView {
    let trial = draft.trial;
    view! {
        <PriceSelect id="new-price" label="Price" value=draft.price error=errors.of("price_id")/>
        <Field id="new-quantity" label="Quantity" value=draft.quantity error=errors.of("quantity")/>
        <Check label=format!("Begins with a free trial of {TRIAL_DAYS} days") checked=trial
            on_change=Callback::new(move |on| trial.set(on))/>
    }
}

/// The form of a new subscription.
#[component]
pub fn StartForm(customer: CustomerId, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (draft, coupon, errors) = (Draft::new(), RwSignal::new(String::new()), FormErrors::new());
    let send = move |()| -> Sending {
        let read = draft.read();
        let coupon = Some(coupon.get_untracked()).filter(|text| !text.trim().is_empty());
        let trial = draft.trial.get_untracked();
        Box::pin(async move {
            let (price_id, quantity) = read?;
            let new = NewStripeSubscription { customer_id: customer, price_id, quantity, trial, coupon };
            asked(toasts, &api::start(session, &new).await?);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Start subscription" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <DraftFields draft=draft errors=errors/>
            <CouponField id="new-coupon" value=coupon error=errors.of("coupon")/>
        </DialogForm>
    }
}

/// A link to the checkout.
#[component]
pub fn CheckoutForm(
    customer: CustomerId,
    open: RwSignal<bool>,
    /// Where the link goes, with whose it is.
    link: RwSignal<Option<(CustomerId, String)>>,
) -> impl IntoView {
    let session = use_session();
    let (draft, errors) = (Draft::new(), FormErrors::new());
    let send = move |()| -> Sending {
        let read = draft.read();
        let trial = draft.trial.get_untracked();
        Box::pin(async move {
            let (price_id, quantity) = read?;
            let request = CheckoutRequest { price_id, quantity, trial };
            let found = api::checkout(session, customer, &request).await;
            link.try_set(Some((customer, found?.url)));
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Make link" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p class="muted">"The customer enters a card there and pays. The link is good for a day."</p>
            <DraftFields draft=draft errors=errors/>
        </DialogForm>
    }
}
