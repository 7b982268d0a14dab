//! The conditions of all rules and locals, in common tables, and what they say of a file and its hunks.

use std::sync::Arc;

use bstr::BStr;

use super::Always;
use super::always::Fixed;
use super::codes::Codes;
use super::excerpt::without_end;
use super::globs::{self, Globs};
use super::hits::{Hit, Hits};
use super::lines::{Patterns, Sieve, Use};
use super::parsed::{Met, Parsed};
use crate::change::{FileChange, Hunk, Line, Origin, Side, path};
use crate::policy::Policy;
use crate::rule::key_path::KeyPath;
use crate::rule::{Conditions, Kind, RuleOrigin, Text, glob};
use crate::service::ServiceMap;

/// The conditions of a policy: of its rules, then of its locals.
#[derive(Debug)]
pub struct Subjects {
    pub(super) all: Vec<Subject>,
    /// Which of them a pack holds.
    of_pack: Vec<bool>,
    rules: usize,
    globs: Globs,
    pub(super) patterns: Patterns,
    pub(super) keys: Vec<KeyPath>,
    pub(super) codes: Codes,
    fixed: Fixed,
}

/// The conditions of a rule or a local, its globs and regexes being in the common tables.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) is_anywhere: bool,
    /// Services by index, in one of which the path must be; `None` where it does not matter.
    services: Option<Vec<usize>>,
    /// Key paths by index.
    pub(super) keys: Vec<usize>,
    /// Patterns over code by index.
    pub(super) syntax: Vec<usize>,
    kinds: Vec<Kind>,
    pub(super) lines: Vec<LineCondition>,
    pub(super) except: Vec<usize>,
    pub(super) within: Vec<usize>,
    pub(super) not_within: Vec<usize>,
    /// Those that ask for an annotation, and so see them.
    pub(super) not_annotated: Vec<usize>,
    only: Vec<usize>,
    pub(super) comments: bool,
}

/// Regexes one of which must match a changed line.
#[derive(Debug)]
pub(super) struct LineCondition {
    removed: bool,
    added: bool,
    /// What they match must not be the same in the removed and the added lines.
    pub(super) differs: bool,
    patterns: Vec<usize>,
}

/// What a glob is to its subject; the two lowest bits of its tag.
const PATH: u32 = 1;
const FOLDED_PATH: u32 = 2;
const NOT_PATH: u32 = 3;

/// What is known of a subject and one path.
#[derive(Clone, Copy, Default)]
struct Seen {
    path: bool,
    folded_path: bool,
    not_path: bool,
    /// Where the folded path is another.
    folded_not_path: bool,
}

/// Which subjects have the file's paths, and what the paths are by themselves.
#[derive(Clone)]
pub struct Place {
    /// The rules one end's path has.
    pub rules: Vec<usize>,
    /// The locals that both ends' paths have, by index into the policy's locals.
    pub locals: Vec<usize>,
    /// What the paths are whatever the rules say.
    pub always: Vec<Always>,
    /// The regexes of their conditions.
    pub(super) sieve: Arc<Sieve>,
}

impl Subjects {
    /// Gathers the conditions of a policy.
    pub fn new(policy: &Policy) -> Self {
        let mut subjects = Self {
            all: Vec::with_capacity(policy.rules.len() + policy.locals.len()),
            of_pack: Vec::with_capacity(policy.rules.len() + policy.locals.len()),
            rules: policy.rules.len(),
            globs: Globs::default(),
            patterns: Patterns::default(),
            keys: Vec::new(),
            codes: Codes::default(),
            fixed: Fixed::new(
                &policy.key_files,
                policy.owners_from.as_ref().map_or(&[], |owners| &owners.places),
            ),
        };
        let rules = policy.rules.iter().map(|rule| (&rule.when, rule.origin == RuleOrigin::Pack));
        for (when, is_of_pack) in
            rules.chain(policy.locals.iter().map(|local| (&local.when, local.line == 0)))
        {
            subjects.add(when, policy);
            subjects.of_pack.push(is_of_pack);
        }
        subjects
    }

    /// Tells whether a rule holds in spite of a local: a pack does not silence what somebody wrote for this repository.
    pub fn outranks(&self, rule: usize, local: usize) -> bool {
        self.of_pack[local + self.rules] && !self.of_pack[rule]
    }

    /// Tells a rule from a local.
    pub(super) fn is_rule(&self, at: usize) -> bool {
        at < self.rules
    }

    /// Tells whether a rule asks for comments too.
    pub fn asks_for_comments(&self, rule: usize) -> bool {
        self.all[rule].comments
    }

