use super::*;
use crate::customers::edit;
use crate::customers::list::{self};
use crate::fixture::{customer, run, subscription};
use crate::jobs::{Step, step};
use crm_types::audit::ActorKind;
use crm_types::customers::{Customer, CustomerPatch, NewCustomer, Priority};
use crm_types::ids::{OrganizationId, UserId};
use crm_types::jobs::{JobState, SkipReason};
use sqlx::PgPool;
use uuid::Uuid;

fn staff() -> Actor {
    Actor {
        kind: ActorKind::User,
        id: Some(Uuid::now_v7()),
        name: "Ada".into(),
        address: None,
        request_id: Some("r1".into()),
    }
}

async fn finished(pool: &PgPool, job: Job) -> Job {
    while step(pool).await.unwrap() != Step::Idle {}
    let job = jobs::find(pool, job.id, Viewer::Everybody).await.unwrap();
    assert_eq!(job.state, JobState::Succeeded, "{job:?}");
    assert_eq!(Some(job.done), job.total);
    job
}

fn everybody() -> Chosen {
    Chosen::Matching(Box::default())
}

fn tags(tags: &[&str]) -> Vec<String> {
    tags.iter().map(|tag| (*tag).to_owned()).collect()
}

fn skips(job: &Job) -> Vec<(SkipReason, i64)> {
    job.skips.iter().map(|skip| (skip.reason, skip.count)).collect()
}

async fn person(pool: &PgPool, name: &str, email: Option<&str>) -> Customer {
    let new = NewCustomer { name: Some(name.into()), email: email.map(str::to_owned), ..NewCustomer::default() };
    edit::create(pool, &staff(), &new).await.unwrap()
}

