//! Views in the database.

use super::Viewer;
use super::content::{parse_columns, parse_list, parse_name, parse_params, parse_sort};
use crate::audit::{self, Subject};
use crate::db::{DomainError, Result};
use crm_types::accounts::UserRef;
use crm_types::ids::{UserId, ViewId};
use crm_types::views::{NewView, SavedView, ViewPatch};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// Most views of one owner for one list: they are shown side by side.
const MOST_VIEWS: i64 = 100;

/// A row as it is read.
struct Row {
    id: Uuid,
    list: String,
    name: String,
    params: serde_json::Value,
    columns: Option<Vec<String>>,
    sort: Option<String>,
    shared: bool,
    owner_id: Uuid,
    owner_name: String,
    version: i64,
    created_at: chrono::DateTime<chrono::Utc>,
    updated_at: chrono::DateTime<chrono::Utc>,
    deleted_at: Option<chrono::DateTime<chrono::Utc>>,
}

impl Row {
    fn view(self) -> Result<SavedView> {
        Ok(SavedView {
            id: ViewId(self.id),
            list: self.list,
            name: self.name,
            params: serde_json::from_value(self.params).map_err(|error| sqlx::Error::Decode(error.into()))?,
            columns: self.columns,
            sort: self.sort,
            shared: self.shared,
            owner: UserRef { id: UserId(self.owner_id), name: self.owner_name },
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// One's own views and those that others share, of one list or of all, by name. Who is no user has none of their own.
pub async fn list(pool: &PgPool, viewer: Option<UserId>, list: Option<&str>) -> Result<Vec<SavedView>> {
    let list = list.map(parse_list).transpose()?;
    let rows = sqlx::query_as!(
        Row,
        r#"SELECT v.id, v.list, v.name, v.params, v.columns, v.sort, v.shared, v.owner_id, u.name AS owner_name, v.version,
                  v.created_at, v.updated_at, v.deleted_at
           FROM saved_views v JOIN users u ON u.id = v.owner_id
           WHERE v.deleted_at IS NULL AND (v.shared OR v.owner_id = $1) AND ($2::text IS NULL OR v.list = $2)
           ORDER BY lower(v.name), v.id LIMIT 500"#,
        viewer.map(|user| user.0),
        list
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter().map(Row::view).collect()
}

/// Saves a view of one's own.
pub async fn create(pool: &PgPool, viewer: &Viewer, new: &NewView) -> Result<SavedView> {
    let (list, name, params) = (parse_list(&new.list)?, parse_name(&new.name)?, parse_params(&new.params)?);
    let (columns, sort) = (parse_columns(new.columns.as_deref())?, parse_sort(new.sort.as_deref())?);
    let mut tx = pool.begin().await?;
    let id = Uuid::now_v7();
    let saved = sqlx::query!(
        "INSERT INTO saved_views (id, list, name, params, columns, sort, owner_id, shared)
         SELECT $1, $2::text, $3, $4, $5::text[], $6::text, $7::uuid, $8
         WHERE (SELECT count(*) FROM saved_views WHERE owner_id = $7 AND list = $2 AND deleted_at IS NULL) < $9::bigint",
        id,
        list,
        name,
        params,
        columns,
        sort,
        viewer.user.0,
        new.shared,
        MOST_VIEWS
    )
    .execute(&mut *tx)
    .await?;
    if saved.rows_affected() == 0 {
        let message = format!("You have {MOST_VIEWS} views of this list. Delete one first.");
        return Err(DomainError::Conflict { field: None, message });
    }
    let view = lock(&mut tx, ViewId(id)).await?.view()?;
    record(&mut tx, viewer, "created", None, Some(&view)).await?;
    tx.commit().await?;
    Ok(view)
}

/// Changes a view: one's own, or a shared one by who manages all.
pub async fn update(pool: &PgPool, viewer: &Viewer, id: ViewId, version: i64, patch: &ViewPatch) -> Result<SavedView> {
    let mut tx = pool.begin().await?;
    let old = owned(&mut tx, viewer, id).await?.view()?;
    if old.version != version {
        let message =
            format!("Somebody changed this view: you saw version {version}, the present one is {}.", old.version);
        let current = serde_json::to_value(&old).map_err(|error| sqlx::Error::Encode(error.into()))?;
        return Err(DomainError::Stale { message, current });
    }
    let name = patch.name.as_deref().map(parse_name).transpose()?.unwrap_or_else(|| old.name.clone());
    let params = parse_params(patch.params.as_ref().unwrap_or(&old.params))?;
    let columns = parse_columns(patch.columns.as_ref().unwrap_or(&old.columns).as_deref())?;
    let sort = parse_sort(patch.sort.as_ref().unwrap_or(&old.sort).as_deref())?;
    sqlx::query!(
        "UPDATE saved_views SET name = $2, params = $3, columns = $4, sort = $5, shared = $6, version = version + 1,
             updated_at = now()
         WHERE id = $1",
        id.0,
        name,
        params,
        columns,
        sort,
        patch.shared.unwrap_or(old.shared)
    )
    .execute(&mut *tx)
    .await?;
    let view = lock(&mut tx, id).await?.view()?;
    record(&mut tx, viewer, "updated", Some(&old), Some(&view)).await?;
    tx.commit().await?;
    Ok(view)
}

/// Deletes a view. Once more is no error.
pub async fn delete(pool: &PgPool, viewer: &Viewer, id: ViewId) -> Result<()> {
    let mut tx = pool.begin().await?;
    let old = match owned(&mut tx, viewer, id).await {
        Err(DomainError::NotFound { .. }) => return Ok(()),
        found => found?.view()?,
    };
    sqlx::query!("UPDATE saved_views SET deleted_at = now() WHERE id = $1", id.0).execute(&mut *tx).await?;
    record(&mut tx, viewer, "deleted", Some(&old), None).await?;
    tx.commit().await?;
    Ok(())
}

/// Brings a deleted view back. Fails with 409 when its owner has another one of its name by now.
pub async fn restore(pool: &PgPool, viewer: &Viewer, id: ViewId) -> Result<SavedView> {
    let mut tx = pool.begin().await?;
    let row = lock(&mut tx, id).await?;
    let deleted = row.deleted_at.is_some();
    permit(viewer, &row)?;
    let mut view = row.view()?;
    if deleted {
        sqlx::query!("UPDATE saved_views SET deleted_at = NULL, version = version + 1 WHERE id = $1", id.0)
            .execute(&mut *tx)
            .await?;
        view.version += 1;
        record(&mut tx, viewer, "restored", None, Some(&view)).await?;
    }
    tx.commit().await?;
    Ok(view)
}

/// A view that is there and that the viewer may change, kept so until the transaction ends.
async fn owned(tx: &mut PgConnection, viewer: &Viewer, id: ViewId) -> Result<Row> {
    let row = lock(tx, id).await?;
    if row.deleted_at.is_some() {
        return Err(DomainError::not_found("view", id));
    }
    permit(viewer, &row)?;
    Ok(row)
}

/// One's own is; somebody else's is when they share it and the viewer manages all. What they do not share is not there.
fn permit(viewer: &Viewer, row: &Row) -> Result<()> {
    match (row.owner_id == viewer.user.0, row.shared) {
        (true, _) => Ok(()),
        (false, true) if viewer.manages_all => Ok(()),
        (false, true) => {
            let message = format!("This view is {}’s. Only they, an owner or an admin can change it.", row.owner_name);
            Err(DomainError::Refused(message))
        }
        (false, false) => Err(DomainError::not_found("view", row.id)),
    }
}

async fn lock(tx: &mut PgConnection, id: ViewId) -> Result<Row> {
    sqlx::query_as!(
        Row,
        r#"SELECT v.id, v.list, v.name, v.params, v.columns, v.sort, v.shared, v.owner_id, u.name AS owner_name, v.version,
                  v.created_at, v.updated_at, v.deleted_at
           FROM saved_views v JOIN users u ON u.id = v.owner_id WHERE v.id = $1 FOR UPDATE OF v"#,
        id.0
    )
    .fetch_optional(tx)
    .await?
    .ok_or_else(|| DomainError::not_found("view", id))
}

async fn record(
    tx: &mut PgConnection,
    viewer: &Viewer,
    verb: &'static str,
    before: Option<&SavedView>,
    after: Option<&SavedView>,
) -> Result<()> {
    let id = before.or(after).map(|view| view.id.to_string()).unwrap_or_default();
    audit::record(tx, &viewer.actor, Subject { resource: "view", id: &id, verb }, before, after).await
}
