//! Leaving, money back and taken back, and coming back.

use super::Scene;
use super::people::{Act, Person};
use crate::calendar::DAY;
use crate::error::Result;
use crate::state::CancelReason;
use crate::state::object::{Metadata, PaymentBehaviour};

/// Stripe's word, what people write with it, and how often.
const REASONS: [(&str, &str, u32); 6] = [
    ("too_expensive", "It adds up with the gym membership.", 30),
    ("unused", "I did not find the time.", 28),
    ("missing_features", "I miss a plan for climbers.", 14),
    ("switched_service", "My club pays for another app.", 12),
    ("customer_service", "Nobody answered my question.", 6),
    ("other", "", 10),
];

/// What banks say why a payment is disputed, and how often.
const DISPUTED: [(&str, u32); 4] =
    [("fraudulent", 55), ("subscription_canceled", 20), ("product_not_received", 15), ("duplicate", 10)];

impl Person {
    pub(super) fn depart(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        // With a coach on top, half the time only the coach goes.
        if self.second.is_some() && self.rng.chance(0.5) && self.end_coaching(scene)? {
            return Ok(());
        }
        let reason = self.reason();
        let id = self.main()?;
        if self.rng.chance(0.72) {
            scene.sandbox.cancel_at_period_end(&id, reason)?;
            if self.rng.chance(0.1) {
                let delay = self.rng.between(DAY, 6 * DAY);
                scene.plan_in(delay, Act::Stay);
            }
            return Ok(());
        }
        if self.rng.chance(0.55) {
            self.ask_refund(scene)?;
        }
        scene.sandbox.cancel(&id, reason)?;
        self.end_coaching(scene)?;
        Ok(())
    }

    fn reason(&mut self) -> CancelReason {
        let weights = REASONS.map(|(_, _, weight)| weight);
        let index = self.rng.weighted(&weights);
        let (feedback, comment) = REASONS.get(index).map_or(("other", ""), |row| (row.0, row.1));
        let says = !comment.is_empty() && self.rng.chance(0.4);
        CancelReason {
            feedback: self.rng.chance(0.85).then(|| feedback.to_owned()),
            comment: says.then(|| comment.to_owned()),
        }
    }

    /// All of the last payment back, or half of it.
    pub(super) fn ask_refund(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let Some((charge, left)) = self.last_charge(scene) else { return Ok(()) };
        let amount = if self.rng.chance(0.55) { left } else { (left / 2).max(1) };
        let refund = scene.sandbox.refund(&charge, Some(amount), Some("requested_by_customer"), Metadata::new())?;
        if self.rng.chance(0.03) {
            let delay = self.rng.between(2 * DAY, 5 * DAY);
            scene.plan_in(delay, Act::LoseRefund { refund });
        }
        Ok(())
    }

    /// The bank takes all of the last payment, and decides weeks later whose it is.
    pub(super) fn dispute(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let Some((charge, _)) = self.last_charge(scene) else { return Ok(()) };
        let index = self.rng.weighted(&DISPUTED.map(|(_, weight)| weight));
        let reason = DISPUTED.get(index).map_or("fraudulent", |(reason, _)| *reason);
        let dispute = scene.sandbox.dispute(&charge, reason)?;
        let (delay, won) = (self.rng.between(18 * DAY, 65 * DAY), self.rng.chance(0.4));
        scene.plan_in(delay, Act::Settle { dispute, won });
        Ok(())
    }

    /// Some come back after weeks or months.
    pub(super) fn plan_return(&mut self, scene: &mut Scene<'_>, chance: f64) {
        if self.rng.chance(chance) {
            let delay = self.rng.between(9 * DAY, 110 * DAY);
            scene.plan_in(delay, Act::Return);
        }
    }

    pub(super) fn come_back(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        if !self.status(scene).is_over() {
            return Ok(());
        }
        self.returns += 1;
        self.yearly = self.yearly && self.rng.chance(0.5);
        scene.sandbox.set_payment_behaviour(&self.customer, PaymentBehaviour::Succeed)?;
        self.subscription = Some(self.buy(scene, 0)?);
        self.since = scene.at;
        self.plan_review(scene, 22);
        Ok(())
    }
}
