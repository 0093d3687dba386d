//! Events as Stripe sends them, in the current shape and in the one before basil, and the rows that come of them.

use crm_domain::billing::inbox::Delivery;
use serde_json::{Value, json};
use sqlx::PgPool;

/// 2026-01-01T00:00:00Z.
pub const T0: i64 = 1_767_225_600;
pub const DAY: i64 = 86_400;

/// Which shape of the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Current,
    PreBasil,
}

/// A customer with one subscription, whose ids all carry a suffix.
#[derive(Debug, Clone)]
pub struct Life {
    pub shape: Shape,
    pub suffix: String,
}

impl Life {
    pub fn new(shape: Shape, suffix: impl Into<String>) -> Self {
        Self { shape, suffix: suffix.into() }
    }

    pub fn id(&self, kind: &str) -> String {
        format!("{kind}_{}", self.suffix)
    }

    /// Trial, conversion, payment, upgrade, cancellation: six events.
    pub fn six_events(&self) -> Vec<Delivery> {
        vec![
            self.customer("1", "customer.created", T0, "Priya Raman"),
            self.subscription(
                "2",
                "customer.subscription.created",
                T0 + 5,
                "trialing",
                Life::price("price_basic", 900, "tier1"),
            ),
            self.subscription(
                "3",
                "customer.subscription.updated",
                T0 + 10 * DAY,
                "active",
                Life::price("price_basic", 900, "tier1"),
            ),
            self.invoice("4", "invoice.paid", T0 + 10 * DAY + 60, "paid", 900),
            self.subscription(
                "5",
                "customer.subscription.updated",
                T0 + 20 * DAY,
                "active",
                Life::price("price_standard", 1900, "tier2"),
            ),
            self.subscription(
                "6",
                "customer.subscription.deleted",
                T0 + 40 * DAY,
                "canceled",
                Life::price("price_standard", 1900, "tier2"),
            ),
        ]
    }

    fn event(&self, name: &str, kind: &str, at: i64, object: Value) -> Delivery {
        let version = if self.shape == Shape::Current { "2025-12-15.clover" } else { "2022-08-01" };
        let body = json!({"id": format!("evt_{name}_{}", self.suffix), "object": "event", "type": kind, "created": at, "livemode": false,
            "api_version": version, "data": {"object": object}, "pending_webhooks": 1, "request": {"id": null, "idempotency_key": null}});
        Delivery::parse(body.to_string().into_bytes()).unwrap()
    }

    pub fn customer(&self, name: &str, kind: &str, at: i64, label: &str) -> Delivery {
        let object = json!({"id": self.id("cus"), "object": "customer", "created": T0, "email": format!("{}@example.com", self.suffix),
            "name": label, "phone": null, "metadata": {"acquisition_source": "influencer", "utm_campaign": "spring"}});
        self.event(name, kind, at, object)
    }

