//! The built-in packs as tables, made of their TOML files when gate is built.
//!
//! Reading two dozen TOML files takes longer than git takes for a small diff. A pack
//! that holds what the build does not know is not in the tables, and read as it is written.

#![allow(clippy::unreadable_literal, reason = "the tables are written by the build")]

use super::key_path::KeyPath;
use super::pack::Pack;
use super::texts::Texts;
use super::{Conditions, Example, Kind, Local, Rule, RuleOrigin, Text};

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Reads what the build wrote: the numbers of texts, and before each list how long it is.
struct Reader<'a> {
    numbers: &'a [u16],
    texts: Texts,
}

/// Returns a pack; `None` where there is no table of it.
pub(super) fn pack(name: &'static str) -> Option<Pack> {
    let place = STARTS.binary_search_by(|(known, _)| known.cmp(&name)).ok()?;
    let mut reader = Reader { numbers: NUMBERS.get(STARTS[place].1..)?, texts: TEXTS };
    let about = reader.word()?.to_owned();
    let extends = reader.list(Reader::word)?;
    let extends = extends.iter().map(|pack| pack.strip_prefix(super::pack::PREFIX).map(str::to_owned));
    let extends = extends.collect::<Option<_>>()?;
    let except = reader.list(Reader::text)?;
    let rules = reader.list(|reader| reader.rule(&except))?;
    let locals = reader.list(Reader::local)?;
    Some(Pack { name, about, extends, rules, locals })
}

impl Reader<'_> {
    fn number(&mut self) -> Option<usize> {
        let (&number, rest) = self.numbers.split_first()?;
        self.numbers = rest;
        Some(usize::from(number))
    }

    fn word(&mut self) -> Option<&'static str> {
        let place = self.number()?;
        self.texts.at(place)
    }

    fn text(&mut self) -> Option<Text> {
        let number = *self.numbers.first()?;
        self.word()?;
        Some(Text::built_in(number))
    }

    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        (0..self.number()?).map(|_| one(self)).collect()
    }

    fn rule(&mut self, except: &[Text]) -> Option<Rule> {
        let [id, category, why] = [self.word()?, self.word()?, self.word()?].map(str::to_owned);
        let mut when = self.conditions()?;
        if when.looks_at_lines() {
            when.except.extend_from_slice(except);
        }
        let examples = self.list(Self::example)?;
        let (required, provenance, origin) = (None, None, RuleOrigin::Pack);
        Some(Rule { id, category, why, when, required, provenance, examples, origin })
    }

    fn local(&mut self) -> Option<Local> {
        let why = self.word()?.to_owned();
        Some(Local { why, when: self.conditions()?, line: 0 })
    }

    fn conditions(&mut self) -> Option<Conditions> {
        let mut when = Conditions { comments: self.number()? != 0, ..Conditions::default() };
        for _ in 0..self.number()? {
            let key = self.word()?;
            let list = match key {
                "paths" => &mut when.paths,
                "not-paths" => &mut when.not_paths,
                "added" => &mut when.added,
                "removed" => &mut when.removed,
                "changed" => &mut when.changed,
                "differs" => &mut when.differs,
                "except" => &mut when.except,
                "within" => &mut when.within,
                "not-within" => &mut when.not_within,
                "only" => &mut when.only,
                "kinds" => {
                    when.kinds = self.list(|reader| {
                        let word = reader.word()?;
                        Some(Kind::ALL.iter().find(|(name, _)| *name == word)?.1)
                    })?;
                    continue;
                }
                "keys" => {
                    when.keys = self.list(|reader| KeyPath::parse(reader.word()?).ok())?;
                    continue;
                }
                _ => return None,
            };
            *list = self.list(Self::text)?;
        }
        Some(when)
    }

    fn example(&mut self) -> Option<Example> {
        let (path, diff) = (self.text()?, self.text()?);
        Some(Example { path, diff, matches: self.number()? != 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that these rows are made of.
    const WORDS: Texts = Texts { all: "addeda.bkeyskindsdeletednonsense", ends: &[0, 5, 8, 12, 17, 24, 32] };
    const ADDED: u16 = 0;
    const KEY: u16 = 1;
    const KEYS: u16 = 2;
    const KINDS: u16 = 3;
    const DELETED: u16 = 4;
    const NONSENSE: u16 = 5;

    #[test]
    fn a_row_has_the_conditions_that_it_lists() {
        let conditions = |key, text| Reader { numbers: &[0, 1, key, 1, text], texts: WORDS }.conditions();
        assert_eq!(conditions(ADDED, KEY).unwrap().added, [Text::built_in(KEY)]);
        assert_eq!(conditions(KEYS, KEY).unwrap().keys, [KeyPath::parse("a.b").unwrap()]);
        assert_eq!(conditions(KINDS, DELETED).unwrap().kinds, [Kind::Deleted]);
        assert!(conditions(KINDS, NONSENSE).is_none() && conditions(NONSENSE, KEY).is_none());
    }

    #[test]
    fn what_ends_too_soon_is_nothing() {
        for end in 0..5 {
            let numbers = &[1, 1, ADDED, 1, KEY][..end];
            assert!(Reader { numbers, texts: WORDS }.conditions().is_none(), "{end}");
        }
        assert!(Reader { numbers: &[1, 1, ADDED, 1, KEY], texts: WORDS }.conditions().unwrap().comments);
    }
}
