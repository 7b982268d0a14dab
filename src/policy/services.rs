//! The services, checked.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;

use super::demands::check_team;
use super::file::WrittenService;
use super::people::{Roster, check_name};
use super::{Places, Service};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::rule::{Conditions, Rule, RuleOrigin};

/// The id of the rule for hunks that reach into another service.
pub const BOUNDARY: &str = "service/boundary";
/// The id of the rule for hunks in a service's contract.
pub const INTERFACE: &str = "service/interface";

/// Returns the rules of the service map, for gate.toml to change by id.
pub(super) fn crossings() -> Vec<Rule> {
    let rule = |(id, why): (&str, &str)| Rule {
        id: id.to_owned(),
        category: "service-boundary".to_owned(),
        why: why.to_owned(),
        when: Conditions::default(),
        required: None,
        provenance: None,
        examples: Vec::new(),
        origin: RuleOrigin::Pack,
    };
    let boundary =
        "A hunk in one service names another: neither team sees alone whether both still fit together.";
    let interface = "The contract of a service: others are built against it and break at run time.";
    [(BOUNDARY, boundary), (INTERFACE, interface)].map(rule).into()
}

/// Tells the rules of the service map from those that have conditions of their own.
pub(super) fn is_crossing(rule: &Rule) -> bool {
    rule.origin == RuleOrigin::Pack && [BOUNDARY, INTERFACE].contains(&rule.id.as_str())
}

/// Checks the services: each has a name of its own, files, and owners that are teams.
pub(super) fn services(
    written: Vec<WrittenService>,
    roster: &Roster,
    has_code_owners: bool,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Vec<Service> {
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    let mut services = Vec::with_capacity(written.len());
    shared_names(&written, found);
    for service in written {
        let Some(name) = &service.name else {
            found.push(Diagnostic::error(service.span, "this service has no `name`"));
            continue;
        };
        check_name("service", name, found);
        if let Some(first) = seen.get(name.get_ref()) {
            found.push(
                Diagnostic::error(name.span(), format!("two services are called `{}`", name.get_ref()))
                    .related(first.clone(), "first here")
                    .help("join the two, or give each a name of its own"),
            );
        } else {
            seen.insert(name.get_ref().clone(), name.span());
            places.services.insert(name.get_ref().clone(), name.span());
        }
        services.push(self::service(service, roster, has_code_owners, places, found));
    }
    services
}

/// Notes the names that are no service's.
pub(super) fn check_services(names: &[Spanned<String>], services: &[Service], found: &mut Vec<Diagnostic>) {
    for name in names {
        if !services.iter().any(|service| service.name == *name.get_ref()) {
            let known = services.iter().map(|service| service.name.as_str());
            let message = format!("unknown service `{}`", name.get_ref());
            found.push(document::unknown(name.span(), message, name.get_ref(), "services", known));
        }
    }
}

/// Warns of names that two services have: a hunk that says one reaches both.
fn shared_names(written: &[WrittenService], found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, (usize, Range<usize>)> = BTreeMap::new();
    for (index, service) in written.iter().enumerate() {
        for name in &service.names {
            let (first, place) = seen.entry(name.get_ref()).or_insert_with(|| (index, name.span()));
            if *first != index {
                found.push(
                    Diagnostic::warning(
                        name.span(),
                        format!("two services are spoken of as `{}`", name.get_ref()),
                    )
                    .related(place.clone(), "first here")
                    .help("a hunk that says this name is asked of the owners of both; use a name of its own"),
                );
            }
        }
    }
}

fn service(
    written: WrittenService,
    roster: &Roster,
    has_code_owners: bool,
    places: &mut Places,
    found: &mut Vec<Diagnostic>,
) -> Service {
    let name = written.name.map(Spanned::into_inner).unwrap_or_default();
    if written.paths.is_empty() {
        found.push(
            Diagnostic::error(written.span.clone(), format!("the service `{name}` has no files"))
                .help(format!("add `paths = [\"src/{name}/**\"]`")),
        );
    }
    for spoken in &written.names {
        if spoken.get_ref().trim().len() < 3 {
            found.push(
                Diagnostic::error(
                    spoken.span(),
                    format!("`{}` is too short to be looked for", spoken.get_ref()),
                )
                .help("a name that others use for a service has at least three letters"),
            );
        }
    }
    for team in &written.owners {
        check_team(team, roster, found);
    }
    if written.owners.is_empty() && !has_code_owners {
        found.push(
            Diagnostic::warning(written.span, format!("the service `{name}` has no owners"))
                .help("add `owners = [\"…\"]`; until then `owners = true` asks the team after `else`"),
        );
    }
    places.globs.extend(written.paths.iter().chain(&written.interface).cloned());
    let text = |values: Vec<Spanned<String>>| values.into_iter().map(Spanned::into_inner).collect();
    Service {
        name,
        paths: text(written.paths),
        interface: text(written.interface),
        names: text(written.names),
        owners: text(written.owners),
    }
}
