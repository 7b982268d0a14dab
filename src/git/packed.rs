//! Where objects lie in the packs, so that many can be read in that order.
//!
//! A pack keeps an object as what differs from another one nearby. Whoever reads in the
//! order of the paths comes back to the same neighbours again and again, after the little
//! that libgit2 keeps of them is gone: thousands of files took four times as long.
//! Nothing but time hangs on the answer, so an index that can't be read is just left out.

use std::fs::File;
use std::io::{Read as _, Result, Seek as _, SeekFrom};
use std::path::Path;

use crate::change::ObjectId;

/// The first bytes of an index, with its version.
const MAGIC: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
/// How many objects begin with each byte, and with those before.
const FANOUT: usize = 256 * 4;
const ID: usize = 20;
/// An id and its checksum.
const CHECKED: usize = ID + 4;
/// The largest index: of a larger one too much would have to be read.
const MAX_OBJECTS: usize = 8_000_000;

/// Where an object lies: its pack, and its place in there.
type Place = (usize, u32);

/// Returns where each of these objects lies in the packs of a folder of objects; `None` for one that is in none.
pub(super) fn places(objects: &Path, ids: &[ObjectId]) -> Vec<Option<Place>> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_unstable_by_key(|at| ids[*at]);
    let mut places = vec![None; ids.len()];
    for (pack, file) in indexes(objects).into_iter().enumerate() {
        if let Ok(found) = find(file, ids, &order) {
            for (at, place) in found {
                places[at].get_or_insert((pack, place));
            }
        }
    }
    places
}

/// Opens the indexes, in an order that is always the same.
fn indexes(objects: &Path) -> Vec<File> {
    let Ok(folder) = std::fs::read_dir(objects.join("pack")) else { return Vec::new() };
    let files = folder.flatten().map(|file| file.path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect();
    files.sort_unstable();
    files.iter().flat_map(File::open).collect()
}

/// Finds ids, in the order of their bytes, in one index.
fn find(mut index: File, ids: &[ObjectId], order: &[usize]) -> Result<Vec<(usize, u32)>> {
    let mut found = Vec::new();
    let (magic, fanout) = (read(&mut index, 0, MAGIC.len())?, read(&mut index, MAGIC.len(), FANOUT)?);
    let count = number(&fanout, 255);
    if magic != MAGIC || count > MAX_OBJECTS {
        return Ok(found);
    }
    for group in order.chunk_by(|one, next| ids[*one].as_bytes()[0] == ids[*next].as_bytes()[0]) {
        let byte = usize::from(ids[group[0]].as_bytes()[0]);
        let first = byte.checked_sub(1).map_or(0, |before| number(&fanout, before));
        let here = number(&fanout, byte).min(count).saturating_sub(first);
        let start = MAGIC.len() + FANOUT;
        let names = read(&mut index, start + first * ID, here * ID)?;
        let offsets = read(&mut index, start + count * CHECKED + first * 4, here * 4)?;
        let (names, _) = names.as_chunks::<ID>();
        for &at in group {
            if let Ok(place) = names.binary_search(ids[at].as_bytes()) {
                found.push((at, number(&offsets, place) as u32));
            }
        }
    }
    Ok(found)
}

fn read(file: &mut File, start: usize, length: usize) -> Result<Vec<u8>> {
    let mut bytes = vec![0; length];
    file.seek(SeekFrom::Start(start as u64))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Returns one of the numbers in a table; of a table that is too short, none.
fn number(table: &[u8], at: usize) -> usize {
    let (numbers, _) = table.as_chunks::<4>();
    numbers.get(at).map_or(0, |number| u32::from_be_bytes(*number) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::TestRepo;

    /// Returns the objects of a repository and where git says that they lie.
    fn listed(test: &TestRepo) -> Vec<(ObjectId, u32)> {
        let objects = test.path().join(".git/objects/pack");
        let index = std::fs::read_dir(objects).unwrap().flatten().map(|file| file.path());
        let index = index.into_iter().find(|path| path.extension().is_some_and(|end| end == "idx")).unwrap();
        let listed = test.git(&["verify-pack", "-v", &index.display().to_string()]);
        let objects = listed.lines().filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            Some((ObjectId::parse(fields.first()?)?, fields.get(4)?.parse().ok()?))
        });
        objects.collect()
    }

    #[test]
    fn objects_lie_where_git_says() {
        let test = TestRepo::new();
        let names: Vec<_> = (0..300).map(|n| format!("f{n}")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), name.as_str())).collect();
        test.commit_files(&files, "many");
        test.git(&["gc", "-q"]);
        let listed = listed(&test);
        assert!(listed.len() > 300);
        let ids: Vec<_> = listed.iter().map(|(id, _)| *id).collect();
        let expected: Vec<_> = listed.iter().map(|(_, place)| Some((0, *place))).collect();
        assert_eq!(places(&test.path().join(".git/objects"), &ids), expected);
    }

    #[test]
    fn an_object_that_is_in_no_pack_has_no_place() {
        let test = TestRepo::new();
        test.commit_files(&[("a", "1\n")], "one");
        let loose = ObjectId::parse(&test.rev("HEAD:a")).unwrap();
        let objects = test.path().join(".git/objects");
        assert_eq!(places(&objects, &[loose]), [None]);
        test.git(&["gc", "-q"]);
        assert_eq!(places(&objects, &[ObjectId::new([7; 20])]), [None]);
        assert_eq!(places(&test.path().join("nowhere"), &[loose]), [None]);
    }

    #[test]
    fn an_index_that_is_damaged_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("pack")).unwrap();
        let mut full = MAGIC.to_vec();
        full.resize(MAGIC.len() + FANOUT, 0xff);
        for bytes in [&b""[..], b"\xfftOc", &MAGIC, &[0; 2_000], &full] {
            std::fs::write(folder.path().join("pack/pack-1.idx"), bytes).unwrap();
            assert_eq!(places(folder.path(), &[ObjectId::new([7; 20])]), [None]);
        }
    }
}
