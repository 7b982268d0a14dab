//! `gate sign --push --recheck`: the forge's own program has the check run again.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::support::{Run, TestRepo};
use crate::world::{ONE_TEAM, Shop, has, refused, said};

/// A shop whose remote seems to be at a forge, and a folder with a program that writes down how it is called.
struct Forge {
    shop: Shop,
    server: TestRepo,
    address: String,
    head: String,
}

impl Forge {
    fn new(address: &str) -> Self {
        let shop = Shop::new(ONE_TEAM);
        let head = shop.rename_bucket();
        let server = TestRepo::bare();
        shop.repo.git(&["remote", "add", "origin", address]);
        Self { shop, server, address: address.to_owned(), head }
    }

    /// Makes `gh` or `glab`: it writes its arguments to a file and answers with these lines of a case.
    fn program(&self, name: &str, cases: &str) {
        let folder = self.shop.repo.beside("bin");
        let log = folder.join("calls").display().to_string();
        let script = format!(
            "#!/bin/sh\nfor a in \"$@\"; do printf '[%s]' \"$a\"; done >> '{log}'\necho >> '{log}'\ncase \"$*\" in\n{cases}\nesac\n"
        );
        fs::write(folder.join(name), script).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn sign(&self) -> Run {
        let folder = self.shop.repo.beside("bin");
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        let instead = format!("url.file://{}.insteadOf", self.server.path().display());
        let key = self.shop.key("grace");
        let variables = [
            ("PATH", path.as_str()),
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", &instead),
            ("GIT_CONFIG_VALUE_0", &self.address),
        ];
        self.shop.repo.gate_with(&["sign", "--push", "--recheck", "--key", &key], &variables, b"")
    }

    fn calls(&self) -> String {
        let calls = fs::read_to_string(self.shop.repo.beside("bin").join("calls")).unwrap_or_default();
        calls.replace(&self.head, "[head]")
    }

    /// Tells whether the server has the sign-off.
    fn is_pushed(&self) -> bool {
        !self.server.git(&["for-each-ref", "refs/notes/gate"]).is_empty()
    }
}

#[test]
fn gh_comments_on_the_pull_request_that_ends_with_the_commit() {
    let forge = Forge::new("git@github.com:acme/shop.git");
    let other = "0".repeat(40);
    forge.program("gh", &format!(
        "'pr list'*) echo '[{{\"number\":9,\"headRefOid\":\"{other}\"}},{{\"number\":12,\"headRefOid\":\"{}\"}}]' ;;",
        forge.head
    ));
    let answer = said(&forge.sign(), 0);
    has(&answer, &["grace signed 1 hunk", "pushed to origin", "asked pull request 12 for the check again"]);
    insta::assert_snapshot!(forge.calls(), @r"
    [pr][list][--repo=github.com/acme/shop][--search=[head]][--state=open][--limit=30][--json=number,headRefOid]
    [pr][comment][12][--repo=github.com/acme/shop][--body=/gate recheck]
    ");
    assert!(forge.is_pushed());
}

#[test]
fn each_pull_request_that_ends_with_the_commit_is_asked() {
    let forge = Forge::new("git@github.com:acme/shop.git");
    let found = format!(
        "'pr list'*) echo '[{{\"number\":12,\"headRefOid\":\"{0}\"}},{{\"number\":15,\"headRefOid\":\"{0}\"}}]' ;;",
        forge.head
    );
    forge.program("gh", &found);
    has(&said(&forge.sign(), 0), &["asked pull requests 12, 15 for the check again"]);
    has(&forge.calls(), &["[pr][comment][12]", "[pr][comment][15]"]);
}

#[test]
fn glab_retries_the_job_of_the_newest_pipeline() {
    let forge = Forge::new("https://gitlab.acme.dev/group/sub/shop.git");
    forge.program("glab", &format!(
        "*/merge_requests) echo '[{{\"iid\":3,\"sha\":\"{0}\",\"state\":\"closed\"}},{{\"iid\":4,\"sha\":\"{0}\",\"state\":\"opened\"}}]' ;;\n\
         */pipelines) echo '[{{\"id\":71}},{{\"id\":70}}]' ;;\n\
         */jobs*per_page*) echo '[{{\"id\":1,\"name\":\"build\"}},{{\"id\":2,\"name\":\"gate\"}}]' ;;",
        forge.head
    ));
    has(&said(&forge.sign(), 0), &["asked merge request 4 for the check again"]);
    insta::assert_snapshot!(forge.calls(), @r"
    [api][--hostname=gitlab.acme.dev][projects/group%2Fsub%2Fshop/repository/commits/[head]/merge_requests]
    [api][--hostname=gitlab.acme.dev][projects/group%2Fsub%2Fshop/merge_requests/4/pipelines]
    [api][--hostname=gitlab.acme.dev][projects/group%2Fsub%2Fshop/pipelines/71/jobs?per_page=100]
    [api][--hostname=gitlab.acme.dev][--method=POST][projects/group%2Fsub%2Fshop/jobs/2/retry]
    ");
}

#[test]
fn a_program_that_fails_leaves_the_sign_off_pushed_and_the_way_out_told() {
    let forge = Forge::new("https://github.com/acme/shop");
    let why = "what was signed is recorded and pushed, but the check was not started";
    for (cases, reason) in [
        ("*) echo 'gh: not logged in' >&2; exit 4 ;;", "`gh pr` failed: gh: not logged in"),
        ("*) printf '\\033[2J' >&2; exit 1 ;;", "`gh pr` failed: <"),
        ("*) echo '{}' ;;", "the forge's answer can't be read"),
        ("*) echo '[]' ;;", "no open pull request ends with the commit"),
        ("*) echo '[{\"number\":\"12; id\",\"headRefOid\":\"x\"}]' ;;", "the forge's answer can't be read"),
    ] {
        forge.program("gh", cases);
        let run = forge.sign();
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
        has(&run.stdout, &["pushed to origin"]);
        has(&run.stderr, &[why, reason, "gh pr comment"]);
    }
    assert!(forge.is_pushed());
}

#[test]
fn a_missing_program_is_named() {
    let forge = Forge::new("https://gitlab.com/acme/shop");
    let run = forge.sign();
    assert_eq!(run.code, 2);
    has(&run.stderr, &["`glab` is not installed", "glab ci retry gate --branch="]);
    assert!(forge.is_pushed());
}

#[test]
fn where_there_is_no_forge_it_says_so() {
    let forge = Forge::new("https://git.acme.dev/shop");
    let run = forge.sign();
    assert_eq!(run.code, 2);
    has(&run.stderr, &["`origin` is no forge that gate knows", "start the check by hand"]);
    assert!(forge.is_pushed());
    has(&refused(&forge.shop.by("grace", &["sign", "--recheck"])), &["--push"]);
}
