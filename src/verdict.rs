//! Requirements and standing sign-offs, decided.

use serde::Serialize;

/// Whether a change may be merged. There is no third answer: what can't be told is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[must_use]
pub enum Verdict {
    /// Every requirement is met and nobody objects, or an override stands.
    Pass,
    /// A signature is missing, or somebody objects.
    Blocked,
}
