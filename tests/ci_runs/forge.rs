//! A forge with one pull request, and clones of it as CI systems make them.

use std::fs;

use crate::support::{Run, TestRepo};

const BUCKET: &str = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";

/// A forge with one pull request: its opener is ada, and grace is the senior.
pub struct Forge {
    pub origin: TestRepo,
    pub dev: TestRepo,
    pub base: String,
    pub head: String,
    pub merge: String,
}

impl Forge {
    pub fn new() -> Self {
        let origin = TestRepo::bare();
        let dev = TestRepo::new();
        let keys = dev.beside("keys").join("grace");
        let made = dev
            .command("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", "grace", "-f"])
            .arg(&keys)
            .status();
        assert!(made.unwrap().success());
        let policy = format!(
            "version = 1\nproject = \"acme/shop\"\nextends = [\"gate:recommended\"]\n\n\
             [people.ada]\nemails = [\"ada@example.com\"]\ngithub = \"ada\"\n\n\
             [people.grace]\nemails = [\"grace@example.com\"]\ngithub = \"grace\"\nkeys = [\"{}\"]\n\n\
             [teams]\nplatform = [\"grace\"]\n\n\
             [sign-off]\nrequired = [{{ team = \"platform\", count = 1 }}]\n",
            fs::read_to_string(keys.with_extension("pub")).unwrap().trim()
        );
        let base = dev.commit_files(&[("gate.toml", &policy), ("infra/main.tf", BUCKET)], "Begin");
        dev.git(&["checkout", "-q", "-b", "feature"]);
        let head =
            dev.commit_files(&[("infra/main.tf", &BUCKET.replace("= \"logs\"", "= \"old-logs\""))], "Rename");
        dev.git(&["checkout", "-q", "main"]);
        dev.git(&["merge", "-q", "--no-ff", "-m", "Merge", "feature"]);
        let merge = dev.rev("HEAD");
        dev.git(&["reset", "-q", "--hard", &base]);
        dev.git(&["remote", "add", "origin", &format!("file://{}", origin.path().display())]);
        let pull = format!("{head}:refs/pull/7/head");
        let merged = format!("{merge}:refs/pull/7/merge");
        dev.git(&["push", "-q", "origin", "main", "feature", &pull, &merged]);
        Self { origin, dev, base, head, merge }
    }

    /// A clone as actions/checkout makes it for a pull request: detached at the merge commit.
    pub fn checkout(&self, depth: u32) -> TestRepo {
        let job = TestRepo::new();
        job.git(&["remote", "add", "origin", &format!("file://{}", self.origin.path().display())]);
        let merge = format!("+{}:refs/remotes/pull/7/merge", self.merge);
        match depth {
            0 => job.git(&[
                "fetch",
                "-q",
                "--no-tags",
                "origin",
                "+refs/heads/*:refs/remotes/origin/*",
                &merge,
            ]),
            depth => job.git(&["fetch", "-q", "--no-tags", &format!("--depth={depth}"), "origin", &merge]),
        };
        job.git(&["checkout", "-q", "--force", "refs/remotes/pull/7/merge"]);
        job
    }

    pub fn sign(&self, job: &TestRepo) {
        let key = self.dev.beside("keys").join("grace").display().to_string();
        self.dev.git(&["fetch", "-q", "origin"]);
        let range = format!("origin/main..{}", self.head);
        let signed = self.dev.gate(&["sign", &range, "--key", &key]);
        assert_eq!(signed.code, 0, "{signed:?}");
        self.dev.git(&["push", "-q", "origin", "refs/notes/gate"]);
        job.git(&["fetch", "-q", "origin", "+refs/notes/gate:refs/notes/gate"]);
    }

    pub fn event(&self, job: &TestRepo, opener: &str) -> String {
        let event = serde_json::json!({
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "user": { "login": opener },
                "base": { "ref": "main", "sha": self.base },
                "head": { "ref": "feature", "sha": self.head },
            },
            "repository": { "default_branch": "main" },
        });
        let path = job.beside("event").join("event.json");
        fs::write(&path, event.to_string()).unwrap();
        path.display().to_string()
    }

    pub fn check(&self, job: &TestRepo, opener: &str, arguments: &[&str]) -> Run {
        let event = self.event(job, opener);
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", &event),
        ];
        job.gate_with(&[&["check"], arguments].concat(), &variables, b"")
    }
}
