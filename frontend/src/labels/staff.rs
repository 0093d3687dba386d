//! Words of the staff and what they may do.

use super::Tone;
use crm_types::accounts::{Permission, Role};
use crm_types::users::UserState;

/// A role's name.
pub const fn role(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Analyst => "Analyst",
        Role::Marketer => "Marketer",
        Role::Support => "Support",
        Role::Viewer => "Viewer",
    }
}

/// Whether somebody can log in.
pub const fn user_state(state: UserState) -> &'static str {
    match state {
        UserState::Active => "Active",
        UserState::Invited => "Invited",
        UserState::Disabled => "Disabled",
    }
}

/// The tone of whether somebody can log in.
pub const fn user_state_tone(state: UserState) -> Tone {
    match state {
        UserState::Active => Tone::Positive,
        UserState::Invited => Tone::Info,
        UserState::Disabled => Tone::Neutral,
    }
}

/// What a permission allows.
pub const fn permission(permission: Permission) -> &'static str {
    use Permission as P;
    match permission {
        P::AnalyticsRead => "See figures",
        P::CustomersRead => "See customers",
        P::CustomersWrite => "Create and change customers",
        P::OrganizationsRead => "See organizations",
        P::OrganizationsWrite => "Create and change organizations",
        P::SubscriptionsRead => "See subscriptions and MRR movements",
        P::SubscriptionsWrite => "Change subscriptions at Stripe",
        P::TransactionsRead => "See payments and refunds",
        P::TransactionsWrite => "Refund payments",
        P::RevenueRead => "See how revenue is shared",
        P::RevenueWrite => "Decide how revenue is shared",
        P::PlansRead => "See prices",
        P::PlansWrite => "Map prices",
        P::StripeRead => "See Stripe’s events",
        P::StripeWrite => "Apply Stripe’s events again and ask for missed ones",
        P::SettingsRead => "See settings",
        P::SettingsWrite => "Change settings",
        P::SystemRead => "See the system’s health",
        P::AuditRead => "See who changed what",
        P::UsersRead => "See who is on the staff",
        P::UsersWrite => "Manage the staff",
        P::ApiKeysRead => "See API keys",
        P::ApiKeysWrite => "Make and revoke API keys",
        P::JobsRead => "See and stop everybody’s long work",
    }
}

/// The same within a sentence: `create and change customers`.
pub fn may(allowed: Permission) -> String {
    let mut words = permission(allowed).to_owned();
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_has_words() {
        for p in Permission::ALL {
            assert!(!permission(*p).contains(':'), "{p}");
        }
    }
}
