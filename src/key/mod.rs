//! Public keys and the SSH signatures made with them, checked in the process.
//!
//! The sums are ssh-key's; what is stricter than ssh-key and OpenSSH is here: a key
//! that verifies any message is refused, a signature has one form only, and one made
//! without touch by a key that asks for touch does not verify.

mod allowed_signers;
mod kind;
mod signature;
#[cfg(test)]
pub mod testing;
mod wire;

use std::fmt;

use base64ct::{Base64Unpadded, Encoding};
use sha2::{Digest, Sha256};
use thiserror::Error;

use self::kind::{DAMAGED, Kind};
use self::wire::{Reader, from_base64, unarmour};

pub use self::allowed_signers::{AllowedSigner, allowed_signers};
pub use self::signature::{Signature, SignatureError, dearmour, verify};

/// The longest line that is read as a public key.
const MAX_LINE: usize = 16_384;

/// An SSH public key that a sign-off can be verified with.
///
/// Two of them are equal when the key is the same, whatever their comments.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    blob: Vec<u8>,
}

/// Why a line is no public key that sign-offs can be verified with.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// It is not of the form `TYPE BASE64 COMMENT`.
    #[error("this is not a public key: {0}")]
    Malformed(&'static str),
    /// It is the secret half.
    #[error("this is a private key")]
    Private,
    /// It is a certificate.
    #[error("`{0}` is a certificate, and gate verifies with keys alone")]
    Certificate(String),
    /// It speaks webauthn.
    #[error("`{0}` signs through a browser, which gate can't verify")]
    Webauthn(String),
    /// It is a DSA key.
    #[error("DSA keys are too weak to sign off with")]
    Dsa,
    /// The type is not known.
    #[error("`{0}` is not a type of key that gate knows")]
    UnknownType(String),
    /// The modulus is too small or too large.
    #[error("an RSA key of {0} bits can't sign off; it must have 2048 to 4096")]
    RsaBits(usize),
    /// The exponent lets anybody sign, or can't be verified with.
    #[error("the exponent of this RSA key is even, less than 3 or too large")]
    RsaExponent,
    /// The point is of small order.
    #[error("this ed25519 key is a point of small order: it verifies any message")]
    SmallOrder,
    /// The point is not one of its curve.
    #[error("the point of this key is not on its curve, or is not written in the usual form")]
    Point,
}

impl KeyError {
    /// Returns the way out.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "give the line of the `.pub` file, such as `ssh-ed25519 AAAA… ada@laptop`",
            Self::Private => "take it out, make a new one, and give the line of the `.pub` file",
            Self::Certificate(_) => "give the key that was certified, from the `.pub` file without `-cert`",
            Self::Webauthn(_)
            | Self::Dsa
            | Self::UnknownType(_)
            | Self::RsaBits(_)
            | Self::RsaExponent
            | Self::SmallOrder
            | Self::Point => "make one with `ssh-keygen -t ed25519`",
        }
    }
}

impl PublicKey {
    /// Reads a line as OpenSSH writes it: `ssh-ed25519 AAAA… comment`.
    pub fn parse(line: &str) -> Result<Self, KeyError> {
        let line = line.trim_ascii();
        if line.contains("PRIVATE KEY") {
            return Err(KeyError::Private);
        }
        if line.len() > MAX_LINE {
            return Err(KeyError::Malformed("it is too long"));
        }
        if line.contains(['\n', '\r', '\0']) {
            return Err(KeyError::Malformed("it is more than one line"));
        }
        let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
        let (Some(kind), blob) = (words.next(), words.next()) else {
            return Err(KeyError::Malformed("it is empty"));
        };
        Kind::parse(kind)?;
        let blob = blob.ok_or(KeyError::Malformed("there is nothing after its type"))?;
        let key = Self::from_blob(&from_base64(blob).ok_or(DAMAGED)?)?;
        if key.kind() != kind {
            return Err(KeyError::Malformed("its type and its base64 differ"));
        }
        Ok(key)
    }

    /// Reads the bytes that the base64 of a public key stands for.
    pub fn from_blob(blob: &[u8]) -> Result<Self, KeyError> {
        let mut reader = Reader::new(blob);
        Kind::parse(reader.text().ok_or(DAMAGED)?)?.check(&mut reader)?;
        if !reader.is_empty() {
            return Err(DAMAGED);
        }
        // ssh-key reads the same; that an ecdsa point is on its curve it checks whenever it verifies.
        ssh_key::PublicKey::from_bytes(blob).map_err(|_error| KeyError::Point)?;
        Ok(Self { blob: blob.to_vec() })
    }

