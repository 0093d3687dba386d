//! What a customer says about themselves: the active version, the earlier ones, and a form for the next.

use crate::api::{customers, profiles};
use crate::components::{
    ActionButton, Dialog, DialogForm, ErrorBox, ErrorNote, Field, FormErrors, Icon, Moment, Sending, SkeletonCard,
    use_toasts,
};
use crate::glance::drawn;
use crate::query::{Query, changed, use_query};
use crate::realtime::use_realtime;
use crate::routes;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::profiles::{FieldKind, NewProfile, Profile, ProfileField, ProfileFields, Profiles};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;

/// The section.
#[component]
pub fn Answers(id: Memo<String>) -> impl IntoView {
    let fields = use_query::<ProfileFields>(|| Some(profiles::FIELDS.to_owned()));
    let query =
        use_query::<Profiles>(move || Some(profiles::of_customer(id.get()))).refresh_on(use_realtime().billing());
    let retry = Callback::new(move |()| {
        fields.refresh();
        query.refresh();
    });
    let error = Signal::derive(move || query.error().get().or_else(|| fields.error().get()));
    view! {
        <section class="card" aria-labelledby="answers">
            <header class="card__head card__head--line">
                <h2 id="answers">"In their own words"</h2>
                <span class="end"><NewVersion id=id fields=fields query=query/></span>
            </header>
            {drawn(move || match (fields.get(), query.get(), error.get()) {
                (Some(fields), Some(all), _) => versions(id, &fields, all.items, query),
                (.., Some(error)) => view! { <ErrorBox what="Profile" error=error on_retry=retry/> }.into_any(),
                _ => view! { <SkeletonCard label="Loading the profile"/> }.into_any(),
            })}
        </section>
    }
}

fn versions(id: Memo<String>, fields: &ProfileFields, all: Vec<Profile>, query: Query<Profiles>) -> AnyView {
    if fields.items.is_empty() && all.is_empty() {
        return view! {
            <p class="card__body muted">
                "No questions are declared yet. "<a href=routes::SETTINGS_PROFILE>"Declare what you want to know"</a>"."
            </p>
        }
        .into_any();
    }
    let (active, others): (Vec<Profile>, Vec<Profile>) = all.into_iter().partition(|profile| profile.active);
    let told = match active.into_iter().next() {
        Some(profile) => view! { <Told fields=fields.clone() profile=profile/> }.into_any(),
        None => view! { <p class="card__body muted">"Nothing was written down so far."</p> }.into_any(),
    };
    let earlier = (!others.is_empty()).then(|| {
        let item = |profile: Profile| view! { <Earlier id=id fields=fields.clone() profile=profile query=query/> };
        view! { <ul class="memos">{others.into_iter().map(item).collect_view()}</ul> }
    });
    view! { {told}{earlier} }.into_any()
}

#[component]
fn Told(fields: ProfileFields, profile: Profile) -> impl IntoView {
    let (percent, at) = (profile.completion_percent, profile.created_at);
    let version = format!("Version {}, {} · ", profile.number, profile.author);
    view! {
        <div class="card__body stack stack--2">
            {percent.map(|percent| view! {
                <div class="row">
                    <progress class="progress" max="100" value=percent.to_string() aria-label="Completion"></progress>
                    <span class="small muted">{format!("{percent}%")}</span>
                </div>
            })}
            <Said fields=fields profile=profile/>
            <p class="small muted">{version}<Moment at=Some(at)/></p>
        </div>
    }
}

/// All that a version holds.
#[component]
fn Said(fields: ProfileFields, profile: Profile) -> impl IntoView {
    let or_missing = |text: Option<String>| text.unwrap_or_else(|| crate::format::MISSING.into());
    let answers = fields
        .items
        .into_iter()
        .map(|field| {
            let answer = profile.answers.get(&field.key).map(|answer| shown(answer, &field));
            view! { <dt>{field.label}</dt><dd class="wrap">{or_missing(answer)}</dd> }
        })
        .collect_view();
    view! {
        <dl class="kv">
            <dt>"Name"</dt><dd>{or_missing(profile.name)}</dd>
            <dt>"Phone"</dt><dd>{or_missing(profile.phone)}</dd>
            {answers}
        </dl>
    }
}

/// A version that does not count now: what it would bring back can be looked at before.
#[component]
fn Earlier(id: Memo<String>, fields: ProfileFields, profile: Profile, query: Query<Profiles>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = Signal::stored(session.denied(Permission::CustomersWrite));
    let (number, at) = (profile.number, profile.created_at);
    let version = format!("Version {number}, {} · ", profile.author);
    let busy = RwSignal::new(false);
    let activate = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            let customer = id.get_untracked();
            match profiles::activate(session, &customer, number).await {
                Ok(()) => {
                    toasts.done(format!("Version {number} is active"));
                    changed(&customers::customer(&customer));
                }
                Err(error) => toasts.failed(format!("Version {number} is not active: {}", error.detail())),
            }
            busy.try_set(false);
            query.refresh();
        });
    });
    view! {
        <li class="memo">
            <div class="row small muted">
                <span>{version}<Moment at=Some(at)/></span>
                <span class="end"><ActionButton label=format!("Use version {number}") class="btn--ghost btn--sm" busy=busy denied=denied on_press=activate/></span>
            </div>
            <details class="as-table">
                <summary><Icon name="right" small=true/>{format!("What version {number} says")}</summary>
                <Said fields=fields profile=profile/>
            </details>
        </li>
    }
}

