//! The conditions on the parsed file: they are asked last, and a file is read once for all of them.
//!
//! What can't be read is a match for a rule and none for a `[[local]]`.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt::Display;
use std::rc::Rc;

use super::around::Around;
use super::codes::{self, Codes, Reading};
use super::excerpt::without_end;
use super::hits::{Hit, Looked};
use super::keyed::{self, Paths};
use super::layout::Layout;
use super::places::{Mark, Places};
use super::reading;
use super::subjects::{Subject, Subjects};
use crate::change::{FileChange, Hunk, HunkKind, Origin, Side};
use crate::lexer::Comments;
use crate::rule::key_path::KeyPath;
use crate::structure::{Structure, Unreadable};
use crate::syntax::{Code, Language, Unparsed};

/// A file with all that has been read of it.
pub struct Parsed<'a> {
    file: &'a FileChange,
    comments: &'a Comments<'a>,
    around: &'a Around<'a>,
    layout: Layout<'a>,
    is_generated: OnceCell<bool>,
    structures: OnceCell<Result<[Option<Structure>; 2], Unreadable>>,
    /// By the number of the key path, and whether it is for what lets changes off.
    by_key: RefCell<HashMap<(usize, bool), Rc<Found>>>,
    /// The code of both sides, the old one first, in each language that was asked for.
    codes: RefCell<HashMap<(bool, Language), ReadCode>>,
    by_pattern: RefCell<HashMap<(usize, bool), Rc<Found>>>,
}

/// Code, or why there is none.
type ReadCode = Rc<Result<Code, Unparsed>>;

/// What a condition finds in a file.
enum Found {
    Places(Places),
    /// Some of the places may be none: there, code could not be read.
    Doubts(Places),
    /// Nobody can tell, and why.
    Unknown(String),
    /// It is a file of another kind, by its name.
    Other(String),
}

/// What met the conditions on the parsed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Met {
    /// The changed line, if it was one.
    pub hit: Option<Hit>,
    /// The condition, in words.
    pub by: Option<String>,
}

impl<'a> Parsed<'a> {
    /// Prepares to read a file.
    pub fn new(file: &'a FileChange, comments: &'a Comments<'a>, around: &'a Around<'a>) -> Self {
        let (by_key, by_pattern) = (RefCell::default(), RefCell::default());
        Self {
            file,
            comments,
            around,
            layout: Layout::new(file),
            is_generated: OnceCell::new(),
            structures: OnceCell::new(),
            by_key,
            codes: RefCell::default(),
            by_pattern,
        }
    }

    /// Returns what stands around the lines of the file.
    pub(super) fn around(&self) -> &'a Around<'a> {
        self.around
    }

    /// Tells whether a program wrote the file.
    pub(super) fn is_generated(&self) -> bool {
        *self.is_generated.get_or_init(|| reading::is_generated(self.file))
    }

    /// Tells whether a hunk changes nothing but the layout of the file.
    pub fn is_layout(&self, hunk: &Hunk) -> bool {
        self.layout.is_all_of(hunk, || match self.structures() {
            Ok([Some(old), Some(new)]) => Some([old, new]),
            Ok(_) | Err(_) => None,
        })
    }

    fn structures(&self) -> &Result<[Option<Structure>; 2], Unreadable> {
        let read = || Ok([structure(self.file.old.as_ref())?, structure(self.file.new.as_ref())?]);
        self.structures.get_or_init(read)
    }

    fn by_key(&self, number: usize, path: &KeyPath, lets_off: bool) -> Rc<Found> {
        if let Some(found) = self.by_key.borrow().get(&(number, lets_off)) {
            return Rc::clone(found);
        }
        let found = Rc::new(self.find_key(path, lets_off));
        self.by_key.borrow_mut().insert((number, lets_off), Rc::clone(&found));
        found
    }

