//! A statement: what it comes to, the rows behind it, and how far it is. It prints well.

use super::shares;
use super::statement_file::StatementFile;
use super::statements::name;
use crate::api::revenue::{self, SHARES, STATEMENTS};
use crate::components::{
    ActionButton, Badge, Dialog, DialogForm, ErrorBox, ErrorNote, Field, FormErrors, Icon, Moment, PrintHead, Sending,
    SkeletonCard, use_title, use_toasts,
};
use crate::format::{self, money};
use crate::glance::{Glance, drawn};
use crate::labels;
use crate::list::{PlainTable, Row};
use crate::params::Params;
use crate::query::{Query, changed, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::Page;
use crm_types::accounts::Permission;
use crm_types::ids::PayoutStatementId;
use crm_types::page::MAX_LIMIT;
use crm_types::revenue::{PayoutParty, PayoutStatement, RevenueShare, StatementPayment, StatementStatus};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn StatementPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.glance(|p| p.get("id").unwrap_or_default()));
    let url = move || Some(revenue::statement(&id.get()));
    let query = use_query::<PayoutStatement>(url).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    use_title(move || query.map(title).unwrap_or_else(|| "Statement".into()));
    view! {
        {drawn(move || match (query.get(), query.error().get()) {
            (Some(statement), _) => view! { <Known statement=statement query=query/> }.into_any(),
            (None, Some(error)) => view! { <h1 class="vh">"Statement"</h1><ErrorBox what="Statement" error=error on_retry=retry/> }.into_any(),
            (None, None) => view! { <h1 class="vh">"Statement"</h1><section class="card"><SkeletonCard label="Loading the statement" lines=8/></section> }.into_any(),
        })}
    }
}

fn title(statement: &PayoutStatement) -> String {
    format!("{}, {}", name(statement), format::month_year(statement.month))
}

#[component]
fn Known(statement: PayoutStatement, query: Query<PayoutStatement>) -> impl IntoView {
    let s = statement.clone();
    let whose = match (&s.coach, &s.organization) {
        (Some(coach), _) => routes::customer(coach.id),
        (None, Some(organization)) => routes::organization(organization.id),
        (None, None) => routes::REVENUE_STATEMENTS.to_owned(),
    };
    view! {
        <header class="page-head">
            <nav class="crumbs" aria-label="Breadcrumb">
                <Icon name="left" small=true/><a href=routes::REVENUE_STATEMENTS>"Statements"</a>
            </nav>
            <div class="page-head__row">
                <div class="profile-head__id">
                    <div class="row row--wrap">
                        <h1>{title(&s)}</h1>
                        <Badge text=labels::statement_status(s.status) tone=labels::statement_tone(s.status) dot=true/>
                    </div>
                    <p class="who__sub">{labels::payout_party(s.party)}" · "<a href=whose>{name(&s)}</a></p>
                </div>
                <Actions statement=statement.clone() query=query/>
            </div>
            <PrintHead shows=Signal::stored(String::new())/>
        </header>
        <div class="grid">
            <div class="c8 stack"><Rows statement=statement.clone()/></div>
            <div class="c4 stack"><Amounts statement=statement/></div>
        </div>
    }
}

/// From what was carried to what is paid.
#[component]
fn Amounts(statement: PayoutStatement) -> impl IntoView {
    let s = statement;
    let why = match (s.payable.minor, s.forward.minor) {
        (0, 1..) => Some(format!("Less than {} is not paid, but carried to the next statement.", money(s.minimum))),
        (0, i64::MIN..=-1) => {
            Some("More went back than was earned. The rest is taken off the next statement.".to_owned())
        }
        _ => None,
    };
    view! {
        <section class="card" aria-labelledby="amounts">
            <header class="card__head card__head--line"><h2 id="amounts">"What it comes to"</h2></header>
            <div class="card__body">
                <dl class="kv kv--state">
                    <dt>"Carried from the statement before"</dt><dd>{money(s.carried)}</dd>
                    <dt>"Earned"</dt><dd>{money(s.earned)}</dd>
                    <dt>"Went back"</dt><dd>{money(s.refunded)}</dd>
                    <dt class="strong">"Payable"</dt><dd class="strong">{money(s.payable)}</dd>
                    <dt>"Carried to the next statement"</dt><dd>{money(s.forward)}</dd>
                    {s.approved_at.map(|at| view! { <dt>"Approved"</dt><dd><Moment at=Some(at) exact=true/></dd> })}
                    {s.paid_at.map(|at| view! { <dt>"Paid"</dt><dd><Moment at=Some(at) exact=true/></dd> })}
                    {s.payment_reference.map(|text| view! { <dt>"Paid by"</dt><dd>{text}</dd> })}
                </dl>
                {why.map(|why| view! { <p class="small muted mt-3">{why}</p> })}
            </div>
        </section>
    }
}

