//! Where a line speaks of a service: every name of every service in one search.

use aho_corasick::AhoCorasick;

/// The names of all services, searched for together.
#[derive(Clone, Debug)]
pub(super) struct Names {
    search: AhoCorasick,
    /// The names, in the order of the patterns of `search`.
    names: Vec<Vec<u8>>,
    /// The services that a pattern is a name of.
    services: Vec<Vec<usize>>,
}

/// A place in a line that speaks of at least one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mention<'a> {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
    /// The services that are called so.
    pub services: &'a [usize],
}

impl Names {
    /// Makes the index of `(name, service)` pairs; a name may belong to several services.
    pub fn new<'a>(pairs: impl Iterator<Item = (&'a str, usize)>) -> Result<Self, aho_corasick::BuildError> {
        let mut names: Vec<Vec<u8>> = Vec::new();
        let mut services: Vec<Vec<usize>> = Vec::new();
        let mut sorted: Vec<_> = pairs.filter(|(name, _)| !name.is_empty()).collect();
        sorted.sort_unstable();
        sorted.dedup();
        for (name, service) in sorted {
            match (names.last(), services.last_mut()) {
                (Some(last), Some(owners)) if last == name.as_bytes() => owners.push(service),
                _ => {
                    names.push(name.as_bytes().to_vec());
                    services.push(vec![service]);
                }
            }
        }
        Ok(Self { search: AhoCorasick::new(&names)?, names, services })
    }

    /// Returns where `line` speaks of a service, as whole words, the longest name at each place.
    pub fn find(&self, line: &[u8]) -> Vec<Mention<'_>> {
        let mut found: Vec<Mention<'_>> = self
            .search
            .find_overlapping_iter(line)
            .filter(|hit| self.is_whole(line, hit.pattern().as_usize(), hit.start(), hit.end()))
            .map(|hit| {
                let services = self.services[hit.pattern().as_usize()].as_slice();
                Mention { start: hit.start(), end: hit.end(), services }
            })
            .collect();
        found.sort_unstable_by_key(|mention| (mention.start, usize::MAX - mention.end));
        let mut end = 0;
        found.retain(|mention| {
            let whole = mention.end > end;
            end = end.max(mention.end);
            whole
        });
        found
    }

    /// Tells whether the name stands by itself: `cart` is not in `cartography`, but it is in `http://cart:80`.
    fn is_whole(&self, line: &[u8], pattern: usize, start: usize, end: usize) -> bool {
        let name = &self.names[pattern];
        let joined = |a: Option<&u8>, b: Option<&u8>| {
            a.is_some_and(|byte| is_word(*byte)) && b.is_some_and(|byte| is_word(*byte))
        };
        let before = start.checked_sub(1).and_then(|at| line.get(at));
        !joined(before, name.first()) && !joined(name.last(), line.get(end))
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[(&str, usize)], line: &str) -> Vec<(String, Vec<usize>)> {
        let index = Names::new(names.iter().copied()).unwrap();
        let mentions = index.find(line.as_bytes());
        mentions.iter().map(|m| (line.get(m.start..m.end).unwrap().to_owned(), m.services.to_vec())).collect()
    }

    #[test]
    fn name_is_found_as_a_whole_word_only() {
        let names = [("cart", 0)];
        assert_eq!(found(&names, "cartography of a go-kart and my_cart"), []);
        assert_eq!(found(&names, "http://cart:7070"), [("cart".to_owned(), vec![0])]);
    }

    #[test]
    fn longer_name_of_another_service_wins() {
        let names = [("payments", 0), ("payments-api", 1)];
        assert_eq!(found(&names, "dial payments-api:80"), [("payments-api".to_owned(), vec![1])]);
        assert_eq!(found(&names, "dial payments:80"), [("payments".to_owned(), vec![0])]);
    }

    #[test]
    fn longer_name_that_is_no_whole_word_hides_nothing() {
        let names = [("pay", 0), ("pay-x", 1)];
        assert_eq!(found(&names, "pay-xy"), [("pay".to_owned(), vec![0])]);
    }

    #[test]
    fn name_of_two_services_speaks_of_both() {
        assert_eq!(
            found(&[("shop.v1", 0), ("shop.v1", 1)], "import shop.v1;"),
            [("shop.v1".to_owned(), vec![0, 1])]
        );
    }

    #[test]
    fn name_that_begins_with_a_sign_needs_no_word_boundary_there() {
        assert_eq!(found(&[("//cart", 0)], "http://cart/x").len(), 1);
        assert_eq!(found(&[("//cart", 0)], "http://carts/x").len(), 0);
    }

    #[test]
    fn empty_name_is_nowhere() {
        assert_eq!(found(&[("", 0)], "anything"), []);
    }
}
