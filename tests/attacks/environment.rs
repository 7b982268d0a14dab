//! Environment, ci, runner.

use crate::attack::{attacks, blocked, error, pass};

attacks! {
    env_01_git_dir_git_work_tree_point_at_another_repository: blocked("GIT_DIR / GIT_WORK_TREE point at another repository", r#"
        evil
        c x
        git init -q "$W/decoy"
        export GIT_DIR="$W/decoy/.git""#).gated("infra/main.tf");
    env_04_ci_variables_spoofed_github_base_ref_github_event_path_ci_merge_request_target: blocked("CI variables spoofed (GITHUB_BASE_REF, GITHUB_EVENT_PATH, CI_MERGE_REQUEST_TARGET_BRANCH_NAME)", r#"
        evil
        c x
        export GITHUB_ACTIONS=true GITHUB_BASE_REF=feat GITHUB_EVENT_PATH="$W/e.json"
        echo '{"pull_request":{"base":{"sha":"'$(git rev-parse HEAD)'"}}}' > "$W/e.json""#).gated("infra/main.tf");
    env_05_core_fsmonitor_in_an_untrusted_checkout_runs_code_when_the_gate_calls_git: blocked("core.fsmonitor in an untrusted checkout runs code when the gate calls git", r#"
        evil
        c x
        git config core.fsmonitor "touch $W/PWNED; false"
        judge() { check --format json || code=$?; [ ! -e "$W/PWNED" ] || return 9; return $code; }"#).gated("infra/main.tf");
    env_06_bare_repository_embedded_in_the_checkout_gate_run_from_that_subdirectory: error("Bare repository embedded in the checkout; gate run from that subdirectory", r#"
        mkdir sub
        (cd sub; git init -q --bare .; rm -rf hooks; printf '[core]\n bare = false\n worktree = "."\n fsmonitor = "touch PWN"\n' > config; touch refs/.k objects/.k)
        git add -f sub
        git commit -qm embed
        cd sub"#);
    env_07_checkout_owned_by_another_uid_container_ci: error("Checkout owned by another uid (container CI)", r#"
        evil; c x; if [ "$(id -u)" = 0 ]; then chown -R 12345 "$W/repo"; fi"#);
    env_09_include_path_includeif_in_git_config_pulls_a_tracked_file: blocked("include.path / includeIf in .git/config pulls a tracked file", r"
        evil
        printf '[core]\n attributesFile = /dev/null\n[diff]\n external = /bin/true\n' > team.gitconfig
        c x
        git config include.path ../team.gitconfig").gated("infra/main.tf");
    env_12_pr_edits_the_ci_workflow_that_runs_the_gate: blocked("PR edits the CI workflow that runs the gate", r#"
        mkdir -p .github/workflows
        printf 'jobs:\n gate:\n  steps:\n  - run: "true"\n' > .github/workflows/gate.yml
        evil
        c wf"#).gated(".github/workflows/gate.yml").gated("infra/main.tf");
    env_13_job_made_conditional_skipped_reports_success_for_a_required_check: blocked("Job made conditional: \"skipped\" reports success for a required check", r"
        mkdir -p .github/workflows; printf 'jobs:\n gate:\n  if: false\n' > .github/workflows/gate.yml; c skip");
    env_14_second_workflow_with_the_same_job_check_name_that_always_passes: blocked("Second workflow with the same job/check name that always passes", r#"
        mkdir -p .github/workflows
        printf 'on: pull_request\njobs:\n gate:\n  runs-on: x\n  steps: [{run: "true"}]\n' > .github/workflows/other.yml
        c dupname"#);
    env_15_pull_request_target_runs_gate_with_pr_supplied_config_binary: pass("pull_request_target runs gate with PR-supplied config/binary", r#"
        mkdir -p bin
        printf '#!/bin/sh\nexit 0\n' > bin/gate
        chmod +x bin/gate
        printf 'gate: ; @true\n' > Makefile
        c hijack
        export PATH="$PWD/bin:$PATH""#).local("Makefile");
    env_17_option_injection_through_the_base_head_argument: error("Option injection through the base/head argument", r#"
        evil
        c x
        BASE="--output=$W/pwn""#);
    env_19_author_name_commit_subject_with_escapes_annotations_html: blocked("Author name / commit subject with escapes, annotations, HTML", r#"
        evil
        git add -A
        git -c user.name="$(printf 'x\033[2J::error::<b>')" commit -qm "$(printf '::set-output name=r::pass\r\033[1A PASS')"
        judge() { code=0; for f in human github markdown; do check --format $f > "$W/o" || code=$?; cat "$W/o"; ! grep -q "^::set-output\|$(printf '\033')" "$W/o" || return 9; done; return $code; }"#).silent("<b>");
    env_21_gate_piped_or_masked_exit_code_lost: blocked("gate piped or masked: exit code lost", r#"
        evil
        c x
        judge() { landed; set +o pipefail; { check --format human; echo $? > "$W/piped"; } | head -c 1; return "$(cat "$W/piped")"; }"#);
    env_23_git_quarantine_path_git_object_directory_spoofed_outside_a_hook: blocked("GIT_QUARANTINE_PATH / GIT_OBJECT_DIRECTORY spoofed outside a hook", r#"
        evil
        c x
        mkdir -p "$W/objs"
        export GIT_QUARANTINE_PATH="$W/objs" GIT_OBJECT_DIRECTORY="$W/objs" GIT_ALTERNATE_OBJECT_DIRECTORIES="$W/repo/.git/objects""#).gated("infra/main.tf");
    env_101_configuration_from_the_environment: blocked("Sets attributes, an external diff and replaced objects through variables", r#"
        evil
        echo '* -diff' > "$W/attributes"
        c x
        export GIT_CONFIG_COUNT=2 GIT_CONFIG_KEY_0=core.attributesFile GIT_CONFIG_VALUE_0="$W/attributes"
        export GIT_CONFIG_KEY_1=diff.external GIT_CONFIG_VALUE_1=true GIT_EXTERNAL_DIFF=true GIT_ATTR_SOURCE=HEAD GIT_DIFF_OPTS=-u0"#).gated("infra/main.tf");
    env_102_ci_says_that_the_head_is_the_base: error("Lets the CI event name the head as the base, and names none itself", r#"
        evil
        c x
        git fetch -q origin
        export CI=true GITHUB_ACTIONS=true GITHUB_EVENT_NAME=pull_request GITHUB_BASE_REF=feat GITHUB_SHA=$(git rev-parse HEAD) GITHUB_EVENT_PATH="$W/e.json"
        H=$(git rev-parse HEAD)
        printf '{"pull_request":{"base":{"sha":"%s","ref":"feat"},"head":{"sha":"%s","ref":"feat"}}}' $H $H > "$W/e.json"
        judge() { landed; gate check --format json; }"#);
    env_103_work_tree_elsewhere: blocked("Points core.worktree at an empty folder", r#"
        evil
        c x
        mkdir "$W/empty"
        git config core.worktree "$W/empty"
        judge() { check --format json; }"#).gated("infra/main.tf");
    env_104_report_that_can_not_be_written: error("Writes the report to a full disk", r"
        echo 1 > docs/1
        c x
        judge() { landed; check --format json > /dev/full; }");
    env_105_output_is_closed: blocked("Closes the output before the report", r"
        evil
        c x
        judge() { landed; check --format json >&-; }");
    env_106_namespace_and_common_folder: blocked("Sets GIT_NAMESPACE, GIT_COMMON_DIR and GIT_INDEX_FILE", r#"
        evil
        c x
        git init -q "$W/decoy"
        judge() { landed; export GIT_NAMESPACE=x GIT_COMMON_DIR="$W/decoy/.git" GIT_INDEX_FILE="$W/none"; check --format json; }"#).gated("infra/main.tf");
    env_107_author_flag_can_not_clear_an_author: blocked("Names somebody else as the opener, so that the author may sign", r#"
        evil
        git add -A
        git commit -q --author='Senior One <senior1@example.com>' -m x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        judge() { landed; check --author dev@example.com --format json; }"#).reason("author");
    env_108_opener_is_an_author: blocked("The opener of the change signs it", r#"
        evil
        c x
        signoff senior1 senior1 "$(fp infra/main.tf)"
        judge() { landed; check --author senior-one --format json; }"#).reason("author");
}
