//! Where a colleague is logged in.

use crate::api::users;
use crate::components::{Dialog, ErrorBox, SkeletonCard, use_toasts};
use crate::glance::{Glance, drawn};
use crate::pages::settings::sessions::SessionItem;
use crate::query::use_query;
use crate::session::use_session;
use crm_types::accounts::Session;
use crm_types::ids::SessionId;
use crm_types::users::UserAccount;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;

/// Whose sessions are shown, if any.
#[derive(Clone, Copy)]
pub struct Sessions {
    of: RwSignal<Option<UserAccount>>,
    open: RwSignal<bool>,
}

impl Sessions {
    /// Shows nobody's.
    pub fn new() -> Self {
        Self { of: RwSignal::new(None), open: RwSignal::new(false) }
    }

    /// Shows somebody's.
    pub fn show(self, user: UserAccount) {
        self.of.set(Some(user));
        self.open.set(true);
    }
}

#[derive(Clone, PartialEq, Deserialize)]
struct Items {
    items: Vec<Session>,
}

/// The dialog.
#[component]
pub fn SessionsDialog(sessions: Sessions) -> impl IntoView {
    let title = move || {
        sessions.of.glance(|of| of.as_ref().map_or_else(String::new, |user| format!("Devices of {}", user.name)))
    };
    view! {
        <Dialog id="user-sessions" title=Signal::derive(title) open=sessions.open>
            {move || sessions.of.get().map(|user| view! { <Body user=user/> })}
        </Dialog>
    }
}

#[component]
fn Body(user: UserAccount) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let id = user.id;
    let query = use_query::<Items>(move || Some(users::sessions(id)));
    let retry = Callback::new(move |()| query.refresh());
    let end = Callback::new(move |(other, busy): (SessionId, RwSignal<bool>)| {
        spawn_local(async move {
            match users::end_session(session, id, other).await {
                Ok(()) => toasts.done("Logged out there"),
                Err(error) => toasts.failed(format!("Not logged out: {}", error.detail())),
            }
            busy.try_set(false);
            query.refresh();
        });
    });
    view! {
        <div class="dialog__body">
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(list), _) if list.items.is_empty() => view! { <p class="muted">"Logged in nowhere."</p> }.into_any(),
                (Some(list), _) => view! {
                    <ul class="price-list">
                        {list.items.into_iter().map(|s| view! { <SessionItem session=s on_end=end/> }).collect_view()}
                    </ul>
                }.into_any(),
                (None, Some(error)) => view! { <ErrorBox what="Devices" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading devices"/> }.into_any(),
            })}
        </div>
    }
}