    /// Returns the public half of a private key as OpenSSH writes it, which needs no passphrase.
    ///
    /// `None` for any other text, and for the older formats.
    pub fn of_private(text: &str) -> Option<Result<Self, KeyError>> {
        let bytes = from_base64(&unarmour(text, "OPENSSH PRIVATE KEY")?)?;
        let mut reader = Reader::new(&bytes);
        if reader.take(15)? != b"openssh-key-v1\0" {
            return None;
        }
        let (_cipher, _kdf, _options) = (reader.string()?, reader.string()?, reader.string()?);
        if reader.number()? != 1 {
            return None;
        }
        Some(Self::from_blob(reader.string()?))
    }

    /// Returns the type, such as `ssh-ed25519`.
    pub fn kind(&self) -> &str {
        Reader::new(&self.blob).text().unwrap_or_default()
    }

    /// Returns what `ssh-keygen -l` shows of the key: `SHA256:` and 43 characters.
    pub fn fingerprint(&self) -> String {
        format!("SHA256:{}", Base64Unpadded::encode_string(&Sha256::digest(&self.blob)))
    }

    /// Tells whether the key lives in a token that asks for a touch.
    pub fn is_hardware(&self) -> bool {
        self.kind().starts_with("sk-")
    }
}

/// Writes the key as a line of OpenSSH's, without a comment.
impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind(), wire::to_base64(&self.blob))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint())
    }
}

/// Cuts a word of unknown origin to a length that a message can hold.
fn shown(word: &str) -> String {
    word.chars().take(64).flat_map(char::escape_debug).collect()
}

#[cfg(test)]
mod tests {
    use super::testing::{TestKey, string};
    use super::*;

    const ADA: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4918JwtW0NIF5NoyhvcGCMZs6ydVEIAqDHQkx1Dc";

    fn line(kind: &str, fields: &[&[u8]]) -> String {
        let mut blob = string(kind.as_bytes());
        blob.extend(fields.iter().flat_map(|field| string(field)));
        format!("{kind} {}", wire::to_base64(&blob))
    }

    #[test]
    fn comment_and_blanks_do_not_matter() {
        let ada = TestKey::new(1).public();
        for line in [format!("{ada}"), format!("  {ada} ada@laptop more"), format!("{ada}\t\n")] {
            assert_eq!(PublicKey::parse(&line), Ok(ada.clone()), "{line:?}");
        }
        assert_eq!(PublicKey::parse(ADA).map(|key| key.to_string()).as_deref(), Ok(ADA));
    }

    #[test]
    fn fingerprint_is_as_ssh_keygen_shows_it() {
        let key = PublicKey::parse(ADA).unwrap();
        assert_eq!(key.fingerprint(), "SHA256:j1PwxXFR0UWfDhDSHg46MQMb+78Rlfu2UfTTH/zNrRg");
    }

    #[test]
    fn key_is_told_in_messages_by_its_fingerprint() {
        let key = PublicKey::parse(ADA).unwrap();
        assert_eq!(format!("{key:?}"), key.fingerprint());
    }

    #[test]
    fn public_half_is_read_from_a_private_key() {
        let ada = TestKey::new(1).public();
        let private = |magic: &[u8], keys: u32| {
            let words = ["none", "none", ""].map(|word| string(word.as_bytes())).concat();
            let bytes = [magic, &words, &keys.to_be_bytes(), &string(&ada.blob), &string(b"secret")].concat();
            let label = "OPENSSH PRIVATE KEY";
            format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", wire::to_base64(&bytes))
        };
        let read = |magic: &[u8], keys: u32| PublicKey::of_private(&private(magic, keys));
        assert_eq!(read(b"openssh-key-v1\0", 1), Some(Ok(ada.clone())));
        assert_eq!(read(b"openssh-key-v1\0", 2), None);
        assert_eq!(read(b"openssh-key-v2\0", 1), None);
        assert_eq!(PublicKey::of_private(ADA), None);
    }

    #[test]
    fn points_of_small_order_are_refused() {
        let zero = [0; 32];
        let mut one = zero;
        one[0] = 1;
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        let mut one_again = [0xff; 32];
        (one_again[0], one_again[31]) = (0xee, 0x7f);
        for point in [zero, one, minus_one, one_again] {
            assert_eq!(PublicKey::parse(&line("ssh-ed25519", &[&point])), Err(KeyError::SmallOrder));
            let sk = line("sk-ssh-ed25519@openssh.com", &[&point, b"ssh:"]);
            assert_eq!(PublicKey::parse(&sk), Err(KeyError::SmallOrder));
        }
    }

