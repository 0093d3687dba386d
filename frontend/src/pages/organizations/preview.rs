//! An organization beside the list.

use super::without_scheme;
use crate::api::organizations;
use crate::components::{Badge, ErrorBox, Moment, SkeletonCard};
use crate::format::{self, MISSING, amounts};
use crate::glance::drawn;
use crate::labels;
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::organizations::Organization;
use leptos::prelude::*;

/// What the drawer shows.
pub fn preview(id: String) -> AnyView {
    let query =
        use_query::<Organization>(move || Some(organizations::organization(&id))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(organization), _) => view! { <Known organization=organization/> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Organization" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading the organization" lines=8/> }.into_any(),
    })
}

#[component]
fn Known(organization: Organization) -> impl IntoView {
    let o = organization;
    let or_missing = |text: Option<String>| text.unwrap_or_else(|| MISSING.into());
    let customers = routes::list(routes::CUSTOMERS, &[("organization", &o.id.to_string())]);
    view! {
        <section class="drawer__sec">
            <h2>{o.name}</h2>
            <div class="row row--wrap mt-3">
                <Badge text=labels::organization_status(o.status) tone=labels::organization_tone(o.status) dot=true/>
                <Badge text=labels::organization_kind(o.kind)/>
                {o.archived_at.map(|_| view! { <Badge text="Archived"/> })}
            </div>
        </section>
        <section class="drawer__sec">
            <dl class="kv">
                <dt>"Coaches"</dt><dd>{format::count(o.coaches)}</dd>
                <dt>"Clients"</dt><dd>{format::count(o.clients)}</dd>
                <dt>"MRR"</dt><dd>{if o.mrr.is_empty() { MISSING.into() } else { amounts(&o.mrr) }}</dd>
                <dt>"E-mail"</dt><dd>{or_missing(o.email)}</dd>
                <dt>"Phone"</dt><dd>{or_missing(o.phone)}</dd>
                <dt>"Website"</dt><dd>{or_missing(o.website.as_deref().map(without_scheme))}</dd>
                <dt>"Known since"</dt><dd><Moment at=Some(o.created_at)/></dd>
            </dl>
        </section>
        <div class="drawer__foot">
            <a class="btn btn--primary" href=routes::organization(o.id)>"Open organization"</a>
            <a class="btn" href=customers>"Its customers"</a>
        </div>
    }
}
