//! The parts of a system: what is deployed and what can be run, put together by folder.

use std::collections::{BTreeMap, BTreeSet};

use super::contract::{Keys, keys};
use super::deploy::{Deployed, Deployment, is_yaml};
use super::image::Ground;
use super::place::{base, canon, folder, is_aside, is_inside, label, words};
use super::program::{Program, programs};

/// A part that runs by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// Its folder.
    pub folder: String,
    /// The names it is deployed under.
    pub deployed: BTreeSet<String>,
    /// The names of its packages.
    pub packages: BTreeSet<String>,
    /// Files elsewhere that deploy it and nothing else.
    pub manifests: BTreeSet<String>,
    /// It has both a manifest of a program and an image: it stays a part inside of another.
    is_own: bool,
}

impl Part {
    /// Returns the name to call it by: the one it is deployed under, else its folder's.
    pub fn name(&self) -> String {
        let label = label(&self.folder);
        let own = canon(&label);
        let close = self.deployed.iter().find(|name| canon(name) == own);
        let any = (self.deployed.len() == 1).then(|| self.deployed.first()).flatten();
        close.or(any).cloned().unwrap_or(label)
    }

    /// Returns what contracts and variables may call it.
    pub fn keys(&self) -> Keys {
        let label = label(&self.folder);
        keys(self.deployed.iter().map(String::as_str).chain([label.as_str()]))
    }
}

/// Finds the parts among `paths`, by folder.
pub(super) fn parts(paths: &[&str], texts: &BTreeMap<String, String>, deployment: &Deployment) -> Vec<Part> {
    let programs = programs(texts);
    let sources = source_folders(paths);
    let ground = Ground { texts, programs: &programs, sources: &sources };
    let mut found: BTreeMap<String, Part> = BTreeMap::new();
    for program in programs.iter().filter(|program| program.sure) {
        found.entry(program.folder.clone()).or_default();
    }
    for dockerfile in ground.dockerfiles() {
        if let Some(folder) = ground.built_by(dockerfile, None, None) {
            found.entry(folder).or_default().is_own = true;
        }
        for program in ground.taken_in(dockerfile) {
            found.entry(program.folder.clone()).or_default();
        }
    }
    let mut deployers: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for thing in &deployment.things {
        let Some(folder) = folder_of(thing, &ground, &found) else {
            deployers.entry(&thing.file).or_default().insert(String::new());
            continue;
        };
        let part = found.entry(folder.clone()).or_default();
        part.is_own |= thing.build.is_some();
        part.deployed.insert(thing.name.clone());
        deployers.entry(&thing.file).or_default().insert(folder);
    }
    let mut parts = settled(found, &programs);
    give_manifests(&mut parts, texts, &deployers);
    parts
}

/// Returns the folder of a deployed thing: that of its build, else the one called like its image or itself.
fn folder_of(thing: &Deployed, ground: &Ground<'_>, found: &BTreeMap<String, Part>) -> Option<String> {
    if let Some(build) = &thing.build {
        let aside = is_aside(&build.dockerfile);
        return ground
            .built_by(&build.dockerfile, Some(&build.context), Some(&thing.name))
            .filter(|_| !aside);
    }
    let mut called: Vec<String> = thing.images.iter().map(|image| canon(image)).collect();
    called.push(canon(&thing.name));
    let short: String = words(&thing.name).skip(1).collect();
    let is_called = |folder: &str, name: &String| canon(base(folder)) == *name;
    for name in called.iter().filter(|name| name.len() >= 2) {
        let sure = || ground.programs.iter().find(|program| program.sure && is_called(&program.folder, name));
        let in_found = sure().map(|program| &program.folder);
        let in_found = in_found.or_else(|| found.keys().find(|folder| is_called(folder, name)));
        let program =
            || ground.programs.iter().map(|program| &program.folder).find(|folder| is_called(folder, name));
        if let Some(folder) = in_found.or_else(program) {
            return Some(folder.clone());
        }
    }
    // `shop-web` is the `web` of a project called shop, when its image is the project's too.
    if !thing.images.iter().any(|image| canon(image) == canon(&thing.name)) {
        return None;
    }
    let mut shortened = found.keys().filter(|folder| short.len() >= 2 && is_called(folder, &short));
    let one = shortened.next()?;
    shortened.next().is_none().then(|| one.clone())
}

/// Drops what is inside of another part without being one by itself, and fills in the packages.
fn settled(found: BTreeMap<String, Part>, programs: &[Program]) -> Vec<Part> {
    let folders: Vec<String> = found.keys().cloned().collect();
    let sure = |folder: &str| programs.iter().any(|program| program.sure && program.folder == folder);
    let mut parts = Vec::new();
    for (folder, mut part) in found {
        let inner = folders.iter().any(|outer| *outer != folder && is_inside(&folder, outer));
        if folder.is_empty() || (inner && !(part.is_own && sure(&folder))) {
            continue;
        }
        let own = programs.iter().filter(|program| program.folder == folder);
        part.packages = own.flat_map(|program| program.packages.iter().cloned()).collect();
        part.folder = folder;
        parts.push(part);
    }
    parts
}

/// Gives each part the files elsewhere that deploy it alone, told by what they deploy or are called.
fn give_manifests(
    parts: &mut [Part],
    texts: &BTreeMap<String, String>,
    deployers: &BTreeMap<&str, BTreeSet<String>>,
) {
    const MAX_MANIFESTS: usize = 20;
    for (path, text) in texts.iter().filter(|(path, _)| is_yaml(path)) {
        if folder(path).is_empty() || parts.iter().any(|part| is_inside(path, &part.folder)) {
            continue;
        }
        let stem = canon(base(path).split('.').next().unwrap_or_default());
        let is_manifest = || text.lines().any(|line| line.starts_with("kind:"));
        let owner = match deployers.get(path.as_str()) {
            Some(folders) => the_one(folders, &stem),
            None => parts
                .iter()
                .find(|part| is_manifest() && (part.deployed.iter().any(|name| canon(name) == stem)))
                .map(|part| part.folder.clone()),
        };
        let part = owner.and_then(|folder| parts.iter_mut().find(|part| part.folder == folder));
        if let Some(part) = part.filter(|part| part.manifests.len() < MAX_MANIFESTS) {
            part.manifests.insert(path.clone());
        }
    }
}

/// Returns the only folder of several, if the file is called like it where it deploys other things beside.
fn the_one(folders: &BTreeSet<String>, stem: &str) -> Option<String> {
    let mut own = folders.iter().filter(|folder| !folder.is_empty());
    let one = own.next().filter(|one| folders.len() == 1 || canon(base(one)) == stem)?;
    own.next().is_none().then(|| one.clone())
}

/// Returns the folders that hold source files, themselves or further down.
fn source_folders<'a>(paths: &[&'a str]) -> BTreeSet<&'a str> {
    const SOURCES: &str = "go py js ts tsx jsx mjs cjs java kt scala cs fs rs rb php ex exs c cc cpp \
        swift dart vue svelte clj erl html";
    let mut folders = BTreeSet::new();
    for path in paths.iter().copied().filter(|path| !is_aside(path)) {
        let ending = base(path).rsplit_once('.').map_or("", |(_, ending)| ending);
        let mut above = folder(path);
        let is_source = SOURCES.split(' ').any(|source| source == ending);
        while is_source && !above.is_empty() && folders.insert(above) {
            above = folder(above);
        }
    }
    folders
}
