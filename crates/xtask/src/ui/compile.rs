//! Rust to WebAssembly.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::workspace::{output, run as run_command, target_dir};

pub(super) const PACKAGE: &str = "frontend";
pub(super) const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm";

/// Compiles the frontend and gives the path of the module. In a target directory of its own, because the compiler may
/// be another one than the host's.
pub(super) fn run(root: &Path) -> Result<PathBuf> {
    let toolchain = output(Command::new("bash").arg(root.join("scripts/wasm-toolchain.sh")).current_dir(root))
        .context("no compiler for WebAssembly")?;
    let target_dir = target_dir(root).join("wasm");
    let mut command = match toolchain.trim() {
        "" => Command::new("cargo"),
        name => {
            let mut command = Command::new("rustup");
            command.args(["run", name, "cargo"]);
            command
        }
    };
    command.args(["build", "--lib", "--package", PACKAGE, "--profile", PROFILE, "--target", TARGET]);
    command.current_dir(root).env("CARGO_TARGET_DIR", &target_dir);
    // Ours are those of the host's toolchain.
    for variable in ["CARGO", "RUSTC", "RUSTDOC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER"] {
        command.env_remove(variable);
    }
    run_command(&mut command)?;
    Ok(target_dir.join(TARGET).join(PROFILE).join(format!("{PACKAGE}.wasm")))
}