    fn find_key(&self, path: &KeyPath, lets_off: bool) -> Found {
        let [old, new] = match self.structures() {
            Ok(structures) => structures,
            Err(reason) => {
                let sides = self.file.old.iter().chain(&self.file.new);
                let told = format!("the keys can't be told: {reason}, so all of it counts");
                let is_other =
                    sides.map(|side| &side.path).all(|path| crate::structure::Format::of(path).is_none());
                return if is_other { Found::Other(told) } else { Found::Unknown(told) };
            }
        };
        let mut paths = Paths::default();
        let mut marks = |side: &Option<Structure>| match side {
            Some(structure) if lets_off => keyed::places_of_keys(structure, path, &mut paths),
            Some(structure) => keyed::places(structure, path, &mut paths),
            None => Some((Vec::new(), false)),
        };
        let is_free = [old, new].iter().any(|side| side.as_ref().is_some_and(Structure::is_scattered));
        let found = marks(old).zip(marks(new)).and_then(|((old, old_doubt), (new, new_doubt))| {
            let places = Places::new(self.file, &old, &new, is_free)?;
            Some(if old_doubt || new_doubt { Found::Doubts(places) } else { Found::Places(places) })
        });
        found.unwrap_or_else(|| {
            Found::Unknown("the keys can't be told: there are too many, so all of it counts".to_owned())
        })
    }
}

impl Parsed<'_> {
    fn by_pattern(&self, codes: &Codes, number: usize, is_named: bool) -> Rc<Found> {
        if let Some(found) = self.by_pattern.borrow().get(&(number, is_named)) {
            return Rc::clone(found);
        }
        let found = Rc::new(self.find_pattern(codes, number, is_named));
        self.by_pattern.borrow_mut().insert((number, is_named), Rc::clone(&found));
        found
    }

    fn find_pattern(&self, codes: &Codes, number: usize, is_named: bool) -> Found {
        let untold = |reason: &dyn Display| format!("the code can't be told: {reason}, so all of it counts");
        let sides = [self.file.old.as_ref(), self.file.new.as_ref()];
        let reading = |side: &Side| codes.reading(number, &side.path, is_named);
        if sides.iter().flatten().all(|side| reading(side) == Reading::Unknown) {
            return Found::Other(untold(&Unparsed::Language));
        }
        let (mut all, mut has_doubt) = ([Vec::new(), Vec::new()], false);
        for ((is_old, side), all) in [true, false].into_iter().zip(sides).zip(&mut all) {
            let Some(side) = side else { continue };
            let marks = match reading(side) {
                Reading::In(language) => self.marks(codes, number, is_old, side, language),
                Reading::Not => continue,
                Reading::Unknown => Err(Unparsed::Language),
            };
            match marks {
                Ok((marks, is_doubted)) => {
                    *all = marks;
                    has_doubt |= is_doubted;
                }
                Err(reason) => return Found::Unknown(untold(&reason)),
            }
        }
        let [old, new] = all;
        match Places::new(self.file, &old, &new, false) {
            Some(places) if has_doubt => Found::Doubts(places),
            Some(places) => Found::Places(places),
            None => Found::Unknown(untold(&"it matches too often")),
        }
    }

    fn marks(
        &self,
        codes: &Codes,
        number: usize,
        is_old: bool,
        side: &Side,
        language: Language,
    ) -> Result<(Vec<Mark>, bool), Unparsed> {
        let Some(pattern) = codes.pattern(number, language) else { return Ok((Vec::new(), false)) };
        let content = side.content.as_deref().filter(|_| side.mode.is_file()).ok_or(Unparsed::NotText)?;
        if !pattern.may_match(content) {
            return Ok((Vec::new(), false));
        }
        let code = self.code(is_old, content, language);
        let code = code.as_ref().as_ref().map_err(|reason| *reason)?;
        Ok(codes::marks(&pattern, content, code))
    }

    fn code(&self, is_old: bool, content: &[u8], language: Language) -> ReadCode {
        let mut codes = self.codes.borrow_mut();
        let code = codes.entry((is_old, language)).or_insert_with(|| Rc::new(Code::parse(content, language)));
        Rc::clone(code)
    }
}

fn structure(side: Option<&Side>) -> Result<Option<Structure>, Unreadable> {
    let Some(side) = side else { return Ok(None) };
    let content = side.content.as_deref().filter(|_| side.mode.is_file());
    Structure::read(&side.path, content.ok_or(Unreadable::NotText)?).map(Some)
}

