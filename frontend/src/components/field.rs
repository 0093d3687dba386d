//! Form fields: a label that is always visible, a hint, an error that is tied to its input.

use super::Icon;
use crate::api::ApiError;
use crate::glance::{Glance, live};
use crate::labels::Choice;
use chrono::{DateTime, Local, NaiveDateTime, TimeZone, Utc};
use leptos::prelude::*;

/// The errors of a form's fields, by the names that the API has for them; and the names of the fields that show theirs.
#[derive(Clone, Copy)]
pub struct FormErrors(pub RwSignal<Option<ApiError>>, StoredValue<Vec<Signal<String>>>);

impl FormErrors {
    /// No errors yet.
    pub fn new() -> Self {
        Self(RwSignal::new(None), StoredValue::new(Vec::new()))
    }

    /// What is wrong with a field.
    pub fn of(self, field: &'static str) -> Signal<Option<String>> {
        self.named(Signal::stored(field.to_owned()))
    }

    /// The same of a field whose name changes.
    pub fn named(self, field: Signal<String>) -> Signal<Option<String>> {
        self.1.update_value(|shown| {
            // Fields that are gone do not show anything any more.
            shown.retain(|other| other.try_get_untracked().is_some());
            shown.push(field);
        });
        Signal::derive(move || self.0.glance(|e| e.as_ref().and_then(|e| e.field(&field.get()))))
    }

    /// What is shown above the form: what is wrong with none of the fields, or with one that is not there to show it.
    pub fn general(self) -> Signal<Option<ApiError>> {
        Signal::derive(move || {
            let error = self.0.get()?;
            let shown: Vec<String> =
                self.1.get_value().into_iter().filter_map(|name| name.try_get_untracked()).collect();
            above_the_form(error, &shown)
        })
    }
}

/// The part of an error that the fields with these names do not show.
fn above_the_form(mut error: ApiError, shown: &[String]) -> Option<ApiError> {
    if error.0.errors.is_empty() {
        return Some(error);
    }
    error.0.errors.retain(|one| !shown.contains(&one.field));
    let unseen: Vec<&str> = error.0.errors.iter().map(|one| one.message.as_str()).collect();
    let detail = unseen.join(" ");
    error.0.detail = detail;
    (!error.0.errors.is_empty()).then_some(error)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::FieldError;

    #[test]
    fn what_no_field_shows_is_said_above_the_form() {
        let wrong = |field: &str| FieldError::new(field, "invalid", format!("Wrong {field}."));
        let error = ApiError::of_fields(vec![wrong("price_id"), wrong("item_price_id"), wrong("proration")]);
        let shown = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let said = |names: &[&str]| above_the_form(error.clone(), &shown(names)).map(|e| e.detail().to_owned());
        assert_eq!(said(&["price_id"]).as_deref(), Some("Wrong item_price_id. Wrong proration."));
        assert_eq!(said(&["price_id", "item_price_id", "proration"]), None);
        let plain = ApiError::unreachable();
        assert_eq!(above_the_form(plain.clone(), &shown(&["price_id"])), Some(plain));
    }
}
