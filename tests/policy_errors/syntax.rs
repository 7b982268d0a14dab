//! Mistakes of TOML and of its shape.

use insta::assert_snapshot;

use crate::{told, told_of};

#[test]
fn a_line_that_is_not_toml() {
    assert_snapshot!(told(r#"enforce: true
"#), @"
    error: not TOML: key with no value
     --> gate.toml:2:10
      |
    2 | enforce: true
      |          ^ expected `=`
      |
      = help: a key is followed by `=` and its value
    ");
}

#[test]
fn a_value_without_quotes() {
    assert_snapshot!(told(r#"project = github.com/acme/shop
"#), @"
    error: not TOML: text without quotes
     --> gate.toml:2:11
      |
    2 | project = github.com/acme/shop
      |           ^^^^^^^^^^^^^^^^^^^^ put it in quotes
    ");
}

#[test]
fn a_string_that_does_not_end() {
    assert_snapshot!(told(r#"[gate]
unmatched = "local
enforce = true
"#), @r#"
    error: not TOML: a string without an end
     --> gate.toml:3:19
      |
    3 | unmatched = "local
      |                   ^ expected `"`
    "#);
}

#[test]
fn a_table_header_that_does_not_end() {
    assert_snapshot!(told(r#"[gate
enforce = true
"#), @"
    error: not TOML: unclosed table
     --> gate.toml:2:6
      |
    2 | [gate
      |      ^ expected `]`
    ");
}

#[test]
fn a_key_without_a_value() {
    assert_snapshot!(told(r#"[gate]
enforce =
"#), @"
    error: not TOML: a key without a value
     --> gate.toml:3:10
      |
    3 | enforce =
      |          ^ the value is missing
    ");
}

#[test]
fn a_key_twice() {
    assert_snapshot!(told(r#"[gate]
enforce = true
enforce = false
"#), @"
    error: not TOML: this is there twice
     --> gate.toml:4:1
      |
    3 | enforce = true
      | -------------- first here
    4 | enforce = false
      | ^^^^^^^
      |
      = help: each key and each table stands once; join the two
    ");
}

#[test]
fn a_table_twice() {
    assert_snapshot!(told(r#"[gate]
enforce = true
[teams]
[gate]
unmatched = "local"
"#), @"
    error: not TOML: this is there twice
     --> gate.toml:5:2
      |
    2 | [gate]
      | ------ first here
    ...
    5 | [gate]
      |  ^^^^
      |
      = help: each key and each table stands once; join the two
    ");
}

#[test]
fn a_rule_of_a_pack_without_quotes() {
    assert_snapshot!(told(r#"[rules.terraform/resource]
enabled = false
"#), @r#"
    error: not TOML: a key with other letters than A-Z, a-z, 0-9, `_` and `-`
     --> gate.toml:2:17
      |
    2 | [rules.terraform/resource]
      |                 ^ put the key in quotes
      |
      = help: for example `[rules."pack/id"]`
    "#);
}

#[test]
fn a_rule_in_single_brackets() {
    assert_snapshot!(told(r#"[rule]
id = "x"
"#), @"
    error: `rule` takes a list of tables
     --> gate.toml:2:1
      |
    2 | [rule]
      | ^^^^^^ this is a table
      |
      = help: write `[[rule]]`
    ");
}

#[test]
fn a_bad_escape() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
changed = ["\d+"]
"#), @r#"
    error: not TOML: an unknown escape
     --> gate.toml:5:14
      |
    5 | changed = ["\d+"]
      |              ^
      |
      = help: between single quotes a `\` stands for itself, as regexes need it: '\d+'
    "#);
}

#[test]
fn several_mistakes_of_syntax_and_an_unknown_key() {
    assert_snapshot!(told(r#"projekt = "x"
[gate]
enforce = yes
[sign-off]
max-age = 90 days
"#), @r#"
    error: unknown key `projekt` in gate.toml
     --> gate.toml:2:1
      |
    2 | projekt = "x"
      | ^^^^^^^ did you mean `project`?

    error: `enforce` takes `true` or `false`
     --> gate.toml:4:11
      |
    4 | enforce = yes
      |           ^^^ this is a string

    error: not TOML: text without quotes
     --> gate.toml:6:11
      |
    6 | max-age = 90 days
      |           ^^^^^^^ put it in quotes
    "#);
}

#[test]
fn an_unknown_key_that_is_near_a_known_one() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
pahts = ["**"]
paths = ["**"]
"#), @r#"
    error: unknown key `pahts` in `[[rule]]`
     --> gate.toml:4:1
      |
    4 | pahts = ["**"]
      | ^^^^^ did you mean `paths`?
    "#);
}

#[test]
fn an_unknown_key_that_is_near_none() {
    assert_snapshot!(told(r#"[gate]
speed = 9
"#), @"
    error: unknown key `speed` in `[gate]`
     --> gate.toml:3:1
      |
    3 | speed = 9
      | ^^^^^
      |
      = help: the keys are `enforce`, `protected`, `required` and `unmatched`
    ");
}

#[test]
fn an_unknown_key_at_the_top() {
    assert_snapshot!(told(r#"default_class = "local"
[[signer]]
id = "ada"
"#), @r#"
    error: unknown key `default_class` in gate.toml
     --> gate.toml:2:1
      |
    2 | default_class = "local"
      | ^^^^^^^^^^^^^
      |
      = help: the keys are `version`, `project`, `extends`, `allowed-signers`, `owners-from`, `people`, `teams`, `gate`, `sign-off`, `override`, `service`, `rule`, `rules` and `local`

    error: unknown key `signer` in gate.toml
     --> gate.toml:3:3
      |
    3 | [[signer]]
      |   ^^^^^^
      |
      = help: the keys are `version`, `project`, `extends`, `allowed-signers`, `owners-from`, `people`, `teams`, `gate`, `sign-off`, `override`, `service`, `rule`, `rules` and `local`
    "#);
}

#[test]
fn a_number_where_a_flag_belongs() {
    assert_snapshot!(told(r#"[gate]
enforce = 1
"#), @"
    error: `enforce` takes `true` or `false`
     --> gate.toml:3:11
      |
    3 | enforce = 1
      |           ^ this is a number
    ");
}

#[test]
fn a_string_where_a_list_belongs() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = "infra/**"
"#), @r#"
    error: `paths` takes a list of strings
     --> gate.toml:4:9
      |
    4 | paths = "infra/**"
      |         ^^^^^^^^^^ this is a string
      |
      = help: write `paths = ["infra/**"]`
    "#);
}

#[test]
fn a_list_where_a_string_belongs() {
    assert_snapshot!(told(r#"project = ["a"]
"#), @r#"
    error: `project` takes a string
     --> gate.toml:2:11
      |
    2 | project = ["a"]
      |           ^^^^^ this is a list
    "#);
}

#[test]
fn a_number_in_a_list_of_strings() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["a", 1]
"#), @r#"
    error: `paths` takes a list of strings
     --> gate.toml:4:15
      |
    4 | paths = ["a", 1]
      |               ^ this is a number
    "#);
}

#[test]
fn a_table_where_a_list_of_tables_belongs() {
    assert_snapshot!(told(r#"[service]
name = "x"
"#), @"
    error: `service` takes a list of tables
     --> gate.toml:2:1
      |
    2 | [service]
      | ^^^^^^^^^ this is a table
      |
      = help: write `[[service]]`
    ");
}

#[test]
fn a_list_where_a_table_belongs() {
    assert_snapshot!(told(r#"[[gate]]
enforce = true
"#), @"
    error: `gate` takes a table
     --> gate.toml:2:1
      |
    2 | [[gate]]
      | ^^^^^^^^ this is a list
      |
      = help: write `[gate]`
    ");
}

#[test]
fn rules_in_double_brackets() {
    assert_snapshot!(told(r#"[[rules]]
id = "x"
"#), @r#"
    error: `rules` takes a table
     --> gate.toml:2:1
      |
    2 | [[rules]]
      | ^^^^^^^^^ this is a list
      |
      = help: write `[[rule]]` for a rule of your own, and `[rules."pack/id"]` to change a built-in one
    "#);
}

#[test]
fn a_person_that_is_a_string() {
    assert_snapshot!(told(r#"[people]
ada = "ssh-ed25519 AAAA"
"#), @r#"
    error: `ada` takes a table
     --> gate.toml:3:7
      |
    3 | ada = "ssh-ed25519 AAAA"
      |       ^^^^^^^^^^^^^^^^^^ this is a string
      |
      = help: write `[people.ada]` and `emails = […]` under it
    "#);
}

#[test]
fn a_team_that_is_a_string() {
    assert_snapshot!(told(r#"[teams]
platform = "ada"
"#), @r#"
    error: `platform` takes a list of strings
     --> gate.toml:3:12
      |
    3 | platform = "ada"
      |            ^^^^^ this is a string
      |
      = help: write `platform = ["ada"]`
    "#);
}

#[test]
fn no_version() {
    assert_snapshot!(told_of("[gate]\nenforce = true\n", &|_| Ok(None)), @"
    error: gate.toml has no `version`
     --> gate.toml:1:1
      |
    1 | [gate]
      | ^
      |
      = help: let it start with `version = 1`
    ");
}

#[test]
fn nothing_at_all() {
    assert_snapshot!(told_of("", &|_| Ok(None)), @"
    error: gate.toml has no `version`
     --> gate.toml:1:1
      |
    1 |
      | ^
      |
      = help: let it start with `version = 1`
    ");
}

#[test]
fn another_version_and_nothing_else_is_judged() {
    assert_snapshot!(told_of("version = 2\nnew-key = 1\n[teams]\na = [\"b\"]\n", &|_| Ok(None)), @"
    error: version 2 of gate.toml is unknown
     --> gate.toml:1:11
      |
    1 | version = 2
      |           ^ this gate reads version 1
      |
      = help: update gate, or write `version = 1`
    ");
}

#[test]
fn a_version_in_quotes() {
    assert_snapshot!(told_of("version = \"1\"\n", &|_| Ok(None)), @r#"
    error: `version` takes a whole number
     --> gate.toml:1:11
      |
    1 | version = "1"
      |           ^^^ this is a string
    "#);
}

#[test]
fn a_pointer_of_git_lfs() {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 10\n";
    assert_snapshot!(told_of(pointer, &|_| Ok(None)), @"
    error: this is a Git LFS pointer, not a policy
    --> gate.toml
     = help: take gate.toml out of LFS: remove its line from .gitattributes and add the file again
    ");
}

#[test]
fn a_hundred_thousand_brackets() {
    let told = told(&format!("a={}", "[".repeat(100_000)));
    assert_snapshot!(told.lines().next().unwrap_or_default(), @"error: this is nested too deeply");
    assert!(told.len() < 2000, "{} bytes", told.len());
}

#[test]
fn a_hundred_thousand_dots() {
    assert_snapshot!(told(&format!("{}a = 1\n", "a.".repeat(100_000))).lines().next().unwrap_or_default(), @"error: this is nested too deeply");
    assert!(told(&format!("[{}a]\n", "a.".repeat(100_000))).starts_with("error: "));
}
