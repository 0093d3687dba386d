//! Publishing the rules of a simulation.

use super::percent;
use super::rules::whom;
use crate::api::revenue::{self, RULES};
use crate::components::{ActionButton, Dialog, DialogForm, ErrorNote, Field, FormErrors, Sending, instant, use_toasts};
use crate::labels::{self, counted};
use crate::query::changed;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::ids::JobId;
use crm_types::revenue_simulation::{Publication, SimulatedRule};
use leptos::prelude::*;

/// The button, and what it asks.
#[component]
pub fn PublishSimulation(
    /// The simulation.
    id: JobId,
    /// What it tried out.
    rules: Vec<SimulatedRule>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::RevenueWrite));
    view! {
        <ActionButton label="Publish these rules".to_owned() denied=denied on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="publish-simulation" title=Signal::stored("Publish these rules".to_owned()) open=open>
            <Form id=id rules=rules.clone() open=open/>
        </Dialog>
    }
}

#[component]
fn Form(id: JobId, rules: Vec<SimulatedRule>, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let starts = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let send = move |()| -> Sending {
        let starts_at = instant(&starts.get_untracked());
        Box::pin(async move {
            let published = revenue::publish_all(session, id, &Publication { starts_at }).await?;
            changed(RULES);
            let published = counted(i64::try_from(published.len()).unwrap_or_default(), "rule", "rules");
            toasts.done(format!("{published} published: payments since then are shared anew"));
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Publish rules" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <ul class="list">{rules.iter().map(|rule| view! { <li>{words(rule)}</li> }).collect_view()}</ul>
            <Field id="publish-starts" label="From" kind="datetime-local" value=starts error=errors.of("starts_at")
                hint="Now when empty. What was paid since is shared anew; what holds for the same ends here."/>
        </DialogForm>
    }
}

/// `Everybody: coach 30%, organization 10%, of all that was paid`.
fn words(rule: &SimulatedRule) -> String {
    let whom = whom(rule.organization.as_ref(), rule.coach.as_ref(), rule.client.as_ref());
    let base = labels::share_base(rule.base).to_lowercase();
    format!("{whom}: coach {}, organization {}, of {base}", percent(rule.coach_bp), percent(rule.organization_bp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_told_in_words() {
        let mut rule = crate::pages::revenue::proposal::NOTHING;
        rule.coach_bp = 3_050;
        assert_eq!(words(&rule), "Everybody: coach 30.5%, organization 0%, of all that was paid");
        let person = |name: &str| serde_json::json!({"id": "019a1b2c-0000-7000-8000-000000000002", "name": name});
        rule.coach = serde_json::from_value(person("Sue")).unwrap();
        rule.client = serde_json::from_value(person("Sol")).unwrap();
        assert!(words(&rule).starts_with("Sue coaching Sol: coach 30.5%"), "{}", words(&rule));
        rule.organization = serde_json::from_value(person("Iron Gym")).unwrap();
        assert!(words(&rule).starts_with("Iron Gym: "));
    }
}
