//! The rule of one coaching relationship, where the relationship is shown.

use super::publish::RuleForm;
use crate::components::{ActionButton, Dialog};
use crate::session::{Session, use_session};
use crm_types::accounts::Permission;
use crm_types::ids::CoachingRelationshipId;
use leptos::prelude::*;

/// A way to publish a rule of its own.
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
    let title = Signal::stored(format!("Rule for {coach}’s coaching"));
    view! {
        <div class="row mt-3">
            <ActionButton label="Set own rule".to_owned() class="btn--sm" denied=denied on_press=Callback::new(move |()| open.set(true))/>
        </div>
        <Dialog id="own-rule" title=title open=open><RuleForm open=open relationship=relationship/></Dialog>
    }
}
