//! What a simulation comes to: in all, and for each coach and organization.

use super::publish_simulation::PublishSimulation;
use crate::api::{jobs, revenue};
use crate::browser::sleep;
use crate::components::{ActionButton, Badge, ErrorBox, SkeletonCard, use_toasts};
use crate::format::{self, count};
use crate::glance::{Glance, drawn};
use crate::labels::{self, counted};
use crate::list::{Cell, Column, HeadSort, Lead, PlainTable, Row, RowTable};
use crate::pages::jobs::{job_state, job_tone};
use crate::params::Params;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use chrono::{Months, NaiveDate};
use crm_types::page::MAX_LIMIT;
use crm_types::revenue::PayoutParty;
use crm_types::revenue_simulation::{SimulatedParty, Simulation, SimulationTotal};
use crm_types::{Money, Page};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

static TOTALS: &[Column] = &[
    Column::new("Who", "lead"),
    Column::new("By the rules that hold", "num"),
    Column::new("By these", "num"),
    Column::new("Difference", "num"),
];
static PARTIES: &[Column] = &[
    Column::new("Who", "lead"),
    Column::new("Rows", "num p3"),
    Column::sorted("By the rules that hold", "num", "now", "-now"),
    Column::sorted("By these", "num", "proposed", "-proposed"),
    Column::sorted("Difference", "num", "difference", "-difference"),
];
/// The order of an address that names none.
const SORT: &str = "-difference";
/// How often we ask how far it is, should no event come.
const LOOK: Duration = Duration::from_secs(1);

/// The cards.
#[component]
pub fn Simulated(
    /// The simulation.
    id: Memo<Option<String>>,
    /// The address.
    params: Memo<Params>,
) -> impl IntoView {
    let url = move || id.get().map(|id| revenue::simulation(&id));
    let query = use_query::<Simulation>(url).refresh_on(use_realtime().jobs());
    let over = Memo::new(move |_| query.map(|s| s.state.is_over()).unwrap_or_default());
    look_again(query, over);
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(simulation), _) => {
            let days = (simulation.from, last_day(simulation.to));
            view! { <Totals simulation=simulation/><Parties id=id params=params over=over days=days/> }.into_any()
        }
        (None, Some(error)) => view! { <ErrorBox what="Simulation" error=error on_retry=retry/> }.into_any(),
        (None, None) => {
            view! { <section class="card"><SkeletonCard label="Loading the simulation" lines=6/></section> }.into_any()
        }
    })
}

/// Until it is over, also when the connection that tells of it is broken.
fn look_again(query: Query<Simulation>, over: Memo<bool>) {
    spawn_local(async move {
        loop {
            sleep(LOOK).await;
            match over.try_get_untracked() {
                None => return,
                Some(false) => query.refresh(),
                Some(true) => {}
            }
        }
    });
}

#[component]
fn Totals(simulation: Simulation) -> impl IntoView {
    let s = simulation;
    let days = (s.from, last_day(s.to));
    let months = if s.from == s.to {
        format::month_year(s.from)
    } else {
        format!("{} to {}", format::month_year(s.from), format::month_year(s.to))
    };
    let progress = (!s.state.is_over()).then(|| view! { <Progress simulation=s.clone()/> });
    let tables = s.totals.iter().map(|total| view! { <Total total=total.clone() days=days/> }).collect_view();
    let nothing = s.totals.is_empty() && s.state.is_over();
    let publish = (s.state == crm_types::jobs::JobState::Succeeded)
        .then(|| view! { <PublishSimulation id=s.id rules=s.rules.clone()/> });
    view! {
        <section class="card" aria-labelledby="simulated">
            <header class="card__head card__head--line">
                <h2 id="simulated">{months}</h2>
                <Badge text=job_state(s.state) tone=job_tone(s.state) dot=true/>
                <div class="end">{publish}</div>
            </header>
            {progress}
            {s.error.clone().map(|error| view! { <p class="card__body" role="alert">{error}</p> })}
            {nothing.then(|| view! { <p class="card__body muted">"Nothing of what moved in these months is shared, by either rules."</p> })}
            {tables}
        </section>
    }
}

