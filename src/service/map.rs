//! The map that a verdict uses: which service a path is in, and which others a hunk reaches.

use std::collections::BTreeSet;

use crate::change::{FileChange, Hunk, HunkKind, Line, Origin};
use crate::policy::Service;

use super::Crossing;
use super::discover::place::is_stub;
use super::folders::Folders;
use super::names::Names;

/// The services of a policy, ready to be asked about paths and lines.
#[derive(Clone, Debug)]
pub struct ServiceMap {
    services: Vec<Service>,
    paths: Folders,
    interfaces: Folders,
    names: Names,
}

/// Why a service map can't be made: a glob that is none, or more names than can be searched for.
#[derive(Debug, thiserror::Error)]
#[error("can't make the service map: {0}")]
pub struct Unmappable(pub(super) String);

/// A hunk crosses a service boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFinding {
    /// Which boundary.
    pub crossing: Crossing,
    /// The first line that names the other service, on its side; `None` where the path decided.
    pub line: Option<u32>,
    /// That line is a removed one.
    pub removed: bool,
    /// The bytes of that line that are the name.
    pub matched: Option<(usize, usize)>,
}

impl ServiceMap {
    /// Makes the map of the services of a policy.
    pub fn new(services: &[Service]) -> Result<Self, Unmappable> {
        let names = services
            .iter()
            .enumerate()
            .flat_map(|(at, service)| service.names.iter().map(move |name| (name.as_str(), at)));
        Ok(Self {
            paths: Folders::new(services, |service| &service.paths)?,
            interfaces: Folders::new(services, |service| &service.interface)?,
            names: Names::new(names).map_err(|error| Unmappable(error.to_string()))?,
            services: services.to_vec(),
        })
    }

    /// Returns the services, in the order of the policy: what a [`Crossing`] counts in.
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Returns the services that a path is in, in order.
    pub fn services_of(&self, path: &[u8]) -> Vec<usize> {
        self.paths.of(path).into_iter().collect()
    }

    /// Returns the services whose contract a path is part of, in order.
    pub fn contracts_of(&self, path: &[u8]) -> Vec<usize> {
        self.interfaces.of_any_spelling(path).into_iter().collect()
    }

    /// Returns the teams that own the service a path is in; empty where it is in none, or in one without owners.
    pub fn owners_of(&self, path: &[u8]) -> Vec<&str> {
        let teams: BTreeSet<&str> = self
            .paths
            .of(path)
            .into_iter()
            .flat_map(|service| self.services[service].owners.iter().map(String::as_str))
            .collect();
        teams.into_iter().collect()
    }

    /// Returns the other services that a line of a file in the services `homes` names.
    pub fn others_named(&self, homes: &[usize], line: &[u8]) -> BTreeSet<usize> {
        let mentions = self.names.find(line);
        let foreign = |services: &[usize]| !services.iter().any(|service| homes.contains(service));
        mentions
            .iter()
            .filter(|mention| foreign(mention.services))
            .flat_map(|mention| mention.services)
            .copied()
            .collect()
    }

    /// Returns the boundaries that a hunk crosses, each once, in order.
    ///
    /// `is_code` tells the lines that are more than comment: only those can name another service.
    pub fn findings(
        &self,
        file: &FileChange,
        hunk: &Hunk,
        is_code: &dyn Fn(&Line) -> bool,
    ) -> Vec<ServiceFinding> {
        if self.services.is_empty() {
            return Vec::new();
        }
        let ends: Vec<&[u8]> =
            [Some(file.path()), file.old_path()].into_iter().flatten().map(|p| &**p).collect();
        let homes: Vec<BTreeSet<usize>> = ends.iter().map(|path| self.paths.of(path)).collect();
        let home: BTreeSet<usize> = homes.iter().flatten().copied().collect();
        let contracts: BTreeSet<usize> =
            ends.iter().flat_map(|path| self.interfaces.of_any_spelling(path)).collect();
        let mut findings: Vec<ServiceFinding> = contracts
            .into_iter()
            .map(|service| {
                let user = home.iter().copied().find(|home| *home != service);
                by_path(Crossing::Interface { service, user })
            })
            .collect();
        if let ([new, old], HunkKind::Renamed) = (homes.as_slice(), hunk.kind) {
            findings.extend(moved(old, new));
        }
        let mut mentions = self.mentions(file, hunk, is_code);
        // Each boundary at the first line that crosses it.
        mentions.sort_by_key(|finding| finding.crossing);
        mentions.dedup_by_key(|finding| finding.crossing);
        findings.extend(mentions);
        findings
    }

