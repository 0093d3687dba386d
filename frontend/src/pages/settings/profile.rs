//! What customers are asked about themselves: the declared fields of profiles.

use super::SettingsFrame;
use crate::api::profiles;
use crate::browser;
use crate::components::{
    ActionButton, EmptyState, ErrorBox, ErrorNote, Field, FormErrors, Icon, SkeletonCard, use_toasts,
};
use crate::glance::drawn;
use crate::labels;
use crate::query::{changed, use_query};
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::profiles::{FieldKind, ProfileField, ProfileFields};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn ProfilePage() -> impl IntoView {
    let query = use_query::<ProfileFields>(|| Some(profiles::FIELDS.to_owned()));
    let retry = Callback::new(move |()| query.refresh());
    view! {
        <SettingsFrame tab="Profile">
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(fields), _) => view! { <Editor saved=fields/> }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Profile fields" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading profile fields"/> }.into_any(),
            })}
        </SettingsFrame>
    }
}

/// A field while it is edited. Its key stays what it was, so that answers are found again.
#[derive(Clone, Copy)]
struct Line {
    number: usize,
    key: StoredValue<Option<String>>,
    label: RwSignal<String>,
    kind: RwSignal<FieldKind>,
    options: RwSignal<String>,
}

impl Line {
    fn new(number: usize, field: Option<&ProfileField>) -> Self {
        Self {
            number,
            key: StoredValue::new(field.map(|field| field.key.clone())),
            label: RwSignal::new(field.map(|field| field.label.clone()).unwrap_or_default()),
            kind: RwSignal::new(field.map_or(FieldKind::Text, |field| field.kind)),
            options: RwSignal::new(field.map(|field| field.options.join(", ")).unwrap_or_default()),
        }
    }

    fn field(self, taken: &[String]) -> ProfileField {
        let label = self.label.get();
        let options = self.options.get();
        let options = options.split(',').map(str::trim).filter(|option| !option.is_empty()).map(str::to_owned);
        let kind = self.kind.get();
        ProfileField {
            key: self.key.get_value().unwrap_or_else(|| key_of(&label, taken)),
            label: label.trim().to_owned(),
            kind,
            options: if kind == FieldKind::Choice { options.collect() } else { Vec::new() },
        }
    }
}

/// A key for a new field, made of its label.
fn key_of(label: &str, taken: &[String]) -> String {
    let word: String =
        label.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' }).take(30).collect();
    let word = word.trim_matches('_').to_owned();
    let word = if word.starts_with(|c: char| c.is_ascii_lowercase()) { word } else { format!("field_{word}") };
    let word = word.trim_end_matches('_').to_owned();
    let free = |key: &String| !taken.contains(key);
    let numbered = (2..).map(|n| format!("{word}_{n}"));
    std::iter::once(word.clone()).chain(numbered).find(free).unwrap_or(word)
}

#[component]
fn Editor(saved: ProfileFields) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let denied = session.denied(Permission::SettingsWrite);
    let locked = denied.is_some();
    let lines =
        RwSignal::new(saved.items.iter().enumerate().map(|(n, field)| Line::new(n, Some(field))).collect::<Vec<_>>());
    let next = StoredValue::new(saved.items.len());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let all = move || {
        let mut fields = ProfileFields::default();
        let kept: Vec<String> = lines.get().iter().filter_map(|line| line.key.get_value()).collect();
        for line in lines.get() {
            let taken: Vec<String> = kept.iter().cloned().chain(fields.items.iter().map(|f| f.key.clone())).collect();
            fields.items.push(line.field(&taken));
        }
        fields
    };
    let unchanged = Memo::new(move |_| all() == saved);
    let why_not =
        Signal::derive(move || denied.clone().or_else(|| unchanged.get().then(|| "Nothing has changed.".to_owned())));
    let save = Callback::new(move |()| {
        busy.set(true);
        let fields = untrack(all);
        spawn_local(async move {
            match profiles::declare(session, &fields).await {
                Ok(_) => {
                    errors.0.try_set(None);
                    toasts.done("Profile fields saved");
                    changed(profiles::FIELDS);
                }
                Err(error) => {
                    errors.0.try_set(Some(error));
                    // Its field says what is wrong: that is where the reader goes on.
                    request_animation_frame(|| {
                        if let Some(field) = browser::all(".field-lines [aria-invalid=true]").first() {
                            browser::focus_element(field);
                        }
                    });
                }
            }
            busy.try_set(false);
        });
    });
    let add = move |_| {
        let number = next.get_value();
        next.set_value(number + 1);
        lines.update(|lines| lines.push(Line::new(number, None)));
    };
    view! {
        <section class="card" aria-labelledby="profile-fields">
            <header class="card__head card__head--line">
                <h2 id="profile-fields">"Profile fields"</h2>
                <span class="card__sub">"what customers say about themselves; shown on their page"</span>
            </header>
            <ErrorNote error=errors.general()/>
            <Show when=move || !lines.with(Vec::is_empty) fallback=|| view! {
                <EmptyState icon="user" title="No fields yet" text="Add what you want to know of each customer: a goal, a level, a birthday."/>
            }>
                <ol class="field-lines">
                    <For each=move || lines.get() key=|line| line.number children=move |line| view! {
                        <Edit line=line lines=lines errors=errors locked=locked/>
                    }/>
                </ol>
            </Show>
            <div class="card__foot row row--wrap">
                <button class="btn" type="button" prop:disabled=locked on:click=add><Icon name="plus"/>"Add a field"</button>
                <span class="end"><ActionButton label="Save fields".to_owned() class="btn--primary" on_press=save busy=busy denied=why_not/></span>
            </div>
        </section>
    }
}

