//! The shop that the stories happen in: people with keys, a policy, a change.

use std::fs;
use std::path::PathBuf;

use regex::Regex;

use crate::support::{GRACE, Run, TestRepo};

pub const BUCKET: &str = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";
pub const QUEUE: &str = "resource \"aws_sqs_queue\" \"mail\" {\n  name = \"mail\"\n}\n";
pub const APP: &str = "def total(items):\n    return sum(items)\n";

/// One senior of the platform team must sign.
pub const ONE_TEAM: &str = "[teams]\nplatform = [\"grace\", \"linus\"]\n\n\
    [sign-off]\nrequired = [{ team = \"platform\", count = 1 }]\n";

/// A repository with people, of which ada writes the changes.
pub struct Shop {
    pub repo: TestRepo,
    keys: PathBuf,
}

impl Shop {
    /// Puts `rules` behind the people in gate.toml, on `main`, and checks out the branch `feature`.
    pub fn new(rules: &str) -> Self {
        let shop = Self::empty();
        shop.begin(rules);
        shop
    }

    /// Makes a repository without a commit, and the keys.
    pub fn empty() -> Self {
        let repo = TestRepo::new();
        let keys = repo.beside("keys");
        let shop = Self { repo, keys };
        for name in ["ada", "grace", "linus", "mary"] {
            shop.make_key(name);
        }
        shop
    }

    pub fn begin(&self, rules: &str) {
        self.repo.write("gate.toml", self.policy(rules));
        self.repo.write("infra/main.tf", BUCKET);
        self.repo.write("infra/queue.tf", QUEUE);
        self.repo.write("app.py", APP);
        self.repo.commit_as(GRACE, "Begin");
        self.repo.git(&["switch", "-q", "-c", "feature"]);
    }

    /// Returns a gate.toml with the people and these rules.
    pub fn policy(&self, rules: &str) -> String {
        let mut text =
            "version = 1\nproject = \"acme/shop\"\nextends = [\"gate:recommended\"]\n\n".to_owned();
        for name in ["ada", "grace", "linus", "mary"] {
            let key = self.public(name);
            text.push_str(&format!(
                "[people.{name}]\nemails = [\"{name}@example.com\"]\nkeys = [\"{key}\"]\n\n"
            ));
        }
        text + rules
    }

    pub fn make_key(&self, name: &str) {
        let file = self.key(name);
        let mut command = self.repo.command("ssh-keygen");
        command.args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", &file]);
        assert!(command.status().unwrap().success());
    }

    /// Returns the file of somebody's secret key.
    pub fn key(&self, name: &str) -> String {
        self.keys.join(name).display().to_string()
    }

    pub fn public(&self, name: &str) -> String {
        fs::read_to_string(format!("{}.pub", self.key(name))).unwrap().trim().to_owned()
    }

    pub fn gate(&self, args: &[&str]) -> Run {
        self.repo.gate(args)
    }

    /// Runs a command that signs, with somebody's key.
    pub fn by(&self, name: &str, args: &[&str]) -> Run {
        self.by_in(&self.repo, name, args)
    }

    /// The same in a clone.
    pub fn by_in(&self, repo: &TestRepo, name: &str, args: &[&str]) -> Run {
        let key = self.key(name);
        let mut all = args.to_vec();
        all.extend(["--key", &key]);
        repo.gate(&all)
    }

    /// Lets ada rename the bucket, which is architectural.
    pub fn rename_bucket(&self) -> String {
        let text = BUCKET.replace("= \"logs\"", "= \"old-logs\"");
        self.repo.commit_files(&[("infra/main.tf", &text)], "Rename the bucket")
    }

    /// Lets ada do the same to the queue.
    pub fn rename_queue(&self) -> String {
        let text = QUEUE.replace("= \"mail\"", "= \"post\"");
        self.repo.commit_files(&[("infra/queue.tf", &text)], "Rename the queue")
    }

    /// Returns where the notes are, or nothing.
    pub fn notes(&self) -> String {
        self.repo.git(&["for-each-ref", "--format=%(objectname)", "refs/notes/gate"])
    }
}

/// Returns the answer of a command that must end with this status.
pub fn said(run: &Run, code: i32) -> String {
    assert_eq!(run.code, code, "{}{}", run.stdout, run.stderr);
    plain(&format!("{}{}", run.stdout, run.stderr))
}

/// Returns the message of a command that could not tell, and has printed no answer.
pub fn refused(run: &Run) -> String {
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout, "", "an answer and an error");
    plain(&run.stderr)
}

/// Puts words in the place of what differs from run to run.
pub fn plain(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, word) in [
        (r"AAAAC3Nza[A-Za-z0-9+/]+…?", "[key]"),
        (r"SHA256:[A-Za-z0-9+/]{43}", "[fingerprint]"),
        (r"\b[0-9a-f]{10,64}\b", "[id]"),
        (r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z", "[time]"),
        (r"\d{4}-\d\d-\d\d\b", "[day]"),
        (r"(file://)?/[^ `:']*/\.tmp[^/ `:']*", "[tmp]"),
    ] {
        text = Regex::new(pattern).unwrap().replace_all(&text, word).into_owned();
    }
    text.trim_end().to_owned()
}

/// Asserts that a text holds each of these.
#[track_caller]
pub fn has(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "no `{word}` in:\n{text}");
    }
}
