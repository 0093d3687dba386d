//! Staff: users, passwords, sessions and refresh tokens.
//!
//! A session is a log-in on one device and at the same time the family of its refresh tokens. A refresh token is
//! exchanged once; who shows a spent one again revokes the session.

mod email;
mod password;
mod refresh;
mod sessions;
mod store;
mod token;
mod users;

pub use email::Email;
pub use password::{NewPassword, Verdict, hash, verify};
pub use refresh::{Rotation, rotate};
pub use sessions::{
    Device, NewSession, RevokedReason, active_user, list_sessions, open_session, revoke_by_token,
    revoke_other_sessions, revoke_session, revoke_user_sessions, sweep,
};
pub use token::SecretToken;
pub use users::{
    LoginCandidate, NewUser, StaffMember, candidate_for_login, create_first_owner, create_user, disable_user,
    enable_user, is_setup_needed, list_users, parse_name, reset_password, store_rehash,
};

/// How long an invitation can be accepted.
pub const INVITATION_DAYS: i64 = 7;
/// How long a link for a new password works.
pub const RESET_HOURS: i64 = 1;
/// How long a session lasts, however often it is refreshed.
pub const SESSION_DAYS: i32 = 30;
/// A spent refresh token that is shown again within this time lost a race (two tabs); later, it was stolen.
pub const REUSE_GRACE_SECONDS: i32 = 10;
/// Within that time: the winner's reply has arrived after this long, or never will.
pub const REPLY_SECONDS: i32 = 2;
