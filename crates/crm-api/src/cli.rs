//! The command line.

mod demo;
mod migrate;
mod openapi;
mod rebuild;
mod replay;
mod seed;
mod serve;
mod user;
mod worker;

use crate::config::Config;
use crate::telemetry;
use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use std::io::Write;
use std::process::ExitCode;

/// An open CRM for subscription businesses: server, workers and tools in one program.
///
/// Everything is set by environment variables; see .env.example. Without DATABASE_URL it starts a private PostgreSQL
/// below CRM_DATA_DIR.
#[derive(Debug, Parser)]
#[command(name = "crm-api", version, propagate_version = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the app and the API, and apply Stripe's events
    Serve,
    /// Only apply Stripe's events, heal and do long work; for a second process beside `serve`
    Worker,
    /// Bring the database to this version, and end
    Migrate,
    /// Print the OpenAPI document
    Openapi,
    /// Manage who may log in
    #[command(subcommand)]
    User(user::Command),
    /// Apply events of the Stripe inbox again, after the cause of their trouble was mended
    Replay(replay::Arguments),
    /// Compute everything anew from the Stripe inbox; a right ledger stays as it is
    Rebuild,
    /// Store a simulated business's history, and end
    Seed(seed::Arguments),
    /// Show the product with a simulated business that lives while you watch
    Demo(demo::Arguments),
}

/// Runs the command that was given.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    match execute(cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "crm-api: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: Command) -> Result<()> {
    // Needs no settings: it must work before there are any.
    if let Command::Openapi = command {
        return openapi::run();
    }
    let config = Config::from_env().map_err(|error| anyhow::anyhow!("bad settings\n{error}"))?;
    match command {
        Command::Demo(_) => telemetry::init(&config.telemetry.clone().quiet()),
        _ => telemetry::init(&config.telemetry),
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("could not start")?;
    runtime.block_on(async {
        match command {
            Command::Serve => serve::run(config).await,
            Command::Worker => worker::run(config).await,
            Command::Migrate => migrate::run(config).await,
            Command::Openapi => Ok(()),
            Command::User(command) => user::run(command, config).await,
            Command::Replay(arguments) => replay::run(arguments, config).await,
            Command::Rebuild => rebuild::run(config).await,
            Command::Seed(arguments) => seed::run(arguments, config).await,
            Command::Demo(arguments) => demo::run(arguments, config).await,
        }
    })
}

/// Prints a line for people or scripts. A reader that is gone is no error of ours.
fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_and_argument_explains_itself() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{} {} has no help", command.get_name(), argument.get_id());
            }
            command.get_subcommands().for_each(check);
        }
        let mut command = Cli::command();
        command.build();
        command.get_subcommands().filter(|sub| sub.get_name() != "help").for_each(check);
    }
}
