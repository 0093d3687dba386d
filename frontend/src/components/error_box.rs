//! An error stays where it happened, says what to do, and carries the id that the logs know it by.

use super::{EmptyState, Icon};
use crate::api::ApiError;
use crate::routes::SETTINGS_CURRENCIES;
use crate::session::use_session;
use leptos::prelude::*;

/// In place of a widget that could not be loaded.
#[component]
pub fn ErrorBox(
    /// What could not be loaded: "Customers".
    #[prop(into)]
    what: String,
    /// Why.
    error: ApiError,
    /// Tries again.
    #[prop(into)]
    on_retry: Callback<()>,
) -> impl IntoView {
    if let (403, Some(permission)) = (error.status(), &error.0.permission) {
        let text = use_session().explain(permission);
        return view! { <EmptyState icon="lock" title=format!("You can’t see this: {what}") text=text/> }.into_any();
    }
    if error.0.errors.iter().any(|field| field.code == "no_rate") {
        let text = error.detail().to_owned();
        return view! {
            <EmptyState icon="alert" title=format!("{what}: a rate is missing") text=text>
                <a class="btn" href=SETTINGS_CURRENCIES>"Enter rates"</a>
            </EmptyState>
        }
        .into_any();
    }
    let (icon, title) = match error.status() {
        404 => ("filter", format!("{what}: not found")),
        _ => ("alert", format!("{what} could not be loaded")),
    };
    let text = with_wait(&error);
    view! {
        <div role="alert">
            <EmptyState icon=icon title=title text=text>
                <button class="btn" type="button" on:click=move |_| on_retry.run(())>
                    <Icon name="refresh"/>"Try again"
                </button>
            </EmptyState>
            {request(&error)}
        </div>
    }
    .into_any()
}

/// Above something that is still shown although its newest reading failed, or below a form.
#[component]
pub fn ErrorNote(
    /// The error, while there is one.
    #[prop(into)]
    error: Signal<Option<ApiError>>,
) -> impl IntoView {
    move || {
        error.get().map(|error| {
            let session = use_session();
            let text = match &error.0.permission {
                Some(permission) => session.explain(permission),
                None => with_wait(&error),
            };
            view! {
                <div class="form-summary" role="alert">
                    <Icon name="alert"/>
                    <div><p>{text}</p>{request(&error)}</div>
                </div>
            }
        })
    }
}

fn with_wait(error: &ApiError) -> String {
    match error.0.retry_after {
        Some(seconds) => format!("{} Try again in {seconds} s.", error.detail()),
        None => error.detail().to_owned(),
    }
}

fn request(error: &ApiError) -> Option<impl IntoView + use<>> {
    let id = error.0.request_id.clone()?;
    Some(view! { <p class="request-id small">"Request "<span class="mono">{id}</span></p> })
}
