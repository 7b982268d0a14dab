//! `gate rules`: list, show and test rules.

use super::ExitStatus;
use super::output::Screen;
use super::written::{WrittenArgs, read};
use crate::classify::{Class, Classifier, example};
use crate::git::Repo;
use crate::policy::Policy;
use crate::render::{escape, render_rule, render_rules};
use crate::rule::{Rule, RuleOrigin};
use crate::session::Error;

/// Look at rules and test them
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    written: WrittenArgs,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// List every rule in force, with its pack and its reason
    List,
    /// Show one rule whole: conditions, who must sign, examples
    Show {
        /// The rule's id, as `gate check` names it
        id: String,
    },
    /// Run the examples of gate.toml's own rules; exits 2 where one does not hold
    Test {
        /// Run those of the built-in packs too
        #[arg(long)]
        all: bool,
    },
}

/// Reads the policy and does what is asked.
pub fn run(args: &Args, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let repo = Repo::open(&args.written.repo)?;
    let policy = read(&args.written, &repo)?.policy;
    let width = screen.width;
    match &args.command {
        None | Some(Command::List) => screen.draw(|out| render_rules(&policy, width, out)),
        Some(Command::Show { id }) => {
            let rule = find(&policy, id)?;
            screen.draw(|out| render_rule(&policy, rule, width, out));
        }
        Some(Command::Test { all }) => return test(&policy, *all, screen),
    }
    Ok(ExitStatus::Pass)
}

fn find<'p>(policy: &'p Policy, id: &str) -> Result<&'p Rule, Error> {
    policy
        .rules
        .iter()
        .chain(&policy.crossings)
        .find(|rule| rule.id == id)
        .ok_or_else(|| Error::asked(format!("the policy has no rule `{id}`"), "list them: gate rules list"))
}

/// Judges each example by its rule alone, and says what the whole policy makes of it.
fn test(policy: &Policy, all: bool, screen: &mut Screen) -> Result<ExitStatus, Error> {
    let unmappable = |error: crate::service::Unmappable| {
        Error::asked(error.to_string(), "give the services fewer `names`")
    };
    let whole = Classifier::new(policy).map_err(unmappable)?;
    let (mut held, mut broken) = (0, 0);
    let asked = policy
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| all || matches!(rule.origin, RuleOrigin::Policy(_)));
    for (index, rule) in asked {
        for example in &rule.examples {
            let outcome = example::judge(policy, &whole, index, example).map_err(unmappable)?;
            if outcome.holds {
                held += 1;
                continue;
            }
            broken += 1;
            let wanted = if example.matches { "should match" } else { "should not match" };
            screen.line(&format!(
                "{}: {wanted} this change of {}",
                escape::terminal(&rule.id),
                escape::terminal(&*example.path)
            ));
            for line in example.diff.lines() {
                screen.line(&format!("    {}", escape::terminal(line)));
            }
            let class = if outcome.class == Class::Architectural { "architectural" } else { "local" };
            screen
                .line(&format!("  the whole policy: {class} {}", escape::terminal(outcome.rules.join(", "))));
        }
    }
    screen.line(&format!("{held} examples hold, {broken} do not"));
    Ok(if broken == 0 { ExitStatus::Pass } else { ExitStatus::Error })
}
