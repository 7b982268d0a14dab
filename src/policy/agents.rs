//! The addresses that AI agents and other programs commit under.
//!
//! A sign-off is a human's, so nobody of these may be in a team. Only whole
//! addresses and logins are matched, never names: people are called Claude.

/// What an address belongs to, when it is no human.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// An AI agent, by name.
    Agent(&'static str),
    /// A program that is no AI, such as one that bumps versions.
    Automation,
    /// Anybody: what a forge writes for people without an address.
    Forge,
}

/// Whole addresses of AI agents, sorted.
const ADDRESSES: &[(&str, &str)] = &[
    ("agent@cursor.com", "Cursor"),
    ("agent@replit.com", "Replit Agent"),
    ("agent@warp.dev", "Warp"),
    ("aider@aider.chat", "aider"),
    ("amp@ampcode.com", "Amp"),
    ("cascade@windsurf.ai", "Windsurf Cascade"),
    ("codex@example.com", "OpenAI Codex"),
    ("codex@openai.com", "OpenAI Codex"),
    ("copilot@github.com", "GitHub Copilot"),
    ("crush@charm.land", "Crush"),
    ("cursoragent@cursor.com", "Cursor"),
    ("droid@factory.ai", "Factory Droid"),
    ("junie@jetbrains.com", "JetBrains Junie"),
    ("noreply@aider.chat", "aider"),
    ("noreply@ampcode.com", "Amp"),
    ("noreply@anthropic.com", "Claude Code"),
    ("noreply@bolt.new", "Bolt"),
    ("noreply@continue.com", "Continue"),
    ("noreply@continue.dev", "Continue"),
    ("noreply@kiro.dev", "Kiro"),
    ("noreply@lovable.com", "Lovable"),
    ("noreply@lovable.dev", "Lovable"),
    ("noreply@openai.com", "OpenAI Codex"),
    ("noreply@opencode.ai", "OpenCode"),
    ("noreply@replit.com", "Replit Agent"),
    ("noreply@replit.dev", "Replit Agent"),
    ("noreply@tabnine.com", "Tabnine"),
    ("noreply@tabnine.dev", "Tabnine"),
    ("noreply@v0.com", "v0"),
    ("noreply@v0.dev", "v0"),
    ("openhands@all-hands.dev", "OpenHands"),
    ("qwen-coder@alibabacloud.com", "Qwen Coder"),
    ("roomote@roocode.com", "Roo Code"),
    ("traecli@bytedance.com", "TRAE"),
];

/// GitHub logins of AI agents, without `[bot]`, sorted; those marked are theirs without `[bot]` too.
const LOGINS: &[(&str, &str, bool)] = &[
    ("anthropic-claude", "Claude", false),
    ("chatgpt-codex-connector", "OpenAI Codex", false),
    ("claude", "Claude", false),
    ("claude-code-action", "Claude", false),
    ("codex", "OpenAI Codex", false),
    ("copilot", "GitHub Copilot", true),
    ("copilot-swe-agent", "GitHub Copilot", true),
    ("cursor", "Cursor", false),
    ("devin-ai-integration", "Devin", true),
    ("factory-droid", "Factory Droid", true),
    ("gemini-cli", "Gemini", false),
    ("gemini-code-assist", "Gemini Code Assist", true),
    ("google-labs-jules", "Google Jules", true),
    ("kiro-agent", "Kiro", true),
    ("openai-codex", "OpenAI Codex", false),
    ("sweep-ai", "Sweep", true),
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
    if let Ok(at) = ADDRESSES.binary_search_by_key(&identity.as_str(), |(address, _)| address) {
        return Some(Tool::Agent(ADDRESSES[at].1));
    }
    let of_forge = identity.strip_suffix("@users.noreply.github.com");
    let login = of_forge.unwrap_or(&identity);
    let numbered =
        login.split_once('+').filter(|(id, _)| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    let login = numbered.map_or(login, |(_, login)| login);
    if numbered.is_some() && of_forge.is_some() && login == "codex" {
        return Some(Tool::Agent("OpenAI Codex"));
    }
    let bare = login.strip_suffix("[bot]");
    let known = LOGINS.binary_search_by_key(&bare.unwrap_or(login), |(login, ..)| login).map(|at| LOGINS[at]);
    match known {
        Ok((_, agent, always)) if always || bare.is_some() => Some(Tool::Agent(agent)),
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
            assert!(matches!(tool(identity), Some(Tool::Agent(_))), "{identity}");
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
