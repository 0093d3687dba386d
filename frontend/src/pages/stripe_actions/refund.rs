//! Giving money back.

use super::{asked, use_denied};
use crate::api::ApiError;
use crate::api::stripe_actions as api;
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Select, Sending, use_toasts};
use crate::format::{minor_units, money};
use crate::labels;
use crate::query::Query;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::billing::{Transaction, TransactionKind, TransactionStatus};
use crm_types::stripe_actions::{NewRefund, RefundReason};
use crm_types::{FieldError, Money};
use leptos::prelude::*;

/// The button of a payment, and the dialog that it opens.
#[component]
pub fn Refund(query: Query<Transaction>) -> impl IntoView {
    let open = RwSignal::new(false);
    let refused = use_denied(Permission::TransactionsWrite);
    let denied = Signal::derive(move || refused.get().or_else(|| query.map(barred).flatten()));
    view! {
        {move || query.map(|t| t.kind == TransactionKind::Payment).unwrap_or(false).then(|| view! {
            <ActionButton label="Refund".to_owned() class="btn--primary" denied=denied
                on_press=Callback::new(move |()| open.set(true))/>
        })}
        <Dialog id="refund-payment" title=Signal::stored("Refund payment".to_owned()) open=open>
            {move || untrack(|| query.get()).map(|payment| view! { <RefundForm payment=payment open=open/> })}
        </Dialog>
    }
}

/// Why a payment cannot be refunded, if so.
fn barred(t: &Transaction) -> Option<String> {
    let why = match t.status {
        TransactionStatus::Succeeded if left(t).minor <= 0 => "All of this payment went back already.",
        TransactionStatus::Succeeded => return None,
        _ => "Only a payment that succeeded can be refunded.",
    };
    Some(why.to_owned())
}

fn left(t: &Transaction) -> Money {
    Money::new(t.amount.minor.saturating_sub(t.refunded.minor), t.amount.currency)
}

#[component]
fn RefundForm(payment: Transaction, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (id, left) = (payment.id, left(&payment));
    let amount = RwSignal::new(left.to_decimal());
    let reason = RwSignal::new(RefundReason::RequestedByCustomer.as_str().to_owned());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let typed = minor_units(&amount.get_untracked(), Some(left.currency));
        let reason = reason.get_untracked().parse().unwrap_or(RefundReason::RequestedByCustomer);
        Box::pin(async move {
            let wrong = || FieldError::new("amount", "invalid", "Write an amount such as 19.00.");
            let minor = typed.ok_or_else(|| ApiError::of_fields(vec![wrong()]))?;
            let new = NewRefund { amount: Some(Money::new(minor, left.currency)), reason };
            asked(toasts, &api::refund(session, id, &new).await?);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Refund payment" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p class="muted">{format!("{} is left of this payment. What goes back cannot be taken back.", money(left))}</p>
            <Field id="refund-amount" label="Amount" value=amount error=errors.of("amount")/>
            <Select id="refund-reason" label="Reason" value=reason choices=labels::refund_reasons()
                on_change=Callback::new(move |value| reason.set(value)) error=errors.of("reason")/>
        </DialogForm>
    }
}
