//! What is architectural whatever the rules say, told by the path.

use bstr::{BStr, BString, ByteSlice};

use super::Always;
use super::globs::Globs;
use crate::change::path;
use crate::rule::Text;

/// The name of the policy's file, at the top of the repository.
const POLICY: &str = "gate.toml";

/// The files that CI systems take their orders from. A change to one can switch gate off.
const CI: &[&str] = &[
    ".agola/**",
    ".appveyor.{yaml,yml}",
    ".azure-devops/**",
    ".azure-pipelines/**",
    ".azure/pipelines/**",
    ".azuredevops/**",
    ".bitrise.{yaml,yml}",
    ".buddy/**",
    ".build.yml",
    ".buildkite/**",
    ".builds/**",
    ".cds/**",
    ".ci-operator.{yaml,yml}",
    ".ci/**",
    ".circleci/**",
    ".cirrus.{star,yaml,yml}",
    ".cirun.{yaml,yml}",
    ".cnb.{yaml,yml}",
    ".codefresh/**",
    ".coding-ci.{yaml,yml}",
    ".depot/actions/**",
    ".depot/workflows/**",
    ".drone.{jsonnet,star,yaml,yml}",
    ".forgejo/actions/**",
    ".forgejo/workflows/**",
    ".gitea/actions/**",
    ".gitea/workflows/**",
    ".github/actions/**",
    ".github/workflows/**",
    ".gitlab-ci.{yaml,yml}",
    ".gitlab-ci/**",
    ".gitlab/ci/**",
    ".gocd.{yaml,yml}",
    ".harness/**",
    ".lighthouse/**",
    ".onedev-buildspec.{xml,yaml,yml}",
    ".packit.{yaml,yml}",
    ".pipelines/**",
    ".prow.{yaml,yml}",
    ".prow/**",
    ".radicle/native.{yaml,yml}",
    ".rwx/**",
    ".scrutinizer.{yaml,yml}",
    ".semaphore/**",
    ".space.kts",
    ".spacelift/config.{yaml,yml}",
    ".tangled/workflows/**",
    ".teamcity/**",
    ".tekton/**",
    ".travis.{yaml,yml}",
    ".vela.{py,star,yaml,yml}",
    ".vela/**",
    ".vsts-ci.{yaml,yml}",
    ".vsts-pipelines/**",
    ".werft/**",
    ".woodpecker.{yaml,yml}",
    ".woodpecker/**",
    ".workflow/*.{yaml,yml}",
    ".zuul.d/**",
    ".zuul.{yaml,yml}",
    "action.{yaml,yml}",
    "appveyor.{yaml,yml}",
    "atlantis.{yaml,yml}",
    "bamboo-specs/**",
    "bitbucket-pipelines.{yaml,yml}",
    "bitrise.{yaml,yml}",
    "buddy.{yaml,yml}",
    "buildkite.{json,yaml,yml}",
    "buildkite/**",
    "ci_scripts/**",
    "circle.yml",
    "codefresh.{yaml,yml}",
    "codemagic.{yaml,yml}",
    "codeship-{services,steps}.{yaml,yml}",
    "jenkins-x.{yaml,yml}",
    "screwdriver.{yaml,yml}",
    "shippable.{yaml,yml}",
    "vsts-ci.{yaml,yml}",
    "wercker.{yaml,yml}",
    "zuul.d/**",
    "zuul.{yaml,yml}",
    "**/*.gitlab-ci.{yaml,yml}",
    "**/*.gocd.{json,yaml,yml}",
    "**/*.jenkinsfile",
    "**/.azure-pipelines*.{yaml,yml}",
    "**/azure-pipelines*.{yaml,yml}",
    "**/buildspec*.{yaml,yml}",
    "**/ci_scripts/ci_*.sh",
    "**/cloudbuild*.{json,yaml,yml}",
    "**/jenkinsfile",
    "**/jenkinsfile.*",
];

/// The paths that are always architectural.
#[derive(Debug)]
pub struct Fixed {
    key_files: Vec<BString>,
    /// Where a CODEOWNERS file may stand.
    owners: Vec<BString>,
    ci: Globs,
}

