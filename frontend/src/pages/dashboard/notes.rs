//! What the tiles do not say: MRR that will end, and MRR in other currencies.

use super::figures::{elsewhere, scope};
use super::widget::widget;
use crate::components::{EmptyState, SkeletonCard};
use crate::format::{count, date_range, day, money_whole};
use crate::params::Params;
use crate::query::Query;
use crate::routes::{DASHBOARD, SETTINGS_CURRENCIES, SETTINGS_PRICES, SETTINGS_STRIPE};
use chrono::NaiveDate;
use crm_types::Money;
use crm_types::analytics::Overview;
use crm_types::exchange_rates::RateUse;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The card beside the feed.
#[component]
pub fn Notes(overview: Query<Overview>) -> impl IntoView {
    let search = use_location().search;
    let content = move |overview: Signal<Overview>| {
        let scheduled = move || overview.with(|o| (money_whole(o.scheduled_churn), scope(o).scheduled()));
        let compared = move || overview.with(|o| date_range(o.previous_from, o.previous_to));
        let zone = move || overview.with(|o| o.time_zone.clone());
        let others = Memo::new(move |_| overview.with(elsewhere));
        let other = move |money: Money| {
            let code = money.currency.to_string();
            let href = Params::parse(&search.get()).with("currency", &code).here();
            view! { <div><dt><a href=href>"MRR in "{code.to_ascii_uppercase()}</a></dt><dd>{money_whole(money)}</dd></div> }
        };
        view! {
            <div class="card__body stack">
                <dl class="sum">
                    {move || overview.with(|o| o.unmapped_prices > 0).then(|| view! {
                        <div>
                            <dt><a href=SETTINGS_PRICES>"Prices to map, in no figure yet"</a></dt>
                            <dd>{move || count(overview.with(|o| o.unmapped_prices))}</dd>
                        </div>
                    })}
                    <div>
                        <dt><a href=move || scheduled().1>"MRR that is set to end"</a></dt>
                        <dd>{move || scheduled().0}</dd>
                    </div>
                    {move || others.get().into_iter().map(other).collect_view()}
                    {move || overview.with(|o| o.rates.clone()).unwrap_or_default().into_iter().map(rate).collect_view()}
                    <div><dt>"Compared with"</dt><dd>{compared}</dd></div>
                    <div><dt>"Days begin and end in"</dt><dd>{zone}</dd></div>
                </dl>
                {move || overview.with(note).map(|text| view! { <p class="small muted">{text}</p> })}
            </div>
        }
    };
    view! {
        <section class="card c5" aria-labelledby="h-notes">
            <header class="card__head card__head--line"><h2 id="h-notes">"Behind the figures"</h2></header>
            {widget(overview, "Behind the figures", || view! { <SkeletonCard label="Loading"/> }, content)}
        </section>
    }
}

/// The newest rate of a currency that was converted.
fn rate(used: RateUse) -> impl IntoView {
    let code = used.currency.code().to_ascii_uppercase();
    view! { <div><dt><a href=SETTINGS_CURRENCIES>"Rate of "{code}", "{day(used.last_day)}</a></dt><dd>{used.rate.to_string()}</dd></div> }
}

/// What became of amounts in other currencies.
fn note(overview: &Overview) -> Option<String> {
    let converted = || {
        "Each amount counts by the rate of its day. What a change of the rates did is a movement of its own.".to_owned()
    };
    match &overview.rates {
        Some(_) => Some(converted()),
        None => separate(&elsewhere(overview)),
    }
}

/// Amounts of two currencies are never added up.
fn separate(others: &[Money]) -> Option<String> {
    let amounts: Vec<_> = others.iter().copied().map(money_whole).collect();
    let (last, rest) = amounts.split_last()?;
    let listed = if rest.is_empty() { last.clone() } else { format!("{} and {last}", rest.join(", ")) };
    let verb = if rest.is_empty() { "is" } else { "are" };
    Some(format!("{listed} {verb} shown separately: amounts in different currencies are never added up."))
}

/// Before the first Stripe event.
#[component]
pub fn NothingYet() -> impl IntoView {
    view! {
        <div class="grid"><section class="card c12"><div class="card__body">
            <EmptyState icon="chart" title="No billing data yet"
                text="Send Stripe’s webhooks here. The first subscription that pays moves the figures above, without a reload.">
                <a class="btn btn--primary" href=SETTINGS_STRIPE>"Connect Stripe"</a>
            </EmptyState>
        </div></section></div>
    }
}

/// In place of figures that would be those of the newest day.
pub fn not_begun((from, newest): (NaiveDate, NaiveDate)) -> impl IntoView {
    let search = use_location().search;
    let href = move || Params::parse(&search.get()).without(&["from", "to"]).with_path(DASHBOARD);
    let text = format!("It begins on {}. The newest day with figures is {}.", day(from), day(newest));
    view! {
        <div class="grid"><section class="card c12"><div class="card__body">
            <EmptyState icon="cal" title="This period lies in the future" text=text>
                <a class="btn btn--primary" href=href>"Show the last 30 days"</a>
            </EmptyState>
        </div></section></div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;

    #[test]
    fn other_currencies_are_listed() {
        let (eur, jpy) = (Money::new(124_000, Currency::EUR), Money::new(34_000, Currency::JPY));
        let rule = "shown separately: amounts in different currencies are never added up.";
        assert_eq!(separate(&[eur, jpy]), Some(format!("€1,240 and ¥34,000 are {rule}")));
        assert_eq!(separate(&[eur, jpy, eur]), Some(format!("€1,240, ¥34,000 and €1,240 are {rule}")));
        assert_eq!(separate(&[jpy]), Some(format!("¥34,000 is {rule}")));
        assert_eq!(separate(&[]), None);
    }
}
