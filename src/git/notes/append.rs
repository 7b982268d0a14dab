//! Adds lines to notes, all or none, beside others who do the same.
//!
//! The objects are written first and the ref is moved last, from the value that was
//! read: whoever was overtaken starts again from what is there then.

use std::collections::BTreeMap;
use std::time::Duration;

use git2::{ErrorClass, ErrorCode, ObjectType, Oid, Signature, Time};

use super::folder::Draft;
use super::lock::Lock;
use super::{FOLDER, NOTES_REF, Notes, add_lines, object_id, oid};
use crate::change::{Mode, ObjectId};
use crate::git::{Error, Repo};

/// How often others may be faster.
const ATTEMPTS: u32 = 400;
/// How often the ref's lock is tried for: ten seconds and more, for a holder has it for milliseconds.
const ATTEMPTS_AT_LOCK: u32 = 1_000;
/// How often an object is written before that has failed.
const ATTEMPTS_AT_OBJECT: u32 = 4;
/// How many folders lie above a note: 65,536 in all.
const LEVELS: usize = 2;

/// Who writes notes, and when.
#[derive(Clone, Copy, Debug)]
pub struct Writer<'a> {
    /// Their name.
    pub name: &'a str,
    /// Their e-mail address, when there is one.
    pub email: &'a str,
    /// Seconds since 1970.
    pub seconds: i64,
}

/// What became of an attempt to move the notes' ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It is where it was to go.
    Done,
    /// Somebody else was faster: what they wrote is to be read first.
    Overtaken,
    /// Somebody who cleaned up has taken the new commit away before anything led to it: it is to be written once more.
    CleanedAway,
}

impl Repo {
    /// Adds each line to the note of its key, all in one commit of the notes, and returns that commit.
    ///
    /// A line that a note has already is not added again; `None` where there was nothing to add and there are no notes.
    pub fn append_notes(
        &self,
        lines: &[(ObjectId, &[u8])],
        writer: Writer<'_>,
    ) -> Result<Option<ObjectId>, Error> {
        if lines.iter().any(|(_, line)| line.is_empty() || line.contains(&b'\n')) {
            return Err(Error::new("a line of a note is empty or more than one line")
                .help("this is a mistake in gate"));
        }
        let mut last = Moved::Overtaken;
        for attempt in 0..ATTEMPTS {
            let notes = self.notes()?;
            let mut changed: BTreeMap<ObjectId, Vec<Vec<u8>>> = BTreeMap::new();
            for (key, line) in lines {
                let old = match changed.remove(key) {
                    Some(lines) => lines,
                    None => notes.lines(*key)?,
                };
                let mut new = old.clone();
                add_lines(&mut new, line);
                changed.insert(*key, new);
            }
            let Some(commit) = notes.write(&changed, &[], writer, "Record statements")? else {
                return Ok(notes.commit);
            };
            last = self.move_notes(notes.commit, commit)?;
            if last == Moved::Done {
                return Ok(Some(commit));
            }
            std::thread::sleep(Duration::from_millis(u64::from(attempt % 8) * 4 + 1));
        }
        Err(not_moved(last))
    }

    /// Moves `refs/notes/gate` from `old` to `new`, where it is still at `old` and `new` is still there.
    ///
    /// Waits for whoever has it locked, and removes a lock that a killed program left behind.
    pub fn move_notes(&self, old: Option<ObjectId>, new: ObjectId) -> Result<Moved, Error> {
        // Where there is no ref yet, the zero id stands for that: creating it without a value to compare
        // lets two first writers both succeed, and the later one wins.
        let old = old.map_or(Oid::ZERO_SHA1, oid);
        let path = self.inner.commondir().join(format!("{NOTES_REF}.lock"));
        let mut lock = Lock::new(path.clone());
        let repo = self.durable()?;
        for _ in 0..ATTEMPTS_AT_LOCK {
            match repo.reference_matching(NOTES_REF, oid(new), true, old, "gate: notes") {
                Ok(_) => return Ok(Moved::Done),
                Err(error) if error.code() == ErrorCode::Locked => lock.wait().map_err(|error| {
                    Error::new(format!("the lock `{}` is in the way: {error}", path.display()))
                        .help("if no other program is at work, remove it")
                })?,
                Err(_) if !repo.odb().map_err(not_written)?.exists(oid(new)) => {
                    return Ok(Moved::CleanedAway);
                }
                Err(error) if is_overtaken(&error) => return Ok(Moved::Overtaken),
                Err(error) => return Err(not_written(error)),
            }
        }
        Err(Error::new(format!("`{NOTES_REF}` is held by another program"))
            .help(format!("if none is at work, remove `{}`", path.display())))
    }
}

