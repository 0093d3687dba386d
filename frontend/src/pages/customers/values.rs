//! What of a customer can be typed in, as text, and what changed of it.

use crate::api::ApiError;
use crate::components::Reference;
use crm_types::FieldError;
use crm_types::customers::{Customer, CustomerPatch, NewCustomer, Priority};

/// What the form calls who of the staff looks after a customer.
pub const OWNER: &str = "Looked after by";

/// The form's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    pub name: String,
    pub email: String,
    pub phone: String,
    pub locale: String,
    pub time_zone: String,
    pub priority: Priority,
    /// Separated by commas.
    pub tags: String,
    /// Id of who of the staff looks after them; empty for nobody.
    pub owner: String,
    /// The business that they belong to.
    pub organization: Reference,
    /// Who coaches them.
    pub coach: Reference,
}

impl Default for Values {
    fn default() -> Self {
        let empty = String::new;
        Self {
            name: empty(),
            email: empty(),
            phone: empty(),
            locale: empty(),
            time_zone: empty(),
            priority: Priority::Medium,
            tags: empty(),
            owner: empty(),
            organization: Reference::default(),
            coach: Reference::default(),
        }
    }
}

impl Values {
    /// As a customer is now.
    pub fn of(customer: &Customer) -> Self {
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        Self {
            name: text(&customer.name),
            email: text(&customer.email),
            phone: text(&customer.phone),
            locale: text(&customer.locale),
            time_zone: text(&customer.time_zone),
            priority: customer.priority,
            tags: customer.tags.join(", "),
            owner: customer.owner.as_ref().map(|owner| owner.id.to_string()).unwrap_or_default(),
            organization: customer.organization.as_ref().map(|o| Reference::new(o.id, &o.name)).unwrap_or_default(),
            coach: customer.coach.as_ref().map(|coach| Reference::new(coach.id, &coach.name)).unwrap_or_default(),
        }
    }

    /// Fails at the fields whose text was typed, and not chosen.
    pub fn resolved(&self) -> Result<(), ApiError> {
        let wrong = [("organization_id", &self.organization), ("coach_id", &self.coach)].into_iter();
        let wrong: Vec<FieldError> =
            wrong.filter_map(|(field, to)| Some(FieldError::new(field, "unknown_value", to.not_taken()?))).collect();
        if wrong.is_empty() { Ok(()) } else { Err(ApiError::of_fields(wrong)) }
    }

    /// A new customer with these values.
    pub fn new_customer(&self) -> NewCustomer {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        NewCustomer {
            name: given(&self.name),
            email: given(&self.email),
            phone: given(&self.phone),
            locale: given(&self.locale),
            time_zone: given(&self.time_zone),
            priority: Some(self.priority),
            tags: Some(tags(&self.tags)),
            owner_id: self.owner.parse().ok(),
            organization_id: self.organization.id.parse().ok(),
            coach_id: self.coach.id.parse().ok(),
            ..NewCustomer::default()
        }
    }

    /// What must be sent to get from `before` to these; `None` when that is nothing.
    pub fn patch_from(&self, before: &Self, version: i64) -> Option<CustomerPatch> {
        let text = |before: &str, now: &str| {
            let now = now.trim();
            (before != now).then(|| Some(now.to_owned()).filter(|now| !now.is_empty()))
        };
        let patch = CustomerPatch {
            version: Some(version),
            name: text(&before.name, &self.name),
            email: text(&before.email, &self.email),
            phone: text(&before.phone, &self.phone),
            locale: text(&before.locale, &self.locale),
            time_zone: text(&before.time_zone, &self.time_zone),
            priority: (before.priority != self.priority).then_some(self.priority),
            tags: (tags(&before.tags) != tags(&self.tags)).then(|| tags(&self.tags)),
            owner_id: (before.owner != self.owner).then(|| self.owner.parse().ok()),
            organization_id: (before.organization.id != self.organization.id)
                .then(|| self.organization.id.parse().ok()),
            coach_id: (before.coach.id != self.coach.id).then(|| self.coach.id.parse().ok()),
        };
        let nothing = CustomerPatch { version: Some(version), ..CustomerPatch::default() };
        (patch != nothing).then_some(patch)
    }

    /// Each tag.
    pub fn tags(&self) -> Vec<String> {
        tags(&self.tags)
    }

