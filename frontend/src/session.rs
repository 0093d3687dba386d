//! Who is logged in. The access token lives in memory only; the refresh token is a cookie that no script can read.

use crate::api::{ApiError, accounts};
use crate::browser::{sleep, store};
use crate::glance::Glance;
use crm_types::accounts::{LoginReply, Permission, User};
use futures_channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn_local;
use std::time::Duration;

/// The access token is renewed this long before it expires, so that no request has to wait for it.
const RENEW_BEFORE: i64 = 30;
/// How often a refresh is repeated when another tab has just rotated the cookie. Over the two seconds after which the
/// server takes the winner's reply for lost, as when this page was reloaded while it refreshed.
const RACE_RETRIES: u32 = 15;
/// Marks in local storage that this browser was logged in: the page's skeleton is drawn by it. It opens nothing.
const HINT: &str = "session";

/// Where the session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The first refresh is on its way.
    Starting,
    /// It got no answer.
    Unreachable(ApiError),
    /// Nobody is logged in.
    LoggedOut,
    /// Somebody is.
    LoggedIn,
}

#[derive(Default)]
struct Inner {
    token: Option<String>,
    /// Counts tokens, so that an older timer does not renew a newer token.
    issued: u32,
    /// Those who wait for the refresh that is on its way.
    refreshing: Option<Vec<oneshot::Sender<Result<(), ApiError>>>>,
    /// Those who wait until somebody logs in again.
    waiting: Vec<oneshot::Sender<()>>,
}

/// The session of this page.
#[derive(Clone, Copy)]
pub struct Session {
    phase: RwSignal<Phase>,
    user: RwSignal<Option<User>>,
    expired: RwSignal<bool>,
    inner: StoredValue<Inner, LocalStorage>,
}

/// The session of this page.
///
/// # Panics
/// Outside of the app's component tree.
#[allow(clippy::expect_used, reason = "the context is provided by the root component")]
pub fn use_session() -> Session {
    use_context::<Session>().expect("a session")
}

impl Session {
    /// Creates the session, gives it to everything below and starts the first refresh.
    pub fn provide() -> Self {
        let session = Self {
            phase: RwSignal::new(Phase::Starting),
            user: RwSignal::new(None),
            expired: RwSignal::new(false),
            inner: StoredValue::new_local(Inner::default()),
        };
        provide_context(session);
        session.begin();
        session
    }

    /// Tries the refresh cookie.
    pub fn begin(self) {
        self.phase.set(Phase::Starting);
        spawn_local(async move {
            match self.refresh().await {
                Ok(()) => {}
                Err(error) if error.status() == 401 => self.forget(),
                Err(error) => self.phase.set(Phase::Unreachable(error)),
            }
        });
    }

    /// Where the session stands.
    pub fn phase(self) -> Signal<Phase> {
        self.phase.into()
    }

    /// Who is logged in.
    pub fn user(self) -> Signal<Option<User>> {
        self.user.into()
    }

    /// Whether the log-in dialog is asked for: the session ended while the page was open.
    pub fn expired(self) -> Signal<bool> {
        self.expired.into()
    }

    /// The access token.
    pub fn token(self) -> Option<String> {
        self.inner.with_value(|inner| inner.token.clone())
    }

    /// The user is called otherwise from now on.
    pub fn rename(self, name: String) {
        self.user.update(|user| {
            if let Some(user) = user {
                user.name = name;
            }
        });
    }

    /// Whether the user has a permission.
    pub fn may(self, permission: Permission) -> bool {
        self.user.glance(|u| u.as_ref().is_some_and(|u| u.permissions.contains(&permission)))
    }

    /// Why the user may not do something: `None` when they may.
    pub fn denied(self, permission: Permission) -> Option<String> {
        (!self.may(permission)).then(|| self.explain(permission.as_str()))
    }

    /// Which permission is missing, and who can grant it.
    pub fn explain(self, permission: &str) -> String {
        let role = self.user.glance(|u| u.as_ref().map_or("unknown", |u| crate::labels::role(u.role)));
        // A newer server may name one that this app does not know.
        let what = permission.parse().map_or_else(|_| permission.to_owned(), crate::labels::may);
        format!("Needs the right to {what}. Your role is {role}. An owner or admin of your company can grant it.")
    }

