//! One review, from what the caller asks to its report: repository, policy, source.

mod error;
pub mod ruling;
mod surroundings;

use std::path::PathBuf;

use jiff::Timestamp;

pub use self::error::Error;
use self::ruling::{OnlyPolicy, Ruling};
use self::surroundings::{must_be_current, with_remedy};
use crate::change::{FileChange, ObjectId};
use crate::ci;
use crate::classify::{Always, Classifier, Judged};
use crate::diagnostic::{Diagnostic, Mistakes, Severity};
use crate::git::{Asked, Content, NOTES_REF, Provided, Range, Repo};
use crate::policy::FILE_NAME;
use crate::report::{HunkReport, Level, Notice, Report};
use crate::review::{self, Source as _, Terms, review};
use crate::verdict::Verdict;

/// What is said of the change that brings the policy.
const FIRST: &str = "the first gate.toml: it rules from the next change on";

/// What a caller asks to have judged.
#[derive(Clone, Debug)]
pub struct Request {
    /// The repository.
    pub repo: PathBuf,
    /// `main..HEAD`, `A...B` or one revision.
    pub range: Option<String>,
    /// `--base`.
    pub base: Option<String>,
    /// `--head`.
    pub head: Option<String>,
    /// `--target`.
    pub target: Option<String>,
    /// `--policy`.
    pub policy: Option<PathBuf>,
    /// Who opened the change.
    pub opener: Option<String>,
    /// Who pushes it.
    pub pusher: Option<String>,
    /// What is on the new side.
    pub content: Content,
    /// The index that a hook of `git commit` is to look at.
    pub index: Option<PathBuf>,
    /// Whether nothing is to be enforced, whatever the policy says.
    pub advisory: bool,
    /// What the CI system says.
    pub run: Option<ci::Run>,
    /// The time of the review.
    pub now: Timestamp,
    /// What the caller has to say besides.
    pub notices: Vec<Notice>,
}

/// An open repository, the range in it, and what judges it.
pub struct Session {
    /// The repository.
    pub repo: Repo,
    /// The range.
    pub range: Range,
    /// The policy, and where it was read.
    pub ruling: Ruling,
    /// Where the notes are read, when not where their ref is: in a push that brings its own.
    pub notes: Option<ObjectId>,
    request: Request,
}

impl Request {
    /// Asks for the change of the repository in this folder, with no wish of any kind.
    pub fn plain(content: Content, now: Timestamp) -> Self {
        Self {
            repo: PathBuf::from("."),
            range: None,
            base: None,
            head: None,
            target: None,
            policy: None,
            opener: None,
            pusher: None,
            content,
            index: None,
            advisory: false,
            run: None,
            now,
            notices: Vec::new(),
        }
    }
}

impl Session {
    /// Opens the repository and finds the range and the policy that judges it.
    pub fn open(request: Request) -> Result<Self, Error> {
        let run = request.run.clone();
        let asks = [&request.range, &request.base].into_iter().any(Option::is_some);
        let open = || {
            let repo = Repo::open(&request.repo)?;
            let range = Range { index: request.index.clone(), ..range(&repo, &request)? };
            if let (false, Some(run)) = (asks, &request.run) {
                must_be_current(&repo, &range, run)?;
            }
            Self::of(repo, range, request)
        };
        open().map_err(|error| with_remedy(error, run.as_ref()))
    }

    /// Judges a range that the caller has found, such as a push.
    pub fn of(repo: Repo, range: Range, request: Request) -> Result<Self, Error> {
        let ruling = ruling::find(&repo, &range, request.policy.as_deref())?;
        Ok(Self::by(repo, range, request, ruling))
    }

    /// Judges a range by a policy that the caller has found.
    pub fn by(repo: Repo, range: Range, request: Request, ruling: Ruling) -> Self {
        Self { repo, range, ruling, notes: None, request }
    }

    /// Reviews the change.
    pub fn report(&self) -> Result<Report, Error> {
        self.reviewed().map_err(|error| with_remedy(error, self.request.run.as_ref()))
    }

    /// Hands each changed file of a range to `judge` and returns all that came back, in the order of the paths.
    pub fn judge(
        &self,
        range: &Range,
        judge: &(dyn Fn(&FileChange) -> Vec<Judged> + Sync),
    ) -> Result<Vec<Judged>, Error> {
        Ok(self.repo.read(range)?.judge(judge)?)
    }

