//! The GitHub action: its steps as GitHub runs them, and what the forge is told.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::forge::Forge;
use crate::support::TestRepo;

/// The branch that a merge queue makes.
const QUEUE: &str = "refs/heads/gh-readonly-queue/main/pr-7";

/// The action's steps, in order, as GitHub runs them: what each runs, and with which variables, is read from
/// action.yml. The forge's interface is a program that notes what it was asked.
struct Action<'a> {
    forge: &'a Forge,
    job: &'a TestRepo,
    event: &'static str,
    /// The branch that the pull request is for.
    branch: &'a str,
    /// Whether the token may write: of a review of a fork's pull request it may not.
    may_write: bool,
}

/// What came of a run: the job's status, what the forge was asked, and what the log shows.
struct Told {
    code: i32,
    asked: String,
    log: String,
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

impl<'a> Action<'a> {
    fn new(forge: &'a Forge, job: &'a TestRepo, event: &'static str) -> Self {
        Self { forge, job, event, branch: "main", may_write: true }
    }

    fn run(&self) -> Told {
        let temp = self.job.beside("temp");
        fs::write(temp.join("asked"), "").unwrap();
        let (steps, mut inputs) = action();
        let given = [("install", env!("CARGO_BIN_EXE_gate")), ("status", "gate"), ("comment", "true")];
        inputs.extend(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
        inputs.insert("token".to_owned(), "token".to_owned());
        if self.event == "workflow_dispatch" {
            inputs.insert("pull-request".to_owned(), "7".to_owned());
        }
        assert_eq!(
            steps.iter().map(|step| &*step.id).collect::<Vec<_>>(),
            ["fetch", "install", "check", "tell"]
        );
        let (mut code, mut log) = (0, String::new());
        for step in &steps {
            // A step of the second kind also runs after one that failed, once it is known which commit it is about.
            let is_told = match &*step.condition {
                "" => false,
                "always() && steps.fetch.outputs.head != ''" => true,
                other => panic!("{other}"),
            };
            let of_fetch = "${{ steps.fetch.outputs.head }}";
            if is_told && self.value(of_fetch, &inputs).is_empty() || !is_told && code != 0 {
                fs::write(temp.join(&step.id), "").unwrap();
                continue;
            }
            let env: Vec<_> =
                step.env.iter().map(|(name, value)| (&**name, self.value(value, &inputs))).collect();
            code = code.max(self.step(step, &env, &mut log));
        }
        Told { code, asked: fs::read_to_string(temp.join("asked")).unwrap(), log }
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

    fn step(&self, step: &Step, variables: &[(&str, String)], log: &mut String) -> i32 {
        let name = &*step.id;
        let temp = self.job.beside("temp");
        fs::write(temp.join(name), "").unwrap();
        let event = self.job.beside("event").join("event.json");
        fs::write(&event, self.payload().to_string()).unwrap();
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
                ("GITHUB_REF", self.reference()),
            ])
            .envs([("RUNNER_OS", "Linux"), ("RUNNER_ARCH", "X64"), ("PATH", &path)])
            .env("GITHUB_EVENT_PATH", event)
            .env("GITHUB_STEP_SUMMARY", temp.join("summary"))
            .env("GITHUB_OUTPUT", temp.join(name))
            .env("RUNNER_TEMP", &temp)
            .envs(variables.iter().map(|(name, value)| (*name, value)))
            .output()
            .unwrap();
        log.push_str(&String::from_utf8_lossy(&output.stdout));
        log.push_str(&String::from_utf8_lossy(&output.stderr));
        output.status.code().unwrap()
    }

    /// What the forge says of the event, with the fields that real ones have.
    fn payload(&self) -> Value {
        let forge = self.forge;
        let pull = json!({
            "number": 7,
            "user": { "login": "ada" },
            "base": { "ref": self.branch, "sha": forge.base },
            "head": { "ref": "feature", "sha": forge.head },
        });
        let repository = json!({ "default_branch": "main" });
        match self.event {
            "workflow_dispatch" => {
                json!({ "inputs": { "pull-request": "7" }, "ref": "refs/heads/main", "repository": repository })
            }
            "issue_comment" => json!({
                "action": "created",
                "issue": { "number": 7, "user": { "login": "ada" }, "pull_request": { "url": "https://api.example/pulls/7" } },
                "comment": { "body": "/gate recheck", "user": { "login": "grace" } },
                "repository": repository,
            }),
            "merge_group" => json!({
                "action": "checks_requested",
                "merge_group": { "base_ref": "refs/heads/main", "base_sha": forge.base, "head_ref": QUEUE, "head_sha": forge.merge },
                "repository": repository,
            }),
            "pull_request_review" => {
                json!({ "action": "submitted", "review": { "state": "approved" }, "pull_request": pull, "repository": repository })
            }
            "push" => json!({
                "ref": "refs/heads/feature", "before": forge.base, "after": forge.head, "repository": repository,
            }),
            _ => {
                json!({ "action": "synchronize", "number": 7, "pull_request": pull, "repository": repository })
            }
        }
    }

    fn reference(&self) -> &'static str {
        match self.event {
            "pull_request" | "pull_request_review" => "refs/pull/7/merge",
            "merge_group" => QUEUE,
            "push" => "refs/heads/feature",
            _ => "refs/heads/main",
        }
    }

