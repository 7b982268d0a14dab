//! A change as the core reads it: the range's facts, its files, its commits and the notes.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, BString};

use super::landed::{Landings, Sought, sought};
use super::objects::Store;
use super::{Content, Delta, Error, Notes, Range, Repo, Shape, tree};
use crate::change::{Change, FileChange, HunkId, ObjectId, Touched};
use crate::classify::Judged;
use crate::provenance::{Claims, TRACES};
use crate::review::Source;
use crate::sign_off::History;

/// The most parents of one commit.
const MAX_PARENTS: usize = 100;

/// A change that was found in a repository, ready to be read.
pub struct Reader<'r> {
    repo: &'r Repo,
    change: Change,
    /// The trees on both sides differ.
    differs: bool,
    /// What differs between objects.
    deltas: Vec<Delta>,
    /// The two trees that were compared, and how many of the first `deltas` are what differs between them.
    direct: ([ObjectId; 2], usize),
    /// What only the merge has.
    merged: Vec<FileChange>,
    notes: Notes<'r>,
    /// What was last fetched of the notes of others.
    fetched: Vec<Notes<'r>>,
    landings: Landings<'r>,
}

impl Repo {
    /// Reads what lies between the two ends of a range.
    pub fn read(&self, range: &Range) -> Result<Reader<'_>, Error> {
        let bases = match range.shape {
            Shape::Branch => self.merge_bases(range.base, range.head)?,
            Shape::Merge | Shape::Push => vec![range.base],
        };
        let Some(merge_base) = bases.first().copied() else {
            return Err(Error::new("base and head have no common ancestor")
                .help("rebase it onto the branch that it is for, or name what it was made from: --base"));
        };
        let mut change = Change {
            base: range.base,
            merge_base,
            head: range.head,
            target: range.target.clone(),
            merges: true,
            commits: self.commits(range.base, range.head, &bases)?,
        };
        let store = self.store()?;
        let (old, new) = (store.links(merge_base)?.tree, store.links(range.head)?.tree);
        let (mut deltas, mut merged, mut differs) = (Vec::new(), Vec::new(), old != new);
        let mut direct = ([old, new], 0);
        match range.content {
            Content::Commits => {
                let changed = self.changed(Some(old), Some(new))?;
                if range.shape == Shape::Branch && (bases.len() > 1 || range.base != merge_base) {
                    let tree = |commit: &ObjectId| Ok(store.links(*commit)?.tree);
                    let trees = bases.iter().map(tree).collect::<Result<Vec<_>, Error>>()?;
                    let merge = self.try_merge(&trees, tree(&range.base)?, new, &changed)?;
                    change.merges = merge.merges;
                    deltas = merge.deltas;
                    merged = merge.files;
                }
                let changed = self.pair(changed)?;
                direct.1 = changed.len();
                deltas.splice(..0, changed);
            }
            Content::Staged => deltas = self.compare_index(Some(old), range.index.as_deref())?,
            Content::Worktree => deltas = self.compare_work_tree(Some(old))?,
        }
        if range.content != Content::Commits {
            differs = !deltas.is_empty();
        }
        let paths = deltas.iter().flat_map(|delta| [Some(delta.path()), delta.old_path()]);
        let merged_paths = merged.iter().flat_map(|file| [Some(file.path()), file.old_path()]);
        let paths: BTreeSet<BString> = paths.chain(merged_paths).flatten().map(BStr::to_owned).collect();
        let landings = Landings::new(self, range.base, &paths);
        Ok(Reader {
            repo: self,
            change,
            differs,
            deltas,
            direct,
            merged,
            notes: self.notes()?,
            fetched: self.fetched_notes()?,
            landings,
        })
    }
}

