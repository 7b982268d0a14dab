//! The whole map, for people to look at: every service, and who depends on whom in the files as they are.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BString, ByteSlice};

use super::discover::place::speaks;
use super::{Read, ServiceMap};
use crate::policy::Service;

/// How many files are searched for names.
const MAX_FILES: usize = 50_000;
/// The largest file that is searched.
const MAX_FILE: usize = 1024 * 1024;
/// How many bytes are searched in all.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// The services of a repository, and who depends on whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Atlas {
    /// The services.
    pub services: Vec<Service>,
    /// Who depends on whom, by index, in order.
    pub dependencies: Vec<Dependency>,
    /// Files were left out: there are too many of them, or they are too large.
    pub is_partial: bool,
}

/// One service depends on another: its files name it, or hold its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The service whose files they are.
    pub from: usize,
    /// The service that they name.
    pub to: usize,
    /// How many files do so.
    pub files: usize,
    /// The first of them.
    pub path: BString,
    /// The line there, counted from 1; `None` where the file is the other's contract.
    pub line: Option<u32>,
}

impl Atlas {
    /// Draws the map of `services` by searching their files for each other's names.
    pub fn draw<E>(map: &ServiceMap, files: &[&[u8]], read: &Read<'_, E>) -> Result<Self, E> {
        let mut found: BTreeMap<(usize, usize), Dependency> = BTreeMap::new();
        let (mut left, mut is_partial) = (MAX_BYTES, files.len() > MAX_FILES);
        for path in files.iter().take(MAX_FILES) {
            let homes = map.services_of(path);
            // What is generated, told or tried out is not how the system hangs together.
            if homes.is_empty() || !std::str::from_utf8(path).is_ok_and(speaks) {
                continue;
            }
            let mut named: BTreeMap<usize, Option<u32>> = BTreeMap::new();
            let Some(content) = read(path)? else { continue };
            if content.len() <= MAX_FILE.min(left) {
                left -= content.len();
                let lines = content.as_bytes().split(|byte| *byte == b'\n');
                for (number, line) in (1..).zip(lines) {
                    for other in map.others_named(&homes, line) {
                        named.entry(other).or_insert(Some(number));
                    }
                }
            } else {
                is_partial = true;
            }
            for contract in map.contracts_of(path).into_iter().filter(|service| !homes.contains(service)) {
                named.entry(contract).or_insert(None);
            }
            note(&mut found, path, &homes, &named);
        }
        Ok(Self {
            services: map.services().to_vec(),
            dependencies: found.into_values().collect(),
            is_partial,
        })
    }

    /// Returns the services that one depends on.
    pub fn uses(&self, service: usize) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().filter(move |dependency| dependency.from == service)
    }

    /// Returns the services that depend on one.
    pub fn users(&self, service: usize) -> BTreeSet<usize> {
        self.dependencies.iter().filter(|one| one.to == service).map(|one| one.from).collect()
    }
}

fn note(
    found: &mut BTreeMap<(usize, usize), Dependency>,
    path: &[u8],
    homes: &[usize],
    named: &BTreeMap<usize, Option<u32>>,
) {
    for from in homes.iter().copied() {
        for (to, line) in named.iter().map(|(to, line)| (*to, *line)) {
            let first = || Dependency { from, to, files: 0, path: path.into(), line };
            found.entry((from, to)).or_insert_with(first).files += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_name_another_service_depend_on_it() {
        let service = |name: &str| Service {
            name: name.to_owned(),
            paths: vec![format!("src/{name}/**")],
            names: vec![format!("{name}-service")],
            interface: vec![format!("**/{name}.proto")],
            ..Service::default()
        };
        let map = ServiceMap::new(&["cart", "email", "pay"].map(service)).unwrap();
        let files: [(&str, &str); 4] = [
            ("src/cart/a.go", "x\ndial(\"pay-service\") // pay-service\n"),
            ("src/cart/b.go", "pay-service and cart-service"),
            ("src/email/pay.proto", "service Pay {}"),
            ("README.md", "cart-service"),
        ];
        let paths: Vec<&[u8]> = files.iter().map(|(path, _)| path.as_bytes()).collect();
        let read = |path: &[u8]| -> Result<_, ()> {
            let file = files.iter().find(|(name, _)| name.as_bytes() == path);
            Ok(file.map(|(_, text)| text.as_bytes().to_vec()))
        };
        let atlas = Atlas::draw(&map, &paths, &read).unwrap();
        let list: Vec<_> =
            atlas.dependencies.iter().map(|d| (d.from, d.to, d.files, d.path.to_string(), d.line)).collect();
        assert_eq!(
            list,
            [
                (0, 2, 2, "src/cart/a.go".to_owned(), Some(2)),
                (1, 2, 1, "src/email/pay.proto".to_owned(), None)
            ]
        );
        assert_eq!(atlas.users(2), BTreeSet::from([0, 1]));
        assert_eq!(atlas.uses(1).count(), 1);
        assert!(!atlas.is_partial);
    }
}
