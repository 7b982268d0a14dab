//! SSH signatures (SSHSIG), read strictly.
//!
//! ssh-key reads the format too, but takes an old version, a filled `reserved` and bytes
//! left over, and neither it nor `ssh-keygen -Y verify` asks whether a security key was
//! touched. So the blob is taken apart here, and ssh-key does the sums.

use ssh_key::{Algorithm, EcdsaCurve, HashAlg, SshSig};
use thiserror::Error;

use super::kind::Kind;
use super::wire::{Reader, from_base64, to_base64, unarmour};
use super::{KeyError, PublicKey, shown};

/// The longest base64 of a signature; the largest RSA key needs 1,500 bytes.
const MAX_BASE64: usize = 8_192;
/// The bit of a security key's flags that says that somebody touched it.
const TOUCHED: u8 = 0x01;
/// The namespace of git's own signatures.
const GIT: &str = "git";

/// Why a signature does not stand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SignatureError {
    /// It is not an SSH signature in its only right form.
    #[error("the signature is damaged: {0}")]
    Malformed(&'static str),
    /// It was made for something else.
    #[error("the signature was made for `{found}`, not for `{wanted}`")]
    Namespace {
        /// The namespace of the signature.
        found: String,
        /// The namespace that it should have.
        wanted: String,
    },
    /// The key inside can't be verified with.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// The algorithm is not known, too weak, or not that of the key.
    #[error("the signature is of the kind `{0}`, which does not count")]
    Algorithm(String),
    /// A security key signed, and nobody touched it.
    #[error("the security key was not touched when it signed")]
    Untouched,
    /// The key did not sign these bytes.
    #[error("the signature is not of this text")]
    Wrong,
}

/// A signature that has been read, and not yet verified.
#[derive(Debug)]
pub struct Signature {
    key: PublicKey,
    namespace: String,
    hash: HashAlg,
    algorithm: Algorithm,
    bytes: Vec<u8>,
    untouched: bool,
}

impl Signature {
    /// Reads one string of base64, as the line of a note holds it.
    pub fn parse(base64: &str, namespace: &str) -> Result<Self, SignatureError> {
        if base64.len() > MAX_BASE64 {
            return Err(SignatureError::Malformed("it is too long"));
        }
        let blob =
            from_base64(base64).ok_or(SignatureError::Malformed("its base64 is not in the usual form"))?;
        let signature = Self::from_blob(&blob)?;
        if signature.namespace != namespace {
            let found = shown(&signature.namespace);
            return Err(SignatureError::Namespace { found, wanted: namespace.to_owned() });
        }
        Ok(signature)
    }

    /// Reads the armoured signature of a commit.
    ///
    /// It needs no touch: the question is whose key it was, not whether they meant it.
    pub fn of_commit(armoured: &[u8]) -> Result<Self, SignatureError> {
        let signature = Self::parse(&dearmour(armoured)?, GIT)?;
        Ok(Self { untouched: false, ..signature })
    }

    /// Returns the key that the signature says it was made with.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Checks that the key signed these bytes.
    pub fn verify(&self, message: &[u8]) -> Result<(), SignatureError> {
        if self.untouched {
            return Err(SignatureError::Untouched);
        }
        self.sums(message).map_err(|_error| SignatureError::Wrong)
    }

    fn sums(&self, message: &[u8]) -> ssh_key::Result<()> {
        let key = ssh_key::PublicKey::from_bytes(&self.key.blob)?;
        let inner = ssh_key::Signature::new(self.algorithm.clone(), self.bytes.clone())?;
        let signature = SshSig::new(key.key_data().clone(), self.namespace.as_str(), self.hash, inner)?;
        key.verify(&self.namespace, message, &signature)
    }

    fn from_blob(blob: &[u8]) -> Result<Self, SignatureError> {
        const SHORT: SignatureError = SignatureError::Malformed("it ends too early");
        let mut reader = Reader::new(blob);
        if reader.take(6) != Some(b"SSHSIG") {
            return Err(SignatureError::Malformed("it is not an SSH signature"));
        }
        if reader.number().ok_or(SHORT)? != 1 {
            return Err(SignatureError::Malformed("its version is not 1"));
        }
        let key = PublicKey::from_blob(reader.string().ok_or(SHORT)?)?;
        let namespace = reader.text().ok_or(SHORT)?.to_owned();
        if !reader.string().ok_or(SHORT)?.is_empty() {
            return Err(SignatureError::Malformed("its reserved field is not empty"));
        }
        let hash = match reader.string().ok_or(SHORT)? {
            b"sha256" => HashAlg::Sha256,
            b"sha512" => HashAlg::Sha512,
            _ => return Err(SignatureError::Malformed("its hash is neither sha256 nor sha512")),
        };
        let inner = reader.string().ok_or(SHORT)?;
        if !reader.is_empty() {
            return Err(SignatureError::Malformed("something follows it"));
        }
        let (algorithm, bytes, untouched) = inner_signature(&key, inner)?;
        Ok(Self { key, namespace, hash, algorithm, bytes, untouched })
    }
}

