//! Cuts a file that differs into the hunks that are judged and signed.
//!
//! A hunk is what `git diff -U1` writes between two `@@`: changes with at most two
//! unchanged lines between them, and one unchanged line either side. What can't be
//! read as lines is one opaque hunk that holds both objects, so nothing that
//! differs is ever without a hunk.

use std::ops::Range;

use bstr::ByteSlice;

use super::certain;
use super::lines::Lines;
use super::place::{Place, places};
use super::scope::{Margin, Outline, Scope, indent};
use super::{FileChange, Hunk, HunkKind, Identity, Line, Mode, ObjectId, Origin, Side, Span};

/// The largest content that is read as text, in bytes.
pub const MAX_TEXT: usize = 10_485_760;

/// The most lines of a content that is read as text.
pub const MAX_LINES: usize = 1_000_000;

/// The most text hunks of one file; with more, the file is one opaque hunk.
pub const MAX_HUNKS: usize = 10_000;

/// How a Git LFS pointer begins: the content that it stands for is elsewhere.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// A run of lines that differs, as line indices counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The lines that are only in the old file; empty for a pure insertion.
    pub old: Range<usize>,
    /// The lines that are only in the new file; empty for a pure deletion.
    pub new: Range<usize>,
}

/// Cuts the difference of two sides of a file into hunks.
///
/// `compare` returns the blocks of two texts, in order; it is asked only where both sides are text.
/// The content of a side is `None` where a caller could not or would not read it.
pub fn cut<E>(
    old: Option<Side>,
    new: Option<Side>,
    compare: impl FnOnce(&[u8], &[u8]) -> Result<Vec<Block>, E>,
) -> Result<FileChange, E> {
    let mut file = FileChange { old, new, hunks: Vec::new() };
    let mut hunks = entry_hunks(&file);
    match content_kind(&file) {
        None => {}
        Some(HunkKind::Text) => match text_hunks(&file, compare)? {
            Some(more) => hunks.extend(more),
            None => hunks.push(opaque(&file, HunkKind::Binary)),
        },
        Some(kind) => hunks.push(opaque(&file, kind)),
    }
    if hunks.iter().any(|hunk| hunk.kind == HunkKind::Binary) {
        for side in file.old.iter_mut().chain(&mut file.new) {
            side.content = None;
        }
    }
    file.hunks = hunks;
    Ok(file)
}

/// Tells whether content can be judged line by line.
pub fn is_text(content: &[u8]) -> bool {
    content.len() <= MAX_TEXT
        && content.find_byte(0).is_none()
        && !content.starts_with(LFS)
        && std::str::from_utf8(content).is_ok()
        && (content.len() <= MAX_LINES || count(content) <= MAX_LINES)
}

/// Returns the hunks that are about the entry and not about its content.
fn entry_hunks(file: &FileChange) -> Vec<Hunk> {
    let (Some(old), Some(new)) = (&file.old, &file.new) else { return Vec::new() };
    let mut hunks = Vec::new();
    if old.path != new.path {
        hunks.push(opaque(file, HunkKind::Renamed));
    }
    if old.mode != new.mode && old.mode.is_file() && new.mode.is_file() {
        hunks.push(opaque(file, HunkKind::Mode));
    }
    hunks
}

/// Returns what sort of difference there is between the contents; `None` where they are the same.
fn content_kind(file: &FileChange) -> Option<HunkKind> {
    let sides = || file.old.iter().chain(&file.new);
    if let (Some(old), Some(new)) = (&file.old, &file.new)
        && old.object == new.object
        && (old.mode == new.mode || old.mode.is_file() && new.mode.is_file())
    {
        return None;
    }
    Some(if sides().any(|side| side.mode == Mode::SUBMODULE) {
        HunkKind::Submodule
    } else if sides().any(|side| side.mode == Mode::SYMLINK) {
        HunkKind::Symlink
    } else if !sides().all(|side| side.content.as_deref().is_some_and(is_text)) {
        HunkKind::Binary
    } else if sides().all(|side| text(Some(side)).is_empty()) {
        HunkKind::Empty
    } else {
        HunkKind::Text
    })
}

fn count(content: &[u8]) -> usize {
    content.lines_with_terminator().count()
}

