use sqlx::PgPool;

/// What the API lets through is not all that keeps the table in order.
#[sqlx::test(migrations = "../../migrations")]
async fn the_database_has_limits_of_its_own(pool: PgPool) {
    let owner = uuid::Uuid::now_v7();
    sqlx::query("INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, 'a@x.io', 'Ada', 'owner', 'x')")
        .bind(owner)
        .execute(&pool)
        .await
        .unwrap();
    for (list, name, params, sort, constraint) in [
        ("customers", "A", "{}".to_owned(), "mrr", "saved_views_list"),
        ("/customers", "", "{}".to_owned(), "mrr", "saved_views_name_length"),
        ("/customers", "A", "[]".to_owned(), "mrr", "saved_views_params"),
        ("/customers", "A", format!(r#"{{"q": "{}"}}"#, "x".repeat(8000)), "mrr", "saved_views_params"),
        ("/customers", "A", "{}".to_owned(), "", "saved_views_sort"),
    ] {
        let error = sqlx::query(
            "INSERT INTO saved_views (id, list, name, params, sort, owner_id) VALUES ($1, $2, $3, $4::jsonb, $5, $6)",
        )
        .bind(uuid::Uuid::now_v7())
        .bind(list)
        .bind(name)
        .bind(params)
        .bind(sort)
        .bind(owner)
        .execute(&pool)
        .await
        .unwrap_err();
        assert_eq!(error.as_database_error().unwrap().constraint(), Some(constraint));
    }
}
