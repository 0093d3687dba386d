//! Slows down guessing. Counted for each pair of account and address: whoever guesses at an account from elsewhere does
//! not lock its owner out.

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use moka::sync::Cache;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

/// Five tries a minute, right or wrong.
const PER_MINUTE: NonZeroU32 = NonZeroU32::MIN.saturating_add(4);
/// From this many failures in a row on, the pair waits longer each time.
const PATIENT_FAILURES: u32 = 10;
const LONGEST_WAIT: Duration = Duration::from_secs(15 * 60);
/// Failures are forgotten after an hour without one.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

type Pair = (String, IpAddr);

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    until: Instant,
}

/// Counts tries and failures, in memory: a restart forgets them, and the hash is slow anyway.
pub struct Throttle {
    tries: DefaultKeyedRateLimiter<Pair>,
    failures: Cache<Pair, Failures>,
    clock: DefaultClock,
}

impl Throttle {
    /// With nothing counted.
    pub fn new() -> Self {
        Self {
            tries: DefaultKeyedRateLimiter::keyed(Quota::per_minute(PER_MINUTE)),
            failures: Cache::builder().max_capacity(100_000).time_to_idle(FORGOTTEN).build(),
            clock: DefaultClock::default(),
        }
    }

    /// Whether this try may go on; else the seconds to wait. An unknown account is counted like any other.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn check(&self, account: &str, address: IpAddr) -> Result<(), u32> {
        let pair = (account.to_owned(), address);
        if let Some(failures) = self.failures.get(&pair) {
            let left = failures.until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Err(seconds(left));
            }
        }
        self.tries.check_key(&pair).map_err(|not_until| seconds(not_until.wait_time_from(self.clock.now())))
    }

    /// A wrong password.
    pub fn failed(&self, account: &str, address: IpAddr) {
        let pair = (account.to_owned(), address);
        let count = self.failures.get(&pair).map_or(1, |failures| failures.count.saturating_add(1));
        self.failures.insert(pair, Failures { count, until: Instant::now() + backoff(count) });
    }

    /// A right one: failures before it were typing errors.
    pub fn succeeded(&self, account: &str, address: IpAddr) {
        self.failures.invalidate(&(account.to_owned(), address));
    }

    /// Drops counters that are full again; called once in a while, as addresses never end.
    pub fn tidy(&self) {
        self.tries.retain_recent();
        self.tries.shrink_to_fit();
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Throttle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Throttle").field("pairs", &self.tries.len()).finish_non_exhaustive()
    }
}

/// Nothing at first, then half a minute, doubling.
fn backoff(failures: u32) -> Duration {
    match failures.checked_sub(PATIENT_FAILURES) {
        None => Duration::ZERO,
        Some(extra) => Duration::from_secs(30).saturating_mul(1 << extra.min(10)).min(LONGEST_WAIT),
    }
}

fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_secs_f64().ceil() as u64).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));

    #[test]
    fn the_sixth_try_of_a_minute_waits_and_the_victim_elsewhere_does_not() {
        let throttle = Throttle::new();
        for _ in 0..5 {
            assert_eq!(throttle.check("a@b.c", HERE), Ok(()));
        }
        assert!(matches!(throttle.check("a@b.c", HERE), Err(1..=12)));
        assert_eq!(throttle.check("a@b.c", THERE), Ok(()));
        assert_eq!(throttle.check("other@b.c", HERE), Ok(()));
    }

    #[test]
    fn many_failures_in_a_row_wait_longer_until_one_is_right() {
        let throttle = Throttle::new();
        for _ in 0..PATIENT_FAILURES {
            throttle.failed("a@b.c", HERE);
        }
        assert!(matches!(throttle.check("a@b.c", HERE), Err(29..=30)));
        assert_eq!(throttle.check("a@b.c", THERE), Ok(()));
        throttle.succeeded("a@b.c", HERE);
        assert_eq!(throttle.check("a@b.c", HERE), Ok(()));
    }

    #[test]
    fn waits_double_and_end() {
        let waits: Vec<u64> = (8..18).map(|count| backoff(count).as_secs()).collect();
        assert_eq!(waits, [0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
    }
}
