//! Tries a policy out on what has landed lately: what would it have asked?

use std::collections::BTreeMap;

use crate::classify::{Class, Judged};
use crate::policy::Policy;

/// What a policy would have asked of the changes that landed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// How many changes were looked at.
    pub changes: usize,
    /// How many of them would have needed a sign-off.
    pub blocked: usize,
    /// How many hunks they have in all.
    pub hunks: usize,
    /// How many of these would have needed one.
    pub architectural: usize,
    /// How many lines changed.
    pub lines: u64,
    /// How many of these somebody would have had to read.
    pub lines_to_review: u64,
    /// How many changes each rule would have stopped.
    rules: BTreeMap<String, usize>,
}

impl Replay {
    /// Adds one change.
    pub fn add(&mut self, policy: &Policy, hunks: &[Judged]) {
        let asked: Vec<&Judged> = hunks.iter().filter(|hunk| hunk.class == Class::Architectural).collect();
        self.changes += 1;
        self.blocked += usize::from(!asked.is_empty());
        self.hunks += hunks.len();
        self.architectural += asked.len();
        self.lines += hunks.iter().map(|hunk| u64::from(hunk.changed_lines)).sum::<u64>();
        self.lines_to_review += asked.iter().map(|hunk| u64::from(hunk.lines_to_review)).sum::<u64>();
        let mut rules: Vec<&str> =
            asked.iter().flat_map(|hunk| &hunk.findings).map(|finding| finding.rule.id(policy)).collect();
        rules.sort_unstable();
        rules.dedup();
        for rule in rules {
            *self.rules.entry(rule.to_owned()).or_default() += 1;
        }
    }

    /// Returns the rules with how many changes each would have stopped, the most first.
    pub fn rules(&self) -> Vec<(&str, usize)> {
        let mut rules: Vec<(&str, usize)> =
            self.rules.iter().map(|(rule, count)| (rule.as_str(), *count)).collect();
        rules.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        rules
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::edit;
    use crate::classify::Classifier;

    #[test]
    fn changes_that_would_have_been_stopped_are_counted_by_rule() {
        let source = "version = 1\nproject = \"x\"\n[[rule]]\nid = \"tf\"\ncategory = \"infra\"\npaths = [\"**/*.tf\"]\nwhy = \"w\"\n";
        let (policy, _) = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap();
        let classifier = Classifier::new(&policy).unwrap();
        let mut replay = Replay::default();
        for path in ["a.tf", "b.md", "c.tf"] {
            replay.add(&policy, &classifier.judge(&edit(path, "a\n", "b\n")));
        }
        assert_eq!((replay.changes, replay.blocked, replay.hunks, replay.architectural), (3, 2, 3, 2));
        assert_eq!((replay.lines, replay.lines_to_review), (6, 4));
        assert_eq!(replay.rules(), [("tf", 2)]);
    }
}