impl Subjects {
    /// Tells whether a hunk meets the conditions of a rule on the parsed file, and what met them.
    pub(super) fn meets_parsed(&self, at: usize, hunk: &Hunk, parsed: &Parsed<'_>) -> Option<Met> {
        let subject = &self.all[at];
        let mut met = Met { hit: None, by: None };
        if !subject.keys.is_empty() {
            met = subject.keys.iter().find_map(|&key| {
                let found = parsed.by_key(key, &self.keys[key], false);
                self.concerns(&found, at, hunk, parsed, || format!("by the key path `{}`", self.keys[key]))
            })?;
        }
        if !subject.syntax.is_empty() {
            met = subject.syntax.iter().find_map(|&pattern| {
                let found = parsed.by_pattern(&self.codes, pattern, !subject.is_anywhere);
                self.concerns(&found, at, hunk, parsed, || {
                    format!("by the pattern `{}`", self.codes.all[pattern].pattern)
                })
            })?;
        }
        Some(met)
    }

    /// Tells whether every changed line of a hunk lies within what a local's conditions on the parsed file name.
    pub(super) fn is_all_parsed(&self, subject: &Subject, hunk: &Hunk, parsed: &Parsed<'_>) -> bool {
        let keys: Vec<_> =
            subject.keys.iter().map(|&key| parsed.by_key(key, &self.keys[key], true)).collect();
        let of_pattern = |&pattern: &usize| parsed.by_pattern(&self.codes, pattern, !subject.is_anywhere);
        (keys.is_empty() || is_all(&keys, hunk, parsed))
            && (subject.syntax.is_empty()
                || is_all(&subject.syntax.iter().map(of_pattern).collect::<Vec<_>>(), hunk, parsed))
    }

    fn concerns(
        &self,
        found: &Found,
        at: usize,
        hunk: &Hunk,
        parsed: &Parsed<'_>,
        named: impl Fn() -> String,
    ) -> Option<Met> {
        // A mode says nothing of the content, and what is empty has none.
        if matches!(hunk.kind, HunkKind::Mode | HunkKind::Empty) {
            return None;
        }
        let places = match found {
            Found::Places(places) | Found::Doubts(places) => places,
            Found::Unknown(reason) => return Some(Met { hit: None, by: Some(reason.clone()) }),
            // Whoever named the paths meant these files; a rule for all files means those that have keys.
            Found::Other(reason) => {
                return (!self.all[at].is_anywhere).then(|| Met { hit: None, by: Some(reason.clone()) });
            }
        };
        if hunk.kind != HunkKind::Text {
            return (!places.is_empty()).then(|| Met { hit: None, by: Some(named()) });
        }
        match self.hits_in(places, at, hunk, parsed).next() {
            Some(hit) => Some(Met { hit: Some(hit), by: Some(named()) }),
            None if places.may_have_moved(hunk) => {
                let by = format!("{}: unchanged lines came to be there, or no longer are", named());
                Some(Met { hit: None, by: Some(by) })
            }
            None => None,
        }
    }

    /// Finds the changed lines of a hunk in such places that a rule looks at.
    fn hits_in(
        &self,
        places: &Places,
        at: usize,
        hunk: &Hunk,
        parsed: &Parsed<'_>,
    ) -> impl Iterator<Item = Hit> {
        let changed = hunk.lines.iter().filter(|line| line.origin != Origin::Context);
        changed.filter_map(move |line| {
            let part = places.part_of(line)?;
            let text = without_end(parsed.file.text(line));
            let looked = Looked { line, text, comments: parsed.comments, around: parsed.around };
            let matched = (part.start - line.bytes.start, (part.end - line.bytes.start).min(text.len()));
            self.looks_at(at, &looked).then(|| looked.hit(matched))
        })
    }

    /// Returns each changed line of a hunk that lies where a rule's conditions on the parsed file are met.
    pub(super) fn parsed_hits(&self, at: usize, hunk: &Hunk, parsed: &Parsed<'_>) -> Vec<Hit> {
        let subject = &self.all[at];
        let keys = subject.keys.iter().map(|&key| parsed.by_key(key, &self.keys[key], false));
        let of_pattern = |&pattern: &usize| parsed.by_pattern(&self.codes, pattern, !subject.is_anywhere);
        let found: Vec<_> = keys.chain(subject.syntax.iter().map(of_pattern)).collect();
        let places = found.iter().filter_map(|found| match &**found {
            Found::Places(places) | Found::Doubts(places) => Some(places),
            Found::Unknown(_) | Found::Other(_) => None,
        });
        places.flat_map(|places| self.hits_in(places, at, hunk, parsed)).collect()
    }
}

