use super::say;
use crate::config::Config;
use crate::database::Database;
use anyhow::{Context, Result, anyhow};
use clap::Subcommand;
use crm_domain::accounts::{self, Email, NewPassword, NewUser};
use crm_domain::db::DomainError;
use crm_types::accounts::Role;
use std::io::Read;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Create a user; prints a password unless you give one
    Create {
        /// The address they log in with
        #[arg(long)]
        email: String,
        /// Their name
        #[arg(long)]
        name: String,
        /// owner, admin, analyst, marketer, support or viewer
        #[arg(long, default_value = "owner")]
        role: Role,
        /// Read the password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
    /// List all users
    List,
    /// Keep a user out, from now on and on all their devices
    Disable {
        /// Their address
        #[arg(long)]
        email: String,
    },
    /// Let a disabled user in again
    Enable {
        /// Their address
        #[arg(long)]
        email: String,
    },
    /// Give a user a new password and log them out everywhere
    ResetPassword {
        /// Their address
        #[arg(long)]
        email: String,
        /// Read the password from standard input instead of making one
        #[arg(long)]
        password_stdin: bool,
    },
}

pub(super) async fn run(command: Command, config: Config) -> Result<()> {
    let database = Database::attach(&config).await?;
    let result = match database.migrate().await {
        Ok(()) => execute(command, &database).await,
        Err(error) => Err(error),
    };
    database.close().await;
    result
}

async fn execute(command: Command, database: &Database) -> Result<()> {
    let mut tx = database.background_pool.begin().await?;
    match command {
        Command::Create { email, name, role, password_stdin } => {
            let (password, made) = password(password_stdin)?;
            let new = NewUser { email: parse(&email)?, name, role, password_hash: hash(&password)? };
            let user = accounts::create_user(&mut tx, new).await.map_err(|error| match &error {
                DomainError::Database(sqlx::Error::Database(database)) if database.is_unique_violation() => {
                    anyhow!("somebody has the address {email} already")
                }
                _ => error.into(),
            })?;
            tx.commit().await?;
            say(format_args!("Created {} ({}).", user.email, user.role));
            show(&password, made);
        }
        Command::List => list(&accounts::list_users(&mut tx).await?),
        Command::Disable { email } => {
            let sessions = accounts::disable_user(&mut tx, &parse(&email)?).await?;
            tx.commit().await?;
            say(format_args!("{email} is disabled; {} sessions ended.", sessions.len()));
        }
        Command::Enable { email } => {
            accounts::enable_user(&mut tx, &parse(&email)?).await?;
            tx.commit().await?;
            say(format_args!("{email} may log in again."));
        }
        Command::ResetPassword { email, password_stdin } => {
            let (password, made) = password(password_stdin)?;
            let sessions = accounts::reset_password(&mut tx, &parse(&email)?, &hash(&password)?).await?;
            tx.commit().await?;
            say(format_args!("{email} has a new password; {} sessions ended.", sessions.len()));
            show(&password, made);
        }
    }
    Ok(())
}

fn list(members: &[accounts::StaffMember]) {
    if members.is_empty() {
        say("There is no user yet. Create the first owner with `crm-api user create`.");
    }
    for member in members {
        let state = match member.disabled_at {
            Some(at) => format!("disabled {}", at.format("%Y-%m-%d")),
            None => format!("{} sessions", member.sessions),
        };
        say(format_args!("{:<40} {:<9} {:<24} {}", member.user.email, member.user.role, state, member.user.name));
    }
}

fn parse(email: &str) -> Result<Email> {
    Ok(Email::parse(email)?)
}

fn hash(password: &NewPassword) -> Result<String> {
    accounts::hash(password.expose()).map_err(|error| anyhow!("hashing failed: {error}"))
}

/// The password, and whether we made it.
fn password(from_stdin: bool) -> Result<(NewPassword, bool)> {
    if !from_stdin {
        // 100 bits: 20 of 32 letters and digits that look like nothing else.
        const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
        let text: String = rand::random::<[u8; 20]>()
            .iter()
            .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
            .map(|letter| char::from(*letter))
            .collect();
        return Ok((NewPassword::parse(&text)?, true));
    }
    let mut text = String::new();
    std::io::stdin().take(4096).read_to_string(&mut text).context("could not read the password")?;
    Ok((NewPassword::parse(text.trim_end_matches(['\r', '\n']))?, false))
}

fn show(password: &NewPassword, made: bool) {
    if made {
        say(format_args!("Password: {}", password.expose()));
    }
}
