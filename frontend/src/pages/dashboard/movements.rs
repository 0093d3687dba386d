//! The reply behind the waterfall: bars, table and the equation below it.

use super::links::{Scope, subscriptions_on};
use crate::charts::{Cell, ChartTable, FallBar, FallData};
use crate::format::{count, date_range, day_short, money_whole, signed_whole};
use crate::labels;
use crm_types::Money;
use crm_types::analytics::{MovementSummary, MovementTotal};
use crm_types::mrr::MovementType;

/// What the links of the summary are about.
pub fn scope(reply: &MovementSummary) -> Scope {
    Scope { from: reply.from, to: reply.to, currency: reply.currency }
}

/// The waterfall. A change of exchange rates has a bar only where there was one.
pub fn fall(reply: &MovementSummary) -> FallData {
    let scope = scope(reply);
    let before = reply.from.pred_opt().unwrap_or(reply.from);
    let level = |day: chrono::NaiveDate, amount: Money| FallBar {
        label: day_short(day),
        short: day_short(day),
        amount: amount.minor,
        href: subscriptions_on(day, reply.currency, None),
    };
    let change = |total: &MovementTotal| FallBar {
        label: labels::movement(total.movement).into(),
        short: short(total.movement).into(),
        amount: total.amount.minor,
        href: scope.movements(Some(total.movement)),
    };
    FallData {
        title: format!("MRR movement, {}: {}", date_range(reply.from, reply.to), equation(reply).join(" ")),
        currency: reply.currency,
        start: level(before, reply.start),
        changes: shown(reply).map(change).collect(),
        end: level(reply.to, reply.end),
    }
}

/// `$412,380`, `+ $48,365`, `− $20,265`, `= $440,480`: what came, what went, and a change of rates if there was one.
pub fn equation(reply: &MovementSummary) -> Vec<String> {
    let of = |types: fn(MovementType) -> bool| {
        let amounts = reply.movements.iter().filter(|total| types(total.movement)).map(|total| total.amount.minor);
        amounts.fold(0_i64, i64::saturating_add)
    };
    let term = |minor: i64| {
        let sign = if minor < 0 { crate::format::MINUS } else { "+" };
        format!("{sign} {}", money_whole(Money::new(minor.saturating_abs(), reply.currency)))
    };
    let gains = of(|kind| matches!(kind, MovementType::New | MovementType::Reactivation | MovementType::Expansion));
    let losses = of(|kind| matches!(kind, MovementType::Contraction | MovementType::Churn));
    let rates = of(|kind| kind == MovementType::Fx);
    let mut terms = vec![money_whole(reply.start), term(gains)];
    // What is subtracted is written so even when it is nothing.
    terms.push(format!("{} {}", crate::format::MINUS, money_whole(Money::new(losses.saturating_abs(), reply.currency))));
    if rates != 0 {
        terms.push(term(rates));
    }
    terms.push(format!("= {}", money_whole(reply.end)));
    terms
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
        }
    }

    #[test]
    fn the_equation_adds_up() {
        assert_eq!(equation(&reply(0)).join(" "), "$412,380 + $48,365 − $20,265 = $440,480");
        assert_eq!(equation(&reply(-100)).join(" "), "$412,380 + $48,365 − $20,265 − $100 = $440,380");
        assert_eq!(net(&reply(0)).minor, 2_810_000);
    }

    #[test]
    fn bars_lead_to_their_rows() {
        let fall = fall(&reply(0));
        assert_eq!((fall.start.label.as_str(), fall.end.label.as_str()), ("Sep 30", "Oct 31"));
        assert_eq!(fall.start.href, "/subscriptions?as_of=2026-09-30&currency=usd");
        let labels: Vec<_> = fall.changes.iter().map(|bar| bar.short.as_str()).collect();
        assert_eq!(labels, ["New", "React.", "Expan.", "Contr.", "Churn"], "no rate changed");
        assert_eq!(
            fall.changes[4].href,
            "/mrr-movements?movement=churn&from=2026-10-01&to=2026-10-31&currency=usd"
        );
        assert_eq!(super::fall(&reply(7)).changes.len(), 6);
        assert_eq!(table(&reply(0)).rows[0].1[0].text, "1,046");
    }
}
