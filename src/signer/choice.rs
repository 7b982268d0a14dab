//! Which key signs: the one that was named, git's own, or the agent's that the policy knows.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read as _, Write};
use std::path::{Path, PathBuf};

use super::{Error, OpenSsh, Place, SigningKey};
use crate::key::{KeyError, PublicKey};

/// The largest key file that is read.
const MAX_FILE: u64 = 256 * 1024;

impl OpenSsh {
    /// Chooses the key to sign with.
    ///
    /// `named` is what the user asked for, `configured` is git's `user.signingkey` where
    /// `gpg.format` is `ssh`; both are a file or a public key. `whose` tells the person of
    /// a key in the policy. A configured key that is nobody's gives way to the agent's,
    /// a named one does not: it comes back, and whose it is not is the caller's to say.
    pub fn choose(
        &self,
        named: Option<&str>,
        configured: Option<&str>,
        whose: &dyn Fn(&PublicKey) -> Option<String>,
        notices: &mut dyn Write,
    ) -> Result<SigningKey, Error> {
        if let Some(named) = named {
            return self.find(named, notices);
        }
        let Some(configured) = configured else { return self.of_agent(whose, notices) };
        let key = self.find(configured, notices)?;
        if whose(&key.public).is_some() {
            return Ok(key);
        }
        // The caller says that the configured key is nobody's where there is no better one.
        Ok(self.of_agent(whose, notices).unwrap_or(key))
    }

    /// Finds a key by what git calls one: a file, or the public key itself.
    fn find(&self, name: &str, notices: &mut dyn Write) -> Result<SigningKey, Error> {
        let literal = name.strip_prefix("key::").or_else(|| is_literal(name).then_some(name));
        if let Some(line) = literal {
            let public = PublicKey::parse(line)
                .map_err(|source| Error::Key { name: line.chars().take(40).collect(), source })?;
            return Ok(SigningKey { public, place: Place::Agent });
        }
        let path = expand(name);
        let public = self.public_of(&path, notices)?;
        Ok(SigningKey { public, place: Place::File(path) })
    }

    /// Returns the public half of a key file, which needs no passphrase but for the oldest formats.
    fn public_of(&self, path: &Path, notices: &mut dyn Write) -> Result<PublicKey, Error> {
        let bad = |source: KeyError| Error::Key { name: path.display().to_string(), source };
        let text = read(path)?;
        if let Some(public) = PublicKey::of_private(&text) {
            return public.map_err(bad);
        }
        if !text.contains("PRIVATE KEY") {
            let line = text.lines().find(|line| !line.trim().is_empty());
            let line = line.filter(|line| is_literal(line)).ok_or_else(|| Error::NoKey(path.to_owned()))?;
            return PublicKey::parse(line).map_err(bad);
        }
        let arguments = [OsString::from("-y"), "-f".into(), path.into()];
        let said = self.run(&self.keygen, arguments, notices)?;
        if !said.success {
            return Err(Error::of_signing(path, &said.errors));
        }
        PublicKey::parse(&said.output).map_err(bad)
    }

    /// Returns the agent's key that is a person's of the policy.
    fn of_agent(
        &self,
        whose: &dyn Fn(&PublicKey) -> Option<String>,
        notices: &mut dyn Write,
    ) -> Result<SigningKey, Error> {
        let mut silent = Vec::new();
        let said = match self.run(&self.add, [OsString::from("-L")], &mut silent) {
            Err(Error::NoProgram(_)) => return Err(Error::NoAgent),
            said => said?,
        };
        // 1: the agent has no keys. 2: there is no agent.
        match said.code {
            Some(0 | 1) => {}
            _ => return Err(Error::NoAgent),
        }
        let lines = said.output.lines().filter(|line| is_literal(line));
        let count = lines.clone().count();
        // The agent may hold certificates and types that gate can't verify: not one of them is in a policy.
        let keys = lines.filter_map(|line| PublicKey::parse(line).ok());
        let known: Vec<(String, PublicKey)> =
            keys.filter_map(|key| whose(&key).map(|person| (person, key))).collect();
        let people: BTreeSet<&str> = known.iter().map(|(person, _)| person.as_str()).collect();
        if people.len() > 1 {
            return Err(Error::Ambiguous(people.into_iter().collect::<Vec<_>>().join(", ")));
        }
        let Some((_, public)) = known.into_iter().next() else { return Err(Error::NoneKnown(count)) };
        drop(writeln!(notices, "signing with {} of the ssh-agent", public.fingerprint()));
        Ok(SigningKey { public, place: Place::Agent })
    }
}

/// Tells a public key from the name of a file.
fn is_literal(text: &str) -> bool {
    text.contains(' ') && ["ssh-", "ecdsa-sha2-", "sk-"].iter().any(|start| text.starts_with(start))
}

/// Puts the home folder in the place of `~/`, as git does.
fn expand(name: &str) -> PathBuf {
    let home = name.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    home.unwrap_or_else(|| PathBuf::from(name))
}