    /// Takes over a fresh token: after log-in, set-up and refresh.
    pub fn accept(self, reply: LoginReply) {
        let other = self.user.with_untracked(|u| u.as_ref().is_some_and(|u| u.id != reply.user.id));
        if other {
            // Somebody else logged in over the open page: nothing of the former may stay on it.
            let _ = window().location().reload();
            return;
        }
        let mut waiting = Vec::new();
        let mut issued = 0;
        self.inner.update_value(|inner| {
            inner.token = Some(reply.access_token);
            inner.issued += 1;
            issued = inner.issued;
            waiting = std::mem::take(&mut inner.waiting);
        });
        store(HINT, Some("1"));
        if self.user.with_untracked(|u| u.as_ref() != Some(&reply.user)) {
            self.user.set(Some(reply.user));
        }
        if self.expired.get_untracked() {
            self.expired.set(false);
        }
        if self.phase.get_untracked() != Phase::LoggedIn {
            self.phase.set(Phase::LoggedIn);
        }
        for waiter in waiting {
            // Whoever stopped waiting has left the page.
            let _ = waiter.send(());
        }
        self.renew_before_expiry(issued, reply.expires_in);
    }

    /// A new token, by refresh or, when that fails, by the log-in dialog. Only a network error gives up.
    pub async fn renew(self) -> Result<(), ApiError> {
        match self.refresh().await {
            Err(error) if error.status() == 401 => {}
            other => return other,
        }
        let (sender, receiver) = oneshot::channel();
        self.inner.update_value(|inner| inner.waiting.push(sender));
        self.expired.set(true);
        receiver.await.map_err(|_| ApiError::unreachable())
    }

    /// Logs out here, or on every device.
    pub async fn log_out(self, everywhere: bool) -> Result<(), ApiError> {
        if everywhere {
            accounts::log_out_everywhere(self).await?;
        } else {
            accounts::log_out().await?;
        }
        self.forget();
        Ok(())
    }

    /// Nobody is logged in any more: what was loaded is dropped.
    pub fn forget(self) {
        store(HINT, None);
        crate::query::clear_cache();
        crate::drafts::clear();
        crate::recent::forget();
        self.inner.update_value(|inner| {
            inner.token = None;
            inner.issued += 1;
        });
        self.expired.set(false);
        self.user.set(None);
        self.phase.set(Phase::LoggedOut);
    }

    /// One refresh at a time: who comes while it is on its way waits for its outcome.
    async fn refresh(self) -> Result<(), ApiError> {
        let (sender, receiver) = oneshot::channel();
        let mut first = false;
        self.inner.update_value(|inner| match &mut inner.refreshing {
            Some(others) => others.push(sender),
            None => {
                inner.refreshing = Some(vec![sender]);
                first = true;
            }
        });
        if first {
            let outcome = refresh_through_races().await;
            let outcome = outcome.map(|reply| self.accept(reply));
            let mut others = Vec::new();
            self.inner.update_value(|inner| others = inner.refreshing.take().unwrap_or_default());
            for other in others {
                let _ = other.send(outcome.clone());
            }
        }
        receiver.await.map_err(|_| ApiError::unreachable())?
    }

    fn renew_before_expiry(self, issued: u32, expires_in: i64) {
        let wait = u64::try_from((expires_in - RENEW_BEFORE).max(expires_in / 2).max(1)).unwrap_or(1);
        spawn_local(async move {
            let mut wait = Duration::from_secs(wait);
            loop {
                sleep(wait).await;
                if self.inner.try_with_value(|inner| inner.issued) != Some(issued) {
                    return;
                }
                match self.refresh().await {
                    Err(error) if error.status() == 401 => return self.expired.set(true),
                    // The network may come back before the token is needed.
                    Err(_) => wait = Duration::from_secs(10),
                    Ok(()) => return,
                }
            }
        });
    }
}

/// Two tabs share one cookie: the loser of a race is told 409 and finds the winner's cookie a moment later.
async fn refresh_through_races() -> Result<LoginReply, ApiError> {
    let mut tries = 0;
    loop {
        match accounts::refresh().await {
            Err(error) if error.status() == 409 && tries < RACE_RETRIES => {
                tries += 1;
                // Spread out, so that three tabs do not meet again.
                let spread = js_sys::Math::random() * 200.0;
                sleep(Duration::from_millis(100) + Duration::from_secs_f64(spread / 1000.0)).await;
            }
            outcome => return outcome,
        }
    }
}
