//! All line regexes of a policy, run over the changed lines of one hunk.
//!
//! A regex is parsed when a change touches its rule's paths, and compiled when a
//! line holds one of the literals it needs. Files with the same rules share one
//! search for the literals.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use regex::bytes::Regex;
use regex_syntax::ParserBuilder;

use super::grams::Grams;
use super::literals::{Literals, required};
use crate::rule::pattern;

/// The regexes of a policy, each text once.
#[derive(Debug, Default)]
pub struct Patterns {
    patterns: Vec<Pattern>,
    by_text: HashMap<String, usize>,
    searches: RwLock<HashMap<Vec<usize>, Arc<Search>>>,
}

#[derive(Debug)]
struct Pattern {
    text: String,
    literals: OnceLock<Option<Literals>>,
    regex: OnceLock<Option<Regex>>,
}

/// Tells for each line which of some regexes have a chance on it.
#[derive(Debug)]
pub struct Search {
    /// The literals of regexes that need one.
    literals: Grams,
    /// The regexes without a telling literal.
    always: Vec<usize>,
}

/// The regexes that have a chance on a line; filled anew for each line.
#[derive(Debug, Default)]
pub struct Chances {
    /// The numbers of the regexes, each once.
    pub patterns: Vec<usize>,
    lower: Vec<u8>,
}

impl Patterns {
    /// Adds a regex and returns its number.
    pub fn add(&mut self, text: &str) -> usize {
        if let Some(&at) = self.by_text.get(text) {
            return at;
        }
        let at = self.patterns.len();
        let pattern = Pattern { text: text.to_owned(), literals: OnceLock::new(), regex: OnceLock::new() };
        self.patterns.push(pattern);
        self.by_text.insert(text.to_owned(), at);
        at
    }

    /// Returns where in the line the regex matches.
    ///
    /// A regex that does not compile matches every line: it may have been meant for this one. A policy holds no
    /// such regex.
    pub fn find(&self, at: usize, line: &[u8]) -> Option<(usize, usize)> {
        match self.regex(at) {
            Some(regex) => regex.find(line).map(|found| (found.start(), found.end())),
            None => Some((0, line.len())),
        }
    }

    /// Calls `found` with the bytes that the regex matches in the line, each time: its first group's, where it has one.
    pub fn each(&self, at: usize, line: &[u8], mut found: impl FnMut((usize, usize))) {
        let Some(regex) = self.regex(at) else { return found((0, line.len())) };
        if regex.captures_len() == 1 {
            regex.find_iter(line).for_each(|all| found((all.start(), all.end())));
        } else {
            let groups = regex.captures_iter(line).filter_map(|groups| groups.get(1).or(groups.get(0)));
            groups.for_each(|group| found((group.start(), group.end())));
        }
    }

    fn regex(&self, at: usize) -> Option<&Regex> {
        let pattern = &self.patterns[at];
        pattern.regex.get_or_init(|| pattern::compile(&pattern.text).ok()).as_ref()
    }

    /// Returns the search for these regexes (sorted, each once); it is built once.
    pub fn search(&self, patterns: Vec<usize>) -> Arc<Search> {
        let known = self.searches.read().unwrap_or_else(PoisonError::into_inner).get(&patterns).cloned();
        known.unwrap_or_else(|| {
            let search = Arc::new(self.build(&patterns));
            let mut searches = self.searches.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(searches.entry(patterns).or_insert(search))
        })
    }

    fn build(&self, patterns: &[usize]) -> Search {
        let mut literals = Vec::new();
        let mut always = Vec::new();
        for &at in patterns {
            let pattern = &self.patterns[at];
            match pattern.literals.get_or_init(|| literals_of(&pattern.text)) {
                Some(own) => literals.extend(own.iter().map(|literal| (literal.clone(), at))),
                None => always.push(at),
            }
        }
        Search { literals: Grams::new(literals), always }
    }
}

impl Search {
    /// Collects the regexes that have a chance on the line.
    pub fn look(&self, line: &[u8], chances: &mut Chances) {
        let Chances { patterns, lower } = chances;
        lower.clear();
        lower.extend(line.iter().map(u8::to_ascii_lowercase));
        patterns.clear();
        self.literals.each(lower, |at| patterns.push(at));
        patterns.extend_from_slice(&self.always);
        patterns.sort_unstable();
        patterns.dedup();
    }
}

fn literals_of(text: &str) -> Option<Literals> {
    let parsed = ParserBuilder::new().unicode(false).utf8(false).build().parse(text);
    parsed.ok().as_ref().and_then(required)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regexes_with_a_chance_are_run() {
        let mut patterns = Patterns::default();
        let timeout = patterns.add(r"(?i)\btimeout\b");
        let number = patterns.add(r"\d{4}");
        assert_eq!(patterns.add(r"\d{4}"), number);
        let search = patterns.search(vec![timeout, number]);
        let mut chances = Chances::default();
        search.look(b"read_TIMEOUT = 5", &mut chances);
        assert_eq!(chances.patterns, [timeout, number]);
        search.look(b"retries = 5", &mut chances);
        assert_eq!(chances.patterns, [number]);
        assert_eq!(patterns.find(timeout, b"a TIMEOUT b"), Some((2, 9)));
        assert_eq!(patterns.find(timeout, b"read_TIMEOUT"), None);
    }

    #[test]
    fn literals_inside_one_another_are_all_found() {
        let mut patterns = Patterns::default();
        let all = vec![patterns.add("environment"), patterns.add("env"), patterns.add("iron")];
        let mut chances = Chances::default();
        patterns.search(all.clone()).look(b"the environment", &mut chances);
        assert_eq!(chances.patterns, all);
    }

    #[test]
    fn regex_that_is_none_matches_everything() {
        let mut patterns = Patterns::default();
        let broken = patterns.add("(");
        let mut chances = Chances::default();
        patterns.search(vec![broken]).look(b"x", &mut chances);
        assert_eq!(chances.patterns, [broken]);
        assert_eq!(patterns.find(broken, b"xy"), Some((0, 2)));
    }
}
