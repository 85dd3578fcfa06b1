//! `survey`: what a codebase is built from, answers, keeps and does, without running it.

mod rows;
mod text;
mod markdown;

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Map, Value};
use survey::{RouteOrigin, Survey, tsv};

use crate::cli::Globals;
use crate::cli::printer::{self, Stream, escape_control_characters};
use crate::facts::TreeFacts;
use crate::settings::SettingsSources;
use crate::stop::{Exit, Stop};

/// Say what a codebase is built from, answers, keeps and does
///
/// Reads only, and runs nothing. Without a part, an overview of all of them is shown. A folder that is called like a
/// part is named with a `./` in front.
///
/// What was read is kept for the next time in your cache folder (`$XDG_CACHE_HOME/backend-engineer/trees`); nothing is left
/// behind in the folder that is read.
#[derive(Debug, Args)]
pub(crate) struct SurveyArguments {
    /// The folder [default: the current one] and the part: stack, routes, models, layers, conventions, commands or unresolved
    #[arg(value_name = "DIR|PART", num_args = 0..=2, value_hint = clap::ValueHint::DirPath)]
    words: Vec<String>,

    /// Print it as JSON (schemas/survey.json)
    #[arg(long, group = "form")]
    json: bool,

    /// Print it as tab-separated lines under a header; takes a part
    #[arg(long, group = "form")]
    tsv: bool,

    /// Show only the routes that the project's own code answers, or only those of libraries' views
    #[arg(long, value_name = "ORIGIN")]
    origin: Option<Origin>,

    /// Print it as Markdown
    #[arg(long, group = "form")]
    markdown: bool,
}

/// Whose views are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Origin {
    Project,
    Library,
}

impl Origin {
    fn of_route(self) -> RouteOrigin {
        match self {
            Origin::Project => RouteOrigin::Project,
            Origin::Library => RouteOrigin::Library,
        }
    }
}

/// A part of a survey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SurveyPart {
    Stack,
    Routes,
    Models,
    Layers,
    Conventions,
    Commands,
    Unresolved,
}

/// All parts, in the order in which they are shown. The last is told with routes and models as well.
const PARTS: [SurveyPart; 7] = [
    SurveyPart::Stack,
    SurveyPart::Routes,
    SurveyPart::Models,
    SurveyPart::Layers,
    SurveyPart::Conventions,
    SurveyPart::Commands,
    SurveyPart::Unresolved,
];

impl SurveyPart {
    fn name(self) -> &'static str {
        match self {
            SurveyPart::Stack => "stack",
            SurveyPart::Routes => "routes",
            SurveyPart::Models => "models",
            SurveyPart::Layers => "layers",
            SurveyPart::Conventions => "conventions",
            SurveyPart::Commands => "commands",
            SurveyPart::Unresolved => "unresolved",
        }
    }

    /// Returns the keys of the whole survey's JSON that belong to it.
    fn keys(self) -> &'static [&'static str] {
        match self {
            SurveyPart::Stack => &["frameworks", "stack"],
            SurveyPart::Routes => &["routes", "operations", "unresolved"],
            SurveyPart::Models => &["entities", "shapes", "unresolved"],
            SurveyPart::Layers => &["layers"],
            SurveyPart::Conventions => &["conventions"],
            SurveyPart::Commands => &["commands"],
            SurveyPart::Unresolved => &["unresolved"],
        }
    }

    fn tsv(self, survey: &Survey) -> String {
        match self {
            SurveyPart::Stack => tsv::format_stack(survey),
            SurveyPart::Routes => tsv::format_routes(survey),
            SurveyPart::Models => tsv::format_models(survey),
            SurveyPart::Layers => tsv::format_layers(survey),
            SurveyPart::Conventions => tsv::format_conventions(survey),
            SurveyPart::Commands => tsv::format_commands(survey),
            SurveyPart::Unresolved => tsv::format_unresolved(survey),
        }
    }
}

