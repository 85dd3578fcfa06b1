//! Which providers the environment configures, and with what.

use bytes::Bytes;
use hyper::Method;
use serde_json::Value;
use std::time::Duration;

use crate::catalogue::facts_of;
use crate::client::Client;
use crate::model::{Fault, ModelError};
use crate::provider_error::ProviderError;
use crate::providers::{PROVIDERS, Provider};
use crate::remote::{Endpoint, read_body};
use crate::retry::RetryPolicy;
use crate::secret::{Environment, Secret};

/// The time a provider may take to show that it is there.
const LOOK_LIMIT: Duration = Duration::from_secs(3);
/// Where Ollama listens when its variable names no port.
const OLLAMA_PORT: &str = "11434";
/// Variables that may hold a password within an address.
const PROXIES: [&str; 6] = [
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "ALL_PROXY",
    "https_proxy",
    "http_proxy",
    "all_proxy",
];

/// A provider, and whether it is configured.
#[derive(Debug)]
pub struct ProviderStatus {
    /// The name before the slash of a model's name.
    pub name: &'static str,
    /// The variable that configures it: its key, or its address where it needs none; where that is set, one that lacks.
    pub variable: &'static str,
    /// True if all that it needs is set.
    pub configured: bool,
    /// Where it is; empty where it is not configured and has no address of its own.
    pub base: String,
    /// The models for `fable`, `opus`, `sonnet` and `haiku` there; empty where only its user knows.
    pub models: Vec<&'static str>,
    endpoint: Option<Endpoint>,
    /// The error where it is not configured.
    missing: ModelError,
}

/// Returns all providers, in the order in which one is looked for when none is named.
#[must_use]
pub fn list_providers(environment: &dyn Fn(&str) -> Option<String>) -> Vec<ProviderStatus> {
    let retry = RetryPolicy {
        first: LOOK_LIMIT,
        load: LOOK_LIMIT,
        idle: LOOK_LIMIT,
        ..RetryPolicy::default()
    };
    let offer = |provider: &'static Provider| {
        let line = configure_endpoint(provider, environment, retry);
        let mut models: Vec<_> = provider
            .models
            .into_iter()
            .filter(|model| !model.is_empty())
            .collect();
        models.dedup();
        ProviderStatus {
            name: provider.name,
            variable: missing_variable(provider, environment),
            configured: line.is_some(),
            base: line
                .as_ref()
                .map_or_else(|| provider.address.to_owned(), |line| line.base.clone()),
            models,
            endpoint: line,
            missing: unconfigured_error(provider.name, provider, environment),
        }
    };
    PROVIDERS.iter().map(offer).collect()
}

impl ProviderStatus {
    /// Returns whether anything is known that it answers without cost.
    #[must_use]
    pub fn can_be_asked(&self) -> bool {
        self.endpoint
            .as_ref()
            .is_some_and(|line| !line.provider.listing.is_empty())
    }

    /// Asks for what costs nothing, and gives the names of the models that are there, as far as it tells.
    ///
    /// # Errors
    ///
    /// It is not configured, can't be reached within a few seconds, or does not take the key.
    pub async fn reachable(&self) -> Result<Vec<String>, ModelError> {
        let Some(line) = &self.endpoint else {
            return Err(self.missing.clone());
        };
        let told = |failure: &ProviderError| line.error(self.name.to_owned(), failure, 1);
        let facts = facts_of("");
        let answer = line
            .call(
                Method::GET,
                line.provider.listing,
                line.addressee("", &facts),
                Bytes::new(),
            )
            .await;
        let mut answer = answer.map_err(|failure| told(&failure))?;
        let words = read_body(&mut answer, line.retry).await.unwrap_or_default();
        let value: Value = serde_json::from_str(&words).map_err(|_| {
            told(&ProviderError {
                retryable: false,
                ..ProviderError::garbled("its list of models is no JSON")
            })
        })?;
        let list = ["data", "models"]
            .iter()
            .find_map(|name| value.get(*name)?.as_array());
        let name = |model: &Value| {
            let name = ["id", "name"]
                .iter()
                .find_map(|name| model.get(*name)?.as_str())?;
            Some(name.trim_start_matches("models/").to_owned())
        };
        Ok(list.into_iter().flatten().filter_map(name).collect())
    }
}

/// Returns the values that must not be seen anywhere: keys, and passwords of proxies. Each with the variable that holds
/// it.
#[must_use]
pub fn list_secrets(environment: &dyn Fn(&str) -> Option<String>) -> Vec<(&'static str, String)> {
    let mut secrets: Vec<(&'static str, String)> = Vec::new();
    for name in PROVIDERS
        .iter()
        .map(|provider| provider.key)
        .filter(|name| !name.is_empty())
    {
        if !secrets.iter().any(|(known, _)| *known == name) {
            secrets.extend(read_variable(environment, name).map(|value| (name, value)));
        }
    }
    for name in PROXIES
        .into_iter()
        .chain(PROVIDERS.iter().map(|provider| provider.base))
    {
        secrets.extend(
            read_variable(environment, name)
                .and_then(|value| Some((name, password_of_address(&value)?.to_owned()))),
        );
    }
    secrets
}

/// Returns the password in an address.
fn password_of_address(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let (user, _) = rest.split('/').next()?.rsplit_once('@')?;
    user.split_once(':')
        .map(|(_, password)| password)
        .filter(|password| !password.is_empty())
}

fn read_variable(environment: Environment<'_>, name: &str) -> Option<String> {
    if name.is_empty() {
        return None;
    }
    environment(name)
        .map(|value| value.trim().to_owned())
        .filter(|value| !value.is_empty())
}

/// Returns whether it is a server of the user's own.
pub(crate) fn is_own(provider: &Provider) -> bool {
    provider.address.is_empty()
}

/// Returns the variable that configures it.
fn variable_of_provider(provider: &Provider) -> &'static str {
    if is_own(provider) {
        provider.base
    } else {
        provider.key
    }
}

