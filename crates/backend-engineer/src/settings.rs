//! The settings of a run: flags, then the environment, then the repository's configuration, then the user's, then
//! defaults. Every value keeps its origin, and a repository can't weaken its user's protection by itself.

mod origin;

mod value;

mod key;

mod layer;

mod dotenv;

mod file;

mod environment;

mod restraint;

mod protection;

mod merged;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use globset::GlobSet;
use llm::Price;
use sandbox::{BackendChoice, Limits};

use crate::stop::Stop;

use layer::Layer;
use merged::{MergedLayers, values_of_names};

pub(crate) use key::{KEYS, Key};
pub(crate) use layer::Commands;
pub(crate) use origin::{Origin, Sourced};
pub(crate) use restraint::WithheldSetting;
pub(crate) use value::{
    Effort, Endpoint, HiddenText, SandboxMode, read_duration, read_strength, write_duration,
};

/// Where a repository keeps its configuration.
const REPOSITORY_FILE: &str = ".backend-engineer/config.toml";

/// The time that one command may run unless set otherwise.
const TIMEOUT: Duration = Duration::from_secs(600);

/// The time for which wrong versions of a phase's code are tried unless set otherwise: about as long as a suite of
/// ordinary size runs. A new test file takes between a fifth of a second and two to run, so that at least a dozen
/// versions have their turn, and a run is not noticeably longer.
const STRENGTH: Duration = Duration::from_secs(30);

/// Why something that a repository asks for is withheld, and how to have it.
const WHY_WITHHELD: &str = "A repository's own configuration can't weaken its user's sandbox: ask for it with a flag or in \
                            your own configuration, or list the repository there under `trusted`.";

/// Settings from the command line, which override all others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    /// `--sandbox`.
    pub(crate) sandbox: Option<SandboxMode>,
    /// `--allow-network`.
    pub(crate) allow_network: bool,
    /// `--timeout`.
    pub(crate) timeout: Option<Duration>,
    /// `--strength`.
    pub(crate) strength: Option<Duration>,
    /// `--env`, names.
    pub(crate) env: Vec<String>,
    /// `--env-file`.
    pub(crate) env_files: Vec<PathBuf>,
    /// `--commit`.
    pub(crate) commit: bool,
    /// `--model`.
    pub(crate) model: Option<String>,
    /// `--effort`.
    pub(crate) effort: Option<Effort>,
}

/// The cache folder in a home where no variable names another.
const CACHE: &str = if cfg!(target_os = "macos") {
    "Library/Caches"
} else {
    ".cache"
};

/// The surroundings that settings are read from, so that a test can make its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct SettingsSources {
    /// The environment; variables that are not UTF-8 are left out.
    pub(crate) environment: BTreeMap<String, String>,
    /// The user's own configuration, where there is a home to look in.
    pub(crate) user_file: Option<PathBuf>,
    /// The user's cache folder, where there is one.
    pub(crate) cache: Option<PathBuf>,
}

impl SettingsSources {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let absolute = |name: &str| {
            environment
                .get(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let folder =
            absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")));
        let user_file = folder.map(|folder| folder.join("backend-engineer/config.toml"));
        let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(CACHE)));
        SettingsSources {
            environment,
            user_file,
            cache,
        }
    }
}

/// The configuration where there is one, else the default.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The sandbox of every command.
    pub(crate) sandbox: Sourced<SandboxMode>,
    /// True if commands may use the network.
    pub(crate) network: Sourced<bool>,
    /// The time that one command may run.
    pub(crate) timeout: Sourced<Duration>,
    /// The time for which wrong versions of a phase's code are tried against its tests.
    pub(crate) strength: Sourced<Duration>,
    /// The limits of commands on processes, memory and disk, by their keys.
    pub(crate) limits: BTreeMap<&'static str, Sourced<u64>>,
    /// True if the plan's commit steps are carried out.
    pub(crate) commit: Sourced<bool>,
    /// The model that does what the plan leaves open; where it is not set, the agent definition names it.
    pub(crate) model: Option<Sourced<String>>,
    /// The effort of the model.
    pub(crate) effort: Option<Sourced<Effort>>,
    /// The effort of the model after checks failed.
    pub(crate) repair_effort: Option<Sourced<Effort>>,
    /// The project's own commands.
    pub(crate) commands: Commands,
    /// True if the setup commands may use the network: not those of a repository that nobody vouched for.
    pub(crate) setup_network: bool,
    /// Ports that commands may reach.
    pub(crate) services: BTreeMap<String, Sourced<Endpoint>>,
    /// True if a model's commands reach them, and the network where it is open.
    pub(crate) services_for_model: Sourced<bool>,
    /// Prices of models, as the user configured them.
    pub(crate) prices: BTreeMap<String, Sourced<Price>>,
    /// Globs of files that are never written, as written.
    pub(crate) protected: Vec<Sourced<String>>,
    /// Names of variables that commands may see beyond the usual ones.
    pub(crate) env: Vec<Sourced<String>>,
    /// The variables of `env` that are set, with their values.
    pub(crate) values: BTreeMap<String, HiddenText>,
    /// Paths of the machine that commands see although they lie in hidden folders.
    pub(crate) show: Vec<Sourced<PathBuf>>,
    /// The origin of the user's trust in this repository's configuration; none where it is not trusted.
    pub(crate) trusted: Option<Origin>,
    /// Settings that the repository asked for and did not get.
    pub(crate) withheld: Vec<WithheldSetting>,
    /// Warnings about the settings, for a person to read.
    pub(crate) warnings: Vec<String>,
    /// The user's cache folder, where what is known of trees is kept.
    pub(crate) cache: Option<PathBuf>,
    globs: GlobSet,
}