/// Runs the subcommand.
pub(crate) fn run_survey(arguments: &SurveyArguments, globals: &Globals) -> Result<Exit, Stop> {
    let (folder, part) = parse_folder_and_part(&arguments.words)?;
    if arguments.tsv && part.is_none() {
        return Err(
            Stop::usage("--tsv needs a part: their lines have different fields")
                .hint("Add stack, routes, models, layers, conventions, commands or unresolved."),
        );
    }
    let root = folder_at(folder.as_deref())?;
    let facts = TreeFacts::new(&root, SettingsSources::of_process().cache.as_deref());
    let whole = facts.survey();
    let chosen = arguments.origin.map(|origin| {
        let mut chosen = Survey::clone(&whole);
        chosen
            .routes
            .retain(|route| route.origin == origin.of_route());
        chosen
    });
    let survey = chosen.as_ref().unwrap_or(&*whole);
    let shown: &[SurveyPart] = part
        .as_ref()
        .map_or(&PARTS[..PARTS.len() - 1], std::slice::from_ref);
    let text = if arguments.json {
        printer::escape_in_json(&format!("{:#}\n", survey_as_json(survey, part)?))
    } else if arguments.tsv {
        escape_control_characters(
            &shown
                .iter()
                .map(|part| part.tsv(survey))
                .collect::<String>(),
        )
    } else if arguments.markdown {
        escape_control_characters(&markdown::render_markdown(survey, shown))
    } else if part.is_none() {
        text::render_overview(survey, &root, globals.palette(Stream::Output))
    } else {
        shown
            .iter()
            .map(|part| text::render_part(survey, *part, globals.palette(Stream::Output)))
            .collect()
    };
    printer::print_to_stdout(&text)?;
    Ok(Exit::Complete)
}

/// Returns which folder and which part the words mean.
fn parse_folder_and_part(words: &[String]) -> Result<(Option<PathBuf>, Option<SurveyPart>), Stop> {
    let part_of = |word: &String| PARTS.into_iter().find(|part| part.name() == word);
    let (mut folder, mut part) = (None, None);
    for word in words {
        match part_of(word) {
            Some(found) if part.is_none() => part = Some(found),
            Some(_) => {
                return Err(
                    Stop::usage(format!("survey: `{word}` is one part too many"))
                        .hint("Ask for one."),
                );
            }
            None if folder.is_none() => folder = Some(PathBuf::from(word)),
            None => {
                return Err(Stop::usage(format!("survey: `{word}` is no part"))
                    .hint("The parts are stack, routes, models, layers, conventions, commands and unresolved."));
            }
        }
    }
    Ok((folder, part))
}

fn folder_at(named: Option<&Path>) -> Result<PathBuf, Stop> {
    let path = named.unwrap_or(Path::new("."));
    let found = path.canonicalize().map_err(|error| {
        Stop::usage(format!("survey {}: {error}", path.display()))
            .hint("Name a folder; the parts are stack, routes, models, layers, conventions, commands and unresolved.")
    })?;
    if !found.is_dir() {
        return Err(Stop::usage(format!(
            "survey {}: is not a folder",
            path.display()
        )));
    }
    Ok(found)
}

/// Returns the survey as programs read it, whole or the keys of one part.
fn survey_as_json(survey: &Survey, part: Option<SurveyPart>) -> Result<Value, Stop> {
    let whole = serde_json::to_value(survey).map_err(|error| {
        Stop::environment(format!("the survey can't be written as JSON: {error}"))
    })?;
    let mut shown = Map::new();
    shown.insert("version".to_owned(), 1.into());
    if let Value::Object(whole) = whole {
        shown.extend(
            whole
                .into_iter()
                .filter(|(key, _)| part.is_none_or(|part| part.keys().contains(&key.as_str()))),
        );
    }
    Ok(Value::Object(shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_folder_and_a_part_in_either_order() {
        let said = |text: &str| {
            let (folder, part) = parse_folder_and_part(&words(text)).ok()?;
            Some((
                folder
                    .map(|path| path.display().to_string())
                    .unwrap_or_default(),
                part.map_or("", SurveyPart::name),
            ))
        };
        assert_eq!(said(""), Some((String::new(), "")));
        assert_eq!(said("routes"), Some((String::new(), "routes")));
        assert_eq!(
            said("api unresolved"),
            Some(("api".to_owned(), "unresolved"))
        );
        assert_eq!(said("api models"), Some(("api".to_owned(), "models")));
        assert_eq!(said("models api"), Some(("api".to_owned(), "models")));
        assert_eq!(said("./routes"), Some(("./routes".to_owned(), "")));
        assert_eq!(said("routes models"), None);
        assert_eq!(said("api web"), None);
    }
}
