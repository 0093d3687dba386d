//! Money that a customer's bank takes back.

use super::Sandbox;
use super::object::{Dispute, DisputeStatus};
use crate::error::{Error, Result};
use crate::shape;

impl Sandbox {
    /// The bank disputes what is left of a charge, and takes it; gives the dispute's id.
    ///
    /// # Errors
    /// When the charge is missing, failed, disputed already, or nothing is left of it.
    pub fn dispute(&mut self, charge: &str, reason: &str) -> Result<String> {
        let row = self.charges.get(charge)?;
        if self.is_taken_back(charge) {
            return Err(Error::invalid("charge", "This charge is disputed already."));
        }
        let amount = if row.succeeded { row.amount - row.amount_refunded } else { 0 };
        if amount == 0 {
            return Err(Error::invalid("charge", "Nothing is left of this charge."));
        }
        let dispute = Dispute {
            id: self.ids.next("du_"),
            created: self.now,
            charge: charge.to_owned(),
            payment_intent: row.payment_intent.clone(),
            amount,
            currency: row.currency.clone(),
            reason: reason.to_owned(),
            status: DisputeStatus::NeedsResponse,
            reinstated_at: None,
        };
        let object = shape::dispute(&dispute);
        let id = self.disputes.insert(dispute);
        self.emit("charge.dispute.created", object.clone());
        self.emit("charge.dispute.funds_withdrawn", object);
        Ok(id)
    }

    /// Whether a bank took a charge back, for good or until it decides.
    pub(super) fn is_taken_back(&self, charge: &str) -> bool {
        self.disputes.iter().any(|dispute| dispute.charge == charge && dispute.status != DisputeStatus::Won)
    }

    /// The bank decides.
    ///
    /// # Errors
    /// When the dispute is missing or over.
    pub fn close_dispute(&mut self, dispute: &str, won: bool) -> Result<()> {
        let now = self.now;
        let row = self.disputes.get_mut(dispute)?;
        if row.status != DisputeStatus::NeedsResponse {
            return Err(Error::invalid("dispute", "This dispute is over."));
        }
        row.status = if won { DisputeStatus::Won } else { DisputeStatus::Lost };
        row.reinstated_at = won.then_some(now);
        let object = shape::dispute(row);
        self.emit("charge.dispute.closed", object.clone());
        if won {
            self.emit("charge.dispute.funds_reinstated", object);
        }
        Ok(())
    }
}
