//! Who coaches whom, over HTTP.

use crate::support::{Client, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::coaching::{Coach, CoachingRelationship, CoachingStatus};
use crm_types::customers::Customer;
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
