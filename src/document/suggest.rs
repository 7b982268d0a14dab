//! What somebody may have meant by a name that nobody knows.

use std::ops::Range;

use crate::diagnostic::Diagnostic;

/// Names longer than this are not compared, so that a hostile file costs nothing.
const LONGEST: usize = 64;
/// Beside a near name, all of them are listed where they are no more than this.
const FEW: usize = 8;
/// A list in a message stops after this many names.
const SHOWN: usize = 24;

/// Makes the mistake of an unknown name: with the nearest known one, or with all of them.
pub fn unknown<'a>(
    span: Range<usize>,
    message: impl Into<String>,
    name: &str,
    kind: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let near = nearest(name, known.iter().copied());
    let mistake = Diagnostic::error(span, message);
    let mistake = match near {
        Some(near) => mistake.label(format!("did you mean `{near}`?")),
        None => mistake,
    };
    match known.as_slice() {
        [] => mistake.help(format!("there are no {kind}")),
        [only] if near.is_none() => mistake.help(format!("there is only `{only}`")),
        known if known.len() > 1 && (near.is_none() || known.len() <= FEW) => {
            mistake.help(format!("the {kind} are {}", listed(known)))
        }
        _ => mistake,
    }
}

/// Returns the known name that is nearest, where one is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let limit = (name.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|known| known.len() <= LONGEST)
        .map(|known| (distance(&name, &known.to_lowercase()), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// Returns the names in backquotes, as a sentence has them; a long list is cut.
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect();
    if names.len() > SHOWN {
        return format!("{} and {} more", quoted.join(", "), names.len() - SHOWN);
    }
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Counts the edits between two names; two letters in the wrong order are one edit.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let mut before = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (i, &from) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, &to) in b.iter().enumerate() {
            let mut cost = (above[j] + usize::from(from != to)).min(above[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to {
                let swapped: &Vec<usize> = &before;
                cost = cost.min(swapped[j - 1] + 1);
            }
            row.push(cost);
        }
        before = std::mem::replace(&mut above, row);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swapped_missing_and_wrong_letters_are_near() {
        let known = ["platform", "payments", "paths"];
        assert_eq!(nearest("plattform", known), Some("platform"));
        assert_eq!(nearest("pahts", known), Some("paths"));
        assert_eq!(nearest("Payment", known), Some("payments"));
        assert_eq!(nearest("security", known), None);
    }

    #[test]
    fn a_name_of_a_megabyte_is_not_compared() {
        assert_eq!(nearest(&"x".repeat(1 << 20), ["xx"]), None);
    }

    #[test]
    fn a_list_reads_like_a_sentence() {
        assert_eq!(listed(&["a"]), "`a`");
        assert_eq!(listed(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert!(listed(&["a"; 30]).ends_with("`a` and 6 more"));
    }
}
