//! `xtask ui`: from Rust sources to what a browser loads.
//!
//! `cargo build` for wasm32 → chunks, loaded when a page needs them → wasm-bindgen (its JavaScript glue) → wasm-opt →
//! names with content hashes, references rewritten → brotli and gzip beside each file → frontend/dist, which the server serves as it is. No file in there has
//! an inline script, so that the page's content security policy need not allow any.

mod budget;
mod bundle;
mod compile;
mod compress;
mod glue;
mod inputs;
mod manifest;
mod split;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::workspace::{hash_of, root, target_dir};
use bundle::Bundle;
use manifest::Manifest;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Spend less time on making it small. The sizes are shown, but not held against the budget.
    #[arg(long)]
    quick: bool,
    /// Build even if nothing has changed.
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
    let dist = root.join("frontend/dist");
    let mode = if options.quick { "quick" } else { "small" };
    let inputs = inputs::hash(&root, mode)?;
    let stamp = Stamp::of(&root);
    let before = if options.force || !manifest::is_complete(&dist) { None } else { stamp.read() };
    if before.as_ref().is_some_and(|made| made.inputs == inputs) {
        println!("frontend/dist is up to date");
        return Ok(());
    }

    glue::check_versions(&root)?;
    let mut clock = Clock::start();
    let wasm = compile::run(&root)?;
    clock.lap("compiled");
    let compiled = compiled(&root, &wasm, mode)?;
    if before.is_some_and(|made| made.compiled == compiled) {
        println!("frontend/dist is up to date: the change did not reach the browser");
        return stamp.write(&Made { inputs, compiled });
    }

    let parts = split::split(&wasm)?;
    clock.lap("split");
    let mut program = glue::generate(parts)?;
    clock.lap("wasm-bindgen");
    if !options.quick {
        glue::optimise(&root, &mut program)?;
        clock.lap("wasm-opt");
    }
    let bundle = Bundle::new(&root.join("frontend"), &program)?;
    let mut files = compress::all(&bundle, if options.quick { 5 } else { 11 })?;
    clock.lap("compressed");
    let manifest = Manifest::new(&bundle, &files);
    files.insert(manifest::NAME.into(), manifest.to_json()?);
    replace(&dist, &files)?;
    budget::report(&manifest, !options.quick)?;
    stamp.write(&Made { inputs, compiled })
}

/// What the bundle in dist was made of. Kept beside dist, because a change in there makes cargo build the server anew.
#[derive(Serialize, Deserialize)]
struct Made {
    inputs: String,
    /// A hash of the compiled program and of the files beside it.
    compiled: String,
}

struct Stamp(PathBuf);

impl Stamp {
    fn of(root: &Path) -> Self {
        Self(target_dir(root).join("xtask/ui.json"))
    }

    fn read(&self) -> Option<Made> {
        serde_json::from_slice(&fs::read(&self.0).ok()?).ok()
    }

    fn write(&self, made: &Made) -> Result<()> {
        fs::create_dir_all(self.0.parent().unwrap_or(Path::new(".")))?;
        Ok(fs::write(&self.0, serde_json::to_vec(made)?)?)
    }
}

/// A hash of all that goes into the steps after compiling.
fn compiled(root: &Path, wasm: &Path, mode: &str) -> Result<String> {
    let mut files = inputs::pages_and_assets(&root.join("frontend"))?;
    files.extend(inputs::these_steps(root)?);
    files.push(wasm.to_owned());
    hash_of(&files, &[mode])
}

/// Puts the new files where the old ones were, all at once, so that nobody sees half of each.
fn replace(dist: &Path, files: &compress::Files) -> Result<()> {
    let fresh = dist.with_extension("fresh");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    for (name, content) in files {
        let path = fresh.join(name);
        fs::create_dir_all(path.parent().unwrap_or(&fresh))?;
        fs::write(&path, content).with_context(|| format!("could not write {}", path.display()))?;
    }
    if dist.exists() {
        fs::remove_dir_all(dist)?;
    }
    fs::rename(&fresh, dist)?;
    Ok(())
}

/// Says how long each step took.
struct Clock(Instant);

impl Clock {
    fn start() -> Self {
        Self(Instant::now())
    }

    fn lap(&mut self, step: &str) {
        let now = Instant::now();
        let took: Duration = now - self.0;
        println!("  {step:<13} {:>6.1} s", took.as_secs_f32());
        self.0 = now;
    }
}
