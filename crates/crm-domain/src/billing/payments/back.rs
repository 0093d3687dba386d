//! What went back of a payment: refunds, and what disputes took.

use super::{Payment, TransactionRow};
use crate::billing::facts::Body;
use chrono::{DateTime, Utc};
use crm_types::Currency;
use crm_types::billing::{TransactionKind, TransactionStatus};
use std::collections::BTreeMap;

impl Payment<'_> {
    /// Refunds, and what of the payment went back. A charge may say that more went back than refunds are known.
    pub(super) fn refunds(&self) -> (Vec<TransactionRow>, i64) {
        let mut rows = Vec::new();
        let mut known: BTreeMap<Option<&str>, i64> = BTreeMap::new();
        let mut refunded = 0_i64;
        for object in self.objects {
            let Body::Refund(refund) = &object.body else { continue };
            let status = match refund.status.as_str() {
                "succeeded" => TransactionStatus::Refunded,
                "failed" | "canceled" => TransactionStatus::Failed,
                _ => TransactionStatus::Pending,
            };
            if status != TransactionStatus::Failed {
                let sum = known.entry(refund.charge.as_deref()).or_default();
                *sum = sum.saturating_add(refund.amount);
            }
            if status == TransactionStatus::Refunded {
                refunded = refunded.saturating_add(refund.amount);
            }
            let mut row = self.refund_row(object.id.clone(), status, refund.currency, refund.amount, refund.created);
            row.reason.clone_from(&refund.reason);
            rows.push(row);
        }
        for (id, charge) in &self.charges {
            let listed = known.get(&Some(*id)).or_else(|| known.get(&None)).copied().unwrap_or(0);
            let unlisted = charge.amount_refunded.saturating_sub(listed);
            if unlisted > 0 {
                let at = self.objects.iter().find(|o| o.id == *id).map_or(charge.created, |o| o.stamp.at);
                rows.push(self.refund_row(
                    format!("{id}:refunded"),
                    TransactionStatus::Refunded,
                    charge.currency,
                    unlisted,
                    at,
                ));
                refunded = refunded.saturating_add(unlisted);
            }
        }
        (rows, refunded)
    }

    /// Disputes, and what of the payment they took. Money that is withdrawn is gone, whether it is lost already or not; what
    /// is won comes back.
    pub(super) fn disputes(&self) -> (Vec<TransactionRow>, i64) {
        let mut rows = Vec::new();
        let mut disputed = 0_i64;
        for object in self.objects {
            let Body::Dispute(dispute) = &object.body else { continue };
            let status = match dispute.status.as_str() {
                "lost" => TransactionStatus::Disputed,
                "won" | "warning_closed" | "prevented" | "charge_refunded" => TransactionStatus::Failed,
                _ if dispute.withdrawn => TransactionStatus::Disputed,
                _ => TransactionStatus::Pending,
            };
            if status == TransactionStatus::Disputed {
                disputed = disputed.saturating_add(dispute.amount.max(0));
            }
            let row = self.refund_row(object.id.clone(), status, dispute.currency, dispute.amount, dispute.at);
            rows.push(TransactionRow { kind: TransactionKind::Dispute, reason: dispute.reason.clone(), ..row });
        }
        (rows, disputed)
    }

    fn refund_row(
        &self,
        key: String,
        status: TransactionStatus,
        currency: Currency,
        amount: i64,
        at: DateTime<Utc>,
    ) -> TransactionRow {
        TransactionRow { kind: TransactionKind::Refund, ..self.row(key, status, currency, -amount.max(0), at) }
    }
}
