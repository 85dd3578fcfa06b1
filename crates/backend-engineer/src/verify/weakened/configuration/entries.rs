//! A file of settings as keys with values, whatever its format: TOML, INI, JSON with comments, YAML, objects of a script,
//! assignments of Python, recipes of a Makefile, lines of patterns.

use std::collections::BTreeMap;
use std::fmt;

use super::lines;

/// A setting.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    One(String),
    Several(Vec<String>),
}

/// The settings of a file, by the path of their keys.
pub(super) type Entries = BTreeMap<String, Value>;

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::One(text) => formatter.write_str(text),
            Value::Several(all) => formatter.write_str(&all.join(", ")),
        }
    }
}

impl Value {
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Value::One(text) => text.replace('_', "").trim_end_matches('%').parse().ok(),
            Value::Several(_) => None,
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self {
            Value::One(text) => match text.to_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Some(true),
                "false" | "no" | "off" | "0" => Some(false),
                _ => None,
            },
            Value::Several(_) => None,
        }
    }

    /// Returns the entries of a list, be it written as one line.
    pub(super) fn entries(&self) -> Vec<String> {
        let parts = |text: &str| {
            let parts = text
                .split([',', '\n', ' '])
                .map(str::trim)
                .filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        match self {
            Value::One(text) => parts(text),
            Value::Several(all) => all.clone(),
        }
    }

    /// Returns how grave a finding of a rule is: 0 for none.
    pub(super) fn severity(&self) -> Option<u8> {
        let first = match self {
            Value::One(text) => text.as_str(),
            Value::Several(all) => all.first()?.as_str(),
        };
        match first.to_lowercase().as_str() {
            "off" | "0" | "none" | "false" | "skip" => Some(0),
            "warn" | "1" | "warning" | "information" | "silent" | "basic" | "info" => Some(1),
            "error" | "2" | "true" | "normal" | "standard" | "on" => Some(2),
            "strict" => Some(3),
            _ => None,
        }
    }
}

/// The key of a file that holds nothing but patterns of what is passed over.
const IGNORED: &str = "ignored";

/// Reads a file; what can't be read has no settings.
pub(super) fn parse_entries(path: &str, text: &str) -> Entries {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let mut entries = Entries::new();
    let ends = |ending: &str| name.ends_with(ending);
    if ends("ignore") {
        entries.insert(
            IGNORED.to_owned(),
            Value::Several(lines::parse_ignore_patterns(text)),
        );
    } else if ends("makefile") || name == "justfile" {
        let recipes = lines::parse_make_recipes(text).into_iter();
        entries.extend(recipes.map(|(target, recipe)| (target, Value::One(recipe))));
    } else if ends(".toml") {
        if let Ok(table) = toml::from_str::<toml::Table>(text) {
            let value = serde_json::to_value(table).unwrap_or_default();
            flatten_json(&value, "", &mut entries);
        }
    } else if ends(".yml") || ends(".yaml") {
        let value = serde_saphyr::from_str::<serde_json::Value>(text).unwrap_or_default();
        flatten_json(&value, "", &mut entries);
    } else if ends(".py") {
        parse_assignments(text, &mut entries);
    } else if matches!(
        name.as_str(),
        "setup.cfg" | "tox.ini" | ".flake8" | ".coveragerc" | ".pylintrc" | "pylintrc" | ".bandit"
    ) || ends(".ini")
        || ends(".cfg")
    {
        parse_sections(text, &mut entries);
    } else {
        Scanner {
            letters: without_comments(text),
            at: 0,
        }
        .values("", &mut entries);
    }
    entries
}

fn flatten_json(value: &serde_json::Value, path: &str, entries: &mut Entries) {
    use serde_json::Value as Json;
    let text = |value: &Json| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    match value {
        Json::Object(map) => {
            for (key, value) in map {
                flatten_json(value, &join_key(path, key), entries);
            }
        }
        Json::Array(all) if all.iter().any(Json::is_object) => {
            for one in all {
                // What has a name of its own is known by that: the hooks of `pre-commit`.
                let id = one.get("id").and_then(Json::as_str);
                flatten_json(
                    one,
                    &id.map_or_else(|| path.to_owned(), |id| join_key(path, id)),
                    entries,
                );
            }
        }
        Json::Array(all) => add_entry(
            entries,
            path,
            Value::Several(all.iter().map(text).collect()),
        ),
        other => add_entry(entries, path, Value::One(text(other))),
    }
}

