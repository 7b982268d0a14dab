//! A tolerant outline of a YAML file: its scalars with the keys that lead to them.
//!
//! Discovery needs a few keys of compose files, manifests and Helm templates. A template
//! is no YAML before it is rendered, so a strict parser would refuse half of what is to
//! be read. This reader goes by indentation alone, leaves out what it does not know, and
//! takes time and memory in proportion to the file, whatever is in it.

use std::collections::BTreeMap;

/// How deep keys may be nested; deeper ones are left out.
const MAX_DEPTH: usize = 24;
/// How many scalars an outline may hold, aliases included; later ones are left out.
const MAX_ENTRIES: usize = 20_000;

/// How many aliases are followed; later ones are left out.
const MAX_ALIASES: usize = 500;

/// The scalars of a YAML file.
#[derive(Clone, Debug, Default)]
pub(super) struct Outline {
    entries: Vec<Entry>,
}

/// One scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The document of the file that it is in, counted from 0.
    pub document: usize,
    /// The keys that lead to it; an item of a list is `#0`, `#1` …
    pub keys: Vec<String>,
    /// The scalar, without quotes; empty for a key that only holds others.
    pub value: String,
}

/// A key, or an item of a list, that later lines may be inside of.
struct Level {
    indent: usize,
    key: String,
    is_item: bool,
    items: usize,
}

impl Outline {
    /// Reads a file.
    pub fn read(text: &str) -> Self {
        let mut reader = Reader::default();
        for line in text.lines() {
            reader.line(line);
        }
        reader.finish()
    }

    /// Returns every scalar, in order.
    #[cfg(test)]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns how many documents the file has.
    pub fn documents(&self) -> usize {
        self.entries.last().map_or(0, |entry| entry.document + 1)
    }

    /// Returns the keys right below `keys` in a document, each once, in order.
    pub fn children<'a>(&'a self, document: usize, keys: &[&str]) -> Vec<&'a str> {
        let mut found: Vec<&'a str> = Vec::new();
        for entry in self.below(document, keys) {
            if let Some(key) = entry.keys.get(keys.len())
                && found.last() != Some(&key.as_str())
            {
                found.push(key);
            }
        }
        found.dedup();
        found
    }

    /// Returns the scalar at `keys`, unless it is empty.
    pub fn value<'a>(&'a self, document: usize, keys: &[&str]) -> Option<&'a str> {
        self.below(document, keys)
            .find(|entry| entry.keys.len() == keys.len() && !entry.value.is_empty())
            .map(|entry| entry.value.as_str())
    }

    /// Returns every scalar at or below `keys`, in order.
    pub fn below<'a>(&'a self, document: usize, keys: &[&str]) -> impl Iterator<Item = &'a Entry> {
        // Documents follow each other.
        let start = self.entries.partition_point(|entry| entry.document < document);
        let entries = self.entries.get(start..).unwrap_or_default();
        entries.iter().take_while(move |entry| entry.document == document).filter(move |entry| {
            entry.keys.len() >= keys.len() && keys.iter().zip(&entry.keys).all(|(key, found)| key == found)
        })
    }
}

#[derive(Default)]
struct Reader {
    outline: Outline,
    document: usize,
    levels: Vec<Level>,
    /// The indentation that the lines of a block scalar must be beyond.
    block: Option<usize>,
    /// Where each anchor was set.
    anchors: BTreeMap<String, (usize, Vec<String>)>,
    aliases: usize,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        if trimmed.is_empty() || self.block.is_some_and(|block| indent > block) {
            return;
        }
        self.block = None;
        if line.starts_with("---") {
            self.document += 1;
            self.levels.clear();
        } else if !trimmed.starts_with('#') && !trimmed.starts_with("{{") && !trimmed.starts_with('%') {
            self.content(indent, trimmed);
        }
    }

    /// Reads what stands on a line from `indent` on: items of lists, then a key, then a value.
    fn content(&mut self, mut indent: usize, mut text: &str) {
        while let Some(rest) = text.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' '))
        {
            if self.levels.len() >= MAX_DEPTH {
                return;
            }
            self.item(indent);
            let inner = rest.trim_start();
            indent += text.len() - inner.len();
            text = inner;
        }
        let text = without_comment(text);
        match split_key(text) {
            Some((key, value)) => {
                self.leave(indent, false);
                if self.levels.len() >= MAX_DEPTH {
                    return;
                }
                self.levels.push(Level { indent, key, is_item: false, items: 0 });
                self.value(indent, value);
            }
            None => self.value(indent, text),
        }
    }

    /// Steps out of whatever a line at `indent` is not inside of.
    fn leave(&mut self, indent: usize, item: bool) {
        while let Some(top) = self.levels.last() {
            let inside = top.indent < indent || (item && top.indent == indent && !top.is_item);
            if inside {
                break;
            }
            self.levels.pop();
        }
    }

    fn item(&mut self, indent: usize) {
        self.leave(indent, true);
        let number = match self.levels.last_mut() {
            Some(parent) => {
                parent.items += 1;
                parent.items - 1
            }
            None => 0,
        };
        self.levels.push(Level { indent, key: format!("#{number}"), is_item: true, items: 0 });
    }

    fn value(&mut self, indent: usize, text: &str) {
        let mut text = text.trim();
        if let Some(rest) = text.strip_prefix('&') {
            let (anchor, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            self.anchors.insert(anchor.to_owned(), (self.document, self.keys()));
            text = rest.trim();
        }
        if text.starts_with(['|', '>']) {
            self.block = Some(self.levels.last().map_or(indent, |level| level.indent));
            return;
        }
        if let Some(alias) = text.strip_prefix('*') {
            return self.alias(alias);
        }
        let keys = self.keys();
        match flow(text) {
            Some(parts) => {
                for (key, value) in parts {
                    let keys = keys.iter().cloned().chain([key]).collect();
                    self.push(keys, value);
                }
            }
            None => self.push(keys, unquoted(text).to_owned()),
        }
    }

    /// Copies what an alias stands for, as far as it is known; aliases within are left alone.
    fn alias(&mut self, name: &str) {
        let Some((document, from)) = self.anchors.get(name).cloned() else { return };
        self.aliases += 1;
        if self.aliases > MAX_ALIASES {
            return;
        }
        let mut to = self.keys();
        if to.last().is_some_and(|key| key == "<<") {
            to.pop();
        }
        let prefix: Vec<&str> = from.iter().map(String::as_str).collect();
        let copies: Vec<Entry> = self.outline.below(document, &prefix).cloned().collect();
        for copy in copies {
            self.push(to.iter().chain(copy.keys.iter().skip(from.len())).cloned().collect(), copy.value);
        }
    }

    fn keys(&self) -> Vec<String> {
        self.levels.iter().map(|level| level.key.clone()).collect()
    }

    fn push(&mut self, keys: Vec<String>, value: String) {
        if keys.len() <= MAX_DEPTH && self.outline.entries.len() < MAX_ENTRIES {
            self.outline.entries.push(Entry { document: self.document, keys, value });
        }
    }

    fn finish(self) -> Outline {
        self.outline
    }
}

