//! All line regexes of a policy, run over the changed lines of one hunk.
//!
//! A regex is compiled when a line comes that may match it: one that holds a literal
//! that it needs, and the bytes, and begins and ends as it must. Of the built-in regexes
//! these are known beforehand; those of the repository are parsed when a change touches
//! their rule's paths. Files with the same rules share one [`Sieve`].

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use aho_corasick::{AhoCorasick, AhoCorasickKind};
use regex_automata::meta::Regex;

use super::known;
use super::literals::{self, Literals, required};
use super::needs::{Needs, Traits};
use crate::rule::Text;
use crate::rule::pattern::{self, Searches};

/// The regexes of a policy, each text once.
#[derive(Debug)]
pub struct Patterns {
    patterns: Vec<Pattern>,
    by_text: HashMap<String, usize>,
    /// The numbers of the built-in ones, by their places among all that are built in.
    of_known: Vec<u32>,
    around: Outward,
    sieves: RwLock<HashMap<Vec<usize>, Arc<Sieve>>>,
}

#[derive(Debug)]
struct Pattern {
    regex: Written,
    /// How often it was asked, more or less.
    asked: AtomicU32,
    few: OnceLock<Option<Regex>>,
    many: OnceLock<Option<Regex>>,
}

/// A regex that is asked more often than this is worth the searcher that takes longer to make.
const FEW: u32 = 100;

/// A regex as it is written, and what a line must have for it.
#[derive(Debug)]
enum Written {
    /// Its place among those that are built in.
    BuiltIn(usize),
    Own(String, OnceLock<(Option<Literals>, Needs)>),
}

/// A regex, and the subject and the condition that it is part of.
pub type Use = (usize, usize, usize);

/// Where no number is.
const NONE: u32 = u32::MAX;

/// Tells for each line which of some regexes have a chance on it.
#[derive(Debug)]
pub struct Sieve {
    /// Whose they are: regex, subject and condition, sorted.
    uses: Vec<Use>,
    /// Where the uses of each regex begin; `NONE` where it is not looked for.
    firsts: Vec<u32>,
    /// The literals of those that are not built in.
    own: Option<Owned>,
    /// Those that a line must hold a literal for.
    by_literal: Numbers,
    /// Those without a telling literal.
    always: Numbers,
}

/// Literals in lower case that are not built in, and whose they are.
#[derive(Debug)]
struct Owned {
    literals: AhoCorasick,
    owners: Vec<usize>,
}

/// The regexes that have a chance on a line; filled anew for each line.
#[derive(Debug, Default)]
pub struct Chances {
    /// The numbers of the regexes, each once.
    pub patterns: Vec<usize>,
    facts: Facts,
}

/// What tells of a line whether a regex has a chance on it.
#[derive(Debug, Default)]
pub struct Facts {
    /// The regexes of which the line holds a literal, looked for or not.
    held: Numbers,
    traits: Traits,
}

/// The regexes that are looked for in the lines around changed ones.
#[derive(Debug, Default)]
struct Outward {
    all: Numbers,
    /// Those of them that a line needs no literal for.
    always: Numbers,
}

/// A set of numbers of regexes, a bit each.
#[derive(Debug, Default)]
struct Numbers(Vec<u64>);

impl Default for Patterns {
    fn default() -> Self {
        Self {
            patterns: Vec::new(),
            by_text: HashMap::new(),
            of_known: vec![NONE; known::PATTERNS.count()],
            around: Outward::default(),
            sieves: RwLock::default(),
        }
    }
}

