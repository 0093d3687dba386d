//! Versions of a person's profile. The active one names the customer.

use super::fields;
use crate::audit::{self, Actor, Subject};
use crate::customers::edit;
use crate::customers::list::require;
use crate::db::{DomainError, Result};
use chrono::NaiveDate;
use crm_types::customers::CustomerPatch;
use crm_types::ids::CustomerId;
use crm_types::profiles::{FieldKind, NewProfile, Profile, ProfileField, ProfileFields, Profiles};
use serde_json::Value;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;

const LONGEST_LINE: usize = 500;
const LONGEST_TEXT: usize = 10_000;
/// Nobody tells themselves anew more often than that.
const MOST_VERSIONS: i32 = 1_000;

/// All versions, newest first.
pub async fn list(pool: &PgPool, customer: CustomerId) -> Result<Profiles> {
    require(pool, customer).await?;
    let mut conn = pool.acquire().await?;
    let declared = fields::list(&mut conn).await?;
    read(&mut conn, customer, None, &declared).await.map(|items| Profiles { items })
}

/// Writes down a version, which becomes the active one unless it says otherwise.
pub async fn create(pool: &PgPool, actor: &Actor, customer: CustomerId, new: &NewProfile) -> Result<Profile> {
    let mut tx = pool.begin().await?;
    let declared = fields::list(&mut tx).await?;
    let answers = parse_answers(&new.answers, &declared)?;
    let patch = patch(new.name.clone(), new.phone.clone());
    // Checks name and phone by the customer's own rules; takes the customer's lock, so versions are counted one by one.
    let (name, phone) = edit::parse_names(&patch)?;
    edit::hold(&mut tx, customer).await?;
    let number = sqlx::query_scalar!(
        r#"SELECT coalesce(max(number), 0) + 1 AS "n!" FROM customer_profiles WHERE customer_id = $1"#,
        customer.0
    )
    .fetch_one(&mut *tx)
    .await?;
    if number > MOST_VERSIONS {
        let message = format!("There are {MOST_VERSIONS} versions already.");
        return Err(DomainError::Conflict { field: None, message });
    }
    sqlx::query!(
        "INSERT INTO customer_profiles (customer_id, number, active, name, phone, answers, author_name)
         VALUES ($1, $2, false, $3, $4, $5, $6)",
        customer.0,
        number,
        name,
        phone,
        serde_json::to_value(&answers).map_err(|error| sqlx::Error::Encode(error.into()))?,
        actor.name,
    )
    .execute(&mut *tx)
    .await?;
    if new.active {
        make_active(&mut tx, actor, customer, number).await?;
    }
    let profile = one(&mut tx, customer, number, &declared).await?;
    record(&mut tx, actor, customer, "created", None, &profile).await?;
    tx.commit().await?;
    Ok(profile)
}

/// Makes a version the one that counts. Once more is no error.
pub async fn activate(pool: &PgPool, actor: &Actor, customer: CustomerId, number: i32) -> Result<Profile> {
    let mut tx = pool.begin().await?;
    let declared = fields::list(&mut tx).await?;
    edit::hold(&mut tx, customer).await?;
    let before = one(&mut tx, customer, number, &declared).await?;
    if before.active {
        return Ok(before);
    }
    make_active(&mut tx, actor, customer, number).await?;
    let profile = one(&mut tx, customer, number, &declared).await?;
    record(&mut tx, actor, customer, "activated", Some(&before), &profile).await?;
    tx.commit().await?;
    Ok(profile)
}

async fn make_active(tx: &mut PgConnection, actor: &Actor, customer: CustomerId, number: i32) -> Result<()> {
    sqlx::query!("UPDATE customer_profiles SET active = false WHERE customer_id = $1 AND active", customer.0)
        .execute(&mut *tx)
        .await?;
    let named = sqlx::query!(
        "UPDATE customer_profiles SET active = true WHERE customer_id = $1 AND number = $2 RETURNING name, phone",
        customer.0,
        number
    )
    .fetch_one(&mut *tx)
    .await?;
    let patch = patch(named.name, named.phone);
    if patch != CustomerPatch::default() {
        edit::change(tx, actor, customer, None, &patch).await?;
    }
    Ok(())
}

/// What of a profile the customer is called by; what it leaves open stays as it is.
fn patch(name: Option<String>, phone: Option<String>) -> CustomerPatch {
    let said = |text: Option<String>| text.filter(|text| !text.trim().is_empty()).map(Some);
    CustomerPatch { name: said(name), phone: said(phone), ..CustomerPatch::default() }
}

