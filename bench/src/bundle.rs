//! The size of what a browser loads first.

use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// The part of the bundle's manifest that tells sizes.
#[derive(Deserialize)]
struct Manifest {
    files: BTreeMap<String, File>,
}

#[derive(Deserialize)]
struct File {
    brotli: u64,
    first_load: bool,
}

/// Prints the compressed size of everything that the first page loads, and of what waits until it is needed.
pub fn print(dist: &Path) -> Result<()> {
    let Ok(manifest) = std::fs::read(dist.join("manifest.json")) else {
        crate::say("first load of the app                not built: run ./just ui");
        return Ok(());
    };
    let manifest: Manifest = serde_json::from_slice(&manifest).context("the bundle's manifest is damaged")?;
    let sum = |first: bool| manifest.files.values().filter(|f| f.first_load == first).map(|f| f.brotli).sum::<u64>();
    let (first, later) = (sum(true) as f64 / 1000.0, sum(false) as f64 / 1000.0);
    crate::say(&format!("first load of the app                {first:.0} KB brotli, later {later:.0} KB"));
    Ok(())
}
