//! The database: a server that is given, or a private cluster that belongs to this process.

mod attach;

use crate::config::{Config, Secret};
use anyhow::{Context, Result};
use private_postgres::Cluster;
use sqlx::PgPool;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::str::FromStr;
use std::time::Duration;

/// All migrations, in this binary.
pub static MIGRATOR: Migrator = sqlx::migrate!("../../migrations");

const REQUEST_CONNECTIONS: u32 = 16;
const KEY_CONNECTIONS: u32 = 2;
const BACKGROUND_CONNECTIONS: u32 = 8;
/// A request that finds no connection in time is told to come again.
const ACQUIRE: Duration = Duration::from_secs(2);
/// Closing writes a farewell on each connection; a server that is gone reads none.
const CLOSE: Duration = Duration::from_secs(5);

/// Connections, and the cluster if it is ours.
#[derive(Debug)]
pub struct Database {
    /// For requests.
    pub pool: PgPool,
    /// For reads that may lag: the replica's, or the same as `pool`.
    pub read_pool: PgPool,
    /// As `read_pool`, for statements that find rows by their keys: whatever the keys, one plan serves.
    pub key_pool: PgPool,
    /// For workers and commands: no limit on a statement's time.
    pub background_pool: PgPool,
    cluster: Option<Cluster>,
}

impl Database {
    /// Starts the private cluster unless `DATABASE_URL` is set, and connects.
    ///
    /// # Errors
    /// When there is no PostgreSQL, another process owns the cluster, or the server does not answer.
    pub async fn open(config: &Config) -> Result<Self> {
        match &config.database.url {
            Some(url) => Self::connect(config, connect_options("DATABASE_URL", url)?, None).await,
            None => {
                let cluster = start_cluster(config).await?;
                let url = Secret::new(cluster.database_url());
                Self::connect(config, connect_options("the private cluster's URL", &url)?, Some(cluster)).await
            }
        }
    }

    /// As [`Database::open`], and when another process of ours owns the cluster, connects to that one: for commands that
    /// may run beside the server.
    ///
    /// # Errors
    /// As [`Database::open`].
    pub async fn attach(config: &Config) -> Result<Self> {
        let error = match Self::open(config).await {
            Err(error) => error,
            opened => return opened,
        };
        let in_use = matches!(error.downcast_ref(), Some(private_postgres::Error::InUse { .. }));
        match attach::running_cluster(config).filter(|_| in_use) {
            Some(options) => Self::connect(config, options, None).await,
            None => Err(error),
        }
    }

    async fn connect(config: &Config, options: PgConnectOptions, cluster: Option<Cluster>) -> Result<Self> {
        let pool = request_pool(options.clone(), REQUEST_CONNECTIONS);
        let replica = config.database.replica_url.as_ref();
        let replica = replica.map(|url| connect_options("DATABASE_REPLICA_URL", url)).transpose()?;
        let read_pool = match &replica {
            Some(replica) => request_pool(replica.clone(), REQUEST_CONNECTIONS),
            None => pool.clone(),
        };
        // To plan such a statement takes longer than to run it.
        let by_key = replica.unwrap_or_else(|| options.clone()).options([("plan_cache_mode", "force_generic_plan")]);
        let key_pool = request_pool(by_key, KEY_CONNECTIONS);
        let background_pool = PgPoolOptions::new()
            .max_connections(BACKGROUND_CONNECTIONS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options.application_name("crm-api background"));
        let database = Self { pool, read_pool, key_pool, background_pool, cluster };
        let connected = database.background_pool.acquire().await;
        match connected {
            Ok(_) => Ok(database),
            Err(error) => {
                database.close().await;
                Err(error).context("could not connect to the database; check DATABASE_URL and that the server runs")
            }
        }
    }

    /// Brings the tables to this version. Of several processes one does it, the others wait.
    ///
    /// # Errors
    /// When a migration fails, or the database was written by a newer version.
    pub async fn migrate(&self) -> Result<()> {
        MIGRATOR.run(&self.background_pool).await.context("could not migrate the database")
    }

    /// Closes all connections and stops the cluster, if it is ours.
    pub async fn close(self) {
        let closing = async {
            self.pool.close().await;
            self.read_pool.close().await;
            self.key_pool.close().await;
            self.background_pool.close().await;
        };
        if tokio::time::timeout(CLOSE, closing).await.is_err() {
            tracing::warn!("some database connections did not close in time");
        }
        let Some(mut cluster) = self.cluster else { return };
        match tokio::task::spawn_blocking(move || cluster.stop()).await {
            Ok(Ok(())) => tracing::info!("the private database was stopped"),
            Ok(Err(error)) => tracing::error!(%error, "the private database did not stop cleanly"),
            Err(error) => tracing::error!(%error, "the private database was not stopped"),
        }
    }
}

async fn start_cluster(config: &Config) -> Result<Cluster> {
    let mut cluster = private_postgres::Config::new(config.data_dir.join("pg")).for_this_machine();
    cluster.bin_dir.clone_from(&config.database.pg_bin);
    // Where `./just` puts a PostgreSQL when the system has none.
    cluster.tools_dir = Some(".tools/python".into());
    let cluster = tokio::task::spawn_blocking(move || private_postgres::start(&cluster)).await??;
    tracing::info!(version = cluster.binaries().major, "the private database runs");
    Ok(cluster)
}

fn connect_options(variable: &str, url: &Secret) -> Result<PgConnectOptions> {
    let options = PgConnectOptions::from_str(url.expose()).with_context(|| format!("{variable} is not usable"))?;
    Ok(options.application_name("crm-api"))
}

fn request_pool(options: PgConnectOptions, connections: u32) -> PgPool {
    let limits = [("statement_timeout", "15s"), ("idle_in_transaction_session_timeout", "30s")];
    // A request reads what an index finds. Where the planner believes that a table is small, or that much of it matches, it
    // would rather read all of it; where it is wrong, that is a second of work. Compiling a query takes longer than running it.
    // What is asked for often is in memory, wherever it lies on the disk.
    let plans = [("enable_seqscan", "off"), ("jit", "off"), ("random_page_cost", "1.1")];
    PgPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(ACQUIRE)
        .connect_lazy_with(options.options(limits).options(plans))
}

/// Whether the database has every migration of this binary.
///
/// # Errors
/// When the database does not answer.
pub async fn is_migrated(pool: &PgPool) -> sqlx::Result<bool> {
    // The table is sqlx's own, so it is not there when queries are checked against the migrations.
    let done =
        sqlx::query_scalar::<_, i64>("SELECT count(*) FROM _sqlx_migrations WHERE success").fetch_one(pool).await;
    match done {
        Ok(count) => Ok(usize::try_from(count).is_ok_and(|count| count >= MIGRATOR.iter().count())),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42P01") => Ok(false),
        Err(error) => Err(error),
    }
}
