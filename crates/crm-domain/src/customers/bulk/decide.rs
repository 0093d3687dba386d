//! What a change makes of one customer: pure rules.

use super::super::fields::MOST_TAGS;
use chrono::{DateTime, Utc};
use crm_types::customers::Priority;
use crm_types::customers_bulk::BulkAction;
use crm_types::ids::{CustomerId, OrganizationId, UserId};
use crm_types::jobs::SkipReason;
use serde::{Deserialize, Serialize};

/// Of a customer, what such a change reads and writes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub tags: Vec<String>,
    pub owner: Option<UserId>,
    pub organization: Option<OrganizationId>,
    pub coach: Option<CustomerId>,
    pub priority: Priority,
    pub archived_at: Option<DateTime<Utc>>,
    /// A subscription of theirs runs.
    pub runs: bool,
    /// Another living customer has their e-mail.
    pub email_taken: bool,
    /// They are the coach whom they would get, or coach them.
    pub coaches_them: bool,
    /// The coach whom they would get is archived.
    pub coach_archived: bool,
}

/// What became different, enough to take it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Changed {
    TagsAdded(Vec<String>),
    TagsRemoved(Vec<String>),
    Owner { from: Option<UserId>, to: Option<UserId> },
    Organization { from: Option<OrganizationId>, to: Option<OrganizationId> },
    Coach { from: Option<CustomerId>, to: Option<CustomerId> },
    Priority { from: Priority, to: Priority },
    Archived,
    Restored,
}

/// The customer afterwards, and what differs; or why they are left as they are.
pub(super) fn decide(action: &BulkAction, now: &Person, at: DateTime<Utc>) -> Result<(Person, Changed), SkipReason> {
    let mut then = now.clone();
    let changed = match action {
        BulkAction::AddTags(tags) => {
            let added: Vec<String> = tags.iter().filter(|tag| !now.tags.contains(tag)).cloned().collect();
            then.tags.extend(added.iter().cloned());
            then.tags.sort_unstable();
            if then.tags.len() > MOST_TAGS {
                return Err(SkipReason::TooManyTags);
            }
            Changed::TagsAdded(added)
        }
        BulkAction::RemoveTags(tags) => {
            then.tags.retain(|tag| !tags.contains(tag));
            Changed::TagsRemoved(now.tags.iter().filter(|tag| tags.contains(tag)).cloned().collect())
        }
        BulkAction::SetOwner(owner) => {
            then.owner = *owner;
            Changed::Owner { from: now.owner, to: *owner }
        }
        BulkAction::SetOrganization(organization) => {
            then.organization = *organization;
            Changed::Organization { from: now.organization, to: *organization }
        }
        BulkAction::SetCoach(coach) if now.coach == *coach => return Err(SkipReason::Unchanged),
        BulkAction::SetCoach(_) if now.coaches_them => return Err(SkipReason::CoachesThem),
        BulkAction::SetCoach(_) if now.archived_at.is_some() || now.coach_archived => return Err(SkipReason::Archived),
        BulkAction::SetCoach(coach) => {
            then.coach = *coach;
            Changed::Coach { from: now.coach, to: *coach }
        }
        BulkAction::SetPriority(priority) => {
            then.priority = *priority;
            Changed::Priority { from: now.priority, to: *priority }
        }
        BulkAction::Archive {} if now.archived_at.is_none() && now.runs => return Err(SkipReason::SubscriptionRuns),
        BulkAction::Archive {} => {
            then.archived_at = now.archived_at.or(Some(at));
            Changed::Archived
        }
        BulkAction::Restore {} if now.archived_at.is_some() && now.email_taken => return Err(SkipReason::EmailTaken),
        BulkAction::Restore {} => {
            then.archived_at = None;
            Changed::Restored
        }
    };
    if then == *now { Err(SkipReason::Unchanged) } else { Ok((then, changed)) }
}

