//! What merging brings to the target beyond what the branch changed.
//!
//! Where the target moved a file, the branch's edit lands elsewhere; with more than
//! one merge base, the branch may bring back what the target took out. Only paths
//! that both sides touched are looked at, each on its own: no tree is built, nothing
//! is written, and no attribute has a say in how contents are merged.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BStr, BString, ByteSlice};
use git2::{MergeFileInput, ObjectType, merge_file};

use super::diff::blocks;
use super::entry::FOLDER;
use super::objects::{Store, object_id};
use super::rename::{MAX_PAIRS, MAX_READ};
use super::{Delta, Entry, Error, Repo};
use crate::change::cut::{MAX_TEXT, cut, is_text};
use crate::change::{FileChange, Mode, ObjectId, Side};

/// How many files are looked up one by one instead of comparing all of the target.
const FEW: usize = 64;

/// What a merge was found to bring.
#[derive(Debug, Default)]
pub(super) struct Merge {
    /// Whether every path merged without a conflict.
    pub(super) merges: bool,
    /// What differs from the target and is an object on both sides.
    pub(super) deltas: Vec<Delta>,
    /// What differs from the target in content that only the merge has.
    pub(super) files: Vec<FileChange>,
}

impl Repo {
    /// Merges `head` into `target` (trees), from each of these merge bases (trees) on its own.
    ///
    /// `changed` is what differs between the first merge base and the head, nothing paired.
    /// A path in conflict brings nothing, for whoever resolves it makes a commit that is judged. With several merge
    /// bases git makes one of them that may not be in conflict, so there both versions of the path are compared.
    pub(super) fn try_merge(
        &self,
        bases: &[ObjectId],
        target: ObjectId,
        head: ObjectId,
        changed: &[Delta],
    ) -> Result<Merge, Error> {
        let mut merge = Merge { merges: true, ..Merge::default() };
        for (number, base) in bases.iter().enumerate() {
            let few = if bases.len() == 1 { self.changed_alike(*base, target, changed)? } else { None };
            let ours = few.map_or_else(|| self.changed(Some(*base), Some(target)), Ok)?;
            if ours.is_empty() && number == 0 && bases.len() == 1 {
                break;
            }
            let further = if number == 0 { Vec::new() } else { self.changed(Some(*base), Some(head))? };
            let theirs = if number == 0 { changed } else { &further };
            let mut trial = Trial {
                repo: self,
                store: self.store()?,
                target,
                ours: by_path(&ours),
                theirs: by_path(theirs),
                merge: &mut merge,
                several: bases.len() > 1,
            };
            trial.run(*base, number > 0)?;
        }
        Ok(merge)
    }
}

impl Repo {
    /// Returns what the target made of the paths of a small change, where nothing else on the target matters.
    ///
    /// `None` where it does: a file of the change is gone there, or a folder became a file or the other way about.
    /// Then what was moved has to be found, which takes comparing all of the target.
    fn changed_alike(
        &self,
        base: ObjectId,
        target: ObjectId,
        changed: &[Delta],
    ) -> Result<Option<Vec<Delta>>, Error> {
        if changed.len() > FEW {
            return Ok(None);
        }
        let store = self.store()?;
        let (mut ours, mut folders) = (Vec::new(), BTreeSet::new());
        for path in changed.iter().map(Delta::path) {
            let [old, new] = [store.look_up(base, path)?, store.look_up(target, path)?];
            if old == new {
                // Nothing was made of it.
            } else if new.is_none() || [old, new].into_iter().flatten().any(|(mode, _)| mode == FOLDER) {
                return Ok(None);
            } else {
                let entry = |(mode, object)| Entry { path: path.to_owned(), mode, object, on_disk: false };
                ours.push(Delta { old: old.map(entry), new: new.map(entry) });
            }
            folders.extend(path.find_iter("/").map(|slash| path[..slash].as_bstr()));
        }
        for folder in folders {
            let [here, there] = [store.look_up(base, folder)?, store.look_up(target, folder)?];
            let is_folder = |found: Option<(Mode, ObjectId)>| found.is_some_and(|(mode, _)| mode == FOLDER);
            if here != there && !(is_folder(here) && is_folder(there)) {
                return Ok(None);
            }
        }
        Ok(Some(ours))
    }
}

