//! Comments that hold more than remarks.

use crate::attack::{attacks, blocked, pass};

attacks! {
    cnt_150_text_of_a_function: blocked("Changes a comment that is a function's body, of which `toString` makes a text", r"
        git checkout -q main
        printf 'x = (function () {/*\ngood\n*/\n}).toString()\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.js
        c x").gated("infra/b.js");
    cnt_151_text_of_a_function_on_lines_of_its_own: blocked("Changes a comment on the lines between a function's braces, of which `toString` makes a text", r"
        git checkout -q main
        printf 'x = (function () {\n/*\ngood\n*/\n}).toString()\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.js
        c x").gated("infra/b.js");
    cnt_152_text_of_a_function_behind_a_comment: blocked("Changes the text that a function holds in a comment, behind another comment on its brace's line", r"
        git checkout -q main
        printf 'x = (function () { // y\n/* z */\n/*\ngood\n*/\n}).toString()\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.js
        c x").gated("infra/b.js");
    cnt_153_text_of_a_function_whose_brace_a_comment_stands_before: blocked("Changes the text that a function holds, with comments before its brace and around the text", r"
        git checkout -q main
        printf 'const f = (): void => /* x */ { // y\n// z\n/*\ngood\n*/\n// z\n}\n' > infra/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.ts
        c x").gated("infra/b.ts");
    cnt_154_text_of_a_function_behind_a_statement: blocked("Changes the text that a function holds behind a statement", r"
        git checkout -q main
        printf 'x = (function () { \047use strict\047; return;\n/*\ngood\n*/\n}).toString()\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.js
        c x").gated("infra/b.js");
    cnt_155_text_of_a_class: blocked("Changes the text that a class holds in a comment", r"
        git checkout -q main
        printf 'class A {\n// x\n/*\ngood\n*/\n}\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.js
        c x").gated("infra/b.js");
    cnt_156_program_in_the_first_comment: blocked("Changes the program that a shell takes the first comment of a file for", r#"
        git checkout -q main
        printf '//usr/bin/env good "$0"; exit\n\npackage main\n' > infra/b.go
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.go
        c x"#).gated("infra/b.go");
    cnt_157_condition_in_a_comment: blocked("Changes the condition by which a build leaves code out", r"
        git checkout -q main
        printf '// #ifdef good\nx()\n// #endif\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.js
        c x").gated("infra/b.js");
    cnt_158_options_of_rackup: blocked("Changes the options that rackup reads in a comment", r"
        git checkout -q main
        printf '#\\ -p 9292 -o good\nrun App\n' > infra/config.ru
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/config.ru
        c x").gated("infra/config.ru");
    cnt_159_import_in_a_comment_behind_three_blanks: blocked("Changes what a file of GraphQL imports in a comment, behind three blanks", r#"
        git checkout -q main
        printf '#   import A from "good"\ntype A { a: Int }\n' > infra/b.graphql
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.graphql
        c x"#).gated("infra/b.graphql");
    cnt_160_macro_of_a_containerfile: blocked("Changes a macro of a Containerfile that the preprocessor of C reads first", r"
        git checkout -q main
        printf '#define BASE good\nFROM BASE\n' > infra/Containerfile.in
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/Containerfile.in
        c x").gated("infra/Containerfile.in");
    cnt_161_comment_that_the_script_itself_runs: blocked("Changes a comment of a script that runs its own comments", r#"
        git checkout -q main
        printf 'sed -n "s/^#X //p" "$0" | sh\n#X good\n' > infra/b.sh
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.sh
        c x"#).gated("infra/b.sh");
    cnt_162_element_in_a_comment_of_a_template: blocked("Changes an element in a comment that Thymeleaf takes away", r"
        git checkout -q main
        printf '<a>\n<!--/*/ <good/> /*/-->\n</a>\n' > infra/b.xml
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.xml
        c x").gated("infra/b.xml");
    cnt_163_encoding_on_a_later_line: blocked("Changes a comment of a file that says further down that its bytes are other characters", r#"
        git checkout -q main
        printf '<?xml\nversion="1.0"\n\nencoding="ibm037"?>\n<a>\n<!-- good -->\n</a>\n' > infra/b.xml
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.xml
        c x"#).gated("infra/b.xml");
    cnt_164_indentation_in_a_comment_that_is_read: blocked("Moves a setting within a comment that is read as YAML", r"
        git checkout -q main
        printf '/**\n@openapi\n/u:\n  get:\n    good: 1\n*/\nx()\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i 's/    good/  good/' infra/b.js
        c x").gated("infra/b.js");
    cnt_165_build_in_a_comment: blocked("Changes the build that a script of Scala holds in a comment", r#"
        git checkout -q main
        printf '/***\nscalaVersion := "good"\n*/\nobject A\n' > infra/b.scala
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.scala
        c x"#).gated("infra/b.scala");
    cnt_166_order_of_services_in_a_comment: blocked("Changes which services must run before this one, in a comment", r"
        git checkout -q main
        printf '#!/bin/sh\n# REQUIRE: good\nx\n' > infra/b.sh
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.sh
        c x").gated("infra/b.sh");
    cnt_167_remark_in_a_function_is_no_attack: pass("Rewords a remark above the code of a function", r"
        git checkout -q main
        printf 'f(() => { // x\n  /*\n   * good\n   */\n  y()\n})\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/better/ infra/b.js
        c x").local("infra/b.js");
    cnt_168_comment_between_a_class_and_its_field: blocked("Adds a field behind a comment that stands as far out as the class", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
within = ['\bclass \w*Settings\b']
TOML
        mkdir -p src
        printf 'class ASettings {\n  a = 1\n}\n' > src/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'class ASettings {\n  a = 1\n// x\n  retries = 9\n}\n' > src/b.ts
        c x"#).gated("src/b.ts");
    cnt_169_words_between_a_class_and_its_field: blocked("Adds a field behind a word in a comment of several lines that stands as far out as the class", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
within = ['\bclass \w*Settings\b']
TOML
        mkdir -p src
        printf 'class ASettings {\n  a = 1\n}\n' > src/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'class ASettings {\n  a = 1\n/*\nx\n*/\n  retries = 9\n}\n' > src/b.ts
        c x"#).gated("src/b.ts");
    cnt_170_text_between_a_class_and_its_field: blocked("Adds a field behind a text that stands as far out as the class", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
within = ['\bclass \w*Settings\b']
TOML
        mkdir -p src
        printf 'class ASettings:\n  a = 1\n' > src/b.py
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'class ASettings:\n  a = """\nx\n"""\n  retries = 9\n' > src/b.py
        c x"#).gated("src/b.py");
    cnt_171_comment_that_reads_like_a_function: blocked("Adds a field below a comment that reads like the function whose lines the rule passes over", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
not-within = ['\bfunction\b']
TOML
        mkdir -p src
        printf 'class A {\n  a = 1\n}\n' > src/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'class A {\n  a = 1\n// function\n  retries = 9\n}\n' > src/b.ts
        c x"#).gated("src/b.ts");
    cnt_172_comment_between_an_annotation_and_its_class: blocked("Parts the annotation that a rule asks for from its class by a comment", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
within = ['^@Serializable']
TOML
        mkdir -p src
        printf '@Serializable\nclass A(\n  val a: Int,\n)\n' > src/b.kt
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '@Serializable // x\n\n// y\nclass A(\n  val a: Int,\n  val retries: Int,\n)\n' > src/b.kt
        c x"#).gated("src/b.kt");
    cnt_173_annotation_of_the_field_itself: blocked("Puts an annotation over the added field that lets off what it is about", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
not-within = ['^@Service']
TOML
        mkdir -p src
        printf 'class A(\n  val a: Int,\n)\n' > src/b.kt
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'class A(\n  val a: Int,\n  @Service\n  val retries: Int,\n)\n' > src/b.kt
        c x"#).gated("src/b.kt");
    cnt_174_annotation_that_the_change_adds: blocked("Puts an annotation over the class that lets off what is in it, in the same change", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
not-within = ['^@Service']
TOML
        mkdir -p src
        printf 'class A(\n  val a: Int,\n)\n' > src/b.kt
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '@Service\nclass A(\n  val a: Int,\n  val retries: Int,\n)\n' > src/b.kt
        c x"#).gated("src/b.kt");
    cnt_175_comment_that_reads_like_what_a_local_asks_for: blocked("Adds a field below a comment that reads like what a `[[local]]` looks for", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "fields"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
[[local]]
paths = ["src/**"]
added = ["retries"]
within = ['\bfixtures\b']
TOML
        mkdir -p src
        printf 'class A {\n  a = 1\n}\n' > src/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'class A {\n  a = 1\n// fixtures\n  retries = 9\n}\n' > src/b.ts
        c x"#).gated("src/b.ts");
    cnt_176_line_within_a_text_that_encloses: blocked("Adds a line within a text that reads like what encloses tests", r#"
        git checkout -q main
        cat >> gate.toml <<'TOML'
[[rule]]
id = "retries"
category = "config"
why = "w"
paths = ["src/**"]
added = ["retries"]
not-within = ['^describe\(']
TOML
        mkdir -p src
        printf 'f()
' > src/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'f()
x = `
  describe(
    `
    retries = 9
' > src/b.ts
        c x"#).gated("src/b.ts");
}
