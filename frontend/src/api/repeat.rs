//! Keys by which the server knows a request that it was sent before: a POST whose reply was lost, by the network or by an
//! impatient second click, is done once.

use std::cell::RefCell;

/// For how long a request that looks the same is the same: within it people try again what failed, after it they mean
/// another one.
const REMEMBERED_MS: f64 = 10.0 * 60.0 * 1000.0;

thread_local! {
    static OPEN: RefCell<Open> = RefCell::default();
}

/// Requests that were sent and not answered yet.
#[derive(Default)]
struct Open(Vec<Sent>);

struct Sent {
    path: String,
    body: String,
    key: String,
    at: f64,
}

impl Open {
    fn key(&mut self, path: &str, body: &str, now: f64, fresh: impl FnOnce() -> String) -> String {
        self.0.retain(|sent| now - sent.at < REMEMBERED_MS);
        if let Some(sent) = self.0.iter().find(|sent| sent.path == path && sent.body == body) {
            return sent.key.clone();
        }
        let key = fresh();
        self.0.push(Sent { path: path.to_owned(), body: body.to_owned(), key: key.clone(), at: now });
        key
    }

    fn answered(&mut self, key: &str) {
        self.0.retain(|sent| sent.key != key);
    }
}

/// The key of a POST: that of the same one when its reply never came. None where the server takes none, or where nothing
/// is made that could be made twice.
pub(super) fn key(path: &str, body: &str) -> Option<String> {
    let route = path.split('?').next().unwrap_or_default();
    let counts = route.starts_with("/api/")
        && !route.starts_with("/api/auth/")
        && route != "/api/customers/export"
        && !route.ends_with("/preview");
    counts.then(|| OPEN.with_borrow_mut(|open| open.key(path, body, js_sys::Date::now(), fresh)))
}

/// The reply came: what is sent after it is another request, though it may look the same.
pub(super) fn answered(key: &str) {
    OPEN.with_borrow_mut(|open| open.answered(key));
}

/// Unlike any other of this user; it is no secret.
fn fresh() -> String {
    let random = || js_sys::Math::random().to_bits();
    format!("{:x}-{:x}-{:x}", js_sys::Date::now().to_bits(), random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_keeps_its_key_until_it_is_answered_or_long_ago() {
        let mut open = Open::default();
        let mut made = 0;
        let mut key = |open: &mut Open, path: &str, body: &str, now: f64| {
            open.key(path, body, now, || {
                made += 1;
                made.to_string()
            })
        };
        assert_eq!(key(&mut open, "/api/customers", "ada", 0.0), "1");
        assert_eq!(key(&mut open, "/api/customers", "ada", 1.0), "1", "tried again");
        assert_eq!(key(&mut open, "/api/customers", "bob", 1.0), "2");
        assert_eq!(key(&mut open, "/api/views", "ada", 1.0), "3");
        open.answered("1");
        assert_eq!(key(&mut open, "/api/customers", "ada", 2.0), "4", "a second Ada is meant");
        assert_eq!(key(&mut open, "/api/customers", "ada", 2.0 + REMEMBERED_MS), "5", "much later");
    }
}
