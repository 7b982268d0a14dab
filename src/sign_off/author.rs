//! Who wrote a hunk, as far as it matters for who may sign it.
//!
//! Everybody whom a commit names counts, for the paths that the commit touches; the
//! opener counts for all of them. To count too many people costs a second opinion, to
//! count too few lets somebody sign their own work, so all doubt is for the former.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use bstr::{BStr, BString, ByteSlice};
use unicode_normalization::UnicodeNormalization;

use crate::change::trail::Trail;
use crate::change::{Commit, HunkId, Touched, path};
use crate::classify::Judged;
use crate::key::Signature;
use crate::policy::{Person, Policy};

/// An address longer than this, in bytes, leads nowhere but to itself.
const LONGEST: usize = 1_000;

/// What is known of who made a change.
#[derive(Clone, Copy, Debug)]
pub struct Contributions<'a> {
    /// The commits.
    pub commits: &'a [Commit],
    /// The paths that each of them touches, in the same order.
    pub touched: &'a [Vec<Touched>],
    /// Who opened the change: a login, an e-mail address or a person of the policy.
    pub opener: Option<&'a str>,
    /// Who pushed it, in the same forms; it only matters where the policy says so.
    pub pusher: Option<&'a str>,
}

/// The authors of each hunk of a change, by the policy's ids.
#[derive(Clone, Debug, Default)]
pub struct Authors {
    sets: Vec<BTreeSet<String>>,
    of: HashMap<HunkId, usize>,
}

impl Authors {
    /// Finds the authors of these hunks.
    pub fn new<'a>(
        policy: &Policy,
        made: Contributions<'_>,
        hunks: impl IntoIterator<Item = &'a Judged>,
    ) -> Self {
        let mut everywhere: BTreeSet<&str> = BTreeSet::new();
        everywhere.extend(made.opener.map(|who| called(who, policy)).into_iter().flatten());
        if policy.sign_off.pusher_is_author {
            everywhere.extend(made.pusher.map(|who| called(who, policy)).into_iter().flatten());
        }
        let trail = Trail::new(made.touched);
        let mut addresses = HashMap::new();
        let by_commit: Vec<BTreeSet<&str>> =
            made.commits.iter().map(|commit| people_of(commit, &mut addresses, policy)).collect();
        let mut authors = Self::default();
        let mut known: BTreeMap<(&BStr, Option<&BStr>), usize> = BTreeMap::new();
        for hunk in hunks {
            let paths = (hunk.path.as_bstr(), hunk.old_path.as_ref().map(|path| path.as_bstr()));
            let index = *known.entry(paths).or_insert_with(|| {
                let commits = trail.follow([Some(paths.0), paths.1].into_iter().flatten()).commits;
                let named = commits.into_iter().filter_map(|commit| by_commit.get(commit)).flatten();
                authors.sets.push(everywhere.iter().chain(named).map(|id| (*id).to_owned()).collect());
                authors.sets.len() - 1
            });
            authors.of.insert(hunk.id, index);
        }
        authors
    }

    /// Returns the authors of a hunk who are people of the policy.
    pub fn of(&self, hunk: HunkId) -> impl Iterator<Item = &str> {
        let set = self.of.get(&hunk).and_then(|index| self.sets.get(*index));
        set.into_iter().flatten().map(String::as_str)
    }

    /// Tells whether a person is an author of a hunk.
    pub fn contains(&self, hunk: HunkId, person: &str) -> bool {
        self.of(hunk).any(|author| author == person)
    }
}

/// Returns the people whom a commit names, and the one whose key signed it.
fn people_of<'a>(
    commit: &Commit,
    known: &mut HashMap<BString, Vec<&'a str>>,
    policy: &'a Policy,
) -> BTreeSet<&'a str> {
    let mut people = BTreeSet::new();
    for someone in &commit.people {
        // A trailer may name a login where an address belongs.
        let look_up = || called(&someone.email.to_str_lossy(), policy);
        people.extend(known.entry(someone.email.clone()).or_insert_with(look_up).iter());
    }
    // Only a signature that verifies names anybody: else anyone could make a senior an author.
    if let Some(made) = &commit.signature
        && let Ok(signature) = Signature::of_commit(&made.armoured)
        && let Some(person) = policy.person_with(signature.key())
        && signature.verify(&made.payload).is_ok()
    {
        people.insert(person);
    }
    people
}

