//! What the sharing of customers' payments is derived from: their payments and refunds, who coached them, and the rules.

use super::derive::{Coaching, During, Payment, Refund, Rule, Scope};
use super::fees;
use crate::billing::facts::InvoiceLine;
use crate::db::Result;
use crate::plans;
use crate::row::parse;
use chrono::{DateTime, Utc};
use crm_types::plans::Stream;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What came in and went back of one customer.
#[derive(Default)]
pub(super) struct Account {
    pub payments: Vec<Payment>,
    pub refunds: Vec<Refund>,
    pub coachings: Vec<Coaching>,
}

/// What these customers paid and got back, and who coached them.
pub(super) async fn accounts(db: &mut PgConnection, customers: &[Uuid]) -> Result<HashMap<Uuid, Account>> {
    let mut accounts: HashMap<Uuid, Account> = HashMap::new();
    let mut pauses = pauses(db, customers).await?;
    let rows = sqlx::query!(
        r#"SELECT id, client_id, coach_id, organization_id, lower(during) AS "from!", upper(during) AS "to"
           FROM coaching_relationships WHERE client_id = ANY($1)"#,
        customers,
    )
    .fetch_all(&mut *db)
    .await?;
    for row in rows {
        accounts.entry(row.client_id).or_default().coachings.push(Coaching {
            id: row.id,
            coach: row.coach_id,
            organization: row.organization_id,
            during: During { from: row.from, to: row.to },
            pauses: pauses.remove(&row.id).unwrap_or_default(),
        });
    }
    let rows = sqlx::query!(
        r#"SELECT customer_id, business_key, payment_key, kind, stripe_subscription_id, currency, amount_minor, tax_minor, fee_minor, reason, occurred_at,
                  lines AS "lines: Json<Vec<InvoiceLine>>"
           FROM transactions
           WHERE customer_id = ANY($1) AND (status IN ('refunded', 'disputed') OR status = 'succeeded' AND kind = 'payment' AND lines IS NOT NULL)"#,
        customers,
    )
    .fetch_all(&mut *db)
    .await?;
    let lines = || rows.iter().filter_map(|row| row.lines.as_ref()).flat_map(|lines| &lines.0);
    let prices: HashSet<String> = lines().filter_map(|line| line.price.clone()).collect();
    let mapping = plans::upsert::mapping(db, &prices.into_iter().collect::<Vec<_>>()).await?;
    let fees = fees::declared(db).await?;
    let stream = |line: &InvoiceLine| Some(mapping.get(line.price.as_ref()?)?.0);
    for row in rows {
        let account = accounts.entry(row.customer_id).or_default();
        let Some(Json(lines)) = row.lines else {
            let (business_key, payment_key, kind) = (row.business_key, row.payment_key, parse("kind", &row.kind)?);
            account.refunds.push(Refund {
                business_key,
                payment_key,
                kind,
                amount: -row.amount_minor,
                at: row.occurred_at,
            });
            continue;
        };
        let currency = parse("currency", &row.currency)?;
        // What was paid outside of Stripe cost nothing there.
        let outside = row.reason.as_deref() == Some("paid_out_of_band");
        let declared = || if outside { 0 } else { fees.of(currency, row.amount_minor, row.occurred_at) };
        account.payments.push(Payment {
            business_key: row.business_key,
            payment_key: row.payment_key,
            subscription: row.stripe_subscription_id,
            currency,
            amount: row.amount_minor,
            tax: row.tax_minor,
            fee: row.fee_minor.unwrap_or_else(declared),
            individual: individual(&lines, stream),
            period: period(&lines, stream),
            at: row.occurred_at,
        });
    }
    Ok(accounts)
}

async fn pauses(db: &mut PgConnection, clients: &[Uuid]) -> Result<HashMap<Uuid, Vec<During>>> {
    let rows = sqlx::query!(
        r#"SELECT p.relationship_id, lower(p.during) AS "from!", upper(p.during) AS "to"
           FROM coaching_relationships r JOIN coaching_pauses p ON p.relationship_id = r.id WHERE r.client_id = ANY($1)"#,
        clients,
    )
    .fetch_all(db)
    .await?;
    let mut pauses: HashMap<Uuid, Vec<During>> = HashMap::new();
    for row in rows {
        pauses.entry(row.relationship_id).or_default().push(During { from: row.from, to: row.to });
    }
    Ok(pauses)
}

/// What of an invoice was for individual subscriptions, and all that it was for. What is credited lowers its own stream.
fn individual(lines: &[InvoiceLine], stream: impl Fn(&InvoiceLine) -> Option<Stream>) -> (i64, i64) {
    let mut streams: HashMap<Option<Stream>, i64> = HashMap::new();
    for line in lines {
        let sum = streams.entry(stream(line)).or_default();
        *sum = sum.saturating_add(line.amount);
    }
    let all = streams.values().fold(0_i64, |all, sum| all.saturating_add((*sum).max(0)));
    (streams.get(&Some(Stream::Rev1Individual)).map_or(0, |sum| (*sum).max(0)), all)
}

/// From the first to the last instant that the lines of individual subscriptions are for.
fn period(
    lines: &[InvoiceLine],
    stream: impl Fn(&InvoiceLine) -> Option<Stream>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let of_individual = || lines.iter().filter(|line| stream(line) == Some(Stream::Rev1Individual));
    let from = of_individual().filter_map(|line| line.from).min()?;
    Some((from, of_individual().filter_map(|line| line.to).max()?))
}

/// The rules that may concern them, those that are over or yet to come included.
pub(super) async fn rules(db: &mut PgConnection, accounts: &HashMap<Uuid, Account>) -> Result<Vec<Rule>> {
    let coachings = || accounts.values().flat_map(|account| &account.coachings);
    let relationships: Vec<Uuid> = coachings().map(|coaching| coaching.id).collect();
    let organizations: HashSet<Uuid> = coachings().filter_map(|coaching| coaching.organization).collect();
    let rows = sqlx::query!(
        r#"SELECT id, organization_id, relationship_id, base, coach_bp, organization_bp, lower(during) AS "from!", upper(during) AS "to"
           FROM share_rules WHERE scope = 'default' OR subject_id = ANY($1) OR subject_id = ANY($2)"#,
        &relationships,
        &organizations.into_iter().collect::<Vec<_>>(),
    )
    .fetch_all(db)
    .await?;
    let mut rules = Vec::with_capacity(rows.len());
    for row in rows {
        let scope = match (row.organization_id, row.relationship_id) {
            (Some(id), _) => Scope::Organization(id),
            (_, Some(id)) => Scope::Relationship(id),
            _ => Scope::Default,
        };
        rules.push(Rule {
            id: row.id,
            scope,
            base: parse("base", &row.base)?,
            coach_bp: row.coach_bp,
            organization_bp: row.organization_bp,
            during: During { from: row.from, to: row.to },
        });
    }
    Ok(rules)
}
