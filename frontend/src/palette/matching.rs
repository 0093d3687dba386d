//! Which entries of the palette a text finds, how well, and where.

/// Where a label has the words, as byte ranges in order; `None` when one is missing. Each word may be anywhere; an empty text
/// finds everything.
pub fn found(label: &str, text: &str) -> Option<Vec<(usize, usize)>> {
    // Lower case must keep the places: a label where it does not is searched as it stands.
    let lower = label.to_lowercase();
    let lower = if lower.len() == label.len() { lower } else { label.to_owned() };
    let mut ranges = Vec::new();
    for word in text.to_lowercase().split_whitespace() {
        let at = best_place(&lower, word)?;
        ranges.push((at, at + word.len()));
    }
    ranges.sort_unstable();
    // Two words may lie over each other.
    let mut apart: Vec<(usize, usize)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges {
        match apart.last_mut() {
            Some((_, end)) if from < *end => *end = to.max(*end),
            _ => apart.push((from, to)),
        }
    }
    Some(apart)
}

/// The beginning of a word, when there is one, else anywhere.
fn best_place(label: &str, word: &str) -> Option<usize> {
    let mut places = label.match_indices(word).map(|(at, _)| at);
    places.find(|at| begins_a_word(label, *at)).or_else(|| label.find(word))
}

fn begins_a_word(label: &str, at: usize) -> bool {
    label.get(..at).and_then(|before| before.chars().next_back()).is_none_or(|c| !c.is_alphanumeric())
}

/// Smaller is better: what begins with the text, then what has it at the beginning of words, then the rest.
pub fn rank(label: &str, text: &str) -> Option<usize> {
    let ranges = found(label, text)?;
    Some(match ranges.first() {
        None | Some((0, _)) => 0,
        _ if ranges.iter().all(|(at, _)| begins_a_word(label, *at)) => 1,
        _ => 2,
    })
}

/// The label in pieces, each with whether it was found.
pub fn pieces(label: &str, text: &str) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let mut end = 0;
    for (from, to) in found(label, text).unwrap_or_default() {
        // Never within one letter of the label.
        let (Some(before), Some(hit)) = (label.get(end..from), label.get(from..to)) else { continue };
        pieces.push((before.to_owned(), false));
        pieces.push((hit.to_owned(), true));
        end = to;
    }
    pieces.push((label.get(end..).unwrap_or_default().to_owned(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_there() {
        for (label, text, hit) in [
            ("New customer", "", true),
            ("New customer", "cust", true),
            ("New customer", "cust new", true),
            ("New customer", "old", false),
            ("New customer", "new x", false),
            ("MRR movements", "MOV", true),
            ("İstanbul", "stan", true),
        ] {
            assert_eq!(found(label, text).is_some(), hit, "{label} {text}");
        }
    }

    #[test]
    fn beginnings_come_first() {
        assert_eq!(rank("Customers", "cust"), Some(0));
        assert_eq!(rank("New customer", "cust"), Some(1));
        assert_eq!(rank("Discustomed", "cust"), Some(2));
        assert_eq!(rank("Customers", "x"), None);
    }

    #[test]
    fn what_was_found_is_marked_without_breaking_letters() {
        let marked = |label: &str, text: &str| {
            let piece = |(piece, hit): (String, bool)| if hit { format!("[{piece}]") } else { piece };
            pieces(label, text).into_iter().map(piece).collect::<String>()
        };
        assert_eq!(marked("New customer", "cust"), "New [cust]omer");
        assert_eq!(marked("New customer", "cu n"), "[N]ew [cu]stomer");
        assert_eq!(marked("Customer", "cust cu"), "[Cust]omer");
        assert_eq!(marked("Zoë Ö", "ö"), "Zoë [Ö]");
        assert_eq!(marked("ẞtraße", "straße"), "ẞtraße", "nothing is found and nothing breaks");
        assert_eq!(marked("abc", ""), "abc");
    }
}
