//! What staff asked the demo's Stripe to do, kept in a file: a restart plays the business again, and their requests with it.

use super::API_KEY;
use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use stripe_sandbox::{Business, Recorder, WrittenRequest};

/// The file, and whether requests are written into it now.
#[derive(Clone)]
pub struct Journal {
    file: Arc<Mutex<File>>,
    path: PathBuf,
    open: Arc<AtomicBool>,
}

impl Journal {
    /// Opens the journal of a data directory.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let path = data_dir.join("demo-requests.ndjson");
        let file = OpenOptions::new().create(true).append(true).open(&path);
        let file = file.with_context(|| format!("cannot open {}", path.display()))?;
        Ok(Self { file: Arc::new(Mutex::new(file)), path, open: Arc::default() })
    }

    /// Writes each request down before it is done.
    pub fn recorder(&self) -> Recorder {
        let journal = self.clone();
        Box::new(move |request| {
            if !journal.open.load(Ordering::Acquire) {
                return;
            }
            if let Err(error) = journal.write(request) {
                tracing::error!(error = format!("{error:#}"), "a request is missing in the demo's journal");
            }
        })
    }

    fn write(&self, request: &WrittenRequest) -> Result<()> {
        let line = format!("{}\n", serde_json::to_string(request)?);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(file.write_all(line.as_bytes())?)
    }

    /// Plays the business until `until`, with what was asked of it; events until then were sent before. Requests count
    /// from now on.
    pub async fn replay(&self, business: &mut Business, until: i64, base: &str) -> Result<()> {
        let text = std::fs::read_to_string(&self.path)?;
        let client = reqwest::Client::new();
        // A last line that a kill cut off was not done either.
        for request in text.lines().filter_map(|line| serde_json::from_str::<WrittenRequest>(line).ok()) {
            if request.at > business.now() {
                drop(business.step_to(request.at.min(until)));
            }
            request.repeat(&client, base, API_KEY).await.context("the demo's Stripe does not answer")?;
        }
        if until > business.now() {
            drop(business.step_to(until));
        }
        self.open.store(true, Ordering::Release);
        Ok(())
    }
}
