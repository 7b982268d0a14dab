//! Changes that look like layout: the same words, and another meaning.

use crate::attack::{attacks, blocked, pass};

attacks! {
    lay_01_formatter_over_json: pass("A formatter's run over JSON: nothing else changes", r#"
        git checkout -q main
        printf '{"a": ["b", "c"], "d": {"e": 1}}\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '{\n  "a": [\n    "b",\n    "c"\n  ],\n  "d": { "e": 1 }\n}\n' > infra/a.json
        c x"#).local("infra/a.json");
    lay_02_value_behind_a_comment: blocked("Joins two lines, so that a comment takes in a value", r#"
        git checkout -q main
        printf '{ "a": 1 // b\n, "c": true\n}\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '{ "a": 1 // b, "c": true\n}\n' > infra/a.json
        c x"#).gated("infra/a.json");
    lay_03_key_twice_in_another_order: blocked("Swaps two values of a key that stands there twice", r#"
        git checkout -q main
        printf '{ "a": 1,\n "a": 2 }\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '{ "a": 2,\n  "a": 1 }\n' > infra/a.json
        c x"#).gated("infra/a.json");
    lay_04_bracket_moved: blocked("Moves a bracket by one item", r#"
        git checkout -q main
        printf '[["a"], "b"]\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '[["a", "b"]]\n' > infra/a.json
        c x"#).gated("infra/a.json");
    lay_05_line_end_to_some: blocked("Puts what ends a line, and a comment, to some readers behind a comment", r#"
        git checkout -q main
        printf '[ // a\n 1 ]\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '[ // a\342\200\250\n  1 ]\n' > infra/a.json
        c x"#).gated("infra/a.json");
    lay_06_minus_becomes_part_of_a_name: blocked("Takes the blanks from around a minus: it is part of the name then", r#"
        git checkout -q main
        printf 'a = b - c\n' > infra/a.tf
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a = b-c\n' > infra/a.tf
        c x"#).gated("infra/a.tf");
    lay_07_heredoc_indented: blocked("Indents a text that is a script", r#"
        git checkout -q main
        printf 'a = <<E\nif x\nE\n' > infra/a.tf
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a = <<E\n  if x\nE\n' > infra/a.tf
        c x"#).gated("infra/a.tf");
    lay_08_line_taken_under_a_suppression: blocked("Joins lines, so that a comment that silences a scanner is about more", r#"
        git checkout -q main
        printf '# tfsec:ignore:x\na = [\n  "b", "c"]\n' > infra/a.tf
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '# tfsec:ignore:x\na = ["b", "c"]\n' > infra/a.tf
        c x"#).gated("infra/a.tf");
    lay_09_blank_in_a_template: blocked("Adds a blank to a text within a template within a text", r#"
        git checkout -q main
        printf 'a = "${f("b")}"\n' > infra/a.tf
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a = "${f("b ")}"\n' > infra/a.tf
        c x"#).gated("infra/a.tf");
    lay_10_blank_behind_a_colon: blocked("Takes the blank from behind a colon: the value is part of the key then", r#"
        git checkout -q main
        printf 'a: {b-c: 1}\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a: {b-c:1}\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_11_item_becomes_a_number: blocked("Takes the blank from behind a dash", r#"
        git checkout -q main
        printf 'a:\n  - - 1\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a:\n  - -1\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_12_quotes_in_a_script: blocked("Changes quotes in a script that begins with one", r#"
        git checkout -q main
        printf 'run: |\n  "$a" b\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'run: |\n  \047$a\047 b\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_13_brackets_in_a_script: blocked("Adds blanks next to brackets in a script", r#"
        git checkout -q main
        printf 'run: |\n  [a]\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'run: |\n  [ a ]\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_14_template_made_of_braces: blocked("Closes the gap between two braces: they are a template then", r#"
        git checkout -q main
        printf 'a: [ { {b: c}: d } ]\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a: [ {{b: c}: d } ]\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_15_quoted_word_that_is_a_truth: blocked("Takes the quotes off a word that is a truth value without", r#"
        git checkout -q main
        printf 'a: "no"\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a: no\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_16_key_under_another: blocked("Indents a key, which is another's then", r#"
        git checkout -q main
        printf 'a:\n  b: 1\nc: 2\n' > infra/a.yaml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a:\n  b: 1\n  c: 2\n' > infra/a.yaml
        c x"#).gated("infra/a.yaml");
    lay_17_workflow: blocked("Changes nothing but quotes in a workflow: CI files are looked at all the same", r#"
        git checkout -q main
        mkdir -p .github/workflows
        printf 'on: push\nenv: {A: \047b\047}\n' > .github/workflows/a.yml
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'on: push\nenv: { A: "b" }\n' > .github/workflows/a.yml
        c x"#).gated(".github/workflows/a.yml");
    lay_18_policy: blocked("Changes nothing but blanks in gate.toml", r#"
        sed -i 's/^version = 1$/version  =  1/' gate.toml
        c x"#).gated("gate.toml");
    lay_19_renamed: blocked("Moves a file and lays it out anew", r#"
        git checkout -q main
        printf '{"a": ["b", "c", "d", "e", "f", "g"],\n"h": 1}\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '{"a": ["b", "c", "d", "e", "f", "g"],\n"h":  1}\n' > infra/a.json
        git mv infra/a.json infra/b.json
        c x"#).gated("infra/b.json");
    lay_20_executable: blocked("Lays a file out anew, and makes it executable", r#"
        git checkout -q main
        printf '[1]\n' > infra/a.json
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '[ 1 ]\n' > infra/a.json
        chmod +x infra/a.json
        c x"#).gated("infra/a.json");
    lay_21_heredoc_that_fills_in_its_marker: blocked("Puts the marker of a text within what is filled in: the text goes on behind it", r#"
        git checkout -q main
        printf 'a = <<E\n# ${b.\nE\n}\nrm -rf /c/d\ne {\nE\n}\n' > infra/a.tf
        c a
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a = <<E\n# ${b.\nE\n}\nrm -rf / c/d\ne {\nE\n}\n' > infra/a.tf
        c x"#).gated("infra/a.tf");
}
