//! git's commit graph: the trees and parents of commits, without reading the commits.
//!
//! `git gc`, `git maintenance` and many a fetch write it, and git walks by it whenever it
//! is there. libgit2 passes over one that today's git wrote. It is read in pages, for of a
//! large one a walk needs next to nothing. Whatever is odd about it means that there is none:
//! then the commits themselves are read.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use super::Repo;
use crate::change::ObjectId;

/// How many bytes are read at once.
const PAGE: usize = 4_096;
/// The most files that one graph is kept in.
const MAX_LAYERS: usize = 64;
/// The most bytes of the list of these files: an id and a line break for each, and one too many to be told.
const MAX_CHAIN: u64 = (MAX_LAYERS as u64 + 1) * 41;
/// What stands for no parent.
const NO_PARENT: u32 = 0x7000_0000;
/// Marks a second parent that is the beginning of a list.
const LIST: u32 = 0x8000_0000;
/// The most parents of one commit.
const MAX_PARENTS: usize = 100;
/// From here on generations are not told apart.
const MAX_GENERATION: u32 = 0x3fff_ffff;

/// The commit graph of a repository.
pub(super) struct CommitGraph {
    /// The files, the oldest first.
    layers: Vec<Layer>,
    /// There were more commits newer than the graph than it is worth reading.
    pub(super) is_old: Cell<bool>,
}

/// What the graph has of one commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Recorded {
    /// The tree.
    pub(super) tree: ObjectId,
    /// The places of the parents, in order.
    pub(super) parents: Vec<u32>,
    /// One more than the highest of the parents.
    pub(super) generation: u32,
}

impl Repo {
    /// Returns the commit graph, where there is one that says how history was recorded.
    pub(super) fn commit_graph(&self) -> Option<&CommitGraph> {
        let open = || {
            // Of a shallow clone the graph may know more than is here, or less.
            let is_whole = !self.is_shallow();
            is_whole.then(|| CommitGraph::open(&self.inner.commondir().join("objects/info"))).flatten()
        };
        self.graph.get_or_init(open).as_ref()
    }
}

impl CommitGraph {
    /// Opens the graph below `objects/info`.
    fn open(info: &Path) -> Option<Self> {
        if let Some(layer) = Layer::open(&info.join("commit-graph"), 0) {
            return Some(Self { layers: vec![layer], is_old: Cell::new(false) });
        }
        let folder = info.join("commit-graphs");
        let mut chain = String::new();
        opened(&folder.join("commit-graph-chain"))?.take(MAX_CHAIN).read_to_string(&mut chain).ok()?;
        let mut layers: Vec<Layer> = Vec::new();
        for name in chain.lines() {
            let first = layers.last().map_or(Some(0), |layer| layer.first.checked_add(layer.count))?;
            let name = ObjectId::parse(name).filter(|_| layers.len() < MAX_LAYERS)?;
            layers.push(Layer::open(&folder.join(format!("graph-{name}.graph")), first)?);
        }
        (!layers.is_empty()).then_some(Self { layers, is_old: Cell::new(false) })
    }

    /// Finds a commit.
    pub(super) fn find(&self, id: ObjectId) -> Option<u32> {
        self.layers.iter().rev().find_map(|layer| layer.find(id))
    }

    /// Returns the id of the commit at a place.
    pub(super) fn id(&self, place: u32) -> Option<ObjectId> {
        let layer = self.layer(place)?;
        layer.bytes(layer.ids + u64::from(place - layer.first) * 20).map(ObjectId::new)
    }

    /// Returns what is recorded of the commit at a place.
    pub(super) fn recorded(&self, place: u32) -> Option<Recorded> {
        let layer = self.layer(place)?;
        let bytes: [u8; 36] = layer.bytes(layer.data + u64::from(place - layer.first) * 36)?;
        let word = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
        let (first, second, generation) = (word(20)?, word(24)?, word(28)? >> 2);
        let mut parents = Vec::with_capacity(2);
        if first != NO_PARENT {
            parents.push(first);
        }
        if second & LIST != 0 {
            layer.list(second & !LIST, &mut parents)?;
        } else if second != NO_PARENT {
            parents.push(second);
        }
        // A commit comes after all its parents: what says otherwise was not written by git.
        let tree = ObjectId::new(bytes.get(..20)?.try_into().ok()?);
        (1..MAX_GENERATION).contains(&generation).then_some(Recorded { tree, parents, generation })
    }

    fn layer(&self, place: u32) -> Option<&Layer> {
        self.layers.iter().find(|layer| place >= layer.first && place - layer.first < layer.count)
    }
}

