//! What is worked out about the regexes and globs of the built-in packs when gate is built.
//!
//! It is known by their text alone: a rule of the repository with the same regex or glob
//! has the use of it too, and nothing hangs on it but time.

#![allow(clippy::unreadable_literal, reason = "the tables are written by the build")]

use std::borrow::Cow;

use super::automaton::Automaton;
use super::needs::Needs;

/// A built-in regex.
#[derive(Debug)]
pub struct Known {
    /// As it is written.
    pub text: &'static str,
    /// A line that it matches holds one of its literals: [`LITERALS`] tells which.
    pub has_literals: bool,
    /// What else a line must have.
    pub needs: Needs,
}

/// The plain globs, one after the other, each with the places in [`GLOBS`] of those that it is part of.
struct Entries {
    text: &'static str,
    /// Where each text begins, and the last one ends.
    text_ends: &'static [u32],
    sources: &'static [u16],
    source_ends: &'static [u32],
}

include!(concat!(env!("OUT_DIR"), "/known.rs"));

/// Returns a plain glob, and the places in [`GLOBS`] of those that it is part of.
#[expect(clippy::string_slice, reason = "the build tells where one glob ends and the next begins")]
pub fn entry(place: usize) -> (&'static str, &'static [u16]) {
    let range = |ends: &[u32]| ends[place] as usize..ends[place + 1] as usize;
    (&ENTRIES.text[range(ENTRIES.text_ends)], &ENTRIES.sources[range(ENTRIES.source_ends)])
}

/// Returns all plain globs.
pub fn entries() -> impl Iterator<Item = (&'static str, &'static [u16])> {
    (0..ENTRIES.text_ends.len() - 1).map(entry)
}

/// Returns the place of a regex in [`PATTERNS`].
pub fn pattern(text: &str) -> Option<usize> {
    PATTERNS.binary_search_by(|known| known.text.cmp(text)).ok()
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
        for (place, known) in PATTERNS.iter().enumerate() {
            let regex = pattern::parse(known.text).unwrap();
            assert_eq!(known.needs, Needs::of(&regex), "{}", known.text);
            let mut literals: Vec<_> = required(&regex).unwrap_or_default();
            assert_eq!(known.has_literals, !literals.is_empty(), "{}", known.text);
            literals.extend(literals.clone().iter().map(|literal| literal.to_ascii_uppercase()));
            for literal in literals {
                assert!(owners(&literal).contains(&place), "{}", known.text);
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
        let literals: Vec<_> =
            PATTERNS.iter().map(|known| required(&pattern::parse(known.text).unwrap())).collect();
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
                    assert!(pattern(text).is_some(), "{name}: {text}");
                }
                for glob in when.paths.iter().chain(&when.not_paths) {
                    let is_known = GLOBS.binary_search(&glob.as_str()).is_ok();
                    assert!(is_known || glob.contains(['[', '?']), "{name}: {glob}");
                }
            }
        }
    }
}
