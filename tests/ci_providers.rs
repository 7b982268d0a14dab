//! Every CI system, by the environment of runs whose pages are public.
//!
//! A fixture names the pages that it comes from, the variables, the event file's content
//! where there is one, and what gate has to read out of them.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;

use gate::ci::{self, EVENT_LIMIT, Error, PROVIDERS, Push, Run};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    page: Vec<String>,
    note: String,
    /// No dump of a real run was found: names and values are those of the system's documentation.
    #[serde(default)]
    from_documentation: bool,
    variables: BTreeMap<String, String>,
    event: Option<Value>,
    expect: Value,
}

impl Fixture {
    fn detect(&self) -> Result<Option<Run>, Error> {
        self.detect_with(&self.variables)
    }

    fn detect_with(&self, variables: &BTreeMap<String, String>) -> Result<Option<Run>, Error> {
        let path = variables.get("GITHUB_EVENT_PATH");
        ci::detect(&|name| variables.get(name).cloned(), &|asked| match &self.event {
            Some(event) if path.map(String::as_str) == Some(asked) => Ok(event.to_string().into_bytes()),
            _ => Err(io::ErrorKind::NotFound.into()),
        })
    }
}

fn fixtures() -> Vec<(String, Fixture)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ci");
    let mut fixtures: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let fixture =
                serde_json::from_slice(&fs::read(&path).unwrap()).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, fixture)
        })
        .collect();
    fixtures.sort_by(|a, b| a.0.cmp(&b.0));
    fixtures
}

fn fixture(name: &str) -> Fixture {
    fixtures().into_iter().find(|(known, _)| known == name).unwrap().1
}

/// What a fixture's `expect` has to say of a run, its defaults left out.
fn told(run: &Run) -> Value {
    let mut told = serde_json::json!({
        "provider": run.provider,
        "base": run.base,
        "head": run.head,
        "target": run.target,
        "opener": run.opener,
        "base_contains": run.base_contains.map(|id| id.to_string()),
        "merge_commit": run.merge_commit,
        "format": run.format,
        "push": run.push.as_ref().map(push),
    });
    let fields = told.as_object_mut().unwrap();
    fields.retain(|name, value| name == "provider" || !(value.is_null() || *value == Value::Bool(false)));
    told
}

fn push(push: &Push) -> Value {
    serde_json::json!({
        "branch": push.branch,
        "old": push.old.map(|id| id.to_string()),
        "new": push.new.to_string(),
    })
}

#[test]
fn each_run_is_read_as_its_fixture_says() {
    for (name, fixture) in fixtures() {
        match (fixture.detect(), fixture.expect.get("error")) {
            (Ok(Some(run)), None) => assert_eq!(told(&run), fixture.expect, "{name}"),
            (Err(error), Some(expected)) => assert_eq!(Value::String(error.to_string()), *expected, "{name}"),
            (result, _) => panic!("{name}: {result:?}"),
        }
    }
}

#[test]
fn a_missing_variable_gives_the_same_base_or_an_error() {
    let mut tried = BTreeSet::new();
    for (name, fixture) in fixtures() {
        let Ok(Some(whole)) = fixture.detect() else { continue };
        tried.extend(whole.provider.filter(|_| whole.base.is_some()));
        for missing in fixture.variables.keys() {
            let mut variables = fixture.variables.clone();
            variables.remove(missing);
            match fixture.detect_with(&variables) {
                Err(_) => {}
                Ok(Some(run)) => {
                    assert_eq!(run.base, whole.base, "{name} without {missing}");
                    let old = |run: &Run| run.push.as_ref().and_then(|push| push.old);
                    assert!(old(&run).is_none() || old(&run) == old(&whole), "{name} without {missing}");
                }
                Ok(None) => panic!("{name} without {missing} is not recognised"),
            }
        }
    }
    let all: BTreeSet<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
    assert_eq!(tried, all, "a provider has no fixture with a base");
}

#[test]
fn these_fixtures_come_from_documentation_alone() {
    let made = fixtures().into_iter().filter(|(_, fixture)| fixture.from_documentation);
    let names: Vec<_> = made.map(|(name, _)| name).collect();
    assert_eq!(
        names,
        [
            "any_other_system",
            "buildkite_branch",
            "drone_pull_request",
            "github_push_branch",
            "gitlab_merge_train",
            "jenkins_change_request",
            "jenkins_no_target",
        ]
    );
}

#[test]
fn an_empty_variable_is_a_missing_one() {
    for (name, fixture) in fixtures() {
        for emptied in fixture.variables.keys() {
            let mut missing = fixture.variables.clone();
            missing.remove(emptied);
            let mut empty = fixture.variables.clone();
            empty.insert(emptied.clone(), String::new());
            let (missing, empty) = (fixture.detect_with(&missing), fixture.detect_with(&empty));
            assert_eq!(format!("{missing:?}"), format!("{empty:?}"), "{name} with {emptied} empty");
        }
    }
}

#[test]
fn an_event_without_a_field_gives_the_same_base_or_an_error() {
    for (name, fixture) in fixtures() {
        let (Ok(Some(whole)), Some(event)) = (fixture.detect(), &fixture.event) else { continue };
        for pointer in pointers(event) {
            let mut fixture = Fixture { event: Some(event.clone()), ..fixture_of(&fixture) };
            remove(fixture.event.as_mut().unwrap(), &pointer);
            if let Ok(run) = fixture.detect() {
                assert_eq!(run.unwrap().base, whole.base, "{name} without {pointer}");
            }
        }
    }
}

