//! All globs of a policy, asked about one path at once.
//!
//! A policy can hold thousands of globs and a change may touch four files, so a
//! glob is compiled only when a path has its literal beginning, its literal end
//! and, where it has them, its first folder, file name or extension. Building one
//! `GlobSet` of a thousand globs takes longer than git takes for the diff.

use std::collections::HashMap;
use std::sync::OnceLock;

use bstr::ByteSlice;
use globset::{Candidate, GlobMatcher};

use super::braces;
use crate::rule::glob;

/// Globs, each with a number that its owner gave it.
#[derive(Debug, Default)]
pub struct Globs {
    globs: Vec<Entry>,
    by_folder: HashMap<Vec<u8>, Vec<usize>>,
    by_name: HashMap<Vec<u8>, Vec<usize>>,
    by_extension: HashMap<Vec<u8>, Vec<usize>>,
    /// Globs over all that is below a folder of some name, by that name.
    by_inner_folder: HashMap<Vec<u8>, Vec<usize>>,
    others: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    text: String,
    prefix: usize,
    suffix: usize,
    shape: Shape,
    tag: u32,
    matcher: OnceLock<Option<GlobMatcher>>,
}

/// What has to be looked at beyond the literal beginning and end.
#[derive(Debug, PartialEq, Eq)]
enum Shape {
    /// Nothing but literal text.
    Exact,
    /// `folder/**`: the beginning decides.
    Under,
    /// `**/name` or `**/folder/name`: the end decides, at the margin of a name.
    Named,
    /// `**/*.extension`: the end decides, in the last name.
    Ending,
    /// `**/folder/**`: a folder on the way decides.
    Inside,
    /// `**/folder/**/*.extension`: a folder on the way and the end decide.
    Below,
    /// Anything else: the compiled glob decides.
    Compiled,
}

impl Globs {
    /// Adds a glob; paths that it matches are told by `tag`.
    ///
    /// A glob with braces is added as what it stands for: those are mostly of a kind that needs no compiling.
    pub fn add(&mut self, text: &str, tag: u32) {
        match braces::expand(text) {
            Some(all) => all.iter().for_each(|text| self.add_one(text, tag)),
            None => self.add_one(text, tag),
        }
    }

    fn add_one(&mut self, text: &str, tag: u32) {
        let at = self.globs.len();
        let entry = Entry::new(text, tag);
        let prefix = entry.prefix();
        let suffix = entry.suffix();
        let name = suffix.rfind_byte(b'/').map(|slash| &suffix[slash + 1..]);
        let named = match entry.shape {
            Shape::Exact | Shape::Named => Some(name.unwrap_or(suffix)),
            Shape::Under | Shape::Ending | Shape::Inside | Shape::Below | Shape::Compiled => name,
        };
        if let Some(folder) = entry.inner_folder() {
            self.by_inner_folder.entry(folder.as_bytes().to_vec()).or_default().push(at);
        } else if let Some(name) = named.filter(|name| !name.is_empty()) {
            self.by_name.entry(name.to_vec()).or_default().push(at);
        } else if let Some(slash) = prefix.find_byte(b'/') {
            self.by_folder.entry(prefix[..slash].to_vec()).or_default().push(at);
        } else if let Some(dot) = suffix.rfind_byte(b'.') {
            self.by_extension.entry(suffix[dot + 1..].to_vec()).or_default().push(at);
        } else {
            self.others.push(at);
        }
        self.globs.push(entry);
    }

