//! A PostgreSQL for a step's own use, and the migrations applied to it.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result};
use private_postgres::{Cluster, Config};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _};
use tempfile::TempDir;

use crate::workspace::tools_dir;

/// Tests that run side by side hold many connections to their own databases of one server.
const CONNECTIONS: &str = "400";

/// A cluster in a temporary directory, stopped and removed when dropped.
pub(crate) struct ThrowAway {
    // In this order: the server stops before its directory goes.
    cluster: Cluster,
    _dir: TempDir,
}

impl ThrowAway {
    /// Starts one; `fast` gives up durability.
    pub(crate) fn start(root: &Path, fast: bool) -> Result<Self> {
        let dir = tempfile::Builder::new().prefix("crm-pg-").tempdir().context("could not make a directory")?;
        // As root, the server runs as `nobody`, who must get through.
        fs::set_permissions(dir.path(), Permissions::from_mode(0o755))?;
        let config = Config::new(dir.path().join("pg"));
        let config = if fast { config.throw_away() } else { config };
        let cluster = private_postgres::start(&with_defaults(config, root))?;
        Ok(Self { cluster, _dir: dir })
    }

    pub(crate) fn url(&self) -> String {
        self.cluster.database_url()
    }
}

/// What every cluster of these steps has: the binaries that the environment names, and room for connections.
pub(crate) fn with_defaults(mut config: Config, root: &Path) -> Config {
    config.bin_dir = std::env::var_os("CRM_PG_BIN").filter(|dir| !dir.is_empty()).map(Into::into);
    config.tools_dir = Some(tools_dir(root).join("python"));
    config.settings.push(("max_connections".into(), CONNECTIONS.into()));
    config
}

/// Applies what is new in `migrations/` to a database.
pub(crate) async fn migrate(root: &Path, url: &str) -> Result<(), MigrateError> {
    let migrator = Migrator::new(root.join("migrations")).await?;
    let mut connection = PgConnection::connect(url).await?;
    migrator.run(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Creates a database that does not exist yet; says whether it did.
pub(crate) async fn create(admin_url: &str, name: &str) -> Result<bool> {
    let mut connection = PgConnection::connect(admin_url).await?;
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(name)
        .fetch_one(&mut connection)
        .await?;
    if !exists {
        sqlx::raw_sql(AssertSqlSafe(format!(r#"CREATE DATABASE "{name}""#))).execute(&mut connection).await?;
    }
    connection.close().await?;
    Ok(!exists)
}

/// Drops a database, disconnecting whoever uses it.
pub(crate) async fn drop(admin_url: &str, name: &str) -> Result<()> {
    let mut connection = PgConnection::connect(admin_url).await?;
    sqlx::raw_sql(AssertSqlSafe(format!(r#"DROP DATABASE "{name}" WITH (FORCE)"#))).execute(&mut connection).await?;
    connection.close().await?;
    Ok(())
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(future: impl Future<Output = T>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(future))
}
