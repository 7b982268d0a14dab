//! The smallest set of people who together can free a change.

use std::collections::BTreeSet;

use super::Report;

/// More candidates than this are not searched through in every combination.
const EXACT: usize = 16;

impl Report {
    /// Returns the fewest people who can meet every open row, sorted; `None` where nobody can, empty where nothing is open.
    ///
    /// Up to 16 candidates the answer is exact; beyond that it takes whoever meets most, again and again.
    pub fn fewest_signers(&self) -> Option<Vec<String>> {
        let open: Vec<_> = self.requirements.iter().filter(|row| row.missing > 0).collect();
        let rows: Vec<(usize, BTreeSet<&str>)> = open
            .iter()
            .map(|row| (row.missing as usize, row.candidates.iter().map(String::as_str).collect()))
            .collect();
        if rows.iter().any(|(missing, candidates)| candidates.len() < *missing) {
            return None;
        }
        let people: Vec<&str> = rows
            .iter()
            .flat_map(|(_, people)| people)
            .copied()
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let chosen = if people.len() <= EXACT { exact(&people, &rows) } else { greedy(&people, &rows) };
        Some(chosen.into_iter().map(str::to_owned).collect())
    }
}

type Row<'a> = (usize, BTreeSet<&'a str>);

fn exact<'a>(people: &[&'a str], rows: &[Row<'a>]) -> Vec<&'a str> {
    let subsets = 0_u32..1 << people.len();
    let chosen = |subset: u32| {
        let of = people.iter().enumerate().filter(move |(index, _)| subset >> index & 1 == 1);
        of.map(|(_, person)| *person).collect::<Vec<_>>()
    };
    let fewest = subsets
        .filter(|subset| meets(&chosen(*subset), rows))
        .min_by_key(|subset| (subset.count_ones(), *subset));
    fewest.map(chosen).unwrap_or_default()
}

fn greedy<'a>(people: &[&'a str], rows: &[Row<'a>]) -> Vec<&'a str> {
    let mut chosen: Vec<&str> = Vec::new();
    while !meets(&chosen, rows) {
        let open = |person: &str| {
            let asks = rows.iter().filter(|(missing, candidates)| {
                chosen.iter().filter(|one| candidates.contains(**one)).count() < *missing
                    && candidates.contains(person)
            });
            asks.count()
        };
        let best = people.iter().filter(|person| !chosen.contains(person)).max_by_key(|person| open(person));
        match best {
            Some(person) => chosen.push(person),
            None => break,
        }
    }
    chosen.sort_unstable();
    chosen
}

fn meets(chosen: &[&str], rows: &[Row<'_>]) -> bool {
    rows.iter().all(|(missing, candidates)| {
        chosen.iter().filter(|person| candidates.contains(**person)).count() >= *missing
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows<'a>(rows: &[(usize, &[&'a str])]) -> Vec<Row<'a>> {
        rows.iter().map(|(missing, people)| (*missing, people.iter().copied().collect())).collect()
    }

    #[test]
    fn one_person_in_both_teams_is_enough() {
        let rows = rows(&[(1, &["ada", "grace"]), (1, &["grace", "linus"])]);
        assert_eq!(exact(&["ada", "grace", "linus"], &rows), ["grace"]);
        assert_eq!(greedy(&["ada", "grace", "linus"], &rows), ["grace"]);
    }

    #[test]
    fn a_count_of_two_needs_two() {
        let rows = rows(&[(2, &["ada", "grace"]), (1, &["linus"])]);
        assert_eq!(exact(&["ada", "grace", "linus"], &rows), ["ada", "grace", "linus"]);
        assert_eq!(greedy(&["ada", "grace", "linus"], &rows), ["ada", "grace", "linus"]);
    }
}
