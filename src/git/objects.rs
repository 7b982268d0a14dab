//! Reading objects: by id, checked for kind and size, and missing ones explained.

use std::path::{Path, PathBuf};

use git2::{Blob, ErrorCode, ObjectType, Odb, OdbObject, Oid, Repository};

use super::tree::Lately;
use super::{Error, Repo};
use crate::change::ObjectId;

/// The objects of a repository and its work tree. Each thread has its own: of one database, a single
/// thread reads at a time.
pub(super) struct Objects {
    /// A repository of these objects and nothing else: no configuration, no attributes.
    bare: Repository,
    /// The folder of the objects.
    folder: PathBuf,
    /// The folder that is checked out.
    work_dir: Option<PathBuf>,
}

/// The objects, open for reading.
pub(super) struct Store<'a> {
    pub(super) odb: Odb<'a>,
    objects: &'a Objects,
    pub(super) trees: Lately,
}

impl Repo {
    /// Returns the objects.
    pub(super) fn store(&self) -> Result<Store<'_>, Error> {
        self.objects.store()
    }

    /// Opens the objects so many times more, for other threads.
    pub(super) fn more_objects(&self, count: usize) -> Result<Vec<Objects>, Error> {
        let mut all = self.spare.take();
        while all.len() < count {
            let odb =
                Odb::new().map_err(|error| Error::git("can't open the object database once more", error))?;
            let objects = Objects::new(odb, &self.inner)?;
            objects.add(&objects.folder)?;
            self.quarantine.iter().try_for_each(|folder| objects.add(folder))?;
            all.push(objects);
        }
        self.spare.replace(all.split_off(count));
        Ok(all)
    }

    /// Reads objects from one more folder, such as the quarantine of a push that is being received.
    pub fn add_objects(&mut self, folder: &Path) -> Result<(), Error> {
        self.objects.add(folder)?;
        self.spare.take();
        self.quarantine.push(folder.to_owned());
        Ok(())
    }
}

impl Objects {
    /// Wraps a database of the objects of `repository`.
    pub fn new(odb: Odb<'_>, repository: &Repository) -> Result<Self, Error> {
        let bare =
            Repository::from_odb(odb).map_err(|error| Error::git("can't use the object database", error))?;
        let work_dir = repository.workdir().map(Path::to_owned);
        Ok(Self { bare, folder: repository.commondir().join("objects"), work_dir })
    }

    /// Returns the folder of the objects.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Opens the objects for reading.
    pub fn store(&self) -> Result<Store<'_>, Error> {
        let odb = self.bare.odb().map_err(|error| Error::git("can't open the object database", error))?;
        Ok(Store { odb, objects: self, trees: Lately::default() })
    }

    fn add(&self, folder: &Path) -> Result<(), Error> {
        let name = folder.to_str().ok_or_else(|| {
            Error::new(format!("the path `{}` of a folder of objects is not UTF-8", folder.display()))
        })?;
        let added = self.bare.odb().and_then(|odb| odb.add_disk_alternate(name));
        added.map_err(|error| Error::git(format!("can't read objects from `{name}`"), error))
    }
}

impl Store<'_> {
    /// Returns the folder that is checked out.
    pub fn work_dir(&self) -> Option<&Path> {
        self.objects.work_dir.as_deref()
    }

    /// Reads a blob that may be compared with others.
    pub fn blob(&self, id: ObjectId) -> Result<Blob<'_>, Error> {
        self.objects.bare.find_blob(oid(id)).map_err(|error| self.unreadable(ObjectType::Blob, id, error))
    }

    /// Returns the size of an object without reading it, having checked its kind.
    pub fn size(&self, kind: ObjectType, id: ObjectId) -> Result<usize, Error> {
        let (size, found) =
            self.odb.read_header(oid(id)).map_err(|error| self.unreadable(kind, id, error))?;
        check(kind, id, found)?;
        Ok(size)
    }

    /// Reads an object, having checked its kind.
    pub fn read(&self, kind: ObjectType, id: ObjectId) -> Result<OdbObject<'_>, Error> {
        let object = self.odb.read(oid(id)).map_err(|error| self.unreadable(kind, id, error))?;
        check(kind, id, object.kind())?;
        Ok(object)
    }

    /// Returns the size and the kind of an object, whatever it is, without reading it.
    pub fn header(&self, id: ObjectId) -> Result<(usize, ObjectType), Error> {
        self.odb.read_header(oid(id)).map_err(|error| self.unreadable(ObjectType::Any, id, error))
    }

    /// Explains why an object can't be read.
    fn unreadable(&self, kind: ObjectType, id: ObjectId, error: git2::Error) -> Error {
        let kind = if kind == ObjectType::Any { "object" } else { kind.str() };
        if error.code() != ErrorCode::NotFound {
            return Error::git(format!("the {kind} `{id}` can't be read"), error)
                .help("check the repository with `git fsck`");
        }
        let missing = Error::git(format!("the {kind} `{id}` is missing"), error);
        if self.is_partial() {
            missing.help("this is a partial clone: run `git fetch --refetch --no-filter`, or clone in full")
        } else {
            missing.help("fetch it, or look at the repository with `git fsck`")
        }
    }

    /// Tells whether objects were left out when the repository was cloned.
    fn is_partial(&self) -> bool {
        let files = std::fs::read_dir(self.objects.folder.join("pack"));
        files.is_ok_and(|files| {
            files.flatten().any(|file| file.path().extension().is_some_and(|end| end == "promisor"))
        })
    }
}

fn check(kind: ObjectType, id: ObjectId, found: ObjectType) -> Result<(), Error> {
    if found == kind {
        return Ok(());
    }
    Err(Error::new(format!("`{id}` is a {found} where a {kind} should be"))
        .help("check the repository with `git fsck`"))
}

/// Returns libgit2's form of an id.
pub(super) fn oid(id: ObjectId) -> Oid {
    // Twenty bytes are always an id.
    Oid::from_bytes(id.as_bytes()).unwrap_or(Oid::ZERO_SHA1)
}

/// Returns gate's form of an id.
pub(super) fn object_id(oid: Oid) -> ObjectId {
    let mut bytes = [0; 20];
    bytes.copy_from_slice(oid.as_bytes());
    ObjectId::new(bytes)
}