/// Merging from one merge base.
struct Trial<'a> {
    repo: &'a Repo,
    store: Store<'a>,
    target: ObjectId,
    /// What the target changed.
    ours: BTreeMap<&'a BStr, &'a Delta>,
    /// What the branch changed.
    theirs: BTreeMap<&'a BStr, &'a Delta>,
    merge: &'a mut Merge,
    several: bool,
}

impl Trial<'_> {
    /// Looks at each path that the branch changed; at those that the target left alone too, when `all` are wanted.
    fn run(&mut self, base: ObjectId, all: bool) -> Result<(), Error> {
        let theirs: Vec<&Delta> = self.theirs.values().copied().collect();
        let (mut gone_there, mut gone_here, mut added) = (Vec::new(), Vec::new(), Vec::new());
        for delta in theirs {
            let Some(ours) = self.ours.get(delta.path()).copied() else {
                if delta.new.is_some() && self.is_in_the_way(delta.path()) {
                    self.conflict(delta, delta.old.clone());
                } else if all {
                    self.merge.deltas.push(delta.clone());
                }
                if delta.old.is_none() {
                    added.push(delta);
                }
                continue;
            };
            match (&delta.old, &ours.new, &delta.new) {
                (_, None, None) => {}
                (_, Some(here), Some(there)) if same(here, there) => {}
                (Some(_), None, Some(_)) => gone_here.push(delta),
                (Some(_), Some(_), None) => gone_there.push(delta),
                (Some(old), Some(here), Some(there)) => self.content(old, here, there, delta)?,
                (None, here, _) => self.conflict(delta, here.clone()),
            }
        }
        self.moved_on_target(&gone_here)?;
        self.moved_on_branch(&gone_there)?;
        self.follow_folders(base, &added)
    }

    /// Follows the files that the branch edited and the target moved: the edit lands where they are now.
    fn moved_on_target(&mut self, edited: &[&Delta]) -> Result<(), Error> {
        let moves = self.moves(edited, &self.ours)?;
        for delta in edited {
            let (Some(old), Some(there)) = (&delta.old, &delta.new) else { continue };
            match moves.get(delta.path()) {
                Some(here) => self.content(old, here, there, delta)?,
                None => self.conflict(delta, None),
            }
        }
        Ok(())
    }

    /// Follows the files that the target edited and the branch moved: the edit goes with them.
    fn moved_on_branch(&mut self, edited: &[&Delta]) -> Result<(), Error> {
        let moves = self.moves(edited, &self.theirs)?;
        for delta in edited {
            let here = self.ours.get(delta.path()).and_then(|ours| ours.new.clone());
            let (Some(old), Some(here)) = (&delta.old, here) else { continue };
            match moves.get(delta.path()) {
                Some(there) => self.content(old, &here, there, delta)?,
                None => self.conflict(delta, Some(here)),
            }
        }
        Ok(())
    }

    /// Puts what the branch added to a folder that the target moved where that folder is now: git may do so too.
    fn follow_folders(&mut self, base: ObjectId, added: &[&Delta]) -> Result<(), Error> {
        let mut gone: BTreeMap<BString, Vec<&Delta>> = BTreeMap::new();
        for delta in added {
            let Some(folder) = self.home(base, delta.path())? else { continue };
            if self.store.look_up(self.target, folder)?.is_none() {
                gone.entry(folder.to_owned()).or_default().push(delta);
            }
        }
        for (folder, added) in gone {
            let prefix = [folder.as_slice(), b"/"].concat();
            let left: Vec<&Delta> =
                self.ours.values().filter(|ours| ours.path().starts_with(&prefix)).copied().collect();
            let moves = self.moves(&left, &self.ours)?;
            let homes: BTreeSet<BString> = moves
                .iter()
                .filter_map(|(from, to)| to.path.strip_suffix(from.strip_prefix(folder.as_slice())?))
                .map(BString::from)
                .collect();
            for (delta, home) in added.iter().flat_map(|delta| homes.iter().map(move |home| (delta, home))) {
                let Some(entry) = &delta.new else { continue };
                let rest = entry.path.strip_prefix(folder.as_slice()).unwrap_or_default();
                let path = BString::from([home.as_slice(), rest].concat());
                let old = self.repo.entry(self.target, path.as_bstr())?;
                self.merge.deltas.push(Delta { old, new: Some(Entry { path, ..entry.clone() }) });
            }
        }
        Ok(())
    }

    /// Returns the innermost folder of a path that the merge base has.
    fn home<'p>(&self, base: ObjectId, path: &'p BStr) -> Result<Option<&'p BStr>, Error> {
        let mut path = path;
        while let Some(slash) = path.rfind_byte(b'/') {
            path = path[..slash].as_bstr();
            if matches!(self.store.look_up(base, path)?, Some((FOLDER, _))) {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// Finds where files went that one side no longer has, among what that side added.
    fn moves(
        &self,
        gone: &[&Delta],
        side: &BTreeMap<&BStr, &Delta>,
    ) -> Result<BTreeMap<BString, Entry>, Error> {
        if gone.is_empty() {
            return Ok(BTreeMap::new());
        }
        let sources =
            gone.iter().filter_map(|delta| delta.old.clone()).map(|old| Delta { old: Some(old), new: None });
        let targets = side.values().filter(|delta| delta.old.is_none()).map(|delta| Delta::clone(delta));
        let (sources, targets): (Vec<_>, Vec<_>) = (sources.collect(), targets.collect());
        let mut bytes = 0;
        for entry in
            sources.iter().chain(&targets).filter_map(|delta| delta.old.as_ref().or(delta.new.as_ref()))
        {
            bytes += if entry.mode.is_file() { self.store.size(ObjectType::Blob, entry.object)? } else { 0 };
        }
        if sources.len().saturating_mul(targets.len()) > MAX_PAIRS || bytes > MAX_READ {
            return Err(Error::new("the target has moved more files than can be followed")
                .help("merge the target into the branch: then there is nothing left to follow"));
        }
        let pairs = self.repo.pair(sources.into_iter().chain(targets).collect())?;
        Ok(pairs.into_iter().filter_map(|pair| Some((pair.old?.path, pair.new?))).collect())
    }

    /// Merges one file that both sides have.
    fn content(&mut self, old: &Entry, here: &Entry, there: &Entry, delta: &Delta) -> Result<(), Error> {
        if !self.is_merged(old, here, there)? {
            self.conflict(delta, Some(here.clone()));
        }
        Ok(())
    }

    /// Merges one file and keeps what that brings to the target; `false` for a conflict.
    fn is_merged(&mut self, old: &Entry, here: &Entry, there: &Entry) -> Result<bool, Error> {
        let path = if here.path == old.path { &there.path } else { &here.path };
        let Some(mode) = pick(old.mode, here.mode, there.mode) else { return Ok(false) };
        if let Some(object) = pick(old.object, here.object, there.object) {
            let new = Entry { path: path.clone(), mode, object, on_disk: false };
            if new != *here {
                self.merge.deltas.push(Delta { old: Some(here.clone()), new: Some(new) });
            }
            return Ok(true);
        }
        let Some(contents) = self.texts([old, here, there])? else { return Ok(false) };
        let Some(content) = merge_texts(&contents)? else { return Ok(false) };
        let [_, before, _] = contents;
        let object = git2::Oid::hash_object(ObjectType::Blob, &content)
            .map_err(|error| Error::git("a merged file can't be named", error))?;
        let old =
            Side { path: here.path.clone(), mode: here.mode, object: here.object, content: Some(before) };
        let new = Side { path: path.clone(), mode, object: object_id(object), content: Some(content) };
        if old.object != new.object || old.mode != new.mode || old.path != new.path {
            self.merge.files.push(cut(Some(old), Some(new), blocks)?);
        }
        Ok(true)
    }

    /// Reads files that can be merged line by line; `None` where one can't.
    fn texts(&self, files: [&Entry; 3]) -> Result<Option<[Vec<u8>; 3]>, Error> {
        let mut contents = [const { Vec::new() }; 3];
        for (content, file) in contents.iter_mut().zip(files) {
            if !file.mode.is_file() || self.store.size(ObjectType::Blob, file.object)? > MAX_TEXT {
                return Ok(None);
            }
            *content = self.store.read(ObjectType::Blob, file.object)?.data().to_owned();
            if !is_text(content) {
                return Ok(None);
            }
        }
        Ok(Some(contents))
    }

    /// Tells whether the target added a file where a folder of this path is, or the other way about.
    fn is_in_the_way(&self, path: &BStr) -> bool {
        let exists = |path: &[u8]| self.ours.get(path.as_bstr()).is_some_and(|ours| ours.new.is_some());
        let above = path.find_iter("/").any(|slash| exists(&path[..slash]));
        let prefix = [path.as_bytes(), b"/"].concat();
        let below = self.ours.range(prefix.as_bstr()..).take_while(|(path, _)| path.starts_with(&prefix));
        above || below.into_iter().any(|(_, ours)| ours.new.is_some())
    }

    /// Notes that this path does not merge; `here` is what the target has of it.
    fn conflict(&mut self, delta: &Delta, here: Option<Entry>) {
        self.merge.merges = false;
        if self.several && here != delta.new {
            self.merge.deltas.push(Delta { old: here, new: delta.new.clone() });
        }
    }
}

/// Takes what one side changed, or both alike; `None` where both changed it in their own way.
fn pick<T: PartialEq + Copy>(old: T, here: T, there: T) -> Option<T> {
    if old == here || here == there {
        Some(there)
    } else if old == there {
        Some(here)
    } else {
        None
    }
}

/// Merges three texts line by line; `None` for a conflict.
fn merge_texts([old, here, there]: &[Vec<u8>; 3]) -> Result<Option<Vec<u8>>, Error> {
    let mut inputs = [MergeFileInput::new(), MergeFileInput::new(), MergeFileInput::new()];
    for (input, content) in inputs.iter_mut().zip([old, here, there]) {
        input.content(content);
    }
    let [old, here, there] = &inputs;
    let merged = merge_file(old, here, there, None)
        .map_err(|error| Error::git("two versions of a file can't be merged", error))?;
    Ok(merged.is_automergeable().then(|| merged.content().to_owned()))
}

fn same(one: &Entry, other: &Entry) -> bool {
    one.mode == other.mode && one.object == other.object
}

fn by_path(deltas: &[Delta]) -> BTreeMap<&BStr, &Delta> {
    deltas.iter().map(|delta| (delta.path(), delta)).collect()
}

#[cfg(test)]
mod tests {
    use crate::change::ObjectId;
    use crate::git::source::tests::{read, texts};
    use crate::git::{Asked, Repo};
    use crate::review::Source;
    use crate::support::TestRepo;

    const BASE: Asked<'_> = Asked {
        range: None,
        base: Some("main"),
        head: Some("feat"),
        target: None,
        provided: NOTHING,
        content: COMMITS,
    };
    const NOTHING: crate::git::Provided<'_> =
        crate::git::Provided { base: None, head: None, target: None, merge: None };
    const COMMITS: crate::git::Content = crate::git::Content::Commits;

    fn numbers(last: &str) -> String {
        (1..40).map(|number| format!("{number}\n")).collect::<String>() + last
    }

    /// Commits these files on a branch that `root` is made for, then on `main`.
    fn parted(root: &[(&str, &str)], feat: impl Fn(&TestRepo), main: impl Fn(&TestRepo)) -> TestRepo {
        let test = TestRepo::new();
        test.commit_files(root, "root");
        test.git(&["checkout", "-qb", "feat"]);
        feat(&test);
        test.commit("feat");
        test.git(&["checkout", "-q", "main"]);
        main(&test);
        test.commit("main");
        test
    }

    fn merges(test: &TestRepo) -> bool {
        read(test, &BASE, |reader| reader.change().merges).unwrap()
    }

    // HIS-13
    #[test]
    fn edit_follows_a_file_that_the_target_moved() {
        let test = parted(
            &[("app/x.txt", &numbers("")), ("infra/y", "y\n")],
            |test| test.write("app/x.txt", numbers("evil\n")),
            |test| {
                test.git(&["mv", "app/x.txt", "infra/x.tf"]);
            },
        );
        assert_eq!(texts(&test, &BASE), ["app/x.txt text +evil", "infra/x.tf text +evil"]);
        assert!(merges(&test));
        let objects = test.git(&["count-objects"]);
        read(&test, &BASE, |_| ()).unwrap();
        assert_eq!(test.git(&["count-objects"]), objects, "nothing is written");
    }

    #[test]
    fn edit_follows_a_file_that_the_target_moved_and_edited() {
        let test = parted(
            &[("app/x.txt", &numbers("")), ("z", "")],
            |test| test.write("app/x.txt", numbers("evil\n")),
            |test| {
                test.git(&["mv", "app/x.txt", "moved"]);
                test.write("moved", format!("0\n{}", numbers("")));
            },
        );
        assert_eq!(texts(&test, &BASE), ["app/x.txt text +evil", "moved text +evil"]);
    }

    #[test]
    fn target_that_went_on_elsewhere_changes_nothing() {
        let test = parted(
            &[("a", "1\n"), ("b", "1\n")],
            |test| test.write("a", "2\n"),
            |test| test.write("b", "2\n"),
        );
        assert_eq!(texts(&test, &BASE), ["a text -1 +2"]);
        assert!(merges(&test));
    }

    #[test]
    fn only_what_may_have_moved_takes_comparing_all_of_the_target() {
        let alike = |main: &dyn Fn(&TestRepo)| {
            let root = [("d/a", "1\n"), ("d/b", "1\n"), ("e", "1\n")];
            let test = parted(&root, |test| test.write("d/a", "2\n"), main);
            let repo = Repo::open(test.path()).unwrap();
            let [base, target, head] =
                ["main~1:", "main:", "feat:"].map(|tree| ObjectId::parse(&test.rev(tree)).unwrap());
            let theirs = repo.changed(Some(base), Some(head)).unwrap();
            let ours = repo.changed_alike(base, target, &theirs).unwrap()?;
            let all = repo.changed(Some(base), Some(target)).unwrap();
            assert!(ours.iter().all(|delta| all.contains(delta)));
            Some(ours.iter().map(|delta| delta.path().to_string()).collect::<Vec<_>>())
        };
        assert_eq!(alike(&|test| test.write("d/b", "3\n")).unwrap(), [""; 0]);
        assert_eq!(alike(&|test| test.write("d/a", "3\n")).unwrap(), ["d/a"]);
        let removed = |path: &'static str| move |test: &TestRepo| drop(test.git(&["rm", "-qr", path]));
        assert_eq!(alike(&removed("e")).unwrap(), [""; 0]);
        assert_eq!(alike(&removed("d/a")), None);
        assert_eq!(alike(&removed("d")), None);
        let put = |path: &'static str, test: &TestRepo| {
            removed("d")(test);
            test.write(path, "x\n");
        };
        assert_eq!(alike(&|test| put("d", test)), None, "a file where the folder was");
        assert_eq!(alike(&|test| put("d/a/x", test)), None, "a folder where the file was");
    }

    #[test]
    fn both_sides_of_one_file_are_merged_and_equal_hunks_are_one() {
        let test = parted(
            &[("a", &numbers(""))],
            |test| test.write("a", numbers("feat\n")),
            |test| test.write("a", format!("main\n{}", numbers(""))),
        );
        assert_eq!(texts(&test, &BASE), ["a text +feat"]);
        assert!(merges(&test));
    }

    #[test]
    fn conflict_is_told_and_the_branch_is_judged() {
        let test =
            parted(&[("a", "1\n")], |test| test.write("a", "feat\n"), |test| test.write("a", "main\n"));
        assert_eq!(texts(&test, &BASE), ["a text -1 +feat"]);
        assert!(!merges(&test));
        let gone = parted(
            &[("a", "1\n"), ("b", "")],
            |test| test.write("a", "feat\n"),
            |test| {
                test.git(&["rm", "-q", "a"]);
            },
        );
        assert_eq!(texts(&gone, &BASE), ["a text -1 +feat"]);
        assert!(!merges(&gone));
    }

    // HIS-15
    #[test]
    fn attributes_do_not_settle_a_conflict() {
        let root = [("acl", "a\ndeny\nb\n"), (".gitattributes", "acl merge=union\n")];
        let test = parted(
            &root,
            |test| test.write("acl", "a\ndeny\nallow-all\nb\n"),
            |test| test.write("acl", "a\ndeny-all\nb\n"),
        );
        assert_eq!(texts(&test, &BASE), ["acl text +allow-all"]);
        assert!(!merges(&test));
    }

    #[test]
    fn edit_of_the_target_follows_a_file_that_the_branch_moved() {
        let test = parted(
            &[("a", &numbers("")), ("z", "")],
            |test| {
                test.git(&["mv", "a", "moved"]);
            },
            |test| test.write("a", numbers("main\n")),
        );
        assert!(merges(&test));
        assert_eq!(texts(&test, &BASE), ["a => moved renamed"]);
    }

    #[test]
    fn mode_of_one_side_and_content_of_the_other_are_joined() {
        let test = parted(
            &[("a", "1\n")],
            |test| {
                test.git(&["update-index", "--chmod=+x", "a"]);
                test.git(&["commit", "-qm", "x"]);
                test.git(&["checkout", "-q", "a"]);
            },
            |test| test.write("a", "2\n"),
        );
        assert!(merges(&test));
        assert_eq!(texts(&test, &BASE), ["a mode"]);
    }

    #[test]
    fn file_where_the_target_has_a_folder_is_a_conflict() {
        let test = parted(&[("z", "")], |test| test.write("a", "1\n"), |test| test.write("a/b", "2\n"));
        assert!(!merges(&test));
        let test = parted(&[("z", "")], |test| test.write("a/b", "1\n"), |test| test.write("a", "2\n"));
        assert!(!merges(&test));
    }

    #[test]
    fn file_that_was_added_follows_a_folder_that_the_target_moved() {
        let test = parted(
            &[("app/x", &numbers("x\n")), ("app/sub/y", &numbers("y\n"))],
            |test| test.write("app/new", "evil\n"),
            |test| {
                test.git(&["mv", "app", "infra"]);
            },
        );
        assert_eq!(texts(&test, &BASE), ["app/new text +evil", "infra/new text +evil"]);
    }

    // HIS-05
    #[test]
    fn criss_cross_does_not_hide_what_the_merge_brings() {
        let test = TestRepo::new();
        test.commit_files(&[("infra", "closed\n"), ("docs", "")], "root");
        test.commit_files(&[("infra", "open\n")], "open");
        test.git(&["checkout", "-qb", "one"]);
        // Two merge bases: the later one, which git takes first, has the evil line.
        let two_first = test.commit_files(&[("other", "x\n")], "one");
        test.git(&["checkout", "-qb", "two", "main"]);
        test.commit_files(&[("infra", "closed\n")], "harden");
        test.git(&["checkout", "-q", "main"]);
        test.git(&["merge", "-q", "--ff-only", "two"]);
        test.git(&["merge", "-q", "--no-ff", "-m", "merge one", &two_first]);
        test.git(&["checkout", "-qb", "feat", &two_first]);
        test.git(&["merge", "-q", "--no-commit", "two"]);
        test.write("infra", "open\n");
        test.commit("merge two");
        test.commit_files(&[("docs", "ok\n")], "docs");
        assert_eq!(test.git(&["merge-base", "--all", "main", "feat"]).lines().count(), 2);
        let found = texts(&test, &BASE);
        assert!(found.contains(&"infra text -closed +open".to_owned()), "{found:?}");
    }
}
