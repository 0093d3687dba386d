//! What is in a cursor: order, filter, and the sort key of the last row seen.

use super::{Kind, Order};
use crate::db::Result;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use sqlx::postgres::PgRow;
use sqlx::{Postgres, QueryBuilder, Row};
use uuid::Uuid;

/// A sort key's value, as a cursor carries it. Times are microseconds, as PostgreSQL keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Key {
    Number(i64),
    Text(String),
    Never,
}

/// What is behind the opaque text: order, fingerprint of the filter, keys of the last row, and how many rows there were when
/// the first page was read, up to one more than the cap: following pages need not count again.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor(String, String, Vec<Key>, i64);

/// The cursor after a row with these keys.
pub(super) fn write_cursor(order: &Order, filter: &str, keys: Vec<Key>, counted: i64) -> Result<String> {
    let cursor = Cursor(order.name.to_owned(), filter.to_owned(), keys, counted);
    let json = serde_json::to_vec(&cursor).map_err(|e| sqlx::Error::Encode(e.into()))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// Tells filters apart.
pub(super) fn fingerprint(filter: &impl Serialize) -> String {
    // A filter is made of plain values; if one ever failed to serialise, its cursors would merely be less picky.
    let json = serde_json::to_vec(filter).unwrap_or_default();
    URL_SAFE_NO_PAD.encode(Sha256::digest(json).get(..6).unwrap_or_default())
}

/// The keys of a cursor of this order and filter, and how many rows there were.
pub(super) fn parse_cursor(text: &str, order: &Order, filter: &str) -> Option<(Vec<Key>, i64)> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    let Cursor(name, fingerprint, keys, counted) = serde_json::from_slice(&json).ok()?;
    let fits = order.columns.iter().zip(&keys).all(|((_, kind), key)| match (kind, key) {
        (Kind::Time, Key::Number(micros)) => DateTime::from_timestamp_micros(*micros).is_some(),
        (Kind::TimeOrNever, Key::Number(micros)) => DateTime::from_timestamp_micros(*micros).is_some(),
        (Kind::TimeOrNever, Key::Never) | (Kind::Int, Key::Number(_)) => true,
        (Kind::SmallInt, Key::Number(number)) => i16::try_from(*number).is_ok(),
        (Kind::Day, Key::Text(text)) => text.parse::<NaiveDate>().is_ok(),
        (Kind::Text, Key::Text(text)) => !text.contains('\0'),
        (Kind::Id, Key::Text(text)) => Uuid::parse_str(text).is_ok(),
        _ => false,
    });
    let ours = name == order.name && fingerprint == filter && keys.len() == order.columns.len() && counted >= 0;
    (ours && fits).then_some((keys, counted))
}

/// Binds a key with its column's type. `parse_cursor` and `read_key` see to it that kind and key fit.
pub(super) fn push_key(query: &mut QueryBuilder<Postgres>, kind: Kind, key: &Key) {
    match (kind, key) {
        (Kind::TimeOrNever, Key::Never) => query.push("'infinity'::timestamptz"),
        (Kind::Time | Kind::TimeOrNever, Key::Number(micros)) => {
            query.push_bind(DateTime::<Utc>::from_timestamp_micros(*micros))
        }
        (Kind::Id, Key::Text(text)) => query.push_bind(Uuid::parse_str(text).ok()),
        (Kind::Day, Key::Text(text)) => query.push_bind(text.parse::<NaiveDate>().ok()),
        (Kind::SmallInt, Key::Number(number)) => query.push_bind(i16::try_from(*number).ok()),
        (_, Key::Number(number)) => query.push_bind(*number),
        (_, Key::Text(text)) => query.push_bind(text.clone()),
        (_, Key::Never) => query.push("NULL"),
    };
}

/// Reads a key of its kind.
pub(super) fn read_key(row: &PgRow, name: &str, kind: Kind) -> sqlx::Result<Key> {
    Ok(match kind {
        Kind::Time | Kind::TimeOrNever => match row.try_get::<Option<DateTime<Utc>>, _>(name)? {
            Some(time) => Key::Number(time.timestamp_micros()),
            None => Key::Never,
        },
        Kind::Day => Key::Text(row.try_get::<NaiveDate, _>(name)?.to_string()),
        Kind::Int => Key::Number(row.try_get(name)?),
        Kind::SmallInt => Key::Number(row.try_get::<i16, _>(name)?.into()),
        Kind::Text => Key::Text(row.try_get(name)?),
        Kind::Id => Key::Text(row.try_get::<Uuid, _>(name)?.to_string()),
    })
}
