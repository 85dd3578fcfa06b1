//! The definition and the model that do what the plan leaves open, with their limits; and what an interrupted run knows
//! of their work.

use std::cell::Cell;

use agent::{Budget, Spent};
use journal::{Event, StepName};
use llm::{ClientOptions, Model, Prices};

use crate::settings::Effort;
use crate::stop::{Exit, Stop};
use crate::understand::{Definition, ScopeMode};

/// The most turns that a run may take unless told otherwise.
const TURNS: u32 = 200;

/// Variables that hold keys of model providers: no command sees them, whoever asks for it.
pub(crate) const PROVIDER_KEYS: [&str; 12] = [
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "OPENROUTER_API_KEY",
    "MISTRAL_API_KEY",
    "DEEPSEEK_API_KEY",
    "XAI_API_KEY",
    "GROQ_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "AWS_BEARER_TOKEN_BEDROCK",
];

/// Options for the model, from the command line and the settings.
#[derive(Debug, Clone, Default)]
pub(crate) struct ModelOptions {
    /// `--model`, or the setting.
    pub(crate) model: Option<String>,
    /// `--max-turns`.
    pub(crate) turns: Option<u32>,
    /// `--max-tokens`, read and written.
    pub(crate) tokens: Option<u64>,
    /// `--max-cost`, in US dollars.
    pub(crate) cost: Option<f64>,
    /// Prices of models, as the user configured them.
    pub(crate) prices: Prices,
    /// `--max-time`.
    pub(crate) time: Option<std::time::Duration>,
    /// `--scope`.
    pub(crate) scope_mode: ScopeMode,
    /// `--effort`, or the setting.
    pub(crate) effort: Option<Effort>,
    /// The setting for work after checks failed.
    pub(crate) repair_effort: Option<Effort>,
}

/// A model at work under a definition.
#[derive(Debug)]
pub(crate) struct ModelSetup {
    /// Its instructions and tools.
    pub(crate) definition: Definition,
    /// The model, through its provider.
    pub(crate) model: Box<dyn Model>,
    /// The limits of the run: turns, tokens, money, time.
    pub(crate) budget: Budget,
    /// The scope of the model's writes beyond the files that the plan names.
    pub(crate) scope_mode: ScopeMode,
    /// The effort of the model, where it is set.
    pub(crate) effort: Option<Effort>,
    /// The effort after checks failed, where it is set.
    repair_effort: Option<Effort>,
    /// The turns, tokens and time that the run used so far.
    pub(crate) spent: Cell<Spent>,
    /// The events of an interrupted run, to go on from.
    pub(crate) recorded: Vec<Event>,
}

impl ModelSetup {
    /// Returns the model_setup that is wished for; none where no model is wished for or configured.
    pub(crate) fn from_options(
        definition: Definition,
        options: &ModelOptions,
    ) -> Result<Option<Self>, Stop> {
        if options.model.as_deref() == Some("none") {
            return Ok(None);
        }
        let wanted = options.model.as_deref().or(definition.model.as_deref());
        let environment = |name: &str| std::env::var(name).ok();
        let client_options = ClientOptions {
            prices: options.prices.clone(),
            ..ClientOptions::default()
        };
        let model =
            llm::choose_model_with(wanted, &environment, &client_options).map_err(|error| {
                Stop::new(Exit::Environment, error.to_string()).hint(format!(
                    "{}; or say `--model none` to do only what the plan spells out",
                    error.hint
                ))
            })?;
        let Some(model) = model else { return Ok(None) };
        if options.cost.is_some() && model.price(0).is_none() {
            return Err(unknown_price(model.name()));
        }
        // A definition may come with the repository: it can narrow what the user allows, and not widen it.
        let turns = options.turns.unwrap_or(TURNS);
        let turns = definition.max_turns.map_or(turns, |most| turns.min(most));
        let budget = Budget {
            turns: Some(turns),
            tokens: options.tokens,
            cost: options.cost,
            time: options.time,
        };
        Ok(Some(ModelSetup {
            effort: options.effort.or(definition.effort),
            repair_effort: options.repair_effort,
            definition,
            model,
            budget,
            scope_mode: options.scope_mode,
            spent: Cell::default(),
            recorded: Vec::new(),
        }))
    }

    /// Returns how hard the model shall think about what did not hold: as is said, else a level harder than before;
    /// where nothing is said of it at all, hard, which for most models is no change.
    pub(crate) fn effort_of_repair(&self) -> Option<Effort> {
        effort_of_repair(self.repair_effort, self.effort)
    }

    /// Goes on from what an interrupted run recorded.
    pub(crate) fn goes_on_from(&mut self, events: Vec<Event>) {
        self.spent = Cell::new(agent::sum_spent(&events));
        self.recorded = events;
    }

    /// Returns what was recorded of the conversation about one phase, in order.
    pub(crate) fn recorded_of(&self, label: &str, title: &str) -> Vec<&Event> {
        let mut found = Vec::new();
        let mut opens = false;
        let mut within = false;
        for event in &self.recorded {
            match event {
                Event::StepStarted {
                    step: StepName::Understand,
                } => (opens, within) = (true, false),
                Event::PhaseStarted {
                    label: of,
                    title: named,
                } if opens => {
                    (opens, within) = (false, of == label && named == title);
                }
                event if within => found.push(event),
                _ => {}
            }
        }
        found
    }
}

/// Returns how hard a model shall think about what did not hold, from what is said of that and of all else.
fn effort_of_repair(told: Option<Effort>, usual: Option<Effort>) -> Option<Effort> {
    told.or_else(|| usual.map_or(Some(Effort::High), Effort::next_higher))
}

/// Says that a limit of money can't be kept.
fn unknown_price(model: String) -> Stop {
    Stop::usage(format!("`--max-cost` can't be kept: what {model} costs is not known")).hint(format!(
        "Limit it by `--max-tokens N`, or tell its price in your own configuration: `[prices.\"{model}\"]` with `input` \
         and `output`, in US dollars for a million tokens."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_hold_is_thought_about_harder() {
        for (told, usual, expected) in [
            (None, None, Some(Effort::High)),
            (None, Some(Effort::Low), Some(Effort::Medium)),
            (None, Some(Effort::Max), None),
            (Some(Effort::Low), Some(Effort::High), Some(Effort::Low)),
        ] {
            assert_eq!(
                effort_of_repair(told, usual),
                expected,
                "{told:?} {usual:?}"
            );
        }
    }
}
