//! The engine: a policy, made ready to judge one file after another.

use std::collections::BTreeSet;

use bstr::BStr;

use super::around::Around;
use super::hits::{Hit, Hits, Which};
use super::parsed::Parsed;
use super::reading::Reading;
use super::subjects::{Place, Subjects};
use super::{Always, Class, Finding, Judged, LocalReason, RuleRef, excerpt, hidden, reading};
use crate::change::{FileChange, Hunk, HunkKind, Origin};
use crate::lexer::Comments;
use crate::policy::Policy;
use crate::provenance::Written;
use crate::service::{ServiceFinding, ServiceMap, Unmappable};

/// A policy that can be asked about files. Asking changes nothing: many threads may share one.
#[derive(Debug)]
pub struct Classifier {
    subjects: Subjects,
    services: ServiceMap,
    /// The ids of the service map's rules that are on.
    crossings: Vec<String>,
    unmatched_is_architectural: bool,
    /// For each rule, whether it is only for what AI wrote.
    for_ai: Vec<bool>,
    /// Who wrote the change; `None` where nobody has looked: then rules for AI hold everywhere.
    written: Option<Written>,
}

impl Classifier {
    /// Makes a policy ready. Its regexes and globs are compiled when the first file asks for them.
    pub fn new(policy: &Policy) -> Result<Self, Unmappable> {
        Ok(Self {
            subjects: Subjects::new(policy),
            services: ServiceMap::new(&policy.services)?,
            crossings: policy.crossings.iter().map(|rule| rule.id.clone()).collect(),
            unmatched_is_architectural: policy.gate.unmatched_is_architectural,
            for_ai: policy.rules.iter().map(|rule| rule.provenance.is_some()).collect(),
            written: None,
        })
    }

    /// Tells who wrote the change: rules with `when = "ai"` hold only where AI may have.
    pub fn written_by(self, written: Written) -> Self {
        Self { written: Some(written), ..self }
    }

    /// Returns who wrote the change, as far as the classifier was told.
    pub fn written(&self) -> Option<&Written> {
        self.written.as_ref()
    }

    /// Returns the service map of the policy.
    pub fn services(&self) -> &ServiceMap {
        &self.services
    }

    /// Returns the rules that have the file's path, as indexes into the policy's.
    pub(super) fn rules_at(&self, file: &FileChange) -> Vec<usize> {
        self.subjects.place(file, &self.services).rules
    }

    /// Judges each hunk of a file.
    pub fn judge(&self, file: &FileChange) -> Vec<Judged> {
        let place = self.subjects.place(file, &self.services);
        let (comments, around) = (Comments::new(file), Around::new(file));
        let parsed = Parsed::new(file, &comments, &around);
        let writers = self.written.as_ref().map(|written| written.of(file));
        let without_ai = self.without_ai(&place);
        let judge = |hunk| {
            let ai = writers.as_ref().map(|writers| writers.rows(file, hunk));
            // Nobody knows who wrote it where nobody has looked.
            let is_ai = ai.as_ref().is_none_or(|rows| !rows.is_empty());
            let place = without_ai.as_ref().filter(|_| !is_ai).unwrap_or(&place);
            let hits = self.subjects.hits(file, hunk, place, &comments, &around, Which::First);
            let judged = self.judge_hunk(file, hunk, place, &hits, &comments, &parsed);
            Judged { ai: ai.unwrap_or_default(), ..judged }
        };
        file.hunks.iter().map(judge).collect()
    }

