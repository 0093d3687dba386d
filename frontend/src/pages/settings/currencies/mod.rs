//! What currencies are worth: the reporting currency, which days have no rate, how rates come in, and all rates.

mod coverage;
mod enter;
mod feed;
mod import;
mod rate;

use super::SettingsFrame;
use crate::api::exchange_rates::{COVERAGE, RATES};
use crate::components::{ActionButton, Dialog};
use crate::format;
use crate::labels::Choice;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::query::changed;
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::exchange_rates::{ExchangeRate, RateSource};
use leptos::prelude::*;

static SPEC: ListSpec = ListSpec {
    path: routes::SETTINGS_CURRENCIES,
    api: RATES,
    title: "Rates",
    one: "rate",
    many: "rates",
    permission: Permission::SettingsRead,
    search: "",
    filters: &[
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("source", "From", FilterKind::Choice(sources)),
        Filter::new("from", "Since", FilterKind::Day),
        Filter::new("to", "Until", FilterKind::Day),
    ],
    columns: &[
        Column::new("Currency", "lead"),
        Column::new("Rate", "num"),
        Column::new("From", "p2"),
        Column::new("Written down", "num p3"),
        Column::sorted("Day", "num", "day", "-day"),
    ],
    sort: "-day",
    sum: "",
    empty: "Enter a rate, import a file, or name an address that gives them.",
};

fn sources() -> Vec<Choice> {
    RateSource::ALL.iter().map(|source| (source.as_str(), source_name(*source))).collect()
}

const fn source_name(source: RateSource) -> &'static str {
    match source {
        RateSource::Entered => "Entered",
        RateSource::Csv => "File",
        RateSource::Url => "Address",
    }
}

/// Reads again what shows rates.
fn rates_changed() {
    changed(RATES);
    changed(COVERAGE);
}

/// The page.
#[component]
pub fn CurrenciesPage() -> impl IntoView {
    // No event tells of rates: who changes them here reads them again.
    let list = use_list(&SPEC, use_realtime().billing(), row);
    let denied = Signal::stored(use_session().denied(Permission::SettingsWrite));
    let (entering, importing) = (RwSignal::new(false), RwSignal::new(false));
    let opens = |open: RwSignal<bool>| Callback::new(move |()| open.set(true));
    view! {
        <SettingsFrame tab="Currencies">
            <div class="grid">
                <coverage::Coverage/>
                <feed::Feed/>
            </div>
            <section class="inbox">
                <div class="between row--wrap">
                    <div><h2>"Rates"</h2><ListTotal list=list/></div>
                    <div class="row row--wrap">
                        <ActionButton label="Import rates".to_owned() denied=denied on_press=opens(importing)/>
                        <ActionButton label="Enter rate".to_owned() denied=denied on_press=opens(entering)/>
                    </div>
                </div>
                <ListBody list=list preview=Some(preview)/>
            </section>
            <Dialog id="enter-rate" title=Signal::stored("Enter rate".to_owned()) open=entering>
                <enter::Form open=entering/>
            </Dialog>
            <Dialog id="import-rates" title=Signal::stored("Import rates".to_owned()) open=importing>
                <import::Form open=importing/>
            </Dialog>
        </SettingsFrame>
    }
}

fn row(rate: &ExchangeRate) -> Row {
    let id = rate.id.to_string();
    Row {
        href: routes::list(routes::SETTINGS_CURRENCIES, &[("peek", &id)]),
        id,
        lead: Lead::thing(code(rate.currency), ""),
        cells: vec![
            Cell::Text(rate.rate.to_string()),
            Cell::Kind(source_name(rate.source).into()),
            Cell::Moment(Some(rate.recorded_at)),
            Cell::Text(format::day(rate.day)),
        ],
    }
}

fn preview(id: String) -> AnyView {
    view! { <rate::RatePreview id=id/> }.into_any()
}

fn code(currency: crm_types::Currency) -> String {
    currency.code().to_ascii_uppercase()
}
