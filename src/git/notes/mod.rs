//! The notes that hold the sign-offs: `refs/notes/gate`.
//!
//! A key (a commit, or the first bytes of a hunk's id) may be spread over folders in
//! any way that git spreads it, in upper or lower case, and in several at once: all are read. The cost is
//! that of the folders on the way, however many notes there are and however long
//! their history. The tree comes from whoever may push it, so nothing in it is trusted.

mod append;
mod folder;
mod lock;
mod union;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use git2::{ErrorCode, ObjectType};

use self::folder::{Folder, compare};
use super::entry::FOLDER;
use super::objects::{object_id, oid};
use super::{Error, Repo};
use crate::change::{Mode, ObjectId};

pub use self::append::{Moved, Writer};

/// The ref that holds the notes.
pub const NOTES_REF: &str = "refs/notes/gate";

/// The largest note that is read.
const MAX_NOTE: usize = 16 << 20;
/// The most bytes of notes that one review reads.
const MAX_NOTES: usize = 256 << 20;
/// The most places for notes that are gone through at once. A folder may stand in many places.
const MAX_PLACES: usize = 4_000_000;
/// The largest folder of notes that is read.
const MAX_FOLDER: usize = 64 << 20;

/// The notes as they are at one commit of their own history.
pub struct Notes<'r> {
    repo: &'r Repo,
    /// The ref that they were found by, for messages.
    name: String,
    commit: Option<ObjectId>,
    tree: Option<ObjectId>,
}

/// The folders of notes that were read, of whichever commit of the notes.
#[derive(Default)]
pub(super) struct Folders(RefCell<HashMap<ObjectId, Rc<Folder>>>);

/// How many folders are kept.
const KEPT: usize = 8_192;

impl Folders {
    fn known(&self, tree: ObjectId) -> Option<Rc<Folder>> {
        self.0.borrow().get(&tree).map(Rc::clone)
    }

    fn keep(&self, tree: ObjectId, folder: &Rc<Folder>) {
        let mut kept = self.0.borrow_mut();
        if kept.len() == KEPT {
            kept.clear();
        }
        kept.insert(tree, Rc::clone(folder));
    }
}

impl Repo {
    /// Opens the notes of `refs/notes/gate`; where there is no such ref, there are no notes.
    pub fn notes(&self) -> Result<Notes<'_>, Error> {
        self.notes_at(self.notes_tip(NOTES_REF)?)
    }

    /// Opens the notes of another ref.
    pub(super) fn notes_of(&self, name: &str) -> Result<Notes<'_>, Error> {
        self.notes_named(name, self.notes_tip(name)?)
    }

    /// Opens the notes as they are at `commit`; `None` for none at all.
    pub fn notes_at(&self, commit: Option<ObjectId>) -> Result<Notes<'_>, Error> {
        self.notes_named(NOTES_REF, commit)
    }

    fn notes_named(&self, name: &str, commit: Option<ObjectId>) -> Result<Notes<'_>, Error> {
        let tree = match commit {
            Some(commit) => Some(self.notes_tree(name, commit)?),
            None => None,
        };
        Ok(Notes { repo: self, name: name.to_owned(), commit, tree })
    }

    /// Tells whether an object is here, whatever it is.
    pub fn has_object(&self, id: ObjectId) -> Result<bool, Error> {
        Ok(self.store()?.odb.exists(oid(id)))
    }

    /// Returns the commit that a ref of notes points to.
    fn notes_tip(&self, name: &str) -> Result<Option<ObjectId>, Error> {
        let reference = match self.inner.find_reference(name) {
            Ok(reference) => reference,
            Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
            Err(error) => {
                return Err(Error::git(format!("can't read the ref `{name}`"), error).help(anew(name)));
            }
        };
        let target = reference.target().ok_or_else(|| {
            Error::new(format!("`{name}` is a symbolic ref"))
                .help(format!("make it a plain one: git update-ref --no-deref {name} COMMIT"))
        })?;
        Ok(Some(object_id(target)))
    }

    fn notes_tree(&self, name: &str, commit: ObjectId) -> Result<ObjectId, Error> {
        let (_, kind) = self.store()?.header(commit).map_err(|error| {
            let help = error.help.unwrap_or_else(|| anew(name));
            Error { help: Some(help), ..error }
        })?;
        if kind != ObjectType::Commit {
            return Err(Error::new(format!("`{name}` points to a {kind}, not a commit")).help(anew(name)));
        }
        Ok(self.links(commit)?.tree)
    }
}

