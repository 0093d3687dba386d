//! A payment or refund beside its list, and giving money back.

use super::{Asked, Connection, asked, use_denied};
use crate::api::ApiError;
use crate::api::stripe_actions::{self as api, TRANSACTIONS};
use crate::components::{
    ActionButton, Badge, Dialog, DialogForm, ErrorBox, ErrorNote, Field, FormErrors, Moment, Select, Sending,
    SkeletonCard, use_toasts,
};
use crate::format::money;
use crate::glance::drawn;
use crate::labels;
use crate::list::minor;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::billing::{Transaction, TransactionKind, TransactionStatus};
use crm_types::stripe_actions::{NewRefund, RefundReason};
use crm_types::{FieldError, Money};
use leptos::prelude::*;

/// Beside the list.
#[component]
pub fn TransactionPreview(
    /// Its id.
    id: String,
) -> impl IntoView {
    let of = id.clone();
    let query =
        use_query::<Transaction>(move || Some(format!("{TRANSACTIONS}/{of}"))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let open = RwSignal::new(false);
    let refused = use_denied(Permission::TransactionsWrite);
    let denied = Signal::derive(move || refused.get().or_else(|| query.map(barred).flatten()));
    view! {
        {drawn(move || match (query.get(), query.error().get()) {
            (Some(transaction), _) => view! { <Facts transaction=transaction/> }.into_any(),
            (None, Some(error)) => view! { <ErrorBox what="Transaction" error=error on_retry=retry/> }.into_any(),
            (None, None) => view! { <SkeletonCard label="Loading the transaction" lines=8/> }.into_any(),
        })}
        <div class="drawer__sec stack"><Connection/><Asked by="transaction_id" id=Signal::stored(id)/></div>
        <div class="drawer__foot">
            {move || query.map(|t| t.kind == TransactionKind::Payment).unwrap_or(false).then(|| view! {
                <ActionButton label="Refund".to_owned() class="btn--primary" denied=denied
                    on_press=Callback::new(move |()| open.set(true))/>
            })}
            {move || query.map(|t| t.customer_id).map(|id| view! { <a class="btn" href=routes::customer(id)>"Open customer"</a> })}
        </div>
        <Dialog id="refund-payment" title=Signal::stored("Refund payment".to_owned()) open=open>
            {move || untrack(|| query.get()).map(|payment| view! { <RefundForm payment=payment open=open/> })}
        </Dialog>
    }
}

/// Why a payment cannot be refunded, if so.
fn barred(t: &Transaction) -> Option<String> {
    let why = match t.status {
        TransactionStatus::Succeeded if left(t).minor <= 0 => "This payment has been refunded already.",
        TransactionStatus::Succeeded => return None,
        _ => "Only a payment that succeeded can be refunded.",
    };
    Some(why.to_owned())
}

fn left(t: &Transaction) -> Money {
    Money::new(t.amount.minor.saturating_sub(t.refunded.minor), t.amount.currency)
}

#[component]
fn Facts(transaction: Transaction) -> impl IntoView {
    let t = transaction;
    let title = t.invoice_number.clone().unwrap_or_else(|| t.business_key.clone());
    let (tone, state) = labels::transaction_state(t.kind, t.status);
    view! {
        <section class="drawer__sec">
            <h2>{title}</h2>
            <p class="who__sub">{t.customer_name.clone().unwrap_or_default()}</p>
            <div class="row row--wrap mt-3"><Badge text=state tone=tone dot=true/></div>
        </section>
        <section class="drawer__sec">
            <dl class="kv kv--num">
                <dt>{labels::transaction_kind(t.kind)}</dt><dd>{money(t.amount)}</dd>
                <dt>"Went back"</dt><dd>{money(t.refunded)}</dd>
                <dt>"Tax within"</dt><dd>{money(t.tax)}</dd>
                <dt>"Paid for"</dt><dd>{labels::transaction_type(t.transaction_type)}</dd>
                <dt>"Date"</dt><dd><Moment at=Some(t.occurred_at) exact=true/></dd>
                {t.reason.as_deref().map(labels::phrase).map(|why| view! { <dt>"Reason"</dt><dd>{why}</dd> })}
                {t.subscription_id.map(|id| view! { <dt>"For"</dt><dd><a href=routes::subscription(id)>"Subscription"</a></dd> })}
                <dt>"At Stripe"</dt><dd class="mono">{t.business_key}</dd>
            </dl>
        </section>
    }
}

#[component]
fn RefundForm(payment: Transaction, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (id, left) = (payment.id, left(&payment));
    let amount = RwSignal::new(left.to_decimal());
    let reason = RwSignal::new(RefundReason::RequestedByCustomer.as_str().to_owned());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let typed = minor(&amount.get_untracked(), Some(left.currency)).parse().ok();
        let reason = reason.get_untracked().parse().unwrap_or(RefundReason::RequestedByCustomer);
        Box::pin(async move {
            let wrong = || FieldError::new("amount", "invalid", "Write an amount such as 19.00.");
            let minor: i64 = typed.ok_or_else(|| ApiError::of_fields(vec![wrong()]))?;
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
