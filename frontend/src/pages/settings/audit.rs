//! Who changed what.

use super::SettingsFrame;
use crate::components::{ErrorBox, Moment, SkeletonCard};
use crate::format::MISSING;
use crate::glance::drawn;
use crate::labels::{self, phrase};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::query::use_query;
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::audit::AuditEntry;
use leptos::prelude::*;
use serde_json::{Map, Value};

static SPEC: ListSpec = ListSpec {
    path: routes::SETTINGS_AUDIT,
    api: "/api/audit-log",
    title: "Changes",
    one: "change",
    many: "changes",
    permission: Permission::AuditRead,
    search: "",
    filters: &[
        Filter::new("resource", "Of", FilterKind::Choice(resources)),
        Filter::new("action", "Action", FilterKind::Text),
        Filter::new("resource_id", "Id", FilterKind::Text),
        Filter::new("actor_id", "By", FilterKind::Link),
        Filter::new("from", "From", FilterKind::Day),
        Filter::new("to", "Until", FilterKind::Day),
    ],
    columns: &[
        Column::new("What", "lead"),
        Column::new("Who", ""),
        Column::new("Change", "p2 wrap"),
        Column::new("From where", "p4"),
        Column::sorted("When", "num", "id", "-id"),
    ],
    sort: "-id",
    sum: "",
    empty: "Changes that staff and other programs make are written down here.",
};

/// Kinds of things that are changed.
fn resources() -> Vec<labels::Choice> {
    vec![
        ("customer", "Customer"),
        ("customer_note", "Note"),
        ("customer_profile", "Profile"),
        ("customers", "Export of customers"),
        ("organization", "Organization"),
        ("coaching_relationship", "Coaching"),
        ("interaction", "Interaction"),
        ("transaction", "Transaction"),
        ("subscription", "Subscription"),
        ("share_rule", "Share rule"),
        ("payout_statement", "Statement"),
        ("revenue_month", "Closed month"),
        ("payout_minimum", "Payout minimum"),
        ("payment_fee", "Payment fee"),
        ("profile_fields", "Profile fields"),
        ("price", "Price"),
        ("settings", "Settings"),
        ("exchange_rate", "Exchange rate"),
        ("view", "Saved view"),
        ("user", "Account"),
        ("api_key", "API key"),
    ]
}

/// The page.
#[component]
pub fn AuditPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! {
        <SettingsFrame tab="Audit log">
            <section class="inbox">
                <div><h2>"Changes"</h2><ListTotal list=list/></div>
                <ListBody list=list preview=Some(preview)/>
            </section>
        </SettingsFrame>
    }
}

fn row(entry: &AuditEntry) -> Row {
    let e = entry;
    let id = e.id.to_string();
    Row {
        href: routes::list(routes::SETTINGS_AUDIT, &[("peek", &id)]),
        id,
        lead: Lead::thing(action(&e.action), thing(e)),
        cells: vec![
            Cell::Text(e.actor_name.clone()),
            Cell::Text(summary(e)),
            Cell::maybe(e.address.clone()),
            Cell::Moment(Some(e.at)),
        ],
    }
}

/// The verb of what Stripe was asked to do.
const STRIPE_ASKED: &str = "stripe_asked";

/// `customer_note.created` is "Customer note created".
fn action(name: &str) -> String {
    match name.split_once('.') {
        Some((of, STRIPE_ASKED)) => format!("Asked of Stripe: {of}"),
        _ => phrase(&name.replace('.', " ")),
    }
}

/// What it is called, where the change says so, and its id.
fn thing(entry: &AuditEntry) -> String {
    let id = in_short(&entry.resource_id);
    let mut told = [&entry.after, &entry.before].into_iter().flatten();
    match told.find_map(|fields| fields.get("name")?.as_str()) {
        Some(name) => format!("{name} · {id}"),
        None => id,
    }
}

/// Letters of an id.
const UUID: usize = 36;

/// The end of an id: those that were made within a minute begin alike.
fn in_short(id: &str) -> String {
    match id.rsplit_once('-') {
        Some((_, end)) if id.len() == UUID => format!("…{end}"),
        _ => id.to_owned(),
    }
}

/// The names of the changed fields; of what Stripe was asked, the sentence that tells it.
fn summary(entry: &AuditEntry) -> String {
    match (&entry.before, &entry.after) {
        (Some(Value::Object(_)), Some(Value::Object(after))) => {
            after.keys().map(|key| phrase(key)).collect::<Vec<_>>().join(", ")
        }
        (None, Some(after)) if entry.action.ends_with(STRIPE_ASKED) => shown(after.get("summary")),
        _ => String::new(),
    }
}