async fn read(
    conn: &mut PgConnection,
    customer: CustomerId,
    number: Option<i32>,
    declared: &ProfileFields,
) -> Result<Vec<Profile>> {
    let rows = sqlx::query!(
        r#"SELECT number, active, name, phone, answers AS "answers: sqlx::types::Json<BTreeMap<String, Value>>", author_name, created_at
           FROM customer_profiles WHERE customer_id = $1 AND ($2::int4 IS NULL OR number = $2) ORDER BY number DESC"#,
        customer.0,
        number
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let answers = row.answers.0;
            Profile {
                number: row.number,
                active: row.active,
                name: row.name,
                phone: row.phone,
                completion_percent: completion(&answers, declared),
                answers,
                author: row.author_name,
                created_at: row.created_at,
            }
        })
        .collect())
}

async fn one(conn: &mut PgConnection, customer: CustomerId, number: i32, declared: &ProfileFields) -> Result<Profile> {
    let found = read(conn, customer, Some(number), declared).await?.into_iter().next();
    found.ok_or_else(|| DomainError::not_found("profile version", number))
}

async fn record(
    tx: &mut PgConnection,
    actor: &Actor,
    customer: CustomerId,
    verb: &'static str,
    before: Option<&Profile>,
    after: &Profile,
) -> Result<()> {
    let id = customer.to_string();
    audit::record(tx, actor, Subject { resource: "customer_profile", id: &id, verb }, before, Some(after)).await
}

/// Percent of the declared fields that have an answer, rounded down: only all of them are 100.
fn completion(answers: &BTreeMap<String, Value>, declared: &ProfileFields) -> Option<u8> {
    let filled = declared.items.iter().filter(|field| answers.contains_key(&field.key)).count();
    let percent = (filled * 100).checked_div(declared.items.len())?;
    u8::try_from(percent).ok()
}

/// Every answer fits its field; empty ones are left out.
fn parse_answers(answers: &BTreeMap<String, Value>, declared: &ProfileFields) -> Result<BTreeMap<String, Value>> {
    let mut parsed = BTreeMap::new();
    for (key, answer) in answers {
        let field = || format!("answers.{key}");
        let Some(declared) = declared.items.iter().find(|declared| declared.key == *key) else {
            return Err(DomainError::invalid(field(), "unknown_field", "No such field is declared."));
        };
        match parse_answer(answer, declared) {
            Ok(Some(answer)) => drop(parsed.insert(key.clone(), answer)),
            Ok(None) => {}
            Err(message) => return Err(DomainError::invalid(field(), "invalid", message)),
        }
    }
    Ok(parsed)
}

fn parse_answer(answer: &Value, field: &ProfileField) -> std::result::Result<Option<Value>, String> {
    let text = match answer {
        Value::Null => return Ok(None),
        Value::String(text) if text.trim().is_empty() => return Ok(None),
        Value::String(text) if text.contains('\0') => return Err("A NUL character cannot be stored.".into()),
        Value::String(text) => Some(text.trim()),
        _ => None,
    };
    let longest = |most: usize| match text {
        Some(text) if text.chars().count() <= most => Ok(Some(Value::from(text))),
        Some(_) => Err(format!("Use at most {most} characters.")),
        None => Err("This field takes a text.".to_owned()),
    };
    match field.kind {
        FieldKind::Text => longest(LONGEST_LINE),
        FieldKind::LongText => longest(LONGEST_TEXT),
        FieldKind::Number if answer.is_number() => Ok(Some(answer.clone())),
        FieldKind::Number => Err("This field takes a number.".into()),
        FieldKind::YesNo if answer.is_boolean() => Ok(Some(answer.clone())),
        FieldKind::YesNo => Err("This field takes true or false.".into()),
        FieldKind::Date => match text.map(|text| (text, text.parse::<NaiveDate>())) {
            Some((text, Ok(_))) => Ok(Some(text.into())),
            _ => Err("This field takes a day, such as 2026-03-01.".into()),
        },
        FieldKind::Choice => match text {
            Some(text) if field.options.iter().any(|option| option == text) => Ok(Some(text.into())),
            _ => Err(format!("This field takes one of: {}.", field.options.join(", "))),
        },
    }
}

#[cfg(test)]
#[path = "versions_tests.rs"]
mod tests;