    /// Returns each place where a changed line of a hunk names another service.
    ///
    /// `is_code` tells the lines that are more than comment.
    pub fn mentions(
        &self,
        file: &FileChange,
        hunk: &Hunk,
        is_code: &dyn Fn(&Line) -> bool,
    ) -> Vec<ServiceFinding> {
        // A stub speaks of every service of the contract that it was written from; its own rule asks for it.
        if self.services.is_empty() || std::str::from_utf8(file.path()).is_ok_and(is_stub) {
            return Vec::new();
        }
        let ends = [Some(file.path()), file.old_path()].into_iter().flatten();
        let home: BTreeSet<usize> = ends.flat_map(|path| self.paths.of(path)).collect();
        if home.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for line in hunk.lines.iter().filter(|line| line.origin != Origin::Context) {
            for mention in self.names.find(file.text(line)) {
                // A name that the service shares with others says nothing of them.
                if mention.services.iter().any(|service| home.contains(service)) || !is_code(line) {
                    continue;
                }
                let pairs =
                    mention.services.iter().flat_map(|&other| home.iter().map(move |&home| (home, other)));
                found.extend(pairs.map(|(service, other)| ServiceFinding {
                    crossing: Crossing::Boundary { service, other },
                    line: Some(line.number),
                    removed: line.origin == Origin::Removed,
                    matched: Some((mention.start, mention.end)),
                }));
            }
        }
        found
    }
}

/// A file that moves from one service into another changes hands.
fn moved(old: &BTreeSet<usize>, new: &BTreeSet<usize>) -> Vec<ServiceFinding> {
    let left = old.difference(new).copied().collect::<Vec<_>>();
    let joined = new.difference(old).copied();
    joined
        .flat_map(|service| {
            left.iter().map(move |other| by_path(Crossing::Boundary { service, other: *other }))
        })
        .collect()
}

