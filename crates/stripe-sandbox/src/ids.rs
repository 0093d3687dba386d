//! Ids that look like Stripe's and are the same for the same seed.

use crate::rng::Rng;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Hands out ids; each is a function of the seed and of how many were handed out before.
#[derive(Debug, Clone)]
pub(crate) struct IdSource {
    seed: u64,
    count: u64,
}

impl IdSource {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    /// `prefix` plus 24 characters for objects of an account (`sub_...`), as Stripe does.
    pub(crate) fn next(&mut self, prefix: &str) -> String {
        self.with_length(prefix, 24)
    }

    /// `prefix` plus 14 characters: the length of customers', products' and items' ids.
    pub(crate) fn next_short(&mut self, prefix: &str) -> String {
        self.with_length(prefix, 14)
    }

    fn with_length(&mut self, prefix: &str, length: usize) -> String {
        self.count = self.count.wrapping_add(1);
        let mut rng = Rng::new(self.seed, self.count);
        let mut id = String::with_capacity(prefix.len() + length);
        id.push_str(prefix);
        let mut bits = rng.next_u64();
        for position in 0..length {
            if position % 10 == 9 {
                bits = rng.next_u64();
            }
            let letter = usize::try_from(bits % 62).ok().and_then(|index| ALPHABET.get(index));
            id.push(char::from(letter.copied().unwrap_or(b'0')));
            bits /= 62;
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::IdSource;
    use std::collections::HashSet;

    #[test]
    fn ids_repeat_for_a_seed_and_never_collide() {
        let (mut a, mut b) = (IdSource::new(1), IdSource::new(1));
        let mut seen = HashSet::new();
        for _ in 0..20_000 {
            let id = a.next_short("cus_");
            assert_eq!(id, b.next_short("cus_"));
            assert_eq!(id.len(), 18);
            assert!(seen.insert(id));
        }
        assert_ne!(IdSource::new(1).next("sub_"), IdSource::new(2).next("sub_"));
    }
}
