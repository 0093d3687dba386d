//! JSON merge patches (RFC 7396): a field that is absent stays, null empties it.

use serde::{Deserialize, Deserializer};

/// For `#[serde(default, deserialize_with = "patch::field")]` on `Option<Option<T>>`: the outer says whether the field was
/// there, the inner is its value.
pub(crate) fn field<'de, T: Deserialize<'de>, D: Deserializer<'de>>(value: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

#[cfg(test)]
mod tests {
    use crate::customers::CustomerPatch;

    #[test]
    fn absent_null_and_a_value_are_three_things() {
        let read = |json: &str| serde_json::from_str::<CustomerPatch>(json).map(|patch| patch.name);
        assert_eq!(read("{}").unwrap(), None);
        assert_eq!(read(r#"{"name": null}"#).unwrap(), Some(None));
        assert_eq!(read(r#"{"name": "Ada"}"#).unwrap(), Some(Some("Ada".into())));
        assert!(read(r#"{"mrr": 1}"#).is_err(), "only what staff may change");
        let patch = CustomerPatch { version: Some(3), phone: Some(None), ..CustomerPatch::default() };
        assert_eq!(serde_json::to_string(&patch).unwrap(), r#"{"version":3,"phone":null}"#);
    }
}
