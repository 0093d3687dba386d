//! A payment, refund or dispute beside the list.

use crate::api::stripe_actions::TRANSACTIONS;
use crate::components::{Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::money;
use crate::glance::drawn;
use crate::labels;
use crate::pages::stripe_actions::{Asked, Connection, Refund};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::billing::Transaction;
use leptos::prelude::*;

/// What the drawer shows.
pub fn preview(id: String) -> AnyView {
    let of = id.clone();
    let query =
        use_query::<Transaction>(move || Some(format!("{TRANSACTIONS}/{of}"))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        {drawn(move || match (query.get(), query.error().get()) {
            (Some(transaction), _) => view! { <Facts transaction=transaction/> }.into_any(),
            (None, Some(error)) => view! { <ErrorBox what="Transaction" error=error on_retry=retry/> }.into_any(),
            (None, None) => view! { <SkeletonCard label="Loading the transaction" lines=8/> }.into_any(),
        })}
        <div class="drawer__sec stack"><Connection/><Asked by="transaction_id" id=Signal::stored(id)/></div>
        <div class="drawer__foot">
            <Refund query=query/>
            {move || query.map(|t| t.customer_id).map(|id| view! { <a class="btn" href=routes::customer(id)>"Open customer"</a> })}
        </div>
    }
    .into_any()
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
                {t.subscription_id.map(|id| view! { <dt>"Subscription"</dt><dd><a href=routes::subscription(id)>"Open subscription"</a></dd> })}
                <dt>"At Stripe"</dt><dd class="mono">{t.business_key}</dd>
            </dl>
        </section>
    }
}
