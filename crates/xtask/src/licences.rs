//! `xtask licences`: whether each dependency comes under a licence that we may ship.
//!
//! cargo-deny does this too; it takes minutes to build, and this is a page.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{packages::Metadata, workspace::root};

const ALLOWED: &[&str] = &[
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MPL-2.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
    "CC0-1.0",
    "0BSD",
    "Unlicense",
    "CDLA-Permissive-2.0",
    "BSL-1.0",
];
/// They take nothing back that the licence before them gives.
const ALLOWED_EXCEPTIONS: &[&str] = &["LLVM-exception"];

pub(crate) fn run() -> Result<()> {
    let root = root()?;
    let metadata = Metadata::load(&root, None)?;
    let mut packages: Vec<_> = metadata
        .foreign()
        .map(|package| (format!("{} {} (cargo)", package.name, package.version), package.license.clone()))
        .collect();
    packages.extend(npm_packages(&root.join("e2e/package-lock.json"))?);

    let mut counts = BTreeMap::new();
    let mut refused = Vec::new();
    for (package, licence) in packages {
        let licence = licence.unwrap_or_else(|| "no licence".into());
        if !is_allowed(&licence) {
            refused.push(format!("{package}: {licence}"));
        }
        *counts.entry(licence).or_insert(0_usize) += 1;
    }
    if !refused.is_empty() {
        bail!("licences that we may not ship:\n  {}", refused.join("\n  "));
    }
    println!("{} dependencies under {} allowed licences", counts.values().sum::<usize>(), counts.len());
    Ok(())
}

/// What a lock file of npm names, ourselves aside.
fn npm_packages(lock: &Path) -> Result<Vec<(String, Option<String>)>> {
    if !lock.exists() {
        return Ok(Vec::new());
    }
    let parsed: Value = serde_json::from_slice(&fs::read(lock)?).with_context(|| format!("{}", lock.display()))?;
    let packages = parsed.get("packages").and_then(Value::as_object).context("a lock file has packages")?;
    let text = |value: &Value, key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(packages
        .iter()
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, about)| {
            let name = path.rsplit("node_modules/").next().unwrap_or(path);
            (format!("{name} {} (npm)", text(about, "version").unwrap_or_default()), text(about, "license"))
        })
        .collect())
}

/// Evaluates an SPDX expression: with OR one allowed side is enough, with AND both must be. A `/`, as older crates
/// write, is OR.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any_of(&mut rest).unwrap_or(false) && rest.is_empty()
}

fn any_of(words: &mut &[&str]) -> Option<bool> {
    let mut allowed = all_of(words)?;
    while take(words, "OR") {
        allowed |= all_of(words)?;
    }
    Some(allowed)
}

fn all_of(words: &mut &[&str]) -> Option<bool> {
    let mut allowed = one(words)?;
    while take(words, "AND") {
        allowed &= one(words)?;
    }
    Some(allowed)
}

/// A licence, perhaps with an exception, or an expression in parentheses; `None` where the text ends or makes no sense.
fn one(words: &mut &[&str]) -> Option<bool> {
    if take(words, "(") {
        let allowed = any_of(words)?;
        return take(words, ")").then_some(allowed);
    }
    let allowed = ALLOWED.contains(&next(words)?);
    if take(words, "WITH") {
        return Some(allowed & ALLOWED_EXCEPTIONS.contains(&next(words)?));
    }
    Some(allowed)
}

fn take(words: &mut &[&str], wanted: &str) -> bool {
    let is_next = words.first().is_some_and(|word| word.eq_ignore_ascii_case(wanted));
    if is_next {
        next(words);
    }
    is_next
}

fn next<'a>(words: &mut &[&'a str]) -> Option<&'a str> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_mean_what_spdx_says() {
        for allowed in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR Apache-2.0 OR MIT",
            "MIT AND BSD-3-Clause OR GPL-2.0",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR GPL-3.0) AND AGPL-3.0-only",
            "GPL-2.0 WITH Classpath-exception-2.0",
            "MIT WITH some-exception",
            "MIT OR",
            "(MIT",
            "MIT Apache-2.0",
            "no licence",
            "",
        ] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }

    #[test]
    fn reads_a_lock_file_of_npm() {
        let dir = tempfile::tempdir().unwrap();
        let lock = dir.path().join("package-lock.json");
        assert!(npm_packages(&lock).unwrap().is_empty());
        fs::write(
            &lock,
            r#"{"packages": {"": {"name": "e2e"}, "node_modules/a/node_modules/@b/c": {"version": "2.1.0",
                "license": "ISC"}, "node_modules/d": {"version": "1.0.0"}}}"#,
        )
        .unwrap();
        assert_eq!(
            npm_packages(&lock).unwrap(),
            [("@b/c 2.1.0 (npm)".into(), Some("ISC".into())), ("d 1.0.0 (npm)".into(), None)]
        );
    }
}
