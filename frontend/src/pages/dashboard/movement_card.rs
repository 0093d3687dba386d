//! From the MRR at the start to the MRR at the end.

use super::movements;
use super::widget::{chart_skeleton, widget};
use crate::api::analytics;
use crate::charts::{AsTable, Waterfall};
use crate::components::{Explain, Period};
use crate::format::{money_compact, signed_whole};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crm_types::analytics::MovementSummary;
use leptos::prelude::*;

/// The waterfall, and below it the equation that it draws.
#[component]
pub fn MovementCard(
    /// What the page looks at.
    period: Memo<Period>,
    /// Its place on the page.
    #[prop(default = "card c5")]
    class: &'static str,
) -> impl IntoView {
    let summary =
        use_query::<MovementSummary>(move || Some(period.with(analytics::movements))).refresh_on(use_realtime().mrr());
    let net = Memo::new(move |_| summary.map(movements::net));
    let net_view = move || {
        net.get().map(|net| {
            let class = match net.minor.signum() {
                1 => "end delta delta--good",
                -1 => "end delta delta--bad",
                _ => "end delta",
            };
            view! { <span class=class>{signed_whole(net)}</span> }
        })
    };
    view! {
        <section class=class aria-labelledby="h-movement">
            <header class="card__head">
                <h2 id="h-movement">"MRR movement"</h2>
                <Explain id="x-movement" of="MRR movement">
                    <p>"Each change of a customer’s MRR is written down once. From 0 it is new, or a reactivation if the customer paid before; to 0 it is churn; in between it is an expansion or a contraction."</p>
                    <p>"end − start = new + reactivation + expansion − contraction − churn + exchange rates. The database checks it."</p>
                    <p>"With all currencies converted, each movement counts by the rate of its day, and what a change of the rates did to what was there before is exchange rates."</p>
                    <p class="muted">"A plan of $2,000 a year: +$166.67 new. Upgraded: +$60.00 expansion. Back: −$60.00 contraction. Cancelled: −$166.67 churn. Again: +$166.67 reactivation."</p>
                </Explain>
                {net_view}
            </header>
            {widget(summary, "MRR movement", || chart_skeleton("chart-wait chart-wait--fall", "Loading MRR movement"), content)}
        </section>
    }
}

fn content(reply: Signal<MovementSummary>) -> impl IntoView {
    let fall = Memo::new(move |_| reply.with(movements::fall));
    let equation = move || {
        let (terms, end) = reply.with(movements::equation);
        view! { {terms}" = "<b>{end}</b> }
    };
    // An axis that does not start at 0 says so.
    let axis = move || {
        let from = fall.with(|fall| fall.axis_from());
        (from.minor != 0).then(|| view! { <span class="push">"axis from "{money_compact(from)}</span> })
    };
    view! {
        <div class="card__body"><Waterfall data=fall/></div>
        <div class="card__foot"><span>{equation}</span></div>
        <footer class="card__foot">
            <AsTable title=Signal::derive(|| "MRR movement".to_owned())
                table=Signal::derive(move || reply.with(movements::table))/>
            {axis}
        </footer>
    }
}
