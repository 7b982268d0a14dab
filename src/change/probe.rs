//! A line that does not change, taken as if it did: for asking what the rules would say of it.

use std::convert::Infallible;

use super::cut::{Block, cut};
use super::lines::Lines;
use super::{FileChange, ObjectId, Side};

/// Returns the change that adds a line of this file and the one that removes it; `None` where there is no such line.
pub fn probe(side: &Side, line: u32) -> Option<[FileChange; 2]> {
    let content = side.content.as_deref()?;
    let at = usize::try_from(line).ok()?.checked_sub(1)?;
    let range = Lines::new(content).line(at).map(|_| Lines::new(content).range(at))?;
    let without = [&content[..range.start], &content[range.end..]].concat();
    let without = Side { content: Some(without), object: ObjectId::ZERO, ..side.clone() };
    let cut = |old: &Side, new: &Side, block| {
        cut::<Infallible>(Some(old.clone()), Some(new.clone()), |_, _| Ok(vec![block]))
            .unwrap_or_else(|never| match never {})
    };
    let (there, gap) = (at..at + 1, at..at);
    Some([
        cut(&without, side, Block { old: gap.clone(), new: there.clone() }),
        cut(side, &without, Block { old: there, new: gap }),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::testing::side;
    use crate::change::{Mode, Origin};

    #[test]
    fn line_is_added_and_removed() {
        let file = side("a", Mode::FILE, b"1\n2\n3");
        let [added, removed] = probe(&file, 2).unwrap();
        for (change, origin) in [(added, Origin::Added), (removed, Origin::Removed)] {
            let lines = &change.hunks[0].lines;
            let changed: Vec<_> = lines.iter().filter(|line| line.origin != Origin::Context).collect();
            assert_eq!((changed.len(), changed[0].origin, changed[0].number), (1, origin, 2));
            assert_eq!(change.text(changed[0]), b"2\n");
        }
        let alike = side("a", Mode::FILE, b"1\n1\n1\n");
        let [added, removed] = probe(&alike, 2).unwrap();
        for change in [&added, &removed] {
            let changed = change.hunks[0].lines.iter().filter(|line| line.origin != Origin::Context);
            assert_eq!(changed.map(|line| line.number).collect::<Vec<_>>(), [2]);
        }
        assert!(probe(&file, 3).is_some());
        assert!(probe(&file, 4).is_none() && probe(&file, 0).is_none());
    }
}
