//! Changing one field of a customer where it stands: Enter saves, Escape cancels.

use super::edit::{Clash, Edit, current, saved};
use super::values::Values;
use crate::api::customers;
use crate::browser;
use crate::components::{Icon, use_toasts};
use crate::format::MISSING;
use crate::glance::live;
use crate::labels;
use crate::query::Query;
use crate::session::use_session;
use crm_types::accounts::Permission;
use crm_types::customers::{Customer, Priority};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A field that can be changed in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Name,
    Email,
    Phone,
    Priority,
    Tags,
}

impl What {
    const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Priority => "Priority",
            Self::Tags => "Tags",
        }
    }

    /// The API's name.
    const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Priority => "priority",
            Self::Tags => "tags",
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "tel",
            _ => "text",
        }
    }

    /// What is typed in for these values.
    fn text(self, values: &Values) -> String {
        match self {
            Self::Name => values.name.clone(),
            Self::Email => values.email.clone(),
            Self::Phone => values.phone.clone(),
            Self::Priority => values.priority.to_string(),
            Self::Tags => values.tags.clone(),
        }
    }

    /// The values with another text in this field.
    fn with(self, mut values: Values, text: String) -> Values {
        match self {
            Self::Name => values.name = text,
            Self::Email => values.email = text,
            Self::Phone => values.phone = text,
            Self::Priority => values.priority = text.parse().unwrap_or(Priority::Medium),
            Self::Tags => values.tags = text,
        }
        values
    }
}

