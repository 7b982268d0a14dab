//! gate in a CI job: clones as the systems make them, their variables, their doors.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../src/render/schema.rs"]
mod schema;
mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use support::{Run, TestRepo};

const BUCKET: &str = "resource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";

/// A forge with one pull request: its opener is ada, and grace is the senior.
struct Forge {
    origin: TestRepo,
    dev: TestRepo,
    base: String,
    head: String,
    merge: String,
}

impl Forge {
    fn new() -> Self {
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
    fn checkout(&self, depth: u32) -> TestRepo {
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

    fn sign(&self, job: &TestRepo) {
        let key = self.dev.beside("keys").join("grace").display().to_string();
        self.dev.git(&["fetch", "-q", "origin"]);
        let range = format!("origin/main..{}", self.head);
        let signed = self.dev.gate(&["sign", &range, "--key", &key]);
        assert_eq!(signed.code, 0, "{signed:?}");
        self.dev.git(&["push", "-q", "origin", "refs/notes/gate"]);
        job.git(&["fetch", "-q", "origin", "+refs/notes/gate:refs/notes/gate"]);
    }

    fn event(&self, job: &TestRepo, opener: &str) -> String {
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

    fn check(&self, job: &TestRepo, opener: &str, arguments: &[&str]) -> Run {
        let event = self.event(job, opener);
        let variables = [
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_EVENT_PATH", &event),
        ];
        job.gate_with(&[&["check"], arguments].concat(), &variables, b"")
    }
}

#[test]
fn a_pull_request_needs_no_arguments() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let before = forge.check(&job, "ada", &[]);
    assert_eq!(before.code, 1, "{before:?}");
    forge.sign(&job);
    let after = forge.check(&job, "ada", &[]);
    assert_eq!(after.code, 0, "{after:?}");
}

#[test]
fn github_gets_annotations_and_a_summary_by_itself() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let (event, summary) = (forge.event(&job, "ada"), job.beside("temp").join("summary"));
    let summary_path = summary.display().to_string();
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "pull_request"),
        ("GITHUB_EVENT_PATH", &*event),
        ("GITHUB_STEP_SUMMARY", &*summary_path),
    ];
    let run = job.gate_with(&["check"], &variables, b"");
    assert!(run.stdout.contains("\n::error title=gate%3A blocked::"), "{run:?}");
    assert!(fs::read_to_string(&summary).unwrap().starts_with("<!-- gate:report -->\n### gate: blocked\n"));
    let quiet = job.gate_with(&["check", "--format", "human"], &variables, b"");
    assert!(!quiet.stdout.contains("::error"), "{quiet:?}");
    fs::remove_file(&summary).unwrap();
    fs::create_dir(&summary).unwrap();
    assert_eq!(job.gate_with(&["check"], &variables, b"").code, 2);
}

#[test]
fn the_opener_may_not_sign_what_somebody_else_committed() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    forge.sign(&job);
    assert_eq!(forge.check(&job, "grace", &[]).code, 1);
}

#[test]
fn a_shallow_checkout_gets_the_line_to_put_into_the_workflow() {
    let forge = Forge::new();
    let job = forge.checkout(1);
    let run = forge.check(&job, "ada", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr.contains("on GitHub Actions: give actions/checkout `with: { fetch-depth: 0 }`"),
        "{run:?}"
    );
}

#[test]
fn a_clone_whose_target_is_out_of_date_is_refused() {
    let mut forge = Forge::new();
    let job = forge.checkout(0);
    forge.base = forge.dev.commit_files(&[("gate.toml", "version = 1\n")], "Ask for more");
    let run = forge.check(&job, "ada", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("lacks the commit"), "{run:?}");
    forge.dev.git(&["push", "-q", "origin", "main"]);
    job.git(&["fetch", "-q", "origin"]);
    assert_ne!(forge.check(&job, "ada", &[]).code, 2);
}

#[test]
fn a_run_whose_base_is_its_head_is_no_pass() {
    let mut forge = Forge::new();
    forge.head = forge.base.clone();
    let run = forge.check(&forge.checkout(0), "ada", &[]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("both as the target's tip and as the change"), "{run:?}");
}

#[test]
fn a_malformed_event_is_no_verdict() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let event = job.beside("event").join("event.json");
    fs::write(&event, "{\"pull_request\": 1}").unwrap();
    let path = event.display().to_string();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_EVENT_PATH", &*path)];
    let run = job.gate_with(&["check"], &variables, b"");
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("malformed"), "{run:?}");
}

