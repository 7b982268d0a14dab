//! Works out beforehand what every run of gate would have to find out about the built-in
//! packs: their rules as tables instead of TOML, what a line must hold for each of their
//! regexes, and what a path must have for each of their globs.
//!
//! The code that does it is gate's own, used here at build time. Tests hold the tables to
//! what a run would find out by itself.

#![allow(dead_code, reason = "the other half of these modules is for a run of gate")]

#[path = "src/classify/braces.rs"]
mod braces;
#[path = "src/classify/grams.rs"]
mod grams;
#[path = "src/classify/literals.rs"]
mod literals;
#[path = "src/classify/needs.rs"]
mod needs;
#[path = "src/classify/parts.rs"]
mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use toml::{Table, Value};

use self::grams::Grams;
use self::needs::Needs;

/// The keys of a rule that hold regexes.
const REGEXES: [&str; 8] =
    ["added", "removed", "changed", "differs", "except", "within", "not-within", "only"];
/// The keys of a rule that hold globs.
const GLOBS: [&str; 2] = ["paths", "not-paths"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("src/rule/packs");
    for module in ["braces", "grams", "literals", "needs", "parts"] {
        println!("cargo::rerun-if-changed=src/classify/{module}.rs");
    }
    println!("cargo::rerun-if-changed=src/rule/packs");
    let mut packs = BTreeMap::new();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_stem().and_then(|name| name.to_str()).ok_or("a pack without a name")?;
        packs.insert(name.to_owned(), fs::read_to_string(&path)?.parse::<Table>()?);
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("packs.rs"), tables(&packs))?;
    let known = regexes(&packs)? + &globs(&packs);
    fs::write(out.join("known.rs"), known)?;
    Ok(())
}

/// Writes each pack as a table; `None` where it holds what is not known here.
fn tables(packs: &BTreeMap<String, Table>) -> String {
    let mut text = String::from("static TABLES: &[(&str, Option<Written>)] = &[\n");
    for (name, pack) in packs {
        text += &format!("({name:?}, {}),\n", pack_table(pack).unwrap_or_else(|| "None".to_owned()));
    }
    text + "];\n"
}

fn pack_table(pack: &Table) -> Option<String> {
    let known = ["about", "extends", "except", "rule", "local"];
    if !pack.keys().all(|key| known.contains(&key.as_str())) {
        return None;
    }
    let about = pack.get("about").map_or(Some(""), Value::as_str)?;
    let list = |key| pack.get(key).map_or(Some(Vec::new()), texts);
    let (extends, except) = (list("extends")?, list("except")?);
    let rules = rows(pack, "rule").map(rule_table).collect::<Option<String>>()?;
    let locals = rows(pack, "local").map(rule_table).collect::<Option<String>>()?;
    Some(format!(
        "Some(Written {{ about: {about:?}, extends: &{extends:?}, except: &{except:?}, rules: &[{rules}], locals: &[{locals}] }})"
    ))
}

fn rule_table(rule: &Table) -> Option<String> {
    let (mut words, mut lists, mut examples) = (String::new(), String::new(), String::new());
    let mut comments = false;
    for (key, value) in rule {
        match (key.as_str(), value) {
            ("id" | "category" | "why", Value::String(text)) => words += &format!("({key:?}, {text:?}), "),
            ("comments", Value::Boolean(flag)) => comments = *flag,
            ("kinds" | "keys", _) => lists += &format!("({key:?}, &{:?}), ", texts(value)?),
            (key, _) if REGEXES.contains(&key) || GLOBS.contains(&key) => {
                lists += &format!("({key:?}, &{:?}), ", texts(value)?);
            }
            ("example", _) => {
                for example in rows(rule, "example") {
                    let text = |key| example.get(key).and_then(Value::as_str);
                    let matches = text("class")? == "architectural";
                    examples += &format!("({:?}, {:?}, {matches}), ", text("path")?, text("diff")?);
                }
            }
            _ => return None,
        }
    }
    Some(format!(
        "Row {{ words: &[{words}], comments: {comments}, lists: &[{lists}], examples: &[{examples}] }},\n"
    ))
}

