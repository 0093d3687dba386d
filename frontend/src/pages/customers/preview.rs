//! A customer beside the list.

use super::lead;
use super::page::{reference, tags};
use super::values::Values;
use crate::components::{Avatar, Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::{MISSING, money};
use crate::glance::drawn;
use crate::labels;
use crate::pages::mrr_movements::stream_and_tier;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::customers::Customer;
use leptos::prelude::*;

/// What the drawer shows.
pub fn preview(id: String) -> AnyView {
    let query =
        use_query::<Customer>(move || Some(format!("/api/customers/{id}"))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(customer), _) => view! { <Known customer=customer/> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Customer" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading the customer" lines=8/> }.into_any(),
    })
}

#[component]
fn Known(customer: Customer) -> impl IntoView {
    let c = customer;
    let called = lead(&c);
    let values = Values::of(&c);
    let or_missing = |text: Option<String>| text.unwrap_or_else(|| MISSING.into());
    view! {
        <section class="drawer__sec">
            <div class="who">
                <Avatar name=called.title.clone() class="av--lg"/>
                <div class="who__text"><h2>{called.title}</h2><span class="who__sub">{called.sub}</span></div>
            </div>
            <div class="row row--wrap mt-3">
                <Badge text=labels::lifecycle(c.lifecycle_state) tone=labels::lifecycle_tone(c.lifecycle_state) dot=true/>
                {c.stream.map(|stream| view! { <Badge text=stream_and_tier(Some(stream), c.tier)/> })}
                {c.archived_at.map(|_| view! { <Badge text="Archived"/> })}
            </div>
        </section>
        <section class="drawer__sec">
            <dl class="kv">
                <dt>"MRR"</dt><dd>{c.mrr.map_or(MISSING.into(), money)}</dd>
                <dt>"E-mail"</dt><dd>{or_missing(c.email.or(c.billing_email))}</dd>
                <dt>"Phone"</dt><dd>{or_missing(c.phone)}</dd>
                <dt>"Priority"</dt><dd>{labels::priority(c.priority)}</dd>
                <dt>"Looked after by"</dt><dd>{or_missing(c.owner.map(|owner| owner.name))}</dd>
                <dt>"Organization"</dt><dd>{reference(&values.organization, routes::ORGANIZATIONS)}</dd>
                <dt>"Coach"</dt><dd>{reference(&values.coach, routes::COACHES)}</dd>
                <dt>"Tags"</dt><dd>{tags(&c.tags)}</dd>
                <dt>"Source"</dt><dd>{or_missing(c.acquisition_source.as_deref().map(labels::phrase))}</dd>
                <dt>"First paid"</dt><dd><Moment at=c.first_paid_at/></dd>
                <dt>"Known since"</dt><dd><Moment at=Some(c.created_at)/></dd>
            </dl>
        </section>
        <div class="drawer__foot">
            <a class="btn btn--primary" href=routes::customer(c.id)>"Open customer"</a>
        </div>
    }
}
