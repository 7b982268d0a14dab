//! A file of a change, judged by all packs and by rules on where a line stands.
//!
//! What the engine finds fast is held against what regexes find slowly, and what it
//! says of a file against what it says of it in other company.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::rc::Rc;

use bstr::BStr;
use gate::change::{Change, FileChange, Hunk, HunkId, HunkKind, Line, Mode, ObjectId, Origin, Touched};
use gate::classify::{Class, Classifier, Judged, Near, RuleRef};
use gate::lexer::Comments;
use gate::policy::Policy;
use gate::provenance::Claims;
use gate::report::PolicyReport;
use gate::review::{Source, Terms, review};
use gate::rule::glob;
use gate::rule::{Rule, Text};
use gate::sign_off::History;
use jiff::Timestamp;
use regex::bytes::{Regex, RegexBuilder};

const PATHS: [&str; 32] = [
    "infra/main.tf",
    "k8s/web.yaml",
    "docker-compose.yml",
    ".github/workflows/ci.yml",
    "Dockerfile",
    "src/client.py",
    "src/server.go",
    "src/api.ts",
    "src/main.rs",
    "src/Api.java",
    "src/Api.kt",
    "src/Api.cs",
    "app/models/user.rb",
    "src/api.php",
    "lib/app.ex",
    "deploy.sh",
    "db/migrations/1_init.sql",
    "proto/api.proto",
    "schema.graphql",
    "openapi.yaml",
    "package.json",
    "Cargo.toml",
    "go.mod",
    "config/settings.toml",
    "config/application.properties",
    "chart/values.yaml",
    "chart/templates/web.yaml",
    "Makefile",
    "src/app.tsx",
    "tests/test_client.py",
    "docs/a.md",
    "gate.toml",
];

/// Rules and a `[[local]]` of every condition that looks at where a changed line stands.
const OWN: &str = r#"
[[service]]
name = "pay"
paths = ["src/**"]
names = ["payments", "PAY_ADDR"]
[[service]]
name = "cart"
paths = ["app/**", "k8s/**"]
names = ["cart-service"]
[[rule]]
id = "within"
category = "config"
why = "w"
changed = ['\w']
within = ['^\s*(?:resource|spec|def|func|fn|class|env|services)\b', '^@', '^\[']
[[rule]]
id = "not-within"
category = "config"
why = "w"
changed = ['[=:]']
not-within = ['^#\[', '^@', '\btest']
except = ['^\s*x']
[[rule]]
id = "stands"
category = "config"
why = "w"
within = ['^a']
not-within = ['^\s*b']
[[rule]]
id = "keys"
category = "config"
why = "w"
keys = ["**.replicas", "spec.containers[].image", "resource.*.*.lifecycle", "services.*.ports[]", "a.b"]
[[rule]]
id = "keys-within"
category = "config"
why = "w"
keys = ["**"]
not-within = ['^\s*metadata']
except = ['"']
[[rule]]
id = "code"
category = "config"
why = "w"
syntax = [{ lang = "python", pattern = "requests.$M($$$)" }, { lang = "go", pattern = "os.Getenv($K)" }, { lang = "typescript", pattern = "fetch($$$)" }]
[[rule]]
id = "differs"
category = "config"
why = "w"
differs = ['(?i)timeout\W*(\w+)', '\d+']
[[rule]]
id = "comments"
category = "config"
why = "w"
changed = ['TODO', '#', '//']
comments = true
[[rule]]
id = "both"
category = "config"
why = "w"
added = ['\S$', '^\s+$', '(?i:É)', '[^a]b?$']
removed = ['^', '\bport\b']
"#;

const LOCALS: &str = r#"
[[local]]
keys = ["metadata.labels", "**.description"]
[[local]]
changed = ['^\s*version']
only = ['^\s*version\s*[=:]\s*"?[\d.]+"?$']
[[local]]
within = ['^\s*(?:notes|docs)\b']
"#;

