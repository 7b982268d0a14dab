//! What hostile bytes are given to, and what must hold of the answer.
//!
//! One function for each fuzz target. `tests/fuzz_regressions.rs` calls the same ones with
//! what the fuzzers have found.

#![allow(dead_code, missing_docs)]
#![allow(
    clippy::unwrap_used,
    clippy::let_underscore_must_use,
    reason = "what must hold is told by panics; an error is as good an answer as any"
)]

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::io;

use base64ct::{Base64, Encoding};
use bstr::BStr;
use gate::change::cut::{Block, cut};
use gate::change::{Change, Commit, Contributor, FileChange, HunkKind, Mode, ObjectId, Role, Side, Touched};
use gate::ci;
use gate::classify::Classifier;
use gate::diagnostic::{Mistakes, Severity};
use gate::git::{Asked, Provided, Repo};
use gate::key::{PublicKey, Signature, allowed_signers as signers};
use gate::lexer::Comments;
use gate::owners::{CodeOwners, Forge};
use gate::policy::{Policy, lint};
use gate::provenance::{Claim, Claims, Written};
use gate::render::diagnostic;
use gate::sign_off::{Line, NAMESPACE, Statement, read};
use similar::{Algorithm, DiffTag, capture_diff_slices};

#[path = "inputs/findings.rs"]
mod findings;
#[path = "inputs/structure.rs"]
mod structure;
#[path = "inputs/tree.rs"]
mod tree;

pub use findings::findings;
pub use structure::structure;

/// gate.toml: a policy that works, or mistakes that can be drawn.
pub fn policy(data: &[u8]) {
    let key_file = |path: &str| match path {
        "none" => Ok(None),
        "broken" => Err("it is broken".to_owned()),
        _ => Ok(Some(KEY.to_owned())),
    };
    let mistakes = match Policy::parse_bytes(data, "gate.toml", &key_file) {
        Ok((policy, diagnostics)) => {
            let source = String::from_utf8(data.to_vec()).unwrap();
            let _ = Classifier::new(&policy);
            let _ = lint(&policy, &[b"infra/main.tf".into(), b"a/b.py".into()]);
            assert!(diagnostics.iter().all(|one| one.severity == Severity::Warning));
            Mistakes { file: "gate.toml".to_owned(), source, diagnostics }
        }
        Err(mistakes) => {
            assert!(mistakes.diagnostics.iter().any(|one| one.severity == Severity::Error));
            mistakes
        }
    };
    for width in [20, 100] {
        let _ = diagnostic::render(&mistakes, false, width);
    }
}

/// A note: each line is a statement or rejected, twice the same is once, and order is nothing.
pub fn notes(data: &[u8]) {
    let Ok(found) = read(&[data]) else { return };
    for recorded in &found.recorded {
        let again = Statement::parse(&recorded.written).unwrap();
        assert_eq!(again, recorded.statement);
        for signature in &recorded.signatures {
            let line = Line { statement: recorded.written.clone(), signature: signature.clone() };
            if let Ok(line) = line.encode() {
                assert_eq!(read(&[line]).unwrap().recorded.len(), 1);
            }
            let _ = gate::key::verify(recorded.written.as_bytes(), signature, NAMESPACE);
        }
    }
    let mut lines: Vec<&[u8]> = data.split(|byte| *byte == b'\n').collect();
    lines.reverse();
    let turned = read(&[lines.join(&b'\n'), data.to_vec()]).unwrap();
    assert_eq!(format!("{:?}", turned.recorded), format!("{:?}", found.recorded));
    assert_eq!(turned.rejected, found.rejected);
}

/// A signature: the bytes of the blob, or its base64, or its armour; and a key.
pub fn signature(data: &[u8]) {
    let message = b"message";
    let text = String::from_utf8_lossy(data);
    for base64 in [Base64::encode_string(data), text.clone().into_owned()] {
        if let Ok(signature) = Signature::parse(&base64, NAMESPACE) {
            let _ = signature.verify(message);
            let _ = signature.key().fingerprint();
        }
    }
    let _ = Signature::of_commit(data).map(|signature| signature.verify(message));
    let _ = PublicKey::parse(&text).map(|key| key.fingerprint());
    let _ = PublicKey::from_blob(data).map(|key| key.fingerprint());
    let _ = PublicKey::of_private(&text);
}

/// An allowed-signers file: signers, or mistakes with places in it.
pub fn allowed_signers(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match signers(text) {
        Ok(signers) => {
            for signer in signers {
                assert!(text.get(signer.span).is_some());
            }
        }
        Err(mistakes) => {
            assert!(!mistakes.is_empty());
            assert!(mistakes.iter().all(|(span, _)| text.get(span.clone()).is_some()));
        }
    }
}