/// Tells whether each changed line lies wholly within the places of one of these.
fn is_all(found: &[Rc<Found>], hunk: &Hunk, parsed: &Parsed<'_>) -> bool {
    let places: Option<Vec<&Places>> = found
        .iter()
        .map(|found| match &**found {
            Found::Places(places) => Some(places),
            Found::Doubts(_) | Found::Unknown(_) | Found::Other(_) => None,
        })
        .collect();
    let Some(places) = places else { return false };
    let mut changed = hunk.lines.iter().filter(|line| line.origin != Origin::Context).peekable();
    hunk.kind == HunkKind::Text
        && places.iter().all(|places| !places.has_moved())
        && changed.peek().is_some()
        && changed.all(|line| places.iter().any(|places| places.is_all_of(line, parsed.file.text(line))))
}

#[cfg(test)]
mod tests {
    use super::super::{Class, Classifier, Judged};
    use crate::change::testing::{addition, change, deletion, edit, renaming, side};
    use crate::change::{FileChange, Mode};
    use crate::policy::Policy;

    fn judge(rules: &str, file: &FileChange) -> Vec<Judged> {
        let source = format!("version = 1\n{rules}");
        let parsed = Policy::parse(&source, "gate.toml", &|_| Ok(None));
        let (policy, _) = parsed.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        Classifier::new(&policy).unwrap().judge(file)
    }

    /// Tells of each hunk whether a rule of these conditions matches it.
    fn matches(conditions: &str, file: &FileChange) -> Vec<bool> {
        let rule = format!("[[rule]]\nid = \"r\"\nwhy = \"w\"\n{conditions}\n");
        judge(&rule, file).iter().map(|judged| judged.class == Class::Architectural).collect()
    }

    const RESOURCES: &str = "keys = [\"spec.containers[].resources\"]";

    fn pod(name: &str, cpu: u32) -> String {
        format!(
            "kind: Pod\nspec:\n  containers:\n  - name: {name}\n    # how much\n    image: a\n    tty: true\n    resources:\n      limits:\n        cpu: {cpu}\n"
        )
    }

    #[test]
    fn change_at_or_below_the_key_counts_and_one_beside_it_does_not() {
        let both = edit("a.yaml", &pod("a", 1), &pod("b", 2));
        assert_eq!(matches(RESOURCES, &both), [false, true]);
        assert_eq!(matches(RESOURCES, &addition("a.yaml", &pod("a", 1))), [true]);
        assert_eq!(matches(RESOURCES, &deletion("a.yml", &pod("a", 1))), [true]);
        let judged = &judge(&format!("[[rule]]\nid = \"r\"\n{RESOURCES}\n"), &both)[1];
        let finding = &judged.findings[0];
        assert_eq!((finding.line, finding.removed), (Some(10), true));
        assert_eq!(finding.by.as_deref(), Some("by the key path `spec.containers[].resources`"));
    }

    #[test]
    fn line_at_the_key_must_be_one_that_the_rule_looks_at() {
        let beside = edit("a.yaml", "a: 1 # ok\nb: 1\n", "a: 2 # ok\nb: 2\n");
        assert_eq!(matches("keys = [\"a\"]", &beside), [true]);
        assert_eq!(matches("keys = [\"a\"]\nexcept = ['# ok']", &beside), [false]);
        assert_eq!(matches("keys = [\"b\"]\nexcept = ['# ok']", &beside), [true]);
        let above = edit("a.yaml", "a: 1\nc:\n  d: 1\n", "a: 2\nc:\n  d: 2\n");
        assert_eq!(matches("keys = [\"a\"]\nwithin = ['^c']", &above), [false]);
        assert_eq!(matches("keys = [\"c.d\"]\nwithin = ['^c']", &above), [true]);
        assert_eq!(matches("keys = [\"c.d\"]\nnot-within = ['^c']", &above), [false]);
    }

    #[test]
    fn what_encloses_a_line_is_asked_by_each_rule_for_itself() {
        let rules = "[[rule]]\nid = \"a\"\nadded = ['x']\nnot-within = ['^a']\n[[rule]]\nid = \"b\"\nadded = ['x']\nwithin = ['^b']\n";
        let found = |text: &str| {
            let judged = &judge(rules, &addition("f", text))[0];
            judged.findings.iter().map(|finding| finding.rule).collect::<Vec<_>>()
        };
        use super::super::RuleRef::Policy;
        assert_eq!(found("a\n  x\n"), []);
        assert_eq!(found("b\n  x\n"), [Policy(0), Policy(1)]);
        assert_eq!(found("c\n  x\n"), [Policy(0)]);
    }

