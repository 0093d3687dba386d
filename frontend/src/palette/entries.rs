//! What the palette offers: pages, views, people, organizations, actions.

use super::matching::rank;
use crate::browser;
use crate::components::Notes;
use crate::labels;
use crate::list::Lead;
use crate::pages::settings;
use crate::recent;
use crate::routes;
use crate::session::Session;
use crate::shell::{PageAction, Theme, navigation};
use crm_types::accounts::Permission;
use crm_types::customers::Customer;
use crm_types::organizations::Organization;
use crm_types::plans::Plan;
use crm_types::views::SavedView;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// What choosing an entry does. It outlives the palette, which is closed by then.
#[derive(Clone)]
pub enum Does {
    /// Opens a page.
    Goes(String),
    /// Anything else.
    Acts(Arc<dyn Fn() + Send + Sync>),
}

/// An entry.
#[derive(Clone)]
pub struct Entry {
    /// The heading that it stands below.
    pub group: &'static str,
    /// An icon.
    pub icon: &'static str,
    /// A name, or a verb with an object.
    pub label: String,
    /// What else is known of it.
    pub hint: String,
    /// Its keys elsewhere.
    pub keys: Vec<&'static str>,
    /// What it does.
    pub does: Does,
    /// Why it cannot be done, if so.
    pub denied: Option<String>,
}

impl Entry {
    fn page(group: &'static str, icon: &'static str, label: impl Into<String>, href: impl Into<String>) -> Self {
        let (label, hint, keys) = (label.into(), String::new(), Vec::new());
        Self { group, icon, label, hint, keys, does: Does::Goes(href.into()), denied: None }
    }

    fn action(icon: &'static str, label: impl Into<String>, act: impl Fn() + Send + Sync + 'static) -> Self {
        Self { does: Does::Acts(Arc::new(act)), ..Self::page("Actions", icon, label, "") }
    }
}

/// What an entry may need.
#[derive(Clone, Copy)]
pub struct Means {
    pub session: Session,
    pub toasts: Notes,
    pub theme: Theme,
    pub shortcuts: RwSignal<bool>,
}

/// What the server found.
#[derive(Default)]
pub struct FoundThere {
    pub people: Vec<Customer>,
    pub organizations: Vec<Organization>,
    pub plans: Vec<Plan>,
}

/// Entries that the text finds, the best of each group first. Without a text what was opened last stands on top.
pub fn all(
    means: Means,
    of_page: Vec<PageAction>,
    views: Vec<SavedView>,
    found: &FoundThere,
    text: &str,
) -> Vec<Entry> {
    let text = text.trim();
    let mut entries = Vec::new();
    if text.is_empty() {
        entries.extend(recent::all().into_iter().map(|(path, title)| Entry::page("Recent", "clock", title, path)));
    }
    // The server found them, also by what is not shown here.
    entries.extend(found.people.iter().map(person));
    entries.extend(found.organizations.iter().map(organization));
    entries.extend(found.plans.iter().map(plan));
    let mut rest: Vec<Entry> = of_page.into_iter().map(of_this_page).collect();
    rest.extend(actions(means));
    rest.extend(pages(means.session));
    rest.extend(views.into_iter().map(view));
    let mut ranked: Vec<(usize, Entry)> = rest.into_iter().filter_map(|e| Some((rank(&e.label, text)?, e))).collect();
    if !text.is_empty() {
        // Stable: groups keep their order among equals.
        ranked.sort_by_key(|(rank, entry)| (group_order(entry.group), *rank));
    }
    entries.extend(ranked.into_iter().map(|(_, entry)| entry));
    entries
}

fn group_order(group: &str) -> usize {
    ["On this page", "Pages", "Actions", "Saved views"].iter().position(|g| *g == group).unwrap_or_default()
}

fn person(customer: &Customer) -> Entry {
    let lead = Lead::person(
        customer.name.as_deref(),
        customer.email.as_deref(),
        customer.phone.as_deref().unwrap_or("No name"),
    );
    let hint = [lead.sub.as_str(), labels::lifecycle(customer.lifecycle_state)];
    let hint = hint.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" · ");
    Entry { hint, ..Entry::page("People", "user", lead.title, routes::customer(customer.id)) }
}

fn organization(organization: &Organization) -> Entry {
    let kind = labels::organization_kind(organization.kind);
    let hint = format!("{kind} · {}", labels::organization_status(organization.status));
    let href = routes::organization(organization.id);
    Entry { hint, ..Entry::page("Organizations", "building", organization.name.clone(), href) }
}

fn plan(plan: &Plan) -> Entry {
    let hint = labels::counted(plan.subscribers, "subscriber", "subscribers");
    Entry { hint, ..Entry::page("Plans", "tag", plan.name.clone(), routes::plan(&plan.id)) }
}

fn of_this_page(action: PageAction) -> Entry {
    let press = action.press;
    let entry = Entry::action(action.icon, action.label, move || press.run(()));
    Entry { group: "On this page", denied: action.denied, ..entry }
}

fn pages(session: Session) -> Vec<Entry> {
    let main = navigation::groups(session).into_iter().flat_map(|(_, entries)| entries);
    let main = main.map(|e| Entry { keys: vec!["g", e.key], ..Entry::page("Pages", e.icon, e.name, e.href) });
    let settings = settings::tabs(session).into_iter().map(|(href, name)| {
        let hint = "Settings".to_owned();
        Entry { hint, ..Entry::page("Pages", "gear", name, href) }
    });
    main.chain(settings).collect()
}

fn view(view: SavedView) -> Entry {
    let title = navigation::name_of(&view.list).unwrap_or_default().to_owned();
    Entry { hint: title, ..Entry::page("Saved views", "rows", view.name, format!("{}?view={}", view.list, view.id)) }
}

fn actions(means: Means) -> Vec<Entry> {
    let Means { session, toasts, theme, shortcuts } = means;
    let create = Entry { group: "Actions", ..Entry::page("Actions", "plus", "Create customer", routes::NEW_CUSTOMER) };
    let copy = move || {
        spawn_local(async move {
            match browser::copy(&window().location().href().unwrap_or_default()).await {
                true => toasts.done("Link copied"),
                false => toasts.failed("The browser did not allow copying. Copy the address of this page instead."),
            }
        });
    };
    let leave = move || {
        spawn_local(async move {
            if let Err(error) = session.log_out(false).await {
                toasts.failed(format!("Not logged out: {}", error.detail()));
            }
        });
    };
    vec![
        Entry { denied: session.denied(Permission::CustomersWrite), ..create },
        Entry::action("share", "Copy link to this page", copy),
        Entry { hint: format!("Now {}", theme.name()), ..Entry::action("theme", "Toggle theme", move || theme.turn()) },
        Entry { keys: vec!["?"], ..Entry::action("help", "Show keyboard shortcuts", move || shortcuts.set(true)) },
        Entry::action("login", "Log out", leave),
    ]
}
