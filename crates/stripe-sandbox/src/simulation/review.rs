//! Once a month or so everybody thinks it over: stay, move up or down, pause, leave.

use super::Scene;
use super::catalogue::{Currency, STAY};
use super::people::{Act, Kind, Person};
use crate::calendar::{DAY, HOUR};
use crate::error::Result;
use crate::state::billing_object::{PauseBehaviour, Status};
use crate::state::object::PaymentBehaviour;
use crate::state::{ItemChange, Proration};

/// The share of renewals whose payment fails.
const FAILURE: f64 = 0.05;
/// The share of those that recovers.
const RECOVERY: f64 = 0.6;
/// The share of months in which somebody has the bank take a payment back.
const DISPUTES: f64 = 0.006;

impl Person {
    pub(super) fn review(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        match self.status(scene) {
            Status::Canceled | Status::IncompleteExpired => {
                // They did not leave, their card did.
                self.plan_return(scene, 0.25);
                return Ok(());
            }
            Status::Active => {}
            _ => {
                self.plan_review(scene, 9);
                return Ok(());
            }
        }
        self.plan_review(scene, 26);
        let sub = scene.sandbox.subscriptions.get(&self.main()?)?;
        if sub.pause.is_some() || sub.cancel_at_period_end {
            return Ok(());
        }
        let hazard = self.hazard(scene.at);
        if self.rng.chance(hazard) {
            return self.depart(scene);
        }
        if self.rng.chance(0.011) {
            return self.pause(scene);
        }
        if self.rng.chance(0.016) {
            scene.plan_in(0, Act::AskRefund);
        }
        if self.rng.chance(DISPUTES) {
            let delay = self.rng.between(2 * HOUR, 5 * DAY);
            scene.plan_in(delay, Act::Dispute);
        }
        self.age_card(scene)?;
        match self.kind {
            Kind::Organisation => self.change_seats(scene),
            Kind::Individual => self.change_tier(scene),
            Kind::Coached => self.change_coaching(scene),
            Kind::Founder => Ok(()),
        }
    }

    /// The chance to leave this month: it falls with tenure, and a year that is paid for holds.
    fn hazard(&self, at: i64) -> f64 {
        let months = ((at - self.since) as f64 / (30.0 * DAY as f64)).max(0.0);
        let base = match self.kind {
            Kind::Individual => 0.105,
            Kind::Coached => 0.075,
            Kind::Organisation => 0.022,
            Kind::Founder => 0.03,
        };
        let held = if self.yearly { 0.22 } else { 1.0 };
        held * base * (0.3 + 0.7 / (1.0 + 0.45 * months))
    }

    fn pause(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let days = self.rng.between(21, 75);
        let behaviour = if self.rng.chance(0.8) { PauseBehaviour::Void } else { PauseBehaviour::MarkUncollectible };
        let by_itself = self.rng.chance(0.65);
        if !by_itself {
            scene.plan_in(days * DAY, Act::Resume);
        }
        let resumes_at = by_itself.then_some(scene.at + days * DAY);
        scene.sandbox.pause_collection(&self.main()?, behaviour, resumes_at)
    }

    /// Cards expire and accounts run dry. It shows at the next renewal.
    fn age_card(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        if !self.rng.chance(FAILURE) {
            return Ok(());
        }
        if !self.rng.chance(RECOVERY) {
            return scene.sandbox.set_payment_behaviour(&self.customer, PaymentBehaviour::Decline);
        }
        // Half of the recoveries come with a retry, the others with a new card.
        if self.rng.chance(0.5) {
            let times = 1 + u32::try_from(self.rng.below(3)).unwrap_or(0);
            return scene.sandbox.set_payment_behaviour(&self.customer, PaymentBehaviour::DeclineTimes(times));
        }
        scene.sandbox.set_payment_behaviour(&self.customer, PaymentBehaviour::Decline)?;
        let end = scene.sandbox.subscriptions.get(&self.main()?)?.period_end;
        let delay = end - scene.at + self.rng.between(DAY / 2, 12 * DAY);
        scene.plan_in(delay, Act::MendCard);
        Ok(())
    }

    pub(super) fn mend_card(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        scene.sandbox.set_payment_behaviour(&self.customer, PaymentBehaviour::Succeed)?;
        match self.open_invoice(scene) {
            Some(invoice) if !self.status(scene).is_over() => scene.sandbox.pay_invoice(&invoice),
            _ => Ok(()),
        }
    }

    fn change_tier(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let id = self.main()?;
        match self.rng.weighted(&[930, 34, 17, 8, 8, 3]) {
            1 if self.tier < 2 => self.tier += 1,
            2 if self.tier > 0 => self.tier -= 1,
            3 if !self.yearly => self.yearly = true,
            4 if self.currency == Currency::Usd && self.second.is_none() => return self.add_coaching(scene),
            5 => return scene.sandbox.apply_coupon(&id, STAY),
            _ => return Ok(()),
        }
        let Some(price) = scene.catalogue.tier(self.tier, self.currency, self.yearly) else { return Ok(()) };
        let Some(item) = scene.sandbox.subscriptions.get(&id)?.items.first() else { return Ok(()) };
        let change = ItemChange { id: Some(item.id.clone()), price: Some(price.to_owned()), ..ItemChange::default() };
        scene.sandbox.change_items(&id, &[change], Proration::AlwaysInvoice)
    }
}