#[component]
fn Edit(line: Line, lines: RwSignal<Vec<Line>>, errors: FormErrors, locked: bool) -> impl IntoView {
    let n = line.number;
    let place = move || lines.with(|all| all.iter().position(|other| other.number == n));
    // What is wrong is told by place.
    let wrong = move |what: &'static str| {
        errors.named(Signal::derive(move || format!("items.{}.{what}", place().unwrap_or_default())))
    };
    let remove = move |_| {
        errors.0.set(None);
        lines.update(|all| all.retain(|other| other.number != n));
    };
    let shift = move |by: isize| {
        errors.0.set(None);
        lines.update(|all| {
            let Some(at) = all.iter().position(|other| other.number == n) else { return };
            let to = at.saturating_add_signed(by);
            if to < all.len() {
                all.swap(at, to);
            }
        });
    };
    let name = move || {
        let label = line.label.get();
        if label.trim().is_empty() { "new field".to_owned() } else { label }
    };
    let choice = move || line.kind.get() == FieldKind::Choice;
    let kinds = FieldKind::ALL.iter().map(|kind| {
        view! { <option value=kind.as_str() selected=line.kind.get_untracked() == *kind>{labels::field_kind(*kind)}</option> }
    });
    view! {
        <li class="field-line">
            <Field id=format!("label-{n}") label="Question" value=line.label error=wrong("label") disabled=Signal::stored(locked)/>
            <div class="field">
                <label for=format!("kind-{n}")>"Answer"</label>
                <select class="input" id=format!("kind-{n}") prop:disabled=locked
                    on:change=move |ev| line.kind.set(event_target_value(&ev).parse().unwrap_or(FieldKind::Text))>
                    {kinds.collect_view()}
                </select>
            </div>
            <Show when=choice>
                <Field id=format!("options-{n}") label="Options, separated by commas" value=line.options error=wrong("options")
                    disabled=Signal::stored(locked)/>
            </Show>
            <div class="row field-line__acts">
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label=move || format!("Move {} up", name())
                    prop:disabled=move || locked || place() == Some(0) on:click=move |_| shift(-1)><Icon name="arrup"/></button>
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label=move || format!("Move {} down", name())
                    prop:disabled=move || locked || place().is_some_and(|at| at + 1 == lines.with(Vec::len)) on:click=move |_| shift(1)>
                    <Icon name="arrdn"/>
                </button>
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label=move || format!("Remove {}", name())
                    prop:disabled=locked on:click=remove><Icon name="x"/></button>
            </div>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_of_the_label_and_of_nobody_else() {
        assert_eq!(key_of("What do you want to reach?", &[]), "what_do_you_want_to_reach");
        assert_eq!(key_of("Goal", &["goal".into(), "goal_2".into()]), "goal_3");
        assert_eq!(key_of("3 wishes", &[]), "field_3_wishes");
        assert_eq!(key_of("目標", &[]), "field");
    }
}
