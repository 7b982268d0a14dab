//! Which folders hold a program of their own, told by the manifests of their build tools.

use std::collections::{BTreeMap, BTreeSet};

use super::place::{base, folder, home, words};

/// A folder that holds a program, or may do so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Program {
    /// The folder.
    pub folder: String,
    /// Its manifest says that it is run; otherwise something that deploys it must say so.
    pub sure: bool,
    /// It is built as an application is; whether it is run, something that deploys it must say.
    pub built: bool,
    /// The names that its build tools know it by.
    pub packages: BTreeSet<String>,
}

/// Finds the programs in the manifests among `texts`, by path.
pub(super) fn programs(texts: &BTreeMap<String, String>) -> Vec<Program> {
    let mut found: BTreeMap<String, Program> = BTreeMap::new();
    for (path, text) in texts {
        let Some(program) = program(path, text) else { continue };
        let entry = found.entry(program.folder.clone()).or_default();
        entry.sure |= program.sure;
        entry.built |= program.built;
        entry.packages.extend(program.packages);
        entry.folder = program.folder;
    }
    let mut found: Vec<Program> = found.into_values().collect();
    settle_cargo(&mut found, texts);
    found
}

fn program(path: &str, text: &str) -> Option<Program> {
    let name = base(path);
    let (sure, packages) = match name {
        "package.json" => return npm(path, text),
        "Cargo.toml" => cargo(path, text)?,
        "go.mod" => (false, after(text, "module ").into_iter().collect()),
        "main.go" => return go_main(path, text),
        "pom.xml" => maven(text)?,
        "build.gradle" | "build.gradle.kts" => (gradle(text), Vec::new()),
        "serverless.yml" | "serverless.yaml" => (true, Vec::new()),
        "mix.exs" => (text.contains("mod: {"), Vec::new()),
        "manage.py" => (text.contains("DJANGO_SETTINGS_MODULE"), Vec::new()),
        "pyproject.toml" | "requirements.txt" | "composer.json" | "Gemfile" | "setup.py" => {
            (false, Vec::new())
        }
        _ if name.ends_with(".csproj") || name.ends_with(".fsproj") => dotnet(path, text)?,
        _ => return None,
    };
    Program::new(path, sure, packages)
}

impl Program {
    /// Makes the program of a manifest; `None` at the root, which holds everything.
    fn new(manifest: &str, sure: bool, packages: Vec<String>) -> Option<Self> {
        let folder = home(folder(manifest)).to_owned();
        let packages = packages.into_iter().collect();
        (!folder.is_empty()).then_some(Self { folder, sure, built: false, packages })
    }
}

/// Reads a package.json: what has a `start` script, or is built by the tools of applications, is run.
fn npm(path: &str, text: &str) -> Option<Program> {
    const BUILDERS: [&str; 14] = [
        "vite",
        "next ",
        "nuxt",
        "vue-cli-service",
        "react-scripts",
        "ng ",
        "astro",
        "remix",
        "react-router",
        "svelte-kit",
        "expo ",
        "webpack",
        "parcel",
        "react-native",
    ];
    let json: serde_json::Value = serde_json::from_str(text).ok()?;
    let script = |name: &str| json.get("scripts").and_then(|all| all.get(name)).and_then(|one| one.as_str());
    let is_library = ["exports", "types", "module", "main"].iter().any(|key| json.get(key).is_some());
    let is_built = ["build", "dev", "serve", "android"]
        .iter()
        .filter_map(|name| script(name))
        .any(|line| BUILDERS.iter().any(|tool| line.contains(tool) || line == tool.trim()));
    let package = json.get("name").and_then(|name| name.as_str()).map(str::to_owned);
    let starts = script("start").is_some_and(|line| !line.contains("--watch") && !line.starts_with("echo"));
    let exports = json.get("exports").is_some() || json.get("types").is_some();
    let sure = (starts && !exports) || (is_built && !is_library);
    Program::new(path, sure, package.into_iter().collect())
        .map(|program| Program { built: is_built, ..program })
}

/// Reads a Cargo.toml: one with a binary may be run; which of a workspace are is settled later.
fn cargo(path: &str, text: &str) -> Option<(bool, Vec<String>)> {
    let manifest: toml::Table = text.parse().ok()?;
    let package = manifest.get("package")?.get("name")?.as_str()?.to_owned();
    let binaries = manifest.get("bin").and_then(|bins| bins.as_array()).into_iter().flatten();
    let names = binaries.filter_map(|bin| bin.get("name")?.as_str()).map(str::to_owned);
    let names: Vec<String> = std::iter::once(package).chain(names).collect();
    (!words(base(folder(path))).any(|word| word == "macros")).then_some((false, names))
}

