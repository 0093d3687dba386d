use super::*;
use crate::coaching::list::{CoachingFilter, list};
use crate::customers::edit;
use crate::customers::filter::CustomerFilter;
use crate::customers::list as customers;
use crate::fixture::exact;
use crm_types::coaching::CoachingSort;
use crm_types::customers::{Customer, CustomerPatch, CustomerSort, NewCustomer};

fn staff() -> Actor {
    Actor::system("test")
}

async fn person(pool: &PgPool, name: &str) -> CustomerId {
    let new = NewCustomer { name: Some(name.into()), ..NewCustomer::default() };
    edit::create(pool, &staff(), &new).await.unwrap().id
}

fn coaches(coach: CustomerId, client: CustomerId) -> NewCoachingRelationship {
    NewCoachingRelationship { coach_id: coach, client_id: client, organization_id: None, started_at: None }
}

fn why(reason: &str) -> CoachingEnd {
    CoachingEnd { reason: Some(reason.into()), ended_at: None }
}

async fn give(pool: &PgPool, client: CustomerId, coach: Option<CustomerId>) -> Result<Customer> {
    let version = customers::find(pool, client).await.unwrap().version;
    let patch = CustomerPatch { coach_id: Some(coach), ..CustomerPatch::default() };
    edit::update(pool, &staff(), client, version, &patch).await
}

async fn history(pool: &PgPool, client: CustomerId) -> Vec<(String, CoachingStatus, Option<String>)> {
    let filter = CoachingFilter { client: Some(client), ..CoachingFilter::default() };
    let page = list(pool, &filter, CoachingSort::StartedAt, &exact()).await.unwrap();
    page.items.into_iter().map(|r| (r.coach.name, r.status, r.end_reason)).collect()
}

fn refused<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result.unwrap_err() {
        DomainError::Invalid { field, .. } => field,
        DomainError::Database(error) => error.as_database_error().unwrap().constraint().unwrap().to_owned(),
        other => panic!("{other}"),
    }
}

#[sqlx::test(migrations = "../../migrations")]
async fn at_any_instant_a_client_has_one_coach(pool: PgPool) {
    let (ada, bob, client) = (person(&pool, "Ada").await, person(&pool, "Bob").await, person(&pool, "Client").await);
    let began = "2026-03-01T00:00:00Z".parse().unwrap();
    let first = NewCoachingRelationship { started_at: Some(began), ..coaches(ada, client) };
    let first = begin(&pool, &staff(), &first).await.unwrap();
    assert_eq!((first.started_at, first.status, first.ended_at), (began, CoachingStatus::Active, None));
    assert_eq!(refused(begin(&pool, &staff(), &coaches(bob, client)).await), "coaching_relationships_one_coach");
    let paused = pause(&pool, &staff(), first.id).await.unwrap();
    assert_eq!(paused.status, CoachingStatus::Paused);
    assert_eq!(refused(begin(&pool, &staff(), &coaches(bob, client)).await), "coaching_relationships_one_coach");
    assert_eq!(resume(&pool, &staff(), first.id).await.unwrap().status, CoachingStatus::Active);

    let before = customers::find(&pool, client).await.unwrap();
    assert_eq!(before.coach.as_ref().map(|coach| coach.name.as_str()), Some("Ada"));
    for at in [began, began - chrono::TimeDelta::days(1), Utc::now() + chrono::TimeDelta::days(1)] {
        let bad = CoachingEnd { ended_at: Some(at), ..why("x") };
        assert_eq!(refused(end(&pool, &staff(), first.id, &bad).await), "ended_at", "{at}");
    }
    let ended = end(&pool, &staff(), first.id, &why(" Moved away ")).await.unwrap();
    assert_eq!((ended.status, ended.end_reason.as_deref()), (CoachingStatus::Ended, Some("Moved away")));
    assert_eq!(end(&pool, &staff(), first.id, &why("again")).await.unwrap(), ended, "once more is no error");
    assert!(matches!(resume(&pool, &staff(), first.id).await.unwrap_err(), DomainError::Conflict { .. }));
    let after = customers::find(&pool, client).await.unwrap();
    assert_eq!((after.coach, after.version), (None, before.version + 1));

    let past = NewCoachingRelationship { started_at: Some(began), ..coaches(bob, client) };
    assert_eq!(refused(begin(&pool, &staff(), &past).await), "coaching_relationships_one_coach", "Ada did then");
    let second = begin(&pool, &staff(), &coaches(bob, client)).await.unwrap();
    assert!(Some(second.started_at) >= ended.ended_at);
    // The database by itself, whoever writes.
    let twin = "INSERT INTO coaching_relationships (id, coach_id, client_id, during)
                SELECT gen_random_uuid(), $1, client_id, tstzrange('2026-04-01', NULL) FROM coaching_relationships LIMIT 1";
    let error = sqlx::query(twin).bind(ada.0).execute(&pool).await.unwrap_err();
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("coaching_relationships_one_coach"));
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_coach_leaves_the_history(pool: PgPool) {
    let (ada, bob, client) = (person(&pool, "Ada").await, person(&pool, "Bob").await, person(&pool, "Client").await);
    let now = give(&pool, client, Some(ada)).await.unwrap();
    assert_eq!((now.coach.map(|coach| coach.id), now.version), (Some(ada), 2));
    give(&pool, client, Some(ada)).await.unwrap();
    give(&pool, client, Some(bob)).await.unwrap();
    give(&pool, client, None).await.unwrap();
    let again = give(&pool, client, Some(ada)).await.unwrap();
    assert_eq!(again.coach.map(|coach| coach.name).as_deref(), Some("Ada"));
    let ended = |name: &str, why: &str| (name.to_owned(), CoachingStatus::Ended, Some(why.to_owned()));
    assert_eq!(
        history(&pool, client).await,
        [ended("Ada", "replaced"), ended("Bob", "removed"), ("Ada".to_owned(), CoachingStatus::Active, None)]
    );
    let filter = CustomerFilter { coach: Some(ada), ..CustomerFilter::default() };
    assert_eq!(customers::list(&pool, &filter, CustomerSort::Name, &exact()).await.unwrap().items[0].id, client);
    let filter = CustomerFilter { coach: Some(bob), ..CustomerFilter::default() };
    assert_eq!(customers::list(&pool, &filter, CustomerSort::Name, &exact()).await.unwrap().total, 0);
    let logged: Vec<String> =
        sqlx::query_scalar("SELECT action FROM audit_log WHERE resource = 'coaching_relationship' ORDER BY id")
            .fetch_all(&pool)
            .await
            .unwrap();
    let verbs = ["created", "ended", "created", "ended", "created"].map(|verb| format!("coaching_relationship.{verb}"));
    assert_eq!(logged, verbs);
}

