//! Finds which literals of the built-in regexes a line holds, in any case, in one pass.
//!
//! A state stands for the longest beginning of a literal that the bytes so far end with.
//! Which state follows which is worked out when gate is built: to make the table takes
//! longer than most runs of gate.

/// An automaton that reads a line byte by byte; the first state is the one to begin with.
#[derive(Debug)]
pub struct Automaton {
    /// The class of each byte: bytes that all literals treat alike share one.
    pub classes: &'static [u8; 256],
    /// How many classes there are.
    pub width: usize,
    /// The state that follows each state on each class: two bytes each, the lower one first.
    pub next: &'static [u8],
    /// The first state at which a literal ends; one ends at all that follow.
    pub first: usize,
    /// Where the owners of the literals that end at each of these states begin, and where the last ones end.
    pub starts: &'static [u32],
    /// Whose literals they are.
    pub owners: &'static [u16],
}

impl Automaton {
    /// Calls `found` with the owner of each literal in the line, as often as it is there.
    pub fn each(&self, line: &[u8], mut found: impl FnMut(u16)) {
        let (next, _) = self.next.as_chunks();
        let mut state = 0;
        for &byte in line {
            let class = usize::from(self.classes[usize::from(byte)]);
            state = usize::from(u16::from_le_bytes(next[state * self.width + class]));
            if let Some(at) = state.checked_sub(self.first) {
                let owners = self.starts[at] as usize..self.starts[at + 1] as usize;
                self.owners[owners].iter().for_each(|&owner| found(owner));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Knows `ab`, which is the first's, and `b`, which is the second's.
    const AUTOMATON: Automaton = Automaton {
        classes: &{
            let mut classes = [0; 256];
            classes[b'a' as usize] = 1;
            classes[b'A' as usize] = 1;
            classes[b'b' as usize] = 2;
            classes
        },
        width: 3,
        next: &[0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 3, 0, 0, 0, 1, 0, 2, 0, 0, 0, 1, 0, 2, 0],
        first: 2,
        starts: &[0, 1, 3],
        owners: &[1, 0, 1],
    };

    #[test]
    fn each_literal_is_told_where_it_ends() {
        for (line, expected) in [
            ("", &[][..]),
            ("b", &[1]),
            ("ab", &[0, 1]),
            ("xAaby", &[0, 1]),
            ("abb", &[0, 1, 1]),
            ("ba", &[1]),
        ] {
            let mut found = Vec::new();
            AUTOMATON.each(line.as_bytes(), |owner| found.push(owner));
            assert_eq!(found, expected, "{line}");
        }
    }
}
