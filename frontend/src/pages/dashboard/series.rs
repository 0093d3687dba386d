//! The reply behind "MRR over time" as a chart, a legend and a table.

use super::links::{Part, filter_of, rows_in, subscriptions_on};
use crate::charts::{AreaData, AreaSeries, Cell, ChartTable, KeyShape, LegendItem, MOST_SERIES};
use crate::format::{day, money_whole};
use crm_types::Money;
use crm_types::analytics::{GroupBy, MrrSeries, MrrSeriesLine, Step};
use crm_types::plans::{Stream, Tier};

/// The chart. A series without MRR in the whole period is left out: its line would hide the one below it.
pub fn area(reply: &MrrSeries, group: GroupBy) -> AreaData {
    let series = |(color, line): (usize, &MrrSeriesLine)| AreaSeries {
        label: line.label.clone(),
        color,
        values: line.values.clone(),
    };
    AreaData {
        title: title(group).into(),
        currency: reply.currency,
        step: reply.step,
        days: reply.days.clone(),
        series: drawn(reply).map(series).collect(),
    }
    .folded()
}

/// The series that are drawn, each with the colour that it has in every chart.
fn drawn(reply: &MrrSeries) -> impl Iterator<Item = (usize, &MrrSeriesLine)> {
    let lines = reply.series.iter().filter(|line| line.values.iter().any(|value| *value != 0));
    let by_tier = by_tier(reply);
    lines.map(move |line| (color(&line.key, by_tier), line))
}

fn by_tier(reply: &MrrSeries) -> bool {
    reply.series.iter().any(|line| line.key.parse::<Tier>().is_ok())
}

/// How the list of subscriptions filters by a series; none for what it has no filter for.
fn part<'a>(reply: &MrrSeries, line: &'a MrrSeriesLine) -> Option<Part<'a>> {
    filter_of(&line.key, by_tier(reply))
}

/// A stream has its colour, and so has each tier of individuals: the first has that of all of them.
fn color(key: &str, by_tier: bool) -> usize {
    match (key.parse(), key.parse()) {
        (Ok(Tier::Tier1), _) => 0,
        (Ok(Tier::Tier2), _) => 3,
        (Ok(Tier::Tier3), _) => 4,
        (_, Ok(Stream::Rev2Coaching)) => 1,
        (_, Ok(Stream::Rev3B2b)) => 2,
        // Individuals without a tier, beside those with one.
        _ if by_tier => 5,
        _ => 0,
    }
}

/// The chart's name.
pub const fn title(group: GroupBy) -> &'static str {
    match group {
        GroupBy::Stream => "MRR by stream",
        GroupBy::Tier => "MRR by tier",
    }
}

/// The rows behind a mark: of one series, or of all on that day; of one customer, unless `customer` is empty.
pub fn href(reply: &MrrSeries, day: usize, series: Option<usize>, customer: &str) -> String {
    let Some(on) = reply.days.get(day) else { return crate::routes::SUBSCRIPTIONS.into() };
    // What has no filter, as `Other`, leads to all of the day.
    let line = series.filter(|index| *index < MOST_SERIES).and_then(|index| drawn(reply).nth(index));
    let currency = rows_in(reply.currency, reply.rates.as_ref());
    subscriptions_on(*on, currency, line.and_then(|(_, line)| part(reply, line)), customer)
}

/// The keys, each that can be filtered by leading to its rows at the end of the period.
pub fn legend(reply: &MrrSeries, customer: &str) -> Vec<LegendItem> {
    let last = reply.days.len().saturating_sub(1);
    let series = area(reply, GroupBy::Stream).series.into_iter().enumerate();
    let has_rows = |index: usize| {
        let line = drawn(reply).nth(index).filter(|_| index < MOST_SERIES);
        line.is_some_and(|(_, line)| part(reply, line).is_some())
    };
    series
        .map(|(index, line)| LegendItem {
            label: line.label,
            color: line.color,
            shape: KeyShape::Area,
            href: has_rows(index).then(|| href(reply, last, Some(index), customer)),
        })
        .collect()
}

