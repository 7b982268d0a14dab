//! All globs of a policy, asked about one path at once.
//!
//! A policy can hold thousands of globs and a change may touch four files, so a glob is
//! looked at only when a path has its file name, first folder, extension or a folder on
//! the way, and compiled only where it is more than text and stars. Those of the built-in
//! rules are found by their longest text, with an automaton that is made when gate is built.

use std::collections::HashMap;
use std::sync::OnceLock;

use globset::{Candidate, GlobMatcher};

use super::braces;
use super::known;
use super::parts::{self, Key};
use crate::rule::{Text, glob};

/// Globs, each with a number that its owner gave it.
#[derive(Debug)]
pub struct Globs {
    own: Vec<Entry>,
    by_text: HashMap<String, usize>,
    by_key: HashMap<OwnKey, Vec<usize>>,
    /// The last tag of each built-in glob, by its place in `links`.
    heads: Vec<u32>,
    /// The tags of built-in globs, each with the place of the one before.
    links: Vec<(u32, u32)>,
}

/// A glob that is not built in.
#[derive(Debug)]
struct Entry {
    text: String,
    shape: Shape,
    tags: Vec<u32>,
}

/// How a glob is matched.
#[derive(Debug)]
enum Shape {
    /// Part by part, as it is written.
    Plain,
    /// The compiled glob decides, where the path begins and ends with the plain text of the glob.
    Compiled { prefix: usize, suffix: usize, matcher: OnceLock<Option<GlobMatcher>> },
}

/// A [`Key`] that owns its text.
type OwnKey = (u8, Vec<u8>);

/// Where no tag is.
const NONE: u32 = u32::MAX;

impl Default for Globs {
    fn default() -> Self {
        Self {
            own: Vec::new(),
            by_text: HashMap::new(),
            by_key: HashMap::new(),
            heads: vec![NONE; known::GLOBS.count()],
            links: Vec::new(),
        }
    }
}

impl Globs {
    /// Adds a glob; paths that it matches are told by `tag`.
    ///
    /// A glob with braces is added as what it stands for: those are mostly of a kind that needs no compiling.
    pub fn add(&mut self, text: &Text, tag: u32) {
        if let Some(place) = known::glob(text) {
            let head = &mut self.heads[place];
            self.links.push((tag, *head));
            *head = u32::try_from(self.links.len() - 1).unwrap_or(NONE);
            return;
        }
        match braces::expand(text) {
            Some(all) => all.iter().for_each(|text| self.add_own(text, tag)),
            None => self.add_own(text, tag),
        }
    }

    fn add_own(&mut self, text: &str, tag: u32) {
        if let Some(&at) = self.by_text.get(text) {
            return self.own[at].tags.push(tag);
        }
        let at = self.own.len();
        let shape = if parts::is_plain(text) { Shape::Plain } else { Shape::compiled(text) };
        let key = if matches!(shape, Shape::Plain) { parts::key(text) } else { Key::None };
        self.by_key.entry(owned(key)).or_default().push(at);
        self.by_text.insert(text.to_owned(), at);
        self.own.push(Entry { text: text.to_owned(), shape, tags: vec![tag] });
    }

    /// Calls `found` with the tag of each glob that matches the path.
    pub fn matching(&self, path: &[u8], mut found: impl FnMut(u32)) {
        for at in known::globs_at(path) {
            let (text, sources) = known::entry(usize::from(at));
            let is_used = sources.iter().any(|&source| self.heads[usize::from(source)] != NONE);
            if is_used && parts::matches(text.as_bytes(), path) {
                sources.iter().for_each(|&source| self.tags(source, &mut found));
            }
        }
        let keys = parts::keys(path).filter(|_| !self.own.is_empty());
        for &at in keys.filter_map(|key| self.by_key.get(&owned(key))).flatten() {
            let entry = &self.own[at];
            if entry.matches(path) {
                entry.tags.iter().for_each(|&tag| found(tag));
            }
        }
    }

    /// Calls `found` with the tag of each glob that speaks of files below this path, were it a folder.
    pub fn below(&self, path: &[u8], mut found: impl FnMut(u32)) {
        let is_below = |text: &str| {
            let rest = text.as_bytes()[..prefix(text)].strip_prefix(path);
            rest.is_some_and(|rest| rest.starts_with(b"/"))
        };
        for entry in self.own.iter().filter(|entry| is_below(&entry.text)) {
            entry.tags.iter().for_each(|&tag| found(tag));
        }
        for (_, sources) in known::entries().filter(|(text, _)| is_below(text)) {
            sources.iter().for_each(|&source| self.tags(source, &mut found));
        }
    }

