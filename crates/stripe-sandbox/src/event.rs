//! An event as it goes over the wire, and what changed between two renderings of an object.

use serde_json::{Map, Value, json};

use crate::shape::ApiShape;

/// One event, with the exact bytes that a webhook carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `evt_...`
    pub id: String,
    /// Unix seconds of the sandbox's clock.
    pub created: i64,
    /// Stripe's type, e.g. `invoice.paid`.
    pub kind: String,
    /// The JSON envelope, to be signed and sent as it is.
    pub body: Vec<u8>,
}

/// The API request that caused an event; automatic events have none.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestInfo {
    pub(crate) id: Option<String>,
    pub(crate) idempotency_key: Option<String>,
}

impl Event {
    pub(crate) fn new(
        id: String,
        created: i64,
        kind: &str,
        object: Value,
        previous: Option<Value>,
        shape: ApiShape,
        request: &RequestInfo,
    ) -> Self {
        let mut data = Map::new();
        data.insert("object".to_owned(), object);
        if let Some(previous) = previous {
            data.insert("previous_attributes".to_owned(), previous);
        }
        let envelope = json!({
            "id": id,
            "object": "event",
            "api_version": shape.api_version(),
            "created": created,
            "data": Value::Object(data),
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": request.id, "idempotency_key": request.idempotency_key },
            "type": kind,
        });
        Self { id, created, kind: kind.to_owned(), body: envelope.to_string().into_bytes() }
    }
}

/// The old values of what differs, as Stripe's `previous_attributes`: objects key by key, lists as a whole.
/// `None` when nothing differs.
pub(crate) fn previous_attributes(before: &Value, after: &Value) -> Option<Value> {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return (before != after).then(|| before.clone());
    };
    let mut changed = Map::new();
    for (key, value) in old {
        if let Some(previous) = previous_attributes(value, new.get(key).unwrap_or(&Value::Null)) {
            changed.insert(key.clone(), previous);
        }
    }
    for key in new.keys().filter(|key| !old.contains_key(*key)) {
        changed.insert(key.clone(), Value::Null);
    }
    (!changed.is_empty()).then_some(Value::Object(changed))
}

#[cfg(test)]
mod tests {
    use super::previous_attributes;
    use serde_json::json;

    #[test]
    fn only_what_changed_is_told() {
        let before = json!({"a": 1, "same": {"x": 1}, "meta": {"k": "1", "l": "2"}, "list": [1, 2]});
        let after = json!({"a": 2, "same": {"x": 1}, "meta": {"k": "1", "l": "3", "m": "4"}, "list": [1]});
        assert_eq!(
            previous_attributes(&before, &after),
            Some(json!({"a": 1, "meta": {"l": "2", "m": null}, "list": [1, 2]}))
        );
        assert_eq!(previous_attributes(&before, &before), None);
    }
}
