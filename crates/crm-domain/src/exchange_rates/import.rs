//! Rates out of a CSV file: day, currency, rate. Rows that are wrong are named and left out.

use super::RESOURCE;
use super::store::{NewRate, compare, last_day, write};
use crate::audit::{self, Actor, Subject};
use crate::customers::import::dialect::{decode, open};
use crate::db::{DomainError, Result};
use crate::filter::Day;
use crate::settings;
use chrono::NaiveDate;
use crm_types::Currency;
use crm_types::exchange_rates::{BadRate, Rate, RateImport, RateRowError, RateSource};
use sqlx::PgPool;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io::Read as _;

/// So many wrong rows are named.
const NAMED: usize = 100;
/// What the columns may be called.
const COLUMNS: [&[&str]; 3] = [&["day", "date"], &["currency", "code"], &["rate", "value"]];

/// Takes the rates of a file over, or says what would come of it. A rate that is there already is replaced.
///
/// # Errors
/// [`DomainError::Invalid`] for a file whose first line does not name the columns.
pub async fn import(pool: &PgPool, actor: &Actor, file: &[u8], dry_run: bool) -> Result<RateImport> {
    let mut tx = pool.begin().await?;
    let reporting = settings::find(&mut *tx).await?.reporting_currency;
    let read = read(file, reporting, last_day(&mut tx).await?)?;
    let written = compare(&mut tx, reporting, RateSource::Csv, &read.rates).await?;
    let failed = i64::try_from(read.errors.len()).unwrap_or(i64::MAX);
    let imported = RateImport {
        dry_run,
        rows: i64::try_from(read.rates.len()).unwrap_or(i64::MAX).saturating_add(failed),
        created: written.created,
        changed: written.changed,
        unchanged: written.unchanged,
        failed,
        errors: read.errors.into_iter().take(NAMED).collect(),
    };
    if !dry_run {
        write(&mut tx, reporting, RateSource::Csv, &read.rates).await?;
        let subject = Subject { resource: RESOURCE, id: "file", verb: "imported" };
        audit::record(&mut tx, actor, subject, None, Some(&imported)).await?;
        tx.commit().await?;
    }
    Ok(imported)
}

/// What a file holds.
#[derive(Debug, Default)]
struct Held {
    rates: Vec<NewRate>,
    errors: Vec<RateRowError>,
}

fn read(file: &[u8], reporting: Currency, last: NaiveDate) -> Result<Held> {
    let unreadable = |message: &str| DomainError::invalid("file", "invalid", message);
    let opened = open(file).map_err(|_| unreadable("The file cannot be read."))?;
    let comma_is_decimal = opened.delimiter != b',';
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(opened.delimiter)
        // The usual terminator leaves the second half of CR LF to the next row, and counts it there.
        .terminator(csv::Terminator::Any(b'\n'))
        .has_headers(false)
        .flexible(true)
        .from_reader(opened.text.chain(&b"\n"[..]));
    let cannot = |_| unreadable("The file cannot be read.");
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).map_err(cannot)?;
    let names: Vec<String> = record.iter().map(|cell| decode(cell).0.trim().to_owned()).collect();
    let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.to_ascii_lowercase().as_str()));
    let [Some(day), Some(currency), Some(rate)] = COLUMNS.map(place) else {
        return Err(unreadable("Name the columns day, currency and rate in the first line."));
    };
    let mut found = Held::default();
    let mut lines: HashMap<(Currency, NaiveDate), u64> = HashMap::new();
    while reader.read_byte_record(&mut record).map_err(cannot)? {
        // Where it ended, less what is in it: empty lines before it count as its own otherwise.
        let within = record.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
        let line = reader.position().line().saturating_sub(within + 1);
        let cell = |at: usize| record.get(at).map(|cell| decode(cell).0.trim().to_owned()).unwrap_or_default();
        if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
            continue;
        }
        let number = if comma_is_decimal { cell(rate).replace(',', ".") } else { cell(rate) };
        // A comma within a number would cut it off.
        let row = match record.iter().skip(names.len()).all(|cell| cell.trim_ascii().is_empty()) {
            true => parse_row([(day, &cell(day)), (currency, &cell(currency)), (rate, &number)], reporting, last),
            false => Err((usize::MAX, format!("There are {} cells, under {} names.", record.len(), names.len()))),
        };
        let row = row.and_then(|row| match lines.entry((row.0, row.1)) {
            Entry::Vacant(first) => {
                first.insert(line);
                Ok(row)
            }
            Entry::Occupied(first) => {
                let code = row.0.code().to_ascii_uppercase();
                Err((day, format!("Line {} has a rate for {code} on {} already.", first.get(), row.1)))
            }
        });
        match row {
            Ok(row) => found.rates.push(row),
            Err((column, message)) => found.errors.push(RateRowError {
                line: i64::try_from(line).unwrap_or(i64::MAX),
                column: names.get(column).map(|name| name.chars().take(100).collect()),
                message,
            }),
        }
    }
    Ok(found)
}

