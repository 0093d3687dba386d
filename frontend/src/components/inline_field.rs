//! A field that is changed where it stands: Enter saves, Escape cancels. What saving means is for its page.

use super::{Icon, Reference, ReferenceField, Target};
use crate::browser;
use crate::glance::live;
use crate::labels::Choice;
use leptos::prelude::*;

/// How a value is typed in.
#[derive(Debug, Clone, Copy)]
pub enum Editor {
    /// A line, with the input's type.
    Line(&'static str),
    /// Paragraphs; Ctrl+Enter saves.
    Paragraphs,
    /// One of some values.
    Choice(fn() -> Vec<Choice>),
    /// One of many, as [`Reference::to_text`] writes it.
    Reference(Target),
}

/// A field's state while it is changed.
#[derive(Clone, Copy)]
pub struct InlineDraft {
    /// Whether it is changed now.
    pub typing: RwSignal<bool>,
    /// What was typed.
    pub text: RwSignal<String>,
    /// Why it was not saved.
    pub error: RwSignal<Option<String>>,
    /// The API's name of the field.
    field: &'static str,
}

impl InlineDraft {
    /// Nobody types.
    pub fn new(field: &'static str) -> Self {
        let (typing, text, error) = (RwSignal::new(false), RwSignal::new(String::new()), RwSignal::new(None));
        Self { typing, text, error, field }
    }

    /// Typing begins with this text.
    pub fn begin(self, text: String) {
        self.text.set(text);
        self.error.set(None);
        self.typing.set(true);
        self.focus(true);
    }

    /// Typing is over.
    pub fn stop(self) {
        self.typing.set(false);
        self.focus(false);
    }

    /// What was typed comes back, with what is wrong with it. Whether the page is still there.
    pub fn refuse(self, why: &str) -> bool {
        if self.error.try_set(Some(why.to_owned())).is_some() {
            return false;
        }
        self.typing.set(true);
        self.focus(true);
        true
    }

    fn button(self) -> String {
        format!("edit-{}", self.field)
    }

    fn input(self) -> String {
        format!("inline-{}", self.field)
    }

    fn focus(self, on_input: bool) {
        request_animation_frame(move || {
            let id = if on_input { self.input() } else { self.button() };
            if let Some(element) = browser::by_id(&id) {
                browser::focus_and_select(&element);
            }
        });
    }
}

/// Name and value of a field, with a pencil for who may change it.
#[component]
pub fn InlineField(
    /// Its state.
    draft: InlineDraft,
    /// Its name.
    label: &'static str,
    /// How it is typed in.
    editor: Editor,
    /// A sentence below while it is typed in; none when empty.
    #[prop(default = "")]
    hint: &'static str,
    /// Of what is referred to, who cannot be chosen: an id.
    #[prop(optional, into)]
    except: Signal<String>,
    /// Whether it can be changed.
    may: bool,
    /// Draws the value.
    shown: Callback<(), AnyView>,
    /// The pencil was pressed.
    on_begin: Callback<()>,
    /// To be saved.
    on_save: Callback<()>,
) -> impl IntoView {
    let InlineDraft { typing, text, error, .. } = draft;
    let on_save = Callback::new(move |()| {
        let not_taken = match editor {
            Editor::Reference(_) => Reference::of_text(&text.get_untracked()).not_taken(),
            _ => None,
        };
        match not_taken {
            Some(why) => error.set(Some(why)),
            None => on_save.run(()),
        }
    });
    let keys = move |event: web_sys::KeyboardEvent| match event.key().as_str() {
        "Enter" if matches!(editor, Editor::Paragraphs) && !(event.ctrl_key() || event.meta_key()) => {}
        "Enter" => {
            event.prevent_default();
            on_save.run(());
        }
        "Escape" => {
            event.prevent_default();
            event.stop_propagation();
            draft.stop();
        }
        _ => {}
    };
    let described = format!("{}-note", draft.input());
    let note = described.clone();
    let field = move || {
        let (input, described) = (draft.input(), described.clone());
        let wrong = live(move || error.get().map(|_| "true"));
        match editor {
            Editor::Choice(choices) => view! {
                <select class="input" id=input aria-label=label on:keydown=keys
                    on:change=move |ev| text.set(event_target_value(&ev))>
                    {choices().into_iter().map(|(value, name)| view! {
                        <option value=value selected=live(move || text.get() == value)>{name}</option>
                    }).collect_view()}
                </select>
            }
            .into_any(),
            Editor::Reference(target) => {
                let choose = Callback::new(move |chosen: Reference| {
                    text.set(chosen.to_text());
                    error.set(chosen.not_taken());
                    // Whoever empties it may want to type another one.
                    if !chosen.id.is_empty() {
                        on_save.run(());
                    }
                });
                let value = live(move || Reference::of_text(&text.get()));
                view! {
                    <div class="inline__combo" on:keydown=keys>
                        <ReferenceField id=input label=label bare=true target=target except=except value=value on_change=choose error=error/>
                    </div>
                }
                .into_any()
            }
            Editor::Paragraphs => view! {
                <textarea class="input" id=input aria-label=label prop:value=text aria-invalid=wrong aria-describedby=described
                    on:keydown=keys on:input=move |ev| text.set(event_target_value(&ev))></textarea>
            }
            .into_any(),
            Editor::Line(kind) => view! {
                <input class="input" id=input type=kind autocomplete="off" aria-label=label prop:value=text
                    aria-invalid=wrong aria-describedby=described on:keydown=keys
                    on:input=move |ev| text.set(event_target_value(&ev))/>
            }
            .into_any(),
        }
    };
    view! {
        <dt>{label}</dt>
        <dd class="inline">
            <Show when=move || typing.get()>
                <div class="inline__form">
                    {field()}
                    <button class="btn btn--sm btn--icon" type="button" aria-label="Save" title="Save  Enter" on:click=move |_| on_save.run(())>
                        <Icon name="check"/>
                    </button>
                    <button class="btn btn--ghost btn--sm btn--icon" type="button" aria-label="Cancel" title="Cancel  Esc"
                        on:click=move |_| draft.stop()>
                        <Icon name="x"/>
                    </button>
                </div>
            </Show>
            <div class="inline__note" id=note>
                {move || error.get().filter(|_| typing.get()).map(|why| view! { <p class="field__error">{why}</p> })}
                {(!hint.is_empty()).then(|| view! { <Show when=move || typing.get()><p class="field__hint">{hint}</p></Show> })}
            </div>
            <Show when=move || !typing.get()>
                <span class="inline__value">{move || shown.run(())}</span>
                {may.then(|| view! {
                    <button class="btn btn--ghost btn--sm btn--icon inline__edit" type="button" id=draft.button()
                        aria-label=format!("Change {}", label.to_lowercase()) title="Change" on:click=move |_| on_begin.run(())>
                        <Icon name="pencil"/>
                    </button>
                })}
            </Show>
        </dd>
    }
}
