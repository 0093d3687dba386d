//! `xtask dev-db`: a PostgreSQL that goes on between builds, for `cargo build` with checked queries and for psql.

use std::{
    fs::{self, File},
    io::Read as _,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use private_postgres::Config;
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use serde::{Deserialize, Serialize};
use sqlx::migrate::MigrateError;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    database::{block_on, create, drop, migrate, with_defaults},
    workspace::{data_dir, root},
};

const DATABASE: &str = "crm_dev";
const START: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(20);

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Stop it.
    #[arg(long)]
    stop: bool,
    /// Own the server until SIGTERM: what runs in the background.
    #[arg(long, hide = true)]
    own: bool,
}

/// What the process in the background says about itself once its server is up.
#[derive(Serialize, Deserialize)]
struct Running {
    pid: i32,
    admin_url: String,
    url: String,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let root = root()?;
    let dir = data_dir(&root).join("dev");
    if options.own {
        return own(&root, &dir);
    }
    if options.stop {
        return stop(&dir);
    }
    let running = match find(&dir) {
        Some(running) => running,
        None => start(&dir)?,
    };
    block_on(prepare(&root, &running))??;
    println!("export DATABASE_URL='{}'", running.url);
    Ok(())
}

fn state_file(dir: &Path) -> PathBuf {
    dir.join("running.json")
}

/// The process in the background, if it lives.
fn find(dir: &Path) -> Option<Running> {
    let running: Running = serde_json::from_slice(&fs::read(state_file(dir)).ok()?).ok()?;
    // Only its owner holds the lock, so its process id can't be somebody else's while the cluster refuses a start.
    let alive = Pid::from_raw(running.pid).is_some_and(|pid| test_kill_process(pid).is_ok());
    let answers = || block_on(async { create(&running.admin_url, DATABASE).await.is_ok() }).unwrap_or(false);
    (alive && answers()).then_some(running)
}

/// Starts ourselves again with `--own`, detached from this terminal, and waits for its word.
fn start(dir: &Path) -> Result<Running> {
    fs::create_dir_all(dir)?;
    let _ = fs::remove_file(state_file(dir));
    let log = dir.join("dev-db.log");
    let mut child = Command::new(std::env::current_exe()?)
        .args(["dev-db", "--own"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&log).with_context(|| format!("could not write {}", log.display()))?)
        .process_group(0)
        .spawn()?;
    let started = Instant::now();
    loop {
        if let Some(running) = find(dir) {
            return Ok(running);
        }
        if ended(&mut child)? || started.elapsed() > START {
            let mut said = String::new();
            File::open(&log)?.read_to_string(&mut said)?;
            bail!("the development database did not start\n{}", said.trim_end());
        }
        thread::sleep(POLL);
    }
}

fn ended(child: &mut Child) -> Result<bool> {
    Ok(child.try_wait()?.is_some())
}

fn own(root: &Path, dir: &Path) -> Result<()> {
    block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut cluster = private_postgres::start(&with_defaults(Config::new(dir.join("pg")), root))?;
        let running = Running {
            pid: rustix::process::getpid().as_raw_nonzero().get(),
            admin_url: cluster.database_url(),
            url: cluster.url_of(DATABASE),
        };
        // Renamed into place, because somebody is waiting to read it.
        let unfinished = dir.join("running.json.unfinished");
        fs::write(&unfinished, serde_json::to_vec_pretty(&running)?)?;
        fs::rename(&unfinished, state_file(dir))?;
        terminate.recv().await;
        fs::remove_file(state_file(dir))?;
        cluster.stop()?;
        Ok(())
    })?
}

fn stop(dir: &Path) -> Result<()> {
    let Some(running) = find(dir) else {
        println!("the development database is not running");
        return Ok(());
    };
    let pid = Pid::from_raw(running.pid).context("a process id")?;
    kill_process(pid, Signal::TERM)?;
    let asked = Instant::now();
    while state_file(dir).exists() || test_kill_process(pid).is_ok() {
        if asked.elapsed() > START {
            bail!("process {} does not stop", running.pid);
        }
        thread::sleep(POLL);
    }
    println!("the development database is stopped; its data stay in {}", dir.display());
    Ok(())
}

/// Applies the migrations, anew when one that was applied has been edited since.
async fn prepare(root: &Path, running: &Running) -> Result<()> {
    create(&running.admin_url, DATABASE).await?;
    match migrate(root, &running.url).await {
        Err(MigrateError::VersionMismatch(version) | MigrateError::VersionMissing(version)) => {
            eprintln!("migration {version} has changed since it was applied: making {DATABASE} anew");
            drop(&running.admin_url, DATABASE).await?;
            create(&running.admin_url, DATABASE).await?;
            Ok(migrate(root, &running.url).await?)
        }
        result => Ok(result?),
    }
}
