use super::*;
use crate::customers::list::{CustomerFilter, list};
use crate::fixture::{self, exact};
use crm_types::customers::CustomerSort;

async fn found(pool: &PgPool, q: &str) -> Vec<String> {
    let filter = CustomerFilter { q: Search::parse("q", q).unwrap(), ..CustomerFilter::default() };
    let page = list(pool, &filter, CustomerSort::Name, &exact()).await.unwrap();
    page.items.into_iter().filter_map(|c| c.name).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_misspelt_name_is_found(pool: PgPool) {
    for name in ["John Smith", "Joan Smythe", "Ada Lovelace", "Jürgen Müller", "Ida Kowalski", "李小龙"] {
        fixture::customer(&pool, name, "2026-01-01T00:00:00Z").await;
    }
    for (q, names) in [
        ("smith", vec!["John Smith"]),
        ("Smiht", vec!["John Smith"]),
        ("jhon smith", vec!["John Smith"]),
        ("smyhte joan", vec!["Joan Smythe"]),
        ("lovelcae", vec!["Ada Lovelace"]),
        ("muller", vec!["Jürgen Müller"]),
        ("Kowalsky", vec!["Ida Kowalski"]),
        ("kovalski", vec!["Ida Kowalski"]),
        ("cowalski", vec!["Ida Kowalski"]),
        ("ad love", vec!["Ada Lovelace"]),
        ("李小龙", vec!["李小龙"]),
        // Three letters are too few to guess (and these are in no id), figures are no slip.
        ("jhn", vec![]),
        ("smith2", vec![]),
        ("quagmire", vec![]),
    ] {
        assert_eq!(found(&pool, q).await, names, "{q}");
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn words_follow_names(pool: PgPool) {
    let id = fixture::customer(&pool, "Grace Hoper", "2026-01-01T00:00:00Z").await;
    assert_eq!(found(&pool, "hoperr").await, ["Grace Hoper"]);
    sqlx::query("UPDATE customers SET name = 'Grace Hopper-Murray' WHERE id = $1")
        .bind(id)
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(found(&pool, "muray").await, ["Grace Hopper-Murray"]);
}

#[test]
fn every_word_counts_once_and_wildcards_are_literal() {
    let search = Search::parse("q", "  a 50% x_y ").unwrap().unwrap();
    let mut query = QueryBuilder::new("");
    search.push(&mut query);
    assert_eq!(
        query.sql().as_str(),
        " AND (c.search_text LIKE lower($1) OR c.search_text LIKE lower($2)) AND (c.search_text LIKE lower($3)) AND (c.search_text LIKE lower($4))"
    );
    assert_eq!(patterns("50%"), [r"%50\%%"]);
    assert_eq!(patterns("ab"), ["ab%", "% ab%"]);
    assert_eq!(Search::parse("q", " ").unwrap(), None);
}
