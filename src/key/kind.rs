//! The types of keys, and what a key of each must be.

use std::ops::RangeInclusive;

use ed25519_dalek::VerifyingKey;

use super::wire::Reader;
use super::{KeyError, shown};

/// The sizes of an RSA key, in bits. Beyond the larger one nothing can verify in the process.
const RSA_BITS: RangeInclusive<usize> = 2048..=4096;

/// What to say of bytes that are no key of their type.
pub(super) const DAMAGED: KeyError = KeyError::Malformed("its base64 is damaged");

/// The types of keys that can be verified with.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Ed25519,
    SkEd25519,
    /// The curve's name, and the bytes of a coordinate.
    Ecdsa(&'static str, usize),
    SkEcdsa,
    Rsa,
}

impl Kind {
    /// Reads the name of a type.
    pub fn parse(word: &str) -> Result<Self, KeyError> {
        Ok(match word {
            "ssh-ed25519" => Self::Ed25519,
            "sk-ssh-ed25519@openssh.com" => Self::SkEd25519,
            "ecdsa-sha2-nistp256" => Self::Ecdsa("nistp256", 32),
            "ecdsa-sha2-nistp384" => Self::Ecdsa("nistp384", 48),
            "ecdsa-sha2-nistp521" => Self::Ecdsa("nistp521", 66),
            "sk-ecdsa-sha2-nistp256@openssh.com" => Self::SkEcdsa,
            "ssh-rsa" => Self::Rsa,
            "ssh-dss" => return Err(KeyError::Dsa),
            _ if word.contains("-cert-v0") => return Err(KeyError::Certificate(shown(word))),
            _ if word.starts_with("webauthn-") => return Err(KeyError::Webauthn(shown(word))),
            _ => return Err(KeyError::UnknownType(shown(word))),
        })
    }

    /// Reads what follows the type in a key's bytes, and refuses what should not verify anything.
    pub fn check(self, reader: &mut Reader<'_>) -> Result<(), KeyError> {
        match self {
            Self::Ed25519 | Self::SkEd25519 => ed25519(reader)?,
            Self::Ecdsa(curve, size) => ecdsa(reader, curve, size)?,
            Self::SkEcdsa => ecdsa(reader, "nistp256", 32)?,
            Self::Rsa => rsa(reader)?,
        }
        if let Self::SkEd25519 | Self::SkEcdsa = self {
            let _application = reader.text().ok_or(DAMAGED)?;
        }
        Ok(())
    }
}

/// Checks an ed25519 point: on the curve, in its only right form, and not of small order.
fn ed25519(reader: &mut Reader<'_>) -> Result<(), KeyError> {
    let bytes = reader.string().and_then(|point| <&[u8; 32]>::try_from(point).ok()).ok_or(KeyError::Point)?;
    let key = VerifyingKey::from_bytes(bytes).map_err(|_error| KeyError::Point)?;
    if key.is_weak() {
        return Err(KeyError::SmallOrder);
    }
    // Some points can be written in two ways; two people must not hold the same one.
    if key.to_edwards().compress().as_bytes() == bytes { Ok(()) } else { Err(KeyError::Point) }
}

/// Checks the form of a point on one of NIST's curves: uncompressed, so that it has one form only.
fn ecdsa(reader: &mut Reader<'_>, curve: &str, size: usize) -> Result<(), KeyError> {
    let named = reader.text().ok_or(KeyError::Point)?;
    let point = reader.string().ok_or(KeyError::Point)?;
    let whole = named == curve && point.len() == 1 + 2 * size && point.first() == Some(&4);
    if whole { Ok(()) } else { Err(KeyError::Point) }
}

fn rsa(reader: &mut Reader<'_>) -> Result<(), KeyError> {
    let exponent = reader.positive().ok_or(DAMAGED)?;
    let modulus = reader.positive().ok_or(DAMAGED)?;
    let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
    if !RSA_BITS.contains(&bits) {
        return Err(KeyError::RsaBits(bits));
    }
    let odd = exponent.last().is_some_and(|byte| byte % 2 == 1);
    if !odd || exponent == [1] || exponent.len() > 4 {
        return Err(KeyError::RsaExponent);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::testing::string;

    /// Checks the fields after the type, as this module alone sees them.
    fn check(kind: &str, fields: &[&[u8]]) -> Result<bool, KeyError> {
        let bytes = fields.concat();
        let mut reader = Reader::new(&bytes);
        Kind::parse(kind)?.check(&mut reader)?;
        Ok(reader.is_empty())
    }

    #[test]
    fn point_of_a_curve_has_its_name_its_length_and_its_form() {
        let point = |form: u8, length: usize| string(&[&[form], &vec![7; length][..]].concat());
        let p256 =
            |name: &str, point: Vec<u8>| check("ecdsa-sha2-nistp256", &[&string(name.as_bytes()), &point]);
        assert_eq!(p256("nistp256", point(4, 64)), Ok(true));
        for (name, form, length) in [
            ("nistp384", 4, 64),
            ("nistp256", 4, 63),
            ("nistp256", 4, 65),
            ("nistp256", 4, 32),
            ("nistp256", 2, 64),
        ] {
            assert_eq!(p256(name, point(form, length)), Err(KeyError::Point), "{name} {form} {length}");
        }
        let name = string(b"nistp521");
        assert_eq!(check("ecdsa-sha2-nistp521", &[&name, &point(4, 132)]), Ok(true));
    }

    #[test]
    fn security_key_names_its_application() {
        let fields = [string(b"nistp256"), string(&[&[4], &[7; 64][..]].concat()), string(b"ssh:")];
        let fields: Vec<&[u8]> = fields.iter().map(Vec::as_slice).collect();
        let kind = "sk-ecdsa-sha2-nistp256@openssh.com";
        assert_eq!(check(kind, &fields), Ok(true));
        assert_eq!(check(kind, &fields[..2]), Err(DAMAGED));
        assert_eq!(check("ecdsa-sha2-nistp256", &fields), Ok(false), "the application is left over");
    }
}
