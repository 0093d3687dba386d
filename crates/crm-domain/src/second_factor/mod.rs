//! The second factor: a code from an app (TOTP, RFC 6238), besides the password.

mod codes;
mod enrol;
mod redeem;

pub use enrol::{Enrolment, begin, confirm, remove, state};
pub use redeem::{is_needed, redeem};

/// Recovery codes that are made with a second factor.
pub const RECOVERY_CODES: usize = 10;

#[cfg(test)]
mod tests;
