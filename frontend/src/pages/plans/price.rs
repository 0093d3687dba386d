//! A price: what it costs, where it counts, and the form that says so. On the plan's page and in the settings.

use super::mapping::MappingForm;
use crate::components::{ActionButton, Badge, Moment};
use crate::format::{MISSING, amounts, money};
use crate::labels::{self, Tone, counted};
use crate::pages::mrr_movements::stream_and_tier;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::plans::Price;
use leptos::prelude::*;

/// A price with its mapping, and the form that changes it.
#[component]
pub fn PriceItem(
    /// The price.
    price: Price,
    /// Called when it was mapped.
    changed: Callback<()>,
    /// What it is called here: its own name, or that with its product's.
    name: String,
    /// The plan's page, where the price stands elsewhere.
    #[prop(optional, into)]
    plan: Option<String>,
    /// Whether the form is open from the start.
    open: bool,
) -> impl IntoView {
    let open = RwSignal::new(open);
    let denied = Signal::stored(use_session().denied(Permission::PlansWrite));
    let mapped = price.stream.is_some();
    let now = match price.stream {
        Some(stream) => stream_and_tier(Some(stream), price.tier),
        None => MISSING.into(),
    };
    let parked = (price.parked_events > 0).then(|| {
        let words = counted(price.parked_events, "parked event", "parked events");
        view! { <Badge text=words tone=Tone::Warning dot=true/> }
    });
    let users = match waiting(std::slice::from_ref(&price)) {
        0 => {
            let href = routes::list(routes::SUBSCRIPTIONS, &[("price_id", &price.id), ("counted", "true")]);
            view! { <a href=href>{subscribers(&price)}</a> }.into_any()
        }
        _ => subscribers(&price).into_any(),
    };
    let id = price.id.clone();
    view! {
        <li class="price">
            <div class="price__what">
                <h3>{match plan {
                    Some(href) => view! { <a href=href>{name.clone()}</a> }.into_any(),
                    None => name.clone().into_any(),
                }}</h3>
                <p class="small muted">
                    {(name != cost(&price)).then(|| format!("{} · ", cost(&price)))}<span class="mono">{price.id.clone()}</span>
                    " · "{users}
                    {(!price.mrr.is_empty()).then(|| format!(" · {} MRR", amounts(&price.mrr)))}
                    " · heard of "<Moment at=Some(price.updated_at)/>
                </p>
            </div>
            <div class="row row--wrap">
                {parked}
                {(!price.active).then(|| view! { <Badge text="Archived at Stripe"/> })}
                {mapped.then(|| view! { <span class="strong">{now}</span> })}
                {price.mapped_by.map(|by| view! { <span class="small muted">{labels::mapping_source(by)}</span> })}
            </div>
            <Show
                when=move || open.get()
                fallback=move || view! {
                    <ActionButton label="Change mapping".to_owned() class="btn--sm push" denied=denied
                        on_press=Callback::new(move |()| open.set(true))/>
                }
            >
                <MappingForm id=id.clone() name=name.clone() stream=price.stream tier=price.tier changed=changed open=open
                    mapped=mapped/>
            </Show>
        </li>
    }
}

/// Events that wait until a price of these is mapped: what they tell counts in no figure yet.
pub fn waiting(prices: &[Price]) -> i64 {
    prices.iter().filter(|price| price.stream.is_none()).map(|price| price.parked_events).sum()
}

/// How many subscribe to a price, as far as anybody knows.
pub fn subscribers(price: &Price) -> String {
    match waiting(std::slice::from_ref(price)) {
        0 => counted(price.subscribers, "subscriber", "subscribers"),
        _ => "subscribers not counted yet".into(),
    }
}

/// The product's name with the price's own.
pub fn name_of(price: &Price) -> String {
    match (&price.product_name, &price.nickname) {
        (Some(product), Some(nickname)) => format!("{product}, {nickname}"),
        (Some(one), None) | (None, Some(one)) => one.clone(),
        (None, None) => price.id.clone(),
    }
}

/// What a price is called among those of its plan.
pub fn name_within(price: &Price) -> String {
    price.nickname.clone().unwrap_or_else(|| cost(price))
}

/// `$19.00 a month`, `tiered in USD, every 3 months`, `$5.00 once`.
pub fn cost(price: &Price) -> String {
    let amount =
        price.unit_amount.map_or_else(|| format!("tiered in {}", price.currency.code().to_ascii_uppercase()), money);
    match price.interval {
        Some(interval) => format!("{amount} {}", labels::every(interval, price.interval_count)),
        None => format!("{amount} once"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::plans::Interval;
    use crm_types::{Currency, Money};

    #[test]
    fn prices_say_what_they_cost() {
        let mut price = Price {
            id: "price_1".into(),
            product_id: None,
            plan_id: "price_1".into(),
            product_name: Some("Standard".into()),
            nickname: None,
            unit_amount: Some(Money::new(1900, Currency::USD)),
            currency: Currency::USD,
            interval: Some(Interval::Month),
            interval_count: 1,
            active: true,
            stream: None,
            tier: None,
            mapped_by: None,
            parked_events: 0,
            subscriptions: 0,
            subscribers: 0,
            mrr: Vec::new(),
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        assert_eq!((name_of(&price).as_str(), cost(&price).as_str()), ("Standard", "$19.00 a month"));
        assert_eq!(name_within(&price), "$19.00 a month");
        price.nickname = Some("EU".into());
        price.unit_amount = None;
        price.interval_count = 3;
        assert_eq!((name_of(&price).as_str(), cost(&price).as_str()), ("Standard, EU", "tiered in USD every 3 months"));
        assert_eq!(name_within(&price), "EU");
        price.interval = None;
        assert_eq!(cost(&price), "tiered in USD once");
        assert_eq!(subscribers(&price), "0 subscribers");
        price.parked_events = 2;
        assert_eq!(subscribers(&price), "subscribers not counted yet");
        price.stream = Some(crm_types::plans::Stream::Rev3B2b);
        assert_eq!((subscribers(&price).as_str(), waiting(&[price])), ("0 subscribers", 0));
    }
}