/// Returns the people whom a login, an address or an id means, as it is or as a reader or a mail program takes it.
fn called<'a>(who: &str, policy: &'a Policy) -> Vec<&'a str> {
    let mut people = called_so(who, policy);
    let plain = plain(who);
    if plain != who {
        people.extend(called_so(&plain, policy));
    }
    if plain.len() > LONGEST {
        return people;
    }
    let mut readings = routed(&plain);
    for reading in &readings {
        people.extend(called_so(reading, policy));
    }
    if people.is_empty() {
        readings.push(plain);
        people.extend(
            readings
                .iter()
                .flat_map(|reading| subaddressed(reading))
                .find_map(|address| policy.person_of(&address)),
        );
    }
    people
}

/// Returns the addresses within one that says how the mail is to go: `@a,@b:ada@c`, `ada%c@relay`, `c!ada@relay`, `ada=c@relay`.
fn routed(address: &str) -> Vec<String> {
    let address = address.rsplit_once('<').map_or(address, |(_, address)| address.trim_end_matches('>'));
    let address = address.rsplit_once(':').map_or(address, |(_, address)| address);
    let Some((local, _)) = address.rsplit_once('@') else { return Vec::new() };
    let mut found = vec![address.to_owned()];
    if let Some((host, local)) = local.rsplit_once('!') {
        let host = host.rsplit_once('!').map_or(host, |(_, host)| host);
        found.push(format!("{local}@{host}"));
    }
    // Each of them may be the last hop.
    let hops = local.split('%').collect::<Vec<_>>();
    found.extend(hops.iter().skip(1).map(|host| format!("{}@{host}", hops[0])));
    if let Some((before, host)) = local.rsplit_once('=') {
        // A bounce address may have a name of its own before it: `bounce-ada=acme.dev@lists`.
        let names = before.char_indices().filter(|(_, c)| matches!(c, '-' | '+' | '=')).map(|(at, _)| at + 1);
        found.extend(names.chain([0]).filter_map(|start| Some(format!("{}@{host}", before.get(start..)?))));
    }
    found
}

/// Returns what the address is without what stands behind a `-` in it, as some mail programs take it; GitHub's have logins there.
fn subaddressed(address: &str) -> impl Iterator<Item = String> {
    let parts =
        address.rsplit_once('@').filter(|(_, host)| !host.to_lowercase().ends_with("noreply.github.com"));
    parts.into_iter().flat_map(|(local, host)| {
        local.rmatch_indices('-').filter_map(move |(at, _)| Some(format!("{}@{host}", local.get(..at)?)))
    })
}

/// Returns the text without comments, quotes, `mailto:` and what can't be seen, and with wide letters as plain ones.
fn plain(who: &str) -> String {
    let mut depth = 0_usize;
    let mut plain = String::new();
    for c in who.nfkc().filter(|&c| !c.is_control() && !c.is_whitespace() && !path::is_invisible(c)) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            '"' | '\\' => {}
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    match plain.split_at_checked(7) {
        Some((scheme, address)) if scheme.eq_ignore_ascii_case("mailto:") => address.to_owned(),
        _ => plain,
    }
}

