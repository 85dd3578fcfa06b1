//! Which providers the environment configures, and with what.

use bytes::Bytes;
use hyper::Method;
use serde_json::Value;
use std::time::Duration;

use crate::catalogue::facts_of;
use crate::client::Client;
use crate::model::{Fault, ModelError};
use crate::patience::Patience;
use crate::providers::{PROVIDERS, Provider};
use crate::remote::{Line, read};
use crate::secret::{Environment, Secret};
use crate::trouble::Trouble;

/// How long a provider may take to show that it is there.
const LOOK_LIMIT: Duration = Duration::from_secs(3);
/// Where Ollama listens when its variable names no port.
const OLLAMA_PORT: &str = "11434";
/// Variables that may hold a password within an address.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"];

/// A provider, and whether it is configured.
#[derive(Debug)]
pub struct Offer {
    /// The name before the slash of a model's name.
    pub name: &'static str,
    /// The variable that configures it: its key, or its address where it needs none; where that is set, one that lacks.
    pub variable: &'static str,
    /// Whether all that it needs is set.
    pub configured: bool,
    /// Where it is; empty where it is not configured and has no address of its own.
    pub base: String,
    /// What `fable`, `opus`, `sonnet` and `haiku` mean there; empty where only its user knows.
    pub models: Vec<&'static str>,
    line: Option<Line>,
    /// What is said where it is not configured.
    missing: ModelError,
}

/// All providers, in the order in which one is looked for when none is named.
#[must_use]
pub fn providers(environment: &dyn Fn(&str) -> Option<String>) -> Vec<Offer> {
    let patience = Patience { first: LOOK_LIMIT, load: LOOK_LIMIT, idle: LOOK_LIMIT, ..Patience::default() };
    let offer = |provider: &'static Provider| {
        let line = line(provider, environment, patience);
        let mut models: Vec<_> = provider.models.into_iter().filter(|model| !model.is_empty()).collect();
        models.dedup();
        Offer {
            name: provider.name,
            variable: lacking(provider, environment),
            configured: line.is_some(),
            base: line.as_ref().map_or_else(|| provider.home.to_owned(), |line| line.base.clone()),
            models,
            line,
            missing: unconfigured(provider.name, provider, environment),
        }
    };
    PROVIDERS.iter().map(offer).collect()
}

impl Offer {
    /// Whether anything is known that it answers without cost.
    #[must_use]
    pub fn can_be_asked(&self) -> bool {
        self.line.as_ref().is_some_and(|line| !line.provider.listing.is_empty())
    }

    /// Asks for what costs nothing, and gives the names of the models that are there, as far as it tells.
    ///
    /// # Errors
    ///
    /// It is not configured, can't be reached within a few seconds, or does not take the key.
    pub async fn reachable(&self) -> Result<Vec<String>, ModelError> {
        let Some(line) = &self.line else { return Err(self.missing.clone()) };
        let told = |trouble: &Trouble| line.error(self.name.to_owned(), trouble, 1);
        let facts = facts_of("");
        let answer = line.call(Method::GET, line.provider.listing, line.addressee("", &facts), Bytes::new()).await;
        let mut answer = answer.map_err(|trouble| told(&trouble))?;
        let words = read(&mut answer, line.patience).await.unwrap_or_default();
        let value: Value = serde_json::from_str(&words)
            .map_err(|_| told(&Trouble { passes: false, ..Trouble::garbled("its list of models is no JSON") }))?;
        let list = ["data", "models"].iter().find_map(|name| value.get(*name)?.as_array());
        let name = |model: &Value| {
            let name = ["id", "name"].iter().find_map(|name| model.get(*name)?.as_str())?;
            Some(name.trim_start_matches("models/").to_owned())
        };
        Ok(list.into_iter().flatten().filter_map(name).collect())
    }
}

