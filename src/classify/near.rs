//! Why not: the rules that all but matched a hunk, each with the one condition that kept it from it.
//!
//! Each rule is tried again without one of its conditions, by the engine that judges. That
//! is slow, and only done where somebody asks.

use std::cmp::Reverse;
use std::mem::take;

use super::{Classifier, RuleRef};
use crate::change::path::quoted;
use crate::change::{FileChange, HunkId, HunkKind};
use crate::policy::Policy;
use crate::rule::{Conditions, Kind, Rule, RuleOrigin, glob};
use crate::service::Unmappable;

/// How many entries of a condition are told.
const ENTRIES: usize = 3;
/// How much of an entry is told, in characters.
const LONGEST: usize = 60;

/// A rule that all but matched a hunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The rule, as an index into [`Policy::rules`](crate::policy::Policy::rules).
    pub rule: usize,
    /// What kept it from matching, in words.
    pub because: String,
    /// How many of its conditions held.
    pub held: usize,
    /// The nearest is the least.
    rank: (bool, bool, u8, Reverse<usize>, usize),
}

/// A policy that can be asked what its rules missed by.
pub struct Near<'a> {
    policy: &'a Policy,
    classifier: &'a Classifier,
}

/// A condition of a rule. Those further up tell more where they fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Comments,
    NotPaths,
    Except,
    Within,
    NotWithin,
    Paths,
    Kinds,
    Services,
    Keys,
    Syntax,
    Added,
    Removed,
    Changed,
    Differs,
}

impl Part {
    const ALL: [Self; 14] = [
        Self::Comments,
        Self::NotPaths,
        Self::Except,
        Self::Within,
        Self::NotWithin,
        Self::Paths,
        Self::Kinds,
        Self::Services,
        Self::Keys,
        Self::Syntax,
        Self::Added,
        Self::Removed,
        Self::Changed,
        Self::Differs,
    ];

    /// Returns the conditions without this one; `None` where it is not among them.
    fn dropped(self, when: &Conditions) -> Option<Conditions> {
        let mut rest = when.clone();
        let is_absent = match self {
            Self::Comments => std::mem::replace(&mut rest.comments, true),
            Self::NotPaths => take(&mut rest.not_paths).is_empty(),
            Self::Except => take(&mut rest.except).is_empty(),
            Self::Within => take(&mut rest.within).is_empty(),
            Self::NotWithin => take(&mut rest.not_within).is_empty(),
            Self::Paths => take(&mut rest.paths).is_empty(),
            Self::Kinds => take(&mut rest.kinds).is_empty(),
            Self::Services => take(&mut rest.services).is_empty(),
            Self::Keys => take(&mut rest.keys).is_empty(),
            Self::Syntax => take(&mut rest.syntax).is_empty(),
            Self::Added => take(&mut rest.added).is_empty(),
            Self::Removed => take(&mut rest.removed).is_empty(),
            Self::Changed => take(&mut rest.changed).is_empty(),
            Self::Differs => take(&mut rest.differs).is_empty(),
        };
        (!is_absent).then_some(rest)
    }

    /// Tells whether the path decides about it alone.
    fn is_of_place(self) -> bool {
        matches!(self, Self::NotPaths | Self::Paths | Self::Services)
    }

    /// Returns how much it tells that this one failed: 0 for the most.
    fn tier(self) -> u8 {
        match self {
            Self::Comments | Self::NotPaths | Self::Except | Self::Within | Self::NotWithin => 0,
            Self::Paths | Self::Kinds | Self::Services => 1,
            Self::Keys | Self::Syntax | Self::Added | Self::Removed | Self::Changed | Self::Differs => 2,
        }
    }
}

impl<'a> Near<'a> {
    /// Takes the policy and the classifier of it.
    pub fn new(policy: &'a Policy, classifier: &'a Classifier) -> Self {
        Self { policy, classifier }
    }