async fn user(pool: &PgPool, name: &str) -> UserId {
    let id = Uuid::now_v7();
    sqlx::query("INSERT INTO users (id, email, name, role, password_hash) VALUES ($1, $2, $3, 'support', 'x')")
        .bind(id)
        .bind(format!("{id}@staff.test"))
        .bind(name)
        .execute(pool)
        .await
        .unwrap();
    UserId(id)
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

#[sqlx::test(migrations = "../../migrations")]
async fn tags_for_thousands_are_taken_back_where_they_were_given(pool: PgPool) {
    run(
        &pool,
        "INSERT INTO customers (id, name, tags, created_at)
         SELECT gen_random_uuid(), 'n' || n, CASE WHEN n % 10 = 0 THEN '{press}'::text[] ELSE '{}' END, now() FROM generate_series(1, 4500) n",
    )
    .await;
    let action = BulkAction::AddTags(tags(&["vip", "press", "vip "]));
    let job = finished(&pool, start(&pool, &staff(), action, everybody()).await.unwrap()).await;
    assert_eq!((job.total, job.changed, job.skipped, job.can_undo), (Some(4_500), 4_500, 0, true));
    assert_eq!(job.action, Some(BulkAction::AddTags(tags(&["press", "vip"]))));
    let counted = |sql: &'static str| sqlx::query_scalar::<_, i64>(sql).fetch_one(&pool);
    assert_eq!(
        counted("SELECT count(*) FROM customers WHERE tags = '{press,vip}' AND version = 2").await.unwrap(),
        4_500
    );
    let audited = counted(
        "SELECT count(DISTINCT resource_id) FROM audit_log WHERE action = 'customer.updated' AND request_id = 'r1'
           AND actor_name = 'Ada' AND after = '{\"tags\": [\"press\", \"vip\"]}' AND before IN ('{\"tags\": []}', '{\"tags\": [\"press\"]}')",
    );
    assert_eq!(audited.await.unwrap(), 4_500, "one row for each");
    assert_eq!(edit::tags(&pool, None, 10).await.unwrap(), ["press", "vip"]);

    let back = finished(&pool, undo(&pool, &staff(), job.id, Viewer::Everybody).await.unwrap()).await;
    assert_eq!((back.changed, back.undoes, back.can_undo), (4_500, Some(job.id), false));
    assert_eq!(
        counted("SELECT count(*) FROM customers WHERE tags = '{press}'").await.unwrap(),
        450,
        "they had it before"
    );
    assert_eq!(counted("SELECT count(*) FROM customers WHERE tags = '{}'").await.unwrap(), 4_050);
    let again = undo(&pool, &staff(), job.id, Viewer::Everybody).await;
    assert!(matches!(again, Err(DomainError::Conflict { .. })), "once");
}

#[sqlx::test(migrations = "../../migrations")]
async fn whom_it_is_about_is_decided_when_it_begins(pool: PgPool) {
    let (ada, bob) = (person(&pool, "Ada", None).await, person(&pool, "Bob", None).await);
    let filter =
        CustomerFilter { q: crate::customers::search::Search::parse("q", "ada").unwrap(), ..CustomerFilter::default() };
    let action = BulkAction::SetPriority(Priority::Vip);
    let job = start(&pool, &staff(), action, Chosen::Matching(Box::new(filter))).await.unwrap();
    step(&pool).await.unwrap();
    let patch = CustomerPatch { name: Some(Some("Zoe".into())), ..CustomerPatch::default() };
    edit::update(&pool, &staff(), ada.id, 1, &patch).await.unwrap();
    let late = person(&pool, "Ada the second", None).await;
    assert_eq!(finished(&pool, job).await.changed, 1);
    let priority = async |id| list::find(&pool, id).await.unwrap().priority;
    assert_eq!(priority(ada.id).await, Priority::Vip, "she was chosen, whatever she is called now");
    assert_eq!((priority(bob.id).await, priority(late.id).await), (Priority::Medium, Priority::Medium));
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_pays_stays_and_who_is_unknown_is_counted(pool: PgPool) {
    let pays = customer(&pool, "Pays", "2026-01-01T00:00:00Z").await;
    subscription(&pool, pays, "usd", 1_900, "2026-01-01T00:00:00Z").await;
    let free = person(&pool, "Free", Some("free@example.com")).await;
    let ids = vec![CustomerId(pays), free.id, free.id, CustomerId(Uuid::now_v7())];
    let job = start(&pool, &staff(), BulkAction::Archive {}, Chosen::Ids(ids)).await.unwrap();
    let job = finished(&pool, job).await;
    assert_eq!((job.total, job.changed), (Some(3), 1));
    assert_eq!(skips(&job), [(SkipReason::NotFound, 1), (SkipReason::SubscriptionRuns, 1)]);
    assert!(list::find(&pool, free.id).await.unwrap().archived_at.is_some());

    // Two more with the address of the archived one: only one of them all may live.
    let twin = person(&pool, "Twin", Some("free@example.com")).await;
    edit::archive(&pool, &staff(), twin.id).await.unwrap();
    let archived = CustomerFilter { archived: true, ..CustomerFilter::default() };
    let job = start(&pool, &staff(), BulkAction::Restore {}, Chosen::Matching(Box::new(archived))).await.unwrap();
    let job = finished(&pool, job).await;
    assert_eq!((job.changed, skips(&job)), (1, vec![(SkipReason::EmailTaken, 1)]));
    let back = finished(&pool, undo(&pool, &staff(), job.id, Viewer::Everybody).await.unwrap()).await;
    assert_eq!(back.changed, 1, "archived again");
    let actions: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log ORDER BY id").fetch_all(&pool).await.unwrap();
    let expected = ["created", "archived", "created", "archived", "restored", "archived"];
    assert_eq!(actions, expected.map(|verb| format!("customer.{verb}")));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_owner_goes_back_unless_somebody_chose_another(pool: PgPool) {
    let (grace, linus) = (user(&pool, "Grace").await, user(&pool, "Linus").await);
    let (ada, bob) = (person(&pool, "Ada", None).await, person(&pool, "Bob", None).await);
    let job = start(&pool, &staff(), BulkAction::SetOwner(Some(grace)), everybody()).await.unwrap();
    let job = finished(&pool, job).await;
    let patch = CustomerPatch { owner_id: Some(Some(linus)), ..CustomerPatch::default() };
    edit::update(&pool, &staff(), bob.id, 2, &patch).await.unwrap();
    let back = finished(&pool, undo(&pool, &staff(), job.id, Viewer::Everybody).await.unwrap()).await;
    assert_eq!((back.changed, skips(&back)), (1, vec![(SkipReason::ChangedSince, 1)]));
    let owner = async |id| list::find(&pool, id).await.unwrap().owner.map(|owner| owner.name);
    assert_eq!((owner(ada.id).await, owner(bob.id).await), (None, Some("Linus".into())));
}

#[sqlx::test(migrations = "../../migrations")]
async fn an_organization_is_given_taken_and_taken_back(pool: PgPool) {
    let gym = organization(&pool, "Iron Gym").await;
    let (ada, bob) = (person(&pool, "Ada", None).await, person(&pool, "Bob", None).await);
    let set = BulkAction::SetOrganization;
    let job = finished(&pool, start(&pool, &staff(), set(Some(gym)), everybody()).await.unwrap()).await;
    assert_eq!((job.changed, job.can_undo), (2, true));
    let of = async |id| list::find(&pool, id).await.unwrap().organization.map(|organization| organization.name);
    assert_eq!((of(ada.id).await, of(bob.id).await), (Some("Iron Gym".into()), Some("Iron Gym".into())));
    let found = CustomerFilter { organization: Some(gym), ..CustomerFilter::default() };
    let out = start(&pool, &staff(), set(None), Chosen::Matching(Box::new(found))).await.unwrap();
    let out = finished(&pool, out).await;
    assert_eq!((out.changed, of(ada.id).await), (2, None));
    let back = finished(&pool, undo(&pool, &staff(), out.id, Viewer::Everybody).await.unwrap()).await;
    assert_eq!((back.changed, of(bob.id).await), (2, Some("Iron Gym".into())));
    let rows: Vec<(serde_json::Value, serde_json::Value)> = sqlx::query_as(
        "SELECT before, after FROM audit_log WHERE action = 'customer.updated' AND resource_id = $1 ORDER BY id",
    )
    .bind(ada.id.to_string())
    .fetch_all(&pool)
    .await
    .unwrap();
    let none = serde_json::json!({"organization": null});
    let some = serde_json::json!({"organization": {"id": gym, "name": "Iron Gym"}});
    assert_eq!(rows, [(none.clone(), some.clone()), (some.clone(), none.clone()), (none, some)]);
}

#[sqlx::test(migrations = "../../migrations")]
async fn who_is_archived_coaches_nobody_and_is_coached_by_nobody(pool: PgPool) {
    let (coach, client, other) =
        (person(&pool, "Coach", None).await, person(&pool, "Client", None).await, person(&pool, "Other", None).await);
    for id in [client.id, other.id] {
        let patch = CustomerPatch { coach_id: Some(Some(coach.id)), ..CustomerPatch::default() };
        edit::update(&pool, &staff(), id, 1, &patch).await.unwrap();
    }
    let job = start(&pool, &staff(), BulkAction::Archive {}, Chosen::Ids(vec![coach.id, client.id])).await.unwrap();
    assert_eq!(finished(&pool, job).await.changed, 2);
    let left = list::find(&pool, other.id).await.unwrap();
    assert_eq!((left.coach, left.version), (None, 3), "whoever edits an older version sees it");
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_log WHERE action = 'coaching_relationship.ended' AND after->>'end_reason' = 'archived'
           AND before->>'status' = 'active' AND actor_name = 'Ada'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(ended, 2);
}

#[sqlx::test(migrations = "../../migrations")]
async fn many_get_a_coach_at_once_and_theirs_back(pool: PgPool) {
    let (ada, bob) = (person(&pool, "Ada", None).await, person(&pool, "Bob", None).await);
    let (cyd, dan, eve) =
        (person(&pool, "Cyd", None).await, person(&pool, "Dan", None).await, person(&pool, "Eve", None).await);
    let give = |coach: CustomerId| CustomerPatch { coach_id: Some(Some(coach)), ..CustomerPatch::default() };
    // Cyd has another coach, Eve coaches the one whom all shall get.
    edit::update(&pool, &staff(), cyd.id, 1, &give(ada.id)).await.unwrap();
    edit::update(&pool, &staff(), bob.id, 1, &give(eve.id)).await.unwrap();
    let gone = person(&pool, "Gone", None).await;
    edit::archive(&pool, &staff(), gone.id).await.unwrap();
    let ids = vec![ada.id, bob.id, cyd.id, dan.id, eve.id, gone.id];
    let job = start(&pool, &staff(), BulkAction::SetCoach(Some(bob.id)), Chosen::Ids(ids.clone())).await.unwrap();
    let job = finished(&pool, job).await;
    assert_eq!(job.changed, 3, "Ada, Cyd and Dan");
    let mut skipped = skips(&job);
    skipped.sort_by_key(|(reason, _)| reason.as_str());
    assert_eq!(skipped, [(SkipReason::Archived, 1), (SkipReason::CoachesThem, 2)]);
    let coach_of = async |id: CustomerId| list::find(&pool, id).await.unwrap().coach.map(|coach| coach.name);
    assert_eq!(coach_of(cyd.id).await.as_deref(), Some("Bob"));
    assert_eq!(coach_of(eve.id).await, None);
    let history: Vec<(String, Option<String>)> = sqlx::query_as(
        "SELECT k.name, r.end_reason FROM coaching_relationships r JOIN customers k ON k.id = r.coach_id WHERE r.client_id = $1
         ORDER BY lower(r.during)",
    )
    .bind(cyd.id.0)
    .fetch_all(&pool)
    .await
    .unwrap();
    assert_eq!(history, [("Ada".to_owned(), Some("replaced".to_owned())), ("Bob".to_owned(), None)]);
    // By hand since: stays as it is when it is taken back.
    let dan_now = list::find(&pool, dan.id).await.unwrap();
    edit::update(&pool, &staff(), dan.id, dan_now.version, &give(ada.id)).await.unwrap();
    let back = finished(&pool, undo(&pool, &staff(), job.id, Viewer::Everybody).await.unwrap()).await;
    assert_eq!((back.changed, skips(&back)), (2, vec![(SkipReason::ChangedSince, 1)]));
    assert_eq!(coach_of(cyd.id).await.as_deref(), Some("Ada"), "whom they had");
    assert_eq!((coach_of(ada.id).await, coach_of(dan.id).await.as_deref()), (None, Some("Ada")));
    let job = start(&pool, &staff(), BulkAction::SetCoach(None), Chosen::Ids(ids)).await.unwrap();
    assert_eq!(finished(&pool, job).await.changed, 3, "Bob, Cyd and Dan had one");
    let audited: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM audit_log WHERE action = 'customer.updated' AND before->'coach'->>'name' = 'Ada' AND after->'coach' = 'null'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(audited, 2, "Cyd and Dan");
}

#[sqlx::test(migrations = "../../migrations")]
async fn what_cannot_be_is_refused_before_it_begins(pool: PgPool) {
    let refused = async |action: BulkAction, chosen: Chosen| match start(&pool, &staff(), action, chosen).await {
        Err(DomainError::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    let many = (0..=MOST_IDS).map(|_| CustomerId(Uuid::now_v7())).collect();
    assert_eq!(refused(BulkAction::Archive {}, Chosen::Ids(many)).await, "ids");
    assert_eq!(refused(BulkAction::Archive {}, Chosen::Ids(Vec::new())).await, "ids");
    assert_eq!(refused(BulkAction::AddTags(Vec::new()), everybody()).await, "action");
    assert_eq!(refused(BulkAction::AddTags(tags(&["a,b"])), everybody()).await, "tags");
    assert_eq!(refused(BulkAction::SetOwner(Some(UserId(Uuid::now_v7()))), everybody()).await, "action");
    assert_eq!(refused(BulkAction::SetOrganization(Some(OrganizationId(Uuid::now_v7()))), everybody()).await, "action");
    assert_eq!(refused(BulkAction::SetCoach(Some(CustomerId(Uuid::now_v7()))), everybody()).await, "action");
    let nobody = start(&pool, &staff(), BulkAction::Archive {}, everybody()).await.unwrap();
    let nobody = finished(&pool, nobody).await;
    assert_eq!((nobody.total, nobody.can_undo), (Some(0), false));
}
