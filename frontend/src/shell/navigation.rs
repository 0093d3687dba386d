//! Where the navigation leads: only what works, and only what the role may see.

use crate::routes;
use crate::session::Session;
use crm_types::accounts::Permission;

/// An entry of the navigation.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its name on the phone's tab bar.
    pub short: &'static str,
    /// Its icon.
    pub icon: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Who may see it.
    pub permission: Permission,
    /// The key after `g`.
    pub key: &'static str,
}

/// Entries with a heading; the first group has none.
pub type Group = (&'static str, &'static [Entry]);

/// The navigation in order.
pub const GROUPS: &[Group] = &[
    ("", &[entry("Dashboard", "Home", "grid", routes::DASHBOARD, Permission::AnalyticsRead, "d")]),
    (
        "People",
        &[
            entry("Customers", "People", "users", routes::CUSTOMERS, Permission::CustomersRead, "c"),
            entry("Organizations", "Orgs", "building", routes::ORGANIZATIONS, Permission::OrganizationsRead, "o"),
            entry("Coaches", "Coaches", "coach", routes::COACHES, Permission::CustomersRead, "h"),
        ],
    ),
    (
        "Money",
        &[
            entry("Subscriptions", "Subs", "card", routes::SUBSCRIPTIONS, Permission::SubscriptionsRead, "s"),
            entry("Plans", "Plans", "tag", routes::PLANS, Permission::PlansRead, "p"),
            entry("Transactions", "Money", "coins", routes::TRANSACTIONS, Permission::TransactionsRead, "t"),
            entry("Revenue shares", "Shares", "share", routes::REVENUE, Permission::RevenueRead, "r"),
            entry("MRR movements", "MRR", "chart", routes::MRR_MOVEMENTS, Permission::SubscriptionsRead, "m"),
        ],
    ),
    (
        "Insight",
        &[
            entry("Finance", "Finance", "coins", routes::FINANCE, Permission::AnalyticsRead, "f"),
            entry("Analytics", "Figures", "trendup", routes::ANALYTICS, Permission::AnalyticsRead, "a"),
        ],
    ),
];

const fn entry(
    name: &'static str,
    short: &'static str,
    icon: &'static str,
    href: &'static str,
    permission: Permission,
    key: &'static str,
) -> Entry {
    Entry { name, short, icon, href, permission, key }
}

/// The groups that have something for the user.
pub fn groups(session: Session) -> Vec<(&'static str, Vec<Entry>)> {
    GROUPS
        .iter()
        .map(|(name, entries)| {
            (*name, entries.iter().copied().filter(|e| session.may(e.permission)).collect::<Vec<_>>())
        })
        .filter(|(_, entries)| !entries.is_empty())
        .collect()
}

/// What the page with this path is called.
pub fn name_of(path: &str) -> Option<&'static str> {
    GROUPS.iter().flat_map(|(_, entries)| *entries).find(|entry| entry.href == path).map(|entry| entry.name)
}

/// Whether an entry leads to where the reader is: its page, or one below it.
pub fn is_current(entry: &str, path: &str) -> bool {
    match entry {
        routes::DASHBOARD => path == entry,
        _ => path == entry || path.strip_prefix(entry).is_some_and(|rest| rest.starts_with('/')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_entry_is_the_page_or_the_one_above() {
        for (entry, path, current) in [
            ("/", "/", true),
            ("/", "/customers", false),
            ("/customers", "/customers", true),
            ("/customers", "/customers/1", true),
            ("/customers", "/customers-old", false),
            ("/settings", "/settings/stripe", true),
            ("/", "/dashboard/finance", false),
            ("/dashboard/finance", "/dashboard/finance", true),
            ("/analytics", "/analytics/streams", true),
        ] {
            assert_eq!(is_current(entry, path), current, "{entry} {path}");
        }
    }

    #[test]
    fn no_key_leads_to_two_pages() {
        let mut keys: Vec<_> = GROUPS.iter().flat_map(|(_, entries)| entries.iter().map(|e| e.key)).collect();
        let all = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), all);
    }
}
