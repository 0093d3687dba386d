//! frontend/dist/manifest.json: what is in the bundle and how large it is.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{bundle::Bundle, compress::Files};

pub(super) const NAME: &str = "manifest.json";

#[derive(Serialize, Deserialize)]
pub(super) struct Manifest {
    /// By path below dist, which is also the path of its URL.
    pub files: BTreeMap<String, File>,
}

/// Sizes in bytes; a compressed one is absent where it would not be smaller.
#[derive(Serialize, Deserialize)]
pub(super) struct File {
    pub size: usize,
    pub brotli: Option<usize>,
    pub gzip: Option<usize>,
    /// Whether the first page needs it before it can show anything.
    pub first_load: bool,
}

impl File {
    /// What goes over the wire.
    pub(super) fn transferred(&self) -> usize {
        self.brotli.unwrap_or(self.size)
    }
}

impl Manifest {
    pub(super) fn new(bundle: &Bundle, files: &Files) -> Self {
        let size = |name: String| files.get(&name).map(Vec::len);
        let about = |(name, content): (&String, &Vec<u8>)| {
            let file = File {
                size: content.len(),
                brotli: size(format!("{name}.br")),
                gzip: size(format!("{name}.gz")),
                first_load: bundle.first_load.contains(name),
            };
            (name.clone(), file)
        };
        Self { files: bundle.files.iter().map(about).collect() }
    }

    pub(super) fn to_json(&self) -> Result<Vec<u8>> {
        Ok(serde_json::to_vec_pretty(self)?)
    }
}

/// Whether an earlier build is there, every file of it.
pub(super) fn is_complete(dist: &Path) -> bool {
    let read = || serde_json::from_slice::<Manifest>(&fs::read(dist.join(NAME)).ok()?).ok();
    read().is_some_and(|manifest| manifest.files.keys().all(|name| dist.join(name).exists()))
}
