//! From what the user wants and the environment has to a model.

use crate::catalogue::facts_of;
use crate::client::Client;
use crate::model::{Fault, Model, ModelError};
use crate::patience::Patience;
use crate::providers::{PROVIDERS, Provider};
use crate::remote::{Line, Remote};
use crate::secret::{Environment, Secret};

/// Names that mean a model of whichever provider there is, with their place in its list of models.
const ALIASES: [(&str, usize); 4] = [("opus", 0), ("sonnet", 1), ("haiku", 2), ("inherit", 1)];

/// The model that is wanted: `provider/model`, an alias (`opus`, `sonnet`, `haiku`, `inherit`), a model's bare name, or
/// none for the usual one of the first provider that is configured. None when nothing is configured and nothing is
/// named outright: then there is no model.
///
/// # Errors
///
/// What is named is not known, or its key is missing.
pub fn choose(
    wanted: Option<&str>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Box<dyn Model>>, ModelError> {
    choose_with(wanted, environment, Patience::default())
}

/// [`choose`], with limits of one's own.
///
/// # Errors
///
/// As [`choose`].
pub fn choose_with(
    wanted: Option<&str>,
    environment: &dyn Fn(&str) -> Option<String>,
    patience: Patience,
) -> Result<Option<Box<dyn Model>>, ModelError> {
    let wanted = wanted.map(str::trim).filter(|wanted| !wanted.is_empty()).unwrap_or("inherit");
    if let Some((_, rank)) = ALIASES.iter().find(|(alias, _)| *alias == wanted) {
        let Some(line) = PROVIDERS.iter().find_map(|provider| line(provider, environment, patience)) else {
            return Ok(None);
        };
        return ranked(line, *rank).map(Some);
    }
    let (provider, model) = named(wanted)?;
    let Some(line) = line(provider, environment, patience) else {
        let Provider { name, key, .. } = provider;
        return Err(ModelError {
            model: wanted.to_owned(),
            fault: Fault::Key,
            message: format!("no key for {name}"),
            hint: format!("set {key} to a key of {name}"),
        });
    };
    match ALIASES.iter().find(|(alias, _)| *alias == model) {
        Some((_, rank)) => ranked(line, *rank).map(Some),
        None => Ok(Some(remote(line, model))),
    }
}

fn remote(line: Line, model: &str) -> Box<dyn Model> {
    Box::new(Remote { line, model: model.to_owned(), facts: facts_of(model) })
}

/// The provider's model of this rank.
fn ranked(line: Line, rank: usize) -> Result<Box<dyn Model>, ModelError> {
    let model = line.provider.models[rank];
    if model.is_empty() {
        let name = line.provider.name;
        return Err(ModelError {
            model: name.to_owned(),
            fault: Fault::UnknownModel,
            message: format!("{name} is configured, but no model is named"),
            hint: format!("name one as {name}/MODEL"),
        });
    }
    Ok(remote(line, model))
}

/// `provider/model`, or a bare name that tells whose it is.
fn named(wanted: &str) -> Result<(&'static Provider, &str), ModelError> {
    let provider = |name: &str| PROVIDERS.iter().find(|provider| provider.name == name);
    if let Some((name, model)) = wanted.split_once('/')
        && let Some(provider) = provider(name)
        && !model.is_empty()
    {
        return Ok((provider, model));
    }
    let starts = [("claude-", "anthropic")];
    let owner = starts.iter().find(|(start, _)| wanted.starts_with(start)).and_then(|(_, name)| provider(name));
    owner.map(|provider| (provider, wanted)).ok_or_else(|| ModelError {
        model: wanted.to_owned(),
        fault: Fault::UnknownModel,
        message: "whose model this is can't be told".to_owned(),
        hint: format!("name it as PROVIDER/MODEL; providers: {}", PROVIDERS.map(|provider| provider.name).join(", ")),
    })
}

/// The provider as it is configured; none when it is not.
fn line(provider: &'static Provider, environment: Environment<'_>, patience: Patience) -> Option<Line> {
    let set = |name: &str| environment(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    let key = set(provider.key).map(Secret::new)?;
    let base = set(provider.base).unwrap_or_else(|| provider.home.to_owned());
    let base = base.trim_end_matches('/').to_owned();
    Some(Line { provider, base, key: Some(key), client: Client::new(environment), patience })
}
