//! Path tricks.

use crate::attack::{attacks, blocked, error, pass};

attacks! {
    pth_01_pure_rename_out_of_a_gated_directory: blocked("Pure rename out of a gated directory", r"
        git mv infra/main.tf docs/main.txt
        c mv");
    pth_02_rename_out_of_the_gated_path_plus_edit_in_one_commit: blocked("Rename out of the gated path plus edit in one commit", r"
        git mv infra/main.tf docs/main.txt
        sed -i 's/false/true/' docs/main.txt
        c mv");
    pth_05_case_variant_of_a_gated_directory_infra: blocked("Case variant of a gated directory (Infra/)", r#"
        T=$( (git ls-tree HEAD; printf '040000 tree %s\tInfra\n' "$(printf '100644 blob %s\tmain.tf\n' "$(blob 'public = true')" | git mktree)") | git mktree); git reset -q --hard $(git commit-tree $T -p HEAD -m case)"#);
    pth_06_nfd_spelling_of_a_gated_nfc_path: blocked("NFD spelling of a gated NFC path", r#"
        git checkout -q main
        sed -i 's#^paths = \[#&"svc/caf\\u00e9/**", #' gate.toml
        c rule
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        mkdir -p "$(printf 'svc/cafe\314\201')"
        echo b > "$(printf 'svc/cafe\314\201/x')"
        c nfd"#).says("gated");
    pth_07_homoglyph_directory_cyrillic_i_in_infra: blocked("Homoglyph directory (Cyrillic i in \"infra\")", r#"
        mkdir -p "$(printf '\321\226nfra')"
        echo 'public = true' > "$(printf '\321\226nfra/main.cfg')"
        c homo"#);
    pth_10_as_a_tree_entry: error("\"..\" as a tree entry", r#"
        T=$( (git ls-tree HEAD; printf '100644 blob %s\t..\n' "$(blob x)") | git mktree); H=$(git commit-tree $T -p HEAD -m dd); git update-ref refs/heads/feat $H"#);
    pth_12_tree_entry_whose_name_contains_a_slash_infra_main_tf_at_the_root: error("Tree entry whose name contains a slash (\"infra/main.tf\" at the root)", r#"
        { printf '100644 infra/main.tf\0'; printf "$(blob 'public = true' | sed 's/../\\x&/g')"; } > "$W/raw"
T=$(git hash-object -t tree -w --literally "$W/raw"); git update-ref refs/heads/feat $(git commit-tree $T -p $BASE -m slash)"#);
    pth_13_duplicate_tree_entries_one_good_one_evil_checkout_takes_the_last: error("Duplicate tree entries: one good, one evil (checkout takes the last)", r#"
        T=$( (git ls-tree HEAD infra/ | sed 's#infra/##'; printf '100644 blob %s\tmain.tf\n' "$(blob 'public = true')") | git mktree); R=$( (git ls-tree HEAD | grep -v '\sinfra$'; printf '040000 tree %s\tinfra\n' $T) | git mktree); git update-ref refs/heads/feat $(git commit-tree $R -p HEAD -m dup)"#);
    pth_17_file_name_starting_with_a_github_workflow_command: pass("File name starting with a GitHub workflow command", r#"
        mkdir -p '::error file=x::docs'
        printf x > '::error file=x::docs/a.txt'
        printf x > '::add-mask::a'
        c gh
        judge() { landed; check --format github | tee "$W/all" | grep '^::' | grep -v '^::\(error\|warning\|notice\|debug\|group\|endgroup\|stop-commands\)' && exit 9; ! grep -q '^::error' "$W/all"; }"#);
    pth_19_markdown_html_in_file_names_for_the_pr_comment_or_job_summary: pass("Markdown/HTML in file names for the PR comment or job summary", r"
        mkdir -p 'docs/<img src=x onerror=alert(1)>'
        printf x > 'docs/<img src=x onerror=alert(1)>/`x`|@org-team](http:.md'
        c md
        judge() { landed; check --format markdown; }").silent("<img").silent("|@org-team](");
    pth_20_path_that_is_not_valid_utf_8_in_a_gated_directory: blocked("Path that is not valid UTF-8 in a gated directory", r#"
        T=$(printf '100644 blob %s\tbad\377.tf\0' "$(blob x)" | git mktree -z); R=$( (git ls-tree HEAD | grep -v '\sinfra$'; printf '040000 tree %s\tinfra\n' $T) | git mktree); git update-ref refs/heads/feat $(git commit-tree $R -p HEAD -m bad)"#);
    pth_21_file_names_that_look_like_options: pass("File names that look like options", r"
        printf x > ./--output=pwn
        printf x > ./-rf
        c dash").local("--output=pwn").local("-rf");
    pth_22_backslash_ads_reserved_names_that_alias_a_gated_path_on_windows: blocked("Backslash / ADS / reserved names that alias a gated path on Windows", r#"
        T=$( (git ls-tree HEAD; printf '100644 blob %s\tinfra\\main.tf\n' "$(blob 'public = true')") | git mktree); git update-ref refs/heads/feat $(git commit-tree $T -p HEAD -m bs)"#);
    pth_23_very_long_very_deep_path: blocked("Very long / very deep path", r#"
        { printf 'commit refs/heads/feat\ncommitter D <d@x> 1700000000 +0000\ndata 1\nx\nfrom refs/heads/main^0\n'
          printf 'M 644 inline %sinfra.tf\ndata 2\nx\n\n' "$(seq 3000 | sed 's/.*/d/' | tr '\n' '/')"; } > "$W/fi"
git fast-import --quiet --force < "$W/fi""#);
    pth_24_gated_directory_replaced_by_a_symlink_into_an_ungated_directory: blocked("Gated directory replaced by a symlink into an ungated directory", r"
        mkdir -p docs/real
        sed 's/false/true/' infra/main.tf > docs/real/main.tf2
        git rm -rq infra
        ln -s docs/real infra
        c dirlink");
    pth_27_glob_metacharacters_in_file_names: pass("Glob metacharacters in file names", r"
        mkdir -p 'svc[1]'
        echo x > 'svc[1]/{a,b}*.yaml'
        c meta").local("svc[1]/{a,b}*.yaml");
    pth_28_new_service_directory_that_no_rule_knows: blocked("New service directory that no rule knows, with `unmatched = \"architectural\"`", r#"
        git checkout -q main
        sed -i 's/^\[gate\]$/&\nunmatched = "architectural"/' gate.toml
        c strict
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        mkdir -p deploy2/prod
        printf 'public: true\n' > deploy2/prod/app.yaml
        c newsvc"#).gated("deploy2/prod/app.yaml");
    pth_29_sparse_checkout_skip_worktree_assume_unchanged_hide_worktree_differences: blocked("Sparse checkout / skip-worktree / assume-unchanged hide worktree differences", r"
        evil
        c x
        git update-index --skip-worktree infra/main.tf
        git sparse-checkout set docs 2>/dev/null || true").gated("infra/main.tf");
    pth_101_folder_with_a_dot_or_space_behind: blocked("Writes to `infra./` and `infra /`, which Windows takes for `infra/`", r"
        mkdir 'infra.' 'infra '
        echo x > 'infra./a'
        echo x > 'infra /b'
        c dots").gated("infra./a").gated("infra /b");
    pth_102_full_width_letters: blocked("Spells `infra` with a full-width letter", r"
        D=$(printf '\357\275\211nfra')
        mkdir $D
        echo x > $D/a
        c wide").says("\"class\": \"architectural\"");
    pth_103_zero_width_space_in_a_folder: blocked("Spells `infra` with a zero-width space in it", r"
        D=$(printf 'inf\342\200\213ra')
        mkdir $D
        echo x > $D/a
        c zw").says("\"class\": \"architectural\"");
    pth_104_gitmodules_in_another_case: blocked("Adds `.GITMODULES`", r"
        echo x > .GITMODULES
        c mod").gated(".GITMODULES");
    pth_105_ci_files_at_their_unusual_places: blocked("Adds pipelines at the less known paths of CI systems", r"
        mkdir -p .github/Workflows .forgejo/workflows .gitea/workflows .woodpecker .buildkite .circleci docs/.github/actions/x
        for f in .github/Workflows/x.yml .forgejo/workflows/x.yml .gitea/workflows/x.yml .woodpecker/x.yml .woodpecker.yml .buildkite/pipeline.yml .circleci/config.yml azure-pipelines.yml bitbucket-pipelines.yml .drone.yml .travis.yml Jenkinsfile .gitlab-ci.yml; do echo 'on: push' > $f; done
        c ci")
        .gated(".github/Workflows/x.yml")
        .gated(".forgejo/workflows/x.yml")
        .gated(".gitea/workflows/x.yml")
        .gated(".woodpecker/x.yml")
        .gated(".woodpecker.yml")
        .gated(".buildkite/pipeline.yml")
        .gated(".circleci/config.yml")
        .gated("azure-pipelines.yml")
        .gated("bitbucket-pipelines.yml")
        .gated(".drone.yml")
        .gated(".travis.yml")
        .gated("Jenkinsfile")
        .gated(".gitlab-ci.yml");
    pth_106_interface_of_a_service_in_another_case: blocked("Writes the contract of a service under a path in another case", r#"
        git checkout -q main
        printf '\n[[service]]\nname = "payments"\npaths = ["src/payments/**"]\ninterface = ["protos/payment.proto"]\nowners = ["senior"]\n' >> gate.toml
        c service
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        mkdir Protos
        echo 'syntax = "proto3";' > Protos/Payment.proto
        c x"#).gated("Protos/Payment.proto");
    pth_107_file_moved_through_a_third_name: blocked("Renames a gated file twice, in two commits, and edits it on the way", r"
        git mv infra/main.tf docs/a.txt
        c one
        sed -i 's/false/true/' docs/a.txt
        git mv docs/a.txt services/api/b.py
        c two").says("\"class\": \"architectural\"");
    pth_108_folder_becomes_a_file: blocked("Puts a file in the place of the gated folder", r"
        git rm -rq infra
        echo x > infra
        c file").says("infra/main.tf");
    pth_109_git_folder_in_a_tree: error("Puts `.GIT` into a tree", r#"
        T=$( (git ls-tree HEAD; printf '100644 blob %s\t.GIT\n' "$(blob x)") | git mktree)
        git update-ref refs/heads/feat $(git commit-tree $T -p HEAD -m dotgit)"#);
    pth_110_exchange_of_two_links: blocked("Swaps the targets of two links in a gated folder", r"
        git checkout -q main
        ln -s main.tf infra/a
        ln -s note.txt infra/b
        c links
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        ln -sfn note.txt infra/a
        ln -sfn main.tf infra/b
        c swap").gated("infra/a").gated("infra/b");
    pth_111_short_names_of_windows: blocked("Adds files under the short names by which Windows knows gated folders and git's own files", r"
        mkdir -p TERRAF~1 GITHUB~1/WORKFL~1 src
        echo 'public = true' > TERRAF~1/main.tf2
        echo 'on: push' > GITHUB~1/WORKFL~1/ci.txt
        echo x > src/gi7d29~1
        echo x > src/file.txt~
        c short").gated("TERRAF~1/main.tf2").gated("GITHUB~1/WORKFL~1/ci.txt").gated("src/gi7d29~1");
    pth_112_assume_unchanged_hides_no_edit: blocked("Marks an edited file of the work tree as `assume-unchanged`", r#"
        git update-index --assume-unchanged infra/main.tf
        evil
        judge() { gate check --worktree --base "$BASE" --target main --format json; }"#).gated("infra/main.tf");
    pth_113_skip_worktree_hides_no_edit: blocked("Marks an edited file of the work tree as `skip-worktree`", r#"
        git update-index --skip-worktree infra/main.tf
        evil
        judge() { gate check --worktree --base "$BASE" --target main --format json; }"#).gated("infra/main.tf");
    pth_114_sparse_checkout_deletes_nothing: pass("Leaves the gated files out of the work tree", r#"
        git sparse-checkout set --no-cone docs
        test ! -e infra/main.tf
        judge() { gate check --worktree --base "$BASE" --target main --format json; }"#);
}
