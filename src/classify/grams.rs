//! Finds which of many literals a line holds, in any case.
//!
//! Most lines hold none, so a line is looked at four bytes at a time in a small table
//! of the literals' beginnings. Unlike an automaton, the table is made in no time:
//! most changes touch a handful of files, and would wait for it longer than for git.

/// The table of the beginnings, in bits.
const BITS: usize = 1 << 16;

/// Literals, each with its owner.
#[derive(Debug)]
pub struct Grams {
    /// The beginnings of literals, with the literals themselves and their owners; sorted.
    literals: Vec<(u32, Vec<u8>, usize)>,
    /// Which beginnings of four bytes there are, by a hash of them.
    fours: Vec<u64>,
    /// Which beginnings of two bytes there are of the literals that are shorter.
    twos: Vec<u64>,
}

impl Grams {
    /// Makes a table of literals in lower case, two bytes long or longer.
    pub fn new(literals: impl IntoIterator<Item = (Vec<u8>, usize)>) -> Self {
        let mut grams = Self { literals: Vec::new(), fours: vec![0; BITS / 64], twos: vec![0; BITS / 64] };
        for (literal, owner) in literals {
            let key = match *literal.as_slice() {
                [a, b, c, d, ..] => {
                    let key = u32::from_le_bytes([a, b, c, d]);
                    set(&mut grams.fours, hash(key));
                    key
                }
                [a, b, ..] => {
                    let key = u32::from(u16::from_le_bytes([a, b]));
                    set(&mut grams.twos, key as usize);
                    key
                }
                _ => continue,
            };
            grams.literals.push((key, literal, owner));
        }
        grams.literals.sort_unstable();
        grams
    }

    /// Calls `found` with the owner of each literal in the line, given in lower case.
    pub fn each(&self, line: &[u8], mut found: impl FnMut(usize)) {
        for (at, pair) in line.windows(2).enumerate() {
            let rest = &line[at..];
            if let &[a, b, c, d, ..] = rest {
                let key = u32::from_le_bytes([a, b, c, d]);
                if has(&self.fours, hash(key)) {
                    self.beginning_with(key, rest, &mut found);
                }
            }
            let key = u32::from(u16::from_le_bytes([pair[0], pair[1]]));
            if has(&self.twos, key as usize) {
                self.beginning_with(key, rest, &mut found);
            }
        }
    }

    fn beginning_with(&self, key: u32, text: &[u8], found: &mut impl FnMut(usize)) {
        let first = self.literals.partition_point(|&(other, ..)| other < key);
        let same = self.literals[first..].iter().take_while(|&&(other, ..)| other == key);
        same.filter(|(_, literal, _)| text.starts_with(literal)).for_each(|&(.., owner)| found(owner));
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

    proptest! {
        #[test]
        fn every_literal_is_found_wherever_it_stands(
            literals in prop::collection::vec("[abc\0]{2,6}", 0..20),
            line in "[abc\0]{0,20}",
        ) {
            let grams = Grams::new(literals.iter().map(|literal| literal.clone().into_bytes()).zip(0..));
            let mut found = Vec::new();
            grams.each(line.as_bytes(), |owner| found.push(owner));
            found.sort_unstable();
            found.dedup();
            let held: Vec<usize> =
                (0..literals.len()).filter(|&at| line.contains(&literals[at])).collect();
            prop_assert_eq!(found, held);
        }
    }
}
