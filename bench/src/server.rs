//! The server under measurement, as a process of its own.

use anyhow::{Context, Result};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// What webhooks are signed with.
pub const SECRET: &str = "whsec_bench_secret";

/// A running server.
pub struct Server {
    pub address: SocketAddr,
    child: Child,
}

impl Server {
    pub async fn start(program: &Path, database_url: &str) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let child = Command::new(program)
            .arg("serve")
            .env("DATABASE_URL", database_url)
            .env("CRM_HOST", "127.0.0.1")
            .env("CRM_PORT", address.port().to_string())
            .env("CRM_JWT_SECRET", "0123456789012345678901234567890123456789")
            .env("STRIPE_WEBHOOK_SECRETS", SECRET)
            .env("CRM_RATE_LIMIT", "0")
            .env("CRM_LOG", "warn")
            .env("CRM_RATE_LIMIT", "0")
            .env("CRM_RATE_LIMIT_ANONYMOUS", "0")
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("could not start {}", program.display()))?;
        for _ in 0..300 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            if ready(address).await.unwrap_or(false) {
                return Ok(Self { address, child });
            }
        }
        anyhow::bail!("the server did not become ready in 30 s")
    }

    /// The highest resident size of the process so far.
    pub fn peak_mib(&self) -> Result<f64> {
        let pid = self.child.id().context("the server ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).context("no VmHWM")?;
        let kib: f64 = peak.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }

    pub async fn stop(&mut self) -> Result<()> {
        self.child.kill().await?;
        Ok(())
    }
}

async fn ready(address: SocketAddr) -> Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /readyz HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n").await?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await?;
    Ok(reply.starts_with(b"HTTP/1.1 200"))
}
