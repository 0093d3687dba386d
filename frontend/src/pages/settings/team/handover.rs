//! A link that lets a colleague in once, to be handed over.

use crate::components::{Dialog, Moment, ShownOnce};
use crm_types::users::{AccountLink, UserState};
use leptos::prelude::*;

/// The link that is shown, if one is.
#[derive(Clone, Copy)]
pub struct Handover {
    link: RwSignal<Option<AccountLink>>,
    open: RwSignal<bool>,
}

impl Handover {
    /// Shows nothing.
    pub fn new() -> Self {
        Self { link: RwSignal::new(None), open: RwSignal::new(false) }
    }

    /// Shows a link.
    pub fn show(self, link: AccountLink) {
        self.link.set(Some(link));
        self.open.set(true);
    }
}

/// The dialog.
#[component]
pub fn HandoverDialog(handover: Handover) -> impl IntoView {
    let title = move || {
        handover.link.get().map_or_else(String::new, |link| match link.user.state {
            UserState::Invited => format!("Invitation for {}", link.user.name),
            _ => format!("New password for {}", link.user.name),
        })
    };
    view! {
        <Dialog id="account-link" title=Signal::derive(title) open=handover.open>
            {move || handover.link.get().map(|link| {
                let what = match link.user.state {
                    UserState::Invited => "They set their name and password with it, and are in.",
                    _ => "They set a new password with it. Until then the present one works.",
                };
                view! {
                    <div class="dialog__body stack">
                        <p>"Send this link to "<b>{link.user.email}</b>". "{what}</p>
                        <ShownOnce id="account-link-address" label="Link" value=link.link/>
                        <p class="small muted">
                            "It works once, until "<Moment at=Some(link.expires_at) exact=true/>". It is shown only now; you can make another one."
                        </p>
                    </div>
                    <div class="dialog__foot">
                        <button class="btn btn--primary" type="button" on:click=move |_| handover.open.set(false)>"Done"</button>
                    </div>
                }
            })}
        </Dialog>
    }
}