#[component]
fn Progress(simulation: Simulation) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let id = simulation.id;
    let words = match simulation.total {
        Some(total) => format!("{} of {} replayed", count(simulation.done), counted(total, "client", "clients")),
        None => "Waiting for its turn".to_owned(),
    };
    let stop = Callback::new(move |()| {
        spawn_local(async move {
            if let Err(error) = jobs::cancel(session, id).await {
                toasts.failed(format!("Not stopped: {}", error.detail()));
            }
        });
    });
    view! {
        <div class="card__body row row--wrap">
            <progress aria-label="Clients replayed" value=simulation.done.to_string() max=simulation.total.unwrap_or(1).max(1).to_string()></progress>
            <span role="status">{words}</span>
            <ActionButton label="Stop".to_owned() class="btn--sm" on_press=stop/>
        </div>
    }
}

/// One currency.
#[component]
fn Total(total: SimulationTotal, days: (NaiveDate, NaiveDate)) -> impl IntoView {
    let (now, proposed) = (&total.now, &total.proposed);
    let code = now.paid.currency.code().to_ascii_uppercase();
    let href = rows_of(days, &[("currency", now.paid.currency.code())]);
    let row = |who: &'static str, now: Money, proposed: Money| Row {
        id: who.to_owned(),
        href: href.clone(),
        lead: Lead::thing(who, String::new()),
        cells: vec![Cell::Money(Some(now)), Cell::Money(Some(proposed)), Cell::Change(difference(now, proposed))],
    };
    let rows = vec![
        row("Coaches", now.coaches, proposed.coaches),
        row("Organizations", now.organizations, proposed.organizations),
        row("Platform", now.platform, proposed.platform),
        row("Shared in all", now.shared, proposed.shared),
        row("Clients paid", now.paid, proposed.paid),
    ];
    view! {
        <PlainTable caption=format!("What it comes to in {code}") columns=TOTALS rows=Signal::stored(rows)/>
        <p class="card__body small muted">{format!("{}, in {code}.", counted(total.shares, "payment, refund or dispute", "payments, refunds and disputes"))}</p>
    }
}

fn difference(now: Money, proposed: Money) -> Money {
    Money::new(proposed.minor - now.minor, now.currency)
}

