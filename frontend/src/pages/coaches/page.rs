//! A coach's page: what their clients pay, who these are, and who they were.

use super::clients::Clients;
use super::handover::HandOverButton;
use super::history::Assignments;
use super::portfolio::Portfolio;
use crate::api::coaching;
use crate::components::{
    Avatar, Badge, ErrorBox, ErrorNote, Explain, Icon, Moment, PrintHead, SkeletonCard, StatTile, use_title,
};
use crate::format::{self, MISSING, amounts, money, month_year};
use crate::glance::{Glance, drawn};
use crate::labels;
use crate::pages::revenue::own_statements;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::recent;
use crate::routes;
use crm_types::coaching::{CoachDetails, CoachMonths};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn CoachPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.glance(|p| p.get("id").unwrap_or_default()));
    let query = use_query::<CoachDetails>(move || Some(coaching::coach(id.get()))).refresh_on(use_realtime().billing());
    use_title(move || query.map(|details| details.coach.name.clone()).unwrap_or_else(|| "Coach".into()));
    Effect::new(move |_| {
        if let Some((path, name)) = query.map(|d| (routes::coach(d.coach.id), d.coach.name.clone())) {
            recent::opened(&path, &name);
        }
    });
    let failed = Memo::new(move |_| query.error().get().filter(|_| query.map(|_| ()).is_none()));
    let retry = Callback::new(move |()| query.refresh());
    // Nothing else is asked of somebody who does not coach.
    let known = Memo::new(move |_| query.map(|details| details.coach.id).is_some());
    let months = use_query::<CoachMonths>(move || known.get().then(|| format!("{}/months", coaching::coach(id.get()))))
        .refresh_on(use_realtime().billing());
    move || {
        match failed.get() {
        Some(error) => view! {
            <h1 class="vh">"Coach"</h1>
            <ErrorBox what="Coach" error=error on_retry=retry/>
        }
        .into_any(),
        None => view! {
            <header class="page-head">
                <nav class="crumbs" aria-label="Breadcrumb"><Icon name="left" small=true/><a href=routes::COACHES>"Coaches"</a></nav>
                <div class="page-head__row">
                    {drawn(move || match query.get() {
                        Some(details) => view! { <Head details=details/> }.into_any(),
                        None => view! { <h1 class="vh">"Coach"</h1><span class="skel skel--h skel--w5"></span> }.into_any(),
                    })}
                    <HandOverButton query=query/>
                </div>
                <PrintHead shows=Signal::stored(String::new())/>
            </header>
            <Tiles query=query months=months id=id/>
            <div class="grid">
                <div class="c8 stack">
                    {drawn(move || match known.get() {
                        true => view! { <Clients id=id/><Portfolio query=months/><Statements id=id/> }.into_any(),
                        false => view! { <section class="card"><SkeletonCard label="Loading the clients" lines=8/></section> }.into_any(),
                    })}
                </div>
                <div class="c4 stack">
                    <section class="card" aria-labelledby="details">
                        <header class="card__head card__head--line"><h2 id="details">"Details"</h2></header>
                        <ErrorNote error=query.error()/>
                        {drawn(move || match query.get() {
                            Some(details) => view! { <Details details=details/> }.into_any(),
                            None => view! { <SkeletonCard label="Loading the details" lines=5/> }.into_any(),
                        })}
                    </section>
                    {drawn(move || known.get().then(|| view! { <Assignments id=id/> }).into_any())}
                </div>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Head(details: CoachDetails) -> impl IntoView {
    let d = details;
    view! {
        <div class="row profile-head">
            <Avatar name=d.coach.name.clone() class="av--lg"/>
            <div class="profile-head__id">
                <div class="row row--wrap">
                    <h1>{d.coach.name}</h1>
                    <Badge text=labels::lifecycle(d.lifecycle_state) tone=labels::lifecycle_tone(d.lifecycle_state) dot=true/>
                    {d.archived_at.map(|_| view! { <Badge text="Archived"/> })}
                </div>
                <p class="who__sub">{d.coach.email}</p>
            </div>
        </div>
    }
}

/// The figures, each a link to its rows.
#[component]
fn Tiles(query: Query<CoachDetails>, months: Query<CoachMonths>, id: Memo<String>) -> impl IntoView {
    let clients = move |sort: &'static str| {
        Signal::derive(move || routes::list(routes::CUSTOMERS, &[("coach", &id.get()), ("sort", sort)]))
    };
    let own = Signal::derive(move || routes::list(routes::SUBSCRIPTIONS, &[("customer_id", &id.get())]));
    let text = move |read: fn(&CoachDetails) -> String| {
        Signal::derive(move || query.map(read).unwrap_or_else(|| MISSING.into()))
    };
    let note = move |read: fn(&CoachDetails) -> Option<String>| Signal::derive(move || query.map(read).flatten());
    let retention =
        Signal::derive(move || months.map(|m| m.retention).flatten().map_or_else(|| MISSING.into(), format::percent));
    let stayed = Signal::derive(move || {
        months.map(|m| {
            let since = m.months.first().map(|first| month_year(first.month)).unwrap_or_default();
            match m.paying_at_start {
                0 => format!("Nobody paid before {since}"),
                n => format!("{} of {} who paid before {since}", format::count(m.still_paying), format::count(n)),
            }
        })
    });
    let explain = || {
        view! {
            <Explain id="x-retention" of="Clients who stay">
                <p>"Of the clients whom they coached when the first of the twelve months began, and who paid then: those who pay now, whoever coaches them."</p>
                <p class="muted">"10 clients paid then, 9 of them pay now: 90%."</p>
            </Explain>
        }
    };
    view! {
        <section class="stats stats--4" aria-label="Figures of the coach">
            <StatTile label="Clients" href=clients("name") value=text(|d| format::count(d.coach.clients)) note=note(|d| Some(of_clients(d)))/>
            <StatTile label="Clients’ MRR" href=clients("-mrr")
                value=text(|d| d.coach.mrr.first().map_or_else(|| MISSING.into(), |mrr| money(*mrr)))
                note=note(|d| d.coach.mrr.get(1..).filter(|rest| !rest.is_empty()).map(|rest| format!("and {}", amounts(rest))))/>
            <StatTile label="Clients who stay" href=String::new() value=retention note=stayed help=explain/>
            <StatTile label="Own MRR" href=own value=text(|d| d.own_mrr.map_or_else(|| MISSING.into(), money))
                note=note(|d| Some(labels::lifecycle(d.lifecycle_state).to_owned()))/>
        </section>
    }
}

/// `10 pay, 1 paused`.
fn of_clients(details: &CoachDetails) -> String {
    let pay = format!(
        "{} {}",
        format::count(details.paying_clients),
        if details.paying_clients == 1 { "pays" } else { "pay" }
    );
    match details.paused_clients {
        0 => pay,
        n => format!("{pay}, {} paused", format::count(n)),
    }
}

#[component]
fn Details(details: CoachDetails) -> impl IntoView {
    let c = details.coach;
    let organization = match c.organization {
        Some(organization) => {
            view! { <a href=routes::organization(organization.id)>{organization.name}</a> }.into_any()
        }
        None => MISSING.into_any(),
    };
    view! {
        <div class="card__body">
            <dl class="kv">
                <dt>"E-mail"</dt><dd>{c.email.unwrap_or_else(|| MISSING.into())}</dd>
                <dt>"Organization"</dt><dd>{organization}</dd>
                <dt>"Known since"</dt><dd><Moment at=Some(c.created_at)/></dd>
                <dt>"As a customer"</dt><dd><a href=routes::customer(c.id)>"Open customer"</a></dd>
            </dl>
        </div>
    }
}

/// What they earned by month, each with its statement.
#[component]
fn Statements(id: Memo<String>) -> impl IntoView {
    own_statements("coach", id, "Nothing of what their clients paid has been shared so far.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn clients_are_told_with_who_pays_and_whose_coaching_is_paused() {
        let told = |paying: i64, paused: i64| {
            let details = json!({
                "coach": {"id": "019a1b2c-0000-7000-8000-000000000002", "name": "C", "email": null, "organization": null, "clients": 12,
                          "mrr": [], "created_at": "2026-02-01T09:30:00Z"},
                "lifecycle_state": "rev2_coach", "own_mrr": null, "paused_clients": paused, "paying_clients": paying,
                "archived_at": null
            });
            of_clients(&serde_json::from_value(details).unwrap())
        };
        assert_eq!(told(10, 0), "10 pay");
        assert_eq!(told(1, 1), "1 pays, 1 paused");
        assert_eq!(told(1_200, 3), "1,200 pay, 3 paused");
    }
}
