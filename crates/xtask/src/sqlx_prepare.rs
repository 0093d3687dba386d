//! `xtask sqlx-prepare`: what `cargo sqlx prepare --workspace` does, without installing sqlx-cli, and with a database
//! of its own.
//!
//! sqlx's macros describe their queries into `SQLX_OFFLINE_DIR` while a crate is compiled, so every crate that has some
//! must be compiled anew. It is checked behind a `RUSTC_WORKSPACE_WRAPPER` of a new name, which cargo takes for another
//! compiler of the workspace's own crates: all their dependencies, and the ordinary builds, stay as they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{
    database::{ThrowAway, block_on, migrate},
    packages::Metadata,
    workspace::{cargo, files_below, hash_of, root, run as run_command, target_dir},
};

/// Notes which artefacts it wrote, so that they can be removed: nobody asks for them a second time. Warnings are the
/// business of the ordinary builds.
const WRAPPER: &str = r#"#!/bin/sh
for word; do printf '%s\n' "$word"; done >>"$0.log"
exec "$@" --cap-lints allow
"#;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Change nothing; fail when .sqlx is not what the queries and migrations make it.
    #[arg(long)]
    check: bool,
}

type Descriptions = BTreeMap<String, Value>;

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
    let kept = root.join(".sqlx");
    let scratch = target_dir(&root).join("xtask/sqlx");
    fs::create_dir_all(&scratch)?;
    let users = users_of_checked_queries(&root)?;
    let stamp = scratch.join("up-to-date");
    let inputs = inputs(&root, &users, &kept)?;
    if fs::read_to_string(&stamp).is_ok_and(|seen| seen == inputs) {
        println!(".sqlx is up to date");
        return Ok(());
    }
    let wanted = describe(&root, &scratch, &users, &inputs)?;
    let present = read(&kept)?;
    let differences = differences(&present, &wanted);
    if options.check && !differences.is_empty() {
        bail!(".sqlx is stale; run `./just sqlx` and commit it:\n  {}", differences.join("\n  "));
    }
    if !options.check {
        write(&scratch, &kept, &present, &wanted)?;
    }
    println!(".sqlx describes {} queries, {} changed", wanted.len(), differences.len());
    fs::write(&stamp, self::inputs(&root, &users, &kept)?)?;
    Ok(())
}

/// A crate with checked queries.
struct User {
    package: String,
    /// Which of its targets have some, as cargo's flags.
    targets: BTreeSet<&'static str>,
    sources: Vec<PathBuf>,
}

fn users_of_checked_queries(root: &Path) -> Result<Vec<User>> {
    let mut users = Vec::new();
    for package in Metadata::load(root, None)?.members().filter(|package| package.name != env!("CARGO_PKG_NAME")) {
        let sources = files_below(package.dir(), &|path| path.ends_with("target") || path.ends_with("node_modules"))?;
        let mut targets = BTreeSet::new();
        for file in sources.iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
            if has_checked_query(&fs::read_to_string(file)?) {
                targets.insert(targets_of(file.strip_prefix(package.dir())?));
            }
        }
        if !targets.is_empty() {
            users.push(User { package: package.name.clone(), targets, sources });
        }
    }
    Ok(users)
}

fn targets_of(file: &Path) -> &'static str {
    if file.starts_with("tests") {
        "--tests"
    } else if file.starts_with("src/bin") || file == Path::new("src/main.rs") {
        "--bins"
    } else {
        "--lib"
    }
}

fn has_checked_query(rust: &str) -> bool {
    ["query!", "query_as!", "query_scalar!", "query_file!", "query_file_as!", "query_file_scalar!"]
        .iter()
        .any(|name| rust.contains(name))
}

/// A hash of all that the descriptions depend on, and of the descriptions that are kept.
fn inputs(root: &Path, users: &[User], kept: &Path) -> Result<String> {
    let mut files: Vec<_> = users.iter().flat_map(|user| user.sources.clone()).collect();
    files.extend(files_below(&root.join("migrations"), &|_| false)?);
    files.push(root.join("Cargo.lock"));
    for name in read(kept)?.keys() {
        files.push(kept.join(name));
    }
    hash_of(&files, &[])
}

/// Compiles the crates against a migrated database and gives what the macros wrote.
fn describe(root: &Path, scratch: &Path, users: &[User], inputs: &str) -> Result<Descriptions> {
    let fresh = scratch.join("fresh");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    fs::create_dir_all(&fresh)?;
    if users.is_empty() {
        return Ok(Descriptions::new());
    }
    let database = ThrowAway::start(root, true)?;
    block_on(migrate(root, &database.url()))?.context("could not apply the migrations")?;

    let wrapper = Wrapper::write(scratch, inputs)?;
    for user in users {
        let mut command = cargo();
        command.args(["check", "--quiet", "--package", &user.package]).args(&user.targets).current_dir(root);
        command.env("RUSTC_WORKSPACE_WRAPPER", &wrapper.path).env("DATABASE_URL", database.url());
        command.env("SQLX_OFFLINE", "false").env("SQLX_OFFLINE_DIR", &fresh);
        run_command(&mut command)?;
    }
    read(&fresh)
}

/// The compiler's wrapper, and what was compiled through it; removed when dropped.
struct Wrapper {
    path: PathBuf,
}

