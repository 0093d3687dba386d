//! A rule beside the list, and its end.

use super::percent;
use super::rules::{state, subject};
use crate::api::revenue::{self, RULES};
use crate::components::{ActionButton, Badge, ErrorBox, Moment, SkeletonCard, use_toasts};
use crate::format::MISSING;
use crate::glance::drawn;
use crate::labels;
use crate::query::{changed, use_query};
use crate::routes;
use crate::session::use_session;
use chrono::Utc;
use crm_types::accounts::Permission;
use crm_types::revenue::ShareRule;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What the drawer shows.
pub fn preview(id: String) -> AnyView {
    let query = use_query::<ShareRule>(move || Some(format!("{RULES}/{id}")));
    let retry = Callback::new(move |()| query.refresh());
    drawn(move || match (query.get(), query.error().get()) {
        (Some(rule), _) => view! { <Known rule=rule/> }.into_any(),
        (None, Some(error)) => view! { <ErrorBox what="Rule" error=error on_retry=retry/> }.into_any(),
        (None, None) => view! { <SkeletonCard label="Loading the rule" lines=6/> }.into_any(),
    })
}

#[component]
fn Known(rule: ShareRule) -> impl IntoView {
    let (tone, words) = state(&rule);
    let over = rule.ends_at.is_some_and(|end| end <= Utc::now());
    let organization =
        rule.organization.as_ref().map(|o| view! { <a href=routes::organization(o.id)>{o.name.clone()}</a> });
    let (id, begun) = (rule.id, rule.starts_at <= Utc::now());
    view! {
        <section class="drawer__sec">
            <h2>{subject(&rule)}</h2>
            <div class="row row--wrap mt-3"><Badge text=words tone=tone dot=true/><Badge text=labels::share_scope(rule.scope)/></div>
        </section>
        <section class="drawer__sec">
            <dl class="kv">
                <dt>"Coach gets"</dt><dd>{percent(rule.coach_bp)}</dd>
                <dt>"Organization gets"</dt><dd>{percent(rule.organization_bp)}</dd>
                <dt>"Of"</dt><dd>{labels::share_base(rule.base)}</dd>
                {organization.map(|link| view! { <dt>"Organization"</dt><dd>{link}</dd> })}
                <dt>"From"</dt><dd><Moment at=Some(rule.starts_at) exact=true/></dd>
                <dt>"Until"</dt><dd>{match rule.ends_at {
                    Some(_) => view! { <Moment at=rule.ends_at exact=true/> }.into_any(),
                    None => MISSING.into_any(),
                }}</dd>
            </dl>
        </section>
        {(!over).then(|| view! { <div class="drawer__foot"><EndRule id=id begun=begun/></div> })}
    }
}

#[component]
fn EndRule(id: crm_types::ids::ShareRuleId, begun: bool) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let busy = RwSignal::new(false);
    let denied = Signal::stored(session.denied(Permission::RevenueWrite));
    let label = if begun { "End rule now" } else { "Withdraw rule" };
    let press = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            match revenue::end(session, id).await {
                Ok(()) => {
                    toasts.done(if begun { "Rule ended" } else { "Rule withdrawn" });
                    changed(RULES);
                    changed(&format!("{RULES}/{id}"));
                }
                Err(error) => toasts.failed(format!("Not ended: {}", error.detail())),
            }
            busy.try_set(false);
        });
    });
    view! { <ActionButton label=label.to_owned() denied=denied busy=busy on_press=press/> }
}
