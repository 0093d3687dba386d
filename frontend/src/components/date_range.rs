//! One date range, comparison and currency for a whole page.
//!
//! All state is in the address: `from`, `to` (days, both included), `compare` (`previous`, `year`), `currency`. A page
//! reads it with [`use_period`] and asks the API with [`Period::params`]; it draws `<DateRange .../>` in its head. When
//! the address names no days, the server's reply tells which it showed, and the page hands them to [`use_period`].

use super::period::{CONVERTED, Compare, Period, Preset, Shift};
use super::{Icon, close_popover, place_popover};
use crate::format;
use crate::glance::{Glance, live};
use crate::params::Params;
use chrono::{Local, NaiveDate};
use crm_types::Currency;
use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_location, use_navigate};

/// What the page looks at. Moves when the address does, and when the server's `usual` days do; until those are known
/// they are guessed by this device's clock.
pub fn use_period(usual: Signal<Option<(NaiveDate, NaiveDate)>>) -> Memo<Period> {
    let search = use_location().search;
    Memo::new(move |_| {
        let usual = usual.get().unwrap_or_else(|| Preset::Days30.days(Local::now().date_naive()));
        Period::parse(&Params::parse(&search.get()), usual)
    })
}

/// Steps, calendar, comparison and currency.
#[component]
pub fn DateRange(
    /// What the page looks at.
    period: Memo<Period>,
    /// The currencies that there are figures in; with more than one the reader chooses.
    #[prop(into)]
    currencies: Signal<Vec<Currency>>,
    /// What the page shows when its address names no days.
    #[prop(default = Preset::Days30)]
    usual: Preset,
    /// Whether what it shows is of no days: then only the currency is chosen.
    #[prop(optional)]
    timeless: bool,
) -> impl IntoView {
    let location = use_location();
    let navigate = use_navigate();
    let go = Callback::new(move |changes: Vec<(&'static str, String)>| {
        let mut params = Params::parse(&location.search.get_untracked());
        for (name, value) in changes {
            params.set(name, &value);
        }
        let options = NavigateOptions { scroll: false, ..NavigateOptions::default() };
        navigate(&params.with_path(&location.pathname.get_untracked()), options);
    });
    let days = move |(from, to): (NaiveDate, NaiveDate)| {
        go.run(vec![("from", from.to_string()), ("to", to.to_string())]);
    };
    let step = move |shift| days(period.with_untracked(|p| p.shifted(shift)));
    let at_the_end = move || period.glance(|p| p.to >= Local::now().date_naive());
    let of_days = (!timeless).then(move || view! {
        <div class="btn-group" role="group" aria-label="Period">
            <button class="btn btn--icon" type="button" aria-label="Period before" on:click=move |_| step(Shift::Back)>
                <Icon name="left"/>
            </button>
            <button class="btn" type="button" popovertarget="period-days" aria-haspopup="dialog">
                <Icon name="cal" class="only-desk"/>
                {live(move || period.glance(Period::label))}
            </button>
            <button class="btn btn--icon" type="button" aria-label="Period after" prop:disabled=live(at_the_end)
                on:click=move |_| step(Shift::Forward)>
                <Icon name="right"/>
            </button>
        </div>
        <Days period=period usual=usual on_days=Callback::new(days)
            on_usual=Callback::new(move |()| go.run(vec![("from", String::new()), ("to", String::new())]))/>
        <Against period=period on_change=Callback::new(move |c: Compare| go.run(vec![("compare", c.to_string())]))/>
    });
    view! {
        {of_days}
        <Show when=move || currencies.glance(|c| c.len() > 1) || period.glance(|p| p.converted)>
            <CurrencySelect period=period currencies=currencies
                on_change=Callback::new(move |c| go.run(vec![("currency", c)]))/>
        </Show>
    }
}

