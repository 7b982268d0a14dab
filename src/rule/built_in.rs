//! The built-in packs as tables, made of their TOML files when gate is built.
//!
//! Reading two dozen TOML files takes longer than git takes for a small diff. A pack
//! that holds what the build does not know is `None` here, and read as it is written.

use super::key_path::KeyPath;
use super::pack::Pack;
use super::{Conditions, Example, Kind, Local, Rule, RuleOrigin};

/// A pack.
struct Written {
    about: &'static str,
    extends: &'static [&'static str],
    except: &'static [&'static str],
    rules: &'static [Row],
    locals: &'static [Row],
}

/// A rule or a local.
struct Row {
    /// `id`, `category`, `why`.
    words: &'static [(&'static str, &'static str)],
    comments: bool,
    /// Its conditions.
    lists: &'static [(&'static str, &'static [&'static str])],
    /// The path, the lines, and whether the rule matches them.
    examples: &'static [(&'static str, &'static str, bool)],
}

include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// Returns a pack; `None` where there is no table of it.
pub(super) fn pack(name: &'static str) -> Option<Pack> {
    let place = TABLES.binary_search_by(|(known, _)| known.cmp(&name)).ok()?;
    let written = TABLES[place].1.as_ref()?;
    let extends = written.extends.iter().map(|pack| pack.strip_prefix(super::pack::PREFIX));
    let rule = |row: &Row| {
        let mut when = row.conditions()?;
        if when.looks_at_lines() {
            when.except.extend(written.except.iter().map(|&text| text.to_owned()));
        }
        Some(Rule {
            id: format!("{name}/{}", row.word("id")?),
            category: row.word("category")?.to_owned(),
            why: row.word("why")?.to_owned(),
            when,
            required: None,
            provenance: None,
            examples: row.examples(),
            origin: RuleOrigin::Pack,
        })
    };
    let local = |row: &Row| {
        let why = row.word("why").unwrap_or_default().to_owned();
        Some(Local { when: row.conditions()?, why, line: 0 })
    };
    Some(Pack {
        name,
        about: written.about.to_owned(),
        extends: extends.map(|pack| pack.map(str::to_owned)).collect::<Option<_>>()?,
        rules: written.rules.iter().map(rule).collect::<Option<_>>()?,
        locals: written.locals.iter().map(local).collect::<Option<_>>()?,
    })
}

impl Row {
    fn word(&self, key: &str) -> Option<&'static str> {
        self.words.iter().find(|(known, _)| *known == key).map(|(_, word)| *word)
    }

    fn conditions(&self) -> Option<Conditions> {
        let mut when = Conditions { comments: self.comments, ..Conditions::default() };
        for &(key, texts) in self.lists {
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
                    let kind = |word: &&str| Kind::ALL.iter().find(|(name, _)| name == word);
                    when.kinds = texts.iter().map(|word| Some(kind(word)?.1)).collect::<Option<_>>()?;
                    continue;
                }
                "keys" => {
                    when.keys = texts.iter().map(|text| KeyPath::parse(text).ok()).collect::<Option<_>>()?;
                    continue;
                }
                _ => return None,
            };
            *list = texts.iter().map(|&text| text.to_owned()).collect();
        }
        Some(when)
    }

    fn examples(&self) -> Vec<Example> {
        let example = |&(path, diff, matches): &(&str, &str, bool)| Example {
            path: path.to_owned(),
            diff: diff.to_owned(),
            matches,
        };
        self.examples.iter().map(example).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_conditions_that_it_lists() {
        const ROWS: [&[(&str, &[&str])]; 5] = [
            &[("added", &["a"])],
            &[("keys", &["a.b"])],
            &[("kinds", &["deleted"])],
            &[("kinds", &["nonsense"])],
            &[("nonsense", &["a"])],
        ];
        let [added, keys, kinds, no_kind, nothing] =
            ROWS.map(|lists| Row { words: &[], comments: false, lists, examples: &[] }.conditions());
        assert_eq!(added.unwrap().added, ["a"]);
        assert_eq!(keys.unwrap().keys, [KeyPath::parse("a.b").unwrap()]);
        assert_eq!(kinds.unwrap().kinds, [Kind::Deleted]);
        assert!(no_kind.is_none() && nothing.is_none());
    }
}
