//! Changed files made of plain texts, for tests.

use std::convert::Infallible;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::cut::{Block, cut};
use super::lines::Lines;
use super::{FileChange, Mode, ObjectId, Side};

/// Makes a side of a file.
pub fn side(path: &str, mode: Mode, text: &[u8]) -> Side {
    let mut object = [0_u8; 20];
    for (at, byte) in text.iter().enumerate() {
        object[at % 20] = object[at % 20].wrapping_mul(31) ^ byte;
    }
    let content = mode.is_file().then(|| text.to_vec());
    Side { path: path.into(), mode, object: ObjectId::new(object), content }
}

/// Makes a file of its two sides.
pub fn change(old: Option<Side>, new: Option<Side>) -> FileChange {
    cut::<Infallible>(old, new, |old, new| Ok(blocks(old, new))).unwrap_or_else(|never| match never {})
}

/// Makes a plain file whose text differs.
pub fn edit(path: &str, old: &str, new: &str) -> FileChange {
    let plain = |text: &str| Some(side(path, Mode::FILE, text.as_bytes()));
    change(plain(old), plain(new))
}

/// Makes a plain file that is added.
pub fn addition(path: &str, text: &str) -> FileChange {
    change(None, Some(side(path, Mode::FILE, text.as_bytes())))
}

/// Makes a plain file that is deleted.
pub fn deletion(path: &str, text: &str) -> FileChange {
    change(Some(side(path, Mode::FILE, text.as_bytes())), None)
}

/// Makes a plain file that moves with its text.
pub fn renaming(old: &str, new: &str) -> FileChange {
    let text = b"the same text\n";
    change(Some(side(old, Mode::FILE, text)), Some(side(new, Mode::FILE, text)))
}

fn blocks(old: &[u8], new: &[u8]) -> Vec<Block> {
    let (old, new) = (Lines::new(old), Lines::new(new));
    let all =
        |lines: &Lines<'_>| (0..lines.len()).map(|at| lines.line(at).unwrap_or_default().to_vec()).collect();
    let (old, new): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (all(&old), all(&new));
    capture_diff_slices(Algorithm::Myers, &old, &new)
        .into_iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| Block { old: op.old_range(), new: op.new_range() })
        .collect()
}