impl Notes<'_> {
    /// Writes a commit of the notes in which these keys have these lines; `None` where they have them already.
    pub(super) fn write(
        &self,
        lines: &BTreeMap<ObjectId, Vec<Vec<u8>>>,
        further_parents: &[ObjectId],
        writer: Writer<'_>,
        message: &str,
    ) -> Result<Option<ObjectId>, Error> {
        let mut notes = Vec::new();
        for (key, lines) in lines {
            if *lines == self.lines(*key)? {
                continue;
            }
            let bytes: Vec<u8> = lines.iter().flat_map(|line| line.iter().chain(b"\n")).copied().collect();
            notes.push((key.to_string(), self.write_object(ObjectType::Blob, &bytes)?));
        }
        let tree = match (self.tree, notes.is_empty()) {
            (Some(tree), true) if !further_parents.is_empty() => tree,
            (_, true) => return Ok(None),
            (tree, false) => {
                let notes: Vec<_> = notes.iter().map(|(key, blob)| (key.as_bytes(), *blob)).collect();
                self.write_folder(tree, &notes, LEVELS)?
            }
        };
        let parents: Vec<_> = self.commit.iter().chain(further_parents).copied().collect();
        self.write_commit(tree, &parents, writer, message).map(Some)
    }

    /// Writes the folder `tree` with these notes in it, `levels` folders further down, and in no other place.
    fn write_folder(
        &self,
        tree: Option<ObjectId>,
        notes: &[(&[u8], ObjectId)],
        levels: usize,
    ) -> Result<ObjectId, Error> {
        let mut folder = match tree {
            Some(tree) => self.folder(tree)?.draft(),
            None => Draft::default(),
        };
        for group in notes.chunk_by(|(one, _), (other, _)| one.get(..2) == other.get(..2)) {
            let deeper: Vec<_> =
                group.iter().filter_map(|(key, blob)| Some((key.get(2..)?, *blob))).collect();
            let Some(name) = group.first().and_then(|(key, _)| key.get(..2)) else { continue };
            let below = folder.folder(name);
            for (key, blob) in group {
                if levels == 0 {
                    folder.insert(key, Mode::FILE, *blob);
                } else {
                    folder.remove_file(key);
                }
            }
            if levels > 0 {
                folder.insert(name, FOLDER, self.write_folder(below, &deeper, levels - 1)?);
            } else if let Some(below) = below {
                match self.without(below, &deeper)? {
                    Some(rest) => folder.insert(name, FOLDER, rest),
                    None => folder.remove_folder(name),
                }
            }
        }
        self.write_object(ObjectType::Tree, &folder.bytes())
    }

    /// Writes the folder `tree` without these notes, which are further up now; `None` where nothing is left of it.
    fn without(&self, tree: ObjectId, notes: &[(&[u8], ObjectId)]) -> Result<Option<ObjectId>, Error> {
        let mut folder = self.folder(tree)?.draft();
        for (key, blob) in notes {
            folder.remove_file(key);
            let Some((name, deeper)) = key.split_at_checked(2).filter(|(_, deeper)| !deeper.is_empty())
            else {
                continue;
            };
            let Some(below) = folder.folder(name) else { continue };
            match self.without(below, &[(deeper, *blob)])? {
                Some(rest) => folder.insert(name, FOLDER, rest),
                None => folder.remove_folder(name),
            }
        }
        if folder.is_empty() {
            return Ok(None);
        }
        self.write_object(ObjectType::Tree, &folder.bytes()).map(Some)
    }

    fn write_object(&self, kind: ObjectType, bytes: &[u8]) -> Result<ObjectId, Error> {
        let odb = self.repo.durable()?.odb().map_err(not_written)?;
        again(|| odb.write(kind, bytes)).map(object_id)
    }

    fn write_commit(
        &self,
        tree: ObjectId,
        parents: &[ObjectId],
        writer: Writer<'_>,
        message: &str,
    ) -> Result<ObjectId, Error> {
        // Git refuses a commit by nobody, and a person of the policy need not have an address.
        let email = if writer.email.trim().is_empty() { "gate@localhost" } else { writer.email };
        let person = Signature::new(writer.name, email, &Time::new(writer.seconds, 0)).map_err(|error| {
            Error::git("notes can't be written in this name", error)
                .help("set it: git config user.name NAME, git config user.email ADDRESS")
        })?;
        let repo = self.repo.durable()?;
        let tree = repo.find_tree(oid(tree)).map_err(not_written)?;
        let parents: Result<Vec<_>, _> =
            parents.iter().map(|parent| repo.find_commit(oid(*parent))).collect();
        let parents = parents.map_err(not_written)?;
        let parents: Vec<_> = parents.iter().collect();
        again(|| repo.commit(None, &person, &person, message, &tree, &parents)).map(object_id)
    }
}

