use super::*;
use crate::fixture::{at, exact, refused};
use chrono::TimeDelta;

fn staff() -> Actor {
    Actor::system("test")
}

fn new(coach_bp: i32, starts_at: &str) -> NewShareRule {
    let starts_at = Some(at(starts_at));
    NewShareRule { organization_id: None, relationship_id: None, base: None, coach_bp, organization_bp: 0, starts_at }
}

async fn held(pool: &PgPool) -> Vec<(i32, String, Option<String>)> {
    let page = list(pool, &ShareRuleFilter::default(), ShareRuleSort::StartsAt, &exact()).await.unwrap();
    let day = |at: DateTime<Utc>| at.date_naive().to_string();
    page.items.into_iter().map(|r| (r.coach_bp, day(r.starts_at), r.ends_at.map(day))).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn one_rule_at_a_time_takes_over_from_the_other(pool: PgPool) {
    for rule in
        [new(1_000, "2026-01-01T00:00:00Z"), new(3_000, "2026-05-01T00:00:00Z"), new(2_000, "2026-03-01T00:00:00Z")]
    {
        create(&pool, &staff(), &rule).await.unwrap();
    }
    let day = |day: &str| day.to_owned();
    let expected = [
        (1_000, day("2026-01-01"), Some(day("2026-03-01"))),
        (2_000, day("2026-03-01"), Some(day("2026-05-01"))),
        (3_000, day("2026-05-01"), None),
    ];
    assert_eq!(held(&pool).await, expected);
    let again = create(&pool, &staff(), &new(1, "2026-03-01T00:00:00Z")).await.unwrap_err();
    let DomainError::Database(error) = again else { panic!("{again}") };
    assert_eq!(error.as_database_error().unwrap().constraint(), Some("share_rules_one_at_a_time"));
    assert_eq!(held(&pool).await, expected);
    let at_that_time = ShareRuleFilter { at: Some(at("2026-04-01T00:00:00Z")), ..ShareRuleFilter::default() };
    let found = list(&pool, &at_that_time, ShareRuleSort::StartsAt, &exact()).await.unwrap();
    assert_eq!(found.items.iter().map(|rule| rule.coach_bp).collect::<Vec<_>>(), [2_000]);
    let logged: Vec<(String,)> =
        sqlx::query_as("SELECT action FROM audit_log WHERE resource = 'share_rule' ORDER BY id")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(logged.len(), 5, "three begun, the first cut short twice: {logged:?}");
}

#[sqlx::test(migrations = "../../migrations")]
async fn parts_and_times_that_cannot_be_are_refused(pool: PgPool) {
    let more = NewShareRule { organization_bp: 4_001, ..new(6_000, "2026-01-01T00:00:00Z") };
    let nobody =
        NewShareRule { organization_id: Some(OrganizationId(Uuid::now_v7())), ..new(1, "2026-01-01T00:00:00Z") };
    let nowhere = NewShareRule {
        relationship_id: Some(CoachingRelationshipId(Uuid::now_v7())),
        ..new(1, "2026-01-01T00:00:00Z")
    };
    let both = NewShareRule { relationship_id: nowhere.relationship_id, ..nobody.clone() };
    for (rule, field) in [
        (new(10_001, "2026-01-01T00:00:00Z"), "coach_bp"),
        (new(-1, "2026-01-01T00:00:00Z"), "coach_bp"),
        (more, "organization_bp"),
        (NewShareRule { organization_bp: i32::MAX, ..new(1, "2026-01-01T00:00:00Z") }, "organization_bp"),
        (nobody, "organization_id"),
        (nowhere, "relationship_id"),
        (both, "relationship_id"),
        (new(1, "1969-12-31T00:00:00Z"), "starts_at"),
    ] {
        assert_eq!(refused(create(&pool, &staff(), &rule).await), field);
    }
    assert_eq!(held(&pool).await, []);
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_withdrawn_rule_leaves_no_gap(pool: PgPool) {
    create(&pool, &staff(), &new(1_000, "2026-01-01T00:00:00Z")).await.unwrap();
    let before = held(&pool).await;
    let later = |days: i64| Utc::now() + TimeDelta::days(days);
    let starting = |coach_bp, at| NewShareRule { starts_at: Some(at), ..new(coach_bp, "2026-01-01T00:00:00Z") };
    let last = create(&pool, &staff(), &starting(3_000, later(60))).await.unwrap();
    let two = held(&pool).await;
    let between = create(&pool, &staff(), &starting(2_000, later(30))).await.unwrap();
    assert_eq!(end(&pool, &staff(), between.id, None).await.unwrap(), None);
    assert_eq!(held(&pool).await, two);
    assert_eq!(end(&pool, &staff(), last.id, None).await.unwrap(), None);
    assert_eq!(held(&pool).await, before, "it goes on as if nothing had been planned");
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_rule_ends_or_is_withdrawn(pool: PgPool) {
    let first = create(&pool, &staff(), &new(1_000, "2026-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(refused(end(&pool, &staff(), first.id, Some(first.starts_at)).await), "ends_at");
    let ended = end(&pool, &staff(), first.id, Some(at("2026-02-01T00:00:00Z"))).await.unwrap().unwrap();
    assert_eq!(ended.ends_at, Some(at("2026-02-01T00:00:00Z")));
    assert_eq!(end(&pool, &staff(), first.id, None).await.unwrap(), Some(ended), "once more is no error");
    assert_eq!(refused(end(&pool, &staff(), first.id, Some(at("2026-03-01T00:00:00Z"))).await), "ends_at");
    let soon = NewShareRule { starts_at: Some(Utc::now() + TimeDelta::days(9)), ..new(2_000, "2026-01-01T00:00:00Z") };
    let soon = create(&pool, &staff(), &soon).await.unwrap();
    assert_eq!(end(&pool, &staff(), soon.id, None).await.unwrap(), None);
    assert_eq!(held(&pool).await.len(), 1);
    assert!(matches!(end(&pool, &staff(), soon.id, None).await, Err(DomainError::NotFound { .. })));
}
