//! The SSH wire format, read strictly: every length is checked and nothing may be left over.

use base64ct::{Base64, Encoding};

/// The bytes that are still to be read.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Takes so many bytes; `None` where there are fewer.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes a number of four bytes.
    pub fn number(&mut self) -> Option<u32> {
        let bytes = self.take(4)?;
        Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Takes a string: its length and so many bytes.
    pub fn string(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(usize::try_from(length).ok()?)
    }

    /// Takes a string that must be text.
    pub fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.string()?).ok()
    }

    /// Takes a positive integer in its only right form, and returns it without the zero of its sign.
    pub fn positive(&mut self) -> Option<&'a [u8]> {
        match self.string()? {
            [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Some(rest),
            plain @ [1..=0x7f, ..] => Some(plain),
            _ => None,
        }
    }

    /// Tells whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Reads base64 in its only right form: padded, no blanks, no stray bits.
pub(super) fn from_base64(text: &str) -> Option<Vec<u8>> {
    Base64::decode_vec(text).ok()
}

/// Writes base64 in one string.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    Base64::encode_string(bytes)
}

/// Returns the base64 between two armour lines, however it is wrapped; `None` where there is anything but armour.
pub(super) fn unarmour(text: &str, label: &str) -> Option<String> {
    let mut lines = text.trim_ascii().lines().map(str::trim_ascii);
    if lines.next()? != format!("-----BEGIN {label}-----")
        || lines.next_back()? != format!("-----END {label}-----")
    {
        return None;
    }
    Some(lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_one_form() {
        let read = |bytes: &'static [u8]| Reader::new(bytes).positive();
        assert_eq!(read(&[0, 0, 0, 1, 0x7f]), Some(&[0x7f][..]));
        assert_eq!(read(&[0, 0, 0, 2, 0, 0x80]), Some(&[0x80][..]));
        for bad in [&[0, 0, 0, 0][..], &[0, 0, 0, 1, 0], &[0, 0, 0, 1, 0x80], &[0, 0, 0, 2, 0, 0x7f]] {
            assert_eq!(read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_length_past_the_end_is_refused() {
        assert_eq!(Reader::new(&[0xff, 0xff, 0xff, 0xff, 1]).string(), None);
        assert_eq!(Reader::new(&[0, 0, 1]).number(), None);
    }

    #[test]
    fn base64_has_one_form() {
        assert_eq!(from_base64("aGk="), Some(b"hi".to_vec()));
        for bad in ["aGk", "aGl=", "aG k=", "aGk=\n", "aGk=="] {
            assert_eq!(from_base64(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn armour_may_be_wrapped_anywhere() {
        let armour = |body: &str| unarmour(&format!("-----BEGIN X-----\n{body}\n-----END X-----\n"), "X");
        assert_eq!(armour("aG\r\nk=").as_deref(), Some("aGk="));
        assert_eq!(unarmour("-----BEGIN X-----\naGk=\n-----END X-----\ntrailing", "X"), None);
        assert_eq!(unarmour("-----BEGIN X-----", "X"), None);
    }
}