    fn reviewed(&self) -> Result<Report, Error> {
        let mut report = self.review_of(&self.range)?;
        self.hold_what_lies_before(&mut report)?;
        report.notices.extend(self.ruling.notices.iter().chain(&self.request.notices).cloned());
        self.say_advisory(&mut report);
        self.say_missing_notes(&mut report)?;
        match &self.ruling.only_policy {
            Some(OnlyPolicy::Bootstrap) => bootstrap(&mut report)?,
            Some(OnlyPolicy::Mending(mistakes)) => mending(&mut report, mistakes)?,
            None => {}
        }
        self.hold_broken_policy(&mut report)?;
        Ok(report)
    }

    fn review_of(&self, range: &Range) -> Result<Report, Error> {
        let policy = &self.ruling.policy;
        // The policy is made ready while the repository is read.
        let classifier = || Classifier::new(policy).map_err(review::Error::Services);
        let (source, classifier) = std::thread::scope(|scope| {
            let beside = std::thread::Builder::new().spawn_scoped(scope, classifier);
            let source = self.repo.read(range);
            // Where no more threads may be made, it is made ready now.
            (source, beside.map_or_else(|_| Ok(classifier()), std::thread::ScopedJoinHandle::join))
        });
        let mut source = source?;
        let classifier = classifier.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        if self.notes.is_some() {
            source = source.with_notes_at(self.notes)?;
        }
        let terms = Terms {
            policy,
            source: self.ruling.source.clone(),
            now: self.request.now,
            enforced: policy.gate.enforce && !self.request.advisory,
            opener: self.opener(),
            pusher: self.request.pusher.as_deref(),
        };
        review(&source, &terms, classifier).map_err(Error::from)
    }

    /// A base inside the change must not hide what lies before it.
    fn hold_what_lies_before(&self, report: &mut Report) -> Result<(), Error> {
        let Some(tip) = self.ruling.beside else { return Ok(()) };
        let whole = self.review_of(&Range { base: tip, ..self.range.clone() })?;
        let base = self.range.base.short();
        let (level, message) = if whole.verdict == Verdict::Blocked && report.verdict == Verdict::Pass {
            report.verdict = Verdict::Blocked;
            let message = format!(
                "the base {base} is not on the target, and what lies before it needs sign-offs as well"
            );
            (Level::Alert, message)
        } else {
            (
                Level::Warning,
                format!("the base {base} is not on the target: what lies before it is not shown"),
            )
        };
        let help = Some("name the target as the base, to see all of it".to_owned());
        report.notices.push(Notice { level, message, help });
        Ok(())
    }

    /// Returns the time of the review.
    pub fn now(&self) -> Timestamp {
        self.request.now
    }

    /// Returns who opened the change: as the caller says, else as the CI system does.
    fn opener(&self) -> Option<&str> {
        let provided = self.request.run.as_ref().and_then(|run| run.opener.as_deref());
        self.request.opener.as_deref().or(provided)
    }

    fn say_advisory(&self, report: &mut Report) {
        if !report.enforced && report.verdict == Verdict::Blocked {
            let why =
                if self.request.advisory { "asked for with --advisory" } else { "`[gate] enforce = false`" };
            report.notices.push(Notice {
                level: Level::Alert,
                message: format!(
                    "nothing is enforced ({why}): this run passes although the change is blocked"
                ),
                help: None,
            });
        }
    }

    /// A clone does not fetch notes by itself: say so before anyone wonders where a sign-off went.
    fn say_missing_notes(&self, report: &mut Report) -> Result<(), Error> {
        report.has_remote = self.repo.has_remote()?;
        let missing = report.requirements.iter().any(|row| row.missing > 0);
        let here = || {
            Ok::<_, crate::git::Error>(
                self.repo.notes()?.commit().is_some() || !self.repo.fetched_notes()?.is_empty(),
            )
        };
        if missing && report.has_remote && !here()? {
            report.notices.push(Notice {
                level: Level::Note,
                message: format!("{NOTES_REF} is not in this repository, so no sign-off was found"),
                help: Some(format!("if there are any, fetch them: git fetch origin {NOTES_REF}:{NOTES_REF}")),
            });
        }
        Ok(())
    }

    /// A policy with errors must not land: nobody could judge what comes after it.
    fn hold_broken_policy(&self, report: &mut Report) -> Result<(), Error> {
        let policy = &self.ruling.policy;
        let owners = policy.owners_from.iter().flat_map(|owners| &owners.places);
        let files: Vec<&String> = policy.key_files.iter().chain(owners).collect();
        let ours = |path: &str| path == FILE_NAME || files.iter().any(|file| *file == path);
        let touched =
            report.hunks.iter().any(|hunk| ours(&hunk.path) || hunk.old_path.as_deref().is_some_and(ours));
        if !touched || self.range.content != Content::Commits {
            return Ok(());
        }
        if let Err(mistakes) = ruling::left_behind(&self.repo, self.range.head)? {
            report.verdict = Verdict::Blocked;
            report.notices.retain(|notice| notice.message != FIRST);
            for hunk in report.hunks.iter_mut().filter(|hunk| ours(&hunk.path)) {
                hunk.covered = false;
            }
            report.notices.extend(mistakes.iter().flat_map(broken));
        }
        Ok(())
    }
}