impl Patterns {
    /// Adds a regex and returns its number.
    pub fn add(&mut self, text: &Text) -> usize {
        let at = self.patterns.len();
        let number = u32::try_from(at).unwrap_or(NONE);
        let regex = match known::pattern(text) {
            Some(place) => {
                let slot = &mut self.of_known[place];
                if *slot != NONE {
                    return *slot as usize;
                }
                *slot = number;
                Written::BuiltIn(place)
            }
            None => {
                if let Some(&at) = self.by_text.get(&**text) {
                    return at;
                }
                self.by_text.insert(text.to_string(), at);
                Written::Own(text.to_string(), OnceLock::new())
            }
        };
        let (few, many) = (OnceLock::new(), OnceLock::new());
        self.patterns.push(Pattern { regex, asked: AtomicU32::new(0), few, many });
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

    /// Tells whether the regex matches the line.
    pub fn is_match(&self, at: usize, line: &[u8]) -> bool {
        self.patterns[at].has_a_chance(&Traits::of(line))
            && self.regex(at).is_none_or(|regex| regex.is_match(line))
    }

    /// Tells whether the regex matches the line that these are the facts of.
    pub fn is_match_of(&self, at: usize, line: &[u8], facts: &Facts) -> bool {
        let pattern = &self.patterns[at];
        let lacks_literal = match pattern.regex {
            Written::BuiltIn(place) => known::has_literals(place) && !facts.held.has(at),
            Written::Own(..) => false,
        };
        !lacks_literal
            && pattern.has_a_chance(&facts.traits)
            && self.regex(at).is_none_or(|regex| regex.is_match(line))
    }

    /// Notes that a regex is looked for in the lines around changed ones.
    pub fn note_around(&mut self, at: usize) {
        self.around.all.add_any(at);
        if !matches!(self.patterns[at].regex, Written::BuiltIn(place) if known::has_literals(place)) {
            self.around.always.add_any(at);
        }
    }

    /// Returns which regexes that are looked for around changed lines have a chance on a line, in order.
    pub fn chances_around(&self, line: &[u8]) -> Vec<u32> {
        let mut held = Numbers::default();
        self.hold(None, line, &mut held);
        let traits = Traits::of(line);
        let Outward { all, always } = &self.around;
        let mut chances = Vec::new();
        for (word, (held, around)) in held.0.iter().zip(&all.0).enumerate() {
            if *around == 0 {
                continue;
            }
            let mut bits = held & around | always.0.get(word).copied().unwrap_or(0);
            while bits != 0 {
                let at = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                if self.patterns[at].has_a_chance(&traits) {
                    chances.extend(u32::try_from(at));
                }
            }
        }
        chances
    }

    /// Tells whether a regex that has a chance on a line matches it.
    pub fn is_match_of_chance(&self, at: usize, line: &[u8]) -> bool {
        self.regex(at).is_none_or(|regex| regex.is_match(line))
    }

    /// Calls `found` with the bytes that the regex matches in the line, each time: its first group's, where it has one.
    pub fn each(&self, at: usize, line: &[u8], mut found: impl FnMut((usize, usize))) {
        let Some(regex) = self.regex(at) else { return found((0, line.len())) };
        if regex.captures_len() == 1 {
            regex.find_iter(line).for_each(|all| found((all.start(), all.end())));
        } else {
            let groups =
                regex.captures_iter(line).filter_map(|groups| groups.get_group(1).or(groups.get_group(0)));
            groups.for_each(|group| found((group.start, group.end)));
        }
    }

    fn regex(&self, at: usize) -> Option<&Regex> {
        let pattern = &self.patterns[at];
        let asked = pattern.asked.load(Ordering::Relaxed);
        let (searcher, searches) = if asked < FEW {
            pattern.asked.store(asked + 1, Ordering::Relaxed);
            (&pattern.few, Searches::Few)
        } else {
            (&pattern.many, Searches::Many)
        };
        searcher.get_or_init(|| pattern::compile_for(pattern.text(), searches).ok()).as_ref()
    }

    /// Returns the sieve for some subjects, which are the key; it is built once, of their uses of regexes.
    pub fn sieve(&self, key: Vec<usize>, uses: impl FnOnce() -> Vec<Use>) -> Arc<Sieve> {
        let known = self.sieves.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        known.unwrap_or_else(|| {
            let sieve = Arc::new(self.build(uses()));
            let mut sieves = self.sieves.write().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(sieves.entry(key).or_insert(sieve))
        })
    }

    fn build(&self, mut uses: Vec<Use>) -> Sieve {
        uses.sort_unstable();
        let (mut by_literal, mut always) = (self.none(), self.none());
        let (mut literals, mut owners) = (Vec::new(), Vec::new());
        let mut firsts = vec![NONE; self.patterns.len()];
        for (first, &(at, ..)) in uses.iter().enumerate() {
            if firsts[at] != NONE {
                continue;
            }
            firsts[at] = u32::try_from(first).unwrap_or(NONE);
            match &self.patterns[at].regex {
                Written::BuiltIn(place) if known::has_literals(*place) => by_literal.add(at),
                Written::BuiltIn(_) => always.add(at),
                Written::Own(text, facts) => match &facts.get_or_init(|| facts_of(text)).0 {
                    Some(own) => {
                        literals.extend(own);
                        owners.resize(literals.len(), at);
                    }
                    None => always.add(at),
                },
            }
        }
        let kind = Some(AhoCorasickKind::NoncontiguousNFA);
        let own = match AhoCorasick::builder().prefilter(false).kind(kind).build(literals) {
            Ok(literals) => {
                owners.iter().for_each(|&at| by_literal.add(at));
                (!owners.is_empty()).then_some(Owned { literals, owners })
            }
            // There are too many: each has its chance on each line.
            Err(_) => {
                owners.iter().for_each(|&at| always.add(at));
                None
            }
        };
        Sieve { uses, firsts, own, by_literal, always }
    }

    /// Collects the regexes that have a chance on the line.
    pub fn look(&self, sieve: &Sieve, line: &[u8], chances: &mut Chances) {
        let Chances { patterns, facts } = chances;
        patterns.clear();
        if sieve.uses.is_empty() {
            return;
        }
        self.hold(sieve.own.as_ref(), line, &mut facts.held);
        let words = facts.held.0.iter().zip(&sieve.by_literal.0).zip(&sieve.always.0);
        for (word, ((held, by_literal), always)) in words.enumerate() {
            let mut bits = held & by_literal | always;
            while bits != 0 {
                patterns.push(word * 64 + bits.trailing_zeros() as usize);
                bits &= bits - 1;
            }
        }
        if patterns.is_empty() {
            return;
        }
        facts.traits = Traits::of(line);
        patterns.retain(|&at| self.patterns[at].has_a_chance(&facts.traits));
    }

    /// Notes the regexes of which a line holds a literal: the built-in ones and these.
    fn hold(&self, own: Option<&Owned>, line: &[u8], held: &mut Numbers) {
        held.0.clear();
        held.0.resize(self.patterns.len().div_ceil(64), 0);
        known::LITERALS.each(line, |place| held.add(self.of_known[usize::from(place)] as usize));
        if let Some(own) = own {
            let lower = line.to_ascii_lowercase();
            own.literals
                .find_overlapping_iter(&lower)
                .for_each(|found| held.add(own.owners[found.pattern().as_usize()]));
        }
    }

    /// Returns a set of regexes with none in it.
    fn none(&self) -> Numbers {
        Numbers(vec![0; self.patterns.len().div_ceil(64)])
    }
}

impl Chances {
    /// Returns the facts of the line; there are none of a line without chances.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }
}

impl Numbers {
    /// Adds the number of a regex; any other is passed over.
    fn add(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    /// Adds a number, whatever it is.
    fn add_any(&mut self, at: usize) {
        self.0.resize(self.0.len().max(at / 64 + 1), 0);
        self.add(at);
    }

    fn has(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }
}

impl Sieve {
    /// Returns whose a regex is.
    pub fn uses(&self, pattern: usize) -> impl Iterator<Item = &Use> {
        let first = self.firsts.get(pattern).map_or(usize::MAX, |&first| first as usize);
        let uses = self.uses.get(first..).unwrap_or_default();
        uses.iter().take_while(move |&&(other, ..)| other == pattern)
    }
}

impl Pattern {
    fn text(&self) -> &str {
        match &self.regex {
            Written::BuiltIn(place) => &known::PATTERNS[*place],
            Written::Own(text, _) => text,
        }
    }

