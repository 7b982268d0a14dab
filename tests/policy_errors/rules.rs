//! Mistakes in rules, in what is local, and in packs.

use insta::assert_snapshot;

use crate::told;

#[test]
fn globs_that_can_match_nothing() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["/infra/**", "./infra/**", "infra/[a", "infra/{a,b"]
not-paths = ["!docs/**", "docs/", "a//b", ""]
"#), @r#"
    error: bad glob in `paths`
     --> gate.toml:4:10
      |
    4 | paths = ["/infra/**", "./infra/**", "infra/[a", "infra/{a,b"]
      |          ^^^^^^^^^^^ paths start at the top of the repository; write `infra/**`

    error: bad glob in `paths`
     --> gate.toml:4:23
      |
    4 | paths = ["/infra/**", "./infra/**", "infra/[a", "infra/{a,b"]
      |                       ^^^^^^^^^^^^ paths start at the top of the repository; write `infra/**`

    error: bad glob in `paths`
     --> gate.toml:4:37
      |
    4 | paths = ["/infra/**", "./infra/**", "infra/[a", "infra/{a,b"]
      |                                     ^^^^^^^^^^ unclosed character class; missing ']'

    error: bad glob in `paths`
     --> gate.toml:4:49
      |
    4 | paths = ["/infra/**", "./infra/**", "infra/[a", "infra/{a,b"]
      |                                                 ^^^^^^^^^^^^ unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)

    error: bad glob in `not-paths`
     --> gate.toml:5:14
      |
    5 | not-paths = ["!docs/**", "docs/", "a//b", ""]
      |              ^^^^^^^^^^ there is no `!`; what is left out is named in `not-paths`, as `docs/**`

    error: bad glob in `not-paths`
     --> gate.toml:5:26
      |
    5 | not-paths = ["!docs/**", "docs/", "a//b", ""]
      |                          ^^^^^^^ it matches no file; all files of the folder are `docs/**`

    error: bad glob in `not-paths`
     --> gate.toml:5:35
      |
    5 | not-paths = ["!docs/**", "docs/", "a//b", ""]
      |                                   ^^^^^^ no path has an empty, `.` or `..` part

    error: bad glob in `not-paths`
     --> gate.toml:5:43
      |
    5 | not-paths = ["!docs/**", "docs/", "a//b", ""]
      |                                           ^^ it is empty; `**` matches every file
    "#);
}

#[test]
fn a_glob_that_is_too_long() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
"#), @r#"
    error: bad glob in `paths`
     --> gate.toml:4:10
      |
    4 | ...= ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^...^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ it is longer than 1000 bytes
    "#);
}

#[test]
fn regexes_that_are_wrong() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
"#), @r"
    error: bad regex in `changed`
     --> gate.toml:5:12
      |
    5 | changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
      |            ^^^^ unclosed group

    error: bad regex in `changed`
     --> gate.toml:5:18
      |
    5 | changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
      |                  ^^^^^^^ invalid character class range, the start must be <= the end

    error: bad regex in `changed`
     --> gate.toml:5:27
      |
    5 | changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
      |                           ^^^ repetition operator missing expression

    error: bad regex in `changed`
     --> gate.toml:5:32
      |
    5 | changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
      |                                ^^^^^^^ look-ahead and look-behind are not supported

    error: bad regex in `changed`
     --> gate.toml:5:41
      |
    5 | changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
      |                                         ^^^^^^^^^^^ Unicode not allowed here; put `(?u)` in front for other letters than ASCII

    error: bad regex in `changed`
     --> gate.toml:5:54
      |
    5 | changed = ['(a', '[z-a]', '*', '(?=x)', '\p{Greek}', '\1']
      |                                                      ^^^^ backreferences are not supported
    ");
}

#[test]
fn a_regex_that_compiles_to_too_much() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
changed = ['(x{100}){100}{100}']
"#), @"
    error: bad regex in `changed`
     --> gate.toml:5:12
      |
    5 | changed = ['(x{100}){100}{100}']
      |            ^^^^^^^^^^^^^^^^^^^^ it compiles to more than a megabyte; repeat less
    ");
}

