//! What was typed and not sent, so that leaving a page loses none of it. Reloading does, and so does logging out.

use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    static DRAFTS: RefCell<HashMap<String, String>> = RefCell::default();
}

/// What was typed for a thing; empty when nothing was.
pub fn draft(of: &str) -> String {
    DRAFTS.with_borrow(|drafts| drafts.get(of).cloned().unwrap_or_default())
}

/// Keeps what was typed for a thing, or forgets it when that is empty.
pub fn keep(of: &str, text: &str) {
    DRAFTS.with_borrow_mut(|drafts| match text.is_empty() {
        true => drafts.remove(of),
        false => drafts.insert(of.to_owned(), text.to_owned()),
    });
}

/// Forgets all: the next who logs in is somebody else.
pub fn clear() {
    DRAFTS.with_borrow_mut(HashMap::clear);
}
