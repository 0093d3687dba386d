use super::*;
use crate::customers::filter::CustomerFilter;
use crate::customers::list::list;
use crate::fixture::{self, exact};
use crm_types::customers::CustomerSort;

async fn found(pool: &PgPool, q: &str) -> Vec<String> {
    let filter = CustomerFilter { q: Search::parse("q", q).unwrap(), ..CustomerFilter::default() };
    let page = list(pool, &filter, CustomerSort::Name, &exact()).await.unwrap();
    page.items.into_iter().filter_map(|c| c.name).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_misspelt_name_is_found(pool: PgPool) {
    for name in
        ["John Smith", "Joan Smythe", "Ada Lovelace", "Jürgen Müller", "Ida Kowalski", "Šárka Straußová", "李小龙"]
    {
        fixture::customer(&pool, name, "2026-01-01T00:00:00Z").await;
    }
    for (q, names) in [
        ("smith", vec!["John Smith"]),
        ("Smiht", vec!["John Smith"]),
        ("jhon smith", vec!["John Smith"]),
        ("smyhte joan", vec!["Joan Smythe"]),
        ("lovelcae", vec!["Ada Lovelace"]),
        ("muller", vec!["Jürgen Müller"]),
        // Each slip beside an accent that nobody types.
        ("muler", vec!["Jürgen Müller"]),
        ("müler", vec!["Jürgen Müller"]),
        ("mullr", vec!["Jürgen Müller"]),
        ("jurgn mul", vec!["Jürgen Müller"]),
        ("Straussová", vec!["Šárka Straußová"]),
        ("sarka", vec!["Šárka Straußová"]),
        ("SÁRKA", vec!["Šárka Straußová"]),
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

/// What a search finds, when only the database was told: by whatever a customer is found by, in their own words.
#[sqlx::test(migrations = "../../migrations")]
async fn search_rows_follow_their_customers(pool: PgPool) {
    let id = fixture::customer(&pool, "Grace Hopper", "2026-01-01T00:00:00Z").await;
    let other = fixture::customer(&pool, "Ada Lovelace", "2026-01-02T00:00:00Z").await;
    let set = async |what: &str| {
        let sql = format!("UPDATE customers SET {what} WHERE id = $1");
        sqlx::query(sqlx::AssertSqlSafe(sql)).bind(id).execute(&pool).await.unwrap();
    };
    for (what, q) in [
        ("phone = '+44 20 7946'", "7946"),
        ("email = 'rear.admiral@example.com'", "admiral"),
        ("billing_email = 'navy@example.com'", "navy"),
        ("stripe_customer_id = 'cus_cobol'", "cus_cobol"),
        ("mrr_minor = 0", "gr"),
    ] {
        set(what).await;
        assert_eq!(found(&pool, q).await, ["Grace Hopper"], "{what}");
    }
    set("archived_at = now()").await;
    assert_eq!(found(&pool, "hopper").await, [""; 0], "archived");
    set("archived_at = NULL, created_at = '2026-03-01'").await;
    let filter = CustomerFilter { q: Search::parse("q", "example").unwrap(), ..CustomerFilter::default() };
    let page = list(&pool, &filter, CustomerSort::CreatedAtDescending, &exact()).await.unwrap();
    assert_eq!(page.items.iter().map(|c| c.id.0).collect::<Vec<_>>(), [id, other], "by when they were first seen");
    let columns = "SELECT count(*) FROM customer_search s FULL JOIN customers c USING (id)
                   WHERE (s.created_at, s.archived_at) IS DISTINCT FROM (c.created_at, c.archived_at)";
    assert_eq!(sqlx::query_scalar::<_, i64>(columns).fetch_one(&pool).await.unwrap(), 0);
    sqlx::query("DELETE FROM customers WHERE id = $1").bind(other).execute(&pool).await.unwrap();
    assert_eq!(found(&pool, "lovelace").await, [""; 0]);
    assert_eq!(sqlx::query_scalar::<_, i64>("SELECT count(*) FROM customer_search").fetch_one(&pool).await.unwrap(), 1);
}

#[test]
fn every_word_counts_once_and_wildcards_are_literal() {
    let search = Search::parse("q", "  a 50% x_y ").unwrap().unwrap();
    let mut query = QueryBuilder::new("");
    search.push(&mut query);
    assert_eq!(
        query.sql().as_str(),
        " AND (c.text LIKE lower($1)) AND (c.text LIKE lower($2)) AND (c.text LIKE lower($3))"
    );
    assert_eq!(pattern("50%"), r"%50\%%");
    assert_eq!(pattern("ab"), "% ab%");
    assert_eq!(Search::parse("q", " ").unwrap(), None);
}