#[component]
fn NewVersion(id: Memo<String>, fields: Query<ProfileFields>, query: Query<Profiles>) -> impl IntoView {
    let open = RwSignal::new(false);
    let denied = Signal::stored(use_session().denied(Permission::CustomersWrite));
    view! {
        <ActionButton label="Write down".to_owned() class="btn--sm" denied=denied on_press=Callback::new(move |()| open.set(true))/>
        <Dialog id="new-profile" title=Signal::stored("What they say".to_owned()) open=open>
            {move || untrack(|| fields.get()).map(|fields| {
                let active = untrack(|| query.map(|all| all.items.iter().find(|p| p.active).cloned())).flatten();
                view! { <Form id=id fields=fields active=active open=open query=query/> }
            })}
        </Dialog>
    }
}

#[component]
fn Form(
    id: Memo<String>,
    fields: ProfileFields,
    active: Option<Profile>,
    open: RwSignal<bool>,
    query: Query<Profiles>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let said = |text: fn(&Profile) -> Option<String>| RwSignal::new(active.as_ref().and_then(text).unwrap_or_default());
    let (name, phone) = (said(|p| p.name.clone()), said(|p| p.phone.clone()));
    let inputs: Vec<(ProfileField, RwSignal<String>)> = fields
        .items
        .into_iter()
        .map(|field| {
            let answer = active.as_ref().and_then(|profile| profile.answers.get(&field.key));
            let text = RwSignal::new(answer.map(typed).unwrap_or_default());
            (field, text)
        })
        .collect();
    let errors = FormErrors::new();
    let rows = inputs
        .iter()
        .map(|(field, text)| view! { <Answer field=field.clone() text=*text errors=errors/> })
        .collect_view();
    let inputs = StoredValue::new(inputs);
    let send = move |()| -> Sending {
        let given = |text: RwSignal<String>| Some(text.get_untracked()).filter(|text| !text.trim().is_empty());
        let answers = inputs.with_value(|inputs| {
            inputs
                .iter()
                .filter_map(|(field, text)| Some((field.key.clone(), parsed(&given(*text)?, field.kind))))
                .collect()
        });
        let new = NewProfile { name: given(name), phone: given(phone), answers, active: true };
        let customer = id.get_untracked();
        Box::pin(async move {
            let profile = profiles::write(session, &customer, &new).await?;
            toasts.done(format!("Version {} written down", profile.number));
            changed(&customers::customer(&customer));
            query.refresh();
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Save as new version" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <div class="fields-2">
                <Field id="profile-name" label="Name" value=name error=errors.of("name")
                    hint="When given, they are called so everywhere here."/>
                <Field id="profile-phone" label="Phone" kind="tel" value=phone error=errors.of("phone")
                    hint="When given, it is their phone everywhere here."/>
            </div>
            {rows}
        </DialogForm>
    }
}

/// The input of a declared field.
#[component]
fn Answer(field: ProfileField, text: RwSignal<String>, errors: FormErrors) -> impl IntoView {
    let id = format!("answer-{}", field.key);
    let error = errors.named(Signal::stored(format!("answers.{}", field.key)));
    let set = move |ev| text.set(event_target_value(&ev));
    let note = format!("{id}-note");
    let described = note.clone();
    let options = |options: Vec<(String, String)>| {
        let option = |(value, label): (String, String)| {
            let chosen = text.get_untracked() == value;
            view! { <option value=value selected=chosen>{label}</option> }
        };
        let none = std::iter::once((String::new(), "Not answered".to_owned()));
        none.chain(options).map(option).collect_view()
    };
    let input = match field.kind {
        FieldKind::LongText => view! {
            <textarea class="input" id=id.clone() rows="3" aria-describedby=described prop:value=text on:input=set></textarea>
        }
        .into_any(),
        FieldKind::Choice | FieldKind::YesNo => {
            let choices: Vec<(String, String)> = match field.kind {
                FieldKind::YesNo => vec![("true".into(), "Yes".into()), ("false".into(), "No".into())],
                _ => field.options.into_iter().map(|option| (option.clone(), option)).collect(),
            };
            view! { <select class="input" id=id.clone() aria-describedby=described on:change=set>{options(choices)}</select> }
                .into_any()
        }
        kind => {
            let kind = match kind {
                FieldKind::Number => "number",
                FieldKind::Date => "date",
                _ => "text",
            };
            view! { <input class="input" id=id.clone() type=kind step="any" aria-describedby=described prop:value=text on:input=set/> }
                .into_any()
        }
    };
    view! {
        <div class="field">
            <label for=id.clone()>{field.label}</label>
            {input}
            <p class="field__error" id=note>{error}</p>
        </div>
    }
}

/// An answer as the form holds it.
fn typed(answer: &Value) -> String {
    match answer {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What was typed, as the API takes it. What does not fit goes as it is, and comes back with a sentence.
fn parsed(text: &str, kind: FieldKind) -> Value {
    match kind {
        FieldKind::Number | FieldKind::YesNo => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => text.into(),
    }
}

/// An answer for people.
fn shown(answer: &Value, field: &ProfileField) -> String {
    match (field.kind, answer) {
        (FieldKind::YesNo, Value::Bool(yes)) => if *yes { "Yes" } else { "No" }.to_owned(),
        (FieldKind::Date, Value::String(day)) => day.parse().map(crate::format::day).unwrap_or_else(|_| day.clone()),
        (_, answer) => typed(answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_come_back_as_they_were_typed() {
        for (text, kind) in [
            ("71.5", FieldKind::Number),
            ("true", FieldKind::YesNo),
            ("a \"b\"", FieldKind::Text),
            ("12", FieldKind::Text),
        ] {
            assert_eq!(typed(&parsed(text, kind)), text);
        }
        assert_eq!(parsed("12", FieldKind::Number), Value::from(12));
        assert_eq!(parsed("heavy", FieldKind::Number), Value::from("heavy"), "the API says what is wrong with it");
        assert_eq!(parsed("12", FieldKind::Text), Value::from("12"));
    }
}