/// The page of what was changed, where it has one.
fn page_of(resource: &str, id: &str) -> Option<String> {
    let list = match resource {
        "customer" | "customer_profile" => routes::CUSTOMERS,
        "organization" => routes::ORGANIZATIONS,
        "subscription" => routes::SUBSCRIPTIONS,
        "payout_statement" => routes::REVENUE_STATEMENTS,
        "transaction" => return Some(routes::list(routes::TRANSACTIONS, &[("peek", id)])),
        _ => return None,
    };
    Some(format!("{list}/{id}"))
}

fn preview(id: String) -> AnyView {
    // What the address says is anybody's to write.
    let wanted: i64 = id.parse().unwrap_or_default();
    let query = use_query::<Page<AuditEntry>>(move || Some(format!("/api/audit-log?id={wanted}")));
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get().map(|page| page.items.into_iter().next()), query.error().get()) {
        (Some(Some(entry)), _) => view! { <Entry entry=entry/> }.into_any(),
        (Some(None), _) => view! { <p class="drawer__sec muted">"There is no such change."</p> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Change" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading the change"/> }.into_any(),
    })
}

#[component]
fn Entry(entry: AuditEntry) -> impl IntoView {
    let e = entry;
    let fields = changes(e.before.as_ref(), e.after.as_ref());
    let of = match page_of(&e.resource, &e.resource_id) {
        Some(href) => view! { <a href=href>{e.resource_id}</a> }.into_any(),
        None if e.resource_id.is_empty() => MISSING.into_any(),
        None => e.resource_id.into_any(),
    };
    view! {
        <div class="drawer__sec stack">
            <h2>{action(&e.action)}</h2>
            <dl class="kv">
                <dt>"Of"</dt><dd class="mono break">{of}</dd>
                <dt>"By"</dt><dd>{e.actor_name}</dd>
                <dt>"When"</dt><dd><Moment at=Some(e.at) exact=true/></dd>
                <dt>"From"</dt><dd>{e.address.unwrap_or_else(|| MISSING.into())}</dd>
                <dt>"Request"</dt><dd class="mono break">{e.request_id.unwrap_or_else(|| MISSING.into())}</dd>
            </dl>
            <table class="tbl tbl--compact">
                <caption class="vh">"What changed"</caption>
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                <tbody>
                    {fields.into_iter().map(|(field, before, after)| view! {
                        <tr><th scope="row">{field}</th><td class="break">{before}</td><td class="break">{after}</td></tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// Field, before, after.
fn changes(before: Option<&Value>, after: Option<&Value>) -> Vec<(String, String, String)> {
    let empty = Map::new();
    let object = |value: Option<&Value>| value.and_then(Value::as_object).unwrap_or(&empty).clone();
    let (before, after) = (object(before), object(after));
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    names
        .into_iter()
        .map(|name| (phrase(name), shown(before.get(name)), shown(after.get(name))))
        .filter(|(_, before, after)| before != after)
        .collect()
}

/// A value in few words.
fn shown(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => MISSING.into(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(items)) if items.is_empty() => MISSING.into(),
        Some(Value::Array(items)) => items.iter().map(|item| shown(Some(item))).collect::<Vec<_>>().join(", "),
        Some(Value::Object(object)) => object.get("name").map_or_else(|| MISSING.into(), |name| shown(Some(name))),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_change_is_told_field_by_field() {
        let before = json!({"tags": [], "phone": "+44", "owner": {"id": "1", "name": "Grace"}, "same": null});
        let after = json!({"tags": ["a", "b"], "phone": null, "owner": null, "same": null});
        let told = changes(Some(&before), Some(&after));
        let expected = [("Owner", "Grace", MISSING), ("Phone", "+44", MISSING), ("Tags", MISSING, "a, b")];
        assert_eq!(told, expected.map(|(f, b, a)| (f.to_owned(), b.to_owned(), a.to_owned())));
        assert_eq!(changes(None, Some(&json!({"body": "Hi"})))[0], ("Body".into(), MISSING.into(), "Hi".into()));
        assert_eq!(action("customer_note.created"), "Customer note created");
        assert_eq!(action("transaction.stripe_asked"), "Asked of Stripe: transaction");
        assert_eq!(in_short("01a22a6e-4d25-7614-96ce-d35c0cfa1b73"), "…d35c0cfa1b73");
        assert_eq!(in_short("file"), "file");
    }
}
