//! The rules by which revenue is shared.

use super::publish::PublishRuleButton;
use super::{RevenueHead, percent, rule};
use crate::api::revenue::RULES;
use crate::components::Target;
use crate::labels::{self, Tone};
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::realtime::use_realtime;
use crate::routes;
use chrono::Utc;
use crm_types::accounts::Permission;
use crm_types::customers::CustomerRef;
use crm_types::organizations::OrganizationRef;
use crm_types::revenue::ShareRule;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::REVENUE_RULES,
    api: RULES,
    title: "Rules",
    one: "rule",
    many: "rules",
    permission: Permission::RevenueRead,
    search: "",
    filters: &[
        Filter::new("scope", "For", FilterKind::Choice(labels::share_scopes)),
        Filter::new("organization", "Organization", FilterKind::Reference(Target::Organizations)),
    ],
    columns: &[
        Column::new("For", "lead"),
        Column::new("Coach gets", "num"),
        Column::new("Organization gets", "num"),
        Column::new("Of", "p2"),
        Column::new("State", ""),
        Column::sorted("From", "num", "starts_at", "-starts_at"),
        Column::new("Until", "num p2"),
    ],
    sort: "-starts_at",
    sum: "",
    empty: "A rule says what coaches and organizations get of what their clients pay. Without one, all of it is the platform’s.",
};

/// The page.
#[component]
pub fn RulesPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    let action = view! { <PublishRuleButton/> }.into_any();
    view! {
        <RevenueHead tab="Rules" action=action><ListTotal list=list/></RevenueHead>
        <ListBody list=list preview=Some(rule::preview) bulk=None/>
    }
}

fn row(rule: &ShareRule) -> Row {
    let (tone, state) = state(rule);
    Row {
        id: rule.id.to_string(),
        href: routes::list(routes::REVENUE_RULES, &[("peek", &rule.id.to_string())]),
        lead: Lead::thing(subject(rule), labels::share_scope(rule.scope)),
        cells: vec![
            Cell::Text(percent(rule.coach_bp)),
            Cell::Text(percent(rule.organization_bp)),
            Cell::Text(labels::share_base(rule.base).into()),
            Cell::State(tone, state.into()),
            Cell::Moment(Some(rule.starts_at)),
            Cell::Moment(rule.ends_at),
        ],
    }
}

/// For whom it is, by name.
pub fn subject(rule: &ShareRule) -> String {
    whom(rule.organization.as_ref(), rule.coach.as_ref(), rule.client.as_ref())
}

/// For whom a rule is: those who are coached at an organization, one client, or everybody.
pub fn whom(
    organization: Option<&OrganizationRef>,
    coach: Option<&CustomerRef>,
    client: Option<&CustomerRef>,
) -> String {
    match (organization, coach, client) {
        (Some(organization), ..) => organization.name.clone(),
        (None, Some(coach), Some(client)) => format!("{} coaching {}", coach.name, client.name),
        _ => "Everybody".into(),
    }
}

/// Whether it holds now.
pub fn state(rule: &ShareRule) -> (Tone, &'static str) {
    let now = Utc::now();
    if rule.starts_at > now {
        (Tone::Info, "To come")
    } else if rule.ends_at.is_some_and(|end| end <= now) {
        (Tone::Neutral, "Over")
    } else {
        (Tone::Positive, "Holds")
    }
}
