//! The addresses and logins that AI agents and other programs commit under.
//!
//! A sign-off is a human's, so nobody of these may be in a team. Only whole
//! addresses and logins are matched, never names: people are called Claude.

use super::Class;

/// What an address belongs to, when it is no human.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// An AI tool by name, with what its mark is worth: [`Class::Agent`] or [`Class::Assist`].
    Ai(&'static str, Class),
    /// A program that is no AI, such as one that bumps versions.
    Automation,
    /// Anybody: what a forge writes for people without an address.
    Forge,
}

/// Whole addresses of AI tools, sorted.
const ADDRESSES: &[(&str, &str, Class)] = &[
    // What GitHub writes where a suggestion of its review was taken over.
    ("175728472+copilot@users.noreply.github.com", "GitHub Copilot", Class::Assist),
    ("agent@cursor.com", "Cursor", Class::Agent),
    ("agent@replit.com", "Replit Agent", Class::Agent),
    ("agent@warp.dev", "Warp", Class::Agent),
    ("aider@aider.chat", "aider", Class::Agent),
    ("amp@ampcode.com", "Amp", Class::Agent),
    ("cascade@windsurf.ai", "Windsurf Cascade", Class::Agent),
    ("codex@example.com", "OpenAI Codex", Class::Agent),
    ("codex@openai.com", "OpenAI Codex", Class::Agent),
    ("copilot@github.com", "GitHub Copilot", Class::Assist),
    ("crush@charm.land", "Crush", Class::Agent),
    ("cursoragent@cursor.com", "Cursor", Class::Agent),
    ("droid@factory.ai", "Factory Droid", Class::Agent),
    ("junie@jetbrains.com", "JetBrains Junie", Class::Agent),
    ("noreply@aider.chat", "aider", Class::Agent),
    ("noreply@ampcode.com", "Amp", Class::Agent),
    ("noreply@anthropic.com", "Claude Code", Class::Agent),
    ("noreply@bolt.new", "Bolt", Class::Agent),
    ("noreply@continue.com", "Continue", Class::Agent),
    ("noreply@continue.dev", "Continue", Class::Agent),
    ("noreply@kiro.dev", "Kiro", Class::Agent),
    ("noreply@lovable.com", "Lovable", Class::Agent),
    ("noreply@lovable.dev", "Lovable", Class::Agent),
    ("noreply@openai.com", "OpenAI Codex", Class::Agent),
    ("noreply@opencode.ai", "OpenCode", Class::Agent),
    ("noreply@replit.com", "Replit Agent", Class::Agent),
    ("noreply@replit.dev", "Replit Agent", Class::Agent),
    ("noreply@tabnine.com", "Tabnine", Class::Agent),
    ("noreply@tabnine.dev", "Tabnine", Class::Agent),
    ("noreply@v0.com", "v0", Class::Agent),
    ("noreply@v0.dev", "v0", Class::Agent),
    ("openhands@all-hands.dev", "OpenHands", Class::Agent),
    ("qwen-coder@alibabacloud.com", "Qwen Coder", Class::Agent),
    ("roomote@roocode.com", "Roo Code", Class::Agent),
    ("traecli@bytedance.com", "TRAE", Class::Agent),
];

/// GitHub logins of AI tools, without `[bot]`, sorted; those marked are theirs without `[bot]` too.
const LOGINS: &[(&str, &str, Class, bool)] = &[
    ("anthropic-claude", "Claude", Class::Agent, false),
    ("chatgpt-codex-connector", "OpenAI Codex", Class::Agent, false),
    ("claude", "Claude", Class::Agent, false),
    ("claude-code-action", "Claude", Class::Agent, false),
    ("codex", "OpenAI Codex", Class::Agent, false),
    ("copilot", "GitHub Copilot", Class::Agent, true),
    ("copilot-swe-agent", "GitHub Copilot", Class::Agent, true),
    ("cursor", "Cursor", Class::Agent, false),
    ("devin-ai-integration", "Devin", Class::Agent, true),
    ("factory-droid", "Factory Droid", Class::Agent, true),
    ("gemini-cli", "Gemini", Class::Assist, false),
    ("gemini-code-assist", "Gemini Code Assist", Class::Assist, true),
    ("google-labs-jules", "Google Jules", Class::Agent, true),
    ("kiro-agent", "Kiro", Class::Agent, true),
    ("openai-codex", "OpenAI Codex", Class::Agent, false),
    ("sweep-ai", "Sweep", Class::Agent, true),
];

/// Returns the tool that an e-mail address or a GitHub login belongs to; `None` for a human's.
pub fn tool(identity: &str) -> Option<Tool> {
    let identity = identity.to_ascii_lowercase();
    if identity == "noreply@github.com" || identity == "github@noreply.github.com" {
        return Some(Tool::Forge);
    }
    if identity == "bot@renovateapp.com" {
        return Some(Tool::Automation);
    }
    if let Ok(at) = ADDRESSES.binary_search_by_key(&identity.as_str(), |(address, ..)| address) {
        return Some(Tool::Ai(ADDRESSES[at].1, ADDRESSES[at].2));
    }
    let of_forge = identity.strip_suffix("@users.noreply.github.com");
    let login = of_forge.unwrap_or(&identity);
    let numbered =
        login.split_once('+').filter(|(id, _)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    let login = numbered.map_or(login, |(_, login)| login);
    if numbered.is_some() && of_forge.is_some() && login == "codex" {
        return Some(Tool::Ai("OpenAI Codex", Class::Agent));
    }
    let bare = login.strip_suffix("[bot]");
    let known = LOGINS.binary_search_by_key(&bare.unwrap_or(login), |(login, ..)| login).map(|at| LOGINS[at]);
    match known {
        Ok((_, agent, class, always)) if always || bare.is_some() => Some(Tool::Ai(agent, class)),
        _ => bare.map(|_| Tool::Automation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted() {
        assert!(ADDRESSES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(LOGINS.is_sorted_by(|a, b| a.0 < b.0));
    }

    #[test]
    fn whole_addresses_and_logins_of_agents_are_known() {
        for identity in [
            "noreply@anthropic.com",
            "NoReply@Anthropic.com",
            "209825114+claude[bot]@users.noreply.github.com",
            "198982749+Copilot@users.noreply.github.com",
            "copilot-swe-agent[bot]",
            "Copilot",
            "devin-ai-integration[bot]@users.noreply.github.com",
            "1+codex@users.noreply.github.com",
            "cursoragent@cursor.com",
        ] {
            assert!(matches!(tool(identity), Some(Tool::Ai(_, Class::Agent))), "{identity}");
        }
        for identity in ["copilot@github.com", "175728472+Copilot@users.noreply.github.com"] {
            assert!(matches!(tool(identity), Some(Tool::Ai(_, Class::Assist))), "{identity}");
        }
        assert_eq!(tool("49699333+dependabot[bot]@users.noreply.github.com"), Some(Tool::Automation));
        assert_eq!(tool("anything[bot]"), Some(Tool::Automation));
        assert_eq!(tool("noreply@github.com"), Some(Tool::Forge));
    }

    #[test]
    fn people_with_the_names_of_tools_are_people() {
        for identity in [
            "claude",
            "claude@acme.dev",
            "devin@acme.dev",
            "jules",
            "cursor",
            "ada@anthropic.com",
            "someone@openai.com",
            "81847+claude@users.noreply.github.com",
            "codex",
        ] {
            assert_eq!(tool(identity), None, "{identity}");
        }
    }
}
