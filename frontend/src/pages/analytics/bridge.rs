//! The bridge between two dates: each segment by type of movement, every cell a link to its rows.

use crate::api::analytics;
use crate::charts::{Cell, ChartTable, FigureTable};
use crate::components::{EmptyState, Explain, GroupSwitch, Period, SkeletonCard, use_group};
use crate::format::{MINUS, MISSING, day, money, money_whole, signed_money, signed_whole};
use crate::labels;
use crate::pages::dashboard::{Scope, filter_of, rows_in, subscriptions_on, widget};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes::customer;
use crm_types::Money;
use crm_types::analytics_streams::{BridgeCell, BridgeCustomer, BridgeReport, BridgeSegment};
use crm_types::mrr::MovementType;
use leptos::prelude::*;

/// How many customers are named below the bridge.
const NAMED: usize = 12;

/// The bridge, and who moved most.
#[component]
pub fn BridgeCard(period: Memo<Period>) -> impl IntoView {
    let group = use_group();
    let report = use_query::<BridgeReport>(move || Some(period.with(|period| analytics::bridge(period, group.get()))))
        .refresh_on(use_realtime().mrr());
    let table = |report: Signal<BridgeReport>| {
        let sums = move || report.with(equation);
        view! {
            <FigureTable title=Signal::stored("MRR by segment and movement".to_owned())
                table=Signal::derive(move || report.with(bridge))/>
            <footer class="card__foot"><span>{sums}</span></footer>
        }
    };
    let people = |report: Signal<BridgeReport>| move || report.with(largest_view);
    view! {
        <section class="card c12" aria-labelledby="h-bridge">
            <header class="card__head card__head--line">
                <h2 id="h-bridge">"What explains the change"</h2>
                <Explain id="x-bridge" of="What explains the change">
                    <p>"The movements of the period by stream or tier and by type. A movement that touches two of them has a part in each: an upgrade from Basic to Standard takes from one and gives to the other."</p>
                    <p>"Each row adds up by itself: start + movements = end. Each figure leads to the movements that it is the sum of."</p>
                </Explain>
                <span class="end"><GroupSwitch/></span>
            </header>
            {widget(report, "The bridge", || view! { <SkeletonCard label="Loading the bridge"/> }, table)}
        </section>
        <section class="card c12" aria-labelledby="h-largest">
            <header class="card__head card__head--line">
                <h2 id="h-largest">"Who moved most"</h2>
                <Explain id="x-largest" of="Who moved most">
                    <p>"The largest movements of each cell of the bridge, three of a cell at most, by where most of the movement is."</p>
                </Explain>
            </header>
            {widget(report, "Who moved most", || view! { <SkeletonCard label="Loading who moved most"/> }, people)}
        </section>
    }
}

fn by_tier(report: &BridgeReport) -> bool {
    report.segments.iter().any(|segment| segment.tier.is_some())
}

/// The types that are shown: all, but exchange rates only where one changed something.
fn shown(report: &BridgeReport) -> Vec<MovementType> {
    let moved = |kind: &MovementType| {
        report.segments.iter().flat_map(|s| &s.cells).any(|cell| cell.movement == *kind && cell.count != 0)
    };
    MovementType::ALL.iter().copied().filter(|kind| *kind != MovementType::Fx || moved(kind)).collect()
}