struct Judges {
    /// The packs alone, and without what they make local.
    packs: Classifier,
    /// The same with rules of our own.
    more: Classifier,
    more_policy: Policy,
    /// All of it.
    whole: Classifier,
    whole_policy: Policy,
    own_policy: Policy,
    /// By path, the rules of `more` whose conditions are none but on lines and paths.
    plain: [OnceCell<Vec<Plain>>; PATHS.len()],
}

/// A rule as anybody would write it down.
struct Plain {
    rule: usize,
    comments: bool,
    except: Vec<Regex>,
    /// Whether removed and added lines are asked, and for what.
    lines: Vec<(bool, bool, Vec<Regex>)>,
}

/// The first byte picks the path, the second what happens to the file; a NUL parts the sides.
pub fn findings(data: &[u8]) {
    thread_local!(static JUDGES: Rc<Judges> = Rc::new(Judges::new()));
    let [first, second, rest @ ..] = data else { return };
    let judges = JUDGES.with(Rc::clone);
    let (at, next) = (usize::from(*first) % PATHS.len(), (usize::from(*first) + 1) % PATHS.len());
    let mut sides = rest.splitn(2, |byte| *byte == 0);
    let (old, new) = (sides.next().unwrap_or_default(), sides.next().unwrap_or_default());
    let side = |at: usize, content: &[u8]| Some(super::side(PATHS[at], content));
    let file = match second % 8 {
        0 => super::changed(None, side(at, new)),
        1 => super::changed(side(at, old), None),
        2 => super::changed(side(next, old), side(at, new)),
        3 => super::changed(
            side(at, old),
            side(at, new).map(|side| gate::change::Side { mode: Mode(0o100_755), ..side }),
        ),
        _ => super::changed(side(at, old), side(at, new)),
    };
    let other = super::file(PATHS[next], new, old);
    let whole = judges.whole.judge(&file);
    judges.whole.judge(&other);
    assert_eq!(told(&whole), told(&judges.whole.judge(&file)), "another file changes nothing");
    whole.iter().zip(&file.hunks).for_each(|(judged, hunk)| check_places(&file, hunk, judged));
    let [packs, more] = [&judges.packs, &judges.more].map(|classifier| classifier.judge(&file));
    for ((packs, more), whole) in packs.iter().zip(&more).zip(&whole) {
        assert!(packs.class <= more.class, "a rule more makes no hunk local");
        assert!(whole.class <= more.class, "a local makes no hunk architectural");
        assert!(ids(whole).is_subset(&ids(more)), "a local adds no finding");
    }
    let comments = check_comments(&file);
    for (judged, hunk) in more.iter().zip(&file.hunks) {
        if hunk.kind == HunkKind::Text && !comments.are_all_of(hunk) && !may_be_layout(&file, hunk) {
            judges.plain(at).iter().for_each(|plain| judges.compare(plain, &file, hunk, judged, &comments));
        }
    }
    if second & 0x18 == 0x18 {
        let near = Near::new(&judges.whole_policy, &judges.whole).misses(&file).unwrap();
        assert_eq!(near.len(), file.hunks.len());
    }
    if file.path() != other.path() {
        let alone = judges.reviewed(std::slice::from_ref(&file));
        let together = judges.reviewed(&[file, other]);
        assert!(alone.iter().all(|hunk| together.contains(hunk)), "another file changes nothing");
    }
}

impl Judges {
    fn new() -> Self {
        let parse = |text: String| Policy::parse(&text, "gate.toml", &|_| Ok(None)).unwrap().0;
        let packs = "version = 1\nextends = [\"gate:recommended\"]\n";
        let [whole_policy, more_policy, packs] =
            [format!("{packs}{OWN}{LOCALS}"), format!("{packs}{OWN}"), packs.to_owned()].map(parse);
        let without_locals = |policy: Policy| Policy { locals: Vec::new(), ..policy };
        let (more_policy, packs) = (without_locals(more_policy), without_locals(packs));
        let own_policy = parse(format!("version = 1\n{OWN}{LOCALS}"));
        let [packs, more, whole] =
            [&packs, &more_policy, &whole_policy].map(|policy| Classifier::new(policy).unwrap());
        let plain = PATHS.map(|_| OnceCell::new());
        Self { packs, more, more_policy, whole, whole_policy, own_policy, plain }
    }

