//! `xtask guards`: the layers' rules, read off what each crate is linked with.

use anyhow::{Result, bail};

use crate::{packages::Metadata, workspace::root};

const WASM: &str = "wasm32-unknown-unknown";

/// A crate, the target it is built for, and the crates that its layer must not know. A name stands for its whole
/// family: `actix` also for `actix-web`.
const RULES: &[(&str, Option<&str>, &[&str])] = &[
    ("crm-types", None, &["sqlx", "actix", "tokio", "reqwest"]),
    ("crm-domain", None, &["actix", "utoipa-actix", "utoipa-swagger-ui", "clap"]),
    ("frontend", Some(WASM), &["sqlx", "actix", "tokio", "crm-domain", "crm-api"]),
];

pub(crate) fn run() -> Result<()> {
    let root = root()?;
    let mut broken = Vec::new();
    for (member, target, forbidden) in RULES {
        broken.extend(check(&Metadata::load(&root, *target)?, member, forbidden)?);
    }
    if !broken.is_empty() {
        bail!("dependencies against the layers' rules:\n  {}", broken.join("\n  "));
    }
    println!("{} crates keep to their layers", RULES.len());
    Ok(())
}

fn check(metadata: &Metadata, member: &str, forbidden: &[&str]) -> Result<Vec<String>> {
    let linked = metadata.linked_into(member)?;
    let broken = linked.iter().filter(|(name, _)| forbidden.iter().any(|family| is_of(family, name)));
    Ok(broken.map(|(name, by)| format!("{member} must not depend on {name}, which {by} brings in")).collect())
}

fn is_of(family: &str, name: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::tests::example;

    #[test]
    fn a_family_is_a_name_and_what_hangs_on_it() {
        assert!(is_of("actix", "actix") && is_of("actix", "actix-web") && is_of("sqlx", "sqlx_core"));
        assert!(!is_of("actix", "actixy") && !is_of("tokio", "leptos-tokio"));
    }

    #[test]
    fn an_indirect_dependency_is_found_and_a_test_only_one_is_not() {
        let broken = check(&example(), "app", &["core", "tester"]).unwrap();
        assert_eq!(broken, ["app must not depend on core, which web brings in"]);
    }
}
