//! The revenue streams beside each other, row by row.

use super::AnalyticsHead;
use super::year::use_year;
use crate::api::analytics;
use crate::charts::{Cell, ChartTable, FigureTable};
use crate::components::{Explain, SkeletonCard};
use crate::format::{MISSING, count, money, money_whole, percent, signed_whole};
use crate::pages::dashboard::{filter_of, subscriptions_on, widget};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crm_types::Money;
use crm_types::analytics_streams::{CustomersPart, StreamAmount, StreamsReport};
use leptos::prelude::*;

/// The page at `/analytics/streams`.
#[component]
pub fn StreamsPage() -> impl IntoView {
    let year = use_year();
    let report = use_query::<StreamsReport>(move || Some(year.period.with(analytics::streams)))
        .refresh_on(use_realtime().billing());
    view! {
        <AnalyticsHead tab="Streams" year=year/>
        <div class="grid">
            <Card report=report ids=("h-rev1", "x-rev1") title="REV 1: individuals" table=individuals class="card c12" foot=trials
                counts="Counted by customer: who pays for two streams counts here when most of their MRR is for this one.">
                <p>"Customers stand where most of their MRR is at the end of the period; for churn and NRR, where it was when the period began."</p>
                <p>"Churn: who paid at the start and whose MRR reached 0 / who paid at the start. NRR: MRR at the end of those who paid at the start / their MRR then."</p>
                <p>"Coached: who had a coach, for churn and NRR when the period began, else at its end. Both add up to all."</p>
            </Card>
            <Card report=report ids=("h-rev2", "x-rev2") title="REV 2: coaches" table=coaches class="card c6"
                counts="MRR, customers and ARPU are counted by customer, where most of their MRR is.">
                <p>"Portfolio size: clients who are coached now / people who coach anybody now. Share earnings, and who had any: what coaches got of payments in the last month of the period, less what went back."</p>
                <p>"Coach retention: 1 − customer churn of the stream. Portfolio NRR: net revenue retention of coached individuals."</p>
            </Card>
            <Card report=report ids=("h-rev3", "x-rev3") title="REV 3: organizations" table=businesses class="card c6"
                counts="MRR, customers and ARPU are counted by customer, where most of their MRR is.">
                <p>"Organizations that anybody belongs to now. Coaches: people who pay for coaching and belong to one. Clients per organization: individuals who pay and belong to one / organizations."</p>
                <p>"Combined MRR: MRR now of everybody who belongs to one, whatever they pay for."</p>
            </Card>
            <Card report=report ids=("h-all", "x-all") title="All streams" table=ecosystem class="card c6"
                counts="Counted by what is paid for: who pays for two streams has a part in each, so a stream may differ from its card.">
                <p>"MRR at the end of the period by what is paid for: one customer may pay for two streams. ARR is 12 × MRR."</p>
            </Card>
            <Card report=report ids=("h-journey", "x-journey") title="From one stream to the next" table=journey class="card c6"
                counts="Counted by step: who took two of them counts in both.">
                <p>"Customers who took a step in the period: an individual got a coach, became a coach, or became an organization. What the step did to MRR, and what those who took it have paid so far on average."</p>
            </Card>
        </div>
    }
}

#[component]
fn Card(
    report: Query<StreamsReport>,
    /// Of heading and explanation, each unique on the page.
    ids: (&'static str, &'static str),
    title: &'static str,
    /// What it shows.
    table: fn(&StreamsReport) -> ChartTable,
    /// Its place on the page.
    class: &'static str,
    /// What it counts: a sentence below it.
    counts: &'static str,
    /// Another one, of its figures.
    #[prop(optional)]
    foot: Option<fn(&StreamsReport) -> String>,
    /// How it is computed.
    children: Children,
) -> impl IntoView {
    let content = move |report: Signal<StreamsReport>| {
        let foot = foot.map(|foot| view! { <p>{move || report.with(foot)}</p> });
        view! {
            <FigureTable title=Signal::stored(title.to_owned()) table=Signal::derive(move || report.with(table))/>
            <footer class="card__foot"><div class="stack stack--2">{foot}<p>{counts}</p></div></footer>
        }
    };
    let (heading, explain) = ids;
    view! {
        <section class=class aria-labelledby=heading>
            <header class="card__head card__head--line">
                <h2 id=heading>{title}</h2>
                <Explain id=explain of=title>{children()}</Explain>
            </header>
            {widget(report, title, || view! { <SkeletonCard label="Loading"/> }, content)}
        </section>
    }
}

fn plain(text: String) -> Cell {
    Cell { text, href: None }
}

