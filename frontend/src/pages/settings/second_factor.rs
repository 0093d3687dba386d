//! My second factor: a code from an app, besides the password.

use crate::api::second_factor::{self, SECOND_FACTOR};
use crate::components::{
    ActionButton, Badge, Dialog, ErrorBox, ErrorNote, Field, FormErrors, Moment, ShownOnce, SkeletonCard, use_toasts,
};
use crate::glance::drawn;
use crate::labels::{Tone, counted};
use crate::query::{changed, use_query};
use crate::session::use_session;
use crm_types::second_factor::{SecondFactorEnrolment, SecondFactorState};
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Whether it is on, and a way to turn it on or off.
#[component]
pub fn SecondFactorCard() -> impl IntoView {
    let query = use_query::<SecondFactorState>(|| Some(SECOND_FACTOR.into()));
    let retry = Callback::new(move |()| query.refresh());
    let (setting_up, turning_off) = (RwSignal::new(false), RwSignal::new(false));
    view! {
        <section class="card" aria-labelledby="second-factor">
            <header class="card__head card__head--line"><h2 id="second-factor">"Second factor"</h2></header>
            {drawn(move || match (query.get(), query.error().get()) {
                (Some(state), _) => match state.enabled_at {
                    Some(at) => view! {
                        <div class="card__body stack">
                            <p><Badge text="On" tone=Tone::Positive dot=true/>" since "<Moment at=Some(at)/></p>
                            <p class="small muted">
                                {counted(state.recovery_codes_left, "recovery code is", "recovery codes are")}" left."
                            </p>
                            <div>
                                <ActionButton label="Turn off".to_owned() on_press=Callback::new(move |()| turning_off.set(true))/>
                            </div>
                        </div>
                    }.into_any(),
                    None => view! {
                        <div class="card__body stack">
                            <p class="muted">"Log-ins ask for a code from an app on your phone as well. Who learns your password does not get in."</p>
                            <div>
                                <ActionButton label="Set up".to_owned() on_press=Callback::new(move |()| setting_up.set(true))/>
                            </div>
                        </div>
                    }.into_any(),
                },
                (None, Some(error)) => view! { <ErrorBox what="Second factor" error=error on_retry=retry/> }.into_any(),
                (None, None) => view! { <SkeletonCard label="Loading the second factor"/> }.into_any(),
            })}
            <Dialog id="second-factor-on" title=Signal::stored("Set up a second factor".to_owned()) open=setting_up>
                <SetUp open=setting_up/>
            </Dialog>
            <Dialog id="second-factor-off" title=Signal::stored("Turn the second factor off".to_owned()) open=turning_off>
                <TurnOff open=turning_off/>
            </Dialog>
        </section>
    }
}

/// First the picture for the app, then a code of it, then the recovery codes.
#[component]
fn SetUp(open: RwSignal<bool>) -> impl IntoView {
    let session = use_session();
    let enrolment = RwSignal::new(None::<SecondFactorEnrolment>);
    let recovery = RwSignal::new(None::<Vec<String>>);
    let errors = FormErrors::new();
    spawn_local(async move {
        match second_factor::begin(session).await {
            Ok(begun) => drop(enrolment.try_set(Some(begun))),
            Err(error) => drop(errors.0.try_set(Some(error))),
        }
    });
    move || {
        match (recovery.get(), enrolment.get()) {
        (Some(codes), _) => view! {
            <div class="dialog__body stack">
                <p>"The second factor is on. Keep these recovery codes where you keep your passwords: each lets you in once without the phone. They are shown only now."</p>
                <ul class="codes mono">{codes.iter().map(|code| view! { <li>{code.clone()}</li> }).collect_view()}</ul>
                <ShownOnce id="recovery-codes" label="All ten" value=codes.join(" ")/>
            </div>
            <div class="dialog__foot">
                <button class="btn btn--primary" type="button" on:click=move |_| open.set(false)>"I have kept them"</button>
            </div>
        }.into_any(),
        (None, Some(begun)) => view! { <Confirm begun=begun open=open recovery=recovery errors=errors/> }.into_any(),
        (None, None) => view! {
            <div class="dialog__body"><ErrorNote error=errors.general()/><SkeletonCard label="Making a secret"/></div>
        }.into_any(),
    }
    }
}

#[component]
fn Confirm(
    begun: SecondFactorEnrolment,
    open: RwSignal<bool>,
    recovery: RwSignal<Option<Vec<String>>>,
    errors: FormErrors,
) -> impl IntoView {
    let session = use_session();
    let code = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let picture = format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(&begun.qr_svg)));
    let confirm = move || {
        busy.set(true);
        spawn_local(async move {
            match second_factor::confirm(session, code.get_untracked()).await {
                Ok(codes) => {
                    changed(SECOND_FACTOR);
                    recovery.try_set(Some(codes.recovery_codes));
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { confirm() }
        }>
            <div class="dialog__body stack">
                <p>"Scan this with an authenticator app, or type the secret into it. Then enter the code that it shows."</p>
                <img class="qr" src=picture alt="QR code of the secret below" width="192" height="192"/>
                <ShownOnce id="second-factor-secret" label="Secret" value=begun.secret/>
                <ErrorNote error=errors.general()/>
                <Field id="second-factor-code" label="Code" value=code autocomplete="one-time-code" error=errors.of("code")
                    hint="Six digits."/>
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--primary" type="submit" prop:disabled=busy>"Turn on"</button>
            </div>
        </form>
    }
}

#[component]
fn TurnOff(open: RwSignal<bool>) -> impl IntoView {
    let (session, toasts) = (use_session(), use_toasts());
    let password = RwSignal::new(String::new());
    let errors = FormErrors::new();
    let busy = RwSignal::new(false);
    let remove = move || {
        busy.set(true);
        spawn_local(async move {
            match second_factor::remove(session, password.get_untracked()).await {
                Ok(()) => {
                    changed(SECOND_FACTOR);
                    toasts.done("Second factor turned off");
                    open.try_set(false);
                }
                Err(error) => drop(errors.0.try_set(Some(error))),
            }
            busy.try_set(false);
        });
    };
    view! {
        <form novalidate on:submit=move |ev| {
            ev.prevent_default();
            if !busy.get_untracked() { remove() }
        }>
            <div class="dialog__body stack">
                <p>"Log-ins will ask for the password alone."</p>
                <ErrorNote error=errors.general()/>
                <Field id="removal-password" label="Your password" kind="password" value=password autocomplete="current-password"
                    error=errors.of("current_password")/>
            </div>
            <div class="dialog__foot">
                <button class="btn" type="button" on:click=move |_| open.set(false)>"Cancel"</button>
                <button class="btn btn--danger" type="submit" prop:disabled=busy>"Turn off"</button>
            </div>
        </form>
    }
}