    fn judge_hunk<'a>(
        &self,
        file: &'a FileChange,
        hunk: &'a Hunk,
        place: &Place,
        hits: &Hits,
        comments: &'a Comments<'a>,
        parsed: &Parsed<'a>,
    ) -> Judged {
        let mut findings = self.findings(file, hunk, place, hits, comments, parsed);
        let is_asked = !findings.is_empty() || self.unmatched_is_architectural;
        let mut local_because = None;
        if is_asked && comments.are_all_of(hunk) {
            findings.retain(|finding| self.holds_for_comments(finding));
            local_because = self.none_but_ai(&findings).then_some(LocalReason::Comment);
        } else if is_asked && parsed.is_layout(hunk) {
            findings.retain(|finding| self.holds_for_layout(finding));
            local_because = self.none_but_ai(&findings).then_some(LocalReason::Layout);
        }
        for &local in place.locals.iter().filter(|_| is_asked) {
            if local_because.is_some() && findings.is_empty() {
                break;
            }
            if self.subjects.makes_local(local, file, hunk, hits, parsed) {
                findings.retain(|finding| self.holds_for_local(finding, local));
                let is_local = self.none_but_ai(&findings);
                local_because = local_because.or(is_local.then_some(LocalReason::Local(local)));
            }
        }
        if self.none_but_ai(&findings) && local_because.is_none() && self.unmatched_is_architectural {
            findings.push(by_path(RuleRef::Always(Always::Unmatched)));
        }
        let mut matched: Vec<Hit> = findings.iter().filter_map(Finding::hit).collect();
        if reading::is_long(hunk) && !matched.is_empty() {
            matched = self.matched(file, hunk, place, &findings, comments, parsed);
        }
        matched.sort_unstable();
        judged(file, hunk, findings, local_because, (&matched, parsed))
    }

    /// Returns each changed line of a hunk that its findings are about.
    fn matched<'a>(
        &self,
        file: &'a FileChange,
        hunk: &'a Hunk,
        place: &Place,
        findings: &[Finding],
        comments: &'a Comments<'a>,
        parsed: &Parsed<'a>,
    ) -> Vec<Hit> {
        let policy = findings.iter().filter_map(|finding| match finding.rule {
            RuleRef::Policy(rule) => Some(rule),
            RuleRef::Always(_) | RuleRef::Service(_) => None,
        });
        let place = Place { rules: policy.collect(), ..place.clone() };
        let by_lines = self.subjects.hits(file, hunk, &place, comments, parsed.around(), Which::Each);
        let by_parsed = place.rules.iter().flat_map(|&rule| self.subjects.parsed_hits(rule, hunk, parsed));
        let mentions = self.services.mentions(file, hunk, &|line| !comments.is_comment(line));
        let others = mentions.iter().map(of_service).chain(hidden_characters(file, hunk));
        let is_found = |other: &Finding| findings.iter().any(|finding| finding.rule == other.rule);
        let others = others.filter(is_found).filter_map(|finding| finding.hit());
        by_lines.all().chain(by_parsed).chain(others).collect()
    }

    /// Returns the place without the rules for AI, where it has any.
    fn without_ai(&self, place: &Place) -> Option<Place> {
        let is_for_ai = |rule: &usize| self.for_ai.get(*rule) == Some(&true);
        let mut without = place.rules.iter().any(is_for_ai).then(|| place.clone())?;
        without.rules.retain(|rule| !is_for_ai(rule));
        Some(without)
    }

    /// Tells whether a finding is there only because AI wrote the hunk.
    fn is_for_ai(&self, finding: &Finding) -> bool {
        matches!(finding.rule, RuleRef::Policy(rule) if self.for_ai.get(rule) == Some(&true))
    }

    /// Tells whether nothing would be asked if AI had not written it: what that adds must take nothing away.
    fn none_but_ai(&self, findings: &[Finding]) -> bool {
        findings.iter().all(|finding| self.is_for_ai(finding))
    }

    fn findings(
        &self,
        file: &FileChange,
        hunk: &Hunk,
        place: &Place,
        hits: &Hits,
        comments: &Comments<'_>,
        parsed: &Parsed<'_>,
    ) -> Vec<Finding> {
        let always = place.always.iter().map(|&always| by_path(RuleRef::Always(always)));
        let rules = place.rules.iter().filter_map(|&rule| {
            let met = self.subjects.meets(rule, file, hunk, hits, parsed)?;
            Some(Finding {
                rule: RuleRef::Policy(rule),
                line: met.hit.map(|hit| hit.line),
                removed: met.hit.is_some_and(|hit| hit.removed),
                matched: met.hit.map(|hit| hit.matched),
                by: met.by,
            })
        });
        let crossings = self.services.findings(file, hunk, &|line| !comments.is_comment(line));
        let is_on = |id: &str| self.crossings.iter().any(|on| on == id);
        let crossings = crossings.iter().filter(|found| is_on(found.crossing.id())).map(of_service);
        let mut findings: Vec<Finding> =
            always.chain(hidden_characters(file, hunk).next()).chain(rules).chain(crossings).collect();
        // A rule that has an opaque hunk says who signs it; without one nobody would be asked.
        if findings.iter().all(|found| matches!(found.rule, RuleRef::Always(_)) || self.is_for_ai(found)) {
            findings.extend(opaque(hunk.kind).map(|always| by_path(RuleRef::Always(always))));
        }
        findings
    }

    fn holds_for_local(&self, finding: &Finding, local: usize) -> bool {
        match finding.rule {
            RuleRef::Policy(rule) => self.subjects.outranks(rule, local),
            RuleRef::Always(always) => !always.yields_to_local(),
            RuleRef::Service(_) => false,
        }
    }

    fn holds_for_comments(&self, finding: &Finding) -> bool {
        match finding.rule {
            RuleRef::Policy(rule) => self.subjects.asks_for_comments(rule),
            RuleRef::Always(always) => !always.yields_to_comments(),
            RuleRef::Service(_) => false,
        }
    }

    fn holds_for_layout(&self, finding: &Finding) -> bool {
        match finding.rule {
            RuleRef::Policy(rule) => self.subjects.asks_for_comments(rule),
            RuleRef::Always(always) => !always.yields_to_layout(),
            RuleRef::Service(_) => false,
        }
    }
}

fn of_service(found: &ServiceFinding) -> Finding {
    Finding {
        rule: RuleRef::Service(found.crossing),
        line: found.line,
        removed: found.removed,
        matched: found.matched,
        by: None,
    }
}

fn by_path(rule: RuleRef) -> Finding {
    Finding { rule, line: None, removed: false, matched: None, by: None }
}

fn opaque(kind: HunkKind) -> Option<Always> {
    match kind {
        HunkKind::Text | HunkKind::Empty | HunkKind::Renamed => None,
        HunkKind::Binary => Some(Always::Opaque),
        HunkKind::Mode => Some(Always::Mode),
        HunkKind::Symlink => Some(Always::Symlink),
        HunkKind::Submodule => Some(Always::Submodule),
    }
}

fn hidden_characters<'a>(file: &'a FileChange, hunk: &'a Hunk) -> impl Iterator<Item = Finding> + 'a {
    let is_prose = hidden::is_prose(file.path());
    hunk.lines.iter().filter(|line| line.origin == Origin::Added).filter_map(move |line| {
        let matched = hidden::find(file.text(line), line.number == 1, is_prose)?;
        let rule = RuleRef::Always(Always::HiddenCharacters);
        Some(Finding { rule, line: Some(line.number), removed: false, matched: Some(matched), by: None })
    })
}

