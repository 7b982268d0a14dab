//! Which commits of a change touched which paths, and what files were called before.

use std::collections::{BTreeSet, HashMap};

use bstr::{BStr, ByteSlice};

use super::Touched;

/// The commits that touched each path, by their place in the change.
pub struct Trail<'a> {
    commits: HashMap<&'a BStr, BTreeSet<usize>>,
    from: HashMap<&'a BStr, BTreeSet<&'a BStr>>,
}

/// What is found on the way back from some paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed<'a> {
    /// The commits that touch one of the names.
    pub commits: BTreeSet<usize>,
    /// The paths, and all that the file was called earlier in the change.
    pub names: BTreeSet<&'a BStr>,
}

impl<'a> Trail<'a> {
    /// Reads what each commit touched.
    pub fn new(touched: &'a [Vec<Touched>]) -> Self {
        let mut trail = Self { commits: HashMap::new(), from: HashMap::new() };
        for (commit, touched) in touched.iter().enumerate() {
            for touch in touched {
                trail.commits.entry(touch.path.as_bstr()).or_default().insert(commit);
                if let Some(from) = &touch.from {
                    trail.commits.entry(from.as_bstr()).or_default().insert(commit);
                    trail.from.entry(touch.path.as_bstr()).or_default().insert(from.as_bstr());
                }
            }
        }
        trail
    }

    /// Returns every path that a commit touched.
    pub fn paths(&self) -> impl Iterator<Item = &'a BStr> {
        self.commits.keys().copied()
    }

    /// Finds the commits that touch these paths, or a path that the file had earlier in the change.
    pub fn follow<'b>(&'b self, paths: impl IntoIterator<Item = &'b BStr>) -> Followed<'b> {
        let mut open: Vec<&BStr> = paths.into_iter().collect();
        let mut found = Followed::default();
        while let Some(path) = open.pop() {
            if found.names.insert(path) {
                found.commits.extend(self.commits.get(path).into_iter().flatten());
                open.extend(self.from.get(path).into_iter().flatten());
            }
        }
        found
    }
}
