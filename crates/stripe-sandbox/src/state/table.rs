//! Rows by id, in the order they were made.

use std::collections::HashMap;

use crate::error::{Error, Result};

/// What a table can hold.
pub(crate) trait Row {
    /// Stripe's name of the object.
    const OBJECT: &'static str;
    fn id(&self) -> &str;
}

/// An append-only table: hashed look-up by id, listing in creation order.
#[derive(Debug, Clone)]
pub(crate) struct Table<T> {
    rows: Vec<T>,
    index: HashMap<String, usize>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), index: HashMap::new() }
    }
}

impl<T: Row> Table<T> {
    /// Adds a row and gives its id back.
    pub(crate) fn insert(&mut self, row: T) -> String {
        let id = row.id().to_owned();
        self.index.insert(id.clone(), self.rows.len());
        self.rows.push(row);
        id
    }

    pub(crate) fn get(&self, id: &str) -> Result<&T> {
        self.find(id).ok_or_else(|| missing::<T>(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Result<&mut T> {
        let row = self.index.get(id).and_then(|index| self.rows.get_mut(*index));
        row.ok_or_else(|| missing::<T>(id))
    }

    pub(crate) fn find(&self, id: &str) -> Option<&T> {
        self.index.get(id).and_then(|index| self.rows.get(*index))
    }

    /// Newest first, as Stripe lists.
    pub(crate) fn newest_first(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().rev()
    }

    /// Oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.iter()
    }
}

fn missing<T: Row>(id: &str) -> Error {
    Error::Missing { object: T::OBJECT, id: id.to_owned() }
}

/// Names the object and the id field of a row type.
macro_rules! rows {
    ($($type:ty => $object:literal),* $(,)?) => {
        $(impl $crate::state::table::Row for $type {
            const OBJECT: &'static str = $object;
            fn id(&self) -> &str {
                &self.id
            }
        })*
    };
}
pub(crate) use rows;