impl Settings {
    /// Reads the settings for the repository at `root`.
    ///
    /// # Errors
    /// A file, a variable or a flag that can't be understood: with its place, and the nearest name for a wrong one.
    pub(crate) fn load(root: &Path, flags: &Flags) -> Result<Self, Stop> {
        Settings::from_sources(root, flags, &SettingsSources::of_process())
    }

    /// [`Settings::load`] from given surroundings.
    pub(crate) fn from_sources(
        root: &Path,
        flags: &Flags,
        surroundings: &SettingsSources,
    ) -> Result<Self, Stop> {
        let MergedLayers {
            layer,
            from_files,
            trusted,
            mut withheld,
            mut warnings,
        } = MergedLayers::merge_sources(root, flags, surroundings)?;
        let env = &surroundings.environment;
        let values = values_of_names(&layer.env, (env, from_files), &mut warnings);
        let network = layer.network.unwrap_or(Sourced::default_of(false));
        let vouched = network.value || trusted.is_some();
        let setup_network = match &layer.commands.setup {
            Some(Sourced {
                origin: origin @ Origin::Repository(_),
                ..
            }) if !vouched => {
                withheld.push(WithheldSetting::setup_network(origin.clone()));
                false
            }
            _ => true,
        };
        let settings = Settings {
            setup_network,
            sandbox: layer
                .sandbox
                .unwrap_or(Sourced::default_of(SandboxMode::Auto)),
            network,
            timeout: layer.timeout.unwrap_or(Sourced::default_of(TIMEOUT)),
            strength: layer.strength.unwrap_or(Sourced::default_of(STRENGTH)),
            limits: layer.limits,
            commit: layer.commit.unwrap_or(Sourced::default_of(false)),
            globs: protection::compile_globs(&layer.protected)?,
            model: layer.model,
            effort: layer.effort,
            repair_effort: layer.repair_effort,
            commands: layer.commands,
            services: layer.services,
            services_for_model: layer
                .services_for_model
                .unwrap_or(Sourced::default_of(false)),
            prices: layer.prices,
            protected: layer.protected,
            env: layer.env,
            values,
            show: layer.show,
            trusted,
            withheld: Vec::new(),
            warnings,
            cache: surroundings.cache.clone(),
        };
        withheld.retain(|withheld| !settings.grants(withheld));
        Ok(Settings {
            withheld,
            ..settings
        })
    }

    /// Returns the sandbox that is asked for.
    pub(crate) fn backend(&self) -> BackendChoice {
        self.sandbox.value.into()
    }

    /// Returns whether commands may use the network.
    pub(crate) fn network(&self) -> bool {
        self.network.value
    }

    /// Returns how long one command may run.
    pub(crate) fn timeout(&self) -> Duration {
        self.timeout.value
    }

    /// Returns what a command may take of the machine.
    pub(crate) fn limits(&self) -> Limits {
        let usual = Limits::default();
        let of = |name: &str, usual: u64| self.limits.get(name).map_or(usual, |held| held.value);
        Limits {
            processes: of("processes", usual.processes),
            memory: of("memory", usual.memory),
            disk: of("disk", usual.disk),
        }
    }

    /// Returns how long wrong versions of a phase's code are tried against its tests; nothing for not at all. Where nobody
    /// asks for a time, code that the plan alone shows is not tried: it would be told only, and a literal phase stays fast.
    pub(crate) fn strength(&self, by_a_model: bool) -> Duration {
        match self.strength.origin {
            Origin::Default if !by_a_model => Duration::ZERO,
            _ => self.strength.value,
        }
    }

    /// Returns whether the plan's commit steps are carried out.
    pub(crate) fn commit(&self) -> bool {
        self.commit.value
    }

    /// Returns the commands that prepare the project before any check, in order.
    pub(crate) fn setup(&self) -> Vec<String> {
        self.commands
            .setup
            .as_ref()
            .map(|held| held.value.clone())
            .unwrap_or_default()
    }

    /// Returns whether commands reach all that the machine reaches.
    pub(crate) fn reaches_everything(&self) -> bool {
        self.network() || self.sandbox.value == SandboxMode::Off
    }

