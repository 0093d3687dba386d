//! The first run: whoever opens the product first becomes its owner.

use crate::api::{ApiError, accounts};
use crate::components::{ErrorNote, Field, FormErrors, use_title};
use crate::glance::live;
use crate::session::use_session;
use crate::shell::{Brand, ThemeToggle};
use crm_types::accounts::SetupRequest;
use crm_types::{FieldError, Problem};
use leptos::prelude::*;
use leptos::task::spawn_local;
use validator::Validate;

/// The page.
#[component]
pub fn SetupPage() -> impl IntoView {
    use_title(|| "Set up".into());
    let session = use_session();
    let (name, email, password) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(String::new()));
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        let request = SetupRequest {
            name: name.get_untracked().trim().to_owned(),
            email: email.get_untracked().trim().to_owned(),
            password: password.get_untracked(),
        };
        if let Err(wrong) = request.validate() {
            return errors.0.set(Some(as_error(&wrong)));
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let outcome = accounts::set_up(&request).await;
            busy.try_set(false);
            match outcome {
                Ok(reply) => session.accept(reply),
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
        });
    };
    view! {
        <div class="auth">
            <header class="auth__top"><Brand/><ThemeToggle/></header>
            <main class="auth__main" id="main">
                <div class="auth__card">
                    <div>
                        <h1>"Create the first account"</h1>
                        <p class="muted">"It owns this installation. Colleagues are invited afterwards, under Settings, Team."</p>
                    </div>
                    <form novalidate on:submit=submit>
                        <ErrorNote error=errors.general()/>
                        <Field id="name" label="Your name" value=name autocomplete="name" error=errors.of("name")/>
                        <Field id="email" label="E-mail" value=email kind="email" autocomplete="username" error=errors.of("email")/>
                        <Field id="password" label="Password" value=password kind="password" autocomplete="new-password"
                            hint="12 to 128 characters" error=errors.of("password")/>
                        <button class="btn btn--primary btn--block" type="submit"
                            aria-busy=live(move || busy.get().then_some("true"))>
                            "Create account"
                        </button>
                    </form>
                </div>
            </main>
        </div>
    }
}

/// What the shared rules found, in the shape that the server would have said it in.
pub fn as_error(wrong: &validator::ValidationErrors) -> ApiError {
    let errors = wrong
        .field_errors()
        .into_iter()
        .flat_map(|(field, errors)| {
            errors.iter().map(move |e| {
                FieldError::new(field.to_string(), e.code.to_string(), e.message.clone().unwrap_or_default())
            })
        })
        .collect();
    ApiError(Box::new(Problem {
        kind: "/problems/validation".into(),
        title: "Some fields need a change".into(),
        status: 422,
        detail: String::new(),
        request_id: None,
        errors,
        permission: None,
        current: None,
        retry_after: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shared_rules_speak_before_the_server_does() {
        let request = SetupRequest { name: String::new(), email: "a@b.c".into(), password: "short".into() };
        let error = as_error(&request.validate().unwrap_err());
        assert_eq!(error.field("name").as_deref(), Some("Enter your name."));
        assert_eq!(error.field("password").as_deref(), Some("Use 12 to 128 characters."));
        assert_eq!(error.field("email"), None);
    }
}
