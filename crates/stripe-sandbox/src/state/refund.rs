//! Giving money back.

use super::Sandbox;
use super::object::{Metadata, Refund, RefundStatus};
use crate::error::{Error, Result};
use crate::shape;

impl Sandbox {
    /// Refunds a charge, wholly when no amount (minor units) is given, and gives the refund's id.
    ///
    /// # Errors
    /// When the charge is missing, failed, or has less left than the amount, or the bank took it back.
    pub fn refund(
        &mut self,
        charge: &str,
        amount: Option<i64>,
        reason: Option<&str>,
        metadata: Metadata,
    ) -> Result<String> {
        let row = self.charges.get(charge)?;
        if self.is_taken_back(charge) {
            return Err(Error::Invalid {
                param: "charge".to_owned(),
                code: "charge_disputed",
                message: format!("Charge {charge} has been charged back; cannot issue a refund."),
            });
        }
        let left = if row.succeeded { row.amount - row.amount_refunded } else { 0 };
        let amount = amount.unwrap_or(left);
        if left == 0 {
            return Err(Error::Invalid {
                param: "charge".to_owned(),
                code: "charge_already_refunded",
                message: format!("Charge {charge} has already been refunded."),
            });
        }
        if amount <= 0 || amount > left {
            let message = format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
            return Err(Error::invalid("amount", message));
        }
        let before = shape::charge(self, row);
        let refund = Refund {
            id: self.ids.next("re_"),
            created: self.now,
            charge: charge.to_owned(),
            payment_intent: row.payment_intent.clone(),
            amount,
            currency: row.currency.clone(),
            reason: reason.map(str::to_owned),
            status: RefundStatus::Succeeded,
            metadata,
        };
        let object = shape::refund(&refund);
        let id = self.refunds.insert(refund);
        let row = self.charges.get_mut(charge)?;
        row.amount_refunded += amount;
        row.refunds.push(id.clone());
        // Refund events came with API version 2022-11-15; before, the charge carried its refunds.
        if self.shape.is_current() {
            self.emit("refund.created", object);
        }
        let after = self.charge_json(charge)?;
        self.emit_change("charge.refunded", &before, after);
        Ok(id)
    }

    /// The bank sends a refund back: the money is ours again.
    ///
    /// # Errors
    /// When the refund is missing or failed already.
    pub fn fail_refund(&mut self, refund: &str) -> Result<()> {
        let row = self.refunds.get_mut(refund)?;
        if row.status == RefundStatus::Failed {
            return Err(Error::invalid("refund", "This refund has already failed."));
        }
        let before = shape::refund(row);
        row.status = RefundStatus::Failed;
        let after = shape::refund(row);
        let (charge, amount) = (row.charge.clone(), row.amount);
        self.charges.get_mut(&charge)?.amount_refunded -= amount;
        let kind = if self.shape.is_current() { "refund.failed" } else { "charge.refund.updated" };
        self.emit_change(kind, &before, after);
        Ok(())
    }

    /// The charge that paid a payment intent.
    ///
    /// # Errors
    /// When the payment intent is missing or nothing was charged.
    pub fn charge_of_payment_intent(&self, intent: &str) -> Result<String> {
        let row = self.payment_intents.get(intent)?;
        row.latest_charge.clone().ok_or_else(|| {
            Error::invalid("payment_intent", "This PaymentIntent does not have a successful charge to refund.")
        })
    }
}
