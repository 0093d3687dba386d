//! What can be done with a saved view: name, share, change, delete and bring back.

use super::List;
use super::view_content::{Content, VIEW, address};
use super::views::denied;
use crate::api::{ApiError, views};
use crate::browser;
use crate::components::{
    Check, Dialog, DialogForm, ErrorNote, Field, FormErrors, Icon, Menu, MenuItem, Notes, Sending, use_toasts,
};
use crate::query::changed;
use crate::session::{Session, use_session};
use crm_types::views::{SavedView, ViewPatch};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What gets a name.
#[derive(Clone, PartialEq)]
pub enum Naming {
    /// What the list shows, as a new view.
    New(Content),
    /// A view that has one.
    Old(Box<SavedView>),
}

const MENU: &str = "view-menu";

/// The menu of the open view.
#[component]
pub fn ViewMenu(list: List, view: SavedView, naming: RwSignal<Option<Naming>>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let why_not = Signal::stored(denied(session, &view));
    let busy = RwSignal::new(false);
    let share = if view.shared { "Stop sharing" } else { "Share with everybody" };
    let view = StoredValue::new(view);
    let rename = Callback::new(move |()| naming.set(Some(Naming::Old(Box::new(view.get_value())))));
    let toggle = Callback::new(move |()| {
        let view = view.get_value();
        let patch = ViewPatch { version: Some(view.version), shared: Some(!view.shared), ..ViewPatch::default() };
        let done = if view.shared { "Only you see the view now" } else { "Everybody sees the view now" };
        change(list, (session, toasts), &view, patch, busy, done);
    });
    let copy = Callback::new(move |()| {
        spawn_local(async move {
            let here = window().location().href().unwrap_or_default();
            match browser::copy(&here).await {
                true => toasts.done("Link copied"),
                false => toasts.failed("The browser did not allow copying. Copy the address of this page instead."),
            }
        });
    });
    let delete = Callback::new(move |()| remove(list, (session, toasts), view.get_value()));
    view! {
        <button class="btn btn--ghost btn--icon btn--sm" type="button" popovertarget=MENU aria-haspopup="menu"
            aria-label="View options" title="View options">
            <Icon name="more"/>
        </button>
        <Menu id=MENU label="View options">
            <MenuItem icon="pencil" label="Rename".to_owned() on_press=rename denied=why_not/>
            <MenuItem icon="share" label=share.to_owned() on_press=toggle denied=why_not/>
            <MenuItem icon="open" label="Copy link".to_owned() on_press=copy/>
            <MenuItem icon="trash" label="Delete view".to_owned() on_press=delete denied=why_not/>
        </Menu>
    }
}

/// Sends a change of the open view, and says what came of it.
pub fn change(
    list: List,
    (session, toasts): (Session, Notes),
    view: &SavedView,
    patch: ViewPatch,
    busy: RwSignal<bool>,
    done: &'static str,
) {
    let id = view.id;
    busy.set(true);
    spawn_local(async move {
        match views::change(session, id, &patch).await {
            Ok(_) => toasts.done(done),
            Err(error) => toasts.failed(failure("View not saved", &error)),
        }
        changed(&views::of_list(list.spec.path));
        busy.try_set(false);
    });
}

fn failure(what: &str, error: &ApiError) -> String {
    match error.0.current {
        Some(_) => format!("{what}: somebody changed it meanwhile. You see it as it is now."),
        None => format!("{what}: {}", error.detail()),
    }
}

/// Deletes a view; what it shows stays on the screen.
fn remove(list: List, (session, toasts): (Session, Notes), view: SavedView) {
    spawn_local(async move {
        match views::delete(session, view.id).await {
            Ok(()) => {
                let (id, back) = (view.id, address(list.spec, &view));
                // Made here, because the menu goes with the view.
                let undo = Callback::new(move |()| {
                    let back = back.clone();
                    spawn_local(async move {
                        match views::restore(session, id).await {
                            Ok(()) => list.show(back, false),
                            Err(error) => toasts.failed(format!("View not brought back: {}", error.detail())),
                        }
                        changed(&views::of_list(list.spec.path));
                    });
                });
                toasts.done_with(format!("View “{}” deleted", view.name), "Undo", undo);
                if let Some(params) = list.params.try_get_untracked() {
                    list.show(params.without(&[VIEW]), true);
                }
            }
            Err(error) => toasts.failed(format!("View not deleted: {}", error.detail())),
        }
        changed(&views::of_list(list.spec.path));
    });
}

/// The dialog that asks for a name.
#[component]
pub fn ViewName(list: List, naming: RwSignal<Option<Naming>>) -> impl IntoView {
    let open = RwSignal::new(false);
    Effect::new(move |_| {
        if naming.with(Option::is_some) {
            open.set(true);
        }
    });
    Effect::watch(
        move || open.get(),
        move |open, _, _| {
            if !open {
                naming.set(None)
            }
        },
        false,
    );
    let title = Signal::derive(move || match naming.get() {
        Some(Naming::Old(_)) => "Rename view".to_owned(),
        _ => "Save view".to_owned(),
    });
    view! {
        <Dialog id="view-name" title=title open=open>
            {move || naming.get_untracked().map(|naming| view! { <Form list=list naming=naming open=open/> })}
        </Dialog>
    }
}

#[component]
fn Form(list: List, naming: Naming, open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (before, shares) = match &naming {
        Naming::New(_) => (String::new(), false),
        Naming::Old(view) => (view.name.clone(), view.shared),
    };
    let name = RwSignal::new(before);
    let shared = RwSignal::new(shares);
    let errors = FormErrors::new();
    let naming = StoredValue::new(naming);
    let send = move |()| -> Sending {
        let (name, shared, naming) = (name.get_untracked(), shared.get_untracked(), naming.get_value());
        Box::pin(async move {
            let is_new = matches!(naming, Naming::New(_));
            let view = match naming {
                Naming::New(content) => views::create(session, &content.named(list.spec, name, shared)).await?,
                Naming::Old(view) => {
                    let version = Some(view.version);
                    let patch = ViewPatch { version, name: Some(name), shared: Some(shared), ..ViewPatch::default() };
                    views::change(session, view.id, &patch).await?
                }
            };
            changed(&views::of_list(list.spec.path));
            toasts.done(format!("View “{}” saved", view.name));
            if is_new {
                list.show(address(list.spec, &view), false);
            }
            Ok(())
        })
    };
    view! {
        <DialogForm open=open errors=errors submit="Save view" send=Callback::new(send)>
            <ErrorNote error=errors.general()/>
            <Field id="view-name-field" label="Name" value=name error=errors.of("name")/>
            <Check label="Share with everybody" checked=shared on_change=Callback::new(move |on| shared.set(on))/>
        </DialogForm>
    }
}
