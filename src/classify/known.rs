//! What is worked out about the regexes and globs of the built-in packs when gate is built.
//!
//! It is known by their text alone: a rule of the repository with the same regex or glob
//! has the use of it too, and nothing hangs on it but time.

#![allow(clippy::unreadable_literal, reason = "the tables are written by the build")]

use std::borrow::Cow;

use super::grams::{Grams, Literal};
use super::needs::Needs;
use super::parts::Key;

/// A built-in regex.
#[derive(Debug)]
pub struct Known {
    /// As it is written.
    pub text: &'static str,
    /// A line that it matches holds one of its literals: [`GRAMS`] tells which.
    pub has_literals: bool,
    /// What else a line must have.
    pub needs: Needs,
}

include!(concat!(env!("OUT_DIR"), "/known.rs"));

/// Returns the place of a regex in [`PATTERNS`].
pub fn pattern(text: &str) -> Option<usize> {
    PATTERNS.binary_search_by(|known| known.text.cmp(text)).ok()
}

/// Returns the places in [`ENTRIES`] of the globs with this key.
pub fn globs_by(key: Key<'_>) -> &'static [u16] {
    BY_KEY.binary_search_by(|(other, _)| other.cmp(&key)).map_or(&[], |at| BY_KEY[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::classify::literals::required;
    use crate::rule::pattern;

    #[test]
    fn what_is_known_is_what_is_found_by_looking() {
        for (place, known) in PATTERNS.iter().enumerate() {
            let regex = pattern::parse(known.text).unwrap();
            assert_eq!(known.needs, Needs::of(&regex), "{}", known.text);
            let mut literals = required(&regex).unwrap_or_default();
            assert_eq!(known.has_literals, !literals.is_empty(), "{}", known.text);
            let own = GRAMS.literals.iter().filter(|literal| literal.owner as usize == place);
            let range = |literal: &Literal| literal.start as usize..(literal.start + literal.length) as usize;
            let mut found: Vec<_> = own.map(|literal| GRAMS.text[range(literal)].to_vec()).collect();
            literals.sort();
            found.sort();
            assert_eq!(found, literals, "{}", known.text);
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
