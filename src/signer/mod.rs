//! Signing: the one thing that runs `ssh-keygen`.
//!
//! Agents, security keys and passphrases are OpenSSH's affair. Which key it is, and so
//! whose, is known before anything is signed, and every signature is verified in the
//! process before anybody sees it.

mod choice;
mod configured;
mod error;
mod program;
#[cfg(test)]
#[cfg(unix)]
mod testing;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::key::{PublicKey, dearmour, verify};

pub use self::configured::{configured, user};
pub use self::error::Error;

/// OpenSSH's programs, as this machine has them.
#[derive(Clone, Debug)]
pub struct OpenSsh {
    /// The program that signs.
    pub keygen: OsString,
    /// The program that knows what the agent holds.
    pub add: OsString,
    /// Where the agent listens; `None` for where the environment says.
    pub agent: Option<PathBuf>,
}

impl Default for OpenSsh {
    fn default() -> Self {
        Self { keygen: "ssh-keygen".into(), add: "ssh-add".into(), agent: None }
    }
}

/// A key to sign with: the public half, and where the secret one is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    public: PublicKey,
    place: Place,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    /// A file that ssh-keygen reads: the private key, or a public one whose other half is beside it or with the agent.
    File(PathBuf),
    Agent,
}

impl SigningKey {
    /// Returns the public half: whose it is decides whether there is anything to sign.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }
}

impl OpenSsh {
    /// Signs a message, and returns the signature as the line of a note holds it.
    ///
    /// OpenSSH asks for passphrases on the terminal; what else it says, such as that a
    /// security key wants to be touched, goes to `notices`.
    pub fn sign(
        &self,
        key: &SigningKey,
        message: &[u8],
        namespace: &str,
        notices: &mut dyn Write,
    ) -> Result<String, Error> {
        // A file and not the standard input, so that OpenSSH can ask on it.
        let folder = tempfile::tempdir().map_err(Error::Folder)?;
        let statement = folder.path().join("statement");
        fs::write(&statement, message).map_err(Error::Folder)?;
        let file = match &key.place {
            Place::File(file) => file.clone(),
            Place::Agent => self.public_file(folder.path(), &key.public)?,
        };
        let arguments = ["-Y", "sign", "-n", namespace, "-f"].map(OsString::from);
        let files = [file.clone().into_os_string(), statement.into_os_string()];
        let said = self.run(&self.keygen, arguments.into_iter().chain(files), notices)?;
        if !said.success {
            return Err(Error::of_signing(&file, &said.errors));
        }
        let armoured = fs::read(folder.path().join("statement.sig")).map_err(Error::Folder)?;
        let signature = dearmour(&armoured).map_err(Error::Unverified)?;
        if verify(message, &signature, namespace).map_err(Error::Unverified)? != key.public {
            return Err(Error::OtherKey(key.public.fingerprint()));
        }
        Ok(signature)
    }

    /// Writes the public key into a file: ssh-keygen finds the agent's key by it.
    fn public_file(&self, folder: &Path, key: &PublicKey) -> Result<PathBuf, Error> {
        let file = folder.join("key.pub");
        fs::write(&file, format!("{key}\n")).map_err(Error::Folder)?;
        Ok(file)
    }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::testing::{Agent, Keys};
    use super::*;
    use crate::sign_off::NAMESPACE;

    const MESSAGE: &[u8] = b"{\"v\":1}";

    fn named(ssh: &OpenSsh, name: &str) -> SigningKey {
        ssh.choose(Some(name), None, &|_| None, &mut Vec::new()).unwrap()
    }

    fn sign(ssh: &OpenSsh, key: &SigningKey) -> Result<String, Error> {
        ssh.sign(key, MESSAGE, NAMESPACE, &mut Vec::new())
    }

    #[test]
    fn every_kind_of_key_signs_what_verifies() {
        let keys = Keys::new();
        let kinds: [&[&str]; 5] = [
            &["-t", "ed25519"],
            &["-t", "ecdsa", "-b", "256"],
            &["-t", "ecdsa", "-b", "384"],
            &["-t", "ecdsa", "-b", "521"],
            &["-t", "rsa", "-b", "2048"],
        ];
        for (number, kind) in kinds.iter().enumerate() {
            let (path, public) = keys.make(&number.to_string(), kind);
            let key = named(&OpenSsh::default(), &path);
            let signature = sign(&OpenSsh::default(), &key).unwrap();
            assert_eq!(verify(MESSAGE, &signature, NAMESPACE), Ok(public), "{kind:?}");
            assert!(verify(b"{}", &signature, NAMESPACE).is_err(), "{kind:?}");
            assert!(verify(MESSAGE, &signature, "git").is_err(), "{kind:?}");
        }
    }

    #[test]
    fn agent_signs_for_a_public_key() {
        let keys = Keys::new();
        let (path, public) = keys.make("ada", &["-t", "ed25519"]);
        let agent = Agent::new(&keys, &[&path]);
        fs::remove_file(&path).unwrap();
        for name in [format!("key::{public}"), format!("{path}.pub")] {
            assert!(sign(&agent.ssh, &named(&agent.ssh, &name)).is_ok(), "{name}");
        }
    }

    #[test]
    fn public_key_alone_signs_nothing() {
        let keys = Keys::new();
        let (path, public) = keys.make("ada", &["-t", "ed25519"]);
        fs::remove_file(&path).unwrap();
        let ssh = OpenSsh { agent: Some(keys.path("no-socket").into()), ..OpenSsh::default() };
        for name in [format!("key::{public}"), format!("{path}.pub")] {
            let error = sign(&ssh, &named(&ssh, &name)).unwrap_err();
            assert!(matches!(error, Error::NoPrivate(_)), "{error}");
        }
    }

    #[test]
    fn key_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let keys = Keys::new();
        let (path, _) = keys.make("ada", &["-t", "ed25519"]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        let error = sign(&OpenSsh::default(), &named(&OpenSsh::default(), &path)).unwrap_err();
        assert_eq!(error.help(), format!("chmod 600 {path}"));
    }

    #[test]
    fn missing_program_is_told() {
        let keys = Keys::new();
        let (path, _) = keys.make("ada", &["-t", "ed25519"]);
        let ssh = OpenSsh { keygen: "ssh-keygen-that-is-not-there".into(), ..OpenSsh::default() };
        let error = sign(&ssh, &named(&ssh, &path)).unwrap_err();
        insta::assert_snapshot!(error, @"`ssh-keygen-that-is-not-there` is not there");
        insta::assert_snapshot!(error.help(), @"install OpenSSH 8.2 or newer");
    }

    #[test]
    fn signature_by_another_key_is_not_handed_on() {
        let keys = Keys::new();
        let (ada, _) = keys.make("ada", &["-t", "ed25519"]);
        let (_, grace) = keys.make("grace", &["-t", "ed25519"]);
        let mixed = SigningKey { public: grace, place: Place::File(ada.into()) };
        assert!(matches!(sign(&OpenSsh::default(), &mixed), Err(Error::OtherKey(_))));
    }
}
