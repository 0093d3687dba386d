//! A server with its own database for each test, and what tests ask of it.

mod client;
mod database;
mod proxy;
mod sse;
pub mod stripe;

pub use client::{Client, Reply};
pub use proxy::Proxy;
pub use sse::EventStream;

use crm_api::config::{Config, Source};
use crm_api::server::{self, Running};
use crm_domain::accounts::{self, Device, Email, NewUser};
use crm_types::accounts::{Role, User};
use crm_types::ids::SessionId;
use database::TestDatabase;
use sqlx::PgPool;

/// A password that may be set.
pub const PASSWORD: &str = "a quiet harbour at dawn";

/// Prints what a test measured of a control, for `./just trust`.
#[allow(clippy::print_stdout, reason = "this is what the figure is for")]
pub fn figure(control: &str, measured: impl std::fmt::Display) {
    println!("trust: {control}: {measured}");
}

/// A running server. Everything of it goes away with it.
pub struct TestApp {
    pub running: Running,
    // Dropped after the server.
    database: TestDatabase,
    _data_dir: tempfile::TempDir,
}

impl TestApp {
    /// A server with the default settings.
    pub async fn spawn() -> Self {
        Self::spawn_with(&[]).await
    }

    /// A server with some settings.
    pub async fn spawn_with(settings: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await;
        let url = database.url();
        Self::launch(database, &url, settings).await
    }

    /// A server that reaches its database by a way that can be cut.
    pub async fn spawn_behind_proxy() -> (Self, Proxy) {
        Self::spawn_behind_proxy_with(&[]).await
    }

    /// As [`Self::spawn_behind_proxy`], with some settings.
    pub async fn spawn_behind_proxy_with(settings: &[(&str, &str)]) -> (Self, Proxy) {
        let database = TestDatabase::create().await;
        let proxy = Proxy::start(database.options()).await;
        let url = proxy.url(&database);
        (Self::launch(database, &url, settings).await, proxy)
    }

    async fn launch(database: TestDatabase, url: &str, settings: &[(&str, &str)]) -> Self {
        let data_dir = tempfile::tempdir().unwrap();
        let dir = data_dir.path().to_str().unwrap();
        let config = Config::read(&mut Source::new(|name| {
            let set = settings.iter().find(|(variable, _)| *variable == name).map(|(_, value)| *value);
            let usual = match name {
                "DATABASE_URL" => Some(url),
                "CRM_PORT" => Some("0"),
                "CRM_DATA_DIR" => Some(dir),
                "CRM_LOG" => Some("warn"),
                // Tests ask as fast as they can; those of the limits set them.
                "CRM_RATE_LIMIT" | "CRM_RATE_LIMIT_ANONYMOUS" => Some("0"),
                _ => None,
            };
            set.or(usual).map(str::to_owned)
        }));
        let config = config.unwrap();
        // Shown with a test that fails.
        crm_api::telemetry::init(&config.telemetry);
        let running = server::launch(config, None).await.unwrap();
        Self { running, database, _data_dir: data_dir }
    }

    /// The database, past the API.
    pub fn pool(&self) -> &PgPool {
        let state = &self.running.state;
        &state.background_pool
    }

    /// The database's URL, for another process.
    pub fn database_url(&self) -> String {
        self.database.url()
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.address)
    }

    /// Somebody who is not logged in.
    pub fn anonymous(&self) -> Client {
        Client::new(self.url(""))
    }

    /// Somebody with the role, logged in.
    pub async fn client(&self, role: Role) -> Client {
        let user = self.create_user(&format!("{role}-{}@example.com", uuid::Uuid::now_v7()), role).await;
        self.session_of(&user).await.0
    }

    /// Another session of a user.
    pub async fn session_of(&self, user: &User) -> (Client, SessionId) {
        use crm_api::auth::token::{Audience, Claims};
        let mut conn = self.pool().acquire().await.unwrap();
        let session = accounts::open_session(&mut conn, user.id, &Device::default()).await.unwrap();
        let claims = Claims { user: user.id, session: session.id };
        let token = self.running.state.tokens.issue(claims, Audience::Api).unwrap();
        (self.anonymous().with_token(token), session.id)
    }

    /// A user whose password is [`PASSWORD`].
    pub async fn create_user(&self, email: &str, role: Role) -> User {
        let new = NewUser {
            email: Email::parse(email).unwrap(),
            name: "Ada".to_owned(),
            role,
            password_hash: accounts::hash(PASSWORD).unwrap(),
        };
        accounts::create_user(&mut self.pool().acquire().await.unwrap(), new).await.unwrap()
    }
}
