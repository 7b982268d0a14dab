//! The service map: which part of the system a file belongs to, and which others a hunk reaches.
//!
//! A verdict uses nothing but the `[[service]]` tables of the policy: [`ServiceMap`] tells
//! the hunks of one service that name another, and the hunks in a service's contract, and
//! [`Reach`] sums them up. For people there are [`Atlas`], the whole map with who depends on
//! whom, and [`discover`], which finds the services in the first place.

mod atlas;
mod discover;
mod folders;
mod map;
mod names;
mod reach;

use crate::policy::{BOUNDARY, INTERFACE, Service};

pub use self::atlas::{Atlas, Dependency};
pub use self::discover::{Read, discover};
pub use self::map::{ServiceFinding, ServiceMap, Unmappable};
pub use self::reach::{Edge, Reach, Share, Touch};

/// A boundary between services that a hunk crosses; services by their index in the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Crossing {
    /// A hunk in `service` adds or removes a name of `other`, or moves a file between them.
    Boundary {
        /// The service that the path is in.
        service: usize,
        /// The service that it reaches.
        other: usize,
    },
    /// A hunk in the contract of a service.
    Interface {
        /// The service whose contract it is.
        service: usize,
        /// The other service whose folder the file is in, if any.
        user: Option<usize>,
    },
}

impl Crossing {
    /// The category of both rules.
    pub const CATEGORY: &str = "service-boundary";
    /// The ids of both rules, the boundary's first.
    pub const IDS: [&str; 2] = [BOUNDARY, INTERFACE];

    /// Returns the id of the rule, as reports and `[rules."…"]` name it.
    pub fn id(self) -> &'static str {
        let [boundary, interface] = Self::IDS;
        match self {
            Self::Boundary { .. } => boundary,
            Self::Interface { .. } => interface,
        }
    }

    /// Returns the services on both sides: the owners of each must sign.
    pub fn sides(self) -> impl Iterator<Item = usize> {
        let (one, other) = match self {
            Self::Boundary { service, other } => (service, Some(other)),
            Self::Interface { service, user } => (service, user),
        };
        std::iter::once(one).chain(other)
    }

    /// Returns the sentence that is shown to whoever crosses it.
    pub fn why(self, services: &[Service]) -> String {
        let name = |at: usize| services.get(at).map_or("?", |service| service.name.as_str());
        match self {
            Self::Boundary { service, other } => format!(
                "A change in {} reaches {}: neither team sees alone whether both still fit together.",
                name(service),
                name(other)
            ),
            Self::Interface { service, .. } => {
                format!(
                    "This is the contract of {}: others are built against it and break at run time.",
                    name(service)
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_a_boundary_sign() {
        let sides = |crossing: Crossing| crossing.sides().collect::<Vec<_>>();
        assert_eq!(sides(Crossing::Boundary { service: 2, other: 0 }), [2, 0]);
        assert_eq!(sides(Crossing::Interface { service: 1, user: None }), [1]);
        assert_eq!(sides(Crossing::Interface { service: 1, user: Some(3) }), [1, 3]);
    }

    #[test]
    fn why_names_both_services() {
        let services =
            ["cart", "payment"].map(|name| Service { name: name.to_owned(), ..Service::default() });
        let why = Crossing::Boundary { service: 0, other: 1 }.why(&services);
        insta::assert_snapshot!(why, @"A change in cart reaches payment: neither team sees alone whether both still fit together.");
        let why = Crossing::Interface { service: 1, user: None }.why(&services);
        insta::assert_snapshot!(why, @"This is the contract of payment: others are built against it and break at run time.");
    }
}