fn judged(
    file: &FileChange,
    hunk: &Hunk,
    findings: Vec<Finding>,
    local_because: Option<LocalReason>,
    (matched, parsed): (&[Hit], &Parsed<'_>),
) -> Judged {
    let class = if findings.is_empty() { Class::Local } else { Class::Architectural };
    let local_because = local_because.filter(|_| class == Class::Local);
    let changed = hunk.lines.iter().filter(|line| line.origin != Origin::Context).count();
    let (excerpt, lines_to_review) = match class {
        Class::Local => (Vec::new(), 0),
        Class::Architectural => {
            let reading = Reading::of(hunk, &findings, matched);
            let is_always = findings.iter().any(|found| matches!(found.rule, RuleRef::Always(_)));
            (
                excerpt::of(file, hunk, &reading, matched),
                reading.count(hunk, || !is_always && parsed.is_generated()),
            )
        }
    };
    Judged {
        id: hunk.id,
        path: file.path().to_owned(),
        old_path: file.old_path().map(BStr::to_owned),
        kind: hunk.kind,
        old: hunk.old,
        new: hunk.new,
        changed_lines: u32::try_from(changed).unwrap_or(u32::MAX),
        lines_to_review: u32::try_from(lines_to_review).unwrap_or(u32::MAX),
        ai: BTreeSet::new(),
        class,
        findings,
        local_because,
        excerpt,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::{addition, change, deletion, edit, renaming, side};
    use crate::change::{Mode, path};

    const POLICY: &str = r#"
version = 1
[people.ada]
emails = ["ada@acme.dev"]
[teams]
platform = ["ada"]
[[rule]]
id = "terraform"
category = "infra"
paths = ["infra/**", "**/*.tf"]
not-paths = ["infra/examples/**"]
why = "w"
[[rule]]
id = "pool"
category = "config"
paths = ["**/*.yaml"]
changed = ['^\s*pool_size\b']
why = "w"
[[rule]]
id = "moved"
category = "infra"
paths = ["src/**"]
kinds = ["deleted", "renamed"]
why = "w"
[[rule]]
id = "both"
category = "config"
added = ["timeout = 0"]
removed = ["timeout = "]
why = "w"
[[rule]]
id = "cafe"
category = "config"
paths = ["Café/**"]
why = "w"
[[local]]
paths = ["docs/**", "**/*_test.go"]
[[local]]
paths = ["**/versions.tf"]
only = ['^version = "[0-9.]+"$']
[[local]]
paths = ["links/**"]
kinds = ["symlink"]
"#;

    fn classifier(more: &str) -> Classifier {
        let source = POLICY.replace("version = 1\n", &format!("version = 1\n{more}\n"));
        let parsed = Policy::parse(&source, "gate.toml", &|_| Ok(None));
        let (policy, _) = parsed.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        Classifier::new(&policy).unwrap()
    }

    fn judge(more: &str, file: &FileChange) -> Vec<Judged> {
        classifier(more).judge(file)
    }

    /// Returns the findings of each hunk as words.
    fn findings(file: &FileChange) -> Vec<Vec<String>> {
        judge("", file).iter().map(words).collect()
    }

    fn words(judged: &Judged) -> Vec<String> {
        assert_eq!(judged.class == Class::Architectural, !judged.findings.is_empty());
        let names = ["terraform", "pool", "moved", "both", "cafe"];
        let word = |finding: &Finding| match finding.rule {
            RuleRef::Policy(at) => names[at].to_owned(),
            RuleRef::Always(always) => format!("{always:?}"),
            RuleRef::Service(crossing) => format!("{crossing:?}"),
        };
        judged.findings.iter().map(word).collect()
    }

    #[test]
    fn annotation_lets_nothing_off_that_does_not_ask_for_it() {
        let rule = |conditions: &str| {
            format!(
                "[[rule]]\nid = \"r\"\ncategory = \"config\"\nwhy = \"w\"\nadded = ['replicas']\n{conditions}\n"
            )
        };
        let class = |more: &str, text: &str| judge(more, &addition("a.conf", text))[0].class;
        let not_within = rule(r"not-within = ['\bexample\b']");
        assert_eq!(class(&not_within, "#[example]\nreplicas: 3\n"), Class::Architectural);
        assert_eq!(class(&not_within, "example:\n  replicas: 3\n"), Class::Local);
        let annotated = rule(r"not-within = ['^@example\b']");
        assert_eq!(class(&annotated, "@example\nclass A\n  replicas = 3\n"), Class::Local);
        assert_eq!(class(&annotated, "@other\nclass A\n  replicas = 3\n"), Class::Architectural);
        // One of the line itself lets nothing off, nor one that the change adds to a file.
        assert_eq!(class(&annotated, "@example\nreplicas = 3\n"), Class::Architectural);
        let file = edit("a.conf", "class A\n  a\n", "@example\nclass A\n  replicas = 3\n");
        assert!(judge(&annotated, &file).iter().any(|hunk| hunk.class == Class::Architectural));
        let within = rule("within = ['example']");
        assert_eq!(class(&within, "@example\nreplicas = 3\n"), Class::Architectural);
        let local = rule("") + "[[local]]\nadded = ['.']\nwithin = ['example']\n";
        assert_eq!(class(&local, "@example\nreplicas = 3\n"), Class::Architectural);
        let local = rule("") + "[[local]]\nadded = ['replicas']\nnot-within = ['^@example']\n";
        assert_eq!(class(&local, "@example\nreplicas = 3\n"), Class::Architectural);
        assert_eq!(class(&local, "replicas = 3\n"), Class::Local);
    }

    fn link(path: &str, target: &str) -> FileChange {
        change(None, Some(side(path, Mode::SYMLINK, target.as_bytes())))
    }

    const FOR_AI: &str = r#"
[[rule]]
id = "ai"
category = "custom"
paths = ["app/**"]
when = "ai"
comments = true
why = "w"
[[rule]]
id = "plain"
category = "custom"
paths = ["app/infra/**"]
why = "w"
[[local]]
paths = ["app/docs/**"]
"#;

    /// Judges a file of a commit with such a message.
    fn judged_by(message: &str, head: &str, file: &FileChange) -> Vec<String> {
        use crate::change::{Change, Commit, Contributor, ObjectId, Role, Touched};
        let person = Contributor { role: Role::Author, name: "A".into(), email: "a@b".into() };
        let commit =
            Commit { id: ObjectId::ZERO, people: vec![person], message: message.into(), signature: None };
        let change = Change {
            base: ObjectId::ZERO,
            merge_base: ObjectId::ZERO,
            head: ObjectId::ZERO,
            target: None,
            merges: true,
            commits: vec![commit],
        };
        let mut written = Written::read(&change, &crate::provenance::Claims::default());
        written.place(&[vec![Touched { path: file.path().to_owned(), from: None, object: None }]]);
        let source = format!("version = 1\n{head}\n{FOR_AI}");
        let (policy, _) = Policy::parse(&source, "gate.toml", &|_| Ok(None)).unwrap();
        let classifier = Classifier::new(&policy).unwrap().written_by(written);
        let judged = classifier.judge(file).remove(0);
        assert_eq!(judged.ai.is_empty(), !message.contains("Generated-by"));
        judged.findings.iter().map(|finding| finding.rule.id(&policy).to_owned()).collect()
    }

    const MARK: &str = "s\n\nGenerated-by: x";

    #[test]
    fn rules_for_ai_hold_only_where_a_mark_is() {
        let file = edit("app/a", "1\n", "2\n");
        assert_eq!(judged_by("s", "", &file), [""; 0]);
        assert_eq!(judged_by(MARK, "", &file), ["ai"]);
        assert_eq!(judged_by(MARK, "", &edit("app/docs/a", "1\n", "2\n")), [""; 0]);
        assert_eq!(judged_by(MARK, "", &edit("app/a.py", "x\n", "x\n# y\n")), ["ai"]);
        assert_eq!(judged_by("s", "", &edit("app/infra/a", "1\n", "2\n")), ["plain"]);
        assert_eq!(judged_by(MARK, "", &edit("app/infra/a", "1\n", "2\n")), ["ai", "plain"]);
    }

    #[test]
    fn marks_of_ai_take_no_finding_away() {
        let unmatched = "[gate]\nunmatched = \"architectural\"";
        let file = edit("app/a", "1\n", "2\n");
        assert_eq!(judged_by("s", unmatched, &file), ["gate/unmatched"]);
        assert_eq!(judged_by(MARK, unmatched, &file), ["ai", "gate/unmatched"]);
        let link = link("app/link", "x");
        assert_eq!(judged_by("s", "", &link), ["gate/symlink"]);
        assert_eq!(judged_by(MARK, "", &link), ["ai", "gate/symlink"]);
    }

    #[test]
    fn nobody_has_looked_until_somebody_says_who_wrote_it() {
        assert!(classifier("").written().is_none());
        assert!(classifier("").written_by(Written::default()).written().is_some());
    }

    #[test]
    fn rules_for_ai_hold_where_nobody_has_looked() {
        let (policy, _) =
            Policy::parse(&format!("version = 1\n{FOR_AI}"), "gate.toml", &|_| Ok(None)).unwrap();
        let judged = Classifier::new(&policy).unwrap().judge(&edit("app/a", "1\n", "2\n"));
        assert_eq!(judged[0].class, Class::Architectural);
    }

    #[test]
    fn path_alone_decides_where_a_rule_has_no_more() {
        assert_eq!(findings(&edit("infra/main.tf", "a\n", "b\n")), [["terraform"]]);
        assert_eq!(findings(&edit("infra/examples/main.cfg", "a\n", "b\n")), [[""; 0]]);
        assert_eq!(findings(&edit("src/a.go", "a\n", "b\n")), [[""; 0]]);
        assert_eq!(findings(&addition("infra/new.tf", "")), [["terraform"]]);
        assert_eq!(findings(&deletion("infra/new.tf", "")), [["terraform"]]);
    }

    #[test]
    fn changed_line_decides_and_is_told() {
        let file = edit("a/b.yaml", "x: 1\npool_size: 5\n", "x: 1\n  pool_size: 50\n");
        let judged = &judge("", &file)[0];
        let expected = Finding {
            rule: RuleRef::Policy(1),
            line: Some(2),
            removed: true,
            matched: Some((0, 9)),
            by: None,
        };
        assert_eq!(judged.findings, [expected]);
        assert_eq!(judged.changed_lines, 2);
        let texts: Vec<_> = judged.excerpt.iter().map(|line| line.text.to_string()).collect();
        assert_eq!(texts, ["x: 1", "pool_size: 5", "  pool_size: 50"]);
        assert_eq!(judged.excerpt[1].matched, [(0, 9)]);
    }

    #[test]
    fn unchanged_lines_decide_nothing() {
        assert_eq!(findings(&edit("b.yaml", "pool_size: 5\nx: 1\n", "pool_size: 5\nx: 2\n")), [[""; 0]]);
    }

    #[test]
    fn conditions_are_all_needed() {
        assert_eq!(findings(&edit("a.rs", "timeout = 5\n", "timeout = 0\n")), [["both"]]);
        assert_eq!(findings(&addition("a.rs", "timeout = 0\n")), [[""; 0]]);
    }

    #[test]
    fn both_ends_of_a_rename_are_matched() {
        assert_eq!(findings(&renaming("infra/main.tf", "docs/main.txt")), [["terraform"]]);
        assert_eq!(findings(&renaming("docs/main.txt", "infra/main.tf")), [["terraform"]]);
        assert_eq!(findings(&renaming("src/a.go", "b.go")), [["moved"]]);
        let moved = &judge("", &renaming("infra/main.tf", "docs/main.txt"))[0];
        assert_eq!(moved.old_path, Some("infra/main.tf".into()));
        assert_eq!(judge("", &edit("infra/main.tf", "a\n", "b\n"))[0].old_path, None);
        assert_eq!(findings(&renaming("a.go", "b.go")), [[""; 0]]);
        assert_eq!(findings(&renaming("gate.toml", "docs/gate.txt")), [["Policy"]]);
    }

    #[test]
    fn kinds_are_the_hunks_and_deletion_is_the_files() {
        assert_eq!(findings(&deletion("src/a.go", "x\n")), [["moved"]]);
        assert_eq!(findings(&edit("src/a.go", "x\n", "y\n")), [[""; 0]]);
    }

    #[test]
    fn other_spellings_of_a_path_only_add_findings() {
        for path in ["Infra/main.cfg", "infra\\main.cfg", "infra./x", "x/MAIN.TF", "docs\\..\\infra/x"] {
            assert_eq!(findings(&addition(path, "x\n")), [["terraform"]], "{path}");
        }
        for path in ["Cafe\u{301}/x", "cafÉ/x", "Café/x"] {
            assert_eq!(findings(&addition(path, "x\n")), [["cafe"]], "{path}");
        }
        assert_eq!(findings(&addition("infra/Examples/x", "x\n")), [["terraform"]]);
        // Neither `..` nor a backslash makes a path local that stands for another.
        assert_eq!(findings(&addition("docs/..\\x.tf", "x\n")), [["terraform"]]);
        assert_eq!(findings(&addition("docs/x.tf", "x\n")), [[""; 0]]);
    }

    #[test]
    fn local_needs_both_ends_and_yields_to_what_is_always_architectural() {
        let local = judge("", &edit("docs/a.tf", "a\n", "b\n"));
        assert_eq!(local[0].local_because, Some(LocalReason::Local(0)));
        assert!(local[0].excerpt.is_empty());
        assert_eq!(findings(&renaming("infra/a.tf", "docs/a.tf")), [["terraform"]]);
        assert_eq!(findings(&addition("docs/.gitattributes", "* -diff\n")), [["GitAttributes"]]);
        assert_eq!(findings(&addition("docs/\u{456}nfra.md", "x\n")), [["SuspiciousPath"]]);
        assert_eq!(findings(&addition("a/b_test.go", "x = \"\u{202e}\"\n")), [["HiddenCharacters"]]);
    }

    #[test]
    fn only_asks_every_changed_line() {
        let judge = |old: &str, new: &str| findings(&edit("a/versions.tf", old, new));
        assert_eq!(judge("version = \"1.0\"\n", "version = \"1.1\"\n"), [[""; 0]]);
        assert_eq!(judge("version = \"1.0\"\n", "version = \"1.1\"\npublic = true\n"), [["terraform"]]);
        assert_eq!(findings(&renaming("a/versions.tf", "b/versions.tf")), [["terraform"]]);
    }

    #[test]
    fn only_lets_through_lines_of_a_file_that_stays_what_and_where_it_is() {
        let bump = |path: &str, mode| {
            let new = side(path, mode, b"version = \"1.1\"\n");
            change(Some(side("a/versions.tf", Mode::FILE, b"version = \"1.0\"\n")), Some(new))
        };
        assert_eq!(findings(&bump("a/versions.tf", Mode::FILE)), [[""; 0]]);
        assert_eq!(findings(&bump("b/versions.tf", Mode::FILE)), [["terraform"]; 2]);
        assert_eq!(findings(&bump("a/versions.tf", Mode::EXECUTABLE)), [["terraform"]; 2]);
    }

    #[test]
    fn exception_from_a_local_holds_for_every_spelling_of_its_path() {
        let local = "[[local]]\npaths = [\"prod/**\"]\nnot-paths = [\"prod/live/**\"]";
        let judge = |path: &str| words(&judge(local, &addition(path, "x\n"))[0]);
        assert_eq!(judge("prod/a.tf"), [""; 0]);
        assert_eq!(judge("prod/live/a.tf"), ["terraform"]);
        assert_eq!(judge("prod/Live/a.tf"), ["terraform"]);
    }

    #[test]
    fn glob_that_only_its_own_spelling_keeps_whole_matches_as_it_is_written() {
        let rule = "[[rule]]\nid = \"range\"\ncategory = \"c\"\nwhy = \"w\"\npaths = [\"[Z-a]x/**\"]";
        assert_eq!(judge(rule, &addition("Zx/a", "x\n"))[0].class, Class::Architectural);
        assert_eq!(judge(rule, &addition("q/a", "x\n"))[0].class, Class::Local);
    }

    #[test]
    fn byte_order_mark_is_hidden_anywhere_but_at_the_start() {
        assert_eq!(findings(&addition("a.go", "\u{feff}x\ny\n")), [[""; 0]]);
        assert_eq!(findings(&addition("a.go", "x\n\u{feff}y\n")), [["HiddenCharacters"]]);
    }

    #[test]
    fn opaque_hunks_are_architectural_by_themselves() {
        let binary = |path: &str| change(None, Some(side(path, Mode::FILE, b"\0")));
        assert_eq!(findings(&binary("a.bin")), [["Opaque"]]);
        assert_eq!(findings(&binary("infra/a.bin")), [["terraform"]]);
        assert_eq!(findings(&binary("docs/a.png")), [[""; 0]]);
        let executable =
            change(Some(side("a.sh", Mode::FILE, b"x")), Some(side("a.sh", Mode::EXECUTABLE, b"x")));
        assert_eq!(findings(&executable), [["Mode"]]);
        let submodule = change(None, Some(side("docs/lib", Mode::SUBMODULE, b"")));
        assert_eq!(findings(&submodule), [["Submodule"]]);
    }

    #[test]
    fn link_is_local_only_where_a_local_names_links() {
        assert_eq!(findings(&link("docs/a", "../infra")), [["Symlink"]]);
        assert_eq!(findings(&link("links/a", "../docs")), [[""; 0]]);
    }

    #[test]
    fn link_in_place_of_a_folder_is_matched_as_what_is_below_it() {
        assert_eq!(findings(&link("infra", "docs/real")), [["terraform"]]);
        assert_eq!(findings(&link("Infra", "docs/real")), [["terraform"]]);
        assert_eq!(findings(&link(".github", "docs/real")), [["Ci", "Symlink"]]);
    }

    #[test]
    fn link_is_not_made_local_by_what_would_be_below_it() {
        let odd = "[[local]]\npaths = [\"[C-b]ocs\", \"docs/**\"]\nkinds = [\"symlink\"]";
        assert_eq!(words(&judge(odd, &link("Docs", "x"))[0]), ["Symlink"]);
        let beside =
            "[[rule]]\nid = \"r\"\ncategory = \"c\"\nwhy = \"w\"\npaths = [\"x/**\"]\nnot-paths = [\"y/**\"]";
        assert_eq!(words(&judge(beside, &link("y", "z"))[0]), ["Symlink"]);
    }

    #[test]
    fn link_that_a_file_takes_the_place_of_is_matched_as_what_was_below_it() {
        let old = Some(side("infra", Mode::SYMLINK, b"docs/real"));
        let file = change(old, Some(side("infra", Mode::FILE, b"x\n")));
        assert!(findings(&file).concat().contains(&"terraform".to_owned()));
    }

    #[test]
    fn files_of_rules_and_files_of_locals_are_looked_at_for_their_own_regexes() {
        let source = "version = 1\n[[rule]]\nid = \"r\"\nwhy = \"w\"\npaths = [\"a/**\"]\nchanged = ['pool']\n\
                      [[local]]\npaths = [\"b/**\"]\nchanged = ['size']\n";
        let (policy, _) = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap();
        let classifier = Classifier::new(&policy).unwrap();
        let class = |path: &str| classifier.judge(&addition(path, "pool\nsize\n"))[0].class;
        assert_eq!(
            [class("b/1"), class("a/1"), class("b/1")],
            [Class::Local, Class::Architectural, Class::Local]
        );
        let unmatched =
            source.replace("version = 1\n", "version = 1\n[gate]\nunmatched = \"architectural\"\n");
        let (policy, _) = Policy::parse(&unmatched, "gate.toml", &|_| Ok(None)).unwrap();
        let classifier = Classifier::new(&policy).unwrap();
        let class = |path: &str| classifier.judge(&addition(path, "size\n"))[0].class;
        assert_eq!(
            [class("c"), class("b/1"), class("B/1")],
            [Class::Architectural, Class::Local, Class::Architectural]
        );
        assert_eq!(class("b/README"), Class::Local);
    }

    #[test]
    fn rule_of_the_service_map_can_be_switched_off() {
        const SERVICES: &str = r#"
            [[service]]
            name = "cart"
            paths = ["src/cart/**"]
            owners = ["platform"]
            [[service]]
            name = "pay"
            paths = ["src/pay/**"]
            names = ["PAY_ADDR"]
            owners = ["platform"]
        "#;
        let file = edit("src/cart/a.go", "x\n", "getenv(\"PAY_ADDR\")\n");
        assert_eq!(words(&judge(SERVICES, &file)[0]), ["Boundary { service: 0, other: 1 }"]);
        let off = format!("{SERVICES}[rules.\"service/boundary\"]\nenabled = false\n");
        assert_eq!(words(&judge(&off, &file)[0]), [""; 0]);
    }

    #[test]
    fn rule_for_services_is_for_their_paths_alone() {
        let rule = |service: &str| {
            format!(
                "[[service]]\nname = \"cart\"\npaths = [\"cart/**\"]\nowners = [\"platform\"]\n\
                 [[service]]\nname = \"pay\"\npaths = [\"pay/**\"]\nowners = [\"platform\"]\n\
                 [[rule]]\nid = \"r\"\ncategory = \"c\"\nwhy = \"w\"\nservices = [\"{service}\"]"
            )
        };
        let class = |service: &str, file: &FileChange| judge(&rule(service), file)[0].class;
        let file = edit("pay/a.go", "a\n", "b\n");
        assert_eq!(class("pay", &file), Class::Architectural);
        assert_eq!(class("cart", &file), Class::Local);
        assert_eq!(class("cart", &edit("elsewhere/a.go", "a\n", "b\n")), Class::Local);
        assert_eq!(class("cart", &renaming("cart/a.go", "pay/a.go")), Class::Architectural);
    }

    #[test]
    fn every_hunk_must_be_covered_where_the_policy_says_so() {
        let judge = |path: &str| judge("[gate]\nunmatched = \"architectural\"", &edit(path, "a\n", "b\n"));
        assert_eq!(words(&judge("deploy2/app.txt")[0]), ["Unmatched"]);
        assert_eq!(words(&judge("docs/app.txt")[0]), [""; 0]);
        assert_eq!(words(&judge("infra/app.txt")[0]), ["terraform"]);
    }

    #[test]
    fn long_hunk_is_shown_with_the_lines_that_matched() {
        let line = |at| if at == 400 { "pool_size: 1\n".to_owned() } else { format!("a{at}: 1\n") };
        let judged = &judge("", &addition("a.yaml", &(0..500).map(line).collect::<String>()))[0];
        assert_eq!(judged.excerpt.len(), 60);
        assert!(judged.excerpt.iter().any(|line| line.number == 401 && line.matched == [(0, 9)]));
        let long = judge("", &addition("b.tf", &"é".repeat(1000)));
        assert_eq!(long[0].excerpt[0].text.len(), 400);
        let odd = judge("", &addition("b.tf", &format!("a{}", "é".repeat(1000))));
        assert_eq!(path::quoted(odd[0].excerpt[0].text.as_ref()).len(), 399);
    }

    /// Tells whether a rule of one condition, or more, matches.
    fn matches(conditions: &str, file: &FileChange) -> bool {
        let source =
            format!("version = 1\n[[rule]]\nid = \"r\"\ncategory = \"c\"\nwhy = \"w\"\n{conditions}\n");
        let parsed = Policy::parse(&source, "gate.toml", &|_| Ok(None));
        let (policy, _) = parsed.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
        Classifier::new(&policy).unwrap().judge(file)[0].class == Class::Architectural
    }

    #[test]
    fn matches_that_are_the_same_before_and_after_do_not_differ() {
        let rule = r#"differs = ['"[a-z]+": "[\^]?(\d+)', 'env\.[A-Z]+']"#;
        let differs = |old: &str, new: &str| matches(rule, &edit("a", old, new));
        assert!(differs("\"redis\": \"^4.1\"\n", "\"redis\": \"^5.0\"\n"));
        assert!(!differs("\"redis\": \"^4.1\"\n", "\"redis\": \"4.2\"\n"));
        assert!(differs("", "\"redis\": \"^4.1\"\n"));
        assert!(differs("if(env.PORT) {\n", "if (env.PORT || env.PORT) {\n"));
        assert!(!differs("if(env.PORT) {\n", "if (env.PORT) {\n"));
        let judged = &judge("", &edit("a", "x\n", "y\n"))[0];
        assert_eq!(judged.class, Class::Local);
    }

    #[test]
    fn excepted_lines_are_not_looked_at() {
        let rule = "changed = ['fetch']\nexcept = ['^import [^;(]*;?$']";
        assert!(!matches(rule, &addition("a.ts", "import { fetch } from 'x';\n")));
        assert!(matches(rule, &addition("a.ts", "import { fetch } from 'x'; fetch(y)\n")));
        assert!(matches(rule, &addition("a.ts", "import { fetch } from 'x';\nfetch(y)\n")));
        let rule = "except = ['^import ']";
        assert!(matches(rule, &addition("a.ts", "import a\nb\n")));
        assert!(!matches(rule, &addition("a.ts", "import a\n\n")));
    }

    #[test]
    fn lines_around_a_changed_line_are_asked_about() {
        let rule = "changed = ['^ +\\w+: ']\nwithin = ['^class \\w+Request']\nnot-within = ['^def ']";
        let field = |class: &str| format!("class {class}:\n    total: int\n");
        assert!(matches(rule, &addition("a.py", &field("OrderRequest"))));
        assert!(!matches(rule, &addition("a.py", &field("Sorter"))));
        let body = "class OrderRequest:\n    def f(self):\n        total: int = 1\n";
        assert!(!matches(rule, &addition("a.py", body)));
    }

    #[test]
    fn packs_keep_what_their_examples_promise() {
        let source = "version = 1\nextends = [\"gate:recommended\"]\n";
        let (policy, _) = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap();
        assert!(policy.rules.len() > 50, "the rules of packs are rules");
        for rule in &policy.rules {
            let alone = Policy { rules: vec![rule.clone()], locals: Vec::new(), ..policy.clone() };
            let classifier = Classifier::new(&alone).unwrap();
            for example in &rule.examples {
                let side_of = |other: char| {
                    let lines = example.diff.lines().filter(|line| !line.starts_with(other));
                    lines
                        .filter_map(|line| line.get(1..))
                        .fold(String::new(), |text, line| text + line + "\n")
                };
                let file = edit(&example.path, &side_of('+'), &side_of('-'));
                let judged = classifier.judge(&file);
                let is_found = |judged: &Judged| {
                    judged.findings.iter().any(|finding| finding.rule == RuleRef::Policy(0))
                };
                assert_eq!(judged.iter().any(is_found), example.matches, "{} {example:?}", rule.id);
            }
        }
    }

    #[test]
    fn hunk_of_nothing_but_comments_is_local() {
        let judged = judge("", &edit("infra/main.tf", "# a\nx = 1\n", "# b\nx = 1\n"));
        assert_eq!(judged[0].local_because, Some(LocalReason::Comment));
        assert_eq!(findings(&edit(".github/workflows/a.yml", "# a\nx: 1\n", "# b\nx: 1\n")), [[""; 0]]);
        assert_eq!(findings(&edit("infra/a.txt", "# a\n", "# b\n")), [["terraform"]]);
        // What a reader can't see is most at home in a comment.
        let hidden = edit("infra/main.tf", "# a\nx = 1\n", "# \u{202e}a\nx = 1\n");
        assert_eq!(findings(&hidden), [["HiddenCharacters"]]);
    }

    #[test]
    fn hunk_of_nothing_but_layout_is_local() {
        let rule = "[[rule]]\nid = \"all\"\ncategory = \"c\"\npaths = [\"data/**\"]\nwhy = \"w\"\n";
        let judge = |path: &str, old: &str, new: &str| judge(rule, &edit(path, old, new)).remove(0);
        let judged = judge("infra/main.tf", "x = [1, 2]\n", "x = [\n  1,\n  2,\n]\n");
        assert_eq!((judged.class, judged.local_because), (Class::Local, Some(LocalReason::Layout)));
        let judged = judge("infra/a.json", "{\"a\":[1]}\n", "{\n  \"a\": [\n    1\n  ]\n}\n");
        assert_eq!(judged.local_because, Some(LocalReason::Layout));
        assert_eq!(judge("infra/a.json", "[1, 2]\n", "[\n2,\n1]\n").class, Class::Architectural);
        // What decides over gate, runs it or can't be seen is looked at all the same.
        for (path, always) in [
            (".github/workflows/a.yml", Always::Ci),
            ("gate.toml", Always::Policy),
            ("\u{456}nfra.json", Always::SuspiciousPath),
        ] {
            let (old, new) =
                if path.ends_with("json") { ("[1]\n", "[ 1 ]\n") } else { ("a = [1]\n", "a = [ 1 ]\n") };
            let (old, new) = if path.ends_with("yml") { ("a: [1]\n", "a: [ 1 ]\n") } else { (old, new) };
            let judged = judge(path, old, new);
            assert_eq!(
                judged.findings.iter().map(|found| found.rule).collect::<Vec<_>>(),
                [RuleRef::Always(always)]
            );
        }
    }

    #[test]
    fn rule_for_comments_asks_for_layout_too() {
        let asked = "[gate]\nunmatched = \"architectural\"\n\
                     [[rule]]\nid = \"a\"\ncategory = \"c\"\npaths = [\"data/**\"]\ncomments = true\nwhy = \"w\"";
        assert_eq!(judge(asked, &edit("data/a.json", "[1]\n", "[ 1 ]\n"))[0].findings.len(), 1);
        // What no rule covers is let off like a comment.
        let judged = &judge(asked, &edit("x/a.json", "[1]\n", "[ 1 ]\n"))[0];
        assert_eq!(judged.local_because, Some(LocalReason::Layout));
    }

    #[test]
    fn comment_beside_code_meets_no_condition() {
        let file = edit("a.yaml", "x: 1\n", "# \n# pool_size: how many\n# pool_size: again\nx: 2\n");
        assert_eq!(findings(&file), [[""; 0]]);
        assert_eq!(findings(&edit("a.yaml", "x: 1\n", "# why\n  pool_size: 2\nx: 2\n")), [["pool"]]);
    }

    #[test]
    fn rule_can_ask_for_comments_too() {
        let asked =
            "[[rule]]\nid = \"todo\"\ncategory = \"debt\"\nadded = [\"TODO\"]\ncomments = true\nwhy = \"w\"";
        let judged = judge(asked, &edit("a.go", "// a\nx\n", "// TODO\nx\n"));
        assert_eq!(judged[0].findings.len(), 1);
    }

    #[test]
    fn code_that_is_commented_out_is_gone_in_any_language() {
        let rule = "[[rule]]\nid = \"start\"\ncategory = \"c\"\ndiffers = ['start\\(']\nwhy = \"w\"";
        let judged = judge(rule, &edit("a.unknown", "start()\nx\n", "// start()\nx\n"));
        assert_eq!(judged[0].findings.len(), 1);
        assert!(judge(rule, &edit("a.unknown", "a start()\n", "b start()\n"))[0].findings.is_empty());
    }

    #[test]
    fn pack_does_not_silence_a_rule_of_the_repository() {
        let rule = "extends = [\"gate:quiet\"]\n[[rule]]\nid = \"r\"\ncategory = \"c\"\nwhy = \"w\"\npaths = [\"docs/adr/**\"]\n";
        let judge = |more: &str| {
            let parsed = Policy::parse(&format!("version = 1\n{rule}{more}"), "gate.toml", &|_| Ok(None));
            let (policy, _) = parsed.unwrap_or_else(|mistakes| panic!("{mistakes:#?}"));
            Classifier::new(&policy).unwrap().judge(&edit("docs/adr/1.md", "a\n", "b\n"))[0].class
        };
        assert_eq!(judge(""), Class::Architectural);
        assert_eq!(judge("[[local]]\npaths = [\"docs/**\"]\n"), Class::Local);
    }

    #[test]
    fn of_what_differs_each_line_of_the_side_that_has_more_is_to_be_read() {
        let rule = "[[rule]]\nid = \"d\"\ncategory = \"config\"\ndiffers = ['fetch\\(\\w+\\)']\nwhy = \"w\"";
        let text = |sign: char, calls: &[usize]| -> String {
            let line =
                |at| if calls.contains(&at) { "fetch(a)\n".to_owned() } else { format!("{sign}{at}\n") };
            (0..25).map(line).collect()
        };
        let told = |old: &[usize], new: &[usize]| {
            let judged = judge(rule, &edit("a.ts", &text('x', old), &text('y', new)));
            let lines = judged[0].excerpt.iter().filter(|line| !line.matched.is_empty());
            lines.map(|line| (line.origin, line.number)).collect::<Vec<_>>()
        };
        let [added, removed] = [Origin::Added, Origin::Removed];
        assert_eq!(told(&[], &[3, 12, 20]), [(added, 4), (added, 13), (added, 21)]);
        assert_eq!(told(&[3, 20], &[]), [(removed, 4), (removed, 21)]);
    }

    #[test]
    fn what_can_switch_gate_off_is_read_whole_whoever_wrote_it() {
        let text = format!("# @generated\n{}", "run: a\n".repeat(30));
        let judged = judge("", &addition(".github/workflows/generated.yml", &text));
        assert_eq!(judged[0].lines_to_review, 31);
    }
}
