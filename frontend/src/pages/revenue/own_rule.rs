//! The rule of one coaching relationship, where the relationship is shown.

use super::{basis_points, percent};
use crate::api::ApiError;
use crate::api::revenue::{self, RULES};
use crate::components::{
    ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Select, Sending, instant, use_toasts,
};
use crate::glance::drawn;
use crate::labels;
use crate::query::{changed, use_query};
use crate::routes;
use crate::session::{Session, use_session};
use chrono::Utc;
use crm_types::accounts::Permission;
use crm_types::ids::CoachingRelationshipId;
use crm_types::revenue::{NewShareRule, ShareBase, ShareRule};
use crm_types::{FieldError, Page};
use leptos::prelude::*;

/// What of the client's payments is shared by a rule of its own, and a way to publish one.
#[component]
pub fn OwnRule(
    /// The relationship.
    relationship: CoachingRelationshipId,
    /// Who coaches.
    coach: String,
) -> impl IntoView {
    let session = use_session();
    session
        .may(Permission::RevenueRead)
        .then(|| view! { <Known session=session relationship=relationship coach=coach/> })
}

#[component]
fn Known(session: Session, relationship: CoachingRelationshipId, coach: String) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = Signal::stored(session.denied(Permission::RevenueWrite));
    let query = use_query::<Page<ShareRule>>(move || Some(format!("{RULES}?relationship={relationship}")));
    let title = Signal::stored(format!("Rule for {coach}’s coaching"));
    let words = move || {
        query.map(|page| {
            let now = Utc::now();
            let holds =
                page.items.iter().find(|rule| rule.starts_at <= now && rule.ends_at.is_none_or(|end| end > now));
            holds.map(|rule| {
                (rule.id, format!("{} of {}", percent(rule.coach_bp), labels::share_base(rule.base).to_lowercase()))
            })
        })
    };
    view! {
        {drawn(move || match words() {
            Some(Some((id, words))) => {
                let href = routes::list(routes::REVENUE_RULES, &[("peek", &id.to_string())]);
                view! { <p class="small">"Own rule: the coach gets "<a href=href>{words}</a></p> }.into_any()
            }
            Some(None) => view! { <p class="small muted">"Shared by the rule of the organization, or the one for all."</p> }.into_any(),
            None => ().into_any(),
        })}
        <div class="row mt-3">
            <ActionButton label="Set own rule".to_owned() class="btn--sm" denied=denied on_press=Callback::new(move |()| open.set(true))/>
        </div>
        <Dialog id="own-rule" title=title open=open><Form relationship=relationship open=open/></Dialog>
    }
}

#[component]
fn Form(relationship: CoachingRelationshipId, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (coach, organization, starts) = (text(""), text("0"), text(""));
    let base = text(ShareBase::Gross.as_str());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let parts = parts(&coach.get_untracked(), &organization.get_untracked());
        let (base, starts_at) = (base.get_untracked().parse().ok(), instant(&starts.get_untracked()));
        Box::pin(async move {
            let (coach_bp, organization_bp) = parts?;
            let relationship_id = Some(relationship);
            let new =
                NewShareRule { organization_id: None, relationship_id, base, coach_bp, organization_bp, starts_at };
            revenue::publish(session, &new).await?;
            changed(RULES);
            toasts.done("Rule published: payments since it begins are shared anew");
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Publish rule" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <div class="fields-2">
                <Field id="own-coach" label="Coach gets, in %" value=coach error=errors.of("coach_bp") hint="Such as 30 or 12.5."/>
                <Field id="own-organization" label="Organization gets, in %" value=organization error=errors.of("organization_bp")
                    hint="The platform’s where there is none."/>
            </div>
            <Select id="own-base" label="Of" value=base choices=labels::share_bases()
                on_change=Callback::new(move |value| base.set(value)) error=errors.of("base")/>
            <Field id="own-starts" label="From" kind="datetime-local" value=starts error=errors.of("starts_at")
                hint="Now when empty. What was paid since is shared anew."/>
        </DialogForm>
    }
}

/// The parts in basis points, or what is wrong with them.
pub fn parts(coach: &str, organization: &str) -> Result<(i32, i32), ApiError> {
    match (basis_points(coach), basis_points(organization)) {
        (Some(coach), Some(organization)) => Ok((coach, organization)),
        (coach, organization) => {
            let wrong = |field: &str, part: Option<i32>| {
                part.is_none().then(|| FieldError::new(field, "invalid", "Write a part of 100, such as 30 or 12.5."))
            };
            let errors = [wrong("coach_bp", coach), wrong("organization_bp", organization)];
            Err(ApiError::of_fields(errors.into_iter().flatten().collect()))
        }
    }
}
