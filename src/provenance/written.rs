//! All that is known of who wrote a change, made ready to be asked about one file after another.
//!
//! A mark of a commit is about every file that the commit touches, under every name that
//! the file has in the change. A record of lines is about those lines as long as the
//! file is still the one that the record is about, and about the whole file after that.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bstr::{BString, ByteSlice};

use super::{Attested, Class, Mark, Signal, git_ai, message, trace};
use crate::change::trail::Trail;
use crate::change::{Change, Commit, FileChange, Hunk, ObjectId, Origin, Touched};

/// What a repository holds besides the commits themselves.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// What git-ai's notes say, each with the place of its commit in the change.
    pub notes: Vec<(usize, Claim)>,
    /// The traces before and after the change, where they differ.
    pub traces: Option<(Claim, Claim)>,
}

/// Something that is said about a commit or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Its bytes.
    Said(Vec<u8>),
    /// It is there and can't be read: why.
    Unreadable(String),
}

/// A mark, and the commits that bear it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The mark.
    pub mark: Mark,
    /// The commits, newest first; none for what no commit bears.
    pub commits: Vec<ObjectId>,
}

/// Who wrote a change, as far as anybody says.
#[derive(Clone, Debug, Default)]
pub struct Written {
    rows: Vec<Row>,
    /// The rows of each commit, in the order of the change.
    of_commit: Vec<BTreeSet<usize>>,
    /// Which lines of which files records attest.
    records: HashMap<BString, Vec<Record>>,
    /// Rows that are about every file.
    everywhere: BTreeSet<usize>,
    /// What was found for each path that a commit touches.
    paths: HashMap<BString, OfFile>,
    /// What can't be read, for people.
    unreadable: Vec<String>,
}

/// What one record says of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Record {
    row: usize,
    commit: Option<usize>,
    lines: Vec<(u32, u32)>,
}

/// What is known of a file: the rows that are about all of it, and those about some lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfFile {
    whole: BTreeSet<usize>,
    parts: Vec<Part>,
}

/// Lines of a file as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    row: usize,
    object: ObjectId,
    lines: Vec<(u32, u32)>,
}

impl Written {
    /// Reads the marks of the commits and all other claims.
    pub fn read(change: &Change, claims: &Claims) -> Self {
        let mut written = Self { of_commit: vec![BTreeSet::new(); change.commits.len()], ..Self::default() };
        let mut rows: BTreeMap<Mark, usize> = BTreeMap::new();
        for (at, commit) in change.commits.iter().enumerate() {
            for mark in message::marks(commit) {
                let row = written.row(&mut rows, mark, Some(commit));
                written.of_commit[at].insert(row);
            }
        }
        for (at, claim) in &claims.notes {
            if let Some(commit) = change.commits.get(*at) {
                written.note(&mut rows, *at, commit, claim);
            }
        }
        if let Some((old, new)) = &claims.traces {
            written.traces(&mut rows, old, new);
        }
        written
    }

    /// Returns the marks that were found, each with its commits.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// Returns what can't be read and so counts as written by AI.
    pub fn unreadable(&self) -> &[String] {
        &self.unreadable
    }

    /// Tells whether anything says that AI wrote some of the change.
    pub fn is_ai(&self) -> bool {
        self.rows.iter().any(|row| row.mark.class.is_ai())
    }

