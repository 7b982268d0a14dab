//! gate's own rules in words: the id, the category and the reason that reports show.

use super::{Always, RuleRef};
use crate::policy::Policy;
use crate::service::Crossing;

impl Always {
    /// Returns the id of the rule, as reports name it.
    pub fn id(self) -> &'static str {
        match self {
            Self::Policy => "gate/policy",
            Self::KeyFile => "gate/key-file",
            Self::Owners => "gate/owners",
            Self::GitAttributes => "gate/gitattributes",
            Self::GitModules => "gate/gitmodules",
            Self::Ci => "gate/ci",
            Self::SuspiciousPath => "gate/suspicious-path",
            Self::HiddenCharacters => "gate/hidden-characters",
            Self::Opaque => "gate/opaque",
            Self::Symlink => "gate/symlink",
            Self::Submodule => "gate/submodule",
            Self::Mode => "gate/mode",
            Self::Unmatched => "gate/unmatched",
        }
    }

    /// Returns the category of the rule.
    pub fn category(self) -> &'static str {
        match self {
            Self::Policy | Self::KeyFile | Self::Owners | Self::GitAttributes | Self::Ci => "config",
            Self::SuspiciousPath | Self::HiddenCharacters | Self::Unmatched => "config",
            Self::GitModules | Self::Opaque | Self::Symlink | Self::Submodule | Self::Mode => "infra",
        }
    }

    /// Returns the reason, in a sentence.
    pub fn why(self) -> &'static str {
        match self {
            Self::Policy => "This decides who must sign what, for every change after this one.",
            Self::KeyFile => "Whoever's key stands here can sign for others.",
            Self::Owners => "This decides who signs for which files, for every change after this one.",
            Self::GitAttributes => {
                "Attributes change what git shows, merges and checks out, without changing a file."
            }
            Self::GitModules => "This decides where the code of submodules comes from.",
            Self::Ci => "The pipeline runs with the project's secrets, and gate runs inside it.",
            Self::SuspiciousPath => "A reader may take this path for another one.",
            Self::HiddenCharacters => {
                "A reader does not see these characters, or sees the line in another order than the compiler."
            }
            Self::Opaque => "This can't be read as lines, so nobody can tell from the change what it does.",
            Self::Symlink => "A link makes a path mean another file.",
            Self::Submodule => "A submodule brings in a whole tree that this change does not show.",
            Self::Mode => "The mode decides whether a file can be run.",
            Self::Unmatched => "No rule covers this, and the policy wants every hunk covered.",
        }
    }
}

impl RuleRef {
    /// Returns the id of the rule, as reports name it.
    pub fn id(self, policy: &Policy) -> &str {
        match self {
            Self::Policy(index) => policy.rules.get(index).map_or("?", |rule| rule.id.as_str()),
            Self::Always(always) => always.id(),
            Self::Service(crossing) => crossing.id(),
        }
    }

    /// Returns the category of the rule.
    pub fn category(self, policy: &Policy) -> &str {
        match self {
            Self::Policy(index) => policy.rules.get(index).map_or("?", |rule| rule.category.as_str()),
            Self::Always(always) => always.category(),
            Self::Service(crossing) => {
                let rule = policy.crossings.iter().find(|rule| rule.id == crossing.id());
                rule.map_or(Crossing::CATEGORY, |rule| rule.category.as_str())
            }
        }
    }

    /// Returns the reason behind the rule, in a sentence.
    pub fn why(self, policy: &Policy) -> String {
        match self {
            Self::Policy(index) => policy.rules.get(index).map_or_else(String::new, |rule| rule.why.clone()),
            Self::Always(always) => always.why().to_owned(),
            Self::Service(crossing) => crossing.why(&policy.services),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign_off::testing::policy_with;

    #[test]
    fn every_rule_has_its_id_its_category_and_its_reason() {
        let policy = policy_with(
            "[[rule]]\nid = \"pool\"\ncategory = \"config\"\npaths = [\"a\"]\nwhy = \"Twenty connections.\"\n\
             [[service]]\nname = \"pay\"\npaths = [\"pay/**\"]\ninterface = [\"api\"]\nowners = [\"payments\"]\n\
             [rules.\"service/interface\"]\ncategory = \"contract\"\n",
        );
        let contract = RuleRef::Service(Crossing::Interface { service: 0, user: None });
        let told = |rule: RuleRef| {
            format!("{} | {} | {}", rule.id(&policy), rule.category(&policy), rule.why(&policy))
        };
        let rules = [
            RuleRef::Policy(0),
            contract,
            RuleRef::Always(Always::KeyFile),
            RuleRef::Always(Always::Submodule),
        ];
        insta::assert_snapshot!(rules.map(told).join("\n"), @r"
        pool | config | Twenty connections.
        service/interface | contract | This is the contract of pay: others are built against it and break at run time.
        gate/key-file | config | Whoever's key stands here can sign for others.
        gate/submodule | infra | A submodule brings in a whole tree that this change does not show.
        ");
    }
}
