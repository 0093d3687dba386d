//! Customers as an Excel workbook, row by row into a file aside: it may be larger than our memory.

use super::{HEADER, Line, Piece, send};
use chrono::{DateTime, Utc};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::io::{Error, Read, Result, Seek, SeekFrom};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Receiver, Sender};

/// Rows of a sheet below its header; Excel has 1,048,576 in all.
const SHEET: u32 = 1_048_575;
/// Bytes of a piece.
const PIECE: usize = 64 * 1024;

/// Makes the workbook of all lines, then hands it out.
pub(super) fn make(lines: Receiver<Vec<Line>>, out: &Sender<Piece>) -> Result<()> {
    let mut file = tempfile::tempfile()?;
    write(lines, SHEET)?.save_to_writer(&mut file).map_err(Error::other)?;
    file.seek(SeekFrom::Start(0))?;
    let waiting = Handle::current();
    loop {
        let mut piece = Vec::with_capacity(PIECE);
        if file.by_ref().take(PIECE as u64).read_to_end(&mut piece)? == 0 || !waiting.block_on(send(out, Ok(piece))) {
            return Ok(());
        }
    }
}

fn write(mut lines: Receiver<Vec<Line>>, rows_of_sheet: u32) -> Result<Workbook> {
    let mut workbook = Workbook::new();
    let head = Format::new().set_bold();
    let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
    let mut waiting = Vec::new().into_iter();
    let mut next = move || loop {
        if let Some(line) = waiting.next() {
            return Some(line);
        }
        waiting = lines.blocking_recv()?.into_iter();
    };
    let mut line: Option<Line> = next();
    loop {
        let sheet = workbook.add_worksheet_with_constant_memory();
        for (column, name) in (0_u16..).zip(HEADER) {
            sheet.write_string_with_format(0, column, name, &head).map_err(Error::other)?;
        }
        for row in 1..=rows_of_sheet {
            let Some(present) = line.take() else { return Ok(workbook) };
            push(sheet, row, &present, &time).map_err(Error::other)?;
            line = next();
        }
        if line.is_none() {
            return Ok(workbook);
        }
    }
}

fn push(sheet: &mut Worksheet, row: u32, line: &Line, time: &Format) -> std::result::Result<(), XlsxError> {
    let customer = &line.customer;
    let mut cells = Cells { sheet, row, column: 0, time };
    cells.text(Some(&customer.id.to_string()))?;
    cells.text(customer.email.as_deref())?;
    cells.text(customer.name.as_deref())?;
    cells.text(customer.phone.as_deref())?;
    cells.text(customer.locale.as_deref())?;
    cells.text(customer.time_zone.as_deref())?;
    cells.text(Some(customer.priority.as_str()))?;
    cells.text(Some(&customer.tags.join(",")))?;
    cells.text(line.owner_email.as_deref())?;
    cells.text(customer.organization.as_ref().map(|organization| organization.name.as_str()))?;
    cells.text(customer.acquisition_source.as_deref())?;
    cells.time(Some(customer.created_at))?;
    cells.text(Some(customer.customer_type.as_str()))?;
    cells.text(Some(customer.lifecycle_state.as_str()))?;
    cells.text(customer.stream.map(|stream| stream.as_str()))?;
    cells.text(customer.tier.map(|tier| tier.as_str()))?;
    cells.number(customer.mrr.map(|mrr| major(mrr.minor, mrr.currency.minor_per_major())))?;
    cells.text(customer.mrr.as_ref().map(|mrr| mrr.currency.code()))?;
    cells.text(customer.billing_email.as_deref())?;
    cells.text(customer.utm_campaign.as_deref())?;
    cells.text(customer.stripe_customer_id.as_deref())?;
    cells.time(customer.first_paid_at)?;
    cells.time(Some(customer.updated_at))?;
    cells.time(customer.archived_at)?;
    cells.text(customer.coach.as_ref().map(|coach| coach.name.as_str()))?;
    cells.number(customer.lifetime_value.map(|value| major(value.minor, value.currency.minor_per_major())))?;
    cells.text(customer.lifetime_value.as_ref().map(|value| value.currency.code()))
}

/// Excel's numbers are floats anyway; cents of any real amount are exact enough in one.
#[allow(clippy::cast_precision_loss, reason = "see above")]
pub(crate) fn major(minor: i64, per: i64) -> f64 {
    minor as f64 / per as f64
}

/// A row, cell by cell. A text is written as such, whatever it begins with: nothing in a workbook is run by its look.
struct Cells<'a> {
    sheet: &'a mut Worksheet,
    row: u32,
    column: u16,
    time: &'a Format,
}

impl Cells<'_> {
    fn text(&mut self, text: Option<&str>) -> std::result::Result<(), XlsxError> {
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            self.sheet.write_string(self.row, self.column, text)?;
        }
        self.column += 1;
        Ok(())
    }

    fn number(&mut self, number: Option<f64>) -> std::result::Result<(), XlsxError> {
        if let Some(number) = number {
            self.sheet.write_number(self.row, self.column, number)?;
        }
        self.column += 1;
        Ok(())
    }

    fn time(&mut self, time: Option<DateTime<Utc>>) -> std::result::Result<(), XlsxError> {
        if let Some(time) = time {
            let time = ExcelDateTime::from_timestamp(time.timestamp())?;
            self.sheet.write_datetime_with_format(self.row, self.column, &time, self.time)?;
        }
        self.column += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn line() -> Line {
        let customer = json!({
            "id": uuid::Uuid::nil(), "name": "=1+1", "customer_type": "lead", "lifecycle_state": "lead", "priority": "low",
            "mrr": {"minor": 1900, "currency": "usd"}, "tags": [], "version": 1, "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z",
        });
        Line { customer: serde_json::from_value(customer).unwrap(), owner_email: None }
    }

    #[test]
    fn what_does_not_fit_on_a_sheet_goes_on_the_next() {
        let sheets = |lines: usize, rows: u32| {
            let (sender, receiver) = tokio::sync::mpsc::channel(9);
            for _ in 0..lines {
                sender.try_send(vec![line()]).unwrap();
            }
            drop(sender);
            write(receiver, rows).unwrap().worksheets().len()
        };
        assert_eq!((sheets(0, 2), sheets(2, 2), sheets(3, 2), sheets(5, 2)), (1, 1, 2, 3));
    }
}
