//! Puts values together as a reader comes upon them, from the top of the file to its end.

use std::ops::Range;

use super::{DEEPEST, Entry, Structure, Unreadable, Value};

/// A structure in the making.
#[derive(Debug, Default)]
pub(super) struct Builder {
    structure: Structure,
    open: Vec<Open>,
}

/// A list or a map that more may be put into.
#[derive(Debug)]
struct Open {
    node: usize,
    /// The key that waits for its value.
    key: Option<(Option<String>, Range<usize>)>,
}

impl Builder {
    /// Adds a text or a number.
    pub fn scalar(&mut self, text: &str, place: Range<usize>) -> Result<usize, Unreadable> {
        let node = self.structure.add(place, Value::Scalar)?;
        self.put(node, Some(text));
        Ok(node)
    }

    /// Adds a value that stands elsewhere; one that holds itself has no end.
    pub fn alias(&mut self, of: usize, place: Range<usize>) -> Result<(), Unreadable> {
        if self.open.iter().any(|open| open.node == of) {
            return Err(Unreadable::TooDeep);
        }
        let node = self.structure.add(place, Value::Alias(of))?;
        self.structure.is_scattered = true;
        self.put(node, None);
        Ok(())
    }

    /// Begins a map; what is added until it is closed are its keys and values by turns.
    pub fn open_map(&mut self, place: Range<usize>) -> Result<usize, Unreadable> {
        self.open(place, Value::Map(Vec::new()))
    }

    /// Begins a list.
    pub fn open_list(&mut self, place: Range<usize>) -> Result<usize, Unreadable> {
        self.open(place, Value::List(Vec::new()))
    }

    /// Ends the innermost map or list; an empty `place` says nothing of where it ends.
    pub fn close(&mut self, place: &Range<usize>) {
        if let Some(open) = self.open.pop() {
            let node = &mut self.structure.nodes[open.node];
            if !place.is_empty() {
                node.place.end = node.place.end.max(place.end);
            }
            self.put(open.node, None);
        }
    }

    /// Tells whether the innermost that is open is a map; `None` where nothing is.
    pub fn is_in_map(&self) -> Option<bool> {
        let open = self.open.last()?;
        Some(matches!(self.structure.nodes[open.node].value, Value::Map(_)))
    }

    /// Returns what was put together.
    pub fn finish(self) -> Structure {
        self.structure
    }

    fn open(&mut self, place: Range<usize>, value: Value) -> Result<usize, Unreadable> {
        if self.open.len() >= DEEPEST {
            return Err(Unreadable::TooDeep);
        }
        let node = self.structure.add(place, value)?;
        self.open.push(Open { node, key: None });
        Ok(node)
    }

    /// Puts a finished value where it belongs.
    fn put(&mut self, node: usize, text: Option<&str>) {
        let place = self.structure.nodes[node].place.clone();
        let Some(open) = self.open.last_mut() else {
            self.structure.roots.push(node);
            return;
        };
        let parent = &mut self.structure.nodes[open.node];
        if !place.is_empty() {
            parent.place.end = parent.place.end.max(place.end);
        }
        match &mut parent.value {
            Value::Map(entries) => match open.key.take() {
                Some((key, place)) => entries.push(Entry { key, place, value: node }),
                None => open.key = Some((text.map(str::to_owned), place)),
            },
            Value::List(items) => items.push(node),
            Value::Scalar | Value::Alias(_) | Value::Expression(_) => {}
        }
    }
}
