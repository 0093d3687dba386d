//! Files as people see them.

use super::columns::suggest;
use crate::customers::cells::read_record;
use crate::db::{DomainError, Result};
use crate::jobs::list::newest_of_import;
use crate::page::{Keyset, Kind, Order, PageRequest, Shown, Totals};
use crm_types::Page;
use crm_types::customers_import::{Import, ImportSort};
use crm_types::ids::ImportId;
use sqlx::postgres::PgRow;
use sqlx::{PgPool, QueryBuilder, Row};

/// Rows that are shown of a file.
const PREVIEW: i64 = 20;

const COLUMNS: &str = "page.id, page.file_name, page.bytes, page.encoding, page.delimiter, page.columns, page.row_count, \
    page.created_by, page.created_at";

const SOURCE: &str = " FROM imports i WHERE i.received_at IS NOT NULL";

/// One page of files, each with its newest run.
pub async fn list(pool: &PgPool, sort: ImportSort, page: &PageRequest) -> Result<Page<Import>> {
    let order = Order {
        name: sort.as_str(),
        columns: &[("i.created_at", Kind::Time), ("i.id", Kind::Id)],
        descending: sort == ImportSort::CreatedAtDescending,
    };
    let keyset = Keyset::new(order, &(), page)?;
    let source = |query: &mut QueryBuilder<sqlx::Postgres>| {
        query.push(SOURCE);
    };
    let totals = Totals::count(pool, page.count(), source, None).await?;
    let mut page = keyset.read(pool, Shown { inner: "i.*", outer: COLUMNS, joins: "" }, totals, source, read).await?;
    let mut conn = pool.acquire().await?;
    for import in &mut page.items {
        import.job = newest_of_import(&mut conn, import.id).await?;
    }
    Ok(page)
}

/// One file with its first rows and its newest run.
pub async fn find(pool: &PgPool, id: ImportId) -> Result<Import> {
    let mut conn = pool.acquire().await?;
    let mut query = QueryBuilder::new("SELECT ");
    query.push(COLUMNS).push(" FROM imports page WHERE page.received_at IS NOT NULL AND page.id = ").push_bind(id.0);
    let row = query.build().fetch_optional(&mut *conn).await?;
    let mut import = read(&row.ok_or_else(|| DomainError::not_found("import", id))?)?;
    let rows = sqlx::query_scalar!(
        "SELECT record FROM import_rows WHERE import_id = $1 ORDER BY number LIMIT $2",
        id.0,
        PREVIEW
    )
    .fetch_all(&mut *conn)
    .await?;
    import.preview = rows.iter().map(|record| read_record(record)).collect();
    import.job = newest_of_import(&mut conn, id).await?;
    Ok(import)
}

fn read(row: &PgRow) -> sqlx::Result<Import> {
    Ok(Import {
        id: ImportId(row.try_get("id")?),
        file_name: row.try_get("file_name")?,
        bytes: row.try_get("bytes")?,
        encoding: row.try_get("encoding")?,
        delimiter: row.try_get("delimiter")?,
        columns: suggest(row.try_get("columns")?),
        rows: row.try_get("row_count")?,
        preview: Vec::new(),
        job: None,
        created_by: row.try_get("created_by")?,
        created_at: row.try_get("created_at")?,
    })
}
