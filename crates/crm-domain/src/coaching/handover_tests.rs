use super::*;
use crate::coaching::clients::{self, ClientFilter};
use crate::coaching::edit::{begin, pause};
use crate::coaching::list::{CoachingFilter, list};
use crate::coaching::{coach, months};
use crate::customers::edit;
use crate::fixture::{self, exact};
use crm_types::coaching::{
    CoachClientSort, CoachingRelationship, CoachingSort, CoachingStatus, NewCoachingRelationship,
};
use crm_types::customers::NewCustomer;

fn staff() -> Actor {
    Actor::system("test")
}

async fn person(pool: &PgPool, name: &str) -> CustomerId {
    let new = NewCustomer { name: Some(name.into()), ..NewCustomer::default() };
    edit::create(pool, &staff(), &new).await.unwrap().id
}

async fn coached(pool: &PgPool, coach: CustomerId, client: CustomerId) -> CoachingRelationship {
    let new = NewCoachingRelationship { coach_id: coach, client_id: client, organization_id: None, started_at: None };
    begin(pool, &staff(), &new).await.unwrap()
}

fn of(coach: CustomerId) -> ClientFilter {
    ClientFilter { coach, q: None, lifecycle: None, paying: None, status: None }
}

async fn names(pool: &PgPool, coach: CustomerId) -> Vec<String> {
    let page = clients::list(pool, &of(coach), CoachClientSort::Name, &exact()).await.unwrap();
    page.items.into_iter().map(|one| one.client.name).collect()
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_portfolio_goes_over_at_one_instant(pool: PgPool) {
    let (ada, bob) = (person(&pool, "Ada").await, person(&pool, "Bob").await);
    let mut clients = Vec::new();
    for name in ["Cyd", "Dan", "Eve"] {
        clients.push(person(&pool, name).await);
    }
    for client in &clients {
        coached(&pool, ada, *client).await;
    }
    let of_bob = coached(&pool, ada, bob).await;
    pause(&pool, &staff(), of_bob.id).await.unwrap();
    assert_eq!(hand_over(&pool, &staff(), ada, bob).await.unwrap().clients, 3);
    assert_eq!(names(&pool, bob).await, ["Cyd", "Dan", "Eve"]);
    assert_eq!(names(&pool, ada).await, ["Bob"], "nobody coaches themselves");
    let filter = CoachingFilter { client: Some(clients[0]), ..CoachingFilter::default() };
    let history = list(&pool, &filter, CoachingSort::StartedAt, &exact()).await.unwrap().items;
    assert_eq!(history[0].ended_at, Some(history[1].started_at));
    assert_eq!((history[0].end_reason.as_deref(), history[1].status), (Some("replaced"), CoachingStatus::Active));
    let logged: Vec<(String, i64)> = sqlx::query_as(
        "SELECT action, count(*) FROM audit_log WHERE resource = 'coaching_relationship' GROUP BY 1 ORDER BY 1",
    )
    .fetch_all(&pool)
    .await
    .unwrap();
    let counted = [("created", 7), ("ended", 3), ("paused", 1)];
    assert_eq!(logged, counted.map(|(verb, n)| (format!("coaching_relationship.{verb}"), n)));
    // Whoever has an older version of a client open is told.
    assert_eq!(crate::customers::list::find(&pool, clients[0]).await.unwrap().version, 3);
    // Once more there is nobody left to hand over.
    assert_eq!(hand_over(&pool, &staff(), ada, bob).await.unwrap().clients, 0);
}

#[sqlx::test(migrations = "../../migrations")]
async fn to_nobody_who_is_coached_by_a_client_or_is_not_there(pool: PgPool) {
    let (ada, bob, cyd) = (person(&pool, "Ada").await, person(&pool, "Bob").await, person(&pool, "Cyd").await);
    coached(&pool, ada, cyd).await;
    coached(&pool, cyd, bob).await;
    let DomainError::Conflict { field, message } = hand_over(&pool, &staff(), ada, bob).await.unwrap_err() else {
        panic!("a conflict");
    };
    assert_eq!(field.as_deref(), Some("to_coach_id"));
    assert!(message.starts_with("Cyd coaches"), "{message}");
    assert_eq!(names(&pool, ada).await, ["Cyd"], "nothing happened");
    let gone = person(&pool, "Gone").await;
    edit::archive(&pool, &staff(), gone).await.unwrap();
    for to in [ada, gone, CustomerId(Uuid::nil())] {
        let error = hand_over(&pool, &staff(), ada, to).await.unwrap_err();
        assert!(matches!(&error, DomainError::Invalid { field, .. } if field == "to_coach_id"), "{error:?}");
    }
    let nobody = hand_over(&pool, &staff(), CustomerId(Uuid::nil()), ada).await.unwrap_err();
    assert!(matches!(nobody, DomainError::NotFound { what: "coach", .. }));
}

#[sqlx::test(migrations = "../../migrations")]
async fn a_coachs_figures_are_the_sums_of_their_clients(pool: PgPool) {
    let ada = person(&pool, "Ada").await;
    assert!(
        matches!(coach::find(&pool, ada).await, Err(DomainError::NotFound { what: "coach", .. })),
        "coached nobody"
    );
    let usd = fixture::customer(&pool, "Usd", "2026-01-01T00:00:00Z").await;
    let eur = fixture::customer(&pool, "Eur", "2026-01-01T00:00:00Z").await;
    let free = person(&pool, "Free").await;
    sqlx::query("UPDATE customers SET mrr_minor = 1900, currency = CASE name WHEN 'Usd' THEN 'usd' ELSE 'eur' END WHERE name IN ('Usd', 'Eur')")
        .execute(&pool)
        .await
        .unwrap();
    for client in [CustomerId(usd), CustomerId(eur), free] {
        coached(&pool, ada, client).await;
    }
    let found = coach::find(&pool, ada).await.unwrap();
    assert_eq!((found.coach.clients, found.paying_clients, found.paused_clients), (3, 2, 0));
    let page = clients::list(&pool, &of(ada), CoachClientSort::MrrDescending, &exact()).await.unwrap();
    let mut sums = page.sums.clone();
    sums.sort_by_key(|sum| std::cmp::Reverse((sum.minor, std::cmp::Reverse(sum.currency))));
    assert_eq!(sums, found.coach.mrr);
    assert_eq!(page.total, 3);
    let narrowed = |filter: ClientFilter| {
        let pool = pool.clone();
        async move { clients::list(&pool, &filter, CoachClientSort::StartedAt, &exact()).await.unwrap().total }
    };
    assert_eq!(narrowed(ClientFilter { paying: Some(true), ..of(ada) }).await, 2);
    assert_eq!(narrowed(ClientFilter { paying: Some(false), ..of(ada) }).await, 1);
    assert_eq!(narrowed(ClientFilter { status: Some(CoachingStatus::Paused), ..of(ada) }).await, 0);
    let months = months::months(&pool, ada, 12).await.unwrap();
    assert_eq!((months.months.len(), months.months[11].clients, months.months[10].clients), (12, 3, 0));
}
