//! The rules that a simulation tries out, as they are typed.

use super::own_rule::parts;
use crate::api::coaching::COACHING_RELATIONSHIPS;
use crate::api::{ApiError, from_json, get_text};
use crate::components::{ActionButton, Field, FormErrors, Reference, ReferenceField, Select, Target};
use crate::glance::{Glance, drawn};
use crate::labels::{self, Choice};
use crate::session::Session;
use crm_types::coaching::{CoachingRelationship, CoachingStatus};
use crm_types::ids::CoachingRelationshipId;
use crm_types::revenue::{ShareBase, ShareScope};
use crm_types::revenue_simulation::ProposedRule;
use crm_types::{FieldError, Page};
use leptos::prelude::*;

/// A rule that is being typed.
#[derive(Clone, Copy, PartialEq)]
pub struct Draft {
    /// Tells it from the others, whatever their order.
    pub key: u32,
    scope: RwSignal<String>,
    organization: RwSignal<Reference>,
    client: RwSignal<Reference>,
    /// Of the simulation that is shown; a client that is chosen stands before it.
    relationship: StoredValue<Option<CoachingRelationshipId>>,
    coach: RwSignal<String>,
    part: RwSignal<String>,
    base: RwSignal<String>,
}

impl Draft {
    /// With the parts of a rule.
    pub fn new(key: u32, rule: &ProposedRule) -> Self {
        let number = |basis_points: i32| super::percent(basis_points).trim_end_matches('%').to_owned();
        let scope = match (rule.organization_id, rule.relationship_id) {
            (Some(_), _) => ShareScope::Organization,
            (_, Some(_)) => ShareScope::Relationship,
            _ => ShareScope::Default,
        };
        let organization = rule.organization_id.map(|id| Reference::new(id, "…")).unwrap_or_default();
        Self {
            key,
            scope: RwSignal::new(scope.to_string()),
            organization: RwSignal::new(organization),
            client: RwSignal::new(Reference::default()),
            relationship: StoredValue::new(rule.relationship_id),
            coach: RwSignal::new(number(rule.coach_bp)),
            part: RwSignal::new(number(rule.organization_bp)),
            base: RwSignal::new(rule.base.unwrap_or(ShareBase::Gross).to_string()),
        }
    }

    /// The rule, or what is wrong with it: fields as the API names them, without what stands before them.
    pub async fn read(self, session: Session) -> Result<ProposedRule, ApiError> {
        let (coach_bp, organization_bp) = parts(&self.coach.get_untracked(), &self.part.get_untracked())?;
        let base = self.base.get_untracked().parse().ok();
        let plain = ProposedRule { organization_id: None, relationship_id: None, base, coach_bp, organization_bp };
        let wrong = |field: &str, why: String| Err(ApiError::of_fields(vec![FieldError::new(field, "invalid", why)]));
        match self.scope.get_untracked().parse() {
            Ok(ShareScope::Organization) => {
                let chosen = self.organization.get_untracked();
                match chosen.id.parse() {
                    Ok(id) => Ok(ProposedRule { organization_id: Some(id), ..plain }),
                    Err(_) => {
                        wrong("organization_id", chosen.not_taken().unwrap_or_else(|| "Choose an organization.".into()))
                    }
                }
            }
            Ok(ShareScope::Relationship) => {
                let chosen = self.client.get_untracked();
                if chosen.id.is_empty() {
                    return match (self.relationship.get_value(), chosen.not_taken()) {
                        (Some(id), None) => Ok(ProposedRule { relationship_id: Some(id), ..plain }),
                        (_, why) => {
                            wrong("relationship_id", why.unwrap_or_else(|| "Choose the client who is coached.".into()))
                        }
                    };
                }
                match coaching_of(session, &chosen.id).await? {
                    Some(id) => Ok(ProposedRule { relationship_id: Some(id), ..plain }),
                    None => wrong("relationship_id", format!("Nobody coaches {} now.", chosen.name)),
                }
            }
            _ => Ok(plain),
        }
    }
}

async fn coaching_of(session: Session, client: &str) -> Result<Option<CoachingRelationshipId>, ApiError> {
    let text = get_text(session, &format!("{COACHING_RELATIONSHIPS}?client={client}")).await?;
    let page: Page<CoachingRelationship> = from_json(&text).map_err(|e| ApiError::unreadable(&e.to_string()))?;
    Ok(page.items.into_iter().find(|one| one.status != CoachingStatus::Ended).map(|one| one.id))
}

/// Its fields.
#[component]
pub fn DraftFields(
    /// The rule.
    draft: Draft,
    /// Where it stands among the others.
    at: Signal<usize>,
    /// What is wrong with the fields of all.
    errors: FormErrors,
    /// Takes it away; none while it is the only one.
    remove: Signal<Option<Callback<()>>>,
) -> impl IntoView {
    let error = move |field: &'static str| {
        Signal::derive(move || {
            let name = format!("rules.{}.{field}", at.get());
            errors.0.glance(|error| error.as_ref().and_then(|error| error.field(&name)))
        })
    };
    let id = move |what: &str| format!("proposed-{}-{what}", draft.key);
    let scopes: Vec<Choice> = vec![
        (ShareScope::Default.as_str(), "Everybody"),
        (ShareScope::Organization.as_str(), "Those coached at"),
        (ShareScope::Relationship.as_str(), "One client’s coaching"),
    ];
    view! {
        <fieldset class="sim-rule">
            <legend class="vh">{move || format!("Rule {}", at.get() + 1)}</legend>
            <div class="sim-rule__fields">
                <Select id=id("scope") label="For" value=draft.scope choices=scopes
                    on_change=Callback::new(move |value| draft.scope.set(value)) error=error("scope")/>
                {drawn(move || match draft.scope.get().parse() {
                    Ok(ShareScope::Organization) => view! {
                        <ReferenceField id=id("organization") label="Organization" target=Target::Organizations value=draft.organization
                            on_change=Callback::new(move |chosen| draft.organization.set(chosen)) error=error("organization_id")/>
                    }
                    .into_any(),
                    Ok(ShareScope::Relationship) => view! {
                        <ReferenceField id=id("client") label="Client" target=Target::Customers value=draft.client
                            on_change=Callback::new(move |chosen| draft.client.set(chosen)) error=error("relationship_id")/>
                    }
                    .into_any(),
                    _ => ().into_any(),
                })}
                <Field id=id("coach") label="Coach gets, in %" value=draft.coach error=error("coach_bp")/>
                <Field id=id("part") label="Organization gets, in %" value=draft.part error=error("organization_bp")/>
                <Select id=id("base") label="Of" value=draft.base choices=labels::share_bases()
                    on_change=Callback::new(move |value| draft.base.set(value)) error=error("base")/>
            </div>
            {drawn(move || match remove.get() {
                Some(remove) => view! { <ActionButton label="Remove rule".to_owned() class="btn--sm btn--ghost" icon="x" on_press=remove/> }.into_any(),
                None => ().into_any(),
            })}
        </fieldset>
    }
}
