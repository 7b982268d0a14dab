//! Who may sign: the people whose keys have signed commits here, and whoever runs `gate init`.

use std::collections::BTreeSet;

use crate::change::{Commit, Contributor, Role};
use crate::key::{PublicKey, Signature};
use crate::policy::normal_address;

/// How many people are written down.
const MAX_PEOPLE: usize = 40;
/// How many keys one person gets.
const MAX_KEYS: usize = 10;
/// What GitHub makes of an address that somebody keeps to themselves.
const GITHUB_USERS: &str = "@users.noreply.github.com";

/// Somebody for gate.toml.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Candidate {
    /// What gate.toml calls them.
    pub id: String,
    /// The addresses of their commits.
    pub emails: Vec<String>,
    /// Their keys.
    pub keys: Vec<PublicKey>,
    /// Their GitHub login, when an address tells it.
    pub github: Option<String>,
    /// How many signed commits of theirs were seen.
    pub commits: usize,
    /// They run `gate init`.
    pub is_own: bool,
}

/// Whoever runs `gate init`, as their git knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Own {
    /// `user.name`.
    pub name: String,
    /// `user.email`.
    pub email: String,
    /// The key they sign with.
    pub key: Option<PublicKey>,
}

/// Finds the people: whoever runs this first, then those whose signatures on commits verify, most commits first.
pub fn people<'a>(own: &Own, commits: impl IntoIterator<Item = &'a Commit>) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let is_known = !own.email.is_empty() || own.key.is_some();
    if is_known {
        let at = note(&mut found, &own.name, &own.email, own.key.as_ref());
        found.iter_mut().skip(at).for_each(|candidate| candidate.is_own = true);
    }
    for commit in commits {
        let Some((committer, key)) = signer(commit) else { continue };
        let (name, email) = (committer.name.to_string(), committer.email.to_string());
        let at = note(&mut found, &name, &email, Some(&key));
        if let Some(candidate) = found.get_mut(at) {
            candidate.commits += 1;
        }
    }
    let others = usize::from(is_known).min(found.len());
    if let Some(others) = found.get_mut(others..) {
        others.sort_by_key(|candidate| std::cmp::Reverse(candidate.commits));
    }
    found.truncate(MAX_PEOPLE);
    name_apart(&mut found);
    found
}

/// Returns who signed a commit, and with which key; `None` where the signature is none or does not verify.
///
/// The committer's name is their own claim: a person must look before it is believed.
fn signer(commit: &Commit) -> Option<(&Contributor, PublicKey)> {
    let signed = commit.signature.as_ref()?;
    let signature = Signature::of_commit(&signed.armoured).ok()?;
    signature.verify(&signed.payload).ok()?;
    let committer = commit.people.iter().find(|person| person.role == Role::Committer)?;
    Some((committer, signature.key().clone()))
}

/// Adds what is known of somebody to the one who has this key or address, or as somebody new.
fn note(found: &mut Vec<Candidate>, name: &str, email: &str, key: Option<&PublicKey>) -> usize {
    let (email, github) = address(email);
    let same =
        |one: &String| email.as_ref().is_some_and(|email| normal_address(one) == normal_address(email));
    let is_same = |candidate: &Candidate| {
        key.is_some_and(|key| candidate.keys.contains(key))
            || candidate.emails.iter().any(same)
            || (github.is_some() && candidate.github == github)
    };
    let at = found.iter().position(is_same).unwrap_or(found.len());
    if at == found.len() {
        let id = id(name, email.as_deref(), github.as_deref());
        found.push(Candidate { id, ..Candidate::default() });
    }
    let taken = found.iter().any(|one| key.is_some_and(|key| one.keys.contains(key)));
    if let Some(candidate) = found.get_mut(at) {
        let is_new = !candidate.emails.iter().any(same);
        candidate.emails.extend(email.clone().filter(|_| is_new && candidate.emails.len() < MAX_KEYS));
        candidate.keys.extend(key.filter(|_| !taken && candidate.keys.len() < MAX_KEYS).cloned());
        candidate.github = candidate.github.take().or(github);
    }
    at
}

