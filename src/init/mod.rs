//! Drafts a gate.toml for a repository that has none, from what was found in it.
//!
//! What comes out parses, lints clean, and blocks nothing until somebody turns it on:
//! every line is meant to be read, and to be changed, by a person.

mod people;
mod replay;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::policy::Service;
use crate::rule::{glob, pack};

pub use self::people::{Candidate, Own, people};
pub use self::replay::Replay;

/// How many signed commits make somebody a regular: a stranger's one accepted patch makes nobody a senior.
const REGULAR: usize = 5;
/// The widest line before a list goes over several.
const WIDTH: usize = 100;

/// What was found in a repository.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    /// What sign-offs are to be bound to: see [`project`].
    pub project: Option<String>,
    /// The people who may sign.
    pub people: Vec<Candidate>,
    /// The services.
    pub services: Vec<Service>,
    /// The names of the packs that have something to look at: see [`packs`].
    pub packs: Vec<String>,
    /// What `owners-from` would say here, where there is a CODEOWNERS file.
    pub code_owners: Option<&'static str>,
}

/// Returns what a project is called by the address of its repository: `github.com/acme/shop`.
///
/// `None` for a path on this machine.
pub fn project(address: &str) -> Option<String> {
    let address = address.trim().trim_end_matches('/');
    let rest = match address.split_once("://") {
        Some(("file", _)) => return None,
        Some((_, rest)) => rest.to_owned(),
        // `git@host:path`, unless what stands before the colon is a folder or a drive.
        None => match address.split_once(':') {
            Some((host, path)) if host.len() > 1 && !host.contains('/') => format!("{host}/{path}"),
            _ => return None,
        },
    };
    let (host, path) = rest.split_once('/')?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let path = path.trim_start_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '~' | '+');
    let project = format!("{}/{path}", host.to_lowercase());
    let is_plain = !host.is_empty() && !path.is_empty() && project.len() <= 200 && project.chars().all(plain);
    is_plain.then_some(project)
}

/// Returns the packs with a rule whose paths are among these files.
pub fn packs(files: &[&str]) -> Vec<String> {
    const MANY: usize = 200_000;
    let mut found = Vec::new();
    for (name, _) in pack::PACKS {
        let Some(Ok(pack)) = pack::load(name) else { continue };
        let mut set = globset::GlobSet::builder();
        let globs = pack.rules.iter().flat_map(|rule| &rule.when.paths);
        globs.filter_map(|pattern| glob::compile(pattern).ok()).for_each(|glob| {
            set.add(glob);
        });
        if set.build().is_ok_and(|set| files.iter().take(MANY).any(|path| set.is_match(path))) {
            found.push((*name).to_owned());
        }
    }
    found
}

/// Writes the gate.toml.
pub fn draft(survey: &Survey) -> String {
    let mut text = String::new();
    let (team, others) = team(&survey.people);
    head(&mut text, survey);
    roster(&mut text, &team, &others);
    settings(&mut text, team.len());
    services(&mut text, &survey.services, !team.is_empty());
    text
}

/// Splits the people into those who are to be the team and the others who have signed commits.
///
/// The team is whoever runs this and the regulars. With no key at all, whoever runs this is written
/// down all the same, and lint says what is missing.
fn team(people: &[Candidate]) -> (Vec<&Candidate>, Vec<&Candidate>) {
    let is_in = |one: &Candidate| !one.keys.is_empty() && (one.is_own || one.commits >= REGULAR);
    let (team, others): (Vec<_>, Vec<_>) = people.iter().partition(|one| is_in(one));
    let (own, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|one| team.is_empty() && one.is_own);
    let team = if team.is_empty() { own } else { team };
    (team, others.into_iter().filter(|one| !one.keys.is_empty()).collect())
}

/// The block that a colleague fills in and adds to gate.toml to join.
pub const COLLEAGUE: &str = r#"[people.grace]
emails = ["grace@acme.dev"]
keys = ["ssh-ed25519 AAAA... grace@laptop"]   # the line of ~/.ssh/id_ed25519.pub
github = "grace"
"#;

