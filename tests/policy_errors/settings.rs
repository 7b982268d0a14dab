//! Mistakes in the settings, in services and in overrides.

use insta::assert_snapshot;

use crate::told;

#[test]
fn a_length_of_time_that_is_none() {
    assert_snapshot!(told(r#"[sign-off]
max-age = "3 months"
"#), @r#"
    error: bad length of time `3 months`
     --> gate.toml:3:11
      |
    3 | max-age = "3 months"
      |           ^^^^^^^^^^ not a length of time
      |
      = help: a whole number of minutes, hours, days or weeks, such as `90 days`
    "#);
}

#[test]
fn a_length_of_time_that_is_nothing() {
    assert_snapshot!(told(r#"[sign-off]
max-age = "0 days"
"#), @r#"
    error: bad length of time `0 days`
     --> gate.toml:3:11
      |
    3 | max-age = "0 days"
      |           ^^^^^^^^ no time at all
      |
      = help: a whole number of minutes, hours, days or weeks, such as `90 days`
    "#);
}

#[test]
fn a_length_of_time_that_is_endless() {
    assert_snapshot!(told(r#"[sign-off]
max-age = "99999999999999 weeks"
"#), @r#"
    error: bad length of time `99999999999999 weeks`
     --> gate.toml:3:11
      |
    3 | max-age = "99999999999999 weeks"
      |           ^^^^^^^^^^^^^^^^^^^^^^ longer than ten years
      |
      = help: a whole number of minutes, hours, days or weeks, such as `90 days`
    "#);
}

#[test]
fn a_digest_that_is_none() {
    assert_snapshot!(told(r#"[sign-off]
void = ["abc"]
"#), @r#"
    error: this is not the digest of a statement
     --> gate.toml:3:9
      |
    3 | void = ["abc"]
      |         ^^^^^ 64 hexadecimal digits
      |
      = help: `gate log` shows the digest of each statement
    "#);
}

#[test]
fn an_override_without_a_team() {
    assert_snapshot!(told(r#"[override]
max-age = "1 day"
"#), @"
    error: `[override]` has no `team`
     --> gate.toml:2:1
      |
    2 | [override]
      | ^^^^^^^^^^
      |
      = help: name the team that may let a blocked change through, or take `[override]` out
    ");
}

#[test]
fn an_override_by_an_unknown_team_for_a_bad_time() {
    assert_snapshot!(told(r#"[override]
team = "incident"
max-age = "soon"
"#), @r#"
    error: unknown team `incident`
     --> gate.toml:3:8
      |
    3 | team = "incident"
      |        ^^^^^^^^^^
      |
      = help: there are no teams; add `incident = ["…"]` under `[teams]`

    error: bad length of time `soon`
     --> gate.toml:4:11
      |
    4 | max-age = "soon"
      |           ^^^^^^ not a length of time
      |
      = help: a whole number of minutes, hours, days or weeks, such as `1 day`
    "#);
}

#[test]
fn an_override_by_nobody() {
    assert_snapshot!(told(r#"[teams]
incident = []
[override]
team = "incident"
"#), @r#"
    error: nobody is in the team `incident`
     --> gate.toml:5:8
      |
    5 | team = "incident"
      |        ^^^^^^^^^^
    "#);
}

#[test]
fn branches_that_can_match_nothing() {
    assert_snapshot!(told(r#"[gate]
protected = ["refs/heads/main", "/main", "release/[x"]
"#), @r#"
    error: bad glob in `protected`
     --> gate.toml:3:14
      |
    3 | protected = ["refs/heads/main", "/main", "release/[x"]
      |              ^^^^^^^^^^^^^^^^^ write `main`

    error: bad glob in `protected`
     --> gate.toml:3:33
      |
    3 | protected = ["refs/heads/main", "/main", "release/[x"]
      |                                 ^^^^^^^ no branch starts like this

    error: bad glob in `protected`
     --> gate.toml:3:42
      |
    3 | protected = ["refs/heads/main", "/main", "release/[x"]
      |                                          ^^^^^^^^^^^^ unclosed character class; missing ']'
    "#);
}

#[test]
fn a_gate_that_is_for_some_changes() {
    assert_snapshot!(told("[gate]\nwhen = \"ai\"\n"), @r#"
    error: `when` may only add to what is asked, so `[gate]` has none
     --> gate.toml:3:8
      |
    3 | when = "ai"
      |        ^^^^
      |
      = help: give it to a `[[rule]]`, or to a row: `{ team = "…", count = 2, when = "ai" }`
    "#);
}

#[test]
fn unmatched_that_is_no_class() {
    assert_snapshot!(told(r#"[gate]
unmatched = "block"
"#), @r#"
    error: `unmatched` takes `local` or `architectural`
     --> gate.toml:3:13
      |
    3 | unmatched = "block"
      |             ^^^^^^^
      |
      = help: `architectural`: every hunk must be covered by a rule or a `[[local]]`
    "#);
}

#[test]
fn a_project_of_two_words() {
    assert_snapshot!(told(r#"project = "acme shop"
"#), @r#"
    error: `project` takes one word of up to 200 bytes
     --> gate.toml:2:11
      |
    2 | project = "acme shop"
      |           ^^^^^^^^^^^
      |
      = help: for example `github.com/acme/shop`; sign-offs are bound to it
    "#);
}

#[test]
fn a_service_without_a_name() {
    assert_snapshot!(told(r#"[[service]]
paths = ["a/**"]
"#), @"
    error: this service has no `name`
     --> gate.toml:2:1
      |
    2 | [[service]]
      | ^^^^^^^^^^^
    ");
}

#[test]
fn a_service_without_files() {
    assert_snapshot!(told(r#"[people.ada]
[teams]
a = ["ada"]
[[service]]
name = "payments"
owners = ["a"]
"#), @r#"
    error: the service `payments` has no files
     --> gate.toml:5:1
      |
    5 | [[service]]
      | ^^^^^^^^^^^
      |
      = help: add `paths = ["src/payments/**"]`
    "#);
}

#[test]
fn a_service_without_owners() {
    assert_snapshot!(told(r#"[[service]]
name = "payments"
paths = ["src/**"]
"#), @r#"
    warning: the service `payments` has no owners
     --> gate.toml:2:1
      |
    2 | [[service]]
      | ^^^^^^^^^^^
      |
      = help: add `owners = ["…"]`; until then `owners = true` asks the team after `else`
    "#);
}

#[test]
fn a_service_with_unknown_owners_and_a_bad_glob() {
    assert_snapshot!(told(r#"[[service]]
name = "payments"
paths = ["/src/**"]
owners = ["payments"]
"#), @r#"
    error: bad glob in `paths`
     --> gate.toml:4:10
      |
    4 | paths = ["/src/**"]
      |          ^^^^^^^^^ paths start at the top of the repository; write `src/**`

    error: unknown team `payments`
     --> gate.toml:5:11
      |
    5 | owners = ["payments"]
      |           ^^^^^^^^^^
      |
      = help: there are no teams; add `payments = ["…"]` under `[teams]`
    "#);
}

#[test]
fn two_services_of_one_name() {
    assert_snapshot!(told(r#"[people.ada]
[teams]
a = ["ada"]
[[service]]
name = "payments"
paths = ["a/**"]
owners = ["a"]
[[service]]
name = "payments"
paths = ["b/**"]
owners = ["a"]
"#), @r#"
    error: two services are called `payments`
      --> gate.toml:10:8
       |
     6 | name = "payments"
       |        ---------- first here
    ...
    10 | name = "payments"
       |        ^^^^^^^^^^
       |
       = help: join the two, or give each a name of its own
    "#);
}

#[test]
fn a_name_that_is_too_short() {
    assert_snapshot!(told(r#"[people.ada]
[teams]
a = ["ada"]
[[service]]
name = "payments"
paths = ["a/**"]
names = ["pa"]
owners = ["a"]
"#), @r#"
    error: `pa` is too short to be looked for
     --> gate.toml:8:10
      |
    8 | names = ["pa"]
      |          ^^^^
      |
      = help: a name that others use for a service has at least three letters
    "#);
}

#[test]
fn a_name_of_two_services() {
    assert_snapshot!(told(r#"[people.ada]
[teams]
a = ["ada"]
[[service]]
name = "payments"
paths = ["a/**"]
names = ["PAY_ADDR"]
owners = ["a"]
[[service]]
name = "ledger"
paths = ["b/**"]
names = ["PAY_ADDR"]
owners = ["a"]
"#), @r#"
    warning: two services are spoken of as `PAY_ADDR`
      --> gate.toml:13:10
       |
     8 | names = ["PAY_ADDR"]
       |          ---------- first here
    ...
    13 | names = ["PAY_ADDR"]
       |          ^^^^^^^^^^
       |
       = help: a hunk that says this name is asked of the owners of both; use a name of its own
    "#);
}