    /// Returns the near misses of each hunk of a file, the nearest first.
    ///
    /// A rule that matched is among them: where the hunk is local all the same, a comment or a `[[local]]` went before it.
    pub fn misses(&self, file: &FileChange) -> Result<Vec<(HunkId, Vec<NearMiss>)>, Unmappable> {
        let (variants, rules) = self.variants(file);
        let tried = Policy { rules, locals: Vec::new(), ..self.policy.clone() };
        let judged = Classifier::new(&tried)?.judge(file).into_iter();
        let misses = judged.map(|hunk| {
            let mut met: Vec<(usize, Option<Part>)> = Vec::new();
            for finding in &hunk.findings {
                let RuleRef::Policy(variant) = finding.rule else { continue };
                let Some(&(rule, part)) = variants.get(variant) else { continue };
                // Variants come in order: the first that is met tells the most.
                if met.last().is_none_or(|(known, _)| *known != rule) {
                    met.push((rule, part));
                }
            }
            let mut misses: Vec<NearMiss> =
                met.into_iter().map(|(rule, part)| self.miss(rule, part, file, hunk.kind)).collect();
            misses.sort_by_key(|one| one.rank);
            (hunk.id, misses)
        });
        Ok(misses.collect())
    }

    /// Returns the rules that are worth a try with this file, each whole and without one condition, with their places.
    fn variants(&self, file: &FileChange) -> (Vec<(usize, Option<Part>)>, Vec<Rule>) {
        let here = self.classifier.rules_at(file);
        let (mut variants, mut tried) = (Vec::new(), Vec::new());
        for (index, rule) in self.policy.rules.iter().enumerate() {
            let is_own = matches!(rule.origin, RuleOrigin::Policy(_));
            let is_here = here.contains(&index);
            if !is_own && !is_here && !rule.when.paths.iter().any(|text| ends_like(text, file)) {
                continue;
            }
            let mut add = |part, when| {
                variants.push((index, part));
                tried.push(Rule { when, ..rule.clone() });
            };
            add(None, rule.when.clone());
            for part in Part::ALL.into_iter().filter(|part| is_here != part.is_of_place()) {
                // What is left must say something; a rule of one's own is told of all the same.
                if let Some(when) = part.dropped(&rule.when)
                    && (is_own || held(&when) > 0)
                {
                    add(Some(part), when);
                }
            }
        }
        (variants, tried)
    }

    fn miss(&self, rule: usize, part: Option<Part>, file: &FileChange, kind: HunkKind) -> NearMiss {
        let of = &self.policy.rules[rule];
        let is_own = matches!(of.origin, RuleOrigin::Policy(_));
        let held =
            part.and_then(|part| part.dropped(&of.when)).map_or_else(|| held(&of.when), |when| held(&when));
        let tier = part.map_or(0, Part::tier) + if held == 0 { 3 } else { 0 };
        let because = match part {
            None if of.provenance.is_some() => "when: nothing says that AI wrote it".to_owned(),
            None => "it matches, and what makes the hunk local goes before it".to_owned(),
            Some(part) => said(part, &of.when, file, kind),
        };
        NearMiss { rule, because, held, rank: (part.is_some(), !is_own, tier, Reverse(held), rule) }
    }
}

/// Tells whether a glob is for files with names like this one's, wherever they are.
fn ends_like(text: &str, file: &FileChange) -> bool {
    let path = quoted(file.path());
    let name = path.rsplit('/').next().unwrap_or_default();
    let end = name.rsplit('.').next().unwrap_or_default();
    let last = text.rsplit('/').next().unwrap_or_default();
    last.contains(end) && is_match(last, name)
}

/// Counts the conditions that ask for something.
fn held(when: &Conditions) -> usize {
    let lists = [&when.paths, &when.added, &when.removed, &when.changed, &when.differs, &when.services];
    lists.iter().filter(|list| !list.is_empty()).count()
        + usize::from(!when.kinds.is_empty())
        + usize::from(!when.keys.is_empty())
        + usize::from(!when.syntax.is_empty())
}

