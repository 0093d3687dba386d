//! The reply behind the waterfall: bars, table and the equation below it.

use super::links::{Scope, rows_in, subscriptions_on};
use crate::charts::{Cell, ChartTable, FallBar, FallData};
use crate::format::{MINUS, count, date_range, day, day_short, money, money_whole, month_year, signed_whole};
use crate::labels;
use chrono::{Datelike, NaiveDate};
use crm_types::Money;
use crm_types::analytics::{MovementSummary, MovementTotal};
use crm_types::mrr::MovementType;

/// What the links of the summary are about.
pub fn scope(reply: &MovementSummary) -> Scope {
    Scope { from: reply.from, to: reply.to, currency: rows_in(reply.currency, reply.rates.as_ref()) }
}

/// The waterfall. A change of exchange rates has a bar only where there was one.
pub fn fall(reply: &MovementSummary) -> FallData {
    let scope = scope(reply);
    let before = reply.from.pred_opt().unwrap_or(reply.from);
    // Two days with the same name are told apart by their year.
    let years = before.year() != reply.to.year();
    let level = |on: NaiveDate, amount: Money| FallBar {
        label: day(on),
        short: if years { month_year(on) } else { day_short(on) },
        amount: amount.minor,
        href: subscriptions_on(on, scope.currency, None, ""),
    };
    let change = |total: &MovementTotal| FallBar {
        label: labels::movement(total.movement).into(),
        short: short(total.movement).into(),
        amount: total.amount.minor,
        href: scope.movements(Some(total.movement)),
    };
    let (terms, end) = equation(reply);
    FallData {
        title: format!("MRR movement, {}: {terms} = {end}", date_range(reply.from, reply.to)),
        currency: reply.currency,
        start: level(before, reply.start),
        changes: shown(reply).map(change).collect(),
        end: level(reply.to, reply.end),
    }
}

/// `$412,380 + $48,365 − $20,265` and `$440,480`: what came, what went, and a change of rates if there was one. In whole
/// units, unless their rounding would make the reader's sum come out wrong.
pub fn equation(reply: &MovementSummary) -> (String, String) {
    let of = |types: fn(MovementType) -> bool| {
        let amounts = reply.movements.iter().filter(|total| types(total.movement)).map(|total| total.amount.minor);
        amounts.fold(0_i64, i64::saturating_add)
    };
    let gains = of(|kind| matches!(kind, MovementType::New | MovementType::Reactivation | MovementType::Expansion));
    let losses = of(|kind| matches!(kind, MovementType::Contraction | MovementType::Churn));
    let rates = of(|kind| kind == MovementType::Fx);
    let text = if adds_up(&[reply.start.minor, gains, losses, rates], reply.end) { money_whole } else { money };
    let size = |minor: i64| text(Money::new(minor.saturating_abs(), reply.currency));
    let mut terms = format!("{} + {} {MINUS} {}", text(reply.start), size(gains), size(losses));
    if rates != 0 {
        let sign = if rates < 0 { MINUS } else { "+" };
        terms = format!("{terms} {sign} {}", size(rates));
    }
    (terms, text(reply.end))
}

/// Whether the terms add up to the result after each is rounded to whole units.
fn adds_up(terms: &[i64], result: Money) -> bool {
    let unit = result.currency.minor_per_major();
    let whole = |minor: i64| (minor.saturating_abs().saturating_add(unit / 2) / unit) * minor.signum();
    terms.iter().copied().map(whole).fold(0_i64, i64::saturating_add) == whole(result.minor)
}

/// What was gained or lost over the period.
pub fn net(reply: &MovementSummary) -> Money {
    Money::new(reply.end.minor.saturating_sub(reply.start.minor), reply.currency)
}

/// The same figures as a table, with how many movements there were.
pub fn table(reply: &MovementSummary) -> ChartTable {
    let scope = scope(reply);
    let row = |total: &MovementTotal| {
        let href = Some(scope.movements(Some(total.movement)));
        let cells = vec![
            Cell { text: count(total.count), href: href.clone() },
            Cell { text: signed_whole(total.amount), href },
        ];
        (labels::movement(total.movement).to_owned(), cells)
    };
    ChartTable {
        head: ["Movement", "Number", "MRR"].map(str::to_owned).to_vec(),
        rows: shown(reply).map(row).collect(),
    }
}

fn shown(reply: &MovementSummary) -> impl Iterator<Item = &MovementTotal> {
    reply.movements.iter().filter(|total| total.movement != MovementType::Fx || total.count > 0)
}

const fn short(kind: MovementType) -> &'static str {
    match kind {
        MovementType::New => "New",
        MovementType::Reactivation => "React.",
        MovementType::Expansion => "Expan.",
        MovementType::Contraction => "Contr.",
        MovementType::Churn => "Churn",
        MovementType::Fx => "FX",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;

    fn reply(fx: i64) -> MovementSummary {
        let usd = |major: i64| Money::new(major * 100, Currency::USD);
        let total = |movement, major: i64, count| MovementTotal { movement, amount: usd(major), count };
        MovementSummary {
            currency: Currency::USD,
            from: "2026-10-01".parse().unwrap(),
            to: "2026-10-31".parse().unwrap(),
            start: usd(412_380),
            movements: vec![
                total(MovementType::New, 31_500, 1_046),
                total(MovementType::Reactivation, 4_200, 140),
                total(MovementType::Expansion, 12_665, 400),
                total(MovementType::Contraction, -5_300, 211),
                total(MovementType::Churn, -14_965, 546),
                total(MovementType::Fx, fx, i64::from(fx != 0)),
            ],
            end: usd(440_480 + fx),
            difference: usd(0),
            as_of: None,
            rates: None,
            steps: vec![],
        }
    }

    #[test]
    fn the_equation_adds_up() {
        let of = |fx| equation(&reply(fx));
        assert_eq!(of(0), ("$412,380 + $48,365 − $20,265".into(), "$440,480".into()));
        assert_eq!(of(-100), ("$412,380 + $48,365 − $20,265 − $100".into(), "$440,380".into()));
        assert_eq!(net(&reply(0)).minor, 2_810_000);
        let mut odd = reply(0);
        odd.start.minor += 40;
        odd.end.minor += 80;
        odd.movements[0].amount.minor += 40;
        assert_eq!(equation(&odd), ("$412,380.40 + $48,365.40 − $20,265.00".into(), "$440,480.80".into()));
    }

    #[test]
    fn bars_lead_to_their_rows() {
        let fall = fall(&reply(0));
        assert_eq!((fall.start.short.as_str(), fall.end.label.as_str()), ("Sep 30", "Oct 31, 2026"));
        let year = super::fall(&MovementSummary { from: "2025-11-01".parse().unwrap(), ..reply(0) });
        assert_eq!((year.start.short.as_str(), year.end.short.as_str()), ("Oct ’25", "Oct ’26"));
        assert_eq!(fall.start.href, "/subscriptions?as_of=2026-09-30&currency=usd");
        let labels: Vec<_> = fall.changes.iter().map(|bar| bar.short.as_str()).collect();
        assert_eq!(labels, ["New", "React.", "Expan.", "Contr.", "Churn"], "no rate changed");
        assert_eq!(fall.changes[4].href, "/mrr-movements?movement=churn&from=2026-10-01&to=2026-10-31&currency=usd");
        assert_eq!(super::fall(&reply(7)).changes.len(), 6);
        assert_eq!(table(&reply(0)).rows[0].1[0].text, "1,046");
    }
}