impl Reader<'_> {
    /// Reads the notes as they are at this commit instead of those of the ref: those that are being pushed.
    pub fn with_notes_at(mut self, commit: Option<ObjectId>) -> Result<Self, Error> {
        self.notes = self.repo.notes_at(commit)?;
        self.fetched.clear();
        Ok(self)
    }

    /// Returns what a change of one commit touches, where its parent's tree and its own are those that were compared.
    fn touched_by_one(&self, commits: &[ObjectId]) -> Result<Option<Vec<Touched>>, Error> {
        let ([old, new], count) = self.direct;
        let [commit] = commits else { return Ok(None) };
        let store = self.repo.store()?;
        let links = store.links(*commit)?;
        let [parent] = links.parents.as_slice() else { return Ok(None) };
        let is_all = count > 0 && links.tree == new && store.links(*parent)?.tree == old;
        Ok(is_all.then(|| self.deltas.iter().take(count).map(touch).collect()))
    }

    /// Tells whether there is any difference between the two sides.
    pub fn is_empty(&self) -> bool {
        self.deltas.is_empty() && self.merged.is_empty()
    }
}

impl Source for Reader<'_> {
    fn change(&self) -> &Change {
        &self.change
    }

    fn judge(&self, judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync)) -> Result<Vec<Judged>, Error> {
        let all: Mutex<Sought> = Mutex::default();
        let mut judged = self.repo.judge(&self.deltas, &|file| {
            let hunks = sought(file);
            all.lock().unwrap_or_else(PoisonError::into_inner).extend(hunks);
            judge(file)
        })?;
        let mut seen: HashSet<HunkId> = judged.iter().map(|judged| judged.id).collect();
        let merged = self.merged.iter().flat_map(judge);
        judged.extend(merged.filter(|judged| seen.insert(judged.id)));
        judged.sort_by(|one, other| one.path.cmp(&other.path));
        let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        all.extend(self.merged.iter().flat_map(sought));
        self.landings.seek(all);
        if judged.is_empty() && self.differs {
            return Err(Error::new("two different trees have no difference that can be shown")
                .help("look at the two trees with `git ls-tree -r`: a mode may be written in an odd way"));
        }
        Ok(judged)
    }

    fn touched(&self, commits: &[ObjectId]) -> Result<Vec<Vec<Touched>>, Error> {
        if let Some(touched) = self.touched_by_one(commits)? {
            return Ok(vec![touched]);
        }
        let deltas = self.repo.side_by_side(commits.len(), &|store, at| store.touched(commits[at]))?;
        let touched = deltas.into_iter().map(|touched| match touched {
            Differs::FromParent(deltas) => Ok(self.repo.pair(deltas)?.iter().map(touch).collect()),
            Differs::FromAll(touched) => Ok(touched),
        });
        touched.collect()
    }

    fn claims(&self) -> Claims {
        let traces = self.deltas.iter().find(|delta| delta.path() == TRACES.as_bytes());
        Claims {
            notes: self.repo.ai_notes(&self.change.commits),
            traces: traces.map(|delta| self.repo.traces(delta)),
        }
    }

    fn notes(&self, keys: &[ObjectId]) -> Result<Vec<Vec<u8>>, Error> {
        let mut notes = self.notes.read(keys)?;
        for fetched in &self.fetched {
            notes.extend(fetched.read(keys)?);
        }
        Ok(notes)
    }
}

impl History for Reader<'_> {
    type Error = Error;

    fn landed(
        &self,
        base: ObjectId,
        hunk: HunkId,
        path: &BStr,
        old_path: Option<&BStr>,
    ) -> Result<bool, Error> {
        self.landings.landed(base, hunk, path, old_path)
    }

    fn is_merged(&self, commit: ObjectId) -> Result<bool, Error> {
        self.repo.is_merged(commit, self.change.base)
    }
}

/// What a commit changed.
enum Differs {
    /// Its tree from that of its one parent; nothing is paired yet.
    FromParent(Vec<Delta>),
    /// Its tree from those of all its parents.
    FromAll(Vec<Touched>),
}

