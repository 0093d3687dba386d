//! One of the staff.

use super::field::{FieldNote, invalid};
use crate::api::users::{USERS, Users};
use crate::query::use_query;
use crm_types::users::UserState;
use leptos::prelude::*;

/// Chooses a colleague. Who is kept out can only stay chosen.
#[component]
pub fn UserSelect(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The label.
    label: &'static str,
    /// The chosen one's id; empty for nobody.
    #[prop(into)]
    value: Signal<String>,
    /// What nobody is called.
    none: &'static str,
    /// Chosen.
    #[prop(into)]
    on_change: Callback<String>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let query = use_query::<Users>(|| Some(USERS.into()));
    let options = move || {
        let chosen = value.get();
        let users = query.get().map(|users| users.items).unwrap_or_default();
        let known = users.iter().any(|user| user.id.to_string() == chosen);
        let option = |id: String, name: String| {
            let selected = id == chosen;
            view! { <option value=id selected=selected>{name}</option> }
        };
        let foreign = (!known && !chosen.is_empty()).then(|| option(chosen.clone(), "…".into()));
        let offered = users.into_iter().filter_map(|user| {
            let id = user.id.to_string();
            match user.state {
                UserState::Disabled if id != chosen => None,
                UserState::Disabled => Some(option(id, format!("{} (disabled)", user.name))),
                _ => Some(option(id, user.name)),
            }
        });
        let offered = offered.collect_view();
        view! { <option value="" selected=chosen.is_empty()>{none}</option>{foreign}{offered} }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select class="input" id=id.clone() on:change=move |ev| on_change.run(event_target_value(&ev))
                aria-invalid=invalid(error) aria-describedby=format!("{id}-note")>
                {options}
            </select>
            <FieldNote id=id hint=None error=error/>
        </div>
    }
}
