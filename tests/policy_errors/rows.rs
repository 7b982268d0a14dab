//! Mistakes in rows of `required`.

use insta::assert_snapshot;

use crate::told;

#[test]
fn an_unknown_team() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ team = "plattform", count = 1 }]
"#), @r#"
    error: unknown team `plattform`
     --> gate.toml:9:22
      |
    9 | required = [{ team = "plattform", count = 1 }]
      |                      ^^^^^^^^^^^ did you mean `platform`?
      |
      = help: the teams are `empty`, `platform` and `solo`
    "#);
}

#[test]
fn an_unknown_team_where_there_are_none() {
    assert_snapshot!(told(r#"[sign-off]
required = [{ team = "platform" }]
"#), @r#"
    error: unknown team `platform`
     --> gate.toml:3:22
      |
    3 | required = [{ team = "platform" }]
      |                      ^^^^^^^^^^
      |
      = help: there are no teams; add `platform = ["…"]` under `[teams]`
    "#);
}

#[test]
fn a_count_of_zero() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ team = "platform", count = 0 }]
"#), @r#"
    error: a count of 0 asks for nobody
     --> gate.toml:9:42
      |
    9 | required = [{ team = "platform", count = 0 }]
      |                                          ^ at least 1
      |
      = help: to let such hunks pass, switch the rule off or write a `[[local]]`
    "#);
}

#[test]
fn a_count_below_zero_and_one_in_quotes() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ team = "platform", count = -1 }, { team = "platform", count = "2" }]
"#), @r#"
    error: a count of -1 asks for nobody
     --> gate.toml:9:42
      |
    9 | required = [{ team = "platform", count = -1 }, { team = "platform", count = "2" }]
      |                                          ^^ at least 1
      |
      = help: to let such hunks pass, switch the rule off or write a `[[local]]`

    error: `count` takes a whole number
     --> gate.toml:9:77
      |
    9 | required = [{ team = "platform", count = -1 }, { team = "platform", count = "2" }]
      |                                                                             ^^^ this is a string
    "#);
}

#[test]
fn a_count_that_no_number_of_people_reaches() {
    let told = told("[teams]\na = []\n[sign-off]\nrequired = [{ team = \"a\", count = 5000000000 }]\n");
    assert_snapshot!(told.lines().next().unwrap(), @"error: no team has this many people");
}

#[test]
fn a_team_that_is_too_small() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[gate]
required = [{ team = "platform", count = 3 }]
[sign-off]
required = [{ team = "empty" }]
"#), @r#"
    error: 3 people are asked for, and `platform` has only 2
     --> gate.toml:9:42
      |
    9 | required = [{ team = "platform", count = 3 }]
      |                                          ^ nobody could ever meet this
      |
      = help: add people to the team, or ask for fewer

    error: one person is asked for, and `empty` has nobody
      --> gate.toml:11:13
       |
    11 | required = [{ team = "empty" }]
       |             ^^^^^^^^^^^^^^^^^^ nobody could ever meet this
       |
       = help: add people to the team, or ask for fewer
    "#);
}

#[test]
fn teams_that_are_too_small_together() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ any-of = ["platform", "solo"], count = 3 }]
"#), @r#"
    error: 3 people are asked for, and `platform` and `solo` together have only 2
     --> gate.toml:9:54
      |
    9 | required = [{ any-of = ["platform", "solo"], count = 3 }]
      |                                                      ^ nobody could ever meet this
      |
      = help: add people to the team, or ask for fewer
    "#);
}

#[test]
fn teams_that_are_large_enough_together() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ any-of = ["platform", "solo"], count = 2 }]
"#), @"nothing");
}

#[test]
fn a_team_after_else_that_is_unknown_or_too_small() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ owners = true, else = "plat", count = 1 }, { owners = true, else = "solo", count = 2 }]
"#), @r#"
    error: unknown team `plat`
     --> gate.toml:9:37
      |
    9 | required = [{ owners = true, else = "plat", count = 1 }, { owners = true, else = "solo", count = 2 }]
      |                                     ^^^^^^
      |
      = help: the teams are `empty`, `platform` and `solo`

    error: 2 people are asked for, and `solo` has only one
     --> gate.toml:9:98
      |
    9 | required = [{ owners = true, else = "plat", count = 1 }, { owners = true, else = "solo", count = 2 }]
      |                                                                                                  ^ nobody could ever meet this
      |
      = help: add people to the team, or ask for fewer
    "#);
}

