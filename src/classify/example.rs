//! Examples of rules, judged: what a rule's author promises, held against what it does.

use std::convert::Infallible;

use super::{Class, Classifier, Judged, RuleRef};
use crate::change::cut::{Block, cut};
use crate::change::{FileChange, Mode, ObjectId, Side};
use crate::policy::Policy;
use crate::rule::Example;
use crate::service::Unmappable;

/// What became of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether the rule matched as its author says.
    pub holds: bool,
    /// Whether the rule, alone, made it architectural.
    pub matched: bool,
    /// The class that the whole policy gives it.
    pub class: Class,
    /// The rules of the whole policy that matched it.
    pub rules: Vec<String>,
}

/// Judges an example of the rule at `index`: by the rule alone, and by the whole policy.
pub fn judge(
    policy: &Policy,
    whole: &Classifier,
    index: usize,
    example: &Example,
) -> Result<Outcome, Unmappable> {
    let file = file(example);
    let alone = Policy {
        rules: policy.rules.get(index).cloned().into_iter().collect(),
        locals: Vec::new(),
        ..policy.clone()
    };
    let ours = |judged: &Judged| judged.findings.iter().any(|finding| finding.rule == RuleRef::Policy(0));
    let matched = Classifier::new(&alone)?.judge(&file).iter().any(ours);
    let judged = whole.judge(&file);
    let mut rules: Vec<_> = judged
        .iter()
        .flat_map(|hunk| &hunk.findings)
        .map(|finding| finding.rule.id(policy).to_owned())
        .collect();
    rules.sort();
    rules.dedup();
    let class = judged.iter().map(|hunk| hunk.class).max().unwrap_or(Class::Local);
    Ok(Outcome { holds: matched == example.matches, matched, class, rules })
}

/// Makes the changed file that an example's lines describe: each after `-`, `+` or a blank.
pub fn file(example: &Example) -> FileChange {
    let (mut old, mut new) = (Vec::new(), Vec::new());
    let (mut old_lines, mut new_lines) = (0, 0);
    let mut blocks: Vec<Block> = Vec::new();
    for line in example.diff.lines() {
        let (sign, text) = line.split_at_checked(1).unwrap_or((" ", ""));
        let (removed, added) = (sign != "+", sign != "-");
        if removed != added {
            // Both sides go on alike between blocks.
            let open = blocks.pop_if(|block| block.old.end == old_lines);
            let open = open.unwrap_or(Block { old: old_lines..old_lines, new: new_lines..new_lines });
            blocks.push(Block {
                old: open.old.start..open.old.end + usize::from(removed),
                new: open.new.start..open.new.end + usize::from(added),
            });
        }
        for (side, lines) in [(&mut old, &mut old_lines), (&mut new, &mut new_lines)]
            .into_iter()
            .zip([removed, added])
            .filter_map(|(side, on)| on.then_some(side))
        {
            side.extend_from_slice(text.as_bytes());
            side.push(b'\n');
            *lines += 1;
        }
    }
    let side = |content: Vec<u8>, object: u8| Side {
        path: example.path.as_ref().into(),
        mode: Mode::FILE,
        object: ObjectId::new([object; 20]),
        content: Some(content),
    };
    let (old, new) = (Some(side(old, 1)), Some(side(new, 2)));
    cut::<Infallible>(old, new, |_, _| Ok(blocks)).unwrap_or_else(|never| match never {})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Origin;

    #[cfg(feature = "syntax")]
    #[test]
    fn examples_of_the_page_on_rules_hold() {
        let page = include_str!("../../docs/rules.md");
        let mut held = 0;
        for block in page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            if !block.contains("[[rule]]") {
                continue;
            }
            let parsed = Policy::parse(&format!("version = 1\n{block}"), "gate.toml", &|_| Ok(None));
            let (policy, _) = parsed.unwrap_or_else(|mistakes| panic!("{block}\n{mistakes:#?}"));
            let whole = Classifier::new(&policy).unwrap();
            for (index, rule) in policy.rules.iter().enumerate() {
                for example in &rule.examples {
                    assert!(judge(&policy, &whole, index, example).unwrap().holds, "{}", rule.id);
                    held += 1;
                }
            }
        }
        assert!(held >= 3);
    }

    #[test]
    fn an_example_is_judged_by_its_rule_alone_and_by_all() {
        let source = r#"version = 1
[[service]]
name = "pay"
paths = ["src/pay/**"]
names = ["PAY_URL"]
[[service]]
name = "shop"
paths = ["src/shop/**"]
[[rule]]
id = "url"
category = "config"
added = ["_URL"]
why = "w"
[[rule]]
id = "of-pay"
category = "config"
services = ["pay"]
added = ["timeout"]
why = "w"
[[local]]
paths = ["**/*.md"]
"#;
        let (policy, _) = Policy::parse(source, "gate.toml", &|_| Ok(None)).unwrap();
        let whole = Classifier::new(&policy).unwrap();
        let outcome = |index: usize, path: &str, diff: &str| {
            let example = Example { path: path.into(), diff: diff.into(), matches: true };
            let Outcome { holds, matched, class, rules } = judge(&policy, &whole, index, &example).unwrap();
            assert_eq!(holds, matched);
            format!("{matched} {class:?} {}", rules.join(" ")).trim_end().to_owned()
        };
        assert_eq!(outcome(0, "src/a.go", "+A_URL\n"), "true Architectural url");
        assert_eq!(outcome(1, "src/a.go", "+A_URL\n"), "false Architectural url");
        assert_eq!(outcome(1, "src/pay/a.go", "+timeout\n"), "true Architectural of-pay");
        assert_eq!(outcome(1, "src/a.go", "+timeout\n"), "false Local");
        assert_eq!(outcome(0, "a.md", "+A_URL\n"), "true Local");
        assert_eq!(
            outcome(1, "src/shop/a.go", "+PAY_URL\n+timeout\n"),
            "false Architectural service/boundary url"
        );
    }

    #[test]
    fn an_example_is_read_line_by_line() {
        let diff = " one\n-two\n+zwei\n three\n four\n five\n+six\n".to_owned();
        let file = file(&Example { path: "a.txt".into(), diff: diff.into(), matches: true });
        let signs: Vec<Vec<Origin>> =
            file.hunks.iter().map(|hunk| hunk.lines.iter().map(|line| line.origin).collect()).collect();
        use Origin::{Added, Context, Removed};
        assert_eq!(signs, [vec![Context, Removed, Added, Context], vec![Context, Added]]);
        assert_eq!(file.text(&file.hunks[1].lines[1]), b"six\n");
    }
}