fn bridge(report: &BridgeReport) -> ChartTable {
    let types = shown(report);
    let (tiers, currency) = (by_tier(report), report.currency);
    let scope = Scope { from: report.from, to: report.to, currency: rows_in(currency, report.rates.as_ref()) };
    let before = report.from.pred_opt().unwrap_or(report.from);
    let row = |segment: &BridgeSegment| {
        let filter = filter_of(&segment.key, tiers);
        let level = |on, amount: Money| {
            let href = filter.map(|part| subscriptions_on(on, scope.currency, Some(part), ""));
            Cell { text: money_whole(amount), href }
        };
        let cells = types.iter().filter_map(|kind| segment.cells.iter().find(|cell| cell.movement == *kind));
        let rows = |kind: MovementType, part| match kind {
            MovementType::Fx => scope.movements(Some(kind)),
            _ => scope.movements_of(kind.as_str(), part),
        };
        let cells = cells.map(|cell| moved(cell, filter.map(|part| rows(cell.movement, part))));
        let start = std::iter::once(level(before, segment.start));
        let cells = start.chain(cells).chain(std::iter::once(level(report.to, segment.end)));
        (segment.label.clone(), cells.collect())
    };
    let total = |kind: &MovementType| {
        let of_kind = report.segments.iter().flat_map(|s| &s.cells).filter(|cell| cell.movement == *kind);
        let minor = of_kind.map(|cell| cell.amount.minor).fold(0_i64, i64::saturating_add);
        Cell { text: signed_whole(Money::new(minor, currency)), href: Some(scope.movements(Some(*kind))) }
    };
    let level =
        |on, amount| Cell { text: money_whole(amount), href: Some(subscriptions_on(on, scope.currency, None, "")) };
    let totals = std::iter::once(level(before, report.start)).chain(types.iter().map(total));
    let totals = totals.chain(std::iter::once(level(report.to, report.end))).collect();
    let names = types.iter().map(|kind| labels::movement(*kind).to_owned());
    let head = ["Part".to_owned(), day(before)].into_iter().chain(names).chain(std::iter::once(day(report.to)));
    ChartTable {
        head: head.collect(),
        rows: report.segments.iter().map(row).chain(std::iter::once(("Together".to_owned(), totals))).collect(),
    }
}

fn moved(cell: &BridgeCell, href: Option<String>) -> Cell {
    if cell.amount.minor == 0 && cell.count == 0 {
        return Cell { text: MISSING.into(), href: None };
    }
    Cell { text: signed_whole(cell.amount), href }
}

/// The whole in a sentence, with what is left over.
fn equation(report: &BridgeReport) -> String {
    let change = report.end.minor.saturating_sub(report.start.minor);
    let sign = if change < 0 { MINUS } else { "+" };
    let size = Money::new(change.saturating_abs(), report.currency);
    let (start, end) = (money(report.start), money(report.end));
    format!("{start} {sign} {} = {end}; difference {}.", money(size), money(report.difference))
}

/// Those who moved most, over all cells: the largest first.
fn largest(report: &BridgeReport) -> Vec<(String, &BridgeCustomer)> {
    let segments = report.segments.iter();
    let of = |segment: &'_ BridgeSegment, cell: &BridgeCell| {
        format!("{}, {}", labels::movement(cell.movement), segment.label)
    };
    let mut all: Vec<(String, &BridgeCustomer)> = segments
        .flat_map(|segment| segment.cells.iter().map(move |cell| (segment, cell)))
        .flat_map(|(segment, cell)| cell.customers.iter().map(move |customer| (of(segment, cell), customer)))
        .collect();
    all.sort_by_key(|(_, customer)| std::cmp::Reverse(customer.amount.minor.unsigned_abs()));
    all.truncate(NAMED);
    all
}

