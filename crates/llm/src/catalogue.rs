//! Table: the models that we know by name: how much they read, and how they are told to think. A model that is not here
//! works too, with careful guesses.

/// The way in which a model is told to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Thinking {
    /// It is not told.
    Untold,
    /// By a number of tokens, when effort is asked for.
    Budget,
    /// It decides itself.
    Adaptive,
    /// It decides itself, and shows what it thought only when asked to.
    Hidden,
    /// As `Hidden`, and the thinking is bound to what stood before it: after a compaction it has to be let go.
    Bound,
    /// By a level, and it shows what it thought only when asked to.
    Level,
}

/// The known facts of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ModelFacts {
    /// Tokens that it reads and writes in all.
    pub(crate) context: u64,
    /// The most tokens that one reply may have; none where we don't know.
    pub(crate) output: Option<u32>,
    pub(crate) thinking: Thinking,
    /// True if its effort can be set.
    pub(crate) effort: bool,
    /// True if that can be changed within a conversation.
    pub(crate) effort_of_turns: bool,
}

/// A model that is not in the table.
const UNKNOWN: ModelFacts = ModelFacts {
    context: 128_000,
    output: None,
    thinking: Thinking::Untold,
    effort: false,
    effort_of_turns: false,
};

const MILLION: u64 = 1_000_000;
const K: u64 = 1_000;

const fn model_facts(context: u64, output: u32, thinking: Thinking, effort: bool) -> ModelFacts {
    ModelFacts {
        context,
        output: Some(output),
        thinking,
        effort,
        effort_of_turns: false,
    }
}

const fn claude_facts(context: u64, output: u32, thinking: Thinking) -> ModelFacts {
    model_facts(
        context,
        output,
        thinking,
        !matches!(thinking, Thinking::Budget | Thinking::Untold),
    )
}

/// One that can be told within a conversation how hard to think.
const fn with_effort_of_turns(facts: ModelFacts) -> ModelFacts {
    ModelFacts {
        effort_of_turns: true,
        ..facts
    }
}

const fn gpt_facts(context: u64) -> ModelFacts {
    model_facts(context, 128_000, Thinking::Untold, true)
}

const fn gemini_facts(thinking: Thinking) -> ModelFacts {
    model_facts(
        1_048_576,
        65_536,
        thinking,
        matches!(thinking, Thinking::Level),
    )
}

