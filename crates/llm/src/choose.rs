//! From what the user wants and what the environment configures to a model.
//!
//! ```text
//! opus                     the model of rank 1 of the first configured provider that lists one
//! anthropic/NAME           that model of that provider
//! anthropic/opus           the provider's own model of that rank
//! NAME                     the provider whose models' names begin so, else a server of the user's own
//! scripted/turns.json      the turns of a file, without any provider
//! ```

use std::fs;

use crate::catalogue::facts_of;
use crate::configured::{configure_endpoint, is_own, unconfigured_error};
use crate::model::{Fault, Model, ModelError};
use crate::price::{Prices, rates_of};
use crate::providers::scripted::{Scripted, Turn};
use crate::providers::{PROVIDERS, Provider};
use crate::remote::{Endpoint, Remote};
use crate::retry::RetryPolicy;
use crate::secret::Environment;

/// Names that mean a model of whichever provider there is, with their place in its list of models.
const ALIASES: [(&str, usize); 5] = [
    ("fable", 0),
    ("opus", 1),
    ("sonnet", 2),
    ("haiku", 3),
    ("inherit", 2),
];
/// The prefix of the name of a file with a script.
const SCRIPTED: &str = "scripted/";

/// Options that hold for any model.
#[derive(Debug, Clone, Default)]
pub struct ClientOptions {
    /// The limits of waiting and of trying again.
    pub retry: RetryPolicy,
    /// Prices that the user tells.
    pub prices: Prices,
}

/// Returns the model that is wanted: `provider/model`, an alias (`fable`, `opus`, `sonnet`, `haiku`, `inherit`), a
/// model's bare name, `scripted/FILE.json`, or none for the usual one of the first provider that is configured. None
/// when nothing is configured and no provider is named outright: then there is no model.
///
/// # Errors
///
/// The name is unknown, its key is missing, or a server is configured and no model of it is named.
pub fn choose_model(
    wanted: Option<&str>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Box<dyn Model>>, ModelError> {
    choose_model_with(wanted, environment, &ClientOptions::default())
}

/// [`choose_model`], on options of one's own.
///
/// # Errors
///
/// As [`choose_model`].
pub fn choose_model_with(
    wanted: Option<&str>,
    environment: &dyn Fn(&str) -> Option<String>,
    options: &ClientOptions,
) -> Result<Option<Box<dyn Model>>, ModelError> {
    let retry = options.retry;
    let named_one = wanted
        .map(str::trim)
        .filter(|wanted| !wanted.is_empty() && *wanted != "inherit");
    let wanted = named_one.unwrap_or("inherit");
    if let Some(file) = wanted.strip_prefix(SCRIPTED) {
        return scripted_model(wanted, file).map(Some);
    }
    if let Some(rank) = rank_of_alias(wanted) {
        let configured: Vec<Endpoint> = PROVIDERS
            .iter()
            .filter_map(|provider| configure_endpoint(provider, environment, retry))
            .collect();
        let has_models = |line: &Endpoint| !line.provider.models[rank].is_empty();
        let with_models = configured.iter().position(has_models);
        // A cloud whose models only its user can name is there for another purpose, unless a model is asked for.
        let own = configured
            .iter()
            .position(|line| is_own(line.provider) || named_one.is_some());
        let chosen = with_models
            .or(own)
            .and_then(|chosen| configured.into_iter().nth(chosen));
        return chosen
            .map(|line| model_of_rank(line, rank, &options.prices))
            .transpose();
    }
    let (provider, model) = provider_of_name(wanted, environment)?;
    let line = configure_endpoint(provider, environment, retry)
        .ok_or_else(|| unconfigured_error(wanted, provider, environment))?;
    match rank_of_alias(model) {
        Some(rank) => model_of_rank(line, rank, &options.prices).map(Some),
        None => Ok(Some(remote_model(line, model, &options.prices))),
    }
}

/// Returns the position of an alias in a provider's list of models; none for another name.
fn rank_of_alias(name: &str) -> Option<usize> {
    ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map(|(_, rank)| *rank)
}

/// Makes a model with what the catalogue and the prices know of it.
fn remote_model(line: Endpoint, model: &str, prices: &Prices) -> Box<dyn Model> {
    let rates = rates_of((line.provider.name, line.provider.surcharge), model, prices);
    let mut facts = facts_of(model);
    if rates.is_some() {
        // A reply without a limit could not be kept within a budget.
        facts.output = facts.output.or(Some(u32::MAX));
    }
    Box::new(Remote {
        endpoint: line,
        model: model.to_owned(),
        facts,
        rates,
    })
}

/// Returns the provider's model of this rank.
fn model_of_rank(
    line: Endpoint,
    rank: usize,
    prices: &Prices,
) -> Result<Box<dyn Model>, ModelError> {
    let model = line.provider.models[rank];
    if model.is_empty() {
        let Provider { name, .. } = line.provider;
        return Err(ModelError {
            model: (*name).to_owned(),
            fault: Fault::UnknownModel,
            message: format!("{name} is configured, but no model of it is named"),
            hint: format!("name one as {name}/MODEL, as it is called there"),
        });
    }
    Ok(remote_model(line, model, prices))
}

/// Returns the provider and the model's name of `provider/model`, or of a bare name that says whose it is. Any other
/// is looked for on the user's own server.
fn provider_of_name<'a>(
    wanted: &'a str,
    environment: Environment<'_>,
) -> Result<(&'static Provider, &'a str), ModelError> {
    if let Some((name, model)) = wanted.split_once('/')
        && let Some(provider) = PROVIDERS.iter().find(|provider| provider.name == name)
        && !model.is_empty()
    {
        return Ok((provider, model));
    }
    let knows = |provider: &&Provider| provider.names.iter().any(|start| wanted.starts_with(start));
    let owner = PROVIDERS.iter().find(knows).or_else(|| {
        PROVIDERS.iter().find(|provider| {
            is_own(provider)
                && configure_endpoint(provider, environment, RetryPolicy::default()).is_some()
        })
    });
    owner.map(|provider| (provider, wanted)).ok_or_else(|| {
        let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
        ModelError {
            model: wanted.to_owned(),
            fault: Fault::UnknownModel,
            message: "no provider is known to have this model".to_owned(),
            hint: format!("name it as PROVIDER/MODEL; providers: {}", names.join(", ")),
        }
    })
}

/// Returns a model that plays the turns in a file: a list of `{"say": TEXT, "call": [[TOOL, ARGUMENTS], …]}`.
fn scripted_model(wanted: &str, file: &str) -> Result<Box<dyn Model>, ModelError> {
    let error = |message: String| ModelError {
        model: wanted.to_owned(),
        fault: Fault::Request,
        message,
        hint:
            "name a file with a JSON list of turns: [{\"say\": \"…\", \"call\": [[\"Read\", {…}]]}]"
                .to_owned(),
    };
    let text = fs::read_to_string(file)
        .map_err(|problem| error(format!("{file} can't be read: {problem}")))?;
    let turns: Vec<Turn> = serde_json::from_str(&text)
        .map_err(|problem| error(format!("{file} is no script: {problem}")))?;
    Ok(Box::new(Scripted::new(turns)))
}
