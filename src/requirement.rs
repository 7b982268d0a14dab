//! Who must sign what: the demands of all findings, gathered into rows.
//!
//! Every architectural hunk is in at least one row. One that nobody is named for is in a
//! row that nobody can meet, so that a gap in the policy blocks and is seen.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use bstr::BString;

use crate::change::HunkId;
use crate::classify::{Always, Class, Finding, Judged, RuleRef};
use crate::policy::{OwnersFrom, PathOwners, Policy};
use crate::rule::{Demand, Who};
use crate::service::ServiceMap;

/// A row: so many people of these teams must sign each of these hunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The teams of which any will do, sorted. Empty where the policy names nobody: such a row can't be met.
    pub teams: Vec<String>,
    /// How many different people each hunk needs.
    pub count: NonZeroU32,
    /// The ids of the rules that ask, sorted.
    pub rules: Vec<String>,
    /// The hunks, in the order of the change.
    pub hunks: Vec<HunkId>,
}

/// Gathers what the findings of all hunks ask for. Rows with the same demand are one.
pub fn requirements(policy: &Policy, services: &ServiceMap, hunks: &[Judged]) -> Vec<Requirement> {
    let mut rows: BTreeMap<Ask, (BTreeSet<RuleRef>, Vec<HunkId>)> = BTreeMap::new();
    let owners = Owners { services, code: policy.owners_from.as_ref() };
    for hunk in hunks.iter().filter(|hunk| hunk.class == Class::Architectural) {
        for (ask, rules) in asks_of(policy, owners, hunk) {
            let row = rows.entry(ask).or_default();
            row.0.extend(rules);
            row.1.push(hunk.id);
        }
    }
    let requirement = |(ask, (rules, hunks)): (Ask, (BTreeSet<RuleRef>, _))| {
        let rules: BTreeSet<&str> = rules.iter().map(|rule| rule.id(policy)).collect();
        Requirement {
            teams: ask.teams.into_iter().collect(),
            count: ask.count,
            rules: rules.into_iter().map(str::to_owned).collect(),
            hunks,
        }
    };
    rows.into_iter().map(requirement).collect()
}

/// A demand whose owners are known by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Ask {
    teams: BTreeSet<String>,
    count: NonZeroU32,
}

/// Where a hunk is, as far as owners go: a service, or none, with the ends of the file that are in it.
struct Side<'a> {
    service: Option<usize>,
    paths: Vec<&'a BString>,
}

/// Who answers to `owners = true`.
#[derive(Clone, Copy)]
struct Owners<'a> {
    services: &'a ServiceMap,
    code: Option<&'a OwnersFrom>,
}

/// Returns what a hunk asks for, each with the rules that ask; never nothing.
fn asks_of(policy: &Policy, owners: Owners<'_>, hunk: &Judged) -> BTreeMap<Ask, BTreeSet<RuleRef>> {
    let mut asks: BTreeMap<Ask, BTreeSet<RuleRef>> = BTreeMap::new();
    // What is asked whoever wrote it comes first, and stands whatever is asked of AI besides.
    let (of_ai, of_all): (Vec<_>, Vec<_>) =
        hunk.findings.iter().partition(|finding| is_for_ai(policy, finding));
    for findings in [of_all, of_ai] {
        let mut named = false;
        for finding in &findings {
            let asked = asks_of_finding(policy, owners, hunk, finding);
            named |= !asked.always.is_empty();
            for ask in asked.always.into_iter().chain(asked.for_ai) {
                asks.entry(ask).or_default().insert(finding.rule);
            }
        }
        if !named && (!findings.is_empty() || hunk.findings.is_empty()) {
            let rules = || findings.iter().map(|finding| finding.rule);
            let mut rest = owners.first(&[&policy.sign_off.required], &owners.sides(hunk), hunk).always;
            if rest.is_empty() {
                rest.push(Ask { teams: BTreeSet::new(), count: NonZeroU32::MIN });
            }
            for ask in rest {
                asks.entry(ask).or_default().extend(rules());
            }
        }
    }
    asks
}

fn is_for_ai(policy: &Policy, finding: &Finding) -> bool {
    let rule = match finding.rule {
        RuleRef::Policy(rule) => policy.rules.get(rule),
        RuleRef::Always(_) | RuleRef::Service(_) => None,
    };
    rule.is_some_and(|rule| rule.provenance.is_some())
}

