//! The end of an action: the webhook of what it changed, in the transaction in which that is applied.

use super::perform::KEY_PREFIX;
use crate::billing::apply::{Claimed, Verdict};
use crate::db::Result;
use serde::Deserialize;
use sqlx::PgConnection;

/// What is read of an event: of which request it is.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    request: Option<Request>,
}

/// Before 2017 a bare id.
#[derive(Deserialize)]
#[serde(untagged)]
enum Request {
    Known { idempotency_key: Option<String> },
    Other(serde::de::IgnoredAny),
}

/// Confirms what was asked and has now been applied. Costs nothing when none of the events is of a request of ours.
pub(crate) async fn confirm(tx: &mut PgConnection, claimed: &[Claimed], verdicts: &[(String, Verdict)]) -> Result<()> {
    let done = |id: &str| verdicts.iter().any(|(event, verdict)| event == id && *verdict == Verdict::Done);
    let keys: Vec<String> = claimed
        .iter()
        .filter_map(|event| Some((key(&event.raw)?, event)))
        .filter(|(_, event)| done(&event.event_id))
        .map(|(key, _)| key)
        .collect();
    if keys.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        "UPDATE stripe_actions SET state = 'confirmed', settled_at = now(), reason = NULL
         WHERE stripe_key = ANY($1) AND state <> 'confirmed'",
        &keys
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The key of a request of ours, when the event is about what that request changed. Other events of the same request, such
/// as of its invoice, may come in before.
fn key(raw: &[u8]) -> Option<String> {
    let ours = raw.windows(KEY_PREFIX.len()).any(|window| window == KEY_PREFIX.as_bytes());
    if !ours {
        return None;
    }
    let envelope: Envelope = serde_json::from_slice(raw).ok()?;
    let counts = ["customer.subscription.", "refund.", "charge.refund"];
    if !counts.iter().any(|prefix| envelope.kind.starts_with(prefix)) {
        return None;
    }
    match envelope.request? {
        Request::Known { idempotency_key } => idempotency_key.filter(|key| key.starts_with(KEY_PREFIX)),
        Request::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn only_events_of_what_was_asked_for_confirm_it() {
        let event = |kind: &str, request: &str| format!(r#"{{"id":"evt_1","type":"{kind}","request":{request}}}"#);
        let ours = r#"{"id":"req_1","idempotency_key":"crm-act-1"}"#;
        for (kind, request, expected) in [
            ("customer.subscription.updated", ours, Some("crm-act-1")),
            ("refund.created", ours, Some("crm-act-1")),
            ("charge.refunded", ours, Some("crm-act-1")),
            ("invoice.created", ours, None),
            ("customer.created", r#"{"id":"req_1","idempotency_key":"crm-act-1-customer"}"#, None),
            ("customer.subscription.updated", r#"{"id":"req_1","idempotency_key":"another"}"#, None),
            ("customer.subscription.updated", r#""crm-act-1""#, None),
            ("customer.subscription.updated", "null", None),
        ] {
            assert_eq!(key(event(kind, request).as_bytes()).as_deref(), expected, "{kind} {request}");
        }
        assert_eq!(key(b"crm-act- \xff"), None);
    }
}
