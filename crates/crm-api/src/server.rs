//! Starts everything in order, and stops it in the opposite one.

mod housekeeping;

use crate::auth::api_keys::ApiKeys;
use crate::auth::limit::Limits;
use crate::auth::{passwords::Passwords, secret, sessions::Sessions, throttle::Throttle, token::Tokens};
use crate::config::{Config, HttpConfig};
use crate::customer_reads::CustomerReads;
use crate::database::Database;
use crate::inbox::Inbox;
use crate::realtime::Hub;
use crate::reports::Reports;
use crate::stripe::{Gateway, Reader};
use crate::{AppState, app, telemetry, worker};
use actix_web::dev::{Server, ServerHandle};
use actix_web::{HttpServer, web};
use anyhow::{Context, Result};
use crm_types::accounts::DemoLogin;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A client that has not sent its headers by then is gone.
const HEADERS: Duration = Duration::from_secs(5);
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Requests that run when we stop may take so long.
const DRAIN_SECONDS: u64 = 10;
/// Background work may take so long to put its tools down.
const BACKGROUND_STOP: Duration = Duration::from_secs(20);

/// Tells background work to end: `stopping.wait_for(|stop| *stop).await`.
pub type Stopping = watch::Receiver<bool>;

/// A running server with its database.
#[derive(Debug)]
pub struct Running {
    /// What handlers share.
    pub state: web::Data<AppState>,
    /// Where it listens.
    pub address: SocketAddr,
    database: Database,
    http: ServerHandle,
    http_task: JoinHandle<std::io::Result<()>>,
    background: JoinSet<()>,
    stop: watch::Sender<bool>,
}

/// Binds, opens the database, migrates it and serves. The address is bound first, as that is what fails most often.
///
/// # Errors
/// When the port is taken, or the database cannot be opened or migrated.
pub async fn launch(config: Config, demo: Option<DemoLogin>) -> Result<Running> {
    let listener = bind(&config.http)?;
    let database = Database::open(&config).await?;
    match serve(config, demo, listener, &database).await {
        Ok((state, address, server)) => {
            let stop = watch::Sender::new(false);
            let background = start_background(&state, &stop);
            let http = server.handle();
            let http_task = tokio::spawn(server);
            Ok(Running { state, address, database, http, http_task, background, stop })
        }
        Err(error) => {
            database.close().await;
            Err(error)
        }
    }
}

async fn serve(
    mut config: Config,
    demo: Option<DemoLogin>,
    listener: TcpListener,
    database: &Database,
) -> Result<(web::Data<AppState>, SocketAddr, Server)> {
    database.migrate().await?;
    let address = listener.local_addr()?;
    config.http.port = address.port();
    let state = web::Data::new(state(config, demo, database)?);
    state.hub.prepare().await?;
    let server = http(listener, state.clone())?;
    Ok((state, address, server))
}

/// What handlers share, over an open database.
///
/// # Errors
/// When the secret cannot be read or made.
pub fn state(config: Config, demo: Option<DemoLogin>, database: &Database) -> Result<AppState> {
    let secret = secret::load(&config.auth, &config.data_dir)?;
    let stripe = Gateway::connect(&config.stripe, config.http.origin())?;
    let reader = Reader::connect(&config.stripe)?;
    Ok(AppState {
        pool: database.pool.clone(),
        read_pool: database.read_pool.clone(),
        background_pool: database.background_pool.clone(),
        tokens: Tokens::new(&secret),
        sessions: Sessions::new(database.pool.clone()),
        api_keys: ApiKeys::new(database.pool.clone()),
        passwords: Passwords::new()?,
        throttle: Throttle::new(),
        limits: Limits::new(&config.http),
        customer_reads: CustomerReads::start(&database.key_pool),
        reports: Reports::default(),
        inbox: Inbox::start(&database.pool),
        stripe,
        reader,
        hub: Hub::new(database.background_pool.clone()),
        metrics: telemetry::metrics()?,
        started_at: chrono::Utc::now(),
        config,
        demo,
    })
}