#[test]
fn a_condition_that_is_no_kind() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
kinds = ["delete", "moved"]
"#), @r#"
    error: unknown kind `delete`
     --> gate.toml:5:10
      |
    5 | kinds = ["delete", "moved"]
      |          ^^^^^^^^ did you mean `deleted`?
      |
      = help: the kinds are `deleted`, `renamed`, `mode`, `symlink`, `submodule` and `binary`

    error: unknown kind `moved`
     --> gate.toml:5:20
      |
    5 | kinds = ["delete", "moved"]
      |                    ^^^^^^^
      |
      = help: the kinds are `deleted`, `renamed`, `mode`, `symlink`, `submodule` and `binary`
    "#);
}

#[test]
fn a_key_path_that_is_wrong() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
keys = ["spec..replicas", "containers[0]"]
"#), @r#"
    error: bad key path in `keys`
     --> gate.toml:5:9
      |
    5 | keys = ["spec..replicas", "containers[0]"]
      |         ^^^^^^^^^^^^^^^^ a key is missing between two dots
      |
      = help: for example `spec.template.spec.containers[].resources`, or `**.replicas`

    error: bad key path in `keys`
     --> gate.toml:5:27
      |
    5 | keys = ["spec..replicas", "containers[0]"]
      |                           ^^^^^^^^^^^^^^^ the items of a list are `[]`; one alone can't be asked for
      |
      = help: for example `spec.template.spec.containers[].resources`, or `**.replicas`
    "#);
}

#[test]
fn a_syntax_pattern_without_its_pattern() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
syntax = [{ lang = "go" }, 1]
"#), @r#"
    error: this entry of `syntax` has no `pattern`
     --> gate.toml:5:11
      |
    5 | syntax = [{ lang = "go" }, 1]
      |           ^^^^^^^^^^^^^^^

    error: `syntax` takes a list of patterns
     --> gate.toml:5:28
      |
    5 | syntax = [{ lang = "go" }, 1]
      |                            ^ this is a number
      |
      = help: an entry is a string, or `{ lang = "go", pattern = "…" }`
    "#);
}

#[test]
fn a_service_that_is_unknown() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
services = ["paymets"]
[[service]]
name = "payments"
paths = ["src/**"]
owners = []
"#), @r#"
    error: unknown service `paymets`
     --> gate.toml:5:13
      |
    5 | services = ["paymets"]
      |             ^^^^^^^^^ did you mean `payments`?

    warning: the service `payments` has no owners
     --> gate.toml:6:1
      |
    6 | [[service]]
      | ^^^^^^^^^^^
      |
      = help: add `owners = ["…"]`; until then `owners = true` asks the team after `else`
    "#);
}

#[test]
fn a_rule_without_a_condition() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
why = "y"
comments = true
"#), @r#"
    error: this rule has no condition, so it would match every hunk
     --> gate.toml:2:1
      |
    2 | [[rule]]
      | ^^^^^^^^
      |
      = help: add `paths = ["…"]`; for all files, say so: `paths = ["**"]`
    "#);
}

#[test]
fn a_rule_without_an_id() {
    assert_snapshot!(told(r#"[[rule]]
paths = ["**"]
"#), @r#"
    error: this rule has no `id`
     --> gate.toml:2:1
      |
    2 | [[rule]]
      | ^^^^^^^^
      |
      = help: add `id = "…"`: reports and sign-offs speak of the rule by it
    "#);
}

#[test]
fn two_rules_of_one_id() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["a"]
[[rule]]
id = "x"
paths = ["b"]
"#), @r#"
    error: two rules have the id `x`
     --> gate.toml:6:6
      |
    3 | id = "x"
      |      --- first here
    ...
    6 | id = "x"
      |      ^^^
      |
      = help: give each an id of its own
    "#);
}

#[test]
fn an_id_with_a_slash_or_a_blank() {
    assert_snapshot!(told(r#"[[rule]]
id = "terraform/x"
paths = ["**"]
[[rule]]
id = "my rule"
paths = ["**"]
"#), @r#"
    error: `terraform/x` is written as the id of a built-in rule
     --> gate.toml:3:6
      |
    3 | id = "terraform/x"
      |      ^^^^^^^^^^^^^
      |
      = help: an id of one's own has no `/`; a built-in rule is changed under `[rules."pack/id"]`

    error: `my rule` can't be an id
     --> gate.toml:6:6
      |
    6 | id = "my rule"
      |      ^^^^^^^^^
      |
      = help: an id has up to 100 of the letters A-Z, a-z, 0-9 and `. _ -`
    "#);
}

#[test]
fn a_category_that_is_a_sentence() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
category = "needs a look"
"#), @r#"
    error: `needs a look` can't be a category
     --> gate.toml:5:12
      |
    5 | category = "needs a look"
      |            ^^^^^^^^^^^^^^
      |
      = help: it is `service-boundary`, `infra`, `config`, or another single word
    "#);
}

#[test]
fn only_in_a_rule() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
only = ['^v']
"#), @"
    error: `only` is for `[[local]]`
     --> gate.toml:5:8
      |
    5 | only = ['^v']
      |        ^^^^^^
      |
      = help: a rule matches where one changed line does: use `changed`, `added` or `removed`
    ");
}

#[test]
fn when_it_is_no_word_that_is_known() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
when = "human"
"#), @r#"
    error: `when` takes `ai`, and nothing else
     --> gate.toml:5:8
      |
    5 | when = "human"
      |        ^^^^^^^
      |
      = help: `when = "ai"` holds where an AI agent is known to have written some of the change; leave it out for every change
    "#);
}

