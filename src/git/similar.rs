//! How much of one file is in another, as git's rename detection counts it.
//!
//! A content is cut into pieces, each a line or 64 bytes of a longer one, and
//! becomes the count of bytes per piece. What two files share is the sum of the
//! lesser counts: order does not matter, so a moved function stays what it was.

use bstr::ByteSlice;

/// The longest piece, in bytes.
const PIECE: usize = 64;
/// How much of the beginning tells whether a file is text.
const BEGINNING: usize = 8_000;
/// What two equal files score.
const FULL: u64 = 60_000;

/// A share of content that two files have in common, as git writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Score(u64);

impl Score {
    /// Half of the content: the least that makes a rename.
    pub const RENAME: Self = Self(FULL / 2);
    /// Three quarters: the least for two files that are alone in having their name.
    pub const SAME_NAME: Self = Self(FULL / 4 * 3);

    /// Tells whether files of these sizes can reach this score.
    pub fn is_within_reach(self, sizes: [usize; 2]) -> bool {
        let [small, large] = [sizes[0].min(sizes[1]) as u64, sizes[0].max(sizes[1]) as u64];
        large * (FULL - self.0) >= (large - small) * FULL
    }
}

/// What a file consists of.
#[derive(Clone, Debug)]
pub(super) struct Pieces {
    size: usize,
    /// A hash of each distinct piece and how many bytes it makes up, by hash.
    counts: Vec<(u32, u32)>,
}

impl Pieces {
    /// Takes a content apart.
    pub fn of(content: &[u8]) -> Self {
        let is_text = content[..content.len().min(BEGINNING)].find_byte(0).is_none();
        let mut pieces: Vec<(u32, u32)> = Vec::with_capacity(content.len() / 32);
        for line in content.lines_with_terminator() {
            let crlf = is_text && line.ends_with(b"\r\n");
            let (body, end) = line.split_at(if crlf { line.len() - 2 } else { line.len() });
            let end = if crlf { &end[1..] } else { end };
            let mut rest = body;
            while rest.len() + end.len() > PIECE {
                let (piece, more) = rest.split_at(PIECE.min(rest.len()));
                pieces.push((hash(piece, b""), piece.len() as u32));
                rest = more;
            }
            if !rest.is_empty() || !end.is_empty() {
                pieces.push((hash(rest, end), (rest.len() + end.len()) as u32));
            }
        }
        pieces.sort_unstable();
        pieces.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            kept.1 += if same { next.1 } else { 0 };
            same
        });
        Self { size: content.len(), counts: pieces }
    }

    /// Returns how much of the larger file is in the other, when that is at least `least`.
    pub fn score_from(&self, other: &Self, least: Score) -> Option<Score> {
        let within_reach = least.is_within_reach([self.size, other.size]);
        within_reach.then(|| self.score(other)).filter(|score| *score >= least)
    }

    /// Returns how much of the larger file is in the other.
    pub fn score(&self, other: &Self) -> Score {
        let (mut copied, mut at) = (0, [0, 0]);
        while let (Some(one), Some(other)) = (self.counts.get(at[0]), other.counts.get(at[1])) {
            copied += if one.0 == other.0 { u64::from(one.1.min(other.1)) } else { 0 };
            at = [at[0] + usize::from(one.0 <= other.0), at[1] + usize::from(other.0 <= one.0)];
        }
        let large = self.size.max(other.size) as u64;
        Score((copied * FULL).checked_div(large).unwrap_or(0))
    }
}

/// Hashes a piece. Whoever writes two of one hash gets their own files shown as a rename.
fn hash(piece: &[u8], end: &[u8]) -> u32 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in piece.iter().chain(end) {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    (hash ^ hash >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(one: &str, other: &str) -> u64 {
        Pieces::of(one.as_bytes()).score(&Pieces::of(other.as_bytes())).0
    }

    #[test]
    fn equal_contents_score_in_full_and_strangers_nothing() {
        assert_eq!(score("a\nb\n", "a\nb\n"), FULL);
        assert_eq!(score("a\nb\n", "c\nd\n"), 0);
        assert_eq!(score("", ""), 0);
    }

    #[test]
    fn order_and_carriage_returns_do_not_matter() {
        assert_eq!(score("a\nb\n", "b\na\n"), FULL);
        assert_eq!(score("aaa\r\nbbb\r\n", "aaa\nbbb\n"), FULL * 8 / 10);
    }

    #[test]
    fn a_piece_that_repeats_counts_as_often_as_on_the_other_side() {
        assert_eq!(score("a\na\na\na\n", "a\nb\nc\nd\n"), FULL / 4);
    }

    #[test]
    fn a_line_of_sixty_four_bytes_is_one_piece_with_its_end_in_the_next() {
        let long = format!("{}\n", "x".repeat(64));
        assert_eq!(Pieces::of(long.as_bytes()).counts.len(), 2);
        let fits = format!("{}\n", "x".repeat(63));
        assert_eq!(Pieces::of(fits.as_bytes()).counts.len(), 1);
    }

    #[test]
    fn sizes_far_apart_are_out_of_reach() {
        assert!(Score::RENAME.is_within_reach([50, 100]));
        assert!(!Score::RENAME.is_within_reach([49, 100]));
        assert!(!Score::SAME_NAME.is_within_reach([74, 100]));
        assert!(Score::RENAME.is_within_reach([0, 0]));
    }
}