    /// A price with its stream and tier in its metadata: the same for everybody.
    pub fn price(id: &str, minor: i64, tier: &str) -> Value {
        json!({"id": id, "object": "price", "active": true, "currency": "usd", "product": "prod_app", "nickname": null, "type": "recurring",
            "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"}, "unit_amount": minor,
            "unit_amount_decimal": minor.to_string(), "metadata": {"stream": "rev1_individual", "tier": tier}, "created": T0})
    }

    pub fn subscription(&self, name: &str, kind: &str, at: i64, status: &str, price: Value) -> Delivery {
        let mut item = json!({"id": self.id("si"), "object": "subscription_item", "quantity": 1, "price": price, "subscription": self.id("sub")});
        let mut object = json!({"id": self.id("sub"), "object": "subscription", "customer": self.id("cus"), "status": status, "currency": "usd",
            "created": T0, "start_date": T0, "trial_start": T0, "trial_end": T0 + 10 * DAY, "cancel_at_period_end": false, "cancel_at": null,
            "canceled_at": null, "ended_at": null, "pause_collection": null, "metadata": {},
            "cancellation_details": {"comment": null, "feedback": null, "reason": null}});
        if status == "canceled" {
            object["ended_at"] = json!(at);
            object["canceled_at"] = json!(at);
            object["cancellation_details"]["reason"] = json!("cancellation_requested");
        }
        let (start, end) = (T0 + 10 * DAY, T0 + 40 * DAY);
        match self.shape {
            Shape::Current => {
                item["current_period_start"] = json!(start);
                item["current_period_end"] = json!(end);
                object["discounts"] = json!([]);
            }
            Shape::PreBasil => {
                object["current_period_start"] = json!(start);
                object["current_period_end"] = json!(end);
                object["discount"] = Value::Null;
                item["plan"] = json!({"id": price["id"], "object": "plan", "amount": price["unit_amount"], "currency": "usd", "interval": "month"});
            }
        }
        object["items"] = json!({"object": "list", "data": [item], "has_more": false});
        self.event(name, kind, at, object)
    }

    pub fn invoice(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64) -> Delivery {
        let paid = status == "paid";
        let mut object = json!({"id": self.id("in"), "object": "invoice", "customer": self.id("cus"), "status": status, "currency": "usd",
            "number": format!("N-{}", self.suffix), "created": T0 + 10 * DAY, "amount_due": minor, "amount_paid": if paid { minor } else { 0 },
            "amount_remaining": if paid { 0 } else { minor }, "total": minor, "billing_reason": "subscription_cycle", "attempt_count": 1,
            "status_transitions": {"paid_at": if paid { json!(T0 + 10 * DAY + 60) } else { Value::Null }}});
        let mut line = json!({"id": self.id("il"), "object": "line_item", "amount": minor, "currency": "usd", "discount_amounts": [],
            "period": {"start": T0 + 10 * DAY, "end": T0 + 40 * DAY}});
        match self.shape {
            Shape::Current => {
                line["pricing"] =
                    json!({"type": "price_details", "price_details": {"price": "price_basic", "product": "prod_app"}})
            }
            Shape::PreBasil => line["price"] = Self::price("price_basic", 900, "tier1"),
        }
        object["lines"] = json!({"object": "list", "has_more": false, "data": [line]});
        match self.shape {
            Shape::Current => {
                object["parent"] = json!({"type": "subscription_details", "subscription_details": {"subscription": self.id("sub"), "metadata": {}}});
                object["total_taxes"] = json!([{"amount": 100}]);
            }
            Shape::PreBasil => {
                object["subscription"] = json!(self.id("sub"));
                object["payment_intent"] = json!(self.id("pi"));
                object["charge"] = json!(self.id("ch"));
                object["paid"] = json!(paid);
                object["tax"] = json!(100);
            }
        }
        self.event(name, kind, at, object)
    }

    pub fn payment_intent(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64) -> Delivery {
        let received = if status == "succeeded" { minor } else { 0 };
        let mut object = json!({"id": self.id("pi"), "object": "payment_intent", "customer": self.id("cus"), "status": status, "currency": "usd",
            "amount": minor, "amount_received": received, "created": T0 + 10 * DAY, "latest_charge": self.id("ch"), "last_payment_error": null});
        if self.shape == Shape::PreBasil {
            object["invoice"] = json!(self.id("in"));
        }
        self.event(name, kind, at, object)
    }

    /// Only the current shape has it: it tells which payment intent paid which invoice.
    pub fn invoice_payment(&self, name: &str, at: i64, minor: i64) -> Delivery {
        let object = json!({"id": self.id("inpay"), "object": "invoice_payment", "invoice": self.id("in"), "amount_paid": minor, "currency": "usd",
            "is_default": true, "payment": {"type": "payment_intent", "payment_intent": self.id("pi")}, "status": "paid", "created": at});
        self.event(name, "invoice_payment.paid", at, object)
    }

    /// A dispute; `moves` are what Stripe lists that it moved: out (negative) and back in.
    pub fn dispute(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64, moves: &[i64]) -> Delivery {
        let moves: Vec<Value> = (0_i64..)
            .zip(moves)
            .map(|(i, amount)| json!({"id": format!("txn_{i}"), "object": "balance_transaction", "amount": amount, "fee": 1500, "created": at + i}))
            .collect();
        let object = json!({"id": self.id("du"), "object": "dispute", "amount": minor, "currency": "usd", "charge": self.id("ch"),
            "payment_intent": self.id("pi"), "status": status, "reason": "fraudulent", "created": T0 + 45 * DAY, "balance_transactions": moves});
        self.event(name, kind, at, object)
    }

    pub fn refund(&self, name: &str, kind: &str, at: i64, status: &str, minor: i64) -> Delivery {
        let object = json!({"id": self.id("re"), "object": "refund", "amount": minor, "currency": "usd", "charge": self.id("ch"),
            "payment_intent": self.id("pi"), "status": status, "reason": "requested_by_customer", "created": at});
        self.event(name, kind, at, object)
    }
}

