use crate::config::Config;
use crate::database::Database;
use crate::stripe::Reader;
use crate::{server, worker};
use anyhow::Result;
use tokio::sync::watch;

pub(super) async fn run(config: Config) -> Result<()> {
    let database = Database::attach(&config).await?;
    let result = work(&config, &database).await;
    database.close().await;
    result
}

async fn work(config: &Config, database: &Database) -> Result<()> {
    let reader = Reader::connect(&config.stripe)?;
    database.migrate().await?;
    let stop = watch::Sender::new(false);
    // Events arrive at other processes: this one looks by itself.
    let nothing_arrives = std::future::pending;
    let task = tokio::spawn(worker::applier::run(database.background_pool.clone(), nothing_arrives, stop.subscribe()));
    let jobs = tokio::spawn(worker::jobs::run(database.background_pool.clone(), stop.subscribe()));
    let healer = tokio::spawn(worker::healer::run(database.background_pool.clone(), reader, stop.subscribe()));
    super::say("Applying Stripe's events, healing, and doing long work.");
    server::signalled().await?;
    stop.send_replace(true);
    task.await?;
    jobs.await?;
    healer.await?;
    Ok(())
}
