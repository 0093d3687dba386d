//! Changing one field of a customer where it stands: Enter saves, Escape cancels.

use super::edit::{Clash, Edit, current, saved};
use super::values::Values;
use crate::api::customers;
use crate::components::{Editor, InlineDraft, InlineField, Reference, Target, use_toasts};
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
    Organization,
    Coach,
}

impl What {
    const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Priority => "Priority",
            Self::Tags => "Tags",
            Self::Organization => "Organization",
            Self::Coach => "Coach",
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
            Self::Organization => "organization_id",
            Self::Coach => "coach_id",
        }
    }

    const fn editor(self) -> Editor {
        match self {
            Self::Email => Editor::Line("email"),
            Self::Phone => Editor::Line("tel"),
            Self::Priority => Editor::Choice(labels::priorities),
            Self::Organization => Editor::Reference(Target::Organizations),
            Self::Coach => Editor::Reference(Target::Customers),
            Self::Name | Self::Tags => Editor::Line("text"),
        }
    }

    const fn hint(self) -> &'static str {
        match self {
            Self::Tags => "Separated by commas.",
            _ => "",
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
            Self::Organization => values.organization.to_text(),
            Self::Coach => values.coach.to_text(),
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
            Self::Organization => values.organization = Reference::of_text(&text),
            Self::Coach => values.coach = Reference::of_text(&text),
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
    let draft = InlineDraft::new(what.field());
    // The customer as they were when typing began; none before that.
    let base = RwSignal::new(None::<Customer>);
    // What was typed, shown until the server has it, or refused it.
    let ahead = RwSignal::new(None::<(Values, i64)>);
    let values = move || query.map(Values::of);
    // The reading that has it makes the promise unnecessary.
    Effect::new(move |_| {
        let version = query.map(|customer| customer.version);
        if ahead.get().is_some_and(|(_, promised)| version.is_some_and(|version| version >= promised)) {
            ahead.set(None);
        }
    });
    let begin = Callback::new(move |()| {
        if let Some(customer) = untrack(|| query.get()) {
            draft.begin(what.text(&Values::of(&customer)));
            base.set(Some(customer));
        }
    });
    let save = Callback::new(move |()| {
        let Some(customer) = base.get_untracked() else { return };
        let before = Values::of(&customer);
        let mine = what.with(before.clone(), draft.text.get_untracked());
        if mine.patch_from(&before, customer.version).is_none() {
            return draft.stop();
        }
        ahead.set(Some((mine.clone(), customer.version + 1)));
        draft.stop();
        spawn_local(async move {
            let Some(_turn) = edit.begin_saving().await else { return };
            let version = edit.version_after(&customer);
            let Some(patch) = mine.patch_from(&before, version) else { return edit.end_saving(None) };
            ahead.try_set(Some((mine.clone(), version + 1)));
            let id = customer.id.to_string();
            let reply = customers::change(session, &id, &patch).await;
            edit.end_saving(reply.as_ref().ok());
            match reply {
                Ok(now) => saved(session, toasts, id, before.patch_from(&Values::of(&now), now.version)),
                Err(failure) => {
                    ahead.try_set(None);
                    if let Some(theirs) = current(&failure) {
                        // Of theirs, only this field is another.
                        let mine = what.with(Values::of(&theirs), what.text(&mine));
                        return edit.clash(Clash { base: theirs.clone(), mine, theirs });
                    }
                    let why = failure.field(what.field()).unwrap_or_else(|| failure.detail().to_owned());
                    // The page may be left by now; then a note says it.
                    if !draft.refuse(&why) {
                        toasts.failed(format!("{} not saved: {why}", what.label()));
                    }
                }
            }
        });
    });
    let shown = Callback::new(move |()| {
        let Some(values) = ahead.get().map(|(values, _)| values).or_else(values) else { return ().into_any() };
        match draw {
            Some(draw) => draw(&values),
            None => match what.text(&values) {
                text if text.is_empty() => MISSING.into_any(),
                text => text.into_any(),
            },
        }
    });
    let may = session.may(Permission::CustomersWrite);
    // Nobody coaches themselves.
    let except = live(move || query.map(|c| c.id.to_string()).filter(|_| what == What::Coach).unwrap_or_default());
    view! {
        <InlineField draft=draft label=what.label() editor=what.editor() hint=what.hint() except=except may=may shown=shown
            on_begin=begin on_save=save/>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COACH: &str = "019a1b2c-0000-7000-8000-000000000002";

    #[test]
    fn a_field_changes_itself_and_nothing_else() {
        let before = Values { name: "Ada".into(), email: "a@x.io".into(), tags: "a, b".into(), ..Values::default() };
        for (what, text, patch) in [
            (What::Name, "Ada L.", r#"{"version":3,"name":"Ada L."}"#),
            (What::Email, "", r#"{"version":3,"email":null}"#),
            (What::Phone, "+41", r#"{"version":3,"phone":"+41"}"#),
            (What::Priority, "vip", r#"{"version":3,"priority":"vip"}"#),
            (What::Tags, "b, c", r#"{"version":3,"tags":["b","c"]}"#),
            (What::Coach, &format!("{COACH} Ann"), &format!(r#"{{"version":3,"coach_id":"{COACH}"}}"#)),
        ] {
            let after = what.with(before.clone(), text.to_owned());
            assert_eq!(what.text(&after), text);
            assert_eq!(serde_json::to_string(&after.patch_from(&before, 3).unwrap()).unwrap(), patch);
            assert_eq!(what.with(before.clone(), what.text(&before)), before, "what is not changed stays");
        }
    }
}