impl Fixed {
    /// Makes the table, with the key files that gate.toml names and the places of the CODEOWNERS file it reads.
    pub fn new(key_files: &[String], owners: &[String]) -> Self {
        let mut ci = Globs::default();
        CI.iter().for_each(|glob| ci.add(&Text::from(*glob), 0));
        let folded = |files: &[String]| files.iter().map(|file| path::folded(BStr::new(file))).collect();
        Self { key_files: folded(key_files), owners: folded(owners), ci }
    }

    /// Adds what the path is, given with its folded form. `is_pointer` says that it leads elsewhere, as a symbolic
    /// link does: then files below it are meant too.
    pub fn of(&self, path: &BStr, folded: &BStr, is_pointer: bool, found: &mut Vec<Always>) {
        let mut add = |always: Always, is_so: bool| {
            if is_so && !found.contains(&always) {
                found.push(always);
            }
        };
        let is_or_holds =
            |file: &[u8]| folded == file || below(folded, file) || (is_pointer && below(file, folded));
        add(Always::Policy, is_or_holds(POLICY.as_bytes()) || path::looks_like(path, POLICY));
        add(Always::KeyFile, self.key_files.iter().any(|file| is_or_holds(file)));
        add(Always::Owners, self.owners.iter().any(|file| is_or_holds(file)));
        // Windows' short names of these files work too.
        let is_named = |name: &str, shorts: [&str; 2]| {
            let is_short = |part: &[u8]| shorts.iter().any(|short| part.starts_with(short.as_bytes()));
            folded.split_str("/").any(|part| part == name.as_bytes() || is_short(part))
        };
        add(Always::GitAttributes, is_named(".gitattributes", ["gitatt~", "gi7d29~"]));
        add(Always::GitModules, is_named(".gitmodules", ["gitmod~", "gi7eba~"]));
        let mut is_ci = false;
        self.ci.matching(folded, |_| is_ci = true);
        if is_pointer {
            self.ci.below(folded, |_| is_ci = true);
        }
        // No CI system runs prose, which lies beside workflows to explain them.
        add(Always::Ci, is_ci && (is_pointer || !folded.ends_with(b".md")));
        add(Always::SuspiciousPath, path::suspicion(path).is_some());
    }
}

impl Always {
    /// Tells whether a `[[local]]` may take the finding back.
    pub(super) fn yields_to_local(self) -> bool {
        match self {
            Self::Opaque | Self::Symlink | Self::Submodule | Self::Mode | Self::Unmatched => true,
            Self::Policy | Self::KeyFile | Self::Owners => false,
            Self::GitAttributes | Self::GitModules | Self::Ci => false,
            Self::SuspiciousPath | Self::HiddenCharacters => false,
        }
    }

    /// Tells whether the finding is void in a hunk of nothing but comments.
    pub(super) fn yields_to_comments(self) -> bool {
        match self {
            Self::Policy | Self::KeyFile | Self::Owners => true,
            Self::GitAttributes | Self::GitModules | Self::Ci => true,
            Self::SuspiciousPath | Self::HiddenCharacters => false,
            Self::Opaque | Self::Symlink | Self::Submodule | Self::Mode | Self::Unmatched => true,
        }
    }

    /// Tells whether the finding is void in a hunk of nothing but layout: what decides over gate itself, or runs it,
    /// is looked at all the same.
    pub(super) fn yields_to_layout(self) -> bool {
        match self {
            Self::Unmatched => true,
            Self::Policy | Self::KeyFile | Self::Owners => false,
            Self::GitAttributes | Self::GitModules | Self::Ci => false,
            Self::SuspiciousPath | Self::HiddenCharacters => false,
            Self::Opaque | Self::Symlink | Self::Submodule | Self::Mode => false,
        }
    }
}

