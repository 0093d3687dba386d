//! A row as plain data, and how it is drawn.

use crate::components::{Avatar, Badge, Moment};
use crate::format::{self, MISSING};
use crate::glance::live;
use crate::labels::Tone;
use chrono::{DateTime, Utc};
use crm_types::Money;
use leptos::prelude::*;

/// What a row is about: its first cell.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lead {
    /// Name.
    pub title: String,
    /// The line below.
    pub sub: String,
    /// Whether two letters of the name stand before it.
    pub avatar: bool,
}

/// A cell after the first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Cell {
    /// Words; an en dash when empty.
    Text(String),
    /// Words with a line below.
    Two(String, String),
    /// A kind.
    Kind(String),
    /// A state with its tone.
    State(Tone, String),
    /// An amount; an en dash for none.
    Money(Option<Money>),
    /// A signed amount, coloured by its sign.
    Change(Money),
    /// A day, exact on hover.
    Day(Option<DateTime<Utc>>),
    /// A day and time.
    Moment(Option<DateTime<Utc>>),
    /// A count.
    Count(i64),
    /// A name or id of another system.
    Code(String),
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Row {
    /// Its id, which `peek` in the address names as well.
    pub id: String,
    /// The page it leads to; empty for none.
    pub href: String,
    /// The first cell.
    pub lead: Lead,
    /// The others, as many as there are columns after the first.
    pub cells: Vec<Cell>,
}

impl Cell {
    /// Words that may be missing.
    pub fn maybe(text: Option<impl Into<String>>) -> Self {
        Self::Text(text.map(Into::into).unwrap_or_default())
    }

    /// Draws it.
    pub fn view(self) -> AnyView {
        match self {
            Self::Text(text) if text.is_empty() => view! { <span class="muted">{MISSING}</span> }.into_any(),
            Self::Text(text) => text.into_any(),
            Self::Two(text, sub) => view! { <span>{text}<span class="sub">{sub}</span></span> }.into_any(),
            Self::Kind(text) => view! { <Badge text=text/> }.into_any(),
            Self::State(tone, text) => view! { <Badge text=text tone=tone dot=true/> }.into_any(),
            Self::Money(Some(amount)) => format::money(amount).into_any(),
            Self::Money(None) => view! { <span class="muted">{MISSING}</span> }.into_any(),
            Self::Change(amount) => {
                let class = match amount.minor {
                    1.. => "pos",
                    0 => "",
                    _ => "neg",
                };
                view! { <span class=class>{format::signed_money(amount)}</span> }.into_any()
            }
            Self::Day(at) => view! { <Moment at=at/> }.into_any(),
            Self::Moment(at) => view! { <Moment at=at exact=true/> }.into_any(),
            Self::Count(n) => format::count(n).into_any(),
            Self::Code(text) if text.is_empty() => view! { <span class="muted">{MISSING}</span> }.into_any(),
            Self::Code(text) => view! { <span class="mono">{text}</span> }.into_any(),
        }
    }
}

impl Lead {
    /// A person or company.
    pub fn person(name: Option<&str>, email: Option<&str>, fallback: &str) -> Self {
        let title = name.or(email).unwrap_or(fallback).to_owned();
        let sub = match (name, email) {
            (Some(_), Some(email)) => email.to_owned(),
            _ => fallback.to_owned(),
        };
        let sub = if sub == title { String::new() } else { sub };
        Self { title, sub, avatar: true }
    }

    /// Something else.
    pub fn thing(title: impl Into<String>, sub: impl Into<String>) -> Self {
        Self { title: title.into(), sub: sub.into(), avatar: false }
    }

    /// Draws it, with the name as the row's link.
    pub fn view(self, href: String, current: Signal<bool>) -> impl IntoView {
        let avatar = self.avatar.then(|| view! { <Avatar name=self.title.clone()/> });
        let title = self.title;
        let name = match href.is_empty() {
            true => view! { <span class="who__name">{title}</span> }.into_any(),
            false => view! {
                <a class="who__name" href=href data-noscroll="" aria-current=live(move || current.get().then_some("true"))>{title}</a>
            }
            .into_any(),
        };
        view! {
            <div class="who">
                {avatar}
                <div class="who__text">
                    {name}
                    {(!self.sub.is_empty()).then(|| view! { <span class="who__sub">{self.sub}</span> })}
                </div>
            </div>
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_called_by_what_is_known() {
        for (name, email, title, sub) in [
            (Some("Dana"), Some("d@x.io"), "Dana", "d@x.io"),
            (Some("Dana"), None, "Dana", "cus_1"),
            (None, Some("d@x.io"), "d@x.io", "cus_1"),
            (None, None, "cus_1", ""),
        ] {
            let lead = Lead::person(name, email, "cus_1");
            assert_eq!((lead.title.as_str(), lead.sub.as_str()), (title, sub));
        }
    }
}
