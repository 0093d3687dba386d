//! The fields that profiles may fill.

use crate::audit::{self, Actor, Subject};
use crate::db::{DomainError, Result};
use crm_types::profiles::{FieldKind, ProfileField, ProfileFields};
use sqlx::{PgConnection, PgPool};
use std::collections::HashSet;

const MOST: usize = 100;
const MOST_OPTIONS: usize = 50;
const LONGEST_LABEL: usize = 80;

/// All fields, in their order.
pub async fn list(db: &mut PgConnection) -> Result<ProfileFields> {
    let rows = sqlx::query!(
        "SELECT key, label, kind, options FROM profile_fields WHERE archived_at IS NULL ORDER BY position"
    )
    .fetch_all(db)
    .await?;
    let items = rows.into_iter().map(|row| {
        Ok(ProfileField {
            key: row.key,
            label: row.label,
            kind: crate::row::parse("kind", &row.kind)?,
            options: row.options,
        })
    });
    Ok(ProfileFields { items: items.collect::<sqlx::Result<_>>()? })
}

/// Declares these fields and no others. Answers to those that are left out are kept, and asked again when they come back.
pub async fn replace(pool: &PgPool, actor: &Actor, fields: &ProfileFields) -> Result<ProfileFields> {
    let items = parse(fields)?;
    let mut tx = pool.begin().await?;
    // Two who save at once take turns; the later one counts.
    sqlx::query!("LOCK TABLE profile_fields IN SHARE ROW EXCLUSIVE MODE").execute(&mut *tx).await?;
    let before = list(&mut tx).await?;
    let keys: Vec<&str> = items.iter().map(|field| field.key.as_str()).collect();
    sqlx::query!(
        "UPDATE profile_fields SET archived_at = now() WHERE archived_at IS NULL AND key <> ALL ($1)",
        &keys as &[&str]
    )
    .execute(&mut *tx)
    .await?;
    for (position, field) in (0_i16..).zip(&items) {
        sqlx::query!(
            "INSERT INTO profile_fields (key, label, kind, options, position) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (key) DO UPDATE SET label = excluded.label, kind = excluded.kind, options = excluded.options,
                 position = excluded.position, archived_at = NULL",
            field.key,
            field.label,
            field.kind.as_str(),
            &field.options,
            position,
        )
        .execute(&mut *tx)
        .await?;
    }
    let after = list(&mut tx).await?;
    let subject = Subject { resource: "profile_fields", id: "all", verb: "updated" };
    audit::record(&mut tx, actor, subject, Some(&before), Some(&after)).await?;
    tx.commit().await?;
    Ok(after)
}

fn parse(fields: &ProfileFields) -> Result<Vec<ProfileField>> {
    if fields.items.len() > MOST {
        return Err(DomainError::invalid("items", "too_long", format!("Declare at most {MOST} fields.")));
    }
    let mut seen = HashSet::new();
    fields
        .items
        .iter()
        .enumerate()
        .map(|(i, field)| {
            let wrong =
                |name: &str, code, message: String| DomainError::invalid(format!("items.{i}.{name}"), code, message);
            if !is_key(&field.key) {
                let message = "Use lower case letters, digits and _, at most 40, beginning with a letter.";
                return Err(wrong("key", "invalid", message.into()));
            }
            if !seen.insert(field.key.as_str()) {
                return Err(wrong("key", "duplicate", format!("{} is there twice.", field.key)));
            }
            let label = field.label.trim();
            if label.is_empty() || label.chars().count() > LONGEST_LABEL || label.contains('\0') {
                return Err(wrong("label", "invalid", format!("Write 1 to {LONGEST_LABEL} characters.")));
            }
            let options: Vec<String> = field.options.iter().map(|option| option.trim().to_owned()).collect();
            let proper =
                |option: &String| (1..=LONGEST_LABEL).contains(&option.chars().count()) && !option.contains('\0');
            let distinct: HashSet<&String> = options.iter().collect();
            let fits = match field.kind {
                FieldKind::Choice => (1..=MOST_OPTIONS).contains(&options.len()) && distinct.len() == options.len(),
                _ => options.is_empty(),
            };
            if !fits || !options.iter().all(proper) {
                let message = format!("A choice has 1 to {MOST_OPTIONS} different options; nothing else has any.");
                return Err(wrong("options", "invalid", message));
            }
            Ok(ProfileField { key: field.key.clone(), label: label.to_owned(), kind: field.kind, options })
        })
        .collect()
}

fn is_key(key: &str) -> bool {
    let mut bytes = key.bytes();
    key.len() <= 40
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