/// What a finding asks for.
#[derive(Default)]
struct Asked {
    /// Whoever wrote the hunk.
    always: Vec<Ask>,
    /// Besides, as AI may have written it.
    for_ai: Vec<Ask>,
}

/// Returns what a finding asks for; what its rule leaves open, the policy's default fills.
fn asks_of_finding(policy: &Policy, owners: Owners<'_>, hunk: &Judged, finding: &Finding) -> Asked {
    let default = &policy.sign_off.required;
    if let RuleRef::Service(crossing) = finding.rule {
        let rule = policy.crossings.iter().find(|rule| rule.id == crossing.id());
        // As many owners as the default asks for elsewhere.
        let is_owners =
            |demand: &&Demand| demand.provenance.is_none() && matches!(demand.who, Who::Owners { .. });
        let count = default.iter().find(is_owners).map_or(NonZeroU32::MIN, |demand| demand.count);
        let both = [Demand { who: Who::Owners { otherwise: None }, count, provenance: None }];
        let demands = rule.and_then(|rule| rule.required.as_deref()).unwrap_or(&both);
        let mut asked = Asked::default();
        // Each side by itself: that one has owners does not let the other off.
        for side in crossing.sides() {
            let of_side = owners.first(&[demands, default], &[owners.side(hunk, side)], hunk);
            asked.always.extend(of_side.always);
            asked.for_ai.extend(of_side.for_ai);
        }
        return asked;
    }
    let own = match finding.rule {
        RuleRef::Policy(rule) => policy.rules.get(rule).and_then(|rule| rule.required.as_deref()),
        RuleRef::Always(Always::Policy | Always::KeyFile | Always::Owners) => {
            Some(policy.gate.required.as_slice())
        }
        RuleRef::Always(_) | RuleRef::Service(_) => None,
    };
    owners.first(&[own.unwrap_or_default(), default], &owners.sides(hunk), hunk)
}

impl Owners<'_> {
    /// Resolves the first demands that anybody answers to, with the rows for AI of all up to there.
    fn first(self, demands: &[&[Demand]], sides: &[Side<'_>], hunk: &Judged) -> Asked {
        let mut asked = Asked::default();
        for demands in demands {
            let (for_ai, always): (Vec<_>, Vec<_>) =
                demands.iter().partition(|demand| demand.provenance.is_some());
            if !hunk.ai.is_empty() {
                asked.for_ai.extend(self.resolve(&for_ai, sides));
            }
            asked.always = self.resolve(&always, sides);
            if !asked.always.is_empty() {
                break;
            }
        }
        asked
    }

    /// Puts the names of teams in the place of `owners = true`.
    fn resolve(self, demands: &[&Demand], sides: &[Side<'_>]) -> Vec<Ask> {
        let mut asks = Vec::new();
        for demand in demands {
            let mut ask = |teams: BTreeSet<String>, count: NonZeroU32| {
                if !teams.is_empty() {
                    asks.push(Ask { teams, count: count.max(demand.count) });
                }
            };
            match &demand.who {
                Who::Team(team) => ask(BTreeSet::from([team.clone()]), demand.count),
                Who::AnyOf(teams) => ask(teams.iter().cloned().collect(), demand.count),
                Who::Owners { otherwise } => {
                    for side in sides {
                        let owned = self.of(side);
                        if owned.is_empty() {
                            ask(otherwise.iter().cloned().collect(), demand.count);
                        }
                        owned.into_iter().for_each(|owned| ask(owned.teams, owned.count));
                    }
                }
            }
        }
        asks
    }

    /// Returns the owners of a side: those of its service, else the code owners of the paths, each of whom is asked.
    fn of(self, side: &Side<'_>) -> Vec<PathOwners> {
        let service = side.service.and_then(|service| self.services.services().get(service));
        let teams = service.map_or(&[][..], |service| &service.owners);
        if !teams.is_empty() {
            return vec![PathOwners { teams: teams.iter().cloned().collect(), count: NonZeroU32::MIN }];
        }
        let Some(code) = self.code else { return Vec::new() };
        side.paths.iter().flat_map(|path| code.of(path.as_ref())).collect()
    }

    /// Returns the services that either end of the hunk's file is in, or else those whose contract it is, or none.
    ///
    /// An end outside of them is a side of its own where it has code owners.
    fn sides<'h>(self, hunk: &'h Judged) -> Vec<Side<'h>> {
        let homes: BTreeSet<usize> = ends(hunk).flat_map(|path| self.services.services_of(path)).collect();
        let contracts = || ends(hunk).flat_map(|path| self.services.contracts_of(path)).collect();
        let services: BTreeSet<usize> = if homes.is_empty() { contracts() } else { homes };
        let mut sides: Vec<Side<'_>> = services.into_iter().map(|side| self.side(hunk, side)).collect();
        let outside = ends(hunk).filter(|path| !sides.iter().any(|side| side.paths.contains(path)));
        let outside: Vec<Side<'_>> = outside.map(|path| Side { service: None, paths: vec![path] }).collect();
        let is_alone = sides.is_empty();
        sides.extend(outside.into_iter().filter(|side| is_alone || !self.of(side).is_empty()));
        sides
    }

    /// Returns one side: a service with the ends that are in it, or are its contract.
    fn side<'h>(self, hunk: &'h Judged, service: usize) -> Side<'h> {
        let is_in = |path: &&BString| {
            self.services.services_of(path).contains(&service)
                || self.services.contracts_of(path).contains(&service)
        };
        Side { service: Some(service), paths: ends(hunk).filter(is_in).collect() }
    }
}