/// Splits `key: value`; `None` where there is no key.
fn split_key(text: &str) -> Option<(String, &str)> {
    if text.starts_with(['{', '[', '*', '&']) {
        return None;
    }
    let (key, value) = match text.strip_suffix(':') {
        Some(key) if !key.contains(": ") => (key, ""),
        _ => text.split_once(": ")?,
    };
    let key = unquoted(key.trim());
    (!key.is_empty() && key.len() <= 200).then(|| (key.to_owned(), value))
}

/// Cuts a comment off, leaving `#` inside quotes or words alone.
fn without_comment(text: &str) -> &str {
    if text.starts_with(['"', '\'']) {
        return text;
    }
    text.split_once(" #").map_or(text, |(before, _)| before).trim_end()
}

fn unquoted(text: &str) -> &str {
    let inner = |quote: char| text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// Splits a one-line `[a, b]` or `{a: b}` into keys and values; nested ones stay text.
fn flow(text: &str) -> Option<Vec<(String, String)>> {
    let inner = |open: char, close: char| text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
    if let Some(list) = inner('[', ']') {
        let items = list.split(',').map(|item| unquoted(item.trim()).to_owned());
        return Some(items.enumerate().map(|(at, item)| (format!("#{at}"), item)).collect());
    }
    let map = inner('{', '}').filter(|_| !text.starts_with("{{"))?;
    let pair =
        |pair: &str| split_key(pair.trim()).map(|(key, value)| (key, unquoted(value.trim()).to_owned()));
    Some(map.split(',').filter_map(pair).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flat(text: &str) -> String {
        let outline = Outline::read(text);
        let line = |entry: &Entry| format!("{}:{}={}", entry.document, entry.keys.join("."), entry.value);
        outline.entries().iter().map(line).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn keys_lists_and_flow_are_read() {
        insta::assert_snapshot!(flat("services:\n  web: # the site\n    build: {context: ., dockerfile: 'web/Dockerfile'}\n    ports:\n    - \"80:80\"\n    env:\n      - name: A\n        value: b\n    cmd: [\"a\", b]\n"), @r"
        0:services=
        0:services.web=
        0:services.web.build.context=.
        0:services.web.build.dockerfile=web/Dockerfile
        0:services.web.ports=
        0:services.web.ports.#0=80:80
        0:services.web.env=
        0:services.web.env.#0.name=A
        0:services.web.env.#0.value=b
        0:services.web.cmd.#0=a
        0:services.web.cmd.#1=b
        ");
    }

    #[test]
    fn aliases_and_merges_are_copied() {
        insta::assert_snapshot!(flat("x: &b\n  context: ./engine\na:\n  build: *b\nc:\n  <<: *b\n"), @r"
        0:x=
        0:x.context=./engine
        0:a=
        0:a.build=
        0:a.build.context=./engine
        0:c=
        0:c=
        0:c.context=./engine
        ");
    }

    #[test]
    fn templates_documents_and_block_scalars_are_stepped_over() {
        insta::assert_snapshot!(flat("{{- if .Values.x }}\nkind: Service\nmetadata:\n  name: {{ .Values.name }}\n---\nkind: ConfigMap\ndata:\n  x: |\n    kind: Deployment\n    - a: b\n  y: z\n"), @r"
        0:kind=Service
        0:metadata=
        0:metadata.name={{ .Values.name }}
        1:kind=ConfigMap
        1:data=
        1:data.y=z
        ");
    }

    #[test]
    fn aliases_of_aliases_stay_small() {
        let mut text = "a0: &a0\n  x: y\n".to_owned();
        for level in 1..200 {
            text += &format!("a{level}: &a{level}\n");
            for copy in 0..20 {
                text += &format!("  k{copy}: *a{}\n", level - 1);
            }
        }
        assert!(Outline::read(&text).entries().len() <= MAX_ENTRIES);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[ \\-a-z:#&*{}\\[\\]'\"|>\\n]{0,300}") {
            Outline::read(&text);
        }
    }
}
