//! Who PostgreSQL runs as: ourselves, or somebody else when we are root, because it refuses root.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::Command,
};

use crate::{Error, error::Doing};

const NOBODY: u32 = 65534;

/// The account that owns the data and runs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// The user who started us.
    Ourselves,
    /// We are root; the server is not.
    Other { uid: u32, gid: u32 },
}

impl Account {
    /// The owner of `dir` when we are root and root does not own it; `nobody` when it does.
    pub(crate) fn for_directory(dir: &Path) -> Result<Self, Error> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Ourselves);
        }
        let owner = fs::metadata(dir).doing(|| format!("look at {}", dir.display()))?;
        Ok(match owner.uid() {
            0 => Self::Other { uid: NOBODY, gid: NOBODY },
            uid => Self::Other { uid, gid: owner.gid() },
        })
    }

    pub(crate) fn uid(self) -> u32 {
        match self {
            Self::Ourselves => rustix::process::geteuid().as_raw(),
            Self::Other { uid, .. } => uid,
        }
    }

    /// Makes a directory or file the account's own.
    pub(crate) fn take(self, path: &Path) -> Result<(), Error> {
        match self {
            Self::Ourselves => Ok(()),
            Self::Other { uid, gid } => {
                chown(path, Some(uid), Some(gid)).doing(|| format!("give {} to user {uid}", path.display()))
            }
        }
    }

    /// A command that runs as the account (without our supplementary groups) and in no particular directory, as ours
    /// may be out of its reach.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command.current_dir("/");
        for variable in ["PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGOPTIONS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Checks that the account can get to `path`, every directory on the way included.
    pub(crate) fn can_reach(self, path: &Path, variable: &'static str) -> Result<(), Error> {
        let Self::Other { uid, gid } = self else { return Ok(()) };
        for dir in path.ancestors() {
            let about = fs::metadata(dir).doing(|| format!("look at {}", dir.display()))?;
            let enter = if about.uid() == uid {
                0o100
            } else if about.gid() == gid {
                0o010
            } else {
                0o001
            };
            if about.is_dir() && about.mode() & enter == 0 {
                return Err(Error::Unreachable { blocked: dir.to_owned(), path: path.to_owned(), uid, variable });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{fs::Permissions, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_closed_parent_is_named_with_what_to_do() {
        let root = tempfile::tempdir().unwrap();
        let closed = root.path().join("closed");
        let inner = closed.join("inner");
        fs::create_dir_all(&inner).unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();

        let stranger = Account::Other { uid: 4_000_000, gid: 4_000_000 };
        let message = stranger.can_reach(&inner, "CRM_DATA_DIR").unwrap_err().to_string();
        assert!(message.contains(&format!("chmod o+x {}", closed.display())), "{message}");
        assert!(message.contains("CRM_DATA_DIR"), "{message}");

        fs::set_permissions(&closed, Permissions::from_mode(0o711)).unwrap();
        stranger.can_reach(&inner, "CRM_DATA_DIR").unwrap();
        fs::set_permissions(&closed, Permissions::from_mode(0o700)).unwrap();
        Account::Ourselves.can_reach(&inner, "CRM_DATA_DIR").unwrap();
    }
}
