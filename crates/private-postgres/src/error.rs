use std::{io, path::PathBuf};

use crate::OLDEST_SUPPORTED;

/// Why a cluster could not be found, started or stopped. Every message says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No PostgreSQL was found anywhere.
    #[error(
        "no PostgreSQL found (looked at {looked_at}); install PostgreSQL {OLDEST_SUPPORTED} or newer, point CRM_PG_BIN \
         at the directory that holds `postgres` and `initdb`, or set DATABASE_URL to a server you run"
    )]
    NotFound {
        /// The places that were searched, for a person.
        looked_at: String,
    },
    /// The directory that was asked for holds no server.
    #[error("{dir} holds no `postgres` and `initdb`; CRM_PG_BIN must name PostgreSQL's bin directory", dir = dir.display())]
    NotABinDirectory {
        /// What was asked for.
        dir: PathBuf,
    },
    /// A PostgreSQL was found, and it is too old.
    #[error("PostgreSQL {found} in {dir} is too old: {OLDEST_SUPPORTED} or newer is needed", dir = dir.display())]
    TooOld {
        /// Its bin directory.
        dir: PathBuf,
        /// Its major version.
        found: u32,
    },
    /// The data were written by another major version than the binaries'.
    #[error(
        "the data in {data} were written by PostgreSQL {written_by}, the one in {bin} is {found}; install PostgreSQL \
         {written_by}, point CRM_PG_BIN at it, or move the data over with pg_upgrade",
        data = data.display(), bin = bin.display()
    )]
    OtherVersion {
        /// The cluster's data.
        data: PathBuf,
        /// The version that wrote them.
        written_by: u32,
        /// The bin directory that was to be used.
        bin: PathBuf,
        /// Its version.
        found: u32,
    },
    /// Another living process owns the cluster.
    #[error(
        "the database in {dir} is in use by process {pid}; stop that process first, or choose another directory with \
         CRM_DATA_DIR",
        dir = dir.display()
    )]
    InUse {
        /// The cluster's directory.
        dir: PathBuf,
        /// The process that owns it.
        pid: String,
    },
    /// Started as root, and the account that PostgreSQL runs as can't get to a directory.
    #[error(
        "PostgreSQL does not run as root, so it runs as user id {uid}, who can't enter {blocked} on the way to {path}; \
         allow it (chmod o+x {blocked}), choose a directory that every user can reach ({variable}=...), or start this \
         as an ordinary user",
        blocked = blocked.display(), path = path.display()
    )]
    Unreachable {
        /// The directory that refuses.
        blocked: PathBuf,
        /// Where it was going.
        path: PathBuf,
        /// The account.
        uid: u32,
        /// The environment variable that moves that path.
        variable: &'static str,
    },
    /// The socket's directory under the temp directory belongs to somebody else.
    #[error("{dir} belongs to another user, so the database's socket can't be put there; remove it", dir = dir.display())]
    SocketDirectory {
        /// The directory.
        dir: PathBuf,
    },
    /// `initdb` or `postgres` gave up.
    #[error("{program} failed: {reason}\n{output}")]
    Failed {
        /// Which program.
        program: &'static str,
        /// Its exit status, or that it took too long.
        reason: String,
        /// The end of what it wrote.
        output: String,
    },
    /// The operating system refused something.
    #[error("could not {doing}: {source}")]
    Io {
        /// What was being done, with the path.
        doing: String,
        /// The reason.
        source: io::Error,
    },
}

/// Adds what was being done to an I/O error.
pub(crate) trait Doing<T> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error>;
}

impl<T, E: Into<io::Error>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Error> {
        self.map_err(|error| Error::Io { doing: what(), source: error.into() })
    }
}
