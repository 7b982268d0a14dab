//! The structure of a configuration file: its keys, lists and values, each with its place.
//!
//! What can't be read for sure is an error and not a guess: whoever asks takes it
//! for a match. Depth, size and number of values are limited.

mod blocks;
mod builder;
mod hcl;
mod json;
mod toml;
mod yaml;

use std::ops::Range;

use bstr::ByteSlice;

/// A file larger than this, in bytes, is not read.
const LARGEST: usize = 2 << 20;
/// Values in values deeper than this are not read.
const DEEPEST: usize = 100;
/// A file of more values than this is not read.
const MOST_NODES: usize = 300_000;

/// A language of keys and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2, several documents included.
    Yaml,
    /// JSON, with comments and trailing commas where there are some.
    Json,
    /// TOML.
    Toml,
    /// HCL, the language of Terraform and others.
    Hcl,
}

impl Format {
    /// Returns the format of a file, told by its name alone.
    pub fn of(path: &[u8]) -> Option<Self> {
        let name = path.rfind_byte(b'/').map_or(path, |slash| &path[slash + 1..]).to_ascii_lowercase();
        let (_, extension) = name.rsplit_once_str(b".")?;
        match extension {
            b"yaml" | b"yml" => Some(Self::Yaml),
            b"json" | b"jsonc" | b"json5" => Some(Self::Json),
            b"toml" => Some(Self::Toml),
            b"tf" | b"tfvars" | b"tofu" | b"hcl" | b"nomad" => Some(Self::Hcl),
            _ => None,
        }
    }

    /// Returns its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Hcl => "HCL",
        }
    }
}

/// Why a file has no structure that can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Its name is of no known format.
    #[error("it is not YAML, JSON, TOML or HCL by its name")]
    Format,
    /// It is binary, a link, too large for git to show.
    #[error("it is not text")]
    NotText,
    /// It is larger than what is read.
    #[error("it is too large to be read as {}", .0.name())]
    TooLarge(Format),
    /// Values are nested too deep.
    #[error("its values are nested too deep")]
    TooDeep,
    /// What it says is only known once it has been rendered.
    #[error("it is a template, and not {} before it is rendered", .0.name())]
    Template(Format),
    /// It breaks the rules of its format.
    #[error("it is not well-formed {}", .0.name())]
    Malformed(Format),
}

/// A file's values, with their places in bytes.
#[derive(Clone, Debug, Default)]
pub struct Structure {
    nodes: Vec<Node>,
    roots: Vec<usize>,
    /// A value's place does not hold all that is in it: there are aliases, or tables in pieces.
    is_scattered: bool,
    /// There are blocks in it, which may be one or a list of them.
    has_blocks: bool,
}

/// A value.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it is.
    pub place: Range<usize>,
    /// What it is.
    pub value: Value,
}

/// What a value is; others are named by number.
#[derive(Clone, Debug)]
pub enum Value {
    /// A text, a number or the like.
    Scalar,
    /// Keys with values.
    Map(Vec<Entry>),
    /// A list.
    List(Vec<usize>),
    /// Another value that stands elsewhere.
    Alias(usize),
    /// What comes out when it is run, and the maps and lists that stand in it.
    Expression(Vec<usize>),
}

/// A key, or a value that holds no others.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Where it is.
    pub place: Range<usize>,
    /// How many maps and lists it is in.
    pub depth: usize,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key; `None` where it is more than a text.
    pub key: Option<String>,
    /// Where the key is.
    pub place: Range<usize>,
    /// The value, by number.
    pub value: usize,
}

impl Structure {
    /// Reads a file, whose path tells the format.
    pub fn read(path: &[u8], content: &[u8]) -> Result<Self, Unreadable> {
        let format = Format::of(path).ok_or(Unreadable::Format)?;
        if content.len() > LARGEST {
            return Err(Unreadable::TooLarge(format));
        }
        let Ok(text) = content.to_str() else { return Err(Unreadable::NotText) };
        match format {
            Format::Yaml => yaml::read(text, yaml::is_rendered(path)),
            Format::Json if is_of_blocks(path) => {
                json::read(text).map(|structure| json::with_expressions(structure, text))
            }
            Format::Json => json::read(text),
            Format::Toml => toml::read(text),
            Format::Hcl => hcl::read(text),
        }
    }

    /// Returns the values at the top, one for each document.
    pub fn roots(&self) -> &[usize] {
        &self.roots
    }

