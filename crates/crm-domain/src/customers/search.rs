//! What people type to find somebody: words, each of which must be in what the customer is found by. When nobody has them
//! all, words that were misspelt are replaced by those that customers are really called by.

use crate::db::Result;
use crate::filter::Text;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder};

/// More words than that narrow nothing.
const MOST_WORDS: usize = 8;
/// Words that one misspelt word may stand for.
const MOST_ALTERNATIVES: usize = 8;
/// Shorter words have no trigram to be looked up by: they must begin a word.
const TRIGRAM: usize = 3;

/// A search. Its words are alternatives to each other within a term; every term must be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    text: Text,
    terms: Vec<Vec<String>>,
}

/// A cursor belongs to what was typed.
impl Serialize for Search {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// From what was typed, by the same rules as a parameter.
impl<'de> Deserialize<'de> for Search {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let search = Self::parse("q", &text).map_err(de::Error::custom)?;
        search.ok_or_else(|| de::Error::custom("an empty search"))
    }
}

impl Search {
    /// Parses a parameter. An empty one is no search.
    pub fn parse(field: &'static str, text: &str) -> Result<Option<Self>> {
        let search = |text: Text| {
            let terms = text.as_str().split_whitespace().take(MOST_WORDS).map(|word| vec![word.to_owned()]).collect();
            Self { text, terms }
        };
        Ok(Text::parse(field, text)?.map(search))
    }

    /// As it was typed.
    pub(crate) fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The same search, or when it finds no customer, one that forgives misspelt words.
    pub(crate) async fn forgiving(search: Option<&Self>, pool: &PgPool) -> Result<Option<Self>> {
        match search {
            Some(search) => search.forgive(&mut *pool.acquire().await?).await.map(Some),
            None => Ok(None),
        }
    }

    /// The same on one connection.
    pub(crate) async fn forgive(&self, db: &mut PgConnection) -> Result<Self> {
        if !self.terms.iter().flatten().any(|word| allowance(word) > 0) || finds_somebody(db, self).await? {
            return Ok(self.clone());
        }
        let mut terms = Vec::with_capacity(self.terms.len());
        for term in &self.terms {
            let mut term = term.clone();
            for word in term.clone() {
                term.extend(similar_words(db, &word).await?);
            }
            terms.push(term);
        }
        Ok(Self { text: self.text.clone(), terms })
    }

    /// Adds the conditions to a query where `customer_search` is `c`.
    pub(crate) fn push(&self, query: &mut QueryBuilder<Postgres>) {
        for term in &self.terms {
            query.push(" AND (");
            for (i, word) in term.iter().enumerate() {
                // Lower case as PostgreSQL understands it, because it made the text too.
                query.push(if i == 0 { "c.text LIKE lower(" } else { " OR c.text LIKE lower(" });
                query.push_bind(pattern(word)).push(")");
            }
            query.push(")");
        }
    }

    /// Adds to a query where `customers` is `c` that they are found.
    pub(crate) fn push_found(&self, query: &mut QueryBuilder<Postgres>) {
        query.push(" AND c.id IN ");
        self.push_ids(query);
    }

    /// Adds the ids of who is found, in brackets.
    pub(crate) fn push_ids(&self, query: &mut QueryBuilder<Postgres>) {
        query.push("(SELECT c.id FROM customer_search c WHERE true");
        self.push(query);
        query.push(")");
    }
}

/// The `LIKE` pattern of a word.
fn pattern(word: &str) -> String {
    let escaped = crate::filter::escape_like(word);
    if word.chars().count() < TRIGRAM && word.chars().all(char::is_alphanumeric) {
        format!("% {escaped}%")
    } else {
        format!("%{escaped}%")
    }
}

async fn finds_somebody(db: &mut PgConnection, search: &Search) -> Result<bool> {
    let mut query = QueryBuilder::new("SELECT EXISTS (SELECT FROM customer_search c WHERE true");
    search.push(&mut query);
    query.push(")");
    Ok(query.build_query_scalar().persistent(false).fetch_one(db).await?)
}

/// Words of customers that `word` may be a slip of the pen for, the nearest first.
async fn similar_words(db: &mut PgConnection, word: &str) -> Result<Vec<String>> {
    let most = allowance(word);
    if most == 0 {
        return Ok(Vec::new());
    }
    let length = i32::try_from(word.chars().count()).unwrap_or(i32::MAX);
    let reach = i32::try_from(most).unwrap_or(i32::MAX);
    // A slip seldom hits the first letter; where it does, enough trigrams are left.
    let candidates = sqlx::query_scalar!(
        r#"SELECT word AS "word!" FROM customer_words
           WHERE left(word, 1) = left(lower($1), 1) AND length(word) BETWEEN $2::int4 - $3::int4 AND $2::int4 + $3::int4
           UNION SELECT word FROM customer_words WHERE word % lower($1)"#,
        word,
        length,
        reach,
    )
    .fetch_all(db)
    .await?;
    let word = word.to_lowercase();
    let mut near: Vec<(usize, String)> = candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&word, &candidate), candidate))
        .filter(|(distance, _)| (1..=most).contains(distance))
        .collect();
    near.sort();
    Ok(near.into_iter().take(MOST_ALTERNATIVES).map(|(_, word)| word).collect())
}

/// How many letters may be wrong, missing, too many or swapped: none in short words and in what is no word.
fn allowance(word: &str) -> usize {
    if !word.chars().all(|c| c.is_alphabetic() || c == '\'' || c == '-') {
        return 0;
    }
    match word.chars().count() {
        0..=3 => 0,
        4..=5 => 1,
        _ => 2,
    }
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
