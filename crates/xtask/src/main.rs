//! The project's own build steps, run by `./just` as `cargo run -p xtask -- STEP`.

#![allow(clippy::print_stdout, reason = "a command line talks on standard output")]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod database;
mod dev_db;
mod guards;
mod licences;
mod packages;
mod sqlx_prepare;
mod ui;
mod with_postgres;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "The project's own build steps", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Build the browser bundle into frontend/dist, if anything it is made of has changed.
    Ui(ui::Options),
    /// Check that every dependency's licence is one that we may ship.
    Licences,
    /// Check that no crate depends on what its layer must not know.
    Guards,
    /// Run a command with DATABASE_URL naming an empty PostgreSQL of its own, gone when the command ends.
    WithPostgres(with_postgres::Options),
    /// Refresh .sqlx, the descriptions of every checked query, as `cargo sqlx prepare --workspace` does.
    SqlxPrepare(sqlx_prepare::Options),
    /// Start a PostgreSQL for development in the background, with all migrations applied, and print its DATABASE_URL.
    DevDb(dev_db::Options),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().step {
        Step::Ui(options) => ui::run(&options).map(|()| ExitCode::SUCCESS),
        Step::Licences => licences::run().map(|()| ExitCode::SUCCESS),
        Step::Guards => guards::run().map(|()| ExitCode::SUCCESS),
        Step::WithPostgres(options) => with_postgres::run(&options),
        Step::SqlxPrepare(options) => sqlx_prepare::run(&options).map(|()| ExitCode::SUCCESS),
        Step::DevDb(options) => dev_db::run(&options).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::FAILURE
    })
}
