//! Products and prices.

use super::Sandbox;
use super::object::{Metadata, Price, Product};
use crate::calendar::Interval;
use crate::error::{Error, Result};
use crate::shape;

/// A price to create.
#[derive(Debug, Clone, Default)]
pub struct NewPrice {
    /// The product's id.
    pub product: String,
    /// ISO 4217, any case.
    pub currency: String,
    /// Minor units of the currency.
    pub unit_amount: i64,
    /// Interval and count; none makes a one-time price.
    pub recurring: Option<(Interval, u32)>,
    /// Shown to staff.
    pub nickname: Option<String>,
    /// A stable name.
    pub lookup_key: Option<String>,
    /// Key-value pairs.
    pub metadata: Metadata,
}

impl Sandbox {
    /// Creates a product and gives its id.
    pub fn create_product(&mut self, name: &str, description: Option<&str>, metadata: Metadata) -> String {
        let row = Product {
            id: self.ids.next_short("prod_"),
            created: self.now,
            name: name.to_owned(),
            description: description.map(str::to_owned),
            active: true,
            metadata,
        };
        let object = shape::product(&row, self.shape);
        self.emit("product.created", object);
        self.products.insert(row)
    }

    /// Renames a product or changes its metadata (an empty value removes a key).
    ///
    /// # Errors
    /// When the product is missing.
    pub fn update_product(
        &mut self,
        id: &str,
        name: Option<&str>,
        active: Option<bool>,
        metadata: Metadata,
    ) -> Result<()> {
        let shape = self.shape;
        let row = self.products.get_mut(id)?;
        let before = shape::product(row, shape);
        if let Some(name) = name {
            row.name = name.to_owned();
        }
        row.active = active.unwrap_or(row.active);
        merge(&mut row.metadata, metadata);
        let after = shape::product(row, shape);
        self.emit_change("product.updated", &before, after);
        Ok(())
    }

    /// Creates a price and gives its id.
    ///
    /// # Errors
    /// When the product is missing, or the amount, currency or interval count makes no sense.
    pub fn create_price(&mut self, new: NewPrice) -> Result<String> {
        self.products.get(&new.product)?;
        if new.unit_amount < 0 {
            return Err(Error::invalid("unit_amount", "This value must be greater than or equal to 0."));
        }
        if new.currency.len() != 3 {
            return Err(Error::invalid("currency", format!("Invalid currency: {}", new.currency)));
        }
        if new.recurring.is_some_and(|(_, count)| count == 0) {
            return Err(Error::invalid("recurring[interval_count]", "This value must be greater than 0."));
        }
        let row = Price {
            id: self.ids.next("price_"),
            created: self.now,
            product: new.product,
            currency: new.currency.to_ascii_lowercase(),
            unit_amount: new.unit_amount,
            recurring: new.recurring,
            nickname: new.nickname,
            lookup_key: new.lookup_key,
            active: true,
            metadata: new.metadata,
        };
        let object = shape::price(&row, self.shape);
        self.emit("price.created", object);
        Ok(self.prices.insert(row))
    }

    /// Changes a price's name, activity or metadata (an empty value removes a key). Amounts never change.
    ///
    /// # Errors
    /// When the price is missing.
    pub fn update_price(
        &mut self,
        id: &str,
        nickname: Option<&str>,
        active: Option<bool>,
        metadata: Metadata,
    ) -> Result<()> {
        let shape = self.shape;
        let row = self.prices.get_mut(id)?;
        let before = shape::price(row, shape);
        if let Some(nickname) = nickname {
            row.nickname = Some(nickname.to_owned());
        }
        row.active = active.unwrap_or(row.active);
        merge(&mut row.metadata, metadata);
        let after = shape::price(row, shape);
        self.emit_change("price.updated", &before, after);
        Ok(())
    }
}

/// Stripe's metadata update: given keys replace, an empty value removes.
pub(super) fn merge(metadata: &mut Metadata, changes: Metadata) {
    for (key, value) in changes {
        if value.is_empty() {
            metadata.remove(&key);
        } else {
            metadata.insert(key, value);
        }
    }
}
