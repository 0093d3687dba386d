//! Changing a customer, archiving them and bringing them back.

use super::form::{CustomerFields, Draft};
use super::values::{OWNER, Values};
use crate::api::users::{USERS, Users};
use crate::api::{ApiError, customers};
use crate::components::{ActionButton, Dialog, FormErrors, Notes, SkeletonCard, use_toasts};
use crate::format::MISSING;
use crate::glance::live;
use crate::query::{Query, changed, use_query};
use crate::session::{Session, use_session};
use crate::shell::{PageAction, use_page_actions};
use crm_types::accounts::Permission;
use crm_types::customers::{Customer, CustomerPatch};
use futures_util::lock::{Mutex, OwnedMutexGuard};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::sync::Arc;

/// The form of a customer's page: whether it is open, and on what.
#[derive(Clone, Copy)]
pub struct Edit {
    open: RwSignal<bool>,
    clash: RwSignal<Option<Clash>>,
    /// Fields of the page that are being saved: the form waits for them, and is not a second opinion about them.
    saving: RwSignal<usize>,
    /// Whose turn it is to be saved. Each is changed as the one before left the customer.
    turn: StoredValue<Arc<Mutex<()>>>,
    /// As a field that was saved left the customer. The page reads them again a moment later.
    newest: RwSignal<Option<Customer>>,
}

/// A change that came too late: what it was made to, what it makes of that, and what somebody else made of it.
#[derive(Clone)]
pub struct Clash {
    /// As it was seen.
    pub base: Customer,
    /// As it shall be.
    pub mine: Values,
    /// As it is.
    pub theirs: Customer,
}

impl Edit {
    /// A closed form.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            clash: RwSignal::new(None),
            saving: RwSignal::new(0),
            turn: StoredValue::new(Arc::default()),
            newest: RwSignal::new(None),
        }
    }

    /// A field is about to be saved: waits for those that began before it. None when the page was left.
    pub async fn begin_saving(self) -> Option<OwnedMutexGuard<()>> {
        let turn = self.turn.try_get_value()?;
        self.saving.try_update(|fields| *fields += 1);
        Some(turn.lock_owned().await)
    }

    /// The version of this customer that the last field left, if it is a newer one.
    pub fn version_after(self, seen: &Customer) -> i64 {
        let saved = self.newest.try_get_untracked().flatten();
        saved.filter(|saved| saved.id == seen.id).map_or(seen.version, |saved| saved.version.max(seen.version))
    }

    /// It was saved and left the customer so, or it was not.
    pub fn end_saving(self, now: Option<&Customer>) {
        if let Some(now) = now {
            self.newest.try_set(Some(now.clone()));
        }
        self.saving.try_update(|fields| *fields = fields.saturating_sub(1));
    }

    /// The customer as far as this page knows.
    fn customer(self, query: Query<Customer>) -> Option<Customer> {
        let (read, saved) = untrack(|| (query.get(), self.newest.get()));
        let read = read?;
        Some(saved.filter(|saved| saved.id == read.id && saved.version > read.version).unwrap_or(read))
    }

    /// Opens the form with both versions; does nothing once the page is left.
    pub fn clash(self, clash: Clash) {
        self.clash.try_set(Some(clash));
        self.open.try_set(true);
    }
}

/// What can be done with a customer. It stays while the customer is read again, so that a draft does too.
#[component]
pub fn CustomerActions(
    /// Whom.
    query: Query<Customer>,
    /// The form.
    edit: Edit,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let open = edit.open;
    Effect::watch(
        move || open.get(),
        move |open, _, _| {
            if !open {
                edit.clash.set(None)
            }
        },
        false,
    );
    let busy = RwSignal::new(false);
    let denied = Signal::stored(session.denied(Permission::CustomersWrite));
    let archived = Memo::new(move |_| query.map(|customer| customer.archived_at.is_some()));
    let put = Callback::new(move |()| {
        let Some((id, away)) = untrack(|| query.map(|c| (c.id.to_string(), c.archived_at.is_none()))) else { return };
        busy.set(true);
        spawn_local(async move {
            put_away(session, toasts, id, away).await;
            busy.try_set(false);
        });
    });
    let begin = Callback::new(move |()| open.set(true));
    let archive = Signal::derive(move || if archived.get() == Some(true) { "Restore" } else { "Archive" }.to_owned());
    use_page_actions().offer(move || {
        let action = |icon, label: String, press| PageAction { icon, label, press, denied: denied.get() };
        let put_away = format!("{} customer", archive.get());
        vec![action("pencil", "Edit customer".into(), begin), action("rows", put_away, put)]
    });
    view! {
        <div class="end row" hidden=live(move || archived.get().is_none())>
            <ActionButton label="Edit".to_owned() denied=denied on_press=begin/>
            <ActionButton label=archive busy=busy denied=denied on_press=put/>
        </div>
        <Dialog id="edit-customer" title=Signal::stored("Edit customer".to_owned()) open=open>
            {move || match edit.clash.get_untracked() {
                Some(clash) => view! { <Form customer=clash.base.clone() open=open clash=clash/> }.into_any(),
                None if edit.saving.get() > 0 => view! { <SkeletonCard label="Saving" lines=7/> }.into_any(),
                None => edit.customer(query).map(|customer| view! { <Form customer=customer open=open/> }).into_any(),
            }}
        </Dialog>
    }
}

