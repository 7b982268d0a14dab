//! People and teams: who they are, told apart by address, login and key.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use toml::Spanned;

use super::file::{WrittenPerson, WrittenTeam};
use super::{KeyFiles, Person, Places, Policy, key_file};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::key::PublicKey;
use crate::provenance::{Tool, tool};

/// The host of the addresses that GitHub makes for its users.
const GITHUB_USERS: &str = "@users.noreply.github.com";

const WHOLE_LINE: &str = "give the line of the `.pub` file, such as `ssh-ed25519 AAAA… ada@laptop`";

/// What the policy says about people.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub people: BTreeMap<String, Person>,
    pub teams: BTreeMap<String, BTreeSet<String>>,
    /// The code owners that are one person, as a CODEOWNERS file names them: teams that gate.toml can't name.
    pub owners: BTreeMap<String, BTreeSet<String>>,
}

impl Policy {
    /// Returns the person whose address it is; `None` for a stranger's and for one that a forge writes for anybody.
    pub fn person_of(&self, address: &str) -> Option<&str> {
        if tool(address) == Some(Tool::Forge) {
            return None;
        }
        let address = normal_address(address);
        let login = address.strip_suffix(GITHUB_USERS);
        self.people
            .iter()
            .find(|(_, person)| {
                person.emails.iter().any(|email| normal_address(email) == address)
                    || person.github.as_ref().is_some_and(|github| login == Some(&github.to_lowercase()))
            })
            .map(|(id, _)| id.as_str())
    }

    /// Returns the person whose key it is.
    pub fn person_with(&self, key: &PublicKey) -> Option<&str> {
        self.people.iter().find(|(_, person)| person.keys.contains(key)).map(|(id, _)| id.as_str())
    }

    /// Returns the teams that the person is in.
    pub fn teams_of<'a>(&'a self, person: &'a str) -> impl Iterator<Item = &'a str> {
        self.teams.iter().filter(move |(_, people)| people.contains(person)).map(|(name, _)| name.as_str())
    }
}

