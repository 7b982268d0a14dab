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
    // What says how it is built first: the others are told by what they are called like.
    let (built, named): (Vec<_>, Vec<_>) = deployment.things.iter().partition(|thing| thing.build.is_some());
    let homes: Vec<_> = built.iter().map(|thing| (*thing, home_of_build(thing, &ground))).collect();
    add(&mut found, &mut deployers, homes);
    let known = Known::new(&programs, &found);
    let homes = named.iter().map(|thing| (*thing, known.home_of(thing))).collect();
    add(&mut found, &mut deployers, homes);
    let mut parts = settled(found, &programs);
    give_manifests(&mut parts, texts, &deployers);
    parts
}

/// Adds what is deployed to the part that it is, and notes what each file deploys; nothing for what is foreign.
fn add<'a>(
    found: &mut BTreeMap<String, Part>,
    deployers: &mut BTreeMap<&'a str, BTreeSet<String>>,
    homes: Vec<(&'a Deployed, Option<String>)>,
) {
    for (thing, home) in homes {
        deployers.entry(&thing.file).or_default().insert(home.clone().unwrap_or_default());
        if let Some(folder) = home {
            let part = found.entry(folder).or_default();
            part.is_own |= thing.build.is_some();
            part.deployed.insert(thing.name.clone());
        }
    }
}

/// Returns the folder that the build of a deployed thing takes.
fn home_of_build(thing: &Deployed, ground: &Ground<'_>) -> Option<String> {
    let build = thing.build.as_ref().filter(|build| !is_aside(&build.dockerfile))?;
    ground.built_by(&build.dockerfile, Some(&build.context), Some(&thing.name))
}

/// The folders by what they are called, without case and signs.
struct Known {
    /// The best folder of a name: a sure program, else a part that was found, else any program.
    best: BTreeMap<String, String>,
    /// The part of a name, where only one is called so.
    only: BTreeMap<String, Option<String>>,
}

impl Known {
    fn new(programs: &[Program], found: &BTreeMap<String, Part>) -> Self {
        let sure = programs.iter().filter(|program| program.sure).map(|program| &program.folder);
        let all = programs.iter().map(|program| &program.folder);
        let mut known = Self { best: BTreeMap::new(), only: BTreeMap::new() };
        for folder in sure.chain(found.keys()).chain(all) {
            known.best.entry(canon(base(folder))).or_insert_with(|| folder.clone());
        }
        for folder in found.keys() {
            let same = known.only.entry(canon(base(folder)));
            same.and_modify(|one| *one = None).or_insert_with(|| Some(folder.clone()));
        }
        known
    }

    /// Returns the folder that is called like the image of a thing, or like itself.
    fn home_of(&self, thing: &Deployed) -> Option<String> {
        let images = thing.images.iter().map(|image| canon(image));
        let called: Vec<String> = images.chain([canon(&thing.name)]).collect();
        let best = called.iter().filter(|name| name.len() >= 2).find_map(|name| self.best.get(name));
        // `shop-web` is the `web` of a project called shop, when its image is the project's too.
        let is_own_image = || thing.images.iter().any(|image| canon(image) == canon(&thing.name));
        let short = || words(&thing.name).skip(1).collect::<String>();
        best.cloned().or_else(|| {
            let short = Some(short()).filter(|short| short.len() >= 2 && is_own_image())?;
            self.only.get(&short).cloned().flatten()
        })
    }
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
