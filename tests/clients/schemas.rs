//! Validators of others: of the configuration in the pages, and of what gate writes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::client::{asked, ran, snippets, went_well};
use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop};

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every piece of configuration that is ours, with the name of the schema that it has to meet.
fn pieces() -> Vec<(&'static str, String)> {
    let mut pieces = Vec::new();
    for file in [".github/workflows/ci.yml", ".github/workflows/release.yml"] {
        pieces.push(("github-workflows", fs::read_to_string(root(file)).unwrap()));
    }
    pieces.push(("github-actions", fs::read_to_string(root("action.yml")).unwrap()));
    // GitLab reads the inputs first, and then the rest with each of them put in.
    let template = fs::read_to_string(root("templates/gate.yml")).unwrap();
    pieces.push(("gitlab-ci", template.split_once("\n---\n").unwrap().1.to_owned()));
    for (schema, page, heading) in [
        ("github-workflows", "github", "The workflow"),
        ("gitlab-ci", "gitlab", "The job"),
        ("gitlab-ci", "gitlab", "Who opened it"),
        ("azure-pipelines", "other-ci", "Azure Pipelines"),
        ("bitbucket-pipelines", "other-ci", "Bitbucket Pipelines"),
        ("buildkite", "other-ci", "Buildkite"),
        ("circle-ci", "other-ci", "CircleCI"),
        ("woodpecker-ci", "other-ci", "Woodpecker"),
        ("drone-ci", "other-ci", "Drone"),
    ] {
        let found = snippets(&format!("docs/doors/{page}.md"), heading, "yaml");
        pieces.extend(found.into_iter().map(|text| (schema, text)));
    }
    pieces
}

#[test]
fn the_configuration_of_every_page_meets_its_schema() {
    if !asked("check-jsonschema", &["check-jsonschema"]) {
        return;
    }
    let repo = TestRepo::new();
    for (schema, text) in pieces() {
        repo.write("piece.yml", &text);
        let builtin = format!("vendor.{schema}");
        let arguments = ["--builtin-schema", &builtin, "piece.yml"];
        let (well, said) = ran(repo.command("check-jsonschema").args(arguments));
        assert!(well, "{schema}: {said}\n{text}");
        eprintln!("{schema}: {}", said.trim());
    }
}

#[test]
fn the_workflows_pass_a_linter_of_workflows() {
    if !asked("actionlint", &["actionlint"]) {
        return;
    }
    let repo = TestRepo::new();
    for (number, (schema, text)) in pieces().into_iter().enumerate() {
        if schema == "github-workflows" {
            repo.write(&format!(".github/workflows/{number}.yml"), text);
        }
    }
    went_well(repo.command("actionlint").arg("-verbose"));
}

/// `GATE_SCHEMAS` is a folder with the schemas under these names; they are others' and not kept here.
#[test]
fn what_is_written_meets_the_published_schemas() {
    if !asked("schemas", &["check-jsonschema", "xmllint"]) {
        return;
    }
    let folder = std::env::var("GATE_SCHEMAS").expect(
        "GATE_SCHEMAS names a folder with sarif.json, rdjson.json, junit-jenkins.xsd and junit-ant.xsd",
    );
    let shop = Shop::new(ONE_TEAM);
    for path in ["a]]>&b <i>.tf", "b\nc%0A::error::.tf", "docs/\u{202e}x.md", "infra/\u{1b}[2J.tf"] {
        shop.repo.write(path, "resource \"aws_s3_bucket\" \"a\" {\n  bucket = \"]]>\"\n}\n");
    }
    shop.repo.commit_as(("x <b>", "x@y.z"), "::error::\u{1b}[2J");
    let check = |format: &str, more: &[&str]| {
        let run = shop.gate(&[&["check", "--format", format], more].concat());
        assert!(run.code != 2, "{run:?}");
        let file = shop.repo.beside("out").join("report");
        fs::write(&file, run.stdout).unwrap();
        file
    };
    let validate = || {
        for more in [&[][..], &["--advisory"]] {
            for format in ["sarif", "rdjson"] {
                let schema = format!("{folder}/{format}.json");
                let mut command = shop.repo.command("check-jsonschema");
                went_well(command.args(["--schemafile", &schema]).arg(check(format, more)));
            }
            for schema in ["junit-jenkins.xsd", "junit-ant.xsd"] {
                let schema = format!("{folder}/{schema}");
                went_well(
                    shop.repo
                        .command("xmllint")
                        .args(["--noout", "--schema", &schema])
                        .arg(check("junit", more)),
                );
            }
        }
    };
    validate();
    assert_eq!(shop.by("linus", &["object", "-m", "]]> <b> & %0A"]).code, 0);
    validate();
    assert_eq!(shop.by("linus", &["withdraw"]).code, 0);
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    validate();
}