    #[test]
    fn what_an_expression_comes_to_may_be_the_key_and_is_never_local() {
        let (old, new) = ("locals {\n  a = { b = 1 }\n}\n", "locals {\n  a = merge(var.x, { b = 2 })\n}\n");
        let beside = new.replace("var.x", "var.y");
        for key in ["locals.a.b", "locals.a", "locals.*[]", "**.b"] {
            assert_eq!(matches(&format!("keys = [\"{key}\"]"), &edit("a.tf", old, new)), [true], "{key}");
        }
        assert_eq!(matches("keys = [\"locals.a.b\"]", &edit("a.tf", new, &beside)), [true]);
        assert_eq!(matches("keys = [\"locals.c.b\"]", &edit("a.tf", new, &beside)), [false]);
        let is_local = |key: &str, old: &str, new: &str| {
            let rules = format!(
                "[[rule]]\nid = \"r\"\nwhy = \"w\"\npaths = [\"**\"]\n[[local]]\nkeys = [\"{key}\"]\n"
            );
            judge(&rules, &edit("a.tf", old, new))[0].class == Class::Local
        };
        assert!(is_local("locals.a", old, new));
        assert!(is_local("locals.a.b", old, &old.replace('1', "2")) == old.contains("a = {\n"));
        assert!(!is_local("locals.a.b", new, &new.replace('2', "3")));
        assert!(!is_local("**.b", new, &new.replace('2', "3")));
        let text = |x: &str, b: u32| format!("x = {x}\n\n\n\n\nb = {b}\n");
        let local = "[[rule]]\nid = \"r\"\nwhy = \"w\"\npaths = [\"**\"]\n[[local]]\nkeys = [\"**.b\"]\n";
        let classes = |old: &str, new: &str| {
            let judged = judge(local, &edit("a.tf", &text(old, 1), &text(new, 2)));
            judged.iter().map(|judged| judged.class == Class::Local).collect::<Vec<_>>()
        };
        assert_eq!(classes("1", "2"), [false, true]);
        assert_eq!(classes("f({ c = 1 })", "2"), [false, false]);
        assert_eq!(classes("1", "f({ c = 1 })"), [false, false]);
        let block = "locals {\n  b = 1\n  c = f({ d = 2 })\n}\n";
        assert!(is_local("locals.b", block, &block.replace('1', "5")));
        assert!(!is_local("locals.b", block, &block.replace('2', "5")));
        assert!(!is_local("locals.b", block, &block.replace("b = 1", "b = <<E")));
    }

    #[test]
    fn key_that_is_taken_out_is_looked_for_in_the_old_file() {
        let without = pod("a", 1).split("    resources").next().unwrap().to_owned();
        assert_eq!(matches(RESOURCES, &edit("a.yaml", &pod("a", 1), &without)), [true]);
        assert_eq!(matches(RESOURCES, &edit("a.yaml", &without, &pod("a", 1))), [true]);
    }

    #[test]
    fn key_above_that_is_renamed_moves_what_is_below() {
        let renamed = pod("a", 1).replace("containers", "initContainers");
        assert_eq!(matches(RESOURCES, &edit("a.yaml", &pod("a", 1), &renamed)), [true]);
        let split = pod("a", 1).replace("  containers:\n", "  containers:\n  more:\n");
        assert_eq!(matches(RESOURCES, &edit("a.yaml", &pod("a", 1), &split)), [true]);
    }

    #[test]
    fn comment_at_the_key_counts_only_where_it_is_asked_for() {
        let file =
            edit("a.yaml", &pod("a", 1), &pod("a", 1).replace("      limits", "      # why\n      limits"));
        assert_eq!(matches(RESOURCES, &file), [false]);
        assert_eq!(matches(&format!("{RESOURCES}\ncomments = true"), &file), [true]);
    }

