//! One row of a file as a customer: the same rules as for one who is typed in.

use crate::customers::cells::plain;
use crate::customers::fields::{Fields, parse_line};
use crate::db::DomainError;
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use crm_types::customers::{NewCustomer, Priority};
use crm_types::customers_import::ImportField;
use crm_types::ids::{OrganizationId, UserId};
use std::collections::{HashMap, HashSet};

/// What a row of a file says.
#[derive(Debug, PartialEq)]
pub(super) struct Candidate {
    pub fields: Fields,
    pub source: Option<String>,
    pub created_at: Option<DateTime<Utc>>,
}

impl Candidate {
    pub(super) fn email(&self) -> Option<&str> {
        self.fields.email.as_ref()?.as_deref()
    }
}

/// What is wrong with a row: in which field, and a sentence.
pub(super) type Wrong = (Option<ImportField>, String);

/// What a row is read with.
pub(super) struct Reading<'a> {
    pub mapping: &'a [Option<ImportField>],
    /// For every row, beside its own.
    pub tags: &'a [String],
    /// Staff who may log in, by e-mail.
    pub staff: &'a HashMap<String, UserId>,
    /// Organisations that are not archived, of those that these rows name, by their name as it stands there.
    pub organizations: &'a HashMap<String, OrganizationId>,
    pub zones: &'a HashSet<String>,
    pub now: DateTime<Utc>,
}

impl Reading<'_> {
    /// The customer that a row is, or everything that is wrong with it.
    pub(super) fn read(&self, cells: &[String]) -> Result<Candidate, Vec<Wrong>> {
        if cells.iter().skip(self.mapping.len()).any(|cell| !cell.is_empty()) {
            let message = format!("The row has {} cells, the first line {}.", cells.len(), self.mapping.len());
            return Err(vec![(None, message)]);
        }
        let mut wrong = Vec::new();
        let priority = self.parsed(cells, ImportField::Priority, &mut wrong, parse_priority);
        let owner = self.parsed(cells, ImportField::OwnerEmail, &mut wrong, |text| self.parse_owner(text));
        let organization =
            self.parsed(cells, ImportField::Organization, &mut wrong, |text| self.parse_organization(text));
        let created_at = self.parsed(cells, ImportField::CreatedAt, &mut wrong, |text| parse_time(text, self.now));
        let source = self.parsed(cells, ImportField::AcquisitionSource, &mut wrong, |text| {
            parse_line("acquisition_source", Some(text), 200).map_err(|error| error.to_string())
        });
        if let Some(zone) = self.cell(cells, ImportField::TimeZone)
            && !self.zones.contains(&zone)
        {
            let message = "This is not the name of a time zone, such as Europe/Berlin.";
            wrong.push((Some(ImportField::TimeZone), message.to_owned()));
        }
        let text = |field| self.cell(cells, field);
        let new = NewCustomer {
            email: text(ImportField::Email),
            name: text(ImportField::Name).or_else(|| joined(text(ImportField::FirstName), text(ImportField::LastName))),
            phone: text(ImportField::Phone),
            locale: text(ImportField::Locale),
            time_zone: text(ImportField::TimeZone),
            priority,
            tags: self.tags(cells),
            owner_id: owner,
            organization_id: organization,
            ..NewCustomer::default()
        };
        match self.checked(new, &mut wrong) {
            Some(fields) if wrong.is_empty() => Ok(Candidate { fields, source: source.flatten(), created_at }),
            _ => Err(wrong),
        }
    }

    /// The rules name the first field that is wrong; without it they name the next.
    fn checked(&self, mut new: NewCustomer, wrong: &mut Vec<Wrong>) -> Option<Fields> {
        loop {
            let (field, code, message) = match Fields::of_new(&new) {
                Ok(fields) => return Some(fields),
                Err(DomainError::Invalid { field, code, message }) => (field, code, message),
                Err(other) => {
                    wrong.push((None, other.to_string()));
                    return None;
                }
            };
            if code == "required" {
                // Nobody is left once what is wrong was taken out: that was said already.
                if wrong.is_empty() {
                    wrong.push((None, message));
                }
                return None;
            }
            match field.as_str() {
                "email" => new.email = None,
                "name" => new.name = None,
                "phone" => new.phone = None,
                "locale" => new.locale = None,
                "time_zone" => new.time_zone = None,
                "tags" => new.tags = None,
                _ => return None,
            }
            let field = match (field.parse().ok(), column(self.mapping, ImportField::Name)) {
                (Some(ImportField::Name), None) => Some(ImportField::FirstName),
                (field, _) => field,
            };
            wrong.push((field, message));
        }
    }

    fn cell(&self, cells: &[String], field: ImportField) -> Option<String> {
        cell(self.mapping, cells, field)
    }

    fn parsed<T>(
        &self,
        cells: &[String],
        field: ImportField,
        wrong: &mut Vec<Wrong>,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        parse(&self.cell(cells, field)?).map_err(|message| wrong.push((Some(field), message))).ok()
    }

    fn parse_owner(&self, text: &str) -> Result<UserId, String> {
        let known = self.staff.get(&text.to_lowercase()).copied();
        known.ok_or_else(|| "Nobody of the staff has this e-mail address (any more).".to_owned())
    }

    fn parse_organization(&self, text: &str) -> Result<OrganizationId, String> {
        let known = self.organizations.get(text).copied();
        known.ok_or_else(|| "No organization has this name (any more). Create it first.".to_owned())
    }

    /// Commas separate tags; where there is none, semicolons and bars do.
    fn tags(&self, cells: &[String]) -> Option<Vec<String>> {
        let cell = self.cell(cells, ImportField::Tags);
        let own = cell.iter().flat_map(|cell| match cell.contains(',') {
            true => cell.split(&[','][..]).collect::<Vec<_>>(),
            false => cell.split(&[';', '|'][..]).collect(),
        });
        let own = own.map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned);
        let tags: Vec<String> = own.chain(self.tags.iter().cloned()).collect();
        (!tags.is_empty()).then_some(tags)
    }
}