/// What a CI system says: the first line picks the system, the second the event, the rest is its file and its values.
pub fn event(data: &[u8]) {
    const EVENTS: [&str; 6] =
        ["pull_request", "pull_request_target", "merge_group", "push", "issue_comment", "schedule"];
    const SYSTEMS: [&str; 8] = [
        "GITHUB_ACTIONS",
        "GITLAB_CI",
        "GATE_BASE",
        "CIRCLECI",
        "BUILDKITE",
        "TF_BUILD",
        "JENKINS_URL",
        "BITBUCKET_BUILD_NUMBER",
    ];
    let Some((first, rest)) = data.split_first() else { return };
    let system = SYSTEMS[usize::from(first & 7)];
    let event = EVENTS[usize::from(first >> 3) % EVENTS.len()];
    let lines: Vec<String> =
        rest.split(|byte| *byte == b'\n').map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let variable = |name: &str| match name {
        _ if name == system => Some("true".to_owned()),
        "GITHUB_EVENT_NAME" => Some(event.to_owned()),
        "GITHUB_EVENT_PATH" => Some("event.json".to_owned()),
        "GITHUB_ACTIONS" | "GITHUB_BASE_REF" => None,
        // The same name finds the same line each time.
        _ => lines
            .get(name.bytes().map(usize::from).sum::<usize>() % 16)
            .filter(|line| !line.is_empty())
            .cloned(),
    };
    let read_file = |_: &str| io::Result::Ok(rest.to_vec());
    match ci::detect(&variable, &read_file) {
        Ok(Some(run)) => assert!(!run.head.is_empty()),
        Ok(None) => {}
        Err(error) => assert!(!error.to_string().is_empty() && !error.help().is_empty()),
    }
}

/// A range, and what is given by `--base`, `--head` and `--target`: lines of their own.
pub fn range(data: &[u8]) {
    thread_local!(static REPO: (tempfile::TempDir, Repo) = small_repository());
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n').map(|line| (!line.is_empty()).then_some(line));
    let mut next = || lines.next().flatten();
    let asked = Asked {
        range: next(),
        base: next(),
        head: next(),
        target: next(),
        provided: Provided { base: next(), head: next(), target: next(), merge: next() },
        content: gate::git::Content::Commits,
    };
    REPO.with(|(_, repo)| {
        if let Err(error) = repo.range(&asked) {
            assert!(!error.message.contains('\n'), "{}", error.message);
        }
    });
}

/// A file with two sides, of which the first byte picks the path and a NUL parts the sides.
pub fn hunks(data: &[u8]) {
    const PATHS: [&str; 16] = [
        "a.tf",
        "a.yaml",
        "a.py",
        "a.go",
        "a.sh",
        "Dockerfile",
        "a.sql",
        "a.ts",
        "a.rs",
        "a.html",
        "a.toml",
        "a.json",
        "a.proto",
        "a.rb",
        "Makefile",
        "a.php",
    ];
    thread_local!(static CLASSIFIER: Classifier = recommended());
    let Some((first, rest)) = data.split_first() else { return };
    let path = PATHS[usize::from(*first) % PATHS.len()];
    let mut sides = rest.splitn(2, |byte| *byte == 0);
    let (old, new) = (sides.next().unwrap_or_default(), sides.next());
    let file = file(path, old, new.unwrap_or_default());
    assert_eq!(file.hunks.is_empty(), old == new.unwrap_or_default());
    let ids: BTreeSet<_> = file.hunks.iter().map(|hunk| hunk.id).collect();
    assert_eq!(ids.len(), file.hunks.len(), "two hunks have one id");
    let comments = Comments::new(&file);
    for hunk in file.hunks.iter().filter(|hunk| hunk.kind == HunkKind::Text) {
        let _ = comments.are_all_of(hunk);
        assert!(hunk.lines.iter().all(|line| !file.text(line).is_empty()));
    }
    CLASSIFIER.with(|classifier| assert_eq!(classifier.judge(&file).len(), file.hunks.len()));
}

