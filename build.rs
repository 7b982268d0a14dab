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
    let (tables, all) = tables(&packs)?;
    fs::write(out.join("packs.rs"), tables)?;
    let (regexes, literals) = regexes(&packs, &all)?;
    let known = regexes + &automaton("LITERALS", &literals, &out)? + &globs(&packs, &all, &out)?;
    fs::write(out.join("known.rs"), known)?;
    Ok(())
}

/// The packs as numbers: each text is the number of its place, each list begins with its length.
#[derive(Default)]
struct Packed {
    places: HashMap<String, u16>,
    texts: Vec<String>,
    numbers: Vec<u16>,
}

/// Writes the packs as numbers and texts, without those that hold what is not known here, and returns the texts.
fn tables(packs: &BTreeMap<String, Table>) -> Result<(String, Vec<String>), Box<dyn Error>> {
    let mut packed = Packed::default();
    let mut starts = String::new();
    for (name, pack) in packs {
        let start = packed.numbers.len();
        if packed.pack(name, pack).is_some() {
            starts += &format!("({name:?}, {start}), ");
        } else {
            packed.numbers.truncate(start);
        }
    }
    if packed.texts.len() > usize::from(u16::MAX) {
        return Err("the packs hold more texts than the table has numbers for".into());
    }
    let numbers = &packed.numbers;
    let texts = texts_table("pub(super) static TEXTS", packed.texts.iter().map(String::as_str));
    let tables = format!(
        "static STARTS: &[(&str, usize)] = &[{starts}];\nstatic NUMBERS: &[u16] = &{numbers:?};\n{texts}"
    );
    Ok((tables, packed.texts))
}

impl Packed {
    fn pack(&mut self, name: &str, pack: &Table) -> Option<()> {
        let known = ["about", "extends", "except", "rule", "local"];
        if !pack.keys().all(|key| known.contains(&key.as_str())) {
            return None;
        }
        self.text(pack.get("about").map_or(Some(""), Value::as_str)?);
        for key in ["extends", "except"] {
            self.list(&pack.get(key).map_or(Some(Vec::new()), texts)?)?;
        }
        self.length(rows(pack, "rule").count())?;
        for rule in rows(pack, "rule") {
            let text = |key| rule.get(key).and_then(Value::as_str);
            self.text(&format!("{name}/{}", text("id")?));
            self.text(text("category")?);
            self.text(text("why")?);
            self.conditions(rule, &["id", "category", "why", "example"])?;
            self.length(rows(rule, "example").count())?;
            rows(rule, "example").try_for_each(|example| self.example(example))?;
        }
        self.length(rows(pack, "local").count())?;
        for local in rows(pack, "local") {
            self.text(local.get("why").map_or(Some(""), Value::as_str)?);
            self.conditions(local, &["why"])?;
        }
        Some(())
    }

    fn conditions(&mut self, rule: &Table, others: &[&str]) -> Option<()> {
        let comments = rule.get("comments").map_or(Some(false), Value::as_bool)?;
        self.numbers.push(u16::from(comments));
        let is_list = |key: &&String| !others.contains(&key.as_str()) && *key != "comments";
        self.length(rule.keys().filter(is_list).count())?;
        for key in rule.keys().filter(is_list) {
            let name = key.as_str();
            if !(REGEXES.contains(&name) || GLOBS.contains(&name) || ["kinds", "keys"].contains(&name)) {
                return None;
            }
            self.text(name);
            self.list(&texts(&rule[key])?)?;
        }
        Some(())
    }

    fn example(&mut self, example: &Table) -> Option<()> {
        let text = |key| example.get(key).and_then(Value::as_str);
        self.text(text("path")?);
        self.text(text("diff")?);
        self.numbers.push(u16::from(text("class")? == "architectural"));
        Some(())
    }

    fn list(&mut self, texts: &[&str]) -> Option<()> {
        self.length(texts.len())?;
        texts.iter().for_each(|text| self.text(text));
        Some(())
    }

    fn length(&mut self, length: usize) -> Option<()> {
        self.numbers.push(u16::try_from(length).ok()?);
        Some(())
    }

