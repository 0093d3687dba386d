//! Puts the app's bundle (`frontend/dist`) into the binary, when it was built.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let variable = |name| env::var_os(name).map(PathBuf::from).ok_or(io::ErrorKind::NotFound);
    let root = variable("CARGO_MANIFEST_DIR")?.join("../..");
    let out = variable("OUT_DIR")?;
    let dist = root.join("frontend/dist");
    // A path that does not exist would make Cargo run this every time.
    fs::create_dir_all(&dist)?;
    println!("cargo::rerun-if-changed={}", dist.display());
    println!("cargo::rerun-if-changed={}", root.join("migrations").display());
    let mut files = Vec::new();
    collect(&dist, &mut files)?;
    files.sort();
    // Copies, so that a new bundle may be written while the compiler reads this one.
    let copies = out.join("bundle");
    fs::create_dir_all(&copies)?;
    let mut code = String::from("static FILES: &[(&str, &[u8])] = &[\n");
    for (index, file) in files.iter().enumerate() {
        let name = file.strip_prefix(&dist).map_err(io::Error::other)?.to_string_lossy().replace('\\', "/");
        fs::copy(file, copies.join(index.to_string()))?;
        let line = format!("    ({name:?}, include_bytes!(concat!(env!(\"OUT_DIR\"), \"/bundle/{index}\"))),");
        writeln!(code, "{line}").map_err(io::Error::other)?;
    }
    code.push_str("];\n");
    fs::write(out.join("bundle.rs"), code)
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}
