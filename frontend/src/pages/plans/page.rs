//! A plan's page: who has it, what they pay, and its prices with the mapping.

use super::price::{name_within, waiting};
use super::{Badges, PriceItem};
use crate::api::plans;
use crate::components::{EmptyState, ErrorBox, Icon, PrintHead, SkeletonCard, StatTile, use_title};
use crate::format::{self, MISSING, amounts, money};
use crate::glance::{Glance, drawn};
use crate::labels::counted;
use crate::list::{Column, PlainTable, Row};
use crate::pages::subscriptions;
use crate::query::{Query, changed, use_query};
use crate::realtime::use_realtime;
use crate::recent;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::plans::{Plan, Price};
use crm_types::subscriptions::Subscription;
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn PlanPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.glance(|p| p.get("id").unwrap_or_default()));
    let query = use_query::<Plan>(move || Some(plans::plan(&id.get()))).refresh_on(use_realtime().billing());
    use_title(move || query.map(|plan| plan.name.clone()).unwrap_or_else(|| "Plan".into()));
    Effect::new(move |_| {
        if let Some((path, name)) = query.map(|plan| (routes::plan(&plan.id), plan.name.clone())) {
            recent::opened(&path, &name);
        }
    });
    let failed = Memo::new(move |_| query.error().get().filter(|_| query.map(|_| ()).is_none()));
    let retry = Callback::new(move |()| query.refresh());
    move || {
        match failed.get() {
        Some(error) => {
            view! { <h1 class="vh">"Plan"</h1><ErrorBox what="Plan" error=error on_retry=retry/> }.into_any()
        }
        None => view! {
            <header class="page-head">
                <nav class="crumbs" aria-label="Breadcrumb"><Icon name="left" small=true/><a href=routes::PLANS>"Plans"</a></nav>
                <div class="page-head__row">
                    {drawn(move || match query.get() {
                        Some(plan) => view! { <Head plan=plan/> }.into_any(),
                        None => view! { <h1 class="vh">"Plan"</h1><span class="skel skel--h skel--w5"></span> }.into_any(),
                    })}
                </div>
                <PrintHead shows=Signal::stored(String::new())/>
            </header>
            <Tiles query=query id=id/>
            <div class="grid">
                <section class="card c12" aria-labelledby="prices">
                    <header class="card__head card__head--line">
                        <h2 id="prices">"Prices"</h2>
                        <span class="card__sub">"a price counts in the figures once it has a stream"</span>
                        <a class="end small" href=routes::SETTINGS_PRICES>"Prices of all plans"</a>
                    </header>
                    <Prices query=query/>
                </section>
                <Largest id=id/>
            </div>
        }
        .into_any(),
    }
    }
}

#[component]
fn Head(plan: Plan) -> impl IntoView {
    view! {
        <div class="profile-head__id">
            <div class="row row--wrap"><h1>{plan.name.clone()}</h1><Badges plan=plan.clone()/></div>
            <p class="who__sub mono">{plan.id}</p>
        </div>
    }
}

/// The figures, each a link to its rows.
#[component]
fn Tiles(query: Query<Plan>, id: Memo<String>) -> impl IntoView {
    let rows = move |filter: &'static str, value: &'static str| {
        Signal::derive(move || routes::list(routes::SUBSCRIPTIONS, &[("plan_id", &id.get()), (filter, value)]))
    };
    let figure = move |part: fn(&Plan) -> i64| {
        Signal::derive(move || query.map(part).map_or_else(|| MISSING.into(), format::count))
    };
    let counted_as = move || match query.map(|plan| waiting(&plan.prices)).unwrap_or_default() {
        0 => "active or past due".to_owned(),
        events => format!("{} for a mapping", counted(events, "event waits", "events wait")),
    };
    let mrr = move || query.map(|plan| plan.mrr.first().copied()).flatten();
    let others =
        move || query.map(|plan| amounts(plan.mrr.get(1..).unwrap_or_default())).filter(|text| !text.is_empty());
    view! {
        <section class="stats stats--4" aria-label="Figures of the plan">
            <StatTile label="Subscribers" href=rows("counted", "true") value=figure(|plan| plan.subscribers)
                note=Signal::derive(move || Some(counted_as()))/>
            <StatTile label="MRR" href=rows("sort", "-mrr")
                value=Signal::derive(move || mrr().map_or_else(|| MISSING.into(), money))
                note=Signal::derive(move || others().map(|others| format!("and {others}")))/>
            <StatTile label="In trial" href=rows("status", "free_trial") value=figure(|plan| plan.trials)/>
            <StatTile label="Set to end" href=rows("scheduled", "true") value=figure(|plan| plan.cancelling)/>
        </section>
    }
}

