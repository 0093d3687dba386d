use super::*;
use crate::audit::Actor;
use crate::coaching::edit::{begin, end};
use crate::fixture::{self, exact};
use crate::organizations::list::{OrganizationFilter, list};
use crm_types::Currency;
use crm_types::coaching::{CoachingEnd, NewCoachingRelationship};
use crm_types::ids::CustomerId;
use crm_types::organizations::OrganizationSort;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

async fn run(pool: &PgPool, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(pool).await.unwrap();
}

async fn organization(pool: &PgPool, name: &str) -> OrganizationId {
    let id = Uuid::now_v7();
    sqlx::query("INSERT INTO organizations (id, name, kind, status) VALUES ($1, $2, 'gym', 'active')")
        .bind(id)
        .bind(name)
        .execute(pool)
        .await
        .unwrap();
    OrganizationId(id)
}

/// The totals, and what they must be.
async fn both(pool: &PgPool) -> (Vec<String>, Vec<String>) {
    let kept = "SELECT to_jsonb(t)::text FROM organization_totals t WHERE people <> 0 OR mrr_minor <> 0
                UNION ALL SELECT name || client_count FROM customers ORDER BY 1";
    let counted = "SELECT to_jsonb(t)::text
                   FROM (SELECT c.organization_id, coalesce(c.currency, '') AS currency, coalesce(c.stream, '') AS stream, count(*) AS people,
                                count(*) FILTER (WHERE k.coaches) AS coaches, count(*) FILTER (WHERE NOT k.coaches AND c.mrr_minor > 0) AS paying_clients,
                                count(*) FILTER (WHERE c.mrr_minor > 0) AS paying, sum(c.mrr_minor)::bigint AS mrr_minor
                         FROM customers c
                         CROSS JOIN LATERAL (SELECT coalesce(c.stream, '') = 'rev2_coaching'
                                                    OR EXISTS (SELECT FROM customers o WHERE o.coach_id = c.id) AS coaches) k
                         WHERE c.organization_id IS NOT NULL AND c.archived_at IS NULL GROUP BY 1, 2, 3) t
                   UNION ALL SELECT name || (SELECT count(*) FROM customers o WHERE o.coach_id = c.id) FROM customers c ORDER BY 1";
    let read = async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_all(pool).await.unwrap();
    (read(kept).await, read(counted).await)
}

#[sqlx::test(migrations = "../../migrations")]
async fn totals_follow_whatever_is_written(pool: PgPool) {
    let (iron, club) = (organization(&pool, "Iron").await, organization(&pool, "Club").await);
    let mut people = Vec::new();
    for name in ["Ada", "Bob", "Cyd", "Dan"] {
        people.push(fixture::customer(&pool, name, "2026-01-01T00:00:00Z").await);
    }
    let [ada, bob, cyd, dan] = people[..] else { panic!("four") };
    let coach = async |coach: Uuid, client: Uuid| {
        let new = NewCoachingRelationship {
            coach_id: CustomerId(coach),
            client_id: CustomerId(client),
            organization_id: None,
            started_at: None,
        };
        begin(&pool, &Actor::system("test"), &new).await.unwrap().id
    };
    let check = async |what: &str| {
        let (kept, counted) = both(&pool).await;
        assert_eq!(kept, counted, "{what}");
    };
    run(&pool, &format!("UPDATE customers SET organization_id = '{}'", iron.0)).await;
    check("everybody belongs somewhere").await;
    run(
        &pool,
        "UPDATE customers SET mrr_minor = 1900, currency = 'usd', stream = 'rev1_individual' WHERE name <> 'Ada'",
    )
    .await;
    check("some pay").await;
    let first = coach(ada, bob).await;
    coach(ada, cyd).await;
    check("somebody coaches").await;
    let revenue = of_organization(&pool, iron).await.unwrap();
    assert_eq!(revenue.penetration, Some(1.0), "three clients, all of whom pay");
    assert_eq!(revenue.streams.len(), 1);
    assert_eq!((revenue.streams[0].people, revenue.streams[0].mrr), (3, Money::new(5_700, Currency::USD)));
    let now = find(&pool, iron).await.unwrap();
    assert_eq!((now.coaches, now.clients, now.paying_clients), (1, 3, 3));
    assert_eq!(now.mrr, [Money::new(5_700, Currency::USD)]);
    run(&pool, &format!("UPDATE customers SET organization_id = '{}' WHERE name = 'Ada'", club.0)).await;
    check("a coach goes elsewhere").await;
    end(&pool, &Actor::system("test"), first, &CoachingEnd::default()).await.unwrap();
    check("one client less").await;
    crate::coaching::handover::hand_over(&pool, &Actor::system("test"), CustomerId(ada), CustomerId(dan))
        .await
        .unwrap();
    check("handed over").await;
    run(&pool, "UPDATE customers SET stream = 'rev2_coaching', mrr_minor = 19900, currency = 'eur' WHERE name = 'Bob'")
        .await;
    check("another stream and currency").await;
    run(&pool, "UPDATE customers SET archived_at = now() WHERE name = 'Cyd'").await;
    check("archived").await;
    run(&pool, "DELETE FROM customers WHERE name = 'Dan'").await;
    check("deleted").await;
    sqlx::query("SELECT portfolio_totals_recount()").execute(&pool).await.unwrap();
    check("counted anew").await;
}

#[sqlx::test(migrations = "../../migrations")]
async fn organizations_are_sorted_by_their_figures(pool: PgPool) {
    for (name, mrr) in [("One", 900), ("Two", 1_900), ("Three", 0)] {
        let of = organization(&pool, name).await;
        let customer = fixture::customer(&pool, name, "2026-01-01T00:00:00Z").await;
        run(
            &pool,
            &format!("UPDATE customers SET organization_id = '{}', mrr_minor = {mrr}, currency = 'usd' WHERE id = '{customer}'", of.0),
        )
        .await;
    }
    let sorted = async |sort| {
        let page = list(&pool, &OrganizationFilter::default(), sort, &exact()).await.unwrap();
        page.items.into_iter().map(|o| o.name).collect::<Vec<_>>()
    };
    assert_eq!(sorted(OrganizationSort::MrrDescending).await, ["Two", "One", "Three"]);
    assert_eq!(sorted(OrganizationSort::Mrr).await, ["Three", "One", "Two"]);
    let (pool, filter) = (&pool, &OrganizationFilter::default());
    for sort in OrganizationSort::ALL {
        let rows =
            fixture::walk(|page| async move { list(pool, filter, *sort, &page).await }, |o| o.id.to_string()).await;
        assert_eq!(rows.len(), 3, "{sort}");
    }
    let nobody = of_organization(pool, organization(pool, "Four").await).await.unwrap();
    assert_eq!((nobody.streams.len(), nobody.penetration), (0, None));
}
