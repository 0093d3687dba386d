//! The peer: pgbench on the same cluster, inserting the row that a webhook is.

use anyhow::{Context, Result, ensure};
use private_postgres::Cluster;
use std::process::Command;

/// Single-row inserts a second.
pub fn inserts(cluster: &Cluster, body: &[u8], connections: usize, seconds: u64) -> Result<f64> {
    let script = std::env::temp_dir().join(format!("crm-bench-{}.sql", std::process::id()));
    let hex: String = body.iter().map(|b| format!("{b:02x}")).collect();
    std::fs::write(
        &script,
        format!(
            "INSERT INTO bench_events (event_id, account, type, api_version, object_id, created, livemode, raw)\n\
             VALUES ('evt_' || gen_random_uuid(), NULL, 'climate.order.created', '2025-12-15.clover', 'climorder_1', now(), false, '\\x{hex}')\n\
             ON CONFLICT (event_id) DO NOTHING;\n"
        ),
    )?;
    let output = Command::new(cluster.binaries().dir.join("pgbench"))
        .args(["--no-vacuum", "--protocol=prepared", "--jobs=2"])
        .arg(format!("--client={connections}"))
        .arg(format!("--time={seconds}"))
        .arg(format!("--file={}", script.display()))
        .arg(cluster.database_url())
        .output()
        .context("pgbench did not start")?;
    std::fs::remove_file(&script)?;
    ensure!(output.status.success(), "pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let tps = text.lines().find_map(|l| l.strip_prefix("tps = ")).context("pgbench printed no tps")?;
    Ok(tps.split_whitespace().next().context("pgbench printed no number")?.parse()?)
}