    /// The commit that the answer belongs to.
    fn head(&self) -> &str {
        if self.event == "merge_group" { &self.forge.merge } else { &self.forge.head }
    }

    fn stub(&self) -> std::path::PathBuf {
        let bin = self.job.beside("bin");
        let asked = self.job.beside("temp").join("asked");
        let pull = json!({ "base": { "ref": self.branch }, "head": { "sha": self.forge.head }, "user": { "login": "ada" } });
        let refuse = if self.may_write { "" } else { "*statuses/* | *comments*) exit 1 ;;" };
        let script = format!(
            "#!/bin/sh\necho \"$*\" >>'{}'\ncase \"$*\" in *pulls/7*) echo '{pull}' ;; {refuse} esac\n",
            asked.display()
        );
        fs::write(bin.join("gh"), script).unwrap();
        self.job.command("chmod").arg("+x").arg(bin.join("gh")).status().unwrap();
        bin
    }
}

impl Told {
    /// Asserts that the status of this name was set, and the job ended as it says.
    #[track_caller]
    fn is(&self, code: i32, head: &str, state: &str, context: &str) {
        assert_eq!(self.code, code, "{}\n{}", self.asked, self.log);
        let status = format!("repos/acme/shop/statuses/{head} -f state={state} -f context={context} -f ");
        assert!(self.asked.contains(&status), "no `{status}` in {}\n{}", self.asked, self.log);
    }
}

#[test]
fn the_action_turns_green_when_the_change_is_signed() {
    let forge = Forge::new();
    forge.origin.git(&["update-ref", QUEUE, &forge.merge]);
    let events = [
        ("pull_request", 1),
        ("pull_request", 0),
        ("pull_request_target", 1),
        ("pull_request_review", 1),
        ("workflow_dispatch", 1),
        ("issue_comment", 0),
        ("merge_group", 1),
    ];
    let jobs: Vec<_> = events.iter().map(|(event, depth)| (*event, forge.checkout(*depth))).collect();
    for (event, job) in &jobs {
        let action = Action::new(&forge, job, event);
        let told = action.run();
        told.is(1, action.head(), "failure", "gate/main");
        assert!(told.asked.contains("description=blocked: 1 signature missing"), "{event}: {}", told.asked);
        let comments = told.asked.contains("issues/7/comments -F body=@");
        assert_eq!(comments, *event != "merge_group", "{event}: {}", told.asked);
        let looked_up = told.asked.starts_with("api repos/acme/shop/pulls/7\n");
        assert_eq!(looked_up, ["workflow_dispatch", "issue_comment"].contains(event), "{event}");
    }
    forge.sign(&jobs[0].1);
    for (event, job) in &jobs {
        let action = Action::new(&forge, job, event);
        action.run().is(0, action.head(), "success", "gate/main");
    }
}

#[test]
fn a_pull_request_of_the_same_commit_to_another_branch_has_a_status_of_its_own() {
    let forge = Forge::new();
    let head = format!("{}:refs/heads/scratch", forge.head);
    forge.dev.git(&["push", "-q", "origin", &head, &format!("{}:refs/heads/Main", forge.base)]);
    let job = forge.checkout(0);
    let mut action = Action::new(&forge, &job, "pull_request_target");
    action.run().is(1, &forge.head, "failure", "gate/main");
    action.branch = "Main";
    let told = action.run();
    assert!(told.asked.contains("-f context=gate/Main~"), "a name in nothing but case: {}", told.asked);
    assert!(!told.asked.contains("-f context=gate/main "), "{}", told.asked);
    action.branch = "scratch";
    assert!(!action.run().asked.contains("context=gate/main"));
}

#[test]
fn a_push_says_nothing_of_a_pull_request() {
    let forge = Forge::new();
    let job = forge.checkout(1);
    Action::new(&forge, &job, "push").run().is(1, &forge.head, "failure", "gate/feature");
}

#[test]
fn a_token_that_only_reads_leaves_the_status_and_says_what_to_do() {
    let forge = Forge::new();
    let job = forge.checkout(1);
    let action = Action { may_write: false, ..Action::new(&forge, &job, "pull_request_review") };
    let told = action.run();
    assert_eq!(told.code, 1, "{}", told.log);
    assert!(told.log.contains("comment /gate recheck"), "{}", told.log);
}

#[test]
fn what_can_not_be_fetched_is_an_error_and_not_the_old_answer() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let action = Action::new(&forge, &job, "pull_request_target");
    action.run().is(1, &forge.head, "failure", "gate/main");
    forge.origin.git(&["update-ref", "-d", "refs/pull/7/head"]);
    forge.origin.git(&["update-ref", "-d", "refs/heads/feature"]);
    let told = action.run();
    assert!(told.code != 0 && told.code != 1, "{}", told.log);
    told.is(told.code, &forge.head, "error", "gate/main");
}

#[test]
fn an_event_that_names_no_change_is_an_error() {
    let forge = Forge::new();
    let job = forge.checkout(0);
    let told = Action::new(&forge, &job, "schedule").run();
    assert_eq!(told.code, 2, "{}", told.log);
}