fn column(mapping: &[Option<ImportField>], field: ImportField) -> Option<usize> {
    mapping.iter().position(|mapped| *mapped == Some(field))
}

/// What a row says of a field; an empty cell says nothing.
pub(super) fn cell(mapping: &[Option<ImportField>], cells: &[String], field: ImportField) -> Option<String> {
    let cell = plain(cells.get(column(mapping, field)?)?).trim();
    (!cell.is_empty()).then(|| cell.to_owned())
}

fn joined(first: Option<String>, last: Option<String>) -> Option<String> {
    let parts: Vec<String> = first.into_iter().chain(last).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

fn parse_priority(text: &str) -> Result<Priority, String> {
    text.to_lowercase().parse().map_err(|_| "Use low, medium, high or vip.".to_owned())
}

/// A day is its beginning in UTC.
fn parse_time(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, String> {
    let day = |text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0);
    let time = |text, form| NaiveDateTime::parse_from_str(text, form).ok();
    let local =
        || ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"].iter().find_map(|form| time(text, form));
    let instant = DateTime::parse_from_rfc3339(text).map(|time| time.to_utc()).ok();
    let instant = instant.or_else(|| Some(day(text).or_else(local)?.and_utc()));
    match instant {
        Some(instant) if instant.year() >= 1970 && instant <= now + TimeDelta::days(1) => Ok(instant),
        Some(_) => Err("Use a day between 1970-01-01 and today.".to_owned()),
        None => Err("Use a day such as 2026-02-28, or a time such as 2026-02-28 09:30 (UTC).".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::customers_import::ImportField as F;
    use uuid::Uuid;

    const ADA: UserId = UserId(Uuid::max());
    const GYM: OrganizationId = OrganizationId(Uuid::max());

    fn read(mapping: &[Option<F>], cells: &[&str]) -> Result<Candidate, Vec<Wrong>> {
        let staff = HashMap::from([("ada@staff.test".to_owned(), ADA)]);
        let organizations = HashMap::from([("Iron Gym".to_owned(), GYM)]);
        let zones = HashSet::from(["Europe/Zurich".to_owned()]);
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        let reading = Reading {
            mapping,
            tags: &["import".into()],
            staff: &staff,
            organizations: &organizations,
            zones: &zones,
            now,
        };
        reading.read(&cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn a_row_is_a_customer() {
        let mapping = [
            F::Email,
            F::FirstName,
            F::LastName,
            F::Phone,
            F::TimeZone,
            F::Priority,
            F::Tags,
            F::OwnerEmail,
            F::Organization,
            F::CreatedAt,
        ]
        .map(Some);
        let cells = [
            " Zofia@Example.com ",
            "Žofia",
            "مرحبا 👩‍🚀",
            "'+41 44",
            "Europe/Zurich",
            "VIP",
            "press; beta",
            "Ada@staff.test",
            " Iron Gym ",
            "2026-02-28 09:30",
        ];
        let row = read(&mapping, &cells).unwrap();
        assert_eq!(row.email(), Some("zofia@example.com"));
        assert_eq!(row.fields.name, Some(Some("Žofia مرحبا 👩‍🚀".into())));
        assert_eq!(row.fields.phone, Some(Some("+41 44".into())), "the apostrophe kept a spreadsheet from running it");
        assert_eq!((row.fields.priority, row.fields.owner), (Some(Priority::Vip), Some(Some(ADA))));
        assert_eq!(row.fields.organization, Some(Some(GYM)));
        assert_eq!(row.fields.tags.unwrap(), ["beta", "import", "press"]);
        assert_eq!(row.created_at.unwrap().to_rfc3339(), "2026-02-28T09:30:00+00:00");
    }

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let mapping = [
            F::Email,
            F::Phone,
            F::Locale,
            F::TimeZone,
            F::Priority,
            F::Tags,
            F::OwnerEmail,
            F::Organization,
            F::CreatedAt,
        ]
        .map(Some);
        let long = "x".repeat(51);
        let wrong =
            read(&mapping, &["nobody", "a\0b", "not one", "Mars", "urgent", &long, "x@y.z", "Nowhere", "2999-01-01"]);
        let mut fields: Vec<F> = wrong.unwrap_err().into_iter().map(|(field, _)| field.unwrap()).collect();
        fields.sort_unstable();
        let mut expected: Vec<F> = mapping.into_iter().flatten().collect();
        expected.sort_unstable();
        assert_eq!(fields, expected);
    }

    #[test]
    fn ragged_rows_and_rows_of_nobody() {
        let mapping = [Some(F::Name), None];
        assert!(read(&mapping, &["Ada"]).is_ok(), "what is missing is empty");
        assert!(read(&mapping, &["Ada", "", "", ""]).is_ok());
        assert_eq!(read(&mapping, &["Ada", "", "x"]).unwrap_err()[0].1, "The row has 3 cells, the first line 2.");
        assert_eq!(
            read(&mapping, &["", "x"]).unwrap_err(),
            [(None, "Give at least one of e-mail, name and phone.".into())]
        );
        let last = [Some(F::FirstName), Some(F::LastName)];
        assert_eq!(read(&last, &["a\u{1}", "b"]).unwrap_err()[0].0, Some(F::FirstName));
        for (text, fits) in
            [("2026-02-28", true), ("2026-02-28T09:30:00+01:00", true), ("28.2.2026", false), ("1969-12-31", false)]
        {
            assert_eq!(read(&[Some(F::Name), Some(F::CreatedAt)], &["Ada", text]).is_ok(), fits, "{text}");
        }
    }
}
