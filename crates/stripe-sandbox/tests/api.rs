//! The HTTP API, by async-stripe's types and by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod scene;

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use scene::{Account, DAY, START};
use serde_json::{Value, json};
use stripe::{Client, ClientBuilder};
use stripe_billing::SubscriptionStatus;
use stripe_billing::invoice::{
    CreatePreviewInvoice, CreatePreviewInvoiceSubscriptionDetails, CreatePreviewInvoiceSubscriptionDetailsItems,
    RetrieveInvoice,
};
use stripe_billing::subscription::{
    CancelSubscription, CreateSubscription, CreateSubscriptionItems, ListSubscription, RetrieveSubscription,
    UpdateSubscription,
};
use stripe_core::customer::{CreateCustomer, ListCustomer, RetrieveCustomer};
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::RetrievePaymentIntent;
use stripe_core::refund::CreateRefund;
use stripe_product::price::RetrievePrice;
use stripe_product::product::ListProduct;
use stripe_sandbox::{ApiShape, Sandbox, serve};

const KEY: &str = "sk_test_sandbox";

/// A served account: its address and the sandbox behind it.
struct Served {
    url: String,
    sandbox: Arc<Mutex<Sandbox>>,
    standard: String,
    premium: String,
    service: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Served {
    fn drop(&mut self) {
        self.service.abort();
    }
}

impl Served {
    fn start() -> Self {
        let account = Account::new(ApiShape::Current);
        let sandbox = Arc::new(Mutex::new(account.sandbox));
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let service = tokio::spawn(serve(listener, Arc::clone(&sandbox), KEY.to_owned()));
        Self { url, sandbox, standard: account.standard, premium: account.premium, service }
    }

    fn client(&self) -> Client {
        // An error only says that another test was first.
        let _first = rustls::crypto::ring::default_provider().install_default();
        ClientBuilder::new(KEY).url(self.url.clone()).build().unwrap()
    }