    /// The fields in which two differ: name, the one's value, the other's. Of an [`OWNER`] it is the id.
    pub fn against(&self, other: &Self) -> Vec<(&'static str, String, String)> {
        let fields = [
            ("Name", &self.name, &other.name),
            ("E-mail", &self.email, &other.email),
            ("Phone", &self.phone, &other.phone),
            ("Language", &self.locale, &other.locale),
            ("Time zone", &self.time_zone, &other.time_zone),
            ("Tags", &self.tags, &other.tags),
        ];
        let mut differ: Vec<_> = fields
            .into_iter()
            .filter(|(_, one, two)| one.trim() != two.trim())
            .map(|(name, one, two)| (name, one.clone(), two.clone()))
            .collect();
        if self.priority != other.priority {
            differ.push(("Priority", self.priority.to_string(), other.priority.to_string()));
        }
        for (name, one, two) in
            [("Organization", &self.organization, &other.organization), ("Coach", &self.coach, &other.coach)]
        {
            if one.id != two.id {
                differ.push((name, one.name.clone(), two.name.clone()));
            }
        }
        if self.owner != other.owner {
            differ.push((OWNER, self.owner.clone(), other.owner.clone()));
        }
        differ
    }
}

/// `a, b` as tags, in the order that the server keeps them in.
fn tags(text: &str) -> Vec<String> {
    let mut tags: Vec<String> = text.split(',').map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned).collect();
    tags.sort_unstable();
    tags.dedup();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ada() -> Values {
        Values { name: "Ada".into(), phone: "+44".into(), tags: "a, b".into(), ..Values::default() }
    }

    #[test]
    fn a_patch_says_only_what_changed() {
        assert_eq!(ada().patch_from(&ada(), 3), None);
        let spaces = Values { tags: " b ,a,, a".into(), name: " Ada ".into(), ..ada() };
        assert_eq!(spaces.patch_from(&ada(), 3), None, "the same, typed otherwise");
        let now = Values { phone: String::new(), priority: Priority::Vip, ..ada() };
        let patch = serde_json::to_string(&now.patch_from(&ada(), 3).unwrap()).unwrap();
        assert_eq!(patch, r#"{"version":3,"phone":null,"priority":"vip"}"#);
        let back = serde_json::to_string(&ada().patch_from(&now, 4).unwrap()).unwrap();
        assert_eq!(back, r#"{"version":4,"phone":"+44","priority":"medium"}"#);
    }

    #[test]
    fn who_looks_after_them_is_given_and_taken() {
        let id = "019a1b2c-0000-7000-8000-000000000009";
        let kept = Values { owner: id.into(), ..ada() };
        let patch = serde_json::to_string(&kept.patch_from(&ada(), 1).unwrap()).unwrap();
        assert_eq!(patch, format!(r#"{{"version":1,"owner_id":"{id}"}}"#));
        let back = serde_json::to_string(&ada().patch_from(&kept, 2).unwrap()).unwrap();
        assert_eq!(back, r#"{"version":2,"owner_id":null}"#);
        assert_eq!(kept.against(&ada()), [(OWNER, id.to_owned(), String::new())]);
    }

    #[test]
    fn references_are_compared_by_id_and_shown_by_name() {
        let gym = Reference::new("019a1b2c-0000-7000-8000-000000000021", "Iron Gym");
        let member = Values { organization: gym.clone(), ..ada() };
        let renamed = Values { organization: Reference { name: "Steel Gym".into(), ..gym.clone() }, ..ada() };
        assert_eq!(renamed.patch_from(&member, 1), None, "the same organization");
        let patch = serde_json::to_string(&member.patch_from(&ada(), 1).unwrap()).unwrap();
        assert_eq!(patch, format!(r#"{{"version":1,"organization_id":"{}"}}"#, gym.id));
        let back = serde_json::to_string(&ada().patch_from(&member, 2).unwrap()).unwrap();
        assert_eq!(back, r#"{"version":2,"organization_id":null}"#);
        assert_eq!(member.against(&ada()), [("Organization", "Iron Gym".into(), String::new())]);
    }

    #[test]
    fn what_is_typed_and_not_chosen_goes_nowhere() {
        assert!(ada().resolved().is_ok());
        let typed = Values { coach: Reference::new("", "Somebody"), ..ada() };
        let error = typed.resolved().unwrap_err();
        assert!(error.field("coach_id").is_some_and(|why| why.contains("Somebody")));
        assert_eq!(error.field("organization_id"), None);
    }

    #[test]
    fn both_sides_of_a_conflict_are_told() {
        let theirs = Values { name: "Augusta Ada".into(), priority: Priority::High, ..ada() };
        let differ = theirs.against(&ada());
        assert_eq!(differ.len(), 2);
        assert_eq!(differ[0], ("Name", "Augusta Ada".into(), "Ada".into()));
        assert_eq!(differ[1], ("Priority", "high".into(), "medium".into()));
    }

    #[test]
    fn what_is_left_empty_is_not_sent() {
        let new = serde_json::to_string(&ada().new_customer()).unwrap();
        assert_eq!(new, r#"{"name":"Ada","phone":"+44","priority":"medium","tags":["a","b"]}"#);
    }
}
