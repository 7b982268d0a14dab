//! lefthook and husky, by the recipes of the page as they stand there.

use crate::client::{asked, command, ran, script, snippets, went_well};
use crate::support::TestRepo;
use crate::world::{ONE_TEAM, Shop, has};

const PAGE: &str = "docs/doors/hooks.md";

/// A shop with a change that waits for grace, and a server without a hook.
fn shop() -> (Shop, TestRepo) {
    let shop = Shop::new(ONE_TEAM);
    let server = TestRepo::bare();
    shop.repo.git(&["remote", "add", "origin", &format!("file://{}", server.path().display())]);
    shop.repo.git(&["push", "-q", "origin", "main"]);
    shop.rename_bucket();
    (shop, server)
}

fn push(shop: &Shop, arguments: &[&str]) -> (bool, String) {
    ran(command(&shop.repo, "git").args(["push", "origin"]).args(arguments))
}

/// A push to the protected branch is blocked until grace has signed; one for review goes through, and tells.
fn stops_and_lets_through(shop: &Shop, server: &TestRepo) {
    let (through, text) = push(shop, &["feature:main"]);
    assert!(!through, "{text}");
    has(&text, &["gate, for main:", "infra/main.tf:2", "1 of 1 hunk needs a sign-off"]);
    let (through, text) = push(shop, &["feature"]);
    assert!(through, "{text}");
    has(&text, &["gate, for feature:", "the push goes through: this is what the merge will ask for"]);
    assert_eq!(shop.by("grace", &["sign", "main..feature"]).code, 0);
    let (through, text) = push(shop, &["feature:main"]);
    assert!(through, "{text}");
    assert_eq!(server.rev("refs/heads/main"), shop.repo.rev("feature"));
}

#[test]
fn lefthook_runs_the_recipe() {
    if !asked("lefthook", &["lefthook"]) {
        return;
    }
    let (shop, server) = shop();
    shop.repo.write("lefthook.yml", &snippets(PAGE, "lefthook", "yaml")[0]);
    went_well(command(&shop.repo, "lefthook").arg("validate"));
    went_well(command(&shop.repo, "lefthook").arg("install"));
    stops_and_lets_through(&shop, &server);
}

#[test]
fn husky_runs_the_recipe() {
    if !asked("husky", &["husky", "node"]) {
        return;
    }
    let (shop, server) = shop();
    went_well(&mut command(&shop.repo, "husky"));
    script(&shop.repo.path().join(".husky/pre-push"), &snippets(PAGE, "husky", "sh")[0]);
    stops_and_lets_through(&shop, &server);
}
