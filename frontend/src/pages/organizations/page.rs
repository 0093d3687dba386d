//! An organization's page: what it is, what its people pay, who coaches there, and who belongs to it.

use super::figures::{ByStream, Own, Statements, Tiles};
use super::inline::{Inline, What};
use crate::api::coaching::COACHES;
use crate::api::customers::CUSTOMERS;
use crate::api::organizations;
use crate::components::{
    ActionButton, Badge, ErrorBox, ErrorNote, Icon, Moment, Notes, PrintHead, SkeletonCard, use_title, use_toasts,
};
use crate::format::{self, amounts};
use crate::glance::{Glance, drawn, live};
use crate::labels;
use crate::list::{Cell, Column, Lead, Row};
use crate::pages::customers::{self, Section, own_rows};
use crate::query::{Query, changed, use_query};
use crate::realtime::use_realtime;
use crate::recent;
use crate::routes;
use crate::session::{Session, use_session};
use crate::shell::{PageAction, use_page_actions};
use crm_types::accounts::Permission;
use crm_types::coaching::Coach;
use crm_types::customers::Customer;
use crm_types::organizations::Organization;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn OrganizationPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.glance(|p| p.get("id").unwrap_or_default()));
    let url = move || Some(organizations::organization(id.get()));
    let query = use_query::<Organization>(url).refresh_on(use_realtime().billing());
    let name = move || query.map(|organization| organization.name.clone());
    use_title(move || name().unwrap_or_else(|| "Organization".into()));
    Effect::new(move |_| {
        if let Some((path, name)) = query.map(|o| (routes::organization(o.id), o.name.clone())) {
            recent::opened(&path, &name);
        }
    });
    let failed = Memo::new(move |_| query.error().get().filter(|_| query.map(|_| ()).is_none()));
    let retry = Callback::new(move |()| query.refresh());
    // Nothing else is asked of one that is not there; and a field that is being changed stays while it is read again.
    let known = Memo::new(move |_| query.map(|organization| organization.id).is_some());
    move || {
        match failed.get() {
        Some(error) => view! {
            <h1 class="vh">"Organization"</h1>
            <ErrorBox what="Organization" error=error on_retry=retry/>
        }
        .into_any(),
        None => view! {
            <header class="page-head">
                <nav class="crumbs" aria-label="Breadcrumb">
                    <Icon name="left" small=true/><a href=routes::ORGANIZATIONS>"Organizations"</a>
                </nav>
                <div class="page-head__row">
                    {drawn(move || match query.get() {
                        Some(organization) => view! { <Head organization=organization/> }.into_any(),
                        None => view! { <h1 class="vh">"Organization"</h1><span class="skel skel--h skel--w5"></span> }.into_any(),
                    })}
                    <Actions query=query/>
                </div>
                <PrintHead shows=Signal::stored(String::new())/>
            </header>
            <Tiles query=query id=id/>
            <div class="grid">
                <div class="c8 stack">
                    {drawn(move || match known.get() {
                        true => view! { <Coaches id=id/><Customers id=id/><Statements id=id/> }.into_any(),
                        false => view! { <section class="card"><SkeletonCard label="Loading who belongs to it" lines=6/></section> }.into_any(),
                    })}
                </div>
                <div class="c4 stack">
                    <section class="card" aria-labelledby="details">
                        <header class="card__head card__head--line"><h2 id="details">"Details"</h2></header>
                        <ErrorNote error=query.error()/>
                        {drawn(move || match known.get() {
                            true => view! { <Details query=query/> }.into_any(),
                            false => view! { <SkeletonCard label="Loading the details" lines=7/> }.into_any(),
                        })}
                    </section>
                    {drawn(move || known.get().then(|| view! { <ByStream id=id organization=query/><Own id=id/> }).into_any())}
                </div>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Head(organization: Organization) -> impl IntoView {
    let o = organization;
    view! {
        <div class="profile-head__id">
            <div class="row row--wrap">
                <h1>{o.name}</h1>
                <Badge text=labels::organization_status(o.status) tone=labels::organization_tone(o.status) dot=true/>
                <Badge text=labels::organization_kind(o.kind)/>
                {o.archived_at.map(|_| view! { <Badge text="Archived"/> })}
            </div>
            <p class="who__sub">
                {format!("{}, {}", labels::counted(o.coaches, "coach", "coaches"), labels::counted(o.clients, "client", "clients"))}
            </p>
        </div>
    }
}

#[component]
fn Details(query: Query<Organization>) -> impl IntoView {
    let rest = |o: Organization| {
        view! {
            <dt>"Coaches"</dt><dd>{format::count(o.coaches)}</dd>
            <dt>"Clients"</dt><dd>{format::count(o.clients)}</dd>
            <dt>"Known since"</dt><dd><Moment at=Some(o.created_at)/></dd>
        }
    };
    view! {
        <div class="card__body">
            <dl class="kv">
                {What::ALL.into_iter().map(|what| view! { <Inline query=query what=what/> }).collect_view()}
                {drawn(move || query.get().map(rest).into_any())}
            </dl>
        </div>
    }
}

/// Archiving and bringing back.
#[component]
fn Actions(query: Query<Organization>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let busy = RwSignal::new(false);
    let denied = Signal::stored(session.denied(Permission::OrganizationsWrite));
    let archived = Memo::new(move |_| query.map(|organization| organization.archived_at.is_some()));
    let put = Callback::new(move |()| {
        let Some((id, away)) = untrack(|| query.map(|o| (o.id.to_string(), o.archived_at.is_none()))) else { return };
        busy.set(true);
        spawn_local(async move {
            put_away(session, toasts, id, away).await;
            busy.try_set(false);
        });
    });
    let verb = Signal::derive(move || if archived.get() == Some(true) { "Restore" } else { "Archive" }.to_owned());
    use_page_actions().offer(move || {
        let label = format!("{} organization", verb.get());
        vec![PageAction { icon: "rows", label, press: put, denied: denied.get() }]
    });
    view! {
        <div class="end row" hidden=live(move || archived.get().is_none())>
            <ActionButton label=verb busy=busy denied=denied on_press=put/>
        </div>
    }
}

/// Archives or restores, with a way back.
async fn put_away(session: Session, toasts: Notes, id: String, away: bool) {
    match organizations::put_away(session, &id, away).await {
        Ok(_) => {
            let again = id.clone();
            let undo = Callback::new(move |()| {
                let id = again.clone();
                // The way back of the way back is the same again.
                spawn_local(
                    Box::pin(put_away(session, toasts, id, !away)) as std::pin::Pin<Box<dyn Future<Output = ()>>>
                );
            });
            let done = if away { "Organization archived" } else { "Organization restored" };
            toasts.done_with(done, "Undo", undo);
            changed(&organizations::organization(&id));
            changed(organizations::ORGANIZATIONS);
        }
        Err(error) => {
            toasts.failed(format!("Not {}: {}", if away { "archived" } else { "restored" }, error.detail()));
        }
    }
}

/// Who coaches there.
#[component]
fn Coaches(id: Memo<String>) -> impl IntoView {
    const COLUMNS: &[Column] = &[
        Column::new("Coach", "lead"),
        Column::new("Clients", "num"),
        Column::new("Clients’ MRR", "num"),
        Column::new("Known since", "num p2"),
    ];
    let section = Section {
        title: "Coaches",
        api: COACHES,
        by: "organization",
        path: routes::COACHES,
        sort: "-clients",
        permission: Permission::CustomersRead,
        columns: COLUMNS,
        empty: "Nobody of this organization coaches so far.",
    };
    let row = |coach: &Coach| Row {
        id: coach.id.to_string(),
        href: routes::coach(coach.id),
        lead: Lead::person(Some(&coach.name), coach.email.as_deref(), ""),
        cells: vec![Cell::Count(coach.clients), Cell::Text(amounts(&coach.mrr)), Cell::Day(Some(coach.created_at))],
    };
    own_rows::<Coach>(section, id, row)
}

/// Who belongs to it.
#[component]
fn Customers(id: Memo<String>) -> impl IntoView {
    let section = Section {
        title: "Customers",
        api: CUSTOMERS,
        by: "organization",
        path: routes::CUSTOMERS,
        sort: "name",
        permission: Permission::CustomersRead,
        columns: customers::IN_SHORT,
        empty: "No customer belongs to this organization yet. Choose it on a customer’s page, or import customers with it.",
    };
    own_rows::<Customer>(section, id, customers::row_in_short)
}
