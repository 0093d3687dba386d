//! `xtask with-postgres [--fast] -- COMMAND`: a database of one's own for the time of a command.

use std::{
    os::unix::process::ExitStatusExt as _,
    process::{ExitCode, ExitStatus},
};

use anyhow::{Context as _, Result};
use tokio::{
    process::Command,
    signal::unix::{SignalKind, signal},
};

use crate::{
    database::{ThrowAway, block_on},
    workspace::root,
};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Give up durability for speed: for tests, not for measurements.
    #[arg(long)]
    fast: bool,
    /// The command and its arguments. It sees SQLX_OFFLINE=true, because the database is empty.
    #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
    command: Vec<String>,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let database = ThrowAway::start(&root()?, options.fast)?;
    let status = block_on(run_with(&options.command, &database.url()))??;
    // As a shell reports it: 128 and the signal's number.
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)))
}

/// Runs the command. Ctrl-C reaches it by itself; SIGTERM, which is sent to us alone, is passed on. Either way we live
/// until it has ended, and then clean up.
async fn run_with(command: &[String], url: &str) -> Result<ExitStatus> {
    let (program, arguments) = command.split_first().context("no command")?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut child = Command::new(program)
        .args(arguments)
        .env("DATABASE_URL", url)
        .env("SQLX_OFFLINE", "true")
        .spawn()
        .with_context(|| format!("could not run {program}"))?;
    loop {
        tokio::select! {
            status = child.wait() => return Ok(status?),
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {
                if let Some(pid) = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed())) {
                    let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
                }
            }
        }
    }
}
