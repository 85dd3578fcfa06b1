//! `config`: which settings hold, where each came from, and what a repository asked for in vain.

use clap::Args;
use llm::Price;
use serde_json::{Map, Value, json};

use crate::cli::Globals;
use crate::cli::arguments::{RootArgument, SandboxArguments};
use crate::cli::colour::Palette;
use crate::cli::printer::{self, Stream, one_line};
use crate::cli::repository;
use crate::settings::{KEYS, Origin, Settings, Sourced, write_duration};
use crate::stop::{Exit, Stop};

/// Show which settings hold, and where each came from
#[derive(Debug, Args)]
#[command(after_help = describe_keys())]
pub(crate) struct ConfigArguments {
    #[command(flatten)]
    root: RootArgument,

    /// Print them as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    sandbox_options: SandboxArguments,
}

/// Runs the subcommand.
pub(crate) fn run_config(arguments: &ConfigArguments, globals: &Globals) -> Result<Exit, Stop> {
    let root = repository::find_repository(arguments.root.root.as_deref())?;
    let settings = Settings::load(&root, &arguments.sandbox_options.flags())?;
    if arguments.json {
        printer::print_json(&format!("{:#}\n", settings_as_json(&settings)))?;
    } else {
        printer::print_to_stdout(&render_settings(&settings, globals.palette(Stream::Output)))?;
    }
    Ok(Exit::Complete)
}

/// One setting, as it is shown.
struct Row {
    name: String,
    value: Value,
    origin: String,
}

impl Row {
    /// Returns the row of a setting.
    fn new(name: &str, value: impl Into<Value>, origin: &Origin) -> Self {
        Row {
            name: name.to_owned(),
            value: value.into(),
            origin: origin.to_string(),
        }
    }
}

/// Returns the rows of all settings: first those with one value, then the lists and tables, one row an entry.
fn setting_rows(settings: &Settings) -> Vec<Row> {
    let mut rows = rows_of_run(settings);
    rows.extend(rows_of_model(settings));
    rows.extend(rows_of_commands(settings));
    rows.extend(rows_of_limits(settings));
    rows.extend(settings.show.iter().map(|held| {
        let folder = held.value.display().to_string();
        Row::new("show", folder, &held.origin)
    }));
    rows.extend(
        settings
            .trusted
            .iter()
            .map(|origin| Row::new("trusted", true, origin)),
    );
    rows
}

/// Returns the rows of what holds for a run as a whole; each has a value, if only its default.
fn rows_of_run(settings: &Settings) -> Vec<Row> {
    let Settings {
        sandbox,
        network,
        timeout,
        strength,
        commit,
        ..
    } = settings;
    vec![
        Row::new("sandbox", sandbox.value.to_string(), &sandbox.origin),
        Row::new("network", network.value, &network.origin),
        Row::new("timeout", write_duration(timeout.value), &timeout.origin),
        Row::new("strength", write_duration(strength.value), &strength.origin),
        Row::new("commit", commit.value, &commit.origin),
    ]
}

/// Returns the rows of the model and its effort, where they are set.
fn rows_of_model(settings: &Settings) -> Vec<Row> {
    let model = settings.model.iter();
    let effort = settings.effort.iter();
    let repair = settings.repair_effort.iter();
    model
        .map(|held| Row::new("model", held.value.clone(), &held.origin))
        .chain(effort.map(|held| Row::new("effort", held.value.name(), &held.origin)))
        .chain(repair.map(|held| Row::new("repair_effort", held.value.name(), &held.origin)))
        .collect()
}

/// Returns the rows of what commands are, see and reach, and of the paths that are not written to.
fn rows_of_commands(settings: &Settings) -> Vec<Row> {
    let one_each = |name: &'static str, list: &[Sourced<String>]| {
        list.iter()
            .map(|held| Row::new(name, held.value.clone(), &held.origin))
            .collect::<Vec<_>>()
    };
    let mut rows = one_each("protected", &settings.protected);
    rows.extend(one_each("env", &settings.env));
    for (name, held) in settings.commands.with_keys() {
        if let Some(held) = held {
            rows.extend(
                held.value
                    .iter()
                    .map(|command| Row::new(name, command.clone(), &held.origin)),
            );
        }
    }
    let for_model = &settings.services_for_model;
    if for_model.value {
        rows.push(Row::new("services_for_model", true, &for_model.origin));
    }
    for (name, held) in &settings.services {
        rows.push(Row::new(
            &format!("services.{name}"),
            held.value.to_string(),
            &held.origin,
        ));
    }
    rows
}

/// Returns the rows of limits and of the prices that they are reckoned by.
fn rows_of_limits(settings: &Settings) -> Vec<Row> {
    let limits = settings
        .limits
        .iter()
        .map(|(name, held)| Row::new(&format!("limits.{name}"), held.value, &held.origin));
    let prices = settings.prices.iter().map(|(model, held)| {
        let Price {
            input,
            cache_read,
            cache_write,
            cache_write_hour,
            output,
        } = &held.value;
        let value = format!(
            "input {input}, output {output}, cache_read {cache_read}, cache_write {cache_write}, cache_write_hour \
             {cache_write_hour}"
        );
        Row::new(&format!("prices.{model}"), value, &held.origin)
    });
    limits.chain(prices).collect()
}

fn render_settings(settings: &Settings, palette: Palette) -> String {
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), one_line);
    let rows = setting_rows(settings);
    let names = rows
        .iter()
        .map(|row| row.name.chars().count())
        .max()
        .unwrap_or(0);
    let values = rows
        .iter()
        .map(|row| shown(&row.value).chars().count())
        .max()
        .unwrap_or(0)
        .min(48);
    let mut text = String::new();
    for row in &rows {
        let value = shown(&row.value);
        let name = palette.bold(&format!("{:names$}", row.name));
        text += &format!("{name}  {value:values$}  {}\n", palette.faint(&row.origin));
    }
    for remark in settings.remarks() {
        text += &format!("\n{} {}\n", palette.yellow("note:"), one_line(&remark));
    }
    text
}

/// Returns the settings as programs read them: a value and its origin for each name, a list of them where several may
/// stand.
fn settings_as_json(settings: &Settings) -> Value {
    let mut whole = Map::new();
    for Row {
        name,
        value,
        origin,
    } in setting_rows(settings)
    {
        let held = json!({ "value": value, "origin": origin });
        let several = matches!(name.as_str(), "protected" | "env") || name.starts_with("commands.");
        match whole.get_mut(&name).and_then(Value::as_array_mut) {
            Some(list) => list.push(held),
            None => drop(whole.insert(name, if several { json!([held]) } else { held })),
        }
    }
    let withheld = settings
        .withheld
        .iter()
        .map(|withheld| json!({ "key": withheld.key, "asked": withheld.asked, "origin": withheld.origin.to_string() }));
    whole.insert("withheld".to_owned(), withheld.collect());
    whole.insert(
        "warnings".to_owned(),
        settings.warnings.iter().cloned().collect(),
    );
    Value::Object(whole)
}

/// Returns the keys of the configuration, for the help.
fn describe_keys() -> String {
    let mut text =
        String::from("Keys of .backend-engineer/config.toml and of your own configuration:\n");
    for key in KEYS {
        text += &format!(
            "  {:<20} {}\n  {:20}   {}\n",
            key.name, key.about, "", key.takes
        );
    }
    text + "\nFlags come first, then the environment, then the repository's file, then your own. \
            A repository's file can't weaken the sandbox by itself (sandbox, network, commit, env, services, \
            services_for_model): \
            that takes a flag, your own configuration, or its folder under `trusted` there."
}