/// A CODEOWNERS file in each dialect, and the paths that its own words name.
pub fn owners(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let paths: Vec<&BStr> = text.split([' ', '\n']).take(20).map(BStr::new).collect();
    for forge in [Forge::GitHub, Forge::GitLab, Forge::Gitea] {
        match CodeOwners::parse(text, forge) {
            Ok(owners) => {
                let named = owners.owners();
                for path in &paths {
                    let owned = owners.of(path);
                    assert!(
                        owned.iter().flat_map(|owned| owned.owners).all(|it| named.contains(it.as_str()))
                    );
                }
                for (line, _) in owners.uses(&paths) {
                    assert!(text.get(line.place.clone()).is_some());
                }
            }
            Err(mistakes) => assert!(!mistakes.is_empty() && mistakes.is_sorted()),
        }
    }
}

/// A note of git-ai, traces, and a commit's message: whatever can't be read counts as written by AI.
pub fn ai_notes(data: &[u8]) {
    let id = ObjectId::new([1; 20]);
    let person = Contributor { role: Role::Author, name: data.into(), email: data.into() };
    let commit = Commit { id, people: vec![person], message: data.into(), signature: None };
    let target = None;
    let change = Change { base: id, merge_base: id, head: id, target, merges: true, commits: vec![commit] };
    let said = || Claim::Said(data.to_vec());
    let (notes, traces) = (vec![(0, said())], Some((Claim::Said(Vec::new()), said())));
    let mut written = Written::read(&change, &Claims { notes, traces });
    assert!(written.unreadable().is_empty() || written.is_ai());
    let file = file("a.py", b"one\ntwo\nthree\n", b"one\n2\nthree\n4\n");
    let touched =
        Touched { path: "a.py".into(), from: None, object: file.new.as_ref().map(|side| side.object) };
    written.place(&[vec![touched]]);
    let of_file = written.of(&file);
    for hunk in &file.hunks {
        assert!(of_file.rows(&file, hunk).iter().all(|row| *row < written.rows().len()));
    }
}

const KEY: &str =
    "ada@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ\n";

fn recommended() -> Classifier {
    let text = "version = 1\nextends = [\"gate:recommended\"]\n";
    let (policy, _) = Policy::parse(text, "gate.toml", &|_| Ok(None)).unwrap();
    Classifier::new(&policy).unwrap()
}

fn file(path: &str, old: &[u8], new: &[u8]) -> FileChange {
    changed(Some(side(path, old)), Some(side(path, new)))
}

fn side(path: &str, content: &[u8]) -> Side {
    Side {
        path: path.into(),
        mode: Mode::FILE,
        object: ObjectId::new(std::array::from_fn(|at| {
            content.iter().skip(at).fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte))
        })),
        content: Some(content.to_vec()),
    }
}

fn changed(old: Option<Side>, mut new: Option<Side>) -> FileChange {
    if let (Some(old), Some(new)) = (&old, &mut new)
        && old.content != new.content
        && old.object == new.object
    {
        new.object = ObjectId::new([0; 20]);
    }
    let compare = |old: &[u8], new: &[u8]| Ok::<_, Infallible>(blocks(old, new));
    let Ok(file) = cut(old, new, compare);
    file
}

fn blocks(old: &[u8], new: &[u8]) -> Vec<Block> {
    let lines = |text: &[u8]| text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let (old, new): (Vec<Vec<u8>>, Vec<Vec<u8>>) = (lines(old), lines(new));
    capture_diff_slices(Algorithm::Myers, &old, &new)
        .into_iter()
        .filter(|op| op.tag() != DiffTag::Equal)
        .map(|op| Block { old: op.old_range(), new: op.new_range() })
        .collect()
}

/// A repository with a branch, a tag, a merge and a branch of a remote, which is on the disk as long as the folder is.
fn small_repository() -> (tempfile::TempDir, Repo) {
    let folder = tempfile::tempdir().unwrap();
    let git = |arguments: &[&str]| {
        let mut command = std::process::Command::new("git");
        command.arg("-C").arg(folder.path()).args(arguments);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.com");
            command.env(format!("GIT_{who}_DATE"), "@1700000000 +0000");
        }
        assert!(command.status().unwrap().success(), "git {arguments:?}");
    };
    git(&["init", "-q", "-b", "main"]);
    git(&["commit", "-q", "--allow-empty", "-m", "one"]);
    git(&["switch", "-q", "-c", "feature"]);
    git(&["commit", "-q", "--allow-empty", "-m", "two"]);
    git(&["tag", "-a", "-m", "t", "v1"]);
    git(&["update-ref", "refs/remotes/origin/main", "main"]);
    git(&["switch", "-q", "main"]);
    git(&["merge", "-q", "--no-ff", "-m", "three", "feature"]);
    let repo = Repo::open_exactly(folder.path()).unwrap();
    (folder, repo)
}