    /// Calls `found` with the tag of each glob that matches the path.
    pub fn matching(&self, path: &[u8], mut found: impl FnMut(u32)) {
        let name = path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..]);
        let folder = path.find_byte(b'/').map(|slash| &path[..slash]);
        let extension = path.rfind_byte(b'.').map(|dot| &path[dot + 1..]);
        let named = self.by_name.get(name);
        let under = folder.and_then(|folder| self.by_folder.get(folder));
        let ending = extension.and_then(|extension| self.by_extension.get(extension));
        let inside = folders(path).filter_map(|folder| self.by_inner_folder.get(folder));
        let flat = [named, under, ending, Some(&self.others)].into_iter().flatten();
        for &at in flat.chain(inside).flatten() {
            let entry = &self.globs[at];
            if entry.matches(path) {
                found(entry.tag);
            }
        }
    }

    /// Calls `found` with the tag of each glob that speaks of files below this path, were it a folder.
    pub fn below(&self, path: &[u8], mut found: impl FnMut(u32)) {
        for entry in &self.globs {
            let rest = entry.prefix().strip_prefix(path);
            if rest.is_some_and(|rest| rest.starts_with(b"/")) {
                found(entry.tag);
            }
        }
    }
}

impl Entry {
    fn new(glob: &str, tag: u32) -> Self {
        let text = glob.as_bytes();
        let prefix = text.iter().position(|&byte| is_special(byte)).unwrap_or(text.len());
        let suffix = text.iter().rposition(|&byte| is_special(byte)).map_or(0, |at| at + 1);
        // `**/name` also matches `name`: the slash is not part of the end.
        let (start, end) = text.split_at(suffix);
        let is_deep = start == b"**" || start.ends_with(b"/**");
        let suffix = if is_deep && end.starts_with(b"/") { suffix + 1 } else { suffix };
        let shape = match (&text[..prefix], &text[prefix..suffix.max(prefix)]) {
            (_, b"") => Shape::Exact,
            (start, b"**") if suffix == text.len() && start.ends_with(b"/") => Shape::Under,
            (b"", b"**/") => Shape::Named,
            (b"", b"**/*") if !text[suffix..].contains(&b'/') => Shape::Ending,
            (b"", _) => inner_shape(glob),
            _ => Shape::Compiled,
        };
        Self { text: glob.to_owned(), prefix, suffix, shape, tag, matcher: OnceLock::new() }
    }

    /// Returns the folder that a path must have on its way.
    fn inner_folder(&self) -> Option<&str> {
        let rest = self.text.strip_prefix("**/")?;
        match self.shape {
            Shape::Inside | Shape::Below => rest.split('/').next(),
            Shape::Exact | Shape::Under | Shape::Named | Shape::Ending | Shape::Compiled => None,
        }
    }

    fn prefix(&self) -> &[u8] {
        &self.text.as_bytes()[..self.prefix]
    }

    fn suffix(&self) -> &[u8] {
        &self.text.as_bytes()[self.suffix..]
    }

    fn matches(&self, path: &[u8]) -> bool {
        let (prefix, suffix) = (self.prefix(), self.suffix());
        if !path.starts_with(prefix) || !path.ends_with(suffix) {
            return false;
        }
        let before = &path[..path.len() - suffix.len()];
        match self.shape {
            Shape::Exact => path.len() == suffix.len(),
            Shape::Under => path.len() > prefix.len(),
            Shape::Named => before.is_empty() || before.ends_with(b"/"),
            Shape::Ending => true,
            // It was found by its folder.
            Shape::Inside => true,
            Shape::Below => !before.is_empty(),
            Shape::Compiled => {
                self.compiled().is_none_or(|glob| glob.is_match_candidate(&Candidate::from_bytes(path)))
            }
        }
    }

    /// A glob that is none matches everything, as it may have been meant for this path. A policy holds no such glob.
    fn compiled(&self) -> Option<&GlobMatcher> {
        let compile = || glob::compile(&self.text).map(|glob| glob.compile_matcher());
        self.matcher.get_or_init(|| compile().ok()).as_ref()
    }
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'\\')
}

/// Tells `**/folder/**` and `**/folder/**/*.extension` from what has to be compiled.
fn inner_shape(text: &str) -> Shape {
    let is_plain = |text: &str| !text.is_empty() && !text.bytes().any(is_special);
    match text.split('/').collect::<Vec<_>>()[..] {
        ["**", folder, "**"] if is_plain(folder) => Shape::Inside,
        ["**", folder, "**", name] if is_plain(folder) => match name.strip_prefix('*') {
            Some(end) if is_plain(end) => Shape::Below,
            _ => Shape::Compiled,
        },
        _ => Shape::Compiled,
    }
}