/// The shares behind it.
#[component]
fn Rows(statement: PayoutStatement) -> impl IntoView {
    let s = statement;
    let (month, currency) = (s.month.to_string(), s.earned.currency.code().to_owned());
    let whose = match s.party {
        PayoutParty::Coach => ("coach", s.coach.map(|coach| coach.id.to_string()).unwrap_or_default()),
        PayoutParty::Organization => {
            ("organization", s.organization.map(|organization| organization.id.to_string()).unwrap_or_default())
        }
    };
    let filters = Params::from_pairs(&[(whose.0, whose.1.as_str()), ("month", &month), ("currency", &currency)]);
    let all = filters.with_path(routes::REVENUE_SHARES);
    let url = filters.with("limit", &MAX_LIMIT.to_string()).with_path(SHARES);
    let query = use_query::<Page<RevenueShare>>(move || Some(url.clone())).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <section class="card" aria-labelledby="rows">
            <header class="card__head card__head--line">
                <h2 id="rows">"The rows behind it"</h2><a class="end small" href=all>"Open the list"</a>
            </header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(page), _) if page.items.is_empty() => {
                    view! { <p class="card__body muted">"Nothing was shared in this month: only a balance was carried."</p> }.into_any()
                }
                (Some(page), _) => {
                    let more = page.total - i64::try_from(page.items.len()).unwrap_or(i64::MAX);
                    let rows: Vec<Row> = page.items.iter().map(shares::row).collect();
                    view! {
                        <PlainTable caption="Shares of the statement" columns=shares::COLUMNS rows=Signal::stored(rows)/>
                        {(more > 0).then(|| view! { <p class="card__body small muted">{format!("{} more are in the list.", format::count(more))}</p> })}
                    }
                    .into_any()
                }
                (None, Some(error)) => view! { <ErrorBox what="The rows" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the rows" lines=6/> }.into_any(),
            })}
        </section>
    }
}

/// Approving, taking that back, and marking as paid.
#[component]
fn Actions(statement: PayoutStatement, query: Query<PayoutStatement>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let busy = RwSignal::new(false);
    let paying = RwSignal::new(false);
    let denied = Signal::stored(session.denied(Permission::RevenueWrite));
    let id = statement.id;
    let approve = Callback::new(move |approved: bool| {
        busy.set(true);
        spawn_local(async move {
            match revenue::approve(session, id, approved).await {
                Ok(_) => toasts.done(if approved { "Statement approved" } else { "Approval taken back" }),
                Err(error) => toasts.failed(format!("Not done: {}", error.detail())),
            }
            busy.try_set(false);
            query.refresh();
            changed(STATEMENTS);
        });
    });
    let button = move |label: &'static str, class: &'static str, press: Callback<()>| {
        view! { <ActionButton label=label.to_owned() class=class denied=denied busy=busy on_press=press/> }
    };
    let buttons = match statement.status {
        StatementStatus::Closed if statement.payable.minor > 0 => {
            button("Approve", "btn--primary", Callback::new(move |()| approve.run(true))).into_any()
        }
        StatementStatus::Approved => view! {
            {button("Take approval back", "", Callback::new(move |()| approve.run(false)))}
            {button("Mark as paid", "btn--primary", Callback::new(move |()| paying.set(true)))}
        }
        .into_any(),
        _ => ().into_any(),
    };
    view! {
        <div class="end row"><StatementFile id=id/>{buttons}</div>
        <Dialog id="pay-statement" title=Signal::stored("Mark as paid".to_owned()) open=paying>
            <Pay id=id open=paying query=query/>
        </Dialog>
    }
}

#[component]
fn Pay(id: PayoutStatementId, open: RwSignal<bool>, query: Query<PayoutStatement>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let reference = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let payment_reference = Some(reference.get_untracked()).filter(|text| !text.trim().is_empty());
        Box::pin(async move {
            revenue::pay(session, id, &StatementPayment { payment_reference }).await?;
            toasts.done("Marked as paid");
            query.refresh();
            changed(STATEMENTS);
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Mark as paid" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <p class="muted">"No money is moved: pay it as you always do, and write down how."</p>
            <Field id="payment-reference" label="Reference" value=reference error=errors.of("payment_reference")
                hint="Optional: as your bank has it."/>
        </DialogForm>
    }
}
