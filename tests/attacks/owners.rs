//! Code owners: a CODEOWNERS file that the change brings, or that is hostile itself.

use crate::attack::{attacks, blocked, error};

attacks! {
    own_01_owner_named_by_the_change_is_none: blocked("Names another owner in CODEOWNERS, who signs", r"
        owners CODEOWNERS < <(echo '/infra/ senior1@example.com')
        echo '/infra/ senior2@example.com' > CODEOWNERS
        evil
        c x
        signoff senior2 senior2@example.com $(ids CODEOWNERS) $(ids infra/main.tf)").gated("CODEOWNERS").gated("infra/main.tf");
    own_02_second_file_is_gated: blocked("Adds a CODEOWNERS where the forge looks first", r"
        owners CODEOWNERS < <(echo '* senior1@example.com')
        mkdir -p .github
        echo '* dev@example.com' > .github/CODEOWNERS
        c x").gated(".github/CODEOWNERS");
    own_03_link_in_place_of_the_file_is_gated: blocked("Makes CODEOWNERS a link to a file that nobody guards", r"
        owners CODEOWNERS < <(echo '* senior1@example.com')
        echo '* dev@example.com' > docs/who
        ln -sf docs/who CODEOWNERS
        c x").gated("CODEOWNERS").says("symbolic link");
    own_04_submodule_in_place_of_the_file_is_gated: blocked("Puts a submodule in the place of CODEOWNERS", r"
        owners CODEOWNERS < <(echo '* senior1@example.com')
        git rm -q CODEOWNERS
        git update-index --add --cacheinfo 160000,$BASE,CODEOWNERS
        git commit -qm x").gated("CODEOWNERS");
    own_05_deleted_file_is_gated: blocked("Deletes CODEOWNERS, so that nobody owns anything", r"
        owners CODEOWNERS < <(echo '* senior1@example.com')
        git rm -q CODEOWNERS
        c x").gated("CODEOWNERS").says("no CODEOWNERS file");
    own_06_link_of_the_base_is_refused: error("CODEOWNERS of the base is a link", r"
        owners docs/CODEOWNERS < <(echo '* senior1@example.com')
        git checkout -q main
        git mv docs/CODEOWNERS docs/who
        ln -s who docs/CODEOWNERS
        c link
        BASE=$(git rev-parse HEAD)
        git checkout -q -B feat
        evil
        c x").says("symbolic link");
    own_07_huge_file_is_refused: error("CODEOWNERS of the base is huge", r"
        owners CODEOWNERS < <({ head -c 1100000 /dev/zero | tr '\0' '#'; echo; })
        evil
        c x").says("bytes, more than");
    own_08_odd_bytes_are_refused: error("CODEOWNERS of the base is no text", r"
        owners CODEOWNERS < <(printf '/infra/ senior1@example.com\n\377\376\n')
        evil
        c x").says("not UTF-8");
    own_09_nul_is_refused: error("A NUL hides the rest of a line of CODEOWNERS from C programs", r"
        owners CODEOWNERS < <(printf '/infra/\0 senior1@example.com\n')
        evil
        c x").says("control character");
    own_10_negation_is_no_pattern: error("`!` in CODEOWNERS, which GitHub skips in silence", r"
        owners CODEOWNERS < <(printf '* senior1@example.com\n!/infra/ senior2@example.com\n')
        evil
        c x").says("no `!`");
    own_11_regex_that_compiles_to_too_much_is_refused: error("A Gitea file with a regex that takes all memory", r"
        owners .gitea/CODEOWNERS < <(printf '(x{100}){100}{100} senior1@example.com\n')
        evil
        c x").says("bad regex");
    own_12_many_stars_take_no_time: blocked("Patterns full of `**`, and a path that nearly matches them", r#"
        owners CODEOWNERS < <({ seq 300 | while read i; do printf '/%sb%s senior1@example.com\n' "$(printf '**/a/%.0s' $(seq 300))" $i; done
          echo '/infra/ senior1@example.com'; })
        deep=infra/$(printf 'a/%.0s' $(seq 300))
        mkdir -p "$deep"
        echo x > "$deep/c"
        c x"#);
    own_13_mark_of_order_and_line_ends_do_not_disown: blocked("A byte order mark and CRLF in CODEOWNERS", r"
        owners CODEOWNERS < <(printf '\357\273\277/infra/ senior1@example.com\r\n')
        evil
        c x
        signoff senior2 senior2@example.com $(ids infra/main.tf)").gated("infra/main.tf");
    own_14_other_spelling_of_a_folder_has_the_same_owners: blocked("Writes to `Infra/`, which its owners do not own by that name", r"
        owners CODEOWNERS < <(printf '* senior2@example.com\n/infra/ senior1@example.com\n')
        mkdir -p Infra
        echo x > Infra/new.tf
        c x
        signoff senior2 senior2@example.com $(ids Infra/new.tf)").gated("Infra/new.tf");
    own_15_both_ends_of_a_rename_are_asked: blocked("Moves a file to a folder of one's friend, who signs", r"
        owners CODEOWNERS < <(printf '/infra/ senior1@example.com\n/k8s/ senior2@example.com\n')
        git mv infra/main.tf k8s/main.tf
        c x
        signoff senior2 senior2@example.com $(ids k8s/main.tf)").gated("k8s/main.tf");
    own_16_owner_whom_nobody_knows_is_not_free: blocked("The owner is a team that gate.toml does not know", r"
        owners CODEOWNERS < <(echo '/infra/ @acme/ghosts')
        evil
        c x
        signoff senior1 senior1@example.com $(ids infra/main.tf)
        signoff senior2 senior2@example.com $(ids infra/main.tf)").gated("infra/main.tf").says("does not know");
    own_17_line_behind_a_carriage_return_is_no_comment: blocked("Hides a line of CODEOWNERS behind a carriage return in a comment", r"
        owners CODEOWNERS < <(echo '/infra/ senior1@example.com')
        printf '# who owns what\r* dev@example.com\n/infra/ senior1@example.com\n' > CODEOWNERS
        c x").says("control character");
    own_18_link_in_place_of_the_folder_is_gated: blocked("Makes the folder of CODEOWNERS a link", r"
        owners .github/CODEOWNERS < <(echo '* senior1@example.com')
        git rm -rq .github
        ln -s docs .github
        c x").gated(".github");
}
