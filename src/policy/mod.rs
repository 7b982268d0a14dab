//! The policy: gate.toml, parsed, and right by construction.
//!
//! [`Policy::parse`] returns a policy in which every team exists, every count is
//! reachable, every glob and regex compiles, or every mistake at once.

mod demands;
mod duration;
mod file;
mod key_file;
mod lint;
mod owners;
mod people;
mod places;
mod rules;
mod schema;
mod services;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use sha2::{Digest, Sha256};

use crate::change::hex;
use crate::diagnostic::{Diagnostic, Mistakes, Severity};
use crate::document;
use crate::key::PublicKey;
use crate::owners::Source;
use crate::rule::{Demand, Rule};

pub use self::lint::lint;
pub use self::owners::{OwnersFrom, PathOwners};
pub use self::people::normal_address;
pub use self::places::Places;
pub use self::schema::schema;
pub use self::services::{BOUNDARY, INTERFACE};
pub use crate::rule::Local;

/// The name of the file that holds the policy.
pub const FILE_NAME: &str = "gate.toml";
/// The largest gate.toml that is read, in bytes.
pub const LARGEST: usize = 1_048_576;

/// The parsed policy. Nothing changes it once it is made.
#[derive(Clone, Debug)]
pub struct Policy {
    /// What a sign-off is bound to; needed to sign, not to check.
    pub project: Option<String>,
    /// The people, by their id.
    pub people: BTreeMap<String, Person>,
    /// The teams: the ids of their people, by name. A code owner who is one person is one, named as CODEOWNERS does.
    pub teams: BTreeMap<String, BTreeSet<String>>,
    /// `[gate]`.
    pub gate: Gate,
    /// `[sign-off]`.
    pub sign_off: SignOffRules,
    /// `[override]`, when there is one.
    pub overrides: Option<OverrideRules>,
    /// The services.
    pub services: Vec<Service>,
    /// The rules of all packs and of gate.toml, the switched-off ones left out.
    pub rules: Vec<Rule>,
    /// The rules of the service map, `service/boundary` and `service/interface`, unless they are switched off.
    ///
    /// Their conditions say nothing: the map itself matches them.
    pub crossings: Vec<Rule>,
    /// What is never architectural.
    pub locals: Vec<Local>,
    /// The key files that gate.toml names, always architectural like itself.
    pub key_files: Vec<String>,
    /// The packs that gate.toml extends, without `gate:`, as it names them.
    pub extends: Vec<String>,
    /// The code owners, for paths in no service that has owners; `None` where gate.toml does not ask for them.
    pub owners_from: Option<OwnersFrom>,
    /// SHA-256 of gate.toml, in lower-case hexadecimal digits.
    pub digest: String,
    /// Where things stand in gate.toml, for lint.
    pub places: Places,
}

/// Reads a key or CODEOWNERS file that gate.toml names, at the same commit: `None` where there is none, the reason where
/// it can't be read.
pub type KeyFiles<'a> = &'a dyn Fn(&str) -> Result<Option<String>, String>;

impl Policy {
    /// Reads gate.toml: a policy and its warnings, or every mistake at once.
    ///
    /// `name` is how messages speak of the file, such as `gate.toml at 0123abcd`.
    pub fn parse(
        source: &str,
        name: &str,
        key_files: KeyFiles<'_>,
    ) -> Result<(Self, Vec<Diagnostic>), Mistakes> {
        let mistakes = |mut diagnostics: Vec<Diagnostic>| {
            diagnostics.sort_by_key(|mistake| mistake.span.as_ref().map_or(0, |span| span.start));
            Mistakes { file: name.to_owned(), source: source.to_owned(), diagnostics }
        };
        if let Some(mistake) = not_a_policy(source) {
            return Err(Mistakes { source: String::new(), ..mistakes(vec![mistake]) });
        }
        let (document, syntax) = document::parse(source);
        let mut found = Vec::new();
        let file = file::read(&document, &mut found);
        if !syntax.is_empty() {
            return Err(mistakes(syntax.join(source, found)));
        }
        if let Some(mistake) = validate::other_version(&file) {
            return Err(mistakes(vec![mistake]));
        }
        let policy = validate::policy(file, source, key_files, &mut found)?;
        if found.iter().any(|mistake| mistake.severity == Severity::Error) {
            return Err(mistakes(found));
        }
        Ok((policy, mistakes(found).diagnostics))
    }

