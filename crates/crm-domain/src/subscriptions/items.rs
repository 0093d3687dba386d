//! What a subscription consists of, as `subscriptions.items` keeps it and as it is shown.

use crate::db::{DomainError, Result};
use crate::exact::{parse_decimal, round_half_away};
use crate::mrr::amount::charge;
use crate::mrr::derive::Standing;
use crate::row::parse;
use crm_types::plans::Interval;
use crm_types::subscriptions::SubscriptionItem;
use crm_types::{Currency, Money};
use serde::{Deserialize, Serialize};
use sqlx::PgPool;
use std::collections::HashMap;

/// An item as the database keeps it. Triggers add up `mrr` by `price`.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeptItem {
    price: String,
    quantity: i64,
    /// Per unit, in minor units; null for what is tiered.
    unit: Option<i64>,
    /// All units, each time; null for what is metered or tiered.
    amount: Option<i64>,
    interval: Interval,
    interval_count: i32,
    metered: bool,
    mrr: i64,
}

/// The items of a subscription with their shares of its MRR.
pub(super) fn to_json(standing: &Standing) -> Result<serde_json::Value> {
    let items = standing.body.items.iter().zip(&standing.shares).map(|(item, mrr)| KeptItem {
        price: item.price.clone(),
        quantity: item.quantity,
        unit: item.unit_amount.as_deref().and_then(parse_decimal).and_then(round_half_away),
        amount: charge(item).and_then(round_half_away),
        interval: item.interval,
        interval_count: item.interval_count,
        metered: item.metered,
        mrr: *mrr,
    });
    serde_json::to_value(items.collect::<Vec<_>>()).map_err(|e| DomainError::Database(sqlx::Error::Encode(e.into())))
}

/// What the items are called, and where each counts; those that add most to MRR first.
pub(super) async fn described(
    pool: &PgPool,
    mut items: Vec<KeptItem>,
    currency: Currency,
) -> Result<Vec<SubscriptionItem>> {
    items.sort_by(|a, b| b.mrr.cmp(&a.mrr).then_with(|| a.price.cmp(&b.price)));
    let ids: Vec<String> = items.iter().map(|item| item.price.clone()).collect();
    let rows = sqlx::query!(
        r#"SELECT p.id AS "id!", p.plan_id AS "plan_id!", coalesce(d.name, p.nickname, p.id) AS "plan!", p.nickname, m.stream, m.tier
           FROM prices p JOIN price_mapping m ON m.price_id = p.id LEFT JOIN products d ON d.id = p.product_id
           WHERE p.id = ANY($1)"#,
        &ids
    )
    .fetch_all(pool)
    .await?;
    let prices: HashMap<&str, _> = rows.iter().map(|row| (row.id.as_str(), row)).collect();
    let money = |minor| Money::new(minor, currency);
    let described = items.into_iter().map(|item| {
        let price = prices.get(item.price.as_str());
        let (stream, tier) = (price.and_then(|p| p.stream.as_deref()), price.and_then(|p| p.tier.as_deref()));
        Ok(SubscriptionItem {
            plan_id: price.map_or_else(|| item.price.clone(), |p| p.plan_id.clone()),
            plan: price.map_or_else(|| item.price.clone(), |p| p.plan.clone()),
            price: price.and_then(|p| p.nickname.clone()),
            stream: stream.map(|text| parse("stream", text)).transpose()?,
            tier: tier.map(|text| parse("tier", text)).transpose()?,
            price_id: item.price,
            quantity: item.quantity,
            unit_amount: item.unit.map(money),
            amount: item.amount.map(money),
            interval: item.interval,
            interval_count: item.interval_count,
            metered: item.metered,
            mrr: money(item.mrr),
        })
    });
    Ok(described.collect::<sqlx::Result<_>>()?)
}
