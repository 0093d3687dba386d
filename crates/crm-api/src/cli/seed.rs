use crate::config::Config;
use crate::database::Database;
use anyhow::{Context, Result};
use chrono::{DateTime, Months};
use clap::Args;
use crm_domain::billing::facts::{CustomerFact, InvoiceLine, Stamp};
use crm_domain::billing::inbox::{self, Delivery};
use crm_domain::billing::load::{Account, Loaded, Loading, Prepared, settle_in};
use crm_domain::billing::payments::TransactionRow;
use crm_domain::billing::{apply, settle};
use crm_domain::organizations::found::found;
use crm_domain::revenue::agreed::agree;
use crm_domain::subscriptions::version::{Item, Snapshot, Version, status_rank};
use crm_types::Currency;
use crm_types::billing::{TransactionKind, TransactionStatus, TransactionType};
use crm_types::plans::Interval;
use sqlx::PgPool;
use std::sync::mpsc::sync_channel;
use std::time::{Duration, Instant};
use stripe_sandbox::{BusinessConfig, Life, Payment, Population, State};

const DAY: i64 = 86_400;
/// What it means when something is there already.
const SEEDED: &str = "nothing more was written; is there already a seeded business in this database?";
/// Of so many customers there is an organisation.
const OF_AN_ORGANIZATION: u32 = 2_000;
/// Customers that are written together.
const TOGETHER: u64 = 4_000;

/// What business is stored.
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// About how many people sign up
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..=2_000_000))]
    customers: u32,
    /// Days of history, ending today
    #[arg(long, default_value_t = 3 * 365, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    days: u32,
    /// Same seed and end, same business
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// The last day, as Unix time; today when left out
    #[arg(long)]
    until: Option<i64>,
}

pub(super) async fn run(arguments: Arguments, config: Config) -> Result<()> {
    let database = Database::attach(&config).await?;
    let result = work(&arguments, &database).await;
    database.close().await;
    result
}

async fn work(arguments: &Arguments, database: &Database) -> Result<()> {
    database.migrate().await?;
    let pool = &database.background_pool;
    let began = Instant::now();
    let end = arguments.until.unwrap_or_else(|| chrono::Utc::now().timestamp()) / DAY * DAY;
    let population = Population::new(BusinessConfig {
        seed: arguments.seed,
        customers: arguments.customers,
        start: end - i64::from(arguments.days) * DAY,
        days: arguments.days,
        log_limit: 0,
        ..BusinessConfig::default()
    });
    let catalogue = population.catalogue_events().iter().map(|event| Delivery::parse(event.body.clone()));
    inbox::store(pool, &catalogue.collect::<Result<Vec<_>, _>>().map_err(anyhow::Error::msg)?).await?;
    apply_all(pool).await?;

    let count = population.count();
    let (sender, receiver) = sync_channel(2);
    // One core tells lives while the other writes them.
    let teller = tokio::task::spawn_blocking(move || {
        for from in (0..count).step_by(usize::try_from(TOGETHER).unwrap_or(1)) {
            let numbers = from..count.min(from + TOGETHER);
            let accounts: Result<Vec<Account>> = numbers.map(|number| account(&population.life(number))).collect();
            if sender.send(accounts.map(Prepared::of)).is_err() {
                break;
            }
        }
    });
    let mut connection = pool.acquire().await?;
    apply::prefer_indexes(&mut connection).await?;
    let mut loading = Loading::begin(&mut connection).await?;
    let organizations = usize::try_from(arguments.customers.div_ceil(OF_AN_ORGANIZATION))?;
    let start = time(end - i64::from(arguments.days) * DAY)?;
    found(loading.connection(), organizations, start).await.context(SEEDED)?;
    agree(loading.connection(), start).await?;
    let mut total = Loaded::default();
    let mut receiver = Some(receiver);
    while let Some(from) = receiver.take() {
        let (next, from) = tokio::task::spawn_blocking(move || (from.recv(), from)).await?;
        let Ok(prepared) = next else { break };
        let before = total.customers / 100_000;
        total += loading.add(prepared?).await.context(SEEDED)?;
        if total.customers / 100_000 > before {
            super::say(format_args!("{} of {count} customers", total.customers));
        }
        receiver = Some(from);
    }
    teller.await?;
    super::say(format_args!(
        "All {} customers written after {:.1} s: indexes and checks",
        total.customers,
        began.elapsed().as_secs_f64()
    ));
    loading.finish().await?;
    settle_in(pool).await?;
    super::say(format_args!(
        "{} customers, {organizations} organizations, {} subscriptions, {} payments and refunds, {} MRR movements, {} shares: done after {:.1} s.",
        total.customers,
        total.subscriptions,
        total.transactions,
        total.movements,
        total.shares,
        began.elapsed().as_secs_f64()
    ));
    Ok(())
}

/// Applies here, unless a server that runs already does; then waits for it.
async fn apply_all(pool: &PgPool) -> Result<()> {
    let mut connection = pool.acquire().await?;
    if apply::try_lock(&mut connection).await? {
        let applied = apply::drain(&mut connection).await;
        apply::unlock(&mut connection).await?;
        applied?;
        return Ok(());
    }
    while settle::pending(pool, 1).await? > 0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    Ok(())
}

