//! Making the diff say nothing.

use crate::attack::{attacks, blocked, pass};

attacks! {
    dif_01_gitattributes_tf_diff_in_the_same_change: blocked(".gitattributes \"*.tf -diff\" in the same change", r"
        echo '*.tf -diff' > .gitattributes
        evil
        c attr").gated("infra/main.tf");
    dif_02_binary_macro_attribute: blocked("\"binary\" macro attribute", r"
        echo 'infra/** binary' > .gitattributes
        evil
        c attr").gated("infra/main.tf");
    dif_03_user_defined_macro_hides_the_unset_diff_attribute: blocked("User-defined macro hides the unset diff attribute", r"
        printf '[attr]quiet -diff -text\n*.tf quiet\n' > .gitattributes
        evil
        c attr").gated("infra/main.tf");
    dif_04_gitattributes_already_hides_the_path_at_base_planted_earlier: blocked(".gitattributes already hides the path at base (planted earlier)", r"
        git checkout -q main
        echo '*.tf -diff' > .gitattributes
        c plant
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x").gated("infra/main.tf");
    dif_05_linguist_generated_linguist_vendored_collapse_the_file_in_forge_uis: blocked("linguist-generated / linguist-vendored collapse the file in forge UIs", r"
        echo '*.tf linguist-generated=true linguist-vendored' > .gitattributes
        evil
        c attr").gated("infra/main.tf");
    dif_07_working_tree_encoding_changes_what_is_checked_out_without_touching_the_blob: blocked("working-tree-encoding changes what is checked out without touching the blob", r"
        echo 'k8s/*.yaml text working-tree-encoding=UTF-16' > .gitattributes
        git add .gitattributes
        git commit -qm enc");
    dif_08_git_info_attributes_on_the_machine_that_runs_the_gate: blocked(".git/info/attributes on the machine that runs the gate", r"
        echo '* -diff' > .git/info/attributes
        evil
        c x").gated("infra/main.tf");
    dif_09_core_attributesfile_xdg_config_home_git_attributes: blocked("core.attributesFile / $XDG_CONFIG_HOME/git/attributes", r#"
        mkdir -p "$HOME/.config/git"
        echo '* binary' > "$HOME/.config/git/attributes"
        evil
        c x"#).gated("infra/main.tf");
    dif_10_diff_external_git_external_diff: blocked("diff.external / GIT_EXTERNAL_DIFF", r"
        git config diff.external /bin/true
        evil
        c x").gated("infra/main.tf");
    dif_11_diff_noprefix_mnemonicprefix_srcprefix_break_patch_parsers: blocked("diff.noprefix / mnemonicPrefix / srcPrefix break patch parsers", r#"
        evil
        c x
        A=$(fp infra/main.tf)
        git config diff.noprefix true
        git config diff.mnemonicPrefix true
        B=$(fp infra/main.tf)
        [ -n "$A" ] && [ "$A" = "$B" ]"#).gated("infra/main.tf");
    dif_13_diff_ignoresubmodules_all_submodule_n_ignore_in_config: blocked("diff.ignoreSubmodules=all / submodule.<n>.ignore in config", r"
        git update-index --add --cacheinfo 160000,$BASE,vendor/lib
        git commit -qm sub
        git config diff.ignoreSubmodules all");
    dif_14_core_bigfilethreshold_1_turns_every_text_file_binary_for_the_git_cli: blocked("core.bigFileThreshold=1 turns every text file binary for the git CLI", r"
        git config core.bigFileThreshold 1
        evil
        c x").gated("infra/main.tf");
    dif_15_diff_context_interhunkcontext_algorithm_indentheuristic_config_changes_hunk: blocked("diff.context / interHunkContext / algorithm / indentHeuristic config changes hunk boundaries", r#"
        sed -i 's/a: 1/a: 9/;s/d: 4/d: 9/' k8s/app.yaml
        c x
        A=$(fp k8s/app.yaml)
        git config diff.interHunkContext 100
        git config diff.context 0
        git config diff.algorithm patience
        git config diff.indentHeuristic false
        B=$(fp k8s/app.yaml)
        [ ${#A} = 129 ] && [ "$A" = "$B" ]"#).gated("k8s/app.yaml");
    dif_17_core_quotepath_false_true_differences_in_path_parsing: blocked("core.quotePath=false/true differences in path parsing", r"
        mkdir -p 'infra/é'
        echo x > 'infra/é/a.tf'
        c x
        git config core.quotePath false");
    dif_19_crlf_lf_only_change: blocked("CRLF/LF-only change", r"
        sed -i 's/$/\r/' k8s/app.yaml
        c crlf");
    dif_21_cr_only_line_endings_make_the_whole_file_one_line: blocked("CR-only line endings make the whole file one line", r"
        printf 'a: 1\rpublic: true\r' > infra/note.txt
        c cr");
    dif_23_mode_only_change_chmod_x_has_zero_hunks: blocked("Mode-only change (chmod +x) has zero hunks", r"
        chmod +x infra/note.txt
        c mode");
    dif_24_empty_file_added_in_a_gated_path_zero_hunks: blocked("Empty file added in a gated path: zero hunks", r"
        : > infra/new.tf
        c empty");
    dif_25_empty_file_deleted_in_a_gated_path_zero_hunks: blocked("Empty file deleted in a gated path: zero hunks", r"
        git checkout -q main
        : > infra/e.tf
        c e
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        git rm -q infra/e.tf
        c del");
    dif_27_filter_ident_eol_attributes_alter_checked_out_bytes: blocked("filter/ident/eol attributes alter checked-out bytes", r"
        printf 'infra/* filter=evil ident\n' > .gitattributes
        c filt").gated(".gitattributes");
    dif_28_rename_limit_rename_detection_disabled_or_forced_by_config: blocked("Rename limit / rename detection disabled or forced by config", r"
        git config diff.renames copies
        git config diff.renameLimit 1
        git mv infra/main.tf docs/x.txt
        c mv").gated("docs/x.txt");
    dif_101_nested_gitattributes_is_gated: blocked("Adds .gitattributes deep in a folder that no rule knows", r"
        mkdir -p services/api/deep
        echo '* -diff' > services/api/deep/.gitattributes
        c attr").gated("services/api/deep/.gitattributes");
    dif_102_gitattributes_in_another_case_is_gated: blocked("Adds `.GitAttributes`", r"
        echo '* -diff' > docs/.GitAttributes
        c attr").gated("docs/.GitAttributes");
    dif_103_two_comment_lines_that_delete_the_code_between: blocked("Adds `/*` in one hunk and `*/` in another: each looks like a comment", r#"
        git checkout -q main
        { echo '# top'; for i in 1 2 3 4 5 6 7 8 9; do printf 'resource "x" "r%s" {}\n' $i; done; echo '# end'; } > infra/many.tf
        c many
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '1a /*' infra/many.tf
        sed -i '$i */' infra/many.tf
        c comments"#).gated("infra/many.tf");
    dif_104_comment_in_a_block_scalar_is_content: blocked("Edits what looks like a comment within a block scalar", r"
        git checkout -q main
        printf 'run: |\n  # keep\n  start\n' > k8s/job.yaml
        c job
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i 's/# keep/# drop/' k8s/job.yaml
        c x").gated("k8s/job.yaml");
    dif_105_directive_in_a_comment_is_no_comment: blocked("Changes `# syntax=` at the top of a Dockerfile", r"
        git checkout -q main
        printf '# syntax=docker/dockerfile:1\nFROM scratch\n' > Dockerfile
        c docker
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '1s#docker/#evil/#' Dockerfile
        c x").gated("Dockerfile");
    dif_106_template_in_a_comment_is_no_comment: blocked("Changes a template call behind `#` in a chart", r"
        git checkout -q main
        printf '# {{ include \x22a\x22 . }}\na: 1\n' > k8s/chart.yaml
        c chart
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '1s/include/tpl/' k8s/chart.yaml
        c x").gated("k8s/chart.yaml");
    dif_107_dedent_alone_is_a_change: blocked("Moves a YAML key out of its section by taking its indentation away", r"
        sed -i 's/^  d: 4/d: 4/' k8s/app.yaml
        c dedent").gated("k8s/app.yaml");
    dif_108_text_in_utf_16_is_opaque: blocked("Writes the gated file anew in UTF-16", r"
        printf 'p\0u\0b\0l\0i\0c\0' > infra/note.txt
        c utf16").gated("infra/note.txt");
    dif_109_comment_edit_with_an_exec_bit: blocked("Makes a file executable under the cover of a comment", r"
        git checkout -q main
        printf '# one\necho\n' > infra/run.sh
        c sh
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf '# two\necho\n' > infra/run.sh
        chmod +x infra/run.sh
        c x").gated("infra/run.sh");
    dif_110_comment_only_edit_of_a_gated_file_is_local: pass("Edits nothing but a comment of a gated file", r#"
        git checkout -q main
        printf '# one\nresource "x" "z" {\n}\n' > infra/z.tf
        c z
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        sed -i '1s/one/two/' infra/z.tf
        c x"#).local("infra/z.tf");
    dif_111_line_that_a_comment_swallows: blocked("Ends a comment line with a backslash, so that a directive below it is part of it", r"
        git checkout -q main
        printf 'FROM scratch\nRUN a \\\\\n  b\n' > Dockerfile
        c docker
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        printf 'FROM scratch\nRUN a \\\\\n# x\n  ; evil\n' > Dockerfile
        c x").gated("Dockerfile");
}
