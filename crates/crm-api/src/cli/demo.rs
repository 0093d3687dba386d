use crate::config::Config;
use crate::demo::{self, Options};
use anyhow::Result;
use clap::Args;

/// What demo is played.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// About how many people sign up in the year
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    customers: u32,
    /// Same seed, same business
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Days that are played in fast forward
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// Days a second in fast forward
    #[arg(long, default_value_t = 6.0)]
    days_per_second: f64,
}

pub(super) async fn run(arguments: Arguments, config: Config) -> Result<()> {
    let Arguments { customers, seed, days, days_per_second } = arguments;
    let demo = demo::start(config, &Options { customers, seed, days, days_per_second }).await?;
    super::say(format_args!("\n  Prometheus CRM   {}", demo.running.state.config.http.origin()));
    super::say(format_args!("  Log in with      {}   {}", demo::EMAIL, demo::PASSWORD));
    super::say(
        "\n  A business lives a year in fast forward while you watch. Then it goes on, two minutes a second, until today.",
    );
    super::say("  Warnings are logged here; CRM_LOG=info logs every request. Ctrl-C stops it.\n");
    let result = demo.running.until_signal().await;
    demo.feed.abort();
    result
}
