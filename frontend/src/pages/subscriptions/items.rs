//! What a subscription consists of.

use crate::format::{count, money};
use crate::labels;
use crate::list::{Cell, Column, Lead, PlainTable, Row};
use crate::pages::mrr_movements::stream_and_tier;
use crate::routes;
use crm_types::subscriptions::SubscriptionItem;
use leptos::prelude::*;

const COLUMNS: &[Column] = &[
    Column::new("Plan", "lead"),
    Column::new("Stream", "p2"),
    Column::new("Quantity", "num"),
    Column::new("Unit price", "num p3"),
    Column::new("Charged", "num"),
    Column::new("MRR", "num"),
];

/// Each item with its share of the MRR.
#[component]
pub fn Items(
    /// The items.
    items: Vec<SubscriptionItem>,
) -> impl IntoView {
    let rows: Vec<Row> = items.iter().enumerate().map(|(at, item)| row(at, item)).collect();
    view! { <PlainTable caption="Items" columns=COLUMNS rows=rows/> }
}

/// The same where there is little room.
#[component]
pub fn ItemsInShort(
    /// The items.
    items: Vec<SubscriptionItem>,
) -> impl IntoView {
    let item = |item: SubscriptionItem| {
        let every = labels::every(item.interval, item.interval_count);
        let unit = item.unit_amount.map_or_else(|| "tiered".to_owned(), money);
        let terms =
            format!("{} × {unit} {every}{}", count(item.quantity), if item.metered { ", by usage" } else { "" });
        view! {
            <dt><a href=routes::plan(&item.plan_id)>{item.plan}</a><span class="sub">{terms}</span></dt>
            <dd>{format!("{} MRR", money(item.mrr))}</dd>
        }
    };
    view! { <dl class="kv kv--state">{items.into_iter().map(item).collect_view()}</dl> }
}

fn row(at: usize, item: &SubscriptionItem) -> Row {
    let every = labels::every(item.interval, item.interval_count);
    let charged = match (item.amount, item.metered) {
        (Some(amount), _) => Cell::Two(money(amount), every),
        (None, true) => Cell::Two("By usage".into(), every),
        (None, false) => Cell::Two("Tiered".into(), every),
    };
    Row {
        // Stripe lets a price stand twice in older subscriptions.
        id: format!("{at} {}", item.price_id),
        href: routes::plan(&item.plan_id),
        lead: Lead::thing(item.plan.clone(), item.price.clone().unwrap_or_else(|| item.price_id.clone())),
        cells: vec![
            Cell::Text(stream_and_tier(item.stream, item.tier)),
            Cell::Count(item.quantity),
            Cell::Money(item.unit_amount),
            charged,
            Cell::Money(Some(item.mrr)),
        ],
    }
}
