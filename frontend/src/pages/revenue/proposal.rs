//! The rules that a simulation tries out, as they are typed.

use super::parts;
use crate::api::coaching::COACHING_RELATIONSHIPS;
use crate::api::{ApiError, from_json, get_text};
use crate::components::{ActionButton, Field, FormErrors, Reference, ReferenceField, Select, Target};
use crate::glance::drawn;
use crate::labels::{self, Choice};
use crate::session::Session;
use crm_types::coaching::{CoachingRelationship, CoachingStatus};
use crm_types::ids::{CoachingRelationshipId, CustomerId};
use crm_types::revenue::{ShareBase, ShareScope};
use crm_types::revenue_simulation::{ProposedRule, SimulatedRule};
use crm_types::{FieldError, Page};
use leptos::prelude::*;

/// Nothing for anybody else than the platform.
pub const NOTHING: SimulatedRule = SimulatedRule {
    scope: ShareScope::Default,
    organization: None,
    relationship_id: None,
    coach: None,
    client: None,
    base: ShareBase::Gross,
    coach_bp: 0,
    organization_bp: 0,
};

/// A rule that is being typed.
#[derive(Clone, Copy, PartialEq)]
pub struct Draft {
    /// Tells it from the others, whatever their order.
    pub key: u32,
    scope: RwSignal<String>,
    organization: RwSignal<Reference>,
    client: RwSignal<Reference>,
    /// The coaching of the client whom the rule came with, whoever coaches them now.
    known: StoredValue<Option<(CustomerId, CoachingRelationshipId)>>,
    coach: RwSignal<String>,
    part: RwSignal<String>,
    base: RwSignal<String>,
}

impl Draft {
    /// With the parts of a rule.
    pub fn new(key: u32, rule: &SimulatedRule) -> Self {
        let number = |basis_points: i32| super::percent(basis_points).trim_end_matches('%').to_owned();
        let organization = rule.organization.as_ref().map(|o| Reference::new(o.id, &o.name)).unwrap_or_default();
        let client = rule.client.as_ref().map(|c| Reference::new(c.id, &c.name)).unwrap_or_default();
        Self {
            key,
            scope: RwSignal::new(rule.scope.to_string()),
            organization: RwSignal::new(organization),
            client: RwSignal::new(client),
            known: StoredValue::new(rule.client.as_ref().map(|c| c.id).zip(rule.relationship_id)),
            coach: RwSignal::new(number(rule.coach_bp)),
            part: RwSignal::new(number(rule.organization_bp)),
            base: RwSignal::new(rule.base.to_string()),
        }
    }

    /// The rule, or what is wrong with it: fields as the API names them, without what stands before them.
    pub async fn read(self, session: Session) -> Result<ProposedRule, ApiError> {
        let (coach_bp, organization_bp) =
            parts(&self.coach.get_untracked(), &self.part.get_untracked()).map_err(ApiError::of_fields)?;
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
                let Ok(client) = chosen.id.parse::<CustomerId>() else {
                    let why = chosen.not_taken().unwrap_or_else(|| "Choose the client who is coached.".into());
                    return wrong("relationship_id", why);
                };
                let known = self.known.get_value().filter(|(of, _)| *of == client).map(|(_, id)| id);
                let found = match known {
                    Some(id) => Some(id),
                    None => coaching_of(session, client).await?,
                };
                match found {
                    Some(id) => Ok(ProposedRule { relationship_id: Some(id), ..plain }),
                    None => wrong("relationship_id", format!("Nobody coaches {} now.", chosen.name)),
                }
            }
            _ => Ok(plain),
        }
    }
}

async fn coaching_of(session: Session, client: CustomerId) -> Result<Option<CoachingRelationshipId>, ApiError> {
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
    let error = move |field: &'static str| errors.named(Signal::derive(move || format!("rules.{}.{field}", at.get())));
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
