//! A new rule.

use super::basis_points;
use crate::api::ApiError;
use crate::api::revenue::{self, RULES};
use crate::components::{
    ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Reference, ReferenceField, Select, Sending, Target,
    instant, use_toasts,
};
use crate::labels;
use crate::query::changed;
use crate::session::use_session;
use crm_types::FieldError;
use crm_types::accounts::Permission;
use crm_types::revenue::{NewShareRule, ShareBase};
use leptos::prelude::*;

/// The button, and the dialog that it opens.
#[component]
pub fn PublishRuleButton() -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = use_session().denied(Permission::RevenueWrite);
    view! {
        <ActionButton label="New rule".to_owned() class="btn--primary" icon="plus" denied=Signal::stored(denied)
            on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="new-rule" title=Signal::stored("New rule".to_owned()) open=open><Form open=open/></Dialog>
    }
}

#[component]
fn Form(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (coach, organization_part, starts) = (text(""), text("0"), text(""));
    let base = text(ShareBase::Gross.as_str());
    let organization = RwSignal::new(Reference::default());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let new = read(&coach.get_untracked(), &organization_part.get_untracked(), &organization.get_untracked());
        let new = new.map(|new| NewShareRule {
            base: base.get_untracked().parse().ok(),
            starts_at: instant(&starts.get_untracked()),
            ..new
        });
        Box::pin(async move {
            revenue::publish(session, &new?).await?;
            changed(RULES);
            toasts.done("Rule published: payments since it begins are shared anew");
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Publish rule" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <ReferenceField id="rule-organization" label="Only for those coached at" target=Target::Organizations
                value=organization on_change=Callback::new(move |chosen| organization.set(chosen)) error=errors.of("organization_id")/>
            <div class="fields-2">
                <Field id="rule-coach" label="Coach gets, in %" value=coach error=errors.of("coach_bp") hint="Such as 30 or 12.5."/>
                <Field id="rule-organization-part" label="Organization gets, in %" value=organization_part
                    error=errors.of("organization_bp") hint="The platform’s where there is none."/>
            </div>
            <Select id="rule-base" label="Of" value=base choices=labels::share_bases()
                on_change=Callback::new(move |value| base.set(value)) error=errors.of("base")/>
            <Field id="rule-starts" label="From" kind="datetime-local" value=starts error=errors.of("starts_at")
                hint="Now when empty. What was paid since is shared anew; the rule before ends here."/>
        </DialogForm>
    }
}

/// The parts and for whom, or what is wrong with them.
fn read(coach: &str, organization_part: &str, organization: &Reference) -> Result<NewShareRule, ApiError> {
    let (coach, part) = (basis_points(coach), basis_points(organization_part));
    let (Some(coach_bp), Some(organization_bp), None) = (coach, part, organization.not_taken()) else {
        let wrong = |field: &str, why: String| FieldError::new(field, "invalid", why);
        let of_part = |field: &str, part: Option<i32>| {
            part.is_none().then(|| wrong(field, "Write a part of 100, such as 30 or 12.5.".into()))
        };
        let errors = [
            of_part("coach_bp", coach),
            of_part("organization_bp", part),
            organization.not_taken().map(|why| wrong("organization_id", why)),
        ];
        return Err(ApiError::of_fields(errors.into_iter().flatten().collect()));
    };
    let organization_id = organization.id.parse().ok();
    Ok(NewShareRule { organization_id, relationship_id: None, base: None, coach_bp, organization_bp, starts_at: None })
}
