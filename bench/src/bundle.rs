//! The size of what a browser loads first.

use anyhow::{Context, Result};
use std::path::Path;

/// Prints the compressed size of everything that the first page loads.
pub fn print(dist: &Path) -> Result<()> {
    let entries = match std::fs::read_dir(dist) {
        Ok(entries) => entries,
        Err(_) => {
            crate::say("first load of the app                not built: run ./just ui");
            return Ok(());
        }
    };
    let mut total = 0;
    let mut walk: Vec<_> = entries.collect::<std::io::Result<_>>()?;
    while let Some(entry) = walk.pop() {
        let path = entry.path();
        if path.is_dir() {
            walk.extend(std::fs::read_dir(&path)?.collect::<std::io::Result<Vec<_>>>()?);
        } else if path.extension().is_some_and(|e| e == "br") {
            total += entry.metadata().context("no size")?.len();
        }
    }
    crate::say(&format!("first load of the app                {:.0} KB brotli", total as f64 / 1000.0));
    Ok(())
}
