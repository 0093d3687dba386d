//! One owner per cluster: an advisory lock that the kernel drops when its holder dies, however it dies.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Write},
    path::Path,
    process,
};

use rustix::fs::{FlockOperation, flock};

use crate::{Error, error::Doing};

/// Held as long as it lives.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Takes the lock or names its holder. `dir` is what the message calls the cluster.
pub(crate) fn take(path: &Path, dir: &Path) -> Result<Lock, Error> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .doing(|| format!("open {}", path.display()))?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut holder = String::new();
        file.read_to_string(&mut holder).doing(|| format!("read {}", path.display()))?;
        let pid = if holder.trim().is_empty() { "unknown".into() } else { holder.trim().into() };
        return Err(Error::InUse { dir: dir.to_owned(), pid });
    }
    file.set_len(0)
        .and_then(|()| file.write_all(format!("{}\n", process::id()).as_bytes()))
        .doing(|| format!("write {}", path.display()))?;
    Ok(Lock { _file: file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holder_is_refused_by_name_until_the_first_lets_go() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let first = take(&path, dir.path()).unwrap();
        let message = take(&path, dir.path()).unwrap_err().to_string();
        assert!(message.contains(&process::id().to_string()), "{message}");
        assert!(message.contains(&dir.path().display().to_string()), "{message}");
        drop(first);
        take(&path, dir.path()).unwrap();
    }
}
