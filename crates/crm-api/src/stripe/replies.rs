//! What is read of Stripe's replies.

use chrono::{DateTime, Utc};
use crm_domain::stripe_actions::Refusal;
use crm_types::stripe_actions::{ChangePreview, PreviewLine, StripeCoupon};
use crm_types::{Currency, Money};
use miniserde::Deserialize;

/// Anything that was made or changed.
#[derive(Deserialize)]
pub(super) struct Made {
    pub id: String,
}

/// A page of Stripe's.
#[derive(Deserialize)]
pub(super) struct Link {
    pub url: String,
}

/// A subscription, as far as its items.
#[derive(Deserialize)]
pub(super) struct Subscription {
    pub items: Items,
}

#[derive(Deserialize)]
pub(super) struct Items {
    pub data: Vec<Item>,
}

#[derive(Deserialize)]
pub(super) struct Item {
    pub id: String,
    pub price: Made,
}

#[derive(Deserialize)]
pub(super) struct Coupons {
    data: Vec<Coupon>,
}

#[derive(Deserialize)]
struct Coupon {
    id: String,
    name: Option<String>,
    percent_off: Option<f64>,
    amount_off: Option<i64>,
    currency: Option<String>,
    duration: String,
    duration_in_months: Option<i64>,
    valid: bool,
}

impl Coupons {
    /// Those that can be applied.
    pub(super) fn shown(self) -> Vec<StripeCoupon> {
        self.data.into_iter().filter(|coupon| coupon.valid).map(Coupon::shown).collect()
    }
}

impl Coupon {
    fn shown(self) -> StripeCoupon {
        let currency = self.currency.as_deref().and_then(Currency::parse);
        let off = match (self.percent_off, self.amount_off, currency) {
            (Some(percent), ..) => format!("{percent} % off"),
            (None, Some(minor), Some(currency)) => {
                let decimals = currency.decimals() as usize;
                let amount = minor as f64 / currency.minor_per_major() as f64;
                format!("{amount:.decimals$} {} off", currency.code().to_uppercase())
            }
            _ => "something off".to_owned(),
        };
        let how_long = match (self.duration.as_str(), self.duration_in_months) {
            ("repeating", Some(1)) => "for 1 month".to_owned(),
            ("repeating", Some(months)) => format!("for {months} months"),
            (other, _) => other.to_owned(),
        };
        StripeCoupon { id: self.id, name: self.name, terms: format!("{off}, {how_long}") }
    }
}

/// An invoice that does not exist yet.
#[derive(Deserialize)]
pub(super) struct Upcoming {
    currency: String,
    total: i64,
    amount_due: i64,
    next_payment_attempt: Option<i64>,
    period_end: Option<i64>,
    parent: Option<InvoiceParent>,
    lines: Lines,
}

#[derive(Deserialize)]
struct InvoiceParent {
    subscription_details: Option<SubscriptionDetails>,
}

#[derive(Deserialize)]
struct SubscriptionDetails {
    subscription_proration_date: Option<i64>,
}

#[derive(Deserialize)]
struct Lines {
    data: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    description: Option<String>,
    amount: i64,
    period: Option<Period>,
    parent: Option<LineParent>,
    /// Before basil.
    proration: Option<bool>,
}

#[derive(Deserialize)]
struct Period {
    start: i64,
    end: i64,
}

#[derive(Deserialize)]
struct LineParent {
    subscription_item_details: Option<Part>,
    invoice_item_details: Option<Part>,
}

#[derive(Deserialize)]
struct Part {
    proration: Option<bool>,
}

impl Line {
    fn is_proration(&self) -> bool {
        let parts = self.parent.iter().flat_map(|p| [&p.subscription_item_details, &p.invoice_item_details]);
        self.proration == Some(true) || parts.flatten().any(|part| part.proration == Some(true))
    }
}

impl Upcoming {
    pub(super) fn shown(self) -> Result<ChangePreview, Refusal> {
        let currency = Currency::parse(&self.currency).ok_or(Refusal::Unreadable)?;
        let money = |minor| Money::new(minor, currency);
        let lines: Vec<PreviewLine> = self
            .lines
            .data
            .iter()
            .map(|line| PreviewLine {
                description: line.description.clone().unwrap_or_default(),
                amount: money(line.amount),
                proration: line.is_proration(),
                from: line.period.as_ref().and_then(|period| at(period.start)),
                to: line.period.as_ref().and_then(|period| at(period.end)),
            })
            .collect();
        let prorated = lines.iter().filter(|line| line.proration).map(|line| line.amount.minor).sum();
        let said = self.parent.and_then(|parent| parent.subscription_details);
        let said = said.and_then(|details| details.subscription_proration_date).and_then(at);
        Ok(ChangePreview {
            prorated: money(prorated),
            total: money(self.total),
            due: money(self.amount_due),
            due_at: self.next_payment_attempt.or(self.period_end).and_then(at),
            prorated_at: said.or_else(|| lines.iter().filter(|line| line.proration).filter_map(|line| line.from).min()),
            lines,
        })
    }
}

fn at(seconds: i64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coupons_are_told_in_words() {
        let page = r#"{"data": [
            {"id": "A", "percent_off": 25.5, "duration": "forever", "valid": true},
            {"id": "B", "name": "Ten", "amount_off": 1000, "currency": "usd", "duration": "repeating", "duration_in_months": 3, "valid": true},
            {"id": "C", "amount_off": 500, "currency": "jpy", "duration": "once", "valid": true},
            {"id": "D", "percent_off": 1.0, "duration": "once", "valid": false}]}"#;
        let coupons: Coupons = miniserde::json::from_str(page).unwrap();
        let shown: Vec<_> = coupons.shown().into_iter().map(|coupon| (coupon.id, coupon.terms)).collect();
        let expected = [("A", "25.5 % off, forever"), ("B", "10.00 USD off, for 3 months"), ("C", "500 JPY off, once")];
        assert_eq!(shown, expected.map(|(id, terms)| (id.to_owned(), terms.to_owned())));
    }

    #[test]
    fn a_preview_adds_up_what_is_prorated_in_both_shapes() {
        let invoice = r#"{"currency": "usd", "total": 3900, "amount_due": 3400, "next_payment_attempt": 1772323200,
            "lines": {"data": [
                {"description": "Unused", "amount": -900, "period": {"start": 1770000000, "end": 1772323200},
                 "parent": {"invoice_item_details": {"proration": true}}},
                {"description": "Remaining", "amount": 1900, "period": {"start": 1770000000, "end": 1772323200}, "proration": true},
                {"description": "Next", "amount": 2900, "parent": {"subscription_item_details": {"proration": false}}}]}}"#;
        let upcoming: Upcoming = miniserde::json::from_str(invoice).unwrap();
        let shown = upcoming.shown().unwrap();
        assert_eq!((shown.prorated.minor, shown.total.minor, shown.due.minor), (1_000, 3_900, 3_400));
        assert_eq!(shown.prorated_at, at(1_770_000_000));
        assert_eq!(shown.lines.iter().map(|line| line.proration).collect::<Vec<_>>(), [true, true, false]);
    }
}
