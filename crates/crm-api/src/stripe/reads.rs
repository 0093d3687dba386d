//! Stripe, read: objects and lists as they are, by plain HTTP. What they hold is read by name, as events are (docs/adr/0003).

use crate::config::{Secret, StripeConfig};
use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use crm_domain::healing::source::{List, Listed, PAGE, Source, Unread, Wanted};
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, StatusCode, Url};
use serde_json::Value;
use std::time::Duration;

/// Whoever reads.
#[derive(Debug, Clone)]
pub struct Reader {
    client: Client,
    base: Url,
    key: Secret,
}

/// What was read, and when by Stripe's clock.
#[derive(Debug)]
pub struct Answer {
    /// The JSON.
    pub body: Value,
    /// When.
    pub at: DateTime<Utc>,
}

impl Reader {
    /// `None` without a key.
    ///
    /// # Errors
    /// When there is no HTTP client.
    pub fn connect(config: &StripeConfig) -> Result<Option<Self>> {
        let Some(key) = config.api_key.clone() else { return Ok(None) };
        super::choose_tls();
        let client = Client::builder().timeout(config.timeout).redirect(reqwest::redirect::Policy::none());
        let client = client.build().context("no HTTP client for Stripe")?;
        Ok(Some(Self { client, base: config.api_base.clone(), key }))
    }

    /// One object: `subscription`, `customer` and so on by its id.
    ///
    /// # Errors
    /// When Stripe does not give it.
    pub async fn object(&self, kind: &str, id: &str) -> Result<Answer, Unread> {
        self.get(&format!("v1/{kind}s/{id}"), &[]).await
    }

    async fn get(&self, path: &str, query: &[(&str, String)]) -> Result<Answer, Unread> {
        let mut url = self.base.join(path).map_err(|_| unread("Stripe has nothing under such an id.", true))?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let reply = self.client.get(url).bearer_auth(self.key.expose()).send().await.map_err(|error| lost(&error))?;
        let (status, wait) = (reply.status(), wait(reply.headers()));
        let at = date(reply.headers()).unwrap_or_else(Utc::now);
        let text = reply.bytes().await.map_err(|error| lost(&error))?;
        let body = serde_json::from_slice(&text).ok();
        if !status.is_success() {
            return Err(Unread { wait, ..refused(status, body.as_ref()) });
        }
        let body = body.ok_or_else(|| unread(UNREADABLE, false))?;
        Ok(Answer { body, at })
    }
}

const UNREADABLE: &str = "Stripe’s answer could not be read.";

impl Source for Reader {
    async fn list(&self, wanted: &Wanted) -> Result<Listed, Unread> {
        let mut query = vec![("limit", PAGE.to_string())];
        query.extend(wanted.after.clone().map(|after| ("starting_after", after)));
        query.extend(wanted.since.map(|since| ("created[gte]", since.timestamp().to_string())));
        if wanted.list == List::Subscriptions {
            // Otherwise those that ended are left out.
            query.push(("status", "all".to_owned()));
        }
        let answer = self.get(&format!("v1/{}", wanted.list.name()), &query).await?;
        listed(answer).ok_or_else(|| unread(UNREADABLE, false))
    }
}

/// A page whose objects all have ids; anything else is no answer.
fn listed(mut answer: Answer) -> Option<Listed> {
    let more = answer.body.get("has_more")?.as_bool()?;
    let Value::Array(data) = answer.body.get_mut("data")?.take() else { return None };
    let named = data.iter().all(|object| object.get("id").is_some_and(Value::is_string));
    (named && !(more && data.is_empty())).then_some(Listed { at: answer.at, data, more })
}

fn unread(message: &str, lasting: bool) -> Unread {
    Unread { message: message.to_owned(), wait: None, lasting }
}

fn lost(error: &reqwest::Error) -> Unread {
    unread(
        match error {
            error if error.is_timeout() => "Stripe did not answer in time.",
            error if error.is_connect() => "Stripe cannot be reached.",
            _ => "Stripe’s answer broke off.",
        },
        false,
    )
}

fn refused(status: StatusCode, body: Option<&Value>) -> Unread {
    let said = body.and_then(|body| body.get("error")?.get("message")?.as_str());
    let said = said.map(|said| format!("{}.", said.trim_end_matches('.')));
    let said = said.unwrap_or_else(|| format!("Status {}.", status.as_u16()));
    match status.as_u16() {
        401 | 403 => unread(
            &format!("Stripe does not accept our key: {said} Set STRIPE_API_KEY to one that may read this."),
            true,
        ),
        429 => unread("Stripe takes no more requests just now.", false),
        402 => unread(&format!("Stripe refuses for now: {said}"), false),
        status @ 500.. => unread(&format!("Stripe has a fault of its own just now ({status})."), false),
        _ => unread(&format!("Stripe refused: {said}"), true),
    }
}

fn date(headers: &HeaderMap) -> Option<DateTime<Utc>> {
    let date = headers.get(DATE)?.to_str().ok()?;
    Some(DateTime::parse_from_rfc2822(date).ok()?.to_utc())
}

/// Stripe says it in seconds.
fn wait(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_no_page_is_not_read() {
        let page = |body: Value| listed(Answer { body, at: Utc::now() });
        let good = page(json!({"object": "list", "has_more": true, "data": [{"id": "evt_1"}]})).unwrap();
        assert_eq!((good.more, good.data.len()), (true, 1));
        for bad in [
            json!([]),
            json!({"data": []}),
            json!({"has_more": false, "data": {}}),
            json!({"has_more": false, "data": [{"id": 1}]}),
            json!({"has_more": true, "data": []}),
        ] {
            assert!(page(bad.clone()).is_none(), "{bad}");
        }
    }

    #[test]
    fn each_status_has_its_sentence() {
        let said = json!({"error": {"message": "No such event: 'evt_1'"}});
        for (status, body, lasting, words) in [
            (401, None, true, "Stripe does not accept our key: Status 401. Set"),
            (402, Some(&said), false, "Stripe refuses for now: No such event: 'evt_1'."),
            (404, Some(&said), true, "Stripe refused: No such event: 'evt_1'."),
            (429, None, false, "Stripe takes no more requests just now."),
            (500, None, false, "Stripe has a fault of its own just now (500)."),
        ] {
            let unread = refused(StatusCode::from_u16(status).unwrap(), body);
            assert!(unread.lasting == lasting && unread.message.starts_with(words), "{status}: {unread:?}");
        }
    }

    #[test]
    fn stripes_clock_and_its_wish_are_read() {
        let mut headers = HeaderMap::new();
        assert_eq!((date(&headers), wait(&headers)), (None, None));
        headers.insert(DATE, "Thu, 01 Jan 2026 00:00:05 GMT".parse().unwrap());
        headers.insert(RETRY_AFTER, "7".parse().unwrap());
        assert_eq!(date(&headers).map(|at| at.timestamp()), Some(1_767_225_605));
        assert_eq!(wait(&headers), Some(Duration::from_secs(7)));
    }
}
