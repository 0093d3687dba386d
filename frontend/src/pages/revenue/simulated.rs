//! What a simulation comes to: in all, and for each coach and organization.

use super::publish_simulation::PublishSimulation;
use crate::api::{jobs, revenue};
use crate::browser::sleep;
use crate::components::{ActionButton, Badge, ErrorBox, SkeletonCard, use_toasts};
use crate::format::{self, count};
use crate::glance::{Glance, drawn, live};
use crate::labels::{self, counted};
use crate::list::{Cell, Column, HeadSort, Lead, PlainTable, Row, RowTable};
use crate::pages::jobs::{job_state, job_tone};
use crate::params::Params;
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use chrono::{Months, NaiveDate};
use crm_types::ids::JobId;
use crm_types::jobs::JobState;
use crm_types::page::MAX_LIMIT;
use crm_types::revenue::PayoutParty;
use crm_types::revenue_simulation::{SimulatedParty, SimulatedRule, Simulation, SimulationTotal};
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
    // While it runs it is read each second: only what changed is drawn again.
    let days = Memo::new(move |_| query.map(|s| (s.from, last_day(s.to))));
    let failed = Memo::new(move |_| query.error().get().filter(|_| days.get().is_none()));
    drawn(move || match (days.get(), failed.get()) {
        (Some(days), _) => {
            view! { <Totals query=query days=days/><Parties id=id params=params over=over days=days/> }.into_any()
        }
        (None, Some(error)) => view! { <ErrorBox what="Simulation" error=error on_retry=retry/> }.into_any(),
        (None, None) => {
            view! { <section class="card"><SkeletonCard label="Loading the simulation" lines=6/></section> }.into_any()
        }
    })
}

/// Until it is over, also when the connection that tells of it is broken. What is not there, or not for the reader, is not asked
/// for again.
fn look_again(query: Query<Simulation>, over: Memo<bool>) {
    let refused = Memo::new(move |_| query.error().get().is_some_and(|error| (400..500).contains(&error.status())));
    spawn_local(async move {
        loop {
            sleep(LOOK).await;
            match (over.try_get_untracked(), refused.try_get_untracked()) {
                (None, _) | (_, None) => return,
                (Some(false), Some(false)) => query.refresh(),
                _ => {}
            }
        }
    });
}

/// What may be published: the simulation, and what it tried out.
type Published = (JobId, Vec<SimulatedRule>);

#[component]
fn Totals(query: Query<Simulation>, days: (NaiveDate, NaiveDate)) -> impl IntoView {
    let (first, last) = (format::month_year(days.0), format::month_year(days.1));
    let months = if first == last { first } else { format!("{first} to {last}") };
    let state = Memo::new(move |_| query.map(|s| s.state));
    let over = move || state.get().is_some_and(JobState::is_over);
    let totals = Memo::new(move |_| query.map(|s| s.totals.clone()).unwrap_or_default());
    let error = Memo::new(move |_| query.map(|s| s.error.clone()).flatten());
    let published = Memo::new(move |_| -> Option<Published> {
        query.map(|s| (s.state == JobState::Succeeded).then(|| (s.id, s.rules.clone()))).flatten()
    });
    view! {
        <section class="card" aria-labelledby="simulated">
            <header class="card__head card__head--line">
                <h2 id="simulated">{months}</h2>
                {move || state.get().map(|state| view! { <Badge text=job_state(state) tone=job_tone(state) dot=true/> })}
                <div class="end">
                    {move || published.get().map(|(id, rules)| view! { <PublishSimulation id=id rules=rules/> })}
                </div>
            </header>
            <Show when=move || !over()><Progress query=query/></Show>
            {move || error.get().map(|error| view! { <p class="card__body" role="alert">{error}</p> })}
            {move || (totals.get().is_empty() && over()).then(|| view! {
                <p class="card__body muted">"Nothing of what moved in these months is shared, by these rules or by those that hold."</p>
            })}
            {move || totals.get().into_iter().map(|total| view! { <Total total=total days=days/> }).collect_view()}
        </section>
    }
}

#[component]
fn Progress(query: Query<Simulation>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let of = move |part: fn(&Simulation) -> String| live(move || query.map(part).unwrap_or_default());
    let words = |s: &Simulation| match s.total {
        Some(total) => format!("{} of {} replayed", count(s.done), counted(total, "client", "clients")),
        None => "Waiting for its turn".to_owned(),
    };
    // It stops after the clients that are being replayed: until then there is nothing more to press.
    let stopping = RwSignal::new(false);
    let stop = Callback::new(move |()| {
        let Some(id) = untrack(|| query.map(|s| s.id)) else { return };
        stopping.set(true);
        spawn_local(async move {
            if let Err(error) = jobs::cancel(session, id).await {
                toasts.failed(format!("Not stopped: {}", error.detail()));
                stopping.try_set(false);
            }
        });
    });
    view! {
        <div class="card__body row row--wrap">
            <progress aria-label="Clients replayed" value=of(|s| s.done.to_string())
                max=of(|s| s.total.unwrap_or(1).max(1).to_string())></progress>
            <span role="status">{of(words)}</span>
            <ActionButton label="Stop".to_owned() class="btn--sm" busy=stopping on_press=stop/>
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
            <nav class="tabs card__tabs" aria-label="Of whom">{tab(PayoutParty::Coach, "Coaches")}{tab(PayoutParty::Organization, "Organizations")}</nav>
            {drawn(move || match (query.map(|page| (page.total, page.sums.clone(), page.next_cursor.clone())), query.error().get()) {
                (Some((0, ..)), _) => view! { <p class="card__body muted">"Nobody has a part of it."</p> }.into_any(),
                (Some((total, sums, next)), _) => {
                    let sums = sums.into_iter().map(format::signed_money).collect::<Vec<_>>().join(", ");
                    let next = next.map(|cursor| {
                        let href = params.get_untracked().with("cursor", &cursor).with_path(routes::REVENUE_SIMULATOR);
                        view! { <div class="card__body"><a class="btn btn--sm" href=href>"Next rows"</a></div> }
                    });
                    view! {
                        <p class="card__body small">{counted(total, "row", "rows")}", differences in all "<b>{sums}</b></p>
                        <RowTable caption=caption() columns=PARTIES sorts=sorts rows=rows/>
                        {next}
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