/// Presets, and two date fields.
#[component]
fn Days(
    period: Memo<Period>,
    usual: Preset,
    on_days: Callback<(NaiveDate, NaiveDate)>,
    /// Back to the days that the server chooses.
    on_usual: Callback<()>,
) -> impl IntoView {
    let choose = move |days| {
        on_days.run(days);
        close_popover("period-days");
    };
    let from = RwSignal::new(String::new());
    let to = RwSignal::new(String::new());
    Effect::new(move |_| {
        period.glance(|p| {
            from.set(p.from.to_string());
            to.set(p.to.to_string());
        });
    });
    let typed = move || match (from.get().parse::<NaiveDate>(), to.get().parse::<NaiveDate>()) {
        (Ok(from), Ok(to)) if from <= to => Some((from, to)),
        _ => None,
    };
    let presets = Preset::ALL.map(|preset| {
        let days = move || preset.days(Local::now().date_naive());
        let usual = preset == usual;
        let current = move || period.glance(|p| if p.chosen { (p.from, p.to) == days() } else { usual });
        let take = move |_| {
            if usual {
                on_usual.run(());
                close_popover("period-days");
            } else {
                choose(days());
            }
        };
        view! {
            <button class="menu__item" type="button" aria-pressed=live(move || current().to_string()) on:click=take>
                <span>{preset.label()}</span>
                {move || current().then(|| view! { <Icon name="check"/> })}
            </button>
        }
    });
    view! {
        <div class="menu period" id="period-days" popover="auto" role="dialog" aria-label="Choose a period"
            on:beforetoggle=move |ev| place_popover(&ev)>
            {presets.into_iter().collect_view()}
            <div class="menu__sep"></div>
            <form class="period__form" on:submit=move |ev| {
                ev.prevent_default();
                if let Some(days) = typed() { choose(days) }
            }>
                <div class="field">
                    <label for="period-from">"From"</label>
                    <input class="input" type="date" id="period-from" prop:value=from
                        on:input=move |ev| from.set(event_target_value(&ev))/>
                </div>
                <div class="field">
                    <label for="period-to">"To"</label>
                    <input class="input" type="date" id="period-to" prop:value=to
                        on:input=move |ev| to.set(event_target_value(&ev))/>
                </div>
                <button class="btn btn--primary" type="submit" prop:disabled=live(move || typed().is_none())>"Show these days"</button>
            </form>
        </div>
    }
}

/// Against what.
#[component]
fn Against(period: Memo<Period>, on_change: Callback<Compare>) -> impl IntoView {
    let item = move |compare: Compare, name: &'static str| {
        let current = move || period.glance(|p| p.compare == compare);
        let days = move || period.glance(|p| Period { compare, ..p.clone() }.compared());
        view! {
            <button class="menu__item" type="button" aria-pressed=live(move || current().to_string())
                on:click=move |_| { on_change.run(compare); close_popover("period-compare") }>
                <span>{name}<span class="sub">{move || { let (from, to) = days(); format::date_range(from, to) }}</span></span>
                {move || current().then(|| view! { <Icon name="check"/> })}
            </button>
        }
    };
    let words = move || match period.glance(|p| p.compare) {
        Compare::Previous => "period before",
        Compare::Year => "year before",
    };
    view! {
        <button class="btn" type="button" popovertarget="period-compare" aria-haspopup="dialog">
            <span class="muted">"vs"</span>{words}<Icon name="down" small=true/>
        </button>
        <div class="menu" id="period-compare" popover="auto" role="dialog" aria-label="Compare with"
            on:beforetoggle=move |ev| place_popover(&ev)>
            {item(Compare::Previous, "The period before")}
            {item(Compare::Year, "The same days a year before")}
        </div>
    }
}

/// One currency at a time, or all by the rates of each day: amounts are never just added up across currencies.
#[component]
fn CurrencySelect(
    period: Memo<Period>,
    currencies: Signal<Vec<Currency>>,
    on_change: Callback<String>,
) -> impl IntoView {
    let chosen = move |c: Currency| period.glance(|p| p.currency == Some(c));
    view! {
        <select class="input input--fit" aria-label="Currency" on:change=move |ev| on_change.run(event_target_value(&ev))>
            <option value="" selected=live(move || period.glance(|p| p.currency.is_none() && !p.converted))>"Account currency"</option>
            <For each=move || currencies.get() key=|c| *c children=move |c| view! {
                <option value=c.to_string() selected=live(move || chosen(c))>{c.code().to_ascii_uppercase()}</option>
            }/>
            <option value=CONVERTED selected=live(move || period.glance(|p| p.converted))>"All, converted"</option>
        </select>
    }
}