/// Tells whether `path` is in the folder `folder`.
fn below(path: &[u8], folder: &[u8]) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn always(path: &str) -> Vec<Always> {
        of(path, false)
    }

    fn of(path: &str, is_pointer: bool) -> Vec<Always> {
        let fixed = Fixed::new(&[".github/allowed_signers".to_owned()], &["docs/CODEOWNERS".to_owned()]);
        let mut found = Vec::new();
        fixed.of(path.into(), path::folded(path.into()).as_ref(), is_pointer, &mut found);
        found
    }

    #[test]
    fn policy_and_its_look_alikes_are() {
        for path in ["gate.toml", "GATE.toml", "gate.toml/x", "gate.toml::$DATA"] {
            assert_eq!(always(path), [Always::Policy], "{path}");
        }
        assert_eq!(always("g\u{430}te.toml"), [Always::Policy, Always::SuspiciousPath]);
        assert_eq!(always("docs/gate.toml"), []);
    }

    #[test]
    fn key_files_and_git_files_are() {
        assert_eq!(always(".github/Allowed_Signers"), [Always::KeyFile]);
        assert_eq!(always("a/b/.gitattributes"), [Always::GitAttributes]);
        assert_eq!(always(".GitModules"), [Always::GitModules]);
        assert_eq!(always("gitmod~1"), [Always::GitModules, Always::SuspiciousPath]);
        assert_eq!(always("GI7EBA~1"), [Always::GitModules, Always::SuspiciousPath]);
        assert_eq!(always("a/gi7d29~2"), [Always::GitAttributes, Always::SuspiciousPath]);
        assert_eq!(always(".gitignore"), []);
        assert_eq!(always("docs/codeowners"), [Always::Owners]);
        assert_eq!(of("docs", true), [Always::Owners]);
    }

    #[test]
    fn ci_files_of_every_provider_are() {
        for path in [
            ".github/workflows/ci.yml",
            ".github/actions/setup/action.yml",
            "action.yml",
            ".gitlab-ci.yml",
            "ci/build.gitlab-ci.yml",
            "Jenkinsfile",
            "deploy/Jenkinsfile.prod",
            ".circleci/config.yml",
            "azure-pipelines-pr.yml",
            "bitbucket-pipelines.yml",
            ".buildkite/pipeline.yml",
            ".woodpecker/test.yaml",
            ".drone.yml",
            ".travis.yml",
            "appveyor.yml",
            "infra/cloudbuild.yaml",
            ".teamcity/settings.kts",
            ".semaphore/semaphore.yml",
            "buildspec.yml",
            ".azure-pipelines.yml",
            "buildkite/pipeline.yml",
            "buildkite.yml",
            ".prow/jobs.yaml",
            ".vela.yml",
            ".space.kts",
            ".onedev-buildspec.yml",
            ".travis.yaml",
            ".GitHub/Workflows/ci.yml",
        ] {
            assert_eq!(always(path), [Always::Ci], "{path}");
        }
        for path in [
            ".github/CODEOWNERS",
            ".github/workflows/README.md",
            "src/action.yml",
            "docs/jenkinsfiles.md",
            "src/workflows/a.ts",
            "docs/atlantis.yaml",
            "src/buddy.yml",
            ".radicle/notes.yaml",
        ] {
            assert_eq!(always(path), [], "{path}");
        }
    }

    #[test]
    fn ci_files_of_rarer_providers_are() {
        for path in [
            ".workflow/master.yml",
            ".cnb.yml",
            ".coding-ci.yml",
            "buddy.yml",
            ".buddy/fix.yml",
            ".depot/workflows/a.yml",
            ".tangled/workflows/a.yml",
            ".radicle/native.yaml",
            ".rwx/ci.yml",
            ".lighthouse/jenkins-x/triggers.yaml",
            "jenkins-x.yml",
            ".werft/build.ts",
            "x.gocd.yaml",
            "pipelines/x.gocd.json",
            ".cds/a.yml",
            "ci_scripts/ci_post_clone.sh",
            "ios/ci_scripts/ci_pre_xcodebuild.sh",
            ".spacelift/config.yml",
            "atlantis.yaml",
            ".cirun.yml",
        ] {
            assert_eq!(always(path), [Always::Ci], "{path}");
        }
    }

    #[test]
    fn link_in_place_of_a_folder_stands_for_what_is_below() {
        assert_eq!(of(".github", true), [Always::KeyFile, Always::Ci]);
        assert_eq!(of(".github", false), []);
        assert_eq!(of(".circleci", true), [Always::Ci]);
    }
}
