//! The texts of rules: those of the packs are part of gate, without a pointer and without a copy each.
//!
//! A table of pointers is gone over whenever gate starts: the system puts each of them in. With that, and
//! with copies of them all, the packs would take as long as git takes to read a small change.

use std::fmt;
use std::ops::{Deref, Index};

use super::built_in::TEXTS;

/// A text of a rule: a built-in one's is part of gate, one of gate.toml was read.
#[derive(Clone)]
pub struct Text(Place);

#[derive(Clone)]
enum Place {
    /// In the packs' texts.
    BuiltIn(u16),
    Own(String),
}

/// Texts that are part of gate, one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Texts {
    /// All of them.
    pub all: &'static str,
    /// Where each begins, and where the last one ends.
    pub ends: &'static [u32],
}

impl Texts {
    /// Returns how many there are.
    pub fn count(&self) -> usize {
        self.ends.len() - 1
    }

    /// Returns the text at a place; `None` beyond the last one.
    pub fn at(&self, place: usize) -> Option<&'static str> {
        let (&start, &end) = (self.ends.get(place)?, self.ends.get(place + 1)?);
        self.all.get(start as usize..end as usize)
    }

    /// Returns each of them.
    pub fn iter(self) -> impl Iterator<Item = &'static str> {
        (0..self.count()).filter_map(move |place| self.at(place))
    }

    /// Returns the place of a text, where they are sorted.
    pub fn place_of(&self, text: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.count());
        while low < high {
            let middle = usize::midpoint(low, high);
            match self[middle].cmp(text) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(middle),
            }
        }
        None
    }
}

impl Index<usize> for Texts {
    type Output = str;

    /// Returns the text at a place that the build wrote down: there is none beyond the last one.
    #[expect(clippy::string_slice, reason = "the build tells where one text ends and the next begins")]
    fn index(&self, place: usize) -> &str {
        &self.all[self.ends[place] as usize..self.ends[place + 1] as usize]
    }
}

impl Text {
    /// Returns the built-in text with this number.
    pub(super) fn built_in(number: u16) -> Self {
        Self(Place::BuiltIn(number))
    }

    /// Returns the number of a built-in text: no two have the same text.
    pub fn number(&self) -> Option<usize> {
        match self.0 {
            Place::BuiltIn(number) => Some(usize::from(number)),
            Place::Own(_) => None,
        }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Place::BuiltIn(number) => &TEXTS[usize::from(*number)],
            Place::Own(text) => text,
        }
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        self
    }
}

impl<T: Into<String>> From<T> for Text {
    fn from(text: T) -> Self {
        Self(Place::Own(text.into()))
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialEq<String> for Text {
    fn eq(&self, other: &String) -> bool {
        **self == **other
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_in_text_is_what_is_written_in_its_pack() {
        let number = (0..TEXTS.count()).find(|&place| TEXTS.at(place) == Some("paths")).unwrap();
        let (built_in, own) = (Text::built_in(number as u16), Text::from("paths"));
        assert_eq!((&built_in, built_in.number(), own.number()), (&own, Some(number), None));
        assert_eq!((built_in.to_string(), format!("{own:?}")), ("paths".to_owned(), "\"paths\"".to_owned()));
        assert_ne!(built_in, "path");
        assert_ne!(built_in, Text::from("path"));
    }

    #[test]
    fn each_text_is_found_at_its_place_and_no_other() {
        for (all, ends, texts) in [
            ("", &[0_u32][..], &[][..]),
            ("", &[0, 0], &[""]),
            ("abc", &[0, 1, 3], &["a", "bc"]),
            ("aababb", &[0, 1, 3, 5, 6], &["a", "ab", "ab", "b"]),
            ("azé", &[0, 0, 1, 2, 4], &["", "a", "z", "é"]),
        ] {
            let table = Texts { all, ends };
            assert_eq!((table.count(), table.iter().collect::<Vec<_>>()), (texts.len(), texts.to_vec()));
            assert_eq!(table.at(texts.len()), None);
            for text in texts {
                assert_eq!(
                    table.place_of(text).and_then(|place| table.at(place)),
                    Some(*text),
                    "{all}: {text}"
                );
            }
            for other in ["0", "aa", "c", "zz"] {
                assert_eq!(table.place_of(other), None, "{all}: {other}");
            }
        }
    }
}
