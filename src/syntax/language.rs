//! The languages that code can be parsed in, by name and by the names of files.

use bstr::ByteSlice;

/// A language that code can be parsed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "they are their names")]
pub enum Language {
    Bash,
    CSharp,
    Dockerfile,
    Elixir,
    Go,
    Hcl,
    Java,
    JavaScript,
    Json,
    Kotlin,
    Php,
    Proto,
    Python,
    Ruby,
    Rust,
    Sql,
    Toml,
    Tsx,
    TypeScript,
    Yaml,
}

use Language::{
    Bash, CSharp, Dockerfile, Elixir, Go, Hcl, Java, JavaScript, Json, Kotlin, Php, Proto, Python, Ruby,
    Rust, Sql, Toml, Tsx, TypeScript, Yaml,
};

/// Each language with its names, the one to show first, and the extensions of its files.
const ALL: &[(Language, &[&str], &[&str])] = &[
    (Go, &["go", "golang"], &["go"]),
    (Python, &["python", "py"], &["py", "pyi", "pyw"]),
    (TypeScript, &["typescript", "ts"], &["ts", "mts", "cts"]),
    (Tsx, &["tsx"], &["tsx"]),
    (JavaScript, &["javascript", "js", "jsx"], &["js", "mjs", "cjs", "jsx"]),
    (Java, &["java"], &["java"]),
    (Kotlin, &["kotlin", "kt"], &["kt", "kts", "ktm"]),
    (CSharp, &["csharp", "c#", "cs"], &["cs", "csx"]),
    (Rust, &["rust", "rs"], &["rs"]),
    (Ruby, &["ruby", "rb"], &["rb", "rake", "gemspec", "rbw", "ru"]),
    (Php, &["php"], &["php", "phtml", "php5", "php7", "php8"]),
    (Elixir, &["elixir", "ex"], &["ex", "exs"]),
    (Bash, &["bash", "sh", "shell"], &["sh", "bash", "zsh", "ksh", "bats"]),
    (Sql, &["sql"], &["sql"]),
    (Proto, &["proto", "protobuf"], &["proto"]),
    (Hcl, &["hcl", "terraform", "tf"], &["tf", "hcl", "tfvars", "tofu", "nomad"]),
    (Yaml, &["yaml", "yml"], &["yaml", "yml"]),
    (Json, &["json"], &["json", "jsonc"]),
    (Toml, &["toml"], &["toml"]),
    (Dockerfile, &["dockerfile", "containerfile", "docker"], &["dockerfile", "containerfile"]),
];

impl Language {
    /// Returns every language.
    pub fn all() -> Vec<Self> {
        ALL.iter().map(|&(language, ..)| language).collect()
    }

    /// Returns the language of this name.
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        ALL.iter().find(|(_, names, _)| names.contains(&name.as_str())).map(|&(language, ..)| language)
    }

    /// Returns the language of a file, told by its name alone.
    pub fn of(path: &[u8]) -> Option<Self> {
        let name = path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..]).to_ascii_lowercase();
        let name = name.to_str().ok()?;
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let by_extension = ALL.iter().find(|(.., extensions)| extensions.contains(&extension));
        let by_name = match (name, stem) {
            ("gemfile" | "rakefile" | "vagrantfile" | "podfile" | "fastfile" | "brewfile", _) => Some(Ruby),
            ("dockerfile" | "containerfile", _) => Some(Dockerfile),
            (_, "dockerfile" | "containerfile") => Some(Dockerfile),
            (".bashrc" | ".bash_profile" | ".profile" | ".zshrc", _) => Some(Bash),
            _ => None,
        };
        by_name.or_else(|| by_extension.map(|&(language, ..)| language))
    }

    /// Returns the name to show.
    pub fn name(self) -> &'static str {
        ALL.iter()
            .find(|&&(language, ..)| language == self)
            .and_then(|(_, names, _)| names.first())
            .unwrap_or(&"?")
    }

    /// Tells whether a pattern for `self` is meant for files of `other` too.
    pub fn covers(self, other: Self) -> bool {
        self == other || self == TypeScript && other == Tsx
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_is_told_by_name() {
        for (path, language) in [
            ("a/b.Go", Some(Go)),
            ("x.test.tsx", Some(Tsx)),
            ("Dockerfile", Some(Dockerfile)),
            ("docker/Dockerfile.prod", Some(Dockerfile)),
            ("api.dockerfile", Some(Dockerfile)),
            ("Gemfile", Some(Ruby)),
            ("main.tf", Some(Hcl)),
            ("Makefile", None),
            ("a.go/readme", None),
            ("py", None),
        ] {
            assert_eq!(Language::of(path.as_bytes()), language, "{path}");
        }
        assert_eq!(Language::named("TS"), Some(TypeScript));
        assert_eq!(Language::named("cobol"), None);
    }

    #[test]
    fn every_language_is_in_the_table_once() {
        let mut all = Language::all();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), ALL.len());
        for language in all {
            assert_eq!(Language::named(language.name()), Some(language));
        }
    }
}
