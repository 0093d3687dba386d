//! Many rows into a table that knows none of them yet.

use crate::db::Result;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Rows in COPY's text format.
#[derive(Default)]
pub(crate) struct Rows(String);

impl Rows {
    pub(crate) fn text(&mut self, value: Option<&str>) {
        match value {
            None => self.0.push_str("\\N"),
            Some(text) => {
                for c in text.chars() {
                    match c {
                        '\\' => self.0.push_str("\\\\"),
                        '\t' => self.0.push_str("\\t"),
                        '\n' => self.0.push_str("\\n"),
                        '\r' => self.0.push_str("\\r"),
                        c => self.0.push(c),
                    }
                }
            }
        }
        self.0.push('\t');
    }

    pub(crate) fn id(&mut self, value: Option<Uuid>) {
        self.text(value.map(|id| id.to_string()).as_deref());
    }

    pub(crate) fn number(&mut self, value: Option<i64>) {
        self.text(value.map(|number| number.to_string()).as_deref());
    }

    pub(crate) fn time(&mut self, value: Option<DateTime<Utc>>) {
        self.text(value.map(|at| at.to_rfc3339()).as_deref());
    }

    /// Ends a row: the last tab becomes a line feed.
    pub(crate) fn end(&mut self) {
        self.0.pop();
        self.0.push('\n');
    }

    /// Writes them into a table.
    pub(crate) async fn send(self, db: &mut PgConnection, table: &str, columns: &str) -> Result<()> {
        let mut copy = db.copy_in_raw(&format!("COPY {table} ({columns}) FROM STDIN")).await?;
        copy.send(self.0.into_bytes()).await?;
        copy.finish().await?;
        Ok(())
    }
}
