//! The inbox: a webhook that was answered with 200 is a row here.

use crate::db::Result;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgExecutor;

/// Woken when there is something to apply.
pub const CHANNEL: &str = "crm_inbox";

/// The most bytes a delivery may have.
pub const MAX_BODY: usize = 512 * 1024;

/// A delivery whose signature is good, as it goes into the inbox.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// `evt_...`.
    pub event_id: String,
    /// The connected account, if any.
    pub account: Option<String>,
    /// Stripe's type.
    pub kind: String,
    /// The API version it was rendered in.
    pub api_version: Option<String>,
    /// The object it is about.
    pub object_id: Option<String>,
    /// When it happened.
    pub created: DateTime<Utc>,
    /// False in test mode.
    pub livemode: bool,
    /// The exact bytes.
    pub raw: Vec<u8>,
}

/// The part of an event that the inbox reads. Everything else waits for the normaliser.
#[derive(Deserialize)]
struct Envelope<'a> {
    id: String,
    #[serde(borrow)]
    account: Option<std::borrow::Cow<'a, str>>,
    #[serde(rename = "type")]
    kind: String,
    api_version: Option<String>,
    created: i64,
    #[serde(default)]
    livemode: bool,
    data: EnvelopeData,
}

#[derive(Deserialize)]
struct EnvelopeData {
    object: EnvelopeObject,
}

#[derive(Deserialize)]
struct EnvelopeObject {
    #[serde(default)]
    id: Option<String>,
}

impl Delivery {
    /// Reads the envelope. The error is a sentence for the sender: the body is not a Stripe event.
    pub fn parse(raw: Vec<u8>) -> std::result::Result<Self, String> {
        let envelope: Envelope<'_> =
            serde_json::from_slice(&raw).map_err(|error| format!("the body is not a Stripe event: {error}"))?;
        let acceptable = |text: &str, most: usize| !text.is_empty() && text.len() <= most && !text.contains('\0');
        if !acceptable(&envelope.id, 255) || !acceptable(&envelope.kind, 255) {
            return Err("the body is not a Stripe event: `id` or `type` is empty, too long or has a NUL".into());
        }
        let created = DateTime::from_timestamp(envelope.created, 0)
            .filter(|_| (0..253_402_300_800).contains(&envelope.created))
            .ok_or("the body is not a Stripe event: `created` is not a Unix time")?;
        let clean = |text: String| text.replace('\0', "");
        Ok(Self {
            event_id: envelope.id,
            account: envelope.account.map(|a| clean(a.into_owned())),
            kind: envelope.kind,
            api_version: envelope.api_version.map(clean),
            object_id: envelope.data.object.id.map(clean),
            created,
            livemode: envelope.livemode,
            raw,
        })
    }
}

/// Stores deliveries in one statement. Those that are there already stay as they are. Gives how many are new.
pub async fn store(db: impl PgExecutor<'_>, deliveries: &[Delivery]) -> Result<u64> {
    let n = deliveries.len();
    let (mut ids, mut accounts, mut kinds) = (Vec::with_capacity(n), Vec::with_capacity(n), Vec::with_capacity(n));
    let (mut versions, mut objects, mut created) =
        (Vec::with_capacity(n), Vec::with_capacity(n), Vec::with_capacity(n));
    let (mut livemodes, mut raws) = (Vec::with_capacity(n), Vec::with_capacity(n));
    for delivery in deliveries {
        ids.push(delivery.event_id.as_str());
        accounts.push(delivery.account.as_deref());
        kinds.push(delivery.kind.as_str());
        versions.push(delivery.api_version.as_deref());
        objects.push(delivery.object_id.as_deref());
        created.push(delivery.created);
        livemodes.push(delivery.livemode);
        raws.push(delivery.raw.as_slice());
    }
    let done = sqlx::query!(
        "INSERT INTO stripe_events (event_id, account, type, api_version, object_id, created, livemode, raw)
         SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::bool[], $8::bytea[])
         ON CONFLICT (event_id) DO NOTHING",
        &ids as &[&str],
        &accounts as &[Option<&str>],
        &kinds as &[&str],
        &versions as &[Option<&str>],
        &objects as &[Option<&str>],
        &created,
        &livemodes,
        &raws as &[&[u8]],
    )
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn envelopes() {
        let good = br#"{"id":"evt_1","object":"event","type":"customer.created","created":1700000000,"livemode":false,
            "api_version":"2025-12-15.clover","data":{"object":{"id":"cus_1","name":"Ren\u00e9"}}}"#;
        let delivery = Delivery::parse(good.to_vec()).unwrap();
        assert_eq!((delivery.event_id.as_str(), delivery.object_id.as_deref()), ("evt_1", Some("cus_1")));
        assert_eq!(delivery.raw, good);
        for bad in [
            &b""[..],
            b"{",
            b"[]",
            br#"{"id":"","type":"x","created":1,"data":{"object":{}}}"#,
            br#"{"id":"evt_1","type":"x","created":"1","data":{"object":{}}}"#,
            br#"{"id":"evt_1","type":"x","created":-1,"data":{"object":{}}}"#,
            br#"{"id":"evt_1","type":"x","created":99999999999999,"data":{"object":{}}}"#,
            br#"{"id":"evt_1","type":"x","created":1}"#,
            br#"{"id":"e\u0000","type":"x","created":1,"data":{"object":{}}}"#,
        ] {
            assert!(Delivery::parse(bad.to_vec()).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