    fn plain(&self, path: usize) -> &[Plain] {
        self.plain[path].get_or_init(|| {
            let rules = self.more_policy.rules.iter().enumerate();
            rules.filter_map(|(at, rule)| Plain::new(at, rule, PATHS[path])).collect()
        })
    }

    /// Holds what was found by a rule against what its regexes say.
    fn compare(
        &self,
        plain: &Plain,
        file: &FileChange,
        hunk: &Hunk,
        judged: &Judged,
        comments: &Comments<'_>,
    ) {
        let is_looked_at = |line: &&Line| {
            let text = without_end(file.text(line));
            line.origin != Origin::Context
                && !plain.except.iter().any(|regex| regex.is_match(text))
                && (plain.comments || !comments.is_comment(line))
        };
        let is_met = |(removed, added, regexes): &(bool, bool, Vec<Regex>)| {
            hunk.lines.iter().filter(is_looked_at).any(|line| {
                let is_asked = if line.origin == Origin::Removed { *removed } else { *added };
                is_asked && regexes.iter().any(|regex| regex.is_match(without_end(file.text(line))))
            })
        };
        let is_found = judged.findings.iter().any(|one| one.rule == RuleRef::Policy(plain.rule));
        let id = &self.more_policy.rules[plain.rule].id;
        assert_eq!(is_found, plain.lines.iter().all(is_met), "{id}");
    }

    /// Returns what a review says of each hunk.
    fn reviewed(&self, files: &[FileChange]) -> Vec<String> {
        let policy = &self.own_policy;
        let terms = Terms {
            policy,
            source: PolicyReport::default(),
            now: Timestamp::UNIX_EPOCH,
            enforced: true,
            opener: None,
            pusher: None,
        };
        let report = review(&Files::new(files), &terms, Classifier::new(policy).unwrap()).unwrap();
        report.hunks.iter().map(|hunk| format!("{hunk:?}")).collect()
    }
}

impl Plain {
    /// Returns a rule that has the path; `None` where it asks for more than lines.
    fn new(at: usize, rule: &Rule, path: &str) -> Option<Self> {
        let when = &rule.when;
        let has = |globs: &[Text]| {
            globs.iter().any(|text| glob::compile(text).unwrap().compile_matcher().is_match(path))
        };
        let asks_for_more = rule.provenance.is_some()
            || !when.kinds.is_empty()
            || !when.syntax.is_empty()
            || !when.keys.is_empty()
            || !when.services.is_empty()
            || ![&when.differs, &when.within, &when.not_within].iter().all(|regexes| regexes.is_empty());
        if asks_for_more || !when.paths.is_empty() && !has(&when.paths) || has(&when.not_paths) {
            return None;
        }
        let regexes = |texts: &[Text]| -> Vec<Regex> {
            texts.iter().map(|text| RegexBuilder::new(text).unicode(false).build().unwrap()).collect()
        };
        let all = [(false, true, &when.added), (true, false, &when.removed), (true, true, &when.changed)];
        let lines: Vec<_> = all
            .into_iter()
            .filter(|(.., texts)| !texts.is_empty())
            .map(|(removed, added, texts)| (removed, added, regexes(texts)))
            .collect();
        let is_told = !lines.is_empty() || when.except.is_empty();
        is_told.then(|| Self { rule: at, comments: when.comments, except: regexes(&when.except), lines })
    }
}

fn told(judged: &[Judged]) -> String {
    format!("{judged:?}")
}

