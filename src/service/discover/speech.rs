//! How the others speak of a service: host names, variables, packages, stubs.
//!
//! A name that is an ordinary word (`cart`) would be found in every second line. Such a
//! name is taken only in a form that means the service (`//cart`, `cart:8080`), and what
//! could be a name is taken only where something speaks so.

use std::collections::{BTreeMap, BTreeSet};

use super::super::names::Names;
use super::contract::{Contract, Keys, keys};
use super::deploy::Setting;
use super::place::{is_inside, words};

/// How many names a service gets.
const MAX_NAMES: usize = 24;
/// What ends a variable that says where a service is.
const PLACES: [&str; 11] = [
    "_BASE_URL",
    "_SERVICE_PORT",
    "_ADDRESS",
    "_ADDR",
    "_HOSTNAME",
    "_HOST",
    "_URL",
    "_URI",
    "_ENDPOINT",
    "_TARGET",
    "_BASEURL",
];

/// What is known of a service before anybody is heard speaking of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Speaker {
    /// Its folder.
    pub folder: String,
    /// The names it is deployed under.
    pub deployed: BTreeSet<String>,
    /// The names of its packages.
    pub packages: BTreeSet<String>,
    /// What its proto files declare.
    pub contract: Contract,
}

/// Whose name it would be.
#[derive(Clone, Copy, Debug)]
struct Owner {
    speaker: usize,
    /// It is the name of a stub; otherwise a plain word that counts only as a host.
    is_stub: bool,
}

/// Listens to files, one by one, for names of services.
pub(super) struct Listener<'a> {
    speakers: &'a [Speaker],
    search: Names,
    /// What is listened for, and whose it is.
    candidates: Vec<(String, Vec<Owner>)>,
    keys: BTreeMap<String, Option<usize>>,
    heard: Vec<BTreeSet<String>>,
}

impl<'a> Listener<'a> {
    /// Prepares to listen; `None` where there are more names than can be searched for.
    pub fn new(speakers: &'a [Speaker], all_keys: &[Keys], settings: &[Setting]) -> Option<Self> {
        let mut by_key: BTreeMap<String, Option<usize>> = BTreeMap::new();
        for (at, keys) in all_keys.iter().enumerate() {
            for key in keys.iter().cloned() {
                by_key.entry(key).and_modify(|known| *known = None).or_insert(Some(at));
            }
        }
        let candidates: Vec<(String, Vec<Owner>)> = candidates(speakers).into_iter().collect();
        let names = candidates.iter().enumerate().map(|(at, (name, _))| (name.as_str(), at));
        let search = Names::new(names).ok()?;
        let mut heard: Vec<BTreeSet<String>> = speakers.iter().map(certain).collect();
        for setting in settings.iter().take(20_000) {
            let at = pointed_at(speakers, &setting.key, &setting.value);
            if let Some(at) = at.filter(|at| !speakers[*at].deployed.contains(&setting.of)) {
                heard[at].insert(setting.key.clone());
            }
        }
        Some(Self { speakers, search, candidates, keys: by_key, heard })
    }

    /// Listens to a file.
    pub fn hear(&mut self, path: &str, text: &[u8]) {
        for line in text.split(|byte| *byte == b'\n').filter(|line| line.len() <= 2_000) {
            self.hear_candidates(path, line);
            self.hear_variables(line);
        }
    }

    fn hear_candidates(&mut self, path: &str, line: &[u8]) {
        for mention in self.search.find(line) {
            for (name, owners) in mention.services.iter().map(|at| &self.candidates[*at]) {
                for owner in
                    owners.iter().filter(|owner| !is_inside(path, &self.speakers[owner.speaker].folder))
                {
                    let spoken = match owner.is_stub {
                        true => Some(name.clone()),
                        false => as_host(name, line, mention.start, mention.end),
                    };
                    self.heard[owner.speaker].extend(spoken);
                }
            }
        }
    }

    fn hear_variables(&mut self, line: &[u8]) {
        let is_part = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        for word in line.split(|byte| !is_part(byte)).filter(|word| (6..=80).contains(&word.len())) {
            let Ok(word) = std::str::from_utf8(word) else { continue };
            let Some(name) = PLACES.iter().find_map(|end| word.strip_suffix(end)) else { continue };
            let known =
                keys(std::iter::once(name)).iter().filter_map(|key| *self.keys.get(key)?).collect::<Vec<_>>();
            if let Some(at) = known.first() {
                self.heard[*at].insert(word.to_owned());
            }
        }
    }

    /// Returns the names of each service, the ones that belong to several left out.
    pub fn names(self) -> Vec<Vec<String>> {
        let mut count: BTreeMap<&String, usize> = BTreeMap::new();
        self.heard.iter().flatten().for_each(|name| *count.entry(name).or_default() += 1);
        let own = |names: &BTreeSet<String>| {
            names.iter().filter(|name| count[name] == 1).take(MAX_NAMES).cloned().collect()
        };
        self.heard.iter().map(own).collect()
    }
}

/// Returns the names that need not be heard: those that mean nothing else.
fn certain(speaker: &Speaker) -> BTreeSet<String> {
    let names = speaker.deployed.iter().chain(&speaker.packages);
    names.filter(|name| name.len() <= 200 && is_distinct(name)).cloned().collect()
}