    #[test]
    fn file_that_cannot_be_read_counts_as_a_match() {
        let template = "spec:\n  {{- toYaml .Values.spec | nindent 2 }}\nx: 1\n";
        let file = edit("chart/templates/a.yaml", template, &template.replace("x: 1", "x: 2"));
        assert_eq!(matches(RESOURCES, &file), [true]);
        assert_eq!(matches(RESOURCES, &edit("a.yaml", "x: 1\n", "x: [1\n")), [true]);
        let by = judge(&format!("[[rule]]\nid = \"r\"\n{RESOURCES}\n"), &file)[0].findings[0].by.clone();
        assert_eq!(
            by.unwrap(),
            "the keys can't be told: it is a template, and not YAML before it is rendered, so all of it counts"
        );
        let binary = change(None, Some(side("a.yaml", Mode::SYMLINK, b"elsewhere")));
        assert_eq!(matches(RESOURCES, &binary), [true]);
    }

    #[test]
    fn file_of_no_keys_counts_where_the_rule_names_it() {
        let file = edit("a/b.properties", "x=1\n", "x=2\n");
        assert_eq!(matches(RESOURCES, &file), [false]);
        assert_eq!(matches(&format!("paths = [\"a/**\"]\n{RESOURCES}"), &file), [true]);
        assert_eq!(matches(&format!("paths = [\"c/**\"]\n{RESOURCES}"), &file), [false]);
    }

    #[test]
    fn move_of_a_file_moves_its_keys() {
        let rule = "paths = [\"**/*.toml\"]\nkeys = [\"a\"]";
        let text = b"a = 1\n";
        let moved = |text: &[u8]| {
            change(Some(side("a.toml", Mode::FILE, text)), Some(side("b/c.toml", Mode::FILE, text)))
        };
        assert_eq!(matches(rule, &moved(text)), [true]);
        assert_eq!(matches(rule, &moved(b"b = 1\n")), [false]);
        assert_eq!(matches(rule, &renaming("a.toml", "b.toml")), [true]);
    }

    #[test]
    fn local_needs_every_changed_line_at_its_keys() {
        let rule = "[[rule]]\nid = \"all\"\npaths = [\"**\"]\n[[local]]\nkeys = [\"image.tag\"]\n";
        let class = |old: &str, new: &str| judge(rule, &edit("values.yaml", old, new))[0].class;
        let old = "image:\n  tag: 1\n  name: a\n";
        assert_eq!(class(old, "image:\n  tag: 2\n  name: a\n"), Class::Local);
        assert_eq!(class(old, "image:\n  tag: 2\n  name: b\n"), Class::Architectural);
        assert_eq!(class(old, "other:\n  tag: 1\n  name: a\n"), Class::Architectural);
        assert_eq!(class("image: {tag: 1, name: a}\n", "image: {tag: 2, name: b}\n"), Class::Architectural);
        assert_eq!(class("image:\n  tag: 1\n  x: [\n", "image:\n  tag: 2\n  x: [\n"), Class::Architectural);
    }

    #[test]
    fn local_does_not_hold_for_what_an_alias_takes_elsewhere() {
        let rule = "[[rule]]\nid = \"all\"\npaths = [\"**\"]\n[[local]]\nkeys = [\"a\", \"c.d\"]\n";
        let class = |old: &str| judge(rule, &edit("a.yaml", old, &old.replace('1', "2")))[0].class;
        assert_eq!(class("a: &x 1\nb: 3\n"), Class::Local);
        assert_eq!(class("a: &x 1\nb: *x\n"), Class::Architectural);
        assert_eq!(class("b: &x {d: 1}\nc: *x\n"), Class::Architectural);
        assert_eq!(class("a: 1\nb: &x 3\nc: *x\n"), Class::Local);
    }

    #[test]
    fn local_does_not_hold_where_unchanged_lines_move_under_another_key() {
        let rule = "[[rule]]\nid = \"all\"\npaths = [\"**\"]\n[[local]]\nkeys = [\"a.*\"]\n";
        let class = |new: &str| judge(rule, &edit("a.yaml", "a:\n  b:\n    c: 1\n", new))[0].class;
        assert_eq!(class("a:\n  b:\n    c: 2\n"), Class::Local);
        assert_eq!(class("a:\n  x:\n    c: 1\n"), Class::Architectural);
    }

