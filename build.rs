//! Works out beforehand what every run of gate would have to find out about the built-in
//! packs: their rules as tables instead of TOML, what a line must hold for each of their
//! regexes, and what a path must have for each of their globs.
//!
//! The code that does it is gate's own, used here at build time. Tests hold the tables to
//! what a run would find out by itself.

#![allow(dead_code, reason = "the other half of these modules is for a run of gate")]

#[path = "src/classify/braces.rs"]
mod braces;
#[path = "src/classify/literals.rs"]
mod literals;
#[path = "src/classify/needs.rs"]
mod needs;
#[path = "src/classify/parts.rs"]
mod parts;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use aho_corasick::Anchored;
use aho_corasick::automaton::{Automaton as _, StateID};
use aho_corasick::dfa::DFA;
use toml::{Table, Value};

use self::needs::Needs;

/// The keys of a rule that hold regexes.
const REGEXES: [&str; 8] =
    ["added", "removed", "changed", "differs", "except", "within", "not-within", "only"];
/// The keys of a rule that hold globs.
const GLOBS: [&str; 2] = ["paths", "not-paths"];

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new("src/rule/packs");
    for module in ["braces", "literals", "needs", "parts"] {
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
    let (regexes, literals) = regexes(&packs)?;
    let known = regexes + &automaton("LITERALS", &literals, &out)? + &globs(&packs, &out)?;
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

/// A literal is found by this many of its bytes: there is hardly another that begins so.
const LONGEST: usize = 10;

/// Literals, each with the place of its regex.
type Owned = Vec<(Vec<u8>, u16)>;

/// Writes what is known of each regex, and returns their literals as well.
fn regexes(packs: &BTreeMap<String, Table>) -> Result<(String, Owned), Box<dyn Error>> {
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
    text += "];\n";
    Ok((text, literals))
}

/// Writes the automaton that finds literals; its table goes into a file of its own.
fn automaton(name: &str, literals: &Owned, out: &Path) -> Result<String, Box<dyn Error>> {
    let texts = literals.iter().map(|(text, _)| &text[..text.len().min(LONGEST)]);
    let automaton = DFA::builder().ascii_case_insensitive(true).build(texts)?;
    let states = states(&automaton)?;
    if states.len() > usize::from(u16::MAX) {
        return Err("the literals of the packs take more states than the table has numbers for".into());
    }
    let is_end = |state: &&StateID| automaton.is_match(**state);
    let (others, ends): (Vec<StateID>, Vec<StateID>) = states.iter().partition(|state| !is_end(state));
    let order: HashMap<StateID, u16> = others.iter().chain(&ends).copied().zip(0..).collect();
    let column = |byte: u8| -> Vec<u16> {
        let next = |state: &StateID| automaton.next_state(Anchored::No, *state, byte);
        others.iter().chain(&ends).map(|state| order[&next(state)]).collect()
    };
    let mut columns: Vec<Vec<u16>> = Vec::new();
    let mut classes = Vec::new();
    for column in (0..=u8::MAX).map(column) {
        let class = columns.iter().position(|other| *other == column).unwrap_or(columns.len());
        if class == columns.len() {
            columns.push(column);
        }
        classes.push(class);
    }
    let rows = (0..order.len()).flat_map(|at| columns.iter().map(move |column| column[at]));
    fs::write(out.join(name), rows.flat_map(u16::to_le_bytes).collect::<Vec<u8>>())?;
    let (mut starts, mut owners) = (vec![0], Vec::new());
    for &state in &ends {
        let places = (0..automaton.match_len(state)).map(|at| automaton.match_pattern(state, at));
        owners.extend(places.map(|place| literals[place.as_usize()].1).collect::<BTreeSet<u16>>());
        starts.push(owners.len());
    }
    Ok(format!(
        "pub static {name}: Automaton = Automaton {{ classes: &{classes:?}, width: {}, next: include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{name}\")), first: {}, starts: &{starts:?}, owners: &{owners:?} }};\n",
        columns.len(),
        others.len(),
    ))
}

/// Returns the states of an automaton, the one to begin with first, then one after the other as bytes lead to them.
fn states(automaton: &DFA) -> Result<Vec<StateID>, Box<dyn Error>> {
    let mut states = vec![automaton.start_state(Anchored::No)?];
    let mut known: HashSet<StateID> = states.iter().copied().collect();
    let mut at = 0;
    while let Some(&state) = states.get(at) {
        for byte in 0..=u8::MAX {
            let next = automaton.next_state(Anchored::No, state, byte);
            if known.insert(next) {
                states.push(next);
            }
        }
        at += 1;
    }
    Ok(states)
}

/// Writes the globs, what they stand for, and where to look for them.
fn globs(packs: &BTreeMap<String, Table>, out: &Path) -> Result<String, Box<dyn Error>> {
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
    let (with, without): (Vec<_>, Vec<_>) =
        (0_u16..).zip(entries.keys()).partition(|(_, glob)| !text_of(glob).is_empty());
    let own = |(place, glob): &(u16, &&str)| (text_of(glob).as_bytes().to_vec(), *place);
    let texts = automaton("TEXTS", &with.iter().map(own).collect(), out)?;
    let textless: Vec<u16> = without.iter().map(|(place, _)| *place).collect();
    let sources: Vec<&String> = all.keys().collect();
    let mut text = format!("pub static GLOBS: &[&str] = &{sources:?};\n");
    // Without a pointer for each: the system would have to put in every one of them whenever gate starts.
    let texts_of: String = entries.keys().copied().collect();
    let sources_of: Vec<usize> = entries.values().flatten().copied().collect();
    let ends = |lengths: Vec<usize>| -> Vec<usize> {
        let sums = lengths.into_iter().scan(0, |end, length| {
            *end += length;
            Some(*end)
        });
        std::iter::once(0).chain(sums).collect()
    };
    let text_ends = ends(entries.keys().map(|glob| glob.len()).collect());
    let source_ends = ends(entries.values().map(Vec::len).collect());
    writeln!(
        text,
        "static ENTRIES: Entries = Entries {{ text: {texts_of:?}, text_ends: &{text_ends:?}, sources: &{sources_of:?}, source_ends: &{source_ends:?} }};"
    )?;
    text += &format!("static TEXTLESS: &[u16] = &{textless:?};\n");
    Ok(text + &texts)
}

/// Returns the longest text that all paths hold which a plain glob matches.
fn text_of(glob: &str) -> &str {
    // Two stars may stand for nothing, and the slash behind them with them.
    let texts = glob.split('*').map(|text| text.trim_start_matches('/'));
    texts.max_by_key(|text| text.len()).unwrap_or_default()
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
