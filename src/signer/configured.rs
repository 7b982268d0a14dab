//! The signing key that the user has told git of.

use std::io;
use std::path::Path;
use std::process::Command;

use super::Error;

/// Returns git's `user.signingkey` where `gpg.format` is `ssh`; `None` where there is none, or no git.
pub fn configured(git_dir: &Path) -> Result<Option<String>, Error> {
    let Some(format) = setting(git_dir, "gpg.format")? else { return Ok(None) };
    if format != "ssh" {
        return Ok(None);
    }
    setting(git_dir, "user.signingkey")
}

/// Returns the name and the address that the user's commits have; empty where git knows none.
pub fn user(git_dir: &Path) -> Result<(String, String), Error> {
    let name = setting(git_dir, "user.name")?.unwrap_or_default();
    Ok((name, setting(git_dir, "user.email")?.unwrap_or_default()))
}

fn setting(git_dir: &Path, name: &str) -> Result<Option<String>, Error> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(git_dir).args(["config", "--get", name]);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(Error::Run { program: "git".to_owned(), source }),
    };
    let value = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    // git ends with 1 where nothing is set; anything it can't read is no key either.
    Ok(Some(value).filter(|value| output.status.success() && !value.is_empty()))
}