fn head(text: &mut String, survey: &Survey) {
    push(
        text,
        "# gate.toml: which changes need a senior, and who that is. Drafted by `gate init`: read it, change it.",
    );
    push(text, "# `gate lint` checks it; `gate explain PATH:LINE` tells what it says of a line.");
    push(text, "version = 1");
    let project = survey.project.as_ref().map_or_else(
        || {
            "# project = \"github.com/acme/shop\"   # what a sign-off is bound to: nobody signs without it"
                .to_owned()
        },
        |project| format!("project = {}   # what a sign-off is bound to", quoted(project)),
    );
    push(text, &project);
    push(text, "extends = [\"gate:recommended\"]   # the built-in rules: `gate rules list`");
    let packs: Vec<&str> =
        survey.packs.iter().map(String::as_str).filter(|pack| *pack != "recommended").collect();
    if !packs.is_empty() {
        push(text, &format!("# With something to look at here: {}.", packs.join(", ")));
    }
    if let Some(file) = survey.code_owners {
        push(
            text,
            &format!(
                "# owners-from = \"{file}\"   # whom `owners = true` asks where no service has `owners`"
            ),
        );
    }
}

fn roster(text: &mut String, team: &[&Candidate], others: &[&Candidate]) {
    push(text, "");
    push(
        text,
        "# Who may sign, with the keys that have signed commits here. Ask each of them: is this key yours?",
    );
    for one in team {
        push(text, &block(one));
    }
    if !others.is_empty() {
        push(
            text,
            "# Who else has signed a commit or two. Whoever is no stranger comes in by taking the `#` away:",
        );
    }
    for line in others.iter().map(|one| block(one)).collect::<Vec<_>>().join("\n").lines() {
        push(text, format!("# {line}").trim_end());
    }
    if !others.is_empty() {
        push(text, "");
    }
    push(text, "# A colleague joins with a block like this, and by name in a team:");
    for line in COLLEAGUE.lines() {
        push(text, &format!("# {line}"));
    }
    push(text, "");
    push(text, "[teams]");
    match team.is_empty() {
        true => push(text, "# seniors = [\"grace\"]"),
        false => list(text, "seniors", team.iter().map(|one| one.id.clone())),
    }
}

/// Writes the table of one person.
fn block(one: &Candidate) -> String {
    let mut text = format!("[people.{}]\n", key(&one.id));
    list(&mut text, "emails", one.emails.iter());
    match one.keys.is_empty() {
        true => push(
            &mut text,
            "# keys = [\"ssh-ed25519 AAAA...\"]   # the line of your .pub file; `ssh-keygen -t ed25519` makes one",
        ),
        false => list(&mut text, "keys", one.keys.iter().map(ToString::to_string)),
    }
    if let Some(github) = &one.github {
        push(&mut text, &format!("github = {}", quoted(github)));
    }
    text
}

fn settings(text: &mut String, team: usize) {
    push(text, "");
    push(text, "[gate]");
    push(
        text,
        "# Until this is true, everything is told and nothing is blocked. To turn it on: enforce = true",
    );
    push(text, "enforce = false");
    push(
        text,
        "# protected = [\"main\", \"release/*\"]   # the branches it guards; without it, the default branch",
    );
    push(text, "");
    push(text, "[sign-off]");
    let row = "required = [{ owners = true, else = \"seniors\", count = 1 }]";
    match team {
        0 => push(text, &format!("# {row}   # once there are people and a team")),
        _ => push(text, &format!("{row}   # for a rule that asks for nobody in particular")),
    }
    push(text, "# max-age = \"90 days\"");
    if team == 1 {
        push(
            text,
            "allow-author = true   # a team of one signs its own work; take this out when somebody joins",
        );
    }
}

fn services(text: &mut String, services: &[Service], is_owned: bool) {
    if services.is_empty() {
        return;
    }
    push(text, "");
    push(
        text,
        "# The services, as the files of this repository tell them: a hunk in one that names another, and a hunk in",
    );
    push(
        text,
        "# an `interface`, asks the owners on both sides. `gate services` draws the map. Put the right team at each.",
    );
    let mut taken = BTreeSet::new();
    for service in services {
        let name = word(&service.name);
        // What has no file, or no name of its own, gate.toml would refuse.
        if globs(&service.paths).next().is_none() || !taken.insert(name.clone()) {
            continue;
        }
        push(text, "");
        push(text, "[[service]]");
        push(text, &format!("name = {}", quoted(&name)));
        list(text, "paths", globs(&service.paths));
        list(text, "interface", globs(&service.interface));
        list(text, "names", service.names.iter().filter(|name| name.trim().len() >= 3).cloned());
        match is_owned {
            true => push(text, "owners = [\"seniors\"]"),
            false => push(text, "# owners = [\"seniors\"]"),
        }
    }
}

