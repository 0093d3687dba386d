//! One of the staff, and what can be done with their account.

use super::handover::Handover;
use super::sessions::Sessions;
use crate::api::{second_factor, users};
use crate::components::{ActionButton, Avatar, Badge, Moment, Notes, use_toasts};
use crate::glance::{Glance, live};
use crate::labels::{self, Choice};
use crate::query::changed;
use crate::session::{Session, use_session};
use crm_types::accounts::{Permission, Role};
use crm_types::ids::UserId;
use crm_types::users::{UserAccount, UserAccountPatch, UserState};
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::pin::Pin;

/// A row.
#[component]
pub fn Member(user: UserAccount, handover: Handover, sessions: Sessions) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let me = session.user().glance(|me| me.as_ref().is_some_and(|me| me.id == user.id));
    let denied = why_not(session, &user);
    let not_me = denied.clone().or_else(|| me.then(|| "You cannot disable your own account.".to_owned()));
    let account = StoredValue::new(user.clone());
    let busy = RwSignal::new(false);
    let offer = Callback::new(move |()| {
        let user = account.get_value();
        busy.set(true);
        spawn_local(async move {
            let link = match user.state {
                UserState::Invited => users::renew_invitation(session, user.id).await,
                _ => users::offer_password_reset(session, user.id).await,
            };
            match link {
                Ok(link) => handover.show(link),
                Err(error) => toasts.failed(format!("No link made: {}", error.detail())),
            }
            busy.try_set(false);
        });
    });
    let switch = Callback::new(move |()| {
        let user = account.get_value();
        let disabled = user.state != UserState::Disabled;
        busy.set(true);
        spawn_local(async move {
            set_disabled(session, toasts, user.id, user.version, disabled).await;
            busy.try_set(false);
        });
    });
    let look = Callback::new(move |()| sessions.show(account.get_value()));
    let why = Signal::stored(denied.clone());
    let label = format!("Account: {}", user.name);
    let buttons = match user.state {
        UserState::Active => view! {
            <ActionButton label="Reset password".to_owned() class="btn--sm" denied=why busy=busy on_press=offer/>
            <ActionButton label="Devices".to_owned() class="btn--sm" denied=why on_press=look/>
        }
        .into_any(),
        UserState::Invited => view! {
            <ActionButton label="New invitation link".to_owned() class="btn--sm" denied=why busy=busy on_press=offer/>
        }
        .into_any(),
        UserState::Disabled => ().into_any(),
    };
    let reset = Callback::new(move |()| {
        let id = account.with_value(|user| user.id);
        busy.set(true);
        spawn_local(async move {
            match second_factor::reset(session, id).await {
                Ok(()) => toasts.done("Second factor turned off"),
                Err(error) => toasts.failed(format!("Not turned off: {}", error.detail())),
            }
            changed(users::USERS);
            busy.try_set(false);
        });
    });
    let second = (user.second_factor && !me).then(|| {
        view! {
            <ActionButton label="Turn off second factor".to_owned() class="btn--sm" denied=why busy=busy on_press=reset/>
        }
    });
    let disable = if user.state == UserState::Disabled { "Enable" } else { "Disable" }.to_owned();
    let seen = match user.state {
        UserState::Invited => view! { "Invited "<Moment at=Some(user.created_at)/> }.into_any(),
        _ => view! { "Last seen "<Moment at=user.last_seen_at exact=true/> }.into_any(),
    };
    view! {
        <li class="price" aria-label=label>
            <div class="price__what row">
                <Avatar name=user.name.clone()/>
                <div class="who__text">
                    <h3 class="break">
                        {user.name.clone()}" "
                        {me.then(|| view! { <Badge text="You"/> })}
                        {(user.state != UserState::Active).then(|| view! {
                            <Badge text=labels::user_state(user.state) tone=labels::user_state_tone(user.state) dot=true/>
                        })}
                    </h3>
                    <p class="small muted break">{user.email.clone()}" · "{seen}</p>
                </div>
            </div>
            <RoleSelect user=user denied=denied/>
            {buttons}
            {second}
            <ActionButton label=disable class="btn--sm" denied=Signal::stored(not_me) busy=busy on_press=switch/>
        </li>
    }
}

