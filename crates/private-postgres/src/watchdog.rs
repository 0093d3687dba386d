//! Stops the server when its owner dies without a chance to do so, as it does by SIGKILL.

use std::{
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Stdio},
};

use crate::{Error, account::Account, error::Doing};

/// Waits for the end of its input, which comes when the owner is gone, because nobody else holds the other end. The pid
/// file is looked at first, so that a later process with the same id is left alone.
const SCRIPT: &str = r#"
read -r _
if [ "$(head -n 1 "$2/postmaster.pid" 2>/dev/null)" = "$1" ]; then kill -INT "$1"; fi
"#;

#[derive(Debug)]
pub(crate) struct Watchdog(Child);

impl Watchdog {
    pub(crate) fn start(account: Account, postmaster: u32, data: &Path) -> Result<Self, Error> {
        account
            .command(Path::new("/bin/sh"))
            .args(["-c", SCRIPT, "private-postgres-watchdog", &postmaster.to_string()])
            .arg(data)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // Its own group: Ctrl-C in a terminal goes to the owner, who stops the server in order.
            .process_group(0)
            .spawn()
            .map(Self)
            .doing(|| "start the watchdog of PostgreSQL".into())
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
