//! JSON to a type, in little code.
//!
//! `serde_json::from_str` inlines its parser into the code of every type that it reads: a tenth of the bundle. Here the
//! parser runs once, into a tree, and each type only picks its fields from it.

use serde::de::value::{MapAccessDeserializer, StringDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Error, Value};

/// Reads a type from JSON text.
///
/// # Errors
/// When the text is no JSON, or not that of the type.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    T::deserialize(Tree(serde_json::from_str(text)?))
}

struct Tree(Value);

impl Tree {
    fn map<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Object(map) = self.0 else { return Err(Error::custom("expected an object")) };
        visitor.visit_map(Fields { rest: map.into_iter(), value: Value::Null })
    }

    fn seq<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Value::Array(list) = self.0 else { return Err(Error::custom("expected a list")) };
        visitor.visit_seq(Items(list.into_iter()))
    }

    fn scalar<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::String(value) => visitor.visit_string(value),
            Value::Number(value) => match (value.as_i64(), value.as_u64(), value.as_f64()) {
                (Some(value), ..) => visitor.visit_i64(value),
                (None, Some(value), _) => visitor.visit_u64(value),
                (None, None, value) => visitor.visit_f64(value.unwrap_or(f64::NAN)),
            },
            Value::Array(_) | Value::Object(_) => Err(Error::custom("expected a single value")),
        }
    }
}

/// An object's fields. A type of its own and no adapter: a closure in it would make it another type for each visitor.
struct Fields {
    rest: serde_json::map::IntoIter,
    value: Value,
}

impl<'de> MapAccess<'de> for Fields {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Tree(Value::String(key))).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(Tree(self.value.take()))
    }
}

/// A list's items.
struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        self.0.next().map(|value| seed.deserialize(Tree(value))).transpose()
    }
}

/// What says which kind of value it expects gets the code for that kind and no other.
macro_rules! forward {
    ($to:ident: $($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, Error> {
            self.$to(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Tree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Object(_) => self.map(visitor),
            Value::Array(_) => self.seq(visitor),
            _ => self.scalar(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        // On the wire an enum is a word, or a word with something: an object of one field.
        match self.0 {
            Value::String(word) => visitor.visit_enum(StringDeserializer::<Error>::new(word)),
            Value::Object(map) => {
                let fields = Fields { rest: map.into_iter(), value: Value::Null };
                visitor.visit_enum(MapAccessDeserializer::new(fields))
            }
            _ => Err(Error::custom("expected a word")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward! { map:
        deserialize_map()
        deserialize_struct(&'static str, &'static [&'static str])
    }

    forward! { seq:
        deserialize_seq()
        deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize)
    }

    forward! { scalar:
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_u8()
        deserialize_u16() deserialize_u32() deserialize_u64() deserialize_f32() deserialize_f64() deserialize_char()
        deserialize_str() deserialize_string() deserialize_bytes() deserialize_byte_buf() deserialize_unit()
        deserialize_unit_struct(&'static str) deserialize_identifier()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::analytics::{Figure, Overview};
    use crm_types::billing::StripeEventDetail;
    use crm_types::customers_bulk::BulkAction;
    use crm_types::realtime::RealtimeEvent;
    use crm_types::settings::AccountSettings;
    use crm_types::{Money, Page, Problem};
    use serde::Serialize;
    use std::fmt::Debug;

    /// Both readers agree.
    fn same<T: DeserializeOwned + PartialEq + Debug + Serialize>(text: &str) {
        let expected: T = serde_json::from_str(text).unwrap();
        assert_eq!(from_json::<T>(text).unwrap(), expected);
        assert_eq!(from_json::<T>(&serde_json::to_string(&expected).unwrap()).unwrap(), expected);
    }

    #[test]
    fn every_shape_of_the_wire_reads_as_serde_json_reads_it() {
        same::<Page<Money>>(
            r#"{"items":[{"minor":-5,"currency":"usd"}],"next_cursor":null,"total":1,"new_field":{"a":[1]}}"#,
        );
        same::<Figure<f64>>(r#"{"value":0.0461,"previous":null,"series":[{"day":"2026-10-31","value":1}]}"#);
        same::<RealtimeEvent>(r#"{"type":"mrr.changed","movements":3}"#);
        same::<RealtimeEvent>(r#"{"type":"reset"}"#);
        same::<Problem>(
            r#"{"type":"/p","title":"t","status":422,"detail":"d","errors":[{"field":"a","code":"b","message":"c"}]}"#,
        );
        same::<AccountSettings>(
            r#"{"account_name":"N","reporting_currency":"eur","time_zone":"UTC","discounts_forever":true,
                "discounts_limited":false,"cancellation":"period_end","version":1}"#,
        );
        for action in
            [r#"{"add_tags":["a","b"]}"#, r#"{"set_owner":null}"#, r#"{"set_organization":null}"#, r#"{"archive":{}}"#]
        {
            same::<BulkAction>(action);
        }
        same::<StripeEventDetail>(
            r#"{"id":"evt_1","type":"invoice.paid","object_id":null,"api_version":"2025","state":"dead","reason":"x",
                "attempts":5,"created":"2026-10-31T12:00:00Z","received_at":"2026-10-31T12:00:00.5Z","settled_at":null,
                "livemode":false,"body":"{}"}"#,
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"minor":"1","currency":"usd"}"#,
            r#"{"minor":1,"currency":"zzz"}"#,
            r#"{"minor":1.5,"currency":"usd"}"#,
        ] {
            assert!(from_json::<Money>(text).is_err(), "{text}");
        }
        assert!(from_json::<Overview>(r#"{"currency":"usd"}"#).is_err());
    }
}