fn read(path: &Path) -> Result<String, Error> {
    let failed = |source: io::Error| Error::File { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(MAX_FILE + 1).read_to_end(&mut bytes)).map_err(failed)?;
    let text = String::from_utf8(bytes).map_err(|_error| Error::NoKey(path.to_owned()))?;
    if text.len() as u64 > MAX_FILE { Err(Error::NoKey(path.to_owned())) } else { Ok(text) }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::signer::testing::{Agent, Keys};

    fn choose(
        ssh: &OpenSsh,
        named: Option<&str>,
        configured: Option<&str>,
        known: &[&PublicKey],
    ) -> Result<SigningKey, Error> {
        let whose = |key: &PublicKey| known.iter().position(|it| *it == key).map(|at| format!("person {at}"));
        ssh.choose(named, configured, &whose, &mut Vec::new())
    }

    #[test]
    fn files_of_both_halves_and_literals_name_the_same_key() {
        let keys = Keys::new();
        let (path, public) = keys.make("ada", &["-t", "ed25519"]);
        let literal = format!("key::{public}");
        for name in [path.as_str(), &format!("{path}.pub"), &literal, &public.to_string()] {
            let key = choose(&OpenSsh::default(), Some(name), None, &[]).unwrap();
            assert_eq!(key.public(), &public, "{name}");
        }
    }

    #[test]
    fn encrypted_key_tells_its_public_half_without_a_passphrase() {
        let keys = Keys::new();
        let (path, public) = keys.make("ada", &["-t", "ed25519", "-N", "secret"]);
        assert_eq!(choose(&OpenSsh::default(), Some(&path), None, &[]).unwrap().public(), &public);
    }

    #[test]
    fn old_private_key_is_read_by_ssh_keygen() {
        let keys = Keys::new();
        let (path, public) = keys.make("ada", &["-t", "ecdsa", "-m", "PEM"]);
        assert_eq!(choose(&OpenSsh::default(), Some(&path), None, &[]).unwrap().public(), &public);
    }

    #[test]
    fn what_is_no_key_says_so() {
        let keys = Keys::new();
        let said = |name: &str, text: &str| {
            let path = keys.write(name, text);
            let error = choose(&OpenSsh::default(), Some(&path), None, &[]).unwrap_err();
            error.to_string().replace(&path, name)
        };
        let (_, weak) = keys.make_line("weak", &["-t", "rsa", "-b", "1024"]);
        let messages = [
            said("empty", ""),
            said("prose", "my key is under the mat"),
            said("large", &"x".repeat(300_000)),
            said("weak.pub", &weak),
            said("cert.pub", "ssh-ed25519-cert-v01@openssh.com AAAA ada"),
        ];
        insta::assert_snapshot!(messages.join("\n"), @r#"
        `empty` is no SSH key
        `prose` is no SSH key
        `large` is no SSH key
        the key `weak.pub` can't sign off
        the key `cert.pub` can't sign off
        "#);
        let missing = choose(&OpenSsh::default(), Some("/nowhere/at/all"), None, &[]).unwrap_err();
        insta::assert_snapshot!(missing, @"the key `/nowhere/at/all` can't be read");
    }

    #[test]
    fn agents_key_that_the_policy_knows_is_found() {
        let keys = Keys::new();
        let (ada, ada_public) = keys.make("ada", &["-t", "ed25519"]);
        let (grace, grace_public) = keys.make("grace", &["-t", "ed25519"]);
        let agent = Agent::new(&keys, &[&ada, &grace]);
        let found = choose(&agent.ssh, None, None, &[&grace_public]).unwrap();
        assert_eq!(found.public(), &grace_public);
        let nobody = choose(&agent.ssh, None, None, &[]).unwrap_err();
        insta::assert_snapshot!(nobody, @"there is no key to sign with: none of the 2 keys of the ssh-agent is in the policy");
        let both = choose(&agent.ssh, None, None, &[&ada_public, &grace_public]).unwrap_err();
        insta::assert_snapshot!(both, @"the ssh-agent has keys of several people: person 0, person 1");
    }

    #[test]
    fn configured_key_of_nobody_gives_way_to_the_agents() {
        let keys = Keys::new();
        let (ada, ada_public) = keys.make("ada", &["-t", "ed25519"]);
        let (work, work_public) = keys.make("work", &["-t", "ed25519"]);
        let agent = Agent::new(&keys, &[&ada]);
        let with =
            |known: &[&PublicKey]| choose(&agent.ssh, None, Some(&work), known).unwrap().public().clone();
        assert_eq!(with(&[&ada_public]), ada_public);
        assert_eq!(with(&[&ada_public, &work_public]), work_public);
        assert_eq!(with(&[]), work_public, "whose it is not is the caller's to say");
    }

    #[test]
    fn no_agent_says_what_to_do() {
        let keys = Keys::new();
        let ssh = OpenSsh { agent: Some(keys.path("no-socket").into()), ..OpenSsh::default() };
        let error = choose(&ssh, None, None, &[]).unwrap_err();
        insta::assert_snapshot!(error, @"there is no key to sign with: none is named, and no ssh-agent answers");
        insta::assert_snapshot!(error.help(), @"name one with `--key ~/.ssh/id_ed25519`, or set git's `user.signingkey`, or start an agent and `ssh-add` a key");
    }
}
