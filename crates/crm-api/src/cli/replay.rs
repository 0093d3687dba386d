use crate::config::Config;
use crate::database::Database;
use anyhow::Result;
use clap::Args;
use crm_domain::billing::events_replay;
use crm_types::billing::{EventState, ReplayRequest};

/// Which events.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Ids of events, such as evt_1Pgc76B7WZ01zgkW
    ids: Vec<String>,
    /// All events in this state instead: dead or parked
    #[arg(long, conflicts_with = "ids")]
    state: Option<EventState>,
}

pub(super) async fn run(arguments: Arguments, config: Config) -> Result<()> {
    let database = Database::attach(&config).await?;
    let request = ReplayRequest { ids: arguments.ids, state: arguments.state };
    let result = events_replay::replay(&database.background_pool, &request).await;
    database.close().await;
    super::say(format_args!("{} events will be applied again.", result?.replayed));
    Ok(())
}