    /// Reads gate.toml from the bytes of a file; what is no text or too large is a mistake.
    pub fn parse_bytes(
        bytes: &[u8],
        name: &str,
        key_files: KeyFiles<'_>,
    ) -> Result<(Self, Vec<Diagnostic>), Mistakes> {
        let whole_file = |message: String, help: &str| Mistakes {
            file: name.to_owned(),
            source: String::new(),
            diagnostics: vec![Diagnostic { span: None, ..Diagnostic::error(0..0, message).help(help) }],
        };
        if bytes.len() > LARGEST {
            let message = format!("this is {} bytes, and at most {LARGEST} are read", bytes.len());
            return Err(whole_file(message, "a policy of a thousand rules has half of that"));
        }
        match str::from_utf8(bytes) {
            Ok(source) => Self::parse(source, name, key_files),
            Err(error) => {
                let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|&&byte| byte == b'\n').count();
                let message = format!("this is not UTF-8 text: there is another byte in line {line}");
                Err(whole_file(message, "save the file as UTF-8"))
            }
        }
    }
}

/// Returns the other files that a gate.toml names, even where it has mistakes.
pub fn named_files(source: &str) -> Vec<String> {
    let (document, _) = document::parse(source);
    let file = file::read(&document, &mut Vec::new());
    let owners = file.owners_from.as_ref().and_then(|written| Source::parse(written.get_ref()));
    let owners = owners.iter().flat_map(Source::places).map(str::to_owned);
    file.allowed_signers
        .into_iter()
        .map(toml::Spanned::into_inner)
        .chain(owners.collect::<Vec<_>>())
        .collect()
}

/// Returns the SHA-256 of gate.toml in lower-case hexadecimal digits.
pub fn digest(source: &[u8]) -> String {
    hex::digits(&Sha256::digest(source))
}

/// Tells of a file that is plainly something else.
fn not_a_policy(source: &str) -> Option<Diagnostic> {
    if source.starts_with("version https://git-lfs.github.com/spec/") {
        let mistake = Diagnostic::error(0..0, "this is a Git LFS pointer, not a policy")
            .help("take gate.toml out of LFS: remove its line from .gitattributes and add the file again");
        return Some(Diagnostic { span: None, ..mistake });
    }
    None
}

/// Somebody who may sign, or whose commits are told apart.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The e-mail addresses of their commits.
    pub emails: Vec<String>,
    /// The keys they sign with. Two keys of one person are one person.
    pub keys: Vec<PublicKey>,
    /// Their GitHub login.
    pub github: Option<String>,
}

/// `[gate]`: what is enforced, and where.
#[derive(Clone, Debug)]
pub struct Gate {
    /// `false`: everything is reported and nothing blocked.
    pub enforce: bool,
    /// Globs of the protected branches, without `refs/heads/`, or of other refs, in full (`refs/tags/*`); empty for the default branch.
    pub protected: Vec<String>,
    /// Who must sign a change to the policy itself; empty for the default of `[sign-off]`.
    pub required: Vec<Demand>,
    /// Whether a hunk that no rule covers is architectural.
    pub unmatched_is_architectural: bool,
}

/// `[sign-off]`: what a sign-off must be to count.
#[derive(Clone, Debug)]
pub struct SignOffRules {
    /// Who must sign where a rule asks for nobody in particular.
    pub required: Vec<Demand>,
    /// How old it may be.
    pub max_age: Option<SignedDuration>,
    /// Whether an author may sign their own hunks.
    pub allow_author: bool,
    /// Whether the pusher counts as an author of every hunk.
    pub pusher_is_author: bool,
    /// Digests of statements that no longer count.
    pub void: BTreeSet<String>,
}

/// `[override]`: who may let a blocked change through, and for how long.
#[derive(Clone, Debug)]
pub struct OverrideRules {
    /// The team.
    pub team: String,
    /// How long an override lasts.
    pub max_age: SignedDuration,
}

/// `[[service]]`: a part of the system that others depend on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// Globs of its files.
    pub paths: Vec<String>,
    /// Globs of the files that are its contract with the others.
    pub interface: Vec<String>,
    /// How others speak of it.
    pub names: Vec<String>,
    /// The teams that own it.
    pub owners: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{RuleOrigin, Who};

    /// What DESIGN shows of gate.toml, without keys.
    const FULL: &str = r#"
version = 1
project = "github.com/acme/shop"
extends = ["gate:recommended"]
owners-from = "CODEOWNERS"

[people.ada]
emails = ["ada@acme.dev"]
github = "ada"
[people.grace]
[people.linus]

[teams]
platform = ["ada", "grace"]
payments = ["linus"]

[gate]
enforce = true
protected = ["main", "release/*"]
required = [{ team = "platform", count = 2 }]
unmatched = "local"

[sign-off]
required = [{ owners = true, else = "platform", count = 1 }]
max-age = "90 days"
allow-author = false
pusher-is-author = true
void = []

[override]
team = "platform"
max-age = "1 day"

