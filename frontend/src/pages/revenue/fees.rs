//! What payments cost, where Stripe does not tell.

use super::{basis_points, percent};
use crate::api::ApiError;
use crate::api::revenue::{self, FEES};
use crate::components::{
    ActionButton, CURRENCIES, Dialog, DialogForm, ErrorBox, ErrorNote, Explain, Field, FormErrors, Moment, Select,
    Sending, SkeletonCard, instant, use_toasts,
};
use crate::format::{minor_units, money};
use crate::glance::drawn;
use crate::query::{changed, use_query};
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::revenue::{NewPaymentFee, PaymentFee};
use crm_types::{Currency, FieldError};
use leptos::prelude::*;

/// The card.
#[component]
pub fn Fees() -> impl IntoView {
    let query = use_query::<Vec<PaymentFee>>(|| Some(FEES.to_owned()));
    let retry = Callback::new(move |()| query.refresh());
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::RevenueWrite));
    view! {
        <section class="card" aria-labelledby="fees">
            <header class="card__head card__head--line">
                <h2 id="fees">"Payment fees"</h2>
                <Explain id="fees-how" of="Payment fees">
                    <p>"Stripe’s events name the balance transaction that holds a charge’s fee, and do not hold it. Where an event does (because it was expanded), that fee counts; for all other payments the fee that is declared here, of the newest declaration before the payment."</p>
                    <p>"Only rules “without tax and payment fees” look at it. Where nothing is declared and nothing was told, a payment counts as free of fees. What was paid outside of Stripe has none."</p>
                    <p>"A refund takes back of every party what it got: the fee, which Stripe keeps, is then the platform’s."</p>
                </Explain>
                <div class="end">
                    <ActionButton label="Declare fee".to_owned() class="btn--sm" denied=denied on_press=Callback::new(move |()| open.set(true))/>
                </div>
            </header>
            <div class="card__body">
                <p class="muted small">"What payments cost where Stripe’s events do not tell. It counts for rules that share what is left after fees."</p>
                {drawn(move || match (query.get(), query.error().get()) {
                    (Some(fees), _) if fees.is_empty() => view! { <p class="mt-3">"None so far: payments count as free of fees."</p> }.into_any(),
                    (Some(fees), _) => {
                        let row = |fee: PaymentFee| {
                            let code = fee.fixed.currency.code().to_ascii_uppercase();
                            let words = format!("{} and {} a payment", percent(fee.rate_bp), money(fee.fixed));
                            view! { <dt>{code}" since "<Moment at=Some(fee.starts_at)/></dt><dd class="num">{words}</dd> }
                        };
                        view! { <dl class="kv mt-3">{fees.into_iter().map(row).collect_view()}</dl> }.into_any()
                    }
                    (None, Some(error)) => view! { <ErrorBox what="Payment fees" error=error on_retry=retry/> }.into_any(),
                    (None, None) => view! { <SkeletonCard label="Loading payment fees" lines=2/> }.into_any(),
                })}
            </div>
        </section>
        <Dialog id="declare-fee" title=Signal::stored("Declare fee".to_owned()) open=open><Form open=open/></Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (currency, rate, fixed, starts) = (text(Currency::USD.code()), text(""), text("0"), text(""));
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let currency = currency.get_untracked().parse().unwrap_or(Currency::USD);
        let rate_bp = basis_points(&rate.get_untracked());
        let fixed_minor = minor_units(&fixed.get_untracked(), Some(currency));
        let starts_at = instant(&starts.get_untracked());
        Box::pin(async move {
            let (Some(rate_bp), Some(fixed_minor)) = (rate_bp, fixed_minor) else {
                let wrong = |field: &str, why: &str| FieldError::new(field, "invalid", why.to_owned());
                let rate = rate_bp.is_none().then(|| wrong("rate_bp", "Write a part of 100, such as 2.9."));
                let fixed = fixed_minor.is_none().then(|| wrong("fixed_minor", "Write an amount such as 0.30."));
                return Err(ApiError::of_fields(rate.into_iter().chain(fixed).collect()));
            };
            revenue::declare_fee(session, currency, &NewPaymentFee { rate_bp, fixed_minor, starts_at }).await?;
            changed(FEES);
            toasts.done("Fee declared: what is left after fees is shared anew since then");
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Declare fee" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <Select id="fee-currency" label="Currency" value=currency choices=CURRENCIES.to_vec()
                on_change=Callback::new(move |value| currency.set(value)) error=errors.of("currency")/>
            <div class="fields-2">
                <Field id="fee-rate" label="Of the amount, in %" value=rate error=errors.of("rate_bp") hint="Such as 2.9."/>
                <Field id="fee-fixed" label="And for each payment" value=fixed error=errors.of("fixed_minor") hint="Such as 0.30."/>
            </div>
            <Field id="fee-starts" label="From" kind="datetime-local" value=starts error=errors.of("starts_at") hint="Now when empty."/>
        </DialogForm>
    }
}
