//! Where the demo's business is, kept in a file so that a restart goes on from there.

use super::Options;
use anyhow::{Context, Result, ensure};
use chrono::{DateTime, NaiveDate};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const DAY: i64 = 86_400;
/// The fast forward ends so many days ago: the slow part catches up with the present from there, in under an hour.
const SLOW_DAYS: i64 = 3;

/// Counts the changes to how the business goes: a past that was played otherwise cannot be played again.
const EDITION: u32 = 2;

/// Which business, and how far it was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Position {
    pub seed: u64,
    pub customers: u32,
    pub start: i64,
    pub days: u32,
    pub sent_until: i64,
    #[serde(default)]
    edition: u32,
    #[serde(skip)]
    file: PathBuf,
}

impl Position {
    /// Goes on with the business of the data directory, or begins a new one that ends near the present.
    ///
    /// # Errors
    /// When the directory's business was played by another edition, or its file cannot be read.
    pub fn load_or_begin(data_dir: &Path, options: &Options) -> Result<Self> {
        let file = data_dir.join("demo.json");
        if let Ok(text) = std::fs::read_to_string(&file) {
            let mut position: Self =
                serde_json::from_str(&text).with_context(|| format!("{} is damaged", file.display()))?;
            ensure!(
                position.edition == EDITION,
                "{} holds a demo of another version of this program: remove the directory to play a new one",
                data_dir.display()
            );
            position.file = file;
            return Ok(position);
        }
        let today = chrono::Utc::now().timestamp() / DAY * DAY;
        let start = today - (i64::from(options.days) + SLOW_DAYS) * DAY;
        let position = Self {
            seed: options.seed,
            customers: options.customers,
            start,
            days: options.days,
            sent_until: start,
            edition: EDITION,
            file,
        };
        position.save()?;
        Ok(position)
    }

    /// When the fast forward ends.
    pub fn fast_until(&self) -> i64 {
        self.start + i64::from(self.days) * DAY
    }

    /// The day on which it all began.
    pub fn first_day(&self) -> NaiveDate {
        DateTime::from_timestamp(self.start, 0).unwrap_or_default().date_naive()
    }

    /// Everything until `t` was acknowledged.
    pub fn sent(&mut self, t: i64) -> Result<()> {
        self.sent_until = t;
        self.save()
    }

    fn save(&self) -> Result<()> {
        // Written whole or not at all: a kill in between leaves the old one.
        let draft = self.file.with_extension("draft");
        std::fs::write(&draft, serde_json::to_string(self)?)?;
        std::fs::rename(&draft, &self.file).with_context(|| format!("cannot write {}", self.file.display()))
    }
}
