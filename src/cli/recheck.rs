//! What has a forge check a change again once somebody has signed it.
//!
//! No forge starts a pipeline for a push of notes, so the check stays red until it is
//! asked. Forges are told by their host's name; of others nothing is said.

use crate::change::ObjectId;

/// Returns what to do at the forge with this address; `None` where it is not known.
pub fn advice(address: &str, head: ObjectId) -> Option<String> {
    let host = host(address)?.to_ascii_lowercase();
    let is = |name: &str| host.split('.').any(|label| label == name);
    if is("github") {
        return Some(format!(
            "the check runs again when you approve the pull request, or by: \
             gh pr comment \"$(gh pr list --search {head} --json number --jq '.[0].number')\" --body '/gate recheck'"
        ));
    }
    is("gitlab").then(|| {
        "the check runs again when its job is retried: glab ci retry gate --branch BRANCH".to_owned()
    })
}

/// The host in an address: `https://host/…`, `ssh://git@host:22/…` or `git@host:…`.
fn host(address: &str) -> Option<&str> {
    let authority = match address.split_once("://") {
        Some((_, rest)) => rest.split('/').next()?,
        None => address.split_once(':')?.0,
    };
    let host = authority.rsplit('@').next()?;
    host.split(':').next().filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(address: &str) -> String {
        advice(address, ObjectId::ZERO).unwrap_or_default()
    }

    #[test]
    fn a_forge_is_told_by_its_host() {
        for address in [
            "https://github.com/acme/shop",
            "git@github.com:acme/shop.git",
            "ssh://git@github.acme.dev:22/shop",
        ] {
            assert!(said(address).contains("/gate recheck"), "{address}");
        }
        for address in ["https://user:pass@gitlab.com/acme/shop.git", "git@gitlab.acme.dev:shop"] {
            assert!(said(address).contains("glab ci retry gate"), "{address}");
        }
        for address in [
            "https://git.acme.dev/github.com/x",
            "/srv/git/github.git",
            "file:///srv/github",
            "notgithub.com:x",
            "",
        ] {
            assert_eq!(said(address), "", "{address}");
        }
    }

    #[test]
    fn the_command_names_the_commit() {
        insta::assert_snapshot!(said("https://github.com/acme/shop"), @r#"the check runs again when you approve the pull request, or by: gh pr comment "$(gh pr list --search 0000000000000000000000000000000000000000 --json number --jq '.[0].number')" --body '/gate recheck'"#);
    }
}
