use crate::audit::Actor;
use crate::db::Result;
use crm_types::ids::{ImportId, JobId};
use crm_types::jobs::{JobKind, SkipReason};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// A job whose turn it is, locked until the transaction ends.
#[derive(Debug)]
pub(crate) struct Work {
    pub id: JobId,
    pub kind: JobKind,
    pub params: Value,
    /// Where the batch before it ended; null before the first.
    pub position: Value,
    pub total: Option<i64>,
    pub import_id: Option<ImportId>,
    /// Who wants it.
    pub actor: Actor,
}

impl Work {
    /// What to do, as it was stored.
    pub(crate) fn params<T: DeserializeOwned>(&self) -> Result<T> {
        read(&self.params)
    }

    /// Where to go on; `None` before the first batch.
    pub(crate) fn position<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        read(&self.position)
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T> {
    T::deserialize(value).map_err(|error| sqlx::Error::Decode(error.into()).into())
}

/// What a batch did.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// How many rows there are, when this batch counted them.
    pub total: Option<i64>,
    /// Where it ended.
    pub position: Value,
    pub changed: i64,
    /// Of those that changed.
    pub created: i64,
    pub failed: i64,
    pub skips: BTreeMap<SkipReason, i64>,
    /// Nothing is left.
    pub over: bool,
}

impl Batch {
    /// A batch that ended there.
    pub(crate) fn at(position: &impl Serialize) -> Result<Self> {
        let position = serde_json::to_value(position).map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(Self { position, ..Self::default() })
    }

    /// Counts a row that is left as it is.
    pub(crate) fn skip(&mut self, reason: SkipReason) {
        *self.skips.entry(reason).or_default() += 1;
    }
}
