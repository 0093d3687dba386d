use crate::config::Config;
use crate::database::Database;
use anyhow::Result;

pub(super) async fn run(config: Config) -> Result<()> {
    let database = Database::open(&config).await?;
    let result = database.migrate().await;
    database.close().await;
    result?;
    super::say("The database has the tables of this version.");
    Ok(())
}
