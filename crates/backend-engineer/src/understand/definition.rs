//! Agent definitions: Markdown with YAML front matter, as `.claude/agents/*.md` has it. What is wrong in one is an error
//! with its line, never passed over: a misspelt tool must not become all tools.

mod find;

mod lenient;

mod fields;

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

pub(crate) use find::{SearchPaths, find_definition, list_definitions};

use crate::settings::Effort;
use crate::stop::Stop;

/// The definition that ships inside the program.
const BUILT_IN: &str = include_str!("../../../../agents/backend-engineer.md");

/// The name of the definition that a run uses unless told otherwise.
pub(crate) const DEFAULT_NAME: &str = "backend-engineer";

/// The tools of a model, by the names that models know.
pub(crate) const TOOLS: [&str; 6] = ["Read", "Edit", "Write", "Grep", "Glob", "Bash"];

/// An agent definition: the model that works on what the plan leaves open, its tools and its instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Definition {
    /// Its name.
    pub(crate) name: String,
    /// When to use it.
    pub(crate) description: String,
    /// The tools that it may use, in our order.
    pub(crate) tools: Vec<&'static str>,
    /// The model that it asks for; none inherits the run's.
    pub(crate) model: Option<String>,
    /// The most turns that it may take.
    pub(crate) max_turns: Option<u32>,
    /// The effort of the model, where the definition sets it.
    pub(crate) effort: Option<Effort>,
    /// Fields and tools that other programs know and that do nothing here.
    pub(crate) unused: Vec<String>,
    /// Fields that could be read only leniently, each with its line.
    pub(crate) remarks: Vec<String>,
    /// The standing instructions.
    pub(crate) prompt: String,
    /// The file; none for the one inside the program.
    pub(crate) file: Option<PathBuf>,
}

/// An error in a definition, with its location.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message}")]
pub(crate) struct DefinitionError {
    /// The file, as shown.
    pub(crate) file: String,
    /// From 1.
    pub(crate) line: usize,
    /// The error, in one sentence.
    pub(crate) message: String,
}

impl From<DefinitionError> for Stop {
    fn from(wrong: DefinitionError) -> Self {
        Stop::usage(wrong.to_string())
            .hint("`backend-engineer agents check` looks at every definition; `agents show` shows the built-in one.")
    }
}

/// The largest agent definition that is read, in bytes.
const LARGEST: u64 = 1 << 20;

impl Definition {
    /// Returns the one inside the program.
    pub(crate) fn built_in() -> Result<Self, DefinitionError> {
        let definition = parse_definition("(built in)", BUILT_IN)?;
        Ok(Definition {
            file: None,
            ..definition
        })
    }

    /// Reads the definition in `file`.
    pub(crate) fn load(file: &Path) -> Result<Self, DefinitionError> {
        let shown = file.display().to_string();
        let unreadable = |why: String| DefinitionError {
            file: shown.clone(),
            line: 1,
            message: format!("can't be read: {why}"),
        };
        let bytes =
            survey::read_regular(file, LARGEST).map_err(|error| unreadable(error.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|_| unreadable("not UTF-8 text".to_owned()))?;
        let definition = parse_definition(&shown, &text)?;
        Ok(Definition {
            file: Some(file.to_owned()),
            ..definition
        })
    }

    /// Where it comes from, for people.
    pub(crate) fn origin(&self) -> String {
        self.file
            .as_ref()
            .map_or("built in".to_owned(), |file| file.display().to_string())
    }
}

/// Reads a definition from its text.
pub(crate) fn parse_definition(file: &str, text: &str) -> Result<Definition, DefinitionError> {
    let wrong = |line: usize, message: &str| DefinitionError {
        file: file.to_owned(),
        line,
        message: message.to_owned(),
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines: Vec<&str> = text.lines().collect();
    if lines.first().map(|line| line.trim_end()) != Some("---") {
        return Err(wrong(
            1,
            "a definition opens with `---`, its fields, and `---` again",
        ));
    }
    let end = lines
        .iter()
        .skip(1)
        .position(|line| line.trim_end() == "---")
        .map(|at| at + 1);
    let end = end.ok_or_else(|| wrong(1, "the `---` that closes its fields is missing"))?;
    let front = fields::FrontMatter {
        file,
        lines: &lines[1..end],
    };
    let (map, remarks) = parse_fields(file, &front)?;
    let definition = front.definition(&map)?;
    let prompt = lines[end + 1..].join("\n").trim().to_owned();
    if prompt.is_empty() {
        return Err(wrong(
            end + 1,
            "it has no instructions: they stand below its fields",
        ));
    }
    Ok(Definition {
        prompt,
        remarks,
        ..definition
    })
}

/// Returns the fields, and what was read of them only leniently.
fn parse_fields(
    file: &str,
    front: &fields::FrontMatter<'_>,
) -> Result<(Map<String, Value>, Vec<String>), DefinitionError> {
    let text = front.lines.join("\n");
    if text.trim().is_empty() {
        return Err(DefinitionError {
            file: file.to_owned(),
            line: 1,
            message: "it has no fields".to_owned(),
        });
    }
    let error = match serde_saphyr::from_str::<Map<String, Value>>(&text) {
        Ok(map) => return Ok((map, Vec::new())),
        Err(error) => error,
    };
    if let Some((quoted, changed)) = lenient::quote_plain_texts(front.lines)
        && let Ok(map) = serde_saphyr::from_str::<Map<String, Value>>(&quoted)
    {
        // The opening fence is line 1.
        let remark = |at: usize| {
            format!(
                "{file}:{}: this text is read as it stands; put it in quotes",
                at + 2
            )
        };
        return Ok((map, changed.into_iter().map(remark).collect()));
    }
    let line = error
        .location()
        .map_or(1, |place| usize::try_from(place.line()).unwrap_or(1));
    let said = error.to_string();
    let said = said
        .lines()
        .next()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned();
    let quote = "; quote a text that holds `: `";
    let message = format!(
        "its fields are no YAML: {said}{}",
        if said.contains("mapping") { quote } else { "" }
    );
    Err(DefinitionError {
        file: file.to_owned(),
        line: line + 1,
        message,
    })
}

#[cfg(test)]
mod tests;
