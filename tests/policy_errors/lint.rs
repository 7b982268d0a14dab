//! What lint warns of in a policy that works.

use std::fs;
use std::path::Path;

use bstr::BStr;
use gate::diagnostic::Mistakes;
use gate::policy::{Policy, lint};
use gate::render::diagnostic::render;
use insta::assert_snapshot;

use crate::{KEY_A, KEY_B};

const FILES: [&str; 6] = [
    "README.md",
    "docs/guide.md",
    "infra/main.tf",
    "infra/net/vpc.tf",
    "src/pay/main.go",
    "src/shop/main.go",
];

/// Returns what lint tells of a gate.toml with two people who have keys.
fn linted(rest: &str) -> String {
    let source = format!(
        "version = 1\nproject = \"acme/shop\"\n\n[people.ada]\nemails = [\"ada@acme.dev\"]\nkeys = [\"{KEY_A}\"]\n\n[people.grace]\ngithub = \"grace\"\nkeys = [\"{KEY_B}\"]\n\n{rest}"
    );
    linted_whole(&source)
}

fn linted_whole(source: &str) -> String {
    linted_in(source, &FILES.map(BStr::new))
}

fn linted_in(source: &str, files: &[&BStr]) -> String {
    let (policy, mut diagnostics) =
        Policy::parse(source, "gate.toml", &|_| Ok(None)).expect("the policy works");
    diagnostics.extend(lint(&policy, files));
    if diagnostics.is_empty() {
        return "nothing\n".to_owned();
    }
    render(&Mistakes { file: "gate.toml".into(), source: source.into(), diagnostics }, false, 120)
}

const TEAMS: &str = "[teams]\nplatform = [\"ada\", \"grace\"]\n[sign-off]\nrequired = [{ owners = true, else = \"platform\" }]\n";

#[test]
fn a_policy_that_does_what_it_says() {
    assert_snapshot!(linted(&format!("{TEAMS}[[rule]]\nid = \"x\"\npaths = [\"infra/**\"]\nwhy = \"y\"\n[[local]]\npaths = [\"docs/**\"]\n")), @"nothing");
}

/// gate is held to its own rules.
#[test]
fn the_policy_of_this_repository_does_what_it_says() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of the repository") {
            let path = entry.expect("its entry").path();
            let inside = path.strip_prefix(top).expect("a path in it").to_string_lossy().replace('\\', "/");
            match path.is_dir() {
                true if inside != "target" && inside != ".git" => folders.push(path),
                true => {}
                false => files.push(inside),
            }
        }
    }
    let source = fs::read_to_string(top.join("gate.toml")).expect("gate's own policy");
    let files: Vec<&BStr> = files.iter().map(BStr::new).collect();
    assert_eq!(linted_in(&source, &files), "nothing\n");
}

