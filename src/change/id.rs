//! The identity of a hunk: what a sign-off holds on to.
//!
//! An id is SHA-256 over a versioned, length-prefixed encoding, so that no two
//! different hunks can be written as the same bytes. It holds no line number and
//! no commit id: a rebase that leaves the hunk alone leaves its id alone.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{HunkKind, Mode, ObjectId, Origin, Scope, hex};

/// The name of the encoding, hashed first. Another way to cut or encode hunks gets another name.
pub const SCHEME: &str = "gate.hunk/1";

/// The SHA-256 identity of a hunk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HunkId([u8; 32]);

impl HunkId {
    /// Reads 64 lower-case hexadecimal digits; `None` for anything else.
    pub fn parse(hex: &str) -> Option<Self> {
        let digits = hex.as_bytes();
        if digits.len() != 64 {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let value = |c: u8| match c {
                b'0'..=b'9' => Some(c - b'0'),
                b'a'..=b'f' => Some(c - b'a' + 10),
                _ => None,
            };
            *byte = value(pair[0])? * 16 + value(pair[1])?;
        }
        Some(Self(bytes))
    }

    /// Returns the raw bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the key of the note that indexes this hunk: the first 20 bytes, as if they named an object.
    pub fn note_key(&self) -> ObjectId {
        let mut key = [0; 20];
        key.copy_from_slice(&self.0[..20]);
        ObjectId::new(key)
    }

    /// Returns the first ten digits, for a human.
    pub fn short(&self) -> String {
        format!("{self}").chars().take(10).collect()
    }
}

impl fmt::Display for HunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::digits(&self.0))
    }
}

impl fmt::Debug for HunkId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Everything that a hunk's id is made of, and nothing else.
#[derive(Clone, Debug)]
pub struct Identity<'a> {
    /// Path and mode before; `None` where the file was added.
    pub old: Option<(&'a [u8], Mode)>,
    /// Path and mode after; `None` where the file was deleted.
    pub new: Option<(&'a [u8], Mode)>,
    /// What sort of difference this is.
    pub kind: HunkKind,
    /// The objects on both sides of an opaque hunk; `None` for text.
    pub objects: Option<(ObjectId, ObjectId)>,
    /// The lines of the hunk between its two outer unchanged lines, with their line ends.
    pub lines: Vec<(Origin, &'a [u8])>,
    /// The unchanged line before, when there is one.
    pub before: Option<&'a [u8]>,
    /// The unchanged line after, when there is one.
    pub after: Option<&'a [u8]>,
    /// What encloses the place in the old file, and the first changed line in the new one.
    pub scopes: [Scope; 2],
    /// How many earlier places of the old file hold the same line before, removed lines, line after and scope.
    pub index: u64,
}

impl Identity<'_> {
    /// Returns the id.
    pub fn id(&self) -> HunkId {
        let mut hash = Sha256::new();
        field(&mut hash, SCHEME.as_bytes());
        for side in [self.old, self.new] {
            optional(&mut hash, side.map(|(path, _)| path));
            number(&mut hash, side.map_or(0, |(_, mode)| u64::from(mode.0)));
        }
        field(&mut hash, self.kind.name().as_bytes());
        optional(&mut hash, self.objects.as_ref().map(|(old, _)| old.as_bytes().as_slice()));
        optional(&mut hash, self.objects.as_ref().map(|(_, new)| new.as_bytes().as_slice()));
        optional(&mut hash, self.before);
        optional(&mut hash, self.after);
        number(&mut hash, self.lines.len() as u64);
        for (origin, text) in &self.lines {
            let sign = match origin {
                Origin::Context => b" ",
                Origin::Removed => b"-",
                Origin::Added => b"+",
            };
            hash.update(sign);
            field(&mut hash, text);
        }
        for scope in &self.scopes {
            hash.update(scope.as_bytes());
        }
        number(&mut hash, self.index);
        HunkId(hash.finalize().into())
    }
}

fn field(hash: &mut Sha256, bytes: &[u8]) {
    number(hash, bytes.len() as u64);
    hash.update(bytes);
}

/// Tells a missing value from an empty one.
fn optional(hash: &mut Sha256, bytes: Option<&[u8]>) {
    hash.update([u8::from(bytes.is_some())]);
    field(hash, bytes.unwrap_or_default());
}

fn number(hash: &mut Sha256, value: u64) {
    hash.update(value.to_be_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210";

    #[test]
    fn id_is_64_digits_in_lower_case_and_nothing_else() {
        let id = HunkId::parse(HEX).unwrap();
        assert_eq!((id.to_string(), format!("{id:?}")), (HEX.to_owned(), HEX.to_owned()));
        assert_eq!(id.as_bytes()[..3], [0x01, 0x23, 0x45]);
        assert_eq!(id.short(), "0123456789");
        assert!(HEX.starts_with(&id.note_key().to_string()));
        for bad in [
            "",
            HEX.trim_start_matches('0'),
            &format!("{HEX}0"),
            &HEX.to_uppercase(),
            &HEX.replace('f', "g"),
            &"é".repeat(32),
        ] {
            assert_eq!(HunkId::parse(bad), None, "{bad}");
        }
    }

    fn identity() -> Identity<'static> {
        Identity {
            old: Some((b"a", Mode::FILE)),
            new: Some((b"a", Mode::FILE)),
            kind: HunkKind::Text,
            objects: None,
            lines: vec![(Origin::Removed, b"x\n"), (Origin::Added, b"y\n")],
            before: Some(b"before\n"),
            after: Some(b"after\n"),
            scopes: [Scope::MARGIN; 2],
            index: 0,
        }
    }

    #[test]
    fn each_part_of_an_identity_makes_another_id() {
        let inner = Scope::MARGIN.within(b"x");
        let all = [
            identity(),
            Identity { old: Some((b"b", Mode::FILE)), ..identity() },
            Identity { new: Some((b"b", Mode::FILE)), ..identity() },
            Identity { old: None, ..identity() },
            Identity { new: None, ..identity() },
            Identity { old: Some((b"a", Mode::EXECUTABLE)), ..identity() },
            Identity { new: Some((b"a", Mode::EXECUTABLE)), ..identity() },
            Identity { kind: HunkKind::Binary, ..identity() },
            Identity { objects: Some((ObjectId::ZERO, ObjectId::ZERO)), ..identity() },
            Identity { objects: Some((ObjectId::new([1; 20]), ObjectId::ZERO)), ..identity() },
            Identity { objects: Some((ObjectId::ZERO, ObjectId::new([1; 20]))), ..identity() },
            Identity { lines: vec![(Origin::Removed, b"x\n")], ..identity() },
            Identity { lines: vec![(Origin::Added, b"x\n"), (Origin::Removed, b"y\n")], ..identity() },
            Identity { lines: vec![(Origin::Removed, b"x\r\n"), (Origin::Added, b"y\n")], ..identity() },
            Identity { lines: vec![(Origin::Removed, b"x"), (Origin::Added, b"\ny\n")], ..identity() },
            Identity { before: None, ..identity() },
            Identity { before: Some(b""), ..identity() },
            Identity { after: None, ..identity() },
            Identity { after: Some(b""), ..identity() },
            Identity { scopes: [inner, Scope::MARGIN], ..identity() },
            Identity { scopes: [Scope::MARGIN, inner], ..identity() },
            Identity { index: 1, ..identity() },
        ];
        let ids: std::collections::BTreeSet<HunkId> = all.iter().map(Identity::id).collect();
        assert_eq!(ids.len(), all.len());
    }
}