    /// Returns all values, in no order.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.nodes.iter().map(|node| &node.value)
    }

    /// Returns a value by its number.
    pub fn node(&self, number: usize) -> &Node {
        &self.nodes[number]
    }

    /// Tells whether a value's place does not hold all that is in it.
    pub fn is_scattered(&self) -> bool {
        self.is_scattered
    }

    /// Tells whether a list may stand for its only item, and the other way round.
    pub fn has_blocks(&self) -> bool {
        self.has_blocks
    }

    /// Tells whether an entry of a value is the label of a block, which whoever writes the block may choose.
    pub fn is_label(&self, of: usize, entry: &Entry) -> bool {
        // The map of a label begins with it, and any other but that of the file with a brace.
        let begins_so = self.nodes.get(of).is_some_and(|node| node.place.start == entry.place.start);
        self.has_blocks && begins_so && !self.roots.contains(&of)
    }

    /// Returns the places of all values and keys, in no order.
    pub fn places(&self) -> impl Iterator<Item = &Range<usize>> {
        let keys = self.values().filter_map(|value| match value {
            Value::Map(entries) => Some(entries.iter().map(|entry| &entry.place)),
            Value::Scalar | Value::List(_) | Value::Alias(_) | Value::Expression(_) => None,
        });
        self.nodes.iter().map(|node| &node.place).chain(keys.flatten())
    }

    /// Returns the keys and the values that hold no others, in no order; `None` where a key is more than a text.
    pub fn leaves(&self) -> Option<Vec<Leaf>> {
        let mut leaves = Vec::new();
        let mut waiting: Vec<(usize, usize)> = self.roots.iter().map(|&root| (root, 0)).collect();
        while let Some((number, depth)) = waiting.pop() {
            let node = &self.nodes[number];
            match &node.value {
                Value::Scalar | Value::Alias(_) | Value::Expression(_) => {
                    leaves.push(Leaf { place: node.place.clone(), depth });
                }
                Value::List(items) => waiting.extend(items.iter().map(|&item| (item, depth + 1))),
                Value::Map(entries) => {
                    for entry in entries {
                        entry.key.as_ref()?;
                        leaves.push(Leaf { place: entry.place.clone(), depth: depth + 1 });
                        waiting.push((entry.value, depth + 1));
                    }
                }
            }
        }
        Some(leaves)
    }

    fn add(&mut self, place: Range<usize>, value: Value) -> Result<usize, Unreadable> {
        if self.nodes.len() >= MOST_NODES {
            return Err(Unreadable::TooDeep);
        }
        self.nodes.push(Node { place, value });
        Ok(self.nodes.len() - 1)
    }
}

/// Tells of a JSON file that what stands in it is HCL, as in `main.tf.json`.
fn is_of_blocks(path: &[u8]) -> bool {
    path.rsplit_once_str(b".").is_some_and(|(stem, _)| {
        Format::of(stem) == Some(Format::Hcl)
            || [b".pkr".as_slice(), b".pkrvars", b".tftest", b".tofutest"]
                .iter()
                .any(|end| stem.to_ascii_lowercase().ends_with(end))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Draws what was read, each value with its text.
    pub(super) fn drawn(path: &str, text: &str) -> String {
        let structure = match Structure::read(path.as_bytes(), text.as_bytes()) {
            Ok(structure) => structure,
            Err(reason) => return reason.to_string(),
        };
        let mut out = String::new();
        for &root in structure.roots() {
            draw(&structure, text, root, 0, &mut out);
        }
        out
    }

    fn draw(structure: &Structure, text: &str, at: usize, depth: usize, out: &mut String) {
        let pad = "  ".repeat(depth);
        let node = structure.node(at);
        match &node.value {
            Value::Scalar => *out += &format!("{pad}{:?}\n", text.get(node.place.clone()).unwrap()),
            Value::Alias(to) => {
                *out += &format!("{pad}*{:?}\n", text.get(structure.node(*to).place.clone()).unwrap());
            }
            Value::Expression(inner) => {
                *out += &format!("{pad}from {:?}\n", text.get(node.place.clone()).unwrap());
                inner.iter().for_each(|item| draw(structure, text, *item, depth + 1, out));
            }
            Value::List(items) => {
                *out += &format!("{pad}list\n");
                items.iter().for_each(|item| draw(structure, text, *item, depth + 1, out));
            }
            Value::Map(entries) => {
                for entry in entries {
                    let key = entry.key.as_deref().unwrap_or("?");
                    *out += &format!("{pad}{key} = {:?}\n", text.get(entry.place.clone()).unwrap());
                    draw(structure, text, entry.value, depth + 1, out);
                }
            }
        }
    }

    #[test]
    fn format_is_told_by_name() {
        assert_eq!(Format::of(b"a/b.YML"), Some(Format::Yaml));
        assert_eq!(Format::of(b"tsconfig.json"), Some(Format::Json));
        assert_eq!(Format::of(b"Cargo.toml"), Some(Format::Toml));
        assert_eq!(Format::of(b"a.yaml/readme"), None);
        assert_eq!(drawn("a.conf", "x"), "it is not YAML, JSON, TOML or HCL by its name");
    }

    #[test]
    fn what_is_huge_or_deep_is_an_error() {
        for (path, open, close) in [("a.json", "[", "]"), ("a.yaml", "[", "]"), ("a.toml", "[", "]")] {
            let deep = |depth: usize| {
                let start = if path.ends_with("toml") { "a = " } else { "" };
                format!("{start}{}1{}\n", open.repeat(depth), close.repeat(depth))
            };
            assert!(Structure::read(path.as_bytes(), deep(50).as_bytes()).is_ok(), "{path}");
            for depth in [150, 5_000, 200_000] {
                assert!(Structure::read(path.as_bytes(), deep(depth).as_bytes()).is_err(), "{path} {depth}");
            }
            let huge = vec![b'1'; LARGEST + 1];
            assert!(matches!(Structure::read(path.as_bytes(), &huge), Err(Unreadable::TooLarge(_))));
        }
        let block: String = (0..2000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect();
        assert_eq!(drawn("a.yaml", &block), "its values are nested too deep");
        let items = "- ".repeat(100_000);
        assert_eq!(drawn("a.yaml", &items), "its values are nested too deep");
    }
}