/// Checks a statement's signature, and returns the key that made it.
pub fn verify(message: &[u8], base64: &str, namespace: &str) -> Result<PublicKey, SignatureError> {
    let signature = Signature::parse(base64, namespace)?;
    signature.verify(message)?;
    Ok(signature.key)
}

/// Turns what `ssh-keygen -Y sign` writes, however it is wrapped, into the one string of base64 that is stored.
pub fn dearmour(armoured: &[u8]) -> Result<String, SignatureError> {
    const DAMAGED: SignatureError = SignatureError::Malformed("its armour is not in the usual form");
    if armoured.len() > 2 * MAX_BASE64 {
        return Err(SignatureError::Malformed("it is too long"));
    }
    let text = std::str::from_utf8(armoured).map_err(|_error| DAMAGED)?;
    let blob = unarmour(text, "SSH SIGNATURE").as_deref().and_then(from_base64).ok_or(DAMAGED)?;
    Ok(to_base64(&blob))
}

/// Takes the inner signature apart: how it was made, its bytes as ssh-key wants them, and whether a touch is missing.
fn inner_signature(key: &PublicKey, inner: &[u8]) -> Result<(Algorithm, Vec<u8>, bool), SignatureError> {
    const SHORT: SignatureError = SignatureError::Malformed("it ends too early");
    let mut reader = Reader::new(inner);
    let name = reader.text().ok_or(SHORT)?;
    if name.starts_with("webauthn-") {
        return Err(KeyError::Webauthn(shown(name)).into());
    }
    let algorithm = algorithm(key, name).ok_or_else(|| SignatureError::Algorithm(shown(name)))?;
    let mut bytes = reader.string().ok_or(SHORT)?.to_vec();
    let mut untouched = false;
    if key.is_hardware() {
        let flags_and_counter = reader.take(5).ok_or(SHORT)?;
        untouched = flags_and_counter[0] & TOUCHED == 0;
        bytes.extend(flags_and_counter);
    }
    if !reader.is_empty() {
        return Err(SignatureError::Malformed("something follows it"));
    }
    if let Algorithm::Rsa { .. } = algorithm {
        bytes = padded(bytes, key);
    }
    Ok((algorithm, bytes, untouched))
}

/// Returns ssh-key's name of an algorithm; `None` where it is not one for this key.
fn algorithm(key: &PublicKey, name: &str) -> Option<Algorithm> {
    Some(match (Kind::parse(key.kind()).ok()?, name) {
        (Kind::Ed25519, "ssh-ed25519") => Algorithm::Ed25519,
        (Kind::SkEd25519, "sk-ssh-ed25519@openssh.com") => Algorithm::SkEd25519,
        (Kind::Ecdsa(_, 32), "ecdsa-sha2-nistp256") => Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
        (Kind::Ecdsa(_, 48), "ecdsa-sha2-nistp384") => Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
        (Kind::Ecdsa(_, 66), "ecdsa-sha2-nistp521") => Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
        (Kind::SkEcdsa, "sk-ecdsa-sha2-nistp256@openssh.com") => Algorithm::SkEcdsaSha2NistP256,
        (Kind::Rsa, "rsa-sha2-256") => Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
        (Kind::Rsa, "rsa-sha2-512") => Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
        _ => return None,
    })
}

