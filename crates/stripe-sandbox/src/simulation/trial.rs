//! The ten days in which it is decided.

use super::Scene;
use super::people::{Act, Person};
use crate::calendar::{DAY, HOUR};
use crate::error::Result;
use crate::state::CancelReason;
use crate::state::billing_object::Status;
use crate::state::object::PaymentBehaviour;

/// The average chance that a trial becomes a paid subscription.
const CONVERSION: f64 = 0.40;

impl Person {
    /// Decides how a trial of so many seconds goes.
    pub(super) fn plan_trial(&mut self, scene: &mut Scene<'_>, length: i64) {
        // A year at once is a bigger word.
        let commitment = if self.yearly { 0.85 } else { 1.0 };
        let chance = CONVERSION * f64::from(self.source.conversion) / 100.0 * commitment;
        if self.rng.chance(chance) {
            let delay = self.rng.between(HOUR, length - HOUR);
            scene.plan_in(delay, Act::EnterCard);
            self.plan_review(scene, length / DAY + 22);
            return;
        }
        match self.rng.weighted(&[62, 26, 12]) {
            // Without a card the trial just ends.
            0 => {}
            1 => {
                let delay = self.rng.between(DAY, length - DAY);
                scene.plan_in(delay, Act::LeaveTrial);
            }
            // A card that never works: the first invoice fails until it is given up.
            _ => {
                let declined = PaymentBehaviour::Decline;
                if scene.sandbox.set_payment_behaviour(&self.customer, declined).is_ok() {
                    self.plan_review(scene, length / DAY + 22);
                }
            }
        }
        if self.rng.chance(0.08) {
            let delay = length + self.rng.between(10 * DAY, 70 * DAY);
            scene.plan_in(delay, Act::Return);
        }
    }

    pub(super) fn enter_card(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        let behaviour = match self.rng.weighted(&[95, 3, 2]) {
            0 => PaymentBehaviour::Succeed,
            1 => PaymentBehaviour::DeclineTimes(1),
            _ => PaymentBehaviour::Decline,
        };
        scene.sandbox.set_payment_behaviour(&self.customer, behaviour)?;
        // The impatient do not wait for the trial's end.
        if behaviour == PaymentBehaviour::Succeed && self.rng.chance(0.06) {
            return scene.sandbox.end_trial_now(&self.main()?);
        }
        Ok(())
    }

    pub(super) fn leave_trial(&mut self, scene: &mut Scene<'_>) -> Result<()> {
        if self.status(scene) != Status::Trialing {
            return Ok(());
        }
        let feedback = self.rng.pick(&["unused", "too_expensive", "missing_features", "other"]).copied();
        let reason = CancelReason { feedback: feedback.map(str::to_owned), comment: None };
        if self.rng.chance(0.7) {
            scene.sandbox.cancel_at_period_end(&self.main()?, reason)
        } else {
            scene.sandbox.cancel(&self.main()?, reason)
        }
    }
}
