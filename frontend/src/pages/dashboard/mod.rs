//! The executive dashboard: how much, how it moved, and the rows behind every figure.

mod announce;
mod chart_card;
mod definitions;
mod feed;
mod figures;
mod links;
mod movement_card;
mod movements;
mod notes;
mod series;
mod tiles;
mod widget;

pub use chart_card::{ChartCard, mrr_chart};
pub use figures::scope;
pub use links::{Scope, filter_of, rows_in, subscriptions_on};
pub use movement_card::MovementCard;
pub use widget::{chart_skeleton, widget};

use crate::api::analytics;
use crate::components::{DateRange, Icon, Period, PeriodTabs, PrintHead, use_period, use_title};
use crate::format;
use crate::glance::{Glance, live};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes::{DASHBOARD, FINANCE};
use announce::Announcer;
use crm_types::analytics::Overview;
use definitions::Definitions;
use feed::Feed;
use leptos::prelude::*;
use notes::{Notes, NothingYet, not_begun};
use tiles::Tiles;

/// Path and name of each dashboard.
pub const DASHBOARDS: [(&str, &str); 2] = [(DASHBOARD, "Executive"), (FINANCE, "Finance")];

/// The page at `/`.
#[component]
pub fn DashboardPage() -> impl IntoView {
    use_title(|| "Dashboard".into());
    let usual = RwSignal::new(None);
    let period = use_period(usual.into());
    let overview =
        use_query::<Overview>(move || Some(period.with(analytics::overview))).refresh_on(use_realtime().billing());
    Effect::new(move |_| {
        let (chosen, address) = period.with(|period| (period.chosen, analytics::overview(period)));
        if let Some(reply) = overview.loaded().filter(|reply| !chosen && *reply.url == *address) {
            usual.set(Some((reply.value.from, reply.value.to)));
        }
    });
    let currencies = Memo::new(move |_| {
        let of = |overview: &Overview| overview.currencies.iter().map(|money| money.currency).collect::<Vec<_>>();
        overview.map(of).unwrap_or_default()
    });
    let nothing = Memo::new(move |_| overview.map(|overview| overview.updated_at.is_none()).unwrap_or(false));
    let ahead = Memo::new(move |_| {
        overview
            .map(|overview| (overview.from > overview.newest_day).then_some((overview.from, overview.newest_day)))
            .flatten()
    });
    let explaining = RwSignal::new(false);
    view! {
        <header class="page-head">
            <div class="page-head__row">
                <div class="page-head__title">
                    <h1>"Dashboard"</h1>
                    <button class="help" type="button" aria-label="How the figures are computed"
                        title="How the figures are computed" on:click=move |_| explaining.set(true)>
                        <Icon name="info"/>
                    </button>
                </div>
                <DateRange period=period currencies=currencies/>
            </div>
            <PeriodTabs label="Dashboards" tabs=DASHBOARDS.to_vec()/>
            <PrintHead shows=live(move || period.glance(days_in_words))/>
        </header>
        <Show when=move || ahead.get().is_none() fallback=move || ahead.get().map(not_begun)>
            <Tiles overview=overview/>
            <Show when=move || !nothing.get() fallback=NothingYet>
                <div class="grid">
                    <ChartCard period=period/>
                    <MovementCard period=period/>
                    <Feed period=period/>
                    <Notes overview=overview/>
                </div>
            </Show>
        </Show>
        <Definitions open=explaining/>
        <Announcer overview=overview/>
    }
}

/// `Oct 1 – 31, 2026, against Sep 1 – 30, 2026`.
fn days_in_words(period: &Period) -> String {
    let (from, to) = period.compared();
    format!("{}, against {}", format::date_range(period.from, period.to), format::date_range(from, to))
}