/// Finds the range: a push to a protected branch from its old tip to its new one, else base and head.
fn range(repo: &Repo, request: &Request) -> Result<Range, Error> {
    let asks = [&request.range, &request.base, &request.head].into_iter().any(Option::is_some);
    let push = request.run.as_ref().and_then(|run| run.push.as_ref()).filter(|_| !asks);
    if let Some(push) = push
        && let Some(old) = push.old
    {
        let range = Range::push(old, push.new, push.branch.clone());
        if ruling::protects(repo, &range, &push.branch)? {
            return Ok(range);
        }
    }
    Ok(repo.range(&asked(request))?)
}

/// Puts what the caller says before what the CI system says.
fn asked(request: &Request) -> Asked<'_> {
    let provided = request.run.as_ref().map_or_else(Provided::default, |run| Provided {
        base: run.base.as_deref(),
        head: (!run.merge_commit).then_some(run.head.as_str()),
        target: run.target.as_deref(),
        merge: run.merge_commit.then_some(run.head.as_str()),
    });
    Asked {
        range: request.range.as_deref(),
        base: request.base.as_deref(),
        head: request.head.as_deref(),
        target: request.target.as_deref(),
        provided,
        content: request.content,
    }
}

/// Without any policy, the policy itself may land, with its key files and the CI files that call gate.
fn bootstrap(report: &mut Report) -> Result<(), Error> {
    let foreign = report.hunks.iter().find(|hunk| !is_bootstrap(hunk));
    if let Some(hunk) = foreign {
        return Err(Error::asked(
            format!(
                "neither the target nor the default branch has a {FILE_NAME}, so nothing can judge `{}`",
                hunk.path
            ),
            format!("land {FILE_NAME} alone first: gate init writes one"),
        ));
    }
    report.verdict = Verdict::Pass;
    report.requirements.clear();
    report.hunks.iter_mut().for_each(|hunk| hunk.covered = true);
    let brings = report.hunks.iter().any(|hunk| hunk.path == FILE_NAME);
    report.notices.retain(|notice| notice.level == Level::Alert);
    if brings {
        report.notices.push(Notice { level: Level::Note, message: FIRST.to_owned(), help: None });
    }
    Ok(())
}

fn is_bootstrap(hunk: &HunkReport) -> bool {
    let allowed = [Always::Policy, Always::KeyFile, Always::Ci].map(Always::id);
    hunk.path == FILE_NAME || hunk.findings.iter().any(|finding| allowed.contains(&finding.rule.as_str()))
}

/// Behind a policy that can't be read, only its mending may land.
fn mending(report: &mut Report, mistakes: &[Mistakes]) -> Result<(), Error> {
    let allowed = [Always::Policy, Always::KeyFile, Always::Owners].map(Always::id);
    let mends =
        |hunk: &HunkReport| hunk.findings.iter().any(|finding| allowed.contains(&finding.rule.as_str()));
    if report.hunks.is_empty() || !report.hunks.iter().all(mends) {
        return Err(Error::Mistakes(mistakes.to_vec()));
    }
    report.notices.push(Notice {
        level: Level::Warning,
        message: format!(
            "the target's {FILE_NAME} has mistakes; the newest one that can be read judges its mending"
        ),
        help: None,
    });
    Ok(())
}

/// Tells each mistake of a policy that a change would leave behind.
fn broken(mistakes: &Mistakes) -> Vec<Notice> {
    let notice = |mistake: &Diagnostic| {
        let line = mistake.span.as_ref().map(|span| line_of(&mistakes.source, span.start));
        let place = line.map_or_else(|| mistakes.file.clone(), |line| format!("{}:{line}", mistakes.file));
        Notice {
            level: Level::Warning,
            message: format!("{place}: {}", mistake.message),
            help: mistake.help.clone(),
        }
    };
    mistakes.diagnostics.iter().filter(|mistake| mistake.severity == Severity::Error).map(notice).collect()
}

fn line_of(source: &str, at: usize) -> usize {
    1 + source.bytes().take(at).filter(|byte| *byte == b'\n').count()
}