#[test]
fn a_push_to_a_branch_is_judged_whole_and_not_from_the_last_push() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    forge.dev.git(&["checkout", "-q", "feature"]);
    let last = forge.dev.commit_files(&[("README.md", "# Shop\n")], "Say what it is");
    forge.dev.git(&["push", "-q", "origin", "feature"]);
    job.git(&["fetch", "-q", "origin"]);
    let event = serde_json::json!({
        "ref": "refs/heads/feature", "before": forge.head, "after": last, "repository": { "default_branch": "main" },
    });
    let path = job.beside("event").join("event.json");
    fs::write(&path, event.to_string()).unwrap();
    let path = path.display().to_string();
    let variables =
        [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", &*path)];
    assert_eq!(job.gate_with(&["check"], &variables, b"").code, 1);
}

#[test]
fn gitlab_is_read_from_its_variables() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let variables = [
        ("GITLAB_CI", "true"),
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_COMMIT_SHA", &*forge.head),
    ];
    let report = job.gate_with(&["check", "--format", "json"], &variables, b"");
    let report: serde_json::Value = serde_json::from_str(&report.stdout).unwrap();
    assert_eq!(report["change"]["target"], "refs/heads/main");
    assert_eq!(report["change"]["head"], *forge.head);
}

#[test]
fn a_real_report_is_as_the_published_schema_says() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    forge.sign(&job);
    let schema = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    for opener in ["ada", "grace"] {
        let report = forge.check(&job, opener, &["--format", "json"]).stdout;
        let report = serde_json::from_str(&report).unwrap();
        assert_eq!(schema::violations(&schema, &report), Vec::<String>::new());
    }
}

/// The action's steps, in order, as GitHub runs them: what each runs, and with which variables, is read from
/// action.yml. The forge's interface is a program that notes what it was asked.
struct Action<'a> {
    forge: &'a Forge,
    job: &'a TestRepo,
    event: &'static str,
}

/// A step of action.yml.
#[derive(Debug, Default)]
struct Step {
    id: String,
    condition: String,
    run: String,
    env: Vec<(String, String)>,
}

/// Reads the steps of action.yml, and the defaults of its inputs: lines of one form each, or the test fails.
fn action() -> (Vec<Step>, BTreeMap<String, String>) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).unwrap();
    let (head, steps) = text.split_once("\n  steps:\n").unwrap();
    let inputs = head.split_once("\ninputs:\n").unwrap().1.split_once("\noutputs:\n").unwrap().0;
    let mut defaults = BTreeMap::new();
    let mut input = String::new();
    for line in inputs.lines() {
        if let Some(default) = line.strip_prefix("    default: ") {
            defaults.insert(input.clone(), default.trim_matches('"').to_owned());
        } else if let Some(name) = line.strip_prefix("  ").filter(|name| !name.starts_with(' ')) {
            input = name.trim_end_matches(':').to_owned();
        }
    }
    let mut found: Vec<Step> = Vec::new();
    for line in steps.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("    - name: ") {
            found.push(Step::default());
            continue;
        }
        let step = found.last_mut().unwrap();
        let (key, value) = line.trim().split_once(':').unwrap();
        let value = value.trim().to_owned();
        match (line.len() - line.trim_start().len(), key) {
            (6, "id") => step.id = value,
            (6, "if") => step.condition = value,
            (6, "run") => step.run = value,
            (6, "shell") => assert_eq!(value, "bash"),
            (6, "env") => assert_eq!(value, ""),
            (8, name) => step.env.push((name.to_owned(), value)),
            _ => panic!("{line}"),
        }
    }
    (found, defaults)
}

