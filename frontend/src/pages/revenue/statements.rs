//! Statements: what coaches and organizations get for a month.

use super::RevenueHead;
use super::settle::SettleMonth;
use crate::api::revenue::STATEMENTS;
use crate::components::Target;
use crate::format;
use crate::labels;
use crate::list::{Cell, Column, Filter, FilterKind, Lead, ListBody, ListSpec, ListTotal, Row, use_list};
use crate::pages::customers::{Section, own_rows};
use crate::realtime::use_realtime;
use crate::routes;
use crm_types::accounts::Permission;
use crm_types::revenue::PayoutStatement;
use leptos::prelude::*;

/// The list.
pub static SPEC: ListSpec = ListSpec {
    path: routes::REVENUE_STATEMENTS,
    api: STATEMENTS,
    title: "Statements",
    one: "statement",
    many: "statements",
    permission: Permission::RevenueRead,
    search: "",
    filters: &[
        Filter::new("month", "Month of", FilterKind::Day),
        Filter::new("status", "State", FilterKind::Choice(labels::statement_statuses)),
        Filter::new("party", "For", FilterKind::Choice(labels::payout_parties)),
        Filter::new("coach", "Coach", FilterKind::Reference(Target::Customers)),
        Filter::new("organization", "Organization", FilterKind::Reference(Target::Organizations)),
        Filter::new("currency", "Currency", FilterKind::Currency),
        Filter::new("payable", "To pay", FilterKind::Flag),
    ],
    columns: &[
        Column::new("For", "lead"),
        Column::sorted("Month", "", "month", "-month"),
        Column::new("State", ""),
        Column::new("Carried", "num p3"),
        Column::new("Earned", "num p2"),
        Column::new("Went back", "num p3"),
        Column::sorted("Payable", "num", "payable", "-payable"),
        Column::new("Forward", "num p4"),
    ],
    sort: "-month",
    sum: "payable",
    empty: "As soon as a coached client pays and a rule holds, coaches and organizations have a statement for the month.",
};

/// The page.
#[component]
pub fn StatementsPage() -> impl IntoView {
    let list = use_list(&SPEC, use_realtime().billing(), row);
    view! {
        <RevenueHead tab="Statements" action=view! { <SettleMonth/> }.into_any()><ListTotal list=list/></RevenueHead>
        <ListBody list=list preview=None bulk=None/>
    }
}

/// Whose it is.
pub fn name(statement: &PayoutStatement) -> String {
    let coach = statement.coach.as_ref().map(|coach| coach.name.clone());
    coach.or_else(|| statement.organization.as_ref().map(|o| o.name.clone())).unwrap_or_default()
}

fn row(statement: &PayoutStatement) -> Row {
    let s = statement;
    Row {
        id: s.id.to_string(),
        href: routes::revenue_statement(s.id),
        lead: Lead::thing(name(s), labels::payout_party(s.party)),
        cells: vec![
            Cell::Text(format::month_year(s.month)),
            Cell::State(labels::statement_tone(s.status), labels::statement_status(s.status).into()),
            Cell::Money(Some(s.carried)),
            Cell::Money(Some(s.earned)),
            Cell::Money(Some(s.refunded)),
            Cell::Money(Some(s.payable)),
            Cell::Money(Some(s.forward)),
        ],
    }
}

/// What a coach or an organization earned by month, on their page: the newest statements, and a link to all.
pub fn own_statements(by: &'static str, id: Memo<String>, empty: &'static str) -> AnyView {
    const COLUMNS: &[Column] = &[
        Column::new("Month", "lead"),
        Column::new("State", ""),
        Column::new("Earned", "num"),
        Column::new("Went back", "num p2"),
        Column::new("Payable", "num"),
    ];
    let section = Section {
        title: "Shares by month",
        api: STATEMENTS,
        by,
        path: routes::REVENUE_STATEMENTS,
        sort: "-month",
        permission: Permission::RevenueRead,
        columns: COLUMNS,
        empty,
    };
    let row = |s: &PayoutStatement| Row {
        lead: Lead::thing(format::month_year(s.month), s.earned.currency.code().to_ascii_uppercase()),
        cells: vec![
            Cell::State(labels::statement_tone(s.status), labels::statement_status(s.status).into()),
            Cell::Money(Some(s.earned)),
            Cell::Money(Some(s.refunded)),
            Cell::Money(Some(s.payable)),
        ],
        ..row(s)
    };
    own_rows::<PayoutStatement>(section, id, row)
}