    /// Tells whether a line has what the regex needs, as far as it is known: of one's own it is not before the
    /// first sieve.
    fn has_a_chance(&self, line: &Traits) -> bool {
        match &self.regex {
            Written::BuiltIn(place) => known::needs(*place).are_met(line),
            Written::Own(_, facts) => facts.get().is_none_or(|(_, needs)| needs.are_met(line)),
        }
    }
}

fn facts_of(text: &str) -> (Option<Literals>, Needs) {
    if let Some(literal) = literals::of_plain(text) {
        return (Some(vec![literal]), Needs::NONE);
    }
    match pattern::parse(text) {
        Ok(regex) => (required(&regex), Needs::of(&regex)),
        Err(_) => (None, Needs::NONE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sieve(patterns: &Patterns, all: &[usize]) -> Arc<Sieve> {
        patterns.sieve(all.to_vec(), || all.iter().map(|&at| (at, 0, 0)).collect())
    }

    #[test]
    fn only_regexes_with_a_chance_are_run() {
        let mut patterns = Patterns::default();
        let timeout = patterns.add(&r"(?i)\btimeout\b".into());
        let number = patterns.add(&r"\d{4}".into());
        assert_eq!(patterns.add(&r"\d{4}".into()), number);
        let sieve = sieve(&patterns, &[timeout, number]);
        let mut chances = Chances::default();
        patterns.look(&sieve, b"read_TIMEOUT = 5", &mut chances);
        assert_eq!(chances.patterns, [timeout, number]);
        patterns.look(&sieve, b"retries = 5", &mut chances);
        assert_eq!(chances.patterns, [number]);
        patterns.look(&sieve, b"emit out", &mut chances);
        assert_eq!(chances.patterns, [0; 0], "every letter of the literal, and not the literal");
        assert_eq!(patterns.find(timeout, b"a TIMEOUT b"), Some((2, 9)));
        assert_eq!(patterns.find(timeout, b"read_TIMEOUT"), None);
    }

    #[test]
    fn literals_inside_one_another_are_all_found() {
        let mut patterns = Patterns::default();
        let all = vec![
            patterns.add(&"environment".into()),
            patterns.add(&"env".into()),
            patterns.add(&"iron".into()),
        ];
        let mut chances = Chances::default();
        patterns.look(&sieve(&patterns, &all), b"the environment", &mut chances);
        assert_eq!(chances.patterns, all);
    }

    #[test]
    fn what_all_regexes_find_on_all_lines_is_found() {
        for &(name, _) in crate::rule::pack::PACKS {
            let pack = crate::rule::pack::load(name).unwrap().unwrap();
            let mut patterns = Patterns::default();
            for when in pack.rules.iter().map(|rule| &rule.when) {
                let lists = [&when.added, &when.removed, &when.changed, &when.differs, &when.except];
                for text in lists.into_iter().flatten() {
                    patterns.add(text);
                }
            }
            let all: Vec<usize> = (0..patterns.patterns.len()).collect();
            let sieve = sieve(&patterns, &all);
            let plain: Vec<Regex> =
                patterns.patterns.iter().map(|pattern| pattern::compile(pattern.text()).unwrap()).collect();
            let mut chances = Chances::default();
            let diffs =
                pack.rules.iter().flat_map(|rule| &rule.examples).flat_map(|example| example.diff.lines());
            for line in diffs.filter_map(|line| line.get(1..)).map(str::as_bytes) {
                patterns.look(&sieve, line, &mut chances);
                for (at, plain) in plain.iter().enumerate() {
                    let text = patterns.patterns[at].text();
                    let is_match = plain.is_match(line);
                    assert!(!is_match || chances.patterns.contains(&at), "{text} on {}", line.escape_ascii());
                    assert_eq!(patterns.is_match_of(at, line, chances.facts()), is_match, "{text}");
                    assert_eq!(patterns.is_match(at, line), is_match, "{text}");
                }
            }
        }
    }

    #[test]
    fn a_regex_is_run_on_no_line_that_lacks_what_it_needs() {
        let mut patterns = Patterns::default();
        let known = (0..known::PATTERNS.count()).find(|&place| {
            let needs = known::needs(place);
            let is_anywhere = needs.first == Needs::NONE.first && needs.last == Needs::NONE.last;
            known::has_literals(place) && is_anywhere && !needs.sets.is_empty()
        });
        let built_in = patterns.add(&known::PATTERNS[known.unwrap()].into());
        let own = patterns.add(&r"^(?:retries): \d".into());
        let sieve = sieve(&patterns, &[built_in, own]);
        assert_eq!(sieve.always.0.iter().sum::<u64>(), 0);
        let asked = |at: usize| patterns.patterns[at].asked.load(Ordering::Relaxed);
        // A line with every byte, but without a literal; then one with the literal and no byte else.
        let bytes: Vec<u8> = (0..128).collect();
        let without_literal = Facts { traits: Traits::of(&bytes), ..Facts::default() };
        assert!(!patterns.is_match_of(built_in, &bytes, &without_literal));
        let mut with_literal = Facts { held: patterns.none(), ..Facts::default() };
        with_literal.held.add(built_in);
        assert!(!patterns.is_match_of(built_in, b"", &with_literal));
        assert!(!patterns.is_match(built_in, b""));
        assert!(!patterns.is_match(own, b"no retries: 5") && !patterns.is_match(own, b"retries: ten"));
        assert_eq!((asked(built_in), asked(own)), (0, 0));
        assert!(patterns.is_match(own, b"retries: 5"));
        assert_eq!(asked(own), 1);
    }

    #[test]
    fn the_searcher_that_takes_longer_to_make_is_for_a_regex_that_is_asked_often() {
        let mut patterns = Patterns::default();
        let at = patterns.add(&"a.c".into());
        let made = |patterns: &Patterns| {
            let pattern = &patterns.patterns[at];
            (pattern.few.get().is_some(), pattern.many.get().is_some())
        };
        (0..FEW).for_each(|_| assert_eq!(patterns.find(at, b"-abc"), Some((1, 4))));
        assert_eq!(made(&patterns), (true, false));
        assert_eq!(patterns.find(at, b"-abc"), Some((1, 4)));
        assert_eq!(made(&patterns), (true, true));
        assert_eq!(patterns.patterns[at].asked.load(Ordering::Relaxed), FEW);
    }

    #[test]
    fn regex_that_is_none_matches_everything() {
        let mut patterns = Patterns::default();
        let broken = patterns.add(&"(".into());
        let mut chances = Chances::default();
        patterns.look(&sieve(&patterns, &[broken]), b"x", &mut chances);
        assert_eq!(chances.patterns, [broken]);
        assert_eq!(patterns.find(broken, b"xy"), Some((0, 2)));
    }
}