/// Returns the path, and the other end of a rename.
fn ends(hunk: &Judged) -> impl Iterator<Item = &BString> {
    [Some(&hunk.path), hunk.old_path.as_ref()].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::service::Crossing;
    use crate::sign_off::testing::{hunk, id, policy_with};

    const SERVICES: &str = r#"
[sign-off]
required = [{ owners = true, else = "platform", count = 1 }]
[[service]]
name = "payments"
paths = ["pay/**"]
interface = ["protos/pay.proto"]
owners = ["payments"]
[[service]]
name = "cart"
paths = ["cart/**"]
owners = ["incident", "platform"]
[[service]]
name = "orphan"
paths = ["orphan/**"]
[[rule]]
id = "plain"
category = "infra"
paths = ["**"]
why = "W."
[[rule]]
id = "two"
category = "infra"
paths = ["**"]
why = "W."
required = [{ team = "platform", count = 2 }, { any-of = ["payments", "incident"] }]
[[rule]]
id = "owned"
category = "infra"
paths = ["**"]
why = "W."
required = [{ owners = true }]
"#;

    /// Returns the policy of a repository with this CODEOWNERS file, in which linus is `linus-t` to GitHub.
    fn with_code_owners(file: &str) -> Policy {
        let source = format!("version = 1\nowners-from = \"CODEOWNERS\"\n{}", PEOPLE.to_owned() + SERVICES);
        let read = |path: &str| Ok((path == "CODEOWNERS").then(|| file.to_owned()));
        Policy::parse(&source, "gate.toml", &read).unwrap_or_else(|mistakes| panic!("{mistakes:#?}")).0
    }

    const PEOPLE: &str = r#"
[people.ada]
emails = ["ada@acme.dev"]
[people.linus]
emails = ["linus@acme.dev"]
github = "linus-t"
[teams]
platform = ["ada", "linus"]
payments = ["linus"]
incident = ["ada"]
"@acme/db" = ["ada"]
"#;

    fn found(number: u8, path: &str, rules: &[RuleRef]) -> Judged {
        let finding =
            |rule: &RuleRef| Finding { rule: *rule, line: None, removed: false, matched: None, by: None };
        Judged { findings: rules.iter().map(finding).collect(), ..hunk(number, path) }
    }

    fn rule(policy: &Policy, id: &str) -> RuleRef {
        RuleRef::Policy(policy.rules.iter().position(|rule| rule.id == id).unwrap())
    }

    fn rows_of(policy: &Policy, hunks: &[Judged]) -> Vec<Requirement> {
        requirements(policy, &ServiceMap::new(&policy.services).unwrap(), hunks)
    }

    /// Writes the rows as `teams*count: hunks`.
    fn shown(policy: &Policy, hunks: &[Judged]) -> String {
        let row = |row: &Requirement| {
            let teams = row.teams.join("|");
            let hunks: Vec<String> = row.hunks.iter().map(|hunk| hunk.as_bytes()[0].to_string()).collect();
            format!("{teams}*{}: {}", row.count, hunks.join(" "))
        };
        rows_of(policy, hunks).iter().map(row).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn local_hunk_asks_for_nobody() {
        let policy = policy_with(SERVICES);
        let local = Judged { class: Class::Local, ..found(1, "pay/x", &[rule(&policy, "two")]) };
        assert!(rows_of(&policy, &[local]).is_empty());
    }

    #[test]
    fn rule_without_demands_asks_for_the_owners_or_else() {
        let policy = policy_with(SERVICES);
        let plain = rule(&policy, "plain");
        let hunks = [
            found(1, "pay/x", &[plain]),
            found(2, "cart/x", &[plain]),
            found(3, "orphan/x", &[plain]),
            found(4, "elsewhere", &[plain]),
            found(5, "protos/pay.proto", &[plain]),
        ];
        insta::assert_snapshot!(shown(&policy, &hunks), @"incident|platform*1: 2, payments*1: 1 5, platform*1: 3 4");
    }

    #[test]
    fn a_rename_between_services_asks_both() {
        let policy = policy_with(SERVICES);
        let moved =
            Judged { old_path: Some("cart/x".into()), ..found(1, "pay/x", &[rule(&policy, "plain")]) };
        insta::assert_snapshot!(shown(&policy, &[moved]), @"incident|platform*1: 1, payments*1: 1");
    }

    #[test]
    fn all_rows_of_a_rule_are_asked() {
        let policy = policy_with(SERVICES);
        insta::assert_snapshot!(shown(&policy, &[found(1, "pay/x", &[rule(&policy, "two")])]), @"incident|payments*1: 1, platform*2: 1");
    }

    #[test]
    fn same_demand_of_several_rules_is_one_row() {
        let policy = policy_with(SERVICES);
        let (plain, owned) = (rule(&policy, "plain"), rule(&policy, "owned"));
        let rows = rows_of(&policy, &[found(1, "pay/x", &[plain]), found(2, "pay/y", &[owned, plain])]);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].hunks, [id(1), id(2)]);
        assert_eq!(rows[0].rules, ["owned", "plain"]);
    }

    #[test]
    fn demand_that_nobody_answers_to_falls_back_to_the_default() {
        let policy = policy_with(SERVICES);
        insta::assert_snapshot!(shown(&policy, &[found(1, "orphan/x", &[rule(&policy, "owned")])]), @"platform*1: 1");
    }

    #[test]
    fn boundary_asks_the_owners_of_both_sides() {
        let policy = policy_with(SERVICES);
        let between = |service, other| RuleRef::Service(Crossing::Boundary { service, other });
        let contract = RuleRef::Service(Crossing::Interface { service: 0, user: None });
        insta::assert_snapshot!(shown(&policy, &[found(1, "cart/x", &[between(1, 0)])]), @"incident|platform*1: 1, payments*1: 1");
        insta::assert_snapshot!(shown(&policy, &[found(1, "pay/x", &[between(0, 2)])]), @"payments*1: 1, platform*1: 1");
        insta::assert_snapshot!(shown(&policy, &[found(1, "protos/pay.proto", &[contract])]), @"payments*1: 1");
    }

    #[test]
    fn boundary_asks_for_as_many_owners_as_the_default_and_no_other_row_counts() {
        let default = |rows: &str| {
            let of_two = SERVICES.replace("owners = [\"payments\"]", "owners = [\"platform\"]");
            let one = "required = [{ owners = true, else = \"platform\", count = 1 }]";
            let policy = policy_with(&of_two.replace(one, &format!("required = [{rows}]")));
            let contract = RuleRef::Service(Crossing::Interface { service: 1, user: None });
            shown(&policy, &[found(1, "cart/api.proto", &[contract])])
        };
        let (team, owners) = (r#"{ team = "platform" }"#, r#"{ owners = true, count = 2 }"#);
        insta::assert_snapshot!(default(&format!("{team}, {owners}")), @"incident|platform*2: 1");
        let for_ai = r#"{ owners = true, when = "ai" }"#;
        insta::assert_snapshot!(default(&format!("{for_ai}, {owners}")), @"incident|platform*2: 1");
    }

    #[test]
    fn rule_of_the_service_map_may_name_others() {
        let change = "[rules.\"service/interface\"]\nrequired = [{ team = \"incident\", count = 1 }]\n";
        let policy = policy_with(&format!("{SERVICES}{change}"));
        let contract = RuleRef::Service(Crossing::Interface { service: 0, user: None });
        insta::assert_snapshot!(shown(&policy, &[found(1, "protos/pay.proto", &[contract])]), @"incident*1: 1");
    }

    #[test]
    fn code_owners_are_asked_where_no_service_has_owners() {
        let policy = with_code_owners(
            "* @Linus-T\n/pay/ @acme/db\n/orphan/ @acme/db ada@acme.dev\n/free/\n/lib/ @acme/platform\n",
        );
        let plain = rule(&policy, "plain");
        let hunks = [
            found(1, "pay/x", &[plain]),
            found(2, "orphan/x", &[plain]),
            found(3, "elsewhere", &[plain]),
            found(4, "free/x", &[plain]),
            found(5, "lib/x", &[plain]),
        ];
        insta::assert_snapshot!(shown(&policy, &hunks), @"@acme/db|ada@acme.dev*1: 2, @linus-t*1: 3, payments*1: 1, platform*1: 4 5");
        assert_eq!(policy.teams["@linus-t"], BTreeSet::from(["linus".to_owned()]));
    }

    #[test]
    fn login_that_reads_like_a_team_is_no_team_but_to_gitlab() {
        let of = |from: &str| {
            let source = format!("version = 1\nowners-from = \"{from}\"\n{PEOPLE}{SERVICES}");
            let read = |path: &str| Ok((path == "CODEOWNERS").then(|| "* @platform\n".to_owned()));
            let (policy, _) = Policy::parse(&source, "gate.toml", &read).unwrap();
            rows_of(&policy, &[found(1, "elsewhere", &[rule(&policy, "owned")])]).remove(0).teams
        };
        assert_eq!(of("github:CODEOWNERS"), ["@platform"]);
        assert_eq!(of("gitlab:CODEOWNERS"), ["platform"]);
    }

    #[test]
    fn program_is_no_code_owner_who_could_sign() {
        let people = PEOPLE.replace(
            "[teams]",
            "[people.bot]\nemails = [\"bot@acme.dev\"]\ngithub = \"renovate[bot]\"\n[teams]",
        );
        let source = format!("version = 1\nowners-from = \"CODEOWNERS\"\n{people}{SERVICES}");
        let read = |path: &str| Ok((path == "CODEOWNERS").then(|| "* bot@acme.dev @linus-t\n".to_owned()));
        let (policy, _) = Policy::parse(&source, "gate.toml", &read).unwrap();
        let who: BTreeSet<_> = policy.teams.values().flatten().map(String::as_str).collect();
        assert_eq!(who, BTreeSet::from(["ada", "linus"]));
    }

    #[test]
    fn both_ends_of_a_rename_are_asked_of_their_code_owners() {
        let policy = with_code_owners("/a/ @acme/db\n/b/ @linus-t\n");
        let moved = |number, from: &str, to: &str| Judged {
            old_path: Some(from.into()),
            ..found(number, to, &[rule(&policy, "plain")])
        };
        insta::assert_snapshot!(shown(&policy, &[moved(1, "a/x", "b/x")]), @"@acme/db*1: 1, @linus-t*1: 1");
        insta::assert_snapshot!(shown(&policy, &[moved(1, "a/x", "c/x")]), @"@acme/db*1: 1, platform*1: 1");
        insta::assert_snapshot!(shown(&policy, &[moved(1, "a/x", "pay/x")]), @"@acme/db*1: 1, payments*1: 1");
        insta::assert_snapshot!(shown(&policy, &[moved(1, "c/x", "pay/x")]), @"payments*1: 1");
    }

    #[test]
    fn code_owner_whom_the_policy_does_not_know_stays_asked() {
        let policy = with_code_owners("* @stranger @acme/ghosts\n");
        let rows = rows_of(&policy, &[found(1, "a", &[rule(&policy, "owned")])]);
        assert_eq!(rows[0].teams, ["@acme/ghosts", "@stranger"]);
        assert!(rows[0].teams.iter().all(|team| !policy.teams.contains_key(team)));
    }

    #[test]
    fn far_side_of_a_boundary_has_no_path_to_ask_about() {
        let policy = with_code_owners("* @acme/db\n");
        let between = |service, other| RuleRef::Service(Crossing::Boundary { service, other });
        insta::assert_snapshot!(shown(&policy, &[found(1, "pay/x", &[between(0, 2)])]), @"payments*1: 1, platform*1: 1");
        insta::assert_snapshot!(shown(&policy, &[found(1, "orphan/x", &[between(2, 0)])]), @"@acme/db*1: 1, payments*1: 1");
    }

    #[test]
    fn policy_asks_for_its_own_keepers() {
        let keepers = policy_with(&format!("{SERVICES}[gate]\nrequired = [{{ team = \"incident\" }}]\n"));
        let changed = [found(1, "gate.toml", &[RuleRef::Always(Always::Policy)])];
        insta::assert_snapshot!(shown(&keepers, &changed), @"incident*1: 1");
        insta::assert_snapshot!(shown(&policy_with(SERVICES), &changed), @"platform*1: 1");
    }

    const FOR_AI: &str = r#"
[sign-off]
required = [{ team = "platform" }, { team = "platform", count = 2, when = "ai" }]
[[rule]]
id = "plain"
paths = ["**"]
why = "W."
[[rule]]
id = "for-ai"
paths = ["**"]
when = "ai"
why = "W."
required = [{ team = "incident" }]
[[rule]]
id = "only-ai-rows"
paths = ["**"]
why = "W."
required = [{ team = "payments", when = "ai" }]
"#;

    fn by_ai(hunk: Judged) -> Judged {
        Judged { ai: BTreeSet::from([0]), ..hunk }
    }

    #[test]
    fn rows_for_ai_are_asked_besides_the_others() {
        let policy = policy_with(FOR_AI);
        let plain = found(1, "a", &[RuleRef::Policy(0)]);
        insta::assert_snapshot!(shown(&policy, std::slice::from_ref(&plain)), @"platform*1: 1");
        insta::assert_snapshot!(shown(&policy, &[by_ai(plain)]), @"platform*1: 1, platform*2: 1");
        let only = found(1, "a", &[RuleRef::Policy(2)]);
        insta::assert_snapshot!(shown(&policy, std::slice::from_ref(&only)), @"platform*1: 1");
        insta::assert_snapshot!(shown(&policy, &[by_ai(only)]), @"payments*1: 1, platform*1: 1, platform*2: 1");
    }

    #[test]
    fn what_is_asked_of_ai_takes_the_place_of_nothing() {
        let policy = policy_with(&FOR_AI.replace("[sign-off]\nrequired = [{ team = \"platform\" }, { team = \"platform\", count = 2, when = \"ai\" }]\n", ""));
        let marked = by_ai(found(1, "a", &[RuleRef::Always(Always::Ci), RuleRef::Policy(1)]));
        let rows = rows_of(&policy, &[marked]);
        assert!(rows.iter().any(|row| row.teams.is_empty() && row.hunks == [id(1)]), "{rows:?}");
        assert!(rows.iter().any(|row| row.teams == ["incident"]), "{rows:?}");
    }

    #[test]
    fn hunk_that_nobody_is_named_for_is_in_a_row_that_nobody_meets() {
        let policy = policy_with("");
        let rows = rows_of(&policy, &[found(1, "a", &[RuleRef::Always(Always::Ci)]), hunk(2, "b")]);
        assert_eq!(rows.len(), 1);
        assert!(rows[0].teams.is_empty());
        assert_eq!(rows[0].hunks, [id(1), id(2)]);
    }

    proptest! {
        #[test]
        fn one_hunk_more_never_drops_a_requirement(picks in proptest::collection::vec((0..3usize, 0..5usize), 1..12)) {
            let policy = policy_with(SERVICES);
            let paths = ["pay/x", "cart/x", "orphan/x", "elsewhere", "protos/pay.proto"];
            let hunks: Vec<Judged> = picks
                .iter()
                .zip(1..)
                .map(|((rule, path), number)| found(number, paths[*path], &[RuleRef::Policy(*rule)]))
                .collect();
            let (_, fewer) = hunks.split_last().unwrap();
            let more = rows_of(&policy, &hunks);
            for row in rows_of(&policy, fewer) {
                let same = more.iter().find(|it| it.teams == row.teams && it.count == row.count);
                prop_assert!(same.is_some_and(|same| row.hunks.iter().all(|hunk| same.hunks.contains(hunk))));
            }
            for hunk in &hunks {
                prop_assert!(more.iter().any(|row| row.hunks.contains(&hunk.id)));
            }
        }
    }
}
