//! Coaches' clients.

use super::Scene;
use super::people::Person;
use crate::error::Result;
use crate::state::object::Metadata;
use crate::state::{CancelReason, ItemChange, NewItem, NewSubscription, Proration};

impl Person {
    /// Another level of coaching, or none of the second subscription any more.
    pub(super) fn change_coaching(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let id = self.main()?;
        let before = scene.catalogue.coaching(self.tier).map(str::to_owned);
        match self.rng.weighted(&[930, 45, 25]) {
            1 if self.tier < 2 => self.tier += 1,
            2 if self.tier > 0 => self.tier -= 1,
            _ => return Ok(()),
        }
        let Some(price) = scene.catalogue.coaching(self.tier) else { return Ok(()) };
        let items = &scene.sandbox.subscriptions.get(&id)?.items;
        let Some(item) = items.iter().find(|item| Some(&item.price) == before.as_ref()) else {
            return Ok(());
        };
        let change = ItemChange { id: Some(item.id.clone()), price: Some(price.to_owned()), ..ItemChange::default() };
        scene.sandbox.change_items(&id, &[change], Proration::CreateProrations)
    }

    /// A coach besides the app, in a subscription of its own.
    pub(super) fn add_coaching(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let level = self.rng.weighted(&[70, 25, 5]);
        let Some(price) = scene.catalogue.coaching(level) else { return Ok(()) };
        let items = vec![NewItem { price: price.to_owned(), quantity: 1 }];
        let new = NewSubscription {
            customer: self.customer.clone(),
            items,
            metadata: Metadata::from([("sold_by".to_owned(), "coach_intro_call".to_owned())]),
            ..NewSubscription::default()
        };
        self.second = Some(scene.sandbox.create_subscription(new)?);
        Ok(())
    }

    /// The coach goes, the app may stay.
    pub(super) fn end_coaching(&mut self, scene: &mut Scene<'_>) -> Result<bool> {
        let Some(second) = self.second.take() else { return Ok(false) };
        if scene.sandbox.status(&second)?.is_over() {
            return Ok(false);
        }
        let reason = CancelReason {
            feedback: Some("too_expensive".to_owned()),
            comment: Some("I will train on my own for a while.".to_owned()),
        };
        scene.sandbox.cancel_at_period_end(&second, reason)?;
        Ok(true)
    }
}
