//! Mistakes about people, their addresses and keys, and teams.

use insta::assert_snapshot;

use crate::{KEY_A, KEY_B, told, told_of};

#[test]
fn an_unknown_person() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grase"]
"#), @r#"
    error: unknown person `grase` in the team `platform`
     --> gate.toml:5:20
      |
    5 | platform = ["ada", "grase"]
      |                    ^^^^^^^ did you mean `grace`?
      |
      = help: the people are `ada` and `grace`
    "#);
}

#[test]
fn a_person_where_there_are_none() {
    assert_snapshot!(told(r#"[teams]
platform = ["ada"]
"#), @r#"
    error: unknown person `ada` in the team `platform`
     --> gate.toml:3:13
      |
    3 | platform = ["ada"]
      |             ^^^^^
      |
      = help: add `[people.ada]` with their `emails` and `keys`
    "#);
}

#[test]
fn a_person_twice_in_a_team() {
    assert_snapshot!(told(r#"[people.ada]
[teams]
platform = ["ada", "ada"]
"#), @r#"
    warning: `ada` is in `platform` twice
     --> gate.toml:4:20
      |
    4 | platform = ["ada", "ada"]
      |             -----  ^^^^^
      |             |
      |             first here
      |
      = help: a person counts once; take one out
    "#);
}

#[test]
fn an_address_that_is_none() {
    assert_snapshot!(told(r#"[people.ada]
emails = ["Ada <ada@acme.dev>", "ada"]
"#), @r#"
    error: `Ada <ada@acme.dev>` is not an e-mail address
     --> gate.toml:3:11
      |
    3 | emails = ["Ada <ada@acme.dev>", "ada"]
      |           ^^^^^^^^^^^^^^^^^^^^
      |
      = help: give the address alone, as in `ada@acme.dev`

    error: `ada` is not an e-mail address
     --> gate.toml:3:33
      |
    3 | emails = ["Ada <ada@acme.dev>", "ada"]
      |                                 ^^^^^
      |
      = help: give the address alone, as in `ada@acme.dev`
    "#);
}

#[test]
fn an_address_that_a_forge_writes_for_anybody() {
    assert_snapshot!(told(r#"[people.ada]
emails = ["noreply@github.com"]
"#), @r#"
    error: `noreply@github.com` is nobody's address
     --> gate.toml:3:11
      |
    3 | emails = ["noreply@github.com"]
      |           ^^^^^^^^^^^^^^^^^^^^ GitHub writes it for anybody
      |
      = help: give the address that this person commits with, or their login as `github = "…"`
    "#);
}

#[test]
fn a_login_that_is_a_link() {
    assert_snapshot!(told(r#"[people.ada]
github = "https://github.com/ada"
"#), @r#"
    error: `https://github.com/ada` is not a GitHub login
     --> gate.toml:3:10
      |
    3 | github = "https://github.com/ada"
      |          ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: give the name alone, without `@` or a link
    "#);
}

#[test]
fn one_address_of_two_people() {
    assert_snapshot!(told(r#"[people.ada]
emails = ["ada@acme.dev"]
[people.grace]
emails = ["Ada+work@Acme.dev"]
"#), @r#"
    error: `grace` and `ada` have the same address
     --> gate.toml:5:11
      |
    3 | emails = ["ada@acme.dev"]
      |           -------------- address of `ada`
    4 | [people.grace]
    5 | emails = ["Ada+work@Acme.dev"]
      |           ^^^^^^^^^^^^^^^^^^^ address of `grace`
      |
      = help: two people could not be told apart: if they are one person, join them; else give each their own
    "#);
}

#[test]
fn one_login_of_two_people() {
    assert_snapshot!(told(r#"[people.ada]
github = "ada"
[people.grace]
emails = ["123+Ada@users.noreply.github.com"]
"#), @r#"
    error: `grace` and `ada` have the same address
     --> gate.toml:5:11
      |
    3 | github = "ada"
      |          ----- address of `ada`
    4 | [people.grace]
    5 | emails = ["123+Ada@users.noreply.github.com"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ address of `grace`
      |
      = help: two people could not be told apart: if they are one person, join them; else give each their own
    "#);
}

#[test]
fn an_id_with_a_blank() {
    assert_snapshot!(told(r#"[people."ada lovelace"]
[teams]
"plat form" = ["ada lovelace"]
"#), @r#"
    error: `ada lovelace` can't be the name of a person
     --> gate.toml:2:9
      |
    2 | [people."ada lovelace"]
      |         ^^^^^^^^^^^^^^
      |
      = help: a name has up to 100 of the letters A-Z, a-z, 0-9 and `. _ - @ + / [ ]`

    error: `plat form` can't be the name of a team
     --> gate.toml:4:1
      |
    4 | "plat form" = ["ada lovelace"]
      | ^^^^^^^^^^^
      |
      = help: a name has up to 100 of the letters A-Z, a-z, 0-9 and `. _ - @ + / [ ]`
    "#);
}

#[test]
fn an_agent_in_a_team() {
    assert_snapshot!(told(r#"[people.helper]
emails = ["noreply@anthropic.com"]
[people."copilot-swe-agent[bot]"]
[people.bumper]
github = "dependabot[bot]"
[teams]
seniors = ["helper", "copilot-swe-agent[bot]", "bumper"]
"#), @r#"
    error: `helper` is no human, and may not be in a team
     --> gate.toml:8:12
      |
    2 | [people.helper]
      |         ------ this person
    ...
    8 | seniors = ["helper", "copilot-swe-agent[bot]", "bumper"]
      |            ^^^^^^^^ `noreply@anthropic.com` is Claude Code
      |
      = help: a sign-off says that a human has looked; take the program out of every team

    error: `copilot-swe-agent[bot]` is no human, and may not be in a team
     --> gate.toml:8:22
      |
    4 | [people."copilot-swe-agent[bot]"]
      |         ------------------------ this person
    ...
    8 | seniors = ["helper", "copilot-swe-agent[bot]", "bumper"]
      |                      ^^^^^^^^^^^^^^^^^^^^^^^^ `copilot-swe-agent[bot]` is GitHub Copilot
      |
      = help: a sign-off says that a human has looked; take the program out of every team

    error: `bumper` is no human, and may not be in a team
     --> gate.toml:8:48
      |
    5 | [people.bumper]
      |         ------ this person
    ...
    8 | seniors = ["helper", "copilot-swe-agent[bot]", "bumper"]
      |                                                ^^^^^^^^ `dependabot[bot]` is a program
      |
      = help: a sign-off says that a human has looked; take the program out of every team
    "#);
}

#[test]
fn an_agent_in_no_team_is_no_mistake() {
    assert_snapshot!(told(r#"[people.helper]
emails = ["noreply@anthropic.com"]
"#), @"nothing");
}

#[test]
fn a_key_that_is_weak() {
    assert_snapshot!(told(r#"[people.ada]
keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
[people.grace]
keys = ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCuBCFl8UWI7SoTlEPDLkVSYJHK2p/33DiWBW5A276shN941GQ+lkobSyCdh/Bnh6crol5HjNHpribMgWGAGf2hRyh+pOb+IGKk4CoZPrlmkX0mGCt1OZDvdsTVMj//cFZQu6owQvh0jeJDNrEHCTD7LCWF6syRaSySRVcqNaEpZw=="]
"#), @r#"
    error: a key of `ada` can't be used
     --> gate.toml:3:9
      |
    3 | keys = ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"]
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this ed25519 key is a point of small order: it verifies any message
      |
      = help: make one with `ssh-keygen -t ed25519`

    error: a key of `grace` can't be used
     --> gate.toml:5:9
      |
    5 | ...= ["ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCuBCFl8UWI7SoTlEPDLkVSYJHK2p/33DiWBW5A276shN941GQ+lkobSyCdh/Bnh6crol5HjNHpribMgWGAGf2hRyh+pOb+IGKk4CoZPrlmkX0mGCt1OZDvdsTVMj//cFZQu6owQvh0jeJDNrEHCTD7LCWF6syRaSySRVcqNaEpZw=="]
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ an RSA key of 1024 bits can't sign off; it must have 2048 to 4096
      |
      = help: make one with `ssh-keygen -t ed25519`
    "#);
}

#[test]
fn a_key_that_is_none() {
    assert_snapshot!(told(r#"[people.ada]
keys = ["SHA256:abc", "ssh-ed25519 AAAA", "~/.ssh/id_ed25519.pub", "ssh-dss AAAA"]
"#), @r#"
    error: a key of `ada` can't be used
     --> gate.toml:3:9
      |
    3 | keys = ["SHA256:abc", "ssh-ed25519 AAAA", "~/.ssh/id_ed25519.pub", "ssh-dss AAAA"]
      |         ^^^^^^^^^^^^ `SHA256:abc` is not a type of key that gate knows
      |
      = help: give the line of the `.pub` file, such as `ssh-ed25519 AAAA… ada@laptop`

    error: a key of `ada` can't be used
     --> gate.toml:3:23
      |
    3 | keys = ["SHA256:abc", "ssh-ed25519 AAAA", "~/.ssh/id_ed25519.pub", "ssh-dss AAAA"]
      |                       ^^^^^^^^^^^^^^^^^^ this is not a public key: its base64 is damaged
      |
      = help: give the line of the `.pub` file, such as `ssh-ed25519 AAAA… ada@laptop`

    error: a key of `ada` can't be used
     --> gate.toml:3:43
      |
    3 | keys = ["SHA256:abc", "ssh-ed25519 AAAA", "~/.ssh/id_ed25519.pub", "ssh-dss AAAA"]
      |                                           ^^^^^^^^^^^^^^^^^^^^^^^ `~/.ssh/id_ed25519.pub` is not a type of key that gate knows
      |
      = help: give the line of the `.pub` file, such as `ssh-ed25519 AAAA… ada@laptop`

    error: a key of `ada` can't be used
     --> gate.toml:3:68
      |
    3 | keys = ["SHA256:abc", "ssh-ed25519 AAAA", "~/.ssh/id_ed25519.pub", "ssh-dss AAAA"]
      |                                                                    ^^^^^^^^^^^^^^ DSA keys are too weak to sign off with
      |
      = help: make one with `ssh-keygen -t ed25519`
    "#);
}

#[test]
fn one_key_of_two_people() {
    let source =
        format!("[people.ada]\nkeys = [\"{KEY_A}\"]\n[people.grace]\nkeys = [\"{KEY_B}\", \"{KEY_A}\"]\n");
    assert_snapshot!(told(&source), @r#"
    error: `grace` and `ada` have the same key
     --> gate.toml:5:106
      |
    3 | ...= ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAs65Xr+Z4UCaAD5iRXBTVh7d/UrnhL6vFRAfNI6bcHp ada@laptop"]
      |       --------------------------------------------------------------------------------------------- key of `ada`
    4 | ...le.grace]
    5 | ...= ["ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBxsG3QLTLQgaSecpcRpE+wBIkJPKT6H3c2Bjnh8tkVk grace@laptop", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAs65Xr+Z4UCaAD5iRXBTVh7d/UrnhL6vFRAfNI6bcHp ada@laptop"]
      |                                                                                                        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ key of `grace`
      |
      = help: two people could not be told apart: if they are one person, join them; else give each their own
    "#);
}

const WITH_FILE: &str = "version = 1\nallowed-signers = \".github/allowed_signers\"\n[people.ada]\nemails = [\"ada@acme.dev\"]\n[people.grace]\nemails = [\"grace@acme.dev\"]\n";

#[test]
fn a_key_file_that_is_not_there() {
    assert_snapshot!(told_of(WITH_FILE, &|_| Ok(None)), @r#"
    error: there is no file `.github/allowed_signers`
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: it is read at the same commit as gate.toml, from the top of the repository
    "#);
}

#[test]
fn a_key_file_that_can_not_be_read() {
    assert_snapshot!(told_of(WITH_FILE, &|_| Err("it is a symbolic link".to_owned())), @r#"
    error: `.github/allowed_signers` can't be read
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^ it is a symbolic link
    "#);
}

#[test]
fn a_key_file_outside_the_repository() {
    let source = WITH_FILE.replace(".github/allowed_signers", "../allowed_signers");
    assert_snapshot!(told_of(&source, &|_| unreachable!()), @r#"
    error: `../allowed_signers` is not a path in the repository
     --> gate.toml:2:19
      |
    2 | allowed-signers = "../allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^
      |
      = help: write it from the top: `.github/allowed_signers`
    "#);
}

#[test]
fn a_key_file_with_mistakes_in_it() {
    let file = format!("# people\nada@acme.dev ssh-ed25519 AAAA\n*@acme.dev {KEY_A}\n");
    assert_snapshot!(told_of(WITH_FILE, &|_| Ok(Some(file.clone()))), @r#"
    error: mistake in line 2 of `.github/allowed_signers`
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^ this is not a public key: its base64 is damaged

    error: mistake in line 3 of `.github/allowed_signers`
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^ `*@acme.dev` could be anybody; gate needs each person's address
    "#);
}

#[test]
fn very_many_mistakes_in_the_key_file() {
    let told = |count: usize| {
        let told = told_of(WITH_FILE, &|_| Ok(Some("x\n".repeat(count))));
        let lines: Vec<_> =
            told.lines().filter(|line| line.starts_with("error")).map(str::to_owned).collect();
        (lines.len(), lines.last().cloned().unwrap())
    };
    let ten = (10, "error: mistake in line 10 of `.github/allowed_signers`".to_owned());
    assert_eq!(told(10), ten);
    assert_eq!(told(12), (11, "error: 2 more mistakes in `.github/allowed_signers`".to_owned()));
}

#[test]
fn a_key_of_two_people_in_the_key_file() {
    let file = format!("ada@acme.dev {KEY_A}\ngrace@acme.dev {KEY_A}\nada,grace {KEY_B}\n");
    assert_snapshot!(told_of(WITH_FILE, &|_| Ok(Some(file.clone()))), @r#"
    error: `grace` and `ada` have the same key
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^
      |                   |
      |                   line 2 of `.github/allowed_signers`
      |                   key of `ada`
      |
      = help: two people could not be told apart: if they are one person, join them; else give each their own

    error: mistake in line 3 of `.github/allowed_signers`
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^ it is a key of both `ada` and `grace`
    "#);
}

#[test]
fn a_key_of_a_stranger_in_the_key_file() {
    let file = format!("ada@acme.dev {KEY_A}\ngarce@acme.dev {KEY_B}\n");
    assert_snapshot!(told_of(WITH_FILE, &|_| Ok(Some(file.clone()))), @r#"
    warning: `.github/allowed_signers` has keys of people whom gate.toml does not know
     --> gate.toml:2:19
      |
    2 | allowed-signers = ".github/allowed_signers"
      |                   ^^^^^^^^^^^^^^^^^^^^^^^^^ `garce@acme.dev`
      |
      = help: a key counts for the person who has this address in `emails`, or this id
    "#);
}

#[test]
fn a_key_file_without_mistakes() {
    let file = format!("ADA@acme.dev namespaces=\"git,gate.signoff\" {KEY_A}\ngrace {KEY_B}\n");
    assert_snapshot!(told_of(WITH_FILE, &|_| Ok(Some(file.clone()))), @"nothing");
}