impl Action<'_> {
    fn run(&self) -> (i32, String) {
        let temp = self.job.beside("temp");
        fs::write(temp.join("asked"), "").unwrap();
        let (steps, mut inputs) = action();
        let given = [("install", env!("CARGO_BIN_EXE_gate")), ("status", "gate"), ("comment", "true")];
        inputs.extend(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
        inputs.insert("token".to_owned(), "token".to_owned());
        assert_eq!(
            steps.iter().map(|step| &*step.id).collect::<Vec<_>>(),
            ["install", "fetch", "check", "tell"]
        );
        let mut code = 0;
        for step in &steps {
            // The only condition there is: the answer is told, whatever came of the check.
            let is_told = step.condition == "always() && steps.fetch.outcome == 'success'";
            assert!(step.condition.is_empty() || is_told, "{}", step.condition);
            let env: Vec<_> =
                step.env.iter().map(|(name, value)| (&**name, self.value(value, &inputs))).collect();
            code = self.step(step, &env);
        }
        (code, fs::read_to_string(temp.join("asked")).unwrap())
    }

    /// Evaluates `${{ inputs.x }}` or `${{ steps.x.outputs.y }}`.
    fn value(&self, expression: &str, inputs: &BTreeMap<String, String>) -> String {
        let name = expression.strip_prefix("${{ ").unwrap().strip_suffix(" }}").unwrap();
        if let Some(input) = name.strip_prefix("inputs.") {
            return inputs[input].clone();
        }
        let (step, output) = name.strip_prefix("steps.").unwrap().split_once(".outputs.").unwrap();
        let text = fs::read_to_string(self.job.beside("temp").join(step)).unwrap();
        let start = format!("{output}=");
        text.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or_default().to_owned()
    }

    fn step(&self, step: &Step, variables: &[(&str, String)]) -> i32 {
        let name = &*step.id;
        let temp = self.job.beside("temp");
        fs::write(temp.join(name), "").unwrap();
        let path = format!("{}:{}", self.stub().display(), std::env::var("PATH").unwrap());
        let output = self
            .job
            .command("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", &step.run])
            .env("GITHUB_ACTION_PATH", env!("CARGO_MANIFEST_DIR"))
            .envs([
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_EVENT_NAME", self.event),
                ("GITHUB_REPOSITORY", "acme/shop"),
            ])
            .envs([
                ("GITHUB_SERVER_URL", "file://"),
                ("GITHUB_RUN_ID", "1"),
                ("GITHUB_REF", "refs/pull/7/merge"),
            ])
            .envs([("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("PATH", &path)])
            .env("GITHUB_EVENT_PATH", self.forge.event(self.job, "ada"))
            .env("GITHUB_STEP_SUMMARY", temp.join("summary"))
            .env("GITHUB_OUTPUT", temp.join(name))
            .env("RUNNER_TEMP", &temp)
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .output()
            .unwrap();
        let code = output.status.code().unwrap();
        assert!(code == 0 || name == "tell", "{name}: {output:?}");
        code
    }

    fn stub(&self) -> std::path::PathBuf {
        let bin = self.job.beside("bin");
        let asked = self.job.beside("temp").join("asked");
        let pull = serde_json::json!({ "base": { "ref": "main" }, "head": { "sha": self.forge.head }, "user": { "login": "ada" } });
        let script = format!(
            "#!/bin/sh\necho \"$*\" >>'{}'\ncase \"$*\" in *pulls/7*) echo '{pull}' ;; esac\n",
            asked.display()
        );
        fs::write(bin.join("gh"), script).unwrap();
        self.job.command("chmod").arg("+x").arg(bin.join("gh")).status().unwrap();
        bin
    }
}

#[test]
fn the_action_turns_green_when_the_change_is_signed() {
    let forge = Forge::new();
    for (event, depth) in [("pull_request", 1), ("pull_request_target", 0)] {
        let job = forge.checkout(depth);
        let action = Action { forge: &forge, job: &job, event };
        let (code, asked) = action.run();
        if event == "pull_request" {
            assert_eq!(code, 1, "{asked}");
            let status = format!("repos/acme/shop/statuses/{} -f state=failure -f context=gate", forge.head);
            assert!(asked.contains(&status), "{asked}");
            assert!(asked.contains("blocked: 1 signature missing"), "{asked}");
            assert!(asked.contains("issues/7/comments -F body=@"), "{asked}");
            forge.sign(&job);
        }
        let (code, asked) = action.run();
        assert_eq!(code, 0, "{asked}");
        assert!(asked.contains("state=success"), "{asked}");
    }
}

#[test]
fn a_run_started_by_hand_has_the_pull_request_looked_up() {
    let forge = Forge::new();
    let job = forge.checkout(1);
    let (code, asked) = Action { forge: &forge, job: &job, event: "workflow_dispatch" }.run();
    assert_eq!(code, 1, "{asked}");
    assert!(asked.starts_with("api repos/acme/shop/pulls/7\n"), "{asked}");
    assert!(asked.contains(&format!("statuses/{} -f state=failure", forge.head)), "{asked}");
}
