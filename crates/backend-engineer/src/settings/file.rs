//! Reads one `config.toml`. Whatever is wrong with it is said with its file and line.
//!
//! Every value keeps the line that it was read from: `config show` tells it, and an error names it.
//! A repository's file is not trusted as the user's own is: it can't be a link, can't name prices,
//! limits, or paths that weaken the sandbox (`show`, `trusted`), for it could be anybody's.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use llm::Price;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::stop::Stop;

use super::key::{KEYS, find_similar_key};
use super::layer::Layer;
use super::origin::{Line, Origin, Sourced};
use super::value::{
    Endpoint, read_bytes, read_count, read_duration, read_strength, read_variable_name,
};

/// The bound keeps a wrong path (`/dev/zero`) from filling the memory.
/// A configuration is a page, not a book.
const LARGEST: u64 = 1 << 20;

/// The parts of a price, in US dollars for a million tokens.
/// Only the first two are needed.
const PARTS: [&str; 5] = [
    "input",
    "output",
    "cache_read",
    "cache_write",
    "cache_write_hour",
];

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// The user's own.
    User,
    /// It came with the repository.
    Repository,
}

/// Reads the file at `path`, shown to people as `shown`; no file says nothing.
///
/// # Errors
/// A file that can't be read, isn't TOML, or holds an unknown key or a wrong type.
pub(super) fn read_settings_file(path: &Path, shown: &Path, owner: Owner) -> Result<Layer, Stop> {
    let Some(text) = read_settings_text(path, shown, owner)? else {
        return Ok(Layer::default());
    };
    let reader = Reader {
        text: &text,
        shown,
        owner,
    };
    let table = DeTable::parse(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Stop::usage(format!(
            "{}: {}",
            reader.line_of_offset(at),
            error.message().trim()
        ))
    })?;
    reader.settings(table.get_ref())
}

/// Reads the text of a configuration; `None` where there is none. Refuses what is no regular file,
/// is too large or is no UTF-8, with the file's name in the message.
fn read_settings_text(path: &Path, shown: &Path, owner: Owner) -> Result<Option<String>, Stop> {
    let wrong = |why: String| Stop::usage(format!("{}: {why}", shown.display()));
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(wrong(error.to_string())),
    };
    // A repository that somebody else made could point the link at any file of this machine.
    let linked = metadata.is_symlink() || path.parent().is_some_and(Path::is_symlink);
    if owner == Owner::Repository && linked {
        return Err(wrong(
            "is reached by a symbolic link; put the file itself there".to_owned(),
        ));
    }
    // Behind a link that the user made, the file itself must be one.
    let metadata = fs::metadata(path).map_err(|error| wrong(error.to_string()))?;
    if !metadata.is_file() {
        return Err(wrong("is not a regular file".to_owned()));
    }
    if metadata.len() > LARGEST {
        return Err(wrong(format!(
            "has {} bytes; a configuration has at most {LARGEST}",
            metadata.len()
        )));
    }
    let bytes = survey::read_regular(path, LARGEST).map_err(|error| wrong(error.to_string()))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(wrong(format!(
            "is not UTF-8 text (byte {})",
            error.utf8_error().valid_up_to()
        ))),
    }
}

/// The file at hand.
struct Reader<'a> {
    text: &'a str,
    shown: &'a Path,
    owner: Owner,
}

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads a number or an amount of bytes as it is written.
type ReadAmount = fn(&str) -> Result<u64, String>;

/// Reads a span of time as it is written.
type ReadTime = fn(&str) -> Result<Duration, String>;