    #[test]
    fn part_of_the_line_that_is_at_the_key_is_told() {
        let rule = "[[rule]]\nid = \"r\"\nwhy = \"w\"\nkeys = [\"a.b\"]\n";
        let judged = judge(rule, &edit("a.yaml", "x: 1\na: {b: 1, c: 2}\n", "x: 1\na: {b: 22, c: 2}\n"));
        assert_eq!(judged[0].findings[0].matched, Some((4, 8)));
        assert_eq!(judged[0].findings[0].line, Some(2));
    }

    #[test]
    fn other_conditions_are_asked_for_too() {
        let rule = "keys = [\"a\"]\nadded = ['\\b0$']";
        assert_eq!(matches(rule, &edit("x.yaml", "a: 1\n", "a: 0\n")), [true]);
        assert_eq!(matches(rule, &edit("x.yaml", "a: 1\n", "a: 2\n")), [false]);
        assert_eq!(matches(rule, &edit("x.yaml", "a: 1\nb: 1\n", "a: 1\nb: 0\n")), [false]);
    }

    const CALLS: &str = "paths = [\"**/*.py\"]\nsyntax = [\"requests.$M($$$)\"]";

    #[test]
    fn changed_line_within_a_match_counts() {
        let old = "import requests\n\nx = requests.get(\n    a,\n    b,\n    timeout=3,\n)\n\n\ny = 1\n";
        let within = edit("a.py", old, &old.replace("timeout=3", "timeout=30"));
        assert_eq!(matches(CALLS, &within), [true]);
        let beside = edit("a.py", old, &old.replace("y = 1", "y = 2"));
        assert_eq!(matches(CALLS, &beside), [false]);
        let finding = judge(&format!("[[rule]]\nid = \"r\"\n{CALLS}\n"), &within)[0].findings[0].clone();
        assert_eq!((finding.line, finding.removed, finding.matched), (Some(6), true, Some((0, 14))));
        assert_eq!(finding.by.as_deref(), Some("by the pattern `requests.$M($$$)`"));
    }

    #[test]
    fn call_beside_the_change_is_only_context() {
        let old = "a = 1\nrequests.get(a)\nb = 1\n";
        assert_eq!(matches(CALLS, &edit("a.py", old, &old.replace("b = 1", "b = 2"))), [false]);
    }

    #[test]
    fn removed_call_is_looked_for_in_the_old_file() {
        let old = "a = 1\nrequests.get(a)\n";
        assert_eq!(matches(CALLS, &edit("a.py", old, "a = 1\n")), [true]);
        assert_eq!(matches(CALLS, &edit("a.py", old, "a = 1\n# requests.get(a)\n")), [true]);
        assert_eq!(matches(CALLS, &edit("a.py", "a = 1\n", old)), [true]);
        assert_eq!(matches(CALLS, &deletion("a.py", old)), [true]);
    }

    #[test]
    fn comment_or_text_that_reads_like_the_pattern_does_not_count() {
        assert_eq!(matches(CALLS, &addition("a.py", "# requests.get(a)\nx = 'requests.get(a)'\n")), [false]);
    }

    #[test]
    fn call_that_is_commented_out_from_afar_counts_where_that_begins() {
        let old = "a();\nb();\nc();\nd();\nfetch(x);\ne();\nf();\ng();\nh();\n";
        let new = old.replace("b();\n", "b();\n/*\n").replace("g();\n", "*/\ng();\n");
        let rule = "paths = [\"**/*.js\"]\nsyntax = [\"fetch($$$)\"]";
        // The first hunk takes the call away, though its line is not changed.
        assert!(matches(rule, &edit("a.js", old, &new)).contains(&true));
    }

    #[cfg(feature = "syntax")]
    #[test]
    fn code_that_cannot_be_read_counts_where_it_has_the_words() {
        let broken = |line: &str| addition("a.py", &format!("def f(:\n  )) {line} ((\n"));
        assert_eq!(matches(CALLS, &broken("requests.get(a)")), [true]);
        assert_eq!(matches(CALLS, &broken("other.get(a)")), [false]);
        let huge = format!("x = [{}]\nrequests\n", "1, ".repeat(100_000));
        let by = judge(&format!("[[rule]]\nid = \"r\"\n{CALLS}\n"), &addition("a.py", &huge));
        assert_eq!(
            by[0].findings[0].by.as_deref(),
            Some("the code can't be told: it is too large to be parsed, so all of it counts")
        );
    }

