//! A TOML file as its author wrote it: tables whose values know their place.
//!
//! A file with several mistakes gets all of them told at once, so reading never
//! stops at the first: a value of the wrong type is noted and left out, and a
//! table is closed by noting each key that nobody asked for.

mod suggest;
mod syntax;

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub use self::suggest::{listed, nearest, unknown};
pub use self::syntax::{SyntaxMistakes, parse};
use crate::diagnostic::Diagnostic;

/// A table being read: what has been asked for is remembered, the rest is unknown.
#[derive(Debug)]
pub struct Table<'a> {
    what: String,
    span: Range<usize>,
    entries: &'a DeTable<'a>,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// Starts reading a table; `what` is how messages speak of it, such as `[gate]`.
    pub fn new(what: impl Into<String>, span: Range<usize>, entries: &'a DeTable<'a>) -> Self {
        Self { what: what.into(), span, entries, asked: Vec::new() }
    }

    /// Returns how messages speak of it.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns where it is: its header, or all of an inline table.
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Tells whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Returns the names in it with their values, for a table whose keys are the user's own.
    pub fn names(&self) -> impl Iterator<Item = (Spanned<String>, &'a Spanned<DeValue<'a>>)> + use<'a> {
        self.entries
            .iter()
            .map(|(name, value)| (Spanned::new(name.span(), name.get_ref().to_string()), value))
    }

    /// Reads a string.
    pub fn string(&mut self, key: &'static str, found: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
        let value = self.value(key)?;
        let text = string(value);
        if text.is_none() {
            found.push(wrong_type(key, value, "a string"));
        }
        text
    }

    /// Reads a list of strings; a missing one is empty.
    pub fn strings(&mut self, key: &'static str, found: &mut Vec<Diagnostic>) -> Vec<Spanned<String>> {
        self.value(key).map_or_else(Vec::new, |value| strings(key, value, found))
    }

    /// Reads `true` or `false`.
    pub fn flag(&mut self, key: &'static str, found: &mut Vec<Diagnostic>) -> Option<Spanned<bool>> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            found.push(wrong_type(key, value, "`true` or `false`"));
        }
        flag.map(|flag| Spanned::new(value.span(), flag))
    }

    /// Reads a whole number.
    pub fn number(&mut self, key: &'static str, found: &mut Vec<Diagnostic>) -> Option<Spanned<i64>> {
        let value = self.value(key)?;
        let number = value
            .get_ref()
            .as_integer()
            .and_then(|digits| i64::from_str_radix(digits.as_str(), digits.radix()).ok());
        if number.is_none() {
            found.push(wrong_type(key, value, "a whole number"));
        }
        number.map(|number| Spanned::new(value.span(), number))
    }

    /// Reads a table.
    pub fn table(&mut self, key: &'static str, what: &str, found: &mut Vec<Diagnostic>) -> Option<Table<'a>> {
        let value = self.value(key)?;
        let table = table(what, value);
        if table.is_none() {
            found.push(wrong_type(key, value, "a table").help(format!("write {what}")));
        }
        table
    }

    /// Reads a list of tables, `form` being how they are written; `None` where the key is missing.
    pub fn tables(
        &mut self,
        key: &'static str,
        what: &str,
        form: &str,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Vec<Table<'a>>> {
        let value = self.value(key)?;
        let Some(array) = value.get_ref().as_array() else {
            found.push(wrong_type(key, value, "a list of tables").help(format!("write {form}")));
            return None;
        };
        let mut tables = Vec::with_capacity(array.len());
        for item in array {
            match table(what, item) {
                Some(table) => tables.push(table),
                None => found.push(wrong_type(key, item, "a list of tables").help(format!("write {form}"))),
            }
        }
        Some(tables)
    }

    /// Returns a value as it is, for a key that takes more than one shape.
    pub fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.entries.get(key)
    }

    /// Ends the reading: every key that nobody asked for is a mistake.
    pub fn close(self, found: &mut Vec<Diagnostic>) {
        for key in self.entries.keys() {
            if !self.asked.contains(&key.get_ref().as_ref()) {
                let message = format!("unknown key `{}` in {}", key.get_ref(), self.what);
                found.push(unknown(key.span(), message, key.get_ref(), "keys", self.asked.iter().copied()));
            }
        }
    }
}

/// Reads a value as a string.
pub fn string(value: &Spanned<DeValue<'_>>) -> Option<Spanned<String>> {
    value.get_ref().as_str().map(|text| Spanned::new(value.span(), text.to_owned()))
}

/// Reads a value as a list of strings, noting what is none.
pub fn strings(key: &str, value: &Spanned<DeValue<'_>>, found: &mut Vec<Diagnostic>) -> Vec<Spanned<String>> {
    let Some(array) = value.get_ref().as_array() else {
        let mistake = wrong_type(key, value, "a list of strings");
        found.push(match value.get_ref().as_str() {
            Some(text) => mistake.help(format!("write `{key} = [{text:?}]`")),
            None => mistake,
        });
        return Vec::new();
    };
    let mut texts = Vec::with_capacity(array.len());
    for item in array {
        match string(item) {
            Some(text) => texts.push(text),
            None => found.push(wrong_type(key, item, "a list of strings")),
        }
    }
    texts
}

/// Reads a value as a table.
pub fn table<'a>(what: impl Into<String>, value: &'a Spanned<DeValue<'a>>) -> Option<Table<'a>> {
    value.get_ref().as_table().map(|entries| Table::new(what, value.span(), entries))
}

/// Makes the mistake of a value that has another type than its key asks for.
pub fn wrong_type(key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Diagnostic {
    let is = match value.get_ref() {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Diagnostic::error(value.span(), format!("`{key}` takes {expected}")).label(format!("this is {is}"))
}
