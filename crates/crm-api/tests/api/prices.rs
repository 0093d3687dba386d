use crate::business;
use crate::support::TestApp;
use crm_types::Page;
use crm_types::accounts::Role;
use crm_types::plans::{MappingSource, Price, PriceMappingReply, Tier};
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
