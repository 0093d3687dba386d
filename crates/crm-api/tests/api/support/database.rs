use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Connection};
use std::str::FromStr;
use uuid::Uuid;

/// Advisory lock of those who make the template.
const TEMPLATE_LOCK: i64 = 0x7465_6d70_6c61_7465;

/// A database of one test, dropped with it.
pub struct TestDatabase {
    server: PgConnectOptions,
    name: String,
}

impl TestDatabase {
    /// A copy of a migrated template, which the first test makes.
    pub async fn create() -> Self {
        let url = std::env::var("DATABASE_URL").expect("DATABASE_URL is not set: run the tests with `./just test`");
        let server = PgConnectOptions::from_str(&url).expect("DATABASE_URL");
        let mut conn = server.connect().await.expect("the server of DATABASE_URL");
        let template = template(&server, &mut conn).await;
        let name = format!("crm_test_{}", Uuid::now_v7().simple());
        run(&mut conn, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { server, name }
    }

    pub fn options(&self) -> PgConnectOptions {
        self.server.clone().database(&self.name)
    }

    pub fn url(&self) -> String {
        self.options().to_url_lossy().to_string()
    }
}

/// Named after the migrations, so that a changed one makes a new template.
async fn template(server: &PgConnectOptions, conn: &mut PgConnection) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for migration in crm_api::database::MIGRATOR.iter() {
        digest.update(&migration.checksum);
    }
    let name = format!("crm_template_{}", &hex::encode(digest.finalize())[..16]);
    run(conn, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let exists: bool = sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)")
        .bind(&name)
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    if !exists {
        let unfinished = format!("{name}_{}", Uuid::now_v7().simple());
        run(conn, &format!("CREATE DATABASE {unfinished}")).await;
        let mut fresh = server.clone().database(&unfinished).connect().await.unwrap();
        crm_api::database::MIGRATOR.run_direct(None, &mut fresh, false).await.expect("migrations");
        fresh.close().await.unwrap();
        run(conn, &format!("ALTER DATABASE {unfinished} RENAME TO {name}")).await;
    }
    run(conn, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    name
}

async fn run(conn: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(conn)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let (server, name) = (self.server.clone(), self.name.clone());
        // The test's runtime is on its way out, so a thread with another one does it.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut conn = server.connect().await.unwrap();
                run(&mut conn, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
            });
        });
        let _ = dropped.join();
    }
}
