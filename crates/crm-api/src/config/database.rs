use super::{Secret, Source};
use reqwest::Url;
use sqlx::postgres::PgConnectOptions;
use std::path::PathBuf;
use std::str::FromStr;

const POSTGRES_URL: &str = "a URL such as postgres://user:password@host:5432/database";

/// Where the data are.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `DATABASE_URL`; without it, a private cluster in the data directory.
    pub url: Option<Secret>,
    /// `DATABASE_REPLICA_URL`: analytics read from it.
    pub replica_url: Option<Secret>,
    /// `CRM_PG_BIN`: the directory with `postgres` and `initdb`.
    pub pg_bin: Option<PathBuf>,
}

impl DatabaseConfig {
    pub(super) fn read(source: &mut Source<'_>) -> Self {
        Self {
            url: read_url(source, "DATABASE_URL"),
            replica_url: read_url(source, "DATABASE_REPLICA_URL"),
            pg_bin: source.parse("CRM_PG_BIN", "the directory that holds `postgres` and `initdb`", |text| {
                let dir = PathBuf::from(text);
                (dir.join("postgres").is_file() && dir.join("initdb").is_file()).then_some(dir)
            }),
        }
    }
}

fn read_url(source: &mut Source<'_>, variable: &'static str) -> Option<Secret> {
    let text = source.get(variable)?;
    let scheme = text.starts_with("postgres://") || text.starts_with("postgresql://");
    if scheme && PgConnectOptions::from_str(&text).is_ok() {
        return Some(Secret::new(text));
    }
    source.refuse(variable, masked(&text), POSTGRES_URL);
    None
}

/// The URL without its password, which may also stand in the query; what does not parse shows nothing of itself.
fn masked(text: &str) -> String {
    match Url::parse(text) {
        Ok(mut url) if !url.cannot_be_a_base() => {
            if url.password().is_some() && url.set_password(Some("***")).is_err() {
                return "***".into();
            }
            url.set_query(None);
            format!("`{url}`")
        }
        _ => format!("*** ({} characters, not a URL)", text.chars().count()),
    }
}