    /// Returns names of the services that commands may reach and whose data is to last.
    pub(crate) fn lasting_services(&self) -> Vec<String> {
        self.services
            .iter()
            .filter(|(_, held)| !held.value.disposable)
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Returns whether a model's commands reach what the plan's checks reach.
    pub(crate) fn services_for_model(&self) -> bool {
        self.services_for_model.value
    }

    /// Ports that commands may reach: name, host and port.
    pub(crate) fn services(&self) -> Vec<(String, String, u16)> {
        let endpoints = self.services.iter().map(|(name, held)| (name, &held.value));
        endpoints
            .map(|(name, endpoint)| (name.clone(), endpoint.host.clone(), endpoint.port))
            .collect()
    }

    /// Returns the variables that commands see beyond the usual ones, with their values.
    pub(crate) fn variables(&self) -> Vec<(String, String)> {
        self.values
            .iter()
            .map(|(name, hidden)| (name.clone(), hidden.reveal().to_owned()))
            .collect()
    }

    /// Returns names of variables that commands see beyond the usual ones.
    pub(crate) fn passed_names(&self) -> Vec<String> {
        self.env.iter().map(|held| held.value.clone()).collect()
    }

    /// Returns whether `path` (from the root, with `/`) is never written.
    pub(crate) fn protects(&self, path: &str) -> bool {
        self.globs.is_match(path)
    }

    /// Returns what a person should know about the settings before anything is done: what the repository was not
    /// granted, and what means nothing.
    pub(crate) fn remarks(&self) -> Vec<String> {
        let asked: Vec<String> = self
            .withheld
            .iter()
            .map(WithheldSetting::to_string)
            .collect();
        let withheld = (!asked.is_empty())
            .then(|| format!("Not followed: {}. {WHY_WITHHELD}", asked.join(", ")));
        withheld
            .into_iter()
            .chain(self.warnings.iter().cloned())
            .collect()
    }

    /// Returns whether somebody else than the repository asked for the same.
    fn grants(&self, withheld: &WithheldSetting) -> bool {
        match withheld.key.as_str() {
            "sandbox" => self.sandbox.value.to_string() == withheld.asked,
            "network" => self.network.value,
            "commit" => self.commit.value,
            "env" => self.env.iter().any(|held| held.value == withheld.asked),
            _ => false,
        }
    }
}

fn of_flags(flags: &Flags) -> Result<(Layer, BTreeMap<String, HiddenText>), Stop> {
    let mut layer = Layer {
        sandbox: flags
            .sandbox
            .map(|walls| Sourced::new(walls, Origin::Flag("--sandbox"))),
        network: flags
            .allow_network
            .then(|| Sourced::new(true, Origin::Flag("--allow-network"))),
        timeout: flags
            .timeout
            .map(|timeout| Sourced::new(timeout, Origin::Flag("--timeout"))),
        strength: flags
            .strength
            .map(|limit| Sourced::new(limit, Origin::Flag("--strength"))),
        model: flags
            .model
            .clone()
            .map(|model| Sourced::new(model, Origin::Flag("--model"))),
        effort: flags
            .effort
            .map(|effort| Sourced::new(effort, Origin::Flag("--effort"))),
        commit: flags
            .commit
            .then(|| Sourced::new(true, Origin::Flag("--commit"))),
        ..Layer::default()
    };
    for name in &flags.env {
        let name =
            value::read_variable_name(name).map_err(|why| Stop::usage(format!("--env: {why}")))?;
        layer.env.push(Sourced::new(name, Origin::Flag("--env")));
    }
    let mut variables = BTreeMap::new();
    for path in &flags.env_files {
        let wrong = |why: String| Stop::usage(format!("--env-file {}: {why}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let read = dotenv::parse_dotenv(&text).map_err(|unreadable| {
            wrong(format!("line {}: {}", unreadable.line, unreadable.message))
        })?;
        for (name, hidden) in read {
            layer
                .env
                .push(Sourced::new(name.clone(), Origin::EnvFile(path.clone())));
            variables.insert(name, hidden);
        }
    }
    Ok((layer, variables))
}

/// Two hosts can't both be reached at one port of one loopback.
fn refuse_one_port_twice(services: &BTreeMap<String, Sourced<Endpoint>>) -> Result<(), Stop> {
    let mut ports: BTreeMap<u16, (&str, &Endpoint)> = BTreeMap::new();
    for (name, held) in services {
        let Some((other, endpoint)) = ports.insert(held.value.port, (name, &held.value)) else {
            continue;
        };
        if endpoint.host != held.value.host {
            let port = held.value.port;
            let message = format!(
                "{}: the services `{other}` and `{name}` have the same port {port}",
                held.origin
            );
            return Err(Stop::usage(message)
                .hint("A command finds each service at its own port: give one another port."));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
