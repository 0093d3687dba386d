//! Where the workspace is, and how its tools are run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

/// The directory of the workspace that we were started in.
pub(crate) fn root() -> Result<PathBuf> {
    let manifest = output(cargo().args(["locate-project", "--workspace", "--message-format", "plain"]))?;
    Ok(Path::new(manifest.trim()).parent().context("a manifest has a directory")?.to_owned())
}

/// The cargo that runs us, else the one on PATH.
pub(crate) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Where `./just` puts what it installs for this project alone.
pub(crate) fn tools_dir(root: &Path) -> PathBuf {
    env::var_os("CRM_TOOLS_DIR").map_or_else(|| root.join(".tools"), |dir| root.join(dir))
}

/// Where databases and secrets of this machine are, as the server has it.
pub(crate) fn data_dir(root: &Path) -> PathBuf {
    env::var_os("CRM_DATA_DIR").map_or_else(|| root.join(".crm"), |dir| root.join(dir))
}

/// Where the host's build goes.
pub(crate) fn target_dir(root: &Path) -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir))
}

/// Runs a command to its end, its output shown; an error when it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not run {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed: {status}", shown(command));
    }
    Ok(())
}

/// Runs a command to its end and gives its standard output; an error, with what it said, when it fails.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let done = command.stdin(Stdio::null()).output().with_context(|| format!("could not run {}", shown(command)))?;
    if !done.status.success() {
        bail!("{} failed: {}\n{}", shown(command), done.status, String::from_utf8_lossy(&done.stderr).trim_end());
    }
    String::from_utf8(done.stdout).with_context(|| format!("{} did not print UTF-8", shown(command)))
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

/// Every file below a directory (or the file itself), sorted, hidden ones and those that `skip` names left out.
pub(crate) fn files_below(path: &Path, skip: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut pending = vec![path.to_owned()];
    while let Some(path) = pending.pop() {
        if skip(&path) {
            continue;
        }
        if path.is_dir() {
            for entry in fs::read_dir(&path).with_context(|| format!("could not list {}", path.display()))? {
                let entry = entry?;
                if !entry.file_name().to_string_lossy().starts_with('.') {
                    pending.push(entry.path());
                }
            }
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// One hash over the names and contents of files, and over some more text.
pub(crate) fn hash_of<'a>(files: impl IntoIterator<Item = &'a PathBuf>, more: &[&str]) -> Result<String> {
    let mut hasher = Sha256::new();
    for file in files {
        let content = fs::read(file).with_context(|| format!("could not read {}", file.display()))?;
        hasher.update(file.as_os_str().as_encoded_bytes());
        hasher.update(content.len().to_le_bytes());
        hasher.update(content);
    }
    for text in more {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text);
    }
    Ok(hex::encode(hasher.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_sees_names_and_contents() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("src")).unwrap();
        fs::write(dir.path().join("src/a"), "1").unwrap();
        fs::write(dir.path().join("b"), "2").unwrap();
        fs::write(dir.path().join(".hidden"), "3").unwrap();
        let hash = |skipped: &str| {
            let skipped = skipped.to_owned();
            let files = files_below(dir.path(), &move |path| path.ends_with(&skipped)).unwrap();
            (files.len(), hash_of(&files, &["more"]).unwrap())
        };
        let before = hash("nothing");
        assert_eq!(before.0, 2);
        assert_ne!(before, hash("b"));
        assert_eq!(before, hash("nothing"));
        fs::write(dir.path().join("src/a"), "changed").unwrap();
        assert_ne!(before, hash("nothing"));
    }
}