/// The same figures as a table.
pub fn table(reply: &MrrSeries, customer: &str) -> ChartTable {
    let first = match reply.step {
        Step::Day => "Day",
        Step::Week => "Week to",
        Step::Month => "Month to",
    };
    let labels = reply.series.iter().map(|line| line.label.clone());
    let head = std::iter::once(first.to_owned()).chain(labels).chain(std::iter::once("MRR".to_owned()));
    let cell = |minor: Option<&i64>, href: Option<String>| {
        let minor = minor.copied().unwrap_or(0);
        Cell { text: money_whole(Money::new(minor, reply.currency)), href }
    };
    let row = |(index, on): (usize, &chrono::NaiveDate)| {
        let rows = |part| subscriptions_on(*on, rows_in(reply.currency, reply.rates.as_ref()), part, customer);
        let lines = reply.series.iter();
        let parts = lines.map(|line| cell(line.values.get(index), part(reply, line).map(|part| rows(Some(part)))));
        let total = cell(reply.total.get(index), Some(rows(None)));
        (day(*on), parts.chain(std::iter::once(total)).collect())
    };
    ChartTable { head: head.collect(), rows: reply.days.iter().enumerate().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;

    fn reply() -> MrrSeries {
        let line = |key: &str, label: &str, values: &[i64]| MrrSeriesLine {
            key: key.into(),
            label: label.into(),
            values: values.to_vec(),
        };
        MrrSeries {
            currency: Currency::USD,
            step: Step::Week,
            days: vec!["2026-10-25".parse().unwrap(), "2026-10-31".parse().unwrap()],
            series: vec![line("tier1", "Basic", &[90_000, 99_000]), line("rev2_coaching", "Coaching", &[10_000, 0])],
            total: vec![100_000, 99_000],
            as_of: None,
            rates: None,
        }
    }

    #[test]
    fn a_mark_leads_to_its_day_and_series() {
        let reply = reply();
        assert_eq!(href(&reply, 1, Some(0), ""), "/subscriptions?as_of=2026-10-31&tier=tier1&currency=usd");
        assert_eq!(href(&reply, 0, Some(1), ""), "/subscriptions?as_of=2026-10-25&stream=rev2_coaching&currency=usd");
        assert_eq!(href(&reply, 0, None, ""), "/subscriptions?as_of=2026-10-25&currency=usd");
        assert_eq!(href(&reply, 9, None, ""), "/subscriptions");
        assert_eq!(legend(&reply, "")[0].href.as_deref(), Some(&*href(&reply, 1, Some(0), "")));
    }

    #[test]
    fn a_series_without_mrr_is_left_out_and_the_others_keep_their_colours() {
        let mut reply = reply();
        reply.series[0].values = vec![0, 0];
        let area = area(&reply, GroupBy::Tier);
        let seen: Vec<_> = area.series.iter().map(|series| (series.label.as_str(), series.color)).collect();
        assert_eq!(seen, [("Coaching", 1)]);
        assert_eq!(href(&reply, 0, Some(0), ""), "/subscriptions?as_of=2026-10-25&stream=rev2_coaching&currency=usd");
        assert_eq!(table(&reply, "").head.len(), 4, "the table has all");
    }

    #[test]
    fn individuals_without_a_tier_lead_to_no_list_of_all_individuals() {
        let mut reply = reply();
        reply.series[1].key = "rev1_individual".into();
        assert_eq!(href(&reply, 0, Some(1), ""), "/subscriptions?as_of=2026-10-25&currency=usd");
        assert_eq!(legend(&reply, "")[1].href, None);
        assert_eq!(table(&reply, "").rows[0].1[1].href, None);
    }

    #[test]
    fn no_two_of_one_chart_have_one_colour_and_a_stream_has_one_in_all() {
        let colors = |keys: &[&str], by_tier| keys.iter().map(|key| color(key, by_tier)).collect::<Vec<_>>();
        assert_eq!(colors(&["rev1_individual", "rev2_coaching", "rev3_b2b"], false), [0, 1, 2]);
        let all = ["tier1", "tier2", "tier3", "rev1_individual", "rev2_coaching", "rev3_b2b"];
        assert_eq!(colors(&all, true), [0, 3, 4, 5, 1, 2]);
    }

    #[test]
    fn the_table_has_every_mark() {
        let table = table(&reply(), "");
        assert_eq!(table.head, ["Week to", "Basic", "Coaching", "MRR"]);
        let (name, cells) = &table.rows[1];
        let texts: Vec<_> = cells.iter().map(|cell| cell.text.as_str()).collect();
        assert_eq!((name.as_str(), texts), ("Oct 31, 2026", vec!["$990", "$0", "$990"]));
        assert_eq!(area(&reply(), GroupBy::Tier).total(0).minor, 100_000);
    }
}