[[service]]
name = "payments"
paths = ["src/paymentservice/**"]
interface = ["protos/payment.proto"]
names = ["paymentservice", "PAYMENT_SERVICE_ADDR"]
owners = ["payments"]

[[rule]]
id = "pool-size"
category = "config"
paths = ["services/*/config/*.yaml"]
changed = ["pool_size"]
kinds = ["deleted", "mode"]
syntax = ["pool($X)", { lang = "go", pattern = "f()" }]
keys = ["spec.containers[].resources"]
services = ["payments"]
comments = true
when = "ai"
why = "PgBouncer admits 20 connections in all, and three services share them."
required = [{ team = "platform", count = 2, when = "ai" }, { any-of = ["payments", "platform"] }]

[[rule.example]]
path = "services/a/config/b.yaml"
diff = "-pool_size: 1\n+pool_size: 2\n"
class = "architectural"

[[local]]
paths = ["docs/**", "**/*_test.go"]
only = ["^ok$"]
"#;

    fn parse(source: &str) -> (Policy, Vec<Diagnostic>) {
        let file = |path: &str| Ok((path == "CODEOWNERS").then(|| "* @ada\n".to_owned()));
        Policy::parse(source, "gate.toml", &file).unwrap()
    }

    fn messages(source: &str) -> Vec<String> {
        let mistakes = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap_err();
        mistakes.diagnostics.into_iter().map(|mistake| mistake.message).collect()
    }

    #[test]
    fn every_key_is_read() {
        let (policy, warnings) = parse(FULL);
        assert_eq!(warnings, []);
        assert_eq!(policy.project.as_deref(), Some("github.com/acme/shop"));
        assert_eq!(policy.teams["platform"].len(), 2);
        assert_eq!(policy.gate.protected, ["main", "release/*"]);
        assert!(policy.sign_off.pusher_is_author && !policy.sign_off.allow_author);
        assert_eq!(policy.services[0].owners, ["payments"]);
        let rule = policy.rules.iter().find(|rule| rule.id == "pool-size").unwrap();
        let line = FULL.lines().position(|line| line == "[[rule]]").unwrap() + 1;
        assert_eq!(rule.origin, RuleOrigin::Policy(u32::try_from(line).unwrap()));
        assert_eq!(rule.when.syntax[1].lang.as_deref(), Some("go"));
        assert_eq!(
            rule.required.as_ref().unwrap()[1].who,
            Who::AnyOf(vec!["payments".into(), "platform".into()])
        );
        assert!(rule.examples[0].matches && rule.when.comments);
        assert_eq!(policy.locals.last().unwrap().when.only, ["^ok$"]);
        assert_eq!(policy.digest, digest(FULL.as_bytes()));
    }

    #[test]
    fn what_is_left_out_has_its_default() {
        let (policy, _) = parse("version = 1\n");
        assert!(policy.gate.enforce);
        assert!(!policy.gate.unmatched_is_architectural);
        assert_eq!(policy.sign_off.max_age, None);
        assert!(policy.overrides.is_none() && policy.rules.is_empty());
    }

    #[test]
    fn what_is_said_otherwise_goes_before_the_default() {
        let digest = "0A".repeat(32);
        let (policy, _) = parse(&format!(
            "version = 1\n[people.ada]\n[teams]\nplatform = [\"ada\"]\n\
             [gate]\nenforce = false\nunmatched = \"architectural\"\n\
             [sign-off]\nmax-age = \"2 days\"\nallow-author = true\nvoid = [\"{digest}\"]\n\
             [override]\nteam = \"platform\"\nmax-age = \"3 hours\"\n"
        ));
        assert!(!policy.gate.enforce && policy.gate.unmatched_is_architectural);
        assert!(policy.sign_off.allow_author && !policy.sign_off.pusher_is_author);
        assert_eq!(policy.sign_off.max_age, Some(SignedDuration::from_hours(48)));
        assert_eq!(policy.sign_off.void, BTreeSet::from([digest.to_lowercase()]));
        let overrides = policy.overrides.unwrap();
        assert_eq!((overrides.team.as_str(), overrides.max_age), ("platform", SignedDuration::from_hours(3)));
    }

    #[test]
    fn keys_of_the_allowed_signers_are_those_of_the_people_that_it_names() {
        use crate::key::testing::TestKey;
        let keys = [1, 2, 3].map(|number| TestKey::new(number).public());
        let file = format!("ADA@acme.dev {}\nada {}\nada@acme.dev {}\n", keys[0], keys[1], keys[1]);
        let source = format!(
            "version = 1\nallowed-signers = \"keys\"\n\
             [people.ada]\nemails = [\"ada@acme.dev\"]\nkeys = [\"{}\"]\n[people.grace]\n",
            keys[2]
        );
        let read = |path: &str| Ok((path == "keys").then(|| file.clone()));
        let (policy, warnings) = Policy::parse(&source, "gate.toml", &read).unwrap();
        assert_eq!(warnings, []);
        assert_eq!(policy.people["ada"].keys, [keys[2].clone(), keys[0].clone(), keys[1].clone()]);
        assert!(policy.people["grace"].keys.is_empty());
        let shared = |path: &str| Ok((path == "keys").then(|| format!("grace {}\n", keys[2])));
        assert!(Policy::parse(&source, "gate.toml", &shared).is_err(), "one key under two people");
    }

    #[test]
    fn rule_of_the_service_map_that_is_changed_is_not_as_it_was() {
        let (policy, warnings) =
            parse("version = 1\n[rules.\"service/interface\"]\ncategory = \"contract\"\n");
        assert_eq!(warnings, []);
        assert!(policy.crossings.iter().any(|rule| rule.category == "contract"));
        let (_, warnings) = parse("version = 1\n[rules.\"service/interface\"]\nenabled = true\n");
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn name_that_is_looked_for_has_three_letters() {
        let is_read = |name: &str| {
            let source =
                format!("version = 1\n[[service]]\nname = \"s\"\npaths = [\"s/**\"]\nnames = [\"{name}\"]\n");
            Policy::parse(&source, "gate.toml", &|_| Ok(None)).is_ok()
        };
        assert!(is_read("api") && !is_read("ap") && !is_read(" ap "));
    }

    #[test]
    fn project_is_one_word_of_up_to_200_bytes() {
        let is_read = |project: &str| {
            Policy::parse(&format!("version = 1\nproject = \"{project}\"\n"), "gate.toml", &|_| Ok(None))
                .is_ok()
        };
        assert!(is_read("acme/shop") && is_read(&"a".repeat(200)));
        assert!(!is_read("") && !is_read(&"a".repeat(201)) && !is_read("a b") && !is_read("a\\u0007"));
    }

    #[test]
    fn void_takes_whole_digests_alone() {
        let is_read = |digest: &str| {
            let source = format!("version = 1\n[sign-off]\nvoid = [\"{digest}\"]\n");
            Policy::parse(&source, "gate.toml", &|_| Ok(None)).is_ok()
        };
        assert!(is_read(&"0a".repeat(32)));
        assert!(!is_read(&"0a".repeat(31)) && !is_read(&"0g".repeat(32)) && !is_read(&"0a".repeat(33)));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let found = messages(
            "version = 1\nspeed = 9\n[teams]\na = [\"nobody\"]\n[gate]\nenforce = 1\n[[rule]]\nid = \"x\"\npaths = [\"/a\"]\nchanged = [\"(\"]\n",
        );
        assert_eq!(
            found,
            [
                "unknown key `speed` in gate.toml",
                "unknown person `nobody` in the team `a`",
                "`enforce` takes `true` or `false`",
                "bad glob in `paths`",
                "bad regex in `changed`",
            ]
        );
    }

    #[test]
    fn digest_is_what_sha256sum_prints() {
        assert_eq!(digest(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn files_that_are_named_are_told_in_spite_of_mistakes() {
        let source =
            "allowed-signers = \"keys\"\nowners-from = \"docs/CODEOWNERS\"\nspeed = 9\n[gate]\nenforce = 1\n";
        assert_eq!(named_files(source), ["keys", "docs/CODEOWNERS"]);
        assert!(named_files("version = 1\n").is_empty());
    }

    #[test]
    fn pointer_of_lfs_is_no_policy() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
        let mistakes = Policy::parse(pointer, "gate.toml", &|_| Ok(None)).unwrap_err();
        assert!(mistakes.source.is_empty() && mistakes.diagnostics[0].span.is_none());
        assert_eq!(mistakes.diagnostics[0].message, "this is a Git LFS pointer, not a policy");
    }

    #[test]
    fn bytes_that_are_no_text_and_too_many_of_them_are_mistakes() {
        let parse = |bytes: &[u8]| Policy::parse_bytes(bytes, "gate.toml", &|_| Ok(None));
        assert!(parse(b"version = 1\n").is_ok());
        let message = |bytes: &[u8]| parse(bytes).unwrap_err().diagnostics[0].message.clone();
        assert_eq!(message(b"version = 1\n\xff"), "this is not UTF-8 text: there is another byte in line 2");
        assert!(parse(&[b"version = 1\n#", vec![b'#'; LARGEST - 13].as_slice()].concat()).is_ok());
        assert_eq!(message(&vec![b'#'; LARGEST + 1]), "this is 1048577 bytes, and at most 1048576 are read");
    }
}
