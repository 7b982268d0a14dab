//! Keys and signatures for tests, made in the process from a number.

use ed25519_dalek::{Signer, SigningKey};
use sha2::{Digest, Sha256, Sha512};

use super::PublicKey;
use super::wire::to_base64;

/// The application of a test's security key.
const APPLICATION: &[u8] = b"ssh:";

/// An ed25519 key: the same number makes the same key.
#[derive(Clone)]
pub struct TestKey {
    secret: SigningKey,
    hardware: bool,
}

impl TestKey {
    /// Makes the key of this number.
    pub fn new(number: u8) -> Self {
        Self { secret: SigningKey::from_bytes(&[number; 32]), hardware: false }
    }

    /// Moves the key into a security key.
    #[must_use]
    pub fn into_hardware(self) -> Self {
        Self { hardware: true, ..self }
    }

    /// Returns the point of the public half.
    pub fn point(&self) -> [u8; 32] {
        self.secret.verifying_key().to_bytes()
    }

    /// Returns the public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_blob(&self.blob()).expect("a good example")
    }

    /// Signs as `ssh-keygen -Y sign` does, and returns the one string of base64.
    pub fn sign(&self, message: &[u8], namespace: &str) -> String {
        if self.hardware {
            return Blob::hardware(self, message, namespace, 1).base64();
        }
        Blob::new(self, message, namespace).base64()
    }

    fn kind(&self) -> &'static str {
        if self.hardware { "sk-ssh-ed25519@openssh.com" } else { "ssh-ed25519" }
    }

    fn blob(&self) -> Vec<u8> {
        let mut blob = string(self.kind().as_bytes());
        blob.extend(string(&self.point()));
        if self.hardware {
            blob.extend(string(APPLICATION));
        }
        blob
    }
}

/// The parts of a signature, to be bent.
#[derive(Clone)]
pub struct Blob {
    /// 1.
    pub version: u32,
    /// The blob of the public key.
    pub key: Vec<u8>,
    /// What it was made for.
    pub namespace: Vec<u8>,
    /// Empty.
    pub reserved: Vec<u8>,
    /// `sha512`.
    pub hash: Vec<u8>,
    /// The algorithm of the inner signature.
    pub algorithm: &'static str,
    /// The inner signature.
    pub signature: Vec<u8>,
    /// The flags and the counter of a security key.
    pub after_inner: Vec<u8>,
    /// Nothing.
    pub after: Vec<u8>,
}

impl Blob {
    /// Signs with a key in a file.
    pub fn new(key: &TestKey, message: &[u8], namespace: &str) -> Self {
        let signed = signed(message, namespace);
        Self {
            version: 1,
            key: key.blob(),
            namespace: namespace.as_bytes().to_vec(),
            reserved: Vec::new(),
            hash: b"sha512".to_vec(),
            algorithm: key.kind(),
            signature: key.secret.sign(&signed).to_bytes().to_vec(),
            after_inner: Vec::new(),
            after: Vec::new(),
        }
    }

    /// Signs with a security key that sets these flags.
    pub fn hardware(key: &TestKey, message: &[u8], namespace: &str, flags: u8) -> Self {
        let flags_and_counter = [flags, 0, 0, 0, 7];
        let mut signed_by_key = Sha256::digest(APPLICATION).to_vec();
        signed_by_key.extend(flags_and_counter);
        signed_by_key.extend(Sha256::digest(signed(message, namespace)));
        Self {
            signature: key.secret.sign(&signed_by_key).to_bytes().to_vec(),
            after_inner: flags_and_counter.to_vec(),
            ..Self::new(key, message, namespace)
        }
    }

    /// Returns the blob.
    pub fn bytes(&self) -> Vec<u8> {
        let inner =
            [string(self.algorithm.as_bytes()), string(&self.signature), self.after_inner.clone()].concat();
        [
            b"SSHSIG".to_vec(),
            self.version.to_be_bytes().to_vec(),
            string(&self.key),
            string(&self.namespace),
            string(&self.reserved),
            string(&self.hash),
            string(&inner),
            self.after.clone(),
        ]
        .concat()
    }

    /// Returns the blob as a note holds it.
    pub fn base64(&self) -> String {
        to_base64(&self.bytes())
    }
}

/// Writes a string of the SSH wire format.
pub fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).expect("a good example").to_be_bytes(), bytes].concat()
}

fn signed(message: &[u8], namespace: &str) -> Vec<u8> {
    let hash = Sha512::digest(message);
    let fields = [namespace.as_bytes(), b"", b"sha512", hash.as_slice()];
    let mut signed = b"SSHSIG".to_vec();
    signed.extend(fields.iter().flat_map(|field| string(field)));
    signed
}
