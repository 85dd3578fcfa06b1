//! The fields of a definition: those that mean something here, those that other programs know, and slips of either.

use serde_json::{Map, Value};

use super::{Definition, DefinitionError, TOOLS};
use crate::settings::Effort;

/// Fields that mean something here.
const OURS: [&str; 7] = [
    "name",
    "description",
    "tools",
    "disallowedTools",
    "model",
    "maxTurns",
    "effort",
];

/// The lines between the fences.
pub(super) struct FrontMatter<'a> {
    pub(super) file: &'a str,
    pub(super) lines: &'a [&'a str],
}

impl FrontMatter<'_> {
    /// Returns the definition that the fields make, without its prompt.
    pub(super) fn definition(
        &self,
        map: &Map<String, Value>,
    ) -> Result<Definition, DefinitionError> {
        let mut unused = Vec::new();
        for key in map.keys().filter(|key| !OURS.contains(&key.as_str())) {
            if let Some(meant) = OURS.iter().find(|ours| is_slip(key, ours)) {
                return Err(self.wrong(
                    key,
                    format!("there is no field `{key}`; did you mean `{meant}`?"),
                ));
            }
            unused.push(key.clone());
        }
        let tools = self.tools(map, &mut unused)?;
        Ok(Definition {
            name: self.required(map, "name")?,
            description: self.required(map, "description")?,
            tools,
            model: self
                .text_field(map, "model")?
                .filter(|model| model != "inherit"),
            max_turns: self.max_turns(map)?,
            effort: self.effort(map)?,
            unused,
            remarks: Vec::new(),
            prompt: String::new(),
            file: None,
        })
    }

    fn required(&self, map: &Map<String, Value>, key: &str) -> Result<String, DefinitionError> {
        match self.text_field(map, key)? {
            Some(text) => Ok(text),
            None if map.contains_key(key) => Err(self.wrong(key, format!("`{key}` is empty"))),
            None => Err(DefinitionError {
                file: self.file.to_owned(),
                line: 1,
                message: format!("the field `{key}` is missing"),
            }),
        }
    }

    fn text_field(
        &self,
        map: &Map<String, Value>,
        key: &str,
    ) -> Result<Option<String>, DefinitionError> {
        match map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => {
                Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty()))
            }
            Some(_) => Err(self.wrong(key, format!("`{key}` takes a text"))),
        }
    }

    fn max_turns(&self, map: &Map<String, Value>) -> Result<Option<u32>, DefinitionError> {
        let Some(value) = map.get("maxTurns").filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let number = value
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0);
        number.map(Some).ok_or_else(|| {
            self.wrong(
                "maxTurns",
                "`maxTurns` takes a number of turns from 1".to_owned(),
            )
        })
    }

    fn effort(&self, map: &Map<String, Value>) -> Result<Option<Effort>, DefinitionError> {
        let effort = self
            .text_field(map, "effort")?
            .map(|effort| effort.parse())
            .transpose();
        effort.map_err(|why| self.wrong("effort", format!("`effort` {why}")))
    }

    /// Returns the tools that are offered: those named, or all where none are; those that are forbidden taken away.
    fn tools(
        &self,
        map: &Map<String, Value>,
        unused: &mut Vec<String>,
    ) -> Result<Vec<&'static str>, DefinitionError> {
        let named = match map.get("tools") {
            None => TOOLS.to_vec(),
            Some(value) => self.known("tools", value, unused)?,
        };
        let forbidden = match map.get("disallowedTools") {
            None => Vec::new(),
            Some(value) => self.known("disallowedTools", value, unused)?,
        };
        let offered: Vec<&'static str> = TOOLS
            .into_iter()
            .filter(|tool| named.contains(tool) && !forbidden.contains(tool))
            .collect();
        if offered.is_empty() {
            return Err(self.wrong(
                "tools",
                format!(
                    "no tool is left; these can be offered: {}",
                    TOOLS.join(", ")
                ),
            ));
        }
        Ok(offered)
    }

    fn known(
        &self,
        key: &str,
        value: &Value,
        unused: &mut Vec<String>,
    ) -> Result<Vec<&'static str>, DefinitionError> {
        let takes = || {
            self.wrong(
                key,
                format!("`{key}` takes names of tools, as a list or with commas"),
            )
        };
        let names: Vec<String> = match value {
            Value::String(text) => split_names(text),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(takes))
                .collect::<Result<_, _>>()?,
            _ => return Err(takes()),
        };
        let mut known = Vec::new();
        for name in names
            .iter()
            .map(|name| name.trim())
            .filter(|name| !name.is_empty())
        {
            // Other programs write the same names in small letters.
            match TOOLS.iter().find(|tool| tool.eq_ignore_ascii_case(name)) {
                Some(tool) => known.push(*tool),
                None if name == "*" => known.extend(TOOLS),
                None => match self.slip(key, name) {
                    Some(wrong) => return Err(wrong),
                    // Other programs have tools of their own.
                    None => unused.push(format!("{key}: {name}")),
                },
            }
        }
        Ok(known)
    }

    /// Returns what is wrong with a name that is nearly that of one of ours, or names a part of one.
    fn slip(&self, key: &str, name: &str) -> Option<DefinitionError> {
        let base = name.split('(').next().unwrap_or(name);
        let message = if name.contains('(') && TOOLS.contains(&base) {
            format!("`{name}`: a tool can't be allowed in part; write `{base}`, or leave it out")
        } else {
            let meant = TOOLS.iter().find(|tool| is_slip(name, tool))?;
            format!("there is no tool `{name}`; did you mean `{meant}`?")
        };
        Some(DefinitionError {
            file: self.file.to_owned(),
            line: self.line_with(key, name),
            message,
        })
    }

    fn wrong(&self, key: &str, message: String) -> DefinitionError {
        DefinitionError {
            file: self.file.to_owned(),
            line: self.line_with(key, key),
            message,
        }
    }

    /// Returns the line of the file that holds `word`, from the line of the field `key` on.
    fn line_with(&self, key: &str, word: &str) -> usize {
        let opens = |line: &str| {
            line.strip_prefix(key)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
        };
        let from = self.lines.iter().position(|line| opens(line)).unwrap_or(0);
        let within = self.lines[from..]
            .iter()
            .position(|line| line.contains(word))
            .unwrap_or(0);
        // The opening fence is line 1.
        from + within + 2
    }
}

/// Returns names between commas; a comma within brackets belongs to its name.
fn split_names(text: &str) -> Vec<String> {
    let mut names = vec![String::new()];
    let mut depth = 0_usize;
    for letter in text.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                names.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(name) = names.last_mut() {
            name.push(letter);
        }
    }
    names
}

/// Returns whether `written` is `meant` with a slip or two.
fn is_slip(written: &str, meant: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' '], "");
    let bound = (meant.len() / 3).clamp(1, 2);
    strsim::damerau_levenshtein(&plain(written), &plain(meant)) <= bound
}
