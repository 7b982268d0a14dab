//! Keys in a temporary folder, and an agent of a test's own.

use std::fs;
use std::process::Command;

use tempfile::TempDir;

use super::OpenSsh;
use crate::key::PublicKey;

/// A folder for keys.
pub struct Keys(TempDir);

impl Keys {
    /// Makes the folder.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder for keys"))
    }

    /// Returns the path of a file in the folder.
    pub fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("a plain path").to_owned()
    }

    /// Writes a file, and returns its path.
    pub fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).expect("a file is written");
        self.path(name)
    }

    /// Makes a key with `ssh-keygen`, and returns the path of the private half and the public one.
    pub fn make(&self, name: &str, how: &[&str]) -> (String, PublicKey) {
        let (path, line) = self.make_line(name, how);
        (path, PublicKey::parse(&line).expect("a good key"))
    }

    /// Makes a key that need not be a good one, and returns the line of the public half.
    pub fn make_line(&self, name: &str, how: &[&str]) -> (String, String) {
        let path = self.path(name);
        let mut command = Command::new("ssh-keygen");
        command.args(["-q", "-C", name, "-f", &path]).args(how);
        if !how.contains(&"-N") {
            command.args(["-N", ""]);
        }
        assert!(command.status().expect("ssh-keygen runs").success(), "{how:?}");
        let line = fs::read_to_string(format!("{path}.pub")).expect("the public half");
        (path, line)
    }
}

/// A running agent, until it is dropped.
pub struct Agent {
    /// The programs that ask this agent.
    pub ssh: OpenSsh,
    pid: String,
}

impl Agent {
    /// Starts an agent with these keys.
    pub fn new(keys: &Keys, paths: &[&str]) -> Self {
        let socket = keys.path("agent");
        let started = Command::new("ssh-agent").args(["-s", "-a", &socket]).output().expect("an agent runs");
        let said = String::from_utf8(started.stdout).expect("text");
        let pid = said.split("SSH_AGENT_PID=").nth(1).and_then(|rest| rest.split(';').next());
        let pid = pid.expect("the agent's number").to_owned();
        let agent = Self { ssh: OpenSsh { agent: Some(socket.into()), ..OpenSsh::default() }, pid };
        let socket = agent.ssh.agent.as_deref().expect("a socket");
        let added = Command::new("ssh-add").arg("-q").args(paths).env("SSH_AUTH_SOCK", socket).status();
        assert!(added.expect("ssh-add runs").success());
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(Command::new("kill").arg(&self.pid).status());
    }
}