/// The role, which takes effect when it is chosen.
#[component]
fn RoleSelect(user: UserAccount, denied: Option<String>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let (id, version, role) = (user.id, user.version, user.role);
    let chosen = RwSignal::new(role.to_string());
    let mut choices = grantable(session);
    if !choices.iter().any(|(value, _)| *value == role.as_str()) {
        choices.insert(0, (role.as_str(), labels::role(role)));
    }
    let choose = move |value: String| {
        let Ok(new) = value.parse::<Role>() else { return };
        chosen.set(value);
        spawn_local(async move {
            if !set_role(session, toasts, (id, version), role, new).await {
                chosen.try_set(role.to_string());
            }
        });
    };
    let options = choices.into_iter().map(|(value, name)| {
        let selected = live(move || chosen.get() == value);
        view! { <option value=value selected=selected>{name}</option> }
    });
    view! {
        <select class="input input--fit" aria-label=format!("Role of {}", user.name) prop:value=chosen
            prop:disabled=denied.is_some() title=denied.clone() aria-description=denied
            on:change=move |ev| choose(event_target_value(&ev))>
            {options.collect_view()}
        </select>
    }
}

/// Boxed, as the way back is the same again.
type Done<T> = Pin<Box<dyn Future<Output = T>>>;

/// Gives a role, with a way back; false when it was not given.
fn set_role(session: Session, toasts: Notes, (id, version): (UserId, i64), old: Role, new: Role) -> Done<bool> {
    Box::pin(async move {
        let patch = UserAccountPatch { version: Some(version), role: Some(new), ..UserAccountPatch::default() };
        let outcome = users::change(session, id, &patch).await;
        changed(users::USERS);
        match outcome {
            Ok(now) => {
                let undo = Callback::new(move |()| {
                    let back = set_role(session, toasts, (id, now.version), new, old);
                    spawn_local(async move {
                        // It says by itself what came of it.
                        let _ = back.await;
                    });
                });
                toasts.done_with(format!("{} is now {}", now.name, labels::role(new)), "Undo", undo);
                true
            }
            Err(error) => {
                toasts.failed(format!("Role not changed: {}", error.detail()));
                false
            }
        }
    })
}

/// Keeps somebody out or lets them in again, with a way back.
fn set_disabled(session: Session, toasts: Notes, id: UserId, version: i64, disabled: bool) -> Done<()> {
    Box::pin(async move {
        let patch =
            UserAccountPatch { version: Some(version), disabled: Some(disabled), ..UserAccountPatch::default() };
        let outcome = users::change(session, id, &patch).await;
        changed(users::USERS);
        match outcome {
            Ok(now) => {
                let undo = Callback::new(move |()| {
                    spawn_local(set_disabled(session, toasts, id, now.version, !disabled));
                });
                let said = if disabled { "is disabled and logged out everywhere" } else { "can log in again" };
                toasts.done_with(format!("{} {said}", now.name), "Undo", undo);
            }
            Err(error) => toasts.failed(format!("Not changed: {}", error.detail())),
        }
    })
}

/// Why I may not change this account.
fn why_not(session: Session, user: &UserAccount) -> Option<String> {
    session.denied(Permission::UsersWrite).or_else(|| {
        let theirs = user.role == Role::Owner && !is_owner(session);
        theirs.then(|| "Only an owner can change an owner’s account. Ask an owner of your company.".to_owned())
    })
}

/// Roles that I can give.
pub fn grantable(session: Session) -> Vec<Choice> {
    let mut roles = labels::roles();
    if !is_owner(session) {
        roles.retain(|(value, _)| *value != Role::Owner.as_str());
    }
    roles
}

fn is_owner(session: Session) -> bool {
    session.user().glance(|me| me.as_ref().is_some_and(|me| me.role == Role::Owner))
}
