//! Which folder an image is built from, told by its Dockerfile.

use std::collections::BTreeMap;

use super::place::{base, canon, folder, home, join, words};
use super::program::{Program, is_dockerfile};

/// What discovery knows when it looks at a Dockerfile.
pub(super) struct Ground<'a> {
    /// The files that were read, by path.
    pub texts: &'a BTreeMap<String, String>,
    /// The folders that hold programs, or may.
    pub programs: &'a [Program],
    /// The folders that hold source files, themselves or further down, sorted.
    pub sources: &'a std::collections::BTreeSet<&'a str>,
}

impl Ground<'_> {
    /// Returns the folder that a Dockerfile builds, for a context and a deployed name when they are known.
    pub fn built_by(&self, dockerfile: &str, context: Option<&str>, name: Option<&str>) -> Option<String> {
        let text = self.texts.get(dockerfile)?;
        let own = home(folder(dockerfile));
        if self.is_source(own) {
            return Some(own.to_owned());
        }
        if let Some(context) = context.map(home).filter(|context| self.is_source(context)) {
            return Some(context.to_owned());
        }
        let context = context.unwrap_or("");
        let called = [base(own), name.unwrap_or("")].map(canon);
        let is_called = |program: &&Program| called.contains(&canon(base(&program.folder)));
        let by_name = only(self.programs.iter().filter(|program| program.sure && is_called(program)))
            .or_else(|| only(self.programs.iter().filter(is_called)));
        by_name.map(|program| program.folder.clone()).or_else(|| self.mentioned(text, context)).or_else(
            || {
                // An image of somebody else's program, with settings of its own.
                let is_own = !own.is_empty() && !is_infrastructure(own);
                (is_own && (name.is_some() || runs_copies(text))).then(|| own.to_owned())
            },
        )
    }

    /// Returns every Dockerfile that was read.
    pub fn dockerfiles(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str).filter(|path| is_dockerfile(path))
    }

    fn is_source(&self, folder: &str) -> bool {
        !folder.is_empty() && self.sources.contains(folder)
    }

    /// Returns the applications that a Dockerfile takes in whole: a front end built into another's image.
    pub fn taken_in<'a>(&'a self, dockerfile: &'a str) -> impl Iterator<Item = &'a Program> {
        let text = self.texts.get(dockerfile).map_or("", String::as_str);
        let copied = copied(text, "");
        self.programs.iter().filter(move |program| program.built && copied.contains(&program.folder))
    }

    /// Returns the one program that a Dockerfile copies as a whole or builds by name.
    fn mentioned(&self, text: &str, context: &str) -> Option<String> {
        const BUILDERS: [&str; 9] =
            ["--filter", "--bin", "cargo ", "npm ", "yarn ", "turbo ", "mvn", "gradle", "--from="];
        let copied = copied(text, context);
        let builds: Vec<&str> =
            text.lines().filter(|line| BUILDERS.iter().any(|tool| line.contains(tool))).collect();
        let is_named = |name: &String| {
            let part = |part: &str| part.trim_matches(['"', '\'', '.', ';']) == name;
            name.len() >= 5
                && builds.iter().any(|line| {
                    line.split([' ', '=', '/', ',']).any(part) || line.contains(&format!("={name}"))
                })
        };
        let is_mentioned =
            |program: &&Program| copied.contains(&program.folder) || program.packages.iter().any(is_named);
        only(self.programs.iter().filter(is_mentioned)).map(|program| program.folder.clone())
    }
}

/// Returns the only item, if there is one and no other.
fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let one = items.next()?;
    items.next().is_none().then_some(one)
}

/// Returns the paths that a Dockerfile copies from its context.
fn copied(text: &str, context: &str) -> Vec<String> {
    text.lines().filter_map(copy_sources).flatten().filter_map(|from| join(context, from)).collect()
}

/// Returns what a `COPY` or `ADD` line takes from the context.
fn copy_sources(line: &str) -> Option<Vec<&str>> {
    let mut parts = line.split_whitespace();
    let verb = parts.next()?;
    if !matches!(verb.to_uppercase().as_str(), "COPY" | "ADD") || line.contains("--from=") {
        return None;
    }
    let mut sources: Vec<&str> = parts.filter(|part| !part.starts_with("--")).collect();
    sources.pop();
    Some(sources)
}

/// Tells whether a Dockerfile runs something, with files from the repository or a port to reach it by.
fn runs_copies(text: &str) -> bool {
    let starts = |word: &str| text.lines().any(|line| line.trim_start().to_uppercase().starts_with(word));
    let serves = text.lines().any(|line| copy_sources(line).is_some()) || starts("EXPOSE");
    serves && (starts("CMD") || starts("ENTRYPOINT"))
}

/// Tells a folder that is about building, not about one program.
fn is_infrastructure(folder: &str) -> bool {
    const WORDS: [&str; 8] =
        ["docker", "build", "deploy", "packaging", "base", "images", "release", "builder"];
    words(base(folder)).any(|word| WORDS.contains(&word.as_str()))
}