    #[test]
    fn weak_rsa_is_refused() {
        let rsa = |e: &[u8], bytes: usize| {
            let mut modulus = vec![0, 0x80];
            modulus.resize(bytes, 1);
            modulus.push(1);
            PublicKey::parse(&line("ssh-rsa", &[e, &modulus]))
        };
        assert!(rsa(&[1, 0, 1], 256).is_ok());
        assert_eq!(rsa(&[1, 0, 1], 128), Err(KeyError::RsaBits(1024)));
        assert_eq!(rsa(&[1, 0, 1], 1024), Err(KeyError::RsaBits(8192)));
        assert!(rsa(&[1, 0, 0, 1], 256).is_ok(), "an exponent of four bytes");
        let of_bits = |first: &[u8], rest: usize| {
            let modulus = [first, &vec![1; rest]].concat();
            PublicKey::parse(&line("ssh-rsa", &[&[1, 0, 1], &modulus]))
        };
        assert_eq!(of_bits(&[0x7f], 255), Err(KeyError::RsaBits(2047)));
        assert!(of_bits(&[0, 0x80], 511).is_ok());
        assert_eq!(of_bits(&[1], 512), Err(KeyError::RsaBits(4097)));
        for exponent in [&[1][..], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert_eq!(rsa(exponent, 256), Err(KeyError::RsaExponent), "{exponent:?}");
        }
    }

    #[test]
    fn a_compressed_point_is_no_second_form_of_a_key() {
        let compressed = [&[2][..], &[7; 32]].concat();
        let line = line("ecdsa-sha2-nistp256", &[b"nistp256", &compressed]);
        assert_eq!(PublicKey::parse(&line), Err(KeyError::Point));
    }

    #[test]
    fn what_can_not_sign_says_why() {
        let bad = [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIqI4918JwtW0NIF5NoyhvcGCMZs6ydVEIAqDHQkx1Dcx",
            "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIIqI4918JwtW0NIF5NoyhvcGCMZs6ydVEIAqDHQkx1Dc",
            "ssh-dss AAAAB3NzaC1kc3M=",
            "ssh-ed25519-cert-v01@openssh.com AAAA",
            "webauthn-sk-ecdsa-sha2-nistp256@openssh.com AAAA",
            "no-pty ssh-ed25519 AAAA",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA",
            "ssh-ed25519 AAAA\nssh-ed25519 BBBB",
        ];
        let said: Vec<String> =
            bad.iter().map(|line| PublicKey::parse(line).unwrap_err().to_string()).collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        this is not a public key: it is empty
        this is not a public key: there is nothing after its type
        this is not a public key: its base64 is damaged
        this is not a public key: its base64 is damaged
        this is not a public key: its type and its base64 differ
        DSA keys are too weak to sign off with
        `ssh-ed25519-cert-v01@openssh.com` is a certificate, and gate verifies with keys alone
        `webauthn-sk-ecdsa-sha2-nistp256@openssh.com` signs through a browser, which gate can't verify
        `no-pty` is not a type of key that gate knows
        this is a private key
        this is not a public key: it is more than one line
        "#);
    }

    #[test]
    fn every_mistake_has_a_way_out() {
        let help = |line: &str| PublicKey::parse(line).unwrap_err().help();
        assert!(help("").contains("`.pub` file"));
        assert!(help("-----BEGIN OPENSSH PRIVATE KEY-----").starts_with("take it out"));
        assert!(help("ssh-dss AAAA").contains("ssh-keygen"));
    }

    #[test]
    fn a_line_may_be_as_long_as_allowed_and_no_longer() {
        let filled = |length: usize| format!("{ADA} {}", "x".repeat(length - ADA.len() - 1));
        assert!(PublicKey::parse(&filled(MAX_LINE)).is_ok());
        assert_eq!(PublicKey::parse(&filled(MAX_LINE + 1)), Err(KeyError::Malformed("it is too long")));
    }

    #[test]
    fn bytes_left_over_are_refused() {
        let point = TestKey::new(1).point();
        assert!(PublicKey::parse(&line("ssh-ed25519", &[&point])).is_ok());
        assert!(PublicKey::parse(&line("ssh-ed25519", &[&point, b""])).is_err());
    }
}
