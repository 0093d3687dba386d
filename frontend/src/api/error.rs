//! What can go wrong with a request, always as the one envelope.

use crm_types::{FieldError, Problem};

/// A request that failed. When the server could not be reached or understood, status is 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiError(pub Box<Problem>);

impl ApiError {
    /// Nothing came back.
    pub fn unreachable() -> Self {
        Self::local(
            "/problems/unreachable",
            "The server cannot be reached",
            "Check your connection. What you see here is what was loaded last.",
        )
    }

    /// Nothing came back to something that is done once, however often it is asked for.
    pub fn unanswered() -> Self {
        Self::local(
            "/problems/unreachable",
            "The server cannot be reached",
            "The server did not answer. Check your connection and try again: however often you try, it is done once.",
        )
    }

    /// Something came back that the app does not understand, such as a page of a proxy.
    pub fn unreadable(why: &str) -> Self {
        Self::local("/problems/unreadable", "The server's answer was not understood", why)
    }

    /// A part of the app could not be loaded.
    pub fn outdated() -> Self {
        Self::local(
            "/problems/unreachable",
            "A part of the app cannot be loaded",
            "Check your connection. If that does not help, reload the page: there may be a newer version of the app.",
        )
    }

    /// Fields of a form are wrong, which is known before it is sent.
    pub fn of_fields(errors: Vec<FieldError>) -> Self {
        let mut error = Self::local("/problems/invalid", "Some fields are wrong", "");
        error.0.errors = errors;
        error
    }

    fn local(kind: &str, title: &str, detail: &str) -> Self {
        Self(Box::new(Problem {
            kind: kind.into(),
            title: title.into(),
            status: 0,
            detail: detail.into(),
            request_id: None,
            errors: Vec::new(),
            permission: None,
            current: None,
            retry_after: None,
        }))
    }

    /// From an answer that is not a success. Falls back on the status when the body is no problem document.
    pub fn from_reply(status: u16, body: &str, request_id: Option<String>, retry_after: Option<u32>) -> Self {
        let mut problem = super::from_json::<Problem>(body).unwrap_or_else(|_| {
            let mut plain = Self::unreadable(&format!("It answered with status {status}.")).0;
            plain.status = status;
            *plain
        });
        problem.request_id = problem.request_id.or(request_id);
        problem.retry_after = problem.retry_after.or(retry_after);
        Self(Box::new(problem))
    }

    /// Whether nothing came back, so that nobody knows whether the server did what it was asked.
    pub fn is_unreachable(&self) -> bool {
        self.0.status == 0 && self.0.kind == "/problems/unreachable"
    }

    /// The HTTP status; 0 when there was none.
    pub fn status(&self) -> u16 {
        self.0.status
    }

    /// The sentence for people.
    pub fn detail(&self) -> &str {
        if self.0.detail.is_empty() { &self.0.title } else { &self.0.detail }
    }

    /// What is wrong with a field, if anything.
    pub fn field(&self, name: &str) -> Option<String> {
        self.0.errors.iter().find(|e| e.field == name).map(|e| e.message.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_is_kept_and_completed_from_the_headers() {
        let body = r#"{"type":"/problems/forbidden","title":"Forbidden","status":403,"detail":"No.","permission":"plans:write"}"#;
        let error = ApiError::from_reply(403, body, Some("req_1".into()), None);
        assert_eq!(error.status(), 403);
        assert_eq!(error.0.permission.as_deref(), Some("plans:write"));
        assert_eq!(error.0.request_id.as_deref(), Some("req_1"));
    }

    #[test]
    fn anything_else_becomes_a_problem_with_its_status() {
        let error = ApiError::from_reply(502, "<html>bad gateway</html>", None, Some(7));
        assert_eq!((error.status(), error.0.retry_after), (502, Some(7)));
        assert!(error.detail().contains("502"));
    }
}
