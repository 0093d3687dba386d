//! When clients were coached, as their histories take it.

use crate::db::Result;
use crate::mrr::coached::Spell;
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// The times in which these customers were coached, pauses left out.
pub(crate) async fn spells(db: &mut PgConnection, clients: &[Uuid]) -> Result<HashMap<Uuid, Vec<Spell>>> {
    let rows = sqlx::query!(
        r#"SELECT r.client_id, lower(s.during) AS "from!", upper(s.during) AS "to", lower(s.during) > lower(r.during) AS "resumed!",
                  upper(s.during) IS DISTINCT FROM upper(r.during) AS "paused!"
           FROM coaching_relationships r
           CROSS JOIN LATERAL (SELECT range_agg(p.during) AS pauses FROM coaching_pauses p WHERE p.relationship_id = r.id) p
           CROSS JOIN LATERAL unnest(tstzmultirange(r.during) - coalesce(p.pauses, '{}')) AS s (during)
           WHERE r.client_id = ANY($1)"#,
        clients,
    )
    .fetch_all(db)
    .await?;
    let mut spells: HashMap<Uuid, Vec<Spell>> = HashMap::new();
    for row in rows {
        let spell = Spell { from: row.from, to: row.to, resumed: row.resumed, paused: row.paused };
        spells.entry(row.client_id).or_default().push(spell);
    }
    Ok(spells)
}