/// Its prices with their mapping.
#[component]
fn Prices(query: Query<Plan>) -> impl IntoView {
    let refresh = Callback::new(move |()| {
        query.refresh();
        changed(plans::PLANS);
    });
    let none = Memo::new(move |_| query.map(|plan| plan.prices.is_empty()));
    let prices = move || query.map(|plan| plan.prices.clone()).unwrap_or_default();
    // While only figures change, a form that is open stays.
    let key = |p: &Price| (p.id.clone(), p.stream, p.tier, p.parked_events, p.subscribers, p.active);
    drawn(move || {
        match none.get() {
        None => view! { <SkeletonCard label="Loading the prices"/> }.into_any(),
        Some(true) => view! {
            <EmptyState icon="card" title="No price yet" text="Create a price for this product at Stripe; it arrives with the next webhook."/>
        }
        .into_any(),
        Some(false) => view! {
            <ul class="price-list">
                <For each=prices key=key children=move |price| view! {
                    <PriceItem name=name_within(&price) open=price.stream.is_none() price=price changed=refresh/>
                }/>
            </ul>
        }
        .into_any(),
    }
    })
}

/// Who pays most for it.
#[component]
fn Largest(id: Memo<String>) -> impl IntoView {
    const COLUMNS: &[Column] = subscriptions::OF_PLAN;
    let allowed = use_session().may(Permission::SubscriptionsRead);
    let filter = move || routes::list("", &[("plan_id", &id.get()), ("counted", "true")]);
    let url = move || allowed.then(|| format!("{}{}&sort=-mrr&limit=5", subscriptions::SPEC.api, filter()));
    let query = use_query::<Page<Subscription>>(url).refresh_on(use_realtime().billing());
    let rows = Signal::derive(move || {
        query.map(|page| page.items.iter().map(subscriptions::row_of_plan).collect::<Vec<Row>>())
    });
    let retry = Callback::new(move |()| query.refresh());
    let all = move |path| Signal::derive(move || routes::list(path, &[("plan_id", &id.get())]));
    let (subscriptions, movements) = (all(routes::SUBSCRIPTIONS), all(routes::MRR_MOVEMENTS));
    view! {
        <section class="card c12" aria-labelledby="largest" hidden=!allowed>
            <header class="card__head card__head--line">
                <h2 id="largest">"Largest subscriptions"</h2>
                <span class="card__sub">"this plan’s part of each, by the MRR of the whole"</span>
            </header>
            {drawn(move || match (rows.get(), query.error().get()) {
                (Some(rows), _) if rows.is_empty() => view! { <p class="card__body muted">"Nobody subscribes to this plan now."</p> }.into_any(),
                (Some(rows), _) => view! { <PlainTable caption="Largest subscriptions" columns=COLUMNS rows=rows/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Subscriptions" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading subscriptions"/> }.into_any(),
            })}
            <footer class="card__foot">
                <a href=subscriptions>"All its subscriptions"</a>
                <a href=movements>"MRR movements of its subscriptions"</a>
            </footer>
        </section>
    }
}