/// Binds the address.
///
/// # Errors
/// Says which variable to change when the port is taken or not ours to take.
pub fn bind(config: &HttpConfig) -> Result<TcpListener> {
    let address = config.address();
    TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "another program listens on {address} already; stop it, or choose another port with CRM_PORT"
        ),
        ErrorKind::PermissionDenied => {
            anyhow::anyhow!("not allowed to listen on {address}; choose a port above 1023 with CRM_PORT")
        }
        ErrorKind::AddrNotAvailable => {
            anyhow::anyhow!("{} is no address of this host; set CRM_HOST", address.ip())
        }
        _ => anyhow::Error::new(error).context(format!("could not listen on {address}")),
    })
}

/// The HTTP server on a listener; it runs while it is polled.
///
/// # Errors
/// When the listener cannot be used.
pub fn http(listener: TcpListener, state: web::Data<AppState>) -> Result<Server> {
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let server = HttpServer::new(move || app::build(state.clone()))
        .workers(workers)
        .client_request_timeout(HEADERS)
        .keep_alive(KEEP_ALIVE)
        .shutdown_timeout(DRAIN_SECONDS)
        .disable_signals()
        .listen(listener)
        .context("could not listen")?;
    Ok(server.run())
}

/// What runs beside the requests, on the main runtime.
fn start_background(state: &web::Data<AppState>, stop: &watch::Sender<bool>) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let hub = state.hub.clone();
    tasks.spawn(async move { hub.run().await });
    let inbox = state.inbox.clone();
    let arrived = move || {
        let inbox = inbox.clone();
        async move { inbox.arrived().await }
    };
    tasks.spawn(worker::applier::run(state.background_pool.clone(), arrived, stop.subscribe()));
    tasks.spawn(worker::refetcher::run(state.background_pool.clone(), state.reader.clone(), stop.subscribe()));
    tasks.spawn(worker::healer::run(state.background_pool.clone(), state.reader.clone(), stop.subscribe()));
    tasks.spawn(worker::rates::run(state.background_pool.clone(), state.config.rates, stop.subscribe()));
    // Two, so that a short job does not wait for each batch of a long one.
    for _ in 0..2 {
        tasks.spawn(worker::jobs::run(state.background_pool.clone(), stop.subscribe()));
    }
    tasks.spawn(housekeeping::run(state.clone().into_inner(), stop.subscribe()));
    tasks
}

/// Resolves on SIGTERM or SIGINT.
///
/// # Errors
/// When signals cannot be received.
pub async fn signalled() -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

impl Running {
    /// Serves until SIGTERM or SIGINT, then stops in order.
    ///
    /// # Errors
    /// When signals cannot be received, or the HTTP server failed.
    pub async fn until_signal(mut self) -> Result<()> {
        let ended = tokio::select! {
            received = signalled() => {
                received?;
                None
            }
            ended = &mut self.http_task => Some(ended),
        };
        match ended {
            None => {
                tracing::info!("stopping");
                self.stop().await
            }
            Some(ended) => {
                self.stop().await?;
                ended?.context("the HTTP server failed")?;
                anyhow::bail!("the HTTP server ended by itself")
            }
        }
    }

    /// Stops accepting, lets requests finish, ends streams and background work, then the database.
    ///
    /// # Errors
    /// None today; what does not stop in time is logged and left.
    pub async fn stop(mut self) -> Result<()> {
        self.stop.send_replace(true);
        self.state.hub.stop();
        self.http.stop(true).await;
        let background = async { while self.background.join_next().await.is_some() {} };
        if tokio::time::timeout(BACKGROUND_STOP, background).await.is_err() {
            tracing::warn!("background work did not stop in time");
            self.background.abort_all();
        }
        self.database.close().await;
        Ok(())
    }
}
