//! A new rule.

use super::parts;
use crate::api::ApiError;
use crate::api::coaching::COACHING_RELATIONSHIPS;
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
use crm_types::ids::{CoachingRelationshipId, OrganizationId};
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
        <Dialog id="new-rule" title=Signal::stored("New rule".to_owned()) open=open><RuleForm open=open/></Dialog>
    }
}

/// The form: for everybody or an organization, or for one coaching relationship.
#[component]
pub fn RuleForm(
    /// The dialog.
    open: RwSignal<bool>,
    /// For this one.
    #[prop(optional)]
    relationship: Option<CoachingRelationshipId>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (coach, organization_part, starts) = (text(""), text("0"), text(""));
    let base = text(ShareBase::Gross.as_str());
    let organization = RwSignal::new(Reference::default());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let read = read(&coach.get_untracked(), &organization_part.get_untracked(), &organization.get_untracked());
        let (base, starts_at) = (base.get_untracked().parse().ok(), instant(&starts.get_untracked()));
        Box::pin(async move {
            let (coach_bp, organization_bp, organization_id) = read?;
            let new = NewShareRule {
                organization_id,
                relationship_id: relationship,
                base,
                coach_bp,
                organization_bp,
                starts_at,
            };
            revenue::publish(session, &new).await?;
            changed(RULES);
            if let Some(id) = relationship {
                changed(&format!("{COACHING_RELATIONSHIPS}/{id}/share"));
            }
            toasts.done("Rule published: payments since it begins are shared anew");
            Ok(())
        })
    };
    let whom = relationship.is_none().then(|| view! {
        <ReferenceField id="rule-organization" label="Only for those coached at" target=Target::Organizations
            value=organization on_change=Callback::new(move |chosen| organization.set(chosen)) error=errors.of("organization_id")/>
    });
    view! {
        <DialogForm open=open errors=errors submit="Publish rule" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            {whom}
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

/// The parts and for whom, or all that is wrong with them.
fn read(
    coach: &str,
    organization_part: &str,
    organization: &Reference,
) -> Result<(i32, i32, Option<OrganizationId>), ApiError> {
    let not_taken = organization.not_taken().map(|why| FieldError::new("organization_id", "invalid", why));
    match (parts(coach, organization_part), not_taken) {
        (Ok((coach_bp, organization_bp)), None) => Ok((coach_bp, organization_bp, organization.id.parse().ok())),
        (parts, not_taken) => {
            Err(ApiError::of_fields(parts.err().unwrap_or_default().into_iter().chain(not_taken).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let typed = Reference::new("", "Gym");
        let fields = |error: ApiError| error.0.errors.into_iter().map(|e| e.field).collect::<Vec<_>>();
        assert_eq!(fields(read("x", "y", &typed).unwrap_err()), ["coach_bp", "organization_bp", "organization_id"]);
        assert_eq!(fields(read("30", "0", &typed).unwrap_err()), ["organization_id"]);
        assert_eq!(read("30", "12.5", &Reference::default()).unwrap(), (3_000, 1_250, None));
    }
}
