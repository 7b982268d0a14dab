//! Which services a path belongs to, by the globs of their files.

use std::collections::BTreeSet;

use bstr::BStr;
use globset::{Candidate, GlobMatcher};

use super::Unmappable;
use crate::change::path;
use crate::policy::Service;
use crate::rule::glob;

/// Globs of several services. Most name a folder or a file, and only the others are compiled.
#[derive(Clone, Debug)]
pub(super) struct Folders {
    globs: Vec<Entry>,
}

#[derive(Clone, Debug)]
struct Entry {
    shape: Shape,
    /// The same for folded paths, where it differs.
    folded: Option<Shape>,
    service: usize,
}

#[derive(Clone, Debug)]
enum Shape {
    /// `folder/**`: everything that begins so, the slash included.
    Under(Vec<u8>),
    /// A path without anything special.
    Exact(Vec<u8>),
    /// Anything else.
    Compiled(GlobMatcher),
}

impl Folders {
    /// Makes the index of those globs of the services that `globs` returns.
    pub fn new(services: &[Service], globs: fn(&Service) -> &Vec<String>) -> Result<Self, Unmappable> {
        let mut all = Vec::new();
        for (at, service) in services.iter().enumerate() {
            for glob in globs(service) {
                let folded = String::from_utf8(path::fold_text(glob.as_bytes()));
                // What is no glob any more once it is folded matches as it is written.
                let folded = folded
                    .into_iter()
                    .filter(|folded| folded != glob)
                    .find_map(|text| Shape::new(&text).ok());
                all.push(Entry { shape: Shape::new(glob)?, folded, service: at });
            }
        }
        Ok(Self { globs: all })
    }

    /// Returns the services of a path; where there are none, those of the path that a file system may take it for.
    pub fn of(&self, path: &[u8]) -> BTreeSet<usize> {
        let found = self.written(path);
        if found.is_empty() { self.folded(path) } else { found }
    }

    /// Returns the services of a path and of the one that a file system may take it for.
    pub fn of_any_spelling(&self, path: &[u8]) -> BTreeSet<usize> {
        &self.written(path) | &self.folded(path)
    }

    fn written(&self, path: &[u8]) -> BTreeSet<usize> {
        self.globs.iter().filter(|one| one.shape.matches(path)).map(|one| one.service).collect()
    }

    fn folded(&self, path: &[u8]) -> BTreeSet<usize> {
        let folded = path::folded(BStr::new(path));
        let is_hit = |one: &&Entry| one.folded.as_ref().unwrap_or(&one.shape).matches(&folded);
        self.globs.iter().filter(is_hit).map(|one| one.service).collect()
    }
}

impl Shape {
    fn new(text: &str) -> Result<Self, Unmappable> {
        let is_plain = |text: &str| !text.contains(['*', '?', '[', ']', '{', '}', '\\']);
        if let Some(folder) =
            text.strip_suffix("**").filter(|folder| folder.ends_with('/') && is_plain(folder))
        {
            return Ok(Self::Under(folder.as_bytes().to_vec()));
        }
        if is_plain(text) {
            return Ok(Self::Exact(text.as_bytes().to_vec()));
        }
        let glob = glob::compile(text).map_err(|reason| Unmappable(format!("`{text}`: {reason}")))?;
        Ok(Self::Compiled(glob.compile_matcher()))
    }

    fn matches(&self, path: &[u8]) -> bool {
        match self {
            Self::Under(folder) => path.len() > folder.len() && path.starts_with(folder),
            Self::Exact(exact) => path == exact,
            Self::Compiled(glob) => glob.is_match_candidate(&Candidate::from_bytes(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(globs: &[&str], path: &[u8]) -> Vec<usize> {
        let service = |glob: &&str| Service { paths: vec![(*glob).to_owned()], ..Service::default() };
        let services: Vec<Service> = globs.iter().map(service).collect();
        Folders::new(&services, |service| &service.paths).unwrap().of(path).into_iter().collect()
    }

    #[test]
    fn folders_files_and_globs_are_matched() {
        let globs = ["src/cart/**", "k8s/cart.yaml", "src/*/cart/**", "**/*.proto"];
        assert_eq!(of(&globs, b"src/cart/a/b.go"), [0]);
        assert_eq!(of(&globs, b"src/cart"), Vec::<usize>::new());
        assert_eq!(of(&globs, b"src/cartography/a.go"), Vec::<usize>::new());
        assert_eq!(of(&globs, b"k8s/cart.yaml"), [1]);
        assert_eq!(of(&globs, b"src/cart/cart/a.proto"), [0, 2, 3]);
    }

    #[test]
    fn other_spelling_of_a_path_is_in_the_service_too() {
        assert_eq!(of(&["src/cart/**"], b"SRC/Cart/a.go"), [0]);
        assert_eq!(of(&["src/cart/**", "Src/**"], b"Src/cart/a.go"), [1]);
        assert_eq!(of(&["src/Basket.API/**"], b"src/basket.api/a.cs"), [0]);
    }

    #[test]
    fn path_that_is_not_utf8_is_in_its_service() {
        assert_eq!(of(&["src/cart/**"], b"src/cart/\xff\xfe.go"), [0]);
    }
}