/// Writes what is known of each regex, and their literals.
fn regexes(packs: &BTreeMap<String, Table>) -> Result<String, Box<dyn Error>> {
    let mut all: BTreeSet<&str> = all_of(packs, &REGEXES);
    all.extend(packs.values().filter_map(|pack| pack.get("except")).filter_map(texts).flatten());
    // What a rule looks for that says only where to look.
    all.insert(r"\S");
    let mut text = format!("pub static PATTERNS: [Known; {}] = [\n", all.len());
    let mut literals = Vec::new();
    for (place, regex) in (0..).zip(&all) {
        let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(regex)?;
        let own = literals::required(&parsed);
        let Needs { first, last, sets } = Needs::of(&parsed);
        let has_literals = own.is_some();
        writeln!(
            text,
            "Known {{ text: {regex:?}, has_literals: {has_literals}, needs: Needs {{ first: {first}, last: {last}, sets: Cow::Borrowed(&{sets:?}) }} }},"
        )?;
        literals.extend(own.into_iter().flatten().map(|literal| (literal, place)));
    }
    let Grams { literals, starts, text: letters, fours, twos } = Grams::new(literals);
    writeln!(
        text,
        "];\npub static GRAMS: Grams = Grams {{ literals: Cow::Borrowed(&{literals:?}), starts: Cow::Borrowed(&{starts:?}), text: Cow::Borrowed(b\"{}\"), fours: Cow::Borrowed(&{fours:?}), twos: Cow::Borrowed(&{twos:?}) }};",
        letters.escape_ascii()
    )?;
    Ok(text)
}

/// Writes the globs, what they stand for, and where to look for them.
fn globs(packs: &BTreeMap<String, Table>) -> String {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for glob in all_of(packs, &GLOBS) {
        // Rules see paths in lower case as well.
        for glob in [glob.to_owned(), glob.to_ascii_lowercase()] {
            let plain = braces::expand(&glob).unwrap_or_else(|| vec![glob.clone()]);
            if glob.is_ascii() && plain.iter().all(|glob| parts::is_plain(glob)) {
                all.insert(glob, plain);
            }
        }
    }
    let mut entries: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (source, plain) in all.values().enumerate() {
        plain.iter().for_each(|glob| entries.entry(glob).or_default().push(source));
    }
    let mut by_key: BTreeMap<parts::Key<'_>, Vec<usize>> = BTreeMap::new();
    for (place, glob) in entries.keys().enumerate() {
        by_key.entry(parts::key(glob)).or_default().push(place);
    }
    let sources: Vec<&String> = all.keys().collect();
    let mut text = format!("pub static GLOBS: &[&str] = &{sources:?};\n");
    text += "pub static ENTRIES: &[(&str, &[u16])] = &[\n";
    entries.iter().for_each(|(glob, sources)| text += &format!("({glob:?}, &{sources:?}),\n"));
    text += "];\nstatic BY_KEY: &[(Key<'static>, &[u16])] = &[\n";
    for (key, places) in by_key {
        let key = format!("{key:?}").replace("([", "(&[");
        text += &format!("(Key::{key}, &{places:?}),\n");
    }
    text + "];\n"
}

/// Collects the texts under these keys of all rules and locals.
fn all_of<'a>(packs: &'a BTreeMap<String, Table>, keys: &[&str]) -> BTreeSet<&'a str> {
    let rules = packs.values().flat_map(|pack| rows(pack, "rule").chain(rows(pack, "local")));
    let lists = rules.flat_map(|rule| keys.iter().filter_map(|key| rule.get(*key)));
    lists.filter_map(texts).flatten().collect()
}

/// Returns the tables of a list of tables.
fn rows<'a>(table: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    table.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// Returns the strings of a list; `None` where it holds anything else.
fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}
