//! Short notes of what happened, with an action instead of a question beforehand.

use super::Icon;
use leptos::prelude::*;
use std::time::Duration;

/// How long a good note stays. A bad one stays until it is dismissed.
const STAY: Duration = Duration::from_secs(8);
/// More than these would cover the page.
const MOST: usize = 4;

/// What a note says.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Done,
    Failed,
    Refused,
}

#[derive(Clone)]
struct Toast {
    id: u32,
    kind: Kind,
    text: String,
    action: Option<(String, Callback<()>)>,
    progress: Option<ArcRwSignal<Progress>>,
}

/// How far something is.
#[derive(Clone, Default)]
struct Progress {
    text: String,
    done: i64,
    total: Option<i64>,
}

/// A note of something that goes on, until it is closed.
#[derive(Clone)]
pub struct ProgressNote {
    id: u32,
    notes: Notes,
    progress: ArcRwSignal<Progress>,
}

impl ProgressNote {
    /// Says how far it is.
    pub fn tell(&self, text: String, done: i64, total: Option<i64>) {
        self.progress.set(Progress { text, done, total });
    }

    /// Takes the note away.
    pub fn close(&self) {
        self.notes.dismiss(self.id);
    }
}

/// The notes that are shown.
#[derive(Clone, Copy)]
pub struct Notes {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

/// Where notes go.
///
/// # Panics
/// Outside of the app's component tree.
#[allow(clippy::expect_used, reason = "the context is provided by the root component")]
pub fn use_toasts() -> Notes {
    use_context::<Notes>().expect("toasts")
}

impl Notes {
    /// Gives the notes to everything below.
    pub fn provide() {
        provide_context(Self { list: RwSignal::new(Vec::new()), next: StoredValue::new(0) });
    }

    /// Says what was done.
    pub fn done(self, text: impl Into<String>) {
        self.push(Kind::Done, text.into(), None, None);
    }

    /// Says what was done, with a way to go on or back: "Undo".
    pub fn done_with(self, text: impl Into<String>, action: impl Into<String>, run: Callback<()>) {
        self.push(Kind::Done, text.into(), Some((action.into(), run)), None);
    }

    /// Says what was not done, and why.
    pub fn failed(self, text: impl Into<String>) {
        self.push(Kind::Failed, text.into(), None, None);
    }

    /// The same, with a way on: "Show theirs".
    pub fn failed_with(self, text: impl Into<String>, action: impl Into<String>, run: Callback<()>) {
        self.push(Kind::Failed, text.into(), Some((action.into(), run)), None);
    }

    /// Says why something cannot be done; once, however often it is pressed.
    pub fn refused(self, why: String) {
        self.list.update(|list| list.retain(|t| t.kind != Kind::Refused));
        self.push(Kind::Refused, why, None, None);
    }

    /// Says that something goes on, with a way to stop it.
    pub fn progress(self, cancel: Callback<()>) -> ProgressNote {
        let progress = ArcRwSignal::new(Progress::default());
        let id = self.push(Kind::Done, String::new(), Some(("Stop".into(), cancel)), Some(progress.clone()));
        ProgressNote { id, notes: self, progress }
    }

    fn push(
        self,
        kind: Kind,
        text: String,
        action: Option<(String, Callback<()>)>,
        progress: Option<ArcRwSignal<Progress>>,
    ) -> u32 {
        let id = self.next.get_value();
        self.next.set_value(id.wrapping_add(1));
        self.list.update(|list| {
            if list.len() >= MOST {
                list.remove(0);
            }
            list.push(Toast { id, kind, text, action, progress: progress.clone() });
        });
        if kind != Kind::Failed && progress.is_none() {
            set_timeout(move || self.dismiss(id), STAY);
        }
        id
    }

    fn dismiss(self, id: u32) {
        self.list.update(|list| list.retain(|t| t.id != id));
    }
}

/// The notes, at the foot of the page. The regions are there before their text, or screen readers would miss it.
#[component]
pub fn Toasts() -> impl IntoView {
    let notes = use_toasts();
    let shown = move |failed: bool| {
        move || notes.list.get().into_iter().filter(|t| (t.kind == Kind::Failed) == failed).collect::<Vec<_>>()
    };
    let one = move |toast: Toast| {
        let id = toast.id;
        let (icon, class) = match toast.kind {
            Kind::Done => ("check", "ic--pos"),
            Kind::Failed => ("alert", "ic--neg"),
            Kind::Refused => ("info", ""),
        };
        let goes_on = toast.progress.is_some();
        let action = toast.action.map(|(label, run)| {
            let press = move |_| {
                // What goes on says by itself when it has stopped.
                if !goes_on {
                    notes.dismiss(id);
                }
                run.run(());
            };
            view! { <button class="btn btn--ghost btn--sm" type="button" on:click=press>{label}</button> }
        });
        view! {
            <div class="toast">
                <Icon name=icon class=class/>
                {match toast.progress {
                    Some(progress) => view! { <Bar progress=progress/> }.into_any(),
                    None => view! { <p>{toast.text}</p> }.into_any(),
                }}
                {action}
                <button class="btn btn--ghost btn--icon btn--sm" type="button" aria-label="Dismiss"
                    on:click=move |_| notes.dismiss(id)>
                    <Icon name="x"/>
                </button>
            </div>
        }
    };
    view! {
        <div class="toasts">
            <div role="status" class="stack stack--2"><For each=shown(false) key=|t| t.id children=one/></div>
            <div role="alert" class="stack stack--2"><For each=shown(true) key=|t| t.id children=one/></div>
        </div>
    }
}

/// Words above a bar; the bar of what cannot be measured yet only moves.
#[component]
fn Bar(progress: ArcRwSignal<Progress>) -> impl IntoView {
    let (words, value, most) = (progress.clone(), progress.clone(), progress);
    view! {
        <div class="toast__progress">
            <p>{move || words.get().text}</p>
            <progress class="progress" aria-label="How far it is"
                value=move || { let now = value.get(); now.total.map(|_| now.done.to_string()) }
                max=move || most.get().total.map(|total| total.max(1).to_string())></progress>
        </div>
    }
}