/// Returns the one form of an address: without case, `+tag` and quotes, without the dot that ends a host in full, and
/// without the number that GitHub puts before a login.
pub fn normal_address(address: &str) -> String {
    let address = address.trim().trim_end_matches('.').to_lowercase();
    let Some((local, host)) = address.rsplit_once('@') else { return address };
    // git takes away the quote that an address begins with, and leaves the other.
    let local = local.trim_matches('"');
    let local = match local.split_once('+') {
        Some((number, login)) if address.ends_with(GITHUB_USERS) && is_number(number) => login,
        Some((local, _tag)) if !local.is_empty() => local,
        _ => local,
    };
    format!("{local}@{host}")
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Checks the people, with the keys of the allowed-signers file, and the teams.
pub(super) fn roster(
    people: &[WrittenPerson],
    teams: &[WrittenTeam],
    allowed_signers: Option<&Spanned<String>>,
    key_files: KeyFiles<'_>,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Roster {
    let mut roster = Roster::default();
    let mut taken = Taken::default();
    for written in people {
        let person = person(written, &mut taken, found);
        places.people.insert(written.id.get_ref().clone(), written.id.span());
        roster.people.insert(written.id.get_ref().clone(), person);
    }
    if let Some(file) = allowed_signers {
        key_file::read(file, key_files, &mut roster.people, &mut taken, found);
    }
    for written in teams {
        places.teams.insert(written.name.get_ref().clone(), written.name.span());
        let team = team(written, people, found);
        roster.teams.insert(written.name.get_ref().clone(), team);
    }
    roster
}

/// Tells whether the text can name a person, a team, a service or a rule.
pub(super) fn is_name(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@+/[]".contains(&byte);
    !text.is_empty() && text.len() <= 100 && text.bytes().all(plain)
}

/// Notes a name that has other letters than a name may.
pub(super) fn check_name(what: &str, name: &Spanned<String>, found: &mut Vec<Diagnostic>) {
    if !is_name(name.get_ref()) {
        let message = format!("`{}` can't be the name of a {what}", name.get_ref());
        found.push(
            Diagnostic::error(name.span(), message)
                .help("a name has up to 100 of the letters A-Z, a-z, 0-9 and `. _ - @ + / [ ]`"),
        );
    }
}

/// What belongs to one person only, with the person and the place.
#[derive(Default)]
pub(super) struct Taken {
    addresses: BTreeMap<String, (String, Range<usize>)>,
    keys: BTreeMap<PublicKey, (String, Range<usize>)>,
}

impl Taken {
    /// Returns the person whose address it is.
    pub fn owner(&self, address: &str) -> Option<&str> {
        self.addresses.get(&normal_address(address)).map(|(owner, _)| owner.as_str())
    }

    fn address(&mut self, address: String, what: &str, place: &Range<usize>, id: &str) -> Option<Diagnostic> {
        taken(&mut self.addresses, address, what, place, id)
    }

    pub fn key(&mut self, key: PublicKey, place: &Range<usize>, id: &str) -> Option<Diagnostic> {
        taken(&mut self.keys, key, "key", place, id)
    }
}

fn taken<T: Ord>(
    all: &mut BTreeMap<T, (String, Range<usize>)>,
    thing: T,
    what: &str,
    place: &Range<usize>,
    id: &str,
) -> Option<Diagnostic> {
    let (owner, first) = all.entry(thing).or_insert_with(|| (id.to_owned(), place.clone()));
    (owner != id).then(|| {
        Diagnostic::error(place.clone(), format!("`{id}` and `{owner}` have the same {what}"))
            .label(format!("{what} of `{id}`"))
            .related(first.clone(), format!("{what} of `{owner}`"))
            .help("two people could not be told apart: if they are one person, join them; else give each their own")
    })
}

fn person(written: &WrittenPerson, taken: &mut Taken, found: &mut Vec<Diagnostic>) -> Person {
    let id = written.id.get_ref();
    check_name("person", &written.id, found);
    let mut person = Person::default();
    for email in &written.emails {
        if let Some(mistake) = bad_address(email) {
            found.push(mistake);
            continue;
        }
        found.extend(taken.address(normal_address(email.get_ref()), "address", &email.span(), id));
        person.emails.push(email.get_ref().clone());
    }
    if let Some(github) = &written.github {
        if is_login(github.get_ref()) {
            let address = format!("{}{GITHUB_USERS}", github.get_ref().to_lowercase());
            found.extend(taken.address(address, "GitHub login", &github.span(), id));
            person.github = Some(github.get_ref().clone());
        } else {
            let message = format!("`{}` is not a GitHub login", github.get_ref());
            found.push(
                Diagnostic::error(github.span(), message).help("give the name alone, without `@` or a link"),
            );
        }
    }
    for line in &written.keys {
        match PublicKey::parse(line.get_ref()) {
            Ok(key) => {
                found.extend(taken.key(key.clone(), &line.span(), id));
                if !person.keys.contains(&key) {
                    person.keys.push(key);
                }
            }
            Err(reason) => found.push(
                Diagnostic::error(line.span(), format!("a key of `{id}` can't be used"))
                    .label(reason.to_string())
                    .help(if line.get_ref().contains(' ') { reason.help() } else { WHOLE_LINE }),
            ),
        }
    }
    person
}

fn bad_address(email: &Spanned<String>) -> Option<Diagnostic> {
    let text = email.get_ref();
    let form = text.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
    if !form
        || text.len() > 320
        || text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;".contains(c))
    {
        return Some(
            Diagnostic::error(email.span(), format!("`{text}` is not an e-mail address"))
                .help("give the address alone, as in `ada@acme.dev`"),
        );
    }
    (tool(text) == Some(Tool::Forge)).then(|| {
        Diagnostic::error(email.span(), format!("`{text}` is nobody's address"))
            .label("GitHub writes it for anybody")
            .help("give the address that this person commits with, or their login as `github = \"…\"`")
    })
}

fn is_login(text: &str) -> bool {
    let bare = text.strip_suffix("[bot]").unwrap_or(text);
    !bare.is_empty()
        && bare.len() <= 64
        && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}

fn team(written: &WrittenTeam, people: &[WrittenPerson], found: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    check_name("team", &written.name, found);
    let name = written.name.get_ref();
    let mut members: BTreeMap<&str, Range<usize>> = BTreeMap::new();
    for id in &written.people {
        match people.iter().find(|person| person.id.get_ref() == id.get_ref()) {
            None => found.push(stranger(id, name, people)),
            Some(person) => found.extend(no_human(person).map(|tool| {
                Diagnostic::error(
                    id.span(),
                    format!("`{}` is no human, and may not be in a team", id.get_ref()),
                )
                .label(tool)
                .related(person.id.span(), "this person")
                .help("a sign-off says that a human has looked; take the program out of every team")
            })),
        }
        if let Some(first) = members.insert(id.get_ref(), id.span()) {
            found.push(
                Diagnostic::warning(id.span(), format!("`{}` is in `{name}` twice", id.get_ref()))
                    .related(first, "first here")
                    .help("a person counts once; take one out"),
            );
        }
    }
    members.into_keys().map(str::to_owned).collect()
}

fn stranger(id: &Spanned<String>, team: &str, people: &[WrittenPerson]) -> Diagnostic {
    let known = people.iter().map(|person| person.id.get_ref().as_str());
    let message = format!("unknown person `{}` in the team `{team}`", id.get_ref());
    let mistake = document::unknown(id.span(), message, id.get_ref(), "people", known);
    if people.is_empty() {
        mistake.help(format!("add `[people.{}]` with their `emails` and `keys`", id.get_ref()))
    } else {
        mistake
    }
}

/// Says which program a person is, if one.
fn no_human(person: &WrittenPerson) -> Option<String> {
    let identities = person.emails.iter().chain(&person.github).chain([&person.id]);
    identities.into_iter().find_map(|identity| match tool(identity.get_ref())? {
        Tool::Ai(agent, _) => Some(format!("`{}` is {agent}", identity.get_ref())),
        Tool::Automation => Some(format!("`{}` is a program", identity.get_ref())),
        Tool::Forge => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_form() {
        for (address, normal) in [
            ("Ada@Acme.dev", "ada@acme.dev"),
            (" ada+work@acme.dev", "ada@acme.dev"),
            ("123+Ada@users.noreply.github.com", "ada@users.noreply.github.com"),
            ("ada@users.noreply.github.com", "ada@users.noreply.github.com"),
            ("ada+x@users.noreply.github.com", "ada@users.noreply.github.com"),
            ("123+ada@acme.dev", "123@acme.dev"),
            ("+ada@acme.dev", "+ada@acme.dev"),
            ("ada", "ada"),
        ] {
            assert_eq!(normal_address(address), normal);
        }
    }

    #[test]
    fn a_person_is_found_by_address_and_login_and_nobody_by_the_forge() {
        let source = "version = 1\n[people.ada]\nemails = [\"ada@acme.dev\"]\ngithub = \"Ada-L\"\n";
        let (policy, _) = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap();
        for address in ["ADA@acme.dev", "ada+x@acme.dev", "7+ada-l@users.noreply.github.com"] {
            assert_eq!(policy.person_of(address), Some("ada"), "{address}");
        }
        for address in ["noreply@github.com", "ada@acme.example", "ada@users.noreply.github.com", ""] {
            assert_eq!(policy.person_of(address), None, "{address}");
        }
    }

    #[test]
    fn names_logins_and_addresses_have_their_letters_and_their_length() {
        assert!(is_name("a.b_c-d@e+f/g[h]") && is_name(&"a".repeat(100)));
        assert!(!is_name("") && !is_name(&"a".repeat(101)) && !is_name("a b") && !is_name("é"));
        assert!(is_login("ada-l_1") && is_login("renovate[bot]") && is_login(&"a".repeat(64)));
        assert!(!is_login("[bot]") && !is_login(&"a".repeat(65)) && !is_login("@ada") && !is_login("a b"));
        let is_address = |text: &str| bad_address(&Spanned::new(0..1, text.to_owned())).is_none();
        assert!(is_address("ada@acme.dev") && is_address(&format!("{}@acme.dev", "a".repeat(311))));
        for bad in
            ["ada", "@acme.dev", "ada@", "a b@acme.dev", "<ada@acme.dev>", "a@b\u{7}", "noreply@github.com"]
        {
            assert!(!is_address(bad), "{bad:?}");
        }
        assert!(!is_address(&format!("{}@acme.dev", "a".repeat(312))));
    }
}