/// Beginnings of names, dots written as dashes. The longest that fits counts: what follows is a date or a variant.
const MODELS: &[(&str, ModelFacts)] = &[
    ("claude-", claude_facts(200 * K, 32_000, Thinking::Untold)),
    (
        "claude-opus-",
        claude_facts(MILLION, 128_000, Thinking::Bound),
    ),
    (
        "claude-sonnet-",
        claude_facts(MILLION, 128_000, Thinking::Bound),
    ),
    (
        "claude-haiku-",
        claude_facts(MILLION, 128_000, Thinking::Bound),
    ),
    (
        "claude-fable-",
        claude_facts(MILLION, 128_000, Thinking::Bound),
    ),
    (
        "claude-fable-5",
        claude_facts(MILLION, 128_000, Thinking::Hidden),
    ),
    (
        "claude-fable-5-1",
        with_effort_of_turns(claude_facts(MILLION, 128_000, Thinking::Bound)),
    ),
    (
        "claude-fable-5-2",
        with_effort_of_turns(claude_facts(MILLION, 128_000, Thinking::Bound)),
    ),
    (
        "claude-opus-5-5",
        with_effort_of_turns(claude_facts(MILLION, 128_000, Thinking::Bound)),
    ),
    (
        "claude-opus-5",
        with_effort_of_turns(claude_facts(MILLION, 128_000, Thinking::Hidden)),
    ),
    (
        "claude-opus-4-8",
        claude_facts(MILLION, 128_000, Thinking::Hidden),
    ),
    (
        "claude-opus-4-7",
        claude_facts(MILLION, 128_000, Thinking::Hidden),
    ),
    (
        "claude-opus-4-6",
        claude_facts(MILLION, 128_000, Thinking::Adaptive),
    ),
    (
        "claude-opus-4-5",
        claude_facts(200 * K, 64_000, Thinking::Budget),
    ),
    (
        "claude-opus-4-1",
        claude_facts(200 * K, 32_000, Thinking::Budget),
    ),
    (
        "claude-sonnet-5-5",
        with_effort_of_turns(claude_facts(MILLION, 128_000, Thinking::Bound)),
    ),
    (
        "claude-sonnet-5",
        claude_facts(MILLION, 128_000, Thinking::Hidden),
    ),
    (
        "claude-sonnet-4-6",
        claude_facts(MILLION, 64_000, Thinking::Adaptive),
    ),
    (
        "claude-sonnet-4-5",
        claude_facts(200 * K, 64_000, Thinking::Budget),
    ),
    (
        "claude-haiku-5-5",
        claude_facts(MILLION, 128_000, Thinking::Bound),
    ),
    (
        "claude-haiku-4-5",
        claude_facts(200 * K, 64_000, Thinking::Budget),
    ),
    (
        "gpt-4-1",
        model_facts(1_047_576, 32_768, Thinking::Untold, false),
    ),
    (
        "gpt-4o",
        model_facts(128 * K, 16_384, Thinking::Untold, false),
    ),
    ("o3", model_facts(200 * K, 100_000, Thinking::Untold, true)),
    (
        "o4-mini",
        model_facts(200 * K, 100_000, Thinking::Untold, true),
    ),
    ("gpt-5", gpt_facts(400 * K)),
    ("gpt-5-4", gpt_facts(1_050_000)),
    ("gpt-5-4-mini", gpt_facts(400 * K)),
    ("gpt-5-5", gpt_facts(1_050_000)),
    ("gpt-5-6", gpt_facts(1_050_000)),
    ("gpt-5-6-terra", gpt_facts(1_050_000)),
    ("gpt-5-6-luna", gpt_facts(400 * K)),
    ("gpt-6", gpt_facts(1_050_000)),
    ("gpt-6-astra", gpt_facts(1_050_000)),
    ("gpt-6-sol", gpt_facts(1_050_000)),
    ("gpt-6-luna", gpt_facts(1_050_000)),
    ("gpt-6-1-sol", gpt_facts(1_050_000)),
    ("gpt-6-1-terra", gpt_facts(1_050_000)),
    ("gemini-2-5", gemini_facts(Thinking::Untold)),
    ("gemini-2-5-flash", gemini_facts(Thinking::Untold)),
    ("gemini-3", gemini_facts(Thinking::Level)),
    ("gemini-3-flash", gemini_facts(Thinking::Level)),
    ("gemini-3-1-pro", gemini_facts(Thinking::Level)),
    ("gemini-4", gemini_facts(Thinking::Level)),
    ("gemini-4-carbon", gemini_facts(Thinking::Level)),
    ("gemini-4-argon", gemini_facts(Thinking::Level)),
    ("gemini-4-hydrogen", gemini_facts(Thinking::Level)),
];

/// Returns the name by which a model is looked up: a router's prefix (`anthropic/…`) and those of a cloud
/// (`eu.anthropic.…`) are looked past, dots are dashes.
pub(crate) fn bare_name(model: &str) -> String {
    let name = model.rsplit('/').next().unwrap_or(model);
    name.rsplit("anthropic.")
        .next()
        .unwrap_or(name)
        .replace('.', "-")
}

/// Returns what we know of a model.
pub(crate) fn facts_of(model: &str) -> ModelFacts {
    let name = bare_name(model);
    let fitting = MODELS.iter().filter(|(start, _)| name.starts_with(start));
    fitting
        .max_by_key(|(start, _)| start.len())
        .map_or(UNKNOWN, |(_, facts)| *facts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_counts() {
        assert_eq!(facts_of("claude-sonnet-4-5-20250929").context, 200_000);
        assert_eq!(facts_of("claude-sonnet-5-5").thinking, Thinking::Bound);
        assert_eq!(facts_of("claude-sonnet-6").thinking, Thinking::Bound);
        assert_eq!(
            facts_of("claude-3-5-sonnet-20241022").thinking,
            Thinking::Untold
        );
        assert_eq!(
            facts_of("anthropic/claude-opus-5.5"),
            facts_of("claude-opus-5-5")
        );
        assert_eq!(
            facts_of("eu.anthropic.claude-opus-5-5-v1:0"),
            facts_of("claude-opus-5-5")
        );
        assert_eq!(facts_of("qwen3:8b"), UNKNOWN);
    }
}