/// For each coach or organization, sorted as the address says.
#[component]
fn Parties(
    id: Memo<Option<String>>,
    params: Memo<Params>,
    over: Memo<bool>,
    days: (NaiveDate, NaiveDate),
) -> impl IntoView {
    let party = Memo::new(move |_| {
        params.glance(|p| p.get("party").and_then(|p| p.parse().ok())).unwrap_or(PayoutParty::Coach)
    });
    let sort = Memo::new(move |_| {
        let asked = params.glance(|p| p.get("sort").map(str::to_owned)).unwrap_or_default();
        if PARTIES.iter().any(|column| column.direction(&asked).is_some()) { asked } else { SORT.to_owned() }
    });
    // What is not over yet would be another list each time: it is shown when it is whole.
    let url = move || {
        let id = id.get().filter(|_| over.get())?;
        let wanted = Params::from_pairs(&[("party", party.get().as_str()), ("sort", &sort.get()), ("count", "exact")]);
        let cursor = params.glance(|p| p.get("cursor").unwrap_or_default().to_owned());
        let wanted = wanted.with("limit", &MAX_LIMIT.to_string()).with("cursor", &cursor);
        Some(wanted.with_path(&format!("{}/parties", revenue::simulation(&id))))
    };
    let query = use_query::<Page<SimulatedParty>>(url);
    let retry = Callback::new(move |()| query.refresh());
    let here = move |name: &'static str, value: &str| {
        params.get().without(&["cursor"]).with(name, value).with_path(routes::REVENUE_SIMULATOR)
    };
    let sorts = Signal::derive(move || {
        let sort = sort.get();
        let head = |column: &Column| HeadSort {
            direction: column.direction(&sort),
            href: column.next_sort(&sort, true).map(|next| here("sort", next)),
        };
        PARTIES.iter().map(head).collect::<Vec<_>>()
    });
    let tab = move |of: PayoutParty, name: &'static str| {
        view! { <a class="tab" href=move || here("party", of.as_str()) data-noscroll="" aria-current=move || (party.get() == of).then_some("true")>{name}</a> }
    };
    let rows = Signal::derive(move || {
        query.map(|page| page.items.iter().map(|party| row(party, days)).collect::<Vec<_>>()).unwrap_or_default()
    });
    let caption =
        move || if party.get() == PayoutParty::Coach { "Differences by coach" } else { "Differences by organization" };
    view! {
        <section class="card" aria-labelledby="parties">
            <header class="card__head card__head--line"><h2 id="parties">"Who gets what"</h2></header>
            <nav class="tabs" aria-label="Of whom">{tab(PayoutParty::Coach, "Coaches")}{tab(PayoutParty::Organization, "Organizations")}</nav>
            {drawn(move || match (query.map(|page| (page.total, page.sums.clone(), page.next_cursor.clone())), query.error().get()) {
                (Some((0, ..)), _) => view! { <p class="card__body muted">"Nobody has a part."</p> }.into_any(),
                (Some((total, sums, next)), _) => {
                    let sums = sums.into_iter().map(format::signed_money).collect::<Vec<_>>().join(", ");
                    let next = next.map(|cursor| {
                        let href = params.get_untracked().with("cursor", &cursor).with_path(routes::REVENUE_SIMULATOR);
                        view! { <a class="btn btn--sm" href=href>"Next rows"</a> }
                    });
                    view! {
                        <p class="card__body small">{counted(total, "row", "rows")}", differences in all "<b>{sums}</b></p>
                        <RowTable caption=caption() columns=PARTIES sorts=sorts rows=rows/>
                        <div class="card__body">{next}</div>
                    }
                    .into_any()
                }
                (None, Some(error)) => view! { <ErrorBox what="Differences" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Replaying" lines=6/> }.into_any(),
            })}
        </section>
    }
}

fn row(party: &SimulatedParty, days: (NaiveDate, NaiveDate)) -> Row {
    let p = party;
    let (id, name) = match (&p.coach, &p.organization) {
        (Some(coach), _) => (coach.id.to_string(), coach.name.clone()),
        (_, Some(organization)) => (organization.id.to_string(), organization.name.clone()),
        (None, None) => Default::default(),
    };
    let currency = p.now.currency.code();
    Row {
        href: rows_of(days, &[(p.party.as_str(), id.as_str()), ("currency", currency)]),
        lead: Lead::thing(name, format!("{}, {}", labels::payout_party(p.party), currency.to_ascii_uppercase())),
        cells: vec![
            Cell::Count(p.shares),
            Cell::Money(Some(p.now)),
            Cell::Money(Some(p.proposed)),
            Cell::Change(p.difference),
        ],
        id: format!("{id}-{currency}"),
    }
}

/// The ledger's rows of these days: what the rules that hold come to.
fn rows_of((from, to): (NaiveDate, NaiveDate), filters: &[(&str, &str)]) -> String {
    let days = Params::from_pairs(filters).with("from", &from.to_string()).with("to", &to.to_string());
    days.with_path(routes::REVENUE_SHARES)
}

/// The last day of a month.
fn last_day(month: NaiveDate) -> NaiveDate {
    month.checked_add_months(Months::new(1)).and_then(|next| next.pred_opt()).unwrap_or(month)
}