/// Tells an address of one's own from GitHub's stand-in for it, which names a login.
fn address(email: &str) -> (Option<String>, Option<String>) {
    let plain =
        |text: &str| text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '<' | '>'));
    let email = email.trim();
    if email.len() > 200 || !plain(email) || email.split('@').count() != 2 {
        return (None, None);
    }
    match email.to_lowercase().strip_suffix(GITHUB_USERS) {
        Some(login) => {
            let login = login.split_once('+').map_or(login, |(_, login)| login);
            (None, Some(login.to_owned()).filter(|login| !login.is_empty()))
        }
        None if email.to_lowercase().ends_with("@github.com") => (None, None),
        None => (Some(email.to_owned()), None),
    }
}

/// Makes an id: the first name, else the login, else what stands before the `@`.
fn id(name: &str, email: Option<&str>, github: Option<&str>) -> String {
    let first = name.split_whitespace().next().map(str::to_lowercase);
    let local = email.and_then(|email| email.split(['@', '+']).next()).map(str::to_lowercase);
    let plain = |text: &String| {
        !text.is_empty()
            && text.len() <= 30
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let candidates = [first, github.map(str::to_owned), local];
    candidates.into_iter().flatten().find(plain).unwrap_or_else(|| "somebody".to_owned())
}

/// Gives people of one id different ones.
fn name_apart(found: &mut [Candidate]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for candidate in found {
        let wanted = candidate.id.clone();
        let mut number = 2;
        while !taken.insert(candidate.id.clone()) {
            candidate.id = format!("{wanted}-{number}");
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use bstr::BString;

    use super::*;
    use crate::change::{CommitSignature, ObjectId};
    use crate::key::testing::TestKey;

    fn commit(name: &str, email: &str, key: Option<&TestKey>) -> Commit {
        let payload = b"tree and all".to_vec();
        let armoured = |key: &TestKey| {
            let base64 = key.sign(&payload, "git");
            format!("-----BEGIN SSH SIGNATURE-----\n{base64}\n-----END SSH SIGNATURE-----\n")
        };
        let person = |role| Contributor { role, name: name.into(), email: email.into() };
        Commit {
            id: ObjectId::ZERO,
            people: vec![person(Role::Author), person(Role::Committer)],
            message: BString::default(),
            signature: key
                .map(|key| CommitSignature { armoured: armoured(key).into(), payload: payload.clone() }),
        }
    }

    fn own() -> Own {
        Own {
            name: "Ada Lovelace".to_owned(),
            email: "ada@acme.dev".to_owned(),
            key: Some(TestKey::new(1).public()),
        }
    }

    #[test]
    fn signers_of_commits_are_found_by_key_and_address() {
        let (ada, grace) = (TestKey::new(1), TestKey::new(2));
        let commits = [
            commit("Grace Hopper", "7+grace@users.noreply.github.com", Some(&grace)),
            commit("Grace Hopper", "grace@acme.dev", Some(&grace)),
            commit("ada", "ada@home.example", Some(&ada)),
            commit("Linus", "linus@acme.dev", None),
        ];
        let people = people(&own(), &commits);
        assert_eq!(people.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["ada", "grace"]);
        assert_eq!(people[0].emails, ["ada@acme.dev", "ada@home.example"]);
        assert!(people[0].is_own && !people[1].is_own);
        assert_eq!((people[1].github.as_deref(), people[1].commits), (Some("grace"), 2));
        assert_eq!(people[1].emails, ["grace@acme.dev"]);
        assert_eq!(people[1].keys, [grace.public()]);
    }

    #[test]
    fn signature_that_does_not_verify_makes_nobody() {
        let mut forged = commit("Mallory", "m@x.example", Some(&TestKey::new(3)));
        forged.signature.as_mut().unwrap().payload = b"something else".to_vec();
        assert_eq!(people(&Own::default(), &[forged]), []);
    }

    #[test]
    fn key_stays_with_the_one_who_has_it() {
        let ada = TestKey::new(1);
        let people = people(&own(), &[commit("Mallory", "mallory@x.example", Some(&ada))]);
        assert_eq!((people.len(), people[0].keys.len()), (1, 1));
    }

    #[test]
    fn two_people_of_one_name_get_ids_of_their_own() {
        let commits = [
            commit("Ada", "ada@b.example", Some(&TestKey::new(5))),
            commit("\u{1b}[2J", "\"x\"@b.example", Some(&TestKey::new(6))),
        ];
        let ids: Vec<String> = people(&own(), &commits).into_iter().map(|one| one.id).collect();
        assert_eq!(ids, ["ada", "ada-2", "somebody"]);
    }
}
