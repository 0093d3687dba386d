//! Prices, and the stream and tier that each counts for.

mod list;
mod map;
mod preview;

pub use list::{PriceFilter, find, list};
pub use map::map;
pub use preview::preview;
pub mod upsert;

#[cfg(test)]
mod tests;