/// Makes the hunk of what has no lines. Where it stands for content, it holds the objects on both sides.
fn opaque(file: &FileChange, kind: HunkKind) -> Hunk {
    let object = |side: &Option<Side>| side.as_ref().map_or(ObjectId::ZERO, |side| side.object);
    let objects = matches!(kind, HunkKind::Binary | HunkKind::Symlink | HunkKind::Submodule)
        .then(|| (object(&file.old), object(&file.new)));
    let id = Identity { objects, ..identity(file, kind) }.id();
    let span = |side: &Option<Side>| match (kind, side) {
        // git shows where a link or a submodule points to as a file of one line.
        (HunkKind::Symlink | HunkKind::Submodule, Some(_)) => Span { start: 1, lines: 1 },
        _ => Span::default(),
    };
    Hunk { id, kind, old: span(&file.old), new: span(&file.new), lines: Vec::new() }
}

/// Returns the part of an identity that all hunks of a file have in common.
fn identity(file: &FileChange, kind: HunkKind) -> Identity<'_> {
    fn entry(side: &Side) -> (&[u8], Mode) {
        (side.path.as_slice(), side.mode)
    }
    Identity {
        old: file.old.as_ref().map(entry),
        new: file.new.as_ref().map(entry),
        kind,
        objects: None,
        lines: Vec::new(),
        before: None,
        after: None,
        scopes: [Scope::MARGIN; 2],
        index: 0,
    }
}

fn text(side: Option<&Side>) -> &[u8] {
    side.and_then(|side| side.content.as_deref()).unwrap_or_default()
}

/// Cuts two texts; `None` where there are too many hunks, or none though the objects differ.
fn text_hunks<E>(
    file: &FileChange,
    compare: impl FnOnce(&[u8], &[u8]) -> Result<Vec<Block>, E>,
) -> Result<Option<Vec<Hunk>>, E> {
    let texts = [text(file.old.as_ref()), text(file.new.as_ref())];
    let lines = texts.map(Lines::new);
    let blocks = match certain::blocks(&lines) {
        Some(blocks) => blocks,
        None => compare(texts[0], texts[1])?,
    };
    let groups: Vec<_> = blocks.chunk_by(|one, next| next.old.start - one.old.end <= 2).collect();
    if groups.is_empty() || groups.len() > MAX_HUNKS {
        return Ok(None);
    }
    let [old, new] = &lines;
    Ok(Some(Cut { file, old, new, margin: Margin::of(file.path()) }.hunks(&groups)))
}

/// A file that is being cut.
struct Cut<'a> {
    file: &'a FileChange,
    old: &'a Lines<'a>,
    new: &'a Lines<'a>,
    margin: Margin,
}

impl Cut<'_> {
    fn hunks(&self, groups: &[&[Block]]) -> Vec<Hunk> {
        let cores: Vec<_> = groups.iter().map(|group| core(group)).collect();
        let gaps: Vec<_> = cores.iter().map(|core| core.old.clone()).collect();
        let places = places(self.old, &gaps, self.margin);
        let mut outline = Outline::new(self.new, self.margin);
        let mut hunks = Vec::with_capacity(groups.len());
        for ((group, core), place) in groups.iter().zip(&cores).zip(&places) {
            outline.advance(core.new.start);
            let scope = outline.scope(self.lead(group));
            hunks.push(self.hunk(group, core, place, scope));
        }
        hunks
    }

    /// Returns the indentation of the first changed line that is not blank.
    fn lead(&self, group: &[Block]) -> Option<usize> {
        let side = |lines: &Lines<'_>, range: &Range<usize>| {
            range.clone().find_map(|line| lines.line(line).and_then(indent))
        };
        group.iter().find_map(|block| side(self.old, &block.old).or_else(|| side(self.new, &block.new)))
    }

    fn hunk(&self, group: &[Block], core: &Block, place: &Place, scope: Scope) -> Hunk {
        let has_before = core.old.start > 0;
        let has_after = core.old.end < self.old.len();
        let lines = self.lines(group, core, has_before, has_after);
        let inner = &lines[usize::from(has_before)..lines.len() - usize::from(has_after)];
        let id = Identity {
            lines: inner.iter().map(|line| (line.origin, self.file.text(line))).collect(),
            before: has_before.then(|| self.old.line(core.old.start - 1)).flatten(),
            after: self.old.line(core.old.end),
            scopes: [place.scope, scope],
            index: place.index,
            ..identity(self.file, HunkKind::Text)
        }
        .id();
        let span = |range: &Range<usize>| span(range, has_before, has_after);
        Hunk { id, kind: HunkKind::Text, old: span(&core.old), new: span(&core.new), lines }
    }

    /// Returns the lines of a hunk in the order of a patch.
    fn lines(&self, group: &[Block], core: &Block, has_before: bool, has_after: bool) -> Vec<Line> {
        let mut lines = Vec::with_capacity(core.old.len() + core.new.len() + 2);
        let mut unchanged = core.new.start - usize::from(has_before);
        for block in group {
            lines.extend((unchanged..block.new.start).map(|line| entry(self.new, Origin::Context, line)));
            lines.extend(block.old.clone().map(|line| entry(self.old, Origin::Removed, line)));
            lines.extend(block.new.clone().map(|line| entry(self.new, Origin::Added, line)));
            unchanged = block.new.end;
        }
        lines.extend(has_after.then(|| entry(self.new, Origin::Context, core.new.end)));
        lines
    }
}

