//! A plan beside the list.

use super::price::{cost, name_within, subscribers};
use super::{Badges, subscribers_of};
use crate::api::plans;
use crate::components::{Badge, ErrorBox, SkeletonCard};
use crate::format::{self, MISSING, amounts};
use crate::glance::drawn;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::plans::Plan;
use leptos::prelude::*;

/// What the drawer shows.
pub fn preview(id: String) -> AnyView {
    let query = use_query::<Plan>(move || Some(plans::plan(&id))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(plan), _) => view! { <Known plan=plan/> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Plan" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading the plan" lines=8/> }.into_any(),
    })
}

#[component]
fn Known(plan: Plan) -> impl IntoView {
    let (href, subscriptions) = (routes::plan(&plan.id), routes::list(routes::SUBSCRIPTIONS, &[("plan_id", &plan.id)]));
    let mrr = if plan.mrr.is_empty() { MISSING.into() } else { amounts(&plan.mrr) };
    let prices = plan.prices.iter().map(|price| {
        let costs = price.nickname.is_some().then(|| view! { <span class="sub">{cost(price)}</span> });
        view! {
            <dt>{name_within(price)}{(!price.active).then(|| view! { " "<Badge text="Archived"/> })}{costs}</dt>
            <dd>{subscribers(price)}</dd>
        }
    });
    let prices = prices.collect_view();
    let (name, none) = (plan.name.clone(), plan.prices.is_empty());
    let (known, trials, cancelling) = (subscribers_of(&plan).view(), plan.trials, plan.cancelling);
    view! {
        <section class="drawer__sec">
            <h2>{name}</h2>
            <div class="row row--wrap mt-3"><Badges plan=plan/></div>
        </section>
        <section class="drawer__sec">
            <dl class="kv kv--num">
                <dt>"MRR"</dt><dd>{mrr}</dd>
                <dt>"Subscribers"</dt><dd>{known}</dd>
                <dt>"In trial"</dt><dd>{format::count(trials)}</dd>
                <dt>"Set to end"</dt><dd>{format::count(cancelling)}</dd>
            </dl>
        </section>
        <section class="drawer__sec" hidden=none><h3>"Prices"</h3><dl class="kv kv--state">{prices}</dl></section>
        <div class="drawer__foot">
            <a class="btn btn--primary" href=href>"Open plan"</a>
            <a class="btn" href=subscriptions>"Its subscriptions"</a>
        </div>
    }
}