impl Notes<'_> {
    /// Returns the commit that these notes are at.
    pub fn commit(&self) -> Option<ObjectId> {
        self.commit
    }

    /// Returns the notes of these keys, each note's bytes once.
    pub fn read(&self, keys: &[ObjectId]) -> Result<Vec<Vec<u8>>, Error> {
        let mut seen = BTreeSet::new();
        let mut notes = Vec::new();
        let mut total = 0;
        for key in keys {
            for blob in self.blobs(*key)? {
                if !seen.insert(blob) {
                    continue;
                }
                let note = self.note(*key, blob)?;
                total += note.len();
                if total > MAX_NOTES {
                    return Err(Error::new(format!(
                        "the notes of this change have more than {MAX_NOTES} bytes"
                    ))
                    .help("split the change, or look at the notes with `git notes --ref=gate show`"));
                }
                notes.push(note);
            }
        }
        Ok(notes)
    }

    /// Returns every key that has a note, in order.
    pub fn keys(&self) -> Result<BTreeSet<ObjectId>, Error> {
        self.keys_unlike(None)
    }

    /// Returns the keys that have a note in a place where `other` has not the same; equal folders are passed over.
    fn keys_unlike(&self, other: Option<&Notes<'_>>) -> Result<BTreeSet<ObjectId>, Error> {
        self.keys_within(MAX_PLACES, other)
    }

    fn keys_within(&self, most: usize, other: Option<&Notes<'_>>) -> Result<BTreeSet<ObjectId>, Error> {
        let mut keys = BTreeSet::new();
        let mut places = 0;
        let root = self.tree.map(|tree| (Vec::new(), tree, other.and_then(|other| other.tree)));
        let mut folders: Vec<(Vec<u8>, ObjectId, Option<ObjectId>)> = root.into_iter().collect();
        while let Some((prefix, tree, like)) = folders.pop() {
            if like == Some(tree) {
                continue;
            }
            let folder = self.folder(tree)?;
            places += folder.iter().len();
            if places > most {
                let name = &self.name;
                return Err(Error::new(format!("`{name}` has more than {most} places for notes")).help(
                    format!("find who pushed it with `git log {name}`, and push what was there before"),
                ));
            }
            let like = match (other, like) {
                (Some(other), Some(like)) => other.folder(like)?,
                _ => Rc::default(),
            };
            let mut others = like.iter().peekable();
            for (name, mode, id) in folder.iter() {
                // Both are in order.
                let order = |other: &(&[u8], Mode, ObjectId)| compare((other.0, other.1), (name, mode));
                while others.next_if(|other| order(other).is_lt()).is_some() {}
                let there =
                    others.peek().filter(|other| order(other).is_eq()).map(|(_, mode, id)| (*mode, *id));
                if there == Some((mode, id)) {
                    continue;
                }
                let path = [prefix.as_slice(), name].concat().to_ascii_lowercase();
                if mode == FOLDER && name.len() == 2 && path.len() < 40 && is_hex(name) {
                    folders.push((path, id, there.map(|(_, id)| id)));
                } else if let Some(key) = std::str::from_utf8(&path).ok().and_then(ObjectId::parse) {
                    keys.insert(key);
                }
            }
        }
        Ok(keys)
    }

    /// Returns the lines of a key's note, over all the places where it may be, each once.
    fn lines(&self, key: ObjectId) -> Result<Vec<Vec<u8>>, Error> {
        let mut lines = Vec::new();
        for blob in self.blobs(key)? {
            add_lines(&mut lines, &self.note(key, blob)?);
        }
        Ok(lines)
    }

    /// Finds the blobs of a key in all the places where it may be.
    fn blobs(&self, key: ObjectId) -> Result<Vec<ObjectId>, Error> {
        let digits = key.to_string();
        let mut rest = digits.as_bytes();
        let mut trees: Vec<ObjectId> = self.tree.into_iter().collect();
        let mut found = Vec::new();
        while !trees.is_empty() {
            let split = rest.split_at_checked(2).filter(|(_, deeper)| !deeper.is_empty());
            let mut below = Vec::new();
            for tree in trees {
                let folder = self.folder(tree)?;
                let is_folder = rest.len() > 2 && folder.folders(rest).next().is_some();
                for (mode, id) in folder.files(rest).chain(is_folder.then_some((FOLDER, key))) {
                    if !mode.is_file() {
                        return Err(Error::new(format!("the note of {key} is not a file"))
                            .help(format!("remove it: git notes --ref=gate remove {key}")));
                    }
                    found.push(id);
                }
                below
                    .extend(split.into_iter().flat_map(|(name, _)| folder.folders(name).collect::<Vec<_>>()));
            }
            let Some((_, deeper)) = split else { break };
            // One folder may stand there under several spellings.
            let mut seen = BTreeSet::new();
            below.retain(|tree| seen.insert(*tree));
            (trees, rest) = (below, deeper);
        }
        Ok(found)
    }

    fn note(&self, key: ObjectId, blob: ObjectId) -> Result<Vec<u8>, Error> {
        let store = self.repo.store()?;
        let size = store.size(ObjectType::Blob, blob)?;
        if size > MAX_NOTE {
            return Err(Error::new(format!(
                "the note of {key} has {size} bytes, more than the {MAX_NOTE} that are read"
            ))
            .help(format!("make it smaller: git notes --ref=gate edit {key}")));
        }
        Ok(store.read(ObjectType::Blob, blob)?.data().to_owned())
    }

    fn folder(&self, tree: ObjectId) -> Result<Rc<Folder>, Error> {
        if let Some(folder) = self.repo.folders.known(tree) {
            return Ok(folder);
        }
        let store = self.repo.store()?;
        let size = store.size(ObjectType::Tree, tree)?;
        if size > MAX_FOLDER {
            return Err(Error::new(format!(
                "a folder of the notes has {size} bytes, more than the {MAX_FOLDER} that are read"
            ))
            .help("let git spread the notes over folders: `git notes --ref=gate add` does"));
        }
        let object = store.read(ObjectType::Tree, tree)?;
        let folder = Folder::parse(object.data()).map_err(|why| {
            let name = &self.name;
            Error::new(format!("the tree {tree} of `{name}` is malformed: {why}"))
                .help(format!("find who pushed it with `git log {name}`, and push what was there before"))
        })?;
        let folder = Rc::new(folder);
        self.repo.folders.keep(tree, &folder);
        Ok(folder)
    }
}

