//! A customer's money: what they pay, paid and owe, and how their MRR grew.

use crate::components::{EmptyState, StatTile};
use crate::format::{MISSING, count, day, money, month_year};
use crate::pages::dashboard::{chart_skeleton, mrr_chart, widget};
use crate::query::{Query, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::analytics::{GroupBy, MrrSeries};
use crm_types::customer_value::CustomerValue;
use crm_types::customers::Customer;
use leptos::prelude::*;
use serde::Deserialize;

#[derive(Clone, PartialEq, Deserialize)]
struct Values {
    items: Vec<CustomerValue>,
}

/// The figures at the top: in the currency of the MRR, with a word about others.
#[component]
pub fn AtAGlance(id: Memo<String>, customer: Query<Customer>) -> impl IntoView {
    let session = use_session();
    let allowed = session.may(Permission::TransactionsRead);
    let denied = StoredValue::new(session.denied(Permission::TransactionsRead));
    let url = move || allowed.then(|| format!("/api/customers/{}/value", id.get()));
    let query = use_query::<Values>(url).refresh_on(use_realtime().billing());
    let first = move |read: fn(&CustomerValue) -> String| {
        Signal::derive(move || query.map(|v| v.items.first().map(read)).flatten().unwrap_or_else(|| MISSING.into()))
    };
    let note = move |read: fn(&CustomerValue) -> Option<String>| {
        Signal::derive(move || {
            let read = query.map(|v| v.items.first().and_then(read)).flatten();
            read.or_else(|| denied.get_value())
        })
    };
    let of_customer =
        move |path: &'static str| Signal::derive(move || routes::list(path, &[("customer_id", &id.get())]));
    let mrr = Signal::derive(move || customer.map(|c| c.mrr.map(money)).flatten().unwrap_or_else(|| MISSING.into()));
    let since = Signal::derive(move || {
        customer.map(|c| c.first_paid_at).flatten().map(|at| format!("First paid in {}", month_year(at.date_naive())))
    });
    let others = Signal::derive(move || {
        let others = query.map(|v| v.items.iter().skip(1).map(|v| money(v.lifetime_value)).collect::<Vec<_>>());
        others.filter(|others| !others.is_empty()).map(|others| format!("and {}", others.join(", ")))
    });
    // The list shows it to whoever reads customers.
    let lifetime = Signal::derive(move || {
        customer.map(|c| c.lifetime_value.map(money)).flatten().unwrap_or_else(|| MISSING.into())
    });
    let spent = Signal::derive(move || query.map(|v| v.items.first().map(payments)).flatten());
    let spent = Signal::derive(move || match (spent.get(), others.get()) {
        (Some(payments), Some(others)) => Some(format!("{others} · {payments}")),
        (payments, others) => payments.or(others),
    });
    view! {
        <section class="stats stats--4" aria-label="At a glance">
            <StatTile label="MRR" href=of_customer(routes::SUBSCRIPTIONS) value=mrr note=since/>
            <StatTile label="Lifetime value" href=of_customer(routes::TRANSACTIONS) value=lifetime note=spent/>
            <StatTile label="Went back" href=String::new() value=first(|v| money(v.refunded)) note=note(|_| None)/>
            <StatTile label="Outstanding" href=String::new() value=first(|v| money(v.outstanding)) note=note(open)/>
        </section>
    }
}

fn payments(value: &CustomerValue) -> String {
    let n = value.payments;
    let mut words = if n == 1 { "1 payment".to_owned() } else { format!("{} payments", count(n)) };
    if let Some(at) = value.last_paid_at {
        words += &format!(", last {}", day(at.date_naive()));
    }
    if value.failed_payments > 0 {
        words += &format!(", {} failed", count(value.failed_payments));
    }
    words
}

fn open(value: &CustomerValue) -> Option<String> {
    let since = value.outstanding_since.map(|at| day(at.date_naive()));
    match (value.open_invoices, since) {
        (0, _) | (_, None) => Some("Nothing is open".into()),
        (1, Some(since)) => Some(format!("1 invoice of {since}")),
        (n, Some(since)) => Some(format!("{} invoices since {since}", count(n))),
    }
}

/// MRR from the first movement until now, by tier.
#[component]
pub fn MrrHistory(id: Memo<String>) -> impl IntoView {
    let allowed = use_session().may(Permission::AnalyticsRead);
    let url = move || {
        let filters = [("customer_id", &*id.get()), ("group_by", GroupBy::Tier.as_str())];
        allowed.then(|| routes::list("/api/analytics/mrr", &filters))
    };
    let series = use_query::<MrrSeries>(url).refresh_on(use_realtime().mrr());
    let group = Memo::new(|_| GroupBy::Tier);
    let content = move |reply: Signal<MrrSeries>| {
        let empty = Memo::new(move |_| reply.with(|reply| reply.total.iter().all(|total| *total == 0)));
        move || {
            match empty.get() {
            true => view! {
                <div class="card__body">
                    <EmptyState icon="chart" title="No MRR so far" text="It appears with the first subscription that is paid."/>
                </div>
            }
            .into_any(),
            false => mrr_chart(reply, group, id).into_any(),
        }
        }
    };
    view! {
        <section class="card" aria-labelledby="mrr-history">
            <header class="card__head"><h2 id="mrr-history">"MRR over time"</h2></header>
            {match allowed {
                true => widget(series, "MRR over time", || chart_skeleton("chart-wait", "Loading MRR over time"), content).into_any(),
                false => view! { <p class="card__body muted">{use_session().explain(Permission::AnalyticsRead.as_str())}</p> }.into_any(),
            }}
        </section>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::{Currency, Money};

    #[test]
    fn what_is_open_is_said_with_its_age() {
        let money = |minor| Money::new(minor, Currency::USD);
        let mut value = CustomerValue {
            lifetime_value: money(1900),
            paid: money(1900),
            refunded: money(0),
            outstanding: money(0),
            open_invoices: 0,
            outstanding_since: None,
            payments: 1,
            failed_payments: 0,
            last_paid_at: None,
        };
        assert_eq!(open(&value).unwrap(), "Nothing is open");
        value.open_invoices = 2;
        value.outstanding_since = "2026-10-28T09:00:00Z".parse().ok();
        assert_eq!(open(&value).unwrap(), "2 invoices since Oct 28, 2026");
        assert_eq!(payments(&value), "1 payment");
        value.last_paid_at = value.outstanding_since;
        (value.payments, value.failed_payments) = (1200, 3);
        assert_eq!(payments(&value), "1,200 payments, last Oct 28, 2026, 3 failed");
    }
}