impl Wrapper {
    fn write(scratch: &Path, inputs: &str) -> Result<Self> {
        let dir = scratch.join(inputs.get(..16).unwrap_or(inputs));
        fs::create_dir_all(&dir)?;
        let wrapper = Self { path: dir.join("rustc") };
        fs::write(&wrapper.path, WRAPPER)?;
        fs::set_permissions(&wrapper.path, Permissions::from_mode(0o755))?;
        Ok(wrapper)
    }

    fn remove_artefacts(&self) -> Result<()> {
        let log = fs::read_to_string(self.path.with_extension("log"))?;
        let words: Vec<&str> = log.lines().collect();
        let values = |flag: &str| {
            let pairs: Vec<&str> =
                words.windows(2).filter(|pair| pair.first() == Some(&flag)).filter_map(|p| p.get(1).copied()).collect();
            pairs
        };
        let suffixes: Vec<&str> =
            values("-C").iter().filter_map(|value| value.strip_prefix("extra-filename=")).collect();
        let mut dirs: Vec<&str> = values("--out-dir");
        dirs.sort_unstable();
        dirs.dedup();
        for dir in dirs {
            let deps = Path::new(dir);
            remove_named(deps, &suffixes, Path::is_file)?;
            if let Some(profile) = deps.parent() {
                remove_named(&profile.join(".fingerprint"), &suffixes, Path::is_dir)?;
            }
        }
        Ok(())
    }
}

impl Drop for Wrapper {
    fn drop(&mut self) {
        // Left over, they only take space.
        let _ = self.remove_artefacts();
        if let Some(dir) = self.path.parent() {
            let _ = fs::remove_dir_all(dir);
        }
    }
}

/// Removes what has one of the suffixes in its name, its extension aside.
fn remove_named(dir: &Path, suffixes: &[&str], kind: fn(&Path) -> bool) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        if suffixes.iter().any(|suffix| stem.ends_with(suffix)) && kind(&path) {
            if path.is_dir() { fs::remove_dir_all(&path)? } else { fs::remove_file(&path)? }
        }
    }
    Ok(())
}

fn read(dir: &Path) -> Result<Descriptions> {
    let mut descriptions = Descriptions::new();
    if !dir.exists() {
        return Ok(descriptions);
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with("query-") && name.ends_with(".json") {
            let value =
                serde_json::from_slice(&fs::read(&path)?).with_context(|| format!("{} is broken", path.display()))?;
            descriptions.insert(name, value);
        }
    }
    Ok(descriptions)
}

/// One line per description that is missing, left over or different, with the start of its SQL.
fn differences(present: &Descriptions, wanted: &Descriptions) -> Vec<String> {
    let sql = |value: &Value| {
        let words = value.get("query").and_then(Value::as_str).unwrap_or_default().split_whitespace();
        words.collect::<Vec<_>>().join(" ").chars().take(80).collect::<String>()
    };
    let new = wanted.iter().filter_map(|(name, value)| match present.get(name) {
        None => Some(format!("{name} is missing: {}", sql(value))),
        Some(old) if old != value => Some(format!("{name} has changed: {}", sql(value))),
        Some(_) => None,
    });
    let old = present.iter().filter(|(name, _)| !wanted.contains_key(*name));
    new.chain(old.map(|(name, value)| format!("{name} is no longer used: {}", sql(value)))).collect()
}

fn write(scratch: &Path, kept: &Path, present: &Descriptions, wanted: &Descriptions) -> Result<()> {
    fs::create_dir_all(kept)?;
    for name in present.keys().filter(|name| !wanted.contains_key(*name)) {
        fs::remove_file(kept.join(name))?;
    }
    for (name, value) in wanted {
        if present.get(name) != Some(value) {
            fs::copy(scratch.join("fresh").join(name), kept.join(name))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_with_its_query() {
        let description = |sql: &str, nullable: bool| serde_json::json!({"query": sql, "nullable": [nullable]});
        let present: Descriptions = [
            ("a".into(), description("SELECT 1", false)),
            ("b".into(), description("SELECT\n  2", false)),
            ("c".into(), description("SELECT 3", false)),
        ]
        .into();
        let wanted: Descriptions = [
            ("a".into(), description("SELECT 1", false)),
            ("b".into(), description("SELECT\n  2", true)),
            ("d".into(), description("SELECT 4", false)),
        ]
        .into();
        assert_eq!(
            differences(&present, &wanted),
            ["b has changed: SELECT 2", "d is missing: SELECT 4", "c is no longer used: SELECT 3"]
        );
        assert!(differences(&present, &present).is_empty());
    }

    #[test]
    fn only_targets_with_queries_are_compiled() {
        assert_eq!(targets_of(Path::new("src/plans/list.rs")), "--lib");
        assert_eq!(targets_of(Path::new("src/main.rs")), "--bins");
        assert_eq!(targets_of(Path::new("tests/plans.rs")), "--tests");
    }

    #[test]
    fn checked_queries_are_recognised() {
        assert!(has_checked_query("sqlx::query_as!(Row, \"SELECT 1\")"));
        assert!(!has_checked_query("sqlx::query(\"SELECT 1\")"));
    }
}
