//! Lists: server-side keyset pages whose filters, sort and cursor live in the address.
//!
//! A page describes its list ([`ListSpec`]), turns each item into a [`Row`] of plain data, and draws `<ListView>`. Rows
//! are data, not views, so that all of this is compiled once for every list, and so that a row which did not change is
//! not drawn again.

mod bulk;
mod display;
mod filter;
mod filters;
mod keys;
mod pager;
mod preview;
mod row;
mod selection;
mod shape;
mod spec;
mod state;
mod table;
mod view;
mod view_content;
mod view_edit;
mod views;

pub use bulk::BulkActions;
pub use filter::{Filter, FilterKind};
pub use row::{Cell, Lead, Row};
pub use selection::Selection;
pub use shape::Shape;
pub use spec::{Column, ListSpec};
pub use state::{List, use_list};
pub use table::{HeadSort, PlainTable, RowTable};
pub use view::{ListBody, ListTotal, ListView};
