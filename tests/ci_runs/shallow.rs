//! Every system's run, in a clone as it should be and in a shallow one: the same change in the first, and in
//! the second "could not tell", with what to change in that system's configuration.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use gate::ci::PROVIDERS;
use serde_json::Value;

use crate::forge::Forge;
use crate::support::{Run, TestRepo};

/// A recorded run, its commits replaced by those of the forge.
struct Recorded {
    name: String,
    provider: &'static str,
    deepen: &'static str,
    variables: Vec<(String, String)>,
    event: Option<Value>,
    base: String,
}

/// Reads the runs that are about a change, with this change in the place of theirs.
fn recorded(forge: &Forge) -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/ci");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mut text = fs::read_to_string(&path).unwrap();
        let expect = serde_json::from_str::<Value>(&text).unwrap()["expect"].take();
        // A train's own commit is a merge; the fixture's base is what a clone knows of the target.
        let merged = expect["merge_commit"] == true;
        let head = if merged { &forge.merge } else { &forge.head };
        for (old, new) in [
            (&expect["head"], head),
            (&expect["push"]["new"], head),
            (&expect["push"]["old"], &forge.base),
            (&expect["base_contains"], &forge.base),
        ] {
            if let Some(old) = old.as_str().filter(|old| old.len() == 40) {
                text = text.replace(old, new);
            }
        }
        let fixture: Value = serde_json::from_str(&text).unwrap();
        let (Some(base), Some(provider)) = (expect["base"].as_str(), expect["provider"].as_str()) else {
            continue;
        };
        let known = PROVIDERS.iter().find(|one| one.name == provider).unwrap();
        let variables = fixture["variables"].as_object().unwrap();
        found.push(Recorded {
            name: path.file_stem().unwrap().to_string_lossy().into_owned(),
            provider: known.name,
            deepen: known.deepen,
            variables: variables.iter().map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect(),
            event: fixture.get("event").filter(|event| !event.is_null()).cloned(),
            base: format!("refs/remotes/origin/{}", base.rsplit("origin/").next().unwrap()),
        });
    }
    found
}

impl Recorded {
    /// Makes a clone with the head checked out and the target under the name that the run gives it.
    fn clone_of(&self, forge: &Forge, depth: &[&str]) -> TestRepo {
        let job = TestRepo::new();
        job.git(&["remote", "add", "origin", &format!("file://{}", forge.origin.path().display())]);
        let base = format!("+refs/heads/main:{}", self.base);
        let mut fetch = vec!["fetch", "-q", "--no-tags"];
        fetch.extend(depth);
        fetch.extend([
            "origin",
            &base,
            "+refs/pull/7/head:refs/pull/head",
            "+refs/pull/7/merge:refs/pull/merge",
        ]);
        job.git(&fetch);
        job.git(&["checkout", "-q", "refs/pull/head"]);
        job
    }

    fn check(&self, job: &TestRepo) -> Run {
        let event = job.beside("event").join("event.json");
        let path = event.display().to_string();
        if let Some(content) = &self.event {
            fs::write(&event, content.to_string()).unwrap();
        }
        let variables: Vec<(&str, &str)> = self
            .variables
            .iter()
            .map(|(name, value)| match &**name {
                "GITHUB_EVENT_PATH" => (&**name, &*path),
                _ => (&**name, &**value),
            })
            .filter(|(name, _)| *name != "GITHUB_STEP_SUMMARY")
            .collect();
        job.gate_with(&["check"], &variables, b"")
    }
}

#[test]
fn every_system_finds_the_change_and_a_shallow_clone_of_it_gets_the_line_to_put_in() {
    let forge = Forge::new();
    let mut tried = BTreeSet::new();
    for run in recorded(&forge) {
        let name = &run.name;
        let whole = run.check(&run.clone_of(&forge, &[]));
        assert_eq!(whole.code, 1, "{name}: {whole:?}");
        assert!(whole.stdout.contains("infra/main.tf"), "{name}: {whole:?}");
        if !tried.insert(run.provider) {
            continue;
        }
        let shallow = run.check(&run.clone_of(&forge, &["--depth=1"]));
        assert_eq!(shallow.code, 2, "{name}: {shallow:?}");
        let advice = format!("on {}: {}", run.provider, run.deepen);
        let said = shallow.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&advice), "{name}: no `{advice}` in {said}");
    }
    assert_eq!(tried.len(), PROVIDERS.len(), "{tried:?}");
}
