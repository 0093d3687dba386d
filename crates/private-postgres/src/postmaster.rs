//! What `postmaster.pid` says, and whether it is true.

use std::{
    fs,
    path::Path,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

use crate::{Error, error::Doing};

/// How often a state that nobody announces is looked at.
pub(crate) const POLL: Duration = Duration::from_millis(10);
/// A fast shutdown writes a checkpoint, which takes seconds when much was written.
const FAST_SHUTDOWN: Duration = Duration::from_secs(30);
const IMMEDIATE_SHUTDOWN: Duration = Duration::from_secs(10);

/// The first line of the file: the postmaster's process id.
pub(crate) fn recorded_pid(data: &Path) -> Option<Pid> {
    let text = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    // Negative is what a single-user backend writes.
    let pid: i32 = text.lines().next()?.trim().parse().ok()?;
    Pid::from_raw(pid.checked_abs()?)
}

/// Whether the server with this process id has written that it accepts connections (line 8).
pub(crate) fn is_ready(data: &Path, pid: Pid) -> bool {
    recorded_pid(data) == Some(pid)
        && fs::read_to_string(data.join("postmaster.pid"))
            .is_ok_and(|text| text.lines().nth(7).is_some_and(|status| status.trim() == "ready"))
}

/// Whether a server of this data directory accepts connections.
pub(crate) fn is_serving(data: &Path) -> bool {
    recorded_pid(data).is_some_and(|pid| is_ready(data, pid) && is_alive(pid) && serves(pid, data))
}

/// Clears the way for a start: stops a server that outlived its owner, and removes a `postmaster.pid` whose process id
/// now belongs to somebody else. The caller holds the lock, so no living owner is disturbed.
pub(crate) fn clear(data: &Path) -> Result<(), Error> {
    let Some(pid) = recorded_pid(data) else { return Ok(()) };
    if !exists(pid) {
        return Ok(()); // PostgreSQL clears this one itself, and checks that no backend is left.
    }
    if serves(pid, data) {
        return stop_orphan(pid);
    }
    let file = data.join("postmaster.pid");
    fs::remove_file(&file).doing(|| format!("remove {}", file.display()))
}

/// Whether `pid` is a PostgreSQL server of this data directory, and not a later process with the same id.
fn serves(pid: Pid, data: &Path) -> bool {
    let proc = Path::new("/proc").join(pid.as_raw_nonzero().to_string());
    if proc.exists() {
        // A postmaster works in its data directory.
        return fs::read_link(proc.join("cwd")).is_ok_and(|cwd| cwd == data);
    }
    Command::new("ps").args(["-o", "args=", "-p", &pid.as_raw_nonzero().to_string()]).output().is_ok_and(|output| {
        let args = String::from_utf8_lossy(&output.stdout);
        args.contains("postgres") && args.contains(&*data.to_string_lossy())
    })
}

fn stop_orphan(pid: Pid) -> Result<(), Error> {
    for (signal, patience) in [(Signal::INT, FAST_SHUTDOWN), (Signal::QUIT, IMMEDIATE_SHUTDOWN)] {
        let _ = kill_process(pid, signal);
        if wait_until(patience, || !is_alive(pid)) {
            return Ok(());
        }
    }
    Err(Error::Failed {
        program: "postgres",
        reason: format!("process {pid} of an earlier run does not stop; end it by hand", pid = pid.as_raw_nonzero()),
        output: String::new(),
    })
}

/// A zombie counts as gone: it waits for a parent, and serves nobody.
fn is_alive(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero()));
    let zombie =
        status.is_ok_and(|text| text.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z')));
    !zombie && exists(pid)
}

fn exists(pid: Pid) -> bool {
    !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH))
}

/// Asks again and again until it is so, or until patience ends; says which.
pub(crate) fn wait_until(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if is_so() {
            return true;
        }
        if start.elapsed() > patience {
            return false;
        }
        thread::sleep(POLL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_pid_file() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(recorded_pid(dir.path()), None);
        let lines = "4711\n/data\n1700000000\n5432\n/sockets\n\n  123  456\n";
        let pid = Pid::from_raw(4711).unwrap();
        for (status, ready) in [("starting", false), ("ready   ", true), ("stopping", false)] {
            fs::write(dir.path().join("postmaster.pid"), format!("{lines}{status}\n")).unwrap();
            assert_eq!(recorded_pid(dir.path()), Some(pid));
            assert_eq!(is_ready(dir.path(), pid), ready, "{status}");
            assert!(!is_ready(dir.path(), Pid::from_raw(4712).unwrap()), "another process wrote it");
        }
    }

    #[test]
    fn this_process_does_not_serve_a_data_directory() {
        let dir = tempfile::tempdir().unwrap();
        assert!(is_alive(rustix::process::getpid()));
        assert!(!serves(rustix::process::getpid(), dir.path()));
    }
}