    /// Finds which files the marks are about: those that their commits touch.
    pub fn place(&mut self, touched: &[Vec<Touched>]) {
        let trail = Trail::new(touched);
        let mut objects: HashMap<(usize, &[u8]), ObjectId> = HashMap::new();
        for (at, touches) in touched.iter().enumerate() {
            let kept = touches.iter().filter_map(|touch| Some(((at, touch.path.as_slice()), touch.object?)));
            objects.extend(kept);
        }
        let mut paths = HashMap::new();
        let recorded = self.records.keys().map(|path| path.as_bstr());
        for path in trail.paths().chain(recorded) {
            let followed = trail.follow([path]);
            let mut found = OfFile::default();
            let rows = followed.commits.iter().filter_map(|commit| self.of_commit.get(*commit)).flatten();
            found.whole.extend(rows.filter(|row| self.counts(**row)));
            if followed.commits.is_empty() {
                found.whole.extend(self.all());
            }
            for name in followed.names {
                for record in self.records.get(name.as_bytes().as_bstr()).into_iter().flatten() {
                    let object = record.commit.and_then(|at| objects.get(&(at, name.as_bytes())));
                    match object.filter(|_| !record.lines.is_empty()) {
                        Some(object) => found.parts.push(Part {
                            row: record.row,
                            object: *object,
                            lines: record.lines.clone(),
                        }),
                        None => drop(found.whole.insert(record.row)),
                    }
                }
            }
            paths.insert(BString::from(path), found);
        }
        self.paths = paths;
    }

    /// Returns what is known of a file. One that no commit touches may be anybody's.
    pub fn of(&self, file: &FileChange) -> OfFile {
        let mut found = OfFile { whole: self.everywhere.clone(), parts: Vec::new() };
        if !self.is_ai() {
            return found;
        }
        let ends: Vec<_> = [Some(file.path()), file.old_path()].into_iter().flatten().collect();
        let known: Vec<_> = ends.iter().filter_map(|path| self.paths.get(*path)).collect();
        if known.is_empty() {
            found.whole.extend(self.all());
        }
        for one in known {
            found.whole.extend(&one.whole);
            found.parts.extend(one.parts.iter().cloned());
        }
        found
    }

    fn all(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|row| self.counts(*row))
    }

    fn counts(&self, row: usize) -> bool {
        self.rows.get(row).is_some_and(|row| row.mark.class.is_ai())
    }

    fn row(&mut self, rows: &mut BTreeMap<Mark, usize>, mark: Mark, commit: Option<&Commit>) -> usize {
        let row = *rows.entry(mark.clone()).or_insert_with(|| {
            self.rows.push(Row { mark, commits: Vec::new() });
            self.rows.len() - 1
        });
        let commits = &mut self.rows[row].commits;
        if let Some(commit) = commit.filter(|commit| commits.last() != Some(&commit.id)) {
            commits.push(commit.id);
        }
        row
    }

    fn note(&mut self, rows: &mut BTreeMap<Mark, usize>, at: usize, commit: &Commit, claim: &Claim) {
        let read = match claim {
            Claim::Said(note) => git_ai::read(note),
            Claim::Unreadable(why) => Err(why.clone()),
        };
        match read {
            Ok(attested) => {
                for one in attested {
                    let mark = Mark::new(Signal::Note, &one.tool, Class::Agent);
                    let row = self.row(rows, mark, Some(commit));
                    self.record(row, Some(at), one);
                }
            }
            Err(why) => {
                let row = self.row(rows, Mark::new(Signal::Note, UNREADABLE, Class::Agent), Some(commit));
                self.of_commit[at].insert(row);
                self.unreadable.push(format!("the note of git-ai on {}: {why}", commit.id.short()));
            }
        }
    }

    fn traces(&mut self, rows: &mut BTreeMap<Mark, usize>, old: &Claim, new: &Claim) {
        let read = match (old, new) {
            (Claim::Said(old), Claim::Said(new)) => trace::read(old, new),
            (Claim::Unreadable(why), _) | (_, Claim::Unreadable(why)) => Err(why.clone()),
        };
        match read {
            Ok(attested) => {
                for one in attested {
                    let row = self.row(rows, Mark::new(Signal::Trace, &one.tool, Class::Agent), None);
                    self.record(row, None, one);
                }
            }
            Err(why) => {
                let row = self.row(rows, Mark::new(Signal::Trace, UNREADABLE, Class::Agent), None);
                self.everywhere.insert(row);
                self.unreadable.push(format!("{}: {why}", super::TRACES));
            }
        }
    }

    fn record(&mut self, row: usize, commit: Option<usize>, attested: Attested) {
        let record = Record { row, commit, lines: attested.lines };
        self.records.entry(attested.path).or_default().push(record);
    }
}

