//! A coach beside the list.

use crate::api::coaching;
use crate::components::{Avatar, Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::{self, MISSING, amounts, money};
use crate::glance::drawn;
use crate::labels;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::coaching::CoachDetails;
use leptos::prelude::*;

/// What the drawer shows.
pub fn preview(id: String) -> AnyView {
    let query = use_query::<CoachDetails>(move || Some(coaching::coach(&id))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(details), _) => view! { <Known details=details/> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Coach" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading the coach" lines=6/> }.into_any(),
    })
}

#[component]
fn Known(details: CoachDetails) -> impl IntoView {
    let d = details;
    let organization = match d.coach.organization {
        Some(organization) => {
            view! { <a href=routes::organization(organization.id)>{organization.name}</a> }.into_any()
        }
        None => MISSING.into_any(),
    };
    let mrr = if d.coach.mrr.is_empty() { MISSING.into() } else { amounts(&d.coach.mrr) };
    view! {
        <section class="drawer__sec">
            <div class="who">
                <Avatar name=d.coach.name.clone() class="av--lg"/>
                <div class="who__text"><h2>{d.coach.name}</h2><span class="who__sub">{d.coach.email}</span></div>
            </div>
            <div class="row row--wrap mt-3">
                <Badge text=labels::lifecycle(d.lifecycle_state) tone=labels::lifecycle_tone(d.lifecycle_state) dot=true/>
            </div>
        </section>
        <section class="drawer__sec">
            <dl class="kv">
                <dt>"Clients"</dt><dd>{format::count(d.coach.clients)}</dd>
                <dt>"Paying"</dt><dd>{format::count(d.paying_clients)}</dd>
                <dt>"Clients’ MRR"</dt><dd>{mrr}</dd>
                <dt>"Own MRR"</dt><dd>{d.own_mrr.map_or_else(|| MISSING.into(), money)}</dd>
                <dt>"Organization"</dt><dd>{organization}</dd>
                <dt>"Known since"</dt><dd><Moment at=Some(d.coach.created_at)/></dd>
            </dl>
        </section>
        <div class="drawer__foot">
            <a class="btn btn--primary" href=routes::coach(d.coach.id)>"Open coach"</a>
            <a class="btn" href=routes::customer(d.coach.id)>"Open customer"</a>
        </div>
    }
}