/// Tells how to get a ref of notes again from where it came.
fn anew(name: &str) -> String {
    let remote = name.strip_prefix("refs/notes/").and_then(|rest| rest.strip_suffix("/gate"));
    match remote {
        Some(remote) => format!(
            "fetch it anew: git fetch --force {remote} {NOTES_REF}:{name}; or do without: git update-ref -d {name}"
        ),
        None => format!("fetch the notes anew: git fetch --force origin {name}:{name}"),
    }
}

/// Adds the lines of a note that are not there yet; empty ones are no lines.
fn add_lines(lines: &mut Vec<Vec<u8>>, note: &[u8]) {
    let mut known: BTreeSet<Vec<u8>> = lines.iter().cloned().collect();
    for line in note.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        if known.insert(line.to_owned()) {
            lines.push(line.to_owned());
        }
    }
}

fn is_hex(name: &[u8]) -> bool {
    name.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    pub(super) const WRITER: Writer<'_> =
        Writer { name: "Gate", email: "gate@example.com", seconds: 1_700_000_000 };

    pub(super) fn key(number: u32) -> ObjectId {
        // Spread over the folders as hashes are.
        let digits = format!("{:08x}", number.wrapping_mul(2_654_435_761)).repeat(5);
        ObjectId::parse(&digits).unwrap()
    }

    pub(super) fn texts(repo: &TestRepo, keys: &[ObjectId]) -> Vec<String> {
        let repo = Repo::open(repo.path()).unwrap();
        let notes = repo.notes().unwrap().read(keys).unwrap();
        notes.into_iter().map(|note| String::from_utf8_lossy(&note).into_owned()).collect()
    }

    fn refused(repo: &TestRepo, keys: &[ObjectId]) -> String {
        let repo = Repo::open(repo.path()).unwrap();
        let error = repo.notes().and_then(|notes| notes.read(keys)).unwrap_err();
        assert!(error.help.is_some(), "{error} has no way out");
        error.to_string()
    }

    /// Points the ref at a tree in which these paths lie, made with git's plumbing.
    fn plant(repo: &TestRepo, entries: &[(&str, &str, &str)]) {
        let index: String = entries.iter().map(|(mode, id, path)| format!("{mode} {id}\t{path}\n")).collect();
        repo.git(&["read-tree", "--empty"]);
        repo.git_with_input(&["update-index", "--add", "--index-info"], index.as_bytes());
        let tree = repo.git(&["write-tree"]);
        let commit = repo.git(&["commit-tree", "-m", "planted", &tree]);
        repo.git(&["update-ref", NOTES_REF, &commit]);
    }

    #[test]
    fn no_ref_is_no_notes() {
        let repo = TestRepo::new();
        assert!(texts(&repo, &[key(1)]).is_empty());
    }

    #[test]
    fn every_fan_out_of_a_key_is_read_and_equal_notes_once() {
        let repo = TestRepo::new();
        let [one, two] = ["one\n", "two\n"].map(|text| repo.raw_object("blob", text.as_bytes()));
        let digits = key(7).to_string();
        let (a, rest) = digits.split_at(2);
        let (b, rest) = rest.split_at(2);
        let (c, deep) = rest.split_at(2);
        plant(
            &repo,
            &[
                ("100644", &one, &digits),
                ("100644", &two, &format!("{a}/{b}{rest}")),
                ("100644", &one, &format!("{a}/{b}/{rest}")),
                ("100644", &repo.raw_object("blob", b"deep"), &format!("{a}/{b}/{c}/{deep}")),
                ("100644", &one, "README"),
            ],
        );
        assert_eq!(texts(&repo, &[key(7), key(8), key(7)]), ["one\n", "two\n", "deep"]);
    }

    // SIG-41
    #[test]
    fn what_git_itself_writes_is_read() {
        let repo = TestRepo::new();
        let commit = repo.commit("one");
        repo.git(&["notes", "--ref=gate", "add", "-m", "from git", "HEAD"]);
        for number in 0..300 {
            repo.git(&["notes", "--ref=gate", "add", "-m", "x", &key(number).to_string()]);
            if number == 20 {
                break;
            }
        }
        assert_eq!(texts(&repo, &[ObjectId::parse(&commit).unwrap()]), ["from git\n"]);
    }

    #[test]
    fn hostile_trees_are_refused() {
        let repo = TestRepo::new();
        let head = repo.commit("one");
        let digits = key(7).to_string();
        let link = repo.raw_object("blob", b"elsewhere");
        plant(&repo, &[("120000", &link, &digits)]);
        assert!(refused(&repo, &[key(7)]).ends_with("is not a file"));
        plant(&repo, &[("160000", &head, &digits)]);
        assert!(refused(&repo, &[key(7)]).ends_with("is not a file"));
        plant(&repo, &[("100644", &link, &format!("{digits}/x"))]);
        assert!(refused(&repo, &[key(7)]).ends_with("is not a file"));
        let entry = [b"100644 x\0".as_slice(), key(1).as_bytes()].concat();
        let twice = repo.raw_object("tree", &entry.repeat(2));
        repo.git(&["update-ref", NOTES_REF, &repo.git(&["commit-tree", "-m", "twice", &twice])]);
        assert!(refused(&repo, &[key(7)]).ends_with("it has two entries named `x`"));
        let early = [b"100644 a\0".as_slice(), key(1).as_bytes()].concat();
        let unsorted = repo.raw_object("tree", &[entry, early].concat());
        repo.git(&["update-ref", NOTES_REF, &repo.git(&["commit-tree", "-m", "unsorted", &unsorted])]);
        assert!(refused(&repo, &[key(7)]).ends_with("`a` is out of order"));
    }

    // git finds a note by its key in either case, in every fan-out.
    #[test]
    fn keys_in_upper_case_are_read_wherever_they_are_on_the_way() {
        let repo = TestRepo::new();
        let [note, other] = ["x\n", "y\n"].map(|text| repo.raw_object("blob", text.as_bytes()));
        let lower = "cf08f0abcd".repeat(4);
        let key = ObjectId::parse(&lower).unwrap();
        let upper = lower.to_uppercase();
        plant(&repo, &[("100644", &note, &lower), ("100644", &note, "Add"), ("100644", &note, "README")]);
        assert_eq!(texts(&repo, &[key]), ["x\n"]);
        let old = ObjectId::parse(&repo.rev(NOTES_REF)).unwrap();
        // In these pieces, and these of them in upper case.
        for (cuts, uppers) in [
            (&[0, 40][..], &[0][..]),
            (&[0, 2, 40], &[0]),
            (&[0, 2, 40], &[1]),
            (&[0, 2, 4, 40], &[2]),
            (&[0, 2, 4, 6, 40], &[0, 2]),
        ] {
            let pieces = cuts.iter().zip(&cuts[1..]).enumerate().map(|(at, (from, to))| {
                let text = if uppers.contains(&at) { &upper } else { &lower };
                text.get(*from..*to).unwrap()
            });
            let path = pieces.collect::<Vec<_>>().join("/");
            plant(&repo, &[("100644", &other, &path)]);
            assert_eq!(texts(&repo, &[key]), ["y\n"], "{path}");
            let git = Repo::open(repo.path()).unwrap();
            assert_eq!(git.notes().unwrap().keys().unwrap(), BTreeSet::from([key]), "{path}");
            let new = ObjectId::parse(&repo.rev(NOTES_REF)).unwrap();
            for (ours, theirs, lines) in [(old, new, ["x", "y"]), (new, old, ["y", "x"])] {
                let joined = git.join_notes(ours, theirs, WRITER).unwrap();
                assert_eq!(
                    git.notes_at(Some(joined)).unwrap().lines(key).unwrap(),
                    lines.map(Vec::from),
                    "{path}"
                );
            }
            git.append_notes(&[(key, b"z")], WRITER).unwrap();
            let lines = git.notes().unwrap().lines(key).unwrap();
            assert_eq!(lines, [&b"y"[..], b"z"], "{path}");
        }
    }

    #[test]
    fn a_key_in_several_spellings_is_one() {
        let repo = TestRepo::new();
        let notes = ["x\n", "y\n", "z\n"].map(|text| repo.raw_object("blob", text.as_bytes()));
        let lower = "ab".repeat(20);
        let (a, rest) = lower.split_at(2);
        plant(
            &repo,
            &[
                ("100644", &notes[0], &format!("{a}/{rest}")),
                ("100644", &notes[1], &format!("AB/{rest}")),
                ("100644", &notes[2], &format!("aB/{}", rest.to_uppercase())),
                ("100644", &notes[0], &format!("Ab/{rest}")),
            ],
        );
        let mut found = texts(&repo, &[ObjectId::parse(&lower).unwrap()]);
        found.sort();
        assert_eq!(found, ["x\n", "y\n", "z\n"]);
        let shown = repo.git(&["notes", "--ref=gate", "show", &lower]);
        assert!(["x", "y", "z"].iter().all(|line| shown.contains(line)), "{shown}");
        plant(&repo, &[("100644", &notes[0], &format!("{}/x", lower.to_uppercase()))]);
        assert!(refused(&repo, &[ObjectId::parse(&lower).unwrap()]).ends_with("is not a file"));
    }

    #[test]
    fn folder_that_stands_in_many_places_is_not_gone_through_for_ever() {
        let repo = TestRepo::new();
        let mut tree = repo.raw_object("tree", b"");
        for _ in 0..6 {
            let entries: String = (0..256).map(|name| format!("040000 tree {tree}\t{name:02x}\n")).collect();
            tree = repo.git_with_input(&["mktree"], entries.as_bytes());
        }
        repo.git(&["update-ref", NOTES_REF, &repo.git(&["commit-tree", "-m", "many", &tree])]);
        let git = Repo::open(repo.path()).unwrap();
        let error = git.notes().unwrap().keys_within(10_000, None).unwrap_err();
        insta::assert_snapshot!(error, @"`refs/notes/gate` has more than 10000 places for notes");
    }

    #[test]
    fn huge_note_is_refused_by_its_header() {
        let repo = TestRepo::new();
        let huge = repo.raw_object("blob", &vec![b'x'; MAX_NOTE + 1]);
        plant(&repo, &[("100644", &huge, &key(7).to_string())]);
        assert!(refused(&repo, &[key(7)]).contains("has 16777217 bytes"));
    }

    #[test]
    fn ref_that_leads_to_no_commit_is_refused() {
        let repo = TestRepo::new();
        repo.commit("one");
        repo.git(&["tag", "-a", "-m", "t", "t1"]);
        for (id, what) in [(repo.rev("t1"), "tag"), (repo.git(&["log", "-1", "--format=%T"]), "tree")] {
            repo.git(&["update-ref", NOTES_REF, &id]);
            assert!(refused(&repo, &[]).contains(&format!("points to a {what}")));
        }
        repo.write(".git/refs/notes/gate", format!("{}\n", key(3)));
        assert!(refused(&repo, &[]).contains("is missing"));
        repo.write(".git/refs/notes/gate", "nonsense\n");
        refused(&repo, &[]);
        repo.write(".git/refs/notes/gate", "ref: refs/heads/main\n");
        assert!(refused(&repo, &[]).contains("is a symbolic ref"));
    }

    #[test]
    fn notes_of_a_remote_that_are_broken_are_called_by_their_own_name() {
        let repo = TestRepo::new();
        let blob = repo.raw_object("blob", b"x");
        repo.git(&["update-ref", "refs/notes/far/gate", &blob]);
        let git = Repo::open(repo.path()).unwrap();
        let error = git.notes_of("refs/notes/far/gate").err().unwrap();
        insta::assert_snapshot!(error, @"`refs/notes/far/gate` points to a blob, not a commit");
        insta::assert_snapshot!(error.help.unwrap(), @"fetch it anew: git fetch --force far refs/notes/gate:refs/notes/far/gate; or do without: git update-ref -d refs/notes/far/gate");
    }

    #[test]
    fn keys_are_those_of_every_fan_out() {
        let repo = TestRepo::new();
        let note = repo.raw_object("blob", b"x\n");
        let digits = key(7).to_string();
        let (a, rest) = digits.split_at(2);
        plant(
            &repo,
            &[
                ("100644", &note, &key(9).to_string()),
                ("100644", &note, &format!("{a}/{rest}")),
                ("100644", &note, "zz/x"),
            ],
        );
        let repo = Repo::open(repo.path()).unwrap();
        assert_eq!(repo.notes().unwrap().keys().unwrap(), BTreeSet::from([key(7), key(9)]));
    }
}