    /// Tells which rules and locals have the paths of a file.
    pub fn place(&self, file: &FileChange, services: &ServiceMap) -> Place {
        let mut always = Vec::new();
        let mut sides: Vec<&Side> = file.old.iter().chain(&file.new).collect();
        sides.dedup_by_key(|side| (&side.path, side.mode));
        let homes: Vec<Vec<usize>> = sides.iter().map(|side| services.services_of(&side.path)).collect();
        let seen: Vec<Vec<Seen>> = sides.iter().map(|side| self.seen(side, &mut always)).collect();
        let (mut rules, mut locals) = (Vec::new(), Vec::new());
        for (at, subject) in self.all.iter().enumerate() {
            let mut ends = seen.iter().map(|seen| seen[at]).zip(&homes);
            let is_rule = at < self.rules;
            if is_rule && ends.any(|(seen, homes)| subject.may_be_at(seen) && subject.is_in(homes)) {
                rules.push(at);
            } else if !is_rule && ends.all(|(seen, homes)| subject.is_surely_at(seen) && subject.is_in(homes))
            {
                locals.push(at - self.rules);
            }
        }
        let key = rules.iter().copied().chain(locals.iter().map(|local| local + self.rules)).collect();
        let sieve = self.patterns.sieve(key, || self.uses(&rules, &locals));
        Place { rules, locals, always, sieve }
    }

    /// Tells whether a rule that has the path matches the hunk, and the line that decided, if it was one.
    pub fn meets(
        &self,
        rule: usize,
        file: &FileChange,
        hunk: &Hunk,
        hits: &Hits,
        parsed: &Parsed<'_>,
    ) -> Option<Met> {
        let subject = &self.all[rule];
        let hit = subject.meets(rule, file, hunk, hits)?;
        // A file is only parsed where all else is met.
        let met = self.meets_parsed(rule, hunk, parsed)?;
        Some(Met { hit: met.hit.or(hit), by: met.by })
    }

    /// Tells whether a local that has the path makes the hunk local.
    ///
    /// What leads elsewhere is only made local by a local that names that kind.
    pub fn makes_local(
        &self,
        local: usize,
        file: &FileChange,
        hunk: &Hunk,
        hits: &Hits,
        parsed: &Parsed<'_>,
    ) -> bool {
        let at = local + self.rules;
        let subject = &self.all[at];
        let kind = Kind::of(hunk.kind);
        let is_pointer = matches!(kind, Some(Kind::Symlink | Kind::Submodule));
        if is_pointer && !kind.is_some_and(|kind| subject.kinds.contains(&kind)) {
            return false;
        }
        subject.meets(at, file, hunk, hits).is_some()
            && self.has_only(subject, file, hunk)
            && self.is_all_parsed(subject, hunk, parsed)
    }

    fn has_only(&self, subject: &Subject, file: &FileChange, hunk: &Hunk) -> bool {
        if subject.only.is_empty() {
            return true;
        }
        // A line that is let through is one of a file that stays what and where it is.
        let stays = match (&file.old, &file.new) {
            (Some(old), Some(new)) => old.path == new.path && old.mode == new.mode,
            _ => false,
        };
        let mut changed = hunk.lines.iter().filter(|line| line.origin != Origin::Context).peekable();
        let is_allowed = |line: &Line| {
            let text = without_end(file.text(line));
            subject.only.iter().any(|&pattern| self.patterns.is_match(pattern, text))
        };
        stays && changed.peek().is_some() && changed.all(is_allowed)
    }

    fn add(&mut self, when: &Conditions, policy: &Policy) {
        let tag = u32::try_from(self.all.len()).expect("a policy has a size limit") << 2;
        for glob in &when.paths {
            self.globs.add(glob, tag + PATH);
            let folded = path::fold_text(glob.as_bytes());
            match String::from_utf8(folded) {
                Ok(folded)
                    if *glob != folded && (globs::is_built_in(&folded) || glob::check(&folded).is_ok()) =>
                {
                    self.globs.add(&folded.into(), tag + FOLDED_PATH);
                }
                _ => {}
            }
        }
        when.not_paths.iter().for_each(|glob| self.globs.add(glob, tag + NOT_PATH));
        let mut numbers =
            |texts: &[Text]| texts.iter().map(|text| self.patterns.add(text)).collect::<Vec<_>>();
        let (except, only) = (numbers(&when.except), numbers(&when.only));
        let within = numbers(&when.within);
        let (annotations, others): (Vec<_>, Vec<_>) =
            when.not_within.iter().cloned().partition(|regex| is_of_annotation(regex));
        let (not_annotated, not_within) = (numbers(&annotations), numbers(&others));
        let mut lines = line_conditions(when, &mut numbers);
        let is_placed = ![&within, &not_within, &not_annotated].iter().all(|regexes| regexes.is_empty());
        if lines.is_empty() && (is_placed || !except.is_empty()) {
            let patterns = vec![self.patterns.add(&Text::from(r"\S"))];
            lines.push(LineCondition { removed: true, added: true, differs: false, patterns });
        }
        let keys = when.keys.iter().map(|key| number(&mut self.keys, key)).collect();
        let syntax = when.syntax.iter().map(|pattern| number(&mut self.codes.all, pattern)).collect();
        let around = within.iter().chain(&not_within).chain(&not_annotated);
        around.for_each(|&regex| self.patterns.note_around(regex));
        self.all.push(Subject {
            is_anywhere: when.paths.is_empty(),
            services: (!when.services.is_empty()).then(|| {
                let is_named =
                    |at: &usize| when.services.iter().any(|name| *name == policy.services[*at].name);
                (0..policy.services.len()).filter(is_named).collect()
            }),
            keys,
            syntax,
            kinds: when.kinds.clone(),
            lines,
            except,
            within,
            not_within,
            not_annotated,
            only,
            comments: when.comments,
        });
    }

