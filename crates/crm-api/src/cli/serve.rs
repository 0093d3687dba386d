use crate::config::Config;
use crate::server;
use anyhow::Result;

pub(super) async fn run(config: Config) -> Result<()> {
    let running = server::launch(config, None).await?;
    super::say(format_args!("Prometheus CRM is at {}", running.state.config.http.origin()));
    running.until_signal().await
}
