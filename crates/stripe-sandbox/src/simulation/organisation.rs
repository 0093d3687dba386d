//! Organisations: who they are, and how their seats grow.

use super::Scene;
use super::names::{KINDS, PLACES};
use super::people::Person;
use crate::error::Result;
use crate::rng::Rng;
use crate::state::object::Metadata;
use crate::state::{ItemChange, Proration};

/// An organisation's name and address; its contact and type go into the metadata.
pub(super) fn identity(rng: &mut Rng, contact: &str, metadata: &mut Metadata, number: usize) -> (String, String) {
    let place = rng.pick(&PLACES).copied().unwrap_or("Northside");
    let (kind, kind_word) = rng.pick(&KINDS).copied().unwrap_or(("Gym", "gym"));
    metadata.insert("organization_type".to_owned(), kind_word.to_owned());
    metadata.insert("contact_name".to_owned(), contact.to_owned());
    (format!("{place} {kind}"), format!("billing{number}@example.org"))
}

impl Person {
    /// More members than last month, or fewer.
    pub(super) fn change_seats(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let id = self.main()?;
        let seat = &scene.catalogue.seat;
        let sub = scene.sandbox.subscriptions.get(&id)?;
        let Some(item) = sub.items.iter().find(|item| item.price == *seat) else { return Ok(()) };
        let step = (item.quantity / 8).max(1);
        let quantity = match self.rng.weighted(&[62, 30, 8]) {
            1 => item.quantity + self.rng.between(1, step + 2),
            2 => (item.quantity - self.rng.between(1, step + 1)).max(3),
            _ => return Ok(()),
        };
        let change = ItemChange { id: Some(item.id.clone()), quantity: Some(quantity), ..ItemChange::default() };
        // Growth is paid at once, what shrinks is credited on the next invoice.
        let proration = if quantity > item.quantity { Proration::AlwaysInvoice } else { Proration::CreateProrations };
        scene.sandbox.change_items(&id, &[change], proration)
    }
}
