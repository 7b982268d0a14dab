//! Content tricks.

use crate::attack::{attacks, blocked, pass};

attacks! {
    cnt_01_bidi_control_characters_in_a_local_hunk_trojan_source: blocked("Bidi control characters in a local hunk (Trojan Source)", r"
        printf 'def f():\n    # \342\200\256 } \342\201\246 if admin\342\201\251 \342\201\246 begin\n    return 1\n' > services/api/app.py; c bidi");
    cnt_02_zero_width_invisible_tag_characters_in_added_code: blocked("Zero-width / invisible / tag characters in added code", r"
        printf 'def f\342\200\213():\n    return 1\n' > services/api/app.py; c zw");
    cnt_04_50_mb_single_line_file_edit: blocked("50 MB single-line file edit", r"
        git checkout -q main
        head -c 50000000 /dev/zero | tr '\0' x > docs/one.js
        c one
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf y >> docs/one.js
        c x");
    cnt_05_compression_bomb_100_mb_of_newlines_about_100_kb_packed: blocked("Compression bomb: 100 MB of newlines (about 100 KB packed)", r"
        head -c 100000000 /dev/zero | tr '\0' '\n' > docs/n.txt
        c bomb");
    cnt_06_200_mb_of_zero_bytes: blocked("200 MB of zero bytes (200 KB packed): past the limit many times, and hashed in a second", r"
        head -c 200000000 /dev/zero > docs/z.bin
        c zeros").gated("docs/z.bin");
    cnt_07_20k_hunks_in_one_file: blocked("20k hunks in one file of 200 KB: twice the limit", r#"
        noise() { awk -v seed="$1" 'BEGIN { srand(seed); for (i = 0; i < 100000; i++) print rand() < .5 ? "a" : "b" }'; }
        git checkout -q main
        noise 1 > docs/f
        c f
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        noise 2 > docs/f
        c x"#).gated("docs/f");
    cnt_08_20k_files_in_one_change: pass("20k files in one change", r#"
        { printf 'commit refs/heads/feat\ncommitter D <d@x> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n'
          seq 0 19999 | awk '{ printf "M 644 inline docs/m/%d/%d.txt\ndata 2\nx\n\n", $1 / 200, $1 }'; } > "$W/fi"
        git fast-import --quiet --force < "$W/fi""#);
    cnt_09_git_lfs_pointer_oid_change: blocked("Git LFS pointer oid change", r"
        git checkout -q main
        printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 10\n' 1 > docs/model.bin
        c lfs
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 10\n' 2 > docs/model.bin
        c x");
    cnt_10_binary_file_changed_in_a_gated_path: blocked("Binary file changed in a gated path", r"
        printf '\211PNG\0evil' > infra/logo.png
        c bin");
    cnt_13_gated_file_deleted: blocked("Gated file deleted", r"
        git rm -q infra/main.tf
        c del");
    cnt_14_regular_file_replaced_by_a_symlink_pointing_outside_the_repo: blocked("Regular file replaced by a symlink pointing outside the repo", r"
        rm infra/main.tf
        ln -s ../../../etc/passwd infra/main.tf
        c ln");
    cnt_15_symlink_target_change_only: blocked("Symlink target change only", r"
        git checkout -q main
        ln -s note.txt infra/l
        c l
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        ln -sfn main.tf infra/l
        c x");
    cnt_16_submodule_added_bumped: blocked("Submodule added / bumped", r"
        git update-index --add --cacheinfo 160000,$BASE,vendor/lib
        git commit -qm sub");
    cnt_17_gitmodules_url_swapped_gitlink_unchanged: blocked(".gitmodules URL swapped, gitlink unchanged", r#"
        git checkout -q main
        git update-index --add --cacheinfo 160000,$BASE,vendor/lib
        printf '[submodule "l"]\n path = vendor/lib\n url = https://good/l\n' > .gitmodules
        git add .gitmodules
        git commit -qm s
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i 's/good/evil/' .gitmodules
        git add .gitmodules
        git commit -qm x"#).gated(".gitmodules");
    cnt_18_content_rule_evaded_by_escapes_split_tokens: pass("Content rule evaded by escapes / split tokens: content may only raise a class, paths are the boundary", r#"
        printf 'import os\nos.environ["LIS"+"TEN"]="0.0.0.0"\nx = "\\u0070ublic"\n' > services/api/app.py
        c esc"#).local("services/api/app.py");
    cnt_101_tag_characters_in_a_string: blocked("Hides words for a model in tag characters", r"
        printf 'def f():\n    return \x22\363\240\201\201\363\240\201\202\x22\n' > services/api/app.py
        c tags").gated("services/api/app.py");
    cnt_102_byte_order_mark_at_the_start_is_no_attack: pass("Adds a file with a byte order mark at its start", r"
        printf '\357\273\277def g():\n    return 2\n' > services/api/new.py
        c bom").local("services/api/new.py");
    cnt_103_zero_width_joiner_of_an_emoji_is_no_attack: pass("Adds an emoji that is joined by a zero-width joiner", r"
        printf 'family \360\237\221\250\342\200\215\360\237\221\251\342\200\215\360\237\221\247\n' > docs/emoji.md
        c emoji").local("docs/emoji.md");
    cnt_104_many_small_files_beside_one_gated: blocked("Buries one gated line in 500 harmless files", r#"
        mkdir -p docs/m
        for i in $(seq 1 500); do echo $i > docs/m/$i; done
        evil
        c bury"#).gated("infra/main.tf");
    cnt_105_last_line_without_an_end: blocked("Takes nothing but the last line end of a gated file away", r"
        printf 'a: 1' > infra/note.txt
        c end").gated("infra/note.txt");
    cnt_106_carriage_return_in_a_comment: blocked("Puts code behind a carriage return in a comment", r"
        git checkout -q main
        printf '# a\nx = 1\n' > infra/b.py
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '# a\revil()\nx = 1\n' > infra/b.py
        c x").gated("infra/b.py");
    cnt_107_line_separator_in_a_comment: blocked("Puts code behind U+2028 in a comment", r"
        git checkout -q main
        printf '// a\nx = 1\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '// a\342\200\250evil()\nx = 1\n' > infra/b.js
        c x").gated("infra/b.js");
    cnt_108_escaped_line_end_in_a_comment: blocked("Puts code behind `\\u000a` in a Java comment", r"
        git checkout -q main
        printf '// a\nint x = 1;\n' > infra/B.java
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '// a \\u000a evil();\nint x = 1;\n' > infra/B.java
        c x").gated("infra/B.java");
    cnt_109_blank_line_in_a_folded_scalar: blocked("Adds a blank line within a text of several lines", r"
        git checkout -q main
        printf 'a: x\n  y\n' > k8s/b.yaml
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'a: x\n\n  y\n' > k8s/b.yaml
        c x").gated("k8s/b.yaml");
    cnt_110_text_in_a_heredoc_of_another_word: blocked("Rewrites a text that a quoted word in front of it seems to have ended", r#"
        git checkout -q main
        printf 'FROM x\nRUN echo "<<X"\nCOPY <<Y /etc/c\nX\n# here\nY\n' > infra/Dockerfile
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'FROM x\nRUN echo "<<X"\nCOPY <<Y /etc/c\nX\n# there\nY\n' > infra/Dockerfile
        c x"#).gated("infra/Dockerfile");
    cnt_111_comment_that_cuts_a_block_scalar: blocked("Cuts a block scalar with a comment, so that its further lines turn into comments", r"
        git checkout -q main
        printf 'run: |\n  a\n  # b\nz: 1\n' > k8s/b.yaml
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'run: |\n  a\n# x\n  # b\nz: 1\n' > k8s/b.yaml
        c x").gated("k8s/b.yaml");
    cnt_112_comment_that_joins_the_next_line: blocked("Ends a comment with a backslash and a blank", r"
        git checkout -q main
        printf 'x();\ncheck();\n' > infra/b.c
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'x();\n// note \\ \ncheck();\n' > infra/b.c
        c x").gated("infra/b.c");
    cnt_113_code_behind_the_name_of_a_region: blocked("Begins a comment in the name of a region, which is no code", r"
        git checkout -q main
        printf '#region /* x\ngood();\n#endregion\n/* c */\n' > infra/b.cs
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '#region /* x\nevil();\n#endregion\n/* c */\n' > infra/b.cs
        c x").gated("infra/b.cs");
    cnt_114_text_of_an_element: blocked("Puts an element behind slashes in the text of another", r"
        git checkout -q main
        printf 'const a = <p>\nx\n</p>\n' > infra/b.tsx
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'const a = <p>\n// <Evil/>\nx\n</p>\n' > infra/b.tsx
        c x").gated("infra/b.tsx");
    cnt_115_comment_that_a_database_runs: blocked("Puts a statement into a comment that one database runs", r"
        git checkout -q main
        printf 'x;\n' > infra/b.sql
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'x;\n/*M! DROP TABLE t; */\n' > infra/b.sql
        c x").gated("infra/b.sql");
    cnt_116_order_to_a_scheduler: blocked("Rewrites an order to the scheduler of a cluster", r"
        git checkout -q main
        printf '#!/bin/bash\n#SBATCH --partition=here\nx\n' > infra/b.sh
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '#!/bin/bash\n#SBATCH --partition=there\nx\n' > infra/b.sh
        c x").gated("infra/b.sh");
    cnt_117_c_above_an_import_in_backticks: blocked("Rewrites C above an import in backticks", r"
        git checkout -q main
        printf 'package x\n\n// int f() { return 1; } here\nimport `C`\n' > infra/b.go
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'package x\n\n// int f() { return 1; } there\nimport `C`\n' > infra/b.go
        c x").gated("infra/b.go");
    cnt_118_text_above_the_first_tag_of_php: blocked("Writes text above the first tag of PHP", r"
        git checkout -q main
        printf '<?php\n$x = 1;\n' > infra/b.php
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '# hello\n<?php\n$x = 1;\n' > infra/b.php
        c x").gated("infra/b.php");
    cnt_119_line_ends_of_the_policy: blocked("Changes nothing but the line ends of gate.toml", r"
        sed -i 's/$/\r/' gate.toml
        c ends").gated("gate.toml");
    cnt_120_deletion_of_lines_that_may_change: blocked("Deletes a file whose lines alone may change", r#"
        git checkout -q main
        printf '\n[[local]]\npaths = ["infra/**"]\nonly = ["^a: [0-9]+$"]\n' >> gate.toml
        c local
        BASE=$(git rev-parse HEAD)
        git checkout -q feat
        git reset -q --hard main
        git rm -q infra/note.txt
        c gone"#).gated("infra/note.txt");
    cnt_141_javascript_in_a_comment_of_java: blocked("Rewrites JavaScript in a comment of Java", r"
        git checkout -q main
        printf 'class B {\n  native void f()\n  /*-{\n    good();\n  }-*/;\n}\n' > infra/B.java
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/B.java
        c x").gated("infra/B.java");
    cnt_142_annotation_behind_words: blocked("Rewrites an annotation that stands behind words", r#"
        git checkout -q main
        printf '<?php\n/**\n * Lists. @Route("/good")\n */\nx();\n' > infra/b.php
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.php
        c x"#).gated("infra/b.php");
    cnt_143_reference_with_a_tab: blocked("Names another file for TypeScript, behind a tab", r#"
        git checkout -q main
        printf '///\t<reference path="good" />\nx\n' > infra/b.ts
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.ts
        c x"#).gated("infra/b.ts");
    cnt_144_mark_of_a_migration: blocked("Parts a migration in two with a line of comment", r"
        git checkout -q main
        printf 'create a;\ndrop b;\n' > infra/b.sql
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'create a;\n-- ==== DOWN ====\ndrop b;\n' > infra/b.sql
        c x").gated("infra/b.sql");
    cnt_145_manifest_of_a_script: blocked("Rewrites what a script of Rust depends on", r#"
        git checkout -q main
        printf '//! ```cargo\n//! [dependencies]\n//! good = "1"\n//! ```\nfn main() {}\n' > infra/b.rs
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.rs
        c x"#).gated("infra/b.rs");
    cnt_146_template_with_other_brackets: blocked("Turns the condition of a template around that stands in a comment", r#"
        git checkout -q main
        printf 'job "x" {\n# [[ if good ]]\n  privileged = true\n# [[ end ]]\n}\n' > infra/b.nomad
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.nomad
        c x"#).gated("infra/b.nomad");
    cnt_147_tag_that_begins_like_one_for_readers: blocked("Adds a tag that begins like one for readers", r"
        git checkout -q main
        printf '/**\n * Lists.\n */\nx()\n' > infra/b.js
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '/**\n * Lists.\n * @publicRoute\n */\nx()\n' > infra/b.js
        c x").gated("infra/b.js");
    cnt_148_header_of_a_plugin: blocked("Has updates of a plugin come from elsewhere", r"
        git checkout -q main
        printf '<?php\n/*\n * Plugin Name: X\n * Update URI: https://good.example\n */\nx();\n' > infra/b.php
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.php
        c x").gated("infra/b.php");
    cnt_149_dependencies_behind_odd_blanks: blocked("Changes what a script depends on, below a line with two blanks and a tab", r"
        git checkout -q main
        printf '#\tScript  Dependencies:\n#    good\nx\n' > infra/b.py
        c b
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i s/good/evil/ infra/b.py
        c x").gated("infra/b.py");
}