    fn tags(&self, source: u16, found: &mut impl FnMut(u32)) {
        let mut next = self.heads[usize::from(source)];
        while let Some(&(tag, before)) = self.links.get(next as usize) {
            found(tag);
            next = before;
        }
    }
}

impl Shape {
    fn compiled(text: &str) -> Self {
        let suffix = text.bytes().rposition(is_special).map_or(0, |at| at + 1);
        Self::Compiled { prefix: prefix(text), suffix, matcher: OnceLock::new() }
    }
}

impl Entry {
    fn matches(&self, path: &[u8]) -> bool {
        let text = self.text.as_bytes();
        match &self.shape {
            Shape::Plain => parts::matches(text, path),
            Shape::Compiled { prefix, suffix, matcher } => {
                // A glob that is none matches everything, as it may have been meant for this path. A policy holds
                // no such glob.
                let compile = || glob::compile(&self.text).map(|glob| glob.compile_matcher()).ok();
                let is_match = |glob: &GlobMatcher| glob.is_match_candidate(&Candidate::from_bytes(path));
                path.starts_with(&text[..*prefix])
                    && path.ends_with(&text[*suffix..])
                    && matcher.get_or_init(compile).as_ref().is_none_or(is_match)
            }
        }
    }
}

/// Tells whether this is known to be a glob.
pub fn is_built_in(text: &str) -> bool {
    known::GLOBS.place_of(text).is_some()
}

fn is_special(byte: u8) -> bool {
    matches!(byte, b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'\\')
}

/// Returns how much of a glob is plain text.
fn prefix(text: &str) -> usize {
    text.bytes().position(is_special).unwrap_or(text.len())
}

fn owned(key: Key<'_>) -> OwnKey {
    match key {
        Key::Name(name) => (0, name.to_vec()),
        Key::Folder(folder) => (1, folder.to_vec()),
        Key::InnerFolder(folder) => (2, folder.to_vec()),
        Key::Extension(extension) => (3, extension.to_vec()),
        Key::None => (4, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(glob: &str, path: &str) -> bool {
        let mut globs = Globs::default();
        globs.add(&Text::from(glob), 7);
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
        assert!(matches("{api,dto}/**/name", "api/name"));
        assert!(matches("{api,dto}/**/name", "dto/a/name"));
        assert!(matches("{api,dto}**/name", "api-1/name"));
        // What is compiled: a letter more is neither asked for nor let off at its end.
        assert!(matches("a?/**/name", "ab/name"));
        assert!(matches("a?/**/name", "ab/c/name"));
        assert!(!matches("a?/**/name", "ab/rename"));
        assert!(matches("**/[a-c]", "b") && matches("**/[a-c]/x", "a/x") && !matches("**/[a-c]/x", "d/x"));
        assert!(matches("**/{api,dto}/**/*.{go,rs}", "api/c.go"));
        assert!(!matches("**/{api,dto}/**/*.{go,rs}", "api.go"));
        assert!(!matches("**/{api,dto}/**/*.{go,rs}", "a/dto/b/c.py"));
    }

    #[test]
    fn a_glob_is_compiled_for_paths_that_begin_and_end_as_it_does() {
        let is_compiled = |path: &str| {
            let mut globs = Globs::default();
            globs.add(&"infra/a?/**/x.tf".into(), 1);
            globs.matching(path.as_bytes(), |_| {});
            matches!(&globs.own[0].shape, Shape::Compiled { matcher, .. } if matcher.get().is_some())
        };
        assert!(is_compiled("infra/ab/x.tf"));
        assert!(!is_compiled("infra/ab/y.tf") && !is_compiled("lib/ab/x.tf") && !is_compiled("lib/y.tf"));
    }

    #[test]
    fn the_globs_of_the_packs_are_known() {
        assert!(known::GLOBS.iter().all(is_built_in) && !is_built_in("nobody/has/this"));
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
        globs.add(&"infra/**".into(), 1);
        globs.add(&"*/bad?.tf".into(), 2);
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
            globs.add(&Text::from(*glob), tag as u32);
        }
        let mut found = Vec::new();
        globs.below(b"infra", |tag| found.push(tag));
        assert_eq!(found, [0, 1]);
    }

    proptest! {
        #[test]
        fn answers_are_those_of_globset(
            glob in prop::collection::vec(prop::sample::select(vec![
                "a", "b", ".c", "*", "**", "/", "**/", "/**", "?", "{a,b}", "{a/,}", "[ab]", "\\*", "a/b", "{.c,}", "*a",
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
