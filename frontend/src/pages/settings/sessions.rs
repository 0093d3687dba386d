//! One's own account: name, password, and where one is logged in.

use super::SettingsFrame;
use super::account::{NameCard, PasswordCard};
use super::second_factor::SecondFactorCard;
use crate::api::accounts;
use crate::components::{ActionButton, Badge, ErrorBox, Moment, SkeletonCard, use_toasts};
use crate::format::MISSING;
use crate::glance::drawn;
use crate::labels::Tone;
use crate::query::use_query;
use crate::session::use_session;
use crm_types::accounts::Session;
use crm_types::ids::SessionId;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// The page.
#[component]
pub fn SessionsPage() -> impl IntoView {
    let session = use_session();
    let toasts = use_toasts();
    let query = use_query::<Vec<Session>>(|| Some(accounts::SESSIONS.into()));
    let busy = RwSignal::new(false);
    let leave = Callback::new(move |()| {
        busy.set(true);
        spawn_local(async move {
            if let Err(error) = session.log_out(true).await {
                toasts.failed(format!("Not logged out: {}", error.detail()));
            }
            busy.try_set(false);
        });
    });
    let end = Callback::new(move |(id, busy): (SessionId, RwSignal<bool>)| {
        spawn_local(async move {
            match accounts::end_session(session, id).await {
                Ok(()) => toasts.done("Logged out there"),
                Err(error) => toasts.failed(format!("Not logged out: {}", error.detail())),
            }
            busy.try_set(false);
            query.refresh();
        });
    });
    view! {
        <SettingsFrame tab="Your account">
            <div class="grid">
                <section class="card c8" aria-labelledby="sessions">
                    <header class="card__head card__head--line">
                        <h2 id="sessions">"Where you are logged in"</h2>
                        <div class="end">
                            <ActionButton label="Log out everywhere".to_owned() class="btn--sm" on_press=leave busy=busy/>
                        </div>
                    </header>
                    {drawn(move || match (query.get(), query.error().get()) {
                        (Some(sessions), _) => view! {
                            <ul class="price-list">
                                {sessions.into_iter().map(|s| view! { <SessionItem session=s on_end=end/> }).collect_view()}
                            </ul>
                        }.into_any(),
                        (None, Some(error)) => {
                            let retry = Callback::new(move |()| query.refresh());
                            view! { <ErrorBox what="Sessions" error=error on_retry=retry/> }.into_any()
                        }
                        (None, None) => view! { <SkeletonCard label="Loading sessions"/> }.into_any(),
                    })}
                </section>
                <div class="c4 stack"><NameCard/><SecondFactorCard/><PasswordCard on_changed=Callback::new(move |()| query.refresh())/></div>
            </div>
        </SettingsFrame>
    }
}

/// A log-in on one device.
#[component]
pub(super) fn SessionItem(
    /// It.
    session: Session,
    /// Ends it; the signal says that this is being done.
    on_end: Callback<(SessionId, RwSignal<bool>)>,
) -> impl IntoView {
    let s = session;
    let busy = RwSignal::new(false);
    let end = Callback::new(move |()| {
        busy.set(true);
        on_end.run((s.id, busy));
    });
    view! {
        <li class="price">
            <div class="price__what">
                <h3 class="break">{browser_name(s.user_agent.as_deref())}</h3>
                <p class="small muted">
                    "From "{s.address.unwrap_or_else(|| MISSING.into())}" · logged in "<Moment at=Some(s.created_at) exact=true/>
                    " · last seen "<Moment at=Some(s.last_seen_at) exact=true/>
                </p>
            </div>
            {if s.current {
                view! { <Badge text="This browser" tone=Tone::Positive dot=true/> }.into_any()
            } else {
                view! { <ActionButton label="Log out there".to_owned() class="btn--sm" on_press=end busy=busy/> }.into_any()
            }}
        </li>
    }
}

/// `Chrome on Linux`, as far as a browser says what it is.
fn browser_name(agent: Option<&str>) -> String {
    let Some(agent) = agent else { return "Unknown browser".into() };
    let find =
        |names: &[(&str, &'static str)]| names.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    // Most browsers also name those that they are like: the more special mark comes first.
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = find(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.into(),
        (None, None) => agent.chars().take(60).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn browsers_by_their_most_special_mark() {
        for (agent, name) in [
            (
                Some(
                    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
                ),
                "Chrome on Linux",
            ),
            (
                Some("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"),
                "Edge on Windows",
            ),
            (
                Some("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1"),
                "Safari on iPhone",
            ),
            (Some("curl/8.5.0"), "curl"),
            (Some("bot"), "bot"),
            (None, "Unknown browser"),
        ] {
            assert_eq!(browser_name(agent), name);
        }
    }
}