    #[cfg(not(feature = "syntax"))]
    #[test]
    fn every_change_of_such_a_file_counts_without_grammars() {
        assert_eq!(matches(CALLS, &addition("a.py", "x = 1\n")), [true]);
        assert_eq!(matches(CALLS, &addition("a.go", "x = 1\n")), [false]);
    }

    #[cfg(feature = "syntax")]
    #[test]
    fn language_is_that_of_the_file_or_of_the_pattern() {
        let rule = "syntax = [{ lang = \"python\", pattern = \"fetch($$$)\" }]";
        assert_eq!(matches(rule, &addition("a.py", "fetch(1)\n")), [true]);
        assert_eq!(matches(rule, &addition("a.js", "fetch(1)\n")), [false]);
        assert_eq!(matches(rule, &addition("a.lua", "fetch(1)\n")), [false]);
        let named = format!("paths = [\"bin/*\"]\n{rule}");
        assert_eq!(matches(&named, &addition("bin/deploy", "fetch(1)\n")), [true]);
        assert_eq!(matches(&named, &addition("bin/deploy", "x = 1\n")), [false]);
        // Nobody knows what language this is, and the rule names it.
        assert_eq!(matches("paths = [\"bin/*\"]\nsyntax = [\"f($$$)\"]", &addition("bin/x", "1\n")), [true]);
        assert_eq!(matches("syntax = [\"f($$$)\"]", &addition("bin/x", "1\n")), [false]);
    }

    #[test]
    fn name_that_an_author_gives_a_block_makes_nothing_local() {
        let of =
            |key: &str| format!("[[rule]]\nid = \"all\"\npaths = [\"**\"]\n[[local]]\nkeys = [\"{key}\"]\n");
        let class = |key: &str, old: &str, new: &str| judge(&of(key), &edit("a.tf", old, new))[0].class;
        let named = ["resource \"x\" \"tags\" {\n  a = 1\n}\n", "resource \"x\" \"tags\" {\n  a = 2\n}\n"];
        assert_eq!(class("**.tags", named[0], named[1]), Class::Architectural);
        assert_eq!(class("resource.*.tags", named[0], named[1]), Class::Local);
        let set = [
            "resource \"x\" \"y\" {\n  tags = { a = 1 }\n}\n",
            "resource \"x\" \"y\" {\n  tags = { a = 2 }\n}\n",
        ];
        assert_eq!(class("**.tags", set[0], set[1]), Class::Local);
        assert_eq!(class("resource.*.*.tags", set[0], set[1]), Class::Local);
        // A rule finds the name all the same.
        assert_eq!(matches("keys = [\"**.tags\"]", &edit("a.tf", named[0], named[1])), [true]);
    }

    #[cfg(feature = "syntax")]
    #[test]
    fn local_needs_every_changed_line_within_its_patterns() {
        let rule = "[[rule]]\nid = \"all\"\npaths = [\"**\"]\n[[local]]\nsyntax = [\"log.$M($$$)\"]\n";
        let class = |new: &str| judge(rule, &edit("a.py", "x = 1\n", new))[0].class;
        assert_eq!(class("x = 1\nlog.info(1,\n  2)\n"), Class::Local);
        assert_eq!(class("x = 1\nlog.info(1); drop(x)\n"), Class::Architectural);
        assert_eq!(class("x = 1\nlog.info(1)\ny = 2\n"), Class::Architectural);
        assert_eq!(class("x = 1\n)) log.info(1) ((\n"), Class::Architectural);
        assert_eq!(judge(rule, &addition("a.unknown", "log.info(1)\n"))[0].class, Class::Architectural);
    }

    #[cfg(feature = "syntax")]
    #[test]
    fn local_takes_its_language_for_that_of_files_that_it_names_alone() {
        let local = "syntax = [{ lang = \"python\", pattern = \"log.$M($$$)\" }]\n";
        let class = |more: &str| {
            let rule = format!("[[rule]]\nid = \"all\"\npaths = [\"**\"]\n[[local]]\n{more}{local}");
            judge(&rule, &edit("bin/tool", "x = 1\n", "x = 1\nlog.info(1)\n"))[0].class
        };
        assert_eq!(class("paths = [\"bin/*\"]\n"), Class::Local);
        assert_eq!(class(""), Class::Architectural);
    }
}
