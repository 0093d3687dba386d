//! What the bundle is made of.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::{
    packages::Metadata,
    workspace::{files_below, hash_of},
};

/// A hash of everything that can change the bundle: sources of the frontend and of our crates that it is linked with,
/// the versions of the others, the build profile, and the steps themselves.
pub(super) fn hash(root: &Path, mode: &str) -> Result<String> {
    let metadata = Metadata::load(root, Some(super::compile::TARGET))?;
    let linked = metadata.linked_into(super::compile::PACKAGE)?;
    let build = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml", "scripts/wasm-toolchain.sh"];
    let mut files: Vec<_> = build.iter().map(|name| root.join(name)).collect();
    for package in metadata.members().filter(|package| linked.contains_key(package.name.as_str())) {
        files.extend(files_below(package.dir(), &is_built)?);
    }
    files.extend(these_steps(root)?);
    files.retain(|file| file.exists());
    hash_of(&files, &[mode, &std::env::var("CRM_WASM_TOOLCHAIN").unwrap_or_default()])
}

/// index.html and the assets beside it.
pub(super) fn pages_and_assets(frontend: &Path) -> Result<Vec<PathBuf>> {
    let mut files = files_below(&frontend.join("assets"), &|_| false)?;
    files.push(frontend.join("index.html"));
    Ok(files)
}

/// The sources of this module.
pub(super) fn these_steps(root: &Path) -> Result<Vec<PathBuf>> {
    let sources = root.join("crates/xtask/src/ui");
    if sources.exists() { files_below(&sources, &|_| false) } else { Ok(Vec::new()) }
}

fn is_built(path: &Path) -> bool {
    ["dist", "dist.fresh", "target", "node_modules", "tests"].iter().any(|name| path.ends_with(name))
}
