//! Customers as CSV.

use super::{HEADER, Line};
use crate::customers::cells::{harmless, push_record};
use crate::db::Result;
use chrono::{DateTime, SecondsFormat, Utc};
use crm_types::Money;
use std::borrow::Cow;

/// The beginning of the file: the mark that tells spreadsheets that it is UTF-8, and the names of the columns.
pub(super) fn header() -> Vec<u8> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    push_record(&mut out, HEADER);
    out
}

pub(super) fn push(out: &mut Vec<u8>, line: &Line) -> Result<()> {
    let customer = &line.customer;
    let cells: [Cow<'_, str>; HEADER.len()] = [
        customer.id.to_string().into(),
        text(customer.email.as_ref()),
        text(customer.name.as_ref()),
        text(customer.phone.as_ref()),
        text(customer.locale.as_ref()),
        text(customer.time_zone.as_ref()),
        customer.priority.as_str().into(),
        harmless(&customer.tags.join(",")).into_owned().into(),
        text(line.owner_email.as_ref()),
        text(customer.organization.as_ref().map(|organization| &organization.name)),
        text(customer.acquisition_source.as_ref()),
        time(Some(customer.created_at)),
        customer.customer_type.as_str().into(),
        customer.lifecycle_state.as_str().into(),
        customer.stream.map_or("", |stream| stream.as_str()).into(),
        customer.tier.map_or("", |tier| tier.as_str()).into(),
        customer.mrr.map(number).unwrap_or_default().into(),
        customer.mrr.map(|mrr| mrr.currency.to_string()).unwrap_or_default().into(),
        text(customer.billing_email.as_ref()),
        text(customer.utm_campaign.as_ref()),
        text(customer.stripe_customer_id.as_ref()),
        time(customer.first_paid_at),
        time(Some(customer.updated_at)),
        time(customer.archived_at),
        text(customer.coach.as_ref().map(|coach| &coach.name)),
        customer.lifetime_value.map(number).unwrap_or_default().into(),
        customer.lifetime_value.map(|value| value.currency.to_string()).unwrap_or_default().into(),
    ];
    push_record(out, cells);
    Ok(())
}

fn text(text: Option<&String>) -> Cow<'_, str> {
    text.map(|text| harmless(text)).unwrap_or_default()
}

fn time(time: Option<DateTime<Utc>>) -> Cow<'static, str> {
    time.map(|time| time.to_rfc3339_opts(SecondsFormat::AutoSi, true)).unwrap_or_default().into()
}

/// In major units: a spreadsheet adds it up.
fn number(money: Money) -> String {
    let (per, decimals) = (money.currency.minor_per_major(), money.currency.decimals());
    let sign = if money.minor < 0 { "-" } else { "" };
    let (major, minor) =
        (money.minor.unsigned_abs() / per.unsigned_abs(), money.minor.unsigned_abs() % per.unsigned_abs());
    match decimals {
        0 => format!("{sign}{major}"),
        decimals => format!("{sign}{major}.{minor:0width$}", width = decimals as usize),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::Currency;

    #[test]
    fn money_is_a_number() {
        assert_eq!(number(Money::new(1_905, Currency::USD)), "19.05");
        assert_eq!(number(Money::new(-1_900, Currency::USD)), "-19.00", "a number is left as it is");
        assert_eq!(number(Money::new(500, Currency::JPY)), "500");
        assert_eq!(number(Money::new(5_001, Currency::parse("kwd").unwrap())), "5.001");
    }
}
