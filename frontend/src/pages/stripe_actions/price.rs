//! A price that can be subscribed to.

use crate::api::stripe_actions::PRICES;
use crate::components::{ErrorNote, FieldNote};
use crate::format::money;
use crate::glance::live;
use crate::labels;
use crate::query::use_query;
use crm_types::plans::Price;
use crm_types::{Currency, Page};
use leptos::prelude::*;

/// Chooses one of what is sold regularly.
#[component]
pub fn PriceSelect(
    /// Unique on the page.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// The chosen price's id; empty for none.
    value: RwSignal<String>,
    /// Only these can be chosen.
    #[prop(optional)]
    currency: Option<Currency>,
    /// What is wrong with it.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let query = use_query::<Page<Price>>(|| Some(PRICES.into()));
    let options = move || {
        let chosen = value.get();
        let prices = query.get().map(|page| page.items).unwrap_or_default();
        let fits = move |price: &Price| price.interval.is_some() && currency.is_none_or(|c| c == price.currency);
        let known = prices.iter().any(|price| price.id == chosen && fits(price));
        let foreign = (!known && !chosen.is_empty()).then(|| {
            view! { <option value=chosen.clone() selected=true>{chosen.clone()}</option> }
        });
        let offered = prices.into_iter().filter(fits).map(|price| {
            let selected = price.id == chosen;
            view! { <option value=price.id.clone() selected=selected>{words(&price)}</option> }
        });
        let none = chosen.is_empty();
        view! { <option value="" selected=none>"Choose a price"</option>{foreign}{offered.collect_view()} }
    };
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <select class="input" id=id on:change=move |ev| value.set(event_target_value(&ev))
                aria-invalid=live(move || error.get().map(|_| "true")) aria-describedby=format!("{id}-note")>
                {options}
            </select>
            <FieldNote id=id.to_owned() hint=None error=error/>
        </div>
        <ErrorNote error=query.error()/>
    }
}

/// `Premium, $29.00 a month`.
fn words(price: &Price) -> String {
    let name = price.product_name.clone().or_else(|| price.nickname.clone()).unwrap_or_else(|| price.id.clone());
    let unit = price.unit_amount.map_or_else(|| "tiered".to_owned(), money);
    let every = price.interval.map(|interval| labels::every(interval, price.interval_count)).unwrap_or_default();
    format!("{name}, {unit} {every}")
}