fn largest_view(report: &BridgeReport) -> AnyView {
    let rows = largest(report);
    if rows.is_empty() {
        return view! { <EmptyState icon="chart" title="Nothing moved in these days" text="Choose a longer period, or another currency."/> }
            .into_any();
    }
    let row = |(what, who): (String, &BridgeCustomer)| {
        let class = if who.amount.minor < 0 { "amt neg" } else { "amt pos" };
        view! {
            <li>
                <span class="ellip"><a href=customer(who.id)>{who.name.clone()}</a><span class="sub">{what}</span></span>
                <span class=class>{signed_money(who.amount)}</span>
            </li>
        }
    };
    view! { <ul class="feed feed--two">{rows.into_iter().map(row).collect_view()}</ul> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;
    use crm_types::plans::{Stream, Tier};

    fn usd(major: i64) -> Money {
        Money::new(major * 100, Currency::USD)
    }

    fn report() -> BridgeReport {
        let cell = |movement, amount, count, names: &[&str]| BridgeCell {
            movement,
            amount: usd(amount),
            count,
            customers: names
                .iter()
                .map(|name| BridgeCustomer {
                    id: "00000000-0000-7000-8000-000000000000".parse().unwrap(),
                    name: (*name).into(),
                    amount: usd(amount),
                })
                .collect(),
        };
        let segment = |key: &str, label: &str, stream, tier, start, end, cells| BridgeSegment {
            key: key.into(),
            label: label.into(),
            stream,
            tier,
            start: usd(start),
            cells,
            end: usd(end),
            difference: usd(0),
        };
        BridgeReport {
            currency: Currency::USD,
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-31".parse().unwrap(),
            as_of: None,
            start: usd(300),
            end: usd(340),
            difference: usd(0),
            rates: None,
            segments: vec![
                segment(
                    "tier1",
                    "Basic",
                    Stream::Rev1Individual,
                    Some(Tier::Tier1),
                    100,
                    160,
                    vec![cell(MovementType::New, 80, 4, &["Ada"]), cell(MovementType::Churn, -20, 1, &["Bob"])],
                ),
                segment(
                    "rev1_individual",
                    "REV 1 without tier",
                    Stream::Rev1Individual,
                    None,
                    200,
                    180,
                    vec![cell(MovementType::New, 0, 0, &[]), cell(MovementType::Churn, -20, 1, &["Cy"])],
                ),
            ],
        }
    }

    #[test]
    fn every_cell_leads_to_rows_that_add_up_to_it() {
        let table = bridge(&report());
        assert_eq!(
            table.head,
            ["Part", "Sep 30, 2026", "New", "Reactivation", "Expansion", "Contraction", "Churn", "Oct 31, 2026"]
        );
        let (name, basic) = &table.rows[0];
        assert_eq!((name.as_str(), basic[0].text.as_str(), basic[1].text.as_str()), ("Basic", "$100", "+$80"));
        let days = "from=2026-10-01&to=2026-10-31&currency=usd";
        assert_eq!(basic[1].href.as_deref(), Some(format!("/mrr-movements?movement=new&tier=tier1&{days}").as_str()));
        assert_eq!(basic[0].href.as_deref(), Some("/subscriptions?as_of=2026-09-30&tier=tier1&currency=usd"));
        let (_, without) = &table.rows[1];
        assert_eq!((without[1].text.as_str(), &without[1].href), ("–", &None));
        assert!(without.iter().all(|cell| cell.href.is_none()), "no filter finds individuals without a tier");
        let (_, total) = &table.rows[2];
        assert_eq!((total[1].text.as_str(), total[5].text.as_str()), ("+$80", "−$40"));
        assert_eq!(total[5].href.as_deref(), Some(format!("/mrr-movements?movement=churn&{days}").as_str()));
    }

    #[test]
    fn the_whole_is_said_in_a_line() {
        assert_eq!(equation(&report()), "$300.00 + $40.00 = $340.00; difference $0.00.");
        let less = BridgeReport { end: usd(280), ..report() };
        assert_eq!(equation(&less), "$300.00 − $20.00 = $280.00; difference $0.00.");
        let same = BridgeReport { end: usd(300), ..report() };
        assert_eq!(equation(&same), "$300.00 + $0.00 = $300.00; difference $0.00.");
    }

    #[test]
    fn who_moved_most_stands_first() {
        let report = report();
        let names: Vec<_> = largest(&report).into_iter().map(|(what, who)| (who.name.clone(), what)).collect();
        let expected = [("Ada", "New, Basic"), ("Bob", "Churn, Basic"), ("Cy", "Churn, REV 1 without tier")];
        assert_eq!(names, expected.map(|(name, what)| (name.to_owned(), what.to_owned())));
    }
}