fn by_path(crossing: Crossing) -> ServiceFinding {
    ServiceFinding { crossing, line: None, removed: false, matched: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{HunkId, Mode, ObjectId, Side, Span};

    fn service(name: &str, paths: &str, names: &[&str]) -> Service {
        Service {
            name: name.to_owned(),
            paths: vec![paths.to_owned()],
            interface: vec![format!("protos/{name}.proto")],
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            owners: vec![format!("team-{name}")],
        }
    }

    fn shop() -> ServiceMap {
        ServiceMap::new(&[
            service("cart", "src/cart/**", &["cartservice", "CART_ADDR", "shop.v1"]),
            service("payment", "src/payment/**", &["paymentservice", "PAYMENT_ADDR", "shop.v1"]),
            service("email", "src/email/**", &["emailservice"]),
        ])
        .unwrap()
    }

    fn side(path: &str, content: &str) -> Side {
        let content = Some(content.as_bytes().to_vec());
        Side { path: path.into(), mode: Mode::FILE, object: ObjectId::ZERO, content }
    }

    /// A file in which each line of `old` was replaced by each of `new`, in one hunk.
    fn change(paths: (&str, &str), old: &str, new: &str, kind: HunkKind) -> FileChange {
        let mut lines = Vec::new();
        for (text, origin) in [(old, Origin::Removed), (new, Origin::Added)] {
            let mut at = 0;
            for (number, line) in (1..).zip(text.split_inclusive('\n')) {
                lines.push(Line { origin, number, bytes: at..at + line.len() });
                at += line.len();
            }
        }
        let id = HunkId::parse(&"0".repeat(64)).unwrap();
        let hunk = Hunk { id, kind, old: Span::default(), new: Span::default(), lines };
        FileChange { old: Some(side(paths.0, old)), new: Some(side(paths.1, new)), hunks: vec![hunk] }
    }

    fn crossings(map: &ServiceMap, file: &FileChange) -> Vec<Crossing> {
        map.findings(file, &file.hunks[0], &|_| true).into_iter().map(|finding| finding.crossing).collect()
    }

    fn edit(path: &str, old: &str, new: &str) -> FileChange {
        change((path, path), old, new, HunkKind::Text)
    }

    #[test]
    fn added_name_of_another_service_is_a_boundary_with_line_and_bytes() {
        let file = edit("src/cart/main.go", "", "x := 1\ndial(\"paymentservice:80\")\n");
        let findings = shop().findings(&file, &file.hunks[0], &|_| true);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].crossing, Crossing::Boundary { service: 0, other: 1 });
        assert_eq!((findings[0].line, findings[0].matched), (Some(2), Some((6, 20))));
        assert!(!findings[0].removed);
    }

    #[test]
    fn removed_name_of_another_service_is_a_boundary() {
        let file = edit("src/cart/main.go", "os.Getenv(\"PAYMENT_ADDR\")\n", "nil\n");
        let findings = shop().findings(&file, &file.hunks[0], &|_| true);
        assert!(findings[0].removed);
        assert_eq!(findings[0].crossing, Crossing::Boundary { service: 0, other: 1 });
    }

    #[test]
    fn own_and_shared_names_are_no_boundary() {
        let file = edit("src/cart/main.go", "cartservice\n", "CART_ADDR shop.v1\n");
        assert_eq!(crossings(&shop(), &file), []);
    }

    #[test]
    fn name_in_a_comment_is_no_boundary() {
        let file = edit("src/cart/main.go", "", "// as paymentservice does\n");
        assert_eq!(shop().findings(&file, &file.hunks[0], &|_| false), []);
    }

    #[test]
    fn stub_that_a_tool_wrote_reaches_nobody() {
        assert_eq!(crossings(&shop(), &edit("src/cart/shop.pb.go", "", "paymentservice\n")), []);
    }

    #[test]
    fn names_outside_every_service_are_no_boundary() {
        assert_eq!(crossings(&shop(), &edit("README.md", "", "paymentservice\n")), []);
    }

    #[test]
    fn interface_is_found_by_path_whatever_changed() {
        let crossing = Crossing::Interface { service: 1, user: None };
        let file = edit("protos/payment.proto", "a\n", "b\n");
        assert_eq!(crossings(&shop(), &file), [crossing]);
        let paths = ("protos/payment.proto", "protos/payment.proto");
        assert_eq!(crossings(&shop(), &change(paths, "", "", HunkKind::Mode)), [crossing]);
        let away = change(("protos/payment.proto", "old/payment.proto"), "", "", HunkKind::Renamed);
        assert_eq!(crossings(&shop(), &away), [crossing]);
    }

    #[test]
    fn interface_inside_another_service_names_that_service_as_its_user() {
        let mut services = shop().services().to_vec();
        services[1].interface = vec!["src/cart/protos/payment.proto".to_owned()];
        let map = ServiceMap::new(&services).unwrap();
        let file = edit("src/cart/protos/payment.proto", "a\n", "b\n");
        assert_eq!(crossings(&map, &file), [Crossing::Interface { service: 1, user: Some(0) }]);
    }

    #[test]
    fn file_that_moves_into_another_service_crosses_the_boundary() {
        let file = change(("src/cart/a.go", "src/payment/a.go"), "", "", HunkKind::Renamed);
        assert_eq!(crossings(&shop(), &file), [Crossing::Boundary { service: 1, other: 0 }]);
    }

    #[test]
    fn two_others_in_one_hunk_are_two_boundaries() {
        let file = edit("src/cart/main.go", "emailservice\n", "paymentservice\npaymentservice\n");
        let found = crossings(&shop(), &file);
        assert_eq!(found, [1, 2].map(|other| Crossing::Boundary { service: 0, other }));
    }

    #[test]
    fn owners_are_those_of_the_service_a_path_is_in() {
        assert_eq!(shop().owners_of(b"src/cart/x"), ["team-cart"]);
        assert_eq!(shop().owners_of(b"docs/x"), Vec::<&str>::new());
    }

    #[test]
    fn path_that_is_not_utf8_is_still_in_its_service() {
        assert_eq!(shop().services_of(b"src/cart/\xff\xfe.go"), [0]);
    }

    #[test]
    fn bad_glob_is_an_error() {
        assert!(ServiceMap::new(&[service("x", "a/[", &[])]).is_err());
    }
}