/// Puts back the leading zeros of an RSA signature, which some agents leave out.
fn padded(bytes: Vec<u8>, key: &PublicKey) -> Vec<u8> {
    let mut reader = Reader::new(&key.blob);
    let size = reader.string().and(reader.positive()).and(reader.positive()).map_or(0, <[u8]>::len);
    let mut whole = vec![0; size.saturating_sub(bytes.len())];
    whole.extend(bytes);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::testing::{Blob, TestKey, string};

    const NAMESPACE: &str = "gate.signoff";

    fn check(blob: &Blob) -> Result<PublicKey, SignatureError> {
        verify(b"statement", &blob.base64(), NAMESPACE)
    }

    #[test]
    fn signature_gives_the_key_that_made_it() {
        let ada = TestKey::new(1);
        assert_eq!(verify(b"statement", &ada.sign(b"statement", NAMESPACE), NAMESPACE), Ok(ada.public()));
    }

    #[test]
    fn other_bytes_do_not_verify() {
        let signature = TestKey::new(1).sign(b"statement", NAMESPACE);
        assert_eq!(verify(b"statement ", &signature, NAMESPACE), Err(SignatureError::Wrong));
    }

    #[test]
    fn other_namespace_does_not_verify() {
        for other in ["git", "file", "gate.signof", "gate.signoff\0", "Gate.signoff"] {
            let error = verify(b"x", &TestKey::new(1).sign(b"x", other), NAMESPACE).unwrap_err();
            assert!(matches!(error, SignatureError::Namespace { .. }), "{other}");
        }
        let error = verify(b"x", &TestKey::new(1).sign(b"x", "git"), NAMESPACE).unwrap_err();
        insta::assert_snapshot!(error, @"the signature was made for `git`, not for `gate.signoff`");
    }

    #[test]
    fn blob_has_one_form() {
        let good = Blob::new(&TestKey::new(1), b"statement", NAMESPACE);
        assert!(check(&good).is_ok());
        let bad = [
            (Blob { version: 0, ..good.clone() }, "the signature is damaged: its version is not 1"),
            (Blob { version: 2, ..good.clone() }, "the signature is damaged: its version is not 1"),
            (
                Blob { reserved: b"x".to_vec(), ..good.clone() },
                "the signature is damaged: its reserved field is not empty",
            ),
            (
                Blob { hash: b"sha1".to_vec(), ..good.clone() },
                "the signature is damaged: its hash is neither sha256 nor sha512",
            ),
            (Blob { after: b"x".to_vec(), ..good.clone() }, "the signature is damaged: something follows it"),
            (
                Blob { after_inner: b"x".to_vec(), ..good.clone() },
                "the signature is damaged: something follows it",
            ),
            (
                Blob { algorithm: "ssh-rsa", ..good.clone() },
                "the signature is of the kind `ssh-rsa`, which does not count",
            ),
            (Blob { hash: b"sha256".to_vec(), ..good }, "the signature is not of this text"),
        ];
        for (blob, message) in bad {
            assert_eq!(check(&blob).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn every_cut_is_refused() {
        let whole = Blob::new(&TestKey::new(1), b"statement", NAMESPACE).bytes();
        for end in 0..whole.len() {
            assert!(verify(b"statement", &to_base64(&whole[..end]), NAMESPACE).is_err(), "{end}");
        }
    }

    #[test]
    fn base64_has_one_form() {
        let good = TestKey::new(1).sign(b"statement", NAMESPACE);
        let long = "A".repeat(MAX_BASE64 + 4);
        for bad in [&format!("{good}\n"), &format!(" {good}"), good.trim_end_matches('='), "", &long] {
            let error = verify(b"statement", bad, NAMESPACE).unwrap_err();
            assert!(matches!(error, SignatureError::Malformed(_)), "{error}");
        }
    }

    #[test]
    fn longer_than_any_signature_is_refused_unread() {
        let said = |length: usize| verify(b"x", &"A".repeat(length), NAMESPACE).unwrap_err();
        assert_eq!(said(MAX_BASE64), SignatureError::Malformed("it is not an SSH signature"));
        assert_eq!(said(MAX_BASE64 + 4), SignatureError::Malformed("it is too long"));
        let armoured = |length: usize| {
            let armour = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----";
            dearmour(format!("{armour:length$}").as_bytes())
        };
        assert_eq!(armoured(2 * MAX_BASE64).as_deref(), Ok("AAAA"));
        assert_eq!(armoured(2 * MAX_BASE64 + 1), Err(SignatureError::Malformed("it is too long")));
    }

    #[test]
    fn security_key_must_have_been_touched() {
        let ada = TestKey::new(1).into_hardware();
        let sign = |flags| Blob::hardware(&ada, b"statement", NAMESPACE, flags).base64();
        assert_eq!(verify(b"statement", &sign(0x01), NAMESPACE), Ok(ada.public()));
        assert_eq!(verify(b"statement", &sign(0x05), NAMESPACE), Ok(ada.public()));
        assert_eq!(verify(b"statement", &sign(0x00), NAMESPACE), Err(SignatureError::Untouched));
        assert_eq!(verify(b"statement", &sign(0x04), NAMESPACE), Err(SignatureError::Untouched));
    }

    #[test]
    fn flags_can_not_be_changed_after_signing() {
        let ada = TestKey::new(1).into_hardware();
        let mut blob = Blob::hardware(&ada, b"statement", NAMESPACE, 0);
        blob.after_inner[0] = 1;
        assert_eq!(check(&blob), Err(SignatureError::Wrong));
    }

    #[test]
    fn commit_signature_may_be_wrapped_anywhere_and_untouched() {
        let ada = TestKey::new(1).into_hardware();
        let base64 = Blob::hardware(&ada, b"commit", GIT, 0).base64();
        for width in [64, 70, 76, 10_000] {
            let wrapped: Vec<&[u8]> = base64.as_bytes().chunks(width).collect();
            let body = wrapped.join(&b'\n');
            let armoured =
                [b"-----BEGIN SSH SIGNATURE-----\n", body.as_slice(), b"\n-----END SSH SIGNATURE-----\n"]
                    .concat();
            let signature = Signature::of_commit(&armoured).unwrap();
            assert_eq!((signature.verify(b"commit"), signature.key()), (Ok(()), &ada.public()), "{width}");
        }
    }

    /// Keys and what they made of `statement`, by ssh-keygen.
    fn vectors() -> Vec<(PublicKey, &'static str)> {
        read_vectors(include_str!("vectors/ssh_keygen.txt"))
    }

    fn read_vectors(file: &'static str) -> Vec<(PublicKey, &'static str)> {
        let lines: Vec<&str> = file.lines().skip(1).collect();
        lines.chunks(2).map(|pair| (PublicKey::parse(pair[0]).unwrap(), pair[1])).collect()
    }

    #[test]
    fn what_ssh_keygen_signs_verifies() {
        let kinds: Vec<String> = vectors()
            .into_iter()
            .map(|(key, signature)| {
                assert_eq!(verify(b"statement", signature, NAMESPACE), Ok(key.clone()));
                assert_eq!(verify(b"Statement", signature, NAMESPACE), Err(SignatureError::Wrong));
                key.kind().to_owned()
            })
            .collect();
        assert_eq!(kinds, ["ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa"]);
    }

    #[test]
    fn what_tokens_and_agents_sign_verifies() {
        let kinds: Vec<String> = read_vectors(include_str!("vectors/openssl.txt"))
            .into_iter()
            .map(|(key, signature)| {
                assert_eq!(verify(b"statement", signature, NAMESPACE), Ok(key.clone()));
                assert_eq!(verify(b"Statement", signature, NAMESPACE), Err(SignatureError::Wrong));
                key.kind().to_owned()
            })
            .collect();
        assert_eq!(kinds, ["sk-ecdsa-sha2-nistp256@openssh.com", "ssh-rsa"]);
    }

    #[test]
    fn ecdsa_twin_is_the_same_key() {
        // Anybody can turn (r, s) into (r, n - s), and both verify: so nothing may hang on a signature's bytes.
        const ORDER: [u8; 32] = [
            0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6,
            0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
        ];
        let (key, signature) = vectors().remove(0);
        let made = Signature::parse(signature, NAMESPACE).unwrap();
        let mut reader = Reader::new(&made.bytes);
        let (r, s) = (reader.positive().unwrap(), reader.positive().unwrap());
        let s = [vec![0; 32 - s.len()], s.to_vec()].concat();
        let mut borrow = 0;
        let mut other = [0; 32];
        for at in (0..32).rev() {
            let digit = i16::from(ORDER[at]) - i16::from(s[at]) - borrow;
            borrow = i16::from(digit < 0);
            other[at] = digit.rem_euclid(256) as u8;
        }
        let number = |bytes: &[u8]| {
            let first = bytes.iter().position(|byte| *byte != 0).unwrap();
            let sign: &[u8] = if bytes[first] >= 0x80 { &[0] } else { &[] };
            string(&[sign, &bytes[first..]].concat())
        };
        let twin = Signature { bytes: [number(r), number(&other)].concat(), ..made };
        assert_eq!((twin.verify(b"statement"), twin.key()), (Ok(()), &key));
    }

    #[test]
    fn rsa_signature_may_lack_its_leading_zeros() {
        let (key, signature) = vectors().remove(3);
        let made = Signature::parse(signature, NAMESPACE).unwrap();
        assert_eq!(padded(vec![7], &key).len(), 256);
        assert_eq!(padded(made.bytes.clone(), &key), made.bytes);
    }

    #[test]
    fn armour_with_anything_around_it_is_refused() {
        for bad in ["", "x", "-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----"] {
            assert!(dearmour(bad.as_bytes()).is_err());
        }
        assert!(dearmour(&vec![b'A'; 3 * MAX_BASE64]).is_err());
    }
}
