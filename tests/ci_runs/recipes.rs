//! The lines that the pages tell people to put into their configuration, run as they stand there.

use std::fs;
use std::path::Path;

use crate::forge::Forge;
use crate::support::TestRepo;

fn page(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The lines for any system, of which the pages of the others are spellings.
fn any_system() -> String {
    let page = page("docs/doors/other-ci.md");
    page.split("```sh\n").nth(1).unwrap().split("```").next().unwrap().to_owned()
}

/// The `script` of a GitLab job: a line each, or a block of lines.
fn gitlab(text: &str) -> String {
    let script = text.split("\n  script:\n").nth(1).unwrap();
    let lines = script.lines().take_while(|line| line.starts_with("    "));
    lines
        .map(|line| line.strip_prefix("    - ").unwrap_or(line))
        .filter(|line| *line != "|")
        .fold(String::new(), |script, line| script + line + "\n")
}

/// What a job has: the change checked out, and of the target what was there when the runner first cloned.
fn job(forge: &Forge) -> TestRepo {
    let job = TestRepo::new();
    job.git(&["remote", "add", "origin", &format!("file://{}", forge.origin.path().display())]);
    job.git(&["fetch", "-q", "--no-tags", "origin", "+refs/pull/7/head:refs/pull/head"]);
    job.git(&["checkout", "-q", "refs/pull/head"]);
    job
}

/// Runs it as the systems do, which stop at the first line that fails; returns the status and what was said.
fn run(job: &TestRepo, script: &str, variables: &[(&str, &str)]) -> (i32, String) {
    let own = Path::new(env!("CARGO_BIN_EXE_gate")).parent().unwrap().display().to_string();
    let path = format!("{own}:{}", std::env::var("PATH").unwrap());
    let mut command = job.command("sh");
    command.args(["-e", "-c", script]).env("PATH", path).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    (output.status.code().unwrap(), said)
}

fn turns_green(script: &str, variables: impl Fn(&Forge) -> Vec<(&'static str, String)>) {
    let forge = Forge::new();
    let own = variables(&forge);
    let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let one = job(&forge);
    let (code, said) = run(&one, script, &own);
    assert_eq!(code, 1, "nobody has signed, so there is no such ref: {said}\n{script}");
    assert!(said.contains("infra/main.tf"), "{said}");
    forge.sign(&one);
    let (code, said) = run(&job(&forge), script, &own);
    assert_eq!(code, 0, "a fresh clone brings the sign-off: {said}\n{script}");
    // What can't be fetched ends the job, for objections would be lost with it.
    let broken = job(&forge);
    let lost = forge.origin.rev("refs/notes/gate");
    let (folder, file) = lost.split_at(2);
    fs::remove_file(forge.origin.path().join("objects").join(folder).join(file)).unwrap();
    let (code, said) = run(&broken, script, &own);
    assert!(code != 0 && !said.contains("pass"), "{code}: {said}\n{script}");
}

#[test]
fn the_three_lines_for_any_system() {
    turns_green(&any_system(), |forge| {
        vec![
            ("TARGET", "main".to_owned()),
            ("JENKINS_URL", "https://ci.acme.dev/".to_owned()),
            ("CHANGE_ID", "7".to_owned()),
            ("CHANGE_TARGET", "main".to_owned()),
            ("CHANGE_AUTHOR", "ada".to_owned()),
            ("GIT_COMMIT", forge.head.clone()),
        ]
    });
}

#[test]
fn the_template_and_the_page_of_gitlab() {
    let by_hand = page("docs/doors/gitlab.md");
    // GitLab puts the inputs in before it reads the rest.
    let template = page("templates/gate.yml").replace("$[[ inputs.advisory ]]", "false");
    for script in [gitlab(&template), gitlab(by_hand.split("or by hand:").nth(1).unwrap())] {
        turns_green(&script, |forge| {
            vec![
                ("GITLAB_CI", "true".to_owned()),
                ("CI_PIPELINE_SOURCE", "merge_request_event".to_owned()),
                ("CI_MERGE_REQUEST_IID", "7".to_owned()),
                ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main".to_owned()),
                ("CI_COMMIT_SHA", forge.head.clone()),
                // What whoever starts a pipeline might like to set.
                ("GATE_ADVISORY", "true".to_owned()),
            ]
        });
    }
}
