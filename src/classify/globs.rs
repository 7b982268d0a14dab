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
    /// Globs over what is below a folder of some name, wherever it stands.
    by_inner_folder: HashMap<Vec<u8>, Vec<usize>>,
    others: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    text: String,
    prefix: usize,
    suffix: usize,
    /// The end is a whole name, or more.
    is_named: bool,
    shape: Shape,
    tag: u32,
}

/// How a glob is matched.
#[derive(Debug)]
enum Shape {
    /// `*`, `**` and plain text: part by part between the slashes.
    Parts(Vec<Part>),
    /// Anything else: the compiled glob decides.
    Compiled(OnceLock<Option<GlobMatcher>>),
}

/// What stands between two slashes of a glob.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// `**`
    Any,
    /// Plain text and `*`.
    Name(Vec<u8>),
}

impl Globs {
    /// Adds a glob; paths that it matches are told by `tag`.
    ///
    /// A glob with braces is added as what it stands for: those are mostly of a kind that needs no compiling.
    pub fn add(&mut self, text: &str, tag: u32) {
        match braces::expand(text) {
            Some(all) => all.iter().for_each(|text| self.add_one(Entry::new(text, tag))),
            None => self.add_one(Entry::new(text, tag)),
        }
    }

    fn add_one(&mut self, entry: Entry) {
        let at = self.globs.len();
        let (prefix, suffix) = (entry.prefix(), entry.suffix());
        let name = match suffix.rfind_byte(b'/') {
            Some(slash) => &suffix[slash + 1..],
            None if entry.is_named => suffix,
            None => b"",
        };
        if !name.is_empty() {
            self.by_name.entry(name.to_vec()).or_default().push(at);
        } else if let Some(slash) = prefix.find_byte(b'/') {
            self.by_folder.entry(prefix[..slash].to_vec()).or_default().push(at);
        } else if let Some(folder) = entry.inner_folder() {
            self.by_inner_folder.entry(folder.to_vec()).or_default().push(at);
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
        let is_special = |byte: u8| matches!(byte, b'*' | b'?' | b'[' | b']' | b'{' | b'}' | b'\\');
        let prefix = text.iter().position(|&byte| is_special(byte)).unwrap_or(text.len());
        let suffix = text.iter().rposition(|&byte| is_special(byte)).map_or(0, |at| at + 1);
        // `**/name` also matches `name`: the slash is not part of the end.
        let (start, end) = text.split_at(suffix);
        let is_deep = (start == b"**" || start.ends_with(b"/**")) && end.starts_with(b"/");
        let suffix = if is_deep { suffix + 1 } else { suffix };
        let parts = text.split(|&byte| byte == b'/').map(Part::new).collect::<Option<Vec<Part>>>();
        let shape = parts.map_or_else(|| Shape::Compiled(OnceLock::new()), Shape::Parts);
        Self { text: glob.to_owned(), prefix, suffix, is_named: is_deep || suffix == 0, shape, tag }
    }

    /// Returns the folder that a path must have on its way, for a glob that says no more of its beginning.
    fn inner_folder(&self) -> Option<&[u8]> {
        let Shape::Parts(parts) = &self.shape else { return None };
        match parts.as_slice() {
            [Part::Any, Part::Name(folder), _, ..] if !folder.contains(&b'*') => Some(folder),
            _ => None,
        }
    }

    fn prefix(&self) -> &[u8] {
        &self.text.as_bytes()[..self.prefix]
    }

    fn suffix(&self) -> &[u8] {
        &self.text.as_bytes()[self.suffix..]
    }

    fn matches(&self, path: &[u8]) -> bool {
        if !path.starts_with(self.prefix()) || !path.ends_with(self.suffix()) {
            return false;
        }
        match &self.shape {
            Shape::Parts(parts) => are_parts(parts, path),
            Shape::Compiled(matcher) => {
                // A glob that is none matches everything, as it may have been meant for this path. A policy holds
                // no such glob.
                let compile = || glob::compile(&self.text).map(|glob| glob.compile_matcher());
                let matcher = matcher.get_or_init(|| compile().ok()).as_ref();
                matcher.is_none_or(|glob| glob.is_match_candidate(&Candidate::from_bytes(path)))
            }
        }
    }
}

impl Part {
    /// Reads a part; `None` where it holds more than plain text and stars.
    fn new(text: &[u8]) -> Option<Self> {
        match text {
            b"**" => Some(Self::Any),
            _ if text.contains_str("**") || text.iter().any(|byte| b"?[]{}\\".contains(byte)) => None,
            _ => Some(Self::Name(text.to_vec())),
        }
    }
}

/// Matches the parts of a glob against those of a path. After a mismatch the last `**` takes one part more: going
/// back to an earlier one could not help.
fn are_parts(parts: &[Part], path: &[u8]) -> bool {
    let names: Vec<&[u8]> = path.split(|&byte| byte == b'/').collect();
    let (mut part, mut name) = (0, 0);
    let mut retry = None;
    while name < names.len() {
        let is_match = match parts.get(part) {
            Some(Part::Any) => {
                // At the end it stands for one part at least.
                if part + 1 == parts.len() {
                    return true;
                }
                retry = Some((part + 1, name));
                part += 1;
                continue;
            }
            Some(Part::Name(glob)) => is_name(glob, names[name]),
            None => false,
        };
        match (is_match, retry) {
            (true, _) => (part, name) = (part + 1, name + 1),
            (false, Some((behind, from))) => {
                retry = Some((behind, from + 1));
                (part, name) = (behind, from + 1);
            }
            (false, None) => return false,
        }
    }
    part == parts.len()
}

/// Matches plain text and stars against a name, likewise.
fn is_name(glob: &[u8], name: &[u8]) -> bool {
    let (mut at, mut byte) = (0, 0);
    let mut retry = None;
    while byte < name.len() {
        match (glob.get(at), retry) {
            (Some(b'*'), _) => {
                retry = Some((at + 1, byte));
                at += 1;
            }
            (Some(&wanted), _) if wanted == name[byte] => (at, byte) = (at + 1, byte + 1),
            (_, Some((behind, from))) => {
                retry = Some((behind, from + 1));
                (at, byte) = (behind, from + 1);
            }
            (_, None) => return false,
        }
    }
    glob[at..].iter().all(|&rest| rest == b'*')
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
