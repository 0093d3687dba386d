//! Requests that change something, written down so that they can be done again.

use serde::{Deserialize, Serialize};

/// A request that changed the account, or tried to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenRequest {
    /// The sandbox's clock, Unix seconds.
    pub at: i64,
    /// `POST` or `DELETE`.
    pub method: String,
    /// `/v1/...`
    pub path: String,
    /// Its parameters, as a form.
    pub form: String,
    /// Its `Idempotency-Key`.
    pub idempotency_key: Option<String>,
}

impl WrittenRequest {
    /// Does it again at a sandbox that is served at `base` (`http://127.0.0.1:12111`). What it answers is what it did.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn repeat(&self, client: &reqwest::Client, base: &str, api_key: &str) -> reqwest::Result<()> {
        let method = if self.method == "DELETE" { reqwest::Method::DELETE } else { reqwest::Method::POST };
        let mut request = client
            .request(method, format!("{}{}", base.trim_end_matches('/'), self.path))
            .bearer_auth(api_key)
            .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(self.form.clone());
        if let Some(key) = &self.idempotency_key {
            request = request.header("Idempotency-Key", key);
        }
        request.send().await.map(drop)
    }
}