#[test]
fn globs_that_no_file_matches() {
    assert_snapshot!(linted(&format!("{TEAMS}[[rule]]\nid = \"x\"\npaths = [\"infra/**\", \"*.tf\", \"main.go\", \"vpc.tf\"]\nwhy = \"y\"\n[[local]]\npaths = [\"doc/**\"]\n[[service]]\nname = \"pay\"\npaths = [\"src/pay/**\"]\ninterface = [\"protos/pay.proto\"]\nowners = [\"platform\"]\n")), @r#"
    warning: no file matches `*.tf`
      --> gate.toml:18:22
       |
    18 | paths = ["infra/**", "*.tf", "main.go", "vpc.tf"]
       |                      ^^^^^^
       |
       = help: it looks at the top only; `**/*.tf` matches 2 files

    warning: no file matches `main.go`
      --> gate.toml:18:30
       |
    18 | paths = ["infra/**", "*.tf", "main.go", "vpc.tf"]
       |                              ^^^^^^^^^
       |
       = help: it looks at the top only; `**/main.go` matches 2 files

    warning: no file matches `vpc.tf`
      --> gate.toml:18:41
       |
    18 | paths = ["infra/**", "*.tf", "main.go", "vpc.tf"]
       |                                         ^^^^^^^^
       |
       = help: it looks at the top only; `**/vpc.tf` matches one file

    warning: no file matches `doc/**`
      --> gate.toml:21:10
       |
    21 | paths = ["doc/**"]
       |          ^^^^^^^^
       |
       = help: it may be misspelt, or the files are gone

    warning: no file matches `protos/pay.proto`
      --> gate.toml:25:14
       |
    25 | interface = ["protos/pay.proto"]
       |              ^^^^^^^^^^^^^^^^^^
       |
       = help: it may be misspelt, or the files are gone
    "#);
}

#[test]
fn a_rule_that_a_local_hides() {
    assert_snapshot!(linted(&format!("{TEAMS}[[rule]]\nid = \"guide\"\npaths = [\"docs/*.md\"]\nwhy = \"y\"\n[[rule]]\nid = \"all-docs\"\npaths = [\"**/*.md\"]\nwhy = \"y\"\n[[local]]\npaths = [\"docs/**\"]\n")), @r#"
    warning: `guide` never matches: all its files are local
      --> gate.toml:17:6
       |
    17 | id = "guide"
       |      ^^^^^^^
    ...
    24 | [[local]]
       | --------- by this one
       |
       = help: change the `[[local]]`, or take one of the two out
    "#);
}

#[test]
fn a_rule_that_a_local_with_exceptions_hides() {
    let guide = "[[rule]]\nid = \"guide\"\npaths = [\"docs/*.md\"]\nwhy = \"y\"\n";
    let local = "[[local]]\npaths = [\"**/*.md\"]\nnot-paths = [\"README.md\"]\n";
    let told = linted(&format!("{TEAMS}{guide}{local}"));
    assert_snapshot!(told.lines().next().unwrap(), @"warning: `guide` never matches: all its files are local");
}

#[test]
fn a_local_that_a_local_hides() {
    assert_snapshot!(linted(&format!("{TEAMS}[[local]]\npaths = [\"**/*.md\"]\n[[local]]\npaths = [\"docs/**\"]\nonly = ['^v']\n")), @r#"
    warning: all these files are local already
      --> gate.toml:18:1
       |
    16 | [[local]]
       | --------- by this one
    17 | paths = ["**/*.md"]
    18 | [[local]]
       | ^^^^^^^^^
       |
       = help: change the `[[local]]`, or take one of the two out
    "#);
}

#[test]
fn a_local_with_other_conditions_hides_nothing() {
    assert_snapshot!(linted(&format!("{TEAMS}[[rule]]\nid = \"guide\"\npaths = [\"docs/*.md\"]\nwhy = \"y\"\n[[local]]\npaths = [\"docs/**\"]\nonly = ['^v']\n")), @"nothing");
}

#[test]
fn people_and_teams_that_are_of_no_use() {
    assert_snapshot!(linted(&format!("[people.linus]\n[people.bot]\nemails = [\"bot@acme.dev\"]\n{TEAMS}").replace("[teams]\n", "[teams]\nsecurity = [\"linus\"]\nempty = []\n").replace("else = \"platform\" }", "else = \"platform\" }, { owners = true }")), @r#"
    warning: `linus` has no key, so they can't sign
      --> gate.toml:12:9
       |
    12 | [people.linus]
       |         ^^^^^
       |
       = help: add `keys = ["ssh-ed25519 …"]`: the line of their `.pub` file

    warning: `linus` has no address, so their commits can't be told
      --> gate.toml:12:9
       |
    12 | [people.linus]
       |         ^^^^^
       |
       = help: add `emails` or `github`: else they could sign their own work

    warning: `bot` is in no team, so no sign-off of theirs counts
      --> gate.toml:13:9
       |
    13 | [people.bot]
       |         ^^^
       |
       = help: add them to a team, or take them out

    warning: nothing asks for the team `security`
      --> gate.toml:16:1
       |
    16 | security = ["linus"]
       | ^^^^^^^^
       |
       = help: name it in a `required`, as `owners` of a service, or take it out

    warning: nothing asks for the team `empty`
      --> gate.toml:17:1
       |
    17 | empty = []
       | ^^^^^
       |
       = help: name it in a `required`, as `owners` of a service, or take it out

    warning: nobody is named for paths that no service owns
      --> gate.toml:20:51
       |
    20 | required = [{ owners = true, else = "platform" }, { owners = true }]
       |                                                   ^^^^^^^^^^^^^^^^^ there is no `else`
       |
       = help: add `else = "…"`, the team for such paths
    "#);
}

#[test]
fn a_team_that_the_owners_of_code_are() {
    let source = format!(
        "version = 1\nowners-from = \"CODEOWNERS\"\n[people.ada]\nemails = [\"ada@acme.dev\"]\nkeys = [\"{KEY_A}\"]\n[teams]\ndb = [\"ada\"]\nops = [\"ada\"]\n"
    );
    let read = |path: &str| Ok((path == "CODEOWNERS").then(|| "*.sql @acme/db\n".to_owned()));
    let (policy, _) = Policy::parse(&source, "gate.toml", &read).expect("the policy works");
    let told: Vec<String> = lint(&policy, &[]).into_iter().map(|diagnostic| diagnostic.message).collect();
    assert!(told.contains(&"nothing asks for the team `ops`".to_owned()), "{told:?}");
    assert!(!told.contains(&"nothing asks for the team `db`".to_owned()), "{told:?}");
}

#[test]
fn rows_that_an_author_can_not_meet() {
    assert_snapshot!(linted("[teams]\nplatform = [\"ada\", \"grace\"]\nsolo = [\"ada\"]\n[gate]\nrequired = [{ team = \"solo\" }]\n[sign-off]\nrequired = [{ team = \"platform\", count = 2 }]\n"), @r#"
    warning: the one person in `solo` must sign, and an author can't
      --> gate.toml:16:13
       |
    16 | required = [{ team = "solo" }]
       |             ^^^^^^^^^^^^^^^^^ a change by them could never be merged
       |
       = help: add somebody to the team, ask for fewer, or set `allow-author = true` under `[sign-off]`

    warning: everybody in `platform` must sign, and an author can't
      --> gate.toml:18:13
       |
    18 | required = [{ team = "platform", count = 2 }]
       |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a change by one of them could never be merged
       |
       = help: add somebody to the team, ask for fewer, or set `allow-author = true` under `[sign-off]`
    "#);
}

#[test]
fn rows_for_which_too_few_have_a_key() {
    let with_linus =
        "[people.linus]\ngithub = \"linus\"\n[teams]\nplatform = [\"ada\", \"grace\", \"linus\"]\n";
    let told = |count: usize| {
        let told = linted(&format!(
            "{with_linus}[sign-off]\nrequired = [{{ team = \"platform\", count = {count} }}]\n"
        ));
        told.lines().filter(|line| line.starts_with("warning")).skip(1).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(told(2), @"");
    assert_snapshot!(told(3), @"warning: 3 must sign, and 2 of 3 have a key");
}

#[test]
fn a_team_of_one_that_allows_authors_is_fine() {
    assert_snapshot!(linted("[teams]\nsolo = [\"ada\", \"grace\"]\n[sign-off]\nallow-author = true\nrequired = [{ team = \"solo\", count = 2 }]\n"), @"nothing");
}

#[test]
fn rules_that_name_nobody_and_do_not_say_why() {
    assert_snapshot!(linted_whole("version = 1\n[[rule]]\nid = \"x\"\npaths = [\"infra/**\"]\n"), @r#"
    warning: nobody may sign what one rule matches: neither it nor `[sign-off]` name a team
    --> gate.toml
     = help: add `required = [{ team = "…", count = 1 }]` under `[sign-off]`

    warning: there is no `project`, so nobody can sign
    --> gate.toml
     = help: add `project = "github.com/acme/shop"` at the top: sign-offs are bound to it

    warning: `x` does not say why
     --> gate.toml:3:6
      |
    3 | id = "x"
      |      ^^^
      |
      = help: add `why = "…"`: the assumption that whoever touches this should know
    "#);
}

#[test]
fn keys_of_files_that_have_none() {
    assert_snapshot!(linted(&format!("{TEAMS}[[rule]]\nid = \"x\"\npaths = [\"src/**\"]\nkeys = [\"a\"]\nwhy = \"y\"\n")), @r#"
    warning: `x` matches every change of `src/pay/main.go` and one more file
      --> gate.toml:17:6
       |
    17 | id = "x"
       |      ^^^ keys are told in YAML, JSON, TOML and HCL
       |
       = help: name fewer files in `paths`, as `src/**/*.py`, or `**/*.yaml` for `keys`
    "#);
}

#[test]
fn a_local_with_a_key_that_may_be_a_name() {
    let local = |paths: &str, key: &str| {
        let local = format!("[[local]]\npaths = [\"{paths}\"]\nkeys = [\"{key}\"]\n");
        let head = "version = 1\nproject = \"x\"\n[gate]\nenforce = false\n";
        linted_in(&format!("{head}{local}"), &["compose.yaml", "main.tf"].map(BStr::new))
    };
    assert_snapshot!(local("*.yaml", "**.labels"), @"
    warning: `**.labels` also lets off all that stands under a name `labels`, as in `compose.yaml`
     --> gate.toml:5:1
      |
    5 | [[local]]
      | ^^^^^^^^^ whoever writes a service or an item of a map may call it so
      |
      = help: name the steps from the top of the file, as `services.*.labels`
    ");
    assert_snapshot!(local("*.yaml", "services.*.labels"), @"nothing");
    assert_snapshot!(local("*.tf", "**.tags"), @"nothing");
}

#[cfg(feature = "syntax")]
#[test]
fn patterns_over_files_of_no_language() {
    assert_snapshot!(linted(&format!("{TEAMS}[[rule]]\nid = \"x\"\npaths = [\"docs/**\", \"src/**\"]\nsyntax = [\"f($$$)\"]\nwhy = \"y\"\n")), @r#"
    warning: `x` matches every change of `docs/guide.md`
      --> gate.toml:17:6
       |
    17 | id = "x"
       |      ^^^ its language can't be parsed
       |
       = help: name fewer files in `paths`, as `src/**/*.py`, or `**/*.yaml` for `keys`
    "#);
}