/// Returns the variable that is told of a provider: one that lacks, else the one that configures it.
fn missing_variable(provider: &Provider, environment: Environment<'_>) -> &'static str {
    let lacks_place = read_variable(environment, variable_of_provider(provider)).is_some()
        && read_variable(environment, provider.base).is_none()
        && provider_address(provider, environment).is_none();
    address_variables(provider)
        .filter(|_| lacks_place)
        .map_or(variable_of_provider(provider), |(_, names, _)| names[0])
}

/// Returns the provider as it is configured; none when it is not.
pub(crate) fn configure_endpoint(
    provider: &'static Provider,
    environment: Environment<'_>,
    retry: RetryPolicy,
) -> Option<Endpoint> {
    read_variable(environment, variable_of_provider(provider))?;
    let base = match read_variable(environment, provider.base) {
        Some(base) if provider.base == "OLLAMA_HOST" => ollama_address(&base),
        Some(base) => base,
        None => provider_address(provider, environment)?,
    };
    // Some write the version into the address where the path has it already.
    let base = base.trim_end_matches('/');
    let version = provider.listing.trim_end_matches("/models");
    let version = if version.is_empty() && provider.protocol.path("").starts_with("/v1/") {
        "/v1"
    } else {
        version
    };
    let base = base
        .strip_suffix(version)
        .filter(|_| !version.is_empty())
        .unwrap_or(base)
        .to_owned();
    let key = read_variable(environment, provider.key).map(Secret::new);
    let first = if is_own(provider) {
        retry.load
    } else {
        retry.first
    };
    let retry = RetryPolicy { first, ..retry };
    Some(Endpoint {
        provider,
        base,
        key,
        client: Client::new(environment),
        retry,
    })
}

/// Returns the variables that a provider's address needs, and what stands before and behind their value.
fn address_variables(
    provider: &Provider,
) -> Option<(&'static str, Vec<&'static str>, &'static str)> {
    let (before, rest) = provider.address.split_once('{')?;
    let (names, behind) = rest.split_once('}')?;
    Some((before, names.split('|').collect(), behind))
}

/// Returns the provider's own address; none where it needs a variable that is not set.
fn provider_address(provider: &Provider, environment: Environment<'_>) -> Option<String> {
    let Some((before, names, behind)) = address_variables(provider) else {
        return Some(provider.address.to_owned());
    };
    let value = names
        .into_iter()
        .find_map(|name| read_variable(environment, name))?;
    // Some have the whole address in it.
    let value = value.trim_end_matches('/');
    let value = value.strip_suffix(behind).unwrap_or(value);
    Some(format!("{before}{value}{behind}"))
}

/// Ollama's address as it writes it itself: `host`, `host:port` or a whole one; a server that listens everywhere is
/// called on this machine.
fn ollama_address(host: &str) -> String {
    let (scheme, rest) = host.split_once("://").unwrap_or(("http", host));
    let rest = rest.trim_end_matches('/');
    let (address, path) = rest
        .split_once('/')
        .map_or((rest, String::new()), |(host, path)| {
            (host, format!("/{path}"))
        });
    let has_port = address.rsplit_once(':').is_some_and(|(before, port)| {
        port.bytes().all(|byte| byte.is_ascii_digit())
            && (!before.contains(':') || before.ends_with(']'))
    });
    let (name, port) = if has_port {
        address.rsplit_once(':').unwrap_or((address, ""))
    } else {
        (address, "")
    };
    let name = if matches!(name, "" | "0.0.0.0" | "[::]") {
        "127.0.0.1"
    } else {
        name
    };
    let port = match (port, scheme) {
        ("", "http") => format!(":{OLLAMA_PORT}"),
        ("", _) => String::new(),
        (port, _) => format!(":{port}"),
    };
    let path = path.strip_suffix("/v1").unwrap_or(&path);
    format!("{scheme}://{name}{port}{path}/v1")
}

/// Returns the error for a provider that is named but not configured.
pub(crate) fn unconfigured_error(
    model: &str,
    provider: &Provider,
    environment: Environment<'_>,
) -> ModelError {
    let variable = variable_of_provider(provider);
    let (variable, fault, value) = match (
        read_variable(environment, variable),
        address_variables(provider),
    ) {
        (None, _) if variable == provider.key => (variable, Fault::Key, "your key"),
        (Some(_), Some((_, names, _))) => (names[0], Fault::Network, provider.address_value),
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
            (
                "https://box.example/ollama/",
                "https://box.example/ollama/v1",
            ),
            ("http://box:1/v1", "http://box:1/v1"),
        ] {
            assert_eq!(ollama_address(host), address, "{host}");
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
        let expected = vec![
            ("OPENAI_API_KEY", "sk-1".to_owned()),
            ("HTTPS_PROXY", "hidden".to_owned()),
        ];
        assert_eq!(list_secrets(&environment), expected);
    }
}
