//! What is worked out about the regexes and globs of the built-in packs when gate is built.
//!
//! It is known by their text alone: a rule of the repository with the same regex or glob
//! has the use of it too, and nothing hangs on it but time.

#![allow(clippy::unreadable_literal, reason = "the tables are written by the build")]

use std::borrow::Cow;

use super::automaton::Automaton;
use super::needs::{Bytes, Needs};
use crate::rule::Text;
use crate::rule::texts::Texts;

// PATTERNS are the regexes and GLOBS the globs, sorted. ENTRIES are the plain globs that these stand for,
// each with the places in GLOBS of those that it is part of.
include!(concat!(env!("OUT_DIR"), "/known.rs"));

/// Returns a plain glob, and the places in [`GLOBS`] of those that it is part of.
pub fn entry(place: usize) -> (&'static str, &'static [u16]) {
    let sources = SOURCE_ENDS[place] as usize..SOURCE_ENDS[place + 1] as usize;
    (&ENTRIES[place], &SOURCES[sources])
}

/// Returns all plain globs.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static [u16])> {
    (0..ENTRIES.count()).map(entry)
}

/// Returns the place of a regex in [`PATTERNS`].
pub fn pattern(text: &Text) -> Option<usize> {
    text.number().map_or_else(|| PATTERNS.place_of(text), |number| place(PATTERN_OF, number))
}

/// Returns the place of a glob in [`GLOBS`].
pub fn glob(text: &Text) -> Option<usize> {
    text.number().map_or_else(|| GLOBS.place_of(text), |number| place(GLOB_OF, number))
}

fn place(places: &[u16], number: usize) -> Option<usize> {
    places.get(number).filter(|&&place| place != u16::MAX).map(|&place| usize::from(place))
}

/// Tells whether a line that a regex matches holds one of its literals: [`LITERALS`] tells which.
pub fn has_literals(pattern: usize) -> bool {
    HAS_LITERALS[pattern]
}

/// Returns what else a line must have for a regex.
pub fn needs(pattern: usize) -> Needs {
    let sets = SET_ENDS[pattern] as usize..SET_ENDS[pattern + 1] as usize;
    let (first, last) = EDGES[pattern];
    Needs { first, last, sets: Cow::Borrowed(&SETS[sets]) }
}

/// Returns the places, as [`entry`] takes them, of the globs that may match a path: it holds their longest text.
pub fn globs_at(path: &[u8]) -> Vec<u16> {
    let mut places = TEXTLESS.to_vec();
    TEXTS.each(path, |place| places.push(place));
    places.sort_unstable();
    places.dedup();
    places
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use bstr::ByteSlice;

    use super::*;
    use crate::classify::literals::{Literals, required};
    use crate::classify::parts;
    use crate::rule::pattern;

    #[test]
    fn what_is_known_is_what_is_found_by_looking() {
        for (place, text) in PATTERNS.iter().enumerate() {
            let regex = pattern::parse(text).unwrap();
            assert_eq!(needs(place), Needs::of(&regex), "{text}");
            let mut literals: Vec<_> = required(&regex).unwrap_or_default();
            assert_eq!(has_literals(place), !literals.is_empty(), "{text}");
            literals.extend(literals.clone().iter().map(|literal| literal.to_ascii_uppercase()));
            for literal in literals {
                assert!(owners(&literal).contains(&place), "{text}");
            }
        }
    }

    fn owners(line: &[u8]) -> BTreeSet<usize> {
        let mut owners = BTreeSet::new();
        LITERALS.each(line, |owner| {
            owners.insert(usize::from(owner));
        });
        owners
    }

    #[test]
    fn a_line_is_told_the_owners_of_its_literals_and_no_others() {
        let literals: Vec<_> = PATTERNS.iter().map(|text| required(&pattern::parse(text).unwrap())).collect();
        let is_held = |line: &[u8], literal: &[u8]| line.contains_str(&literal[..literal.len().min(10)]);
        let holds = |line: &[u8], own: &Literals| own.iter().any(|literal| is_held(line, literal));
        let packs = crate::rule::pack::PACKS.iter();
        let rules = packs.flat_map(|(name, _)| crate::rule::pack::load(name).unwrap().unwrap().rules);
        let examples = rules.flat_map(|rule| rule.examples);
        let lines = examples
            .flat_map(|example| example.diff.lines().map(str::to_ascii_lowercase).collect::<Vec<_>>());
        for line in lines.step_by(29) {
            let own = |own: &Option<Literals>| own.as_ref().is_some_and(|own| holds(line.as_bytes(), own));
            let expected = literals.iter().enumerate().filter(|(_, literals)| own(literals));
            assert_eq!(owners(line.as_bytes()), expected.map(|(place, _)| place).collect(), "{line}");
        }
    }

    #[test]
    fn a_glob_is_found_by_every_path_that_it_matches() {
        for (place, (glob, _)) in (0..).zip(entries()) {
            for [folders, name] in [["", "x"], ["a/", "x"], ["B/c/", ""]] {
                let path =
                    glob.replace("/**", "/x").replace("**/", folders).replace("**", "x").replace('*', name);
                if parts::matches(glob.as_bytes(), path.as_bytes()) {
                    assert!(globs_at(path.as_bytes()).contains(&place), "{glob}: {path}");
                }
            }
        }
    }

    #[test]
    fn every_regex_and_glob_of_the_packs_is_known() {
        for (name, _) in crate::rule::pack::PACKS {
            let pack = crate::rule::pack::load(name).unwrap().unwrap();
            let all =
                pack.rules.iter().map(|rule| &rule.when).chain(pack.locals.iter().map(|local| &local.when));
            for when in all {
                let regexes = [&when.added, &when.removed, &when.changed, &when.differs, &when.except];
                let more = [&when.within, &when.not_within, &when.only];
                for text in regexes.into_iter().chain(more).flatten() {
                    assert!(PATTERNS.place_of(text).is_some(), "{name}: {text}");
                }
                for glob in when.paths.iter().chain(&when.not_paths) {
                    let is_known = GLOBS.place_of(glob).is_some();
                    assert!(is_known || glob.contains(['[', '?']), "{name}: {glob}");
                }
            }
        }
    }
}
