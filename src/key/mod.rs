//! Public keys and the SSH signatures made with them, checked in the process.

/// An SSH public key that a sign-off can be verified with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey {
    blob: Vec<u8>,
}