fn called_so<'a>(who: &str, policy: &'a Policy) -> Vec<&'a str> {
    let who = who.trim();
    if who.contains('@') && !who.starts_with('@') {
        let address = who.rsplit_once('<').map_or(who, |(_, address)| address.trim_end_matches('>'));
        return policy.person_of(address).into_iter().collect();
    }
    let login = who.trim_start_matches('@');
    let is_meant = |(id, person): &(&'a String, &Person)| {
        *id == login || person.github.as_ref().is_some_and(|github| github.eq_ignore_ascii_case(login))
    };
    policy.people.iter().filter(is_meant).map(|(id, _)| id.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::{CommitSignature, Contributor, Role};
    use crate::sign_off::testing::{commit, hunk, id, key, policy};

    fn by(emails: &[&str]) -> Commit {
        let named = |email: &&str| Contributor {
            role: Role::CoAuthor,
            name: "Whoever".into(),
            email: (*email).into(),
        };
        Commit {
            id: commit(1),
            people: emails.iter().map(named).collect(),
            message: "".into(),
            signature: None,
        }
    }

    fn touch(path: &str, from: Option<&str>) -> Touched {
        Touched { path: path.into(), from: from.map(Into::into), object: None }
    }

    /// Returns the authors of a hunk in `a`, made in one commit that touches it.
    fn of_one(policy: &Policy, commit: Commit) -> Vec<String> {
        let made = Contributions {
            commits: &[commit],
            touched: &[vec![touch("a", None)]],
            opener: None,
            pusher: None,
        };
        let authors = Authors::new(policy, made, &[hunk(1, "a")]);
        authors.of(id(1)).map(str::to_owned).collect()
    }

    #[test]
    fn everybody_whom_a_commit_names_is_an_author() {
        let commit = by(&["ada@acme.dev", "linus@acme.dev", "stranger@else.where"]);
        assert_eq!(of_one(&policy(), commit), ["ada", "linus"]);
    }

    #[test]
    fn case_and_tag_of_an_address_do_not_matter() {
        for email in ["ADA@Acme.Dev", "ada+wip@acme.dev", "Ada+x+y@ACME.DEV ", "ada@acme.dev"] {
            assert_eq!(of_one(&policy(), by(&[email])), ["ada"], "{email}");
        }
        for email in ["adam@acme.dev", "ada@acme.dev.evil", "a+da@acme.dev", "adam"] {
            assert!(of_one(&policy(), by(&[email])).is_empty(), "{email}");
        }
    }

    #[test]
    fn login_in_place_of_an_address_is_the_person() {
        for login in ["@ada-hub", "Ada-Hub", "ada", "ada\"@acme.dev."] {
            assert_eq!(of_one(&policy(), by(&[login])), ["ada"], "{login}");
        }
    }

    #[test]
    fn address_in_disguise_is_the_person() {
        for email in [
            "mailto:ada@acme.dev",
            "ada(x)@acme.dev",
            "\"a\\da\"@acme.dev",
            "ada\u{200b}@acme.dev",
            "a\u{ad}da@acme.dev",
            "ada\u{1}@acme.dev",
            "\u{ff41}da@acme.dev",
            "ada\u{ff20}acme.dev",
            "ada@acme.dev\u{a0}",
            "ada-\u{200b}hub",
        ] {
            assert_eq!(of_one(&policy(), by(&[email])), ["ada"], "{email}");
        }
        assert!(of_one(&policy(), by(&["(ada@acme.dev"])).is_empty());
    }

    #[test]
    fn what_a_reader_passes_over_is_no_part_of_an_address() {
        for who in [
            "(a (b) c) ada@acme.dev",
            "ada@acme.dev(",
            "ada)@acme.dev",
            "\"ada\"@\\acme.dev",
            "mailto:ada@acme.dev",
        ] {
            assert_eq!(plain(who), "ada@acme.dev", "{who}");
        }
        assert_eq!(plain("mailto"), "mailto");
    }

    #[test]
    fn address_with_a_route_or_a_subaddress_is_the_person() {
        for email in [
            "@a,@b:ada@acme.dev",
            "@relay.x:ada@acme.dev",
            "Ada <@a:ada@acme.dev>",
            "ada%acme.dev@relay.x",
            "ada+y%acme.dev@relay.x",
            "ada%acme.dev%a@relay.x",
            "acme.dev!ada@relay.x",
            "a!acme.dev!ada@relay.x",
            "bounces-ada=acme.dev@lists.x",
            "ada-wip@acme.dev",
            "Ada-x-y+z@acme.dev",
            "ada-wip%acme.dev@relay.x",
        ] {
            assert_eq!(of_one(&policy(), by(&[email])), ["ada"], "{email}");
        }
        for email in [
            "-ada@acme.dev",
            "adam-x@acme.dev",
            "ada-x@else.where",
            "ada%@acme",
            "!@",
            "%@",
            "=@",
            "@a:",
            "ada-x",
        ] {
            assert!(of_one(&policy(), by(&[email])).is_empty(), "{email}");
        }
        let hub = "ada-hub-x@users.noreply.github.com";
        assert!(of_one(&policy(), by(&[hub])).is_empty(), "that is a login of its own");
        let mut policy = policy();
        policy.people.get_mut("linus").unwrap().emails = vec!["ada-marie@acme.dev".to_owned()];
        assert_eq!(of_one(&policy, by(&["ada-marie@acme.dev"])), ["linus"]);
    }

    #[test]
    fn long_address_is_read_in_no_time() {
        let long = "-%=!@".repeat(2_000);
        assert!(of_one(&policy(), by(&[&long])).is_empty());
    }

    #[test]
    fn routes_are_read_in_addresses_that_are_not_endless() {
        let of_length = |length: usize| {
            let email = format!("{:x<length$}", "ada%acme.dev@");
            of_one(&policy(), by(&[&email]))
        };
        assert_eq!(of_length(LONGEST), ["ada"]);
        assert!(of_length(LONGEST + 1).is_empty());
    }

    #[test]
    fn forge_addresses_are_the_person_with_that_login() {
        for email in ["ada-hub@users.noreply.github.com", "123+Ada-Hub@users.noreply.github.com"] {
            assert_eq!(of_one(&policy(), by(&[email])), ["ada"], "{email}");
        }
    }

    #[test]
    fn the_forge_itself_is_nobody() {
        let mut policy = policy();
        policy.people.get_mut("ada").unwrap().emails.push("noreply@github.com".to_owned());
        assert!(of_one(&policy, by(&["noreply@github.com", "NoReply@GitHub.com"])).is_empty());
    }

    #[test]
    fn listed_forge_address_is_its_login_in_any_form() {
        let mut policy = policy();
        let linus = policy.people.get_mut("linus").unwrap();
        linus.emails = vec!["7+torvalds@users.noreply.github.com".to_owned()];
        assert_eq!(of_one(&policy, by(&["torvalds@users.noreply.github.com"])), ["linus"]);
    }

    #[test]
    fn commit_signed_with_a_key_is_that_persons_too() {
        let payload = b"tree 0\n\nmessage".to_vec();
        let armoured = |namespace, signed: &[u8]| {
            let base64 = key("ada").sign(signed, namespace);
            let armour = format!("-----BEGIN SSH SIGNATURE-----\n{base64}\n-----END SSH SIGNATURE-----");
            Some(CommitSignature { armoured: armour.into(), payload: payload.clone() })
        };
        let signed = |signature| Commit { signature, ..by(&["linus@acme.dev"]) };
        assert_eq!(of_one(&policy(), signed(armoured("git", &payload))), ["ada", "linus"]);
        assert_eq!(of_one(&policy(), signed(armoured("file", &payload))), ["linus"]);
        assert_eq!(of_one(&policy(), signed(armoured("git", b"other"))), ["linus"]);
    }

    #[test]
    fn authors_count_for_the_paths_that_their_commits_touch() {
        let commits = [by(&["ada@acme.dev"]), by(&["linus@acme.dev"])];
        let touched = [vec![touch("a", None)], vec![touch("b", None)]];
        let made = Contributions { commits: &commits, touched: &touched, opener: None, pusher: None };
        let authors = Authors::new(&policy(), made, &[hunk(1, "a"), hunk(2, "b"), hunk(3, "c")]);
        assert!(authors.contains(id(1), "ada") && !authors.contains(id(1), "linus"));
        assert!(authors.contains(id(2), "linus") && !authors.contains(id(2), "ada"));
        assert_eq!(authors.of(id(3)).count(), 0);
    }

    #[test]
    fn authors_before_a_rename_inside_the_change_count() {
        // Newest first: c was b, and b was a.
        let commits = [by(&["grace@acme.dev"]), by(&["linus@acme.dev"]), by(&["ada@acme.dev"])];
        let touched = [vec![touch("c", Some("b"))], vec![touch("b", Some("a"))], vec![touch("a", None)]];
        let made = Contributions { commits: &commits, touched: &touched, opener: None, pusher: None };
        let authors = Authors::new(&policy(), made, &[hunk(1, "c")]);
        assert_eq!(authors.of(id(1)).collect::<Vec<_>>(), ["ada", "grace", "linus"]);
    }

    #[test]
    fn both_ends_of_a_rename_count_and_circles_end() {
        let commits = [by(&["linus@acme.dev"]), by(&["ada@acme.dev"])];
        let touched = [vec![touch("a", Some("b"))], vec![touch("b", Some("a"))]];
        let made = Contributions { commits: &commits, touched: &touched, opener: None, pusher: None };
        let renamed = Judged { old_path: Some("b".into()), ..hunk(1, "x") };
        let authors = Authors::new(&policy(), made, &[renamed]);
        assert_eq!(authors.of(id(1)).collect::<Vec<_>>(), ["ada", "linus"]);
    }

    #[test]
    fn opener_is_an_author_of_every_hunk() {
        for opener in ["ada-hub", "@Ada-Hub", "ada", "ada@acme.dev", "Ada L. <ada+x@acme.dev>"] {
            let made = Contributions { commits: &[], touched: &[], opener: Some(opener), pusher: None };
            let authors = Authors::new(&policy(), made, &[hunk(1, "a")]);
            assert!(authors.contains(id(1), "ada"), "{opener}");
        }
    }

    #[test]
    fn pusher_is_an_author_only_where_the_policy_says_so() {
        let made = Contributions { commits: &[], touched: &[], opener: None, pusher: Some("ada") };
        let mut policy = policy();
        assert!(!Authors::new(&policy, made, &[hunk(1, "a")]).contains(id(1), "ada"));
        policy.sign_off.pusher_is_author = true;
        assert!(Authors::new(&policy, made, &[hunk(1, "a")]).contains(id(1), "ada"));
    }
}
