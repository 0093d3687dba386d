//! Plans: the list with a preview, and a page for each. What is shown of a price is used by the settings as well.

mod mapping;
mod page;
mod preview;
mod price;

pub use page::PlanPage;
pub use price::{PriceItem, cost, name_of};

use crate::components::Badge;
use crate::format::{amounts, count, money};
use crate::labels::{self, Tone, counted};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListSpec, ListView, Row, use_list};
use crate::pages::mrr_movements::stream_and_tier;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::Money;
use crm_types::accounts::Permission;
use crm_types::plans::Plan;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::PLANS,
    api: "/api/plans",
    title: "Plans",
    one: "plan",
    many: "plans",
    permission: Permission::PlansRead,
    search: "Plan, price, Stripe id",
    filters: &[
        Filter::new("stream", "Stream", FilterKind::Choice(labels::streams)),
        Filter::new("tier", "Tier", FilterKind::Choice(labels::tiers)),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("active", "At Stripe", FilterKind::Choice(|| vec![("true", "On sale"), ("false", "Archived")])),
        Filter::new(
            "mapped",
            "Mapping",
            FilterKind::Choice(|| vec![("true", "Complete"), ("false", "A price has no stream")]),
        ),
    ],
    columns: &[
        Column::sorted("Plan", "lead", "name", "-name"),
        Column::new("Stream", "p2"),
        Column::new("State", "p3"),
        Column::sorted("Subscribers", "num", "subscribers", "-subscribers"),
        Column::new("In trial", "num p3"),
        Column::new("Set to end", "num p4"),
        Column::sorted("MRR", "num", "mrr", "-mrr"),
    ],
    sort: "-mrr",
    sum: "MRR",
    empty: "Plans are products at Stripe; they arrive with its webhooks. Connect Stripe under Settings.",
};

/// The page.
#[component]
pub fn PlansPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! { <ListView list=list preview=preview::preview/> }
}

fn row(plan: &Plan) -> Row {
    let (tone, state) = state(plan);
    Row {
        id: plan.id.clone(),
        href: routes::plan(&plan.id),
        lead: Lead::thing(plan.name.clone(), prices_in_short(plan)),
        cells: vec![
            Cell::Text(
                plan.streams.iter().map(|s| stream_and_tier(Some(s.stream), s.tier)).collect::<Vec<_>>().join(" + "),
            ),
            Cell::State(tone, state.into()),
            subscribers_of(plan),
            Cell::Count(plan.trials),
            Cell::Count(plan.cancelling),
            mrr(&plan.mrr),
        ],
    }
}

/// How many there are, with what waits until it can be counted.
fn subscribers_of(plan: &Plan) -> Cell {
    match (price::waiting(&plan.prices), plan.subscribers) {
        (0, known) => Cell::Count(known),
        (events, 0) => Cell::Two("Not counted yet".into(), counted(events, "event waits", "events wait")),
        (events, known) => Cell::Two(count(known), counted(events, "event waits", "events wait")),
    }
}

/// The first currency, with the others below it.
fn mrr(mrr: &[Money]) -> Cell {
    match mrr {
        [] => Cell::Money(None),
        [one] => Cell::Money(Some(*one)),
        [first, rest @ ..] => Cell::Two(money(*first), amounts(rest)),
    }
}

/// What it costs, when there is one price on sale; else how many there are.
fn prices_in_short(plan: &Plan) -> String {
    let mut sold = plan.prices.iter().filter(|price| price.active);
    match (sold.next(), sold.count()) {
        (None, _) => "No price on sale".into(),
        (Some(one), 0) => cost(one),
        (Some(_), more) => counted(i64::try_from(more).unwrap_or(i64::MAX).saturating_add(1), "price", "prices"),
    }
}

/// What stands out: a price that counts nowhere, or that it is not sold any more.
fn state(plan: &Plan) -> (Tone, &'static str) {
    if plan.prices.iter().any(|price| price.stream.is_none()) {
        (Tone::Warning, "Not mapped")
    } else if plan.active {
        (Tone::Positive, "On sale")
    } else {
        (Tone::Neutral, "Archived")
    }
}

/// Where it counts, and its state.
#[component]
fn Badges(plan: Plan) -> impl IntoView {
    let (tone, state) = state(&plan);
    let streams =
        plan.streams.iter().map(|s| view! { <Badge text=stream_and_tier(Some(s.stream), s.tier)/> }).collect_view();
    view! { <Badge text=state tone=tone dot=true/>{streams} }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;
    use serde_json::json;

    fn plan(active: bool, prices: &[(bool, Option<&str>)]) -> Plan {
        let price = |(sold, stream): &(bool, Option<&str>)| {
            json!({"id": "price_1", "product_id": null, "plan_id": "price_1", "product_name": null, "nickname": null,
                   "unit_amount": {"minor": 1900, "currency": "usd"}, "currency": "usd", "interval": "month", "interval_count": 1,
                   "active": sold, "stream": stream, "tier": null, "mapped_by": null, "parked_events": 0, "subscriptions": 0,
                   "subscribers": 0, "mrr": [], "updated_at": "2026-10-11T09:30:00Z"})
        };
        let prices: Vec<_> = prices.iter().map(price).collect();
        serde_json::from_value(
            json!({"id": "prod_1", "name": "Standard", "active": active, "streams": [], "subscribers": 0,
            "trials": 0, "cancelling": 0, "mrr": [], "prices": prices}),
        )
        .unwrap()
    }

    #[test]
    fn a_plan_says_what_it_costs_and_what_stands_out() {
        const GYM: Option<&str> = Some("rev3_b2b");
        for (plan, costs, stands_out) in [
            (plan(true, &[(true, GYM)]), "$19.00 a month", "On sale"),
            (plan(true, &[(true, GYM), (false, GYM)]), "$19.00 a month", "On sale"),
            (plan(true, &[(true, GYM), (true, GYM)]), "2 prices", "On sale"),
            (plan(true, &[(true, GYM), (true, None)]), "2 prices", "Not mapped"),
            (plan(false, &[(false, GYM)]), "No price on sale", "Archived"),
            (plan(true, &[]), "No price on sale", "On sale"),
        ] {
            assert_eq!((prices_in_short(&plan).as_str(), state(&plan).1), (costs, stands_out));
        }
    }

    #[test]
    fn currencies_stand_side_by_side() {
        let (usd, eur) = (Money::new(1_900, Currency::USD), Money::new(1_700, Currency::EUR));
        assert_eq!(mrr(&[]), Cell::Money(None));
        assert_eq!(mrr(&[usd]), Cell::Money(Some(usd)));
        assert_eq!(mrr(&[usd, eur]), Cell::Two("$19.00".into(), "€17.00".into()));
        assert_eq!(amounts(&[usd, eur]), "$19.00 + €17.00");
    }
}