/// Name and value of a field, with a pencil for who may change it.
#[component]
pub fn Inline(
    /// Whose.
    query: Query<Customer>,
    /// Which.
    what: What,
    /// The page's form, which takes over when somebody else was faster.
    edit: Edit,
    /// Draws the value; without it the text is the value.
    #[prop(optional)]
    draw: Option<fn(&Values) -> AnyView>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let may = session.may(Permission::CustomersWrite);
    // The customer as they were when typing began; none while nobody types.
    let base = RwSignal::new(None::<Customer>);
    let text = RwSignal::new(String::new());
    let error = RwSignal::new(None::<String>);
    // What was typed, shown until the server has it, or refused it.
    let ahead = RwSignal::new(None::<(Values, i64)>);
    let values = move || query.map(Values::of);
    let (button, input) = (format!("edit-{}", what.field()), format!("inline-{}", what.field()));
    let ids = StoredValue::new((button.clone(), input.clone()));
    let focus = move |on_input: bool| {
        request_animation_frame(move || {
            let id = ids.try_get_value().map(|(button, input)| if on_input { input } else { button });
            if let Some(element) = id.and_then(|id| browser::by_id(&id)) {
                browser::focus_and_select(&element);
            }
        });
    };
    // The reading that has it makes the promise unnecessary.
    Effect::new(move |_| {
        let version = query.map(|customer| customer.version);
        if ahead.get().is_some_and(|(_, promised)| version.is_some_and(|version| version >= promised)) {
            ahead.set(None);
        }
    });
    let begin = move |_| {
        if let Some(customer) = untrack(|| query.get()) {
            text.set(what.text(&Values::of(&customer)));
            error.set(None);
            base.set(Some(customer));
            focus(true);
        }
    };
    let stop = move || {
        base.set(None);
        focus(false);
    };
    let save = move || {
        let Some(customer) = base.get_untracked() else { return };
        let before = Values::of(&customer);
        let mine = what.with(before.clone(), text.get_untracked());
        let Some(patch) = mine.patch_from(&before, customer.version) else { return stop() };
        ahead.set(Some((mine.clone(), customer.version + 1)));
        stop();
        spawn_local(async move {
            let id = customer.id.to_string();
            match customers::change(session, &id, &patch).await {
                Ok(now) => saved(session, toasts, id, before.patch_from(&Values::of(&now), now.version)),
                Err(failure) => {
                    ahead.try_set(None);
                    if let Some(theirs) = current(&failure) {
                        edit.clash(Clash { base: customer, mine, theirs });
                        return;
                    }
                    let why = failure.field(what.field()).unwrap_or_else(|| failure.detail().to_owned());
                    // The page may be left by now; then a note says it.
                    if error.try_set(Some(why.clone())).is_some() {
                        toasts.failed(format!("{} not saved: {why}", what.label()));
                        return;
                    }
                    base.set(Some(customer));
                    focus(true);
                }
            }
        });
    };
    let keys = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" => {
            event.prevent_default();
            save();
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            stop();
        }
        _ => {}
    };
    let shown = move || {
        let values = ahead.get().map(|(values, _)| values).or_else(values)?;
        Some(match draw {
            Some(draw) => draw(&values),
            None => match what.text(&values) {
                text if text.is_empty() => MISSING.into_any(),
                text => text.into_any(),
            },
        })
    };
    let note = format!("{input}-note");
    let typing = move || base.with(Option::is_some);
    let field = move || {
        let (_, input) = ids.get_value();
        let described = format!("{input}-note");
        match what {
            What::Priority => view! {
                <select class="input" id=input aria-label=what.label() on:keydown=keys
                    on:change=move |ev| text.set(event_target_value(&ev))>
                    {labels::priorities().into_iter().map(|(value, name)| view! {
                        <option value=value selected=live(move || text.get() == value)>{name}</option>
                    }).collect_view()}
                </select>
            }
            .into_any(),
            _ => view! {
                <input class="input" id=input type=what.kind() autocomplete="off" aria-label=what.label() prop:value=text
                    aria-invalid=live(move || error.with(Option::is_some).then_some("true")) aria-describedby=described
                    on:input=move |ev| text.set(event_target_value(&ev)) on:keydown=keys/>
            }
            .into_any(),
        }
    };
    view! {
        <dt>{what.label()}</dt>
        <dd class="inline">
            <Show when=typing>
                <div class="inline__form">
                    {field()}
                    <button class="btn btn--sm btn--icon" type="button" aria-label="Save" title="Save  Enter" on:click=move |_| save()>
                        <Icon name="check"/>
                    </button>
                    <button class="btn btn--ghost btn--sm btn--icon" type="button" aria-label="Cancel" title="Cancel  Esc"
                        on:click=move |_| stop()>
                        <Icon name="x"/>
                    </button>
                </div>
            </Show>
            <div class="inline__note" id=note.clone()>
                {move || error.get().filter(|_| typing()).map(|why| view! { <p class="field__error">{why}</p> })}
                {(what == What::Tags).then(|| view! { <Show when=typing><p class="field__hint">"Separated by commas."</p></Show> })}
            </div>
            <Show when=move || !typing()>
                <span class="inline__value">{shown}</span>
                {may.then(|| view! {
                    <button class="btn btn--ghost btn--sm btn--icon inline__edit" type="button" id=ids.get_value().0
                        aria-label=format!("Change {}", what.label().to_lowercase()) title="Change" on:click=begin>
                        <Icon name="pencil"/>
                    </button>
                })}
            </Show>
        </dd>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_changes_itself_and_nothing_else() {
        let before = Values { name: "Ada".into(), email: "a@x.io".into(), tags: "a, b".into(), ..Values::default() };
        for (what, text, patch) in [
            (What::Name, "Ada L.", r#"{"version":3,"name":"Ada L."}"#),
            (What::Email, "", r#"{"version":3,"email":null}"#),
            (What::Phone, "+41", r#"{"version":3,"phone":"+41"}"#),
            (What::Priority, "vip", r#"{"version":3,"priority":"vip"}"#),
            (What::Tags, "b, c", r#"{"version":3,"tags":["b","c"]}"#),
        ] {
            let after = what.with(before.clone(), text.to_owned());
            assert_eq!(what.text(&after), text);
            assert_eq!(serde_json::to_string(&after.patch_from(&before, 3).unwrap()).unwrap(), patch);
            assert_eq!(what.with(before.clone(), what.text(&before)), before, "what is not changed stays");
        }
    }
}
