//! Against a real PostgreSQL. Each test has a directory of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]

use std::{
    env,
    fs::{self, Permissions},
    io::{BufRead, BufReader, Lines},
    os::unix::{fs::PermissionsExt, net::UnixStream},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use private_postgres::{Cluster, Config, Error, start, url_of_running};
use tempfile::TempDir;

/// A directory that every user may enter, because as root the server runs as `nobody`.
fn open_dir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    dir
}

fn config(dir: &TempDir) -> Config {
    Config::new(dir.path().join("pg")).throw_away()
}

/// Whether anything accepts connections on the cluster's socket.
fn answers(cluster_socket_dir: &Path) -> bool {
    UnixStream::connect(cluster_socket_dir.join(".s.PGSQL.5432")).is_ok()
}

fn alive(pid: u32) -> bool {
    // A zombie that its parent has yet to collect has no command line.
    fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| !line.is_empty())
}

fn wait_until_gone(pid: u32) {
    let start = Instant::now();
    while alive(pid) {
        assert!(start.elapsed() < Duration::from_secs(20), "process {pid} is still there");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The answer of psql, unaligned.
fn sql(cluster: &Cluster, statement: &str) -> String {
    let psql = cluster.binaries().dir.join("psql");
    let output =
        Command::new(psql).arg(cluster.database_url()).args(["-XAtqc", statement]).output().expect("psql is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn keeps_data_over_a_restart_and_leaves_no_process() {
    let dir = open_dir();
    let mut cluster = start(&config(&dir)).unwrap();
    assert_eq!(sql(&cluster, "select current_database() || ' ' || current_user"), "crm crm");
    assert_eq!(sql(&cluster, "show server_encoding"), "UTF8");
    assert_eq!(sql(&cluster, "show listen_addresses"), "", "no TCP port");
    sql(&cluster, "create table kept (n int); insert into kept values (42)");
    let pid = cluster.pid().unwrap();
    let sockets = cluster.socket_dir().to_owned();
    cluster.stop().unwrap();
    assert!(!alive(pid) && !answers(&sockets));
    cluster.stop().unwrap();
    assert_eq!(cluster.pid(), None);
    drop(cluster);

    let cluster = start(&config(&dir)).unwrap();
    assert_eq!(sql(&cluster, "select n from kept"), "42");
    let pid = cluster.pid().unwrap();
    drop(cluster);
    assert!(!alive(pid), "dropping stops it");
}

#[test]
fn settings_reach_the_server() {
    let dir = open_dir();
    let mut config = config(&dir);
    config.settings.push(("work_mem".into(), "7MB".into()));
    let cluster = start(&config).unwrap();
    assert_eq!(sql(&cluster, "show work_mem"), "7MB");
    assert_eq!(sql(&cluster, "show fsync"), "off");
}

#[test]
fn a_second_start_is_refused_while_the_first_lives() {
    let dir = open_dir();
    let mut cluster = start(&config(&dir)).unwrap();
    let message = start(&config(&dir)).unwrap_err().to_string();
    assert!(message.contains(&std::process::id().to_string()), "{message}");
    assert!(message.contains(&dir.path().join("pg").display().to_string()), "{message}");
    assert_eq!(sql(&cluster, "select 1"), "1", "and the first is not disturbed");
    cluster.stop().unwrap();
    drop(cluster);
    start(&config(&dir)).unwrap();
}

/// What a crash of the machine leaves: a pid file, and no such process or, worse, another one.
#[test]
fn a_stale_pid_file_is_cleared() {
    let dir = open_dir();
    let first = start(&config(&dir)).unwrap();
    let pid_file = dir.path().join("pg/data/postmaster.pid");
    let lines = fs::read_to_string(&pid_file).unwrap();
    let old_pid = first.pid().unwrap().to_string();
    drop(first);

    let mut gone = Command::new("true").spawn().unwrap();
    gone.wait().unwrap();
    // Runs as the same account as the server would, which is what makes PostgreSQL itself refuse to start.
    let mut stranger = Command::new("sleep");
    stranger.arg("600");
    if rustix::process::geteuid().is_root() {
        std::os::unix::process::CommandExt::uid(&mut stranger, 65534);
    }
    let mut stranger = stranger.spawn().unwrap();
    for pid in [gone.id(), stranger.id()] {
        fs::write(&pid_file, lines.replacen(&old_pid, &pid.to_string(), 1)).unwrap();
        let cluster = start(&config(&dir)).unwrap();
        assert_eq!(sql(&cluster, "select 1"), "1");
    }
    assert!(stranger.try_wait().unwrap().is_none(), "the process that has the number now is left alone");
    stranger.kill().unwrap();
    stranger.wait().unwrap();
}

#[test]
fn an_interrupted_first_start_is_begun_again() {
    let dir = open_dir();
    fs::create_dir_all(dir.path().join("pg/data.unfinished/base")).unwrap();
    let cluster = start(&config(&dir)).unwrap();
    assert_eq!(sql(&cluster, "select 1"), "1");
}

#[test]
fn a_long_path_still_gets_a_socket() {
    let dir = open_dir();
    let deep = dir.path().join("d".repeat(60)).join("e".repeat(60));
    let mut cluster = start(&Config::new(&deep).throw_away()).unwrap();
    assert_eq!(sql(&cluster, "select 1"), "1");
    let sockets = cluster.socket_dir().to_owned();
    assert!(!sockets.starts_with(&deep));
    cluster.stop().unwrap();
    assert!(!sockets.exists());
}

#[test]
fn a_failed_start_shows_the_end_of_the_log() {
    let dir = open_dir();
    let mut config = config(&dir);
    drop(start(&config).unwrap());
    config.settings.push(("shared_buffers".into(), "lots".into()));
    let error = start(&config).unwrap_err();
    assert!(matches!(error, Error::Failed { .. }));
    assert!(error.to_string().contains("shared_buffers"), "{error}");
}

#[test]
fn data_of_another_version_are_refused_in_words() {
    let dir = open_dir();
    let cluster = start(&config(&dir)).unwrap();
    let bin_dir = cluster.binaries().dir.clone();
    drop(cluster);
    fs::write(dir.path().join("pg/data/PG_VERSION"), "11\n").unwrap();
    let error = start(&Config { bin_dir: Some(bin_dir), ..config(&dir) }).unwrap_err().to_string();
    assert!(error.contains("written by PostgreSQL 11") && error.contains("pg_upgrade"), "{error}");
}

#[test]
fn a_server_that_was_killed_recovers() {
    let dir = open_dir();
    let durable = Config::new(dir.path().join("pg"));
    let cluster = start(&durable).unwrap();
    sql(&cluster, "create table kept (n int); insert into kept values (1)");
    let pid = rustix::process::Pid::from_raw(cluster.pid().unwrap().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    drop(cluster);
    let cluster = start(&durable).unwrap();
    assert_eq!(sql(&cluster, "select n from kept"), "1");
}

/// Not a test by itself: the owner that the tests below kill. Run by them, in a process of its own.
#[test]
#[ignore = "run by other tests"]
fn owner() {
    let dir = PathBuf::from(env::var_os("PRIVATE_POSTGRES_OWNER_DIR").expect("set by the test that runs this"));
    let cluster = start(&Config::new(dir).throw_away()).unwrap();
    println!("\nready {} {}", cluster.pid().unwrap(), cluster.socket_dir().display());
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// A process that runs [`owner`].
struct Owner {
    process: Child,
    /// The server's process id.
    server: u32,
    sockets: PathBuf,
    /// Held open, because a test that can't write its result fails.
    _output: Lines<BufReader<ChildStdout>>,
}

fn spawn_owner(dir: &TempDir) -> Owner {
    let mut process = Command::new(env::current_exe().unwrap())
        .args(["--exact", "owner", "--ignored", "--nocapture"])
        .env("PRIVATE_POSTGRES_OWNER_DIR", dir.path().join("pg"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
    let ready = output.by_ref().map(Result::unwrap).find(|line| line.starts_with("ready ")).expect("the owner starts");
    let mut words = ready.split(' ').skip(1);
    let server = words.next().unwrap().parse().unwrap();
    Owner { process, server, sockets: words.next().unwrap().into(), _output: output }
}

#[test]
fn the_server_follows_an_owner_that_was_killed() {
    let dir = open_dir();
    let mut owner = spawn_owner(&dir);
    assert!(answers(&owner.sockets));
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    wait_until_gone(owner.server);
    drop(start(&config(&dir)).unwrap());
}

/// The watchdog may be gone too, as when everything that looks like us is killed at once.
#[test]
fn a_server_that_outlived_its_owner_is_replaced() {
    let dir = open_dir();
    let mut owner = spawn_owner(&dir);
    let watchdog = watchdog_of(owner.server);
    let watchdog = rustix::process::Pid::from_raw(watchdog).unwrap();
    rustix::process::kill_process(watchdog, rustix::process::Signal::KILL).unwrap();
    owner.process.kill().unwrap();
    owner.process.wait().unwrap();
    assert!(alive(owner.server) && answers(&owner.sockets), "an orphan");

    let cluster = start(&config(&dir)).unwrap();
    assert!(!alive(owner.server));
    assert_ne!(cluster.pid(), Some(owner.server));
    assert_eq!(sql(&cluster, "select 1"), "1");
}

#[test]
fn another_process_is_refused_by_the_owners_pid() {
    let dir = open_dir();
    let mut owner = spawn_owner(&dir);
    let message = start(&config(&dir)).unwrap_err().to_string();
    assert!(message.contains(&format!("process {}", owner.process.id())), "{message}");
    let url = url_of_running(&dir.path().join("pg")).expect("a command beside it can still connect");
    assert!(url.ends_with("%2Fpg") && url.contains("/crm?host="), "{url}");
    drop(owner.process.stdin.take());
    assert!(owner.process.wait().unwrap().success());
    assert!(!alive(owner.server), "the owner stopped it before it ended");
    assert_eq!(url_of_running(&dir.path().join("pg")), None);
}

/// The shell that waits for the owner's end, by its command line.
fn watchdog_of(server: u32) -> i32 {
    let wanted = format!("private-postgres-watchdog\0{server}\0");
    fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .find(|pid: &i32| {
            fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).contains(&wanted))
        })
        .expect("a watchdog")
}
