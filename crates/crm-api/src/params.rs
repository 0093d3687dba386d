//! Query parameters that are right once they are in the handler's hands.

use crate::ApiError;
use crate::error::sentences;
use actix_web::dev::Payload;
use actix_web::error::QueryPayloadError;
use actix_web::{FromRequest, HttpRequest, web};
use crm_domain::page::PageRequest;
use crm_types::FieldError;
use crm_types::page::Count;
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use std::future::{Ready, ready};
use std::str::FromStr;

/// The query string as `T`, whose fields are all optional; else 422 with every parameter that is unknown, given twice or
/// has a value that cannot be.
#[derive(Debug)]
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Params<T> {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self).map_err(Into::into))
    }
}

/// As [`Params`], for a query that does not stand in the address.
///
/// # Errors
/// 422 with every parameter that is wrong.
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let whole = match web::Query::<T>::from_query(query) {
        Ok(value) => return Ok(value.into_inner()),
        Err(error) => sentence(&error),
    };
    // serde does not say which parameter it means. Each is wrong or right by itself, unless one was given twice.
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let wrong: Vec<FieldError> = pairs
        .filter_map(|pair| {
            let error = web::Query::<T>::from_query(pair).err()?;
            Some(field_error(pair.split('=').next().unwrap_or_default(), &sentence(&error)))
        })
        .collect();
    Err(ApiError::invalid(if wrong.is_empty() { vec![field_error("", &whole)] } else { wrong }))
}

fn sentence(error: &QueryPayloadError) -> String {
    match error {
        QueryPayloadError::Deserialize(error) => error.to_string(),
        other => other.to_string(),
    }
}

fn field_error(name: &str, sentence: &str) -> FieldError {
    let said = sentences::read(sentence);
    // What serde quotes is decoded, and the name of a parameter that was given twice.
    let field = said.field.as_deref().unwrap_or(name);
    let short = |text: &str, most| text.chars().take(most).collect::<String>();
    FieldError::new(short(field, 64), said.code, short(&said.sentence, 500))
}

/// `a,b,c`: any of these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnyOf<T>(pub Vec<T>);

impl<'de, T: FromStr<Err: std::fmt::Display>> Deserialize<'de> for AnyOf<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.split(',').map(|part| part.trim().parse().map_err(D::Error::custom)).collect::<Result<_, _>>().map(Self)
    }
}

/// The page of a list that has no parameters of its own.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows on the page: 1 to 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// `exact` counts and adds up every matching row.
    #[param(inline, default = "capped")]
    pub count: Option<Count>,
}

impl PageQuery {
    /// Checks the limit.
    ///
    /// # Errors
    /// 422 for a limit out of range.
    pub fn page(self) -> Result<PageRequest, ApiError> {
        Ok(PageRequest::new(self.limit, self.cursor, self.count)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crm_types::mrr::MovementType;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Query {
        limit: Option<u32>,
        movement: Option<AnyOf<MovementType>>,
        currency: Option<crm_types::Currency>,
        from: Option<chrono::NaiveDate>,
        paying: Option<bool>,
    }

    fn wrong(query: &str) -> Vec<(String, String)> {
        let error = parse::<Query>(query).unwrap_err();
        error.problem().errors.iter().map(|e| (e.field.clone(), e.code.clone())).collect()
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        for (query, fields) in [
            ("limit=x", vec![("limit", "invalid")]),
            ("limit=-1&paying=yes", vec![("limit", "invalid"), ("paying", "invalid")]),
            ("limit=1&limit=2", vec![("limit", "duplicate_field")]),
            ("lim%69tt=1", vec![("limitt", "unknown_field")]),
            ("movement=new,gone", vec![("movement", "unknown_value")]),
            ("movement=", vec![("movement", "unknown_value")]),
            ("currency=zzz&from=2026-02-30", vec![("currency", "invalid"), ("from", "invalid")]),
            ("from=yesterday&x=1", vec![("from", "invalid"), ("x", "unknown_field")]),
            ("&&%00=1", vec![("\0", "unknown_field")]),
        ] {
            let fields: Vec<_> = fields.iter().map(|(f, c)| ((*f).to_owned(), (*c).to_owned())).collect();
            assert_eq!(wrong(query), fields, "{query}");
        }
    }

    #[test]
    fn values_are_what_they_say() {
        let query: Query = parse("limit=7&movement=new,%20churn&currency=EUR&from=2026-02-28&paying=true").unwrap();
        assert_eq!(query.movement, Some(AnyOf(vec![MovementType::New, MovementType::Churn])));
        assert_eq!((query.limit, query.currency, query.paying), (Some(7), Some(crm_types::Currency::EUR), Some(true)));
        assert!(parse::<Query>("").is_ok() && parse::<Query>("&").is_ok());
    }
}
