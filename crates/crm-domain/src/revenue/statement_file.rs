//! A statement as a file: what it comes to, then the rows behind it. For who gets it, and for their bookkeeping.

use super::statements;
use crate::audit::{self, Actor, Subject};
use crate::customers::cells::{harmless, push_record};
use crate::customers::export::{self, major};
use crate::db::{DomainError, Result};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use crm_types::ids::PayoutStatementId;
use crm_types::revenue::{PayoutParty, PayoutStatement, StatementFormat};
use crm_types::{Currency, Money};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, XlsxError};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

/// Rows that a file may have: it is made in memory. A party with more reads them from the ledger's list, page by page.
const MOST_ROWS: i64 = 100_000;

/// Which statement, in which shape.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The statement.
    pub statement: PayoutStatementId,
    /// The shape of the file.
    pub format: StatementFormat,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// What to call it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// What a row of the file shows, in this order.
const HEADER: [&str; 12] = [
    "date",
    "kind",
    "client",
    "stripe_id",
    "period_start",
    "period_end",
    "paid",
    "shared",
    "percentage",
    "amount",
    "currency",
    "taken_back",
];

/// A share as the party sees it.
struct Line {
    at: DateTime<Utc>,
    kind: String,
    client: String,
    key: String,
    period: (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    paid: Money,
    shared: Money,
    basis_points: i32,
    part: Money,
    taken_back: bool,
}

/// Makes the file, and writes down who got it.
///
/// # Errors
/// [`DomainError::NotFound`] when the statement is not there; [`DomainError::Conflict`] when it has too many rows for a file.
pub async fn make(read_pool: &PgPool, pool: &PgPool, actor: &Actor, request: &Request) -> Result<File> {
    let statement = statements::find(read_pool, request.statement).await?;
    let lines = lines(read_pool, &statement).await?;
    let bytes = match request.format {
        StatementFormat::Csv => csv(&statement, &lines),
        StatementFormat::Xlsx => {
            xlsx(&statement, &lines).map_err(|error| sqlx::Error::Io(std::io::Error::other(error)))?
        }
    };
    let id = request.statement.to_string();
    let subject = Subject { resource: "payout_statement", id: &id, verb: "exported" };
    let done = json!({"format": request.format, "rows": lines.len()});
    audit::record(&mut *pool.acquire().await?, actor, subject, None, Some(&done)).await?;
    let name = format!("statement-{}-{}.{}", statement.month.format("%Y-%m"), slug(&whose(&statement)), request.format);
    Ok(File { name, bytes })
}

/// Makes a ticket for one download, which a browser starts by itself.
///
/// # Errors
/// [`DomainError::NotFound`] when the statement is not there.
pub async fn ticket(pool: &PgPool, actor: &Actor, request: &Request) -> Result<(String, DateTime<Utc>)> {
    statements::find(pool, request.statement).await?;
    export::issue(pool, actor, request).await
}

/// What a ticket was made for, and by whom; `None` when it is not good (any more). It is good once.
///
/// # Errors
/// When the database fails.
pub async fn redeem(pool: &PgPool, ticket: &str) -> Result<Option<(Actor, Request)>> {
    export::take(pool, ticket).await
}

fn whose(statement: &PayoutStatement) -> String {
    let coach = statement.coach.as_ref().map(|coach| coach.name.clone());
    coach.or_else(|| statement.organization.as_ref().map(|o| o.name.clone())).unwrap_or_default()
}

/// Letters and digits of a name, for a file's name.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let slug = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if slug.is_empty() { "party".to_owned() } else { slug.chars().take(60).collect() }
}

async fn lines(pool: &PgPool, statement: &PayoutStatement) -> Result<Vec<Line>> {
    let currency = statement.earned.currency;
    let coach = statement.coach.as_ref().map(|coach| coach.id.0);
    let organization = statement.organization.as_ref().map(|organization| organization.id.0);
    let rows = sqlx::query!(
        r#"SELECT s.occurred_at, s.kind, customer_called(k) AS "client!", s.business_key, s.period_start, s.period_end, s.paid_minor, s.shared_minor,
                  s.coach_bp, s.organization_bp, s.coach_minor, s.organization_minor, s.reverses IS NOT NULL AS "taken_back!"
           FROM revenue_shares s JOIN customers k ON k.id = s.customer_id
           WHERE s.month = $1 AND s.currency = $2 AND ($3::uuid IS NULL OR s.coach_id = $3) AND ($4::uuid IS NULL OR s.organization_id = $4)
             AND ($3::uuid IS NOT NULL OR $4::uuid IS NOT NULL)
           ORDER BY s.occurred_at, s.id LIMIT $5"#,
        statement.month,
        currency.code(),
        coach as Option<Uuid>,
        organization as Option<Uuid>,
        MOST_ROWS + 1,
    )
    .fetch_all(pool)
    .await?;
    if i64::try_from(rows.len()).is_ok_and(|n| n > MOST_ROWS) {
        let message = format!("This statement has more than {MOST_ROWS} rows: read them with GET /api/revenue/shares.");
        return Err(DomainError::Conflict { field: None, message });
    }
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let money = |minor| Money::new(minor, currency);
        let (basis_points, part) = match statement.party {
            PayoutParty::Coach => (row.coach_bp, row.coach_minor),
            PayoutParty::Organization => (row.organization_bp, row.organization_minor),
        };
        lines.push(Line {
            at: row.occurred_at,
            kind: row.kind,
            client: row.client,
            key: row.business_key,
            period: (row.period_start, row.period_end),
            paid: money(row.paid_minor),
            shared: money(row.shared_minor),
            basis_points,
            part: money(part),
            taken_back: row.taken_back,
        });
    }
    Ok(lines)
}

