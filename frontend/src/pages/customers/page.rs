//! A customer's page: who it is, and everything that happened.

use super::answers::Answers;
use super::coaching::Coaching;
use super::edit::{CustomerActions, Edit};
use super::inline::{Inline, What};
use super::lead;
use super::money::{AtAGlance, MrrHistory};
use super::notes::Notes;
use super::sections::{Clients, History, Movements, Subscriptions, Transactions};
use super::source::Source;
use super::timeline::Timeline;
use super::values::Values;
use crate::components::{
    Avatar, Badge, ErrorBox, ErrorNote, Icon, Moment, PrintHead, Reference, SkeletonCard, use_title,
};
use crate::format::MISSING;
use crate::glance::{Glance, drawn};
use crate::labels::{self, Tone};
use crate::pages::mrr_movements::stream_and_tier;
use crate::pages::stripe_actions::Billing;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::recent;
use crate::routes;
use crm_types::customers::{Customer, Priority};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn CustomerPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.glance(|p| p.get("id").unwrap_or_default()));
    let url = move || Some(format!("/api/customers/{}", id.get()));
    let query = use_query::<Customer>(url).refresh_on(use_realtime().billing());
    use_title(move || query.map(|c| lead(c).title).unwrap_or_else(|| "Customer".into()));
    Effect::new(move |_| {
        if let Some((path, title)) = query.map(|c| (routes::customer(c.id), lead(c).title)) {
            recent::opened(&path, &title);
        }
    });
    let failed = Memo::new(move |_| query.error().get().filter(|_| query.map(|_| ()).is_none()));
    let retry = Callback::new(move |()| query.refresh());
    let edit = Edit::new();
    // Nothing else is asked of somebody who is not there; and a field that is being changed stays while they are read again.
    let known = Memo::new(move |_| query.map(|customer| customer.id).is_some());
    move || {
        match failed.get() {
        Some(error) => view! {
            <h1 class="vh">"Customer"</h1>
            <ErrorBox what="Customer" error=error on_retry=retry/>
        }
        .into_any(),
        None => view! {
            <header class="page-head">
                <nav class="crumbs" aria-label="Breadcrumb">
                    <Icon name="left" small=true/><a href=routes::CUSTOMERS>"Customers"</a>
                </nav>
                <div class="page-head__row">
                    {drawn(move || match query.get() {
                        Some(customer) => view! { <Head customer=customer/> }.into_any(),
                        None => view! { <h1 class="vh">"Customer"</h1><span class="skel skel--h skel--w5"></span> }.into_any(),
                    })}
                    <CustomerActions query=query edit=edit/>
                </div>
                <PrintHead shows=Signal::stored(String::new())/>
            </header>
            <div class="grid">
                <div class="c8 stack">
                    {drawn(move || match known.get() {
                        true => view! {
                            <AtAGlance id=id customer=query/>
                            <MrrHistory id=id/>
                            <Subscriptions id=id/>
                            <Timeline id=id/>
                            <Movements id=id/>
                            <Transactions id=id/>
                            <Clients id=id/>
                        }
                        .into_any(),
                        false => view! {
                            <section class="card"><SkeletonCard label="Loading the figures" lines=4/></section>
                            <section class="card"><SkeletonCard label="Loading the history" lines=8/></section>
                        }
                        .into_any(),
                    })}
                </div>
                <div class="c4 stack">
                    <section class="card" aria-labelledby="profile">
                        <header class="card__head card__head--line"><h2 id="profile">"Profile"</h2></header>
                        <ErrorNote error=query.error()/>
                        {drawn(move || match known.get() {
                            true => view! { <Profile query=query edit=edit/> }.into_any(),
                            false => view! { <SkeletonCard label="Loading the profile" lines=7/> }.into_any(),
                        })}
                    </section>
                    {drawn(move || known.get().then(|| view! {
                        <Billing id=id customer=query/>
                        <Coaching id=id/>
                        <Answers id=id/>
                        <Notes id=id/>
                        <History id=id/>
                        <Source id=id/>
                    }).into_any())}
                </div>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Head(customer: Customer) -> impl IntoView {
    let c = customer;
    let called = lead(&c);
    view! {
        <div class="row profile-head">
            <Avatar name=called.title.clone() class="av--lg"/>
            <div class="profile-head__id">
                <div class="row row--wrap">
                    <h1>{called.title}</h1>
                    <Badge text=labels::lifecycle(c.lifecycle_state) tone=labels::lifecycle_tone(c.lifecycle_state) dot=true/>
                    {c.stream.map(|stream| view! { <Badge text=stream_and_tier(Some(stream), c.tier)/> })}
                    {(c.priority == Priority::Vip).then(|| view! { <Badge text="VIP" tone=Tone::Info/> })}
                    {c.archived_at.map(|_| view! { <Badge text="Archived"/> })}
                </div>
                <p class="who__sub">{called.sub}</p>
            </div>
        </div>
    }
}

#[component]
fn Profile(query: Query<Customer>, edit: Edit) -> impl IntoView {
    let part = move |part: fn(Customer) -> AnyView| drawn(move || query.get().map(part).into_any());
    view! {
        <div class="card__body">
            <dl class="kv">
                <Inline query=query what=What::Name edit=edit/>
                {part(kind)}
                <Inline query=query what=What::Email edit=edit/>
                {part(billed_to)}
                <Inline query=query what=What::Phone edit=edit/>
                <Inline query=query what=What::Priority edit=edit draw=|values: &Values| labels::priority(values.priority).into_any()/>
                <Inline query=query what=What::Tags edit=edit draw=|values: &Values| tags(&values.tags())/>
                <Inline query=query what=What::Organization edit=edit
                    draw=|values: &Values| reference(&values.organization, routes::ORGANIZATIONS)/>
                <Inline query=query what=What::Coach edit=edit draw=|values: &Values| reference(&values.coach, routes::COACHES)/>
                {part(rest)}
            </dl>
        </div>
    }
}

fn kind(c: Customer) -> AnyView {
    view! {
        <dt>"Type"</dt><dd>{labels::customer_type(c.customer_type)}</dd>
    }
    .into_any()
}

fn billed_to(c: Customer) -> AnyView {
    let billing = c.billing_email.filter(|b| c.email.as_ref() != Some(b));
    billing.map(|email| view! { <dt>"Billed to"</dt><dd>{email}</dd> }).into_any()
}

fn rest(c: Customer) -> AnyView {
    let or_missing = |text: Option<String>| text.unwrap_or_else(|| MISSING.into());
    view! {
        <dt>"Looked after by"</dt><dd>{or_missing(c.owner.map(|owner| owner.name))}</dd>
        <dt>"Language"</dt><dd>{or_missing(c.locale)}</dd>
        <dt>"Time zone"</dt><dd>{or_missing(c.time_zone)}</dd>
        <dt>"First paid"</dt><dd><Moment at=c.first_paid_at/></dd>
        <dt>"Known since"</dt><dd><Moment at=Some(c.created_at)/></dd>
        <dt>"Stripe id"</dt><dd class="mono">{or_missing(c.stripe_customer_id)}</dd>
    }
    .into_any()
}

/// A link to what is referred to, below the page of its list.
pub fn reference(to: &Reference, list: &str) -> AnyView {
    match to.id.is_empty() {
        true => MISSING.into_any(),
        false => view! { <a href=format!("{list}/{}", to.id)>{to.name.clone()}</a> }.into_any(),
    }
}

/// Tags as links to who else has them.
pub fn tags(tags: &[String]) -> AnyView {
    if tags.is_empty() {
        return MISSING.into_any();
    }
    let link = |tag: &String| {
        let href = routes::list(routes::CUSTOMERS, &[("tag", tag)]);
        view! { <a class="tag" href=href>{tag.clone()}</a> }
    };
    view! { <span class="row row--wrap">{tags.iter().map(link).collect_view()}</span> }.into_any()
}
