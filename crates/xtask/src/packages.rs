//! What `cargo metadata` says.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::workspace::{cargo, output};

/// The packages of a build and how they depend on each other.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    packages: Vec<Package>,
    workspace_members: BTreeSet<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    id: String,
    pub name: String,
    pub version: String,
    /// An SPDX expression.
    pub license: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

impl Package {
    pub(crate) fn dir(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(&self.manifest_path)
    }
}

impl Metadata {
    /// Of the workspace, resolved for one target (`None`: for all of them).
    pub(crate) fn load(root: &Path, target: Option<&str>) -> Result<Self> {
        let mut command = cargo();
        command.args(["metadata", "--format-version", "1"]).current_dir(root);
        if let Some(target) = target {
            command.args(["--filter-platform", target]);
        }
        serde_json::from_str(&output(&mut command)?).context("could not read what cargo metadata printed")
    }

    pub(crate) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// What is not ours.
    pub(crate) fn foreign(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| !self.workspace_members.contains(&package.id))
    }

    /// What a member's own code is linked with: normal dependencies and theirs, itself first. A library that only runs
    /// while it is built (a build script's, a test's) is not in it. Each with the name of who brought it in.
    pub(crate) fn linked_into<'a>(&'a self, member: &'a str) -> Result<BTreeMap<&'a str, &'a str>> {
        let names: BTreeMap<&str, &str> =
            self.packages.iter().map(|package| (package.id.as_str(), package.name.as_str())).collect();
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let start = self.members().find(|package| package.name == member);
        let start = start.with_context(|| format!("the workspace has no crate {member}"))?.id.as_str();
        let mut brought_by = BTreeMap::from([(member, member)]);
        let mut seen = BTreeSet::from([start]);
        let mut pending = vec![start];
        while let Some(id) = pending.pop() {
            let dependencies = nodes.get(id).map(|node| node.deps.as_slice()).unwrap_or_default();
            for dependency in dependencies.iter().filter(|dependency| dependency.is_linked()) {
                if seen.insert(&dependency.pkg) {
                    let by = names.get(id).copied().unwrap_or(id);
                    brought_by.entry(names.get(dependency.pkg.as_str()).copied().unwrap_or_default()).or_insert(by);
                    pending.push(&dependency.pkg);
                }
            }
        }
        Ok(brought_by)
    }
}

impl Dependency {
    fn is_linked(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.is_none())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// `app` is linked with `web` and through it with `core`, and tested and built with others.
    pub(crate) fn example() -> Metadata {
        let package = |name: &str, license: &str| {
            serde_json::json!({"id": name, "name": name, "version": "1.0.0", "license": license,
                "manifest_path": format!("/{name}/Cargo.toml")})
        };
        let edge = |name: &str, kind: Option<&str>| serde_json::json!({"pkg": name, "dep_kinds": [{"kind": kind}]});
        serde_json::from_value(serde_json::json!({
            "packages": [package("app", "MIT"), package("web", "MIT"), package("core", "GPL-3.0"),
                package("tester", "MIT"), package("builder", "MIT")],
            "workspace_members": ["app"],
            "resolve": {"nodes": [
                {"id": "app", "deps": [edge("web", None), edge("tester", Some("dev")), edge("builder", Some("build"))]},
                {"id": "web", "deps": [edge("core", None)]},
            ]},
        }))
        .unwrap()
    }

    #[test]
    fn only_what_is_linked_counts_and_says_who_brought_it() {
        let metadata = example();
        let linked = metadata.linked_into("app").unwrap();
        assert_eq!(linked, BTreeMap::from([("app", "app"), ("web", "app"), ("core", "web")]));
        assert!(metadata.linked_into("nobody").is_err());
        assert_eq!(metadata.foreign().count(), 4);
    }
}
