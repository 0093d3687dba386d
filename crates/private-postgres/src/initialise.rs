//! Makes the data directory, once.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use crate::{Binaries, Error, USER, account::Account, error::Doing, layout::Layout, log::last_lines};

/// The major version that wrote the data; `None` when there are none yet.
pub(crate) fn written_by(layout: &Layout) -> Option<u32> {
    fs::read_to_string(layout.data.join("PG_VERSION")).ok()?.trim().parse().ok()
}

/// Makes the data directory with its one database, in a directory beside it that is renamed when all went well, so that
/// an interrupted attempt leaves nothing that looks like a cluster.
pub(crate) fn initialise(layout: &Layout, binaries: &Binaries, account: Account, sync: bool) -> Result<(), Error> {
    let unfinished = layout.home.join("data.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).doing(|| format!("remove {}", unfinished.display()))?;
    }
    let mut initdb = account.command(&binaries.dir.join("initdb"));
    initdb.args(["--username", USER, "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"]);
    if !sync {
        initdb.arg("--no-sync");
    }
    initdb.arg("--pgdata").arg(&unfinished);
    run("initdb", &mut initdb, "")?;
    create_database(&unfinished, binaries, account, sync)?;
    fs::rename(&unfinished, &layout.data).doing(|| format!("rename {}", unfinished.display()))
}

/// Single-user mode needs neither a running server nor a client program.
fn create_database(data: &Path, binaries: &Binaries, account: Account, sync: bool) -> Result<(), Error> {
    let mut single = account.command(&binaries.dir.join("postgres"));
    single.args(["--single", "-c", "exit_on_error=on", "-c"]).arg(if sync { "fsync=on" } else { "fsync=off" });
    single.arg("-D").arg(data).arg("template1");
    run("postgres --single", &mut single, &format!("CREATE DATABASE {USER};\n"))
}

fn run(program: &'static str, command: &mut Command, input: &str) -> Result<(), Error> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().doing(|| format!("run {program}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that gave up closes its input; its exit status says why.
        let _ = stdin.write_all(input.as_bytes());
    }
    let Output { status, stdout, stderr } = child.wait_with_output().doing(|| format!("wait for {program}"))?;
    if status.success() {
        return Ok(());
    }
    let output = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    Err(Error::Failed { program, reason: status.to_string(), output: last_lines(&output) })
}
