//! Which statements count, and why the others do not.
//!
//! Three steps. Each statement is verified: somebody of the policy signed these bytes
//! for this purpose. Withdrawals are matched with what they take back. What is left is
//! weighed against the change, hunk by hunk: a sign-off for two hunks by an author of
//! one of them counts for the other. Where it is in doubt whether an objection counts,
//! it does.

use std::collections::{BTreeMap, BTreeSet};

use bstr::BStr;
use jiff::Timestamp;

use super::verified::{Refusal, Verified, verify_all};
use super::weighing::Weighing;
use super::{Authors, Found, Reason, Rejected, Statement};
use crate::change::{HunkId, ObjectId};
use crate::classify::Judged;
use crate::key::PublicKey;
use crate::policy::Policy;

/// What statements are weighed against.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The policy of the base.
    pub policy: &'a Policy,
    /// The time of the review.
    pub now: Timestamp,
    /// The full name of the branch that the change is for, when it is known.
    pub target: Option<&'a str>,
    /// The hunks of the change.
    pub hunks: &'a [Judged],
    /// Who wrote them.
    pub authors: &'a Authors,
}

/// What has become of earlier changes, which a repository knows.
pub trait History {
    /// What goes wrong in reading.
    type Error;

    /// Tells whether the hunk has landed on the target since `base`.
    fn landed(
        &self,
        base: ObjectId,
        hunk: HunkId,
        path: &BStr,
        old_path: Option<&BStr>,
    ) -> Result<bool, Self::Error>;

    /// Tells whether `commit` is the target's tip or an ancestor of it.
    fn is_merged(&self, commit: ObjectId) -> Result<bool, Self::Error>;
}

/// What a recorded line is worth for this change.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The digest that a withdrawal or `[sign-off] void` names.
    pub digest: String,
    /// What it says; `None` where the line can't be read.
    pub statement: Option<Statement>,
    /// The person whose key signed it; `None` where that could not be verified.
    pub person: Option<String>,
    /// The key that signed it, under the same condition.
    pub key: Option<PublicKey>,
    /// Whether it counts for at least one hunk of this change, or, for a withdrawal, takes something back.
    pub counted: bool,
    /// Why it does not count.
    pub reason: Option<Reason>,
    /// What to say of it: a phrase without a full stop.
    pub detail: String,
    /// The hunks of this change that it counts for.
    pub covers: BTreeSet<HunkId>,
    /// Those of them that the person is an author of, which only `allow-author` lets count.
    pub own: BTreeSet<HunkId>,
    /// The hunks of this change that it names and does not count for.
    pub refused: BTreeMap<HunkId, Reason>,
    /// The hunks that it names and that are not in this change.
    pub gone: Vec<HunkId>,
}

impl Standing {
    /// Starts with a statement that counts for nothing yet.
    pub(super) fn of(verified: &Verified) -> Self {
        let signer = verified.signer.as_ref().ok();
        Self {
            digest: verified.recorded.digest.clone(),
            statement: Some(verified.recorded.statement.clone()),
            person: signer.map(|signer| signer.person.clone()),
            key: signer.map(|signer| signer.key.clone()),
            counted: false,
            reason: None,
            detail: String::new(),
            covers: BTreeSet::new(),
            own: BTreeSet::new(),
            refused: BTreeMap::new(),
            gone: Vec::new(),
        }
    }

    /// Says why the statement does not count.
    pub(super) fn refused(self, refusal: Refusal) -> Self {
        Self { reason: Some(refusal.reason), detail: refusal.detail, ..self }
    }

    fn unreadable(line: Rejected) -> Self {
        Self {
            digest: line.digest,
            statement: None,
            person: None,
            key: None,
            counted: false,
            reason: Some(Reason::Unreadable),
            detail: format!("a line of the notes can't be read: {}: `{}`", line.why, line.excerpt),
            covers: BTreeSet::new(),
            own: BTreeSet::new(),
            refused: BTreeMap::new(),
            gone: Vec::new(),
        }
    }
}

