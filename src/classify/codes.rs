//! The patterns over code of a policy: each is made ready for a language when a file of it is looked at.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::places::Mark;
use crate::rule::SyntaxPattern;
use crate::syntax::{Code, Language, Pattern};

/// The patterns of a policy.
#[derive(Debug, Default)]
pub struct Codes {
    pub all: Vec<SyntaxPattern>,
    /// By number and language; `None` where the pattern is no code of that language.
    ready: RwLock<HashMap<(usize, Language), Ready>>,
}

type Ready = Option<Arc<Pattern>>;

/// What a pattern has to do with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The file is read in this language.
    In(Language),
    /// The pattern is for another language.
    Not,
    /// The file is of no language that is known.
    Unknown,
}

impl Codes {
    /// Tells how a pattern reads the file of a path. Where the rule names the path, its pattern's language is taken
    /// for that of a file without one.
    pub fn reading(&self, number: usize, path: &[u8], is_named: bool) -> Reading {
        let wanted = self.all[number].lang.as_deref().map(Language::named);
        match (wanted, Language::of(path)) {
            (None, Some(language)) => Reading::In(language),
            (Some(Some(wanted)), Some(language)) if wanted.covers(language) => Reading::In(language),
            (Some(Some(_)), Some(_)) => Reading::Not,
            (Some(Some(wanted)), None) if is_named => Reading::In(wanted),
            (_, None) | (Some(None), _) => Reading::Unknown,
        }
    }

    /// Returns a pattern for a language.
    pub fn pattern(&self, number: usize, language: Language) -> Option<Arc<Pattern>> {
        let key = (number, language);
        if let Some(known) = self.ready.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        // One that can't be read in this language is in another: the policy has been checked.
        let made = match Pattern::new(&self.all[number].pattern, language) {
            Ok(pattern) => Some(Arc::new(pattern)),
            Err(_) => None,
        };
        self.ready.write().unwrap_or_else(PoisonError::into_inner).insert(key, made.clone());
        made
    }
}

/// Finds where a pattern matches on one side.
///
/// The flag tells that there is code that could not be read, and that has the pattern's words.
pub fn marks(pattern: &Pattern, content: &[u8], code: &Code) -> (Vec<Mark>, bool) {
    let unread = code.unread(content, pattern);
    let has_doubt = !unread.is_empty();
    let marks = code.matches(pattern).into_iter().chain(unread).map(|bytes| Mark { bytes, what: 0 });
    (marks.collect(), has_doubt)
}
