//! What can go wrong when something is to be signed, and the ways out.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::key::{KeyError, SignatureError};

/// Why nothing was signed.
#[derive(Debug, Error)]
pub enum Error {
    /// OpenSSH is not installed.
    #[error("`{0}` is not there")]
    NoProgram(String),
    /// One of its programs could not be run.
    #[error("`{program}` can't be run")]
    Run {
        /// The program.
        program: String,
        /// Why.
        source: io::Error,
    },
    /// The folder for what is to be signed can't be used.
    #[error("the temporary files for signing can't be written or read")]
    Folder(#[source] io::Error),
    /// The key file can't be read.
    #[error("the key `{}` can't be read", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key can't sign off.
    #[error("the key `{name}` can't sign off")]
    Key {
        /// The file, or what else it was named by.
        name: String,
        /// Why.
        source: KeyError,
    },
    /// The file holds no key that can be told.
    #[error("`{}` is no SSH key", .0.display())]
    NoKey(PathBuf),
    /// No key was named, and there is no agent to ask.
    #[error("there is no key to sign with: none is named, and no ssh-agent answers")]
    NoAgent,
    /// No key was named, and the agent has none that the policy knows.
    #[error("there is no key to sign with: none of the {0} keys of the ssh-agent is in the policy")]
    NoneKnown(usize),
    /// The agent has keys of several people.
    #[error("the ssh-agent has keys of several people: {0}")]
    Ambiguous(String),
    /// The private key can be read by others, so OpenSSH does not touch it.
    #[error("`{}` can be read by other users, so ssh-keygen refuses it", .0.display())]
    Permissions(PathBuf),
    /// The passphrase was wrong, or could not be asked for.
    #[error("the passphrase of `{}` was wrong, or there was no terminal to ask for it", .0.display())]
    Passphrase(PathBuf),
    /// There is no private half.
    #[error("the private half of `{}` is neither beside it nor with an ssh-agent", .0.display())]
    NoPrivate(PathBuf),
    /// The agent or the security key said no.
    #[error("the signature was refused: {0}")]
    Refused(String),
    /// ssh-keygen is older than signatures.
    #[error("this ssh-keygen is too old to sign")]
    TooOld,
    /// Something else that ssh-keygen says.
    #[error("ssh-keygen did not sign: {0}")]
    Failed(String),
    /// What was signed does not verify.
    #[error("the signature that was made does not verify")]
    Unverified(#[source] SignatureError),
    /// Another key signed.
    #[error("ssh-keygen signed with another key than {0}")]
    OtherKey(String),
}

impl Error {
    /// Returns the way out.
    pub fn help(&self) -> String {
        const NAME_ONE: &str = "name one with `--key ~/.ssh/id_ed25519`, or set git's `user.signingkey`";
        match self {
            Self::NoProgram(_) | Self::Run { .. } => "install OpenSSH 8.2 or newer".to_owned(),
            Self::TooOld => "OpenSSH 8.2 or newer signs".to_owned(),
            Self::Folder(_) => "is there room, and is `TMPDIR` a folder of yours?".to_owned(),
            Self::File { .. } | Self::NoKey(_) => NAME_ONE.to_owned(),
            Self::Key { source, .. } => source.help().to_owned(),
            Self::NoAgent => format!("{NAME_ONE}, or start an agent and `ssh-add` a key"),
            Self::NoneKnown(_) => {
                format!("`ssh-add` the key that gate.toml has under your name, or {NAME_ONE}")
            }
            Self::Ambiguous(_) => NAME_ONE.to_owned(),
            Self::Permissions(path) => format!("chmod 600 {}", path.display()),
            Self::Passphrase(path) => format!("try again, or `ssh-add {}` first", path.display()),
            Self::NoPrivate(path) => {
                let path = path.with_extension("");
                format!("`ssh-add {}`, or name the private key with `--key`", path.display())
            }
            Self::Refused(_) => "confirm the request, or touch the security key when it blinks".to_owned(),
            Self::Failed(_) => "`ssh-keygen -Y sign` by hand tells more".to_owned(),
            Self::Unverified(SignatureError::Untouched) => {
                "sign-offs need a touch: make a key without `no-touch-required`".to_owned()
            }
            Self::Unverified(_) | Self::OtherKey(_) => {
                "nothing was recorded; is `ssh-keygen` OpenSSH's own?".to_owned()
            }
        }
    }

    /// Tells what ssh-keygen means by what it says.
    pub(super) fn of_signing(key: &Path, said: &str) -> Self {
        let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
        let key = key.to_owned();
        if says(&["UNPROTECTED PRIVATE KEY", "bad permissions"]) {
            return Self::Permissions(key);
        }
        if says(&["incorrect passphrase", "passphrase"]) {
            return Self::Passphrase(key);
        }
        if says(&["agent refused", "refused operation", "device not found", "FIDO", "sk_sign"]) {
            return Self::Refused(last_line(said));
        }
        if says(&["illegal option", "unknown option", "invalid option"]) {
            return Self::TooOld;
        }
        if says(&["No private key found"]) {
            return Self::NoPrivate(key);
        }
        Self::Failed(last_line(said))
    }
}

/// Returns the last thing that was said: it is the most telling.
fn last_line(said: &str) -> String {
    let line = said.lines().rev().map(str::trim).find(|line| !line.is_empty());
    line.unwrap_or("it did not say why").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ssh_keygen_says_is_understood() {
        let said = [
            "@@@\n@  WARNING: UNPROTECTED PRIVATE KEY FILE!  @\nLoad key \"k\": bad permissions\r\n",
            "Load key \"k\": incorrect passphrase supplied to decrypt private key\n",
            "Couldn't sign message: agent refused operation\nSigning m failed: agent refused operation\n",
            "Couldn't sign message: device not found\n",
            "unknown option -- Y\nusage: ssh-keygen\n",
            "No private key found for \"k\"\n",
            "the disk is on fire\n\n",
            "",
        ]
        .map(|said| {
            let error = Error::of_signing(Path::new("k.pub"), said);
            format!("{error}\n  {}", error.help())
        });
        insta::assert_snapshot!(said.join("\n"), @r#"
        `k.pub` can be read by other users, so ssh-keygen refuses it
          chmod 600 k.pub
        the passphrase of `k.pub` was wrong, or there was no terminal to ask for it
          try again, or `ssh-add k.pub` first
        the signature was refused: Signing m failed: agent refused operation
          confirm the request, or touch the security key when it blinks
        the signature was refused: Couldn't sign message: device not found
          confirm the request, or touch the security key when it blinks
        this ssh-keygen is too old to sign
          OpenSSH 8.2 or newer signs
        the private half of `k.pub` is neither beside it nor with an ssh-agent
          `ssh-add k`, or name the private key with `--key`
        ssh-keygen did not sign: the disk is on fire
          `ssh-keygen -Y sign` by hand tells more
        ssh-keygen did not sign: it did not say why
          `ssh-keygen -Y sign` by hand tells more
        "#);
    }
}
