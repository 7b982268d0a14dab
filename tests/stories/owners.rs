//! Code owners: a CODEOWNERS file of the target says who signs.

use crate::support::GRACE;
use crate::world::{BUCKET, Shop, has, said};

/// Owners sign; where nobody owns a file, the team of seniors.
const OWNED: &str = "[teams]\nplatform = [\"grace\", \"linus\"]\n\"@acme/ops\" = [\"linus\"]\n\n\
    [sign-off]\nrequired = [{ owners = true, else = \"platform\" }]\n";

/// A shop whose main has this CODEOWNERS file.
fn shop(file: &str, text: &str) -> Shop {
    let shop = Shop::empty();
    let policy = shop.policy(OWNED).replace("version = 1\n", "version = 1\nowners-from = \"CODEOWNERS\"\n");
    shop.repo.write("gate.toml", policy);
    shop.repo.write(file, text);
    shop.repo.write("infra/main.tf", BUCKET);
    shop.repo.commit_as(GRACE, "Begin");
    shop.repo.git(&["switch", "-q", "-c", "feature"]);
    shop
}

#[test]
fn owners_of_the_path_sign() {
    let shop = shop("CODEOWNERS", "* grace@example.com\n/infra/ @acme/ops mary@example.com\n");
    shop.rename_bucket();
    let told = said(&shop.gate(&["check"]), 1);
    assert!(told.contains("@acme/ops or mary@example.com"), "{told}");
    has(&said(&shop.by("grace", &["sign", "-m", "fine"]), 0), &["nobody asks for it: grace"]);
    has(&said(&shop.by("mary", &["sign", "-m", "fine"]), 0), &["mary signed 1 hunk"]);
    has(&said(&shop.gate(&["check"]), 0), &["signed by grace, mary"]);
}

#[test]
fn change_does_not_choose_its_own_owners() {
    let shop = shop(".github/CODEOWNERS", "/infra/ linus@example.com\n");
    shop.repo.write(".github/CODEOWNERS", "/infra/ mary@example.com\n");
    shop.rename_bucket();
    let told = said(&shop.gate(&["check"]), 1);
    assert!(told.contains("gate/owners"), "{told}");
    assert!(told.contains("linus@example.com") && !told.contains("mary@example.com "), "{told}");
    has(&said(&shop.by("mary", &["sign", "-m", "fine"]), 0), &["nobody asks for it: mary"]);
}

#[test]
fn file_that_nobody_owns_is_for_the_team_after_else() {
    let shop = shop("CODEOWNERS", "/docs/ linus@example.com\n");
    shop.rename_bucket();
    has(&said(&shop.gate(&["check"]), 1), &["platform     1 more for 1 hunk: grace or linus"]);
}

#[test]
fn owner_whom_nobody_knows_blocks_and_the_way_out_is_told() {
    let shop = shop("CODEOWNERS", "/infra/ @acme/ghosts\n");
    shop.rename_bucket();
    has(
        &said(&shop.gate(&["check"]), 1),
        &[
            "`CODEOWNERS` says @acme/ghosts, whom gate.toml does not know",
            "say who that is: `\"@acme/ghosts\" = [\"…\"]` under `[teams]`",
        ],
    );
    has(&said(&shop.by("linus", &["sign", "-m", "fine"]), 0), &["nobody asks for it: linus"]);
    has(
        &said(&shop.gate(&["lint"]), 0),
        &["gate.toml does not know the owner `@acme/ghosts`", "CODEOWNERS:1:1"],
    );
}

#[test]
fn broken_file_does_not_land_and_is_mended_where_it_did() {
    let shop = shop("CODEOWNERS", "* grace@example.com\n");
    shop.repo.commit_files(&[("CODEOWNERS", "!a grace@example.com\n")], "Break");
    has(&said(&shop.gate(&["check"]), 1), &["line 1 of `CODEOWNERS`: GitHub knows no"]);
    shop.repo.git(&["branch", "-f", "main", "feature"]);
    shop.repo.commit_files(&[("CODEOWNERS", "/a/ grace@example.com\n")], "Mend");
    has(&said(&shop.gate(&["check"]), 1), &["judges its mending", "grace@example.com"]);
    shop.rename_bucket();
    has(&said(&shop.gate(&["check"]), 2), &["line 1 of `CODEOWNERS`: GitHub knows no"]);
}