/// The amounts of a statement with their names.
fn amounts(statement: &PayoutStatement) -> [(&'static str, Money); 6] {
    let s = statement;
    [
        ("Carried from the statement before", s.carried),
        ("Earned", s.earned),
        ("Went back", s.refunded),
        ("Payout minimum", s.minimum),
        ("Payable", s.payable),
        ("Carried to the next statement", s.forward),
    ]
}

/// Rows first, since programs read them; what it comes to stands below.
fn csv(statement: &PayoutStatement, lines: &[Line]) -> Vec<u8> {
    let mut out = "\u{feff}".as_bytes().to_vec();
    push_record(&mut out, HEADER);
    for line in lines {
        let time = |time: Option<DateTime<Utc>>| time.map(date).unwrap_or_default();
        let cells = [
            date(line.at),
            line.kind.clone(),
            harmless(&line.client).into_owned(),
            harmless(&line.key).into_owned(),
            time(line.period.0),
            time(line.period.1),
            line.paid.to_decimal(),
            line.shared.to_decimal(),
            percentage(line.basis_points),
            line.part.to_decimal(),
            line.part.currency.to_string(),
            if line.taken_back { "yes" } else { "" }.to_owned(),
        ];
        push_record(&mut out, cells);
    }
    let empty = || std::iter::repeat_n(String::new(), HEADER.len());
    push_record(&mut out, empty());
    let named = [
        ("Statement of", harmless(&whose(statement)).into_owned()),
        ("Month", month(statement.month)),
        ("State", statement.status.to_string()),
    ];
    let amounts = amounts(statement).map(|(name, money)| (name, money.to_decimal()));
    for (name, value) in named.into_iter().chain(amounts) {
        // Under the amounts of the rows.
        let mut cells: Vec<String> = empty().collect();
        if let [first, ..] = cells.as_mut_slice() {
            *first = name.to_owned();
        }
        if let Some(cell) = cells.get_mut(9) {
            *cell = value;
        }
        push_record(&mut out, cells);
    }
    out
}

fn date(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

fn month(month: NaiveDate) -> String {
    month.format("%Y-%m").to_string()
}

/// `3050` is `30.50`.
fn percentage(basis_points: i32) -> String {
    format!("{}.{:02}", basis_points / 100, basis_points % 100)
}

/// Two sheets: what it comes to, and the rows. A text is written as such, whatever it begins with.
fn xlsx(statement: &PayoutStatement, lines: &[Line]) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let (bold, time) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"));
    let money = Format::new().set_num_format(decimals(statement.earned.currency));
    let sheet = book.add_worksheet().set_name("Statement")?;
    let named = [
        ("Statement of", whose(statement)),
        ("Month", month(statement.month)),
        ("State", statement.status.to_string()),
        ("Currency", statement.earned.currency.to_string()),
    ];
    let mut row = 0;
    for (name, value) in named {
        sheet.write_string_with_format(row, 0, name, &bold)?.write_string(row, 1, value)?;
        row += 1;
    }
    for (name, amount) in amounts(statement) {
        sheet.write_string_with_format(row, 0, name, &bold)?.write_number_with_format(
            row,
            1,
            number(amount),
            &money,
        )?;
        row += 1;
    }
    sheet.set_column_width(0, 34)?.set_column_width(1, 28)?;
    let sheet = book.add_worksheet().set_name("Rows")?;
    for (column, name) in (0_u16..).zip(HEADER) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    for (row, line) in (1_u32..).zip(lines) {
        for (column, at) in [(0, Some(line.at)), (4, line.period.0), (5, line.period.1)] {
            if let Some(at) = at {
                let at = ExcelDateTime::from_timestamp(at.timestamp())?;
                sheet.write_datetime_with_format(row, column, &at, &time)?;
            }
        }
        sheet.write_string(row, 1, &line.kind)?.write_string(row, 2, &line.client)?.write_string(row, 3, &line.key)?;
        for (column, amount) in [(6, line.paid), (7, line.shared), (9, line.part)] {
            sheet.write_number_with_format(row, column, number(amount), &money)?;
        }
        sheet.write_number(row, 8, f64::from(line.basis_points) / 100.0)?;
        sheet.write_string(row, 10, line.part.currency.code())?;
        if line.taken_back {
            sheet.write_string(row, 11, "yes")?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

fn number(money: Money) -> f64 {
    major(money.minor, money.currency.minor_per_major())
}

fn decimals(currency: Currency) -> &'static str {
    match currency.decimals() {
        0 => "#,##0",
        3 => "#,##0.000",
        _ => "#,##0.00",
    }
}

#[cfg(test)]
#[path = "statement_file_tests.rs"]
mod tests;