/// Makes those crates sure that have a binary and that a Dockerfile or another build file names.
fn settle_cargo(found: &mut [Program], texts: &BTreeMap<String, String>) {
    let has = |folder: &str, file: &str| texts.contains_key(&format!("{folder}/{file}"));
    let runs = |program: &Program| {
        has(&program.folder, "src/main.rs")
            || texts
                .get(&format!("{}/Cargo.toml", program.folder))
                .is_some_and(|text| text.contains("[[bin]]"))
    };
    let builds: Vec<&String> =
        texts.iter().filter(|(path, _)| is_dockerfile(path)).map(|(_, text)| text).collect();
    let mut settled = false;
    let crates: Vec<usize> = (0..found.len()).filter(|at| has(&found[*at].folder, "Cargo.toml")).collect();
    for at in crates.iter().copied() {
        let named = |text: &&String| found[at].packages.iter().any(|name| text.contains(name.as_str()));
        if runs(&found[at]) && builds.iter().any(named) {
            found[at].sure = true;
            settled = true;
        }
    }
    if !settled {
        for at in crates {
            found[at].sure |= runs(&found[at]);
        }
    }
}

/// Takes the folder of a `package main`: `cmd/x`, or what is above a single `cmd`.
fn go_main(path: &str, text: &str) -> Option<Program> {
    let in_cmd = folder(folder(path)).ends_with("cmd");
    if !in_cmd && !text.lines().any(|line| line.trim_end() == "package main") {
        return None;
    }
    let mut place = folder(path);
    // Tools that write the program's own documentation are no part of the system.
    let is_tool = |part: &str| matches!(part, "help" | "gen" | "docs" | "docgen" | "generator" | "generate");
    if place.is_empty() || place.split('/').any(is_tool) {
        return None;
    }
    if matches!(base(place), "cmd" | "server") && !folder(place).is_empty() && base(folder(place)) != "cmd" {
        place = folder(place);
    } else if let Some((above, _)) = place.split_once("/cmd/") {
        place = above;
    }
    Some(Program { folder: home(place).to_owned(), sure: true, ..Program::default() })
}

/// Reads a pom.xml: what is packed to be run has a plugin for it.
fn maven(text: &str) -> Option<(bool, Vec<String>)> {
    const RUNS: [&str; 6] = [
        "spring-boot-maven-plugin",
        "quarkus-maven-plugin",
        "<packaging>war</packaging>",
        "jib-maven-plugin",
        "<mainClass>",
        "micronaut-maven-plugin",
    ];
    if text.contains("<modules>") {
        return None;
    }
    let own = match (text.split_once("<parent>"), text.split_once("</parent>")) {
        (Some((before, _)), Some((_, after))) => format!("{before}{after}"),
        _ => text.to_owned(),
    };
    let own = own.split("<dependencies>").next().unwrap_or_default();
    let artifact = own.split_once("<artifactId>").and_then(|(_, rest)| rest.split_once("</artifactId>"));
    let packages = artifact.map(|(name, _)| name.trim().to_owned()).into_iter().collect();
    Some((RUNS.iter().any(|mark| text.contains(mark)), packages))
}

/// Tells whether a build.gradle applies a plugin of programs.
fn gradle(text: &str) -> bool {
    const PLUGINS: [&str; 9] = [
        "org.springframework.boot",
        "application",
        "io.ktor.plugin",
        "io.quarkus",
        "com.android.application",
        "war",
        "com.google.cloud.tools.jib",
        "io.micronaut.application",
        "org.akhikhl.gretty",
    ];
    text.lines().map(str::trim).filter(|line| !line.contains("apply false")).any(|line| {
        let applies = line.starts_with("id") || line.starts_with("apply plugin") || line.starts_with("alias");
        let quoted =
            |plugin: &str| line.contains(&format!("'{plugin}'")) || line.contains(&format!("\"{plugin}\""));
        PLUGINS.iter().any(|plugin| (applies && quoted(plugin)) || line == *plugin)
    })
}

/// Reads a .NET project: the SDKs of servers and workers, and executables that are no tests.
fn dotnet(path: &str, text: &str) -> Option<(bool, Vec<String>)> {
    let is_test = ["Microsoft.NET.Test.Sdk", "MSTest.Sdk", "xunit"].iter().any(|mark| text.contains(mark));
    if is_test || text.contains("Aspire.AppHost") || text.contains("IsAspireHost") {
        return None;
    }
    let sdk = [
        "Microsoft.NET.Sdk.Web\"",
        "Microsoft.NET.Sdk.Worker",
        "Sdk.BlazorWebAssembly",
        "AzureFunctionsVersion",
    ];
    let is_program =
        text.lines().any(|line| line.contains("<OutputType") && line.to_lowercase().contains("exe<"));
    let name = base(path).rsplit_once('.').map_or("", |(name, _)| name).to_owned();
    Some((is_program || sdk.iter().any(|mark| text.contains(mark)), vec![name]))
}

fn after(text: &str, start: &str) -> Option<String> {
    text.lines().find_map(|line| line.strip_prefix(start)).map(|rest| rest.trim().to_owned())
}

/// Tells whether a path is a Dockerfile's.
pub(super) fn is_dockerfile(path: &str) -> bool {
    let name = base(path);
    ["Dockerfile", "Containerfile"].iter().any(|word| {
        name.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
            || name.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'))
    })
}
