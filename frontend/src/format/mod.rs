//! Figures, money and time as an English reader expects them. Pure text, so that native tests cover all of it.
//!
//! A missing value is an en dash, never 0; minus is the true minus sign, which is as wide as a digit.

mod delta;
mod money;
mod number;
mod time;

pub use delta::{Better, Delta, Direction, Tone, amount_delta, count_delta, points_delta};
pub use money::{
    amounts, major_units, minor_units, money, money_compact, money_whole, signed_compact, signed_money, signed_whole,
};
pub use number::{count, percent, points};
pub use time::{date_range, date_time, day, day_long, day_short, month_year, relative, relative_short};

/// What stands for a value that does not exist.
pub const MISSING: &str = "–";
/// U+2212.
pub const MINUS: &str = "−";
