//! Disputes.

use serde_json::{Value, json};

use crate::calendar::DAY;
use crate::state::object::{Dispute, DisputeStatus};

pub(crate) fn dispute(dispute: &Dispute) -> Value {
    let status = match dispute.status {
        DisputeStatus::NeedsResponse => "needs_response",
        DisputeStatus::Won => "won",
        DisputeStatus::Lost => "lost",
    };
    let moved = |at: i64, amount: i64, name: &str| {
        json!({
            "id": dispute.id.replacen("du_", name, 1),
            "object": "balance_transaction",
            "amount": amount,
            "created": at,
            "currency": dispute.currency,
            "fee": 0,
            "net": amount,
            "source": dispute.id,
            "type": "adjustment",
        })
    };
    let mut moves = vec![moved(dispute.created, -dispute.amount, "txn_")];
    moves.extend(dispute.reinstated_at.map(|at| moved(at, dispute.amount, "txn_back_")));
    json!({
        "id": dispute.id,
        "object": "dispute",
        "amount": dispute.amount,
        "balance_transactions": moves,
        "charge": dispute.charge,
        "created": dispute.created,
        "currency": dispute.currency,
        "enhanced_eligibility_types": [],
        "evidence": { "enhanced_evidence": {} },
        "evidence_details": {
            "due_by": dispute.created + 14 * DAY,
            "enhanced_eligibility": {},
            "has_evidence": false,
            "past_due": false,
            "submission_count": 0,
        },
        "is_charge_refundable": false,
        "livemode": false,
        "metadata": {},
        "payment_intent": dispute.payment_intent,
        "payment_method_details": {
            "card": { "brand": "visa", "case_type": "chargeback", "network_reason_code": "10.4" },
            "type": "card",
        },
        "reason": dispute.reason,
        "status": status,
    })
}