fn rate(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.into(), percent)
}

fn mean(value: Option<f64>) -> String {
    value.map_or_else(|| MISSING.into(), |value| format!("{value:.1}"))
}

fn amount(value: Option<Money>) -> String {
    value.map_or_else(|| MISSING.into(), money)
}

/// Two columns: what, and how much.
fn pairs(rows: Vec<(&str, Cell)>) -> ChartTable {
    ChartTable {
        head: ["Figure", "Value"].map(str::to_owned).into(),
        rows: rows.into_iter().map(|(name, cell)| (name.to_owned(), vec![cell])).collect(),
    }
}

fn individuals(report: &StreamsReport) -> ChartTable {
    let row = |name: &str, part: &CustomersPart| {
        let texts = [
            count(part.customers),
            money_whole(part.mrr),
            amount(part.arpu),
            count(part.start_customers),
            count(part.churned_customers),
            rate(part.customer_churn_rate),
            rate(part.nrr),
        ];
        (name.to_owned(), texts.map(plain).into())
    };
    let rev1 = &report.rev1;
    let tiers = rev1.tiers.iter().map(|part| row(&part.label, part));
    let all = [("All individuals", &rev1.total), ("Coached", &rev1.coached), ("Not coached", &rev1.uncoached)];
    let rows = tiers.chain(all.into_iter().map(|(name, part)| row(name, part))).collect();
    ChartTable {
        head: ["Tier", "Customers", "MRR", "ARPU", "Paid at the start", "Left", "Churn", "NRR"]
            .map(str::to_owned)
            .into(),
        rows,
    }
}

fn trials(report: &StreamsReport) -> String {
    let trials = &report.rev1.trials;
    let (converted, ended) = (count(trials.converted), count(trials.ended));
    format!(
        "Trial conversion: {} ({converted} of the {ended} trials that ended in these days became subscriptions).",
        rate(trials.rate)
    )
}

fn coaches(report: &StreamsReport) -> ChartTable {
    let rev2 = &report.rev2;
    pairs(vec![
        ("Coaching software MRR", plain(money_whole(rev2.total.mrr))),
        ("Paying coaches", plain(count(rev2.total.customers))),
        ("ARPU", plain(amount(rev2.total.arpu))),
        ("People who coach now", plain(count(rev2.coaches_with_clients))),
        ("Their clients", plain(count(rev2.clients))),
        ("Portfolio size", plain(mean(rev2.portfolio_size))),
        ("Coaches who earned shares, last month", plain(count(rev2.earning_coaches))),
        ("Share earnings, last month", plain(money_whole(rev2.share_earnings))),
        ("Share earnings per coach, last month", plain(amount(rev2.share_per_coach))),
        ("Coach retention", plain(rate(rev2.coach_retention_rate))),
        ("NRR", plain(rate(rev2.total.nrr))),
        ("Portfolio NRR", plain(rate(rev2.portfolio_nrr))),
    ])
}

fn businesses(report: &StreamsReport) -> ChartTable {
    let rev3 = &report.rev3;
    let mut rows = vec![
        ("B2B MRR", plain(money_whole(rev3.total.mrr))),
        ("Paying organizations", plain(count(rev3.total.customers))),
        ("ARPU", plain(amount(rev3.total.arpu))),
        ("Customer churn", plain(rate(rev3.total.customer_churn_rate))),
        ("NRR", plain(rate(rev3.total.nrr))),
        ("Organizations with members", plain(count(rev3.organizations))),
        ("Their paying coaches", plain(count(rev3.coaches))),
        ("Coaches per organization", plain(mean(rev3.coaches_per_organization))),
        ("Their paying clients", plain(count(rev3.clients))),
        ("Clients per organization", plain(mean(rev3.clients_per_organization))),
    ];
    rows.extend(rev3.mrr_by_stream.iter().map(|part| (part.label.as_str(), plain(money_whole(part.amount)))));
    rows.push(("Combined MRR per organization", plain(amount(rev3.combined_mrr_per_organization))));
    pairs(rows)
}

fn ecosystem(report: &StreamsReport) -> ChartTable {
    let all = &report.ecosystem;
    let part = |part: &StreamAmount| {
        let href = subscriptions_on(report.to, report.currency, filter_of(part.stream.as_str(), false), "");
        (part.label.clone(), vec![Cell { text: money_whole(part.amount), href: Some(href) }])
    };
    let mrr = Cell { text: money_whole(all.mrr), href: Some(subscriptions_on(report.to, report.currency, None, "")) };
    let together =
        [("MRR of all streams".to_owned(), vec![mrr]), ("ARR".to_owned(), vec![plain(money_whole(all.arr))])];
    ChartTable {
        head: ["Stream", "MRR"].map(str::to_owned).into(),
        rows: all.mrr_by_stream.iter().map(part).chain(together).collect(),
    }
}

