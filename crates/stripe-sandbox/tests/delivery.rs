//! Deliveries: planned disorder, signatures and retries.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod scene;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use scene::{Account, DAY, START};
use stripe_sandbox::{ApiShape, Delivery, Event, Report, signature_header};

const SECRET: &str = "whsec_test";

fn events() -> Vec<Event> {
    let mut account = Account::new(ApiShape::Current);
    account.subscribe(10, None);
    account.sandbox.advance_to(START + 300 * DAY);
    account.sandbox.drain_events()
}

#[test]
fn a_plan_duplicates_and_reorders_within_its_window() {
    let events = events();
    let mut delivery = Delivery::new("http://127.0.0.1:1/", SECRET);
    (delivery.duplicates, delivery.reorder, delivery.window) = (0.2, 0.3, 8);
    let planned = delivery.plan(events.clone());
    assert_eq!(planned, delivery.plan(events.clone()));
    assert!(planned.len() > events.len(), "nothing was duplicated");
    let place: HashMap<&str, usize> =
        events.iter().enumerate().map(|(place, event)| (event.id.as_str(), place)).collect();
    let mut moved = 0;
    let mut seen = HashMap::new();
    for event in &planned {
        *seen.entry(event.id.as_str()).or_insert(0) += 1;
    }
    for pair in planned.windows(2) {
        moved += usize::from(place[pair[0].id.as_str()] > place[pair[1].id.as_str()]);
    }
    assert!(moved > 5, "{moved}");
    assert_eq!(seen.len(), events.len(), "nothing may be lost");
    assert!(seen.values().all(|times| *times <= 2));
    // Nobody is overtaken by what happened more than a window later.
    let mut latest = 0;
    for event in &planned {
        let own = place[event.id.as_str()];
        latest = latest.max(own);
        assert!(latest - own <= 8 + 1, "{latest} {own}");
    }
    (delivery.duplicates, delivery.reorder) = (0.0, 0.0);
    assert_eq!(delivery.plan(events.clone()), events);
}

/// What a receiver saw: every body by event id, and how often it was asked.
#[derive(Default)]
struct Seen {
    asked: HashMap<String, u32>,
    accepted: HashMap<String, Vec<u8>>,
}

/// Refuses each event's first delivery with 503, checks signatures, and never takes `invoice.created`.
async fn receive(request: HttpRequest, body: web::Bytes, seen: web::Data<Arc<Mutex<Seen>>>) -> HttpResponse {
    let header = request.headers().get("Stripe-Signature").unwrap().to_str().unwrap();
    let timestamp: i64 = header.split([',', '=']).nth(1).unwrap().parse().unwrap();
    assert_eq!(header, signature_header(SECRET, timestamp, &body));
    let event: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let id = event["id"].as_str().unwrap().to_owned();
    let mut seen = seen.lock().unwrap();
    let asked = seen.asked.entry(id.clone()).or_default();
    *asked += 1;
    if event["type"] == "invoice.created" {
        return HttpResponse::BadRequest().finish();
    }
    if *asked == 1 {
        return HttpResponse::ServiceUnavailable().finish();
    }
    seen.accepted.insert(id, body.to_vec());
    HttpResponse::Ok().finish()
}

#[actix_web::test]
async fn events_are_signed_retried_and_counted() {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let data = web::Data::new(Arc::clone(&seen));
    let server = HttpServer::new(move || App::new().app_data(data.clone()).route("/hook", web::post().to(receive)))
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .unwrap();
    let url = format!("http://{}/hook", server.addrs()[0]);
    let server = server.run();
    let handle = server.handle();
    let running = actix_web::rt::spawn(server);

    let events: Vec<Event> = events().into_iter().take(40).collect();
    let refused = events.iter().filter(|event| event.kind == "invoice.created").count() as u64;
    let mut delivery = Delivery::new(url, SECRET);
    delivery.backoff = Duration::from_millis(1);
    let client = reqwest::Client::new();
    let report = delivery.send(&client, &events, 8).await.unwrap();
    let acknowledged = 40 - refused;
    assert!(refused > 0);
    assert_eq!(report, Report { acknowledged, refused, failed: 0, retries: acknowledged });
    for event in events.iter().filter(|event| event.kind != "invoice.created") {
        assert_eq!(seen.lock().unwrap().accepted[&event.id], event.body);
    }
    handle.stop(false).await;
    running.await.unwrap().unwrap();

    // Nobody listens there. The port that was just given back may be another test's by now.
    delivery.url = "http://127.0.0.1:1/hook".to_owned();
    delivery.attempts = 2;
    let report = delivery.send(&client, &events[..1], 1).await.unwrap();
    assert_eq!(report, Report { failed: 1, retries: 1, ..Report::default() });
    delivery.url = "nowhere".to_owned();
    assert!(delivery.send(&client, &events, 1).await.is_err());
}