    fn text(&mut self, text: &str) {
        let place = self.places.get(text).copied().unwrap_or_else(|| {
            // Where there are too many the build ends.
            let place = u16::try_from(self.texts.len()).unwrap_or(u16::MAX);
            self.places.insert(text.to_owned(), place);
            self.texts.push(text.to_owned());
            place
        });
        self.numbers.push(place);
    }
}

/// Writes texts as one, with where each begins.
fn texts_table<'a>(name: &str, texts: impl Iterator<Item = &'a str> + Clone) -> String {
    let ends = ends(texts.clone().map(str::len));
    format!("{name}: Texts = Texts {{ all: {:?}, ends: &{ends:?} }};\n", texts.collect::<String>())
}

/// Writes the place among `some`, which are sorted, of each of all texts; the highest number for none.
fn places(name: &str, all: &[String], some: &[&str]) -> String {
    let place =
        |text: &String| some.binary_search(&text.as_str()).map_or(usize::from(u16::MAX), |place| place);
    format!("static {name}: &[u16] = &{:?};\n", all.iter().map(place).collect::<Vec<_>>())
}

/// Returns where each of some lengths one after the other begins, and where the last one ends.
fn ends(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let sums = lengths.scan(0, |end, length| {
        *end += length;
        Some(*end)
    });
    std::iter::once(0).chain(sums).collect()
}

/// A literal is found by this many of its bytes: there is hardly another that begins so.
const LONGEST: usize = 10;

/// Literals, each with the place of its regex.
type Owned = Vec<(Vec<u8>, u16)>;

/// Writes what is known of each regex, and returns their literals as well.
fn regexes(packs: &BTreeMap<String, Table>, texts: &[String]) -> Result<(String, Owned), Box<dyn Error>> {
    let mut all: BTreeSet<&str> = all_of(packs, &REGEXES);
    all.extend(packs.values().filter_map(|pack| pack.get("except")).filter_map(self::texts).flatten());
    // What a rule looks for that says only where to look.
    all.insert(r"\S");
    let mut literals = Vec::new();
    let (mut has_literals, mut edges, mut sets) = (Vec::new(), Vec::new(), Vec::new());
    for (place, regex) in (0..).zip(&all) {
        let parsed = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(regex)?;
        let own = literals::required(&parsed);
        let needs = Needs::of(&parsed);
        has_literals.push(own.is_some());
        edges.push((needs.first, needs.last));
        sets.push(needs.sets);
        literals.extend(own.into_iter().flatten().map(|literal| (literal, place)));
    }
    let mut text = texts_table("pub static PATTERNS", all.iter().copied());
    text += &places("PATTERN_OF", texts, &all.iter().copied().collect::<Vec<_>>());
    writeln!(text, "static HAS_LITERALS: &[bool] = &{has_literals:?};")?;
    writeln!(text, "static EDGES: &[(Bytes, Bytes)] = &{edges:?};")?;
    writeln!(text, "static SET_ENDS: &[u32] = &{:?};", ends(sets.iter().map(|sets| sets.len())))?;
    writeln!(text, "static SETS: &[Bytes] = &{:?};", sets.concat())?;
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
fn globs(packs: &BTreeMap<String, Table>, texts: &[String], out: &Path) -> Result<String, Box<dyn Error>> {
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
    let automaton = automaton("TEXTS", &with.iter().map(own).collect(), out)?;
    let textless: Vec<u16> = without.iter().map(|(place, _)| *place).collect();
    let mut text = texts_table("pub static GLOBS", all.keys().map(String::as_str));
    text += &places("GLOB_OF", texts, &all.keys().map(String::as_str).collect::<Vec<_>>());
    text += &texts_table("static ENTRIES", entries.keys().copied());
    let sources: Vec<usize> = entries.values().flatten().copied().collect();
    writeln!(text, "static SOURCES: &[u16] = &{sources:?};")?;
    writeln!(text, "static SOURCE_ENDS: &[u32] = &{:?};", ends(entries.values().map(Vec::len)))?;
    text += &format!("static TEXTLESS: &[u16] = &{textless:?};\n");
    Ok(text + &automaton)
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