impl Reader<'_> {
    /// Reads all keys at the top. One that is unknown is an error and not a warning: a misspelt
    /// `sandbox` would leave commands less confined than its author thinks.
    fn settings(&self, table: &DeTable<'_>) -> Result<Layer, Stop> {
        let mut layer = Layer::default();
        for (name, value) in table {
            match name.get_ref().as_ref() {
                "sandbox" => layer.sandbox = Some(self.held(value, self.parsed(value, "sandbox")?)),
                "network" => layer.network = Some(self.held(value, self.yes_no(value, "network")?)),
                "commit" => layer.commit = Some(self.held(value, self.yes_no(value, "commit")?)),
                "timeout" => {
                    layer.timeout =
                        Some(self.held(value, self.time(value, "timeout", read_duration)?))
                }
                "strength" => {
                    layer.strength =
                        Some(self.held(value, self.time(value, "strength", read_strength)?))
                }
                "model" => layer.model = Some(self.held(value, self.text_value(value, "model")?)),
                "effort" => layer.effort = Some(self.held(value, self.parsed(value, "effort")?)),
                "repair_effort" => {
                    layer.repair_effort =
                        Some(self.held(value, self.parsed(value, "repair_effort")?))
                }
                "protected" => layer.protected = self.texts(value, "protected")?,
                "env" => layer.env = self.variable_names(value)?,
                "show" => layer.show = self.own_paths(value, "show")?,
                "trusted" => layer.trusted = self.own_paths(value, "trusted")?,
                "commands" => self.read_commands(value, &mut layer)?,
                "services_for_model" => {
                    layer.services_for_model =
                        Some(self.held(value, self.yes_no(value, "services_for_model")?));
                }
                "services" => layer.services = self.services(value)?,
                "prices" => layer.prices = self.prices(value)?,
                "limits" => layer.limits = self.limits(value)?,
                other => return Err(self.unknown(other, name.span().start)),
            }
        }
        Ok(layer)
    }

    /// Reads `[commands]`: each key holds one command or a list of them.
    fn read_commands(&self, value: &Value<'_>, layer: &mut Layer) -> Result<(), Stop> {
        for (name, value) in self.table(value, "commands")? {
            let (slot, key) = match name.get_ref().as_ref() {
                "test" => (&mut layer.commands.test, "commands.test"),
                "lint" => (&mut layer.commands.lint, "commands.lint"),
                "type_check" => (&mut layer.commands.type_check, "commands.type_check"),
                "setup" => (&mut layer.commands.setup, "commands.setup"),
                other => return Err(self.unknown(&format!("commands.{other}"), name.span().start)),
            };
            let texts = match value.get_ref() {
                DeValue::String(_) => vec![self.text_value(value, key)?],
                _ => self
                    .texts(value, key)?
                    .into_iter()
                    .map(|held| held.value)
                    .collect(),
            };
            // An empty command would pass as a check that proves nothing.
            if texts.iter().any(|text| text.trim().is_empty()) {
                return Err(self.wrong(value, &format!("`{key}` holds an empty command")));
            }
            *slot = Some(self.held(value, texts));
        }
        Ok(())
    }

    /// Reads `[services]`: `database = 5432`, `cache = "10.0.0.3:6379"`, or a table with
    /// `disposable`.
    fn services(&self, value: &Value<'_>) -> Result<BTreeMap<String, Sourced<Endpoint>>, Stop> {
        let mut services = BTreeMap::new();
        for (name, value) in self.table(value, "services")? {
            let name = name.get_ref().to_string();
            let endpoint = match value.get_ref() {
                DeValue::Table(parts) => self.service(value, &name, parts)?,
                _ => self.endpoint(value, &name)?,
            };
            services.insert(name, self.held(value, endpoint));
        }
        Ok(services)
    }

    /// Reads `{ port = 5432, disposable = true }`.
    fn service(
        &self,
        value: &Value<'_>,
        name: &str,
        parts: &DeTable<'_>,
    ) -> Result<Endpoint, Stop> {
        let (mut endpoint, mut disposable) = (None, false);
        for (part, value) in parts {
            match part.get_ref().as_ref() {
                "port" => endpoint = Some(self.endpoint(value, name)?),
                "disposable" => {
                    disposable = self.yes_no(value, &format!("services.{name}.disposable"))?
                }
                other => {
                    return Err(
                        self.unknown(&format!("services.{name}.{other}"), part.span().start)
                    );
                }
            }
        }
        let endpoint = endpoint
            .ok_or_else(|| self.wrong(value, &format!("`services.{name}` needs `port`")))?;
        Ok(Endpoint {
            disposable,
            ..endpoint
        })
    }

    /// Reads a port, or a host with a port.
    fn endpoint(&self, value: &Value<'_>, name: &str) -> Result<Endpoint, Stop> {
        let written = match value.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return Err(self.wrong_type(value, &format!("services.{name}"), "services")),
        };
        written
            .parse()
            .map_err(|why| self.wrong(value, &format!("`services.{name}`: {why}")))
    }

    /// Reads what commands may take of the machine: a repository that told it could take the machine from its user.
    ///
    /// A number of its own, or with a unit: `processes = 256`, `memory = "8 GiB"`.
    fn limits(&self, value: &Value<'_>) -> Result<BTreeMap<&'static str, Sourced<u64>>, Stop> {
        let mut limits = BTreeMap::new();
        for (name, value) in self.table(value, "limits")? {
            let (name, read): (_, ReadAmount) = match name.get_ref().as_ref() {
                "processes" => ("processes", read_count),
                "memory" => ("memory", read_bytes),
                "disk" => ("disk", read_bytes),
                other => return Err(self.unknown(&format!("limits.{other}"), name.span().start)),
            };
            if self.owner != Owner::User {
                return Err(self.wrong(
                    value,
                    &format!("`limits.{name}` may stand only in your own configuration"),
                ));
            }
            let written = match value.get_ref() {
                DeValue::Integer(number) => number.to_string(),
                DeValue::String(text) => text.to_string(),
                _ => return Err(self.wrong_type(value, &format!("limits.{name}"), "limits")),
            };
            let most = read(&written)
                .map_err(|why| self.wrong(value, &format!("`limits.{name}`: {why}")))?;
            limits.insert(name, self.held(value, most));
        }
        Ok(limits)
    }

    /// Returns what models cost: a repository that told it could lift the limit of money.
    ///
    /// Without prices of the cache it costs as much as any input, so that a limit of money is met
    /// too early rather than too late.
    fn prices(&self, value: &Value<'_>) -> Result<BTreeMap<String, Sourced<Price>>, Stop> {
        self.only_own(value, "prices")?;
        let mut prices = BTreeMap::new();
        for (model, value) in self.table(value, "prices")? {
            let shown = format!("prices.{}", model.get_ref());
            let mut told: BTreeMap<&str, f64> = BTreeMap::new();
            for (part, amount) in self.table(value, &shown)? {
                let Some(part) = PARTS
                    .into_iter()
                    .find(|known| *known == part.get_ref().as_ref())
                else {
                    return Err(
                        self.unknown(&format!("{shown}.{}", part.get_ref()), part.span().start)
                    );
                };
                let dollars = match amount.get_ref() {
                    DeValue::Integer(number) => number.to_string().parse::<f64>().ok(),
                    DeValue::Float(number) => number.to_string().parse::<f64>().ok(),
                    _ => None,
                };
                // A negative price would raise the limit with every turn.
                let dollars = dollars.filter(|dollars| dollars.is_finite() && *dollars >= 0.0);
                told.insert(
                    part,
                    dollars.ok_or_else(|| {
                        self.wrong_type(amount, &format!("{shown}.{part}"), "prices")
                    })?,
                );
            }
            let (Some(input), Some(output)) =
                (told.get("input").copied(), told.get("output").copied())
            else {
                return Err(self.wrong(value, &format!("`{shown}` needs `input` and `output`")));
            };
            let cached = |part: &str| told.get(part).copied().unwrap_or(input);
            let (cache_read, cache_write) = (cached("cache_read"), cached("cache_write"));
            // As Anthropic has it, who alone is asked to keep what it reads for an hour.
            let cache_write_hour = told
                .get("cache_write_hour")
                .copied()
                .unwrap_or((2.0 * input).max(cache_write));
            let price = Price {
                input,
                cache_read,
                cache_write,
                cache_write_hour,
                output,
            };
            prices.insert(model.get_ref().to_string(), self.held(value, price));
        }
        Ok(prices)
    }

    /// Refuses a key that a repository may not set.
    fn only_own(&self, value: &Value<'_>, key: &str) -> Result<(), Stop> {
        if self.owner == Owner::User {
            return Ok(());
        }
        let why = format!(
            "`{key}` stands only in your own configuration; a repository can't vouch for itself"
        );
        Err(self.wrong(value, &why))
    }

    /// Paths that weaken the sandbox: only the user's own file may name them.
    fn own_paths(&self, value: &Value<'_>, key: &str) -> Result<Vec<Sourced<PathBuf>>, Stop> {
        self.only_own(value, key)?;
        let texts = self.texts(value, key)?;
        Ok(texts
            .into_iter()
            .map(|held| Sourced::new(PathBuf::from(held.value), held.origin))
            .collect())
    }

    /// Reads `env`, names of variables; `NAME=value` is refused, as values don't belong into a
    /// file.
    fn variable_names(&self, value: &Value<'_>) -> Result<Vec<Sourced<String>>, Stop> {
        let names = self.texts(value, "env")?;
        for name in &names {
            read_variable_name(&name.value)
                .map_err(|why| Stop::usage(format!("{}: `env`: {why}", name.origin)))?;
        }
        Ok(names)
    }

    fn table<'v, 'i>(&self, value: &'v Value<'i>, key: &str) -> Result<&'v DeTable<'i>, Stop> {
        value
            .get_ref()
            .as_table()
            .ok_or_else(|| self.wrong_type(value, key, key))
    }

    /// Reads a list of texts, each with its own line.
    fn texts(&self, value: &Value<'_>, key: &str) -> Result<Vec<Sourced<String>>, Stop> {
        let items = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.wrong_type(value, key, key))?;
        items
            .iter()
            .map(|item| self.text_value(item, key).map(|text| self.held(item, text)))
            .collect()
    }

    fn text_value(&self, value: &Value<'_>, key: &str) -> Result<String, Stop> {
        value
            .get_ref()
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| self.wrong_type(value, key, key))
    }

    /// Reads a text by the type's own parser, whose message is passed on.
    fn parsed<T: std::str::FromStr<Err = String>>(
        &self,
        value: &Value<'_>,
        key: &str,
    ) -> Result<T, Stop> {
        self.text_value(value, key)?
            .parse()
            .map_err(|why: String| self.wrong(value, &format!("`{key}`: {why}")))
    }

    fn yes_no(&self, value: &Value<'_>, key: &str) -> Result<bool, Stop> {
        value
            .get_ref()
            .as_bool()
            .ok_or_else(|| self.wrong_type(value, key, key))
    }

    /// Reads a span of time: a number of seconds, or a text with a unit.
    fn time(&self, value: &Value<'_>, key: &str, read: ReadTime) -> Result<Duration, Stop> {
        let written = match value.get_ref() {
            DeValue::Integer(number) => number.to_string(),
            DeValue::String(text) => text.to_string(),
            _ => return Err(self.wrong_type(value, key, key)),
        };
        read(&written).map_err(|why| self.wrong(value, &format!("`{key}`: {why}")))
    }

    /// Returns a value with where it comes from.
    fn held<T>(&self, value: &Value<'_>, read: T) -> Sourced<T> {
        let line = self.line_of_offset(value.span().start);
        Sourced::new(
            read,
            match self.owner {
                Owner::User => Origin::User(line),
                Owner::Repository => Origin::Repository(line),
            },
        )
    }

    /// Makes the error for a value of another type, with what the key takes, as the help has it.
    fn wrong_type(&self, value: &Value<'_>, shown: &str, key: &str) -> Stop {
        let takes = KEYS
            .iter()
            .find(|known| known.name == key)
            .map_or("a table of keys", |known| known.takes);
        self.wrong(
            value,
            &format!(
                "`{shown}` takes {takes}, not {}",
                describe_value_kind(value.get_ref())
            ),
        )
    }

    fn wrong(&self, value: &Value<'_>, message: &str) -> Stop {
        Stop::usage(format!(
            "{}: {message}",
            self.line_of_offset(value.span().start)
        ))
    }

    /// Makes the error for an unknown key, with the one that was probably meant, or with all names.
    fn unknown(&self, name: &str, at: usize) -> Stop {
        let stop = Stop::usage(format!(
            "{}: there is no setting `{name}`",
            self.line_of_offset(at)
        ));
        match find_similar_key(name) {
            Some(key) => stop.hint(format!("Did you mean `{}` ({})?", key.name, key.takes)),
            None => {
                let names: Vec<&str> = KEYS.iter().map(|key| key.name).collect();
                stop.hint(format!("The settings are {}.", names.join(", ")))
            }
        }
    }

    fn line_of_offset(&self, offset: usize) -> Line {
        let number = self
            .text
            .bytes()
            .take(offset)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1;
        Line {
            file: self.shown.to_owned(),
            number,
        }
    }
}

/// Names the type of a value in words that people who don't write TOML understand.
fn describe_value_kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "a yes or no",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