/// What stands in the place of a tool where a record can't be read.
const UNREADABLE: &str = "unreadable, so taken for AI";

impl OfFile {
    /// Returns the rows that are about a hunk of this file.
    pub fn rows(&self, file: &FileChange, hunk: &Hunk) -> BTreeSet<usize> {
        let object = file.new.as_ref().map(|side| side.object);
        let mut rows = self.whole.clone();
        let about =
            self.parts.iter().filter(|part| object != Some(part.object) || attests(&part.lines, hunk));
        rows.extend(about.map(|part| part.row));
        rows
    }
}

/// Tells whether lines may be about a hunk: one of its new lines is among them, or it has none.
fn attests(lines: &[(u32, u32)], hunk: &Hunk) -> bool {
    let mut added = hunk.lines.iter().filter(|line| line.origin == Origin::Added).peekable();
    let among = |number: u32| {
        let at = lines.partition_point(|(_, last)| *last < number);
        lines.get(at).is_some_and(|(first, _)| *first <= number)
    };
    added.peek().is_none() || added.any(|line| among(line.number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::edit;
    use crate::change::{Contributor, Role};

    const JSON: &str = r#"{"schema_version":"authorship/3.0.0"}"#;

    fn commit(number: u8, message: &str) -> Commit {
        let person = Contributor { role: Role::Author, name: "Ada".into(), email: "ada@acme.dev".into() };
        Commit {
            id: ObjectId::new([number; 20]),
            people: vec![person],
            message: message.into(),
            signature: None,
        }
    }

    fn change(messages: &[&str]) -> Change {
        let commits = messages.iter().zip(1..).map(|(message, number)| commit(number, message));
        Change {
            base: ObjectId::ZERO,
            merge_base: ObjectId::ZERO,
            head: ObjectId::ZERO,
            target: None,
            merges: true,
            commits: commits.collect(),
        }
    }

    fn touch(path: &str, from: Option<&str>, object: Option<ObjectId>) -> Touched {
        Touched { path: path.into(), from: from.map(Into::into), object }
    }

    fn note(text: &str) -> Claim {
        Claim::Said(format!("{text}---\n{JSON}").into_bytes())
    }

    /// Returns, for each hunk of a file, whether it counts as written by AI.
    fn asked(written: &Written, file: &FileChange) -> Vec<bool> {
        let found = written.of(file);
        file.hunks.iter().map(|hunk| !found.rows(file, hunk).is_empty()).collect()
    }

    fn written(change: &Change, claims: &Claims, touched: &[Vec<Touched>]) -> Written {
        let mut written = Written::read(change, claims);
        written.place(touched);
        written
    }

    const MARK: &str = "s\n\nGenerated-by: x";

    #[test]
    fn a_mark_of_a_commit_is_about_what_the_commit_touches() {
        let change = change(&[MARK, "s"]);
        let touched = [vec![touch("a", None, None)], vec![touch("b", None, None)]];
        let written = written(&change, &Claims::default(), &touched);
        assert_eq!(asked(&written, &edit("a", "1\n", "2\n")), [true]);
        assert_eq!(asked(&written, &edit("b", "1\n", "2\n")), [false]);
        assert_eq!(written.rows()[0].commits, [ObjectId::new([1; 20])]);
    }

    #[test]
    fn a_file_that_no_commit_touches_may_be_anybodys() {
        let marked = written(&change(&[MARK]), &Claims::default(), &[vec![touch("a", None, None)]]);
        assert_eq!(asked(&marked, &edit("moved", "1\n", "2\n")), [true]);
        let plain = written(&change(&["s"]), &Claims::default(), &[vec![]]);
        assert_eq!(asked(&plain, &edit("moved", "1\n", "2\n")), [false]);
    }

    #[test]
    fn marks_before_a_rename_inside_the_change_count() {
        let change = change(&["s", MARK]);
        let touched = [vec![touch("new", Some("old"), None)], vec![touch("old", None, None)]];
        assert_eq!(
            asked(&written(&change, &Claims::default(), &touched), &edit("new", "1\n", "2\n")),
            [true]
        );
    }

    #[test]
    fn a_note_is_about_its_lines_while_the_file_is_the_same() {
        let old: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let new = old.replace("2\n3\n", "2\nx\n").replace("17\n", "y\n");
        let file = edit("a", &old, &new);
        assert_eq!(file.hunks.len(), 2);
        let object = file.new.as_ref().unwrap().object;
        let claims = Claims { notes: vec![(0, note("a\n  s_1::t_1 3\n"))], traces: None };
        let with = |object| {
            let touched = [vec![touch("a", None, Some(object))]];
            asked(&written(&change(&["s"]), &claims, &touched), &file)
        };
        assert_eq!(with(object), [true, false]);
        assert_eq!(with(ObjectId::new([9; 20])), [true, true]);
        let human = Claims { notes: vec![(0, note("a\n  h_1 1-20\n"))], traces: None };
        let touched = [vec![touch("a", None, Some(object))]];
        assert_eq!(asked(&written(&change(&["s"]), &human, &touched), &file), [false, false]);
        assert_eq!(asked(&written(&change(&[MARK]), &human, &touched), &file), [true, true]);
    }

    #[test]
    fn hunks_without_new_lines_are_of_the_whole_file() {
        let file = edit("a", "1\n2\n3\n", "1\n3\n");
        let object = file.new.as_ref().unwrap().object;
        let claims = Claims { notes: vec![(0, note("a\n  s_1::t_1 900\n"))], traces: None };
        let touched = [vec![touch("a", None, Some(object))]];
        assert_eq!(asked(&written(&change(&["s"]), &claims, &touched), &file), [true]);
    }

    #[test]
    fn what_cannot_be_read_counts() {
        let touched = [vec![touch("a", None, None)], vec![touch("b", None, None)]];
        for claim in [Claim::Said(vec![0xff; 10]), Claim::Unreadable("missing".to_owned())] {
            let claims = Claims { notes: vec![(0, claim)], traces: None };
            let written = written(&change(&["s", "s"]), &claims, &touched);
            assert_eq!(asked(&written, &edit("a", "1\n", "2\n")), [true]);
            assert_eq!(asked(&written, &edit("b", "1\n", "2\n")), [false]);
            assert_eq!(written.unreadable().len(), 1);
        }
        let traces = Some((Claim::Said(Vec::new()), Claim::Said(b"{".to_vec())));
        let written = written(&change(&["s", "s"]), &Claims { notes: Vec::new(), traces }, &touched);
        assert_eq!(asked(&written, &edit("b", "1\n", "2\n")), [true]);
        assert_eq!(written.unreadable().len(), 1);
    }

    #[test]
    fn traces_are_about_whole_files() {
        let record = r#"{"files":[{"path":"a","conversations":[{"contributor":{"type":"ai"},"ranges":[{"start_line":90,"end_line":90}]}]}]}"#;
        let traces = Some((Claim::Said(Vec::new()), Claim::Said(record.as_bytes().to_vec())));
        let touched = [vec![touch("a", None, None), touch("b", None, None)]];
        let written = written(&change(&["s"]), &Claims { notes: Vec::new(), traces }, &touched);
        assert_eq!(asked(&written, &edit("a", "1\n", "2\n")), [true]);
        assert_eq!(asked(&written, &edit("b", "1\n", "2\n")), [false]);
        assert!(written.rows()[0].commits.is_empty());
    }

    // AIP-09
    #[test]
    fn automation_is_no_ai() {
        let mut change = change(&["s"]);
        change.commits[0].people[0].email = "49699333+dependabot[bot]@users.noreply.github.com".into();
        let written = written(&change, &Claims::default(), &[vec![touch("a", None, None)]]);
        assert_eq!(written.rows().len(), 1);
        assert!(!written.is_ai());
        assert_eq!(asked(&written, &edit("a", "1\n", "2\n")), [false]);
    }
}
