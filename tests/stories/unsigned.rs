//! What keeps a statement from being signed or recorded: the notes stay as they were.

use std::fs;

use crate::support::GRACE;
use crate::world::{ONE_TEAM, Shop, has, refused, said};

/// A shop whose change wants a sign-off.
fn shop() -> Shop {
    let shop = Shop::new(ONE_TEAM);
    shop.rename_bucket();
    shop
}

#[test]
fn a_key_that_cannot_sign_writes_nothing() {
    let shop = shop();
    shop.make_key("stranger");
    let out = shop.repo.beside("out");
    let prose = out.join("prose").display().to_string();
    fs::write(&prose, "my key is under the mat\n").unwrap();
    let public_only = out.join("grace.pub").display().to_string();
    fs::write(&public_only, shop.public("grace")).unwrap();
    let missing = out.join("missing").display().to_string();
    let mut answers = Vec::new();
    for (what, key) in [
        ("missing", &missing),
        ("no key", &prose),
        ("the public half alone", &public_only),
        ("nobody's", &shop.key("stranger")),
    ] {
        answers.push(format!("{what}\n{}", refused(&shop.gate(&["sign", "--key", key]))));
        assert_eq!(shop.notes(), "", "{what}");
    }
    answers.push(format!("no key and no agent\n{}", refused(&shop.gate(&["sign"]))));
    assert_eq!(shop.notes(), "");
    insta::assert_snapshot!(answers.join("\n"), @r#"
    missing
    error: the key `[tmp]/out/missing` can't be read: No such file or directory (os error 2)
      help: name one with `--key ~/.ssh/id_ed25519`, or set git's `user.signingkey`
    no key
    error: `[tmp]/out/prose` is no SSH key
      help: name one with `--key ~/.ssh/id_ed25519`, or set git's `user.signingkey`
    the public half alone
    No private key found for public key "[tmp]/out/grace.pub"
    error: the private half of `[tmp]/out/grace.pub` is neither beside it nor with an ssh-agent
      help: `ssh-add [tmp]/out/grace`, or name the private key with `--key`
    nobody's
    error: the key [fingerprint] belongs to nobody in the policy
      help: add it under [people] in gate.toml on the target, or sign with another: --key FILE
    no key and no agent
    error: there is no key to sign with: none is named, and no ssh-agent answers
      help: name one with `--key ~/.ssh/id_ed25519`, or set git's `user.signingkey`, or start an agent and `ssh-add` a key
    "#);
}

#[test]
fn without_a_project_or_a_target_nothing_is_signed() {
    let shop = Shop::empty();
    shop.begin(ONE_TEAM);
    let policy = shop.policy(ONE_TEAM).replace("project = \"acme/shop\"\n", "");
    shop.repo.git(&["switch", "-q", "main"]);
    shop.repo.write("gate.toml", policy);
    shop.repo.commit_as(GRACE, "No project");
    shop.repo.git(&["switch", "-qC", "feature"]);
    shop.rename_bucket();
    assert_eq!(shop.gate(&["check"]).code, 1, "the project is needed to sign, not to check");
    insta::assert_snapshot!(refused(&shop.by("grace", &["sign"])), @r#"
    error: the policy has no `project`, which a statement is bound to
      help: add one at the top of gate.toml on the target: project = "github.com/you/this"
    "#);
    let shop = self::shop();
    let base = shop.repo.rev("main");
    insta::assert_snapshot!(refused(&shop.by("grace", &["sign", &format!("{base}..HEAD")])), @r#"
    error: the branch that this change is for is not known
      help: name it: --target main
    "#);
    assert_eq!(shop.notes(), "");
    assert_eq!(shop.by("grace", &["sign", &format!("{base}..HEAD"), "--target", "main"]).code, 0);
    let run = shop.gate(&["check", &format!("{base}..HEAD")]);
    has(&said(&run, 1), &["pass `--target`"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_without_room_leaves_the_notes_as_they_were() {
    let shop = shop();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    let before = shop.notes();
    shop.rename_queue();
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
    let binary = env!("CARGO_BIN_EXE_gate");
    let key = shop.key("grace");
    let mut command = shop.repo.command("bash");
    let output = command.args(["-c", script, "-", binary, "sign", "--key", &key]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(shop.notes(), before);
    has(&said(&shop.gate(&["check"]), 1), &["infra/queue.tf"]);
    shop.repo.git(&["fsck", "--strict"]);
}

#[cfg(target_os = "linux")]
#[test]
fn an_objects_folder_that_takes_nothing_leaves_the_notes_as_they_were() {
    let shop = shop();
    assert_eq!(shop.by("grace", &["sign"]).code, 0);
    let before = shop.notes();
    shop.rename_queue();
    shop.repo.git(&["repack", "-adq"]);
    let objects = shop.repo.path().join(".git/objects");
    // Files where the folders of new objects would be: this holds for root too.
    for number in 0..256 {
        let place = objects.join(format!("{number:02x}"));
        drop(fs::remove_dir_all(&place));
        fs::write(place, "").unwrap();
    }
    let run = shop.by("grace", &["sign"]);
    has(&refused(&run), &["error: "]);
    assert_eq!(shop.notes(), before);
}
