//! What belongs to a customer: short tables, each with a link to the whole list.

use crate::components::{ErrorBox, SkeletonCard};
use crate::components::{Icon, Moment};
use crate::format::signed_money;
use crate::glance::{drawn, live};
use crate::labels;
use crate::list::{Column, PlainTable, Row};
use crate::pages::{mrr_movements, subscriptions, transactions};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::billing::Transaction;
use crm_types::customer_value::TierTransition;
use crm_types::customers::{Customer, LifecycleState, LifecycleTransition};
use crm_types::mrr::MrrMovement;
use crm_types::subscriptions::Subscription;
use leptos::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Rows of a section; the rest is one press away.
const ROWS: &str = "10";

/// What a section is of.
#[derive(Clone, Copy)]
pub struct Section {
    /// Its heading.
    pub title: &'static str,
    /// The API's list.
    pub api: &'static str,
    /// The filter that narrows the list to whose page it is.
    pub by: &'static str,
    /// The whole list's page; none when empty.
    pub path: &'static str,
    /// The order.
    pub sort: &'static str,
    /// Who may see it.
    pub permission: Permission,
    /// The table's columns.
    pub columns: &'static [Column],
    /// What is said when there is nothing; when it is empty, there is no section then.
    pub empty: &'static str,
}

/// The customer's subscriptions.
#[component]
pub fn Subscriptions(id: Memo<String>) -> impl IntoView {
    let section = Section {
        title: "Subscriptions",
        api: "/api/subscriptions",
        by: "customer_id",
        path: routes::SUBSCRIPTIONS,
        sort: "-created_at",
        permission: Permission::SubscriptionsRead,
        columns: subscriptions::OF_CUSTOMER,
        empty: "No subscription so far.",
    };
    own_rows::<Subscription>(section, id, subscriptions::row_of_customer)
}

/// How the customer's MRR moved.
#[component]
pub fn Movements(id: Memo<String>) -> impl IntoView {
    let section = Section {
        title: "MRR movements",
        api: "/api/mrr-movements",
        by: "customer_id",
        path: routes::MRR_MOVEMENTS,
        sort: "-occurred_at",
        permission: Permission::SubscriptionsRead,
        columns: mrr_movements::OF_CUSTOMER,
        empty: "MRR has not moved so far.",
    };
    own_rows::<MrrMovement>(section, id, mrr_movements::row_of_customer)
}

/// What the customer paid.
#[component]
pub fn Transactions(id: Memo<String>) -> impl IntoView {
    let section = Section {
        title: "Transactions",
        api: "/api/transactions",
        by: "customer_id",
        path: routes::TRANSACTIONS,
        sort: "-occurred_at",
        permission: Permission::TransactionsRead,
        columns: transactions::OF_CUSTOMER,
        empty: "No payment so far.",
    };
    own_rows::<Transaction>(section, id, transactions::row_of_customer)
}

/// Whom the customer coaches now; nothing for who coaches nobody.
#[component]
pub fn Clients(id: Memo<String>) -> impl IntoView {
    let section = Section {
        title: "Clients",
        api: "/api/customers",
        by: "coach",
        path: routes::CUSTOMERS,
        sort: "name",
        permission: Permission::CustomersRead,
        columns: super::IN_SHORT,
        empty: "",
    };
    own_rows::<Customer>(section, id, super::row_in_short)
}

/// A card with the first rows of a list that belong to something, and a link to all of them.
pub fn own_rows<T>(section: Section, id: Memo<String>, row: fn(&T) -> Row) -> AnyView
where
    T: DeserializeOwned + Send + Sync + 'static,
{
    let allowed = use_session().may(section.permission);
    let filters = move || routes::list("", &[(section.by, &id.get())]);
    let url =
        move || allowed.then(|| format!("{}{}&sort={}&limit={ROWS}&count=exact", section.api, filters(), section.sort));
    let query = use_query::<Page<T>>(url).refresh_on(use_realtime().billing());
    let rows = Signal::derive(move || query.map(|p| p.items.iter().map(row).collect::<Vec<_>>()));
    let total = Signal::derive(move || query.map(|p| p.total));
    let retry = Callback::new(move |()| query.refresh());
    let href = Signal::derive(move || format!("{}{}", section.path, filters()));
    let heading = format!("own-{}", section.path.trim_start_matches('/'));
    let labelled = heading.clone();
    view! {
        <section class="card" aria-labelledby=labelled
            hidden=live(move || section.empty.is_empty() && (!allowed || total.get().is_none_or(|n| n == 0)))>
            <header class="card__head card__head--line">
                <h2 id=heading>{section.title}</h2>
                {move || total.get().filter(|n| *n > 0 && !section.path.is_empty()).map(|n| view! { <a class="end small" href=href>{format!("All {}", crate::format::count(n))}</a> })}
            </header>
            {drawn(move || match (rows.get(), query.error().get()) {
                _ if !allowed => view! { <p class="card__body muted">{use_session().explain(section.permission.as_str())}</p> }.into_any(),
                (Some(rows), _) if rows.is_empty() => view! { <p class="card__body muted">{section.empty}</p> }.into_any(),
                (Some(rows), _) => view! { <PlainTable caption=section.title columns=section.columns rows=rows/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what=section.title error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label=format!("Loading {}", section.title)/> }.into_any(),
            })}
        </section>
    }
    .into_any()
}

