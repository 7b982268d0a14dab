//! Keys from the allowed-signers file that gate.toml names.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::people::Taken;
use super::{KeyFiles, Person};
use crate::diagnostic::Diagnostic;
use crate::document;
use crate::key::{AllowedSigner, allowed_signers};

/// Mistakes of the file after this many are counted and not told.
const MOST: usize = 10;

/// Adds the keys of the file to the people whose addresses or ids it names.
///
/// Mistakes in it are told at the place where gate.toml names it.
pub(super) fn read(
    file: &Spanned<String>,
    key_files: KeyFiles<'_>,
    people: &mut BTreeMap<String, Person>,
    taken: &mut Taken,
    found: &mut Vec<Diagnostic>,
) {
    let Some(text) = text(file, key_files, found) else { return };
    let line = |at: usize| 1 + text.bytes().take(at).filter(|&byte| byte == b'\n').count();
    let signers = match allowed_signers(&text) {
        Ok(signers) => signers,
        Err(mistakes) => {
            let more = mistakes.len().saturating_sub(MOST);
            let told = mistakes.into_iter().take(MOST);
            found.extend(told.map(|(span, reason)| mistake(file, line(span.start), reason)));
            if more > 0 {
                found.push(Diagnostic::error(
                    file.span(),
                    format!("{more} more mistakes in `{}`", file.get_ref()),
                ));
            }
            return;
        }
    };
    let mut nobodys = BTreeSet::new();
    for signer in signers {
        let line = line(signer.span.start);
        match owner(&signer, people, taken) {
            Ok(Some(id)) => found.extend(add(signer, &id, line, file, people, taken)),
            Ok(None) => nobodys.extend(signer.principals),
            Err(reason) => found.push(mistake(file, line, reason)),
        }
    }
    found.extend(strangers(file, &nobodys));
}

fn text(file: &Spanned<String>, key_files: KeyFiles<'_>, found: &mut Vec<Diagnostic>) -> Option<String> {
    let name = file.get_ref();
    if name.split('/').any(|part| matches!(part, "" | "." | "..")) {
        let message = format!("`{name}` is not a path in the repository");
        found.push(
            Diagnostic::error(file.span(), message).help("write it from the top: `.github/allowed_signers`"),
        );
        return None;
    }
    match key_files(name) {
        Ok(Some(text)) => return Some(text),
        Ok(None) => found.push(
            Diagnostic::error(file.span(), format!("there is no file `{name}`"))
                .help("it is read at the same commit as gate.toml, from the top of the repository"),
        ),
        Err(reason) => {
            found.push(Diagnostic::error(file.span(), format!("`{name}` can't be read")).label(reason));
        }
    }
    None
}

fn mistake(file: &Spanned<String>, line: usize, reason: String) -> Diagnostic {
    Diagnostic::error(file.span(), format!("mistake in line {line} of `{}`", file.get_ref())).label(reason)
}

/// Returns the one person whom a line names, if any.
fn owner(
    signer: &AllowedSigner,
    people: &BTreeMap<String, Person>,
    taken: &Taken,
) -> Result<Option<String>, String> {
    let known = |principal: &String| {
        let id = people.contains_key(principal).then_some(principal.as_str());
        id.or_else(|| taken.owner(principal)).map(str::to_owned)
    };
    let mut owners: BTreeSet<String> = signer.principals.iter().filter_map(known).collect();
    let first = owners.pop_first();
    match (&first, owners.first()) {
        (Some(first), Some(second)) => Err(format!("it is a key of both `{first}` and `{second}`")),
        _ => Ok(first),
    }
}

fn add(
    signer: AllowedSigner,
    id: &str,
    line: usize,
    file: &Spanned<String>,
    people: &mut BTreeMap<String, Person>,
    taken: &mut Taken,
) -> Option<Diagnostic> {
    let taken = taken.key(signer.key.clone(), &file.span(), id);
    if let Some(person) = people.get_mut(id)
        && !person.keys.contains(&signer.key)
    {
        person.keys.push(signer.key);
    }
    taken.map(|mistake| mistake.label(format!("line {line} of `{}`", file.get_ref())))
}

/// Warns of keys that belong to nobody: a misspelt address makes a senior's sign-off count for nothing.
fn strangers(file: &Spanned<String>, principals: &BTreeSet<String>) -> Option<Diagnostic> {
    let names: Vec<&str> = principals.iter().map(String::as_str).collect();
    let message = format!("`{}` has keys of people whom gate.toml does not know", file.get_ref());
    (!names.is_empty()).then(|| {
        Diagnostic::warning(file.span(), message)
            .label(document::listed(&names))
            .help("a key counts for the person who has this address in `emails`, or this id")
    })
}
