//! Asks Stripe for objects that cannot be known from its events alone. Runs when there is an API key.

use crate::config::StripeConfig;
use crate::server::Stopping;
use anyhow::{Context, Result, ensure};
use crm_domain::billing::refetch::{self, Wanted};
use reqwest::Client;
use sqlx::PgPool;
use std::time::Duration;

const LOOK: Duration = Duration::from_secs(1);
/// A Stripe that does not answer by then is asked again later.
const PATIENCE: Duration = Duration::from_secs(10);

/// Works until told to stop.
pub async fn run(pool: PgPool, stripe: StripeConfig, mut stopping: Stopping) {
    let Some(key) = stripe.api_key.clone() else { return };
    let client = match Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).build() {
        Ok(client) => client,
        Err(error) => return tracing::error!(%error, "no HTTP client for Stripe"),
    };
    while !*stopping.borrow() {
        match refetch::due(&pool).await {
            Ok(wanted) => {
                for one in wanted {
                    if let Err(error) = fetch(&pool, &client, &stripe, key.expose(), &one).await {
                        tracing::warn!(object = one.id, error = format!("{error:#}"), "Stripe could not be asked");
                    }
                }
            }
            Err(error) => tracing::error!(%error, "what to ask Stripe for is not known"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    }
}

async fn fetch(pool: &PgPool, client: &Client, stripe: &StripeConfig, key: &str, wanted: &Wanted) -> Result<()> {
    let url = stripe.api_base.join(&format!("v1/{}s/{}", wanted.kind, wanted.id)).context("not an id")?;
    let reply = client.get(url).bearer_auth(key).send().await?;
    let status = reply.status();
    ensure!(status.is_success(), "Stripe answered {status}");
    let object = reply.json().await.context("Stripe's answer is not JSON")?;
    refetch::store(pool, wanted, object).await?;
    Ok(())
}
