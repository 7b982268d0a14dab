//! The wire format of a note: one JSON object a line.

/// A line of a note, as it stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The exact bytes of the statement: what was signed.
    pub statement: String,
    /// The SSHSIG blob, in base64.
    pub signature: String,
}

/// Why a line of a note can't be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);