#[test]
fn hostile_values_are_refused() {
    for (name, fixture) in fixtures() {
        for (variable, value) in &fixture.variables {
            for hostile in ["--upload-pack=x", "a\nb", "../../x", "a..b", "\u{1b}[2J"] {
                let mut variables = fixture.variables.clone();
                variables.insert(variable.clone(), hostile.to_owned());
                let Ok(Some(run)) = fixture.detect_with(&variables) else { continue };
                let said = format!("{:?} {} {:?} {:?}", run.base, run.head, run.target, run.opener);
                let taken = said.contains(hostile) || said.contains(&format!("{hostile:?}").replace('"', ""));
                assert!(
                    !taken || run.opener.as_deref() == Some(hostile),
                    "{name} took {variable}={hostile:?} for {value}"
                );
            }
        }
    }
}

#[test]
fn fixtures_name_their_pages_and_cover_every_provider() {
    let fixtures = fixtures();
    for (name, fixture) in &fixtures {
        let own = name == "any_other_system";
        assert!(own || fixture.page.iter().all(|page| page.starts_with("https://")), "{name}");
        assert!(own || !fixture.page.is_empty(), "{name}");
        assert!(!fixture.note.is_empty(), "{name}");
    }
    for provider in &PROVIDERS {
        assert!(
            fixtures.iter().any(|(_, fixture)| fixture.expect["provider"] == provider.name),
            "{} has no fixture",
            provider.name
        );
    }
}

#[test]
fn what_is_given_goes_before_what_a_provider_says() {
    let mut fixture = fixture("github_pull_request");
    for (name, value) in [
        ("GATE_BASE", "origin/release/1"),
        ("GATE_TARGET", "release/1"),
        ("GATE_AUTHOR", "ada"),
        ("GATE_HEAD", "topic"),
    ] {
        fixture.variables.insert(name.to_owned(), value.to_owned());
    }
    let run = fixture.detect().unwrap().unwrap();
    assert_eq!(run.base.as_deref(), Some("origin/release/1"));
    assert_eq!(run.head, "topic");
    assert_eq!(run.target.as_deref(), Some("refs/heads/release/1"));
    assert_eq!(run.opener.as_deref(), Some("ada"));
}

#[test]
fn a_given_base_for_another_branch_leaves_the_target_unknown() {
    let mut fixture = fixture("github_pull_request");
    fixture.variables.insert("GATE_BASE".to_owned(), "origin/release/1".to_owned());
    let run = fixture.detect().unwrap().unwrap();
    assert_eq!((run.target, run.base_contains, run.opener.as_deref()), (None, None, Some("Codertocat")));
}

#[test]
fn nothing_set_is_no_run() {
    assert!(ci::detect(&|_| None, &|_| Err(io::ErrorKind::NotFound.into())).unwrap().is_none());
}

#[test]
fn two_systems_that_disagree_are_an_error() {
    let mut fixture = fixture("github_pull_request");
    fixture.variables.extend(self::fixture("jenkins_change_request").variables);
    insta::assert_snapshot!(fixture.detect().unwrap_err(), @"this looks like a run of GitHub Actions and of Jenkins, which name different changes");
}

#[test]
fn a_branch_that_differs_between_variable_and_event_is_an_error() {
    let mut fixture = fixture("github_pull_request");
    fixture.variables.insert("GITHUB_BASE_REF".to_owned(), "unprotected".to_owned());
    insta::assert_snapshot!(fixture.detect().unwrap_err(), @"`GITHUB_BASE_REF` and `pull_request.base.ref` name different branches: refs/heads/unprotected and refs/heads/master");
}

#[test]
fn an_event_file_has_limits() {
    let variables = fixture("github_pull_request").variables;
    let read = |content: Vec<u8>| {
        ci::detect(&|name| variables.get(name).cloned(), &|_| Ok(content.clone())).unwrap_err().to_string()
    };
    insta::assert_snapshot!(read(vec![b' '; usize::try_from(EVENT_LIMIT).unwrap() + 1]), @"the event file that `GITHUB_EVENT_PATH` names is larger than 5 MiB");
    insta::assert_snapshot!(read(b"{\"pull_request\":".to_vec()), @"the event file that `GITHUB_EVENT_PATH` names is malformed");
    insta::assert_snapshot!(read("[".repeat(100_000).into_bytes()), @"the event file that `GITHUB_EVENT_PATH` names is malformed");
    insta::assert_snapshot!(read(b"{}".to_vec()), @"the event `pull_request` has no `pull_request`");
    insta::assert_snapshot!(
        read(br#"{"pull_request":{"base":{"ref":"main","sha":"0123"},"head":{"ref":"x","sha":""},"user":{"login":"a"}}}"#.to_vec()),
        @"`GITHUB_BASE_REF` and `pull_request.base.ref` name different branches: refs/heads/master and refs/heads/main"
    );
}

#[test]
fn every_error_has_a_way_out() {
    for (_, fixture) in fixtures() {
        if let Err(error) = fixture.detect() {
            assert!(error.help().contains("GATE_"), "{error}");
        }
    }
}

fn fixture_of(fixture: &Fixture) -> Fixture {
    Fixture {
        page: fixture.page.clone(),
        note: fixture.note.clone(),
        from_documentation: fixture.from_documentation,
        variables: fixture.variables.clone(),
        event: None,
        expect: fixture.expect.clone(),
    }
}

/// The JSON pointer of every field.
fn pointers(value: &Value) -> Vec<String> {
    let Value::Object(fields) = value else { return Vec::new() };
    fields
        .iter()
        .flat_map(|(name, value)| {
            let inner = pointers(value).into_iter().map(move |rest| format!("/{name}{rest}"));
            std::iter::once(format!("/{name}")).chain(inner)
        })
        .collect()
}

fn remove(value: &mut Value, pointer: &str) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    value.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(name);
}