#[derive(Clone, PartialEq, Deserialize)]
struct Journey {
    items: Vec<LifecycleTransition>,
    tiers: Vec<TierTransition>,
}

/// The journey, newest first: changes of the lifecycle state, and of tier or stream with what they did to MRR.
#[component]
pub fn History(id: Memo<String>) -> impl IntoView {
    let url = move || Some(format!("/api/customers/{}/lifecycle", id.get()));
    let query = use_query::<Journey>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    let newest_first = |journey: Journey| {
        let states = journey.items.into_iter().map(|t| (t.at, view! { <Transition transition=t/> }.into_any()));
        let tiers = journey.tiers.into_iter().map(|t| (t.at, view! { <TierMove tier_move=t/> }.into_any()));
        let mut steps: Vec<_> = states.chain(tiers).collect();
        // They come oldest first: of those at the same instant the last one happened last.
        steps.reverse();
        steps.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        steps.into_iter().map(|(_, step)| step).collect_view()
    };
    view! {
        <section class="card" aria-labelledby="lifecycle">
            <header class="card__head card__head--line"><h2 id="lifecycle">"Lifecycle"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(history), _) if history.items.is_empty() && history.tiers.is_empty() => {
                    view! { <p class="card__body muted">"No transition so far."</p> }.into_any()
                }
                (Some(history), _) => {
                    view! { <div class="card__body"><ol class="tl">{newest_first(history)}</ol></div> }.into_any()
                }
                (None, Some(error)) => view! { <ErrorBox what="Lifecycle" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the lifecycle"/> }.into_any(),
            })}
        </section>
    }
}

#[component]
fn TierMove(tier_move: TierTransition) -> impl IntoView {
    let t = tier_move;
    let (class, icon) = match t.mrr_impact.minor {
        1.. => ("tl__ic tl__ic--pos", "trendup"),
        0 => ("tl__ic", "user"),
        _ => ("tl__ic tl__ic--warn", "trenddn"),
    };
    view! {
        <li class="tl__item">
            <span class=class><Icon name=icon/></span>
            <div class="tl__text">
                <p>{format!("{} to ", labels::plan(&t.from))}<b>{labels::plan(&t.to)}</b></p>
                <p class="small muted">{format!("{}, MRR {}", labels::phrase(&t.reason), signed_money(t.mrr_impact))}</p>
            </div>
            <Moment at=Some(t.at)/>
        </li>
    }
}

#[component]
fn Transition(transition: LifecycleTransition) -> impl IntoView {
    let t = transition;
    let (class, icon) = match t.to {
        LifecycleState::Churned => ("tl__ic tl__ic--neg", "arrdn"),
        LifecycleState::FreeTrial => ("tl__ic tl__ic--info", "clock"),
        LifecycleState::Lead | LifecycleState::Prospect => ("tl__ic", "user"),
        LifecycleState::Reactivated => ("tl__ic tl__ic--pos", "refresh"),
        _ => ("tl__ic tl__ic--pos", "check"),
    };
    let from = t.from.map(|from| format!("{} to ", labels::lifecycle(from)));
    view! {
        <li class="tl__item">
            <span class=class><Icon name=icon/></span>
            <div class="tl__text">
                <p>{from}<b>{labels::lifecycle(t.to)}</b></p>
                <p class="small muted">{labels::phrase(&t.reason)}</p>
            </div>
            <Moment at=Some(t.at)/>
        </li>
    }
}
