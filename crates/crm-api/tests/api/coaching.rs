//! Who coaches whom, over HTTP.

use crate::support::{Client, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::coaching::{
    Coach, CoachClient, CoachDetails, CoachMonths, CoachingRelationship, CoachingStatus, HandedOver,
};
use crm_types::customers::Customer;
use crm_types::revenue::CoachingShare;
use reqwest::Method;
use serde_json::json;

async fn person(client: &Client, name: &str) -> Customer {
    client.post_json("/api/customers", &json!({"name": name})).await.json()
}

#[tokio::test]
async fn a_coach_is_given_changed_and_taken_and_all_is_remembered() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Marketer).await;
    let (first, second) = (person(&ada, "First Coach").await, person(&ada, "Second Coach").await);
    let client = person(&ada, "Client").await;
    let path = format!("/api/customers/{}", client.id);
    let give = async |version: i64, coach: serde_json::Value| {
        let reply = ada.send_json(Method::PATCH, &path, &json!({"version": version, "coach_id": coach})).await;
        reply.json::<Customer>()
    };
    assert_eq!(give(1, json!(first.id)).await.coach.unwrap().name, "First Coach");
    let taken = json!({"coach_id": second.id, "client_id": client.id});
    let problem = ada.post_json("/api/coaching-relationships", &taken).await.problem(409);
    assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), ("client_id", "taken"));
    assert_eq!(give(2, json!(second.id)).await.coach.unwrap().id, second.id);
    let filter = format!("/api/customers?coach={}", second.id);
    assert_eq!(ada.get(&filter).await.json::<Page<Customer>>().items[0].id, client.id);
    let coaches: Page<Coach> = ada.get("/api/coaches?q=scond").await.json();
    assert_eq!((coaches.total, coaches.items[0].id, coaches.items[0].clients), (1, second.id, 1));

    let own = json!({"version": 3, "coach_id": client.id});
    assert_eq!(ada.send_json(Method::PATCH, &path, &own).await.problem(422).errors[0].field, "coach_id");
    let list = format!("/api/coaching-relationships?client={}", client.id);
    let history: Page<CoachingRelationship> = ada.get(&list).await.json();
    let [now, before] = &history.items[..] else { panic!("{history:?}") };
    assert_eq!((now.coach.id, now.status, now.ended_at), (second.id, CoachingStatus::Active, None));
    assert_eq!((before.coach.id, before.end_reason.as_deref()), (first.id, Some("replaced")));
    assert!(before.ended_at.unwrap() <= now.started_at);

    let one = format!("/api/crm/coaching-relationships/{}", now.id);
    for (verb, status) in [("pause", CoachingStatus::Paused), ("resume", CoachingStatus::Active)] {
        assert_eq!(ada.post(&format!("{one}/{verb}")).await.json::<CoachingRelationship>().status, status);
    }
    let long = json!({"reason": "x".repeat(201)});
    assert_eq!(ada.post_json(&format!("{one}/end"), &long).await.problem(422).errors[0].field, "reason");
    let ended: CoachingRelationship =
        ada.post_json(&format!("{one}/end"), &json!({"reason": "Moved away"})).await.json();
    assert_eq!((ended.status, ended.end_reason.as_deref()), (CoachingStatus::Ended, Some("Moved away")));
    ada.post(&format!("{one}/pause")).await.problem(409);
    assert_eq!(ada.get(&path).await.json::<Customer>().coach, None);
    for (body, field) in [
        (json!({"coach_id": first.id, "client_id": client.id, "started_at": "2999-01-01T00:00:00Z"}), "started_at"),
        (json!({"coach_id": first.id, "client_id": first.id}), "coach_id"),
        (json!({"coach_id": first.id}), "client_id"),
        (json!({"coach_id": first.id, "client_id": client.id, "share": 100}), "share"),
    ] {
        let problem = ada.post_json("/api/coaching-relationships", &body).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{body}");
    }
    let begun =
        ada.post_json("/api/coaching-relationships", &json!({"coach_id": first.id, "client_id": client.id})).await;
    assert_eq!(begun.status, 201);
    let analyst = app.client(Role::Analyst).await;
    assert_eq!(analyst.get(&list).await.json::<Page<CoachingRelationship>>().total, 3);
    analyst.post(&format!("{one}/pause")).await.problem(403);
}

