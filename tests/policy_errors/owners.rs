//! Mistakes about CODEOWNERS, and what lint says of one that works.

use bstr::BStr;
use gate::policy::Policy;
use gate::render::diagnostic::render;
use insta::assert_snapshot;

use crate::told_of;

/// Returns what is told where gate.toml names `source` and the repository has these files.
fn told(source: &str, files: &[(&str, &str)]) -> String {
    let policy = format!("version = 1\nowners-from = \"{source}\"\n");
    told_of(&policy, &|path| {
        Ok(files.iter().find(|(name, _)| *name == path).map(|(_, text)| (*text).to_owned()))
    })
}

#[test]
fn a_name_that_is_none() {
    assert_snapshot!(told("OWNERS", &[]), @r#"
    error: `OWNERS` is no CODEOWNERS file
     --> gate.toml:2:15
      |
    2 | owners-from = "OWNERS"
      |               ^^^^^^^^
      |
      = help: write `CODEOWNERS`, or its path from the top; `gitlab:CODEOWNERS` names its dialect
    "#);
}

#[test]
fn a_forge_that_is_none() {
    assert_snapshot!(told("bitbucket:CODEOWNERS", &[]), @r#"
    error: `bitbucket:CODEOWNERS` is no CODEOWNERS file
     --> gate.toml:2:15
      |
    2 | owners-from = "bitbucket:CODEOWNERS"
      |               ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `CODEOWNERS`, or its path from the top; `gitlab:CODEOWNERS` names its dialect
    "#);
}

#[test]
fn no_file() {
    assert_snapshot!(told("CODEOWNERS", &[("docs/OWNERS", "")]), @r#"
    error: there is no CODEOWNERS file
     --> gate.toml:2:15
      |
    2 | owners-from = "CODEOWNERS"
      |               ^^^^^^^^^^^^
      |
      = help: it is read at the same commit as gate.toml, from the top of the repository
    "#);
    assert_snapshot!(told("gitlab:docs/CODEOWNERS", &[("CODEOWNERS", "")]), @r#"
    error: there is no file `docs/CODEOWNERS`
     --> gate.toml:2:15
      |
    2 | owners-from = "gitlab:docs/CODEOWNERS"
      |               ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: it is read at the same commit as gate.toml, from the top of the repository
    "#);
}

#[test]
fn several_files() {
    assert_snapshot!(told("CODEOWNERS", &[("CODEOWNERS", ""), (".github/CODEOWNERS", "")]), @r#"
    error: there is more than one: `.github/CODEOWNERS` and `CODEOWNERS`
     --> gate.toml:2:15
      |
    2 | owners-from = "CODEOWNERS"
      |               ^^^^^^^^^^^^
      |
      = help: name one by its path, or the forge that picks: `github:CODEOWNERS`
    "#);
}

#[test]
fn a_file_that_cannot_be_read() {
    let source = "version = 1\nowners-from = \"docs/CODEOWNERS\"\n";
    assert_snapshot!(told_of(source, &|_| Err("it is not UTF-8 text".to_owned())), @r#"
    error: `docs/CODEOWNERS` can't be read: it is not UTF-8 text
     --> gate.toml:2:15
      |
    2 | owners-from = "docs/CODEOWNERS"
      |               ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn mistakes_in_the_file() {
    assert_snapshot!(told("CODEOWNERS", &[("CODEOWNERS", "* @ada\n!docs/ @ada\nsrc/ ada\n[Docs]\n")]), @r#"
    error: line 2 of `CODEOWNERS`: GitHub knows no `!`
     --> gate.toml:2:15
      |
    2 | owners-from = "CODEOWNERS"
      |               ^^^^^^^^^^^^
      |
      = help: GitHub may skip this line in silence: correct it, or take it out

    error: line 3 of `CODEOWNERS`: `ada` is no owner: `@login`, `@org/team` or an address
     --> gate.toml:2:15
      |
    2 | owners-from = "CODEOWNERS"
      |               ^^^^^^^^^^^^
      |
      = help: GitHub may skip this line in silence: correct it, or take it out

    error: line 4 of `CODEOWNERS`: GitHub knows no sections; for a GitLab file: `owners-from = "gitlab:…"`
     --> gate.toml:2:15
      |
    2 | owners-from = "CODEOWNERS"
      |               ^^^^^^^^^^^^
      |
      = help: GitHub may skip this line in silence: correct it, or take it out
    "#);
    assert_snapshot!(told("gitlab:CODEOWNERS", &[("CODEOWNERS", "[Docs @ada\n")]), @r#"
    error: line 1 of `CODEOWNERS`: this is no heading: `[Name]`, `^[Name]`, `[Name][2]`, then owners
     --> gate.toml:2:15
      |
    2 | owners-from = "gitlab:CODEOWNERS"
      |               ^^^^^^^^^^^^^^^^^^^
      |
      = help: GitLab may skip this line in silence: correct it, or take it out
    "#);
}

#[test]
fn very_many_mistakes() {
    let told = told("CODEOWNERS", &[("CODEOWNERS", &"!a @ada\n".repeat(5_000))]);
    assert!(told.ends_with("4990 more mistakes in `CODEOWNERS`\n --> gate.toml:2:15\n  |\n2 | owners-from = \"CODEOWNERS\"\n  |               ^^^^^^^^^^^^\n"), "{told}");
}

const PEOPLE: &str = r#"version = 1
owners-from = "CODEOWNERS"
[people.ada]
emails = ["ada@acme.dev"]
github = "ada-l"
[people."renovate[bot]"]
github = "renovate[bot]"
[teams]
platform = ["ada"]
"@acme/db" = ["ada"]
"#;

/// Returns what lint says of a CODEOWNERS file.
fn linted(text: &str) -> String {
    linted_in(text, &["src/main.rs", "docs/guide.md", "infra/main.tf"].map(BStr::new))
}

fn linted_in(text: &str, files: &[&BStr]) -> String {
    let (policy, _) =
        Policy::parse(PEOPLE, "gate.toml", &|path| Ok((path == "CODEOWNERS").then(|| text.to_owned())))
            .expect("the policy works");
    let found = policy.owners_from.expect("code owners").lint(files);
    found.map_or("nothing\n".to_owned(), |mistakes| render(&mistakes, false, 120))
}

#[test]
fn a_file_for_a_repository_that_is_not_there() {
    assert_snapshot!(linted_in("/old/ ada@acme.dev\n", &[]), @"nothing");
    assert!(linted("/old/ ada@acme.dev\n").contains("no file matches"));
}

/// The roles of GitLab are nobody's names, though a person may be called so.
#[test]
fn a_role_that_a_person_is_called_by() {
    let source = "version = 1\nowners-from = \"gitlab:CODEOWNERS\"\n[people.\"@owner\"]\n[people.ada]\n";
    let read = |path: &str| Ok((path == "CODEOWNERS").then(|| "a @@owner\nb @ada\n".to_owned()));
    let (policy, _) = Policy::parse(source, "gate.toml", &read).expect("the policy works");
    let owners = policy.owners_from.expect("code owners");
    assert!(owners.way_in("@@owner").is_some() && owners.way_in("@ada").is_none());
}

#[test]
fn a_file_that_does_what_it_says() {
    assert_snapshot!(linted("* @acme/platform\n/src/ @ada-L ada@acme.dev\n/infra/ @Acme/DB\n/docs/\n"), @"nothing");
}

#[test]
fn a_file_with_dead_and_unknown_things_in_it() {
    assert_snapshot!(linted("/src/ @linus\n/old/ @acme/ghosts @linus\n* @acme/platform linus@acme.dev @renovate\n"), @r#"
    warning: a later line decides about all that `/src/` matches
     --> CODEOWNERS:1:1
      |
    1 | /src/ @linus
      | ^^^^^
      |
      = help: the last line that matches counts: put the wider pattern first

    warning: gate.toml does not know the owner `@linus`
     --> CODEOWNERS:1:1
      |
    1 | /src/ @linus
      | ^^^^^
      |
      = help: give the person `github = "linus"`, or say who that is: `"@linus" = ["…"]` under `[teams]`

    warning: no file matches `/old/`
     --> CODEOWNERS:2:1
      |
    2 | /old/ @acme/ghosts @linus
      | ^^^^^
      |
      = help: it may be misspelt, or the files are gone

    warning: gate.toml does not know the owner `@acme/ghosts`
     --> CODEOWNERS:2:1
      |
    2 | /old/ @acme/ghosts @linus
      | ^^^^^
      |
      = help: say who that is: `"@acme/ghosts" = ["…"]` under `[teams]`

    warning: gate.toml does not know the owner `linus@acme.dev`
     --> CODEOWNERS:3:1
      |
    3 | * @acme/platform linus@acme.dev @renovate
      | ^
      |
      = help: add the address to somebody's `emails`

    warning: gate.toml does not know the owner `@renovate`
     --> CODEOWNERS:3:1
      |
    3 | * @acme/platform linus@acme.dev @renovate
      | ^
      |
      = help: give the person `github = "renovate"`, or say who that is: `"@renovate" = ["…"]` under `[teams]`
    "#);
}
