//! What those pay who belong to an organization, and what it earns of what is shared.

use crate::api::customers::CUSTOMERS;
use crate::api::organizations;
use crate::components::{ErrorBox, Explain, SkeletonCard, StatTile};
use crate::format::{self, MISSING, amounts, money};
use crate::glance::drawn;
use crate::labels;
use crate::pages::revenue::own_statements;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::customers::Customer;
use crm_types::organizations::{Organization, OrganizationRevenue, OrganizationStream};
use crm_types::plans::Stream;
use leptos::prelude::*;
use std::cmp::Reverse;

/// The figures at the top, each a link to its rows.
#[component]
pub fn Tiles(query: Query<Organization>, id: Memo<String>) -> impl IntoView {
    let rows = move |path: &'static str, more: &'static [(&'static str, &'static str)]| {
        Signal::derive(move || {
            let id = id.get();
            let filters: Vec<_> = [("organization", id.as_str())].into_iter().chain(more.iter().copied()).collect();
            routes::list(path, &filters)
        })
    };
    let text = move |read: fn(&Organization) -> String| {
        Signal::derive(move || query.map(read).unwrap_or_else(|| MISSING.into()))
    };
    let note = move |read: fn(&Organization) -> Option<String>| Signal::derive(move || query.map(read).flatten());
    let explain = || {
        view! {
            <Explain id="x-organization-mrr" of="MRR of an organization">
                <p>"What all who belong to it pay a month: the organization itself, its coaches for their software, and its clients. Archived customers are left out."</p>
                <p class="muted">"It pays $499, and ten clients pay $19 each: $689.00."</p>
            </Explain>
        }
    };
    let penetration = || {
        view! {
            <Explain id="x-penetration" of="Clients who pay">
                <p>"Of its customers who do not coach, the part that pays now."</p>
            </Explain>
        }
    };
    view! {
        <section class="stats stats--4" aria-label="Figures of the organization">
            <StatTile label="MRR" href=rows(routes::CUSTOMERS, &[("sort", "-mrr")]) help=explain
                value=text(|o| o.mrr.first().map_or_else(|| MISSING.into(), |mrr| money(*mrr)))
                note=note(|o| o.mrr.get(1..).filter(|rest| !rest.is_empty()).map(|rest| format!("and {}", amounts(rest))))/>
            <StatTile label="Coaches" href=rows(routes::COACHES, &[]) value=text(|o| format::count(o.coaches))/>
            <StatTile label="Clients" href=rows(routes::CUSTOMERS, &[("coaches", "false"), ("sort", "name")])
                value=text(|o| format::count(o.clients))
                note=note(|o| Some(format!("{} with its coaches", labels::counted(o.coaches + o.clients, "customer", "customers"))))/>
            <StatTile label="Clients who pay" href=rows(routes::CUSTOMERS, &[("coaches", "false"), ("paying", "true")]) help=penetration
                value=text(penetration_of) note=note(|o| Some(format!("{} of {}", format::count(o.paying_clients), format::count(o.clients))))/>
        </section>
    }
}

fn penetration_of(o: &Organization) -> String {
    if o.clients == 0 { MISSING.into() } else { format::percent(o.paying_clients as f64 / o.clients as f64) }
}

/// What they pay, by stream; the account's currency first, which is that of the organization's first amount.
#[component]
pub fn ByStream(id: Memo<String>, organization: Query<Organization>) -> impl IntoView {
    let url = move || Some(format!("{}/revenue", organizations::organization(id.get())));
    let query = use_query::<OrganizationRevenue>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let main = Memo::new(move |_| organization.map(|o| o.mrr.first().map(|mrr| mrr.currency)).flatten());
    let line = |one: &OrganizationStream| {
        let people = labels::counted(one.people, "customer", "customers");
        view! { <p>{money(one.mrr)}" "<span class="small muted">{people}</span></p> }
    };
    let of_stream = move |all: &[OrganizationStream]| {
        let whose = all.first().map(|one| whose(one.stream));
        view! { <dt>{whose}</dt><dd>{all.iter().map(line).collect_view()}</dd> }
    };
    let by_stream = move |mut streams: Vec<OrganizationStream>| {
        let main = main.get();
        streams.sort_by_key(|one| (Reverse(one.stream), Some(one.mrr.currency) != main));
        streams.chunk_by(|one, next| one.stream == next.stream).map(of_stream).collect_view()
    };
    view! {
        <section class="card" aria-labelledby="by-stream">
            <header class="card__head card__head--line"><h2 id="by-stream">"MRR by stream"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(revenue), _) if revenue.streams.is_empty() => view! { <p class="card__body muted">"Nobody who belongs to it pays now."</p> }.into_any(),
                (Some(revenue), _) => {
                    view! { <div class="card__body"><dl class="kv">{by_stream(revenue.streams)}</dl></div> }.into_any()
                }
                (None, Some(error)) => view! { <ErrorBox what="MRR by stream" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the MRR by stream"/> }.into_any(),
            })}
        </section>
    }
}

/// Who pays what is of a stream.
const fn whose(stream: Stream) -> &'static str {
    match stream {
        Stream::Rev3B2b => "It pays itself",
        Stream::Rev2Coaching => "Its coaches pay",
        Stream::Rev1Individual => "Its clients pay",
    }
}

/// In whose name it pays itself: customers of it whose subscription is for an organization.
#[component]
pub fn Own(id: Memo<String>) -> impl IntoView {
    let allowed = use_session().may(Permission::CustomersRead);
    let filters = move || [("organization", id.get()), ("stream", Stream::Rev3B2b.as_str().to_owned())];
    let listed = move |path: &str| {
        let filters = filters();
        routes::list(path, &filters.each_ref().map(|(key, value)| (*key, value.as_str())))
    };
    let url = move || allowed.then(|| format!("{}&sort=-mrr&limit=5", listed(CUSTOMERS)));
    let query = use_query::<Page<Customer>>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let line = |c: Customer| {
        let name = c.name.or(c.email).or(c.stripe_customer_id).unwrap_or_else(|| "No name".into());
        let subscriptions = routes::list(routes::SUBSCRIPTIONS, &[("customer_id", &c.id.to_string())]);
        view! {
            <dt><a href=routes::customer(c.id)>{name}</a></dt>
            <dd>{c.mrr.map_or_else(|| MISSING.into(), money)}" "<a class="small" href=subscriptions>"Subscriptions"</a></dd>
        }
    };
    view! {
        <section class="card" aria-labelledby="own" hidden=!allowed>
            <header class="card__head card__head--line"><h2 id="own">"Its own subscription"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) if page.items.is_empty() => view! {
                    <p class="card__body muted">"None so far. If one customer pays for all of it: open that customer, and choose this organization in their profile."</p>
                }
                .into_any(),
                (Some(page), _) => view! { <div class="card__body"><dl class="kv">{page.items.into_iter().map(line).collect_view()}</dl></div> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Its own subscription" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading its own subscription"/> }.into_any(),
            })}
        </section>
    }
}

/// What it earned by month, each with its statement.
#[component]
pub fn Statements(id: Memo<String>) -> impl IntoView {
    own_statements("organization", id, "Nothing of what was paid has been shared with it so far.")
}