/// Weighs everything that was found in the notes of a change, in the order of time, unreadable lines last.
pub fn standings<H: History>(
    found: Found,
    with: &Circumstances<'_>,
    history: &H,
) -> Result<Vec<Standing>, H::Error> {
    let verified = verify_all(found.recorded, with.policy);
    let mut weighing = Weighing::new(with, &verified, history);
    let mut standings =
        verified.iter().map(|verified| weighing.weigh(verified)).collect::<Result<Vec<_>, _>>()?;
    standings.extend(found.rejected.into_iter().map(Standing::unreadable));
    Ok(standings)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::LazyLock;

    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::classify::Class;
    use crate::sign_off::testing::{
        MAIN, Past, commit, hunk, id, key, line, now, policy, signed, statement, weigh, weigh_with,
        withdrawal,
    };
    use crate::sign_off::{Authors, Contributions, Line, StatementKind, digest, read};

    const SIGN_OFF: StatementKind = StatementKind::SignOff;
    const OBJECTION: StatementKind = StatementKind::Objection;
    const OVERRIDE: StatementKind = StatementKind::Override;

    /// Weighs one line against a change of the hunks 1 and 2.
    fn one(policy: &Policy, line: String) -> Standing {
        let hunks = [hunk(1, "infra/a.tf"), hunk(2, "infra/b.tf")];
        let mut standings = weigh(policy, &hunks, &[line]);
        assert_eq!(standings.len(), 1);
        standings.remove(0)
    }

    fn reason(policy: &Policy, statement: &Statement) -> Option<Reason> {
        one(policy, line(statement)).reason
    }

    #[test]
    fn sign_off_counts_for_the_hunks_that_it_names() {
        let standing = one(&policy(), line(&statement(SIGN_OFF, "ada", &[1])));
        assert!(standing.counted);
        assert_eq!(standing.covers, BTreeSet::from([id(1)]));
        assert_eq!(standing.person.as_deref(), Some("ada"));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off counts for 1 hunk");
    }

    #[test]
    fn sign_off_for_another_hunk_is_stale() {
        let standing = one(&policy(), line(&statement(SIGN_OFF, "ada", &[3])));
        assert_eq!(standing.reason, Some(Reason::Stale));
        assert_eq!(standing.gone, [id(3)]);
        insta::assert_snapshot!(standing.detail, @"ada's sign-off is for an older version: it names no hunk of this change");
    }

    #[test]
    fn sign_off_for_an_older_version_of_some_hunks_counts_for_the_others() {
        let standing = one(&policy(), line(&statement(SIGN_OFF, "ada", &[1, 3])));
        assert!(standing.counted);
        assert_eq!(standing.covers, BTreeSet::from([id(1)]));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off counts for 1 hunk, not for 1 hunk that changed since 2026-06-01 or went away");
    }

    #[test]
    fn unsigned_line_does_not_count() {
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        let standing = one(&policy(), format!(r#"{{"statement":{statement},"signature":""}}"#));
        assert_eq!(standing.reason, Some(Reason::Signature));
        assert_eq!(standing.person, None);
        insta::assert_snapshot!(standing.detail, @"a sign-off in the name of `ada`: the signature is damaged: it is not an SSH signature");
    }

    #[test]
    fn signature_of_another_statement_does_not_count() {
        let made = Line::parse(line(&statement(SIGN_OFF, "ada", &[1])).as_bytes()).unwrap();
        let other = statement(SIGN_OFF, "ada", &[1, 2]).encode().unwrap();
        let line = Line { statement: other, ..made }.encode().unwrap();
        let standing = one(&policy(), line);
        assert_eq!(standing.reason, Some(Reason::Signature));
        insta::assert_snapshot!(standing.detail, @"a sign-off in the name of `ada`: the signature is not of this text");
    }

    #[test]
    fn a_blank_in_the_statement_breaks_its_signature() {
        let line = line(&statement(SIGN_OFF, "ada", &[1])).replace(r#""v":1"#, r#""v": 1"#);
        assert_eq!(one(&policy(), line).reason, Some(Reason::Signature));
    }

    #[test]
    fn signature_for_another_purpose_does_not_count() {
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        let signature = key("ada").sign(statement.as_bytes(), "git");
        let standing = one(&policy(), Line { statement, signature }.encode().unwrap());
        assert_eq!(standing.reason, Some(Reason::Namespace));
        insta::assert_snapshot!(standing.detail, @"a sign-off in the name of `ada`: the signature was made for `git`, not for `gate.signoff`");
    }

    #[test]
    fn key_of_nobody_does_not_count() {
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        let standing = one(&policy(), signed(&statement, &key("zoe")));
        assert_eq!(standing.reason, Some(Reason::UnknownKey));
        insta::assert_snapshot!(standing.detail, @"a sign-off in the name of `ada`: its key SHA256:cpaIn01iQRpx6rt90pZJYgsbye+JJt7k86djDHNUJnI is nobody's in the policy");
    }

    #[test]
    fn removing_a_key_from_the_policy_voids_what_it_signed() {
        let mut policy = policy();
        policy.people.get_mut("ada").unwrap().keys.clear();
        assert_eq!(reason(&policy, &statement(SIGN_OFF, "ada", &[1])), Some(Reason::UnknownKey));
    }

    #[test]
    fn nobody_signs_in_the_name_of_another() {
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        let standing = one(&policy(), signed(&statement, &key("mallory")));
        assert_eq!(standing.reason, Some(Reason::WrongPerson));
        insta::assert_snapshot!(standing.detail, @"a sign-off in the name of `ada`: it was signed with a key of `mallory`");
    }

    #[test]
    fn any_key_of_a_person_is_theirs() {
        let mut policy = policy();
        policy.people.get_mut("ada").unwrap().keys.push(key("zoe").public());
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        assert!(one(&policy, signed(&statement, &key("zoe"))).counted);
    }

    #[test]
    fn another_project_does_not_count() {
        let elsewhere = Statement { project: "acme/other".to_owned(), ..statement(SIGN_OFF, "ada", &[1]) };
        let standing = one(&policy(), line(&elsewhere));
        assert_eq!(standing.reason, Some(Reason::Project));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off is for the project `acme/other`, not `acme/shop`");
        let nameless = Policy { project: None, ..policy() };
        assert_eq!(reason(&nameless, &elsewhere), Some(Reason::Project));
    }

    #[test]
    fn another_branch_does_not_count() {
        let elsewhere = Statement { target: "refs/heads/dev".to_owned(), ..statement(SIGN_OFF, "ada", &[1]) };
        let standing = one(&policy(), line(&elsewhere));
        assert_eq!(standing.reason, Some(Reason::Target));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off is for `refs/heads/dev`, not `refs/heads/main`");
    }

    #[test]
    fn nothing_but_objections_counts_while_the_branch_is_not_known() {
        let (policy, hunks, authors) = (policy(), [hunk(1, "a")], Authors::default());
        let with =
            Circumstances { policy: &policy, now: now(), target: None, hunks: &hunks, authors: &authors };
        let lines = [line(&statement(SIGN_OFF, "ada", &[1])), line(&statement(OBJECTION, "grace", &[1]))];
        let Ok::<_, Infallible>(standings) =
            standings(read(&[lines.join("\n")]).unwrap(), &with, &Past::default());
        let of = |by: &str| standings.iter().find(|it| it.person.as_deref() == Some(by)).unwrap();
        assert_eq!(of("ada").reason, Some(Reason::Target));
        insta::assert_snapshot!(of("ada").detail, @"ada's sign-off is for `refs/heads/main`, and which branch this change is for is not known: pass `--target`");
        assert!(of("grace").counted);
    }

    #[test]
    fn old_sign_off_expires_at_its_age_and_not_before() {
        let day = SignedDuration::from_hours(24);
        let at = |age: SignedDuration| Statement { at: now() - age, ..statement(SIGN_OFF, "ada", &[1]) };
        assert_eq!(reason(&policy(), &at(day * 90)), None);
        let standing = one(&policy(), line(&at(day * 91)));
        assert_eq!(standing.reason, Some(Reason::Expired));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off is 91 days old, and 90 days is the most");
    }

    #[test]
    fn a_day_ahead_is_a_wrong_clock_and_more_is_refused() {
        let ahead = |hours| Statement {
            at: now() + SignedDuration::from_hours(hours),
            ..statement(SIGN_OFF, "ada", &[1])
        };
        assert_eq!(reason(&policy(), &ahead(24)), None);
        let standing = one(&policy(), line(&ahead(25)));
        assert_eq!(standing.reason, Some(Reason::Future));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off is dated 2026-06-02, which is yet to come");
    }

    #[test]
    fn void_statement_does_not_count() {
        let statement = statement(SIGN_OFF, "ada", &[1]);
        let mut policy = policy();
        policy.sign_off.void.insert(digest(statement.encode().unwrap().as_bytes()));
        assert_eq!(reason(&policy, &statement), Some(Reason::Void));
    }

    #[test]
    fn withdrawn_sign_off_does_not_count_whatever_the_order() {
        let sign_off = statement(SIGN_OFF, "ada", &[1]);
        let mut lines = [line(&sign_off), line(&withdrawal(&sign_off))];
        for _ in 0..2 {
            let standings = weigh(&policy(), &[hunk(1, "a")], &lines);
            let reasons: Vec<_> = standings.iter().map(|it| (it.counted, it.reason)).collect();
            assert_eq!(reasons, [(false, Some(Reason::Withdrawn)), (true, None)]);
            insta::allow_duplicates! {
                insta::assert_snapshot!(standings[0].detail, @"ada took the sign-off back on 2026-06-01");
                insta::assert_snapshot!(standings[1].detail, @"ada took back the sign-off of 2026-06-01");
            }
            lines.reverse();
        }
    }

    #[test]
    fn nobody_withdraws_for_another() {
        let objection = statement(OBJECTION, "ada", &[1]);
        let foreign = Statement { by: "mallory".to_owned(), ..withdrawal(&objection) };
        let lines = [line(&objection), line(&foreign)];
        let standings = weigh(&policy(), &[hunk(1, "a")], &lines);
        assert!(standings[0].counted);
        assert_eq!(standings[1].reason, Some(Reason::Withdrawal));
        insta::assert_snapshot!(standings[1].detail, @"mallory's withdrawal takes back what somebody else said");
    }

    #[test]
    fn withdrawal_stays() {
        let sign_off = statement(SIGN_OFF, "ada", &[1]);
        let first = withdrawal(&sign_off);
        let lines = [line(&sign_off), line(&first), line(&withdrawal(&first))];
        let standings = weigh(&policy(), &[hunk(1, "a")], &lines);
        assert_eq!(standings[0].reason, Some(Reason::Withdrawn));
        assert_eq!(standings.iter().filter(|it| it.reason == Some(Reason::Withdrawal)).count(), 1);
    }

    #[test]
    fn unsigned_withdrawal_takes_nothing_back() {
        let objection = statement(OBJECTION, "ada", &[1]);
        let forged = signed(&withdrawal(&objection).encode().unwrap(), &key("zoe"));
        assert!(weigh(&policy(), &[hunk(1, "a")], &[line(&objection), forged])[0].counted);
    }

    #[test]
    fn void_withdrawal_takes_nothing_back() {
        let sign_off = statement(SIGN_OFF, "ada", &[1]);
        let withdrawal = withdrawal(&sign_off);
        let mut policy = policy();
        policy.sign_off.void.insert(digest(withdrawal.encode().unwrap().as_bytes()));
        assert!(weigh(&policy, &[hunk(1, "a")], &[line(&sign_off), line(&withdrawal)])[0].counted);
    }

    #[test]
    fn author_may_not_sign_own_hunk_but_the_others() {
        let (policy, hunks) = (policy(), [hunk(1, "infra/a.tf"), hunk(2, "infra/b.tf")]);
        let made = Contributions { commits: &[], touched: &[], opener: Some("ada"), pusher: None };
        let authors = Authors::new(&policy, made, &hunks[..1]);
        let lines = [line(&statement(SIGN_OFF, "ada", &[1, 2]))];
        let standing = weigh_with(&policy, &hunks, &lines, &authors, &Past::default()).remove(0);
        assert_eq!(standing.covers, BTreeSet::from([id(2)]));
        assert_eq!(standing.refused, BTreeMap::from([(id(1), Reason::Author)]));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off counts for 1 hunk, not for 1 hunk that ada is an author of");
        let standing = weigh_with(&policy, &hunks[..1], &lines, &authors, &Past::default()).remove(0);
        assert_eq!(standing.reason, Some(Reason::Author));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off does not count for 1 hunk that ada is an author of or 1 hunk that changed since 2026-06-01 or went away");
    }

    #[test]
    fn author_may_sign_where_the_policy_says_so_and_it_shows() {
        let mut policy = policy();
        policy.sign_off.allow_author = true;
        let hunks = [hunk(1, "a"), hunk(2, "b")];
        let made = Contributions { commits: &[], touched: &[], opener: Some("ada"), pusher: None };
        let authors = Authors::new(&policy, made, &hunks[..1]);
        let lines = [line(&statement(SIGN_OFF, "ada", &[1, 2]))];
        let standing = weigh_with(&policy, &hunks, &lines, &authors, &Past::default()).remove(0);
        assert_eq!(standing.covers, BTreeSet::from([id(1), id(2)]));
        assert_eq!(standing.own, BTreeSet::from([id(1)]));
    }

    #[test]
    fn merged_sign_off_is_spent() {
        let past = Past { merged: vec![commit(0xaa)], ..Past::default() };
        let lines = [line(&statement(SIGN_OFF, "ada", &[1])), line(&statement(OBJECTION, "grace", &[1]))];
        let standings = weigh_with(&policy(), &[hunk(1, "a")], &lines, &Authors::default(), &past);
        let of = |by: &str| standings.iter().find(|it| it.person.as_deref() == Some(by)).unwrap();
        assert_eq!(of("ada").reason, Some(Reason::Spent));
        insta::assert_snapshot!(of("ada").detail, @"ada's sign-off does not count for 1 hunk that landed since");
        assert!(of("grace").counted, "an objection is never spent");
    }

    #[test]
    fn landed_hunk_is_spent_alone() {
        let past = Past { landed: vec![(id(1), "a")], ..Past::default() };
        let lines = [line(&statement(SIGN_OFF, "ada", &[1, 2]))];
        let hunks = [hunk(1, "a"), hunk(2, "b")];
        let standing = weigh_with(&policy(), &hunks, &lines, &Authors::default(), &past).remove(0);
        assert_eq!(standing.covers, BTreeSet::from([id(2)]));
        assert_eq!(standing.refused, BTreeMap::from([(id(1), Reason::Spent)]));
        insta::assert_snapshot!(standing.detail, @"ada's sign-off counts for 1 hunk, not for 1 hunk that landed since");
    }

    #[test]
    fn history_is_not_asked_about_what_needs_no_sign_off() {
        struct Silent;
        impl History for Silent {
            type Error = String;
            fn landed(&self, _: ObjectId, _: HunkId, _: &BStr, _: Option<&BStr>) -> Result<bool, String> {
                Err("asked".to_owned())
            }
            fn is_merged(&self, _: ObjectId) -> Result<bool, String> {
                Err("asked".to_owned())
            }
        }
        let (policy, authors) = (policy(), Authors::default());
        let ask = |class| {
            let hunks = [Judged { class, ..hunk(1, "a") }];
            let with = Circumstances {
                policy: &policy,
                now: now(),
                target: Some(MAIN),
                hunks: &hunks,
                authors: &authors,
            };
            let found = read(&[line(&statement(SIGN_OFF, "ada", &[1]))]).unwrap();
            standings(found, &with, &Silent).map(|standings| standings.len())
        };
        assert_eq!(ask(Class::Local), Ok(1));
        assert_eq!(ask(Class::Architectural), Err("asked".to_owned()));
    }

    #[test]
    fn objection_counts_whatever_its_age_or_team() {
        let old = Statement {
            at: "2020-01-01T00:00:00Z".parse().unwrap(),
            ..statement(OBJECTION, "mallory", &[1])
        };
        assert!(one(&policy(), line(&old)).counted);
        let elsewhere = Statement { target: "refs/heads/dev".to_owned(), ..old };
        assert_eq!(reason(&policy(), &elsewhere), Some(Reason::Target));
    }

    #[test]
    fn override_is_for_its_team_and_its_time() {
        assert_eq!(reason(&policy(), &statement(OVERRIDE, "ida", &[1])), None);
        let standing = one(&policy(), line(&statement(OVERRIDE, "ada", &[1])));
        assert_eq!(standing.reason, Some(Reason::Team));
        insta::assert_snapshot!(standing.detail, @"only team `incident` may override, and ada is not in it");
        let old =
            Statement { at: now() - SignedDuration::from_hours(25), ..statement(OVERRIDE, "ida", &[1]) };
        let standing = one(&policy(), line(&old));
        assert_eq!(standing.reason, Some(Reason::Expired));
        insta::assert_snapshot!(standing.detail, @"ida's override is 25 hours old, and 24 hours is the most");
        let without = Policy { overrides: None, ..policy() };
        assert_eq!(reason(&without, &statement(OVERRIDE, "ida", &[1])), Some(Reason::Team));
    }

    #[test]
    fn unreadable_line_is_shown_and_the_one_beside_it_counts() {
        let good = line(&statement(SIGN_OFF, "ada", &[1]));
        let note = [b"\xff\xfe\nab\0cd\r\n\n", good.as_bytes(), b"\r\n{}\n"].concat();
        let (policy, hunks, authors) = (policy(), [hunk(1, "a")], Authors::default());
        let with = Circumstances {
            policy: &policy,
            now: now(),
            target: Some(MAIN),
            hunks: &hunks,
            authors: &authors,
        };
        let Ok::<_, Infallible>(standings) = standings(read(&[note]).unwrap(), &with, &Past::default());
        assert!(standings[0].counted);
        let said: Vec<_> = standings.iter().skip(1).map(|it| it.detail.as_str()).collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
        a line of the notes can't be read: it is not a statement in JSON: it does not start with `{`: `ab\u{0}cd`
        a line of the notes can't be read: it is not a statement in JSON: missing field `statement` at line 1 column 2: `{}`
        a line of the notes can't be read: it is not UTF-8 text: `��`
        "#);
    }

    #[test]
    fn the_good_signature_counts_among_bad_ones() {
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        let lines = ["zoe", "mallory", "ada"].map(|by| signed(&statement, &key(by)));
        let garbage = Line { statement, signature: "AAAA".to_owned() }.encode().unwrap();
        let lines = [&lines[..], &[garbage]].concat();
        let standings = weigh(&policy(), &[hunk(1, "a")], &lines);
        assert_eq!(standings.len(), 1, "one statement is one, however often it is signed");
        assert!(standings[0].counted);
    }

    #[test]
    fn of_bad_signatures_the_one_that_came_furthest_is_told_and_of_two_alike_the_first() {
        let statement = statement(SIGN_OFF, "ada", &[1]).encode().unwrap();
        let with =
            |signature: &str| Line { statement: statement.clone(), signature: signature.to_owned() }.encode();
        let lines = [with("AAAA").unwrap(), with("zzz").unwrap(), signed(&statement, &key("mallory"))];
        let standing = weigh(&policy(), &[hunk(1, "a")], &lines).remove(0);
        assert_eq!(standing.reason, Some(Reason::WrongPerson));
        let standing = weigh(&policy(), &[hunk(1, "a")], &lines[..2]).remove(0);
        insta::assert_snapshot!(standing.detail, @"a sign-off in the name of `ada`: the signature is damaged: it is not an SSH signature");
    }

    /// Lines of all sorts, to be put in any order.
    static MANY: LazyLock<(Policy, [String; 6])> = LazyLock::new(|| {
        let sign_off = statement(SIGN_OFF, "ada", &[1, 2]);
        let objection = statement(OBJECTION, "grace", &[2]);
        let lines = [
            line(&sign_off),
            line(&withdrawal(&sign_off)),
            line(&objection),
            line(&statement(SIGN_OFF, "linus", &[1])),
            signed(&objection.encode().unwrap(), &key("zoe")),
            "garbage".to_owned(),
        ];
        (policy(), lines)
    });

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn order_and_repetition_never_matter(
            order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
            twice in 0..6usize,
        ) {
            let (policy, lines) = &*MANY;
            let hunks = [hunk(1, "a"), hunk(2, "b")];
            let mut shuffled: Vec<String> = order.iter().map(|at| lines[*at].clone()).collect();
            shuffled.push(lines[twice].clone());
            let plain = weigh(policy, &hunks, lines);
            let other = weigh(policy, &hunks, &shuffled);
            prop_assert_eq!(format!("{plain:?}"), format!("{other:?}"));
        }
    }
}
