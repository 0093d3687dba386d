//! Plans and their prices, and the stream and tier that each price counts for.

mod list;
mod map;
mod preview;
mod prices;
mod totals;

pub use list::{PlanFilter, find, list};
pub use map::map;
pub use preview::preview;
pub use prices::{PriceFilter, find as find_price, list as list_prices};
pub use totals::recount;
pub mod upsert;

#[cfg(test)]
mod tests;