/// Returns the folders on the way of a path.
fn folders(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    let way = path.rfind_byte(b'/').map(|slash| &path[..slash]);
    way.into_iter().flat_map(|way| way.split_str("/"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        let mut globs = Globs::default();
        globs.add(glob, 7);
        let mut found = false;
        globs.matching(path.as_bytes(), |tag| found |= tag == 7);
        found
    }

    #[test]
    fn each_shape_matches_what_it_says() {
        assert!(matches("gate.toml", "gate.toml"));
        assert!(!matches("gate.toml", "a/gate.toml"));
        assert!(matches("infra/**", "infra/a/b.tf"));
        assert!(!matches("infra/**", "infra"));
        assert!(matches("**/Dockerfile", "Dockerfile"));
        assert!(matches("**/Dockerfile", "a/b/Dockerfile"));
        assert!(!matches("**/Dockerfile", "a/MyDockerfile"));
        assert!(matches("**/*.tf", "main.tf"));
        assert!(matches("**/*/x", "a/x"));
        assert!(!matches("*.tf", "infra/main.tf"));
        assert!(matches("services/*/config/*.yaml", "services/a/config/b.yaml"));
        assert!(!matches("services/*/config/*.yaml", "services/a/b/config/b.yaml"));
        assert!(matches("**", "a/b"));
        assert!(matches("k8s/{dev,prod}/**", "k8s/prod/a.yaml"));
        assert!(matches("**/test/**", "a/test/b/c"));
        assert!(matches("**/test/**", "test/c"));
        assert!(!matches("**/test/**", "a/test"));
        assert!(!matches("**/test/**", "atest/b"));
        assert!(matches("**/{api,dto}/**/*.{go,rs}", "a/dto/b/c.rs"));
        assert!(matches("**/{api,dto}/**/*.{go,rs}", "api/c.go"));
        assert!(!matches("**/{api,dto}/**/*.{go,rs}", "api.go"));
        assert!(!matches("**/{api,dto}/**/*.{go,rs}", "a/dto/b/c.py"));
    }

    #[test]
    fn names_are_never_patterns() {
        assert!(matches("svc*/{a,b}/x", "svc[1]/a/x"));
        assert!(!matches("svc[1]/x", "svc[1]/x"));
        assert!(matches(r"svc\[1\]/x", "svc[1]/x"));
    }

    #[test]
    fn paths_that_are_not_utf_8_are_matched() {
        let mut globs = Globs::default();
        globs.add("infra/**", 1);
        globs.add("*/bad?.tf", 2);
        let mut found = Vec::new();
        globs.matching(b"infra/bad\xff.tf", |tag| found.push(tag));
        found.sort_unstable();
        assert_eq!(found, [1, 2]);
    }

    #[test]
    fn a_folder_is_told_from_globs_below_it() {
        let mut globs = Globs::default();
        for (tag, glob) in
            ["infra/**", "infra/prod/*.tf", "infrastructure/**", "**/infra/x"].iter().enumerate()
        {
            globs.add(glob, tag as u32);
        }
        let mut found = Vec::new();
        globs.below(b"infra", |tag| found.push(tag));
        assert_eq!(found, [0, 1]);
    }

    proptest! {
        #[test]
        fn answers_are_those_of_globset(
            glob in prop::collection::vec(prop::sample::select(vec![
                "a", "b", ".c", "*", "**", "/", "**/", "/**", "?", "{a,b}", "{a/,}", "[ab]", "\\*", "a/b",
            ]), 1..7),
            path in "[abc./*]{1,8}",
        ) {
            let text = glob.concat();
            if let Ok(built) = glob::compile(&text) {
                let is_match = built.compile_matcher().is_match_candidate(&Candidate::from_bytes(&path));
                prop_assert_eq!(matches(&text, &path), is_match, "{} on {}", text, path);
            }
        }
    }
}
