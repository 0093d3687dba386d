use crate::config::Config;
use crate::database::Database;
use anyhow::Result;
use crm_domain::billing::rebuild::{Rebuilt, rebuild};

pub(super) async fn run(config: Config) -> Result<()> {
    let database = Database::attach(&config).await?;
    let result = work(&database).await;
    database.close().await;
    let Rebuilt { events, customers, corrections } = result?;
    super::say(format_args!(
        "Rebuilt from {events} events: {customers} customers, {corrections} ledger rows corrected."
    ));
    Ok(())
}

async fn work(database: &Database) -> Result<Rebuilt> {
    database.migrate().await?;
    let mut connection = database.background_pool.acquire().await?;
    let mut shown = 0;
    let progress = |so_far: &Rebuilt| {
        let done = so_far.events + so_far.customers;
        if done >= shown + 10_000 {
            shown = done;
            super::say(format_args!("{} events read, {} customers computed", so_far.events, so_far.customers));
        }
    };
    Ok(rebuild(&mut connection, progress).await?)
}
