//! Where the parts of a cluster are.

use std::{
    collections::hash_map::DefaultHasher,
    env, fs,
    hash::{Hash, Hasher},
    os::unix::{
        ffi::OsStrExt,
        fs::{DirBuilderExt, MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use crate::{Error, account::Account, error::Doing};

/// A socket's path has a fixed-size field in the kernel: 108 bytes on Linux, 104 on macOS, its final zero included.
const LONGEST_SOCKET_PATH: usize = 103;
/// Names the socket; nothing listens on it as a TCP port.
pub(crate) const PORT: u16 = 5432;

/// The directories and files of one cluster.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// Everything below is in here, but for a socket whose path would be too long.
    pub home: PathBuf,
    /// PostgreSQL's own data directory.
    pub data: PathBuf,
    /// The directory of the socket.
    pub sockets: PathBuf,
    pub log: PathBuf,
    pub lock: PathBuf,
}

impl Layout {
    /// Creates the home directory, gives it to the account that runs the server and closes it to all others.
    pub(crate) fn create(home: &Path) -> Result<(Self, Account), Error> {
        fs::create_dir_all(home).doing(|| format!("create {}", home.display()))?;
        let home = fs::canonicalize(home).doing(|| format!("resolve {}", home.display()))?;
        let account = Account::for_directory(&home)?;
        account.take(&home)?;
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).doing(|| format!("close {}", home.display()))?;
        account.can_reach(&home, "CRM_DATA_DIR")?;
        Ok((Self::below(home), account))
    }

    /// Of a cluster that may exist.
    pub(crate) fn of(home: &Path) -> Option<Self> {
        fs::canonicalize(home).ok().map(Self::below)
    }

    fn below(home: PathBuf) -> Self {
        Self {
            data: home.join("data"),
            sockets: socket_directory(&home),
            log: home.join("postgres.log"),
            lock: home.join("lock"),
            home,
        }
    }

    /// Creates the socket's directory when it is not the home directory.
    pub(crate) fn create_socket_directory(&self, account: Account) -> Result<(), Error> {
        if self.sockets == self.home {
            return Ok(());
        }
        let dir = &self.sockets;
        // Not `create_dir_all`: a name in a directory that everybody writes to may have been taken by somebody else.
        if let Err(error) = fs::DirBuilder::new().mode(0o700).create(dir)
            && !dir.exists()
        {
            return Err(error).doing(|| format!("create {}", dir.display()));
        }
        let about = fs::symlink_metadata(dir).doing(|| format!("look at {}", dir.display()))?;
        let ours = [account.uid(), Account::Ourselves.uid()].contains(&about.uid());
        if !about.is_dir() || !ours || about.mode() & 0o077 != 0 {
            return Err(Error::SocketDirectory { dir: dir.clone() });
        }
        account.take(dir)?;
        account.can_reach(dir, "TMPDIR")
    }

    /// Removes the socket's directory when it is not the home directory. Left over, it does no harm.
    pub(crate) fn remove_socket_directory(&self) {
        if self.sockets != self.home {
            let _ = fs::remove_dir_all(&self.sockets);
        }
    }
}

/// The home directory, or for one with a long path a short one of the same identity under the temp directory.
fn socket_directory(home: &Path) -> PathBuf {
    let longest_name = format!("/.s.PGSQL.{PORT}.lock").len();
    if home.as_os_str().as_bytes().len() + longest_name <= LONGEST_SOCKET_PATH {
        return home.to_owned();
    }
    let mut hasher = DefaultHasher::new();
    home.hash(&mut hasher);
    env::temp_dir().join(format!("crm-pg-{:016x}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_is_at_home_unless_its_path_is_too_long() {
        let short = Path::new("/srv/crm/pg");
        assert_eq!(socket_directory(short), short);
        let long = PathBuf::from(format!("/srv/{}", "x".repeat(90)));
        let elsewhere = socket_directory(&long);
        assert!(elsewhere.starts_with(env::temp_dir()));
        assert_eq!(elsewhere, socket_directory(&long), "the next start must find what a crash left");
        assert_ne!(elsewhere, socket_directory(&long.join("y")));
    }
}
