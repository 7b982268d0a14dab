//! The id of a git object, apart from any git library.

use std::fmt;

use super::hex;

/// The SHA-1 id of a git object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId([u8; 20]);

impl ObjectId {
    /// The id of no object.
    pub const ZERO: Self = Self([0; 20]);

    /// Wraps the raw bytes of an id.
    pub fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// Reads 40 hexadecimal digits; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != 40 {
            return None;
        }
        let mut bytes = [0; 20];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = digit(pair[0])? * 16 + digit(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    /// Returns the first twelve digits, for a human.
    pub fn short(&self) -> String {
        format!("{self}").chars().take(12).collect()
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::digits(&self.0))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_round_trips() {
        let hex = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(ObjectId::parse(hex).map(|id| id.to_string()).as_deref(), Some(hex));
        let id = ObjectId::parse(&hex.to_uppercase()).unwrap();
        assert_eq!((id.to_string(), format!("{id:?}")), (hex.to_owned(), hex.to_owned()));
        assert_eq!((id.as_bytes()[..2].to_vec(), id.short().as_str()), (vec![0x01, 0x23], "0123456789ab"));
    }

    #[test]
    fn anything_but_forty_digits_is_refused() {
        for bad in ["", "0123", &"g".repeat(40), &"0".repeat(41), "\u{e9}\u{e9}"] {
            assert_eq!(ObjectId::parse(bad), None, "{bad}");
        }
    }
}