/// Opens a file, and nothing that may never end or never begin, as a pipe or a device does.
fn opened(path: &Path) -> Option<File> {
    std::fs::metadata(path).ok()?.is_file().then(|| File::open(path).ok()).flatten()
}

/// One file of a graph.
struct Layer {
    pages: RefCell<Pages>,
    /// How many commits lie in the files before.
    first: u32,
    /// How many commits are in this one.
    count: u32,
    /// How many ids begin with this byte or a lower one.
    fanout: Vec<u32>,
    /// Where the ids are.
    ids: u64,
    /// Where trees and parents are.
    data: u64,
    /// Where the lists of further parents are, and where they end.
    lists: (u64, u64),
}

impl Layer {
    fn open(path: &Path, first: u32) -> Option<Self> {
        let file = opened(path)?;
        let length = file.metadata().ok()?.len();
        let pages = RefCell::new(Pages { file, length, read: HashMap::new() });
        let mut layer = Self { pages, first, count: 0, fanout: Vec::new(), ids: 0, data: 0, lists: (0, 0) };
        let [b'C', b'G', b'P', b'H', 1, 1, chunks, _] = layer.bytes(0)? else { return None };
        let (mut fanout, mut end_of_ids, mut end_of_data) = (0, 0, 0);
        for chunk in 0..u64::from(chunks) {
            let name: [u8; 4] = layer.bytes(8 + chunk * 12)?;
            let start = u64::from_be_bytes(layer.bytes(12 + chunk * 12)?);
            let end = u64::from_be_bytes(layer.bytes(24 + chunk * 12)?);
            if start > end || end > length {
                return None;
            }
            match &name {
                b"OIDF" => fanout = start,
                b"OIDL" => (layer.ids, end_of_ids) = (start, end),
                b"CDAT" => (layer.data, end_of_data) = (start, end),
                b"EDGE" => layer.lists = (start, end),
                _ => {}
            }
        }
        if fanout == 0 || layer.ids == 0 || layer.data == 0 {
            return None;
        }
        for byte in 0..256 {
            layer.fanout.push(u32::from_be_bytes(layer.bytes(fanout + byte * 4)?));
        }
        layer.count = *layer.fanout.last()?;
        let count = u64::from(layer.count);
        let fits = end_of_ids - layer.ids == count * 20 && end_of_data - layer.data == count * 36;
        (fits && layer.fanout.is_sorted()).then_some(layer)
    }

    fn find(&self, id: ObjectId) -> Option<u32> {
        let byte = usize::from(id.as_bytes()[0]);
        let mut low = byte.checked_sub(1).map_or(Some(0), |before| self.fanout.get(before).copied())?;
        let mut high = *self.fanout.get(byte)?;
        while low < high {
            let middle = low + (high - low) / 2;
            let found: [u8; 20] = self.bytes(self.ids + u64::from(middle) * 20)?;
            match found.cmp(id.as_bytes()) {
                std::cmp::Ordering::Equal => return self.first.checked_add(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Reads a list of parents, whose last one is marked.
    fn list(&self, at: u32, parents: &mut Vec<u32>) -> Option<()> {
        let mut at = self.lists.0 + u64::from(at) * 4;
        while at < self.lists.1 && parents.len() < MAX_PARENTS {
            let parent = u32::from_be_bytes(self.bytes(at)?);
            parents.push(parent & !LIST);
            if parent & LIST != 0 {
                return Some(());
            }
            at += 4;
        }
        None
    }

    fn bytes<const N: usize>(&self, at: u64) -> Option<[u8; N]> {
        self.pages.borrow_mut().bytes(at)
    }
}

/// A file, of which the pages that were asked for are kept.
struct Pages {
    file: File,
    length: u64,
    read: HashMap<u64, Vec<u8>>,
}

impl Pages {
    fn bytes<const N: usize>(&mut self, at: u64) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        let mut done = 0;
        while done < N {
            let place = at.checked_add(done as u64)?;
            let page = self.page(place / PAGE as u64)?;
            let rest =
                page.get(usize::try_from(place % PAGE as u64).ok()?..).filter(|rest| !rest.is_empty())?;
            let taken = rest.len().min(N - done);
            bytes[done..done + taken].copy_from_slice(&rest[..taken]);
            done += taken;
        }
        Some(bytes)
    }

    fn page(&mut self, number: u64) -> Option<&[u8]> {
        if !self.read.contains_key(&number) {
            let start = number.checked_mul(PAGE as u64).filter(|start| *start < self.length)?;
            let mut page = Vec::with_capacity(PAGE);
            self.file.seek(SeekFrom::Start(start)).ok()?;
            (&self.file).take(PAGE as u64).read_to_end(&mut page).ok()?;
            self.read.insert(number, page);
        }
        self.read.get(&number).map(Vec::as_slice)
    }
}