/// The action that takes a change back, unless somebody changed the same since.
pub(super) fn opposite(changed: &Changed, now: &Person) -> Result<BulkAction, SkipReason> {
    match changed {
        Changed::TagsAdded(tags) => Ok(BulkAction::RemoveTags(tags.clone())),
        Changed::TagsRemoved(tags) => Ok(BulkAction::AddTags(tags.clone())),
        Changed::Owner { from, to } if now.owner == *to => Ok(BulkAction::SetOwner(*from)),
        Changed::Organization { from, to } if now.organization == *to => Ok(BulkAction::SetOrganization(*from)),
        Changed::Coach { from, to } if now.coach == *to => Ok(BulkAction::SetCoach(*from)),
        Changed::Priority { from, to } if now.priority == *to => Ok(BulkAction::SetPriority(*from)),
        Changed::Owner { .. } | Changed::Organization { .. } | Changed::Coach { .. } | Changed::Priority { .. } => {
            Err(SkipReason::ChangedSince)
        }
        Changed::Archived => Ok(BulkAction::Restore {}),
        Changed::Restored => Ok(BulkAction::Archive {}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn person(tags: &[&str]) -> Person {
        Person {
            tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
            owner: None,
            organization: None,
            coach: None,
            priority: Priority::Medium,
            archived_at: None,
            runs: false,
            email_taken: false,
            coaches_them: false,
            coach_archived: false,
        }
    }

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    #[test]
    fn only_what_differs_counts() {
        let add = BulkAction::AddTags(tags(&["a", "b"]));
        let (then, changed) = decide(&add, &person(&["b", "c"]), AT).unwrap();
        assert_eq!((then.tags, changed), (tags(&["a", "b", "c"]), Changed::TagsAdded(tags(&["a"]))));
        assert_eq!(decide(&add, &person(&["a", "b"]), AT), Err(SkipReason::Unchanged));
        let remove = BulkAction::RemoveTags(tags(&["b", "x"]));
        let (then, changed) = decide(&remove, &person(&["a", "b"]), AT).unwrap();
        assert_eq!((then.tags, changed), (tags(&["a"]), Changed::TagsRemoved(tags(&["b"]))));
        let many: Vec<String> = (0..MOST_TAGS).map(|n| format!("t{n}")).collect();
        let full = Person { tags: many, ..person(&[]) };
        assert_eq!(decide(&add, &full, AT), Err(SkipReason::TooManyTags));
        assert_eq!(decide(&BulkAction::SetPriority(Priority::Medium), &full, AT), Err(SkipReason::Unchanged));
    }

    #[test]
    fn who_pays_is_not_archived_and_a_taken_e_mail_does_not_come_back() {
        let pays = Person { runs: true, ..person(&[]) };
        assert_eq!(decide(&BulkAction::Archive {}, &pays, AT), Err(SkipReason::SubscriptionRuns));
        let (gone, _) = decide(&BulkAction::Archive {}, &person(&[]), AT).unwrap();
        assert_eq!(gone.archived_at, Some(AT));
        assert_eq!(
            decide(&BulkAction::Archive {}, &Person { runs: true, ..gone.clone() }, AT),
            Err(SkipReason::Unchanged)
        );
        let taken = Person { email_taken: true, ..gone.clone() };
        assert_eq!(decide(&BulkAction::Restore {}, &taken, AT), Err(SkipReason::EmailTaken));
        assert_eq!(decide(&BulkAction::Restore {}, &gone, AT).unwrap().0, person(&[]));
    }

    #[test]
    fn nobody_gets_a_coach_whom_they_coach_and_who_is_archived_gets_none() {
        let coach = BulkAction::SetCoach(Some(CustomerId(Uuid::max())));
        let circle = Person { coaches_them: true, ..person(&[]) };
        assert_eq!(decide(&coach, &circle, AT), Err(SkipReason::CoachesThem));
        let gone = Person { archived_at: Some(AT), ..person(&[]) };
        assert_eq!(decide(&coach, &gone, AT), Err(SkipReason::Archived));
        let late = Person { coach_archived: true, ..person(&[]) };
        assert_eq!(decide(&coach, &late, AT), Err(SkipReason::Archived));
        assert_eq!(decide(&BulkAction::SetCoach(None), &gone, AT), Err(SkipReason::Unchanged));
        let (coached, _) = decide(&coach, &person(&[]), AT).unwrap();
        assert_eq!(decide(&coach, &coached, AT), Err(SkipReason::Unchanged));
    }

    #[test]
    fn what_is_taken_back_is_what_it_was_unless_somebody_changed_it() {
        let (ada, bob) = (UserId(Uuid::max()), UserId(Uuid::nil()));
        for action in [
            BulkAction::AddTags(tags(&["a"])),
            BulkAction::RemoveTags(tags(&["b"])),
            BulkAction::SetOwner(Some(ada)),
            BulkAction::SetOrganization(Some(OrganizationId(Uuid::max()))),
            BulkAction::SetCoach(Some(CustomerId(Uuid::max()))),
            BulkAction::SetPriority(Priority::Vip),
            BulkAction::Archive {},
        ] {
            let before = person(&["b"]);
            let (after, changed) = decide(&action, &before, AT).unwrap();
            let (back, _) = decide(&opposite(&changed, &after).unwrap(), &after, AT).unwrap();
            assert_eq!(back, before, "{action:?}");
        }
        let changed = Changed::Owner { from: None, to: Some(ada) };
        let since = Person { owner: Some(bob), ..person(&[]) };
        assert_eq!(opposite(&changed, &since), Err(SkipReason::ChangedSince));
    }
}
