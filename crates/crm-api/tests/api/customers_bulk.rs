//! One change to many customers, over HTTP: the job, its events, who may see and stop it, and the way back.

use crate::support::{Client, EventStream, TestApp};
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::customers::Customer;
use crm_types::jobs::{Job, JobKind, JobState};
use crm_types::realtime::RealtimeEvent;
use reqwest::Method;
use serde_json::{Value, json};

pub async fn finished(client: &Client, job: &Job) -> Job {
    let waiting = async {
        loop {
            let now: Job = client.get(&format!("/api/jobs/{}", job.id)).await.json();
            if now.state.is_over() {
                return now;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), waiting).await.expect("the job ends")
}

async fn create(client: &Client, name: &str, tags: &[&str]) -> Customer {
    client.post_json("/api/customers", &json!({"name": name, "tags": tags})).await.json()
}

async fn bulk(client: &Client, body: &Value) -> Job {
    let reply = client.post_json("/api/customers/bulk", body).await;
    assert_eq!(reply.status, 202, "{}", reply.text());
    let job: Job = reply.json();
    assert_eq!(reply.header("location"), format!("/api/jobs/{}", job.id));
    job
}

#[tokio::test]
async fn a_change_to_many_is_a_job_that_can_be_taken_back() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Support).await;
    let people =
        [create(&ada, "Ada", &["press"]).await, create(&ada, "Adam", &[]).await, create(&ada, "Eve", &[]).await];
    let job = bulk(
        &ada,
        &json!({"action": {"add_tags": ["press", "fair"]}, "all_matching": {"q": "ada", "archived": false}}),
    )
    .await;
    let job = finished(&ada, &job).await;
    assert_eq!((job.state, job.total, job.changed, job.can_undo), (JobState::Succeeded, Some(2), 2, true));
    let tags = async |i: usize| {
        let path = format!("/api/customers/{}", people[i].id);
        ada.get(&path).await.json::<Customer>().tags.join(",")
    };
    assert_eq!(
        (tags(0).await, tags(1).await, tags(2).await),
        ("fair,press".into(), "fair,press".into(), String::new())
    );

    let undo = ada.post(&format!("/api/jobs/{}/undo", job.id)).await;
    assert_eq!(undo.status, 202, "{}", undo.text());
    let undo = finished(&ada, &undo.json()).await;
    assert_eq!((undo.changed, undo.undoes), (2, Some(job.id)));
    assert_eq!((tags(0).await, tags(1).await), ("press".into(), String::new()), "what was there before stays");
    ada.post(&format!("/api/jobs/{}/undo", job.id)).await.problem(409);

    let ids = json!([people[2].id, people[2].id]);
    let archived = finished(&ada, &bulk(&ada, &json!({"action": {"archive": {}}, "ids": ids})).await).await;
    assert_eq!((archived.total, archived.changed), (Some(1), 1));
    ada.post(&format!("/api/jobs/{}/cancel", archived.id)).await.problem(409);
}

#[tokio::test]
async fn wrong_changes_are_refused_with_their_field() {
    let app = TestApp::spawn().await;
    let ada = app.client(Role::Marketer).await;
    for (body, field) in [
        (json!({"action": {"archive": {}}}), "ids"),
        (json!({"action": {"archive": {}}, "ids": [], "all_matching": {}}), "ids"),
        (json!({"action": {"archive": {}}, "ids": []}), "ids"),
        (json!({"action": {"add_tags": []}, "all_matching": {}}), "action"),
        (json!({"action": {"add_tags": ["a,b"]}, "all_matching": {}}), "tags"),
        (json!({"action": {"archive": {}}, "all_matching": {"tagg": "x"}}), "tagg"),
        (json!({"action": {"archive": {}}, "all_matching": {"tier": "tier9"}}), "tier"),
        (json!({"action": {"archive": {}}, "all_matching": {"limit": 5}}), "limit"),
        (json!({"action": {"archive": {}}, "all_matching": {"q": ["a"]}}), "all_matching.q"),
        (json!({"action": {"archive": {"force": true}}, "all_matching": {}}), "force"),
        (json!({"action": {"archive": {}}, "all_matching": {}, "force": true}), "force"),
    ] {
        let problem = ada.post_json("/api/customers/bulk", &body).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{body}");
    }
    let unknown = ada.post_json("/api/customers/bulk", &json!({"action": {"erase": {}}, "all_matching": {}})).await;
    unknown.problem(422);
    assert_eq!(ada.get("/api/jobs").await.json::<Page<Job>>().total, 0, "nothing was begun");
}

#[tokio::test]
async fn people_see_their_own_jobs_and_an_owner_all() {
    let app = TestApp::spawn().await;
    let (ada, bob, owner) =
        (app.client(Role::Support).await, app.client(Role::Support).await, app.client(Role::Owner).await);
    let mut events = EventStream::open(owner.request(Method::GET, "/api/events")).await;
    events.block().await.expect("the hello");
    let job = bulk(&ada, &json!({"action": {"set_priority": "vip"}, "all_matching": {}})).await;
    let event = events.event().await.unwrap();
    assert_eq!(event.name, "job.progress");
    let event: RealtimeEvent = serde_json::from_str(&event.data).unwrap();
    let (id, kind, state) = (job.id, JobKind::CustomersBulk, JobState::Queued);
    assert_eq!(event, RealtimeEvent::JobProgress { id, kind, state, done: 0, total: None });
    finished(&ada, &job).await;
    let path = format!("/api/jobs/{}", job.id);
    bob.get(&path).await.problem(404);
    bob.post(&format!("{path}/cancel")).await.problem(404);
    bob.post(&format!("{path}/undo")).await.problem(404);
    assert_eq!(owner.get(&path).await.json::<Job>().id, job.id);
    let total =
        async |client: &Client, query: &str| client.get(&format!("/api/jobs?{query}")).await.json::<Page<Job>>().total;
    assert_eq!((total(&ada, "").await, total(&bob, "").await, total(&owner, "").await), (1, 0, 1));
    assert_eq!(
        (total(&owner, "state=succeeded&kind=customers.bulk").await, total(&owner, "state=running").await),
        (1, 0)
    );
    app.client(Role::Viewer).await.post(&format!("{path}/undo")).await.problem(403);
}