/// Every row about a life, without our ids and clocks, and without the life's suffix.
pub async fn rows(pool: &PgPool, life: &Life) -> Value {
    let sql = "
        WITH c AS (SELECT * FROM customers WHERE stripe_customer_id = $1)
        SELECT jsonb_build_object(
          'customer', (SELECT to_jsonb(c) - '{id,version,updated_at,seen_event}'::text[] FROM c),
          'subscriptions', (SELECT jsonb_agg(to_jsonb(s) - '{id,customer_id,updated_at}'::text[] ORDER BY s.stripe_subscription_id)
                            FROM subscriptions s JOIN c ON c.id = s.customer_id),
          'movements', (SELECT jsonb_agg(to_jsonb(m) - '{id,customer_id,subscription_id,recorded_at}'::text[] || jsonb_build_object('lines',
                            (SELECT jsonb_agg(jsonb_build_array(stream, tier, amount_minor) ORDER BY stream, tier)
                             FROM mrr_movement_lines WHERE movement_id = m.id)) ORDER BY m.occurred_at, m.tie, m.stripe_event_id)
                        FROM mrr_movements_effective m JOIN c ON c.id = m.customer_id),
          'transactions', (SELECT jsonb_agg(to_jsonb(t) - '{id,customer_id,updated_at}'::text[] ORDER BY t.business_key)
                           FROM transactions t JOIN c ON c.id = t.customer_id),
          'journey', (SELECT jsonb_agg(to_jsonb(l) - 'customer_id' ORDER BY l.position) FROM lifecycle_transitions l JOIN c ON c.id = l.customer_id),
          'tiers', (SELECT jsonb_agg(to_jsonb(t) - '{id,customer_id,recorded_at}'::text[] ORDER BY t.occurred_at)
                    FROM tier_transitions t JOIN c ON c.id = t.customer_id
                    WHERE t.reverses IS NULL AND NOT EXISTS (SELECT FROM tier_transitions r WHERE r.reverses = t.id)))";
    let value: Value = sqlx::query_scalar(sql).bind(life.id("cus")).fetch_one(pool).await.unwrap();
    serde_json::from_str(&value.to_string().replace(&life.suffix, "X")).unwrap()
}