fn join_key(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// Of a key that stands in several parts of a list, all values count.
fn add_entry(entries: &mut Entries, path: &str, value: Value) {
    match entries.get_mut(path) {
        Some(Value::Several(known)) => known.extend(value.entries()),
        _ => drop(entries.insert(path.to_owned(), value)),
    }
}

/// `[section]`, `key = value`, values that go on below with a margin.
fn parse_sections(text: &str, entries: &mut Entries) {
    let mut section = String::new();
    let mut key = String::new();
    for line in text
        .lines()
        .filter(|line| !line.trim_start().starts_with(['#', ';']))
    {
        let goes_on = line.starts_with([' ', '\t']) && !key.is_empty();
        if let Some(name) = line
            .trim()
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name.to_owned();
            key.clear();
        } else if goes_on {
            if let Some(Value::One(value)) = entries.get_mut(&join_key(&section, &key)) {
                value.push('\n');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(['=', ':']) {
            key = name.trim().to_owned();
            entries.insert(
                join_key(&section, &key),
                Value::One(value.trim().to_owned()),
            );
        }
    }
    for value in entries.values_mut() {
        if let Value::One(text) = value {
            *text = text.trim().to_owned();
        }
    }
}

/// `collect_ignore = ["a"]` at the margin.
fn parse_assignments(text: &str, entries: &mut Entries) {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((name, value)) = line
            .split_once('=')
            .filter(|_| !line.starts_with([' ', '#']))
        else {
            continue;
        };
        let name = name.trim().trim_end_matches('+').trim();
        let mut whole = value.to_owned();
        while whole.contains('[') && !whole.contains(']') {
            let Some(next) = lines.next() else { break };
            whole.push_str(next);
        }
        let letters = without_comments(&whole);
        let mut one = Entries::new();
        Scanner { letters, at: 0 }.value(name, &mut one);
        entries.extend(one);
    }
}

fn without_comments(text: &str) -> Vec<char> {
    let mut letters = Vec::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let mut quote = None;
    while let Some(letter) = rest.next() {
        match (quote, letter, rest.peek()) {
            (Some(_), '\\', Some(_)) => {
                letters.push(letter);
                letters.extend(rest.next());
                continue;
            }
            (Some(open), letter, _) if open == letter => quote = None,
            (None, '"' | '\'' | '`', _) => quote = Some(letter),
            (None, '/', Some('/')) => {
                while rest.peek().is_some_and(|letter| *letter != '\n') {
                    rest.next();
                }
                continue;
            }
            (None, '/', Some('*')) => {
                let mut last = ' ';
                for inner in rest.by_ref() {
                    if last == '*' && inner == '/' {
                        break;
                    }
                    last = inner;
                }
                continue;
            }
            _ => {}
        }
        letters.push(letter);
    }
    letters
}

/// Finds objects in a text and reads their keys; what lies around them does not matter.
struct Scanner {
    letters: Vec<char>,
    at: usize,
}

impl Scanner {
    fn peek(&self) -> Option<char> {
        self.letters.get(self.at).copied()
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Reads every object of the text that is left.
    fn values(&mut self, path: &str, entries: &mut Entries) {
        while let Some(letter) = self.peek() {
            match letter {
                '{' => self.object(path, entries),
                '"' | '\'' | '`' => drop(self.read_quoted()),
                _ => self.at += 1,
            }
        }
    }

    /// Reads `{ key: value, "key": value }`.
    fn object(&mut self, path: &str, entries: &mut Entries) {
        self.at += 1;
        loop {
            self.blanks();
            let key = match self.peek() {
                None => return,
                Some('}') => {
                    self.at += 1;
                    return;
                }
                Some('"' | '\'' | '`') => self.read_quoted(),
                Some(letter) if letter.is_alphanumeric() || matches!(letter, '_' | '$' | '@') => {
                    self.word()
                }
                Some(_) => {
                    self.at += 1;
                    continue;
                }
            };
            self.blanks();
            if self.peek() == Some(':') {
                self.at += 1;
                self.value(&join_key(path, &key), entries);
            }
        }
    }

    fn value(&mut self, path: &str, entries: &mut Entries) {
        self.blanks();
        match self.peek() {
            Some('{') => self.object(path, entries),
            Some('[') => self.read_list(path, entries),
            Some('"' | '\'' | '`') => {
                let text = self.read_quoted();
                add_entry(entries, path, Value::One(text));
            }
            _ => {
                let text = self.read_plain_value();
                add_entry(entries, path, Value::One(text));
            }
        }
    }

    fn read_list(&mut self, path: &str, entries: &mut Entries) {
        self.at += 1;
        let mut all = Vec::new();
        let mut holds_objects = false;
        loop {
            self.blanks();
            match self.peek() {
                None => break,
                Some(']') => {
                    self.at += 1;
                    break;
                }
                Some('{') => {
                    holds_objects = true;
                    self.object(path, entries);
                }
                Some('"' | '\'' | '`') => all.push(self.read_quoted()),
                Some(',') => self.at += 1,
                Some(_) => all.push(self.read_plain_value()),
            }
        }
        if !holds_objects || !all.is_empty() {
            add_entry(entries, path, Value::Several(all));
        }
    }

    fn read_quoted(&mut self) -> String {
        let Some(quote) = self.peek() else {
            return String::new();
        };
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            self.at += 1;
            match letter {
                letter if letter == quote => break,
                '\\' => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                letter => text.push(letter),
            }
        }
        text
    }

    fn word(&mut self) -> String {
        let mut text = String::new();
        while let Some(letter) = self
            .peek()
            .filter(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '$' | '@' | '-'))
        {
            text.push(letter);
            self.at += 1;
        }
        text
    }

    /// Reads a value that is no text, to the end of its entry.
    fn read_plain_value(&mut self) -> String {
        let mut text = String::new();
        let mut depth = 0_usize;
        while let Some(letter) = self.peek() {
            match letter {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => break,
                ')' | ']' | '}' => depth -= 1,
                ',' | '\n' if depth == 0 => break,
                _ => {}
            }
            text.push(letter);
            self.at += 1;
        }
        text.trim().to_owned()
    }
}