#[sqlx::test(migrations = "../../migrations")]
async fn only_people_who_are_there_coach_and_are_coached(pool: PgPool) {
    let (ada, client) = (person(&pool, "Ada").await, person(&pool, "Client").await);
    let gone = person(&pool, "Gone").await;
    edit::archive(&pool, &staff(), gone).await.unwrap();
    assert_eq!(refused(begin(&pool, &staff(), &coaches(ada, ada)).await), "coach_id");
    assert_eq!(refused(begin(&pool, &staff(), &coaches(gone, client)).await), "coach_id");
    assert_eq!(refused(begin(&pool, &staff(), &coaches(ada, gone)).await), "client_id");
    assert_eq!(refused(begin(&pool, &staff(), &coaches(ada, CustomerId(Uuid::nil()))).await), "client_id");
    let nowhere =
        NewCoachingRelationship { organization_id: Some(OrganizationId(Uuid::nil())), ..coaches(ada, client) };
    assert_eq!(refused(begin(&pool, &staff(), &nowhere).await), "organization_id");
    for when in ["2999-01-01T00:00:00Z", "1969-12-31T00:00:00Z", "-9999-01-01T00:00:00Z"] {
        let new = NewCoachingRelationship { started_at: Some(when.parse().unwrap()), ..coaches(ada, client) };
        assert_eq!(refused(begin(&pool, &staff(), &new).await), "started_at", "{when}");
    }
    assert_eq!(refused(give(&pool, client, Some(client)).await), "coach_id");
    assert_eq!(refused(give(&pool, client, Some(gone)).await), "coach_id");
    assert_eq!(history(&pool, client).await, []);
    let begun = begin(&pool, &staff(), &coaches(ada, client)).await.unwrap();
    assert_eq!(refused(end(&pool, &staff(), begun.id, &why(&"x".repeat(201))).await), "reason");
    assert!(matches!(
        end(&pool, &staff(), CoachingRelationshipId(Uuid::nil()), &CoachingEnd::default()).await.unwrap_err(),
        DomainError::NotFound { .. }
    ));
}

#[sqlx::test(migrations = "../../migrations")]
async fn two_people_never_coach_each_other_at_one_time(pool: PgPool) {
    let (ada, bob) = (person(&pool, "Ada").await, person(&pool, "Bob").await);
    let began = "2026-03-01T00:00:00Z".parse().unwrap();
    let first = NewCoachingRelationship { started_at: Some(began), ..coaches(ada, bob) };
    let first = begin(&pool, &staff(), &first).await.unwrap();
    assert_eq!(refused(begin(&pool, &staff(), &coaches(bob, ada)).await), "coaching_relationships_not_mutual");
    assert_eq!(refused(give(&pool, ada, Some(bob)).await), "coaching_relationships_not_mutual");
    let over = "2026-04-01T00:00:00Z".parse().unwrap();
    let ended = end(&pool, &staff(), first.id, &CoachingEnd { reason: None, ended_at: Some(over) }).await.unwrap();
    assert_eq!((ended.ended_at, ended.end_reason), (Some(over), None), "as of a day in the past");
    let before = NewCoachingRelationship { started_at: Some(began), ..coaches(bob, ada) };
    assert_eq!(refused(begin(&pool, &staff(), &before).await), "coaching_relationships_not_mutual", "then they did");
    let after = NewCoachingRelationship { started_at: Some(over), ..coaches(bob, ada) };
    assert_eq!(begin(&pool, &staff(), &after).await.unwrap().started_at, over);
}

#[sqlx::test(migrations = "../../migrations")]
async fn another_coach_takes_over_at_the_same_instant(pool: PgPool) {
    let (ada, bob, client) = (person(&pool, "Ada").await, person(&pool, "Bob").await, person(&pool, "Client").await);
    give(&pool, client, Some(ada)).await.unwrap();
    give(&pool, client, Some(bob)).await.unwrap();
    let filter = CoachingFilter { client: Some(client), ..CoachingFilter::default() };
    let page = list(&pool, &filter, CoachingSort::StartedAt, &exact()).await.unwrap();
    assert_eq!(page.items[0].ended_at, Some(page.items[1].started_at));
}
