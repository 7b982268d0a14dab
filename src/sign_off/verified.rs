//! Whose a statement is: one of its signatures verifies, by a key of a person in the policy.

use std::collections::HashMap;

use super::{NAMESPACE, Reason, Recorded};
use crate::key::{PublicKey, Signature, SignatureError};
use crate::policy::Policy;

/// A statement, and whose it is.
pub(super) struct Verified {
    pub recorded: Recorded,
    pub signer: Result<Signer, Refusal>,
}

/// The person who signed, and with what.
pub(super) struct Signer {
    pub person: String,
    pub key: PublicKey,
}

/// Why a statement does not count: the word, and the phrase for a human.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub reason: Reason,
    pub detail: String,
}

impl Refusal {
    pub fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }
}

impl Verified {
    /// Returns the person, where the signature verified.
    pub fn person(&self) -> Option<&str> {
        self.signer.as_ref().ok().map(|signer| signer.person.as_str())
    }
}

/// Verifies each statement, once for all of its signatures.
pub(super) fn verify_all(recorded: Vec<Recorded>, policy: &Policy) -> Vec<Verified> {
    let people = policy.people.iter();
    let owners: HashMap<&PublicKey, &str> =
        people.flat_map(|(id, person)| person.keys.iter().map(move |key| (key, id.as_str()))).collect();
    let verified = |recorded: Recorded| Verified { signer: signer(&recorded, &owners), recorded };
    recorded.into_iter().map(verified).collect()
}

/// Returns the first signer that stands; else the refusal of the signature that came furthest.
fn signer(recorded: &Recorded, owners: &HashMap<&PublicKey, &str>) -> Result<Signer, Refusal> {
    let mut furthest = (0, Refusal::new(Reason::Signature, "it has no signature"));
    for signature in &recorded.signatures {
        match one_signer(recorded, signature, owners) {
            Ok(signer) => return Ok(signer),
            Err((step, refusal)) if step > furthest.0 => furthest = (step, refusal),
            Err(_) => {}
        }
    }
    Err(furthest.1)
}

/// Checks one signature; a refusal comes with the number of the step that it failed at.
fn one_signer(
    recorded: &Recorded,
    signature: &str,
    owners: &HashMap<&PublicKey, &str>,
) -> Result<Signer, (u8, Refusal)> {
    let statement = &recorded.statement;
    let name = format!("{} in the name of `{}`", statement.kind.with_article(), statement.by);
    let damaged = |step, error: SignatureError| {
        let reason = match error {
            SignatureError::Namespace { .. } => Reason::Namespace,
            SignatureError::Malformed(_)
            | SignatureError::Key(_)
            | SignatureError::Algorithm(_)
            | SignatureError::Untouched
            | SignatureError::Wrong => Reason::Signature,
        };
        (step, Refusal::new(reason, format!("{name}: {error}")))
    };
    let signature = Signature::parse(signature, NAMESPACE).map_err(|error| damaged(1, error))?;
    let key = signature.key();
    // Whose the key is comes before the sums, so that strangers can't make gate do them.
    let Some(person) = owners.get(key) else {
        let detail = format!("{name}: its key {} is nobody's in the policy", key.fingerprint());
        return Err((2, Refusal::new(Reason::UnknownKey, detail)));
    };
    signature.verify(recorded.written.as_bytes()).map_err(|error| damaged(3, error))?;
    if *person != statement.by {
        let detail = format!("{name}: it was signed with a key of `{person}`");
        return Err((4, Refusal::new(Reason::WrongPerson, detail)));
    }
    Ok(Signer { person: (*person).to_owned(), key: key.clone() })
}
