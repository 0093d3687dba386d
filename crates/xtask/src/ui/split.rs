//! Cuts the compiled program at its `wasm_split` functions, as cargo-leptos does: what only such a function reaches goes
//! into a chunk, which is loaded when the function is first called.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

/// What the glue and the loader of the chunks call each other.
pub(super) const GLUE: &str = "./frontend.js";
pub(super) const LOADER: &str = "./chunks.js";

pub(super) struct Parts {
    /// What is loaded first. Still to be given to wasm-bindgen.
    pub main: PathBuf,
    /// The module that loads the chunks, which it calls `./NAME`.
    pub loader: String,
    pub chunks: BTreeMap<String, Vec<u8>>,
    /// Holds `main`.
    _scratch: tempfile::TempDir,
}

/// The program must have been linked with `--emit-relocs` (.cargo/config.toml).
pub(super) fn split(wasm: &Path) -> Result<Parts> {
    let scratch = tempfile::tempdir()?;
    let main = scratch.path().join("main.wasm");
    let out = scratch.path().join("chunks");
    let input = fs::read(wasm)?;
    let mut options = Options::new(&input);
    options.output_dir = &out;
    options.main_out_path = &main;
    options.main_module = GLUE;
    options.link_name = LOADER;
    let made = transform(options).map_err(|error| anyhow!("could not split the program: {error:#}"))?;
    let mut chunks = BTreeMap::new();
    for file in made.split_modules {
        let name = file.file_name().context("a chunk without a name")?.to_string_lossy().into_owned();
        chunks.insert(name, fs::read(&file)?);
    }
    let loader = fs::read_to_string(out.join(LOADER)).context("the splitter wrote no loader")?;
    chunks.retain(|name, _| loader.contains(&format!("\"./{name}\"")));
    Ok(Parts { main, loader, chunks, _scratch: scratch })
}