/// Says which condition failed, what it wanted and what there is.
fn said(part: Part, when: &Conditions, file: &FileChange, kind: HunkKind) -> String {
    let path = quoted(file.path());
    match part {
        Part::Comments => "comments: only comments, blanks or the layout change".to_owned(),
        Part::NotPaths => {
            let matching: Vec<_> =
                when.not_paths.iter().filter(|text| is_match(text, &path)).cloned().collect();
            let globs = if matching.is_empty() { &when.not_paths } else { &matching };
            format!("not-paths: `{path}` matches {}", listed(globs))
        }
        Part::Except => format!("except: the lines that would match also match {}", listed(&when.except)),
        Part::Within => format!("within: no line around matches {}", listed(&when.within)),
        Part::NotWithin => format!("not-within: a line around matches {}", listed(&when.not_within)),
        Part::Paths => {
            let deeper = when.paths.iter().map(|text| (text, format!("**/{text}")));
            let deeper =
                deeper.filter(|(text, _)| !text.contains('/')).find(|(_, deep)| is_match(deep, &path));
            let hint = deeper.map_or(String::new(), |(text, deep)| {
                format!("; `{text}` looks at the top only, `{deep}` would match")
            });
            // Those for files of such a name first.
            let (near, far): (Vec<_>, Vec<_>) =
                when.paths.iter().cloned().partition(|text| ends_like(text, file));
            format!("paths: `{path}` does not match {}{hint}", listed(&[near, far].concat()))
        }
        Part::Kinds => {
            let is = if file.new.is_none() { "deleted" } else { kind.name() };
            let wanted =
                when.kinds.iter().filter_map(|kind| Kind::ALL.iter().find(|(_, known)| known == kind));
            let wanted: Vec<_> = wanted.map(|(name, _)| *name).collect();
            format!("kinds: this is {is}, not {}", listed(&wanted))
        }
        Part::Services => format!("services: `{path}` is not in {}", listed(&when.services)),
        Part::Keys => {
            let keys: Vec<String> = when.keys.iter().map(ToString::to_string).collect();
            format!("keys: nothing changes at or under {}", listed(&keys))
        }
        Part::Syntax => {
            let patterns: Vec<String> = when.syntax.iter().map(|one| one.pattern.clone()).collect();
            format!("syntax: no changed code is like {}", listed(&patterns))
        }
        Part::Added => format!("added: no added line matches {}", listed(&when.added)),
        Part::Removed => format!("removed: no removed line matches {}", listed(&when.removed)),
        Part::Changed => format!("changed: no changed line matches {}", listed(&when.changed)),
        Part::Differs => {
            format!("differs: the same before and after, or not there: {}", listed(&when.differs))
        }
    }
}

fn is_match(text: &str, path: &str) -> bool {
    glob::compile(text).is_ok_and(|glob| glob.compile_matcher().is_match(path))
}

/// Writes the first of some entries, and how many more there are.
fn listed(entries: &[impl AsRef<str>]) -> String {
    let quoted = |entry: &str| match entry.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", entry.get(..end).unwrap_or_default()),
        None => format!("`{entry}`"),
    };
    let quoted: Vec<String> = entries.iter().take(ENTRIES).map(|entry| quoted(entry.as_ref())).collect();
    let more = entries.len().saturating_sub(ENTRIES);
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        all if more > 0 => format!("{} or {more} more", all.join(", ")),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::{deletion, edit};

    const RULES: &str = r#"version = 1
