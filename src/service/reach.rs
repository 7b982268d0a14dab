//! What a change as a whole touches: which services, and who of them reaches whom.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Crossing, ServiceMap};

/// One hunk, as far as services go.
#[derive(Clone, Debug)]
pub struct Touch<'a> {
    /// The path.
    pub path: &'a [u8],
    /// The other end of a rename.
    pub old_path: Option<&'a [u8]>,
    /// Whether it needs a human.
    pub architectural: bool,
    /// The boundaries it crosses.
    pub crossings: Vec<Crossing>,
}

/// The services that a change touches.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Each service with a hunk inside of it or in its contract, in the order of the policy.
    pub services: Vec<Share>,
    /// Who reaches whom, by hunks that name another service.
    pub edges: Vec<Edge>,
}

/// A service's share of a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// The service.
    pub name: String,
    /// How many hunks are inside of it or in its contract.
    pub hunks: usize,
    /// How many of them are architectural.
    pub architectural: usize,
}

/// One service reaches another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edge {
    /// The service that has the hunks.
    pub from: String,
    /// The service that they name.
    pub to: String,
    /// How many hunks do so.
    pub hunks: usize,
}

impl ServiceMap {
    /// Sums up the hunks of a change.
    pub fn reach<'a>(&self, hunks: impl Iterator<Item = Touch<'a>>) -> Reach {
        let mut shares: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
        let mut edges: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        for hunk in hunks {
            let ends = [Some(hunk.path), hunk.old_path];
            let homes = ends.into_iter().flatten().flat_map(|path| self.services_of(path));
            let contracts = hunk.crossings.iter().filter_map(|crossing| match crossing {
                Crossing::Interface { service, .. } => Some(*service),
                Crossing::Boundary { .. } => None,
            });
            for service in homes.chain(contracts).collect::<BTreeSet<_>>() {
                let share = shares.entry(service).or_default();
                share.0 += 1;
                share.1 += usize::from(hunk.architectural);
            }
            for crossing in hunk.crossings {
                match crossing {
                    Crossing::Boundary { service: from, other: to }
                    | Crossing::Interface { service: to, user: Some(from) } => {
                        *edges.entry((from, to)).or_default() += 1;
                    }
                    Crossing::Interface { user: None, .. } => {}
                }
            }
        }
        let name =
            |at: usize| self.services().get(at).map_or_else(String::new, |service| service.name.clone());
        let share = |(at, (hunks, architectural))| Share { name: name(at), hunks, architectural };
        let edge = |((from, to), hunks)| Edge { from: name(from), to: name(to), hunks };
        Reach {
            services: shares.into_iter().map(share).collect(),
            edges: edges.into_iter().map(edge).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Service;

    fn touch<'a>(path: &'a str, crossings: &[Crossing]) -> Touch<'a> {
        let architectural = !crossings.is_empty();
        Touch { path: path.as_bytes(), old_path: None, architectural, crossings: crossings.to_vec() }
    }

    #[test]
    fn change_that_spans_services_is_summed_up() {
        let service = |name: &str| Service {
            name: name.to_owned(),
            paths: vec![format!("src/{name}/**")],
            ..Service::default()
        };
        let map = ServiceMap::new(&["cart", "email", "payment"].map(service)).unwrap();
        let reaches = Crossing::Boundary { service: 0, other: 2 };
        let contract = Crossing::Interface { service: 2, user: Some(1) };
        let hunks = [
            touch("src/cart/a.go", &[reaches]),
            touch("src/cart/b.go", &[]),
            touch("src/email/pay.proto", &[contract]),
            touch("README.md", &[]),
        ];
        let reach = map.reach(hunks.into_iter());
        let shares: Vec<_> =
            reach.services.iter().map(|s| (s.name.as_str(), s.hunks, s.architectural)).collect();
        assert_eq!(shares, [("cart", 2, 1), ("email", 1, 1), ("payment", 1, 1)]);
        let edges: Vec<_> = reach.edges.iter().map(|e| (e.from.as_str(), e.to.as_str(), e.hunks)).collect();
        assert_eq!(edges, [("cart", "payment", 1), ("email", "payment", 1)]);
    }
}