#[tokio::test]
async fn a_coach_is_shown_with_their_clients_and_handed_over() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Owner).await;
    let (coach, next) = (person(&ada, "Cora Coach").await, person(&ada, "Nora Next").await);
    let (one, two) = (person(&ada, "Clio One").await, person(&ada, "Clio Two").await);
    let path = format!("/api/coaches/{}", coach.id);
    ada.get(&path).await.problem(404);
    for client in [&one, &two] {
        let new = json!({"coach_id": coach.id, "client_id": client.id});
        assert_eq!(ada.post_json("/api/coaching-relationships", &new).await.status, 201);
    }
    let details: CoachDetails = ada.get(&path).await.json();
    assert_eq!((details.coach.clients, details.paying_clients, details.coach.mrr.len()), (2, 0, 0));
    let listed: Page<CoachClient> = ada.get(&format!("{path}/clients?sort=-name&count=exact")).await.json();
    assert_eq!((listed.total, listed.items[0].client.name.as_str()), (2, "Clio Two"));
    let first: Page<CoachClient> = ada.get(&format!("{path}/clients?sort=name&limit=1")).await.json();
    let cursor = first.next_cursor.unwrap();
    let rest: Page<CoachClient> = ada.get(&format!("{path}/clients?sort=name&limit=1&cursor={cursor}")).await.json();
    assert_eq!((rest.items[0].client.id, rest.next_cursor), (two.id, None));
    assert_eq!(ada.get(&format!("{path}/clients?sort=shoe")).await.problem(422).errors[0].field, "sort");
    let months: CoachMonths = ada.get(&format!("{path}/months?months=3")).await.json();
    assert_eq!((months.months.len(), months.months[2].clients), (3, 2));
    assert_eq!(ada.get(&format!("{path}/months?months=0")).await.problem(422).errors[0].field, "months");
    // Nobody coaches their own coach.
    let circle = json!({"coach_id": one.id, "client_id": coach.id});
    let problem = ada.post_json("/api/coaching-relationships", &circle).await.problem(409);
    assert_eq!((problem.errors[0].field.as_str(), problem.errors[0].code.as_str()), ("coach_id", "conflict"));

    // What they get of what the client pays: by the nearest rule.
    let relationship = listed.items[0].relationship_id;
    let share =
        async || ada.get(&format!("/api/coaching-relationships/{relationship}/share")).await.json::<CoachingShare>();
    assert_eq!(share().await.rule, None);
    ada.post_json("/api/revenue/share-rules", &json!({"coach_bp": 3000})).await;
    assert_eq!(share().await.rule.unwrap().coach_bp, 3_000);
    ada.post_json("/api/revenue/share-rules", &json!({"coach_bp": 4000, "relationship_id": relationship})).await;
    assert_eq!(share().await.rule.unwrap().coach_bp, 4_000);

    let hand_over = format!("{path}/hand-over");
    assert_eq!(
        ada.post_json(&hand_over, &json!({"to_coach_id": coach.id})).await.problem(422).errors[0].field,
        "to_coach_id"
    );
    let viewer = app.client(Role::Viewer).await;
    viewer.post_json(&hand_over, &json!({"to_coach_id": next.id})).await.problem(403);
    let done: HandedOver = ada.post_json(&hand_over, &json!({"to_coach_id": next.id})).await.json();
    assert_eq!(done.clients, 2);
    let after: CoachDetails = ada.get(&path).await.json();
    assert_eq!(after.coach.clients, 0, "the page stays: they coached");
    let coaches: Page<Coach> = viewer.get("/api/coaches?sort=-clients").await.json();
    assert_eq!((coaches.total, coaches.items[0].id, coaches.items[0].clients), (1, next.id, 2));
    let early = json!({"ended_at": "2020-01-01T00:00:00Z"});
    let running: Page<CoachingRelationship> =
        ada.get(&format!("/api/coaching-relationships?coach={}&status=active", next.id)).await.json();
    let end = format!("/api/coaching-relationships/{}/end", running.items[0].id);
    assert_eq!(ada.post_json(&end, &early).await.problem(422).errors[0].field, "ended_at");
}
