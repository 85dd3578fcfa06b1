//! `config`: which settings hold, where each came from, and what a repository asked for in vain.

use std::path::PathBuf;

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
        printer::print_to_stdout(&format!("{:#}\n", settings_as_json(&settings)))?;
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

fn setting_rows(settings: &Settings) -> Vec<Row> {
    let row = |name: &str, value: Value, origin: &Origin| Row {
        name: name.to_owned(),
        value,
        origin: origin.to_string(),
    };
    let mut rows = vec![
        row(
            "sandbox",
            settings.sandbox.value.to_string().into(),
            &settings.sandbox.origin,
        ),
        row(
            "network",
            settings.network.value.into(),
            &settings.network.origin,
        ),
        row(
            "timeout",
            write_duration(settings.timeout.value).into(),
            &settings.timeout.origin,
        ),
        row(
            "strength",
            write_duration(settings.strength.value).into(),
            &settings.strength.origin,
        ),
        row(
            "commit",
            settings.commit.value.into(),
            &settings.commit.origin,
        ),
    ];
    rows.extend(
        settings
            .model
            .iter()
            .map(|held| row("model", held.value.clone().into(), &held.origin)),
    );
    rows.extend(
        settings
            .effort
            .iter()
            .map(|held| row("effort", held.value.name().into(), &held.origin)),
    );
    rows.extend(
        settings
            .repair_effort
            .iter()
            .map(|held| row("repair_effort", held.value.name().into(), &held.origin)),
    );
    rows.extend(
        settings
            .protected
            .iter()
            .map(|held| row("protected", held.value.clone().into(), &held.origin)),
    );
    rows.extend(
        settings
            .env
            .iter()
            .map(|held| row("env", held.value.clone().into(), &held.origin)),
    );
    for (name, held) in settings.commands.with_keys() {
        if let Some(held) = held {
            rows.extend(
                held.value
                    .iter()
                    .map(|command| row(name, command.clone().into(), &held.origin)),
            );
        }
    }
    let for_model = &settings.services_for_model;
    if for_model.value {
        rows.push(row("services_for_model", true.into(), &for_model.origin));
    }
    for (name, held) in &settings.services {
        rows.push(row(
            &format!("services.{name}"),
            held.value.to_string().into(),
            &held.origin,
        ));
    }
    for (name, held) in &settings.limits {
        rows.push(row(
            &format!("limits.{name}"),
            held.value.into(),
            &held.origin,
        ));
    }
    for (
        model,
        Sourced {
            value: price,
            origin,
        },
    ) in &settings.prices
    {
        let Price {
            input,
            cache_read,
            cache_write,
            cache_write_hour,
            output,
        } = price;
        let value = format!(
            "input {input}, output {output}, cache_read {cache_read}, cache_write {cache_write}, cache_write_hour \
             {cache_write_hour}"
        );
        rows.push(row(&format!("prices.{model}"), value.into(), origin));
    }
    let shown = |held: &Sourced<PathBuf>| {
        row(
            "show",
            held.value.display().to_string().into(),
            &held.origin,
        )
    };
    rows.extend(settings.show.iter().map(shown));
    if let Some(origin) = &settings.trusted {
        rows.push(row("trusted", true.into(), origin));
    }
    rows
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