/// The values that must not be seen anywhere: keys, and passwords of proxies. Each with the variable that holds it.
#[must_use]
pub fn secrets(environment: &dyn Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let mut secrets: Vec<(&'static str, String)> = Vec::new();
    for name in PROVIDERS.iter().map(|provider| provider.key).filter(|name| !name.is_empty()) {
        if !secrets.iter().any(|(known, _)| *known == name) {
            secrets.extend(set(environment, name).map(|value| (name, value)));
        }
    }
    for name in PROXIES.into_iter().chain(PROVIDERS.iter().map(|provider| provider.base)) {
        secrets.extend(set(environment, name).and_then(|value| Some((name, password(&value)?.to_owned()))));
    }
    secrets
}

/// The password in an address.
fn password(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    user.split_once(':').map(|(_, password)| password).filter(|password| !password.is_empty())
}

fn set(environment: Environment<'_>, name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    environment(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Whether it is a server of the user's own.
pub(crate) fn is_own(provider: &Provider) -> bool {
    provider.home.is_empty()
}

/// The variable that configures it.
fn variable(provider: &Provider) -> &'static str {
    if is_own(provider) { provider.base } else { provider.key }
}

/// The variable that is told of a provider: one that lacks, else the one that configures it.
fn lacking(provider: &Provider, environment: Environment<'_>) -> &'static str {
    let lacks_place = set(environment, variable(provider)).is_some()
        && set(environment, provider.base).is_none()
        && home(provider, environment).is_none();
    needed(provider).filter(|_| lacks_place).map_or(variable(provider), |(_, names, _)| names[0])
}

/// The provider as it is configured; none when it is not.
pub(crate) fn line(provider: &'static Provider, environment: Environment<'_>, patience: Patience) -> Option<Line> {
    set(environment, variable(provider))?;
    let base = match set(environment, provider.base) {
        Some(base) if provider.base == "OLLAMA_HOST" => ollama(&base),
        Some(base) => base,
        None => home(provider, environment)?,
    };
    // Some write the version into the address where the path has it already.
    let base = base.trim_end_matches('/');
    let version = provider.listing.trim_end_matches("/models");
    let version = if version.is_empty() && provider.wire.path("").starts_with("/v1/") { "/v1" } else { version };
    let base = base.strip_suffix(version).filter(|_| !version.is_empty()).unwrap_or(base).to_owned();
    let key = set(environment, provider.key).map(Secret::new);
    let first = if is_own(provider) { patience.load } else { patience.first };
    let patience = Patience { first, ..patience };
    Some(Line { provider, base, key, client: Client::new(environment), patience })
}

/// The variables that a provider's address needs, and what stands before and behind their value.
fn needed(provider: &Provider) -> Option<(&'static str, Vec<&'static str>, &'static str)> {
    let (before, rest) = provider.home.split_once('{')?;
    let (names, behind) = rest.split_once('}')?;
    Some((before, names.split('|').collect(), behind))
}

/// The provider's own address; none where it needs a variable that is not set.
fn home(provider: &Provider, environment: Environment<'_>) -> Option<String> {
    let Some((before, names, behind)) = needed(provider) else { return Some(provider.home.to_owned()) };
    let value = names.into_iter().find_map(|name| set(environment, name))?;
    // Some have the whole address in it.
    let value = value.trim_end_matches('/');
    let value = value.strip_suffix(behind).unwrap_or(value);
    Some(format!("{before}{value}{behind}"))
}

/// Ollama's address as it writes it itself: `host`, `host:port` or a whole one; a server that listens everywhere is
/// called on this machine.
fn ollama(host: &str) -> String {
    let (scheme, rest) = host.split_once("://").unwrap_or(("http", host));
    let rest = rest.trim_end_matches('/');
    let (address, path) = rest.split_once('/').map_or((rest, String::new()), |(host, path)| (host, format!("/{path}")));
    let has_port = address.rsplit_once(':').is_some_and(|(before, port)| {
        port.bytes().all(|byte| byte.is_ascii_digit()) && (!before.contains(':') || before.ends_with(']'))
    });
    let (name, port) = if has_port { address.rsplit_once(':').unwrap_or((address, "")) } else { (address, "") };
    let name = if matches!(name, "" | "0.0.0.0" | "[::]") { "127.0.0.1" } else { name };
    let port = match (port, scheme) {
        ("", "http") => format!(":{OLLAMA_PORT}"),
        ("", _) => String::new(),
        (port, _) => format!(":{port}"),
    };
    let path = path.strip_suffix("/v1").unwrap_or(&path);
    format!("{scheme}://{name}{port}{path}/v1")
}

/// The error for a provider that is named but not configured.
pub(crate) fn unconfigured(model: &str, provider: &Provider, environment: Environment<'_>) -> ModelError {
    let variable = variable(provider);
    let (variable, fault, value) = match (set(environment, variable), needed(provider)) {
        (None, _) if variable == provider.key => (variable, Fault::Key, "your key"),
        (Some(_), Some((_, names, _))) => (names[0], Fault::Network, provider.place),
        _ => (variable, Fault::Network, "the address of your server"),
    };
    ModelError {
        model: model.to_owned(),
        fault,
        message: format!("{variable} is not set"),
        hint: format!("set {variable} to {value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ollama_writes_its_address_in_many_ways() {
        for (host, address) in [
            ("127.0.0.1", "http://127.0.0.1:11434/v1"),
            ("127.0.0.1:5000", "http://127.0.0.1:5000/v1"),
            ("0.0.0.0", "http://127.0.0.1:11434/v1"),
            (":5000", "http://127.0.0.1:5000/v1"),
            ("[::1]:5000", "http://[::1]:5000/v1"),
            ("[::1]", "http://[::1]:11434/v1"),
            ("http://box:1/", "http://box:1/v1"),
            ("https://box.example", "https://box.example/v1"),
            ("https://box.example/ollama/", "https://box.example/ollama/v1"),
            ("http://box:1/v1", "http://box:1/v1"),
        ] {
            assert_eq!(ollama(host), address, "{host}");
        }
    }

    #[test]
    fn passwords_in_addresses_are_secrets() {
        let environment = |name: &str| match name {
            "HTTPS_PROXY" => Some("http://me:hidden@proxy:8080".to_owned()),
            "OPENAI_API_KEY" => Some(" sk-1 ".to_owned()),
            "HTTP_PROXY" => Some("http://proxy:8080".to_owned()),
            _ => None,
        };
        let expected = vec![("OPENAI_API_KEY", "sk-1".to_owned()), ("HTTPS_PROXY", "hidden".to_owned())];
        assert_eq!(secrets(&environment), expected);
    }
}
