//! Runs OpenSSH's programs, and listens to what they say.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};

use super::{Error, OpenSsh};

/// The most that is read of what a program says.
const MAX_SAID: u64 = 1024 * 1024;
/// What ssh-keygen says of files that are gate's own.
const CHATTER: [&str; 3] = ["Signing file ", "Write signature to ", "Signing data on "];

/// What a program said.
pub(super) struct Said {
    pub success: bool,
    pub code: Option<i32>,
    pub output: String,
    pub errors: String,
}

impl OpenSsh {
    /// Runs a program to its end; its errors also go to `notices`, as they come.
    pub(super) fn run(
        &self,
        program: &OsStr,
        arguments: impl IntoIterator<Item = OsString>,
        notices: &mut dyn Write,
    ) -> Result<Said, Error> {
        let name = program.to_string_lossy().into_owned();
        let failed = |source: io::Error| {
            if source.kind() == io::ErrorKind::NotFound {
                return Error::NoProgram(name.clone());
            }
            Error::Run { program: name.clone(), source }
        };
        let mut command = Command::new(program);
        command.args(arguments).env("LC_ALL", "C");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(agent) = &self.agent {
            command.env("SSH_AUTH_SOCK", agent);
        }
        let mut child = command.spawn().map_err(failed)?;
        let errors = child.stderr.take().map(|stream| listen(stream, notices)).transpose().map_err(failed)?;
        // Little is written here, so it waited in the pipe meanwhile.
        let mut output = Vec::new();
        if let Some(stream) = child.stdout.take() {
            stream.take(MAX_SAID).read_to_end(&mut output).map_err(failed)?;
        }
        let status = child.wait().map_err(failed)?;
        Ok(Said {
            success: status.success(),
            code: status.code(),
            output: String::from_utf8_lossy(&output).into_owned(),
            errors: errors.unwrap_or_default(),
        })
    }
}

/// Passes on each line as it comes, and returns all of them.
fn listen(stream: impl Read, notices: &mut dyn Write) -> io::Result<String> {
    let mut said = String::new();
    let mut line = Vec::new();
    let mut reader = BufReader::new(stream.take(MAX_SAID));
    while reader.read_until(b'\n', &mut line)? > 0 {
        let text = String::from_utf8_lossy(&line);
        if !CHATTER.iter().any(|start| text.starts_with(start)) {
            // Whether anybody reads along does not matter for the signature.
            drop(notices.write_all(text.as_bytes()));
            said.push_str(&text);
        }
        line.clear();
    }
    Ok(said)
}
