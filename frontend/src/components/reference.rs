//! What refers to something else by its id, and shows its name.

use crate::glance::live;
use crate::query::use_query;
use leptos::prelude::*;
use serde::Deserialize;

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Customers.
    Customers,
    /// Organizations.
    Organizations,
    /// Plans.
    Plans,
}

impl Target {
    /// The API's list.
    pub(super) const fn api(self) -> &'static str {
        match self {
            Self::Customers => "/api/customers",
            Self::Organizations => "/api/organizations",
            Self::Plans => "/api/plans",
        }
    }

    /// What can be typed.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            Self::Customers => "Name, e-mail or phone",
            Self::Organizations => "Name of the organization",
            Self::Plans => "Name of the plan",
        }
    }
}

/// What is chosen: its id and what it is called. No id is nothing, or something that was typed and not chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Reference {
    /// Something.
    pub fn new(id: impl ToString, name: &str) -> Self {
        Self { id: id.to_string(), name: name.to_owned() }
    }

    /// What to say when it was typed, but not chosen.
    pub fn not_taken(&self) -> Option<String> {
        (self.id.is_empty() && !self.name.is_empty())
            .then(|| format!("“{}” was not taken. Choose from the list that opens while you type.", self.name))
    }

    /// As one text, for who keeps texts: an id has no space.
    pub fn to_text(&self) -> String {
        format!("{} {}", self.id, self.name)
    }

    /// Of a text that [`Self::to_text`] made.
    pub fn of_text(text: &str) -> Self {
        text.split_once(' ').map(|(id, name)| Self::new(id, name)).unwrap_or_default()
    }
}

/// What lists have in common, as far as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Found {
    pub id: String,
    pub name: Option<String>,
    pub email: Option<String>,
    phone: Option<String>,
}

impl Found {
    /// What it is called.
    pub fn called(&self) -> String {
        let name = self.name.as_ref().or(self.email.as_ref()).or(self.phone.as_ref());
        name.map_or_else(|| "No name".to_owned(), String::clone)
    }
}

/// What something with this id is called; it is read from the server, and shown as dots until it came.
pub fn use_reference(target: Target, id: Signal<String>) -> Signal<Reference> {
    let query = use_query::<Found>(move || {
        let id = id.get();
        (!id.is_empty()).then(|| format!("{}/{id}", target.api()))
    });
    live(move || {
        let id = id.get();
        let name = query.get().filter(|found| found.id == id).map(|found| found.called());
        let name = name.unwrap_or_else(|| if id.is_empty() { String::new() } else { "…".to_owned() });
        Reference { id, name }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_a_text_and_back() {
        let gym = Reference::new("019a1b2c-0000-7000-8000-000000000021", "Iron Gym & Co");
        assert_eq!(Reference::of_text(&gym.to_text()), gym);
        assert_eq!(gym.not_taken(), None);
        let typed = Reference::new("", "Irn Gym");
        assert_eq!(Reference::of_text(&typed.to_text()), typed);
        assert!(typed.not_taken().is_some_and(|why| why.starts_with("“Irn Gym” was not taken.")));
        let nothing = Reference::default();
        assert_eq!(nothing.not_taken(), None);
        assert_eq!(Reference::of_text(&nothing.to_text()), nothing);
        assert_eq!(Reference::of_text(""), nothing);
    }
}
