//! The server's log file.

use std::{
    fs::{self, File, OpenOptions},
    path::Path,
};

use crate::{Error, error::Doing};

/// A log that grew past this is set aside at the next start, over the one set aside before.
const SET_ASIDE_AT: u64 = 16 * 1024 * 1024;
const TAIL_LINES: usize = 20;

/// Opens the log to append to, and says how long it is so far.
pub(crate) fn open(path: &Path) -> Result<(File, u64), Error> {
    if fs::metadata(path).is_ok_and(|about| about.len() > SET_ASIDE_AT) {
        fs::rename(path, path.with_extension("log.1")).doing(|| format!("set {} aside", path.display()))?;
    }
    let file = OpenOptions::new().append(true).create(true).open(path).doing(|| format!("open {}", path.display()))?;
    let length = file.metadata().doing(|| format!("look at {}", path.display()))?.len();
    Ok((file, length))
}

/// The last lines of what was written after the first `from` bytes.
pub(crate) fn tail(path: &Path, from: u64) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    let start = usize::try_from(from).unwrap_or(usize::MAX).min(bytes.len());
    last_lines(&String::from_utf8_lossy(bytes.get(start..).unwrap_or_default()))
}

/// The last lines of a program's output.
pub(crate) fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(TAIL_LINES)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn the_tail_is_of_this_start_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("postgres.log");
        fs::write(&path, "from the run before\n").unwrap();
        let (mut file, from) = open(&path).unwrap();
        for line in 0..30 {
            writeln!(file, "line {line}").unwrap();
        }
        let tail = tail(&path, from);
        assert_eq!(tail.lines().count(), TAIL_LINES);
        assert!(tail.ends_with("line 29") && !tail.contains("before"), "{tail}");
    }
}
