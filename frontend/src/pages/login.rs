//! Log in: as a page while nobody is, and as a dialog over the page when the session ended.

use crate::api::accounts::{self, LoggedIn};
use crate::api::second_factor;
use crate::browser;
use crate::components::{Dialog, ErrorNote, Field, FormErrors, Icon, use_title};
use crate::glance::live;
use crate::session::use_session;
use crate::shell::{Brand, ThemeToggle};
use crm_types::accounts::{DemoLogin, LoginRequest};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page. It is drawn at whatever address was asked for, which is there once somebody has logged in.
#[component]
pub fn LoginPage(
    /// The demo's log-in, when this is the demo.
    #[prop(optional_no_strip)]
    demo: Option<DemoLogin>,
) -> impl IntoView {
    use_title(|| "Log in".into());
    let note = demo.clone().map(|demo| {
        view! {
            <p class="small muted" id="demo-login">
                "This is the demo: log in as " <b>{demo.email}</b> " with the password " <b>{demo.password}</b> "."
            </p>
        }
    });
    view! {
        <div class="auth">
            <header class="auth__top"><Brand/><ThemeToggle/></header>
            <main class="auth__main" id="main">
                <div class="auth__card">
                    <h1>"Log in"</h1>
                    <LoginForm email=demo.as_ref().map(|d| d.email.clone()).unwrap_or_default()
                        password=demo.map(|d| d.password).unwrap_or_default()/>
                    {note.map(IntoAny::into_any).unwrap_or_else(|| view! {
                        <p class="small muted">"No account yet? An owner or admin of your company can make one."</p>
                    }.into_any())}
                </div>
            </main>
        </div>
    }
}

/// Asks again in place: the page below stays as it is, with everything typed into it.
#[component]
pub fn LoginDialog() -> impl IntoView {
    let session = use_session();
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(session.expired().get()));
    let email = move || session.user().with_untracked(|u| u.as_ref().map(|u| u.email.clone()).unwrap_or_default());
    let leave = move |_| {
        spawn_local(async move {
            // Without the server's answer the session still ends here; its cookie is no longer good anyway.
            let _ = session.log_out(false).await;
            session.forget();
        })
    };
    view! {
        <Dialog id="login-again" title="Log in again" open=open closable=false>
            <div class="dialog__body">
                <p>"Your session ended. What you were doing goes on as soon as you are logged in."</p>
                <LoginForm email=email() password=String::new()/>
                <button class="btn btn--ghost" type="button" on:click=leave>"Log out and leave this page"</button>
            </div>
        </Dialog>
    }
}

#[component]
fn LoginForm(email: String, password: String) -> impl IntoView {
    let session = use_session();
    let email = RwSignal::new(email);
    let password = RwSignal::new(password);
    let shown = RwSignal::new(false);
    // Of the second step, once the password was right and a code is needed as well.
    let ticket = RwSignal::new(None::<String>);
    let code = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let submit = move |ev: leptos::ev::SubmitEvent| {
        ev.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let request =
            LoginRequest { email: email.get_untracked().trim().to_owned(), password: password.get_untracked() };
        busy.set(true);
        spawn_local(async move {
            let outcome = match ticket.get_untracked() {
                Some(ticket) => second_factor::log_in(ticket, code.get_untracked()).await.map(LoggedIn::Done),
                None => accounts::log_in(&request).await,
            };
            // The form is gone once the session is taken over.
            busy.try_set(false);
            match outcome {
                Ok(LoggedIn::Done(reply)) => session.accept(reply),
                Ok(LoggedIn::NeedsCode(next)) => {
                    errors.0.try_set(None);
                    ticket.try_set(Some(next));
                    request_animation_frame(|| browser::focus("code"));
                }
                Err(error) => {
                    // The ticket has expired: from the start.
                    if error.status() == 401 {
                        ticket.try_set(None);
                    }
                    errors.0.try_set(Some(error));
                }
            }
        });
    };
    let wrong_password = errors.of("password");
    let password_step = move || {
        view! {
                <Field id="email" label="E-mail" value=email kind="email" autocomplete="username" error=errors.of("email")/>
                <div class="field">
                    <label for="password">"Password"</label>
                    <div class="affix affix--end">
                        <input class="input" id="password" name="password" autocomplete="current-password"
                            type=live(move || if shown.get() { "text" } else { "password" })
                            prop:value=password
                            on:input=move |ev| password.set(event_target_value(&ev))
                            aria-invalid=live(move || wrong_password.get().map(|_| "true"))
                            aria-describedby="password-note"/>
                        <button class="btn btn--ghost btn--sm" type="button" aria-controls="password"
                            aria-pressed=live(move || shown.get().to_string()) on:click=move |_| shown.update(|s| *s = !*s)>
                            <Icon name="eye"/>"Show"
                        </button>
                    </div>
                    <p class="field__error" id="password-note">{wrong_password}</p>
                </div>
        }
    };
    view! {
        <form class="stack" novalidate on:submit=submit>
            <ErrorNote error=errors.general()/>
            {move || match ticket.get() {
                None => password_step().into_any(),
                Some(_) => view! {
                    <Field id="code" label="Code" value=code autocomplete="one-time-code" error=errors.of("code")
                        hint="Six digits from your authenticator app, or a recovery code."/>
                }.into_any(),
            }}
            <button class="btn btn--primary btn--block" type="submit" aria-busy=live(move || busy.get().then_some("true"))>
                "Log in"
            </button>
        </form>
    }
}