/// A row's cells, each with its place; else which of them is wrong, and why.
fn parse_row(
    [day, currency, rate]: [(usize, &str); 3],
    reporting: Currency,
    last: NaiveDate,
) -> std::result::Result<NewRate, (usize, String)> {
    let of = parse_day(day.1, last).map_err(|why| (day.0, why))?;
    let code = parse_currency(currency.1, reporting).map_err(|why| (currency.0, why))?;
    let value = rate.1.parse::<Rate>().map_err(|BadRate(why)| (rate.0, why.to_owned()))?;
    Ok((code, of, value))
}

fn parse_day(text: &str, last: NaiveDate) -> std::result::Result<NaiveDate, String> {
    let day: NaiveDate = text.parse().map_err(|_| "Write a day as 2026-03-01.".to_owned())?;
    Day::parse("day", day).map_err(|error| error.to_string())?;
    if day > last { Err("The rate of a day to come is not known yet.".to_owned()) } else { Ok(day) }
}

fn parse_currency(text: &str, reporting: Currency) -> std::result::Result<Currency, String> {
    let currency: Currency = text.parse().map_err(|error: crm_types::money::UnknownCurrency| format!("{error}."))?;
    if currency == reporting {
        let code = currency.code().to_ascii_uppercase();
        return Err(format!("Amounts are reported in {code}: it needs no rate."));
    }
    Ok(currency)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str) -> (Vec<String>, Vec<String>) {
        let found = super::read(file.as_bytes(), Currency::USD, "2026-03-31".parse().unwrap()).unwrap();
        let rates = found.rates.iter().map(|(currency, day, rate)| format!("{day} {currency} {rate}")).collect();
        let told = |e: &RateRowError| format!("{} {}: {}", e.line, e.column.as_deref().unwrap_or("?"), e.message);
        (rates, found.errors.iter().map(told).collect())
    }

    #[test]
    fn wrong_rows_are_named_and_left_out() {
        let file = "Date,Note,Code,Rate\n2026-03-01,x,EUR,1.0842\n2026-03-01,x,eur,1.09\n\n2026-03-02,x,XYZ,1\n2026-03-02,x,GBP,0\n\
                    2026-03-02,x,GBP,-1.2\n2026-03-02,x,GBP,many\n2026-04-01,x,GBP,1.27\n02.03.2026,x,GBP,1.27\n2026-03-02,x,USD,1\n\
                    2026-03-03,x,gbp,1.27\n2026-03-04\n2026-03-05,x,EUR,1,08\n2026-03-06,x,gbp,1.28,\n";
        let (rates, errors) = read(file);
        assert_eq!(rates, ["2026-03-01 eur 1.0842", "2026-03-03 gbp 1.27", "2026-03-06 gbp 1.28"]);
        assert_eq!(
            errors,
            [
                "3 Date: Line 2 has a rate for EUR on 2026-03-01 already.",
                "5 Code: `XYZ` is not an ISO 4217 currency.",
                "6 Rate: A rate is above 0.",
                "7 Rate: A rate is above 0.",
                "8 Rate: Write a rate as a number, such as 1.0842.",
                "9 Date: The rate of a day to come is not known yet.",
                "10 Date: Write a day as 2026-03-01.",
                "11 Code: Amounts are reported in USD: it needs no rate.",
                "13 Code: `` is not an ISO 4217 currency.",
                "14 ?: There are 5 cells, under 4 names.",
            ]
        );
    }

    #[test]
    fn files_of_other_countries_are_read() {
        let (rates, errors) = read("\u{feff}day;currency;rate\r\n2026-03-01;EUR;1,0842\r\n");
        assert_eq!((rates, errors), (vec!["2026-03-01 eur 1.0842".to_owned()], vec![]));
    }

    #[test]
    fn a_file_must_name_its_columns() {
        for file in ["", "2026-03-01,EUR,1.08\n", "day,currency\n"] {
            let error = super::read(file.as_bytes(), Currency::USD, NaiveDate::MAX).unwrap_err();
            assert!(error.to_string().starts_with("Name the columns day, currency and rate"), "{file}: {error}");
        }
    }
}
