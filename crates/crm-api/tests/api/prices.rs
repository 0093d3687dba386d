use crate::business;
use crate::simulated_year::{self, SECRET};
use crate::support::TestApp;
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::plans::{MappingPreview, MappingSource, Price, PriceMappingReply, Tier};
use crm_types::subscriptions::Subscription;
use crm_types::{Currency, Money};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_price_is_mapped_and_its_events_are_released() {
    let app = TestApp::spawn().await;
    business::write(app.pool()).await;
    let admin = app.client(Role::Admin).await;
    let page: Page<Price> = admin.get("/api/prices?mapped=false&count=exact").await.json();
    let found: Vec<_> = page.items.iter().map(|p| (p.id.as_str(), p.parked_events, p.subscriptions)).collect();
    assert_eq!(found, [("price_2", 0, 1), ("price_1", 1, 1)]);

    let mapping = "/api/prices/price_1/mapping";
    let tier2 = json!({"stream": "rev1_individual", "tier": "tier2"});
    let reply: PriceMappingReply = admin.send_json(Method::PUT, mapping, &tier2).await.json();
    assert_eq!((reply.price.tier, reply.price.mapped_by), (Some(Tier::Tier2), Some(MappingSource::Admin)));
    assert_eq!((reply.released_events, reply.price.parked_events), (1, 0));
    let mapped: Page<Price> = admin.get("/api/prices?mapped=true").await.json();
    assert_eq!(mapped.total, 1);

    for (body, field) in [
        (json!({"stream": "rev1_individual"}), "tier"),
        (json!({"stream": "rev3_b2b", "tier": "tier1"}), "tier"),
        (json!({"tier": "tier1"}), "stream"),
    ] {
        let problem = admin.send_json(Method::PUT, mapping, &body).await.problem(422);
        assert_eq!(problem.errors[0].field, field, "{body}");
    }
    for unknown in ["price_9", "%00", "%20"] {
        admin.send_json(Method::PUT, &format!("/api/prices/{unknown}/mapping"), &tier2).await.problem(404);
    }
    app.client(Role::Analyst).await.send_json(Method::PUT, mapping, &tier2).await.problem(403);
    assert_eq!(admin.get("/api/prices?mapped=perhaps").await.problem(422).errors[0].field, "mapped");
}

#[actix_web::test]
async fn a_preview_says_what_the_mapping_then_does() {
    let app = TestApp::spawn_with(&[("STRIPE_WEBHOOK_SECRETS", SECRET)]).await;
    simulated_year::play(&app, stripe_sandbox::ApiShape::Current, 200).await;
    let admin = app.client(Role::Admin).await;
    let unmapped: Page<Price> = admin.get("/api/prices?mapped=false").await.json();
    let legacy =
        unmapped.items.iter().find(|price| price.parked_events > 0).expect("a price that events wait for").id.clone();
    let path = format!("/api/prices/{legacy}/mapping");
    let mut before = 0;
    for (mapping, waits) in [
        (json!({"stream": "rev1_individual", "tier": "tier2"}), true),
        (json!({"stream": "rev3_b2b"}), false),
        (json!({"stream": "rev3_b2b"}), false),
    ] {
        let preview: MappingPreview = admin.post_json(&format!("{path}/preview"), &mapping).await.json();
        assert_eq!((preview.customers, preview.waiting_events > 0), (preview.computed, waits), "{mapping}");
        let stream = mapping["stream"].as_str().unwrap();
        let movements: i64 =
            sqlx::query_scalar("SELECT count(*) FROM mrr_movements").fetch_one(app.pool()).await.unwrap();

        admin.send_json(Method::PUT, &path, &mapping).await.json::<PriceMappingReply>();
        simulated_year::drain(&app).await;
        let with_price = format!("/api/subscriptions?price_id={legacy}&stream={stream}&currency=usd&count=exact");
        let held: Page<Subscription> = admin.get(&with_price).await.json();
        let after = held.sums.first().copied().unwrap_or(Money::new(0, Currency::USD)).minor;
        let written: i64 =
            sqlx::query_scalar("SELECT count(*) FROM mrr_movements").fetch_one(app.pool()).await.unwrap();
        if stream == "rev3_b2b" && before == after && preview.changes.is_empty() {
            assert_eq!((preview.rewritten, written), (0, movements), "the same mapping again changes nothing");
        } else {
            let change =
                preview.changes.iter().find(|change| change.stream.as_str() == stream).expect("the new stream grows");
            assert_eq!(change.after.minor - change.before.minor, after, "{mapping}");
            assert!(preview.rewritten > 0 && written > movements, "{mapping}");
        }
        before = after;
    }
    admin.post_json("/api/prices/price_nobody/mapping/preview", &json!({"stream": "rev3_b2b"})).await.problem(404);
    let problem = admin.post_json(&format!("{path}/preview"), &json!({"stream": "rev1_individual"})).await.problem(422);
    assert_eq!(problem.errors[0].field, "tier");
}