impl Store<'_> {
    fn touched(&self, commit: ObjectId) -> Result<Differs, Error> {
        let links = self.links(commit)?;
        let tree = Some(links.tree);
        if links.parents.len() > MAX_PARENTS {
            return Err(Error::new(format!(
                "the commit {} has more than {MAX_PARENTS} parents",
                commit.short()
            ))
            .help("merge in several steps"));
        }
        let [first, others @ ..] = links.parents.as_slice() else {
            return Ok(Differs::FromAll(tree::differences(self, None, tree)?.iter().map(touch).collect()));
        };
        let changed = tree::differences(self, Some(self.links(*first)?.tree), tree)?;
        if others.is_empty() {
            return Ok(Differs::FromParent(changed));
        }
        let mut common: BTreeMap<BString, Touched> =
            changed.iter().map(|delta| (delta.path().to_owned(), touch(delta))).collect();
        for parent in others {
            let changed = tree::differences(self, Some(self.links(*parent)?.tree), tree)?;
            let paths: BTreeSet<&BStr> = changed.iter().map(Delta::path).collect();
            common.retain(|path, _| paths.contains(BStr::new(path)));
        }
        Ok(Differs::FromAll(common.into_values().collect()))
    }
}

fn touch(delta: &Delta) -> Touched {
    Touched {
        path: delta.path().to_owned(),
        from: delta.old_path().map(BStr::to_owned),
        object: delta.new.as_ref().map(|entry| entry.object),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::change::Origin;
    use crate::classify::Class;
    use crate::git::Asked;
    use crate::support::{GRACE, TestRepo};

    /// Reads what was asked for.
    pub(crate) fn read<T>(
        test: &TestRepo,
        asked: &Asked<'_>,
        then: impl FnOnce(&Reader<'_>) -> T,
    ) -> Result<T, Error> {
        let repo = Repo::open(test.path())?;
        Ok(then(&repo.read(&repo.range(asked)?)?))
    }

    pub(crate) fn id(text: &str) -> ObjectId {
        ObjectId::parse(text).unwrap()
    }

    /// Writes each hunk as its paths and changed lines, with its id.
    pub(crate) fn hunks(reader: &Reader<'_>) -> Vec<(String, HunkId)> {
        let texts = Mutex::new(BTreeMap::new());
        let judged = reader.judge(&|file| {
            let mut judged = Vec::new();
            for hunk in &file.hunks {
                let mut text = file.old_path().map_or(String::new(), |old| format!("{old} => "));
                text += &format!("{} {}", file.path(), hunk.kind.name());
                for line in hunk.lines.iter().filter(|line| line.origin != Origin::Context) {
                    let sign = if line.origin == Origin::Added { '+' } else { '-' };
                    text += &format!(" {sign}{}", file.text(line).trim_ascii_end().escape_ascii());
                }
                texts.lock().unwrap().insert(hunk.id, text);
                judged.push(Judged {
                    id: hunk.id,
                    path: file.path().to_owned(),
                    old_path: file.old_path().map(BStr::to_owned),
                    kind: hunk.kind,
                    old: hunk.old,
                    new: hunk.new,
                    changed_lines: 0,
                    lines_to_review: 0,
                    class: Class::Local,
                    findings: Vec::new(),
                    ai: BTreeSet::new(),
                    local_because: None,
                    excerpt: Vec::new(),
                });
            }
            judged
        });
        let texts = texts.into_inner().unwrap();
        judged.unwrap().iter().map(|judged| (texts[&judged.id].clone(), judged.id)).collect()
    }

    pub(crate) fn texts(test: &TestRepo, asked: &Asked<'_>) -> Vec<String> {
        read(test, asked, |reader| hunks(reader).into_iter().map(|(text, _)| text).collect()).unwrap()
    }

    fn touched(test: &TestRepo, commit: &str) -> Vec<String> {
        let repo = Repo::open(test.path()).unwrap();
        let range = Range::push(id(commit), id(commit), "refs/heads/main".to_owned());
        let touched = repo.read(&range).unwrap().touched(&[id(commit)]).unwrap().remove(0);
        touched
            .into_iter()
            .map(|one| one.from.map_or(String::new(), |from| format!("{from} => ")) + &one.path.to_string())
            .collect()
    }

    // HIS-01, HIS-33
    #[test]
    fn nothing_changed_is_no_hunk_and_no_error() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "root");
        assert!(texts(&test, &Asked::default()).is_empty());
        test.git(&["checkout", "-qb", "feat"]);
        test.commit("empty");
        assert!(texts(&test, &Asked::default()).is_empty());
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("a", "2\n")], "ahead");
        assert!(texts(&test, &Asked { head: Some("feat~1"), ..Asked::default() }).is_empty());
    }

    #[test]
    fn facts_of_the_change_are_told() {
        let test = TestRepo::new();
        let root = test.commit_files(&[("a", "1\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        let head = test.commit_files(&[("b", "1\n")], "feat");
        test.git(&["checkout", "-q", "main"]);
        let base = test.commit_files(&[("c", "1\n")], "main");
        let asked = Asked { head: Some("feat"), ..Asked::default() };
        let change = read(&test, &asked, |reader| reader.change().clone()).unwrap();
        assert_eq!((change.base, change.merge_base, change.head), (id(&base), id(&root), id(&head)));
        assert_eq!(change.target.as_deref(), Some("refs/heads/main"));
        assert!(change.merges);
        assert_eq!(change.commits.iter().map(|commit| commit.id).collect::<Vec<_>>(), [id(&head)]);
        assert_eq!(texts(&test, &asked), ["b text +1"]);
    }

    #[test]
    fn index_and_work_tree_stand_for_the_next_commit() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        test.commit_files(&[("a", "2\n")], "feat");
        test.write("b", "2\n");
        test.git(&["add", "b"]);
        test.write("c", "2\n");
        let asked = |content| Asked { content, ..Asked::default() };
        assert_eq!(texts(&test, &asked(Content::Commits)), ["a text -1 +2"]);
        assert_eq!(texts(&test, &asked(Content::Staged)), ["a text -1 +2", "b text -1 +2"]);
        assert_eq!(texts(&test, &asked(Content::Worktree)), ["a text -1 +2", "b text -1 +2", "c text -1 +2"]);
        let other = Asked { head: Some("main"), ..asked(Content::Staged) };
        assert!(read(&test, &other, |_| ()).is_err());
    }

    // HOK-04
    #[test]
    fn push_is_compared_as_it_is_though_it_goes_back() {
        let test = TestRepo::new();
        let old = test.commit_files(&[("a", "open\n")], "root");
        let new = test.commit_files(&[("a", "closed\n")], "harden");
        let repo = Repo::open(test.path()).unwrap();
        let range = Range::push(id(&new), id(&old), "refs/heads/main".to_owned());
        let found = hunks(&repo.read(&range).unwrap());
        assert_eq!(found[0].0, "a text -closed +open");
    }

    // HIS-04
    #[test]
    fn merge_commit_touches_what_differs_from_all_parents() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n"), ("both", "1\n"), ("gone", "1\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        test.commit_as(GRACE, "feat");
        test.commit_files(&[("b", "1\n")], "b");
        test.git(&["checkout", "-q", "main"]);
        test.commit_files(&[("c", "1\n")], "c");
        test.git(&["merge", "-q", "--no-commit", "feat"]);
        test.write("both", "evil\n");
        test.git(&["rm", "-q", "gone"]);
        assert_eq!(touched(&test, &test.commit("merge")), ["both", "gone"]);
    }

    #[test]
    fn commit_touches_both_ends_of_a_rename() {
        let test = TestRepo::new();
        let root = test.commit_files(&[("a", "1\n2\n3\n"), ("b", "1\n")], "root");
        test.git(&["mv", "a", "moved"]);
        let moved = test.commit_files(&[("b", "2\n")], "move");
        assert_eq!(touched(&test, &moved), ["b", "a => moved"]);
        assert_eq!(touched(&test, &root), ["a", "b"]);
    }

    #[test]
    fn what_a_change_of_one_commit_touches_has_been_read() {
        let test = TestRepo::new();
        let root = test.commit_files(&[("a", "1\n"), ("b", "1\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        let one = test.commit_files(&[("a", "2\n")], "one");
        let known = |content, commits: &[&str]| -> Option<Vec<String>> {
            let commits: Vec<ObjectId> = commits.iter().map(|commit| id(commit)).collect();
            let asked = Asked { content, ..Asked::default() };
            let touched = read(&test, &asked, |reader| reader.touched_by_one(&commits).unwrap()).unwrap();
            touched.map(|touched| touched.into_iter().map(|one| one.path.to_string()).collect())
        };
        assert_eq!(known(Content::Commits, &[&one]), Some(vec!["a".to_owned()]));
        test.write("b", "2\n");
        test.git(&["add", "b"]);
        assert_eq!(known(Content::Staged, &[&one]), None);
        let two = test.commit("two");
        for commits in [&[root.as_str()][..], &[&one], &[&two], &[&one, &two]] {
            assert_eq!(known(Content::Commits, commits), None);
        }
    }

    #[test]
    fn notes_that_are_being_pushed_can_be_read_instead() {
        let test = TestRepo::new();
        let head = test.commit("root");
        test.git(&["notes", "--ref=pushed", "add", "-m", "pushed", "HEAD"]);
        let repo = Repo::open(test.path()).unwrap();
        let range = repo.range(&Asked::default()).unwrap();
        assert!(repo.read(&range).unwrap().notes(&[id(&head)]).unwrap().is_empty());
        let pushed = id(&test.rev("refs/notes/pushed"));
        let reader = repo.read(&range).unwrap().with_notes_at(Some(pushed)).unwrap();
        assert_eq!(reader.notes(&[id(&head)]).unwrap(), [b"pushed\n"]);
    }

    // HIS-30
    #[test]
    fn malformed_commit_in_the_change_is_an_error() {
        let test = TestRepo::new();
        let base = test.commit_files(&[("a", "1\n")], "root");
        let tree = test.git(&["log", "-1", "--format=%T"]);
        let person = "A <a@x> 1700000000 +0000";
        let raw = format!(
            "tree {tree}\nparent {base}\nauthor {person}\nauthor {person}\ncommitter {person}\n\nm\n"
        );
        let commit = test.raw_object("commit", raw.as_bytes());
        let error = read(&test, &Asked { head: Some(&commit), ..Asked::default() }, |_| ()).unwrap_err();
        assert!(error.message.contains("is malformed"), "{error}");
    }

    // HIS-19
    #[test]
    fn partial_clone_is_an_error_with_the_way_out() {
        let origin = TestRepo::new();
        origin.commit_files(&[("a", "1\n2\n3\n")], "root");
        origin.git(&["config", "uploadpack.allowFilter", "true"]);
        origin.git(&["checkout", "-qb", "feat"]);
        origin.commit_files(&[("a", "1\n2\nevil\n")], "feat");
        let clone = origin.cloned(&["--filter=blob:none", "--no-checkout", "-b", "feat"]);
        let error = read(&clone, &Asked { base: Some("origin/main"), ..Asked::default() }, |reader| {
            reader.judge(&|_| Vec::new()).unwrap_err()
        });
        let error = error.unwrap_or_else(|error| error);
        assert!(error.help.clone().unwrap().contains("partial clone"), "{error}");
    }

    // HIS-20, DIF-08
    #[test]
    fn replacements_and_attributes_change_nothing() {
        let test = TestRepo::new();
        test.commit_files(&[("infra", "closed\n")], "root");
        test.git(&["checkout", "-qb", "feat"]);
        test.commit_files(&[("infra", "open\n")], "evil");
        test.git(&["replace", &test.rev("HEAD:infra"), &test.rev("main:infra")]);
        test.git(&["replace", "HEAD", "main"]);
        test.write(".git/info/attributes", "* -diff\n");
        assert_eq!(
            texts(&test, &Asked { base: Some("main"), ..Asked::default() }),
            ["infra text -closed +open"]
        );
    }

    #[test]
    fn quarantined_objects_are_read_where_they_lie() {
        let server = TestRepo::new();
        let old = server.commit_files(&[("a", "1\n")], "root");
        let client = server.cloned(&[]);
        let new = client.commit_files(&[("a", "2\n")], "pushed");
        let mut repo = Repo::open(server.path()).unwrap();
        let range = Range::push(id(&old), id(&new), "refs/heads/main".to_owned());
        assert!(repo.read(&range).is_err());
        repo.add_objects(&client.path().join(".git/objects")).unwrap();
        assert_eq!(hunks(&repo.read(&range).unwrap())[0].0, "a text -1 +2");
    }
}
