//! Customers and how their payments go.

use super::Sandbox;
use super::catalogue::merge;
use super::object::{Customer, Metadata, PaymentBehaviour};
use crate::error::Result;
use crate::shape;

/// A customer to create.
#[derive(Debug, Clone, Default)]
pub struct NewCustomer {
    /// E-mail address.
    pub email: Option<String>,
    /// Full name, or the organisation's.
    pub name: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// ISO 3166 country of the address.
    pub country: Option<String>,
    /// Preferred locale.
    pub locale: Option<String>,
    /// Tax included in every amount, in basis points of the net amount.
    pub tax_bp: u32,
    /// How payments go.
    pub behaviour: PaymentBehaviour,
    /// Key-value pairs.
    pub metadata: Metadata,
}

/// Fields of a customer to change; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct CustomerChange {
    /// E-mail address.
    pub email: Option<String>,
    /// Full name.
    pub name: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// Keys to set; an empty value removes a key.
    pub metadata: Metadata,
}

impl Sandbox {
    /// Creates a customer and gives its id.
    pub fn create_customer(&mut self, new: NewCustomer) -> String {
        let id = self.ids.next_short("cus_");
        let has_card = new.behaviour != PaymentBehaviour::NoMethod;
        let row = Customer {
            id: id.clone(),
            created: self.now,
            email: new.email,
            name: new.name,
            phone: new.phone,
            country: new.country,
            locale: new.locale,
            metadata: new.metadata,
            currency: None,
            balance: 0,
            delinquent: false,
            deleted: false,
            tax_bp: new.tax_bp,
            behaviour: new.behaviour,
            payment_method: has_card.then(|| id.replacen("cus_", "pm_", 1)),
            invoices: 0,
        };
        let object = shape::customer(&row, self.shape);
        self.emit("customer.created", object);
        self.customers.insert(row)
    }

    /// Changes a customer.
    ///
    /// # Errors
    /// When the customer is missing.
    pub fn update_customer(&mut self, id: &str, change: CustomerChange) -> Result<()> {
        self.change_customer(id, |row| {
            row.email = change.email.or_else(|| row.email.take());
            row.name = change.name.or_else(|| row.name.take());
            row.phone = change.phone.or_else(|| row.phone.take());
            merge(&mut row.metadata, change.metadata);
        })
    }

    /// Deletes a customer; running subscriptions are canceled, as Stripe does.
    ///
    /// # Errors
    /// When the customer is missing.
    pub fn delete_customer(&mut self, id: &str) -> Result<()> {
        let running: Vec<String> = self
            .subscriptions
            .iter()
            .filter(|sub| sub.customer == id && !sub.status.is_over())
            .map(|sub| sub.id.clone())
            .collect();
        for subscription in running {
            self.end_subscription(&subscription)?;
        }
        let row = self.customers.get_mut(id)?;
        let object = shape::customer(row, self.shape);
        row.deleted = true;
        self.emit("customer.deleted", object);
        Ok(())
    }

    /// Decides how a customer's next payments go. A first card is also attached to the customer.
    ///
    /// # Errors
    /// When the customer is missing.
    pub fn set_payment_behaviour(&mut self, id: &str, behaviour: PaymentBehaviour) -> Result<()> {
        self.change_customer(id, |row| {
            row.behaviour = behaviour;
            row.payment_method = (behaviour != PaymentBehaviour::NoMethod).then(|| row.id.replacen("cus_", "pm_", 1));
        })
    }

    /// Whether the next payment of a customer succeeds; counts declines down.
    pub(super) fn next_payment_succeeds(&mut self, id: &str) -> Result<bool> {
        let row = self.customers.get_mut(id)?;
        let (succeeds, next) = match row.behaviour {
            PaymentBehaviour::Succeed | PaymentBehaviour::DeclineTimes(0) => (true, PaymentBehaviour::Succeed),
            PaymentBehaviour::DeclineTimes(times) => (false, PaymentBehaviour::DeclineTimes(times - 1)),
            declined => (false, declined),
        };
        row.behaviour = next;
        Ok(succeeds)
    }

    /// Changes a customer and emits `customer.updated` when something visible changed.
    pub(super) fn change_customer(&mut self, id: &str, change: impl FnOnce(&mut Customer)) -> Result<()> {
        let shape = self.shape;
        let row = self.customers.get_mut(id)?;
        let before = shape::customer(row, shape);
        change(row);
        let after = shape::customer(row, shape);
        self.emit_change("customer.updated", &before, after);
        Ok(())
    }
}
