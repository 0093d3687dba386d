//! Prices, and the stream and tier that each counts for.

mod list;
mod map;

pub use list::{PriceFilter, find, list};
pub use map::map;
pub mod upsert;

#[cfg(test)]
mod tests;
