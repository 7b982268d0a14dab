//! In which order many objects are read soonest: by where they lie in the packs.
//!
//! A pack keeps an object as what differs from another one, and that from a third. Whoever
//! reads in the order of the paths comes back to the same ones again and again, after the
//! little that libgit2 keeps of them is gone: thousands of files took four times as long.
//! Nothing but time hangs on the answer, so an index that can't be read is just left out.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Result, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

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

/// More objects in a row, each kept as what differs from the next, are not followed.
const LONGEST_CHAIN: usize = 64;
/// What an object in a pack is that is kept as what differs from the one so far before it.
const DIFFERENCE: u8 = 6;

/// Where an object lies: its pack, and there the places of what it is made from and its own, the first one first.
pub(super) type Place = (usize, Vec<u32>);

/// Returns where each of these objects lies in the packs of a folder of objects; `None` for one that is in none.
pub(super) fn places(objects: &Path, ids: &[ObjectId]) -> Vec<Option<Place>> {
    let mut order: Vec<usize> = (0..ids.len()).collect();
    order.sort_unstable_by_key(|at| ids[*at]);
    let mut places = vec![None; ids.len()];
    for (number, index) in indexes(objects).into_iter().enumerate() {
        let (found, pack) =
            (File::open(&index).and_then(|index| find(index, ids, &order)), Pack::open(&index));
        let (Ok(found), Ok(mut pack)) = (found, pack) else { continue };
        for (at, place) in found {
            places[at].get_or_insert_with(|| (number, pack.chain(place)));
        }
    }
    places
}

/// Returns the paths of the indexes, in an order that is always the same.
fn indexes(objects: &Path) -> Vec<PathBuf> {
    let Ok(folder) = std::fs::read_dir(objects.join("pack")) else { return Vec::new() };
    let files = folder.flatten().map(|file| file.path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "idx")).collect();
    files.sort_unstable();
    files
}

/// A pack, and what is known of its objects.
struct Pack {
    file: File,
    /// For an object the place of the one that it is kept as a difference from.
    bases: HashMap<u32, Option<u32>>,
}

impl Pack {
    fn open(index: &Path) -> Result<Self> {
        Ok(Self { file: File::open(index.with_extension("pack"))?, bases: HashMap::new() })
    }

    /// Returns the places of what an object is made from, and its own.
    fn chain(&mut self, place: u32) -> Vec<u32> {
        let mut chain = vec![place];
        let mut last = place;
        while let Some(base) = self.base(last).filter(|_| chain.len() < LONGEST_CHAIN) {
            chain.push(base);
            last = base;
        }
        chain.reverse();
        chain
    }

    fn base(&mut self, place: u32) -> Option<u32> {
        if let Some(&base) = self.bases.get(&place) {
            return base;
        }
        let base =
            self.head(place).ok().and_then(|head| distance(&head)).and_then(|far| place.checked_sub(far));
        self.bases.insert(place, base);
        base
    }

    /// Reads as much as the head of an object can take.
    fn head(&mut self, place: u32) -> Result<Vec<u8>> {
        let mut head = Vec::with_capacity(32);
        self.file.seek(SeekFrom::Start(u64::from(place)))?;
        self.file.by_ref().take(32).read_to_end(&mut head)?;
        Ok(head)
    }
}

/// Returns how far before an object the one lies that it is kept as a difference from.
fn distance(head: &[u8]) -> Option<u32> {
    let size = head.iter().position(|byte| byte & 0x80 == 0)?;
    if head[0] >> 4 & 7 != DIFFERENCE {
        return None;
    }
    let mut far = 0_u32;
    for (at, &byte) in head[size + 1..].iter().enumerate() {
        far = if at == 0 { 0 } else { far.checked_add(1)?.checked_mul(128)? } | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(far).filter(|&far| far > 0);
        }
    }
    None
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

    /// Returns the objects of a repository and where git says that they and what they are made from lie.
    fn listed(test: &TestRepo) -> Vec<(ObjectId, Vec<u32>)> {
        let index = indexes(&test.path().join(".git/objects")).remove(0);
        let listed = test.git(&["verify-pack", "-v", &index.display().to_string()]);
        let rows = listed.lines().filter_map(|line| {
            let mut fields = line.split_whitespace();
            let id = ObjectId::parse(fields.next()?)?;
            let place: u32 = fields.nth(3)?.parse().ok()?;
            Some((id, (place, fields.nth(1).and_then(ObjectId::parse))))
        });
        let rows: HashMap<ObjectId, (u32, Option<ObjectId>)> = rows.collect();
        let chain = |id: &ObjectId| {
            let bases = std::iter::successors(Some(*id), |id| rows[id].1);
            let mut chain: Vec<u32> = bases.map(|id| rows[&id].0).collect();
            chain.reverse();
            chain
        };
        rows.keys().map(|id| (*id, chain(id))).collect()
    }

    #[test]
    fn objects_and_what_they_are_made_from_lie_where_git_says() {
        let test = TestRepo::new();
        let text =
            |n: u32| (0..600).map(|line| format!("{line} {}\n", line * 7 % (n + 9))).collect::<String>();
        for n in 0..20 {
            test.commit_files(&[("a", text(n).as_str()), ("b", &(text(3) + &n.to_string()))], "one more");
        }
        test.git(&["repack", "-adfq", "--window=2", "--depth=50"]);
        let listed = listed(&test);
        assert!(listed.len() > 40 && listed.iter().any(|(_, chain)| chain.len() > 1));
        let ids: Vec<_> = listed.iter().map(|(id, _)| *id).collect();
        let expected: Vec<_> = listed.into_iter().map(|(_, chain)| Some((0, chain))).collect();
        assert_eq!(places(&test.path().join(".git/objects"), &ids), expected);
    }

    #[test]
    fn the_distance_to_a_base_is_read_as_git_writes_it() {
        assert_eq!(distance(&[0x65, 0x05]), Some(5));
        assert_eq!(distance(&[0xe5, 0x01, 0x05]), Some(5));
        assert_eq!(distance(&[0x65, 0x80, 0x00]), Some(128));
        assert_eq!(distance(&[0x65, 0x81, 0x02]), Some(258));
        for head in [&[][..], &[0x35, 5], &[0x75, 5], &[0x65], &[0xe5], &[0x65, 0x80], &[0x65, 0]] {
            assert_eq!(distance(head), None, "{head:?}");
        }
        assert_eq!(distance(&[0x65, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), None);
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