/// Archives or restores, with a way back.
async fn put_away(session: Session, toasts: Notes, id: String, away: bool) {
    let done = match away {
        true => customers::archive(session, &id).await,
        false => customers::restore(session, &id).await,
    };
    match done {
        Ok(()) => {
            let again = id.clone();
            let undo = Callback::new(move |()| {
                let id = again.clone();
                // The way back of the way back is the same again.
                spawn_local(
                    Box::pin(put_away(session, toasts, id, !away)) as std::pin::Pin<Box<dyn Future<Output = ()>>>
                );
            });
            toasts.done_with(if away { "Customer archived" } else { "Customer restored" }, "Undo", undo);
            changed(&customers::customer(&id));
            changed(customers::CUSTOMERS);
        }
        Err(error) => {
            toasts.failed(format!("Not {}: {}", if away { "archived" } else { "restored" }, error.detail()));
        }
    }
}

#[component]
fn Form(
    customer: Customer,
    open: RwSignal<bool>,
    /// A change that was made elsewhere on the page, and came too late.
    #[prop(optional)]
    clash: Option<Clash>,
) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let id = StoredValue::new(customer.id.to_string());
    let base = StoredValue::new(Values::of(&customer));
    let version = RwSignal::new(clash.as_ref().map_or(customer.version, |clash| clash.theirs.version));
    // The customer as somebody else saved them meanwhile.
    let theirs = RwSignal::new(clash.as_ref().map(|clash| clash.theirs.clone()));
    let draft = Draft::new(clash.map_or_else(|| Values::of(&customer), |clash| clash.mine));
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let patch = move || base.with_value(|base| draft.values().patch_from(base, version.get()));
    let save = Callback::new(move |()| {
        if let Err(error) = untrack(|| draft.values()).resolved() {
            return errors.0.set(Some(error));
        }
        let Some(patch) = untrack(patch) else { return open.set(false) };
        busy.set(true);
        spawn_local(async move {
            match customers::change(session, &id.get_value(), &patch).await {
                Ok(now) => {
                    let undo = base.with_value(|base| base.patch_from(&Values::of(&now), now.version));
                    saved(session, toasts, id.get_value(), undo);
                    open.try_set(false);
                }
                Err(error) => match current(&error) {
                    Some(now) => {
                        version.try_set(now.version);
                        theirs.try_set(Some(now));
                    }
                    None => drop(errors.0.try_set(Some(error))),
                },
            }
            busy.try_set(false);
        });
    });
    let take_theirs = move |_| {
        changed(&customers::customer(id.get_value()));
        open.set(false);
    };
    view! {
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { save.run(()) }
        }>
            <div class="dialog__body stack">
                {move || theirs.get().map(|theirs| view! { <Conflict theirs=Values::of(&theirs) draft=draft/> })}
                <CustomerFields draft=draft errors=errors of=id.get_value()/>
            </div>
            <div class="dialog__foot">
                {move || match theirs.get().is_some() {
                    true => view! { <button class="btn" type="button" on:click=take_theirs>"Keep theirs"</button> }.into_any(),
                    false => view! {
                        <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                    }.into_any(),
                }}
                <button class="btn btn--primary" type="submit" prop:disabled=busy>
                    {move || if theirs.get().is_some() { "Save mine over theirs" } else { "Save" }}
                </button>
            </div>
        </form>
    }
}

/// Both versions, where they differ.
#[component]
fn Conflict(theirs: Values, draft: Draft) -> impl IntoView {
    let users = use_query::<Users>(|| Some(USERS.into()));
    let shown = move |field: &str, text: String| match text.is_empty() {
        true => MISSING.to_owned(),
        false if field == OWNER => users.map(|users| users.name_of(&text)).unwrap_or(text),
        false => text,
    };
    view! {
        <div class="note note--wide" role="alert">
            <p>"Somebody changed this customer while you were typing. Nothing of yours is saved yet."</p>
            <table class="tbl tbl--plain">
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Theirs"</th><th scope="col">"Yours"</th></tr></thead>
                <tbody>
                    {move || theirs.against(&draft.values()).into_iter().map(|(field, theirs, mine)| view! {
                        <tr><th scope="row">{field}</th><td>{shown(field, theirs)}</td><td>{shown(field, mine)}</td></tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// Says so, with a way back.
pub fn saved(session: Session, toasts: Notes, id: String, undo: Option<CustomerPatch>) {
    changed(&customers::customer(&id));
    changed(customers::CUSTOMERS);
    let Some(undo) = undo else { return toasts.done("Customer saved") };
    let back = Callback::new(move |()| {
        let (id, undo) = (id.clone(), undo.clone());
        spawn_local(async move {
            match customers::change(session, &id, &undo).await {
                Ok(_) => toasts.done("Change undone"),
                Err(error) => toasts.failed(format!("Not undone: {}", error.detail())),
            }
            changed(&customers::customer(&id));
            changed(customers::CUSTOMERS);
        });
    });
    toasts.done_with("Customer saved", "Undo", back);
}

/// What a conflict says of the present.
pub fn current(error: &ApiError) -> Option<Customer> {
    serde_json::from_value(error.0.current.clone()?).ok()
}