#[test]
fn owners_that_are_too_few() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ owners = true, else = "platform", count = 2 }]
[[service]]
name = "payments"
paths = ["src/**"]
owners = ["solo"]
"#), @r#"
    error: 2 people are asked for, and `payments` is owned by only one
     --> gate.toml:9:57
      |
    9 | required = [{ owners = true, else = "platform", count = 2 }]
      |                                                         ^ nobody could ever meet this there
      |
      = help: add people to `solo`, or ask for fewer
    "#);
}

#[test]
fn a_row_that_names_nobody() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ count = 1 }]
"#), @r#"
    error: this row names nobody
     --> gate.toml:9:13
      |
    9 | required = [{ count = 1 }]
      |             ^^^^^^^^^^^^^
      |
      = help: a row has one of `team = "…"`, `any-of = ["…", "…"]` and `owners = true`
    "#);
}

#[test]
fn a_row_that_names_two_things() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ team = "platform", owners = true }]
"#), @r#"
    error: this row asks for two things at once
     --> gate.toml:9:13
      |
    9 | required = [{ team = "platform", owners = true }]
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: a row has one of `team = "…"`, `any-of = ["…", "…"]` and `owners = true`
    "#);
}

#[test]
fn a_row_with_else_and_no_owners() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ team = "platform", else = "solo" }]
"#), @r#"
    error: `else` is for rows with `owners = true`
     --> gate.toml:9:41
      |
    9 | required = [{ team = "platform", else = "solo" }]
      |                                         ^^^^^^
      |
      = help: it names the team for paths that no service owns
    "#);
}

#[test]
fn owners_that_are_false() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ owners = false }]
"#), @"
    error: `owners = false` asks for nobody
     --> gate.toml:9:24
      |
    9 | required = [{ owners = false }]
      |                        ^^^^^
      |
      = help: name a team
    ");
}

#[test]
fn any_of_no_team() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ any-of = [] }]
"#), @"
    error: `any-of` names no team
     --> gate.toml:9:13
      |
    9 | required = [{ any-of = [] }]
      |             ^^^^^^^^^^^^^^^
    ");
}

#[test]
fn required_that_is_empty() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = []
"#), @r#"
    error: `required` names nobody, so nothing could ever be merged
     --> gate.toml:9:12
      |
    9 | required = []
      |            ^^
      |
      = help: leave it out for the default of `[sign-off]`, or name a team: `[{ team = "…", count = 1 }]`
    "#);
}

#[test]
fn required_that_is_a_string() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = "platform"
"#), @r#"
    error: `required` takes a list of tables
     --> gate.toml:9:12
      |
    9 | required = "platform"
      |            ^^^^^^^^^^ this is a string
      |
      = help: write `required = [{ team = "…", count = 1 }]`
    "#);
}

#[test]
fn required_that_is_one_table() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = { team = "platform" }
"#), @r#"
    error: `required` takes a list of tables
     --> gate.toml:9:12
      |
    9 | required = { team = "platform" }
      |            ^^^^^^^^^^^^^^^^^^^^^ this is a table
      |
      = help: write `required = [{ team = "…", count = 1 }]`
    "#);
}

#[test]
fn an_unknown_key_in_a_row() {
    assert_snapshot!(told(r#"[people.ada]
[people.grace]
[teams]
platform = ["ada", "grace"]
solo = ["ada"]
empty = []
[sign-off]
required = [{ team = "platform", cuont = 2 }]
"#), @r#"
    error: unknown key `cuont` in a row of `required`
     --> gate.toml:9:34
      |
    9 | required = [{ team = "platform", cuont = 2 }]
      |                                  ^^^^^ did you mean `count`?
      |
      = help: the keys are `team`, `any-of`, `owners`, `else`, `count` and `when`
    "#);
}
