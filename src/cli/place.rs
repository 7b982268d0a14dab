//! Paths as people type them: from the folder that they are in, as git reads them, else from the top.

use std::path::{Component, Path, PathBuf};

use crate::git::Repo;
use crate::report::HunkReport;

/// The folder that paths are typed in.
pub struct Here {
    /// Its path from the top of the work tree; empty at the top, and where there is no work tree.
    folder: PathBuf,
    /// The top of the work tree.
    top: Option<PathBuf>,
}

impl Here {
    /// Finds the folder: `--repo`, which is the current one unless it says otherwise.
    pub fn new(repo: &Repo, folder: &Path) -> Self {
        // Where the disk can't tell, paths are read from the top.
        let top = repo.work_dir().and_then(|top| top.canonicalize().ok());
        let here = folder.canonicalize().ok();
        let below =
            top.as_ref().zip(here).and_then(|(top, here)| Some(here.strip_prefix(top).ok()?.to_owned()));
        Self { folder: below.unwrap_or_default(), top }
    }

    /// Returns the paths from the top that a text may mean, the likelier first.
    pub fn paths(&self, text: &str) -> Vec<String> {
        let typed = Path::new(text);
        let below = self.top.as_ref().and_then(|top| typed.strip_prefix(top).ok());
        let from_here = match below {
            Some(below) => plain(below),
            None => plain(&self.folder.join(typed)),
        };
        let mut paths: Vec<String> = from_here.into_iter().collect();
        let from_top = text.trim_end_matches('/');
        if !paths.iter().any(|path| path == from_top) {
            paths.push(from_top.to_owned());
        }
        paths
    }

    /// Returns what a text means: the first of its [`paths`](Self::paths) at or below which there is one of the hunks.
    pub fn path(&self, text: &str, hunks: &mut dyn Iterator<Item = &HunkReport>) -> Option<String> {
        let hunks: Vec<&HunkReport> = hunks.collect();
        self.paths(text).into_iter().find(|path| hunks.iter().any(|hunk| is_at(hunk, path)))
    }
}

/// Tells whether either end of a hunk is this path or below it; the top is above all.
pub fn is_at(hunk: &HunkReport, path: &str) -> bool {
    let is_at = |end: &str| {
        path.is_empty() || end == path || end.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    };
    is_at(&hunk.path) || hunk.old_path.as_deref().is_some_and(is_at)
}

/// Resolves `.` and `..`, and writes the path with slashes; `None` where it leads out of the work tree.
fn plain(path: &Path) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => names.push(name.to_str()?),
            Component::CurDir => {}
            Component::ParentDir => drop(names.pop()?),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(folder: &str) -> Here {
        Here { folder: folder.into(), top: Some("/home/ada/shop".into()) }
    }

    #[test]
    fn path_is_read_from_the_current_folder_first() {
        assert_eq!(here("infra").paths("main.tf"), ["infra/main.tf", "main.tf"]);
        assert_eq!(here("infra").paths("./net/../main.tf"), ["infra/main.tf", "./net/../main.tf"]);
        assert_eq!(here("infra").paths("../app.py"), ["app.py", "../app.py"]);
        assert_eq!(here("infra").paths("../../x"), ["../../x"]);
        assert_eq!(here("infra").paths("infra/"), ["infra/infra", "infra"]);
        assert_eq!(here("infra").paths("."), ["infra", "."]);
        assert_eq!(here("").paths("infra/main.tf"), ["infra/main.tf"]);
        assert_eq!(here("").paths("/home/ada/shop/infra/main.tf:3")[0], "infra/main.tf:3");
    }
}
