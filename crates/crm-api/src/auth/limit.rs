//! How many requests a minute are answered: for each user and API key, and for each address that is not logged in.
//! Counted in memory, by each process for itself.

use crate::auth::{Caller, address};
use crate::config::HttpConfig;
use crate::{ApiError, ApiResult};
use actix_web::HttpRequest;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use uuid::Uuid;

/// Routes that are not counted: Stripe sends when it has to, probes all the time.
const UNCOUNTED: [&str; 2] = ["/api/webhooks/stripe", "/api/crm/webhooks/stripe"];

/// The counters. Without a quota everything is let through.
pub struct Limits {
    callers: Option<DefaultKeyedRateLimiter<Uuid>>,
    addresses: Option<DefaultKeyedRateLimiter<IpAddr>>,
    clock: DefaultClock,
}

impl Limits {
    /// With nothing counted.
    pub fn new(config: &HttpConfig) -> Self {
        let per_minute = |limit: u32| NonZeroU32::new(limit).map(Quota::per_minute);
        Self {
            callers: per_minute(config.rate_limit).map(DefaultKeyedRateLimiter::keyed),
            addresses: per_minute(config.rate_limit_anonymous).map(DefaultKeyedRateLimiter::keyed),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request below `/api`.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn count(&self, request: &HttpRequest, caller: Option<&Caller>) -> ApiResult<()> {
        // As routing reads it.
        let path = request.match_info().as_str();
        if !path.starts_with("/api/") || UNCOUNTED.contains(&path) {
            return Ok(());
        }
        match caller {
            Some(caller) => self.check(self.callers.as_ref(), &caller.id()),
            None => self.check(self.addresses.as_ref(), &address::network(address::of(request))),
        }
    }

    fn check<K: Hash + Eq + Clone>(&self, counters: Option<&DefaultKeyedRateLimiter<K>>, who: &K) -> ApiResult<()> {
        let Some(counters) = counters else { return Ok(()) };
        counters.check_key(who).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            metrics::counter!("rate_limited_total").increment(1);
            ApiError::slow_down(u32::try_from(wait.as_secs()).unwrap_or(u32::MAX).saturating_add(1))
        })
    }

    /// Drops counters that are full again; called once in a while, as addresses never end.
    pub fn tidy(&self) {
        if let Some(callers) = &self.callers {
            callers.retain_recent();
            callers.shrink_to_fit();
        }
        if let Some(addresses) = &self.addresses {
            addresses.retain_recent();
            addresses.shrink_to_fit();
        }
    }
}

impl std::fmt::Debug for Limits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Limits").finish_non_exhaustive()
    }
}
