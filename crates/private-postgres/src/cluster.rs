//! Starts and stops the server.

use std::{
    fmt::Write,
    os::unix::{ffi::OsStrExt, process::CommandExt},
    path::Path,
    process::{Child, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    Binaries, Config, Error, USER,
    account::Account,
    binaries,
    error::Doing,
    initialise::{initialise, written_by},
    layout::{Layout, PORT},
    lock::{self, Lock},
    log,
    postmaster::{self, POLL, wait_until},
    watchdog::Watchdog,
};

/// Recovery after a crash replays up to a gigabyte of write-ahead log before the server is ready.
const START: Duration = Duration::from_secs(300);
/// How long backends of a server that was killed get to notice and leave.
const LEFT_OVER_BACKENDS: Duration = Duration::from_secs(15);
const FAST_SHUTDOWN: Duration = Duration::from_secs(60);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);

/// A running PostgreSQL of our own. Dropping it stops the server.
#[derive(Debug)]
pub struct Cluster {
    layout: Layout,
    binaries: Binaries,
    running: Option<Running>,
    _lock: Lock,
}

#[derive(Debug)]
struct Running {
    server: Child,
    _watchdog: Watchdog,
}

/// Starts the cluster of `config`, making it first when it does not exist. Returns once it accepts connections.
///
/// # Errors
/// When no PostgreSQL is found, another process owns the cluster, or the server does not start; then with the end of
/// its log.
pub fn start(config: &Config) -> Result<Cluster, Error> {
    let (layout, account) = Layout::create(&config.data_dir)?;
    let lock = lock::take(&layout.lock, &layout.home)?;
    let written = written_by(&layout);
    let binaries = binaries::find_for_data(config.bin_dir.as_deref(), config.tools_dir.as_deref(), written)?;
    account.can_reach(&binaries.dir, "CRM_PG_BIN")?;
    match written {
        None => initialise(&layout, &binaries, account, !is_off(config, "fsync"))?,
        Some(major) if major != binaries.major => {
            let (data, bin, found) = (layout.data, binaries.dir, binaries.major);
            return Err(Error::OtherVersion { data, written_by: major, bin, found });
        }
        Some(_) => postmaster::clear(&layout.data)?,
    }
    layout.create_socket_directory(account)?;
    let running = run(&layout, &binaries, account, &config.settings)?;
    Ok(Cluster { layout, binaries, running: Some(running), _lock: lock })
}

/// Where to connect to a cluster that another process owns and has running; `None` when there is none. For commands that
/// work beside a server: whoever gets `None` starts the cluster for the time of the command.
#[must_use]
pub fn url_of_running(data_dir: &Path) -> Option<String> {
    let layout = Layout::of(data_dir)?;
    postmaster::is_serving(&layout.data).then(|| url(&layout, USER))
}

impl Cluster {
    /// Where to connect: the database `crm` as its superuser. Understood by sqlx, psql and everything else on libpq.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.url_of(USER)
    }

    /// As [`Cluster::database_url`], for another database of the cluster.
    #[must_use]
    pub fn url_of(&self, database: &str) -> String {
        url(&self.layout, database)
    }

    /// The server that runs it.
    #[must_use]
    pub fn binaries(&self) -> &Binaries {
        &self.binaries
    }

    /// The server's log.
    #[must_use]
    pub fn log_file(&self) -> &Path {
        &self.layout.log
    }

    /// The directory of the unix socket.
    #[must_use]
    pub fn socket_dir(&self) -> &Path {
        &self.layout.sockets
    }

    /// The server's process id; `None` once stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.server.id())
    }

    /// Disconnects everybody, writes everything to disk, ends the server and waits for that. Stopping twice is fine.
    ///
    /// # Errors
    /// When the server had to be killed, or had already died; the data are safe and recovered at the next start.
    pub fn stop(&mut self) -> Result<(), Error> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        let status = shut_down(&mut running.server)?;
        self.layout.remove_socket_directory();
        if status.success() {
            return Ok(());
        }
        let output = log::tail(&self.layout.log, 0);
        Err(Error::Failed { program: "postgres", reason: status.to_string(), output })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}

