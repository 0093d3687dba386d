//! What was opened last, for the palette. Kept by the browser, and forgotten with the session.

use crate::browser::{store, stored};

/// How many.
const MOST: usize = 6;
const NAME: &str = "recent";

/// Remembers a page; the newest is first.
pub fn opened(path: &str, title: &str) {
    let list = with_newest(all(), path, title);
    let lines: Vec<String> = list.into_iter().map(|(path, title)| format!("{path}\t{title}")).collect();
    store(NAME, Some(&lines.join("\n")));
}

/// Path and title, newest first.
pub fn all() -> Vec<(String, String)> {
    read(&stored(NAME).unwrap_or_default())
}

/// Names of customers do not stay in a browser that nobody is logged in with.
pub fn forget() {
    store(NAME, None);
}

fn read(text: &str) -> Vec<(String, String)> {
    let pair = |line: &str| line.split_once('\t').map(|(path, title)| (path.to_owned(), title.to_owned()));
    text.lines().filter_map(pair).collect()
}

fn with_newest(mut list: Vec<(String, String)>, path: &str, title: &str) -> Vec<(String, String)> {
    list.retain(|(known, _)| known != path);
    let line = |text: &str| text.replace(['\t', '\n'], " ");
    list.insert(0, (path.to_owned(), line(title)));
    list.truncate(MOST);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_the_newest_first() {
        let mut list = read("");
        for n in 0..10 {
            list = with_newest(list, &format!("/customers/{n}"), &format!("Customer\t{n}"));
        }
        list = with_newest(list, "/customers/7", "Ada");
        assert_eq!(list.len(), MOST);
        assert_eq!(list[0], ("/customers/7".into(), "Ada".into()));
        assert_eq!(list[1], ("/customers/9".into(), "Customer 9".into()));
        assert_eq!(read("/a\tA\nbroken\n/b\tB C"), [("/a".into(), "A".into()), ("/b".into(), "B C".into())]);
    }
}