    async fn post(&self, path: &str, key: Option<&str>, form: &str) -> (u16, Value) {
        let mut request = reqwest::Client::new()
            .post(format!("{}v1/{path}", self.url))
            .bearer_auth(KEY)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let request = reqwest::Client::new().get(format!("{}v1/{path}", self.url)).basic_auth(KEY, None::<&str>);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

fn items(price: &str) -> Vec<CreateSubscriptionItems> {
    let mut item = CreateSubscriptionItems::new();
    item.price = Some(price.to_owned());
    item.quantity = Some(2);
    vec![item]
}

#[tokio::test]
async fn async_stripe_understands_every_reply() {
    let served = Served::start();
    let client = served.client();
    let customer = CreateCustomer::new()
        .email("mika@example.org")
        .name("Mika Häkkinen")
        .metadata([("acquisition_source".to_owned(), "event".to_owned())])
        .send(&client)
        .await
        .unwrap();
    let found = ListCustomer::new().email("mika@example.org").send(&client).await.unwrap();
    assert_eq!(found.data.len(), 1);
    assert_eq!(found.data[0].id, customer.id);
    RetrieveCustomer::new(customer.id.clone()).send(&client).await.unwrap();

    let created = CreateSubscription::new()
        .customer(customer.id.to_string())
        .items(items(&served.standard))
        .send(&client)
        .await
        .unwrap();
    assert_eq!(created.status, SubscriptionStatus::Active);
    assert_eq!(created.items.data[0].price.unit_amount, Some(1_900));
    let updated = UpdateSubscription::new(created.id.clone()).cancel_at_period_end(true).send(&client).await.unwrap();
    assert!(updated.cancel_at_period_end);
    let retrieved = RetrieveSubscription::new(created.id.clone()).send(&client).await.unwrap();
    assert_eq!(retrieved.items.data[0].current_period_end, START + 31 * DAY);
    let listed = ListSubscription::new().customer(customer.id.to_string()).send(&client).await.unwrap();
    assert_eq!(listed.data.len(), 1);

    let invoice_id = retrieved.latest_invoice.unwrap().id().clone().unwrap();
    let invoice = RetrieveInvoice::new(invoice_id).send(&client).await.unwrap();
    assert_eq!((invoice.total, invoice.amount_paid), (3_800, 3_800));
    assert_eq!(invoice.lines.data.len(), 1);
    let price = RetrievePrice::new(served.standard.clone()).send(&client).await.unwrap();
    assert_eq!(price.unit_amount, Some(1_900));
    assert_eq!(ListProduct::new().send(&client).await.unwrap().data.len(), 3);

    let (_, payments) = served.get(&format!("invoice_payments?invoice={}", invoice.id.unwrap())).await;
    let intent = payments["data"][0]["payment"]["payment_intent"].as_str().unwrap();
    let paid = RetrievePaymentIntent::new(intent).send(&client).await.unwrap();
    assert_eq!(paid.amount_received, 3_800);
    let refund = CreateRefund::new().payment_intent(intent).amount(800).send(&client).await.unwrap();
    assert_eq!((refund.amount, refund.status.as_deref()), (800, Some("succeeded")));

    let canceled = CancelSubscription::new(created.id).send(&client).await.unwrap();
    assert_eq!(canceled.status, SubscriptionStatus::Canceled);
    let events = ListEvent::new().limit(100).send(&client).await.unwrap();
    assert!(events.data.len() > 10);
    assert!(!events.has_more);
}

#[tokio::test]
async fn trials_pauses_and_changes_by_form() {
    let served = Served::start();
    let (_, customer) = served.post("customers", None, "name=Ada&metadata[ref]=x").await;
    let customer = customer["id"].as_str().unwrap();
    let form = format!("customer={customer}&items[0][price]={}&trial_period_days=10", served.standard);
    let (status, sub) = served.post("subscriptions", None, &form).await;
    assert_eq!((status, &sub["status"]), (200, &json!("trialing")));
    let path = format!("subscriptions/{}", sub["id"].as_str().unwrap());

    let to = START + 12 * DAY;
    let (_, clock) = served.post("test_helpers/test_clocks/clock_1/advance", None, &format!("frozen_time={to}")).await;
    assert_eq!(clock["frozen_time"], json!(to));
    let (_, sub) = served.get(&format!("{path}?expand[0]=latest_invoice&expand[1]=customer")).await;
    assert_eq!(sub["status"], json!("active"));
    assert_eq!(sub["latest_invoice"]["amount_paid"], json!(1_900));
    assert_eq!(sub["customer"]["metadata"]["ref"], json!("x"));

    let item = sub["items"]["data"][0]["id"].as_str().unwrap();
    let form = format!("items[0][id]={item}&items[0][price]={}&proration_behavior=always_invoice", served.premium);
    let (_, sub) = served.post(&path, None, &form).await;
    assert_eq!(sub["items"]["data"][0]["price"]["unit_amount"], json!(2_900));
    let (_, sub) = served.post(&path, None, "pause_collection[behavior]=void").await;
    assert_eq!(sub["pause_collection"]["behavior"], json!("void"));
    let (_, sub) = served.post(&path, None, "pause_collection=").await;
    assert_eq!(sub["pause_collection"], json!(null));

    served.post("coupons", None, "id=TEN&percent_off=10&duration=forever").await;
    let (_, sub) = served.post(&path, None, "discounts[0][coupon]=TEN").await;
    assert_eq!(sub["discounts"].as_array().unwrap().len(), 1);
    let (_, sub) = served.get(&format!("{path}?expand[]=discounts.source.coupon")).await;
    assert_eq!(sub["discounts"][0]["source"]["coupon"]["percent_off"], json!(10));
}

#[tokio::test]
async fn errors_look_like_stripes() {
    let served = Served::start();
    let (status, body) = served.get("customers/cus_none").await;
    assert_eq!(status, 404);
    assert_eq!(body["error"]["code"], json!("resource_missing"));
    assert_eq!(body["error"]["type"], json!("invalid_request_error"));
    let (status, body) = served.post("subscriptions", None, "").await;
    assert_eq!((status, &body["error"]["param"]), (400, &json!("customer")));
    let (status, _) = served.get("nowhere").await;
    assert_eq!(status, 404);
    let unauthorized = reqwest::get(format!("{}v1/customers", served.url)).await.unwrap();
    assert_eq!(unauthorized.status(), 401);

    let (_, customer) = served.post("customers", None, "payment_method=pm_card_chargeCustomerFail").await;
    let form = format!(
        "customer={}&items[0][price]={}&payment_behavior=error_if_incomplete",
        customer["id"].as_str().unwrap(),
        served.standard
    );
    let (status, body) = served.post("subscriptions", None, &form).await;
    assert_eq!((status, &body["error"]["type"]), (402, &json!("card_error")));
}

#[tokio::test]
async fn an_idempotency_key_acts_once() {
    let served = Served::start();
    let first = served.post("customers", Some("k1"), "name=Ada").await;
    assert_eq!(first, served.post("customers", Some("k1"), "name=Ada").await);
    let (status, body) = served.post("customers", Some("k1"), "name=Bob").await;
    assert_eq!((status, &body["error"]["type"]), (400, &json!("idempotency_error")));
    let events = served.sandbox.lock().unwrap().drain_events();
    assert_eq!(scene::kinds(&events), ["customer.created"]);
    assert_eq!(scene::json(&events[0])["request"]["idempotency_key"], json!("k1"));
}

#[tokio::test]
async fn list_events_pages_and_filters() {
    let served = Served::start();
    for name in ["a", "b", "c"] {
        served.post("customers", None, &format!("name={name}")).await;
    }
    let (_, page) = served.get("events?limit=2&type=customer.created").await;
    assert_eq!(page["has_more"], json!(true));
    assert_eq!(page["data"][0]["data"]["object"]["name"], json!("c"));
    let after = page["data"][1]["id"].as_str().unwrap();
    let (_, page) = served.get(&format!("events?types[0]=customer.*&starting_after={after}")).await;
    let names: Vec<&str> =
        page["data"].as_array().unwrap().iter().filter_map(|event| event["data"]["object"]["name"].as_str()).collect();
    assert_eq!(names, ["a", "Zoë Ångström"]);
    let (_, page) = served.get(&format!("events?created[gt]={START}")).await;
    assert_eq!(page["data"], json!([]));
    let (status, event) = served.get(&format!("events/{after}")).await;
    assert_eq!((status, &event["id"]), (200, &json!(after)));
}

#[tokio::test]
async fn what_is_asked_before_a_change_is_typed_and_changes_nothing() {
    let served = Served::start();
    let client = served.client();
    let (_, customer) = served.post("customers", None, "name=Ada").await;
    let form = format!("customer={}&items[0][price]={}", customer["id"].as_str().unwrap(), served.standard);
    let (_, sub) = served.post("subscriptions", None, &form).await;
    let (id, item) = (sub["id"].as_str().unwrap(), sub["items"]["data"][0]["id"].as_str().unwrap());
    {
        let mut sandbox = served.sandbox.lock().unwrap();
        sandbox.advance_to(START + 31 * DAY / 2);
        sandbox.drain_events();
    }
    let before = served.get(&format!("subscriptions/{id}")).await;
    let preview = |proration: &str| {
        let mut new = CreatePreviewInvoiceSubscriptionDetailsItems::new();
        (new.id, new.price, new.quantity) = (Some(item.to_owned()), Some(served.premium.clone()), Some(1));
        let mut details = CreatePreviewInvoiceSubscriptionDetails::new();
        details.items = Some(vec![new]);
        details.proration_behavior = Some(proration.parse().unwrap());
        CreatePreviewInvoice::new().subscription(id).subscription_details(details)
    };
    let later = preview("create_prorations").send(&client).await.unwrap();
    let amounts: Vec<i64> = later.lines.data.iter().map(|line| line.amount).collect();
    // Half of $19 back, half of $29, and the next month.
    assert_eq!((amounts, later.total), (vec![-950, 1_450, 2_900], 3_400));
    let at_once = preview("always_invoice").send(&client).await.unwrap();
    assert_eq!((at_once.total, at_once.lines.data.len()), (500, 2));
    assert_eq!(preview("none").send(&client).await.unwrap().total, 2_900);
    let form = format!(
        "subscription={id}&subscription_details[items][0][id]={item}&subscription_details[items][0][price]={}",
        served.premium
    );
    let (status, refused) =
        served.post("invoices/create_preview", None, &format!("{form}&subscription_details[proration_date]=1")).await;
    assert_eq!((status, &refused["error"]["param"]), (400, &json!("subscription_details[proration_date]")));
    assert_eq!(served.get(&format!("subscriptions/{id}")).await, before);
    assert!(served.sandbox.lock().unwrap().drain_events().is_empty());

    served.post("coupons", None, "id=TEN&percent_off=10&duration=forever").await;
    let (_, coupons) = served.get("coupons?limit=100").await;
    assert_eq!(coupons["data"][0]["id"], json!("TEN"));
    let (_, portal) =
        served.post("billing_portal/sessions", None, &format!("customer={}", customer["id"].as_str().unwrap())).await;
    assert!(portal["url"].as_str().unwrap().starts_with("https://billing.stripe.com/"));
    let (status, _) = served.post("billing_portal/sessions", None, "customer=cus_none").await;
    assert_eq!(status, 404);
    let form =
        format!("mode=subscription&success_url=x&line_items[0][price]={}&line_items[0][quantity]=1", served.standard);
    let (_, checkout) = served.post("checkout/sessions", None, &form).await;
    assert_eq!(checkout["status"], json!("open"));
}

#[tokio::test]
async fn faults_befall_as_many_requests_as_they_are_ordered_for() {
    let served = Served::start();
    served.post("test_helpers/faults", None, "kind=429&count=2").await;
    let (status, body) = served.post("customers", Some("k1"), "name=Ada").await;
    assert_eq!((status, &body["error"]["message"]), (429, &json!("Request rate limit exceeded.")));
    assert_eq!(served.get("customers").await.0, 429);
    assert_eq!(served.post("customers", Some("k1"), "name=Ada").await.0, 200);
    // Done, but the answer is lost: the key tells the next try what was done.
    served.post("test_helpers/faults", None, "kind=500&done=true").await;
    assert_eq!(served.post("customers", Some("k2"), "name=Bob").await.0, 500);
    let (status, bob) = served.post("customers", Some("k2"), "name=Bob").await;
    assert_eq!((status, &bob["name"]), (200, &json!("Bob")));
    let events = served.sandbox.lock().unwrap().drain_events();
    assert_eq!(scene::kinds(&events), ["customer.created"; 2]);
    assert_eq!(served.post("test_helpers/faults", None, "kind=flood").await.0, 400);
}

#[tokio::test]
async fn what_goes_astray_is_listed_unless_it_is_forgotten() {
    let served = Served::start();
    served.sandbox.lock().unwrap().drain_events();
    served.post("test_helpers/lost_events", None, "count=1").await;
    served.post("customers", None, "name=Ada").await;
    served.post("test_helpers/lost_events", None, "count=1&forgotten=true").await;
    served.post("customers", None, "name=Bob").await;
    served.post("customers", None, "name=Cyd").await;
    let sent = served.sandbox.lock().unwrap().drain_events();
    assert_eq!(
        sent.iter().map(|e| scene::json(e)["data"]["object"]["name"].clone()).collect::<Vec<_>>(),
        [json!("Cyd")]
    );
    let (_, page) = served.get("events?type=customer.created&limit=2").await;
    let listed: Vec<&Value> = page["data"].as_array().unwrap().iter().map(|e| &e["data"]["object"]["name"]).collect();
    assert_eq!(listed, [&json!("Cyd"), &json!("Ada")]);
}

#[tokio::test]
async fn what_is_read_says_when_by_the_sandboxs_clock_and_faults_when_to_come_again() {
    let served = Served::start();
    let get = || reqwest::Client::new().get(format!("{}v1/disputes", served.url)).bearer_auth(KEY).send();
    let header = |reply: &reqwest::Response, name: &str| Some(reply.headers().get(name)?.to_str().unwrap().to_owned());
    let reply = get().await.unwrap();
    assert_eq!(header(&reply, "date").as_deref(), Some("Mon, 10 Mar 2025 09:00:00 GMT"));
    served.post("test_helpers/faults", None, "kind=429&retry_after=7").await;
    let reply = get().await.unwrap();
    assert_eq!((reply.status().as_u16(), header(&reply, "retry-after").as_deref()), (429, Some("7")));
}