    /// Tells what each subject's globs say of one path.
    fn seen(&self, side: &Side, always: &mut Vec<Always>) -> Vec<Seen> {
        let path = BStr::new(&side.path);
        let folded = path::folded(path);
        let is_folded = folded == side.path;
        let is_pointer = !side.mode.is_file();
        self.fixed.of(path, folded.as_ref(), is_pointer, always);
        let mut all = vec![Seen::default(); self.all.len()];
        let read = |tag: u32| ((tag >> 2) as usize, tag & 3);
        self.globs.matching(path, |tag| {
            let (at, what) = read(tag);
            all[at].path |= what == PATH;
            all[at].not_path |= what == NOT_PATH;
            all[at].folded_path |= is_folded && what != NOT_PATH;
        });
        if !is_folded {
            self.globs.matching(&folded, |tag| {
                let (at, what) = read(tag);
                all[at].folded_path |= what != NOT_PATH;
                all[at].folded_not_path |= what == NOT_PATH;
            });
        }
        if is_pointer {
            self.globs.below(&folded, |tag| {
                let (at, what) = read(tag);
                all[at].folded_path |= at < self.rules && what != NOT_PATH;
            });
        }
        all
    }

    fn uses(&self, rules: &[usize], locals: &[usize]) -> Vec<Use> {
        let mut uses = Vec::new();
        for at in rules.iter().copied().chain(locals.iter().map(|local| local + self.rules)) {
            for (condition, line) in self.all[at].lines.iter().enumerate() {
                uses.extend(line.patterns.iter().map(|&pattern| (pattern, at, condition)));
            }
        }
        uses
    }
}

impl Subject {
    /// For a rule: either form of the path has it.
    fn may_be_at(&self, seen: Seen) -> bool {
        (self.is_anywhere || seen.path || seen.folded_path) && !seen.not_path
    }

    /// For a local: both forms of the path have it, as no spelling makes anything local.
    fn is_surely_at(&self, seen: Seen) -> bool {
        (self.is_anywhere || seen.path && seen.folded_path) && !seen.not_path && !seen.folded_not_path
    }

    fn is_in(&self, homes: &[usize]) -> bool {
        self.services.as_ref().is_none_or(|services| services.iter().any(|service| homes.contains(service)))
    }

    /// Tells whether all conditions but the path's are met; the hit is the first of the line conditions'.
    fn meets(&self, at: usize, file: &FileChange, hunk: &Hunk, hits: &Hits) -> Option<Option<Hit>> {
        let is_kind = |&kind: &Kind| match kind {
            Kind::Deleted => file.new.is_none(),
            Kind::Renamed | Kind::Mode | Kind::Symlink | Kind::Submodule | Kind::Binary => {
                Kind::of(hunk.kind) == Some(kind)
            }
        };
        if !self.kinds.is_empty() && !self.kinds.iter().any(is_kind) {
            return None;
        }
        let met: Option<Vec<Hit>> = (0..self.lines.len()).map(|condition| hits.of(at, condition)).collect();
        met.map(|hits| hits.first().copied())
    }
}

/// Tells whether a regex asks for an annotation, a decorator or an attribute.
fn is_of_annotation(regex: &str) -> bool {
    ["^@", r"^#\[", r"^\["].iter().any(|mark| regex.starts_with(mark))
}

/// Returns the number of a value in a table, where it is put if it is new.
fn number<T: Clone + PartialEq>(table: &mut Vec<T>, value: &T) -> usize {
    table.iter().position(|known| known == value).unwrap_or_else(|| {
        table.push(value.clone());
        table.len() - 1
    })
}

fn line_conditions(when: &Conditions, numbers: &mut impl FnMut(&[Text]) -> Vec<usize>) -> Vec<LineCondition> {
    let all = [
        (&when.added, false, true, false),
        (&when.removed, true, false, false),
        (&when.changed, true, true, false),
        (&when.differs, true, true, true),
    ];
    let written = all.into_iter().filter(|(texts, ..)| !texts.is_empty());
    written
        .map(|(texts, removed, added, differs)| {
            let patterns = numbers(texts);
            LineCondition { removed, added, differs, patterns }
        })
        .collect()
}

impl LineCondition {
    pub(super) fn asks_for(&self, origin: Origin) -> bool {
        match origin {
            Origin::Removed => self.removed,
            Origin::Added => self.added,
            Origin::Context => false,
        }
    }
}