/// A life as the facts that Stripe's events about it would have been.
fn account(life: &Life) -> Result<Account> {
    let serial = life.customer.strip_prefix("cus_").unwrap_or(&life.customer);
    let versions = life.states.iter().enumerate().map(|(n, state)| version(life, serial, n, state));
    let payments = life.payments.iter().enumerate().map(|(n, payment)| rows(life, serial, n, payment));
    let transactions: Vec<Vec<TransactionRow>> = payments.collect::<Result<_>>()?;
    let metadata: serde_json::Map<String, serde_json::Value> =
        life.metadata.iter().map(|(key, value)| (key.clone(), value.as_str().into())).collect();
    let created = time(life.created)?;
    Ok(Account {
        customer: CustomerFact {
            id: life.customer.clone(),
            stamp: Stamp { at: created, rank: 0, event: format!("evt_{serial}") },
            created,
            email: Some(life.email.clone()),
            name: Some(life.name.clone()),
            phone: life.phone.clone(),
            metadata: metadata.into(),
            deleted: false,
        },
        versions: versions.collect::<Result<_>>()?,
        transactions: transactions.into_iter().flatten().collect(),
    })
}

/// The id of one of somebody's subscriptions.
fn subscription_id(serial: &str, which: u32) -> String {
    if which == 0 { format!("sub_{serial}") } else { format!("sub_{serial}_{which}") }
}

fn version(life: &Life, serial: &str, n: usize, state: &State) -> Result<Version> {
    let mut own = life.states.iter().filter(|other| other.subscription == state.subscription);
    let first = own.next().map_or(state.at, |first| first.at);
    let interval = match state.price.interval {
        stripe_sandbox::Interval::Year => Interval::Year,
        _ => Interval::Month,
    };
    let item = Item {
        price: state.price.id.clone(),
        quantity: state.quantity,
        unit_amount: Some(state.price.unit_amount.to_string()),
        interval,
        interval_count: 1,
        metered: false,
        transform: None,
        discounts: Vec::new(),
    };
    let optional = |at: Option<i64>| at.map(time).transpose();
    Ok(Version {
        event_id: format!("evt_{serial}_{n}"),
        subscription: subscription_id(serial, state.subscription),
        at: time(state.at)?,
        rank: status_rank(state.status),
        body: Snapshot {
            status: state.status.to_owned(),
            currency: currency(&state.price.currency)?,
            items: vec![item],
            discounts: Vec::new(),
            paused: false,
            cancel_at_period_end: false,
            cancel_at: None,
            canceled_at: optional(state.canceled_at)?,
            ended_at: optional(state.ended_at)?,
            trial_start: optional(state.trial.map(|(from, _)| from))?,
            trial_end: optional(state.trial.map(|(_, until)| until))?,
            period_start: Some(time(state.period.0)?),
            period_end: Some(time(state.period.1)?),
            created: time(first)?,
            cancel_reason: state.reason.map(str::to_owned),
            source: None,
        },
    })
}

/// A payment, and the refund of it if there is one.
fn rows(life: &Life, serial: &str, n: usize, payment: &Payment) -> Result<Vec<TransactionRow>> {
    let invoice = format!("in_{serial}_{n}");
    let key = if payment.paid { invoice.clone() } else { format!("{invoice}:attempt:1") };
    let paid = TransactionRow {
        business_key: key,
        payment_key: invoice.clone(),
        customer: life.customer.clone(),
        subscription: Some(subscription_id(serial, payment.subscription)),
        kind: TransactionKind::Payment,
        status: if payment.paid { TransactionStatus::Succeeded } else { TransactionStatus::Failed },
        transaction_type: TransactionType::Subscription,
        currency: currency(&payment.currency)?,
        amount: payment.amount,
        tax: 0,
        fee: None,
        refunded: payment.refund.map_or(0, |(amount, _)| amount),
        invoice_number: Some(format!("{}-{n:04}", serial.to_uppercase())),
        invoice: Some(invoice),
        payment_intent: Some(format!("pi_{serial}_{n}")),
        charge: Some(format!("ch_{serial}_{n}")),
        reason: (!payment.paid).then(|| "card_declined".to_owned()),
        occurred_at: time(payment.at)?,
        lines: if payment.paid { line(life, payment)?.into_iter().collect() } else { Vec::new() },
    };
    let Some((amount, at)) = payment.refund else { return Ok(vec![paid]) };
    let refund = TransactionRow {
        business_key: format!("re_{serial}_{n}"),
        kind: TransactionKind::Refund,
        status: TransactionStatus::Refunded,
        amount: -amount,
        refunded: 0,
        reason: Some("requested_by_customer".to_owned()),
        occurred_at: time(at)?,
        lines: Vec::new(),
        ..paid.clone()
    };
    Ok(vec![paid, refund])
}

/// A payment is for what was subscribed to then, from then on.
fn line(life: &Life, payment: &Payment) -> Result<Option<InvoiceLine>> {
    let own = || life.states.iter().filter(|state| state.subscription == payment.subscription);
    let Some(state) = own().rfind(|state| state.at <= payment.at).or_else(|| own().next()) else {
        return Ok(None);
    };
    let from = time(payment.at)?;
    let months = match state.price.interval {
        stripe_sandbox::Interval::Year => 12,
        _ => 1,
    };
    let to = from.checked_add_months(Months::new(months));
    Ok(Some(InvoiceLine { price: Some(state.price.id.clone()), amount: payment.amount, from: Some(from), to }))
}

fn time(unix: i64) -> Result<DateTime<chrono::Utc>> {
    DateTime::from_timestamp(unix, 0).context("a time beyond the calendar")
}

fn currency(code: &str) -> Result<Currency> {
    code.parse().map_err(anyhow::Error::msg).context("an unknown currency")
}
