//! The peer: pgbench on the same cluster, inserting the row that a webhook is, or selecting rows by key.

use anyhow::{Context, Result, ensure};
use private_postgres::Cluster;
use std::process::Command;

/// Single-row inserts a second.
pub fn inserts(cluster: &Cluster, body: &[u8], connections: usize, seconds: u64) -> Result<f64> {
    let hex: String = body.iter().map(|b| format!("{b:02x}")).collect();
    let text = format!(
        "INSERT INTO bench_events (event_id, account, type, api_version, object_id, created, livemode, raw)\n\
         VALUES ('evt_' || gen_random_uuid(), NULL, 'climate.order.created', '2025-12-15.clover', 'climorder_1', now(), false, '\\x{hex}')\n\
         ON CONFLICT (event_id) DO NOTHING;\n"
    );
    script(cluster, &text, connections, seconds)
}

/// pgbench's own `--select-only` among a million accounts: selects by primary key, a second.
pub fn selects(cluster: &Cluster, connections: usize, seconds: u64) -> Result<f64> {
    pgbench(cluster, &["--initialize", "--init-steps=dtgvp", "--scale=10", "--quiet"])?;
    run(cluster, "--builtin=select-only", connections, seconds)
}

fn script(cluster: &Cluster, script: &str, connections: usize, seconds: u64) -> Result<f64> {
    let path = std::env::temp_dir().join(format!("crm-bench-{}.sql", std::process::id()));
    std::fs::write(&path, script)?;
    let tps = run(cluster, &format!("--file={}", path.display()), connections, seconds);
    std::fs::remove_file(&path)?;
    tps
}

/// Transactions a second.
fn run(cluster: &Cluster, what: &str, connections: usize, seconds: u64) -> Result<f64> {
    let (clients, time) = (format!("--client={connections}"), format!("--time={seconds}"));
    let text = pgbench(cluster, &["--no-vacuum", "--protocol=prepared", "--jobs=2", &clients, &time, what])?;
    let tps = text.lines().find_map(|l| l.strip_prefix("tps = ")).context("pgbench printed no tps")?;
    Ok(tps.split_whitespace().next().context("pgbench printed no number")?.parse()?)
}

fn pgbench(cluster: &Cluster, arguments: &[&str]) -> Result<String> {
    let output = Command::new(cluster.binaries().dir.join("pgbench"))
        .args(arguments)
        .arg(cluster.database_url())
        .output()
        .context("pgbench did not start")?;
    ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
