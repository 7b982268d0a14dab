//! Paths as discovery sees them: which are worth a look, and what their folders are called.

/// Words that mark a folder or file as no part of the running system.
const ASIDE: &str = "test tests testing testdata e2e fixture fixtures mock mocks example examples \
    sample samples bench benchmark benchmarks ci cypress playwright storybook";
/// Folders that hold what others wrote, or what serves the developers alone.
const FOREIGN: &str = "node_modules vendor third_party third-party tools tool hack scripts build-image \
    development packaging archetypes website dist target";

/// Tells whether a path is aside of the running system: tests, examples, vendored code, hidden folders.
pub(super) fn is_aside(path: &str) -> bool {
    let mut parts = path.split('/').collect::<Vec<_>>();
    let file = parts.pop().unwrap_or_default();
    let docs = parts.first().is_some_and(|first| matches!(*first, "docs" | "doc"));
    // Every folder right below `cmd` is a program, whatever its name.
    let program = |at: usize| at.checked_sub(1).and_then(|before| parts.get(before)) == Some(&"cmd");
    let folders = parts.iter().enumerate().any(|(at, part)| {
        part.starts_with('.')
            || is_one_of(part, FOREIGN)
            || (words(part).any(|word| is_one_of(&word, ASIDE)) && !program(at))
    });
    docs || folders || words(file).any(|word| is_one_of(&word, ASIDE))
}

fn is_one_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

/// Tells a file of the running system in which services may speak of each other.
///
/// Not so what a tool wrote from a contract: it names services that its own never calls.
pub(in crate::service) fn speaks(path: &str) -> bool {
    const TEXTS: &str = "go py js ts tsx jsx mjs cjs vue svelte java kt kts scala groovy cs fs razor \
        cshtml rs rb erb php ex exs c cc cpp h hpp swift dart sh sql yaml yml toml json \
        xml env conf cfg ini properties tf hcl tpl tmpl template html proto graphql \
        gradle";
    const FOLDERS: &str = "genproto generated gen __generated__";
    let name = base(path);
    let is_text = name.rsplit_once('.').is_none_or(|(_, ending)| is_one_of(ending, TEXTS));
    let is_written = folder(path).split('/').any(|part| is_one_of(part, FOLDERS))
        || is_stub(path)
        || name.contains("-lock.")
        || name.contains(".lock");
    is_text && !is_written && !is_aside(path)
}

/// Tells a stub that a tool wrote from a contract, by its name: it speaks of every service of the contract.
pub(in crate::service) fn is_stub(path: &str) -> bool {
    const WRITTEN: &str = ".pb.go .pb.gw.go .pb.cc .pb.h .pb.ts _pb.js _pb.ts _pb2.py _pb2.pyi _pb2_grpc.py \
        _grpc_pb.js .g.cs .min.js";
    WRITTEN.split_whitespace().any(|end| path.ends_with(end))
}

/// Returns the words of a name in lower case: `Basket.UnitTests` is `basket`, `unit`, `tests`.
pub(super) fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in name.chars() {
        let starts = !before.is_alphanumeric() || (letter.is_uppercase() && before.is_lowercase());
        if letter.is_alphanumeric() {
            match words.last_mut().filter(|_| !starts) {
                Some(word) => word.extend(letter.to_lowercase()),
                None => words.push(letter.to_lowercase().collect()),
            }
        }
        before = letter;
    }
    words.into_iter()
}

/// Returns a name without case and signs, so that `basket-api` and `Basket.API` are one.
pub(super) fn canon(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the folder of a path; empty for the root.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Returns the last part of a path.
pub(super) fn base(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, base)| base)
}

/// Tells whether `path` is `folder` or inside of it; everything is inside of the root.
pub(super) fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Joins a relative path to a folder; `None` where it leaves the repository or is absolute.
pub(super) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with('/') || relative.len() > 1_000 {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// Returns the folder that a program is known by: `src/cart` for one in `src/cart/src`.
pub(super) fn home(folder: &str) -> &str {
    match folder.rsplit_once('/') {
        Some((above, "src" | "app" | "docker" | "deploy" | "build"))
            if above.contains('/') || !is_shelf(above) =>
        {
            above
        }
        _ => folder,
    }
}

/// Returns what to call a folder: its last part, with the part above where that alone says nothing.
pub(super) fn label(folder: &str) -> String {
    const VAGUE: &str =
        "service server svc api app job worker interface admin web backend frontend client cmd main";
    match folder.rsplit_once('/') {
        Some((above, last)) if is_one_of(last, VAGUE) && !is_shelf(above) => {
            format!("{}-{last}", base(above))
        }
        _ => base(folder).to_owned(),
    }
}

/// Tells a folder that only holds the folders of programs.
fn is_shelf(folder: &str) -> bool {
    matches!(base(folder), "src" | "apps" | "services" | "packages" | "cmd" | "crates" | "modules" | "libs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_examples_and_hidden_folders_are_aside() {
        for path in [
            "test/x/main.go",
            "tests/A.UnitTests/a.csproj",
            ".github/x.yml",
            "docker-compose.test.yml",
            "docs/a.yml",
        ] {
            assert!(is_aside(path), "{path}");
        }
        for path in
            ["apps/docs/package.json", "src/latest/main.go", "cmd/test-exporter/main.go", "src/contests/a"]
        {
            assert!(!is_aside(path), "{path}");
        }
    }

    #[test]
    fn relative_paths_stay_in_the_repository() {
        assert_eq!(join("docker", "../server/./x").as_deref(), Some("server/x"));
        assert_eq!(join("docker", "../../etc"), None);
        assert_eq!(join("docker", "/etc"), None);
    }

    #[test]
    fn vague_folder_is_called_with_the_one_above() {
        assert_eq!(label("app/cart/service"), "cart-service");
        assert_eq!(label("apps/web"), "web");
        assert_eq!(label("server"), "server");
    }

    #[test]
    fn program_in_src_is_known_by_the_folder_above() {
        assert_eq!(home("src/cart/src"), "src/cart");
        assert_eq!(home("services/src"), "services/src");
        assert_eq!(home("web/app"), "web");
    }
}
