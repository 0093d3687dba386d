//! Staff, roles, permissions and log-in.

use crate::ids::{SessionId, UserId};
use crate::text_enum::text_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Fewest characters of a password.
pub const PASSWORD_MIN: usize = 12;
/// Most characters of a password.
pub const PASSWORD_MAX: usize = 128;

text_enum! {
    /// What a member of staff is.
    Role {
        /// May do everything, also manage admins.
        Owner => "owner",
        /// May do everything but manage owners.
        Admin => "admin",
        /// Reads everything about money, changes nothing.
        Analyst => "analyst",
        /// Campaigns, segments, leads.
        Marketer => "marketer",
        /// Customers, tickets, messages.
        Support => "support",
        /// Reads.
        Viewer => "viewer",
    }
}

text_enum! {
    /// What a route may ask for. Named as API key scopes are: resource and verb.
    Permission {
        /// See figures.
        AnalyticsRead => "analytics:read",
        /// See customers.
        CustomersRead => "customers:read",
        /// Create, change, archive customers, and write notes.
        CustomersWrite => "customers:write",
        /// See organisations.
        OrganizationsRead => "organizations:read",
        /// Create, change and archive organisations.
        OrganizationsWrite => "organizations:write",
        /// See subscriptions and MRR movements.
        SubscriptionsRead => "subscriptions:read",
        /// Start, change, pause and cancel subscriptions at Stripe.
        SubscriptionsWrite => "subscriptions:write",
        /// See payments and refunds.
        TransactionsRead => "transactions:read",
        /// Refund payments.
        TransactionsWrite => "transactions:write",
        /// See how revenue is shared.
        RevenueRead => "revenue:read",
        /// Decide how revenue is shared.
        RevenueWrite => "revenue:write",
        /// See prices and their mapping.
        PlansRead => "plans:read",
        /// Map prices.
        PlansWrite => "plans:write",
        /// See the Stripe inbox, with bodies.
        StripeRead => "stripe:read",
        /// Replay events.
        StripeWrite => "stripe:write",
        /// See settings.
        SettingsRead => "settings:read",
        /// Change settings.
        SettingsWrite => "settings:write",
        /// See the state of the system.
        SystemRead => "system:read",
        /// See who changed what.
        AuditRead => "audit:read",
        /// See who is on the staff.
        UsersRead => "users:read",
        /// Invite staff, change their roles, disable them, end their sessions.
        UsersWrite => "users:write",
        /// See API keys, without their secrets.
        ApiKeysRead => "api_keys:read",
        /// Make and revoke API keys.
        ApiKeysWrite => "api_keys:write",
        /// See and stop everybody's long work.
        JobsRead => "jobs:read",
    }
}

impl Permission {
    /// Whether an API key may have it. Who comes in is decided by people: no key makes keys or staff.
    pub const fn suits_a_key(self) -> bool {
        !matches!(self, Self::UsersWrite | Self::ApiKeysWrite)
    }
}

impl Role {
    /// Whether the role carries the permission. The only place where that is decided.
    pub const fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner | Self::Admin => true,
            Self::Analyst => !matches!(
                permission,
                P::CustomersWrite
                    | P::OrganizationsWrite
                    | P::SubscriptionsWrite
                    | P::TransactionsWrite
                    | P::RevenueWrite
                    | P::PlansWrite
                    | P::StripeWrite
                    | P::SettingsWrite
                    | P::AuditRead
                    | P::UsersWrite
                    | P::ApiKeysRead
                    | P::ApiKeysWrite
                    | P::JobsRead
            ),
            Self::Marketer | Self::Support => matches!(
                permission,
                P::AnalyticsRead
                    | P::CustomersRead
                    | P::CustomersWrite
                    | P::OrganizationsRead
                    | P::OrganizationsWrite
                    | P::SubscriptionsRead
                    | P::TransactionsRead
                    | P::PlansRead
                    | P::SettingsRead
                    | P::UsersRead
            ),
            Self::Viewer => matches!(
                permission,
                P::AnalyticsRead
                    | P::CustomersRead
                    | P::OrganizationsRead
                    | P::SubscriptionsRead
                    | P::PlansRead
                    | P::SettingsRead
                    | P::UsersRead
            ),
        }
    }

    /// All permissions of the role.
    pub fn permissions(self) -> Vec<Permission> {
        Permission::ALL.iter().copied().filter(|p| self.may(*p)).collect()
    }
}

/// Log in with e-mail and password.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LoginRequest {
    /// E-mail.
    #[validate(length(min = 3, max = 254, message = "Enter your e-mail address."))]
    pub email: String,
    /// Password.
    #[validate(length(min = 1, max = 1024, message = "Enter your password."))]
    pub password: String,
}

/// Creates the first owner, while there is no user at all.
#[derive(Clone, Serialize, Deserialize, Validate)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetupRequest {
    /// Your name.
    #[validate(length(min = 1, max = 200, message = "Enter your name."))]
    pub name: String,
    /// Your e-mail.
    #[validate(length(min = 3, max = 254, message = "Enter your e-mail address."))]
    pub email: String,
    /// 12 to 128 characters.
    #[validate(length(min = 12, max = 128, message = "Use 12 to 128 characters."))]
    pub password: String,
}

/// Whether the product waits for its first owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SetupStatus {
    /// True while no user exists.
    pub needed: bool,
    /// The demo's log-in, when this is the demo: it is shown on the log-in page.
    pub demo: Option<DemoLogin>,
}

/// The log-in of the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DemoLogin {
    /// E-mail.
    pub email: String,
    /// Password.
    pub password: String,
}

/// A fresh access token. The refresh token comes as an HttpOnly cookie.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LoginReply {
    /// For `Authorization: Bearer`.
    pub access_token: String,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// Who you are.
    pub user: User,
}

/// A member of staff, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UserRef {
    /// Who.
    pub id: UserId,
    /// Their name.
    pub name: String,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Role.
    pub role: Role,
    /// What the role allows.
    pub permissions: Vec<Permission>,
}

/// A log-in on one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// The browser, as it named itself.
    pub user_agent: Option<String>,
    /// The address of the last refresh.
    pub address: Option<String>,
    /// Logged in.
    pub created_at: DateTime<Utc>,
    /// Last refresh.
    pub last_seen_at: DateTime<Utc>,
    /// The one that asks.
    pub current: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_widen_from_viewer_to_owner() {
        for p in Permission::ALL {
            assert!(Role::Owner.may(*p));
            assert!(!Role::Viewer.may(*p) || Role::Support.may(*p), "{p}: support has all a viewer has");
            let reads = p.as_str().ends_with(":read");
            assert!(
                !reads || !Role::Support.may(*p) || Role::Analyst.may(*p),
                "{p}: an analyst reads all that support reads"
            );
            assert!(reads || !Role::Analyst.may(*p), "{p}: an analyst changes nothing");
        }
        assert!(!Role::Viewer.may(Permission::StripeWrite));
        assert!(!Role::Analyst.may(Permission::PlansWrite));
    }
}
