//! wasm-bindgen and wasm-opt.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::split::Parts;
use crate::workspace::{files_below, output, tools_dir};

/// The npm package with wasm-opt; Debian's is too old for what rustc emits.
const BINARYEN: &str = "132.0.0";
/// Not all features: a browser refuses a module that uses some of them.
const WASM_OPT: &[&str] = &[
    "-Oz",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];
const SNIPPETS: &str = "snippets/";

/// What a browser runs.
pub(super) struct Program {
    pub wasm: Vec<u8>,
    /// The module that loads it and gives it the browser's functions.
    pub js: String,
    /// Modules that crates bring along, by their path below the directory of `js`.
    pub snippets: BTreeMap<String, Vec<u8>>,
    /// The module that loads the chunks.
    pub loader: String,
    /// Parts of the program that are loaded later, as `loader` calls them.
    pub chunks: BTreeMap<String, Vec<u8>>,
}

/// Fails when the library that writes the glue is not of the version that the program was linked with, because the two
/// share an unstable format.
pub(super) fn check_versions(root: &Path) -> Result<()> {
    let lock = fs::read_to_string(root.join("Cargo.lock")).context("could not read Cargo.lock")?;
    let linked = locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    let ours = locked_version(&lock, "wasm-bindgen-cli-support").unwrap_or(linked);
    if linked != ours {
        bail!(
            "Cargo.lock has wasm-bindgen {linked} and wasm-bindgen-cli-support {ours}, which must be equal: raise the \
             pin in crates/xtask/Cargo.toml, or run `cargo update -p wasm-bindgen --precise {ours}`"
        );
    }
    Ok(())
}

fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

pub(super) fn generate(parts: Parts) -> Result<Program> {
    let scratch = tempfile::tempdir()?;
    Bindgen::new()
        .input_path(&parts.main)
        .out_name("frontend")
        .web(true)?
        .typescript(false)
        // The chunks take from the program what the linker exports.
        .keep_lld_exports(true)
        .demangle(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(scratch.path())
        .context("wasm-bindgen failed")?;
    let read =
        |name: &str| fs::read(scratch.path().join(name)).with_context(|| format!("wasm-bindgen wrote no {name}"));
    let snippets_dir = scratch.path().join(SNIPPETS);
    let mut snippets = BTreeMap::new();
    for file in if snippets_dir.exists() { files_below(&snippets_dir, &|_| false)? } else { Vec::new() } {
        let name = file.strip_prefix(scratch.path())?.to_string_lossy().into_owned();
        snippets.insert(name, fs::read(&file)?);
    }
    let js = String::from_utf8(read("frontend.js")?).context("the glue is not UTF-8")?;
    Ok(Program { wasm: read("frontend_bg.wasm")?, js, snippets, loader: parts.loader, chunks: parts.chunks })
}

/// Each part by itself.
pub(super) fn optimise(root: &Path, program: &mut Program) -> Result<()> {
    let wasm_opt = wasm_opt(root)?;
    for wasm in program.chunks.values_mut().chain([&mut program.wasm]) {
        *wasm = smaller(&wasm_opt, wasm)?;
    }
    Ok(())
}

fn smaller(wasm_opt: &Path, wasm: &[u8]) -> Result<Vec<u8>> {
    let scratch = tempfile::tempdir()?;
    let (before, after) = (scratch.path().join("before.wasm"), scratch.path().join("after.wasm"));
    fs::write(&before, wasm)?;
    output(Command::new(wasm_opt).args(WASM_OPT).arg(&before).arg("-o").arg(&after))?;
    Ok(fs::read(&after)?)
}

/// wasm-opt from npm, installed for this project on first use.
fn wasm_opt(root: &Path) -> Result<PathBuf> {
    let prefix = tools_dir(root).join(format!("binaryen-{BINARYEN}"));
    let program = prefix.join("node_modules/.bin/wasm-opt");
    if !program.exists() {
        println!("  installing wasm-opt (npm binaryen {BINARYEN}) into {}", prefix.display());
        fs::create_dir_all(&prefix)?;
        let mut npm = Command::new("npm");
        npm.args(["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix"]);
        output(npm.arg(&prefix).arg(format!("binaryen@{BINARYEN}"))).context("could not install wasm-opt")?;
    }
    Ok(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_from_the_lock_file() {
        let dir = tempfile::tempdir().unwrap();
        let lock = |linked: &str| {
            let text = format!(
                "[[package]]\nname = \"wasm-bindgen\"\nversion = \"{linked}\"\n\n[[package]]\nname = \
                 \"wasm-bindgen-cli-support\"\nversion = \"0.2.130\"\n"
            );
            fs::write(dir.path().join("Cargo.lock"), text).unwrap();
            check_versions(dir.path())
        };
        lock("0.2.130").unwrap();
        let message = lock("0.2.131").unwrap_err().to_string();
        assert!(message.contains("0.2.131") && message.contains("--precise 0.2.130"), "{message}");
    }
}
