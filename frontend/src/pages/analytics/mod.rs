//! Figures in depth: who stays, what explains a change, the streams beside each other, what is expected; and the finance
//! dashboard, which is made of the same cards.

mod assumed;
mod bridge;
mod cohorts;
mod finance;
mod forecast;
mod lifetime;
mod movements;
mod parts;
mod payments;
mod retention;
mod retention_chart;
mod streams;
mod tiles;
mod year;

pub use finance::FinancePage;
pub use forecast::ForecastPage;
pub use movements::MovementsPage;
pub use retention::RetentionPage;
pub use streams::StreamsPage;

use crate::components::{DateRange, PeriodTabs, PrintHead, use_title};
use crate::glance::live;
use crate::routes;
use leptos::prelude::*;
use year::{USUAL, Year, in_words, made_whole};

/// The head that the tabs have in common; the tab's own name is the document's title.
#[component]
fn AnalyticsHead(
    /// The tab.
    tab: &'static str,
    /// What the page looks at.
    year: Year,
) -> impl IntoView {
    use_title(move || format!("{tab} · Analytics"));
    // What is expected is the same, whatever days the other tabs show.
    let timeless = tab == FORECAST;
    let tabs = vec![
        (routes::ANALYTICS_RETENTION, "Retention"),
        (routes::ANALYTICS_MOVEMENTS, MOVEMENTS),
        (routes::ANALYTICS_STREAMS, "Streams"),
        (routes::ANALYTICS_FORECAST, FORECAST),
    ];
    view! {
        <header class="page-head">
            <div class="page-head__row">
                <div class="page-head__title"><h1>"Analytics"</h1></div>
                <DateRange period=year.shown currencies=year.currencies usual=USUAL timeless=timeless/>
            </div>
            <PeriodTabs label="Analytics" tabs=tabs/>
            <PrintHead shows=live(move || if timeless { String::new() } else { in_words(year) })/>
            {(!timeless).then(|| days_note(year))}
            {(tab != MOVEMENTS).then(|| alone_note(year, "These figures"))}
        </header>
    }
}

/// The tab whose amounts are converted when all currencies are chosen.
const MOVEMENTS: &str = "Movements";
/// The tab that is of no period.
const FORECAST: &str = "Forecast";

/// Where all currencies are chosen, a line says what is of one alone.
fn alone_note(year: Year, what: &'static str) -> impl IntoView {
    move || {
        year.shown.get().converted.then(|| {
            view! { <p class="small muted">{what}" are of the account’s currency alone: MRR and its movements are what is converted."</p> }
        })
    }
}

/// Where other days are shown than were asked for, a line says which.
fn days_note(year: Year) -> impl IntoView {
    move || made_whole(year).map(|text| view! { <p class="small muted">{text}</p> })
}
