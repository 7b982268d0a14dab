//! Finds which of many literals a line holds, in any case.
//!
//! Most lines hold none, so a line is looked at four bytes at a time in a small table
//! of the literals' beginnings. Unlike an automaton, the table is made in no time, and
//! that of the built-in rules is made when gate is built: most changes touch a handful
//! of files, and would wait for it longer than for git.

use std::borrow::Cow;

/// The table of the beginnings, in bits.
const BITS: usize = 65_536;
/// How many hashes share a start among the literals.
const RUN: usize = 16;

/// Literals, each with its owner.
#[derive(Debug)]
pub struct Grams {
    /// The literals, by the hashes of their beginnings.
    pub literals: Cow<'static, [Literal]>,
    /// Where the literals of each run of hashes begin.
    pub starts: Cow<'static, [u32]>,
    /// The letters of all literals.
    pub text: Cow<'static, [u8]>,
    /// Which beginnings of four bytes there are, by a hash of them.
    pub fours: Cow<'static, [u64]>,
    /// Which beginnings of two bytes there are of the literals that are shorter.
    pub twos: Cow<'static, [u64]>,
}

/// A literal that a line may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Literal {
    /// Its beginning: four bytes, or two where it is shorter.
    pub key: u32,
    /// Where its letters are.
    pub start: u32,
    /// How many they are.
    pub length: u32,
    /// The last of them.
    pub last: u8,
    /// Whom to tell.
    pub owner: u32,
}

impl Grams {
    /// Makes a table of literals in lower case, two bytes long or longer.
    pub fn new<L: AsRef<[u8]>>(literals: impl IntoIterator<Item = (L, u32)>) -> Self {
        let (mut all, mut text): (Vec<Literal>, Vec<u8>) = (Vec::new(), Vec::new());
        let (mut fours, mut twos) = (vec![0; BITS / 64], vec![0; BITS / 64]);
        for (literal, owner) in literals {
            let literal = literal.as_ref();
            let key = match *literal {
                [a, b, c, d, ..] => {
                    let key = u32::from_le_bytes([a, b, c, d]);
                    set(&mut fours, hash(key));
                    key
                }
                [a, b, ..] => {
                    let key = u32::from(u16::from_le_bytes([a, b]));
                    set(&mut twos, key as usize);
                    key
                }
                _ => continue,
            };
            let [start, length] =
                [text.len(), literal.len()].map(|size| u32::try_from(size).unwrap_or(u32::MAX));
            text.extend_from_slice(literal);
            let last = literal.last().copied().unwrap_or_default();
            all.push(Literal { key, start, length, last, owner });
        }
        all.sort_unstable_by_key(|literal| (hash(literal.key), *literal));
        let start = |run: usize| all.partition_point(|literal| hash(literal.key) < run * RUN);
        let starts: Vec<u32> =
            (0..=BITS / RUN).map(|run| u32::try_from(start(run)).unwrap_or(u32::MAX)).collect();
        Self {
            literals: all.into(),
            starts: starts.into(),
            text: text.into(),
            fours: fours.into(),
            twos: twos.into(),
        }
    }

    /// Calls `found` with the owner of each literal in the line, given in lower case.
    pub fn each(&self, line: &[u8], mut found: impl FnMut(u32)) {
        let (fours, twos) = (&*self.fours, &*self.twos);
        for (at, pair) in line.windows(2).enumerate() {
            let rest = &line[at..];
            if let &[a, b, c, d, ..] = rest {
                let key = u32::from_le_bytes([a, b, c, d]);
                if has(fours, hash(key)) {
                    self.beginning_with(key, rest, &mut found);
                }
            }
            let key = u32::from(u16::from_le_bytes([pair[0], pair[1]]));
            if has(twos, key as usize) {
                self.beginning_with(key, rest, &mut found);
            }
        }
    }

    fn beginning_with(&self, key: u32, text: &[u8], found: &mut impl FnMut(u32)) {
        let run = hash(key) / RUN;
        let run = self.starts[run] as usize..self.starts[run + 1] as usize;
        for literal in self.literals[run].iter().filter(|literal| literal.key == key) {
            let (start, length) = (literal.start as usize, literal.length as usize);
            // The key and the last letter are all of one that is shorter than four, and tell most others apart.
            let is_near = text.get(length - 1) == Some(&literal.last);
            if is_near && (length < 4 || text.starts_with(&self.text[start..start + length])) {
                found(literal.owner);
            }
        }
    }
}

fn hash(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

fn set(bits: &mut [u64], at: usize) {
    bits[at / 64] |= 1 << (at % 64);
}

fn has(bits: &[u64], at: usize) -> bool {
    bits[at / 64] >> (at % 64) & 1 == 1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_bit_is_set_alone() {
        let mut bits = [0; 2];
        set(&mut bits, 70);
        let those_set: Vec<usize> = (0..128).filter(|&at| has(&bits, at)).collect();
        assert_eq!(those_set, [70]);
    }

    proptest! {
        #[test]
        fn every_literal_is_found_wherever_it_stands(
            literals in prop::collection::vec("[abc\0]{2,6}", 0..20),
            line in "[abc\0]{0,20}",
        ) {
            let grams = Grams::new(literals.iter().zip(0..));
            let mut found = Vec::new();
            grams.each(line.as_bytes(), |owner| found.push(owner));
            found.sort_unstable();
            found.dedup();
            let held: Vec<u32> = (0..).zip(&literals).filter(|(_, literal)| line.contains(*literal)).map(|(at, _)| at).collect();
            prop_assert_eq!(found, held);
        }
    }
}