/// What must always hold, over everything that was ever delivered.
pub async fn invariants(pool: &PgPool) {
    let checks = [
        ("MRR is the sum of movements", "SELECT count(*) FROM (SELECT currency, sum(mrr_minor) AS a FROM subscriptions GROUP BY 1) s
            FULL JOIN (SELECT currency, sum(amount_minor) AS b FROM mrr_movements GROUP BY 1) m USING (currency) WHERE coalesce(a, 0) <> coalesce(b, 0)"),
        ("lines are the movements", "SELECT count(*) FROM mrr_movements m WHERE amount_minor <> (SELECT sum(amount_minor) FROM mrr_movement_lines WHERE movement_id = m.id)"),
        ("a subscription's MRR is the sum of its lines", "SELECT count(*) FROM subscriptions s WHERE mrr_minor <>
            (SELECT coalesce(sum(amount_minor), 0) FROM mrr_movement_lines WHERE subscription_id = s.id AND currency = s.currency)"),
        ("effective movements are a chain", "SELECT count(*) FROM (SELECT before_minor, lag(after_minor, 1, 0::int8) OVER
            (PARTITION BY customer_id, currency ORDER BY occurred_at, tie, stripe_event_id) AS previous FROM mrr_movements_effective) m WHERE before_minor <> previous"),
        ("the rollup is the ledger", "SELECT count(*) FROM (SELECT m.currency, account_day(m.occurred_at) AS day, movement, l.stream, l.tier, sum(l.amount_minor) AS a
            FROM mrr_movements m JOIN mrr_movement_lines l ON l.movement_id = m.id GROUP BY 1, 2, 3, 4, 5) g
            FULL JOIN mrr_daily d USING (currency, day, movement, stream, tier) WHERE coalesce(a, 0) <> coalesce(amount_minor, 0)"),
        ("the shares of a payment are what stays of it", "SELECT count(*) FROM (SELECT payment_key, currency, sum(paid_minor) AS a FROM revenue_shares
            GROUP BY 1, 2) s WHERE a NOT IN (0, (SELECT greatest(coalesce(sum(amount_minor), 0), 0) FROM transactions t
                WHERE t.payment_key = s.payment_key AND t.status IN ('succeeded', 'refunded', 'disputed')))"),
        ("the sums by month are the ledger's", "SELECT count(*) FROM (SELECT month, currency, sum(paid_minor) AS a, sum(coach_minor) AS b FROM revenue_shares
            GROUP BY 1, 2) s FULL JOIN revenue_monthly m USING (month, currency) WHERE coalesce(a, 0) <> coalesce(paid_minor, 0) OR coalesce(b, 0) <> coalesce(coach_minor, 0)"),
        ("nothing is left to do", "SELECT count(*) FROM stripe_events WHERE state = 'pending'"),
    ];
    for (what, sql) in checks {
        let wrong: i64 = sqlx::query_scalar(sql).fetch_one(pool).await.unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(wrong, 0, "{what}");
    }
    counts_are_kept(pool).await;
}

/// The counts that follow the ledger are those that are made anew from it.
async fn counts_are_kept(pool: &PgPool) {
    const COUNTS: &str = "SELECT coalesce(array_agg(counted.row::text ORDER BY counted.row::text), '{}') FROM (
        SELECT ROW('paying', p.*) AS row FROM paying_daily p WHERE (customers, mrr_minor) <> (0, 0)
        UNION ALL SELECT ROW('kept', r.*) FROM retention_monthly r WHERE (retained_minor, kept_minor, churned) <> (0, 0, 0)
        UNION ALL SELECT ROW('stayed', c.*) FROM cohort_monthly c WHERE (started, customers, mrr_minor) <> (0, 0, 0)
        UNION ALL SELECT ROW('trials', t.*) FROM trial_daily t WHERE (trials, converted) <> (0, 0)
        UNION ALL SELECT ROW('payments', m.*) FROM payment_monthly m WHERE (n, amount_minor) <> (0, 0)
        UNION ALL SELECT ROW('recognised', r.*) FROM recognised_monthly r WHERE amount_minor <> 0
        UNION ALL SELECT ROW('failed', f.*) FROM failed_payments f
        UNION ALL SELECT ROW('begun', d.*) FROM coaching_daily d WHERE begun <> 0) AS counted";
    let mut tx = pool.begin().await.unwrap();
    let kept: Vec<String> = sqlx::query_scalar(COUNTS).fetch_one(&mut *tx).await.unwrap();
    crm_domain::analytics::rollup::rebuild(&mut tx).await.unwrap();
    let anew: Vec<String> = sqlx::query_scalar(COUNTS).fetch_one(&mut *tx).await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(kept, anew, "counts are kept in step");
}

/// All orders of `n` things.
pub fn permutations(n: usize) -> Vec<Vec<usize>> {
    if n == 0 {
        return vec![vec![]];
    }
    permutations(n - 1)
        .into_iter()
        .flat_map(|p| {
            (0..=p.len()).map(move |i| {
                let mut q = p.clone();
                q.insert(i, n - 1);
                q
            })
        })
        .collect()
}
