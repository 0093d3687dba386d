//! Who is on the staff: invitations, roles, and who is kept out.

mod handover;
mod invite;
mod member;
mod sessions;

use super::SettingsFrame;
use crate::api::users::{USERS, Users};
use crate::components::{ErrorBox, SkeletonCard};
use crate::glance::drawn;
use crate::labels::counted;
use crate::query::use_query;
use crm_types::users::UserState;
use handover::{Handover, HandoverDialog};
use invite::Invite;
use leptos::prelude::*;
use member::Member;
use sessions::{Sessions, SessionsDialog};

/// The page.
#[component]
pub fn TeamPage() -> impl IntoView {
    let query = use_query::<Users>(|| Some(USERS.into()));
    let retry = Callback::new(move |()| query.refresh());
    let (handover, sessions) = (Handover::new(), Sessions::new());
    let active = move |users: &Users| users.items.iter().filter(|user| user.state == UserState::Active).count();
    let total = move || {
        query.map(|users| counted(i64::try_from(active(users)).unwrap_or(0), "active account", "active accounts"))
    };
    view! {
        <SettingsFrame tab="Team">
            <section class="card" aria-labelledby="team">
                <header class="card__head card__head--line">
                    <h2 id="team">"Team"</h2>
                    <span class="card__sub">{total}</span>
                    <div class="end"><Invite handover=handover/></div>
                </header>
                {drawn(move || match (query.get(), query.error().get()) {
                    (Some(users), _) => view! {
                        <ul class="price-list">
                            {users.items.into_iter()
                                .map(|user| view! { <Member user=user handover=handover sessions=sessions/> }).collect_view()}
                        </ul>
                    }.into_any(),
                    (None, Some(error)) => view! { <ErrorBox what="Team" error=error on_retry=retry/> }.into_any(),
                    (None, None) => view! { <SkeletonCard label="Loading the team" lines=6/> }.into_any(),
                })}
            </section>
            <HandoverDialog handover=handover/>
            <SessionsDialog sessions=sessions/>
        </SettingsFrame>
    }
}