/// Returns what to listen for: plain names, which count only as hosts, and stubs.
fn candidates(speakers: &[Speaker]) -> BTreeMap<String, Vec<Owner>> {
    let mut found: BTreeMap<String, Vec<Owner>> = BTreeMap::new();
    for (at, speaker) in speakers.iter().enumerate() {
        let plain = speaker.deployed.iter().filter(|name| !is_distinct(name) && name.len() >= 2).cloned();
        let plain = plain.map(|name| (name, false));
        for (name, is_stub) in plain.chain(stubs(&speaker.contract).map(|name| (name, true))) {
            found.entry(name).or_default().push(Owner { speaker: at, is_stub });
        }
    }
    found
}

/// Returns the names that generated code gives a service of a contract.
fn stubs(contract: &Contract) -> impl Iterator<Item = String> {
    let forms = |(package, name): &(String, String)| {
        let full = (!package.is_empty()).then(|| format!("{package}.{name}"));
        let made = [
            format!("{name}Client"),
            format!("New{name}Client"),
            format!("{name}Stub"),
            format!("{name}Grpc"),
            format!("{name}BlockingStub"),
        ];
        full.into_iter().chain(made)
    };
    contract.declares.iter().flat_map(forms)
}

/// Tells whether a name means nothing but the service: several words, or one that ends like a service's.
fn is_distinct(name: &str) -> bool {
    let endings = ["service", "svc", "server", "gateway"];
    let ends = endings.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.len() >= 2));
    ends || name.contains(['@', '/']) || (words(name).count() >= 2 && name.len() >= 6)
}

/// Returns the form in which a plain name at a place of a line is a host's: `//cart` or `cart:8080`.
fn as_host(name: &str, line: &[u8], start: usize, end: usize) -> Option<String> {
    let (before, after) = (line.get(..start).unwrap_or_default(), line.get(end..).unwrap_or_default());
    // The end of a longer name.
    if before.ends_with(b"-") || before.ends_with(b".") {
        return None;
    }
    let port: Vec<u8> = after.iter().skip(1).copied().take_while(u8::is_ascii_digit).take(5).collect();
    if before.ends_with(b"//") {
        return Some(format!("//{name}"));
    }
    let has_port = after.first() == Some(&b':') && port.len() >= 2;
    has_port.then(|| format!("{name}:{}", String::from_utf8_lossy(&port)))
}

/// Returns the service that a setting points at: `CART_ADDR=cart:7070`.
fn pointed_at(speakers: &[Speaker], key: &str, value: &str) -> Option<usize> {
    let is_name =
        key.contains('_') && key.len() >= 6 && key.len() <= 80 && !key.contains(char::is_whitespace);
    let (address, has_scheme) = value.split_once("://").map_or((value, false), |(_, rest)| (rest, true));
    let address = address.rsplit_once('@').map_or(address, |(_, rest)| rest);
    let host = address.split(['/', ':', '?']).next()?;
    let is_address = has_scheme || address.len() > host.len();
    let name = host.split('.').next().filter(|name| is_name && is_address && !name.is_empty())?;
    speakers.iter().position(|speaker| speaker.deployed.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(files: &[(&str, &str)], settings: &[(&str, &str)]) -> Vec<Vec<String>> {
        let speaker = |folder: &str, name: &str| Speaker {
            folder: folder.to_owned(),
            deployed: BTreeSet::from([name.to_owned()]),
            contract: Contract {
                declares: BTreeSet::from([("shop".to_owned(), format!("{name}X"))]),
                ..Contract::default()
            },
            ..Speaker::default()
        };
        let speakers = [speaker("src/cart", "cart"), speaker("src/pay", "payment-api")];
        let all: Vec<Keys> =
            speakers.iter().map(|one| keys(one.deployed.iter().map(String::as_str))).collect();
        let given = |(key, value): &(&str, &str)| Setting {
            of: String::new(),
            key: (*key).to_owned(),
            value: (*value).to_owned(),
        };
        let settings: Vec<Setting> = settings.iter().map(given).collect();
        let mut listener = Listener::new(&speakers, &all, &settings).unwrap();
        for (path, text) in files {
            listener.hear(path, text.as_bytes());
        }
        listener.names()
    }

    #[test]
    fn plain_word_counts_only_as_a_host() {
        assert_eq!(heard(&[("src/web/a.go", "the cart is empty")], &[])[0], Vec::<String>::new());
        assert_eq!(
            heard(&[("src/web/a.go", "get(\"http://cart/x\"); dial(\"cart:7070\")")], &[])[0],
            ["//cart", "cart:7070"]
        );
    }

    #[test]
    fn distinct_name_needs_not_be_heard() {
        assert_eq!(heard(&[], &[])[1], ["payment-api"]);
    }

    #[test]
    fn variables_and_settings_that_say_where_it_is_are_names() {
        let files = [("src/web/a.go", "os.Getenv(\"CART_SERVICE_ADDR\")")];
        assert_eq!(heard(&files, &[("BASKET_AT", "http://cart:80/")])[0], ["BASKET_AT", "CART_SERVICE_ADDR"]);
        assert_eq!(heard(&[], &[("SERVICE_NAME", "cart")])[0], Vec::<String>::new());
    }

    #[test]
    fn stub_is_a_name_when_others_use_it() {
        assert_eq!(heard(&[("src/cart/a.go", "cartXClient")], &[])[0], Vec::<String>::new());
        assert_eq!(heard(&[("src/web/a.go", "NewcartXClient(c)")], &[])[0], ["NewcartXClient"]);
    }
}
