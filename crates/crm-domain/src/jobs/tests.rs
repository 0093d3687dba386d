use super::list::{JobFilter, Viewer};
use super::*;
use crate::audit::Actor;
use crate::customers::bulk::{self, Chosen};
use crate::db::DomainError;
use crate::fixture::{customer, page, walk};
use crm_types::audit::ActorKind;
use crm_types::customers_bulk::BulkAction;
use crm_types::ids::{CustomerId, JobId};
use crm_types::jobs::{Job, JobSort, JobState};
use sqlx::PgPool;
use uuid::Uuid;

fn staff() -> Actor {
    Actor { kind: ActorKind::User, id: Some(Uuid::now_v7()), name: "Ada".into(), address: None, request_id: None }
}

async fn tag(pool: &PgPool, actor: &Actor, ids: &[Uuid]) -> Job {
    let ids = ids.iter().map(|id| CustomerId(*id)).collect();
    bulk::start(pool, actor, BulkAction::AddTags(vec!["a".into()]), Chosen::Ids(ids)).await.unwrap()
}

async fn state(pool: &PgPool, id: JobId) -> Job {
    list::find(pool, id, Viewer::Everybody).await.unwrap()
}

/// Fails the batch of whoever is called so.
async fn stumble(pool: &PgPool, name: &str) {
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!(
        "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             IF NEW.name = '{name}' THEN RAISE EXCEPTION 'stumbled'; END IF; RETURN NEW; END $$;
         CREATE TRIGGER stumble BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION stumble();"
    )))
    .execute(pool)
    .await
    .unwrap();
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_batch_that_fails_leaves_nothing_and_is_tried_again(pool: PgPool) {
    let ids =
        [customer(&pool, "Ada", "2026-01-01T00:00:00Z").await, customer(&pool, "Bob", "2026-01-02T00:00:00Z").await];
    stumble(&pool, "Bob").await;
    let job = tag(&pool, &staff(), &ids).await;
    assert_eq!((job.state, job.done, job.total), (JobState::Queued, 0, None));
    assert_eq!(step(&pool).await.unwrap(), Step::Worked(job.id), "the first batch counts");
    assert_eq!(step(&pool).await.unwrap(), Step::Failed(job.id));
    let tagged: i64 =
        sqlx::query_scalar("SELECT count(*) FROM customers WHERE tags <> '{}'").fetch_one(&pool).await.unwrap();
    let told: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_log").fetch_one(&pool).await.unwrap();
    assert_eq!((tagged, told), (0, 0), "all of a batch or nothing");
    assert_eq!(step(&pool).await.unwrap(), Step::Idle, "it waits a little before it tries again");

    sqlx::raw_sql("DROP TRIGGER stumble ON customers; UPDATE jobs SET not_before = now()")
        .execute(&pool)
        .await
        .unwrap();
    assert_eq!(step(&pool).await.unwrap(), Step::Worked(job.id));
    let done = state(&pool, job.id).await;
    assert_eq!((done.state, done.changed, done.total, done.error), (JobState::Succeeded, 2, Some(2), None));
    assert_eq!(step(&pool).await.unwrap(), Step::Idle);
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_fails_again_and_again_is_given_up(pool: PgPool) {
    let ids = [customer(&pool, "Bob", "2026-01-02T00:00:00Z").await];
    stumble(&pool, "Bob").await;
    let job = tag(&pool, &staff(), &ids).await;
    step(&pool).await.unwrap();
    for _ in 0..5 {
        sqlx::query("UPDATE jobs SET not_before = now()").execute(&pool).await.unwrap();
        assert_eq!(step(&pool).await.unwrap(), Step::Failed(job.id));
    }
    let failed = state(&pool, job.id).await;
    assert_eq!(failed.state, JobState::Failed);
    let why = failed.error.unwrap();
    assert!(!why.contains("stumbled"), "what the database said is for the log: {why}");
    assert_eq!(step(&pool).await.unwrap(), Step::Idle);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_died_in_a_batch_holds_nothing_and_two_never_do_the_same(pool: PgPool) {
    let ids = [customer(&pool, "Ada", "2026-01-01T00:00:00Z").await];
    let job = tag(&pool, &staff(), &ids).await;
    // Somebody is at it: a transaction that has the row, as a step does.
    let mut other = pool.acquire().await.unwrap().detach();
    sqlx::raw_sql("BEGIN; SELECT FROM jobs FOR NO KEY UPDATE").execute(&mut other).await.unwrap();
    assert_eq!(step(&pool).await.unwrap(), Step::Idle, "locked");
    // kill -9: the connection is gone, and its transaction with it.
    let pid: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut other).await.unwrap();
    sqlx::query("SELECT pg_terminate_backend($1)").bind(pid).execute(&pool).await.unwrap();
    let taken = async {
        while step(&pool).await.unwrap() == Step::Idle {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(10), taken).await.unwrap();
    step(&pool).await.unwrap();
    assert_eq!(state(&pool, job.id).await.changed, 1);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_job_that_waits_stops_at_once_and_one_that_runs_after_its_batch(pool: PgPool) {
    let ids = [customer(&pool, "Ada", "2026-01-01T00:00:00Z").await];
    let ada = staff();
    let waits = tag(&pool, &ada, &ids).await;
    for _ in 0..2 {
        assert_eq!(cancel(&pool, waits.id, Viewer::Everybody).await.unwrap().state, JobState::Cancelled);
    }
    assert_eq!(step(&pool).await.unwrap(), Step::Idle);

    let runs = tag(&pool, &ada, &ids).await;
    step(&pool).await.unwrap();
    let asked = cancel(&pool, runs.id, Viewer::Of(ada.id.unwrap())).await.unwrap();
    assert_eq!((asked.state, asked.cancelling), (JobState::Running, true));
    step(&pool).await.unwrap();
    let stopped = state(&pool, runs.id).await;
    assert_eq!((stopped.state, stopped.changed, stopped.total), (JobState::Cancelled, 0, Some(1)));

    let done = tag(&pool, &ada, &ids).await;
    while step(&pool).await.unwrap() != Step::Idle {}
    assert!(matches!(cancel(&pool, done.id, Viewer::Everybody).await, Err(DomainError::Conflict { .. })));
}

#[sqlx::test(migrations = "../../migrations")]
async fn people_see_what_they_asked_for(pool: PgPool) {
    let ids = [customer(&pool, "Ada", "2026-01-01T00:00:00Z").await];
    let (ada, bob) = (staff(), staff());
    let mut of_ada = Vec::new();
    for _ in 0..4 {
        of_ada.push(tag(&pool, &ada, &ids).await.id);
    }
    let of_bob = tag(&pool, &bob, &ids).await.id;
    let filter = |viewer| JobFilter { viewer, kind: None, state: None };
    let mine = filter(Viewer::Of(ada.id.unwrap()));
    let seen = walk(
        async |request| list::list(&pool, &mine, JobSort::CreatedAt, &request).await,
        |job: &Job| job.id.to_string(),
    )
    .await;
    assert_eq!(seen.iter().map(|job| job.id).collect::<Vec<_>>(), of_ada);
    let all =
        list::list(&pool, &filter(Viewer::Everybody), JobSort::CreatedAtDescending, &page(50, None)).await.unwrap();
    assert_eq!((all.total, all.items[0].id), (5, of_bob));
    for viewer in [Viewer::Of(ada.id.unwrap()), Viewer::Of(Uuid::now_v7())] {
        assert!(matches!(list::find(&pool, of_bob, viewer).await, Err(DomainError::NotFound { .. })));
        assert!(matches!(cancel(&pool, of_bob, viewer).await, Err(DomainError::NotFound { .. })));
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn rows_of_old_jobs_are_forgotten(pool: PgPool) {
    let ids = [customer(&pool, "Ada", "2026-01-01T00:00:00Z").await];
    let job = tag(&pool, &staff(), &ids).await;
    while step(&pool).await.unwrap() != Step::Idle {}
    assert!(state(&pool, job.id).await.can_undo);
    let mut conn = pool.acquire().await.unwrap();
    assert_eq!(trim(&mut conn).await.unwrap(), 0);
    sqlx::query("UPDATE jobs SET finished_at = now() - interval '31 days'").execute(&pool).await.unwrap();
    assert_eq!((trim(&mut conn).await.unwrap(), trim(&mut conn).await.unwrap()), (1, 0));
    assert!(!state(&pool, job.id).await.can_undo);
}
