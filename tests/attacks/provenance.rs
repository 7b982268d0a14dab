//! Ai provenance.

use crate::attack::{attacks, blocked, pass};

attacks! {
    aip_03_squash_merge_body_lists_several_commits_with_one_ai_trailer: blocked("Squash-merge body lists several commits with one AI trailer", r"
        evil
        git add -A
        printf 'feat (#12)\n\n* one\n* two\n\n---------\n\nCo-authored-by: Copilot <198982749+Copilot@users.noreply.github.com>\n' | git commit -q -F -").gated("infra/main.tf");
    aip_04_forged_human_attestation_in_refs_notes_ai: blocked("Forged human attestation in refs/notes/ai", r#"
        evil
        git add -A
        printf 'x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n' | git commit -q -F -
        printf 'infra/main.tf\n  h_31dce776f88375 1-3\n---\n{"schema_version":"authorship/3.0.0","base_commit_sha":"","prompts":{},"humans":{"h_31dce776f88375":{"author":"Dev <dev@example.com>"}}}' > "$W/n"
        git notes --ref=ai add -F "$W/n""#).gated("infra/main.tf");
    aip_06_git_ai_note_where_a_file_path_is_or_contains_quotes_newline: blocked("git-ai note where a file path is \"---\" or contains quotes/newline", r#"
        echo x > ./---
        evil
        c x
        printf -- '---\n  abcd1234abcd1234 1\n---\n{"schema_version":"authorship/3.0.0","base_commit_sha":"","prompts":{}}' > "$W/n"
        git notes --ref=ai add -F "$W/n""#).gated("infra/main.tf");
    aip_08_vs_code_adds_copilot_copilot_github_com_to_hand_written_commits: pass("VS Code adds \"Copilot <copilot@github.com>\" to hand-written commits", r"
        echo d > docs/d
        git add -A
        printf 'x\n\nCo-authored-by: Copilot <copilot@github.com>\n' | git commit -q -F -").local("docs/d");
    aip_09_dependabot_renovate_github_actions_are_bots_but_not_ai: pass("dependabot/renovate/github-actions are bots but not AI", r"
        echo d > docs/d
        git add -A
        git commit -q --author='dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>' -m bump").local("docs/d");
    aip_10_assisted_by_crediting_a_human_curl_style_vs_kernel_agent_model: blocked("Assisted-by crediting a human (curl style) vs kernel AGENT:MODEL", r"
        evil
        git add -A
        printf 'x\n\nAssisted-by: Daniel Gustafsson\nAssisted-by: Claude:claude-opus-4-6 coccinelle\n' | git commit -q -F -").gated("infra/main.tf");
    aip_101_note_that_says_human_lowers_nothing: blocked("Says in refs/notes/ai that a human wrote every line", r#"
        evil
        c x
        printf 'infra/main.tf\n  h_31dce776f88375 1-3\n---\n{"schema_version":"authorship/3.0.0","base_commit_sha":"","prompts":{},"humans":{"h_31dce776f88375":{"author":"Senior One <senior1@example.com>"}}}' > "$W/n"
        git notes --ref=ai add -F "$W/n""#).gated("infra/main.tf");
    aip_102_damaged_notes_stop_nothing: pass("Puts a tree of garbage under refs/notes/ai", r#"
        echo 1 > docs/1
        c x
        head -c 100000 /dev/urandom > "$W/n"
        git notes --ref=ai add -f -C "$(git hash-object -w "$W/n")" HEAD 2> /dev/null"#).local("docs/1");
    aip_103_agent_that_is_a_co_author_is_nobody: pass("An agent is named as co-author, and a senior signs", r#"
        evil
        git add -A
        printf 'x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n' | git commit -q -F -
        signoff senior1 senior1 "$(fp infra/main.tf)""#);
    aip_104_work_without_a_mark_is_asked_for_by_the_other_rules: pass("Leaves the mark out; only a rule with `when = \"ai\"` is about the file", r"
        ask_of_ai 1
        app
        git commit -q -m x").local("services/api/app.py");
    aip_105_mark_is_found_in_the_middle_of_a_message: blocked("Quotes the trailer in the middle of the message, where git sees none", r"
        ask_of_ai 1
        app
        printf 'x\n\n> * generated-BY : a model\r\n\nlast words\n' | git commit -q -F -").gated("services/api/app.py");
    aip_106_note_that_cannot_be_read_counts: blocked("Breaks git-ai's note, so that nobody can read who wrote it", r#"
        ask_of_ai 1
        app
        git commit -q -m x
        head -c 100000 /dev/urandom > "$W/n"
        git notes --ref=ai add -f -C "$(git hash-object -w "$W/n")" HEAD 2> /dev/null"#).gated("services/api/app.py").says("counts as written by AI");
    aip_107_rename_does_not_shake_off_a_mark: blocked("Moves the file in a later commit, which has no mark", r"
        ask_of_ai 1
        app
        printf 'x\n\nGenerated-by: a model\n' | git commit -q -F -
        git mv services/api/app.py services/api/moved.py
        c move").gated("services/api/moved.py");
    aip_108_claim_of_human_work_clears_no_mark: blocked("Has a note that says a human wrote every line of a marked commit", r#"
        ask_of_ai 1
        app
        printf 'x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n' | git commit -q -F -
        printf 'services/api/app.py\n  h_31dce776f88375 1-2\n---\n{"schema_version":"authorship/3.0.0"}' > "$W/n"
        git notes --ref=ai add -F "$W/n""#).gated("services/api/app.py");
    aip_109_claim_to_be_ai_is_no_easier_path: blocked("Claims to be AI, for whose work fewer people are asked than by default", r#"
        ask_of_ai 2
        ln -s /etc/passwd docs/link
        git add -A
        printf 'x\n\nGenerated-by: a model\n' | git commit -q -F -
        signoff senior1 senior1 "$(ids docs/link)""#).gated("docs/link");
    aip_110_bot_that_is_no_ai_is_none: pass("Dependabot's commit, with a rule for AI", r"
        ask_of_ai 1
        app
        git commit -q --author='dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>' -m bump").local("services/api/app.py");
}