#[test]
fn an_example_that_is_not_whole() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]

[[rule.example]]
path = "a"
class = "arch"
"#), @r#"
    error: this example has no `diff`
     --> gate.toml:6:1
      |
    6 | [[rule.example]]
      | ^^^^^^^^^^^^^^^^

    error: `class` takes `architectural` or `local`
     --> gate.toml:8:9
      |
    8 | class = "arch"
      |         ^^^^^^
      |
      = help: `architectural`: the rule matches this diff; `local`: it does not
    "#);
}

#[test]
fn a_local_without_a_condition() {
    assert_snapshot!(told(r#"[[local]]
why = "all is well"
"#), @r#"
    error: this `[[local]]` has no condition, so it would make every hunk local
     --> gate.toml:2:1
      |
    2 | [[local]]
      | ^^^^^^^^^
      |
      = help: add `paths = ["…"]`
    "#);
}

#[test]
fn a_local_with_a_key_of_a_rule() {
    assert_snapshot!(told(r#"[[local]]
paths = ["docs/**"]
required = [{ team = "a" }]
category = "x"
"#), @r#"
    error: unknown key `required` in `[[local]]`
     --> gate.toml:4:1
      |
    4 | required = [{ team = "a" }]
      | ^^^^^^^^
      |
      = help: the keys are `why`, `paths`, `not-paths`, `added`, `removed`, `changed`, `differs`, `except`, `within`, `not-within`, `kinds`, `syntax`, `keys`, `services` and `only`

    error: unknown key `category` in `[[local]]`
     --> gate.toml:5:1
      |
    5 | category = "x"
      | ^^^^^^^^
      |
      = help: the keys are `why`, `paths`, `not-paths`, `added`, `removed`, `changed`, `differs`, `except`, `within`, `not-within`, `kinds`, `syntax`, `keys`, `services` and `only`
    "#);
}

#[test]
fn a_change_of_a_rule_that_is_not_there() {
    assert_snapshot!(told(r#"extends = ["gate:recommended"]
[rules."recommended/nonsense"]
enabled = false
"#), @r#"
    error: no pack has a rule `recommended/nonsense`
     --> gate.toml:3:8
      |
    3 | [rules."recommended/nonsense"]
      |        ^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: `gate rules list` shows all that there are
    "#);
}

#[test]
fn a_change_of_a_rule_of_a_pack_that_is_not_there() {
    assert_snapshot!(told("[rules.\"nonsense/thing\"]\nenabled = false\n"), @r#"
    error: no pack has a rule `nonsense/thing`
     --> gate.toml:2:8
      |
    2 | [rules."nonsense/thing"]
      |        ^^^^^^^^^^^^^^^^
      |
      = help: `gate rules list` shows all that there are
    "#);
}

#[test]
fn a_change_of_ones_own_rule() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["**"]
[rules.x]
enabled = false
"#), @"
    error: `x` is not a built-in rule
     --> gate.toml:5:8
      |
    5 | [rules.x]
      |        ^
      |
      = help: it is a `[[rule]]` of this file: change it where it stands
    ");
}

#[test]
fn a_change_of_a_rule_of_a_pack_that_is_not_extended() {
    assert_snapshot!(told(r#"[rules."recommended/thing"]
enabled = false
"#), @r#"
    error: the pack of `recommended/thing` is not extended
     --> gate.toml:2:8
      |
    2 | [rules."recommended/thing"]
      |        ^^^^^^^^^^^^^^^^^^^
      |
      = help: add `gate:recommended` to `extends`, or take this out
    "#);
}

#[test]
fn an_unknown_key_in_a_change_of_a_rule() {
    assert_snapshot!(told(r#"[rules."recommended/thing"]
enable = false
paths = ["**"]
"#), @r#"
    error: the pack of `recommended/thing` is not extended
     --> gate.toml:2:8
      |
    2 | [rules."recommended/thing"]
      |        ^^^^^^^^^^^^^^^^^^^
      |
      = help: add `gate:recommended` to `extends`, or take this out

    error: unknown key `enable` in `[rules."recommended/thing"]`
     --> gate.toml:3:1
      |
    3 | enable = false
      | ^^^^^^ did you mean `enabled`?
      |
      = help: the keys are `enabled`, `category` and `required`

    error: unknown key `paths` in `[rules."recommended/thing"]`
     --> gate.toml:4:1
      |
    4 | paths = ["**"]
      | ^^^^^
      |
      = help: the keys are `enabled`, `category` and `required`
    "#);
}

#[test]
fn an_unknown_pack() {
    let told = told("extends = [\"gate:recomended\", \"recommended\", \"acme:x\"]\n");
    // The last line lists the packs, which come and go.
    let told: Vec<&str> = told.lines().filter(|line| !line.contains("= help: ")).collect();
    assert_snapshot!(told.join("\n"), @r#"
    error: unknown pack `gate:recomended`
     --> gate.toml:2:12
      |
    2 | extends = ["gate:recomended", "recommended", "acme:x"]
      |            ^^^^^^^^^^^^^^^^^ did you mean `gate:recommended`?

    error: unknown pack `recommended`
     --> gate.toml:2:31
      |
    2 | extends = ["gate:recomended", "recommended", "acme:x"]
      |                               ^^^^^^^^^^^^^ did you mean `gate:recommended`?

    error: unknown pack `acme:x`
     --> gate.toml:2:46
      |
    2 | extends = ["gate:recomended", "recommended", "acme:x"]
      |                                              ^^^^^^^^
      |
    "#);
}

#[cfg(feature = "syntax")]
#[test]
fn patterns_over_code_that_are_no_code() {
    assert_snapshot!(told(r#"[[rule]]
id = "x"
paths = ["src/**"]
syntax = [
    "requests.$M($$$)",
    "$ANY",
    "foo((",
    { lang = "pyhton", pattern = "f($A)" },
    { lang = "go", pattern = "def f(): pass" },
    { lang = "go" },
]
[[rule]]
id = "y"
paths = ["**/*.py"]
syntax = ["func f() {}"]
"#), @r#"
    error: bad pattern in `syntax`
     --> gate.toml:7:5
      |
    7 |     "$ANY",
      |     ^^^^^^ it stands for everything; name something that the code says
      |
      = help: for example `requests.$M($$$)`: `$M` stands for one expression or name, `$$$` for any number

    error: unknown language `pyhton`
     --> gate.toml:9:14
      |
    9 |     { lang = "pyhton", pattern = "f($A)" },
      |              ^^^^^^^^ did you mean `python`?

    error: bad pattern in `syntax`
      --> gate.toml:10:30
       |
    10 |     { lang = "go", pattern = "def f(): pass" },
       |                              ^^^^^^^^^^^^^^^ it can't be read as one piece of code in go
       |
       = help: for example `requests.$M($$$)`: `$M` stands for one expression or name, `$$$` for any number

    error: this entry of `syntax` has no `pattern`
      --> gate.toml:11:5
       |
    11 |     { lang = "go" },
       |     ^^^^^^^^^^^^^^^

    error: bad pattern in `syntax`
      --> gate.toml:16:11
       |
    16 | syntax = ["func f() {}"]
       |           ^^^^^^^^^^^^^ it can't be read as one piece of code in python
       |
       = help: for example `requests.$M($$$)`: `$M` stands for one expression or name, `$$$` for any number
    "#);
}