/// Writes an object, once more where that fails: `git gc` removes the folder that it was to be in when it is empty.
fn again(write: impl Fn() -> Result<Oid, git2::Error>) -> Result<Oid, Error> {
    for _ in 1..ATTEMPTS_AT_OBJECT {
        match write() {
            Err(error) if error.class() == ErrorClass::Os => {}
            written => return written.map_err(not_written),
        }
    }
    write().map_err(not_written)
}

fn not_moved(last: Moved) -> Error {
    match last {
        Moved::CleanedAway => Error::new(format!(
            "what was written for `{NOTES_REF}` was taken away {ATTEMPTS} times before it counted"
        ))
        .help("nothing was recorded: `git gc` or `git prune` removes new objects at once; run it again when they are done, with `gc.pruneExpire` at an hour or more"),
        Moved::Done | Moved::Overtaken => Error::new(format!("others moved `{NOTES_REF}` {ATTEMPTS} times in a row"))
            .help("nothing was recorded: run it again in a moment"),
    }
}

fn is_overtaken(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::Modified | ErrorCode::Exists | ErrorCode::NotFound)
}

fn not_written(error: git2::Error) -> Error {
    Error::git("the notes can't be written; nothing was recorded", error)
        .help("make room on the disk and the repository writable, then try again")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{WRITER, key, texts};
    use super::*;
    use crate::support::TestRepo;

    fn append(repo: &TestRepo, lines: &[(ObjectId, &str)]) -> Result<Option<ObjectId>, Error> {
        let lines: Vec<_> = lines.iter().map(|(key, line)| (*key, line.as_bytes())).collect();
        Repo::open(repo.path())?.append_notes(&lines, WRITER)
    }

    #[test]
    fn a_commit_that_was_cleaned_away_is_to_be_written_again() {
        let test = TestRepo::new();
        let repo = Repo::open(test.path()).unwrap();
        assert_eq!(repo.move_notes(None, key(7)).unwrap(), Moved::CleanedAway);
        append(&test, &[(key(1), "a")]).unwrap();
        let tip = repo.notes().unwrap().commit();
        assert_eq!(repo.move_notes(tip, key(7)).unwrap(), Moved::CleanedAway);
        append(&test, &[(key(1), "b")]).unwrap();
        let newer = repo.notes().unwrap().commit();
        assert_eq!(repo.move_notes(tip, newer.unwrap()).unwrap(), Moved::Overtaken);
        assert_eq!(show(&test, key(1)), "a\nb");
        insta::assert_snapshot!(not_moved(Moved::Overtaken), @"others moved `refs/notes/gate` 400 times in a row");
        insta::assert_snapshot!(not_moved(Moved::CleanedAway), @"what was written for `refs/notes/gate` was taken away 400 times before it counted");
    }

    fn show(repo: &TestRepo, key: ObjectId) -> String {
        repo.git(&["notes", "--ref=gate", "show", &key.to_string()])
    }

    #[test]
    fn lines_are_added_in_one_commit_and_git_shows_them() {
        let repo = TestRepo::bare();
        append(&repo, &[(key(1), "a"), (key(2), "a"), (key(2), "b")]).unwrap();
        append(&repo, &[(key(1), "c"), (key(1), "a")]).unwrap();
        assert_eq!(show(&repo, key(1)), "a\nc");
        assert_eq!(show(&repo, key(2)), "a\nb");
        assert_eq!(repo.git(&["rev-list", "--count", NOTES_REF]), "2");
        let path = repo.git(&["ls-tree", "-r", "--name-only", NOTES_REF]);
        assert!(path.lines().all(|path| path.len() == 42 && path.matches('/').count() == 2), "{path}");
        repo.git(&["fsck", "--strict"]);
    }

    #[test]
    fn nothing_new_is_no_commit() {
        let repo = TestRepo::bare();
        assert_eq!(append(&repo, &[]).unwrap(), None);
        let first = append(&repo, &[(key(1), "a")]).unwrap();
        assert_eq!(append(&repo, &[(key(1), "a")]).unwrap(), first);
    }

    #[test]
    fn note_that_git_wrote_is_moved_and_kept() {
        let repo = TestRepo::new();
        repo.commit("one");
        for number in 1..4 {
            repo.git(&["notes", "--ref=gate", "add", "-m", "from git", &key(number).to_string()]);
        }
        append(&repo, &[(key(1), "from gate")]).unwrap();
        assert_eq!(show(&repo, key(1)), "from git\nfrom gate");
        assert_eq!(texts(&repo, &[key(1)]), ["from git\nfrom gate\n"]);
        repo.git(&["notes", "--ref=gate", "append", "-m", "git again", &key(1).to_string()]);
        repo.git(&["notes", "--ref=gate", "add", "-m", "new", &key(4).to_string()]);
        append(&repo, &[(key(1), "gate again"), (key(4), "more")]).unwrap();
        assert_eq!(
            texts(&repo, &[key(1)]),
            ["from git\nfrom gate\n\ngit again\ngate again\n".replace("\n\n", "\n")]
        );
        assert_eq!(show(&repo, key(4)), "new\nmore");
        assert_eq!(show(&repo, key(3)), "from git");
        repo.git(&["fsck", "--strict"]);
    }

    #[test]
    fn note_in_deeper_folders_comes_up() {
        let repo = TestRepo::bare();
        append(&repo, &[(key(1), "a")]).unwrap();
        let digits = key(1).to_string();
        let blob = repo.raw_object("blob", b"deep\n");
        let pairs: Vec<_> =
            digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
        let mut tree = repo
            .git_with_input(&["mktree"], format!("100644 blob {blob}\t{}\n", pairs[4..].concat()).as_bytes());
        for name in pairs[..4].iter().rev() {
            tree = repo.git_with_input(&["mktree"], format!("040000 tree {tree}\t{name}\n").as_bytes());
        }
        repo.git(&["update-ref", NOTES_REF, &repo.git(&["commit-tree", "-m", "deep", &tree])]);
        append(&repo, &[(key(1), "new")]).unwrap();
        assert_eq!(texts(&repo, &[key(1)]), ["deep\nnew\n"]);
        assert_eq!(repo.git(&["ls-tree", "-r", "--name-only", NOTES_REF]).lines().count(), 1);
    }

    #[test]
    fn two_writers_lose_nothing() {
        let repo = TestRepo::new();
        std::thread::scope(|scope| {
            for writer in 0..2 {
                let repo = &repo;
                let path = repo.path();
                scope.spawn(move || {
                    let git = Repo::open(path).unwrap();
                    for number in 0..100 {
                        let line = format!("{writer} {number}");
                        git.append_notes(
                            &[(key(1), line.as_bytes()), (key(number), line.as_bytes())],
                            WRITER,
                        )
                        .unwrap();
                    }
                });
            }
        });
        assert_eq!(show(&repo, key(1)).lines().count(), 200);
        for number in 2..100 {
            assert_eq!(show(&repo, key(number)).lines().count(), 2);
        }
    }

    const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

    #[test]
    fn only_one_of_many_first_writers_wins() {
        for _ in 0..20 {
            let repo = TestRepo::bare();
            let commits: Vec<_> =
                (0..4).map(|one| repo.git(&["commit-tree", "-m", &one.to_string(), EMPTY_TREE])).collect();
            let wins: usize = std::thread::scope(|scope| {
                let writers: Vec<_> = commits
                    .iter()
                    .map(|commit| {
                        let path = repo.path();
                        scope.spawn(move || {
                            let git = Repo::open(path).unwrap();
                            let moved = git.move_notes(None, ObjectId::parse(commit).unwrap()).unwrap();
                            usize::from(moved == Moved::Done)
                        })
                    })
                    .collect();
                writers.into_iter().map(|writer| writer.join().unwrap()).sum()
            });
            assert_eq!(wins, 1);
        }
    }

    #[test]
    fn lock_of_a_killed_program_does_not_stay_in_the_way() {
        let repo = TestRepo::bare();
        repo.write("refs/notes/gate.lock", "");
        append(&repo, &[(key(1), "a")]).unwrap();
        assert_eq!(texts(&repo, &[key(1)]), ["a\n"]);
    }

    #[test]
    fn lines_that_would_break_the_note_are_refused() {
        let repo = TestRepo::bare();
        append(&repo, &[(key(1), "a\nb")]).unwrap_err();
        append(&repo, &[(key(1), "")]).unwrap_err();
        assert!(repo.try_git(&["rev-parse", "--verify", NOTES_REF]).stdout.is_empty());
    }

    #[test]
    fn repository_that_cannot_be_written_stays_as_it_was() {
        let repo = TestRepo::bare();
        append(&repo, &[(key(1), "a")]).unwrap();
        let before = repo.rev(NOTES_REF);
        // A file where the folder of new objects would be: nobody can write there, root neither.
        let folder = repo.path().join("objects");
        std::fs::rename(&folder, repo.path().join("kept")).unwrap();
        std::fs::create_dir(&folder).unwrap();
        std::fs::create_dir_all(folder.join("info")).unwrap();
        std::fs::write(folder.join("info/alternates"), repo.path().join("kept").display().to_string())
            .unwrap();
        for byte in 0..=255 {
            std::fs::write(folder.join(format!("{byte:02x}")), "").unwrap();
        }
        let error = append(&repo, &[(key(1), "b")]).unwrap_err();
        insta::assert_snapshot!(error.message, @"the notes can't be written; nothing was recorded");
        assert_eq!(repo.rev(NOTES_REF), before);
        assert_eq!(texts(&repo, &[key(1)]), ["a\n"]);
    }
}