fn ids(judged: &Judged) -> BTreeSet<RuleRef> {
    judged.findings.iter().map(|finding| finding.rule).collect()
}

/// Tells whether a hunk may change nothing but where words stand.
fn may_be_layout(file: &FileChange, hunk: &Hunk) -> bool {
    let words = |origin: Origin| {
        let lines = hunk.lines.iter().filter(move |line| line.origin == origin);
        lines.flat_map(|line| file.text(line)).filter(|byte| byte.is_ascii_alphanumeric())
    };
    words(Origin::Removed).eq(words(Origin::Added))
}

fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// What is said of lines is of lines that are there.
fn check_places(file: &FileChange, hunk: &Hunk, judged: &Judged) {
    assert_eq!(judged.id, hunk.id);
    assert_eq!(judged.class == Class::Architectural, !judged.findings.is_empty());
    assert!(judged.local_because.is_none() || judged.class == Class::Local);
    let line_of = |removed: bool, number: u32| {
        let origin = if removed { Origin::Removed } else { Origin::Added };
        hunk.lines.iter().find(|line| line.origin == origin && line.number == number)
    };
    for finding in &judged.findings {
        let Some(number) = finding.line else { continue };
        let line =
            line_of(finding.removed, number).unwrap_or_else(|| panic!("no line {number}: {finding:?}"));
        if let Some((start, end)) = finding.matched {
            assert!(start <= end && end <= without_end(file.text(line)).len(), "{finding:?}");
        }
    }
    for line in &judged.excerpt {
        assert!(line.matched.iter().all(|&(start, end)| start <= end && end <= line.text.len()), "{line:?}");
    }
}

/// Whether a line is comment does not depend on what was asked before.
fn check_comments(file: &FileChange) -> Comments<'_> {
    let (comments, backwards) = (Comments::new(file), Comments::new(file));
    let lines: Vec<&Line> = file.hunks.iter().flat_map(|hunk| &hunk.lines).collect();
    let mut said: Vec<bool> = lines.iter().map(|line| comments.is_comment(line)).collect();
    said.reverse();
    let again: Vec<bool> = lines.iter().rev().map(|line| backwards.is_comment(line)).collect();
    assert_eq!(said, again);
    let fresh: Vec<bool> = file.hunks.iter().map(|hunk| Comments::new(file).are_all_of(hunk)).collect();
    assert!(file.hunks.iter().map(|hunk| comments.are_all_of(hunk)).eq(fresh));
    comments
}

/// A change of nothing but files.
struct Files<'a> {
    change: Change,
    files: &'a [FileChange],
}

impl<'a> Files<'a> {
    fn new(files: &'a [FileChange]) -> Self {
        let id = ObjectId::new([1; 20]);
        let change =
            Change { base: id, merge_base: id, head: id, target: None, merges: true, commits: Vec::new() };
        Self { change, files }
    }
}

impl History for Files<'_> {
    type Error = Infallible;

    fn landed(&self, _: ObjectId, _: HunkId, _: &BStr, _: Option<&BStr>) -> Result<bool, Infallible> {
        Ok(false)
    }

    fn is_merged(&self, _: ObjectId) -> Result<bool, Infallible> {
        Ok(false)
    }
}

impl Source for Files<'_> {
    fn change(&self) -> &Change {
        &self.change
    }

    fn judge(&self, judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync)) -> Result<Vec<Judged>, Infallible> {
        Ok(self.files.iter().flat_map(judge).collect())
    }

    fn touched(&self, commits: &[ObjectId]) -> Result<Vec<Vec<Touched>>, Infallible> {
        Ok(vec![Vec::new(); commits.len()])
    }

    fn claims(&self) -> Claims {
        Claims::default()
    }

    fn notes(&self, _: &[ObjectId]) -> Result<Vec<Vec<u8>>, Infallible> {
        Ok(Vec::new())
    }
}
