//! Somebody comes in by a link: accepts an invitation, or sets a new password.

use super::as_error;
use crate::api::accounts::LoggedIn;
use crate::api::{ApiError, users};
use crate::components::{ErrorNote, Field, FormErrors, SkeletonCard, use_title};
use crate::glance::live;
use crate::routes;
use crate::shell::{Brand, ThemeToggle};
use crm_types::users::{AcceptInvitation, AccountLinkHolder, NewPassword};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;
use validator::Validate;

/// What the address asks for, and where the API has it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Invitation(String),
    PasswordReset(String),
}

impl Asked {
    fn of(path: &str) -> Self {
        match path.strip_prefix(routes::INVITE) {
            Some(token) => Self::Invitation(format!("/api/auth/invitations/{token}")),
            None => {
                let token = path.strip_prefix(routes::RESET).unwrap_or_default();
                Self::PasswordReset(format!("/api/auth/password-resets/{token}"))
            }
        }
    }

    fn api(&self) -> &str {
        match self {
            Self::Invitation(api) | Self::PasswordReset(api) => api,
        }
    }
}

/// The page.
#[component]
pub fn AccountLinkPage() -> impl IntoView {
    let asked = StoredValue::new(Asked::of(&use_location().pathname.get_untracked()));
    let title = asked.with_value(|asked| match asked {
        Asked::Invitation(_) => "Join the team",
        Asked::PasswordReset(_) => "Set a new password",
    });
    use_title(move || title.into());
    let holder = RwSignal::new(None::<Result<AccountLinkHolder, ApiError>>);
    spawn_local(async move {
        let answer = users::link_holder(asked.get_value().api()).await;
        holder.try_set(Some(answer));
    });
    view! {
        <div class="auth">
            <header class="auth__top"><Brand/><ThemeToggle/></header>
            <main class="auth__main" id="main">
                <div class="auth__card">
                    <h1>{title}</h1>
                    {move || match holder.get() {
                        None => view! { <SkeletonCard label="Looking at the link"/> }.into_any(),
                        Some(Ok(holder)) => view! { <Form asked=asked.get_value() holder=holder/> }.into_any(),
                        Some(Err(error)) => view! {
                            <ErrorNote error=Signal::stored(Some(error))/>
                            <p><a href=routes::DASHBOARD rel="external">"Go to the log-in"</a></p>
                        }.into_any(),
                    }}
                </div>
            </main>
        </div>
    }
}

#[component]
fn Form(asked: Asked, holder: AccountLinkHolder) -> impl IntoView {
    let joins = matches!(asked, Asked::Invitation(_));
    let (name, password) = (RwSignal::new(holder.name), RwSignal::new(String::new()));
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let asked = StoredValue::new(asked);
    let enter = move || {
        busy.set(true);
        spawn_local(async move {
            match use_link(&asked.get_value(), name.get_untracked(), password.get_untracked()).await {
                // From the start, whoever was logged in here before. Who needs a code is asked for it at the log-in.
                Ok(_) => drop(window().location().replace(routes::DASHBOARD)),
                Err(error) => {
                    errors.0.try_set(Some(error));
                    busy.try_set(false);
                }
            }
        });
    };
    view! {
        <p class="muted">"You log in with "<b>{holder.email}</b>"."</p>
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { enter() }
        }>
            <ErrorNote error=errors.general()/>
            {joins.then(|| view! {
                <Field id="name" label="Your name" value=name autocomplete="name" error=errors.of("name")/>
            })}
            <Field id="password" label="Password" value=password kind="password" autocomplete="new-password"
                hint="12 to 128 characters" error=errors.of("password")/>
            <button class="btn btn--primary btn--block" type="submit" aria-busy=live(move || busy.get().then_some("true"))>
                {if joins { "Join" } else { "Set password" }}
            </button>
        </form>
    }
}

/// The shared rules speak before the server does.
async fn use_link(asked: &Asked, name: String, password: String) -> Result<LoggedIn, ApiError> {
    match asked {
        Asked::Invitation(api) => {
            let accept = AcceptInvitation { name: name.trim().to_owned(), password };
            accept.validate().map_err(|wrong| as_error(&wrong))?;
            users::accept_invitation(api, &accept).await
        }
        Asked::PasswordReset(api) => {
            let new = NewPassword { password };
            new.validate().map_err(|wrong| as_error(&wrong))?;
            users::reset_password(api, &new).await
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn the_address_says_what_is_asked_for() {
        assert_eq!(Asked::of("/invite/abc"), Asked::Invitation("/api/auth/invitations/abc".into()));
        assert_eq!(Asked::of("/reset/abc"), Asked::PasswordReset("/api/auth/password-resets/abc".into()));
    }
}
