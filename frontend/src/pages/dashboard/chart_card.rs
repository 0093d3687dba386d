//! "MRR over time", by stream or by tier.

use super::series;
use super::widget::{chart_skeleton, widget};
use crate::api::analytics;
use crate::charts::{AsTable, Legend, StackedArea};
use crate::components::{EmptyState, Explain, GroupSwitch, Period, use_group};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crm_types::analytics::{GroupBy, MrrSeries};
use leptos::prelude::*;

/// The chart with its switch, legend and table.
#[component]
pub fn ChartCard(period: Memo<Period>) -> impl IntoView {
    let group = use_group();
    let series = use_query::<MrrSeries>(move || Some(period.with(|period| analytics::mrr(period, group.get()))))
        .refresh_on(use_realtime().mrr());
    view! {
        <section class="card c7" aria-labelledby="h-mrr">
            <header class="card__head">
                <h2 id="h-mrr">"MRR over time"</h2>
                <Explain id="x-mrr" of="MRR over time">
                    <p>"MRR at the end of each day, week or month of the account’s time zone. The series add up to it."</p>
                    <p>"MRR is the sum of the monthly value of all subscriptions that are active or past due. Yearly prices count a twelfth."</p>
                    <p class="muted">"100 × $100 a month + 50 × $600 a year = $12,500."</p>
                </Explain>
                <span class="end"><GroupSwitch/></span>
            </header>
            {widget(series, "MRR over time", || chart_skeleton("chart-wait", "Loading MRR over time"), move |reply| content(reply, group))}
        </section>
    }
}

fn content(reply: Signal<MrrSeries>, group: Memo<GroupBy>) -> impl IntoView {
    let empty = Memo::new(move |_| reply.with(|reply| reply.total.iter().all(|total| *total == 0)));
    move || match empty.get() {
        true => view! {
            <div class="card__body">
                <EmptyState icon="chart" title="No MRR in this period" text="Choose other days, or another currency."/>
            </div>
        }
        .into_any(),
        false => mrr_chart(reply, group, Memo::new(|_| String::new())).into_any(),
    }
}

/// The chart with legend and table. Its marks lead to everybody's subscriptions, or to those of one customer.
pub fn mrr_chart(reply: Signal<MrrSeries>, group: Memo<GroupBy>, customer: Memo<String>) -> impl IntoView {
    let data = Memo::new(move |_| reply.with(|reply| series::area(reply, group.get())));
    let href =
        move |(day, line): (usize, Option<usize>)| reply.with(|reply| series::href(reply, day, line, &customer.get()));
    let legend = Memo::new(move |_| reply.with(|reply| series::legend(reply, &customer.get())));
    view! {
        <div class="card__body">
            <Legend items=legend/>
            <StackedArea data=data href=Callback::new(href)/>
        </div>
        <footer class="card__foot">
            <AsTable title=Signal::derive(move || series::title(group.get()).to_owned())
                table=Signal::derive(move || reply.with(|reply| series::table(reply, &customer.get())))/>
        </footer>
    }
}