/// Runs the server, again as long as backends of a killed predecessor hold its memory.
fn run(
    layout: &Layout,
    binaries: &Binaries,
    account: Account,
    settings: &[(String, String)],
) -> Result<Running, Error> {
    let start = Instant::now();
    loop {
        match run_once(layout, binaries, account, settings) {
            Err(Error::Failed { output, .. })
                if output.contains("is still in use") && start.elapsed() < LEFT_OVER_BACKENDS =>
            {
                thread::sleep(POLL * 10);
            }
            result => return result,
        }
    }
}

fn run_once(
    layout: &Layout,
    binaries: &Binaries,
    account: Account,
    settings: &[(String, String)],
) -> Result<Running, Error> {
    let (log_file, log_start) = log::open(&layout.log)?;
    let also = log_file.try_clone().doing(|| format!("open {}", layout.log.display()))?;
    let mut command = account.command(&binaries.dir.join("postgres"));
    command.arg("-D").arg(&layout.data);
    command.arg("-k").arg(&layout.sockets).args(["-p", &PORT.to_string(), "-c", "listen_addresses="]);
    for (name, value) in settings {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    let mut server = command
        .stdin(Stdio::null())
        .stdout(log_file)
        .stderr(also)
        // Its own group: Ctrl-C in a terminal goes to the owner, who stops the server in order.
        .process_group(0)
        .spawn()
        .doing(|| format!("run {}", binaries.dir.join("postgres").display()))?;
    let watchdog = match Watchdog::start(account, server.id(), &layout.data) {
        Ok(watchdog) => watchdog,
        Err(error) => {
            let _ = shut_down(&mut server);
            return Err(error);
        }
    };
    let failed =
        |reason: String| Error::Failed { program: "postgres", reason, output: log::tail(&layout.log, log_start) };
    let pid = Pid::from_child(&server);
    let mut ended = Ok(None);
    let settled = wait_until(START, || {
        ended = server.try_wait();
        !matches!(ended, Ok(None)) || postmaster::is_ready(&layout.data, pid)
    });
    match ended.doing(|| "wait for postgres".into())? {
        Some(status) => Err(failed(status.to_string())),
        None if settled => Ok(Running { server, _watchdog: watchdog }),
        None => {
            let _ = shut_down(&mut server);
            Err(failed(format!("it was not ready after {} s", START.as_secs())))
        }
    }
}

/// Fast, then immediate, then the hard way.
fn shut_down(server: &mut Child) -> Result<ExitStatus, Error> {
    let pid = Pid::from_child(server);
    for (signal, patience) in [(Signal::INT, FAST_SHUTDOWN), (Signal::QUIT, IMMEDIATE_SHUTDOWN)] {
        let mut ended = server.try_wait().doing(|| "wait for postgres".into())?;
        if ended.is_none() {
            // Not reaped yet, so the process id is still its own.
            let _ = kill_process(pid, signal);
            wait_until(patience, || {
                ended = server.try_wait().ok().flatten();
                ended.is_some()
            });
        }
        if let Some(status) = ended {
            return Ok(status);
        }
    }
    server.kill().and_then(|()| server.wait()).doing(|| "kill postgres".into())
}

fn url(layout: &Layout, database: &str) -> String {
    let sockets = percent_encode(layout.sockets.as_os_str().as_bytes());
    format!("postgresql://{USER}@localhost:{PORT}/{}?host={sockets}", percent_encode(database.as_bytes()))
}

fn is_off(config: &Config, setting: &str) -> bool {
    config.settings.iter().rev().find(|(name, _)| name == setting).is_some_and(|(_, value)| value == "off")
}

/// For a URL's query: everything but letters, digits and `-._~` as %XX.
fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, &byte| {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_survives_in_a_url() {
        assert_eq!(percent_encode(b"/srv/my crm/pg?#%"), "%2Fsrv%2Fmy%20crm%2Fpg%3F%23%25");
    }
}