/// Leaves out what gate.toml would refuse as a glob.
fn globs(globs: &[String]) -> impl Iterator<Item = String> {
    globs.iter().filter(|text| glob::compile(text).is_ok()).cloned()
}

fn push(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

/// Writes a list on one line, or an item a line where that is too wide; nothing where it is empty.
fn list(text: &mut String, name: &str, items: impl Iterator<Item = impl AsRef<str>>) {
    let items: Vec<String> = items.map(|item| quoted(item.as_ref())).collect();
    let line = format!("{name} = [{}]", items.join(", "));
    if items.is_empty() {
        return;
    }
    if line.len() <= WIDTH || items.len() == 1 {
        return push(text, &line);
    }
    push(text, &format!("{name} = ["));
    items.iter().for_each(|item| push(text, &format!("    {item},")));
    push(text, "]");
}

/// Writes a string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => {
                let written = write!(quoted, "\\u{:04X}", u32::from(c));
                debug_assert!(written.is_ok(), "a string takes any text");
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Writes a name as a key of a table.
fn key(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if !name.is_empty() && name.bytes().all(plain) { name.to_owned() } else { quoted(name) }
}

/// Turns a name into one that a service may have.
fn word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-@+/[]".contains(c);
    let word: String = name.chars().map(|c| if plain(c) { c } else { '-' }).take(100).collect();
    if word.is_empty() { "service".to_owned() } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::testing::TestKey;
    use crate::policy::{Policy, lint};

    fn candidate(id: &str, number: u8) -> Candidate {
        Candidate {
            id: id.to_owned(),
            emails: vec![format!("{id}@acme.dev")],
            keys: vec![TestKey::new(number).public()],
            github: Some(id.to_owned()),
            commits: REGULAR,
            is_own: false,
        }
    }

    fn service(name: &str, path: &str) -> Service {
        Service {
            name: name.to_owned(),
            paths: vec![path.to_owned()],
            interface: vec!["protos/cart.proto".to_owned()],
            names: vec!["CART_ADDR".to_owned(), "ui".to_owned()],
            owners: Vec::new(),
        }
    }

    fn survey() -> Survey {
        Survey {
            project: Some("github.com/acme/shop".to_owned()),
            people: vec![candidate("ada", 1), candidate("grace", 2)],
            services: vec![service("cart", "src/cart/**")],
            packs: vec!["docker".to_owned(), "recommended".to_owned()],
            code_owners: Some("CODEOWNERS"),
        }
    }

    /// Returns what is wrong with a draft, warnings included.
    fn complaints(text: &str) -> Vec<String> {
        match Policy::parse(text, "gate.toml", &|_| Ok(None)) {
            Ok((policy, mut found)) => {
                let files = ["src/cart/a.go", "protos/cart.proto"].map(bstr::BStr::new);
                found.extend(lint(&policy, &files));
                found.into_iter().map(|one| one.message).collect()
            }
            Err(mistakes) => mistakes.diagnostics.into_iter().map(|one| one.message).collect(),
        }
    }

    #[test]
    fn draft_of_a_team_lints_clean_and_blocks_nothing() {
        let text = draft(&survey());
        assert_eq!(complaints(&text), Vec::<String>::new(), "{text}");
        let (policy, _) = Policy::parse(&text, "gate.toml", &|_| Ok(None)).unwrap();
        assert!(!policy.gate.enforce);
        assert_eq!(policy.services[0].owners, ["seniors"]);
        assert_eq!(policy.services[0].names, ["CART_ADDR"]);
    }

    #[test]
    fn line_that_turns_it_on_is_there_and_works() {
        let text = draft(&survey());
        assert!(text.contains("To turn it on: enforce = true"));
        let on = text.replace("\nenforce = false\n", "\nenforce = true\n");
        assert!(Policy::parse(&on, "gate.toml", &|_| Ok(None)).unwrap().0.gate.enforce);
    }

    #[test]
    fn team_of_one_may_sign_its_own_work_and_it_says_so() {
        let text = draft(&Survey { people: vec![candidate("ada", 1)], ..survey() });
        assert_eq!(complaints(&text), Vec::<String>::new(), "{text}");
        assert!(text.contains("allow-author = true"));
    }

    #[test]
    fn whoever_has_no_key_is_told_so_by_lint_alone() {
        let nobody = Candidate { keys: Vec::new(), is_own: true, ..candidate("ada", 1) };
        let text = draft(&Survey { people: vec![nobody], ..survey() });
        assert!(complaints(&text).iter().all(|one| one.contains("key")), "{text}");
    }

    #[test]
    fn empty_repository_gets_a_draft_that_parses() {
        let text = draft(&Survey::default());
        assert!(Policy::parse(&text, "gate.toml", &|_| Ok(None)).is_ok(), "{text}");
    }

    #[test]
    fn block_for_a_colleague_parses_once_it_has_a_key() {
        let line = TestKey::new(9).public().to_string();
        let block = COLLEAGUE.replace("ssh-ed25519 AAAA... grace@laptop", &line);
        let text = draft(&Survey { people: vec![candidate("ada", 1)], ..survey() });
        assert!(Policy::parse(&format!("{text}\n{block}"), "gate.toml", &|_| Ok(None)).is_ok(), "{block}");
    }

    #[test]
    fn stranger_with_one_signed_commit_is_no_senior() {
        let stranger = Candidate { commits: 1, ..candidate("mallory", 3) };
        let text = draft(&Survey { people: vec![candidate("ada", 1), stranger], ..survey() });
        assert_eq!(complaints(&text), Vec::<String>::new(), "{text}");
        assert!(text.contains("\n# [people.mallory]\n"), "{text}");
        let (policy, _) = Policy::parse(&text, "gate.toml", &|_| Ok(None)).unwrap();
        assert!(!policy.people.contains_key("mallory"));
        // Nothing but taking the signs of comment away is needed to let them in.
        let joined = text.lines().map(|line| match line.strip_prefix("# ") {
            Some(rest) if rest.contains("mallory") || rest.starts_with("keys = [\"ssh-ed25519 AAAAC3") => {
                rest
            }
            _ => line,
        });
        let joined = joined.collect::<Vec<_>>().join("\n");
        let (policy, _) = Policy::parse(&joined, "gate.toml", &|_| Ok(None)).unwrap();
        assert_eq!(policy.people.len(), 2);
    }

    #[test]
    fn hostile_names_stay_strings() {
        let services = vec![service("x\"]\n[teams]\nroot = [\"y", "a\u{1b}/\"]/**"), service("", "!neg/**")];
        let text = draft(&Survey { services, ..survey() });
        let (policy, _) = Policy::parse(&text, "gate.toml", &|_| Ok(None)).unwrap();
        assert_eq!(policy.teams.len(), 1, "{text}");
        assert_eq!(policy.services.len(), 1, "{text}");
    }

    #[test]
    fn project_is_read_from_every_form_of_address() {
        for address in [
            "https://github.com/acme/shop.git",
            "git@github.com:acme/shop.git",
            "ssh://git@github.com:22/acme/shop",
            "https://ada:secret@GitHub.com/acme/shop/",
            "git://github.com/acme/shop.git",
        ] {
            assert_eq!(project(address).as_deref(), Some("github.com/acme/shop"), "{address}");
        }
        for address in [
            "/srv/git/shop.git",
            "../shop",
            "C:\\shop",
            "file:///srv/shop",
            "",
            "https://github.com/",
            "a b:c",
        ] {
            assert_eq!(project(address), None, "{address}");
        }
    }

    #[test]
    fn packs_fit_where_a_rule_has_a_file() {
        let found = packs(&["main.tf", "Dockerfile"]);
        assert!(found.contains(&"terraform".to_owned()) && found.contains(&"docker".to_owned()), "{found:?}");
        assert!(!found.contains(&"protobuf".to_owned()), "{found:?}");
    }
}