[[rule]]
id = "pool"
category = "config"
paths = ["*.yaml"]
changed = ['pool_size']
why = "w"
[[rule]]
id = "timeout"
category = "config"
paths = ["**/*.yaml"]
not-paths = ["test/**"]
added = ['timeout']
removed = ['timeout']
except = ['# ok$']
why = "w"
[[rule]]
id = "moved"
category = "infra"
paths = ["src/**"]
kinds = ["deleted", "renamed"]
why = "w"
[[rule]]
id = "infra"
category = "infra"
paths = ["infra/**"]
why = "w"
[[rule]]
id = "agents"
category = "config"
paths = ["agents/**"]
added = ['tool']
when = "ai"
why = "w"
[[local]]
paths = ["docs/**"]
"#;

    /// Returns what is told of the rules that are nearest, a line each.
    fn near(file: &FileChange) -> String {
        near_of(RULES, file)
    }

    /// Returns what is told of these rules; those whose ids begin with `pack` are a pack's.
    fn near_of(rules: &str, file: &FileChange) -> String {
        let (mut policy, _) = Policy::parse(rules, "gate.toml", &|_| Ok(None)).unwrap();
        for rule in policy.rules.iter_mut().filter(|rule| rule.id.starts_with("pack")) {
            rule.origin = RuleOrigin::Pack;
        }
        let classifier = Classifier::new(&policy).unwrap();
        let misses = Near::new(&policy, &classifier).misses(file).unwrap();
        let line = |miss: &NearMiss| format!("{}: {}\n", policy.rules[miss.rule].id, miss.because);
        misses[0].1.iter().map(line).collect()
    }

    #[test]
    fn the_one_condition_that_failed_is_told() {
        insta::assert_snapshot!(near(&edit("a/b.yaml", "pool_size: 1\n", "pool_size: 2\n")), @r"
        pool: paths: `a/b.yaml` does not match `*.yaml`; `*.yaml` looks at the top only, `**/*.yaml` would match
        infra: paths: `a/b.yaml` does not match `infra/**`
        ");
        insta::assert_snapshot!(near(&edit("a/b.yaml", "x: 1\n", "timeout: 2\n")), @r"
        timeout: removed: no removed line matches `timeout`
        infra: paths: `a/b.yaml` does not match `infra/**`
        ");
        insta::assert_snapshot!(near(&edit("a/b.yaml", "timeout: 1 # ok\n", "timeout: 2\n")), @r"
        timeout: except: the lines that would match also match `# ok$`
        infra: paths: `a/b.yaml` does not match `infra/**`
        ");
        insta::assert_snapshot!(near(&edit("test/b.yaml", "timeout: 1\n", "timeout: 2\n")), @r"
        timeout: not-paths: `test/b.yaml` matches `test/**`
        infra: paths: `test/b.yaml` does not match `infra/**`
        ");
        insta::assert_snapshot!(near(&edit("src/a.go", "a\n", "b\n")), @r"
        moved: kinds: this is text, not `deleted` or `renamed`
        infra: paths: `src/a.go` does not match `infra/**`
        ");
        insta::assert_snapshot!(near(&deletion("lib/a.go", "a\n")), @r"
        moved: paths: `lib/a.go` does not match `src/**`
        infra: paths: `lib/a.go` does not match `infra/**`
        ");
    }

    /// Writes a policy of rules, each of an id and its conditions.
    fn rules(rows: &[(&str, &str)]) -> String {
        let rule = |(id, when): &(&str, &str)| {
            format!("[[rule]]\nid = \"{id}\"\ncategory = \"config\"\nwhy = \"w\"\n{when}\n")
        };
        format!("version = 1\n{}", rows.iter().map(rule).collect::<String>())
    }

    #[test]
    fn what_tells_most_is_told_first() {
        let rules = rules(&[
            ("only-path", "paths = ['b/**']"),
            ("line", "paths = ['**/*.yaml']\nadded = ['y']"),
            ("path", "paths = ['c/*.yaml']\nadded = ['x']"),
            ("not-path", "paths = ['**/*.yaml']\nnot-paths = ['a/**']"),
            ("both", "paths = ['**/*.yaml']\nadded = ['x']\nremoved = ['x']"),
            ("pack-not-path", "paths = ['**/*.yaml']\nnot-paths = ['a/**']"),
        ]);
        insta::assert_snapshot!(near_of(&rules, &edit("a/b.yaml", "1\n", "x\n")), @r"
        not-path: not-paths: `a/b.yaml` matches `a/**`
        path: paths: `a/b.yaml` does not match `c/*.yaml`
        both: removed: no removed line matches `x`
        line: added: no added line matches `y`
        only-path: paths: `a/b.yaml` does not match `b/**`
        pack-not-path: not-paths: `a/b.yaml` matches `a/**`
        ");
    }

    #[test]
    fn rules_of_packs_are_told_of_where_they_are_for_such_files() {
        let rules = rules(&[
            ("pack-here", "paths = ['a/**']\nchanged = ['y']"),
            ("pack-of-such-names", "paths = ['infra/*.yaml']\nchanged = ['x']"),
            ("pack-of-other-names", "paths = ['infra/**']\nchanged = ['x']"),
            ("pack-of-paths", "paths = ['infra/*.yaml']"),
            ("own", "paths = ['infra/**']"),
        ]);
        insta::assert_snapshot!(near_of(&rules, &edit("a/b.yaml", "1\n", "x\n")), @r"
        own: paths: `a/b.yaml` does not match `infra/**`
        pack-of-such-names: paths: `a/b.yaml` does not match `infra/*.yaml`
        pack-here: changed: no changed line matches `y`
        ");
    }

    #[test]
    fn glob_is_for_such_files_where_its_end_says_so() {
        let file = edit("a/main.tf", "1\n", "2\n");
        assert!(ends_like("infra/*.tf", &file) && ends_like("main.tf", &file));
        for other in ["infra/*.yaml", "infra/**", "infra/*", "infra/x.tf", "*.tf/x"] {
            assert!(!ends_like(other, &file), "{other}");
        }
    }

    #[test]
    fn each_condition_that_asks_counts() {
        let lists = "paths = ['a']\nadded = ['a']\nremoved = ['a']\nchanged = ['a']\ndiffers = ['a']\n";
        let all = format!("{lists}kinds = ['mode']\nkeys = ['a']\nnot-paths = ['b']\nexcept = ['c']");
        let held = |when: &str| {
            let (policy, _) = Policy::parse(&rules(&[("a", when)]), "gate.toml", &|_| Ok(None)).unwrap();
            held(&policy.rules[0].when)
        };
        assert_eq!(held(lists), 5);
        assert_eq!(held(&all), 7);
        #[cfg(feature = "syntax")]
        assert_eq!(held(&format!("{all}\nsyntax = ['f($A)']")), 8);
    }

    #[test]
    fn rule_for_ai_says_so() {
        let told = near(&edit("agents/a.py", "x\n", "tool\n"));
        assert!(told.contains("agents: when: nothing says that AI wrote it"), "{told}");
    }

    #[test]
    fn two_conditions_that_failed_are_no_near_miss() {
        assert!(!near(&edit("a/b.go", "x: 1\n", "x: 2\n")).contains("pool"));
    }

    #[test]
    fn rule_that_a_local_or_a_comment_goes_before_is_told_first() {
        insta::assert_snapshot!(near(&edit("docs/b.yaml", "timeout: 1\n", "timeout: 2\n")), @r"
        timeout: it matches, and what makes the hunk local goes before it
        infra: paths: `docs/b.yaml` does not match `infra/**`
        ");
        insta::assert_snapshot!(near(&edit("infra/b.yaml", "# 1\n", "# 2\n")), @"infra: comments: only comments, blanks or the layout change");
        insta::assert_snapshot!(near(&edit("infra/b.yaml", "a: [b]\n", "a: [ b ]\n")), @"infra: comments: only comments, blanks or the layout change");
    }

    #[test]
    fn no_more_than_three_entries_are_told() {
        let entries = ["a", "b", "c", "d", "e"].map(str::to_owned);
        assert_eq!(listed(&entries), "`a`, `b`, `c` or 2 more");
        assert_eq!(listed(&entries[..2]), "`a` or `b`");
    }
}
