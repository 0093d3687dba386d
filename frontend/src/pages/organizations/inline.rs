//! Changing one field of an organization where it stands.

use super::without_scheme;
use crate::api::organizations;
use crate::components::{Badge, Editor, InlineDraft, InlineField, Notes, use_toasts};
use crate::format::MISSING;
use crate::labels;
use crate::query::{Query, changed};
use crate::session::{Session, use_session};
use crm_types::accounts::Permission;
use crm_types::organizations::{Organization, OrganizationPatch};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// A field that can be changed in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Name,
    Kind,
    Status,
    Website,
    Email,
    Phone,
    Notes,
}

impl What {
    /// All, as the page shows them.
    pub const ALL: [Self; 7] =
        [Self::Name, Self::Kind, Self::Status, Self::Website, Self::Email, Self::Phone, Self::Notes];

    const fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Kind => "Kind",
            Self::Status => "Status",
            Self::Website => "Website",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Notes => "Notes",
        }
    }

    /// The API's name.
    const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Kind => "kind",
            Self::Status => "status",
            Self::Website => "website",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Notes => "notes",
        }
    }

    const fn editor(self) -> Editor {
        match self {
            Self::Name | Self::Website => Editor::Line("text"),
            Self::Kind => Editor::Choice(labels::organization_kinds),
            Self::Status => Editor::Choice(labels::organization_statuses),
            Self::Email => Editor::Line("email"),
            Self::Phone => Editor::Line("tel"),
            Self::Notes => Editor::Paragraphs,
        }
    }

    /// What is typed in for this organization.
    fn text(self, organization: &Organization) -> String {
        let o = organization;
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        match self {
            Self::Name => o.name.clone(),
            Self::Kind => o.kind.to_string(),
            Self::Status => o.status.to_string(),
            Self::Website => text(&o.website),
            Self::Email => text(&o.email),
            Self::Phone => text(&o.phone),
            Self::Notes => text(&o.notes),
        }
    }

    /// The change that puts this text there.
    fn patch(self, text: &str, version: i64) -> OrganizationPatch {
        let patch = OrganizationPatch { version: Some(version), ..OrganizationPatch::default() };
        let line = Some(Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
        match self {
            Self::Name => OrganizationPatch { name: Some(text.to_owned()), ..patch },
            Self::Kind => OrganizationPatch { kind: text.parse().ok(), ..patch },
            Self::Status => OrganizationPatch { status: text.parse().ok(), ..patch },
            Self::Website => OrganizationPatch { website: line, ..patch },
            Self::Email => OrganizationPatch { email: line, ..patch },
            Self::Phone => OrganizationPatch { phone: line, ..patch },
            Self::Notes => OrganizationPatch { notes: line, ..patch },
        }
    }

    fn draw(self, organization: &Organization) -> AnyView {
        let o = organization;
        match self {
            Self::Kind => labels::organization_kind(o.kind).into_any(),
            Self::Status => {
                let (text, tone) = (labels::organization_status(o.status), labels::organization_tone(o.status));
                view! { <Badge text=text tone=tone dot=true/> }.into_any()
            }
            Self::Website => match &o.website {
                Some(website) => {
                    let said = without_scheme(website);
                    view! { <a href=website.clone() target="_blank" rel="noopener noreferrer">{said}</a> }.into_any()
                }
                None => MISSING.into_any(),
            },
            _ => match self.text(o) {
                text if text.is_empty() => MISSING.into_any(),
                text if self == Self::Notes => view! { <span class="pre">{text}</span> }.into_any(),
                text => text.into_any(),
            },
        }
    }
}

/// Name and value of a field, with a pencil for who may change it.
#[component]
pub fn Inline(
    /// Whose.
    query: Query<Organization>,
    /// Which.
    what: What,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let draft = InlineDraft::new(what.field());
    // The organization as it was when typing began.
    let base = RwSignal::new(None::<Organization>);
    let begin = Callback::new(move |()| {
        if let Some(organization) = untrack(|| query.get()) {
            draft.begin(what.text(&organization));
            base.set(Some(organization));
        }
    });
    let save = Callback::new(move |()| {
        let Some(before) = base.get_untracked() else { return };
        let (was, now) = (what.text(&before), draft.text.get_untracked());
        if was.trim() == now.trim() {
            return draft.stop();
        }
        draft.stop();
        spawn_local(async move {
            let id = before.id.to_string();
            match organizations::change(session, &id, &what.patch(&now, before.version)).await {
                Ok(saved) => {
                    tell(&id);
                    let undo =
                        Callback::new(move |()| put_back(session, toasts, id.clone(), what.patch(&was, saved.version)));
                    toasts.done_with("Organization saved", "Undo", undo);
                }
                Err(failure) => {
                    // Typed anew on what somebody else made of it meanwhile: the next save is theirs to overwrite knowingly.
                    if let Some(theirs) = failure.0.current.clone().and_then(|now| serde_json::from_value(now).ok()) {
                        base.try_set(Some(theirs));
                        tell(&id);
                    }
                    let why = failure.field(what.field()).unwrap_or_else(|| failure.detail().to_owned());
                    if !draft.refuse(&why) {
                        toasts.failed(format!("{} not saved: {why}", what.label()));
                    }
                }
            }
        });
    });
    let shown = Callback::new(move |()| query.get().map(|organization| what.draw(&organization)).into_any());
    let may = session.may(Permission::OrganizationsWrite);
    view! {
        <InlineField draft=draft label=what.label() editor=what.editor() may=may shown=shown on_begin=begin on_save=save/>
    }
}

fn put_back(session: Session, toasts: Notes, id: String, patch: OrganizationPatch) {
    spawn_local(async move {
        match organizations::change(session, &id, &patch).await {
            Ok(_) => toasts.done("Change undone"),
            Err(error) => toasts.failed(format!("Not undone: {}", error.detail())),
        }
        tell(&id);
    });
}

/// Reads it again wherever it is shown.
fn tell(id: &str) {
    changed(&organizations::organization(id));
    changed(organizations::ORGANIZATIONS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_changes_itself_and_nothing_else() {
        for (what, text, patch) in [
            (What::Name, "Iron Gym", r#"{"version":3,"name":"Iron Gym"}"#),
            (What::Kind, "club", r#"{"version":3,"kind":"club"}"#),
            (What::Status, "trial", r#"{"version":3,"status":"trial"}"#),
            (What::Website, " ", r#"{"version":3,"website":null}"#),
            (What::Email, "a@x.io", r#"{"version":3,"email":"a@x.io"}"#),
            (What::Phone, "+41", r#"{"version":3,"phone":"+41"}"#),
            (What::Notes, "a\nb", r#"{"version":3,"notes":"a\nb"}"#),
        ] {
            assert_eq!(serde_json::to_string(&what.patch(text, 3)).unwrap(), patch);
        }
    }
}
