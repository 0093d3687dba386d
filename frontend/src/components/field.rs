//! Form fields: a label that is always visible, a hint, an error that is tied to its input.

use super::Icon;
use crate::api::ApiError;
use crate::glance::{Glance, live};
use crate::labels::Choice;
use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use leptos::prelude::*;

/// The errors of a form's fields, by the names that the API has for them.
#[derive(Clone, Copy)]
pub struct FormErrors(pub RwSignal<Option<ApiError>>);

impl FormErrors {
    /// No errors yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None))
    }

    /// What is wrong with a field.
    pub fn of(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.0.glance(|e| e.as_ref().and_then(|e| e.field(field))))
    }

    /// What is wrong with none of the fields: shown above the form.
    pub fn general(self) -> Signal<Option<ApiError>> {
        Signal::derive(move || self.0.get().filter(|e| e.0.errors.is_empty()))
    }
}

impl Default for FormErrors {
    fn default() -> Self {
        Self::new()
    }
}

/// A line of text.
#[component]
pub fn Field(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The label.
    label: &'static str,
    /// The text.
    value: RwSignal<String>,
    /// `text`, `email`, `password`.
    #[prop(default = "text")]
    kind: &'static str,
    /// What the browser may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// A sentence below.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it can't be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                class="input"
                id=id.clone()
                name=id.clone()
                type=kind
                autocomplete=autocomplete
                prop:value=value
                on:input=move |ev| value.set(event_target_value(&ev))
                prop:disabled=disabled
                aria-invalid=invalid(error)
                aria-describedby=format!("{id}-note")
            />
            <FieldNote id=id hint=hint error=error/>
        </div>
    }
}

/// What a field of the kind `datetime-local` holds, in the reader's time zone.
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let local = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok())?;
    Some(Local.from_local_datetime(&local).earliest()?.to_utc())
}

/// One of some values.
#[component]
pub fn Select(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    /// The label.
    label: &'static str,
    /// The chosen value.
    #[prop(into)]
    value: Signal<String>,
    /// What can be chosen; a value that is not among them is shown as it is.
    choices: Vec<Choice>,
    /// What no choice is called; `None` when there must be one.
    #[prop(optional, into)]
    none: Option<&'static str>,
    /// Chosen.
    #[prop(into)]
    on_change: Callback<String>,
    /// A sentence below.
    #[prop(optional)]
    hint: Option<&'static str>,
    /// What is wrong with it.
    #[prop(optional, into)]
    error: Signal<Option<String>>,
    /// Whether it can't be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let known: Vec<&'static str> = choices.iter().map(|(v, _)| *v).collect();
    let foreign = move || {
        let value = value.get();
        (!value.is_empty() && !known.contains(&value.as_str())).then(|| {
            view! { <option value=value.clone() selected=true>{value.clone()}</option> }
        })
    };
    let options = choices
        .into_iter()
        .map(|(v, text)| view! { <option value=v selected=live(move || value.get() == v)>{text}</option> })
        .collect_view();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <select
                class="input"
                id=id.clone()
                prop:disabled=disabled
                on:change=move |ev| on_change.run(event_target_value(&ev))
                aria-invalid=invalid(error)
                aria-describedby=format!("{id}-note")
            >
                {none.map(|text| view! { <option value="" selected=live(move || value.get().is_empty())>{text}</option> })}
                {options}
                {foreign}
            </select>
            <FieldNote id=id hint=hint error=error/>
        </div>
    }
}

/// Yes or no.
#[component]
pub fn Check(
    /// The label.
    #[prop(into)]
    label: String,
    /// Whether it is on.
    #[prop(into)]
    checked: Signal<bool>,
    /// Switched.
    #[prop(into)]
    on_change: Callback<bool>,
    /// Whether it can't be changed.
    #[prop(optional, into)]
    disabled: Signal<bool>,
) -> impl IntoView {
    view! {
        <label class="check-label">
            <input
                class="check-box"
                type="checkbox"
                prop:checked=checked
                prop:disabled=disabled
                on:change=move |ev| on_change.run(event_target_checked(&ev))
            />
            {label}
        </label>
    }
}

pub(super) fn invalid(error: Signal<Option<String>>) -> Signal<Option<&'static str>> {
    live(move || error.get().map(|_| "true"))
}

/// Below an input: what is wrong, else the hint.
#[component]
pub fn FieldNote(
    /// The input's id.
    id: String,
    /// The hint.
    hint: Option<&'static str>,
    /// What is wrong.
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div id=format!("{id}-note")>
            {move || match error.get() {
                Some(error) => Some(view! {
                    <p class="field__error"><Icon name="alert" small=true/><span>{error}</span></p>
                }.into_any()),
                None => hint.map(|hint| view! { <p class="field__hint">{hint}</p> }.into_any()),
            }}
        </div>
    }
}