/// Returns the lines from the first change of a hunk to the last.
fn core(group: &[Block]) -> Block {
    let (first, last) = (&group[0], &group[group.len() - 1]);
    Block { old: first.old.start..last.old.end, new: first.new.start..last.new.end }
}

fn entry(lines: &Lines<'_>, origin: Origin, line: usize) -> Line {
    Line { origin, number: number(line + 1), bytes: lines.range(line) }
}

/// Writes a run of lines as a hunk's header does, with the unchanged lines around it.
fn span(range: &Range<usize>, has_before: bool, has_after: bool) -> Span {
    let start = range.start - usize::from(has_before);
    let lines = range.end + usize::from(has_after) - start;
    Span { start: number(start + usize::from(lines > 0)), lines: number(lines) }
}

/// A text that can be cut has far fewer lines than this can hold.
fn number(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::change::HunkId;
    use crate::change::testing::{addition, change, deletion, edit, renaming, side};

    fn ids(file: &FileChange) -> Vec<HunkId> {
        file.hunks.iter().map(|hunk| hunk.id).collect()
    }

    fn kinds(file: &FileChange) -> Vec<HunkKind> {
        file.hunks.iter().map(|hunk| hunk.kind).collect()
    }

    /// Returns the ids of two edits of one hunk each, which are to be told apart or not.
    fn pair(path: &str, [old, new]: [&str; 2], [other_old, other_new]: [&str; 2]) -> [HunkId; 2] {
        [edit(path, old, new), edit(path, other_old, other_new)].map(|file| match ids(&file)[..] {
            [id] => id,
            ref ids => panic!("{} hunks", ids.len()),
        })
    }

    #[test]
    fn lines_are_counted_to_the_limit() {
        assert!(is_text(&vec![b'\n'; MAX_LINES]));
        assert!(!is_text(&vec![b'\n'; MAX_LINES + 1]));
        assert!(!is_text(&vec![b'a'; MAX_TEXT + 1]) && !is_text(b"a\0") && !is_text(b"\xff"));
    }

    #[test]
    fn what_differs_is_never_without_a_hunk_and_has_no_more_than_the_most() {
        let cut_into = |old: &str, new: &str, blocks: Vec<Block>| {
            let plain = |text: &str| Some(side("a", Mode::FILE, text.as_bytes()));
            let Ok::<_, std::convert::Infallible>(file) = cut(plain(old), plain(new), |_, _| Ok(blocks));
            (file.hunks.len(), file.hunks[0].kind)
        };
        assert_eq!(cut_into("a\n", "a\na\n", Vec::new()), (1, HunkKind::Binary));
        let blocks = |count: usize| {
            let at = |line: usize| 4 * line..4 * line + 1;
            (0..count).map(|line| Block { old: at(line), new: at(line) }).collect()
        };
        let (old, new) = ("a\nx\ny\nz\n".repeat(MAX_HUNKS + 1), "b\nx\ny\nz\n".repeat(MAX_HUNKS + 1));
        assert_eq!(cut_into(&old, &new, blocks(MAX_HUNKS)), (MAX_HUNKS, HunkKind::Text));
        assert_eq!(cut_into(&old, &new, blocks(MAX_HUNKS + 1)), (1, HunkKind::Binary));
    }

    const BLOCKS: &str = "dev:\n  replicas: 1\n  image: shop\nprod:\n  replicas: 1\n  image: shop\n";

    #[test]
    fn same_lines_in_another_file_have_another_id() {
        let [one, other] = ["dev/a.yaml", "prod/a.yaml"].map(|path| ids(&edit(path, "a: 1\n", "a: 2\n")));
        assert_ne!(one, other);
    }

    #[test]
    fn same_lines_in_another_block_have_another_id() {
        let dev = BLOCKS.replacen('1', "9", 1);
        let prod = BLOCKS.replace("prod:\n  replicas: 1", "prod:\n  replicas: 9");
        let [dev, prod] = pair("a.yaml", [BLOCKS, &dev], [BLOCKS, &prod]);
        assert_ne!(dev, prod);
    }

    #[test]
    fn same_lines_in_a_block_that_took_the_place_of_another_have_another_id() {
        let (dev, prod) = ("dev:\n  a: 1\n  b: 1\n", "prod:\n  a: 1\n  b: 1\n");
        let [one, other] =
            pair("a.yaml", [dev, &dev.replace("b: 1", "b: 9")], [prod, &prod.replace("b: 1", "b: 9")]);
        assert_ne!(one, other);
    }

    #[test]
    fn same_lines_added_to_a_block_that_another_hunk_renames_have_another_id() {
        let old = "dev:\n  a: 1\n  b: 1\n  c: 1\n  d: 1\n";
        let signed = edit("a.yaml", old, &format!("{old}  e: 1\n"));
        let moved = edit("a.yaml", old, &format!("{old}  e: 1\n").replace("dev:", "prod:"));
        assert_eq!(moved.hunks.len(), 2);
        assert_ne!(ids(&signed)[0], ids(&moved)[1]);
    }

    #[test]
    fn same_lines_in_another_document_have_another_id() {
        let document = |name: &str, size: &str| {
            format!("kind: Pod\nname: {name}\nspec:\n  a: 1\n  size: {size}\n  b: 1\n")
        };
        let file =
            |cart: &str, mail: &str| format!("{}---\n{}", document("cart", cart), document("mail", mail));
        let old = file("1", "1");
        let [cart, mail] = pair("a.yaml", [&old, &file("9", "1")], [&old, &file("1", "9")]);
        assert_ne!(cart, mail);
        // Not even when the first document has gone meanwhile.
        let only = format!("kind: Empty\n---\n{}", document("mail", "1"));
        let alone = edit("a.yaml", &only, &only.replace("size: 1", "size: 9"));
        assert_ne!(cart, ids(&alone)[0]);
        assert_eq!(mail, ids(&alone)[0]);
    }

    #[test]
    fn same_lines_in_another_section_have_another_id() {
        let text = |dev: u8, prod: u8| {
            format!("[dev]\na = 1\nsize = {dev}\nb = 1\n[prod]\na = 1\nsize = {prod}\nb = 1\n")
        };
        let [dev, prod] = pair("a.toml", [&text(1, 1), &text(9, 1)], [&text(1, 1), &text(1, 9)]);
        assert_ne!(dev, prod);
        let alone = edit("a.toml", "[prod]\na = 1\nsize = 1\nb = 1\n", "[prod]\na = 1\nsize = 9\nb = 1\n");
        assert_ne!(dev, ids(&alone)[0]);
        assert_eq!(prod, ids(&alone)[0]);
    }

    #[test]
    fn second_copy_beside_a_signed_one_has_another_id() {
        let copy = "start\na\nb\nc\nend\n";
        let old = copy.repeat(2);
        let first = edit("a", &old, &format!("{}{copy}", copy.replace('b', "B")));
        let both = edit("a", &old, &copy.replace('b', "B").repeat(2));
        let second = edit("a", &old, &format!("{copy}{}", copy.replace('b', "B")));
        assert_eq!(ids(&first)[0], ids(&both)[0]);
        assert_eq!(ids(&second)[0], ids(&both)[1]);
        assert_ne!(ids(&first)[0], ids(&second)[0]);
    }

    #[test]
    fn dedent_has_another_id() {
        let old = "if a:\n    b()\n";
        let [inside, outside] =
            pair("a.py", [old, "if a:\n    b()\n    c()\n"], [old, "if a:\n    b()\nc()\n"]);
        assert_ne!(inside, outside);
    }

    #[test]
    fn dedent_of_the_enclosing_line_gives_what_it_encloses_another_id() {
        let old = "a:\n  b:\n    c: 1\n    d: 1\n    e: 1\n    f: 1\n    g: 1\n";
        let signed = edit("a.yaml", old, &old.replace("g: 1", "g: 9"));
        let dedented = edit("a.yaml", old, &old.replace("g: 1", "g: 9").replace("  b:", "b:"));
        assert_ne!(ids(&signed)[0], ids(&dedented)[1]);
    }

    #[test]
    fn changed_mode_has_another_id() {
        let with_mode = |mode| change(Some(side("a", Mode::FILE, b"a\n")), Some(side("a", mode, b"b\n")));
        let (plain, executable) = (with_mode(Mode::FILE), with_mode(Mode::EXECUTABLE));
        assert_eq!(kinds(&executable), [HunkKind::Mode, HunkKind::Text]);
        assert!(!ids(&executable).contains(&ids(&plain)[0]));
    }

    #[test]
    fn changed_line_end_has_another_id() {
        let ends = ["a\nb\n", "a\nb\r\n", "a\nb"].map(|new| ids(&edit("a", "a\nx\n", new))[0]);
        assert!(ends[0] != ends[1] && ends[1] != ends[2] && ends[0] != ends[2]);
    }

    #[test]
    fn other_neighbours_have_another_id() {
        let [one, other] = pair("a", ["a\nb\nc\n", "a\nB\nc\n"], ["a\nb\nd\n", "a\nB\nd\n"]);
        assert_ne!(one, other);
    }

    #[test]
    fn lines_that_change_elsewhere_leave_the_id_alone() {
        let new = BLOCKS.replacen('1', "9", 1);
        let above = "# a comment\nother:\n  replicas: 1\n  image: shop\n";
        let below = "last:\n  replicas: 1\n";
        let [one, other] = pair(
            "a.yaml",
            [BLOCKS, &new],
            [&format!("{above}{BLOCKS}{below}"), &format!("{above}{new}{below}")],
        );
        // The first line of the file has a line before it now, but the hunk is not about that line.
        assert_eq!(one, other);
    }

    #[test]
    fn whatever_differs_has_a_hunk() {
        let with = |old: Option<(Mode, &[u8])>, new: Option<(Mode, &[u8])>| {
            let side = |end: Option<(Mode, &[u8])>| end.map(|(mode, text)| side("a", mode, text));
            kinds(&change(side(old), side(new)))
        };
        let (file, link) = ((Mode::FILE, &b"a\n"[..]), (Mode::SYMLINK, &b"a\n"[..]));
        let submodule = (Mode::SUBMODULE, &b"1"[..]);
        assert_eq!(kinds(&addition("a", "")), [HunkKind::Empty]);
        assert_eq!(kinds(&deletion("a", "")), [HunkKind::Empty]);
        assert_eq!(kinds(&addition("a", "x\n")), [HunkKind::Text]);
        assert_eq!(kinds(&renaming("a", "b")), [HunkKind::Renamed]);
        assert_eq!(with(Some(file), Some((Mode::EXECUTABLE, b"a\n"))), [HunkKind::Mode]);
        assert_eq!(with(Some(file), Some(link)), [HunkKind::Symlink]);
        assert_eq!(with(Some(link), Some((Mode::SYMLINK, b"b"))), [HunkKind::Symlink]);
        assert_eq!(with(None, Some(submodule)), [HunkKind::Submodule]);
        assert_eq!(with(Some(submodule), Some(link)), [HunkKind::Submodule]);
        assert_eq!(with(Some(file), Some((Mode::FILE, b"a\0"))), [HunkKind::Binary]);
        assert_eq!(with(Some((Mode::FILE, b"\xff")), None), [HunkKind::Binary]);
        assert_eq!(
            with(None, Some((Mode::FILE, b"version https://git-lfs.github.com/spec/v1\n"))),
            [HunkKind::Binary]
        );
    }

    #[test]
    fn hostile_repetition_is_counted_in_linear_time() {
        // Pairs of lines to be removed out of 200,000, of which any might be any other.
        let old = "a\n".repeat(200_000);
        let lines = Lines::new(old.as_bytes());
        let gaps: Vec<_> = (0..MAX_HUNKS).map(|at| at * 20..at * 20 + at % 16).collect();
        let places = places(&lines, &gaps, Margin::Nothing);
        assert_eq!(places.len(), MAX_HUNKS);
        let distinct: HashSet<_> =
            places.iter().zip(&gaps).map(|(place, gap)| (place.index, gap.len())).collect();
        assert_eq!(distinct.len(), MAX_HUNKS);
    }

    #[test]
    fn hostile_depth_is_hashed_once() {
        let old: String = (0..2_000).map(|depth| format!("{}x\n", " ".repeat(depth))).collect();
        let deepest = format!("{}y\n", " ".repeat(2_000)).repeat(2_000);
        let old = format!("{old}{deepest}");
        let lines = Lines::new(old.as_bytes());
        let gaps: Vec<_> = (2_000..4_000).map(|at| at..at + 1).collect();
        let places = places(&lines, &gaps, Margin::Nothing);
        assert!(places.iter().all(|place| place.scope == places[0].scope && place.scope != Scope::MARGIN));
    }
}