fn journey(report: &StreamsReport) -> ChartTable {
    let rows = report.journey.iter().map(|step| {
        let impact = step.mrr_impact.map_or_else(|| MISSING.into(), signed_whole);
        (step.label.clone(), [count(step.customers), impact, amount(step.lifetime_per_customer)].map(plain).into())
    });
    ChartTable {
        head: ["Step", "Customers", "Effect on MRR", "Paid so far, each"].map(str::to_owned).into(),
        rows: rows.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;
    use crm_types::analytics_retention::TrialConversion;
    use crm_types::analytics_streams::{BusinessStream, CoachingStream, Ecosystem, IndividualStream, JourneyStep};
    use crm_types::plans::Stream;

    fn usd(major: i64) -> Money {
        Money::new(major * 100, Currency::USD)
    }

    fn part(label: &str, customers: i64) -> CustomersPart {
        CustomersPart {
            key: label.to_lowercase(),
            label: label.into(),
            customers,
            mrr: usd(customers * 19),
            arpu: (customers > 0).then(|| usd(19)),
            start_customers: customers,
            churned_customers: 0,
            customer_churn_rate: (customers > 0).then_some(0.0),
            nrr: None,
        }
    }

    fn report() -> StreamsReport {
        let amounts = || vec![StreamAmount { stream: Stream::Rev3B2b, label: "REV 3 B2B".into(), amount: usd(499) }];
        StreamsReport {
            currency: Currency::USD,
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-31".parse().unwrap(),
            as_of: None,
            rev1: IndividualStream {
                total: part("All", 12),
                tiers: vec![part("Basic", 12), part("Premium", 0)],
                trials: TrialConversion { ended: 50, converted: 30, rate: Some(0.6) },
                coached: part("Coached", 4),
                uncoached: part("Uncoached", 8),
            },
            rev2: CoachingStream {
                total: part("Coaches", 3),
                coaches_with_clients: 2,
                clients: 5,
                portfolio_size: Some(2.5),
                earning_coaches: 0,
                share_earnings: usd(0),
                share_per_coach: None,
                coach_retention_rate: Some(1.0),
                portfolio_nrr: None,
            },
            rev3: BusinessStream {
                total: part("Gyms", 1),
                organizations: 2,
                coaches: 3,
                coaches_per_organization: Some(1.5),
                clients: 9,
                clients_per_organization: Some(4.5),
                mrr_by_stream: amounts(),
                combined_mrr_per_organization: Some(usd(250)),
            },
            ecosystem: Ecosystem { mrr_by_stream: amounts(), mrr: usd(499), arr: usd(5_988) },
            journey: vec![JourneyStep {
                key: "coached".into(),
                label: "Got a coach".into(),
                customers: 4,
                mrr_impact: None,
                lifetime_per_customer: Some(usd(57)),
            }],
        }
    }

    #[test]
    fn every_row_of_the_seed_is_there() {
        let names = |table: ChartTable| table.rows.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(names(individuals(&report())), ["Basic", "Premium", "All individuals", "Coached", "Not coached"]);
        assert!(trials(&report()).starts_with("Trial conversion: 60.0% (30 of the 50 trials"));
        let rev2 = names(coaches(&report()));
        for row in [
            "Coaching software MRR",
            "Portfolio size",
            "Share earnings, last month",
            "Coach retention",
            "Portfolio NRR",
        ] {
            assert!(rev2.iter().any(|name| name == row), "{row}");
        }
        let rev3 = names(businesses(&report()));
        for row in ["B2B MRR", "Coaches per organization", "Clients per organization", "REV 3 B2B"] {
            assert!(rev3.iter().any(|name| name == row), "{row}");
        }
        assert_eq!(names(ecosystem(&report())), ["REV 3 B2B", "MRR of all streams", "ARR"]);
    }

    #[test]
    fn what_has_no_base_is_no_zero() {
        let (_, premium) = &individuals(&report()).rows[1];
        let texts: Vec<_> = premium.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!(texts, ["0", "$0", "–", "0", "0", "–", "–"]);
        let (_, coached) = &journey(&report()).rows[0];
        assert_eq!((coached[1].text.as_str(), coached[2].text.as_str()), ("–", "$57.00"));
    }
}
